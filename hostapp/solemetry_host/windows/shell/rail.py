# SPDX-License-Identifier: Apache-2.0
"""The rail at the left: from page to page, and how the devices are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6 import QtWidgets

from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import button, column, label
from solemetry_host.words import tr, trn


class Rail(QtWidgets.QFrame):
    """Names of pages, each with its key.

    Parameters
    ----------
    titles : mapping of str to str
        What each page is called, in their order.
    go_to : callable
        Told which page is asked for.
    """

    def __init__(self, titles: Mapping[str, str], go_to: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(theme.look().px(184))
        self.buttons: dict[str, QtWidgets.QPushButton] = {}
        for number, (name, title) in enumerate(titles.items(), start=1):
            one = button(title, partial(go_to, name), f"Ctrl+{number}")
            one.setCheckable(True)
            one.setAutoExclusive(True)
            self.buttons[name] = one
        self.devices = label("note", wraps=True)
        box = column(
            label("brand", "Solemetry"), *self.buttons.values(), 1, self.devices,
            spacing=theme.SPACE // 3,
        )  # fmt: skip
        box.setContentsMargins(theme.SPACE, 20, theme.SPACE, 16)
        box.insertSpacing(1, theme.SPACE)
        self.setLayout(box)

    def show_page(self, name: str) -> None:
        """Mark the page that is shown."""
        if name in self.buttons:
            self.buttons[name].setChecked(True)

    def draw(self, snapshot: Snapshot, recording: bool) -> None:
        """Say how the devices are."""
        streaming = sum(view.link.state == "streaming" for view in snapshot.devices)
        lost = sum(view.link.state == "lost" for view in snapshot.devices)
        lines = [
            tr("● Recording") if recording else "",
            trn("{n} device connected", "{n} devices connected", streaming),
            trn("{n} device lost", "{n} devices lost", lost) if lost else "",
        ]
        text = "\n".join(line for line in lines if line)
        if text != self.devices.text():
            self.devices.setText(text)
