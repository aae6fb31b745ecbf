# SPDX-License-Identifier: Apache-2.0
"""A mass that is not what it was said to be: found by data sheets if gross, by a second if not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solemetry.calibrating import check_by_second_mass, fit_plate, marked_points


def with_stated(made, seed, kg, stated_kg):
    plate = made.Plate.random(seed)
    return plate, fit_plate(plate.points(kg, stated_kg=stated_kg), made.NOMINAL)


def test_a_mass_wrong_by_15_percent_or_more_is_found(made):
    rng = np.random.default_rng(0)
    found = 0
    for seed in range(made.PLATES):
        share = rng.choice([-1, 1]) * rng.uniform(0.15, 0.4)
        found += with_stated(made, seed, 20 * (1 + share), 20.0)[1].mass.wrong
    assert found >= 0.95 * made.PLATES


@pytest.mark.parametrize("share", [-0.15, 0.15])
def test_so_is_one_wrong_by_just_15_percent_either_way(made, share):
    found = [
        with_stated(made, seed, 20 * (1 + share), 20.0)[1].mass.wrong
        for seed in range(made.PLATES // 2)
    ]
    assert np.mean(found) >= 0.95


def test_a_right_mass_is_not_accused(made):
    wrong = [with_stated(made, seed, 20.0, 20.0)[1].mass.wrong for seed in range(made.PLATES)]
    assert np.mean(wrong) < 0.02


def test_the_result_says_that_a_small_error_would_not_show(made):
    _, fit = with_stated(made, 1, 20.0, 20.0)
    assert any("would not show an error below 15%" in note for note in fit.notes)
    assert any("second known mass" in note for note in fit.notes)


def test_gross_errors_say_what_the_mass_would_be(made):
    _, fit = with_stated(made, 1, 15.0, 20.0)
    assert fit.mass.wrong
    assert 1 / fit.mass.ratio == pytest.approx(0.75, abs=0.08)
    assert any("times what was stated" in note for note in fit.notes)


def second(made, seed, stated_kg, other_kg, claimed_kg, uncertain_kg=0.0):
    plate, fit = with_stated(made, seed, 20.0, stated_kg)
    net = plate.read(plate.forces_n(other_kg, np.array([[10.0, -5.0]])), 0.07) - plate.zero
    return check_by_second_mass(fit.calibration, net, claimed_kg, uncertain_kg)


def test_a_second_mass_shows_a_small_error(made):
    for stated_kg, wrong in ((20.0, False), (20.6, True), (19.4, True)):
        checks = [second(made, seed, stated_kg, 10.0, 10.0) for seed in range(100)]
        assert all(check.wrong == wrong for check in checks)
        assert np.median([check.ratio for check in checks]) == pytest.approx(
            stated_kg / 20.0, abs=0.003
        )


def test_a_bathroom_scale_shows_what_it_can(made):
    """Half a kilogram in 75 leaves 2.3 %."""
    near, far = (second(made, 3, kg, 75.0, 75.0, 0.5) for kg in (20.4, 20.8))
    assert (near.wrong, far.wrong) == (False, True)
    assert near.words.endswith("the two masses agree within 2.3%.")
    assert "Weigh both on one scale" in far.words


def test_nothing_on_the_plate_is_no_second_mass(made):
    assert second(made, 3, 20.0, 0.0, 10.0).wrong


def test_an_earlier_calibration_shows_more_than_data_sheets(made):
    plate, earlier = with_stated(made, 5, 20.0, 20.0)
    again = fit_plate(plate.points(20.0, stated_kg=21.0), earlier.calibration)
    assert again.mass.wrong
    assert again.mass.ratio == pytest.approx(1.05, abs=0.003)
    assert not fit_plate(plate.points(), earlier.calibration).mass.wrong


def test_without_data_sheets_nothing_is_claimed(made):
    unknown = replace(made.NOMINAL, gain_n_per_count=np.full(4, np.nan))
    fit = fit_plate(made.Plate.random(1).points(), unknown)
    assert np.isnan(fit.mass.ratio)
    assert not fit.mass.wrong
    assert any("cannot be told here" in note for note in fit.notes)


def test_places_do_not_depend_on_the_mass(made):
    """Why a wrong one cannot show in the nine points."""
    plate = made.Plate.random(6)
    right = plate.points()
    wrong = replace(right, mass_kg=25.0)
    at = marked_points(made.LAYOUT)
    off = [
        plate.errors(fit_plate(points, made.NOMINAL).calibration, 20, at)[1]
        for points in (right, wrong)
    ]
    np.testing.assert_allclose(*off, atol=1e-6)
