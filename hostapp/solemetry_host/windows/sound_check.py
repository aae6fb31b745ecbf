# SPDX-License-Identifier: Apache-2.0
"""A sound for each ear, and the question where it was heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6 import QtCore, QtWidgets

from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.sound import sides
from solemetry_host.sound.sides import SIDE_TONES, SOUNDS_S, Answer, judge_sides
from solemetry_host.sound.tone import SILENCE
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Notice, button, column, label, row
from solemetry_host.words import tr


class SoundCheck(QtWidgets.QWidget):
    """Plays to one ear, then to the other; says whether they are where they should be.

    Parameters
    ----------
    open_ear : callable
        As `Desk.open_ear`.

    Attributes
    ----------
    ended : Signal(bool)
        Whether left and right are heard where they are.
    """

    ended = QtCore.Signal(bool)

    def __init__(self, open_ear: Callable[[Latencies], Ear]) -> None:
        super().__init__()
        self._open_ear = open_ear
        self._ear: Ear | None = None
        self._heard: dict[sides.Ear, Answer] = {}
        self._asked: sides.Ear | None = None
        self._silence = QtCore.QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._hush)
        self.start_button = button(tr("Check left and right"), self.start)
        self.question = label("", wraps=True)
        texts: dict[Answer, str] = {
            "left": tr("Left"), "right": tr("Right"), "both": tr("Both"), "nothing": tr("Nothing"),
        }
        self.answers = {
            answer: button(text, partial(self.answer, answer))
            for answer, text in texts.items()
        }
        self.verdict = Notice()
        self.setLayout(
            column(
                row(self.start_button, 1),
                self.question,
                row(*self.answers.values(), 1, spacing=theme.SPACE // 2),
                self.verdict,
            )
        )
        self._ask(None)

    def start(self) -> None:
        """Begin with the left ear."""
        self.stop()
        self._heard.clear()
        self.verdict.say("", "")
        self._ear = self._open_ear(Latencies())
        self._ask("left")

    def answer(self, heard: Answer) -> None:
        """Take in where the sound was heard."""
        if self._asked is None:
            return
        self._heard[self._asked] = heard
        if self._asked == "left":
            self._ask("right")
            return
        self.stop()
        found = judge_sides(self._heard)
        self.verdict.say("good" if found.well else "warning", tr(found.words))
        self.ended.emit(found.well)

    def stop(self) -> None:
        """Fall silent, and ask no more."""
        self._ask(None)
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()

    def _ask(self, side: sides.Ear | None) -> None:
        self._asked = side
        self.question.setVisible(side is not None)
        for each in self.answers.values():
            each.setVisible(side is not None)
        if side is None:
            self._silence.stop()
            return
        self.question.setText(tr("Where did you hear it?"))
        if self._ear is not None:
            self._ear.play(SIDE_TONES[side], time.perf_counter_ns())
        self._silence.start(round(1000 * SOUNDS_S))

    def _hush(self) -> None:
        if self._ear is not None:
            self._ear.play(SILENCE, time.perf_counter_ns())
