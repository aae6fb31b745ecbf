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
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready, timeout=10_000)
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
        qtbot.waitUntil(lambda: len(page.plan.tasks) > 0, timeout=10_000)
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
    qtbot.waitUntil(lambda: page.choosing is not None, timeout=10_000)
    if page.session is not None:
        page.before.leave.click()
        qtbot.waitUntil(lambda: page.session is None)
    if screen == "drills":
        page.show_shelf()
        return
    page.show_what(Wanted(DRILL, 2))
    if screen == "drill-asks":
        page.drill.start.click()
        qtbot.waitUntil(page.before.isVisible, timeout=10_000)


def show_review(qtbot: QtBot, desk: Desk, page: ReviewingPage, tab: str) -> None:
    person = desk.person
    if page.kept.looking is None and person is not None:
        page.open(person.sessions()[0])
        qtbot.waitUntil(lambda: page.kept.looking is not None, timeout=10_000)
    page.show_tab(tab)
    qtbot.wait(150)


# ---- it fits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
@pytest.mark.parametrize("look", [LOOKS[2], LOOKS[5]], ids=["small-large-text", "dark"])
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


@pytest.mark.parametrize("screen", SCREENS)
def test_tab_meets_everything_once_and_shows_where_it_is(
    qtbot: QtBot, window: MainWindow, screen: str
) -> None:
    bring(qtbot, window, screen)
    wanted = set(reached_by_tab(window))
    met: list[QtWidgets.QWidget] = []
    for _ in range(4 * len(wanted)):
        focused = window.focusWidget()
        if met and focused is met[0]:
            break
        if focused is not None:
            met.append(focused)
        qtbot.keyClick(focused or window, QtCore.Qt.Key.Key_Tab)
    names = {one: f"{type(one).__name__} {name_of(one)!r}" for one in {*wanted, *met}}
    assert {names[one] for one in wanted - set(met)} == set()
    assert [names[one] for one, times in Counter(met).items() if times > 1] == []
    assert [names[one] for one in wanted if not shows_focus(window, one)] == []


def reached_by_tab(window: MainWindow) -> Iterator[QtWidgets.QWidget]:
    """What can be used; of buttons of which one holds, that one, for arrows go to the others."""
    for one in window.findChildren(QtWidgets.QWidget):
        if isinstance(one, FIELDS) and one.isVisible() and one.isEnabled():
            if isinstance(one.parentWidget(), QtWidgets.QAbstractSpinBox | QtWidgets.QComboBox):
                continue
            if not other_than_the_one_that_holds(one):
                yield one


def other_than_the_one_that_holds(one: QtWidgets.QWidget) -> bool:
    if not isinstance(one, QtWidgets.QAbstractButton) or one.isChecked():
        return False
    group = one.group()
    exclusive = one.autoExclusive() or (group is not None and group.exclusive())
    around = group.buttons() if group is not None else one.parentWidget().findChildren(type(one))
    return exclusive and any(each.isChecked() for each in around)


def shows_focus(window: MainWindow, one: QtWidgets.QWidget) -> bool:
    """Whether it looks another way, and can be seen, while keys go to it."""
    window.setFocus()
    before = picture(one)
    one.setFocus(QtCore.Qt.FocusReason.TabFocusReason)
    QtWidgets.QApplication.processEvents()
    return picture(one) != before and not one.visibleRegion().isEmpty()


def picture(one: QtWidgets.QWidget) -> QtGui.QImage:
    return one.grab().toImage()


def name_of(one: QtWidgets.QWidget) -> str:
    return one.text() if isinstance(one, QtWidgets.QAbstractButton) else one.accessibleName()


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things(qtbot: QtBot, window: MainWindow, screen: str) -> None:
    bring(qtbot, window, screen)
    meant = list(keys_of(window))
    doubles = [key for key, times in Counter(key for key, _ in meant).items() if times > 1]
    assert [(key, what) for key, what in meant if key in doubles] == []
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
