# SPDX-License-Identifier: Apache-2.0
"""The live page on virtual devices, in a real window; on whatever screen there is, or in memory."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from heel_raises import Person, gesture
from mixes import by_arrival
from PySide6 import QtCore, QtGui, QtWidgets
from pytestqt.qtbot import QtBot
from raised_live import insole, plate, stamp
from screens import MakeWindow, cut, in_every_look

import solemetry
from solemetry.calibration import Calibration
from solemetry_host.devices.source import Emit
from solemetry_host.devices.url import open_sources
from solemetry_host.live.station import Station
from solemetry_host.windows.app import LIVE
from solemetry_host.windows.live.foot_dialog import FootDialog
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow

PLATE = "sim:plate?stance=one-leg&steps_on=2&offset=20000&speed=4"
STOOD_ON = ("sim:plate?board=ads131m04&steps_on=0", "sim:insoles?steps_on=0")

INSOLES = Calibration(np.full(16, 372.0), np.full(16, 0.15), "for tests")
"""Of virtual insoles: what is felt is not to be trusted, but it is in newtons."""


@pytest.fixture
def page(desk: Desk, make_window: MakeWindow, tmp_path: Path) -> LivePage:
    desk._recordings = tmp_path
    desk._open_station = open_with_calibrated_insoles
    page = page_of(make_window(LIVE))
    page.connect_card.url.setText(PLATE)
    return page


def open_with_calibrated_insoles(urls: Sequence[str]) -> Station:
    open_sources(*urls)  # a wrong one is told at once
    of_sides = {f"insole-{side}": INSOLES for side in ("left", "right")}
    return Station(lambda: open_sources(*urls), of_sides)


def page_of(window: MainWindow) -> LivePage:
    assert isinstance(window.page, LivePage)
    return window.page


def said(page: LivePage) -> str:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window.notice.text()


def click(qtbot: QtBot, button: QtWidgets.QPushButton) -> None:
    qtbot.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def connect(qtbot: QtBot, page: LivePage, *urls: str) -> Station:
    if urls:
        page.connect_card.url.setText(", ".join(urls))
    click(qtbot, page.connect_card.connect_button)
    station = page.desk.station
    assert station is not None
    qtbot.waitUntil(lambda: station.ready and page.tare_button.isEnabled())
    return station


# ---- by buttons and keys --------------------------------------------------------------------


def test_connect_tare_record_stop_by_its_buttons(
    qtbot: QtBot, page: LivePage, tmp_path: Path
) -> None:
    connect(qtbot, page, PLATE.replace("steps_on=2", "steps_on=10"))  # time enough to tare
    assert "● plate" in page.state.text().replace("\N{NO-BREAK SPACE}", " ")
    click(qtbot, page.tare_button)
    qtbot.waitUntil(lambda: "Tared" in said(page))
    qtbot.waitUntil(lambda: page.side.area.text != "–")
    qtbot.waitUntil(lambda: page.side.force.text == "667")
    assert float(page.side.velocity.text) > 0

    click(qtbot, page.record_button)
    qtbot.waitUntil(lambda: page.record_button.text() == "Stop")
    qtbot.waitUntil(lambda: (page.desk.snapshot.elapsed_s or 0.0) > 3)
    qtbot.waitUntil(lambda: float(page.side.elapsed.text) > 3)
    click(qtbot, page.record_button)
    qtbot.waitUntil(lambda: "Saved" in said(page))
    (file,) = tmp_path.glob("*.h5")
    assert solemetry.open(file).streams["plate"].rows > 200
    click(qtbot, page.disconnect_button)
    qtbot.waitUntil(lambda: "Not connected" in page.connect_card.state.text())
    assert page.connect_card.isVisible()


def test_a_wrong_device_is_answered_in_the_window(qtbot: QtBot, page: LivePage) -> None:
    page.connect_card.url.setText("plate")
    click(qtbot, page.connect_card.connect_button)
    assert "is not a device" in said(page)
    page.connect_card.url.setText("serial:/dev/ttyNOPE")
    click(qtbot, page.connect_card.connect_button)
    qtbot.waitUntil(lambda: "There is no port" in said(page))
    qtbot.waitUntil(lambda: "Could not connect" in page.connect_card.state.text())
    connect(qtbot, page, PLATE)


def test_every_button_has_a_key_that_presses_it(qtbot: QtBot, page: LivePage) -> None:
    connect(qtbot, page)
    keys = {
        page.record_button: "R", page.tare_button: "T", page.foot_button: "F",
        page.zoom_button: "Z", page.sync_button: "Y", page.sound_button: "S",
        page.diagnostics_button: "D", page.disconnect_button: "C", page.plate_button: "P",
        page.layouts.buttons["plate"]: "1", page.layouts.buttons["insoles"]: "2",
        page.layouts.buttons["both"]: "3",
    }  # fmt: skip
    assert {b.shortcut() for b in keys} == {QtGui.QKeySequence(key) for key in keys.values()}
    assert all(button.shortcut() == QtGui.QKeySequence(key) for button, key in keys.items())
    qtbot.keyClick(page, QtCore.Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: page.pictures.plate.near)
    qtbot.waitUntil(lambda: page.zoom_button.text() == "Whole plate")
    qtbot.keyClick(page, QtCore.Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not page.desk.connected)


def test_a_foot_entered_by_numbers_changes_what_the_share_is_of(
    qtbot: QtBot, page: LivePage
) -> None:
    station = connect(qtbot, page)
    click(qtbot, page.foot_button)
    (dialog,) = page.findChildren(FootDialog)
    dialog.choose_side("right")
    dialog.use_numbers()
    qtbot.waitUntil(lambda: bool(station.snapshot.feet))
    qtbot.waitUntil(lambda: page.side.front.of == "of the right foot")
    qtbot.keyClick(dialog, QtCore.Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(FootDialog))


def test_closing_the_window_ends_and_saves_a_running_recording(
    qtbot: QtBot, page: LivePage, tmp_path: Path
) -> None:
    connect(qtbot, page)
    click(qtbot, page.record_button)
    qtbot.waitUntil(lambda: (page.desk.snapshot.elapsed_s or 0.0) > 0.5)
    page.window().close()
    (file,) = tmp_path.glob("*.h5")
    assert solemetry.open(file).state == "complete"


def test_drawing_never_raises_while_the_plate_is_empty_or_gone(
    qtbot: QtBot, page: LivePage
) -> None:
    connect(qtbot, page, "sim:plate?steps_on=1000&speed=4")
    qtbot.waitUntil(lambda: page.side.force.text == "0")
    page.toggle_zoom()
    qtbot.wait(200)
    assert page.side.area.text == "–"
    assert page.pictures.plate.here_mm is None
    click(qtbot, page.disconnect_button)
    page.draw(page.desk.snapshot)
    assert page.pictures.front.here_mm is None


def test_qt_does_not_lose_references_to_none(qtbot: QtBot, page: LivePage) -> None:
    """PySide6 6.12 did, on Python before 3.12, and took the process with it in seconds."""
    before = sys.getrefcount(None)
    for _ in range(2000):
        page.update()
    assert sys.getrefcount(None) > before - 1000


def test_the_sway_is_heard_and_every_stage_is_timed(qtbot: QtBot, page: LivePage) -> None:
    station = connect(qtbot, page)
    click(qtbot, page.sound_button)
    assert "Sound: " in said(page)
    click(qtbot, page.diagnostics_button)
    pane = page.diagnostics
    assert pane is not None
    stages = {"metric", "paint", "sound"}
    qtbot.waitUntil(lambda: stages <= station.diagnostics().latency.keys())
    qtbot.waitUntil(lambda: stages <= set(first_column(pane.stages)))
    assert first_column(pane.devices) == ["plate"]
    click(qtbot, page.disconnect_button)
    qtbot.waitUntil(lambda: page.sound_button.text() == "Sound on")
    qtbot.waitUntil(lambda: pane.summary.text() == "Not connected.")


# ---- layouts --------------------------------------------------------------------------------


def test_each_layout_shows_what_the_snapshot_says(qtbot: QtBot, page: LivePage) -> None:
    station = connect(qtbot, page, *STOOD_ON)
    assert page.pictures.plate.isVisible()
    assert page.pictures.map.isVisible()
    qtbot.waitUntil(lambda: len(station.snapshot.joined) == 1)
    snapshot = station.snapshot
    for layout in ("insoles", "plate", "both"):
        page.choose_layout(layout)
        for _ in range(6):
            page.draw(snapshot)
        both, plate_view = snapshot.joined[0], snapshot.view("plate")
        assert plate_view is not None
        assert plate_view.metrics is not None
        of_what = both if layout == "insoles" else plate_view.metrics
        assert page.side.force.text == f"{of_what.force_n:.0f}"
        right = round(100 * of_what.right.value)
        assert page.side.right.text == f"left {100 - right} % | {right} % right"
        assert page.pictures.plate.isVisible() == (layout != "insoles")
        assert page.pictures.map.isVisible() == (layout != "plate")
        drawn = page.pictures.force.curves
        assert len(drawn) == {"plate": 1, "insoles": 2, "both": 3}[layout]
        if layout != "insoles":
            assert drawn[0][-1, 1] == pytest.approx(plate_view.metrics.force_trail_n[-1], rel=1e-3)
            assert page.pictures.plate.here_mm == pytest.approx(plate_view.metrics.cop_mm)
        if layout != "plate":
            parts = [view.metrics.cells.parts for side in ("left", "right")
                     if (view := snapshot.view(f"insole-{side}")) and view.metrics]
            assert page.pictures.parts.texts == [
                [f"{100 * share:.0f} %" for share in of_foot.values()] for of_foot in parts
            ]


def test_forces_are_shown_in_the_unit_that_is_preferred(qtbot: QtBot, page: LivePage) -> None:
    page.desk.prefer(force_unit="kg")
    page.entered()
    connect(qtbot, page)
    qtbot.waitUntil(lambda: page.side.force.text == "68.0")
    assert page.side.force.unit == "kg"
    assert page.pictures.force.curves[0][-1, 1] == pytest.approx(667 / 9.80665, rel=0.01)


def test_uncalibrated_insoles_show_counts_and_say_so(qtbot: QtBot, page: LivePage) -> None:
    page.desk._open_station = lambda urls: Station(lambda: open_sources(*urls))
    connect(qtbot, page, STOOD_ON[1])
    qtbot.waitUntil(lambda: "not calibrated" in page.side.why.text())
    assert page.side.force.text == "–"
    assert page.pictures.force.curves == []
    assert page.pictures.force.note
    click(qtbot, page.tare_button)
    qtbot.waitUntil(lambda: page.desk.snapshot.devices[1].metrics is not None
                    and "insole" in said(page), timeout=30_000)  # fmt: skip


def test_two_plates_are_shown_in_turn(qtbot: QtBot, page: LivePage) -> None:
    station = connect(qtbot, page, "sim:plate?steps_on=0", "sim:plate?steps_on=0&seed=9")
    qtbot.waitUntil(lambda: page.plate_button.isVisible())
    first = page.plate_button.text()
    click(qtbot, page.plate_button)
    qtbot.waitUntil(lambda: page.plate_button.text() != first)
    assert {first, page.plate_button.text()} == {v.stream for v in station.snapshot.devices}


def test_in_every_look_all_texts_can_be_read(qtbot: QtBot, page: LivePage) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    assert cut(window) == []
    station = connect(qtbot, page, *STOOD_ON)
    station.command("foot", side="right", heel_mm=(2.0, -108.0), axis_deg=6.0, length_mm=255.0)
    qtbot.waitUntil(lambda: (m := station.snapshot.metrics) is not None and m.covered_s > 2,
                    timeout=30_000)  # fmt: skip
    for layout in ("insoles", "both"):
        for _ in in_every_look(window, f"live-{layout}"):
            show(qtbot, page_of(window), layout)
            assert cut(window) == []
    show(qtbot, page_of(window), "plate")
    assert cut(window) == []
    page_of(window).register_foot()
    (dialog,) = page_of(window).findChildren(FootDialog)
    assert cut(dialog) == []


def show(qtbot: QtBot, page: LivePage, layout: str) -> None:
    page.choose_layout(layout)
    for _ in range(6):  # words are renewed less often than pictures
        page.draw(page.desk.snapshot)
    qtbot.wait(20)


# ---- the gesture ----------------------------------------------------------------------------


class Standing:
    """Somebody on a plate with insoles on, as fast as it goes; raises both heels when told to."""

    name = "scripted"

    def __init__(self) -> None:
        person = Person(2, 24.0, gesture(16.0, np.random.default_rng(2)))
        self._sent = [plate(person), insole(person, "left"), insole(person, "right")]
        self.raise_heels = threading.Event()

    def run(self, emit: Emit, stop: threading.Event) -> None:
        for each in self._sent:
            emit(each.opened)
        for item in by_arrival(*(each.items for each in self._sent)):
            if item.t_host_ns > stamp(9.0) and not self.raise_heels.wait(60):
                return
            emit(item)
        stop.wait(60)


def test_a_person_is_led_through_the_sync_gesture_by_button_or_key(
    qtbot: QtBot, page: LivePage
) -> None:
    person = Standing()
    page.desk._open_station = lambda urls: Station(lambda: person)
    assert not page.sync_button.isEnabled()
    assert "Key Y" in page.sync_button.toolTip()
    click(qtbot, page.connect_card.connect_button)
    qtbot.waitUntil(lambda: page.sync_button.isEnabled())
    for _ in range(2):
        click(qtbot, page.sync_button)
        qtbot.waitUntil(lambda: page.sync_button.text() == "Stop sync")
        assert page.sync_button.shortcut() == QtGui.QKeySequence("Y")
        qtbot.waitUntil(lambda: "clocks are still being compared" in page.busy.text())
        click(qtbot, page.sync_button)
        qtbot.waitUntil(lambda: page.sync_button.text() == "Sync")
        assert "not waited for any more" in said(page)
    click(qtbot, page.sync_button)
    qtbot.waitUntil(lambda: page.sync_button.text() == "Stop sync")
    person.raise_heels.set()
    qtbot.waitUntil(lambda: "Synchronised with plate" in said(page), timeout=40000)
    assert "give or take" in said(page)
    qtbot.waitUntil(lambda: page.sync_button.text() == "Sync")


def first_column(table: QtWidgets.QTableWidget) -> list[str]:
    items = [table.item(row, 0) for row in range(table.rowCount())]
    return [item.text() for item in items if item is not None]
