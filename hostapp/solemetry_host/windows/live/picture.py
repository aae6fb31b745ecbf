# SPDX-License-Identifier: Apache-2.0
"""A picture that is painted anew many times a second: what stands still in it only once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.windows.look import theme

Floats = NDArray[np.float64]
Pen = QtGui.QPen
Painter = QtGui.QPainter

Hint = QtGui.QPainter.RenderHint


class Picture(QtWidgets.QWidget):
    """A widget whose still part is kept as an image, until it has another size or `renew`.

    The two parts are for subclasses to paint: `paint_still` and `paint_moving`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._still: QtGui.QPixmap | None = None
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding
        )

    def paint_still(self, painter: Painter) -> None:
        """Paint what does not move."""

    def paint_moving(self, painter: Painter) -> None:
        """Paint what does, on top of it."""

    def renew(self) -> None:
        """Have the still part painted anew."""
        self._still = None
        self.update()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take up another size."""
        self._still = None

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint both parts."""
        if self._still is None:
            self._still = self._paint_still()
        painter = QtGui.QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        painter.setRenderHint(Hint.Antialiasing)
        self.paint_moving(painter)
        painter.end()

    def _paint_still(self) -> QtGui.QPixmap:
        sharpness = self.devicePixelRatioF()
        still = QtGui.QPixmap(self.size() * sharpness)
        still.setDevicePixelRatio(sharpness)
        still.fill(theme.look().card)
        painter = QtGui.QPainter(still)
        painter.setRenderHint(Hint.Antialiasing)
        painter.setFont(small_font())
        self.paint_still(painter)
        painter.end()
        return still


@dataclass(frozen=True)
class Scale:
    """From a plane of values to the pixels of a picture; y goes up in one and down in the other.

    Attributes
    ----------
    x_px, y_px : float
        Where the value 0 is.
    per_x, per_y : float
        Pixels to one.
    """

    x_px: float
    y_px: float
    per_x: float
    per_y: float

    @classmethod
    def around(
        cls, box: QtCore.QRectF, middle: tuple[float, float], size: tuple[float, float]
    ) -> Scale:
        """Show so much around a point, as large as fits into a box, the same either way."""
        per = max(min(box.width() / size[0], box.height() / size[1]), 1e-6)
        x_px = box.center().x() - per * middle[0]
        return cls(x_px, box.center().y() + per * middle[1], per, per)

    @classmethod
    def filling(
        cls, box: QtCore.QRectF, x: tuple[float, float], y: tuple[float, float]
    ) -> Scale:
        """Show a range of each over the whole of a box."""
        per_x, per_y = box.width() / (x[1] - x[0]), box.height() / (y[1] - y[0])
        return cls(box.left() - per_x * x[0], box.bottom() + per_y * y[0], per_x, per_y)

    def px(self, values: Floats) -> Floats:
        """Return where points ``(n, 2)`` lie."""
        return values * (self.per_x, -self.per_y) + (self.x_px, self.y_px)

    def point(self, x: float, y: float) -> QtCore.QPointF:
        """Return where one point lies."""
        return QtCore.QPointF(self.x_px + self.per_x * x, self.y_px - self.per_y * y)


def draw_line(painter: Painter, points_px: Floats, pen: Pen) -> None:
    """Draw a line through points ``(n, 2)``, with holes where they are not finite.

    Piece by piece: Qt draws many short lines in a tenth of the time of one long one.
    """
    pieces = np.concatenate((points_px[:-1], points_px[1:]), axis=1)
    pieces = pieces[np.isfinite(pieces).all(axis=1)]
    lines = internals.PrimitiveArray(QtCore.QLineF, 4)
    lines.resize(len(pieces))
    lines.ndarray()[:] = pieces
    painter.setPen(pen)
    painter.drawLines(*lines.drawargs())


def path_of(points_px: Floats) -> QtGui.QPainterPath:
    """Return a closed line through points ``(n, 2)``."""
    path = QtGui.QPainterPath()
    path.addPolygon(QtGui.QPolygonF([QtCore.QPointF(x, y) for x, y in points_px.tolist()]))
    path.closeSubpath()
    return path


def draw_here(painter: Painter, at: QtCore.QPointF, size_px: float = 8.0) -> None:
    """Draw the dot that says where the load acts now."""
    painter.setPen(pen_of("white", 2.0))
    painter.setBrush(QtGui.QColor(theme.VERMILLION))
    painter.drawEllipse(at, size_px, size_px)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)


def pen_of(colour: str | QtGui.QColor, width: float = 1.0, dashed: bool = False) -> Pen:
    """Return a pen."""
    pen = QtGui.QPen(QtGui.QColor(colour), width)
    pen.setCapStyle(QtCore.Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setStyle(QtCore.Qt.PenStyle.DashLine)
    return pen


def between(colour: str, other: str, share: float) -> QtGui.QColor:
    """Return a colour on the way from one to another."""
    a, b = QtGui.QColor(colour), QtGui.QColor(other)
    parts = (a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF())
    return QtGui.QColor.fromRgbF(*((1 - share) * u + share * v for u, v in parts))


def small_font() -> QtGui.QFont:
    """Return the font of what is written in pictures."""
    font = QtGui.QFont(QtWidgets.QApplication.font())
    font.setPixelSize(theme.look().px(12))
    return font


def step_for(span: float, most: int) -> float:
    """Return 1, 2 or 5 times a power of ten, so that no more than so many fit into a span."""
    rough = max(span, 1e-9) / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def ticks(low: float, high: float, step: float) -> list[float]:
    """Return the multiples of a step from one value to another."""
    # A hair more than exact, for what was made of tenths.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * n for n in range(first, last + 1)]


def in_short(value: float) -> str:
    """Return a number as it is written at a tick."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
