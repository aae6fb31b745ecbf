# SPDX-License-Identifier: Apache-2.0
"""``solemetry calibrate`` on virtual devices that send bytes; what really stands there is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner
from written_keys import assert_as_written

import solemetry
from solemetry import Calibration, DeviceDescription
from solemetry.cop import center_of_pressure
from solemetry_host.cli import app
from solemetry_host.sim.person import ONE_LEG, Person

PLATE = DeviceDescription.builtin("plate-hx711-uno")
BUILT = "sim:plate?built=3"
"""Gains off by 5 %, crosstalk up to 2 %."""

IN_HANDS = f"{BUILT}&calibrating=1&speed=60"
FOR_A_PLATE = ("--mass", "20", "--warm-up", "5", "--dead-weight", "30", "--yes")

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Run the command on a library folder of this module's own."""
    library = tmp_path_factory.mktemp("library")

    def do(*arguments: str, answer: str = "") -> Result:
        environment = {"SOLEMETRY_LIBRARY": str(library), "COLUMNS": "120"}
        return CliRunner().invoke(app, [*arguments], input=answer, env=environment)

    return do


@pytest.fixture(scope="module")
def raw(run, tmp_path_factory) -> Path:
    """Somebody on the plate as it came out of its box."""
    return recorded(run, tmp_path_factory.mktemp("raw") / "raw.h5")


@pytest.fixture(scope="module")
def calibrated(run, raw) -> Result:
    done = run("calibrate", "plate", IN_HANDS, "--second-mass", "10", *FOR_A_PLATE, "--json")
    assert done.exit_code == 0, done.output
    return done


def recorded(run: Run, file: Path) -> Path:
    who = "stance=one-leg&mass=70&steps_on=30&seed=5&speed=10"
    done = run("record", "--device", f"{BUILT}&{who}", "--seconds", "60", "--out", str(file))
    assert done.exit_code == 0, done.output
    return file


def off_mm(file: Path) -> float:
    """How far the centre of pressure is from where the simulated person really stood, RMS."""
    with h5py.File(file) as opened:
        rows = opened["streams/plate/samples"][:]
    calibration = solemetry.open(file).streams["plate"].calibration
    assert calibration is not None
    t_s = rows["t_dev_us"] * 1e-6 - PLATE.delay_s
    zeroed = calibration.tared(rows["counts"][t_s < 29].mean(axis=0))
    cop_mm = center_of_pressure(zeroed.forces(rows["counts"]), PLATE.layout.xy_mm)
    _, truth_mm = Person(ONE_LEG, mass_kg=70, steps_on_s=30, seed=5).load(t_s)
    stands = t_s > 32
    assert stands.sum() > 1000
    return float(np.sqrt(((cop_mm - truth_mm)[stands] ** 2).sum(axis=1).mean()))


def test_a_plate_that_was_calibrated_is_right_the_next_time(calibrated, raw, run, tmp_path):
    """By nothing but the commands: before, between, and after."""
    assert solemetry.open(raw).streams["plate"].calibration.source == "nominal"
    before_mm = off_mm(raw)
    file = recorded(run, tmp_path / "after.h5")
    used = solemetry.open(file).streams["plate"].calibration
    assert used.source.startswith("20 kg on 9 points")
    after_mm = off_mm(file)
    print(f"centre of pressure off by {before_mm:.2f} mm before, {after_mm:.2f} mm after")
    assert before_mm > 3
    assert after_mm < 1


def test_json_tells_the_figures_and_the_arrows(calibrated):
    told = json.loads(calibrated.stdout)
    assert_as_written("calibrate plate", told)
    assert told["accepted"]
    assert told["age_days"] == 0
    assert told["virtual"] == BUILT
    assert told["figures"]["cop_rms_mm"] < 2
    assert len(told["residuals"]) == 13
    assert Path(told["file"]).with_suffix(".md").read_text("utf-8").startswith("# Calibration of")


def test_what_is_kept_is_shown(calibrated, run):
    file = json.loads(calibrated.stdout)["file"]
    every = json.loads(run("calibrate", "show", "--json").stdout)
    assert_as_written("calibrate show", every)
    assert [one["file"] for one in every] == [file]
    shown = run("calibrate", "show", file)
    assert "It is 0 days old." in shown.output
    assert "Accepted." in shown.output
    where, *block = run("calibrate", "show").output.splitlines()
    assert str(Path(file).parent) in where
    assert Path(file).name in block
    assert f"  Virtual device: {BUILT}" in block
    assert "  Accepted." in block
    assert max(map(len, block)) < 80


