# SPDX-License-Identifier: Apache-2.0
"""How still somebody stands: one of five faces, and words; nothing that moves with every sway."""

from __future__ import annotations

from PySide6 import QtCore, QtGui

from solemetry_host.drills.showing.stillness import STATES
from solemetry_host.windows.drilling.painted import Painted, between, pen
from solemetry_host.windows.look import theme
from solemetry_host.words import mark, tr

_WORDS = (
    mark("still"), mark("nearly still"), mark("some sway"), mark("more sway"), mark("far out"),
)  # fmt: skip
_COLOURS = (theme.GREEN, theme.GREEN, theme.SKY, theme.BLUE, theme.PURPLE)
_SMILES = (0.30, 0.20, 0.10, 0.0, None)
"""How far the mouth goes down in its middle, in the face's radius; None: it is round."""

_PLACES = 0.13
"""Height of the row of five places, in the picture's."""


def in_words(state: int) -> str:
    """Return a state as a person reads it."""
    return tr(_WORDS[state])


class StillnessFace(Painted):
    """Shows a state, 0 to 4: the calmer, the more it smiles; below, which of the five it is."""

    def __init__(self) -> None:
        super().__init__(100)

    def paint(self, painter: QtGui.QPainter, room: QtCore.QRectF) -> None:
        """Paint the face, and the row of places."""
        if not isinstance(self._now, int):
            return
        row = QtCore.QRectF(room)
        row.setTop(room.bottom() - _PLACES * room.height())
        room.setBottom(row.top())
        self._paint_face(painter, room, self._now)
        self._paint_places(painter, row, self._now)

    def _paint_face(self, painter: QtGui.QPainter, room: QtCore.QRectF, state: int) -> None:
        look, colour = theme.look(), _COLOURS[state]
        radius = 0.46 * min(room.width(), room.height())
        middle = room.center()
        painter.setPen(pen(colour, 0.05 * radius))
        painter.setBrush(between(look.card, colour, 0.18))
        painter.drawEllipse(middle, radius, radius)
        painter.setPen(pen(look.ink, 0.07 * radius))
        painter.setBrush(QtGui.QColor(look.ink))
        for across in (-0.35, 0.35):
            eye = middle + QtCore.QPointF(across * radius, -0.22 * radius)
            painter.drawEllipse(eye, 0.05 * radius, 0.05 * radius)
        self._paint_mouth(painter, middle, radius, _SMILES[state])

    def _paint_mouth(
        self, painter: QtGui.QPainter, middle: QtCore.QPointF, radius: float, smile: float | None
    ) -> None:
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        height = middle.y() + 0.32 * radius
        if smile is None:
            place = QtCore.QPointF(middle.x(), height)
            painter.drawEllipse(place, 0.13 * radius, 0.13 * radius)
            return
        mouth = QtGui.QPainterPath(QtCore.QPointF(middle.x() - 0.38 * radius, height))
        mouth.quadTo(
            QtCore.QPointF(middle.x(), height + 2 * smile * radius),
            QtCore.QPointF(middle.x() + 0.38 * radius, height),
        )
        painter.drawPath(mouth)

    def _paint_places(self, painter: QtGui.QPainter, row: QtCore.QRectF, state: int) -> None:
        look = theme.look()
        radius = 0.28 * row.height()
        for place in range(len(STATES)):
            across = (place - (len(STATES) - 1) / 2) * 4 * radius
            at = row.center() + QtCore.QPointF(across, 0)
            here = place == state
            painter.setPen(pen(look.ink if here else look.quiet_ink, 2))
            painter.setBrush(QtGui.QColor(_COLOURS[place] if here else look.card))
            painter.drawEllipse(at, radius * (1.4 if here else 1), radius * (1.4 if here else 1))
