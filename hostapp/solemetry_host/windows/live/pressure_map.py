# SPDX-License-Identifier: Apache-2.0
"""The load under the feet, cell by cell: own left on the left, seen from above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui

from solemetry.device import SensorLayout
from solemetry.figures.foot_pressure import cell_sizes_mm, rim_mm
from solemetry.foot import MAX_LENGTH_MM, MIN_LENGTH_MM, FootRegistration, Side
from solemetry.loading.masks import spacing_mm
from solemetry_host.live.snapshot import DeviceView
from solemetry_host.windows.live.picture import (
    Hint,
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

_FINE_MM = 5.0
"""How finely the load between the cells is painted; the screen smooths the rest."""
_REACH = 0.6
"""How far a cell shines, in distances from cell to cell."""
_DARK = 0.4
"""Where all cells together shine less than this, it becomes dark."""
_RIM_MM = 4.0
_RING = "#FFFFFF"
_MISSING = 0xFF9AA0A6
_FALLS = 0.999
_LOWEST = {"N": 20.0, "counts": 500.0}
"""The scale of colours ends no lower, so that the noise of an empty insole stays dark."""
_TRAIL_HZ = 50.0
"""No more points of a gait line are drawn."""
_NO_TRAIL = np.empty((0, 2))


@dataclass(frozen=True, eq=False)
class UnderFoot:
    """What one insole feels at one moment.

    Attributes
    ----------
    side : str
        ``left``, ``right``, or empty where that is not known.
    layout : SensorLayout
        As the foot wears it: a left insole mirrored.
    values : (S,) array
        Of each cell; NaN where it gives none.
    unit : str
        Of the values.
    trail_mm : (n, 2) array
        Centre of pressure until now, ``(ml, ap)``; NaN where there is none.
    rate_hz : float
        Of the trail.
    here_mm : (2,) array or None
        Where it is now.
    """

    side: str
    layout: SensorLayout
    values: Floats
    unit: str
    trail_mm: Floats = field(default_factory=lambda: _NO_TRAIL)
    rate_hz: float = math.nan
    here_mm: Floats | None = None

    @classmethod
    def of(cls, view: DeviceView) -> UnderFoot:
        """Take it from a live device."""
        metrics = view.metrics
        if metrics is None:
            return cls(view.side, view.layout, np.full(len(view.layout.labels), np.nan), "N")
        cells = metrics.cells
        return cls(
            view.side,
            view.layout,
            cells.values,
            cells.unit,
            metrics.cop_trail_mm,
            view.rate_hz,
            metrics.cop_mm,
        )

    @property
    def now_mm(self) -> tuple[float, float] | None:
        """Where the load acts now; None where there is none."""
        if self.here_mm is None or not np.isfinite(self.here_mm).all():
            return None
        return float(self.here_mm[0]), float(self.here_mm[1])


class PressureMap(Picture):
    """Draws both feet, or the one that is there, in one scale of colours.

    What lies between the cells is only painted so that the eye finds its way: what was measured is
    in the rings.
    """

    def __init__(self) -> None:
        super().__init__()
        self._feet: list[UnderFoot] = []
        self._pictures: list[_FootPicture] = []
        self._recent: dict[str, float] = {}
        self._highest: dict[str, float] = {}
        """Where the scale of colours ends, by unit: one insole may be calibrated, the other not."""
        self._standing: object = None
        self.setMinimumSize(180, 160)
        self.setToolTip(tr("The load on each cell. What lies between the cells is only painted."))

    @property
    def highest(self) -> float:
        """The value at the end of the scale of the first foot."""
        return self._highest[self._feet[0].unit] if self._feet else 0.0

    @property
    def here_mm(self) -> tuple[float, float] | None:
        """Where the dot of the first foot is drawn, ``(ml, ap)``; None where there is none."""
        return self._feet[0].now_mm if self._feet else None

    def draw(self, feet: Sequence[UnderFoot], highest: float | None = None) -> None:
        """Draw one moment.

        Parameters
        ----------
        feet : sequence of UnderFoot
            From left to right; one whose cells lie nobody knows where is left out.
        highest : float, optional
            Where the scale of colours is to end; without, it follows what was there lately.
        """
        self._feet = [foot for foot in feet if np.isfinite(foot.layout.xy_mm).all()]
        units = {foot.unit for foot in self._feet}
        self._highest = {
            unit: self._follow(unit) if highest is None else highest for unit in units
        }
        of_what = [(foot.side, foot.layout, foot.unit) for foot in self._feet]
        if (of_what, self._highest) != self._standing:
            self._standing = of_what, self._highest
            self.renew()
        self.update()

    def _follow(self, unit: str) -> float:
        """Let the scale rise at once and fall slowly: by half in some ten seconds of frames."""
        values = [foot.values for foot in self._feet if foot.unit == unit]
        peak = max(float(np.fmax.reduce(each, initial=0.0)) for each in values)
        lowest = _LOWEST.get(unit, 1e-9)
        self._recent[unit] = max(_FALLS * self._recent.get(unit, 0.0), peak, lowest)
        return step_for(self._recent[unit], 1)

    # ---- what stands still -----------------------------------------------------------------

    def paint_still(self, painter: Painter) -> None:
        """Paint the scale of colours and what the feet are called; make their pictures ready."""
        self._pictures = []
        if not self._feet:
            return
        px = theme.look().px
        around = QtCore.QRectF(self.rect()).adjusted(px(4), 0, -px(66), -px(4))
        name_height = px(20)
        width = min(around.width() / len(self._feet), 0.5 * around.height())
        around.adjust((around.width() - width * len(self._feet)) / 2, 0, 0, 0)
        centred = QtCore.Qt.AlignmentFlag.AlignCenter
        for number, foot in enumerate(self._feet):
            left = around.left() + number * width
            painter.setPen(pen_of(colour_of(foot.side)))
            name = QtCore.QRectF(left, 0, width, name_height)
            painter.drawText(name, centred, self._name(foot))
            box = QtCore.QRectF(left, name_height, width, around.height() - name_height)
            self._pictures.append(_FootPicture(foot, box, self.devicePixelRatioF()))
        self._paint_colours(painter, QtCore.QRectF(
            around.left() + width * len(self._feet) + px(14), name_height + px(14), px(12),
            around.height() - name_height - px(28),
        ))  # fmt: skip

    def _name(self, foot: UnderFoot) -> str:
        """Say how far the colours go where that is not written at the scale."""
        if foot.unit == self._feet[0].unit:
            return name_of(foot.side)
        most = f"{self._highest[foot.unit]:g} {_unit_in_words(foot.unit)}"
        return tr("{foot}, up to {most}", foot=name_of(foot.side), most=most)

    def _paint_colours(self, painter: Painter, bar: QtCore.QRectF) -> None:
        look = theme.look()
        fade = QtGui.QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for share in np.linspace(0.0, 1.0, 9).tolist():
            fade.setColorAt(share, QtGui.QColor.fromRgb(int(_colours()[round(share * 255)])))
        painter.fillRect(bar, fade)
        painter.setPen(pen_of(look.quiet_ink))
        height, left = look.px(16), QtCore.Qt.AlignmentFlag.AlignLeft
        for share in (0.0, 0.5, 1.0):
            y = bar.bottom() - share * bar.height()
            place = QtCore.QRectF(bar.right() + 4, y - height / 2, look.px(44), height)
            painter.drawText(place, left, f"{share * self.highest:g}")
        above = QtCore.QRectF(bar.left() - look.px(8), 0, look.px(60), height)
        painter.drawText(above, left, _unit_in_words(self._feet[0].unit))

    # ---- what moves ------------------------------------------------------------------------

    def paint_moving(self, painter: Painter) -> None:
        """Paint the load under each foot and the way that its centre goes."""
        for foot, picture in zip(self._feet, self._pictures, strict=False):
            picture.paint(painter, foot, self._highest[foot.unit])


def colour_of(side: str) -> str:
    """Return what a foot is drawn in, as it can be read on a card too."""
    return {"left": theme.look().link, "right": theme.VERMILLION}.get(side, theme.look().quiet_ink)


def _unit_in_words(unit: str) -> str:
    return tr("counts") if unit == "counts" else unit


def name_of(side: str) -> str:
    """Return what a foot is called."""
    return {"left": tr("Left"), "right": tr("Right")}.get(side, tr("Side not set"))


class _FootPicture:
    """One foot in its place: what of it stands still, made ready.

    Parameters
    ----------
    foot : UnderFoot
    box : QRectF
        Where there is room for it.
    sharpness : float
        Pixels of the screen to a pixel.
    """

    def __init__(self, foot: UnderFoot, box: QtCore.QRectF, sharpness: float) -> None:
        layout, outline_mm = foot.layout, _outline_mm(foot.layout, foot.side)
        low, high = outline_mm.min(axis=0) - _RIM_MM, outline_mm.max(axis=0) + _RIM_MM
        middle, size = (low + high) / 2, high - low
        self._scale = Scale.around(box, (middle[0], middle[1]), (size[0], size[1]))
        self._place = QtCore.QRectF(
            self._scale.point(low[0], high[1]), self._scale.point(high[0], low[1])
        ).toAlignedRect()
        self._surface = _Surface(layout.xy_mm, low, high)
        self._cells = [
            (self._scale.point(x, y), max(diameter / 2 * self._scale.per_x, 2.0))
            for (x, y), diameter in zip(layout.xy_mm, cell_sizes_mm(layout), strict=True)
        ]
        self._over = self._paint_over(path_of(self._scale.px(outline_mm)), sharpness)

    def _paint_over(self, outline: QtGui.QPainterPath, sharpness: float) -> QtGui.QPixmap:
        """Return what is laid over the load: all but the foot, its rim, a ring for each cell."""
        over = QtGui.QPixmap(self._place.size() * sharpness)
        over.setDevicePixelRatio(sharpness)
        over.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(over)
        painter.setRenderHint(Hint.Antialiasing)
        painter.translate(-self._place.topLeft())
        outside = QtGui.QPainterPath()
        outside.addRect(QtCore.QRectF(self._place))
        painter.fillPath(outside.subtracted(outline), QtGui.QColor(theme.look().card))
        painter.setPen(pen_of(theme.look().quiet_ink, 1.5))
        painter.drawPath(outline)
        painter.setPen(pen_of(_RING))
        for at, radius in self._cells:
            painter.drawEllipse(at, radius, radius)
        painter.end()
        return over

    def paint(self, painter: Painter, foot: UnderFoot, highest: float) -> None:
        """Paint what it feels."""
        shares = np.clip(foot.values / highest, 0.0, 1.0)
        painter.setRenderHint(Hint.SmoothPixmapTransform)
        painter.drawImage(self._place, self._surface.image(shares))
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        for (at, radius), share in zip(self._cells, shares.tolist(), strict=True):
            known = math.isfinite(share)
            colour = int(_colours()[round(255 * share)]) if known else _MISSING
            painter.setBrush(QtGui.QColor.fromRgb(colour))
            painter.drawEllipse(at, radius, radius)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawPixmap(self._place.topLeft(), self._over)
        if len(foot.trail_mm):
            every = max(1, int(foot.rate_hz / _TRAIL_HZ))
            trail_px = self._scale.px(foot.trail_mm[::-every][::-1])
            draw_line(painter, trail_px, pen_of(_RING, 1.5))
        if foot.now_mm is not None:
            draw_here(painter, self._scale.point(*foot.now_mm), 7.0)


class _Surface:
    """Paints between the cells: each shines on what is around it, and the dark is far from all.

    Parameters
    ----------
    xy_mm : (S, 2) array
        Where cells lie.
    low_mm, high_mm : (2,) array
        Corners of what is painted.
    """

    def __init__(self, xy_mm: Floats, low_mm: Floats, high_mm: Floats) -> None:
        columns, rows = np.ceil((high_mm - low_mm) / _FINE_MM).astype(int)
        x = np.linspace(low_mm[0], high_mm[0], columns)
        y = np.linspace(high_mm[1], low_mm[1], rows)
        away_mm2 = (
            (x[None, :, None] - xy_mm[:, 0]) ** 2 + (y[:, None, None] - xy_mm[:, 1]) ** 2
        )
        reach_mm = _REACH * spacing_mm(xy_mm) if len(xy_mm) > 1 else _FINE_MM
        near = np.exp(-away_mm2 / (2 * reach_mm**2))
        self._weights = near / np.maximum(near.sum(axis=2, keepdims=True), _DARK)
        self._pixels = np.empty((rows, columns), np.uint32)

    def image(self, shares: Floats) -> QtGui.QImage:
        """Return it for what each cell feels, ``(S,)`` from 0 to 1; it holds until the next."""
        painted = self._weights @ np.nan_to_num(shares)
        np.take(_colours(), (255 * painted).astype(np.intp), out=self._pixels)
        rows, columns = self._pixels.shape
        format_ = QtGui.QImage.Format.Format_RGB32
        return QtGui.QImage(self._pixels.data, columns, rows, 4 * columns, format_)


def _outline_mm(layout: SensorLayout, side: str) -> Floats:
    """Return a foot of the insole's length if its cells lie within, else what is around them."""
    length_mm = min(max(layout.size_mm[1], MIN_LENGTH_MM), MAX_LENGTH_MM)
    worn: Side = "left" if side == "left" else "right"
    foot = FootRegistration(worn, (0.0, 0.0), 0.0, length_mm).outline_mm(120)
    path = path_of(foot)
    if all(path.contains(QtCore.QPointF(x, y)) for x, y in layout.xy_mm.tolist()):
        return foot
    return rim_mm(layout)


@cache
def _colours() -> NDArray[np.uint32]:
    """Return cividis, ``(256,)``: red, green and blue in one number each, as Qt writes them."""
    rgb = pg.colormap.get("cividis").getLookupTable(0.0, 1.0, 256).astype(np.uint32)
    colours: NDArray[np.uint32] = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    return colours
