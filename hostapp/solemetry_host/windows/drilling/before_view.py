# SPDX-License-Identifier: Apache-2.0
"""What comes before a drill, step by step: questions, where feet stand, weight, own base."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6 import QtWidgets

from solemetry.foot import FootRegistration
from solemetry_host.drills.on_devices.needs import Foot
from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.on_devices.setting_up import Presses
from solemetry_host.drills.safety import DISCLAIMER, PAIN_QUESTION
from solemetry_host.drills.showing.ring import Ring, circle_mm
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.windows.drilling import wording
from solemetry_host.windows.drilling.foot_ring import FootRing
from solemetry_host.windows.drilling.hold_arc import Hold, HoldArc
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
    set_text,
)
from solemetry_host.windows.sound_check import SoundCheck
from solemetry_host.words import chosen, tr

_PRESSED_MM = 35.0
"""Around where a heel or a forefoot is to press, in the picture."""

_STEPS = 1000
"""Of the progress bar."""


class BeforeView(QtWidgets.QWidget):
    """Leads through what a `DrillSession` asks before it runs.

    Parameters
    ----------
    open_ear : callable
        As `Desk.open_ear`, for the check of left and right.
    leave : callable
    """

    def __init__(
        self, open_ear: Callable[[Latencies], Ear], leave: Callable[[], object]
    ) -> None:
        super().__init__()
        self._open_ear = open_ear
        self._session: DrillSession | None = None
        self._told: object = None
        self.title = label("headline", wraps=True)
        self.progress = QtWidgets.QProgressBar()
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.notice = Notice()
        self.leave = button(tr("Back"), leave, "Escape")
        self.skip = button(tr("Skip"), self._skip, "S")
        self.again = button(tr("Again"), self._again, "R")
        self.next = button(tr("Begin"), self._go_on, "Return", kind="primary")
        self._stack = QtWidgets.QStackedWidget()
        self._step = _StepPicture()
        self.sound: SoundCheck | None = None
        self.setLayout(
            column(
                self.title,
                self.progress,
                self._stack,
                self.notice,
                row(self.leave, 1, self.again, self.skip, self.next),
            )
        )
        self._asked = scrolled(QtWidgets.QWidget())
        self._stack.addWidget(self._step)
        self._stack.addWidget(self._asked)

    def show_session(self, session: DrillSession) -> None:
        """Begin with the questions."""
        self._session, self._told = session, None
        drill = session.chosen.drill
        self.title.setText(drill.words(chosen()).title)
        self._asked.setWidget(self._questions(session))
        self.draw()
        self.next.setFocus()

    def draw(self) -> None:
        """Draw where the session is."""
        session = self._session
        if session is None:
            return
        self.progress.setValue(round(_STEPS * session.share))
        asking = session.state == "asking"
        told = (
            session.state, session.task, session.step is None, session.error,
            session.may_go_on, session.busy,
        )  # fmt: skip
        if told != self._told:
            self._told = told
            self._stack.setCurrentWidget(self._asked if asking else self._step)
            self._set_buttons(session)
            self._step.tell(session)
            refused = session.before.refused
            self.notice.say("warning", tr(session.error or refused) if (
                session.error or refused) else "")  # fmt: skip
        if not asking:
            self._step.draw(session)

    def hush(self) -> None:
        """Fall silent."""
        if self.sound is not None:
            self.sound.stop()

    def _set_buttons(self, session: DrillSession) -> None:
        state, task = session.state, session.task
        asking = state == "asking"
        waits = session.step is None
        self.skip.setVisible(not asking and task is not None and task.can_skip)
        self.skip.setText(
            tr("As it is known") if task is not None and task.known else tr("Skip")
        )
        set_text(self.skip, self.skip.text(), "S")
        self.again.setVisible(not asking and task is not None and not waits)
        key = "Return" if asking else "Space"
        set_text(self.next, tr("Begin") if not session.error else tr("Try again"), key)
        self.next.setVisible(asking or waits)
        self.next.setEnabled(not session.busy and (session.may_go_on or not asking))
        if not asking:
            # So that no key goes to a button that means something else.
            (self.next if waits else self.again).setFocus()

    def _questions(self, session: DrillSession) -> QtWidgets.QWidget:
        words = session.chosen.drill.words(chosen())
        self.boxes: list[QtWidgets.QCheckBox] = []
        for question in session.before.ask:
            box = QtWidgets.QCheckBox(tr(question.words))
            box.setChecked(question.id in session.confirmed)
            box.toggled.connect(lambda yes, id_=question.id: self._confirm(id_, yes))
            self.boxes.append(box)
        asked: list[QtWidgets.QWidget] = []
        if self.boxes:
            asked.append(card(*self.boxes, title=tr("Is this so?")))
        advice = [*session.before.advice, session.before.better_wait]
        asked += [label("", f"⚠ {tr(each)}", wraps=True) for each in advice if each]
        if session.asks_pain:
            pain = Segments([(str(n), str(n)) for n in range(11)], self._hurts)
            for each in pain.buttons.values():
                each.setStyleSheet("padding-left: 8px; padding-right: 8px;")
            asked.append(card(pain, title=tr(PAIN_QUESTION)))
        if session.chosen.drill.feedback.tone is not None:
            self.sound = SoundCheck(self._open_ear)
            asked.append(card(self.sound, title=tr("Sound")))
        else:
            self.sound = None
        return holding(
            column(
                card(label("", words.start, wraps=True), label("title", words.stop, wraps=True)),
                *asked,
                label("note", tr(DISCLAIMER), wraps=True),
                1,
            )
        )

    def _confirm(self, question: str, yes: bool) -> None:
        if self._session is not None:
            (self._session.confirmed.add if yes else self._session.confirmed.discard)(question)

    def _hurts(self, pain: str) -> None:
        if self._session is not None:
            self._session.pain_before = float(pain)

    def _go_on(self) -> None:
        self.hush()
        if self._session is not None:
            self._session.go_on()

    def _skip(self) -> None:
        if self._session is not None:
            self._session.skip()

    def _again(self) -> None:
        if self._session is not None:
            self._session.again()


class _StepPicture(QtWidgets.QFrame):
    """What is to be done now, large, with a picture of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.words = label("cue", wraps=True)
        self.more = label("title", wraps=True)
        self.length = QtWidgets.QDoubleSpinBox()
        self.length.setRange(100, 400)
        self.length.setDecimals(0)
        self.length.setSuffix(" mm")
        self.length_row = holding(row(label("", tr("Foot length")), self.length, 1))
        self.ring = FootRing()
        self.arc = HoldArc()
        side = column(1, self.words, self.more, self.length_row, 1)
        box = row(spacing=2 * theme.SPACE)
        box.setContentsMargins(*[2 * theme.SPACE] * 4)
        box.addWidget(self.ring, 4)
        box.addLayout(side, 5)
        box.addWidget(self.arc, 2)
        self.setLayout(box)
        self.length.valueChanged.connect(self._set_length)
        self._session: DrillSession | None = None

    def tell(self, session: DrillSession) -> None:
        """Say what is to be done in this state."""
        self._session = session
        registering = session.state == "registering"
        self.length_row.setVisible(registering and session.step is None)
        self.length.setValue(session.foot_length_mm)
        self.ring.setVisible(session.state in ("registering", "drawing"))
        words, more = _to_do(session)
        self.words.setText(words)
        self.more.setText(more)

    def draw(self, session: DrillSession) -> None:
        """Draw how far it is."""
        step = session.step
        if session.state == "registering":
            part = step.part if isinstance(step, Presses) else ""
            self.ring.show_now(_pressed(session, part))
            if isinstance(step, Presses):
                words = _press_words(step)
                if self.words.text() != words:
                    self.words.setText(words)
        elif session.state == "drawing":
            self.ring.show_now(session.base_so_far())
        counts = step is not None and session.state != "weighing"
        self.arc.show_now(Hold.of(None, step.share) if counts and step is not None else Hold())

    def _set_length(self, length_mm: float) -> None:
        if self._session is not None:
            self._session.foot_length_mm = length_mm


