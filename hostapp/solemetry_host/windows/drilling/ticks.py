# SPDX-License-Identifier: Apache-2.0
"""A mark for each repetition: held, not held, not sensed; shapes first, then colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.drills.files.drill import Status
from solemetry_host.drills.running.outcome import Rep
from solemetry_host.windows.drilling.painted import Painted, pen, write
from solemetry_host.windows.look import theme

MOST = 20
"""The newest so many are shown."""

_SIZE = 26
_APART = 6


class Ticks(Painted):
    """Shows marks in a row: a full circle with a tick, an empty one, a square with a question.

    One without feedback has a line under it.
    """

    def __init__(self) -> None:
        super().__init__(_SIZE)
        height = theme.look().px(_SIZE + _APART)
        self.setFixedHeight(height)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )

    def show_reps(self, reps: Sequence[Rep]) -> None:
        """Show the marks of repetitions."""
        self.show_now(tuple((rep.status, rep.with_feedback) for rep in reps[-MOST:]))

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint the marks from left to right, narrower where there are many."""
        marks = self._now if isinstance(self._now, tuple) else ()
        apart = theme.look().px(_APART)
        step = float(theme.look().px(_SIZE) + apart)
        if marks:
            step = min(step, room.width() / len(marks))
        for number, (status, with_feedback) in enumerate(marks):
            place = QtCore.QRectF(number * step + 1, 1, step - apart, step - apart)
            paint_mark(painter, place, status)
            if not with_feedback:
                painter.setPen(pen(theme.look().quiet_ink, 2))
                left, right = place.left() + 3, place.right() - 3
                below = place.bottom() + apart / 2
                painter.drawLine(QtCore.QLineF(left, below, right, below))


def paint_mark(painter: QtGui.QPainter, place: QtCore.QRectF, status: Status) -> None:
    """Paint one mark."""
    look, size = theme.look(), place.width()
    if status == "ok":
        painter.setPen(pen(theme.GREEN, 2))
        painter.setBrush(QtGui.QColor(theme.GREEN))
        painter.drawEllipse(place)
        painter.setPen(pen("#FFFFFF", 0.12 * size))
        tick = [(0.28, 0.52), (0.44, 0.68), (0.73, 0.34)]
        painter.drawPolyline(
            [place.topLeft() + QtCore.QPointF(x * size, y * size) for x, y in tick]
        )
    elif status == "failed":
        painter.setPen(pen(look.ink, 2.5))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place)
    else:
        painter.setPen(pen(look.quiet_ink, 2, dashed=True))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place, 5, 5)
        write(painter, place, "?", 0.65 * size, look.quiet_ink, bold=True)