def test_a_calibration_that_is_given_comes_before_the_one_that_is_kept(calibrated, run, tmp_path):
    given = tmp_path / "given.json"
    given.write_text(Calibration(np.zeros(4), np.full(4, 1e-3), "given").to_json())
    file = tmp_path / "session.h5"
    run("record", "--device", f"{BUILT}&speed=10", "--seconds", "5", "--calibration", str(given),
        "--out", str(file))  # fmt: skip
    assert solemetry.open(file).streams["plate"].calibration.source == "given"


def test_three_points_tell_that_it_still_holds_and_that_it_is_of_another_plate(calibrated, run):
    holds = run("calibrate", "check", IN_HANDS, "--mass", "20", "--json")
    assert holds.exit_code == 0, holds.output
    told = json.loads(holds.stdout)
    assert_as_written("calibrate check", told)
    assert told["verdict"][-1] == "Accepted."
    file = json.loads(calibrated.stdout)["file"]
    said = run("calibrate", "check", IN_HANDS, "--mass", "20")
    assert "The calibration still holds." in said.output
    other = IN_HANDS.replace("built=3", "built=4")
    off = run("calibrate", "check", other, "--mass", "20", "--calibration", file)
    assert off.exit_code == 1
    assert "does not hold any more" in off.output
    none = run("calibrate", "check", other, "--mass", "20")
    assert none.exit_code == 1
    assert "has no calibration that could be checked" in str(none.exception)


def test_an_insole_is_calibrated_on_the_plate_under_it(calibrated, run, tmp_path):
    """In the time of the host, which runs once a second for everybody: half a minute."""
    who = "stance=shifting&steps_on=8&mass=70"
    done = run(
        "calibrate", "insole", f"sim:insoles?side=right&{who}", "--plate", f"{BUILT}&{who}",
        "--foot", "right:heel=-1.1,-119;length=265", "--seconds", "10", "--yes", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert_as_written("calibrate insole", told)
    assert told["accepted"]
    assert told["side"] == "right"
    file = tmp_path / "worn.h5"
    run("record", "--device", "sim:insoles?side=right", "--seconds", "5",
        "--out", str(file))  # fmt: skip
    used = solemetry.open(file).streams["insole-right"].calibration
    assert used.source.startswith("on the plate")


# ---- when something is wrong ---------------------------------------------------------------


def test_without_anybody_to_answer_a_wrong_wire_ends_it_and_the_points_are_kept(run):
    wrong = "sim:plate?built=5&swapped=FL,RR&calibrating=1&speed=60"
    done = run("calibrate", "plate", wrong, *FOR_A_PLATE)
    assert done.exit_code == 1
    assert "FL carries RR, RR carries FL" in str(done.exception)
    assert "9 points are kept" in done.output
    again = run("calibrate", "plate", wrong, *FOR_A_PLATE, "--resume")
    assert "FL carries RR, RR carries FL" in str(again.exception)
    assert "Point 1" not in again.output


def test_a_point_is_done_again_and_the_mass_corrected_when_somebody_answers(run, tmp_path):
    device = "sim:plate?built=6&calibrating=1&speed=60"
    arguments = ("--mass", "20", "--warm-up", "5", "--dead-weight", "30")
    out = tmp_path / "plate.json"
    answers = "four\nkg x\nkg 20.1\n4\n\n"
    done = run("calibrate", "plate", device, *arguments, "--out", str(out), answer=answers)
    assert done.exit_code == 0, done.output
    assert "'four' is no point." in done.output
    assert "'kg x' is no mass." in done.output
    assert done.output.count("point-9") == 5, "shown before each of the five answers"
    assert json.loads(out.read_text("utf-8"))["evidence"]["mass_kg"] == 20.1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plate", "sim:insoles?side=left", "--mass", "20"), "calibrate insole"),
        (("plate", "sim:plate", "--mass", "-2"), "Give it in kilograms"),
        (("plate", "sim:plate", "--mass", "20", "--resume"), "was broken off"),
        (("insole", "sim:insoles?side=left", "--plate", "sim:plate"), "not calibrated itself"),
        (("plate", "sim:plate?swapped=FL,XX", "--mass", "20"), "names no cells"),
        (("show", "nothing.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_told(run, arguments, words):
    done = run("calibrate", *arguments)
    assert done.exit_code == 1
    assert words in str(done.exception)


def test_it_is_told_before_it_begins_that_nothing_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("")
    environment = {"SOLEMETRY_LIBRARY": str(tmp_path / "file")}
    arguments = ["calibrate", "plate", IN_HANDS, *FOR_A_PLATE]
    done = CliRunner().invoke(app, arguments, env=environment)
    assert "cannot be kept in" in str(done.exception)
