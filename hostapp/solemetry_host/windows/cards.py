# SPDX-License-Identifier: Apache-2.0
"""Small panels: one number, one share, a strip of force."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.live.snapshot import Share, Snapshot
from solemetry_host.windows import theme

Floats = NDArray[np.float64]

NOTHING = "–"

_MOST_DRAWN = 1000
"""Points of a curve: more than two in a column of the screen cannot be told apart."""


def card() -> QtWidgets.QFrame:
    """Return an empty panel."""
    frame = QtWidgets.QFrame()
    frame.setObjectName("card")
    return frame


def label(name: str, text: str = "") -> QtWidgets.QLabel:
    """Return a label of one of the theme's kinds."""
    made = QtWidgets.QLabel(text)
    made.setObjectName(name)
    return made


class NumberCard(QtWidgets.QFrame):
    """A number that can be read from across the room."""

    def __init__(self, title: str, unit: str, decimals: int) -> None:
        super().__init__()
        self.setObjectName("card")
        self._decimals = decimals
        self._value, self._note = label("value", NOTHING), label("note")
        line = QtWidgets.QHBoxLayout()
        line.addWidget(self._value)
        line.addWidget(label("unit", unit), alignment=QtCore.Qt.AlignmentFlag.AlignBottom)
        line.addStretch()
        column = QtWidgets.QVBoxLayout(self)
        column.setSpacing(2)
        column.addWidget(label("title", title))
        column.addLayout(line)
        column.addWidget(self._note)

    @property
    def text(self) -> str:
        """What is shown as the number."""
        return self._value.text()

    def show_value(self, value: float, note: str = "") -> None:
        """Show a number, or a dash when there is none."""
        text = f"{value:.{self._decimals}f}" if math.isfinite(value) else NOTHING
        if text != self._value.text():
            self._value.setText(text)
        if note != self._note.text():
            self._note.setText(note)


class ShareCard(QtWidgets.QFrame):
    """How a load divides between two ends, as a bar and as two percentages."""

    def __init__(self, title: str, low: str, high: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self._low_name, self._high_name = low, high
        self._low, self._high = label("note"), label("note")
        self._of = label("note")
        self._bar = _Bar()
        ends = QtWidgets.QHBoxLayout()
        ends.addWidget(self._low)
        ends.addStretch()
        ends.addWidget(self._high)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(label("title", title))
        head.addStretch()
        head.addWidget(self._of)
        column = QtWidgets.QVBoxLayout(self)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addLayout(ends)
        self.show_share(Share(math.nan, ""))

    def show_share(self, share: Share) -> None:
        """Show the share of the high end, and of what it is a share."""
        known = math.isfinite(share.value)
        high = f"{100 * share.value:.0f} %" if known else NOTHING
        low = f"{100 * (1 - share.value):.0f} %" if known else NOTHING
        self._low.setText(f"{self._low_name} {low}")
        self._high.setText(f"{high} {self._high_name}")
        self._of.setText(f"of {share.of}" if share.of else "")
        self._bar.show_share(share.value)


class _Bar(QtWidgets.QWidget):
    """A bar with a mark in the middle and a knob at the share."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(18)
        self._share = math.nan

    def show_share(self, share: float) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        box = QtCore.QRectF(self.rect()).adjusted(8, 5, -8, -5)
        painter.setBrush(QtGui.QColor(theme.LINE))
        painter.drawRoundedRect(box, 4, 4)
        middle = QtCore.QRectF(box.center().x() - 1, 1, 2, self.height() - 2)
        painter.fillRect(middle, QtGui.QColor(theme.QUIET_INK))
        if math.isfinite(self._share):
            x = box.left() + box.width() * min(max(self._share, 0.0), 1.0)
            painter.setBrush(QtGui.QColor(theme.BLUE))
            painter.drawEllipse(QtCore.QPointF(x, box.center().y()), 8, 8)
        painter.end()


class ForceStrip(pg.PlotWidget):  # type: ignore[misc]
    """Total force over the window."""

    def __init__(self) -> None:
        super().__init__(background=theme.CARD)
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.disableAutoRange()
        plot.setLabel("left", "Force", units="N")
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.setLabel("bottom", "seconds ago")
        plot.showGrid(x=True, y=True, alpha=0.15)
        self.setMouseEnabled(x=False, y=False)
        self.setXRange(-10, 0, padding=0)
        self._ceiling = 200.0
        self.setYRange(0, self._ceiling, padding=0.05)
        self._curve = pg.PlotCurveItem(pen=pg.mkPen(theme.BLUE, width=2), connect="finite")
        plot.addItem(self._curve)

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment."""
        metrics = snapshot.metrics
        if metrics is None:
            self._curve.setData([], [])
            return
        force = metrics.force_trail_n
        ago_s = (np.arange(len(force)) - len(force) + 1) / snapshot.rate_hz
        self._curve.setData(*_outline(ago_s, force))
        peak = np.nanmax(force, initial=0.0)
        ceiling = 200.0 * max(1.0, np.ceil(peak * 1.05 / 200.0))
        if ceiling != self._ceiling:
            self._ceiling = ceiling
            self.setYRange(0, ceiling, padding=0.05)


def _outline(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return what of many points can be seen: in each piece the least and the greatest.

    Lines are what drawing costs, and no peak may be lost.
    """
    piece = 2 * len(y) // _MOST_DRAWN
    if piece < 3:
        return x, y
    of_pieces = y[len(y) % piece :].reshape(-1, piece)
    low, high = np.fmin.reduce(of_pieces, axis=1), np.fmax.reduce(of_pieces, axis=1)
    return np.repeat(x[len(y) % piece :: piece], 2), np.column_stack((low, high)).ravel()
