# SPDX-License-Identifier: Apache-2.0
"""A window on virtual devices, with preferences and people of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow

from solemetry_host import words
from solemetry_host.live.ear import Ear
from solemetry_host.live.opening import open_station
from solemetry_host.preferences import Preferences
from solemetry_host.sound.speaker import NullSpeaker
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place, take_up


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Waits long for what comes: other tests may have the machine meanwhile."""
    monkeypatch.setattr(qtbot, "waitUntil", partial(qtbot.waitUntil, timeout=30_000))
    return qtbot


@pytest.fixture
def desk(qapp: QtWidgets.QApplication, tmp_path: Path) -> Iterator[Desk]:
    """What pages share: an empty library, no device, nothing heard."""
    preferences = Preferences(library=str(tmp_path / "library"), seen_tour=True, colours="light")
    made = Desk(
        preferences,
        tmp_path / "preferences.toml",
        lambda urls: open_station(urls, library=preferences.folder),
        lambda latencies: Ear(latencies, NullSpeaker),
    )
    take_up(made)
    yield made
    made.finish()
    words.choose("en")


@pytest.fixture
def make_window(qtbot: QtBot, desk: Desk) -> Iterator[MakeWindow]:
    """A window of some pages."""
    made: list[MainWindow] = []

    def make(places: Mapping[str, Place]) -> MainWindow:
        window = MainWindow(desk, places)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)  # keys go to no other
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
