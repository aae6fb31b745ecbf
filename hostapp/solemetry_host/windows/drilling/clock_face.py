# SPDX-License-Identifier: Apache-2.0
"""The farthest reach at each hour, as a clock around the foot."""

from __future__ import annotations

import math

from PySide6 import QtCore, QtGui

from solemetry_host.drills.showing.results import clock_words
from solemetry_host.windows.drilling.painted import Painted, between, pen, write
from solemetry_host.windows.look import theme

_WHOLE_PCT = 120.0
"""What reaches the rim."""

_TEXT = 12


class ClockFace(Painted):
    """Shows reaches in percent of the own base by hour; 3:00 is outside, or right of both feet.

    Parameters
    ----------
    mirrored : bool
        Whether the outside is on the left.
    """

    def __init__(self, mirrored: bool) -> None:
        super().__init__(230)
        self._outward = -1.0 if mirrored else 1.0

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint the rings at half and all of the base, and a ray for each hour."""
        reaches: dict[float, float] = self._now if isinstance(self._now, dict) else {}
        look, middle, text = theme.look(), room.center(), theme.look().px(_TEXT)
        rim = min(room.width(), room.height()) / 2 - 2.4 * text
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for pct in (50.0, 100.0):
            painter.setPen(pen(look.line, 2))
            painter.drawEllipse(middle, rim * pct / _WHOLE_PCT, rim * pct / _WHOLE_PCT)
        for hour, pct in reaches.items():
            angle = math.radians(30 * hour)
            towards = QtCore.QPointF(self._outward * math.sin(angle), -math.cos(angle))
            end = middle + towards * (rim * min(pct, _WHOLE_PCT) / _WHOLE_PCT)
            painter.setPen(pen(between(look.card, theme.BLUE, 0.5).name(), 5))
            painter.drawLine(middle, end)
            painter.setPen(pen(look.card, 1))
            painter.setBrush(QtGui.QColor(theme.BLUE))
            painter.drawEllipse(end, 6, 6)
            label = QtCore.QRectF(0, 0, 5 * text, 2.4 * text)
            label.moveCenter(middle + towards * (rim + 1.2 * text))
            write(painter, label, f"{clock_words(hour)}\n{pct:.0f} %", text, look.ink, bold=False)
