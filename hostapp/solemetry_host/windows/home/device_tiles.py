# SPDX-License-Identifier: Apache-2.0
"""A tile for each device, and one to add another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import zip_longest

from PySide6 import QtWidgets

from solemetry_host.home.tile import Fact, Tile, in_order, tile_of
from solemetry_host.live.noise_floor import NoiseFloor
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.windows.home.pictogram import Pictogram
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Notice, button, column, label, row, set_text
from solemetry_host.windows.look.tiles import Tiles
from solemetry_host.words import tr

_LEAST = 240
_EVERY_FRAMES = 15
"""Words are renewed four times a second: nobody reads faster."""


class DeviceTiles(QtWidgets.QWidget):
    """How every device is.

    Parameters
    ----------
    choose : callable
        Asks which devices to connect.
    try_out : callable
        Connects virtual ones.
    """

    def __init__(self, choose: Callable[[], object], try_out: Callable[[], object]) -> None:
        super().__init__()
        self.tiles: dict[str, DeviceTile] = {}
        self._try_out = try_out
        self.add = _big_as_a_tile(button("", choose, kind="add"))
        self._flow = Tiles(_LEAST, most=4)
        self._frame = 0
        self.setLayout(column(label("heading", tr("Devices")), self._flow))
        self._fill()

    def draw(
        self,
        snapshot: Snapshot,
        noise: Mapping[str, NoiseFloor],
        signals_dbm: Mapping[str, int],
    ) -> None:
        """Draw one moment.

        Parameters
        ----------
        snapshot : Snapshot
        noise : mapping of str to NoiseFloor
            As far as it was measured, by stream.
        signals_dbm : mapping of str to int
            How strongly devices were heard when they were found, by URL.
        """
        views = in_order(snapshot.devices)
        changed = [view.stream for view in views] != list(self.tiles)
        if changed:
            self.tiles = {one.stream: self.tiles.get(one.stream) or DeviceTile() for one in views}
            self._fill()
        for view in views:
            self.tiles[view.stream].picture.show_view(view)
        self._frame += 1
        if changed or self._frame % _EVERY_FRAMES == 0:
            today = date.today()
            for view in views:
                signal_dbm = signals_dbm.get(view.where)
                tile = tile_of(view, today, noise.get(view.stream), signal_dbm)
                self.tiles[view.stream].show_tile(tile)

    def _fill(self) -> None:
        """Show a tile for each device, and what can be done."""
        words = tr("+ Add or remove devices") if self.tiles else tr("+ Add a device")
        set_text(self.add, words, "Ctrl+D")
        tiles: list[QtWidgets.QWidget] = [*self.tiles.values(), self.add]
        if not self.tiles:
            without = button(tr("Try without hardware"), self._try_out, "Ctrl+T", "add")
            tiles.append(_big_as_a_tile(without))
        self._flow.fill(tiles)


def _big_as_a_tile(one: QtWidgets.QPushButton) -> QtWidgets.QPushButton:
    filling = QtWidgets.QSizePolicy.Policy.Expanding
    one.setSizePolicy(filling, filling)
    return one


class DeviceTile(QtWidgets.QFrame):
    """One device: its picture, its state, and what there is to know."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tile")
        self._shown: Tile | None = None
        self.picture = Pictogram()
        self.title = label("heading")
        self.state = label("title", wraps=True)
        self.facts: list[tuple[QtWidgets.QLabel, QtWidgets.QLabel]] = []
        self._grid = QtWidgets.QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE)
        self._grid.setVerticalSpacing(theme.SPACE // 3)
        self._grid.setColumnStretch(1, 1)
        self.trouble = Notice()
        head = column(self.title, self.state, 1, spacing=theme.SPACE // 3)
        box = column(row(self.picture, head), self._grid, self.trouble, 1, spacing=theme.SPACE // 2)
        box.setContentsMargins(*[theme.SPACE] * 4)
        self.setLayout(box)

    def show_tile(self, tile: Tile) -> None:
        """Show what there is to tell, if it is something else than before."""
        if tile == self._shown:
            return
        before, self._shown = self._shown, tile
        self.title.setText(tile.title)
        self.state.setText(tile.state)
        self._show_facts(tile.facts)
        if before is None or before.trouble != tile.trouble:
            self.trouble.say("warning", "\n".join(tile.trouble))

    def _show_facts(self, facts: Sequence[Fact]) -> None:
        while len(self.facts) < len(facts):
            pair = label("note"), label("", wraps=True)
            for at, one in enumerate(pair):
                self._grid.addWidget(one, len(self.facts), at)
            self.facts.append(pair)
        for pair, fact in zip_longest(self.facts, facts):
            for one, text in zip(pair, (fact.name, fact.words) if fact else ("", ""), strict=True):
                one.setText(text)
                one.setVisible(bool(text))