def _to_do(session: DrillSession) -> tuple[str, str]:
    """Return what is to be done, and why or how."""
    task, waits = session.task, session.step is None
    match session.state:
        case "registering" if task is not None:
            foot = wording.side(task.of)
            return (
                tr("{foot}: stand where you will do the drill", foot=foot) if waits else "",
                tr("Two presses, 7 seconds: first you lean onto the heel, then onto the forefoot. "
                   "So it is known where the foot stands."),
            )  # fmt: skip
        case "weighing":
            return (
                tr("Stand still"),
                tr("On both feet, for two seconds: the drill goes by your own weight."),
            )
        case "drawing" if task is not None:
            foot = wording.side(task.of) or tr("Both feet")
            return (
                tr("{foot}: lean as far as you can, all around", foot=foot),
                tr("Slowly, twice around, the sole flat on the ground. Targets go by what you "
                   "reach here."),
            )  # fmt: skip
        case "ready":
            return tr("Ready"), session.chosen.drill.words(chosen()).start
        case _:
            return "", ""


def _press_words(step: Presses) -> str:
    if step.part == "heel":
        return tr("Keep pressing with the heel") if step.presses else tr("Lean onto the heel")
    return (
        tr("Keep pressing with the forefoot") if step.presses else tr("Lean onto the forefoot")
    )


def _pressed(session: DrillSession, part: str) -> Ring | None:
    """Return a picture of the foot, with the part that is to press."""
    task = session.task
    if task is None:
        return None
    side: Foot = "left" if task.of == "left" else "right"
    foot = FootRegistration(side, (0.0, 0.0), 0.0, session.foot_length_mm)
    nowhere = np.full(2, np.nan)
    presses = isinstance(session.step, Presses) and session.step.presses
    at = {"heel": foot.heel_load_mm, "forefoot": foot.fore_load_mm}.get(part)
    target = circle_mm(at, _PRESSED_MM) if at is not None else np.empty((0, 2))
    return Ring((foot.outline_mm(),), nowhere, np.empty((0, 2)), target, inside=presses)
