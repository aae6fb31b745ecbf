# SPDX-License-Identifier: Apache-2.0
"""What holds for every page of the app: it fits in every language, and it is used by keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import reviewed
from PySide6 import QtCore, QtGui, QtWidgets
from pytestqt.qtbot import QtBot
from screens import LOOKS, MakeWindow, cut, folder

from solemetry_host.devices.discovery import Findings
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.wanted import Wanted
from solemetry_host.windows.drilling.page import DrillingPage
from solemetry_host.windows.home import connect_dialog
from solemetry_host.windows.home.page import HomePage
from solemetry_host.windows.home.person_dialog import PersonDialog
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.reviewing.page import ReviewingPage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, places
from solemetry_host.words import LANGUAGES

DEVICES = ("sim:plate?steps_on=0", "sim:insoles?steps_on=0")
DRILL = "single-leg-eyes-closed"

FIELDS = (
    QtWidgets.QAbstractButton, QtWidgets.QLineEdit, QtWidgets.QComboBox,
    QtWidgets.QAbstractSpinBox, QtWidgets.QListWidget,
)  # fmt: skip
"""What somebody uses."""


@pytest.fixture(autouse=True)
def nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open no port of this computer."""
    monkeypatch.setattr(connect_dialog, "look", lambda connected: Findings(()))


@pytest.fixture
def window(qtbot: QtBot, desk: Desk, make_window: MakeWindow) -> MainWindow:
    """The whole app, for somebody with recordings who stands on virtual devices."""
    drill = Shelf(desk.preferences.folder).drill("single-leg-eyes-open")
    person = reviewed.somebody(desk.preferences.folder, drill)
    desk.prefer(person=person.id)
    desk.connect_to(DEVICES)
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    return make_window(places())


SCREENS = (
    "home", "drills", "drill", "drill-asks", "live", "live-plate", "review", "review-looking",
    "review-comparing", "review-trends", "calibrate", "settings",
)  # fmt: skip


def bring(qtbot: QtBot, window: MainWindow, screen: str) -> None:
    """Show one of the screens, with everything in it."""
    name, _, what = screen.partition("-")
    shows = "drills" if name == "drill" else name
    if window.shown == "drills" and shows != "drills":
        leave_drill(window)
    window.show_page(shows)
    page = window.page
    if isinstance(page, HomePage):
        qtbot.waitUntil(lambda: len(page.plan.tasks) > 0)
    elif isinstance(page, DrillingPage):
        show_drills(qtbot, page, screen)
    elif isinstance(page, LivePage):
        page.choose_layout(what or "both")
    elif isinstance(page, ReviewingPage):
        show_review(qtbot, window.desk, page, what or "recordings")
    for _ in range(8):  # words that wrap find their place in several rounds
        window.draw()
        qtbot.wait(5)


def leave_drill(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, DrillingPage) and page.session is not None:
        page.before.leave.click()


def show_drills(qtbot: QtBot, page: DrillingPage, screen: str) -> None:
    qtbot.waitUntil(lambda: page.choosing is not None)
    if page.session is not None:
        page.before.leave.click()
        qtbot.waitUntil(lambda: page.session is None)
    if screen == "drills":
        page.show_shelf()
        return
    page.show_what(Wanted(DRILL, 2))
    if screen == "drill-asks":
        page.drill.start.click()
        qtbot.waitUntil(page.before.isVisible)


def show_review(qtbot: QtBot, desk: Desk, page: ReviewingPage, tab: str) -> None:
    person = desk.person
    if page.kept.looking is None and person is not None:
        page.open(person.sessions()[0])
        qtbot.waitUntil(lambda: page.kept.looking is not None)
    page.show_tab(tab)
    qtbot.wait(150)


# ---- it fits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
@pytest.mark.parametrize("look", [LOOKS[4], LOOKS[3]], ids=["small-large-text", "dark"])
def test_nothing_is_cut_in_another_language(
    qtbot: QtBot,
    desk: Desk,
    window: MainWindow,
    language: str,
    look: tuple[str, bool, tuple[int, int]],
) -> None:
    """In English each page is looked at by its own tests."""
    colours, large, size = look
    old = window.page
    desk.prefer(language=language, colours=colours, large_text=large)
    qtbot.waitUntil(lambda: window.page is not old)
    window.resize(*size)
    found = {}
    for screen in SCREENS:
        bring(qtbot, window, screen)
        window.grab().save(str(folder() / f"every-{language}-{screen}-{look_name(look)}.png"))
        if missing := cut(window):
            found[screen] = missing
    assert found == {}


