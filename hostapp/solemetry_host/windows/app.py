# SPDX-License-Identifier: Apache-2.0
"""Starts Qt, with a screen or without one, and opens the window."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from PySide6 import QtCore, QtWidgets

from solemetry.errors import FileError
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.live.station import Station
from solemetry_host.preferences import Preferences, preferences_file, read_preferences
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.look import theme
from solemetry_host.windows.shell.desk import Desk, OpenStation
from solemetry_host.windows.shell.main_window import MainWindow, Place, places, take_up
from solemetry_host.words import tr

LIVE: Mapping[str, Place] = {"live": Place(lambda: tr("Live"), LivePage)}
"""The live page alone."""


def has_screen() -> bool:
    """Whether there is a display to open windows on."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def application() -> QtWidgets.QApplication:
    """Return the one application, made on first use; without a screen it draws to memory."""
    existing = QtWidgets.QApplication.instance()
    if isinstance(existing, QtWidgets.QApplication):
        return existing
    if not has_screen():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QtCore.qInstallMessageHandler(_log_what_qt_says)
    app = QtWidgets.QApplication(["solemetry"])
    app.setApplicationName("Solemetry")
    theme.apply(app)
    return app


def run(
    open_station: Callable[[Sequence[str], Preferences], Station],
    page: str = "",
    urls: Sequence[str] = (),
    recordings: Path | None = None,
) -> None:
    """Open the whole app, as it was left, until somebody closes it.

    Parameters
    ----------
    open_station : callable
        From device URLs and what was chosen to a station that connects nothing yet.
    recordings : Path, optional
        As of `Desk`.
    page : str
        What to show first; empty: the page that was open last.
    urls : sequence of str
        Devices to connect.
    """
    app = application()
    preferences, file, unreadable = _remembered()
    desk = Desk(
        preferences,
        file,
        lambda wanted: open_station(wanted, desk.preferences),
        recordings=recordings,
    )
    take_up(desk)
    window = MainWindow(desk, places(), page)
    window.show()
    if unreadable:
        desk.say("warning", unreadable)
    if urls:
        desk.connect_to(urls)
    app.exec()


def _remembered() -> tuple[Preferences, Path | None, str]:
    """Return preferences, where to keep them, and why they cannot be read if they cannot.

    Then their file is left as it is.
    """
    file = preferences_file()
    try:
        return read_preferences(file), file, ""
    except FileError as error:
        return Preferences(), None, str(error)


def live_window(
    open_station: OpenStation,
    recordings: Path,
    open_ear: Callable[[Latencies], Ear] = Ear,
) -> tuple[MainWindow, LivePage]:
    """Return a window of the live page alone, which remembers nothing, and the page."""
    application()
    desk = Desk(Preferences(colours="light"), None, open_station, open_ear, recordings)
    take_up(desk)
    window = MainWindow(desk, LIVE)
    return window, cast(LivePage, window.page)


def _log_what_qt_says(
    kind: QtCore.QtMsgType, context: QtCore.QMessageLogContext, text: str
) -> None:
    """Keep Qt's remarks about platforms and fonts out of a person's terminal."""
    logging.getLogger(__name__).info("Qt: %s", text)
