# SPDX-License-Identifier: Apache-2.0
"""The first minutes: shown once, left at any time, and asked for again."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, in_every_look

from solemetry_host.windows.home.page import HomePage
from solemetry_host.windows.home.person_dialog import PersonDialog
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place
from solemetry_host.windows.shell.page import Page
from solemetry_host.windows.tour.steps import steps
from solemetry_host.windows.tour.tour import Tour

PLACES = {
    "home": Place(lambda: "Home", HomePage),
    "drills": Place(lambda: "Drills", Page),
    "live": Place(lambda: "Live", Page),
}


@pytest.fixture
def window(desk: Desk, make_window: MakeWindow) -> MainWindow:
    desk.preferences = desk.preferences.but(seen_tour=False)
    return make_window(PLACES)


def tour_of(window: MainWindow) -> Tour | None:
    tour = window.findChild(Tour)
    return tour if isinstance(tour, Tour) else None


def press(tour: Tour, text: str) -> None:
    (one,) = [one for one in tour.findChildren(QtWidgets.QPushButton)
              if one.text() == text and one.isVisible()]  # fmt: skip
    one.click()


def running(window: MainWindow) -> Tour:
    tour = tour_of(window)
    assert tour is not None
    assert tour.isVisible()
    return tour


def test_it_leads_from_a_welcome_to_a_drill(qtbot: QtBot, desk: Desk, window: MainWindow) -> None:
    tour = running(window)
    press(tour, "Next")
    press(tour, "Add yourself")
    (about,) = window.findChildren(PersonDialog)
    about.name.setText("Anna")
    about.save()
    assert desk.person is not None
    assert tour.step.does == "connect"
    press(tour, "Try virtual ones")
    assert desk.preferences.devices == ("sim:plate", "sim:insoles")
    assert (tour.step.does, window.shown) == ("live", "live")
    press(tour, "Back")
    assert (tour.step.does, window.shown) == ("connect", "home")
    press(tour, "Next")
    press(tour, "Next")
    assert (tour.step.does, window.shown) == ("drill", "drills")
    assert not desk.preferences.seen_tour
    press(tour, "Done")
    assert desk.preferences.seen_tour
    assert tour_of(window) is None


def test_escape_ends_it_and_it_does_not_come_back_unasked(
    qtbot: QtBot, desk: Desk, window: MainWindow, make_window: MakeWindow
) -> None:
    tour = running(window)
    assert not window.rail.isEnabled()
    qtbot.keyClick(tour.next, QtCore.Qt.Key.Key_Escape)
    assert tour_of(window) is None
    assert window.rail.isEnabled()
    assert tour_of(make_window(PLACES)) is None
    desk.show_page("home", "tour")
    assert cut(running(window)) == []


def test_keys_stay_with_it_while_it_is_over_the_page(qtbot: QtBot, window: MainWindow) -> None:
    tour = running(window)
    qtbot.waitUntil(tour.next.hasFocus)
    for _ in range(6):
        qtbot.keyClick(QtWidgets.QApplication.focusWidget(), QtCore.Qt.Key.Key_Tab)
        assert tour.isAncestorOf(QtWidgets.QApplication.focusWidget())
    qtbot.keyClick(window, QtCore.Qt.Key.Key_2, QtCore.Qt.KeyboardModifier.ControlModifier)
    assert window.shown == "home"


def test_another_language_is_taken_up_at_once(qtbot: QtBot, desk: Desk, window: MainWindow) -> None:
    tour = running(window)
    before = tour.card
    press(tour, "Deutsch")
    qtbot.waitUntil(lambda: tour.card is not before)
    assert tour_of(window) is tour
    assert desk.preferences.language == "de"
    assert not window.rail.isEnabled()
    qtbot.waitUntil(tour.next.hasFocus)


def test_every_step_can_be_read_in_every_look(qtbot: QtBot, window: MainWindow) -> None:
    tour = running(window)
    for look in in_every_look(window, "tour"):
        for at in range(len(steps())):
            tour.at = at
            tour._show_step()
            QtWidgets.QApplication.processEvents()
            assert cut(tour) == [], (look, at)
            assert window.rect().contains(tour.geometry())
