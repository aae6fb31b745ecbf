# SPDX-License-Identifier: Apache-2.0
"""The plate from above: centre of pressure, its trail, the ellipse, the registered feet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore

from solemetry.foot import FootRegistration
from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.live.snapshot import DeviceView
from solemetry_host.windows.live.picture import (
    Painter,
    Picture,
    Scale,
    between,
    draw_here,
    draw_line,
    in_short,
    path_of,
    pen_of,
    step_for,
    ticks,
)
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Floats = NDArray[np.float64]

BRIGHT_S = 1.5
"""So long the tail takes to fade into the trail."""
_SHADES = 5
_MARGIN_MM = 25.0
_DRAWN_HZ = 100.0
"""Of a faster trail no more points are drawn: nobody sees them, and lines cost most."""

_NO_TRAIL = np.empty((0, 2))


@dataclass(frozen=True, eq=False)
class OnPlate:
    """What is on a plate at one moment.

    Attributes
    ----------
    size_mm : tuple of float
        Width and depth of its top.
    trail_mm : (n, 2) array
        Centre of pressure until now, ``(ml, ap)``; NaN where there is none. The last is now.
    rate_hz : float
        Of the trail.
    here_mm : (2,) array or None
        Where it is now, if that is newer than the trail.
    ellipse : Ellipse or None
    feet : tuple of FootRegistration
    """

    size_mm: tuple[float, float]
    trail_mm: Floats = field(default_factory=lambda: _NO_TRAIL)
    rate_hz: float = math.nan
    here_mm: Floats | None = None
    ellipse: Ellipse | None = None
    feet: tuple[FootRegistration, ...] = ()

    @classmethod
    def of(cls, view: DeviceView) -> OnPlate:
        """Take it from a live device."""
        size_mm, metrics = view.layout.size_mm, view.metrics
        if metrics is None:
            return cls(size_mm, feet=view.feet)
        return cls(
            size_mm,
            metrics.cop_trail_mm,
            view.rate_hz,
            metrics.cop_mm,
            metrics.ellipse,
            view.feet,
        )

    @property
    def now_mm(self) -> tuple[float, float] | None:
        """Where the load acts now; None where there is none."""
        now = self.here_mm
        if now is None and len(self.trail_mm):
            now = self.trail_mm[-1]
        if now is None or not np.isfinite(now).all():
            return None
        return float(now[0]), float(now[1])


class PlateView(Picture):
    """Draws where the load acts: on the whole plate, or near a standing person's sway."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: OnPlate | None = None
        self._near = False
        self._frame = _Frame((0.0, 0.0), (250.0, 250.0))
        self._standing: object = None
        self.setMinimumSize(160, 140)

    @property
    def here_mm(self) -> tuple[float, float] | None:
        """Where the dot is drawn, ``(ml, ap)``; None where there is none."""
        return self._shown.now_mm if self._shown is not None else None

    @property
    def near(self) -> bool:
        """Whether it follows the sway alone."""
        return self._near

    def set_near(self, near: bool) -> None:
        """Follow the sway alone, or show the whole plate."""
        self._near = near

    def draw(self, shown: OnPlate | None) -> None:
        """Draw one moment; None: there is no plate."""
        self._shown = shown
        if shown is not None:
            self._frame = _frame(shown, self._near)
        standing = (self._frame, shown and (shown.size_mm, shown.feet))
        if standing != self._standing:
            self._standing = standing
            self.renew()
        self.update()

    @property
    def _box(self) -> QtCore.QRectF:
        """Where the plane is; ticks are written left of it and below."""
        px = theme.look().px
        return QtCore.QRectF(self.rect()).adjusted(px(34), px(20), -px(10), -px(20))

    @property
    def _scale(self) -> Scale:
        return Scale.around(self._box, self._frame.middle_mm, self._frame.size_mm)

    # ---- what stands still -----------------------------------------------------------------

    def paint_still(self, painter: Painter) -> None:
        """Paint the plate, a grid, and the feet."""
        shown = self._shown
        if shown is None:
            return
        box, scale = self._box, self._scale
        self._paint_grid(painter, box, scale)
        painter.setClipRect(box)
        width, depth = shown.size_mm
        top = QtCore.QRectF(scale.point(-width / 2, depth / 2), scale.point(width / 2, -depth / 2))
        painter.setPen(pen_of(theme.look().quiet_ink))
        painter.drawRoundedRect(top, 6, 6)
        for foot in shown.feet:
            painter.setPen(pen_of(theme.GREEN, 2.0))
            painter.drawPath(path_of(scale.px(foot.outline_mm(200))))

    def _paint_grid(self, painter: Painter, box: QtCore.QRectF, scale: Scale) -> None:
        look = theme.look()
        step_mm = step_for(box.width() / scale.per_x, max(2, int(box.width() / look.px(64))))
        line, ink = pen_of(look.line), pen_of(look.quiet_ink)
        height, centred = look.px(16), QtCore.Qt.AlignmentFlag.AlignCenter
        right = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
        left_mm, right_mm = ((x - scale.x_px) / scale.per_x for x in (box.left(), box.right()))
        for mm in ticks(left_mm, right_mm, step_mm):
            x = scale.point(mm, 0).x()
            painter.setPen(line)
            painter.drawLine(QtCore.QLineF(x, box.top(), x, box.bottom()))
            painter.setPen(ink)
            place = QtCore.QRectF(x - step_mm * scale.per_x / 2, box.bottom() + 2,
                                  step_mm * scale.per_x, height)  # fmt: skip
            painter.drawText(place, centred, in_short(mm))
        low_mm, high_mm = ((scale.y_px - y) / scale.per_y for y in (box.bottom(), box.top()))
        for mm in ticks(low_mm, high_mm, step_mm):
            y = scale.point(0, mm).y()
            painter.setPen(line)
            painter.drawLine(QtCore.QLineF(box.left(), y, box.right(), y))
            painter.setPen(ink)
            place = QtCore.QRectF(0, y - height / 2, box.left() - 4, height)
            painter.drawText(place, right, in_short(mm))
        painter.drawText(QtCore.QRectF(0, 0, box.left() - 4, height), right, "mm")
        above = QtCore.QRectF(box.left(), 0, box.width(), look.px(18))
        painter.drawText(above, centred, tr("↑ front"))

    # ---- what moves ------------------------------------------------------------------------

    def paint_moving(self, painter: Painter) -> None:
        """Paint the trail, the ellipse, and where the load is now."""
        shown = self._shown
        if shown is None:
            return
        painter.setClipRect(self._box)
        scale = self._scale
        _paint_trail(painter, shown, scale)
        if shown.ellipse is not None:
            draw_line(painter, scale.px(shown.ellipse.outline()), pen_of(theme.ORANGE, 2.0))
        if shown.now_mm is not None:
            draw_here(painter, scale.point(*shown.now_mm))


