# SPDX-License-Identifier: Apache-2.0
"""What is next, with the one big button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtWidgets

from solemetry_host.home.start import Start
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.beside import Beside
from solemetry_host.windows.look.parts import button, column, holding, label, set_text

_WIDE = 560
"""From this width on the button stands beside its words."""


class StartCard(QtWidgets.QFrame):
    """Says what is next, and starts it.

    Parameters
    ----------
    go : callable
        Given what is next when the button is pressed.
    """

    def __init__(self, go: Callable[[Start], object]) -> None:
        super().__init__()
        self.setObjectName("tile")
        self.start: Start | None = None
        self.title = label("headline", wraps=True)
        self.about = label("", wraps=True)
        self.button = button("", lambda: go(self.start) if self.start else None, kind="big")
        words = holding(column(1, self.title, self.about, 1, spacing=theme.SPACE // 2))
        box = column(Beside(words, self.button, _WIDE, 2 * theme.SPACE))
        box.setContentsMargins(*[2 * theme.SPACE] * 4)
        self.setLayout(box)

    def show_start(self, start: Start) -> None:
        """Show what is next."""
        if start == self.start:
            return
        self.start = start
        self.title.setText(start.title)
        self.about.setText(start.about)
        set_text(self.button, start.button, "Ctrl+Return")
