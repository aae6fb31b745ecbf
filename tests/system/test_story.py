# SPDX-License-Identifier: Apache-2.0
"""The whole story, by the keys and clicks of somebody at a screen: the app runs as it is installed,
in a process of its own, and nothing reaches it but events of X."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from driven_app import DrivenApp, Screen, driven
from pty_plate import PtyPlate

import solemetry
from solemetry.calibrating import read_record
from solemetry.session import verify
from solemetry_host.people.folder import Library
from solemetry_host.preferences import Preferences, read_preferences, write_preferences

TO_CALIBRATE = "sim:plate?built=3&calibrating=1&speed=60"
TO_PRACTISE = "sim:plate?steps_on=0"

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None,
    reason="a virtual screen needs the packages xvfb and xdotool",
)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen(tmp_path)
    yield made
    made.close()


def test_from_the_first_run_to_a_review(screen: Screen, tmp_path: Path) -> None:
    with driven(screen, tmp_path, "app") as app:
        take_the_tour(app)
        calibrate_a_plate(app)
        do_a_drill(app)
        review_it(app)
        speak_german(app)
        ends_well(app, tmp_path)

    library = Library(tmp_path / "library")
    (anna,) = library.people()
    (result,), _ = anna.results()
    assert result.outcome.ended == "stopped"
    assert [rep.reason for rep in result.outcome.reps][:1] == ["had to catch myself"]
    recording = anna.folder / "sessions" / result.context.session
    assert verify(recording).whole
    assert set(solemetry.open(recording).streams) == {"plate"}
    (kept,) = (tmp_path / "library/calibrations").rglob("*.json")
    assert read_record(kept).device_id == "plate-hx711-uno"
    left = read_preferences(tmp_path / "preferences.toml")
    assert (left.seen_tour, left.person, left.language) == (True, anna.id, "de")


def take_the_tour(app: DrivenApp) -> None:
    app.see("Welcome to Solemetry")
    app.take_keys()
    app.picture("1-welcome")
    app.key("Return")
    app.click("Add yourself")
    app.click("Name")
    app.type("Anna")
    app.click("Year of birth")
    app.type("1990")
    app.click("Body mass in kg")
    app.type("68")
    app.picture("2-person")
    app.key("ctrl+Return")
    app.gone("Year of birth")
    app.click("Try virtual ones")
    app.see("This is the live view")
    app.see("rows/s")
    app.picture("3-live")
    app.key("Return")
    app.see("And these are the drills")
    app.picture("4-drills")
    app.key("Return")
    app.key("ctrl+1")
    app.see("Start the drill", usable=True)
    app.picture("5-home")


def calibrate_a_plate(app: DrivenApp) -> None:
    connect_instead(app, TO_CALIBRATE)
    app.key("ctrl+5")
    app.see("plate ·")
    app.picture("6-to-calibrate")
    app.click("Calibrate")
    app.see("▶  Point 4")
    app.picture("7-calibrating")
    app.see("▶  Fit")
    app.key("space")
    app.see("Accepted")
    app.picture("8-calibrated")
    app.key("ctrl+s")
    app.see("Kept:")


def do_a_drill(app: DrivenApp) -> None:
    app.key("ctrl+1")
    connect_instead(app, TO_PRACTISE)
    begin_drill(app)
    app.picture("11-doing")
    app.key("c")
    app.see("Repetition 2 of 3")
    app.key("Escape")
    app.click("Stop, all is well")
    app.see("Keep it", usable=True)
    app.picture("12-after")
    app.key("Return")
    app.see("All drills", usable=True)
    app.gone("Keep it")
    app.key("Escape")


def begin_drill(app: DrivenApp) -> None:
    """The third of today, one leg with eyes open, on a plate that knows no foot."""
    app.see("Start the drill", usable=True)
    app.key("alt+3")
    app.see("What to do")
    app.picture("9-drill")
    app.key("ctrl+Return")
    app.click("A wall, rail")
    app.click("The floor around")
    app.picture("10-before")
    app.key("Return")
    app.gone("The floor around")
    for foot in ("Left foot", "Right foot"):
        app.see(f"{foot}: stand")
        app.key("s")
    app.see("Ready")
    app.key("space")
    app.see("I had to catch myself")


def connect_instead(app: DrivenApp, url: str) -> None:
    """Untick what is connected, and type the address of something else."""
    app.click("+ Add or remove devices")
    app.see("Look again")
    ticked = [one for one in app.all() if one["text"].endswith("\nConnected")]
    for _ in ticked:
        app.key("space", "Down")
    app.click("Address of a device")
    app.type(url)
    app.click("Connect 1 device")
    app.gone("Address of a device")
    app.take_keys()


def review_it(app: DrivenApp) -> None:
    app.key("ctrl+4")
    app.see("Your recordings")
    app.see("One leg, eyes open")
    app.click("Open")
    app.see("Whole recording")
    app.see("Quality of the signal")
    app.picture("13-review")


def speak_german(app: DrivenApp) -> None:
    app.key("ctrl+6")
    app.click("Deutsch")
    app.see("Einstellungen")
    app.picture("14-settings")
    app.key("ctrl+1")
    app.see("Übung beginnen")
    app.picture("15-home")


def ends_well(app: DrivenApp, kept_in: Path) -> None:
    app.key("ctrl+q")
    code, left = app.end()
    # Where Bluetooth was looked for, its thread lives for as long as the program.
    assert (code, set(left) - {"bluetooth"}) == (0, set())
    assert "Traceback" not in app.said()
    for log in kept_in.rglob("solemetry.log"):
        assert "Traceback" not in log.read_text("utf-8")


def test_a_window_that_is_closed_in_the_middle_of_a_recording_keeps_it(
    screen: Screen, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_preferences(tmp_path / "preferences.toml", Preferences(seen_tour=True))
    command = ("live", "--device", TO_PRACTISE, "--folder", str(out))
    with driven(screen, tmp_path, *command) as app:
        app.see("rows/s")
        app.take_keys()
        app.key("r")
        app.see("Recording")
        time.sleep(1.5)
        app.picture("recording")
        ends_well(app, tmp_path)
    (kept,) = out.iterdir()
    assert verify(kept).whole
    assert solemetry.open(kept).streams["plate"].rows > 80


def test_a_device_that_is_lost_in_a_drill_is_told_and_what_was_done_is_kept(
    screen: Screen, tmp_path: Path
) -> None:
    plate = PtyPlate()
    anna = Library(tmp_path / "library").add(
        date.today(), {"name": "Anna", "birth_year": 1990, "mass_kg": 68}
    )
    remembered = Preferences(seen_tour=True, person=anna.id, devices=(f"serial:{plate.port}",))
    write_preferences(tmp_path / "preferences.toml", remembered)
    with driven(screen, tmp_path, "app") as app:
        app.see("Connect again")
        app.take_keys()
        app.click("Connect again")
        begin_drill(app)
        app.key("c")
        app.see("Repetition 2 of 3")
        plate.cut()
        app.see("The device is lost.")
        app.picture("lost")
        app.key("Escape")
        app.click("Stop, all is well")
        app.see("Keep it", usable=True)
        app.key("Return")
        app.gone("Keep it")
        ends_well(app, tmp_path)
    (result,), _ = anna.results()
    assert [rep.reason for rep in result.outcome.reps] == ["had to catch myself"]
    assert verify(anna.folder / "sessions" / result.context.session).whole
