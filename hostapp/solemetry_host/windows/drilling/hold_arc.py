# SPDX-License-Identifier: Apache-2.0
"""The one big number: seconds that are left, in an arc that fills."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6 import QtCore, QtGui

from solemetry_host.windows.drilling.painted import Painted, pen, write
from solemetry_host.windows.look import theme

_WIDTH = 0.075
"""Of the arc, in its diameter."""

_NUMBER = 0.42
"""Height of the number, in the same."""

_TURN = -16 * 360
"""A whole turn as a clock's hand goes, in Qt's sixteenths of a degree."""


@dataclass(frozen=True)
class Hold:
    """What the arc shows.

    Attributes
    ----------
    seconds : int or None
        Whole seconds that are left.
    filled : float or None
        How much of the arc is full; None where nothing has to be filled.
    """

    seconds: int | None = None
    filled: float | None = None

    @classmethod
    def of(cls, seconds: float | None, filled: float | None) -> Hold:
        """Return what is shown of a moment, no finer than it can be seen."""
        whole = None if seconds is None else math.ceil(seconds - 1e-6)
        return cls(whole, None if filled is None else round(filled, 3))


class HoldArc(Painted):
    """Shows a `Hold`; full, it is a closed green circle with a tick on it."""

    def __init__(self) -> None:
        super().__init__(100)

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint arc and number."""
        if not isinstance(self._now, Hold) or self._now == Hold():
            return
        look, hold = theme.look(), self._now
        side = min(room.width(), room.height())
        width = _WIDTH * side
        circle = QtCore.QRectF(0, 0, side - width, side - width)
        circle.moveCenter(room.center())
        painter.setPen(pen(look.line, width))
        painter.drawEllipse(circle)
        full = hold.filled is not None and hold.filled >= 1
        if hold.filled:
            painter.setPen(pen(theme.GREEN if full else theme.BLUE, width))
            painter.drawArc(circle, 16 * 90, round(_TURN * min(hold.filled, 1.0)))
        if full:
            write(painter, room, "✓", _NUMBER * side, theme.GREEN, bold=True)
        elif hold.seconds is not None:
            write(painter, room, str(hold.seconds), _NUMBER * side, look.ink, bold=True)
