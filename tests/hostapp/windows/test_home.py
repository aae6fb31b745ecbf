# SPDX-License-Identifier: Apache-2.0
"""The first page: who is there, what is next, what today holds, how the devices are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, folder, in_every_look

from solemetry.device import SensorLayout
from solemetry_host.devices.discovery import Findings, Found
from solemetry_host.home.today import Today
from solemetry_host.live.snapshot import DeviceView, Link, Snapshot
from solemetry_host.people.folder import Person
from solemetry_host.windows.home import connect_dialog, page
from solemetry_host.windows.home.connect_dialog import ConnectDialog
from solemetry_host.windows.home.device_tiles import DeviceTiles
from solemetry_host.windows.home.page import HomePage
from solemetry_host.windows.home.person_dialog import PersonDialog
from solemetry_host.windows.home.their_data import TheirData
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place
from solemetry_host.windows.shell.page import Page

PLATE = "sim:plate?speed=4&steps_on=0"
BOTH = (PLATE, "sim:insoles?speed=4&steps_on=0")


class Elsewhere(Page):
    """Another page; it keeps what it was asked to show."""

    asked: object = None

    def show_what(self, what: object) -> None:
        self.asked = what


PLACES = {
    "home": Place(lambda: "Home", HomePage),
    "drills": Place(lambda: "Drills", Elsewhere),
    "live": Place(lambda: "Live", Elsewhere),
}


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window(PLACES)


@pytest.fixture
def anna(desk: Desk) -> Person:
    return desk.library.add(date.today(), {"name": "Anna", "birth_year": 1990})


@pytest.fixture(autouse=True)
def nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Nothing is there unless a test says so: no port of this computer is opened."""

    def find(*found: Found) -> None:
        monkeypatch.setattr(connect_dialog, "look", lambda connected: Findings(found))

    find()
    return find


def home_of(window: MainWindow) -> HomePage:
    page = window.page
    assert isinstance(page, HomePage)
    return page


def dialog_over(window: MainWindow) -> QtWidgets.QDialog:
    there = [one for one in window.findChildren(QtWidgets.QDialog) if one.isVisible()]
    assert len(there) == 1
    return there[0]


def button_of(within: QtWidgets.QWidget, text: str) -> QtWidgets.QPushButton:
    (one,) = [
        one
        for one in within.findChildren(QtWidgets.QPushButton)
        if one.text() == text and one.isVisible()
    ]
    return one


def test_from_nobody_and_nothing_to_the_first_drill_by_the_big_button(
    qtbot: QtBot, desk: Desk, window: MainWindow
) -> None:
    home = home_of(window)
    assert home.start.button.text() == "Connect a device"
    assert "Add yourself" in home.plan.empty.text()

    home.start.button.click()
    asked = dialog_over(window)
    assert isinstance(asked, ConnectDialog)
    asked.url.setText(PLATE)
    asked.connect_button.click()
    qtbot.waitUntil(lambda: home.start.button.text() == "Open the live view")
    assert list(home.devices.tiles) == ["plate"]

    home.who.add.click()
    about = dialog_over(window)
    assert isinstance(about, PersonDialog)
    about.name.setText("Anna")
    about.numbers["birth_year"].setText("1990")
    button_of(about, "Add").click()
    qtbot.waitUntil(lambda: home.start.button.text() == "Start the drill")
    assert "Anna" in home.who.greeting.text()
    assert desk.person is not None
    assert [tile.start.text() for tile in home.plan.tasks] == ["Start"] * 3

    home.start.button.click()
    elsewhere = window.page
    assert isinstance(elsewhere, Elsewhere)
    assert home.today is not None
    assert elsewhere.asked == home.today.tasks[0].wanted


