# SPDX-License-Identifier: Apache-2.0
"""Things of one width beside each other, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui, QtWidgets

from solemetry_host.windows.look import theme


class Tiles(QtWidgets.QWidget):
    """Lays widgets out in rows; a narrower window has fewer in each.

    Parameters
    ----------
    least : int
        Width that one needs, px at usual size; what is left is shared.
    most : int
        Columns at most.
    """

    def __init__(self, least: int, most: int = 4) -> None:
        super().__init__()
        self._least, self._most = theme.look().px(least), most
        self._shown: list[QtWidgets.QWidget] = []
        self._columns = 0
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.SPACE)

    def fill(self, widgets: Sequence[QtWidgets.QWidget]) -> None:
        """Show these, in this order; what was there and is not among them goes."""
        for gone in (each for each in self._shown if each not in widgets):
            self._grid.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self._shown = list(widgets)
        self._lay_out()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take as many columns as there is room for now."""
        super().resizeEvent(event)
        if self._columns != self._columns_now():
            self._lay_out()

    def _columns_now(self) -> int:
        room = (self.width() + theme.SPACE) // (self._least + theme.SPACE)
        return max(1, min(self._most, room))

    def _lay_out(self) -> None:
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = self._columns_now()
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 1)
        for at, widget in enumerate(self._shown):
            self._grid.addWidget(widget, at // self._columns, at % self._columns)
            widget.show()
