# SPDX-License-Identifier: Apache-2.0
"""The plate from above while it is calibrated: where the mass goes, and how far off it was."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry.device import SensorLayout
from solemetry_host.calibrating.step import Residual, Shown
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

_LONGEST_PX = 45.0
"""About as long the longest arrow is: a millimetre as it is could not be seen."""

_MARGIN_MM = 30.0
_POINT_PX = 13.0


class PlateMap(QtWidgets.QWidget):
    """Draws the marked places, the one that is next, and an arrow for each that was measured."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(300, theme.look().px(300))
        self._layout: SensorLayout | None = None
        self._shown: Shown | None = None
        self._marks: tuple[tuple[int, tuple[float, float]], ...] = ()

    def show_plate(
        self, layout: SensorLayout, marks: tuple[tuple[int, tuple[float, float]], ...]
    ) -> None:
        """Show an empty plate and its marked places, each with its number."""
        self._layout, self._marks, self._shown = layout, marks, None
        self.update()

    def draw(self, shown: Shown) -> None:
        """Draw one moment."""
        if shown is not self._shown:
            self._shown = shown
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw everything; a few dozen shapes, so nothing is kept between."""
        if self._layout is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._draw_plate(painter, self._layout)
        residuals = self._shown.residuals if self._shown is not None else ()
        measured = {one.true_mm for one in residuals}
        for number, place in self._marks:
            if place not in measured:
                self._draw_mark(painter, number, place)
        times = self._times(residuals)
        for one in residuals:
            self._draw_residual(painter, one, times)
        if self._shown is not None:
            for place in self._shown.step.places_mm:
                self._draw_target(painter, place)
        self._draw_legend(painter, times)
        painter.end()

    # ---- parts -----------------------------------------------------------------------------

    def _draw_plate(self, painter: QtGui.QPainter, layout: SensorLayout) -> None:
        now = theme.look()
        width, depth = layout.size_mm
        corners = QtCore.QRectF(
            self._at((-width / 2, depth / 2)), self._at((width / 2, -depth / 2))
        )
        painter.setPen(QtGui.QPen(QtGui.QColor(now.quiet_ink), 1.5))
        painter.setBrush(QtGui.QColor(now.ground))
        painter.drawRoundedRect(corners, 10, 10)
        painter.setFont(self._font(11))
        for name, xy in zip(layout.labels, layout.xy_mm, strict=True):
            at = self._at((float(xy[0]), float(xy[1])))
            painter.setPen(QtGui.QPen(QtGui.QColor(now.line), 1.5))
            painter.setBrush(QtGui.QColor(now.card))
            painter.drawRect(QtCore.QRectF(at.x() - 6, at.y() - 6, 12, 12))
            painter.setPen(QtGui.QColor(now.quiet_ink))
            painter.drawText(at + QtCore.QPointF(10, 4), name)
        painter.drawText(
            QtCore.QRectF(corners.left(), corners.top() - 20, corners.width(), 18),
            QtCore.Qt.AlignmentFlag.AlignCenter, tr("front"),
        )  # fmt: skip

    def _draw_mark(
        self, painter: QtGui.QPainter, number: int, place: tuple[float, float]
    ) -> None:
        now = theme.look()
        painter.setBrush(QtGui.QColor(now.card))
        at, r = self._at(place), now.px(_POINT_PX)
        painter.setPen(QtGui.QPen(QtGui.QColor(now.quiet_ink), 1.5))
        painter.drawEllipse(at, r, r)
        painter.setFont(self._font(12))
        box = QtCore.QRectF(at.x() - r, at.y() - r, 2 * r, 2 * r)
        painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, str(number))

    def _draw_residual(
        self, painter: QtGui.QPainter, one: Residual, times: float
    ) -> None:
        """Draw a point that was measured: its place, how far off it was, and where to.

        One that should be done again is a square besides its colour; what only verifies is small.
        """
        now = theme.look()
        colour = QtGui.QColor(theme.VERMILLION if one.astray else theme.BLUE)
        verifies = not one.step.startswith("point")
        begin, r = self._at(one.true_mm), now.px(5 if verifies else 7)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if one.astray:
            painter.drawRect(QtCore.QRectF(begin.x() - r, begin.y() - r, 2 * r, 2 * r))
        else:
            painter.drawEllipse(begin, r, r)
        end = begin + (self._at(one.measured_mm) - begin) * times
        painter.setPen(QtGui.QPen(colour, 2.5))
        painter.drawLine(begin, end)
        way = math.atan2(end.y() - begin.y(), end.x() - begin.x())
        head = [
            end - QtCore.QPointF(math.cos(way + turn), math.sin(way + turn)) * 9
            for turn in (-0.45, 0.45)
        ]
        painter.drawPolygon(QtGui.QPolygonF([end, *head]))
        if verifies:
            return
        painter.setFont(self._font(12))
        painter.setPen(QtGui.QColor(now.ink))
        below = QtCore.QRectF(begin.x() - 60, begin.y() + r + 2, 120, now.px(18))
        painter.drawText(
            below, QtCore.Qt.AlignmentFlag.AlignCenter,
            tr("{number}: {off} mm", number=one.number, off=f"{one.off_mm:.1f}"),
        )  # fmt: skip

    def _times(self, residuals: Sequence[Residual]) -> float:
        """By how much arrows are longer than what is off: a round number; 0 without any."""
        longest = max(
            (math.dist(self._at(one.true_mm).toTuple(), self._at(one.measured_mm).toTuple())
             for one in residuals), default=0.0,
        )  # fmt: skip
        if longest <= 0:
            return 0.0
        power = 10.0 ** math.floor(math.log10(_LONGEST_PX / longest))
        return max(1.0, power * max(n for n in (1, 2, 5) if n * power * longest <= _LONGEST_PX))

    def _draw_target(self, painter: QtGui.QPainter, place: tuple[float, float]) -> None:
        at = self._at(place)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.setPen(QtGui.QPen(QtGui.QColor(theme.GREEN), 4))
        r = theme.look().px(24)
        painter.drawEllipse(at, r, r)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QtCore.QPointF(dx, dy)
            painter.drawLine(at + way * (r - 6), at + way * (r + 8))

    def _draw_legend(self, painter: QtGui.QPainter, times: float) -> None:
        if not times:
            return
        painter.setFont(self._font(12))
        painter.setPen(QtGui.QColor(theme.look().quiet_ink))
        painter.drawText(
            self.rect().adjusted(4, 0, -4, -2),
            QtCore.Qt.AlignmentFlag.AlignBottom | QtCore.Qt.AlignmentFlag.AlignHCenter,
            tr("Arrows: how far off, {times} times as long", times=f"{times:g}"),
        )

    # ---- small change ----------------------------------------------------------------------

    def _at(self, place: tuple[float, float]) -> QtCore.QPointF:
        """Return where a place of the plate is on the screen: front up."""
        width, depth = self._layout.size_mm if self._layout is not None else (1.0, 1.0)
        below = theme.look().px(26)
        scale = min(
            self.width() / (width + 2 * _MARGIN_MM), (self.height() - below) / (depth + 60.0)
        )
        return QtCore.QPointF(
            self.width() / 2 + scale * place[0], (self.height() - below) / 2 - scale * place[1]
        )

    def _font(self, size: float) -> QtGui.QFont:
        font = QtGui.QFont(self.font())
        font.setPixelSize(theme.look().px(size))
        return font
