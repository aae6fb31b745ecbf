# SPDX-License-Identifier: Apache-2.0
"""Nine points make an instrument of a plate; what cannot tell the gains is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solemetry.calibrating import (
    CalibrationError,
    Points,
    fit_plate,
    load_matrix,
    marked_points,
    residuals,
)
from solemetry.cop import force_and_center
from solemetry.device import SensorLayout


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


@pytest.fixture(scope="module")
def fitted(made):
    """400 plates, and what is left of their errors."""
    plates = [made.Plate.random(seed) for seed in range(made.PLATES)]
    fits = [fit_plate(plate.points(), made.NOMINAL) for plate in plates]
    errors = [plate.errors(fit.calibration) for plate, fit in zip(plates, fits, strict=True)]
    return plates, fits, errors


def test_the_centre_of_pressure_is_right_to_a_millimetre(fitted):
    off_mm = np.array([rms(off_mm) for _, off_mm in fitted[2]])
    assert np.median(off_mm) < 1.0
    assert np.percentile(off_mm, 95) < 1.6


def test_the_force_is_right_to_a_part_in_a_thousand(fitted):
    share = np.array([rms(share) for share, _ in fitted[2]])
    assert np.median(share) < 1e-3


def test_without_calibration_it_was_far_off(fitted, made):
    off_mm = [rms(plate.errors(made.NOMINAL)[1]) for plate in fitted[0]]
    assert np.median(off_mm) > 5


def test_the_stated_uncertainty_is_the_error_that_there_is(made):
    """Over many plates; at the points themselves, of which it is stated."""
    meant = marked_points(made.LAYOUT)
    actual, stated = [], []
    for seed in range(150):
        plate = made.Plate.random(seed)
        calibration = fit_plate(plate.points(), made.NOMINAL).calibration
        actual.append(rms(plate.errors(calibration, 20, meant)[1]))
        stated.append(calibration.cop_uncertainty_mm)
    assert rms(actual) / rms(stated) == pytest.approx(1, abs=0.2)


def test_so_is_that_of_the_gains(made):
    actual, stated = [], []
    for seed in range(150):
        plate = made.Plate.random(seed, crosstalk=0.0)
        fit = fit_plate(plate.points(), made.NOMINAL)
        if fit.method == "gains":
            gains = fit.calibration.gain_n_per_count * np.diag(plate.counts_per_n)
            actual.append(rms(gains - 1))
            stated.append(rms(fit.gain_uncertainty))
    assert rms(actual) / rms(stated) == pytest.approx(1, abs=0.2)


def test_a_mass_that_is_uncertain_makes_the_force_uncertain(made):
    points = made.Plate.random(1).points()
    known, unsure = (
        fit_plate(points, made.NOMINAL, mass_uncertain_kg=kg).calibration.force_uncertainty
        for kg in (0.0, 0.2)
    )
    assert unsure**2 - known**2 == pytest.approx(0.01**2)


def test_the_stated_uncertainty_grows_with_careless_placing(made):
    careful, careless = (
        np.median(
            [
                fit_plate(
                    made.Plate.random(seed).points(placing_mm=mm), made.NOMINAL
                ).calibration.cop_uncertainty_mm
                for seed in range(40)
            ]
        )
        for mm in (1.0, 4.0)
    )
    assert careless > 2 * careful


@pytest.mark.parametrize(("crosstalk", "method"), [(0.0, "gains"), (0.03, "matrix")])
def test_points_left_out_choose_the_method(made, crosstalk, method):
    chosen = [
        fit_plate(made.Plate.random(seed, crosstalk).points(), made.NOMINAL).method
        for seed in range(100)
    ]
    assert chosen.count(method) > 85


def test_gains_alone_would_leave_crosstalk_in(made):
    """The matrix is worth its twelve more numbers."""
    with_it, without = [], []
    for seed in range(50):
        plate = made.Plate.random(seed, 0.03)
        fit = fit_plate(plate.points(), made.NOMINAL)
        with_it.append(rms(plate.errors(fit.calibration)[1]))
        without.append(fit.left_out_mm["gains"])
    assert np.median(without) > 3 * np.median(with_it)


def test_five_points_do_with_more_error(made):
    five = [0, 2, 4, 6, 8]
    off_mm = []
    for seed in range(100):
        plate = made.Plate.random(seed)
        points = plate.points()
        fewer = replace(points, xy_mm=points.xy_mm[five], counts=points.counts[five])
        off_mm.append(rms(plate.errors(fit_plate(fewer, made.NOMINAL).calibration)[1]))
    assert 0.8 < np.median(off_mm) < 1.6


def test_two_feet_are_placed_between_two_points(fitted, made):
    left_mm, right_mm = np.array([-100.0, 20.0]), np.array([100.0, -10.0])
    off_mm = []
    for plate, fit in zip(*fitted[:2], strict=True):
        forces_n = plate.forces_n(28, left_mm) + plate.forces_n(42, right_mm)
        found = fit.calibration.tared(plate.zero).forces(plate.read(forces_n))
        true_mm = 0.4 * left_mm + 0.6 * right_mm
        off_mm.append(np.hypot(*(force_and_center(found, made.LAYOUT.xy_mm)[1][0] - true_mm)))
    assert np.median(off_mm) < 1.0


def test_readings_without_errors_give_the_gains_exactly(made):
    plate = made.Plate.random(3, crosstalk=0.0)
    points = plate.points(placing_mm=0, error_n=0)
    exact = plate.forces_n(20, points.xy_mm) @ plate.counts_per_n.T + plate.zero
    points = replace(points, counts=exact)
    fit = fit_plate(points, made.NOMINAL)
    np.testing.assert_allclose(
        fit.calibration.gain_n_per_count, 1 / np.diag(plate.counts_per_n), rtol=1e-9
    )
    assert fit.left_out.cop_rms_mm < 1e-6


def test_the_load_matrix_says_what_forces_and_places_say(made):
    plate = made.Plate.random(8, crosstalk=0.03)
    points = plate.points()
    fit = fit_plate(points, made.NOMINAL)
    assert fit.method == "matrix"
    load = points.net @ load_matrix(fit.calibration, made.LAYOUT).T
    force_n, cop_mm = force_and_center(fit.calibration.forces(points.counts), made.LAYOUT.xy_mm)
    np.testing.assert_allclose(load[:, 0], force_n)
    np.testing.assert_allclose(load[:, 1:] / load[:, :1], cop_mm)


def test_a_zero_beside_each_point_takes_drift_out(made):
    plate = made.Plate.random(5, crosstalk=0.0)
    points = plate.points(placing_mm=0, error_n=0)
    drift = np.random.default_rng(5).normal(0, 2.0, (9, 4)) * made.DEVICE.nominal_counts_per_n
    drifting = replace(points, counts=points.counts + drift)
    beside = replace(drifting, zero_counts=plate.zero + drift)
    once, each = (fit_plate(p, made.NOMINAL).left_out.cop_rms_mm for p in (drifting, beside))
    assert each < 0.01
    assert once > 3


def test_a_point_astray_is_named(made):
    points = made.Plate.random(6).points()
    moved = points.xy_mm.copy()
    moved[4] += (25.0, -15.0)
    notes = fit_plate(replace(points, xy_mm=moved), made.NOMINAL).notes
    assert any(note.startswith("Point 5 at (25, -15) mm is off by") for note in notes)


def test_verification_points_show_a_plate_that_changed(made):
    plate = made.Plate.random(7)
    calibration = fit_plate(plate.points(), made.NOMINAL).calibration
    before = residuals(calibration, plate.points())
    plate.counts_per_n[1] *= 1.1  # one cell was overloaded since
    after = residuals(calibration, plate.points())
    assert before.cop_rms_mm < 4 < after.cop_rms_mm
    assert before.force_rms < 0.005 < after.force_rms


def test_the_condition_number_tells_places_from_force_alone(fitted):
    for plate, fit in zip(*fitted[:2], strict=True):
        net = plate.points().net
        of_force_alone = np.linalg.cond(net / np.linalg.norm(net, axis=0))
        assert fit.condition < 5
        assert of_force_alone > 100


# ---- what is refused ----------------------------------------------------------------------


def test_force_alone_is_always_refused(fitted, made):
    for plate in fitted[0]:
        points = plate.points()
        one_spot = np.zeros_like(points.xy_mm)
        for xy_mm in (None, np.full_like(points.xy_mm, np.nan), one_spot):
            with pytest.raises(CalibrationError):
                fit_plate(replace(points, xy_mm=xy_mm), made.NOMINAL)


def test_why_force_alone_is_refused(fitted, made):
    """Least squares on the total is right to a few thousandths, and wrong by centimetres."""
    share, off_mm = [], []
    for plate in fitted[0][:100]:
        points = plate.points()
        gains = np.linalg.lstsq(points.net, np.full(9, points.weight_n), rcond=None)[0]
        errors = plate.errors(replace(made.NOMINAL, gain_n_per_count=gains))
        share.append(rms(errors[0]))
        off_mm.append(rms(errors[1]))
    assert np.median(share) < 0.005
    assert np.median(off_mm) > 20


NINE = np.array([(x, y) for y in (100.0, 0.0, -100.0) for x in (-140.0, 0.0, 140.0)])


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (NINE[:4], "4 different places; 5 are the least"),
        (np.repeat(NINE[[0, 2, 8]], 3, axis=0), "3 different places"),
        (NINE[:1], "1 different place;"),
        (np.column_stack((np.linspace(-150, 150, 9), np.zeros(9))), "on one line"),
        (np.column_stack((np.linspace(-150, 150, 9), np.linspace(-90, 90, 9))), "on one line"),
        (NINE / 10, "too close together"),
    ],
)
def test_points_that_cannot_tell_are_refused(made, places, words):
    plate = made.Plate.random(1)
    counts = plate.read(plate.forces_n(20, places), 0.07)
    with pytest.raises(CalibrationError, match=words):
        fit_plate(Points(made.LAYOUT, places, counts, plate.zero, 20.0), made.NOMINAL)


def test_an_insole_is_refused(made):
    insole = SensorLayout.builtin("insole-16-esp32s3")
    counts = np.random.default_rng(1).uniform(400, 4000, (9, 16))
    with pytest.raises(CalibrationError, match="the gains of 16 cells"):
        fit_plate(Points(insole, NINE, counts, np.zeros(16), 20.0), made.NOMINAL)


@pytest.mark.parametrize("kg", [0.0, -20.0, np.nan])
def test_a_mass_that_is_none_is_refused(made, kg):
    points = replace(made.Plate.random(1).points(), mass_kg=kg)
    with pytest.raises(CalibrationError, match="not above zero"):
        fit_plate(points, made.NOMINAL)


def test_a_missing_reading_is_refused(made):
    points = made.Plate.random(1).points()
    counts = points.counts.copy()
    counts[3, 2] = np.nan
    with pytest.raises(CalibrationError, match="A reading is missing"):
        fit_plate(replace(points, counts=counts), made.NOMINAL)


def test_a_cell_that_does_not_answer_is_named(made):
    points = made.Plate.random(1).points()
    counts = points.counts.copy()
    counts[:, 2] = points.zero_counts[2] + np.arange(9)
    with pytest.raises(CalibrationError, match="The counts of RL do not change"):
        fit_plate(replace(points, counts=counts), made.NOMINAL)
