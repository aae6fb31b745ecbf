# SPDX-License-Identifier: Apache-2.0
"""Where a slow movement should be now: a mark that goes out, pauses and comes back."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.windows.drilling.painted import Painted, pen
from solemetry_host.windows.look import theme

_HEIGHT = 40


class Pace(Painted):
    """Shows a share of the way out: 0 is where the movement begins."""

    def __init__(self) -> None:
        super().__init__(_HEIGHT)
        self.setFixedHeight(theme.look().px(_HEIGHT))
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint the way, and the mark on it."""
        if not isinstance(self._now, float):
            return
        radius = 0.42 * room.height()
        start = QtCore.QPointF(room.left() + radius, room.center().y())
        way = QtCore.QPointF(room.width() - 2 * radius, 0)
        painter.setPen(pen(theme.look().line, 8))
        painter.drawLine(start, start + way)
        painter.setPen(pen(theme.SKY, 8))
        painter.drawLine(start, start + way * self._now)
        painter.setPen(pen(theme.look().card, 2))
        painter.setBrush(QtGui.QColor(theme.BLUE))
        painter.drawEllipse(start + way * self._now, radius, radius)
