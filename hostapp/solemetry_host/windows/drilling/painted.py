# SPDX-License-Identifier: Apache-2.0
"""What the pictures of a drill have in common: they are painted only where something changed."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets


class Painted(QtWidgets.QWidget):
    """A picture of one thing, which is shown by `show_now`.

    Parameters
    ----------
    least : int
        Side of the square that it needs, px.
    """

    def __init__(self, least: int) -> None:
        super().__init__()
        self._now: object = None
        self.setMinimumSize(least, least)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding
        )

    def show_now(self, now: object) -> None:
        """Show something; painted anew only where it is another than before."""
        if now is not self._now and now != self._now:
            self._now = now
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint it."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self.paint(painter, QtCore.QRectF(self.rect()))
        painter.end()

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint what is shown now into the room that there is."""
        raise NotImplementedError


def pen(colour: str, width: float, dashed: bool = False) -> QtGui.QPen:
    """Return a pen with round ends."""
    made = QtGui.QPen(QtGui.QColor(colour), width)
    made.setCapStyle(QtCore.Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
    if dashed:
        made.setDashPattern([3.0, 2.5])
    return made


def between(one: str, other: str, share: float) -> QtGui.QColor:
    """Return an opaque colour on the way from one to another."""
    a, b = QtGui.QColor(one), QtGui.QColor(other)
    return QtGui.QColor(
        *(round(x + share * (y - x)) for x, y in (
            (a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue())))
    )  # fmt: skip


def write(
    painter: QtGui.QPainter, room: QtCore.QRectF, text: str, px: float, colour: str, bold: bool
) -> None:
    """Write a text into the middle of a room."""
    font = QtGui.QFont(painter.font())
    font.setPixelSize(max(round(px), 1))
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QtGui.QColor(colour))
    painter.drawText(room, QtCore.Qt.AlignmentFlag.AlignCenter, text)
