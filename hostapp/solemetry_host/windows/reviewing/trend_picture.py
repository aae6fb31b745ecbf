# SPDX-License-Identifier: Apache-2.0
"""One measure over days, with the band in which it stays while nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6 import QtCore, QtGui

from solemetry_host.people.trends import Trend
from solemetry_host.reviewing.names import number
from solemetry_host.windows.live.picture import Painter, Picture, Scale, pen_of, step_for
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

Align = QtCore.Qt.AlignmentFlag

_ROOM = 0.12
"""Above and below the values, as a share of their range."""


class TrendPicture(Picture):
    """Draws days as points: one shape and colour for each side, small for repeats, large for a day.

    The band of each side has the same edge as its points.
    """

    def __init__(self) -> None:
        super().__init__()
        self._trends: Sequence[Trend] = ()
        self._unit = ""
        self.setMinimumHeight(theme.look().px(180))

    def show_trends(self, trends: Sequence[Trend], unit: str) -> None:
        """Show these, which are one measure of one side each."""
        self._trends, self._unit = trends, unit
        self.renew()

    @property
    def _box(self) -> QtCore.QRectF:
        px = theme.look().px
        return QtCore.QRectF(self.rect()).adjusted(px(52), px(26), -px(16), -px(26))

    def paint_still(self, painter: Painter) -> None:
        """Paint everything: nothing moves."""
        if not self._trends:
            painter.setPen(pen_of(theme.look().quiet_ink))
            painter.drawText(self.rect(), Align.AlignCenter, tr("No values yet"))
            return
        box = self._box
        days = sorted({day.day for trend in self._trends for day in trend.days})
        first, last = days[0], max(days[-1], days[0] + timedelta(days=1))
        low, high = self._reach()
        scale = Scale.filling(box, (-0.04 * (last - first).days, 1.04 * (last - first).days),
                              (low, high))  # fmt: skip
        self._paint_grid(painter, box, scale, (low, high), (first, last))
        painter.save()
        painter.setClipRect(box.adjusted(-1, -1, 1, 1))
        for trend in self._trends:
            self._paint_band(painter, trend, box, scale)
        for trend in self._trends:
            self._paint_days(painter, trend, scale, first)
        painter.restore()
        self._paint_sides(painter, box)

    def _reach(self) -> tuple[float, float]:
        ends = [value for trend in self._trends for day in trend.days for value in day.values]
        ends += [end for trend in self._trends if trend.band is not None for end in trend.band]
        low, high = min(ends), max(ends)
        room = _ROOM * (high - low) or abs(high) * _ROOM or 1.0
        return (0.0 if 0 <= low < room * 2 else low - room), high + room

    def _paint_grid(
        self,
        painter: Painter,
        box: QtCore.QRectF,
        scale: Scale,
        values: tuple[float, float],
        days: tuple[date, date],
    ) -> None:
        look = theme.look()
        height, right = look.px(16), Align.AlignRight | Align.AlignVCenter
        step = step_for(values[1] - values[0], max(2, int(box.height() / look.px(40))))
        at = step * int(values[0] / step)
        while at <= values[1]:
            if at >= values[0]:
                y = scale.point(0, at).y()
                painter.setPen(pen_of(look.line))
                painter.drawLine(QtCore.QLineF(box.left(), y, box.right(), y))
                painter.setPen(pen_of(look.quiet_ink))
                place = QtCore.QRectF(0, y - height / 2, box.left() - 6, height)
                painter.drawText(place, right, f"{at:g}")
            at += step
        painter.drawText(QtCore.QRectF(0, 0, box.left() - 6, look.px(18)), right, self._unit)
        first, last = days
        span = (last - first).days
        every = max(1, -(-span // max(2, int(box.width() / look.px(100)))))
        for n in range(0, span + 1, every):
            x = scale.point(n, 0).x()
            place = QtCore.QRectF(x - look.px(50), box.bottom() + 4, look.px(100), height)
            painter.drawText(place, Align.AlignCenter, (first + timedelta(days=n)).isoformat())

    def _paint_band(
        self, painter: Painter, trend: Trend, box: QtCore.QRectF, scale: Scale
    ) -> None:
        if trend.band is None:
            return
        low, high = (scale.point(0, end).y() for end in trend.band)
        shade = QtGui.QColor(_colour(trend))
        shade.setAlphaF(0.13)
        painter.fillRect(QtCore.QRectF(box.left(), high, box.width(), low - high), shade)
        painter.setPen(pen_of(_colour(trend), 1.0, dashed=True))
        for y in (low, high):
            painter.drawLine(QtCore.QLineF(box.left(), y, box.right(), y))

    def _paint_days(self, painter: Painter, trend: Trend, scale: Scale, first: date) -> None:
        colour, look = _colour(trend), theme.look()
        points = [scale.point((day.day - first).days, day.mean) for day in trend.days]
        painter.setPen(pen_of(colour, 1.0))
        painter.drawPolyline(points)
        for day, at in zip(trend.days, points, strict=True):
            painter.setPen(pen_of(colour, 1.0))
            for value in day.values:
                spot = QtCore.QPointF(at.x(), scale.point(0, value).y())
                painter.drawEllipse(spot, 2.5, 2.5)
            painter.setPen(pen_of(look.card, 1.5))
            painter.setBrush(QtGui.QColor(colour))
            _draw_shape(painter, trend.side, at, look.px(7))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)

    def _paint_sides(self, painter: Painter, box: QtCore.QRectF) -> None:
        """Say above the picture which shape is whose, and what the last day was."""
        look, x = theme.look(), box.left() + 6
        for trend in self._trends:
            text = f"{side_in_words(trend.side)}  {number(trend.days[-1].mean)}"
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor(_colour(trend)))
            _draw_shape(painter, trend.side, QtCore.QPointF(x + 6, look.px(12)), look.px(6))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.setPen(pen_of(look.ink))
            painter.drawText(QtCore.QPointF(x + look.px(18), look.px(17)), text)
            x += look.px(44) + painter.fontMetrics().horizontalAdvance(text)


def side_in_words(side: str) -> str:
    """Return what a side is called."""
    return {"left": tr("Left"), "right": tr("Right"), "both": tr("Both")}.get(side, tr("All"))


def _colour(trend: Trend) -> str:
    feet = {"left": theme.look().link, "right": theme.VERMILLION}
    return feet.get(trend.side, theme.GREEN)


def _draw_shape(painter: Painter, side: str, at: QtCore.QPointF, size: float) -> None:
    """Draw a square for the left, a triangle for the right, and a disc for both."""
    x, y = at.x(), at.y()
    if side == "left":
        painter.drawRect(QtCore.QRectF(x - 0.85 * size, y - 0.85 * size, 1.7 * size, 1.7 * size))
    elif side == "right":
        corners = ((x, y - 1.1 * size), (x + size, y + 0.8 * size), (x - size, y + 0.8 * size))
        painter.drawPolygon([QtCore.QPointF(*corner) for corner in corners])
    else:
        painter.drawEllipse(at, size, size)
