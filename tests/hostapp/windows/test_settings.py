# SPDX-License-Identifier: Apache-2.0
"""Choices that hold at once and are remembered, the sound check, this computer, the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, in_every_look

from solemetry_host import log
from solemetry_host.preferences import read_preferences
from solemetry_host.sound.sides import Answer
from solemetry_host.windows.look import theme
from solemetry_host.windows.settings.page import SettingsPage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place
from solemetry_host.words import tr


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window({"settings": Place(lambda: tr("Settings"), SettingsPage)})


def settings(window: MainWindow) -> SettingsPage:
    page = window.page
    assert isinstance(page, SettingsPage)
    return page


def test_a_choice_holds_at_once_and_is_remembered(
    qtbot: QtBot, desk: Desk, window: MainWindow, tmp_path: Path
) -> None:
    old = window.page
    settings(window).language.buttons["de"].click()
    settings(window).colours.buttons["dark"].click()
    settings(window).text.buttons["large"].click()
    qtbot.waitUntil(lambda: window.page is not old)
    assert theme.look().dark
    assert theme.look().scale > 1
    assert window.rail.buttons["settings"].text() == "Einstellungen"
    assert settings(window).language.buttons["de"].isChecked()
    settings(window).sound.buttons["off"].click()
    settings(window).force.buttons["kg"].click()
    kept = read_preferences(tmp_path / "preferences.toml")
    assert (kept.language, kept.colours, kept.large_text) == ("de", "dark", True)
    assert (kept.sound, kept.force_unit) == (False, "kg")


def test_the_size_of_the_insoles_is_remembered(
    desk: Desk, window: MainWindow, tmp_path: Path
) -> None:
    field = settings(window).insoles
    assert field.text() == "As drawn (42)"
    for size, remembered in ((38.5, 38.5), (field.minimum(), None)):
        field.setValue(size)
        kept = read_preferences(tmp_path / "preferences.toml")
        assert kept.insole_size_eu == remembered


def test_another_folder_is_used_from_now_on(desk: Desk, window: MainWindow, tmp_path: Path) -> None:
    settings(window).use_folder(tmp_path / "elsewhere")
    assert desk.library.folder == tmp_path / "elsewhere"
    assert str(tmp_path / "elsewhere") in window.notice.text()


@pytest.mark.parametrize(
    ("left", "right", "well", "words"),
    [("left", "right", True, "heard where they are"), ("right", "left", False, "swapped"),
     ("nothing", "right", False, "left side is silent")],
)  # fmt: skip
def test_left_and_right_are_checked(
    window: MainWindow, left: Answer, right: Answer, well: bool, words: str
) -> None:
    check = settings(window).sound_check
    ended: list[bool] = []
    check.ended.connect(ended.append)
    check.start_button.click()
    check.answers[left].click()
    check.answers[right].click()
    assert ended == [well]
    assert words in check.verdict.text()
    assert not check.question.isVisible()


def test_this_computer_is_looked_over(qtbot: QtBot, window: MainWindow) -> None:
    computer = settings(window).computer
    computer.look_button.click()
    qtbot.waitUntil(lambda: computer.found.count() > 5)
    widget = computer.found.itemAt(0).widget()
    assert "Python" in widget.text()  # type: ignore[attr-defined]


def test_the_log_is_handed_on(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "a.log"
    written.write_text("something went on\n", "utf-8")
    monkeypatch.setattr(log, "log_file", lambda: written)
    computer = settings(window).computer
    computer.save_log(tmp_path / "copy.log")
    assert (tmp_path / "copy.log").read_text("utf-8") == "something went on\n"
    computer.save_log(tmp_path)
    assert "Choose another place" in window.notice.text()


def test_nothing_is_cut_in_any_look(window: MainWindow) -> None:
    for look in in_every_look(window, "settings"):
        assert (look, cut(window)) == (look, [])
