# SPDX-License-Identifier: Apache-2.0
"""How each foot's load divides between toes, forefoot, midfoot and heel: bars to either side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6 import QtCore, QtGui

from solemetry_host.live.metrics import PARTS
from solemetry_host.windows.live.picture import Painter, Picture, pen_of, small_font
from solemetry_host.windows.live.pressure_map import colour_of, name_of
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import NOTHING
from solemetry_host.words import tr

_FULL = 0.7
"""The share that fills the width; next to no part of a foot carries more for long."""
_NAMES_PX = 66


class RegionBars(Picture):
    """Draws the shares of one foot, or of two back to back."""

    def __init__(self) -> None:
        super().__init__()
        self._feet: Sequence[tuple[str, Mapping[str, float]]] = ()
        self.setMinimumSize(180, theme.look().px(22) * (len(PARTS) + 1))

    @property
    def texts(self) -> list[list[str]]:
        """What is written for each foot, from toes to heel."""
        return [[_percent(parts, part) for part in PARTS] for _, parts in self._feet]

    def draw(self, feet: Sequence[tuple[str, Mapping[str, float]]]) -> None:
        """Draw one moment: of each foot its side and `Cells.parts`, from left to right."""
        if [side for side, _ in feet] != [side for side, _ in self._feet]:
            self.renew()
        self._feet = feet
        self.update()

    @property
    def _rows(self) -> list[QtCore.QRectF]:
        """Of each part; the first is for the names of the feet."""
        height = self.height() / (len(PARTS) + 1)
        return [QtCore.QRectF(0, n * height, self.width(), height) for n in range(len(PARTS) + 1)]

    def _lanes(self) -> list[tuple[float, float]]:
        """From where to where the bar of each foot may go: away from the names in the middle."""
        names, edge = theme.look().px(_NAMES_PX), self.width()
        if len(self._feet) == 1:
            return [(names, edge)]
        middle = edge / 2
        return [(middle - names / 2, 0.0), (middle + names / 2, edge)]

    def paint_still(self, painter: Painter) -> None:
        """Paint what the parts and the feet are called."""
        names = {"toes": tr("Toes"), "forefoot": tr("Forefoot"), "midfoot": tr("Midfoot"),
                 "heel": tr("Heel")}  # fmt: skip
        head, *rows = self._rows
        centred = QtCore.Qt.AlignmentFlag.AlignCenter
        width = theme.look().px(_NAMES_PX)
        left = 0.0 if len(self._feet) == 1 else self.width() / 2 - width / 2
        painter.setPen(pen_of(theme.look().ink))
        for row, part in zip(rows, PARTS, strict=True):
            place = QtCore.QRectF(left, row.top(), width, row.height())
            painter.drawText(place, centred, names[part])
        for (side, _), (start, end) in zip(self._feet, self._lanes(), strict=False):
            painter.setPen(pen_of(colour_of(side)))
            place = QtCore.QRectF(min(start, end), head.top(), abs(end - start), head.height())
            painter.drawText(place, centred, name_of(side))

    def paint_moving(self, painter: Painter) -> None:
        """Paint the bars."""
        painter.setFont(small_font())
        rows, text_width = self._rows[1:], theme.look().px(36)
        for (side, parts), (start, end) in zip(self._feet, self._lanes(), strict=False):
            away = math.copysign(1.0, end - start)
            room = abs(end - start) - text_width
            for row, part in zip(rows, PARTS, strict=True):
                share = parts.get(part, math.nan)
                length = room * min(share / _FULL, 1.0) if math.isfinite(share) else 0.0
                bar = QtCore.QRectF(start, row.top() + row.height() * 0.22, away * length,
                                    row.height() * 0.56).normalized()  # fmt: skip
                painter.fillRect(bar, QtGui.QColor(colour_of(side)))
                at = start + away * (length + text_width / 2)
                place = QtCore.QRectF(at - text_width / 2, row.top(), text_width, row.height())
                painter.setPen(pen_of(theme.look().ink))
                painter.drawText(
                    place, QtCore.Qt.AlignmentFlag.AlignCenter, _percent(parts, part)
                )


def _percent(parts: Mapping[str, float], part: str) -> str:
    share = parts.get(part, math.nan)
    return f"{100 * share:.0f} %" if math.isfinite(share) else NOTHING
