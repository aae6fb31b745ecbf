# SPDX-License-Identifier: Apache-2.0
"""What each page of the window is."""

from __future__ import annotations

from PySide6 import QtWidgets

from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.shell.desk import Desk


class Page(QtWidgets.QWidget):
    """One page. It draws what it is given and passes on what a person asks; it works out nothing.

    Parameters
    ----------
    desk : Desk
        What all pages share.

    Attributes
    ----------
    takes_all : bool
        Whether it wants the whole window for now, without the rail: as a drill does.
    """

    takes_all = False

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def entered(self) -> None:
        """Take up what changed while another page was shown."""

    def show_what(self, what: object) -> None:
        """Show what another page asked for: a drill, a recording, a person."""

    def may_leave(self) -> bool:
        """Whether another page may be shown; one that must not says why."""
        return True

    def left(self) -> None:
        """Let go of what only makes sense while this page is shown."""

    def draw(self, snapshot: Snapshot) -> None:
        """Draw one moment; called for each frame while the page is shown."""

    def close_down(self) -> None:
        """Let go of everything: the window is closing or is built anew."""
        self.left()
