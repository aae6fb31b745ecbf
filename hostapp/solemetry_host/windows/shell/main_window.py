# SPDX-License-Identifier: Apache-2.0
"""The one window: a rail, the page that is shown, and what a person should read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from time import perf_counter_ns

from PySide6 import QtCore, QtGui, QtWidgets

from solemetry_host import words
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import Notice, column, holding, row
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.page import Page
from solemetry_host.windows.shell.rail import Rail
from solemetry_host.windows.shell.working import in_background
from solemetry_host.words import tr

FRAME_MS = 16

NEEDS_NEW = ("language", "colours", "large_text")
"""Preferences that every page is built anew for."""


@dataclass(frozen=True)
class Place:
    """A page that the window can show.

    Attributes
    ----------
    title : callable
        What it is called, in the language of now.
    make : callable
    """

    title: Callable[[], str]
    make: Callable[[Desk], Page]


class MainWindow(QtWidgets.QMainWindow):
    """Shows one page at a time, frame by frame.

    Parameters
    ----------
    desk : Desk
    places : mapping of str to Place
        In the order of the rail.
    first : str
        The page to show; empty: the one that was open last.

    Attributes
    ----------
    on_turn : callable or None
        Told after each frame when it began, and how long it held the interface up, ns.
    """

    def __init__(self, desk: Desk, places: Mapping[str, Place], first: str = "") -> None:
        super().__init__()
        self.setWindowTitle("Solemetry")
        self.setMinimumSize(1024, 640)
        self.resize(1280, 800)
        self.desk = desk
        self._places = dict(places)
        self._message_shown = self._arrived_ns = 0
        self._station_seen: object = None
        self._looks_like = self._look_now()
        self.pages: dict[str, Page] = {}
        self.shown = ""
        self.on_turn: Callable[[int, int], None] | None = None
        self._build()
        self._come_back(first)

        QtGui.QShortcut("Ctrl+Q", self, self.close)
        desk.said.connect(self.say)
        desk.asked_for.connect(self.show_page)
        desk.changed.connect(self._take_up_preferences)
        # Takes seconds where the computer is slow; what is asked for first must not wait for it.
        self._ahead = in_background(partial(import_module, "scipy.signal"), str, str)
        self._timer = QtCore.QTimer(self)
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        self._timer.start(FRAME_MS)

    # ---- pages -----------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.shown]

    def show_page(self, name: str, what: object = None) -> None:
        """Show another page, if the one that is shown lets it."""
        if name != self.shown:
            if self.shown and not self.page.may_leave():
                self.rail.show_page(self.shown)
                return
            if self.shown:
                self.page.left()
            self.shown = name
            if name not in self.pages:
                self.pages[name] = self._places[name].make(self.desk)
                self._stack.addWidget(self.pages[name])
            self._stack.setCurrentWidget(self.page)
            self.page.entered()
        self.rail.show_page(name)
        if what is not None:
            self.page.show_what(what)
        self.draw()

    def _build(self) -> None:
        """Make everything anew, in the look and the language of now."""
        for page in self.pages.values():
            page.close_down()
        self.pages = {}
        self.notice = Notice()
        titles = {name: place.title() for name, place in self._places.items()}
        self.rail = Rail(titles, self.show_page)
        self._stack = QtWidgets.QStackedWidget()
        beside = column(self._stack, self.notice)
        beside.setContentsMargins(*[2 * theme.SPACE] * 4)
        self.setCentralWidget(holding(row(self.rail, holding(beside), spacing=0)))

    def _look_now(self) -> tuple[object, ...]:
        return tuple(getattr(self.desk.preferences, name) for name in NEEDS_NEW)

    def _take_up_preferences(self) -> None:
        if self._looks_like == self._look_now():
            return
        self._looks_like = self._look_now()
        # Not in the middle of what the old pages are doing.
        QtCore.QTimer.singleShot(0, self.rebuild)

    def rebuild(self) -> None:
        """Take up another look or language."""
        take_up(self.desk)
        shown, self.shown = self.shown, ""
        self._build()
        self.show_page(shown)

    # ---- each frame ------------------------------------------------------------------------

    def _turn(self) -> None:
        began_ns = perf_counter_ns()
        self.draw()
        if self.on_turn is not None:
            self.on_turn(began_ns, perf_counter_ns() - began_ns)

    def draw(self) -> None:
        """Draw the newest snapshot."""
        station, snapshot = self.desk.station, self.desk.snapshot
        if station is not self._station_seen:
            self._station_seen, self._message_shown = station, 0
        for message in snapshot.messages:
            if message.number > self._message_shown:
                self._message_shown = message.number
                self.say(message.level, message.text)
        self.rail.setVisible(not self.page.takes_all)
        self.rail.draw(snapshot, self.desk.recording)
        self.page.draw(snapshot)
        if station is not None and snapshot.arrived_ns > self._arrived_ns:
            self._arrived_ns = snapshot.arrived_ns
            note = partial(station.latencies.note, "paint", snapshot.arrived_ns)
            QtCore.QTimer.singleShot(0, note)  # Qt paints first

    def say(self, level: str, text: str) -> None:
        """Show a message."""
        self.notice.say(level, text)

    # ---- the window itself -----------------------------------------------------------------

    def _come_back(self, page: str) -> None:
        """Be where the window was, with a page, or the one that was open."""
        remembered = self.desk.preferences
        if remembered.window:
            self.restoreGeometry(QtCore.QByteArray.fromBase64(remembered.window.encode()))
        wanted = page or remembered.page
        self.show_page(wanted if wanted in self._places else next(iter(self._places)))

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Finish what runs before the window goes."""
        self._timer.stop()
        for page in self.pages.values():
            page.close_down()
        self._ahead.forget()
        self.desk.closing.emit()
        self.desk.finish()
        geometry = self.saveGeometry().toBase64().toStdString()
        self.desk.prefer(page=self.shown, window=geometry)
        event.accept()


def take_up(desk: Desk) -> None:
    """Give the application the look and the language that are preferred."""
    preferences = desk.preferences
    words.choose(preferences.language if preferences.language in words.LANGUAGES else "en")
    app = QtWidgets.QApplication.instance()
    if isinstance(app, QtWidgets.QApplication):
        theme.apply(app, preferences.colours, preferences.large_text)


def places() -> dict[str, Place]:
    """Return every page of the app, in the order of the rail."""
    from solemetry_host.windows.calibrating.page import CalibratingPage
    from solemetry_host.windows.drilling.page import DrillingPage
    from solemetry_host.windows.home.page import HomePage
    from solemetry_host.windows.live.page import LivePage
    from solemetry_host.windows.reviewing.page import ReviewingPage
    from solemetry_host.windows.settings.page import SettingsPage

    return {
        "home": Place(lambda: tr("Home"), HomePage),
        "drills": Place(lambda: tr("Drills"), DrillingPage),
        "live": Place(lambda: tr("Live"), LivePage),
        "review": Place(lambda: tr("Review"), ReviewingPage),
        "calibrate": Place(lambda: tr("Calibrate"), CalibratingPage),
        "settings": Place(lambda: tr("Settings"), SettingsPage),
    }
