# SPDX-License-Identifier: Apache-2.0
"""A drill while it is done, readable from three metres away: little, and by turns nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6 import QtCore, QtWidgets

from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.windows.drilling import wording
from solemetry_host.windows.drilling.bars import Bars
from solemetry_host.windows.drilling.foot_ring import FootRing
from solemetry_host.windows.drilling.hold_arc import Hold, HoldArc
from solemetry_host.windows.drilling.pace import Pace
from solemetry_host.windows.drilling.stillness_face import StillnessFace, in_words
from solemetry_host.windows.drilling.ticks import Ticks
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import (
    Notice,
    button,
    card,
    column,
    holding,
    label,
    row,
    set_text,
)
from solemetry_host.windows.look.tiles import Tiles
from solemetry_host.words import tr


class RunningView(QtWidgets.QWidget):
    """Draws the newest `Shown` of a session, and hands on what is pressed.

    Parameters
    ----------
    switch_sound : callable
    """

    def __init__(self, switch_sound: Callable[[], object]) -> None:
        super().__init__()
        self._session: DrillSession | None = None
        self._drawn: Shown | None = None
        self._asks_to_stop = False
        self._told = ("", "")
        self.title = label("heading", wraps=True)
        self.where = label("title")
        self.said = label("call", wraps=True)
        self.cue = label("heading", wraps=True)
        self.unseen = label("title", wraps=True)
        self.stop_words = label("title", wraps=True)
        self.reason = label("", wraps=True)
        self.ticks = Ticks()
        self.arc, self.ring, self.face = HoldArc(), FootRing(), StillnessFace()
        self.face_words = label("cue")
        self.face_words.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self.bars, self.pace = Bars(), Pace()
        self.alone = label("call", wraps=True)
        self.alone.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        self.notice = Notice()
        self.sound = button(_keyed(tr("Sound"), "M"), switch_sound, "M")
        self.sound.setCheckable(True)
        self._lay_out()

    # ---- its parts -------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._face = holding(column(self.face, self.face_words))
        stage = row(spacing=2 * theme.SPACE)
        for part, stretch in ((self.ring, 3), (self._face, 4), (self.alone, 4), (self.arc, 3),
                              (self.bars, 5)):  # fmt: skip
            stage.addWidget(part, stretch)
        picture = card()
        inside = column(stage, self.pace)
        inside.setContentsMargins(*[theme.SPACE] * 4)
        picture.setLayout(inside)
        result = row()
        result.addWidget(self.ticks, 1)
        result.addWidget(self.reason, 1)
        told = column(
            self.title, self.where, self.unseen, self.said, self.cue, picture, result,
            self.notice, spacing=theme.SPACE // 2,
        )  # fmt: skip
        told.setStretchFactor(picture, 1)
        self._keys = self._key_column()
        self._stopping = self._stop_column()
        box = row(spacing=2 * theme.SPACE)
        box.addLayout(told, 1)
        box.addWidget(self._keys)
        box.addWidget(self._stopping)
        self.setLayout(box)

    def _key_column(self) -> QtWidgets.QWidget:
        self.done = button("", lambda: self._do("done_or_go_on"), "Space", kind="primary")
        self.pause = button("", lambda: self._do("pause_or_go_on"), "P")
        self.caught = button(
            _keyed(tr("I had to catch myself"), "C"), lambda: self._press("caught_myself"), "C"
        )
        self.feedback = button(
            _keyed(tr("Show me"), "F"), lambda: self._press("feedback_now"), "F"
        )
        self.skip = button(_keyed(tr("Skip the rest"), "S"), lambda: self._press("skip"), "S")
        self.stop = button(_keyed(tr("Stop"), tr("Esc")), self.ask_to_stop, "Escape")
        made = holding(
            column(
                self.done, self.pause, self.caught, self.feedback, self.skip, self.stop, 1,
                self.stop_words, self.sound, spacing=theme.SPACE // 2,
            )
        )  # fmt: skip
        made.setFixedWidth(max(self.caught.sizeHint().width(), theme.look().px(190)))
        return made

    def _stop_column(self) -> QtWidgets.QWidget:
        self.go_on = button(_keyed(tr("Go on"), tr("Esc")), self.stay, "Escape", kind="primary")
        self._reasons = Tiles(180, 1)
        words = label("heading", tr("Stop here? What was done is kept."), wraps=True)
        made = card(words, self.go_on, self._reasons, column(1))
        made.setFixedWidth(theme.look().px(230))
        return made

    # ---- frame by frame --------------------------------------------------------------------

    def show_session(self, session: DrillSession) -> None:
        """Begin to draw a session."""
        self._session, self._drawn, self._asks_to_stop = session, None, False
        drill = session.chosen.drill
        reasons = [button(tr("Stop, all is well"), session.stop)]
        reasons += [
            button(wording.sign(name), partial(session.stop, name))
            for name in drill.safety.stop_if
        ]
        self._reasons.fill(reasons)
        self._show_stopping()
        self.feedback.setEnabled(drill.feedback.concurrent != "none")
        for picture in (self.arc, self.ring, self.face, self.pace):
            picture.show_now(None)
        for words in (self.title, self.where, self.unseen, self.said, self.cue, self.reason,
                      self.alone):  # fmt: skip
            words.clear()
            words.hide()
        self.draw()
        self.done.setFocus()

    def draw(self) -> None:
        """Draw the newest moment, if there is one that was not drawn yet."""
        session = self._session
        if session is None:
            return
        self._tell_of_devices(session)
        self.sound.setChecked(session.heard)
        if session.shown is not None and session.shown is not self._drawn:
            self.draw_moment(session.shown)

    def draw_moment(self, shown: Shown) -> None:
        """Draw one moment of the drill."""
        self._drawn = shown
        call = _call(shown)
        self._draw_pictures(shown, call)
        self._draw_words(shown, "" if self.alone.text() == call else call)

    def _draw_words(self, shown: Shown, call: str) -> None:
        _say(self.title, shown.title)
        _say(self.where, wording.place(shown.where))
        missing = ", ".join(tr(each) for each in shown.not_sensed)
        _say(self.unseen, tr("○ Not sensed: {what}", what=missing) if missing else "")
        _say(self.said, call)
        _say(self.cue, shown.cue)
        _say(self.stop_words, shown.stop)
        self.ticks.show_reps(shown.ticks)
        _say(self.reason, wording.why(shown.ticks[-1]) if shown.ticks else "")
        paused, rests = shown.doing == "paused", shown.doing in ("rest", "other_side")
        pause = tr("Go on") if paused else tr("Pause")
        done = tr("Go on") if paused or rests else tr("Done")
        set_text(self.pause, _keyed(pause, "P"), "P")
        set_text(self.done, _keyed(done, tr("Space")), "Space")

    def _draw_pictures(self, shown: Shown, call: str) -> None:
        ring, face = shown.ring, shown.state
        hold = Hold.of(shown.seconds, shown.filled)
        nothing = ring is None and face is None and not shown.bars and hold == Hold()
        alone = tr("On your own now: nothing is shown in this one.") if shown.without else ""
        _say(self.alone, alone or (call if nothing else ""))
        self.ring.setVisible(ring is not None)
        self._face.setVisible(face is not None)
        self.arc.setVisible(hold != Hold())
        self.bars.setVisible(bool(shown.bars))
        self.pace.setVisible(shown.pacer is not None)
        self.ring.show_now(ring)
        self.face.show_now(face)
        self.bars.show_bars(shown.bars)
        self.pace.show_now(None if shown.pacer is None else round(shown.pacer, 3))
        self.arc.show_now(hold)
        if face is not None:
            _say(self.face_words, in_words(face))

    def _tell_of_devices(self, session: DrillSession) -> None:
        """Say plainly that a device is gone, or that something else went wrong."""
        if session.lost:
            level, text = "error", tr(
                "The device is lost. Wait: it is looked for, and the drill goes on with it. If it "
                "does not come back, the drill ends and what was done is kept."
            )
        elif session.error:
            level, text = "warning", session.error
        else:
            level, text = "", ""
        if (level, text) != self._told:
            self._told = (level, text)
            self.notice.say(level, text)

    # ---- what is pressed -------------------------------------------------------------------

    def ask_to_stop(self) -> None:
        """Pause, and ask whether to stop and why."""
        session = self._session
        if session is None:
            return
        if session.shown is not None and session.shown.doing != "paused":
            session.press("pause")
        self._asks_to_stop = True
        self._show_stopping()
        self.go_on.setFocus()

    def stay(self) -> None:
        """Go on after all."""
        self._asks_to_stop = False
        self._show_stopping()
        self._press("go_on")

    def _show_stopping(self) -> None:
        self._stopping.setVisible(self._asks_to_stop)
        self._keys.setVisible(not self._asks_to_stop)

    def _press(self, what: str) -> None:
        if self._session is not None:
            self._session.press(what)

    def _do(self, what: str) -> None:
        if self._session is None:
            return
        if what == "pause_or_go_on":
            self._session.pause_or_go_on()
        else:
            self._session.done_or_go_on()


def _call(shown: Shown) -> str:
    """Return what to do this very moment."""
    match shown.doing:
        case "paused":
            return tr("Paused")
        case "rest":
            return tr("Rest")
        case "other_side":
            return tr("Other foot")
        case _:
            return tr(shown.said[-1].text) if shown.said else ""


def _keyed(text: str, key: str) -> str:
    """Return the words of a button with the key that presses it."""
    return f"{text}  ({key})"


def _say(made: QtWidgets.QLabel, text: str) -> None:
    if made.text() != text:
        made.setText(text)
        made.setVisible(bool(text))
