# SPDX-License-Identifier: Apache-2.0
"""Where the load went, on a piece of ground of which only the scale is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore

from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.reviewing.opened import Square
from solemetry_host.windows.live.picture import (
    Painter,
    Picture,
    Scale,
    draw_here,
    draw_line,
    path_of,
    pen_of,
    step_for,
)
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Floats = NDArray[np.float64]
Align = QtCore.Qt.AlignmentFlag


@dataclass(frozen=True, eq=False)
class Way:
    """One way over the ground.

    Attributes
    ----------
    path_mm : (n, 2) array
        ``(ml, ap)``; NaN where there is none.
    colour : str
    ellipse : Ellipse or None
    closed : bool
        Whether it is an outline, and not a way.
    width : float
        Of the line, px.
    """

    path_mm: Floats
    colour: str
    ellipse: Ellipse | None = None
    closed: bool = False
    width: float = 1.0


class CopPicture(Picture):
    """Draws ways, ellipses and outlines in a square of the ground, with its scale in mm."""

    def __init__(self) -> None:
        super().__init__()
        self._ways: Sequence[Way] = ()
        self._square: Square | None = None
        self._trail = np.empty((0, 2))
        self.setMinimumSize(theme.look().px(160), theme.look().px(150))

    def show_ways(self, ways: Sequence[Way], square: Square | None) -> None:
        """Show these; without a square there is nothing to see."""
        self._ways, self._square = ways, square
        self.renew()

    def show_trail(self, trail_mm: Floats) -> None:
        """Show where the load went last, ``(n, 2)``; the last is where it is now."""
        self._trail = trail_mm
        self.update()

    @property
    def _box(self) -> QtCore.QRectF:
        px = theme.look().px
        return QtCore.QRectF(self.rect()).adjusted(px(38), px(20), -px(8), -px(20))

    def _scale(self, square: Square) -> Scale:
        return Scale.around(self._box, square.middle_mm, (2 * square.half_mm, 2 * square.half_mm))

    def paint_still(self, painter: Painter) -> None:
        """Paint the grid, the ways and the ellipses."""
        square = self._square
        if square is None:
            painter.setPen(pen_of(theme.look().quiet_ink))
            painter.drawText(self._box, Align.AlignCenter, tr("No centre of pressure"))
            return
        scale = self._scale(square)
        self._paint_grid(painter, square, scale)
        painter.save()
        painter.setClipRect(self._box)
        for way in self._ways:
            line = scale.px(way.path_mm)
            if way.closed:
                painter.setPen(pen_of(way.colour, way.width))
                painter.drawPath(path_of(line))
            else:
                draw_line(painter, line, pen_of(way.colour, way.width))
        for way in self._ways:
            if way.ellipse is not None and math.isfinite(way.ellipse.axes_mm[0]):
                outline = scale.px(way.ellipse.outline())
                draw_line(painter, outline, pen_of(theme.ORANGE, 2.0))
        painter.restore()

    def paint_moving(self, painter: Painter) -> None:
        """Paint where the load is, and where it came from."""
        if self._square is None or not len(self._trail):
            return
        painter.setClipRect(self._box)
        scale = self._scale(self._square)
        draw_line(painter, scale.px(self._trail), pen_of(theme.look().link, 1.5))
        x, y = self._trail[-1].tolist()
        if math.isfinite(x + y):
            draw_here(painter, scale.point(x, y))

    def _paint_grid(self, painter: Painter, square: Square, scale: Scale) -> None:
        look, box = theme.look(), self._box
        step = step_for(2 * square.half_mm, max(2, int(box.height() / look.px(48))))
        height = look.px(16)
        right = Align.AlignRight | Align.AlignVCenter
        left_mm, right_mm = ((x - scale.x_px) / scale.per_x for x in (box.left(), box.right()))
        for n in range(math.ceil(left_mm / step), math.floor(right_mm / step) + 1):
            x = scale.point(n * step, 0).x()
            painter.setPen(pen_of(look.line))
            painter.drawLine(QtCore.QLineF(x, box.top(), x, box.bottom()))
            painter.setPen(pen_of(look.quiet_ink))
            place = QtCore.QRectF(x - look.px(30), box.bottom() + 2, look.px(60), height)
            painter.drawText(place, Align.AlignCenter, f"{n * step:g}")
        low_mm, high_mm = ((scale.y_px - y) / scale.per_y for y in (box.bottom(), box.top()))
        for n in range(math.ceil(low_mm / step), math.floor(high_mm / step) + 1):
            y = scale.point(0, n * step).y()
            painter.setPen(pen_of(look.line))
            painter.drawLine(QtCore.QLineF(box.left(), y, box.right(), y))
            painter.setPen(pen_of(look.quiet_ink))
            place = QtCore.QRectF(0, y - height / 2, box.left() - 5, height)
            painter.drawText(place, right, f"{n * step:g}")
        painter.drawText(QtCore.QRectF(0, 0, box.left() - 5, height), right, "mm")
        above = QtCore.QRectF(box.left(), 0, box.width(), look.px(18))
        painter.drawText(above, Align.AlignCenter, tr("↑ front"))
