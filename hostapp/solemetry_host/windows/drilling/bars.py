# SPDX-License-Identifier: Apache-2.0
"""At most three bars, each with the band where it should be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.drills.showing.bars import MOST_BARS, Bar
from solemetry_host.windows.drilling.painted import Painted, between, pen
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import column, label, row
from solemetry_host.words import tr

_TRACK = 30


class _Track(Painted):
    """A line with a thick green part where the marker should be."""

    def __init__(self) -> None:
        super().__init__(_TRACK)
        self.setFixedHeight(_TRACK)

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint line, band and marker."""
        bar = self._now
        if not isinstance(bar, Bar):
            return
        look, radius = theme.look(), 0.36 * room.height()
        left, length, middle = room.left() + radius, room.width() - 2 * radius, room.center().y()
        low, high = bar.ends

        def across(value: float) -> float:
            return left + length * min(max((value - low) / (high - low), 0.0), 1.0)

        painter.setPen(pen(look.line, 6))
        painter.drawLine(QtCore.QPointF(left, middle), QtCore.QPointF(left + length, middle))
        if bar.low is not None or bar.high is not None:
            start = across(low if bar.low is None else bar.low)
            end = across(high if bar.high is None else bar.high)
            band = QtCore.QRectF(start, middle - radius, end - start, 2 * radius)
            painter.setPen(pen(theme.GREEN, 2))
            painter.setBrush(between(look.card, theme.GREEN, 0.35 if bar.holds else 0.12))
            painter.drawRoundedRect(band, 5, 5)
        painter.setPen(pen(look.card, 2))
        painter.setBrush(QtGui.QColor(theme.BLUE))
        painter.drawEllipse(QtCore.QPointF(across(bar.value), middle), radius, radius)


class _Row(QtWidgets.QWidget):
    """One bar with its words and its number."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", wraps=True)
        self.number = label("heading")
        self.hint = label("unit")
        self.track = _Track()
        below = row(spacing=theme.SPACE // 2)
        below.addWidget(self.track, 1)
        below.addWidget(self.number)
        below.addWidget(self.hint)
        self.setLayout(column(self.words, below, spacing=0))

    def show_bar(self, bar: Bar) -> None:
        self.track.show_now(bar)
        for made, text in (
            (self.words, tr(bar.words)), (self.number, _number(bar)), (self.hint, _hint(bar)),
        ):  # fmt: skip
            if made.text() != text:
                made.setText(text)


class Bars(QtWidgets.QWidget):
    """Shows bars one under the other."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = [_Row() for _ in range(MOST_BARS)]
        self.setLayout(column(1, *self.rows, 1, spacing=theme.SPACE // 2))

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these."""
        for made, bar in zip(self.rows, (*bars, *[None] * MOST_BARS), strict=False):
            made.setVisible(bar is not None)
            if bar is not None:
                made.show_bar(bar)


def _number(bar: Bar) -> str:
    if bar.unit == "":
        return f"{100 * bar.value:.0f} %"
    return f"{bar.value:.0f} {bar.unit}"


def _hint(bar: Bar) -> str:
    """Return whether it holds, and which way to go where it does not."""
    if bar.holds is None:
        return ""
    if bar.holds:
        return "✓"
    return tr("▲ more") if bar.low is not None and bar.value < bar.low else tr("▼ less")
