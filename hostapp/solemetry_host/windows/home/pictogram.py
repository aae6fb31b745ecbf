# SPDX-License-Identifier: Apache-2.0
"""A small picture of a device from above: what it is, where its cells are, where one stands."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from solemetry.foot import FootRegistration, Side
from solemetry_host.live.snapshot import DeviceView
from solemetry_host.windows.look import theme
from solemetry_host.words import tr

_SIZE, _NARROW = 84, 60
_MARGIN = 4


class Pictogram(QtWidgets.QWidget):
    """Draws a plate, or a foot in the colour of its side with its letter."""

    def __init__(self) -> None:
        super().__init__()
        self._view: DeviceView | None = None
        self._shape = QtGui.QPainterPath()
        self.setFixedSize(theme.look().px(_SIZE), theme.look().px(_SIZE))

    def show_view(self, view: DeviceView) -> None:
        """Draw a device as it is now."""
        if view is self._view:
            return
        if self._view is None or view.layout is not self._view.layout:
            self._shape = _plate(view) if view.layout.kind == "plate" else _foot(view)
            width = _SIZE if view.layout.kind == "plate" else _NARROW
            self.setFixedWidth(theme.look().px(width))
        self._view = view
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        view = self._view
        if view is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        side = _side_of(view)
        colour = _colour_of(side) if view.link.state == "streaming" else _quiet()
        to_screen = _to_screen(self._shape.boundingRect(), QtCore.QRectF(self.rect()))
        painter.setPen(QtGui.QPen(colour, theme.look().px(2)))
        painter.setBrush(QtGui.QColor(colour.red(), colour.green(), colour.blue(), 30))
        painter.drawPath(to_screen.map(self._shape))
        self._draw_cells(painter, view, to_screen, colour)
        if side is not None:
            self._draw_letter(painter, side, colour)
        self._draw_where_one_stands(painter, view, to_screen)

    def _draw_cells(
        self,
        painter: QtGui.QPainter,
        view: DeviceView,
        to_screen: QtGui.QTransform,
        colour: QtGui.QColor,
    ) -> None:
        """Cells are dots; one that is silent or at its range's end is a hollow square."""
        layout, size = view.layout, theme.look().px(3 if view.layout.kind == "plate" else 2)
        ill = {*view.link.silent, *view.link.saturated}
        for label, (x, y) in zip(layout.labels, layout.xy_mm.tolist(), strict=True):
            if not np.isfinite((x, y)).all():
                continue
            at = to_screen.map(QtCore.QPointF(x, y))
            if label in ill:
                painter.setPen(QtGui.QPen(QtGui.QColor(theme.ORANGE), theme.look().px(2)))
                painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
                painter.drawRect(QtCore.QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))
            else:
                painter.setPen(QtCore.Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(at, size, size)

    def _draw_letter(self, painter: QtGui.QPainter, side: Side, colour: QtGui.QColor) -> None:
        font = QtGui.QFont(self.font())
        font.setPixelSize(theme.look().px(18))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QtGui.QColor(theme.look().link) if side == "left" else colour)
        letter = tr("L") if side == "left" else tr("R")
        corner = QtCore.Qt.AlignmentFlag.AlignTop | (
            QtCore.Qt.AlignmentFlag.AlignLeft
            if side == "left"
            else QtCore.Qt.AlignmentFlag.AlignRight
        )
        painter.drawText(self.rect(), corner, letter)

    def _draw_where_one_stands(
        self, painter: QtGui.QPainter, view: DeviceView, to_screen: QtGui.QTransform
    ) -> None:
        metrics = view.metrics
        if metrics is None or not np.isfinite(metrics.cop_mm).all():
            return
        x, y = metrics.cop_mm.tolist()
        painter.setPen(QtGui.QPen(QtGui.QColor(theme.look().card), theme.look().px(2)))
        painter.setBrush(QtGui.QColor(theme.look().ink))
        size = theme.look().px(6)
        painter.drawEllipse(to_screen.map(QtCore.QPointF(x, y)), size, size)


def _side_of(view: DeviceView) -> Side | None:
    """Return the foot a device is worn on; None of a plate, and where nobody has said."""
    sides: dict[str, Side] = {"left": "left", "right": "right"}
    return sides.get(view.side)


def _colour_of(side: Side | None) -> QtGui.QColor:
    colours: dict[Side | None, str] = {
        "left": theme.BLUE, "right": theme.VERMILLION, None: theme.look().quiet_ink
    }  # fmt: skip
    return QtGui.QColor(colours[side])


def _quiet() -> QtGui.QColor:
    return QtGui.QColor(theme.look().line)


def _plate(view: DeviceView) -> QtGui.QPainterPath:
    width, depth = view.layout.size_mm
    path = QtGui.QPainterPath()
    path.addRoundedRect(-width / 2, -depth / 2, width, depth, width / 12, width / 12)
    return path


def _foot(view: DeviceView) -> QtGui.QPainterPath:
    foot = FootRegistration(_side_of(view) or "right", (0.0, 0.0), 0.0, view.layout.size_mm[1])
    points = [QtCore.QPointF(x, y) for x, y in foot.outline_mm().tolist()]
    path = QtGui.QPainterPath()
    path.addPolygon(QtGui.QPolygonF(points))
    return path


def _to_screen(shape: QtCore.QRectF, place: QtCore.QRectF) -> QtGui.QTransform:
    """Fit a shape into a place, forward upwards."""
    room = place.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    scale = min(room.width() / shape.width(), room.height() / shape.height())
    middle, centre = room.center(), shape.center()
    return (
        QtGui.QTransform()
        .translate(middle.x(), middle.y())
        .scale(scale, -scale)
        .translate(-centre.x(), -centre.y())
    )
