# SPDX-License-Identifier: Apache-2.0
"""What stands beside each other where there is room, and below each other where there is none."""

from __future__ import annotations

import pytest
from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot

from solemetry_host.windows.look import theme
from solemetry_host.windows.look.beside import Beside
from solemetry_host.windows.look.parts import label
from solemetry_host.windows.look.tiles import Tiles


@pytest.fixture(autouse=True)
def usual_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "_look", theme.look_of(dark=False, large=False))


def test_tiles_take_as_many_columns_as_there_is_room_for(qtbot: QtBot) -> None:
    tiles = Tiles(least=200, most=3)
    qtbot.addWidget(tiles)
    tiles.show()
    words = [label("", str(n)) for n in range(4)]
    tiles.fill(words)
    for width, columns in ((250, 1), (450, 2), (700, 3), (1200, 3)):
        tiles.resize(width, 300)
        qtbot.waitUntil(lambda columns=columns: columns_of(words) == columns)  # type: ignore[misc]
    tiles.fill(words[1:])
    qtbot.waitUntil(lambda: words[1].x() == 0)
    qtbot.waitUntil(lambda: len(tiles.findChildren(QtWidgets.QLabel)) == 3)


def test_two_things_stand_beside_each_other_from_a_width_on(qtbot: QtBot) -> None:
    first, second = label("", "first"), label("", "second")
    both = Beside(first, second, least=400)
    qtbot.addWidget(both)
    both.show()
    both.resize(390, 200)
    qtbot.waitUntil(lambda: second.y() > first.y() and second.x() == first.x())
    both.resize(410, 200)
    qtbot.waitUntil(lambda: second.x() > first.x() and second.y() == first.y())


def columns_of(widgets: list[QtWidgets.QLabel]) -> int:
    return len({widget.x() for widget in widgets})
