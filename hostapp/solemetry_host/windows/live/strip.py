# SPDX-License-Identifier: Apache-2.0
"""A curve over the last seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore

from solemetry_host.windows.live.picture import (
    Painter,
    Picture,
    Scale,
    draw_line,
    in_short,
    pen_of,
    step_for,
    ticks,
)
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Floats = NDArray[np.float64]

MOST_DRAWN = 1000
"""Points of a curve: more than two in a column of the screen cannot be told apart."""

_TEXT_PX = 16


@dataclass(frozen=True, eq=False)
class Curve:
    """One value until now.

    Attributes
    ----------
    values : (n,) array
        NaN where there is none.
    rate_hz : float
    colour : str
        Empty: that of what is measured.
    name : str
        Where there are several.
    """

    values: Floats
    rate_hz: float
    colour: str = ""
    name: str = ""


class Strip(Picture):
    """Draws one value, or the same of several devices, over time: the newest at the right.

    Parameters
    ----------
    title : str
        What it is, with its unit.
    least : float
        How much of the value is seen at least.
    from_zero : bool
        Whether the lower end is zero; else the curve is in the middle.
    span_s : float
        How far back is drawn.
    """

    def __init__(
        self, title: str, least: float, from_zero: bool = False, span_s: float = 10.0
    ) -> None:
        super().__init__()
        self._title, self._least = title, least
        self._from_zero, self._span_s = from_zero, span_s
        self._range = (0.0, least) if from_zero else (-least / 2, least / 2)
        self._curves: list[tuple[Floats, str]] = []
        self._names: list[tuple[str, str]] = []
        self._note = ""
        self.setMinimumHeight(theme.look().px(72))

    @property
    def curves(self) -> list[Floats]:
        """What is drawn, ``(n, 2)`` of each: seconds until now, and values."""
        return [curve for curve, _ in self._curves]

    @property
    def note(self) -> str:
        """What is written where there is no curve."""
        return self._note

    @property
    def range(self) -> tuple[float, float]:
        """The values at the lower and the upper end."""
        return self._range

    def name(self, title: str) -> None:
        """Call it something else: another unit, say."""
        if title != self._title:
            self._title = title
            self.renew()

    def draw(self, curves: Sequence[Curve], note: str = "") -> None:
        """Draw one moment.

        Parameters
        ----------
        curves : sequence of Curve
        note : str
            Why there is nothing, where there is not.
        """
        there = [curve for curve in curves if np.isfinite(curve.values).any()]
        self._curves = [(_seen(curve), curve.colour or theme.look().link) for curve in there]
        new = self._range_for([curve[:, 1] for curve, _ in self._curves])
        names = [(curve.name, curve.colour) for curve in there if curve.name]
        note = "" if there else note
        if (new, note, names) != (self._range, self._note, self._names):
            self._range, self._note, self._names = new, note, names
            self.renew()
        self.update()

    def _range_for(self, values: Sequence[Floats]) -> tuple[float, float]:
        """In steps, so that the picture stands still while the curve moves within it."""
        if not values:
            return self._range
        low = min(float(np.fmin.reduce(each)) for each in values)
        high = max(float(np.fmax.reduce(each)) for each in values)
        if self._from_zero:
            return 0.0, self._least * max(1, math.ceil(1.05 * high / self._least))
        step = step_for(max(high - low, self._least / 2), 2)
        bottom = step * math.floor(low / step)
        return bottom, max(step * math.ceil(high / step), bottom + 2 * step)

    @property
    def _box(self) -> QtCore.QRectF:
        px = theme.look().px
        return QtCore.QRectF(self.rect()).adjusted(
            px(44), px(_TEXT_PX + 8), -px(10), -px(_TEXT_PX + 4)
        )

    @property
    def _scale(self) -> Scale:
        return Scale.filling(self._box, (-self._span_s, 0.0), self._range)

    def paint_still(self, painter: Painter) -> None:
        """Paint what it is, and the lines to read values and times at."""
        look, box = theme.look(), self._box
        painter.setPen(pen_of(look.quiet_ink))
        head = QtCore.QRectF(look.px(6), 0, self.width() - look.px(16), look.px(_TEXT_PX))
        painter.drawText(head, QtCore.Qt.AlignmentFlag.AlignLeft, self._title)
        centred, wrapped = QtCore.Qt.AlignmentFlag.AlignCenter, QtCore.Qt.TextFlag.TextWordWrap
        painter.drawText(box, int(centred) | int(wrapped), self._note)
        width_of = painter.fontMetrics().horizontalAdvance
        for name, colour in reversed(self._names):
            if head.width() < width_of(f"{self._title}  {name}"):
                break
            painter.setPen(pen_of(colour))
            painter.drawText(head, QtCore.Qt.AlignmentFlag.AlignRight, name)
            head.adjust(0, 0, -width_of(name) - look.px(10), 0)
        self._paint_values(painter, box)
        self._paint_times(painter, box)

    def _paint_values(self, painter: Painter, box: QtCore.QRectF) -> None:
        look, (low, high) = theme.look(), self._range
        height = look.px(_TEXT_PX)
        right = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
        step = step_for(high - low, max(1, int(box.height() / look.px(26))))
        for value in ticks(low, high, step):
            y = self._scale.point(0, value).y()
            painter.setPen(pen_of(look.line))
            painter.drawLine(QtCore.QLineF(box.left(), y, box.right(), y))
            painter.setPen(pen_of(look.quiet_ink))
            place = QtCore.QRectF(0, y - height / 2, box.left() - 5, height)
            painter.drawText(place, right, in_short(value))

    def _paint_times(self, painter: Painter, box: QtCore.QRectF) -> None:
        look, width = theme.look(), theme.look().px(60)
        step_s = step_for(self._span_s, max(1, int(box.width() / look.px(70))))
        for t_s in ticks(-self._span_s, 0.0, step_s):
            x = self._scale.point(t_s, 0).x()
            painter.setPen(pen_of(look.line))
            painter.drawLine(QtCore.QLineF(x, box.top(), x, box.bottom()))
            painter.setPen(pen_of(look.quiet_ink))
            place = QtCore.QRectF(x - width / 2, box.bottom() + 4, width, look.px(_TEXT_PX))
            aligned = QtCore.Qt.AlignmentFlag.AlignCenter
            if x < box.left() + 1:
                place.moveLeft(x)
                aligned = QtCore.Qt.AlignmentFlag.AlignLeft
            elif x > box.right() - 1:
                place.moveRight(x)
                aligned = QtCore.Qt.AlignmentFlag.AlignRight
            painter.drawText(place, aligned, f"{in_short(t_s)} s" if t_s else tr("now"))

    def paint_moving(self, painter: Painter) -> None:
        """Paint the curves."""
        painter.setClipRect(self._box.adjusted(-1, -2, 1, 2))
        scale = self._scale
        for curve, colour in self._curves:
            draw_line(painter, scale.px(curve), pen_of(colour, 1.5))


def _seen(curve: Curve) -> Floats:
    ago_s = (np.arange(len(curve.values)) - len(curve.values) + 1) / curve.rate_hz
    return np.column_stack(outline(ago_s, curve.values))


def outline(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return what of many points can be seen: in each piece the least and the greatest.

    Lines are what drawing costs, and no peak may be lost.
    """
    piece = 2 * len(y) // MOST_DRAWN
    if piece < 3:
        return x, y
    of_pieces = y[len(y) % piece :].reshape(-1, piece)
    ends = np.fmin.reduce(of_pieces, axis=1), np.fmax.reduce(of_pieces, axis=1)
    seen = np.column_stack(ends)
    falls = of_pieces[:, 0] > of_pieces[:, -1]
    seen[falls] = seen[falls, ::-1]
    at = np.arange(len(seen))[:, None] * piece + len(y) % piece + (piece // 4, 3 * piece // 4)
    return x[at.ravel()], seen.ravel()
