# SPDX-License-Identifier: Apache-2.0
"""The foot from above, where the pressure is on it, and where it should be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui

from solemetry_host.drills.showing.ring import Ring
from solemetry_host.windows.drilling.painted import Painted, between, pen
from solemetry_host.windows.look import theme

Floats = NDArray[np.float64]

DOT_MM = 12.0
"""Across the dot on the screen itself: seen from three metres away."""

_MM_PER_INCH = 25.4
_MARGIN_MM = 10.0
_TAIL_PIECES = 6
_TARGET_WIDTH = 4.0


class FootRing(Painted):
    """Shows a `Ring`: toes up, the own left on the left.

    A target is a dashed line as long as the dot is elsewhere, and solid once it is inside.
    """

    def __init__(self) -> None:
        super().__init__(120)
        self._outlines: tuple[Floats, ...] = ()
        self._middle_mm, self._half_mm = np.zeros(2), np.full(2, 100.0)

    def show_now(self, now: object) -> None:
        """Show a ring; what it is drawn around is looked at only where the feet are others."""
        if isinstance(now, Ring) and now.outlines_mm is not self._outlines:
            self._outlines = now.outlines_mm
            ends = np.concatenate(now.outlines_mm)
            low, high = ends.min(axis=0), ends.max(axis=0)
            self._middle_mm, self._half_mm = (low + high) / 2, (high - low) / 2 + _MARGIN_MM
        super().show_now(now)

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint ground, target, tail and dot."""
        ring = self._now
        if not isinstance(ring, Ring):
            return
        px_per_mm = min(room.width() / self._half_mm[0], room.height() / self._half_mm[1]) / 2
        middle = np.array((room.center().x(), room.center().y()))

        def on_screen(places_mm: Floats) -> Floats:
            seen: Floats = middle + (places_mm - self._middle_mm) * (px_per_mm, -px_per_mm)
            return seen

        painter.setClipRect(room)
        self._paint_feet(painter, [on_screen(outline) for outline in ring.outlines_mm])
        if len(ring.target_mm):
            self._paint_target(painter, on_screen(ring.target_mm), ring.inside)
        if len(ring.tail_mm) > 1:
            self._paint_tail(painter, on_screen(ring.tail_mm))
        if np.isfinite(ring.dot_mm).all():
            self._paint_dot(painter, on_screen(ring.dot_mm))

    def _paint_feet(self, painter: QtGui.QPainter, outlines: list[Floats]) -> None:
        look = theme.look()
        painter.setPen(pen(look.quiet_ink, 2))
        painter.setBrush(QtGui.QColor(look.hover))
        for outline in outlines:
            painter.drawPolygon(_polygon(outline))

    def _paint_target(self, painter: QtGui.QPainter, outline: Floats, inside: bool) -> None:
        painter.setPen(pen(theme.GREEN, _TARGET_WIDTH, dashed=not inside))
        fill = between(theme.look().card, theme.GREEN, 0.45)
        painter.setBrush(fill if inside else QtCore.Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_polygon(outline))

    def _paint_tail(self, painter: QtGui.QPainter, tail: Floats) -> None:
        """Paint where it was, the older the fainter."""
        ground = theme.look().card
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        edges = np.linspace(0, len(tail) - 1, _TAIL_PIECES + 1).astype(int)
        for piece, (start, end) in enumerate(pairwise(edges.tolist()), 1):
            if end > start:
                line = pen(theme.VERMILLION, 2)
                line.setColor(between(ground, theme.VERMILLION, piece / _TAIL_PIECES))
                painter.setPen(line)
                painter.drawPolyline(_polygon(tail[start : end + 1]))

    def _paint_dot(self, painter: QtGui.QPainter, place: Floats) -> None:
        """Paint it open, so that the target is seen through it."""
        across = DOT_MM / _MM_PER_INCH * self.logicalDpiX()
        at = QtCore.QPointF(*place.tolist())
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for colour, width in ((theme.look().card, 0.28), (theme.VERMILLION, 0.2)):
            painter.setPen(pen(colour, width * across))
            painter.drawEllipse(at, 0.4 * across, 0.4 * across)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(theme.VERMILLION))
        painter.drawEllipse(at, 0.09 * across, 0.09 * across)


def _polygon(places: Floats) -> QtGui.QPolygonF:
    return QtGui.QPolygonF([QtCore.QPointF(x, y) for x, y in places.tolist()])
