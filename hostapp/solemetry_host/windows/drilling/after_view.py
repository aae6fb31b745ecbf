# SPDX-License-Identifier: Apache-2.0
"""How a drill went: each repetition with its reason, times, the own best, and what is asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.questions import Question
from solemetry_host.drills.running.outcome import Ended
from solemetry_host.drills.showing.summary import OfSide
from solemetry_host.people.trends import Trend
from solemetry_host.windows.drilling import wording
from solemetry_host.windows.drilling.clock_face import ClockFace
from solemetry_host.windows.drilling.ticks import Ticks
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    Notice,
    Segments,
    button,
    card,
    column,
    holding,
    label,
    row,
    scrolled,
)
from solemetry_host.windows.look.tiles import Tiles
from solemetry_host.words import chosen, mark, tr

_ENDED: dict[Ended, str] = {
    "completed": mark("Done"),
    "stopped": mark("Stopped before its end"),
    "touchdowns": mark("Several touch-downs in a row: enough of this drill for today"),
    "skipped": mark("The rest was skipped"),
    "lost_devices": mark("The devices were lost. What came until then is kept."),
}

_LONG_SCALE = 12
"""What has more numbers than that is typed."""


class AfterView(QtWidgets.QWidget):
    """Shows how a session went and takes the answers.

    Parameters
    ----------
    again, go_on, leave : callable
        To the same drill, to the next of today, to all drills.
    """

    def __init__(
        self,
        again: Callable[[], object],
        go_on: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        super().__init__()
        self._session: DrillSession | None = None
        self._noise: list[tuple[QtWidgets.QLabel, OfSide]] = []
        self._told = ""
        self.notice = Notice()
        self._area = scrolled(QtWidgets.QWidget())
        self.leave = button(tr("All drills"), leave, "Escape")
        self.again = button(tr("Again"), again, "R")
        self.next = button(tr("Next of today"), go_on, "N", kind="primary")
        self.keep = button(tr("Keep it"), self._finish, "Return", kind="primary")
        self.setLayout(
            column(
                self._area, self.notice, row(self.leave, 1, self.again, self.next, self.keep)
            )
        )

    def show_session(self, session: DrillSession, has_next: bool) -> None:
        """Show how it went."""
        self._session, self._told = session, ""
        self._noise = []
        self._has_next = has_next
        outcome = session.outcome
        words = session.chosen.drill.words(chosen())
        head = [label("headline", words.title, wraps=True)]
        cards: list[QtWidgets.QWidget] = []
        if outcome is not None:
            head.append(label("title", tr(_ENDED[outcome.ended]), wraps=True))
            cards += [self._side_card(session, each) for each in session.of_sides]
        questions = [self._question_row(each) for each in session.questions]
        tiles = Tiles(330, 2)
        tiles.fill(cards)
        asked = [card(*questions, title=tr("And you?"))] if questions else []
        self.stops = label("", wraps=True)
        self._area.setWidget(holding(column(*head, self.stops, tiles, *asked, 1)))
        self.draw()
        self.keep.setFocus()

    def draw(self) -> None:
        """Draw what has become known since."""
        session = self._session
        if session is None:
            return
        asks = session.state == "asking_after"
        self.keep.setVisible(asks)
        self.keep.setText(tr("Keep it") if session.person is not None else tr("Go on"))
        self.again.setVisible(not asks)
        self.next.setVisible(not asks and self._has_next)
        self.leave.setVisible(not asks)
        stops = "\n".join(f"⚠ {tr(stop.words)}" for stop in session.stops)
        if self.stops.text() != stops:
            self.stops.setText(stops)
        self.stops.setVisible(bool(stops))
        if session.error != self._told:
            self._told = session.error
            self.notice.say("error", tr(session.error))
        for noise, of in self._noise:
            trend = session.trends.get(of.side)
            text = _noise_words(trend, of.unit) if trend is not None else ""
            if noise.text() != text:
                noise.setText(text)
            noise.setVisible(bool(text))

    def _side_card(self, session: DrillSession, of: OfSide) -> QtWidgets.QFrame:
        ticks = Ticks()
        ticks.show_reps(of.reps)
        inside: list[QtWidgets.QWidget] = [
            label("value", tr("{n} of {all}", n=of.held, all=of.sensed)),
            label("title", tr("repetitions held")),
            ticks,
        ]
        if not of.sensed:
            inside[0] = label("value", str(len(of.reps)))
            unseen = tr("repetitions done, not sensed: for the diary")
            inside[1] = label("title", unseen, wraps=True)
        inside += [label("", text, wraps=True) for text in _told_of(of)]
        if of.farthest_pct:
            clock = ClockFace(mirrored=of.side == "left" and session.beginning.posture != "double")
            clock.show_now(dict(of.farthest_pct))
            clock.setMinimumHeight(theme.look().px(230))
            inside.append(clock)
        noise = label("note", wraps=True)
        self._noise.append((noise, of))
        inside.append(noise)
        return card(*inside, title=wording.side(of.side))

    def _question_row(self, question: Question) -> QtWidgets.QWidget:
        answer: QtWidgets.QWidget
        low, high = (0.0, 0.0) if question.choices else question.ends
        if question.choices:
            answer = Segments(
                [(each, wording.choice(each)) for each in question.choices],
                lambda told: self._answer(question, told),
            )
        elif high - low < _LONG_SCALE:
            answer = Segments(
                [(str(n), str(n)) for n in range(int(low), int(high) + 1)],
                lambda told: self._answer(question, told),
            )
            for each in answer.buttons.values():
                each.setStyleSheet("padding-left: 8px; padding-right: 8px;")
        else:
            answer = self._number_field(question, low, high)
        return holding(column(label("", wording.question(question), wraps=True), answer, spacing=4))

    def _number_field(self, question: Question, low: float, high: float) -> QtWidgets.QWidget:
        field = QtWidgets.QDoubleSpinBox()
        field.setRange(low - 1, high)
        field.setDecimals(1)
        field.setSpecialValueText(" ")  # its least value: nothing was answered
        field.setValue(low - 1)
        field.setSuffix(f" {question.unit}" if question.unit else "")
        field.setMaximumWidth(theme.look().px(180))
        field.valueChanged.connect(
            lambda told: self._answer(question, told if told >= low else None)
        )
        field.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        return field

    def _answer(self, question: Question, told: str | float | None) -> None:
        if self._session is not None and told is not None:
            self._session.answer(question, question.understood(str(told)))
        elif self._session is not None:
            self._session.answer(question, None)

    def _finish(self) -> None:
        if self._session is not None:
            self._session.finish()
            (self.next if self._has_next else self.leave).setFocus()


def _told_of(of: OfSide) -> list[str]:
    """Return what is told of one side, line by line."""
    lines = []
    reasons = dict.fromkeys(wording.why(rep) for rep in of.reps if rep.status != "ok")
    for why in reasons:
        which = [n for n, rep in enumerate(of.reps, 1)
                 if rep.status != "ok" and wording.why(rep) == why]  # fmt: skip
        lines.append(f"{why} ({', '.join(map(str, which))})")
    if of.alone:
        lines.append(tr("Without feedback: {n} of {all} held", n=of.alone_held, all=of.alone))
    if of.numbers and of.unit:
        numbers = ", ".join(f"{number:.1f}" for number in of.numbers)
        lines.append(f"{numbers} {of.unit}")
    if of.best is not None:
        best = f"{of.best:.1f} {of.unit}".strip()
        if of.best_before is None:
            lines.append(tr("Best: {best}", best=best))
        else:
            before = f"{of.best_before:.1f} {of.unit}".strip()
            told = tr("★ Own best: {best}, before {before}", best=best, before=before)
            below = tr("Best: {best}, own best {before}", best=best, before=before)
            lines.append(told if of.is_best else below)
    return lines


def _noise_words(trend: Trend, unit: str) -> str:
    """Return what is usual for this person, and whether today stands out."""
    if trend.band is None:
        return tr(trend.note)
    low, high = (f"{edge:.1f}" for edge in trend.band)
    usual = tr("Usual for you: {low} to {high} {unit}", low=low, high=high, unit=unit).strip()
    return f"{usual}. {tr(trend.change.words)}" if trend.change is not None else usual
