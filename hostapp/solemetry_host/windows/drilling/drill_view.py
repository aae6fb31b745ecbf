# SPDX-License-Identifier: Apache-2.0
"""One drill before it is begun: why, how, at which level, what is sensed of it, how to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtWidgets

from solemetry_host.drills.choosing import Choice, Choosing
from solemetry_host.drills.on_devices.needs import sensing_of
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.signals.catalogue import Sensor, Signal
from solemetry_host.windows.drilling import wording
from solemetry_host.windows.look.parts import (
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
from solemetry_host.words import chosen, tr, trn

_FEET: dict[str, tuple[Side, ...]] = {
    "both": ("left", "right"), "left": ("left",), "right": ("right",),
}  # fmt: skip


class DrillView(QtWidgets.QWidget):
    """Shows one drill, and lets somebody choose a level and a foot.

    Parameters
    ----------
    start, leave : callable

    Attributes
    ----------
    level : int
    sides : tuple of Side
    loops : QCheckBox
        Whether the own base is measured anew.
    """

    def __init__(self, start: Callable[[], object], leave: Callable[[], object]) -> None:
        super().__init__()
        self.level = 1
        self.sides: tuple[Side, ...] = _FEET["both"]
        self.loops = QtWidgets.QCheckBox()
        self.choice: Choice | None = None
        self._sensors: frozenset[Sensor] | None = None
        self.start = button(tr("Start"), start, "Ctrl+Return", kind="primary")
        self._leave = button(tr("Back to all drills"), leave, "Escape")
        self._area = scrolled(QtWidgets.QWidget())
        self.setLayout(column(self._area, row(self._leave, 1, self.start)))

    def show_choice(
        self, choice: Choice, choosing: Choosing, age: float | None, level: int | None
    ) -> None:
        """Show a drill; at a level, or at the one that is proposed."""
        self.choice, self._sensors = choice, None
        drill = choice.drill
        numbers = [each.n for each in drill.level] or [1]
        self.level = level if level in numbers else choice.level
        words = drill.words(chosen())
        asked = choosing.asked(drill, age)
        self._asked = {n: wording.asks(each) if each else "" for n, each in asked.items()}
        self.sensed = label("", wraps=True)
        self.unseen = label("title", wraps=True)
        cards = Tiles(340, 2)
        how = [
            (tr("Before you begin"), words.start), (tr("What to do"), words.cue),
            (tr("When to stop"), words.stop),
        ]  # fmt: skip
        cards.fill([
            card(*_paragraphs(how), column(1)),
            self._level_card(choice),
            card(self.sensed, self.unseen, column(1), title=tr("What is sensed")),
            card(
                *(label("note", source.says, wraps=True) for source in drill.source),
                column(1),
                title=tr("Where it comes from"),
            ),
        ])  # fmt: skip
        why_today = tr(choice.proposal.why) if choice.proposal is not None else ""
        head = [label("headline", words.title, wraps=True), label("title", words.why, wraps=True)]
        if why_today:
            head.append(label("", tr("Today: {why}", why=why_today), wraps=True))
        self._area.setWidget(holding(column(*head, cards, 1)))
        self._show_level()  # not before: what is shown without a place becomes a window
        self.start.setFocus()

    def draw(self, sensors: frozenset[Sensor]) -> None:
        """Say what is sensed of it by what is connected."""
        if self.choice is None or sensors == self._sensors:
            return
        self._sensors = sensors
        sensing = sensing_of(self.choice.drill, sensors)
        if not sensing.sensed and not sensing.unseen:
            self.sensed.setText(tr("Nothing has to be sensed: it goes by time, or you enter it."))
        elif sensing.sensed:
            self.sensed.setText(_listed("✓", sensing.sensed))
        else:
            self.sensed.setText(tr("What is connected senses nothing of it. It goes by time, and "
                                   "counts for the diary only."))  # fmt: skip
        self.unseen.setText(_listed("○", sensing.unseen))
        self.unseen.setVisible(bool(sensing.unseen))

    def _level_card(self, choice: Choice) -> QtWidgets.QFrame:
        drill, progress = choice.drill, choice.progress
        self._name = label("heading", wraps=True)
        self._asks = label("", wraps=True)
        inside: list[QtWidgets.QWidget] = []
        if drill.level:
            levels = Segments(
                [(str(each.n), str(each.n)) for each in drill.level], self._choose_level
            )
            levels.show_choice(str(self.level))
            inside.append(levels)
        inside += [self._name, self._asks]
        if progress is not None:
            passed = tr("{n} of {all} passed", n=progress.passed, all=progress.levels)
            done = trn("{n} session at this level", "{n} sessions at this level",
                       progress.practised)  # fmt: skip
            inside.append(label("note", f"{passed}, {done}", wraps=True))
        if drill.sides in ("each", "alternate"):
            feet = Segments(
                [("both", tr("Both feet")), ("left", tr("Left")), ("right", tr("Right"))],
                self._choose_feet,
            )
            feet.show_choice("both")
            self.sides = _FEET["both"]
            inside.append(feet)
        self.loops = QtWidgets.QCheckBox(tr("Measure my own base anew"))
        if drill.calibrate is not None:
            inside.append(self.loops)
        dose = drill.dose if choice.proposal is None else choice.proposal.drill.dose
        much = tr("{sets} × {reps}", sets=dose.sets, reps=dose.reps)
        if dose.seconds:
            much = tr("{much}, {n} s each", much=much, n=f"{dose.seconds:g}")
        inside.append(label("note", much))
        return card(*inside, column(1), title=tr("Level"))

    def _choose_level(self, level: str) -> None:
        self.level = int(level)
        self._show_level()

    def _show_level(self) -> None:
        if self.choice is None:
            return
        self._name.setText(wording.level_name(self.choice.drill, self.level))
        asks = self._asked.get(self.level, "")
        self._asks.setText(tr("Passed with: {what}", what=asks) if asks else "")
        self._asks.setVisible(bool(asks))

    def _choose_feet(self, which: str) -> None:
        self.sides = _FEET[which]


def _paragraphs(parts: Sequence[tuple[str, str]]) -> list[QtWidgets.QWidget]:
    made: list[QtWidgets.QWidget] = []
    for title, text in parts:
        if text:
            made += [label("title", title), label("", text, wraps=True)]
    return made


def _listed(sign: str, signals: Sequence[Signal]) -> str:
    return "\n".join(f"{sign} {tr(signal.words)}" for signal in signals)