@dataclass(frozen=True)
class _Frame:
    """What of the plane is to be seen."""

    middle_mm: tuple[float, float]
    size_mm: tuple[float, float]


def _frame(shown: OnPlate, near: bool) -> _Frame:
    ellipse = shown.ellipse
    if not near or ellipse is None:
        width_mm, depth_mm = shown.size_mm
        return _Frame((0.0, 0.0), (width_mm + 2 * _MARGIN_MM, depth_mm + 2 * _MARGIN_MM))
    # In steps, so that the picture does not swim with every breath.
    x, y = (25.0 * round(float(v) / 25.0) for v in ellipse.center_mm)
    size = 50.0 * math.ceil((float(ellipse.axes_mm[0]) + 15.0) / 25.0)
    return _Frame((x, y), (size, size))


def _paint_trail(painter: Painter, shown: OnPlate, scale: Scale) -> None:
    """Paint the newest of it last, in colours that fade with age."""
    if not len(shown.trail_mm):
        return
    every = max(1, int(shown.rate_hz / _DRAWN_HZ))
    trail = scale.px(shown.trail_mm[::-every][::-1])  # with the newest point
    bright = round(BRIGHT_S * shown.rate_hz / every)
    draw_line(painter, trail[: len(trail) - bright + 1], pen_of(theme.look().trail))
    tail = trail[max(len(trail) - bright, 0) :]
    pieces = np.array_split(np.arange(len(tail)), _SHADES)
    for number, piece in enumerate(pieces, start=1):
        if len(piece):
            colour = between(theme.look().trail, theme.look().link, number / _SHADES)
            draw_line(painter, tail[max(piece[0] - 1, 0) : piece[-1] + 1], pen_of(colour, 2.0))