def test_every_drill_of_today_can_be_started(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    home = home_of(window)
    desk.prefer(person=anna.id)
    qtbot.waitUntil(lambda: len(home.plan.tasks) == 3)
    qtbot.keyClick(window, QtCore.Qt.Key.Key_2, QtCore.Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: window.shown == "drills")
    elsewhere = window.page
    assert isinstance(elsewhere, Elsewhere)
    assert home.today is not None
    assert elsewhere.asked == home.today.tasks[1].wanted


def test_tab_goes_from_the_big_button_through_the_drills_to_the_devices(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    home = home_of(window)
    desk.prefer(person=anna.id)
    qtbot.waitUntil(lambda: len(home.plan.tasks) == 3)
    expected = [home.start.button, *(task.start for task in home.plan.tasks), home.devices.add]
    expected[0].setFocus()
    met = []
    for _ in expected:
        focused = QtWidgets.QApplication.focusWidget()
        met.append(focused)
        qtbot.keyClick(focused, QtCore.Qt.Key.Key_Tab)
    assert met == expected


def test_another_person_is_chosen_by_name_and_nobody_in_particular_too(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    ben = desk.library.add(date.today(), {"name": "Ben"})
    home = home_of(window)
    home.renew()
    names = home.who.list
    assert [names.itemText(n) for n in range(3)] == ["Nobody in particular", "Anna", "Ben"]
    names.setFocus()
    qtbot.keyClick(names, QtCore.Qt.Key.Key_Down)
    qtbot.keyClick(names, QtCore.Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: desk.preferences.person == ben.id)
    qtbot.waitUntil(lambda: len(home.plan.tasks) > 0)
    assert "Ben" in home.who.greeting.text()
    qtbot.keyClick(names, QtCore.Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: desk.preferences.person == "")
    assert home.plan.tasks == ()
    assert "Choose who practises" in home.plan.empty.text()
    assert home.who.edit.isHidden()


def test_what_cannot_be_is_said_in_the_dialog_and_escape_leaves_it(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    desk.prefer(person=anna.id)
    home = home_of(window)
    home.who.edit.click()
    about = dialog_over(window)
    assert isinstance(about, PersonDialog)
    about.numbers["height_cm"].setText("17")
    about.save()
    assert about.isVisible()
    assert "Height in cm" in about.notice.text()
    qtbot.keyClick(about, QtCore.Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(PersonDialog) is None)
    assert anna.profile.height_cm is None


@pytest.mark.parametrize("at_first", [True, False])
def test_the_devices_stay_where_they_are_while_today_is_worked_out(
    make_window: MakeWindow, desk: Desk, anna: Person, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch, at_first: bool,
) -> None:  # fmt: skip
    """A hand on its way to them would hit a drill instead."""
    desk.prefer(person=anna.id)
    if not at_first:
        shown = make_window(PLACES).page
        assert isinstance(shown, HomePage)
        qtbot.waitUntil(lambda: shown.today is not None)
    go_on, worked_out = threading.Event(), page.today_of

    def slowly(*asked: Any) -> Today:
        go_on.wait(30)
        return worked_out(*asked)

    monkeypatch.setattr(page, "today_of", slowly)
    home = make_window(PLACES).page
    assert isinstance(home, HomePage)
    qtbot.wait(100)

    def add_at() -> int:
        return home.devices.add.mapTo(home, QtCore.QPoint()).y()

    before = add_at()
    go_on.set()
    qtbot.waitUntil(lambda: bool(home.plan.tasks) and not any(w.running for w in home._works))
    qtbot.wait(100)
    assert abs(add_at() - before) < home.devices.add.height() / 2


def test_what_is_told_about_a_person_has_their_day_worked_out_anew(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out, asked = page.today_of, list[tuple[str, ...]]()

    def noted(person: Person, *more: Any) -> Today:
        asked.append(person.profile.history)
        return worked_out(person, *more)

    monkeypatch.setattr(page, "today_of", noted)
    desk.prefer(person=anna.id)
    home = home_of(window)
    qtbot.waitUntil(lambda: home.today is not None)
    home.edit()
    about = dialog_over(window)
    assert isinstance(about, PersonDialog)
    about.history["vertigo"].setChecked(True)
    about.fell.tick.setChecked(True)
    about.save()
    assert anna.profile.history == ("vertigo",)
    assert anna.profile.fell_on == date.today()
    qtbot.waitUntil(lambda: asked == [(), ("vertigo",)])


def test_data_goes_for_good_only_when_the_name_is_typed(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person, tmp_path: Path
) -> None:
    desk.prefer(person=anna.id)
    data = TheirData(desk, anna, window)
    data.open()
    data.to.setText("Coach Kim")
    data.allow()
    assert anna.consent.allows("Coach Kim", "summary", date.today())
    data.save_copy(tmp_path / "copy.zip")
    qtbot.waitUntil(lambda: "copy.zip" in data.notice.text())
    assert (tmp_path / "copy.zip").stat().st_size > 0
    data.word.setText("Ann")
    assert not data.delete.isEnabled()
    data.word.setText("Anna")
    data.delete.click()
    assert desk.library.people() == []
    assert not anna.folder.exists()
    assert desk.preferences.person == ""


def test_damaged_files_are_said_not_fallen_over(
    desk: Desk, window: MainWindow, anna: Person
) -> None:
    desk.prefer(person=anna.id)
    (anna.folder / "consent.toml").write_text("grant = 1", "utf-8")
    data = TheirData(desk, anna, window)
    assert "consent.toml" in data.notice.text()
    data.reject()
    (anna.folder / "person.toml").write_text("name = ", "utf-8")
    home_of(window).edit()
    assert "person.toml" in window.notice.text()


def test_nobody_is_deleted_while_something_is_recorded(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    desk.prefer(person=anna.id)
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    desk.start_recording()
    data = TheirData(desk, anna, window)
    data.delete_everything()
    assert "recording is running" in data.notice.text()
    assert [one.id for one in desk.library.people()] == [anna.id]
    data.reject()


def test_devices_are_found_ticked_and_connected(
    qtbot: QtBot,
    desk: Desk,
    window: MainWindow,
    nothing_is_found: Callable[..., None],
) -> None:
    nothing_is_found(Found("ble:left", "insole (Bluetooth)", "left", rssi_dbm=-60))
    asked = ConnectDialog(desk, window)
    asked.open()
    assert asked.chosen == []
    qtbot.waitUntil(lambda: asked.chosen == ["ble:left"])
    asked.list.item(0).setCheckState(QtCore.Qt.CheckState.Unchecked)
    asked.url.setText("sim:dog")
    asked.connect_them()
    assert asked.isVisible()
    assert "sim:plate" in asked.notice.text()
    assert not desk.connected
    asked.url.setText(PLATE)
    asked.connect_them()
    assert desk.preferences.devices == (PLATE,)
    again = ConnectDialog(desk, window)
    assert again.chosen == [PLATE]
    again.list.item(0).setCheckState(QtCore.Qt.CheckState.Unchecked)
    assert again.connect_button.text() == "Disconnect"
    again.connect_them()
    assert desk.station is None


def test_a_recording_that_runs_keeps_its_devices(
    qtbot: QtBot, desk: Desk, window: MainWindow
) -> None:
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    assert desk.start_recording() is not None
    asked = ConnectDialog(desk, window)
    asked.url.setText("sim:insoles")
    asked.connect_them()
    assert "recording is running" in asked.notice.text()
    assert desk.recording
    asked.reject()


def test_last_devices_come_back_with_one_press(
    qtbot: QtBot, desk: Desk, make_window: MakeWindow
) -> None:
    desk.preferences = desk.preferences.but(devices=(PLATE,))
    home = home_of(make_window(PLACES))
    assert home.start.button.text() == "Connect again"
    assert "Virtual plate" in home.start.about.text()
    home.start.button.click()
    qtbot.waitUntil(lambda: home.start.button.text() == "Open the live view")


def test_the_noise_of_an_empty_plate_is_measured_and_kept(
    qtbot: QtBot, desk: Desk, window: MainWindow
) -> None:
    desk.connect_to(["sim:plate?speed=8&steps_on=1000"])
    home = home_of(window)

    def noise() -> str:
        words = {name.text(): told.text() for tile in home.devices.tiles.values()
                 for name, told in tile.facts}  # fmt: skip
        return words.get("Noise", "")

    qtbot.waitUntil(lambda: "step off" in noise())
    qtbot.waitUntil(lambda: "mm at 70 kg" in noise())
    window.show_page("live")
    window.show_page("home")
    home.devices.draw(desk.snapshot, home._noise.newest, {})
    assert "mm at 70 kg" in noise()


def test_a_wrong_address_leaves_what_is_connected(
    qtbot: QtBot, desk: Desk, window: MainWindow
) -> None:
    desk.connect_to([PLATE])
    qtbot.waitUntil(lambda: desk.station is not None and desk.station.ready)
    assert not desk.connect_to(["sim:dog"])
    assert desk.connected


def test_words_of_tiles_change_less_often_than_frames(qtbot: QtBot) -> None:
    tiles = DeviceTiles(lambda: None, lambda: None)
    qtbot.addWidget(tiles)
    plate = SensorLayout.builtin("plate-hx711-uno")
    rates = []
    for frame in range(60):
        link = Link("streaming", rows=1, rate_hz=80.0 + frame)
        tiles.draw(Snapshot(devices=(DeviceView("plate", plate, link, 80.0),)), {}, {})
        rates.append([words.text() for _, words in tiles.tiles["plate"].facts])
    assert 1 < len({tuple(one) for one in rates}) <= 5


def test_closing_waits_for_what_is_worked_out(
    desk: Desk, make_window: MakeWindow, anna: Person
) -> None:
    desk.preferences = desk.preferences.but(person=anna.id)
    window = make_window(PLACES)
    window.close()
    assert [one.name for one in threading.enumerate() if one.name == "work"] == []


def test_every_text_can_be_read_in_every_look(
    qtbot: QtBot, desk: Desk, window: MainWindow, anna: Person
) -> None:
    desk.prefer(person=anna.id)
    desk.connect_to(BOTH)
    desk.library.add(date.today(), {"name": "Maximiliane Freifrau von Hohenstein-Waldeck"})
    for look in in_every_look(window, "home"):
        home = home_of(window)
        qtbot.waitUntil(partial(shows_everything, home))
        qtbot.wait(50)  # until everything has its place
        assert cut(window) == [], look


def shows_everything(home: HomePage) -> bool:
    return (len(home.plan.tasks), len(home.devices.tiles)) == (3, 3)


def asks_and_empty_page(desk: Desk, window: MainWindow, anna: Person) -> list[QtWidgets.QWidget]:
    dialogs = [
        PersonDialog(desk, anna, window), TheirData(desk, anna, window), ConnectDialog(desk, window)
    ]  # fmt: skip
    for dialog in dialogs:
        dialog.open()
        dialog.notice.say("warning", "Something that cannot be. Put it right, then go on.")
    return [*dialogs, window]


@pytest.mark.parametrize(
    ("colours", "large", "size"), [("dark", True, (1024, 700)), ("light", False, (1280, 800))]
)
def test_every_question_and_the_empty_page_can_be_read(
    qtbot: QtBot,
    desk: Desk,
    window: MainWindow,
    anna: Person,
    colours: str,
    large: bool,
    size: tuple[int, int],
) -> None:
    window.resize(*size)
    old = window.page
    desk.prefer(colours=colours, large_text=large)
    if large:
        qtbot.waitUntil(lambda: window.page is not old)
    for asked in asks_and_empty_page(desk, window, anna):
        for _ in range(4):
            QtWidgets.QApplication.processEvents()
        assert cut(asked) == []
        assert asked.width() <= window.width()
        assert asked.height() <= window.height()
        asked.grab().save(str(folder() / f"home-{type(asked).__name__}-{colours}.png"))