def look_name(look: tuple[str, bool, tuple[int, int]]) -> str:
    colours, large, size = look
    return f"{colours}{'-large' if large else ''}-{size[0]}x{size[1]}"


# ---- by keys -----------------------------------------------------------------------------------


def test_tab_meets_everything_once_and_shows_where_it_is(
    qtbot: QtBot, window: MainWindow
) -> None:
    for screen in SCREENS:
        bring(qtbot, window, screen)
        met = walked_by_tab(qtbot, window)
        window.setFocus()
        turns = Counter(turn_of(one) for one, _ in met)
        missed = [name_of(one) for one in used(window) if turn_of(one) not in turns]
        twice = [name_of(one) for one, _ in met if turns[turn_of(one)] > 1]
        unseen = [name_of(one) for one, focused in met if focused in (None, picture(one))]
        assert (screen, missed, twice, unseen) == (screen, [], [], [])


def walked_by_tab(
    qtbot: QtBot, window: MainWindow
) -> list[tuple[QtWidgets.QWidget, QtGui.QImage | None]]:
    """Press Tab until it is where it began; return what was met, as it looked if it was seen."""
    met: list[tuple[QtWidgets.QWidget, QtGui.QImage | None]] = []
    for _ in range(2 * len(list(used(window)))):
        qtbot.keyClick(window.focusWidget() or window, QtCore.Qt.Key.Key_Tab)
        one = window.focusWidget()
        assert one is not None
        if met and one is met[0][0]:
            break
        met.append((one, None if one.visibleRegion().isEmpty() else picture(one)))
    return met


def used(window: MainWindow) -> Iterator[QtWidgets.QWidget]:
    """Everything that somebody can press, choose or fill in now."""
    for one in window.findChildren(QtWidgets.QWidget):
        inside = isinstance(one.parentWidget(), QtWidgets.QAbstractSpinBox | QtWidgets.QComboBox)
        if isinstance(one, FIELDS) and one.isVisible() and one.isEnabled() and not inside:
            yield one


def turn_of(one: QtWidgets.QWidget) -> QtCore.QObject:
    """Whose turn it is: of buttons of which one holds, all; arrows go from one to the other."""
    if isinstance(one, QtWidgets.QAbstractButton):
        group = one.group()
        if group is not None and group.exclusive():
            return group
        if one.autoExclusive():
            return one.parentWidget()
    return one


def picture(one: QtWidgets.QWidget) -> QtGui.QImage:
    return one.grab().toImage()


def name_of(one: QtWidgets.QWidget) -> str:
    text = one.text() if isinstance(one, QtWidgets.QAbstractButton) else one.accessibleName()
    return f"{type(one).__name__} {text!r}"


def test_no_key_means_two_things(qtbot: QtBot, window: MainWindow) -> None:
    for screen in SCREENS:
        bring(qtbot, window, screen)
        meant = list(keys_of(window))
        times = Counter(key for key, _ in meant)
        assert (screen, [each for each in meant if times[each[0]] > 1]) == (screen, [])
        assert len(meant) > len(window.rail.buttons)


def keys_of(window: MainWindow) -> Iterator[tuple[str, str]]:
    for one in window.findChildren(QtWidgets.QAbstractButton):
        if one.isVisible() and not one.shortcut().isEmpty():
            yield one.shortcut().toString(), one.text()
    for short in window.findChildren(QtGui.QShortcut):
        around = short.parent()
        if isinstance(around, QtWidgets.QWidget) and around.isVisible() and short.isEnabled():
            yield short.key().toString(), type(around).__name__


# ---- what is asked over a page -----------------------------------------------------------------


def test_what_is_asked_over_a_page_is_left_by_escape(
    qtbot: QtBot, desk: Desk, window: MainWindow
) -> None:
    opening: tuple[Callable[[], QtWidgets.QDialog], ...] = (
        partial(PersonDialog, desk, None, window),
        partial(connect_dialog.ConnectDialog, desk, window),
    )
    for make in opening:
        dialog = make()
        dialog.open()
        qtbot.waitUntil(dialog.isVisible)
        qtbot.keyClick(dialog.focusWidget() or dialog, QtCore.Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda dialog=dialog: not dialog.isVisible())
