# SPDX-License-Identifier: Apache-2.0
"""A plate is calibrated step by step; what its cells really are is known."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from made_plates import DEVICE, NOMINAL, MadePlate

from solemetry import DeviceDescription
from solemetry.calibrating import CalibrationError, Record
from solemetry.errors import FileError, SolemetryError
from solemetry_host.calibrating.check import PlateCheck
from solemetry_host.calibrating.plate import PlateCalibration, Second

TEN_KG = Second(10.0)


def begun(calibrator, seed=3, **options):
    """Warm already."""
    plate = MadePlate.random(seed)
    known = {"mass_kg": 20.0, "date": "2026-11-21", "second": TEN_KG, "warm_up_s": 0.5}
    person = calibrator(plate, PlateCalibration(DEVICE, **(known | options)))
    person.until("tare")
    return person


@pytest.fixture(scope="module")
def done(calibrator):
    person = begun(calibrator)
    person.until("verdict")
    return person


def test_a_plate_out_of_its_box_is_an_instrument_afterwards(done):
    calibration = done.calibration.record.calibration
    _, before_mm = done.plate.errors(NOMINAL)
    force, after_mm = done.plate.errors(calibration)
    assert np.median(before_mm) > 3
    assert np.median(after_mm) < 1
    assert np.abs(force).max() < 0.005
    assert done.calibration.verdict.passed


def test_every_step_says_what_to_do_and_what_is_awaited(calibrator):
    person = begun(calibrator)
    said = {}
    while not person.calibration.ended:
        step = person.step
        assert step.words
        assert 0 <= step.progress <= 1
        said.setdefault(step.id, []).append(step)
        if step.awaited == "person":
            person.calibration.go_on()
        else:
            person.feel(person.forces_n(), 0.25)
    assert tuple(said) == person.calibration.steps[1:-1]
    of_point = [step.awaited for step in said["point-4"]]
    assert sorted(set(of_point), key=of_point.index) == ["empty", "load", "still"]
    assert len(said["verify-4"][0].places_mm) == 2
    done = [step.done for steps in said.values() for step in steps]
    assert done == sorted(done)
    assert person.step.done == 1


def test_the_record_holds_what_was_done(done):
    record = Record.from_json(done.calibration.record.to_json())
    record.check(DEVICE)
    told = record.evidence
    assert record.calibration.date == "2026-11-21"
    assert told["accepted"]
    assert len(told["points_xy_mm"]) == 9
    assert [one["number"] for one in told["verified"]] == [1, 2, 3, 4]
    assert "10 kg stand" in told["second_mass"]
    # The standard deviation that the cells were given, put through gains of nearly 1.
    np.testing.assert_allclose(record.calibration.noise_n, 0.02, rtol=0.15)


def test_an_arrow_goes_from_where_the_mass_stood_to_where_the_plate_puts_it(calibrator):
    """Once by the data sheets, once by the others; the truth is that of the made-up plate."""
    person = begun(calibrator)
    person.placing_mm = lambda step: np.zeros(2)
    person.until("point-3")
    arrows = person.calibration.shown.residuals
    assert [one.step for one in arrows] == ["point-1", "point-2"]
    assert {one.by for one in arrows} == {"data sheets"}
    carried = person.plate.forces_n(20.0, np.array([arrows[0].true_mm]))
    counts = carried @ person.plate.counts_per_n.T
    forces_n = (counts / DEVICE.nominal_counts_per_n)[0]
    expected = forces_n @ DEVICE.layout.xy_mm / forces_n.sum()
    np.testing.assert_allclose(arrows[0].measured_mm, expected, atol=0.05)
    person.until("fit")
    assert {one.by for one in person.calibration.shown.residuals} == {"others"}


def test_what_is_captured_does_not_depend_on_how_rows_come(calibrator, done):
    rng = np.random.default_rng(1)
    t_s = np.arange(0, 40, 1 / 80)
    loaded = (t_s > 12) & (np.floor(t_s / 5) % 2 == 1)
    forces_n = np.where(loaded[:, None], done.plate.forces_n(20.0, np.zeros((1, 2))), 0.0)
    counts = done.plate.read(forces_n, 0.02)
    readings = []
    for most in (1, 7, 400):
        whole = PlateCalibration(DEVICE, 20.0, warm_up_s=0.5)
        start = 0
        while start < len(t_s):
            end = start + int(rng.integers(1, most + 1))
            whole.push(t_s[start:end], counts[start:end])
            start = end
        readings.append({name: one.to_dict() for name, one in whole.readings.items()})
    assert list(readings[0]) == ["warm_up", "tare", "point-1", "point-2", "point-3"]
    assert readings[0] == readings[1] == readings[2]


# ---- the mass ------------------------------------------------------------------------------


def test_a_mass_that_is_far_off_is_found_and_can_be_corrected(calibrator):
    person = begun(calibrator)
    person.kg = lambda step: 1.3 * step.mass_kg if step.id.startswith("point") else step.mass_kg
    person.until("point-2")
    assert "the plate reads 26" in person.step.notes[0]
    person.until("fit")
    assert "1.3" in person.step.refused
    assert "Weigh it again" in person.step.refused
    person.calibration.restate_mass(26.0)
    assert not person.step.refused
    person.kg = lambda step: step.mass_kg
    person.until("verdict")
    assert person.calibration.verdict.passed
    with pytest.raises(CalibrationError, match="in kilograms"):
        person.calibration.restate_mass(-1.0)


def test_a_small_error_of_the_mass_is_found_by_the_second(calibrator):
    person = begun(calibrator)
    person.kg = lambda step: 1.05 * step.mass_kg if step.mass_kg == 20 else step.mass_kg
    person.until("verdict")
    assert person.calibration.verdict.failed == ("mass_off",)
    assert "one of the two masses" in person.step.notes[0]


def test_an_earlier_calibration_finds_it_without_a_second_mass(calibrator, done):
    earlier = done.calibration.record.calibration
    person = calibrator(
        MadePlate.random(3),
        PlateCalibration(DEVICE, 20.0, expected=earlier.tared(done.plate.zero), warm_up_s=0.5),
    )
    person.kg = lambda step: 1.05 * step.mass_kg
    person.until("fit")
    assert "By the earlier calibration the mass was 1.05 times" in person.step.refused


def test_a_person_on_a_bathroom_scale_will_do(calibrator):
    """Who sways: 5 mm to all sides, and a total that breathes."""
    person = begun(calibrator, second=Second(70.0, person=True))
    person.until("second_mass")
    assert person.step.awaited == "empty"
    person.feel(np.zeros(4), 2.0)
    assert person.step.words.startswith("Stand on it")
    t_s = np.arange(0, 12, 1 / 80)
    places = 5 * np.column_stack((np.sin(2 * t_s), np.cos(3 * t_s)))
    person.feel(person.plate.forces_n(70.0, places) * (1 + 0.004 * np.sin(9 * t_s))[:, None], 12)
    assert person.step.id == "verify-1"
    assert "70 kg stand: the two masses agree" in person.step.notes[0]


@pytest.mark.parametrize("kg", [0.0, -3.0, np.nan])
def test_no_mass_is_none(kg):
    with pytest.raises(CalibrationError, match="in kilograms"):
        PlateCalibration(DEVICE, kg)


# ---- readings that do not count ------------------------------------------------------------


def test_a_mass_that_moves_while_it_is_read_is_not_taken(calibrator):
    person = begun(calibrator)
    person.until("point-1")
    on = person.plate.forces_n(20.0, np.array([person.step.places_mm[0], (0.0, 0.0)]))
    person.feel(np.zeros(4), 1.5)
    person.feel(on[0], 2.0)
    person.feel(on[1], 0.5)
    assert "while it was read" in person.step.refused
    assert "Let go of it" in person.step.refused
    assert "point-1" not in person.calibration.readings
    person.feel(on[0], 4.0)
    assert person.step.id == "point-2"
    assert not person.step.refused


def test_a_mass_that_is_taken_off_too_soon_is_awaited_again(calibrator):
    person = begun(calibrator)
    person.until("point-1")
    person.feel(np.zeros(4), 1.5)
    person.feel(person.plate.forces_n(20.0, np.zeros((1, 2)))[0], 2.0)
    person.feel(np.zeros(4), 0.5)
    assert "was taken off, while it was read" in person.step.refused
    assert person.step.awaited == "load"


def test_a_plate_that_is_not_warm_is_not_tared(calibrator):
    person = begun(calibrator)
    person.drift_n_s = 0.02
    person.until("point-1")
    assert person.step.id == "tare"
    assert re.search(r"drifts: 1\d N in ten minutes", person.step.refused)
    assert "warm up" in person.step.refused


def test_a_plate_that_somebody_stands_on_is_not_tared(calibrator):
    person = begun(calibrator)
    t_s = np.arange(0, 20, 1 / 80)
    places = 5 * np.column_stack((np.sin(2 * t_s), np.cos(3 * t_s)))
    person.feel(person.plate.forces_n(70.0, places), 20.0)
    assert person.step.id == "tare"
    assert "Leave it empty and still" in person.step.refused


def test_a_mass_that_stood_there_at_the_tare_is_noticed_and_the_tare_done_again(calibrator):
    person = begun(calibrator)
    person.feel(person.plate.forces_n(20.0, np.zeros((1, 2)))[0], 12.0)
    assert person.step.id == "point-1"
    person.feel(np.zeros(4), 5.0)
    assert "something stood on it when it was tared" in person.step.refused
    assert person.step.id == "tare"
    person.feel(np.zeros(4), 11.0)
    assert person.step.id == "point-1"
    assert not person.step.refused


def test_a_silent_cell_is_named(calibrator):
    person = begun(calibrator)
    rows = np.zeros((80, 4))
    rows[:, 2] = np.nan
    person.calibration.push(np.arange(80) / 80 + person.t_s, rows)
    assert "RL gave no data" in person.step.refused


def test_it_says_so_when_nothing_comes_to_rest(calibrator):
    person = begun(calibrator)
    person.until("point-1")
    person.feel(np.zeros(4), 1.5)
    rocking = 1 + 0.05 * np.sin(np.arange(0, 20, 1 / 80) * 8)
    person.feel(person.plate.forces_n(20.0, np.zeros((1, 2))) * rocking[:, None], 20.0)
    assert "does not come to rest" in person.step.refused


# ---- points again, and left out ------------------------------------------------------------


def test_a_point_that_is_astray_stands_out_and_is_done_again(calibrator):
    person = begun(calibrator)
    person.placing_mm = lambda step: np.array([18.0, 0.0]) * (step.id == "point-6")
    person.until("fit")
    shown = person.calibration.shown
    assert [one.step for one in shown.residuals if one.astray] == ["point-6"]
    assert any("Point 6 is off by" in note for note in shown.step.notes)
    person.calibration.redo("point-6")
    assert person.step.id == "point-6"
    person.placing_mm = lambda step: np.zeros(2)
    person.until("fit")
    assert not any(one.astray for one in person.calibration.shown.residuals)
    with pytest.raises(SolemetryError, match="no step 'point-10'"):
        person.calibration.redo("point-10")


def test_too_few_points_are_refused_and_can_be_made_up_for(calibrator):
    person = begun(calibrator)
    for number in range(1, 10):
        person.until(f"point-{number}")
        if number > 4:
            person.calibration.skip()
    assert person.step.id == "fit"
    assert "4 different places; 5 are the least" in person.step.refused
    with pytest.raises(SolemetryError, match="cannot be gone past"):
        person.calibration.go_on()
    with pytest.raises(CalibrationError, match="nothing to keep"):
        _ = person.calibration.record
    for number in (7, 9):
        person.calibration.redo(f"point-{number}")
        person.until("fit")
        assert person.step.id == f"point-{number}" or not person.step.refused
    assert person.calibration.fit is not None


def test_what_is_left_out_does_not_pass(calibrator):
    person = begun(calibrator, second=None)
    person.until("verify-1")
    while not person.calibration.ended:
        person.calibration.skip()
    verdict = person.calibration.verdict
    assert set(verdict.failed) == {
        "cop_sd_mm", "drift_n", "left_over_n", "rate_share", "rate_hz",
    }  # fmt: skip
    assert "not measured" in verdict.words
    assert "No other places were verified." in person.step.notes


def test_swapped_cells_are_named_and_a_turned_one_is_calibrated(calibrator):
    swapped, turned = begun(calibrator), begun(calibrator)
    swapped.plate.counts_per_n[[0, 1]] = swapped.plate.counts_per_n[[1, 0]]
    turned.plate.counts_per_n[2] *= -1
    for person in (swapped, turned):
        person.until("fit")
    assert "FL carries FR, FR carries FL" in swapped.step.refused
    assert any("Counts of RL fall under load" in note for note in turned.step.notes)
    turned.until("verdict")
    assert np.median(turned.plate.errors(turned.calibration.record.calibration)[1]) < 1


# ---- broken off ----------------------------------------------------------------------------


def test_a_plate_that_was_unplugged_keeps_its_points_and_goes_on(calibrator):
    """It starts again with its time at zero, while the mass stands on a point."""
    person = begun(calibrator)
    person.until("point-5")
    person.feel(np.zeros(4), 1.5)
    person.feel(person.forces_n(), 2.0)
    person.t_s = 0.0
    person.feel(person.plate.forces_n(20.0, np.zeros((1, 2)))[0], 1.0)
    assert person.step.id == "point-5"
    assert person.step.awaited == "empty"
    assert len(person.calibration.shown.residuals) == 4
    person.until("verdict")
    assert person.calibration.verdict.passed


def test_a_calibration_that_was_broken_off_goes_on_another_day(calibrator):
    first = begun(calibrator)
    first.until("point-7")
    second = begun(calibrator)
    second.calibration.resume(first.calibration.so_far())
    second.until("point-1", "point-7")
    assert second.step.id == "point-7"
    second.until("verdict")
    assert second.calibration.verdict.passed
    np.testing.assert_array_equal(
        second.calibration.readings["point-3"].net, first.calibration.readings["point-3"].net
    )


def test_only_what_belongs_to_it_is_taken_up(calibrator):
    first = begun(calibrator)
    first.until("point-3")
    text = first.calibration.so_far()
    with pytest.raises(CalibrationError, match="begun with 20 kg, not with 15 kg"):
        PlateCalibration(DEVICE, 15.0).resume(text)
    other = DeviceDescription.builtin("plate-ads131m04-esp32")
    with pytest.raises(CalibrationError, match="another device"):
        PlateCalibration(other, 20.0).resume(text)
    for damaged in ("", "{}", text[:200], text.replace("unfinished/1", "unfinished/9")):
        with pytest.raises(FileError, match="was broken off"):
            PlateCalibration(DEVICE, 20.0).resume(damaged)


# ---- whether it still holds ----------------------------------------------------------------


def test_three_points_say_whether_a_calibration_still_holds(calibrator, done):
    calibration = done.calibration.record.calibration
    plate = MadePlate.random(3)
    person = calibrator(plate, PlateCheck(DEVICE, 20.0, calibration.tared(plate.zero)))
    person.until("verdict")
    assert person.calibration.verdict.passed
    assert "still holds" in person.step.words
    assert {one.by for one in person.calibration.shown.residuals} == {"calibration"}

    moved = replace(plate, counts_per_n=plate.counts_per_n * np.array([[1.06], [1], [1], [1]]))
    person = calibrator(moved, PlateCheck(DEVICE, 20.0, calibration.tared(plate.zero)))
    person.until("verdict")
    assert not person.calibration.verdict.passed
    assert "all nine points" in person.step.words


def test_an_insole_is_not_calibrated_by_points():
    with pytest.raises(CalibrationError, match="calibrate insole"):
        PlateCalibration(DeviceDescription.builtin("insole-16-esp32s3"), 20.0)
