# SPDX-License-Identifier: Apache-2.0
"""The real window on a virtual plate. Runs on whatever screen there is, or drawn to memory."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from heel_raises import Person, gesture
from mixes import by_arrival
from PySide6 import QtCore, QtGui, QtWidgets
from pytestqt.qtbot import QtBot
from raised_live import insole, plate, stamp

import solemetry
from solemetry_host.devices.source import Emit
from solemetry_host.devices.url import open_source
from solemetry_host.live.station import Station
from solemetry_host.windows import theme
from solemetry_host.windows.foot_dialog import FootDialog
from solemetry_host.windows.live_window import LiveWindow

PLATE = "sim:plate?stance=one-leg&steps_on=2&offset=20000&speed=4"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[LiveWindow]:
    window = LiveWindow(lambda url: Station(lambda: open_source(url)), PLATE, tmp_path)
    theme.apply(QtWidgets.QApplication.instance())  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def click(qtbot: QtBot, button: QtWidgets.QPushButton) -> None:
    qtbot.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def test_connect_tare_record_stop_by_its_buttons(
    qtbot: QtBot, window: LiveWindow, tmp_path: Path
) -> None:
    assert not window.tare_button.isEnabled()
    assert not window.record_button.isEnabled()
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.tare_button.isEnabled(), timeout=8000)
    assert "Connected" in window.state.text()
    click(qtbot, window.tare_button)
    qtbot.waitUntil(lambda: "Tared" in window.message.text(), timeout=8000)
    qtbot.waitUntil(lambda: window.area.text != "–", timeout=8000)
    qtbot.waitUntil(lambda: window.force.text == "667", timeout=8000)
    assert float(window.velocity.text) > 0

    click(qtbot, window.record_button)
    qtbot.waitUntil(lambda: window.record_button.text() == "Stop", timeout=8000)
    qtbot.waitUntil(
        lambda: window.elapsed.text not in ("–", "0.0") and float(window.elapsed.text) > 3,
        timeout=8000,
    )
    click(qtbot, window.record_button)
    qtbot.waitUntil(lambda: "Saved" in window.message.text(), timeout=8000)
    (file,) = tmp_path.glob("*.h5")
    assert solemetry.open(file).streams["plate"].rows > 200
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: "Not connected" in window.state.text(), timeout=8000)


def test_a_wrong_device_is_answered_in_the_window(qtbot: QtBot, window: LiveWindow) -> None:
    window.url.setText("serial:/dev/ttyNOPE")
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: "There is no port" in window.message.text(), timeout=8000)
    assert "Could not connect" in window.state.text()
    assert window.message.property("level") == "error"
    qtbot.waitUntil(lambda: window.connect_button.text() == "Connect", timeout=8000)
    window.url.setText(PLATE)
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: "Connected" in window.state.text(), timeout=8000)


def test_a_url_of_no_known_form_is_answered_before_anything_is_opened(
    qtbot: QtBot, window: LiveWindow
) -> None:
    window.url.setText("plate")
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: "is not a device" in window.message.text(), timeout=8000)


def test_the_keys_do_what_the_buttons_do(qtbot: QtBot, window: LiveWindow) -> None:
    window.activateWindow()
    window.setFocus()
    window.connect_button.shortcut()
    assert window.connect_button.shortcut() == QtGui.QKeySequence("C")
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.tare_button.isEnabled(), timeout=8000)
    for button, key in ((window.connect_button, "C"), (window.tare_button, "T"),
                        (window.foot_button, "F"), (window.record_button, "R")):
        assert button.shortcut() == QtGui.QKeySequence(key)


def test_a_foot_entered_by_numbers_changes_what_the_share_is_of(
    qtbot: QtBot, window: LiveWindow
) -> None:
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.foot_button.isEnabled(), timeout=8000)
    assert window.station is not None
    dialog = FootDialog(window.station.command, window)
    qtbot.addWidget(dialog)
    dialog.side.setCurrentText("right")
    dialog.use_numbers()
    qtbot.waitUntil(
        lambda: bool(window.station.snapshot.feet), timeout=8000  # type: ignore[union-attr]
    )
    qtbot.waitUntil(
        lambda: window.station.snapshot.metrics is not None  # type: ignore[union-attr]
        and window.station.snapshot.metrics.front.of == "right foot",  # type: ignore[union-attr]
        timeout=8000,
    )


def test_closing_the_window_ends_and_saves_a_running_recording(
    qtbot: QtBot, window: LiveWindow, tmp_path: Path
) -> None:
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.record_button.isEnabled(), timeout=8000)
    click(qtbot, window.record_button)
    qtbot.waitUntil(lambda: window.elapsed.text not in ("–", "0.0"), timeout=8000)
    window.close()
    (file,) = tmp_path.glob("*.h5")
    assert solemetry.open(file).state == "complete"


def test_drawing_never_raises_while_the_plate_is_empty_or_gone(
    qtbot: QtBot, window: LiveWindow
) -> None:
    window.url.setText("sim:plate?steps_on=1000&speed=4")
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.force.text not in ("–",), timeout=8000)
    window.toggle_zoom()
    qtbot.wait(200)
    assert window.area.text == "–"
    click(qtbot, window.connect_button)
    qtbot.wait(100)
    assert window.force.text == "–"


def test_qt_does_not_lose_references_to_none(qtbot: QtBot, window: LiveWindow) -> None:
    """PySide6 6.12 did, on Python before 3.12, and took the process with it in seconds."""
    before = sys.getrefcount(None)
    for _ in range(2000):
        window.update()
    assert sys.getrefcount(None) > before - 1000


def test_the_sway_is_heard_and_every_stage_is_timed(qtbot: QtBot, window: LiveWindow) -> None:
    assert not window.sound_button.isEnabled()
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.sound_button.isEnabled(), timeout=8000)
    click(qtbot, window.sound_button)
    assert "Sound: " in window.message.text()
    click(qtbot, window.diagnostics_button)
    assert window.diagnostics is not None
    station, pane = window.station, window.diagnostics
    assert station is not None
    stages = {"metric", "paint", "sound"}
    qtbot.waitUntil(lambda: stages <= station.diagnostics().latency.keys(), timeout=8000)
    qtbot.waitUntil(lambda: stages <= set(first_column(pane.stages)), timeout=8000)
    assert first_column(pane.devices) == ["plate"]
    click(qtbot, window.connect_button)
    assert window.sound_button.text() == "Sound on"
    qtbot.waitUntil(lambda: pane.summary.text() == "Not connected.", timeout=2000)


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
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = Standing()
    window = LiveWindow(lambda url: Station(lambda: person), "sim:plate", tmp_path)
    qtbot.addWidget(window)
    window.show()
    assert not window.sync_button.isEnabled()
    assert window.sync_button.shortcut() == QtGui.QKeySequence("Y")
    assert "Key Y" in window.sync_button.toolTip()
    click(qtbot, window.connect_button)
    qtbot.waitUntil(lambda: window.sync_button.isEnabled(), timeout=20000)
    for _ in range(2):
        click(qtbot, window.sync_button)
        qtbot.waitUntil(lambda: window.sync_button.text() == "Stop sync", timeout=20000)
        assert window.sync_button.shortcut() == QtGui.QKeySequence("Y")
        qtbot.waitUntil(lambda: "clocks are still being compared" in window.state.text())
        click(qtbot, window.sync_button)
        qtbot.waitUntil(lambda: window.sync_button.text() == "Sync", timeout=20000)
        assert "not waited for any more" in window.message.text()
    click(qtbot, window.sync_button)
    qtbot.waitUntil(lambda: window.sync_button.text() == "Stop sync", timeout=20000)
    person.raise_heels.set()
    qtbot.waitUntil(lambda: "Synchronised with plate" in window.message.text(), timeout=40000)
    assert "give or take" in window.message.text()
    qtbot.waitUntil(lambda: window.sync_button.text() == "Sync", timeout=20000)
    window.close()


def first_column(table: QtWidgets.QTableWidget) -> list[str]:
    items = [table.item(row, 0) for row in range(table.rowCount())]
    return [item.text() for item in items if item is not None]
