# SPDX-License-Identifier: Apache-2.0
"""Two things beside each other, or below each other where there is no room."""

from __future__ import annotations

from PySide6 import QtGui, QtWidgets

from solemetry_host.windows.look import theme


class Beside(QtWidgets.QWidget):
    """Shows the second of two things to the right of the first, or below it.

    Parameters
    ----------
    first, second : QWidget
        The first takes what room is left.
    least : int
        Width from which on they stand beside each other, px at usual size.
    spacing : int
    """

    def __init__(
        self,
        first: QtWidgets.QWidget,
        second: QtWidgets.QWidget,
        least: int,
        spacing: int = theme.SPACE,
    ) -> None:
        super().__init__()
        self._least = theme.look().px(least)
        self._box = QtWidgets.QBoxLayout(QtWidgets.QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.addWidget(first, 1)
        self._box.addWidget(second)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Turn to where there is room."""
        super().resizeEvent(event)
        direction = QtWidgets.QBoxLayout.Direction
        wide = self.width() >= self._least
        self._box.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
