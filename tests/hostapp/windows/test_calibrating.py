# SPDX-License-Identifier: Apache-2.0
"""The calibration page on a virtual plate whose cells are not as sold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot
from screens import MakeWindow, cut, folder, in_every_look

from solemetry.calibrating import read_record
from solemetry_host.calibrating.on_devices import LiveCalibration
from solemetry_host.windows.calibrating.page import CalibratingPage
from solemetry_host.windows.shell.desk import Desk
from solemetry_host.windows.shell.main_window import MainWindow, Place
from solemetry_host.words import tr

PLATE = "sim:plate?built=3&calibrating=1&speed=60"
ON_PLATE = "Calibrate on the plate"
SWAPPED = "sim:plate?built=5&swapped=FL,RR&calibrating=1&speed=60"


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window({"calibrate": Place(lambda: tr("Calibrate"), CalibratingPage)})


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers every question with yes, and keeps what was asked."""
    asked: list[str] = []

    def question(_: object, title: str, text: str) -> QtWidgets.QMessageBox.StandardButton:
        asked.append(title)
        return QtWidgets.QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QtWidgets.QMessageBox, "question", question)
    return asked


def begun(qtbot: QtBot, window: MainWindow, url: str) -> CalibratingPage:
    page = window.page
    assert isinstance(page, CalibratingPage)
    window.desk.connect_to([url])
    qtbot.waitUntil(lambda: bool(buttons(page, "Calibrate")))
    buttons(page, "Calibrate")[0].click()
    qtbot.waitUntil(lambda: page.doing.isVisible() and page.doing.steps.count() > 9,
                    timeout=30_000)  # fmt: skip
    qtbot.waitUntil(page.doing.go_on.isVisible)
    page.doing.go_on.click()  # it is warm
    return page


def buttons(page: CalibratingPage, text: str) -> list[QtWidgets.QPushButton]:
    return [each for each in page.choosing.findChildren(QtWidgets.QPushButton)
            if each.text() == text]  # fmt: skip


def at(page: CalibratingPage, step: str) -> bool:
    live = page.live
    return isinstance(live, LiveCalibration) and live.shown is not None and (
        live.shown.step.id == step
    )


def test_a_plate_is_calibrated_kept_and_used_from_then_on(
    qtbot: QtBot, window: MainWindow, desk: Desk, tmp_path: Path
) -> None:
    page = begun(qtbot, window, PLATE)
    qtbot.waitUntil(lambda: at(page, "point-5"), timeout=60_000)
    page.draw(desk.snapshot)
    window.grab().save(str(folder() / "calibrate-point-5.png"))
    assert "✓  Point 4" in texts(page)
    assert "▶  Point 5" in texts(page)
    qtbot.waitUntil(lambda: at(page, "fit"), timeout=60_000)
    page.draw(desk.snapshot)
    window.grab().save(str(folder() / "calibrate-fit.png"))
    page.doing.steps.setCurrentRow(3)
    assert page.doing.redo.isVisible()
    page.doing.redo.click()
    qtbot.waitUntil(lambda: at(page, "point-2"))
    qtbot.waitUntil(lambda: at(page, "fit"), timeout=60_000)
    page.doing.go_on.click()
    qtbot.waitUntil(lambda: page.doing.keep.isVisible(), timeout=60_000)
    window.grab().save(str(folder() / "calibrate-verdict.png"))
    assert "ccepted" in page.doing.verdict.headline.text()

    kept = page.keep()
    assert kept is not None
    assert kept.parent == tmp_path / "library" / "calibrations"
    assert kept.with_suffix(".md").exists()
    page.export(tmp_path / "copy.json")
    record = read_record(tmp_path / "copy.json")
    assert record.device_id == "plate-hx711-uno"
    evidence = json.loads(kept.read_text("utf-8"))["evidence"]
    assert evidence["virtual"].startswith("sim:plate?built=3")
    page.export(tmp_path / "nowhere" / "copy.json")
    assert "copy.json" in window.notice.text()

    page.doing.stop.click()
    who = "stance=shifting&steps_on=8&mass=70"
    desk.connect_to([f"sim:plate?built=3&{who}", f"sim:insoles?side=left&{who}"])
    qtbot.waitUntil(lambda: any(each.isEnabled() for each in buttons(page, ON_PLATE)),
                    timeout=30_000)  # fmt: skip
    assert next(v for v in desk.snapshot.devices if v.stream == "plate").link.calibrated
    buttons(page, ON_PLATE)[0].click()
    qtbot.waitUntil(lambda: at(page, "unloaded"))
    qtbot.waitUntil(lambda: page.doing.steps.count() == 5)
    assert not page.doing.map.isVisible()
    assert page.live is not None
    assert page.live.devices["insole"].opened.side == "left"


def test_swapped_cells_are_named_and_stopping_is_asked_about(
    qtbot: QtBot, window: MainWindow, sure: list[str]
) -> None:
    page = begun(qtbot, window, SWAPPED)
    qtbot.waitUntil(lambda: at(page, "fit"), timeout=60_000)
    page.draw(window.desk.snapshot)
    assert "FL" in page.doing.refused.text() + page.doing.notes.text()
    page.doing.stop.click()
    assert sure == [tr("Stop calibrating?")]
    qtbot.waitUntil(lambda: page.choosing.isVisible())


def test_a_device_that_goes_is_told(qtbot: QtBot, window: MainWindow) -> None:
    page = begun(qtbot, window, PLATE)
    window.desk.disconnect_all()
    qtbot.waitUntil(lambda: page.choosing.isVisible())
    assert "The device is gone" in window.notice.text()


def test_nothing_is_cut_in_any_look(qtbot: QtBot, window: MainWindow) -> None:
    for look in in_every_look(window, "calibrate-choose"):
        assert (look, cut(window)) == (look, [])
    for look in in_every_look(window, "calibrate"):
        begun(qtbot, window, PLATE)
        assert (look, cut(window)) == (look, [])


def texts(page: CalibratingPage) -> list[str]:
    return [page.doing.steps.item(n).text() for n in range(page.doing.steps.count())]
