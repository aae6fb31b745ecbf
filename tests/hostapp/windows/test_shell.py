# SPDX-License-Identifier: Apache-2.0
"""The window around the pages: the rail, looks, languages, and what it remembers."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow

from solemetry_host.live.snapshot import Snapshot
from solemetry_host.preferences import read_preferences
from solemetry_host.windows.look import theme
from solemetry_host.windows.look.parts import label
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place
from solemetry_host.windows.shell.page import Page


class Plain(Page):
    """A page that says how often it was drawn."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.drawn = 0
        self.stays = False
        self.came = self.went = 0
        self.colour = theme.look().ground
        box = QtWidgets.QVBoxLayout(self)
        box.addWidget(label("headline", "A page"))

    def entered(self) -> None:
        self.came += 1

    def left(self) -> None:
        self.went += 1

    def may_leave(self) -> bool:
        return not self.stays

    def draw(self, snapshot: Snapshot) -> None:
        self.drawn += 1


PLACES = {"one": Place(lambda: "One", Plain), "two": Place(lambda: "Two", Plain)}


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window(PLACES)


def test_only_the_page_that_is_shown_is_drawn(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("two")
    first, second = window.pages["one"], window.pages["two"]
    assert isinstance(first, Plain)
    assert isinstance(second, Plain)
    before, already = first.drawn, second.drawn
    qtbot.waitUntil(lambda: second.drawn > already + 5)
    assert first.drawn == before
    assert (first.came, first.went, second.came, second.went) == (1, 1, 1, 0)


def test_keys_go_from_page_to_page(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, QtCore.Qt.Key.Key_2, QtCore.Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.shown == "two")
    assert window.rail.buttons["two"].isChecked()


def test_a_page_that_must_not_be_left_stays(window: MainWindow) -> None:
    page = window.page
    assert isinstance(page, Plain)
    page.stays = True
    window.rail.buttons["two"].click()
    assert (window.shown, window.rail.buttons["one"].isChecked()) == ("one", True)


def test_another_theme_is_taken_up_by_every_page(qtbot: QtBot, window: MainWindow) -> None:
    old = window.page
    window.desk.prefer(colours="dark", large_text=True)
    qtbot.waitUntil(lambda: window.page is not old)
    page = window.page
    assert isinstance(page, Plain)
    assert (page.colour, theme.look().dark) == (theme.look().ground, True)
    assert theme.look().px(10) > 10
    assert window.shown == "one"


def test_what_went_well_goes_by_itself_and_a_warning_stays(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(window.notice), "STAYS_MS", 50)
    window.say("good", "Saved")
    assert window.notice.isVisible()
    qtbot.waitUntil(lambda: not window.notice.isVisible())
    window.say("warning", "The disk is nearly full")
    qtbot.wait(200)
    assert window.notice.isVisible()


def test_a_page_that_is_asked_for_comes_before_the_last(desk: Desk, qtbot: QtBot) -> None:
    desk.prefer(page="one")
    window = MainWindow(desk, PLACES, "two")
    qtbot.addWidget(window)
    assert (window.shown, [*window.pages]) == ("two", ["two"])
    window.close()


def test_the_window_remembers_its_page_and_its_size(
    qtbot: QtBot, desk: Desk, window: MainWindow, make_window: MakeWindow
) -> None:
    window.show_page("two")
    window.resize(1024, 650)
    window.close()
    assert desk._file is not None
    desk.preferences = read_preferences(desk._file)
    again = make_window(PLACES)
    assert again.shown == "two"
    assert (again.width(), again.height()) == (1024, 650)
