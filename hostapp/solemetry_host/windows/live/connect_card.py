# SPDX-License-Identifier: Apache-2.0
"""What stands in the place of the pictures while no device is connected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6 import QtWidgets

from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import button, card, column, label, row
from solemetry_host.words import tr

_VIRTUAL: dict[str, Callable[[], str]] = {
    "sim:plate": lambda: tr("A virtual plate"),
    "sim:insoles": lambda: tr("Virtual insoles"),
    "sim:plate, sim:insoles": lambda: tr("Both"),
}
_WIDTH = 560


class ConnectCard(QtWidgets.QWidget):
    """Asks which devices to connect.

    Parameters
    ----------
    urls : str
        Those to begin with, with a comma and a space between.
    connect : callable
        Told to connect what is written.
    """

    def __init__(self, urls: str, connect: Callable[[], object]) -> None:
        super().__init__()
        self.url = QtWidgets.QLineEdit(urls)
        self.url.returnPressed.connect(lambda: connect())
        self.state = label("note", wraps=True)
        self.connect_button = button(tr("Connect"), connect, "C", "primary")
        asked = card(
            label("heading", tr("Connect what you want to see"), wraps=True),
            row(self.url, self.connect_button),
            label(
                "note",
                tr(
                    "serial:/dev/ttyACM0, serial:COM3, ble:insoles, or replay:FILE.h5; several "
                    "with a comma and a space between."
                ),
                wraps=True,
            ),
            label("note", tr("With nothing at hand:")),
            row(
                *(button(text(), partial(self._fill_in, url, connect))
                  for url, text in _VIRTUAL.items()),
                1,
                spacing=theme.SPACE // 2,
            ),
            self.state,
        )  # fmt: skip
        asked.setMaximumWidth(theme.look().px(_WIDTH))
        middle = row(1, asked, 1, spacing=0)
        middle.setStretch(1, 100)
        self.setLayout(column(1, middle, 2))

    @property
    def urls(self) -> list[str]:
        """What is to be connected."""
        return [text.strip() for text in self.url.text().split(", ") if text.strip()]

    def _fill_in(self, url: str, connect: Callable[[], object]) -> None:
        self.url.setText(url)
        connect()
