# SPDX-License-Identifier: Apache-2.0
"""Numbers beside the pictures: one value with its unit, one share with its bar."""

from __future__ import annotations

import math

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host.live.metrics import NOT_CALIBRATED
from solemetry_host.live.snapshot import Share
from solemetry_host.windows.live.picture import Hint
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import NOTHING, column, label, row, write
from solemetry_host.words import tr


class Number(QtWidgets.QWidget):
    """A number that can be read from across the room."""

    def __init__(self, title: str, unit: str, decimals: int) -> None:
        super().__init__()
        self._decimals = decimals
        self._value, self._unit = label("value", NOTHING), label("unit", unit)
        line = row(self._value, self._unit, 1, spacing=theme.SPACE // 2)
        line.setAlignment(self._unit, QtCore.Qt.AlignmentFlag.AlignBottom)
        self.setLayout(column(label("title", title, wraps=True), line, spacing=0))

    @property
    def text(self) -> str:
        """What is shown as the number."""
        return self._value.text()

    @property
    def unit(self) -> str:
        """The unit that it is shown in."""
        return self._unit.text()

    def set_unit(self, unit: str, decimals: int) -> None:
        """Show another unit from now on."""
        self._unit.setText(unit)
        self._decimals = decimals

    def show_value(self, value: float) -> None:
        """Show a number, or a dash when there is none."""
        text = f"{value:.{self._decimals}f}" if math.isfinite(value) else NOTHING
        if text != self._value.text():
            self._value.setText(text)


class ShareOf(QtWidgets.QWidget):
    """How a load divides between two ends, as a bar and as two percentages."""

    def __init__(self, title: str, low: str, high: str) -> None:
        super().__init__()
        self._low_name, self._high_name = low, high
        self._low, self._high = label(""), label("")
        self._of = label("note", wraps=True)
        self._bar = _Bar()
        self.setLayout(
            column(
                label("title", title, wraps=True),
                self._bar,
                row(self._low, 1, self._high),
                self._of,
                spacing=2,
            )
        )
        self.show_share(Share(math.nan, ""))

    @property
    def text(self) -> str:
        """What is shown, from the low end to the high one."""
        return f"{self._low.text()} | {self._high.text()}"

    @property
    def of(self) -> str:
        """What it is a share of."""
        return self._of.text()

    def show_share(self, share: Share) -> None:
        """Show the share of the high end, and of what it is a share."""
        known = math.isfinite(share.value)
        high = round(100 * share.value) if known else 0
        write(self._low, f"{self._low_name} {100 - high} %" if known else self._low_name)
        write(self._high, f"{high} % {self._high_name}" if known else self._high_name)
        write(self._of, _of_what(share.of))
        self._bar.show_share(share.value)


def _of_what(of: str) -> str:
    """Return in words what the engine says a share is of."""
    words = {
        "feet": tr("of both feet"),
        "left foot": tr("of the left foot"),
        "right foot": tr("of the right foot"),
        "plate halves": tr("of the plate's halves"),
        "insole halves": tr("of the insole's halves"),
        "insoles": tr("of both insoles"),
        "counts of the cells, not calibrated": tr("of counts: not calibrated"),
    }
    return words.get(of, of)


def why_in_words(why: str) -> str:
    """Return in words why the engine gives no force."""
    reason, _, streams = why.partition(": not calibrated: ")
    words = {
        "": "",
        "no force": tr("No force: not calibrated ({streams}).", streams=streams),
        NOT_CALIBRATED: tr("No force: not calibrated. The colours show counts."),
        f"{NOT_CALIBRATED}, and not tared": tr(
            "No force: not calibrated, and not tared. Take the weight off, then tare."
        ),
    }
    return words.get(reason, why)


class _Bar(QtWidgets.QWidget):
    """A bar with a mark in the middle and a knob at the share."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.look().px(18))
        self._share = math.nan

    def show_share(self, share: float) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        look, middle = theme.look(), self.height() / 2
        painter = QtGui.QPainter(self)
        painter.setRenderHint(Hint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        box = QtCore.QRectF(0, middle - 4, self.width(), 8)
        painter.setBrush(QtGui.QColor(look.line))
        painter.drawRoundedRect(box, 4, 4)
        painter.fillRect(QtCore.QRectF(box.center().x() - 1, 1, 2, self.height() - 2),
                         QtGui.QColor(look.quiet_ink))  # fmt: skip
        if math.isfinite(self._share):
            radius = middle - 1
            x = radius + (box.width() - 2 * radius) * min(max(self._share, 0.0), 1.0)
            painter.setBrush(QtGui.QColor(theme.BLUE))
            painter.drawEllipse(QtCore.QPointF(x, middle), radius, radius)
        painter.end()
