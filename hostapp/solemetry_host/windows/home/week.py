# SPDX-License-Identifier: Apache-2.0
"""The last seven days as seven dots: filled with a tick where something was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host import words
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

_DAYS, _STEP, _DOT = 7, 34, 20


class Week(QtWidgets.QWidget):
    """Draws which of the last days were practised; today stands last."""

    def __init__(self) -> None:
        super().__init__()
        self._days: Sequence[tuple[date, bool]] = ()
        self.setFixedSize(theme.look().px(_DAYS * _STEP), theme.look().px(44))

    def show_days(self, days: Sequence[tuple[date, bool]]) -> None:
        """Show these, the oldest first."""
        self._days = days
        done = sum(practised for _, practised in days)
        self.setAccessibleName(tr("Practised on {n} of the last 7 days", n=done))
        self.setToolTip(self.accessibleName())
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a dot for each day with its first letters below."""
        now, px = theme.look(), theme.look().px
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        font = QtGui.QFont(self.font())
        font.setPixelSize(px(12))
        painter.setFont(font)
        locale = QtCore.QLocale(words.chosen())
        for at, (day, practised) in enumerate(self._days):
            today = at == len(self._days) - 1
            middle = QtCore.QPointF(px(_STEP) * (at + 0.5), px(_DOT) / 2 + 2)
            line = QtGui.QColor(theme.GREEN if practised else now.ink if today else now.line)
            painter.setPen(QtGui.QPen(line, px(2)))
            filled = QtGui.QColor(theme.GREEN)
            painter.setBrush(filled if practised else QtCore.Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, px(_DOT) / 2, px(_DOT) / 2)
            if practised:
                painter.setPen(QtGui.QPen(QtGui.QColor("white"), px(2)))
                painter.drawPolyline(_tick(middle, px(_DOT)))
            painter.setPen(QtGui.QColor(now.ink if today else now.quiet_ink))
            below = QtCore.QRectF(px(_STEP) * at, px(_DOT) + 4, px(_STEP), px(18))
            name = locale.dayName(day.isoweekday(), QtCore.QLocale.FormatType.ShortFormat)
            painter.drawText(below, QtCore.Qt.AlignmentFlag.AlignCenter, name)


def _tick(middle: QtCore.QPointF, size: float) -> list[QtCore.QPointF]:
    return [
        middle + QtCore.QPointF(x * size, y * size)
        for x, y in ((-0.22, 0.02), (-0.05, 0.18), (0.24, -0.17))
    ]
