# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_bvp

from solemetry.sway import (
    center_of_gravity,
    center_of_gravity_from_force,
    cop_minus_cog_rms,
    equilibrium_score,
    pendulum_frequency,
    sway_angle,
)

HEIGHT_MM = 1750.0
W0 = pendulum_frequency(HEIGHT_MM)
TRIALS = ["BDS00001", "BDS00007", "BDS00037", "BDS00043"]


def swaying_body(fs_hz=100.0, seconds=40.0, mass_kg=70.0):
    """A pendulum's sway: centre of gravity, centre of pressure, horizontal force, one axis."""
    t = np.arange(round(seconds * fs_hz)) / fs_hz
    cog, acceleration = np.zeros(len(t)), np.zeros(len(t))
    for amplitude, hz, phase in ((4, 0.25, 0.3), (2, 0.55, 1.1), (0.6, 1.3, 2.0)):
        w = 2 * np.pi * hz
        cog += amplitude * np.sin(w * t + phase)
        acceleration -= amplitude * w**2 * np.sin(w * t + phase)
    return cog, cog - acceleration / W0**2, mass_kg * acceleration / 1000


def raw_trial(real_data, trial):
    """Centre of pressure, horizontal force of the ground on the person, weight and height."""
    table = np.loadtxt(real_data(f"posture/bds_raw/{trial}.txt"), skiprows=1)
    published = pd.read_csv(
        real_data("posture/bds_golden/bds_published.csv"), index_col="Trial"
    ).loc[trial]
    # These files hold the force of the person on the plate: forwards it is negative.
    cop_mm, shear_n = table[:, [8, 7]] * 10, -table[:, [2, 1]]
    return cop_mm, shear_n, table[:, 3].mean() / 9.80665, published["Height"] * 10


# ---- the pendulum


def test_the_frequency_is_that_of_the_formula():
    # w0^2 = m g h / (0.0533 m H^2 + m h^2), h = 0.521 H, at 1.7 m and whatever mass.
    h = 0.521 * 1.7
    for mass in (50.0, 100.0):
        expected = mass * 9.80665 * h / (0.0533 * mass * 1.7**2 + mass * h**2)
        assert pendulum_frequency(1700) ** 2 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("turns_per_s", [0.1, 0.25, 0.5, 1.0, 2.5])
def test_a_sine_is_made_smaller_by_the_gain_and_not_delayed(turns_per_s):
    t = np.arange(6000) / 100
    w = 2 * np.pi * turns_per_s
    cog = center_of_gravity(10 * np.sin(w * t), 100, HEIGHT_MM)
    inner = slice(1500, -1500)
    expected = 10 * W0**2 / (W0**2 + w**2) * np.sin(w * t)
    np.testing.assert_allclose(cog[inner], expected[inner], atol=1e-5)


def test_a_body_that_swayed_as_a_pendulum_is_found_again():
    cog, cop, _ = swaying_body()
    found = center_of_gravity(cop, 100, HEIGHT_MM)
    inner = slice(400, -400)
    np.testing.assert_allclose(found[inner], cog[inner], atol=0.001)
    # Two answers to one push can only part as a pendulum falls: from the ends inwards.
    off = np.abs(found - cog)
    fall = np.exp(-W0 * np.arange(4000) / 100)
    assert (off <= off[0] * fall + off[-1] * fall[::-1] + 1e-3).all()


def test_it_is_the_one_bounded_solution_of_the_equation_of_motion():
    # Solved by collocation, with the ends that the reflection gives.
    t = np.arange(600) / 50
    rng = np.random.default_rng(4)
    cop = np.cumsum(rng.normal(size=600)) * 0.4
    cog = center_of_gravity(cop, 50, HEIGHT_MM)
    solution = solve_bvp(
        lambda s, y: np.vstack((y[1], W0**2 * (y[0] - np.interp(s, t, cop)))),
        lambda a, b: np.array([a[0] - cog[0], b[0] - cog[-1]]),
        t, np.vstack((cop, np.zeros(600))), tol=1e-4, max_nodes=50_000,
    )  # fmt: skip
    np.testing.assert_allclose(cog, solution.sol(t)[0], atol=0.05)


@given(st.floats(0.1, 10), st.floats(-500, 500), st.integers(0, 50))
def test_it_grows_and_moves_with_the_centre_of_pressure(scale, shift, seed):
    cop = np.cumsum(np.random.default_rng(seed).normal(size=(300, 2)), axis=0)
    before = center_of_gravity(cop, 100, HEIGHT_MM)
    after = center_of_gravity(scale * cop + shift, 100, HEIGHT_MM)
    np.testing.assert_allclose(after, scale * before + shift, atol=1e-9 * (scale + abs(shift) + 1))


def test_both_axes_are_each_by_itself():
    cop = np.cumsum(np.random.default_rng(1).normal(size=(300, 2)), axis=0)
    both = center_of_gravity(cop, 100, HEIGHT_MM)
    for column in (0, 1):
        alone = center_of_gravity(cop[:, column], 100, HEIGHT_MM)
        np.testing.assert_allclose(both[:, column], alone, atol=1e-12)


def test_a_gap_parts_two_runs_and_a_short_one_says_nothing():
    cop = np.cumsum(np.random.default_rng(2).normal(size=1000))
    cop[[400, 480]] = np.nan
    cog = center_of_gravity(cop, 100, HEIGHT_MM)
    np.testing.assert_array_equal(cog[:400], center_of_gravity(cop[:400], 100, HEIGHT_MM))
    np.testing.assert_array_equal(cog[481:], center_of_gravity(cop[481:], 100, HEIGHT_MM))
    assert np.isnan(cog[400:481]).all()


@pytest.mark.parametrize("n", [0, 1, 50])
def test_of_too_little_nothing_is_said(n):
    assert np.isnan(center_of_gravity(np.zeros(n), 100, HEIGHT_MM)).all()
    assert math.isnan(cop_minus_cog_rms(np.full((n, 2), np.nan), np.zeros((n, 2))))


def test_who_does_not_move_is_where_the_centre_of_pressure_is():
    cop = np.full((500, 2), 37.0)
    cog = center_of_gravity(cop, 100, HEIGHT_MM)
    np.testing.assert_allclose(cog, cop, rtol=1e-14)
    assert cop_minus_cog_rms(cop, cog) == pytest.approx(0, abs=1e-12)


def test_the_distance_between_the_two_is_the_root_mean_square():
    apart = np.array([[3.0, 4.0], [np.nan, 1.0], [0.0, 5.0]])
    assert cop_minus_cog_rms(apart, np.zeros((3, 2))) == pytest.approx(5.0)
    assert cop_minus_cog_rms(apart[:, 0], np.zeros(3)) == pytest.approx(math.sqrt(4.5))


def test_what_cannot_be_is_refused_in_words():
    for call, message in (
        (lambda: center_of_gravity(np.zeros((9, 3)), 100, 1700), r"\(9, 3\).*ML and AP"),
        (lambda: center_of_gravity(np.zeros(9), -1, 1700), "rate is -1"),
        (lambda: center_of_gravity(np.zeros(9), 100, 0), "body height is 0"),
        (lambda: center_of_gravity_from_force(np.zeros(9), np.zeros(9), 100, 0), "mass is 0"),
        (lambda: center_of_gravity_from_force(np.zeros(9), np.zeros((9, 2)), 100, 70), "same axes"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# ---- the force


def test_the_force_leads_back_to_the_same_body():
    cog, cop, force = swaying_body()
    found = center_of_gravity_from_force(cop, force, 100, 70)
    known = np.isfinite(found)
    assert known.mean() > 0.9
    # At a zero the model's centre of gravity is not accelerated: it lies above the other.
    np.testing.assert_allclose(found[known], cog[known], atol=0.01)


def test_a_constant_push_offset_of_the_plate_does_not_matter():
    _, cop, force = swaying_body()
    np.testing.assert_allclose(
        center_of_gravity_from_force(cop, force + 5.0, 100, 70),
        center_of_gravity_from_force(cop, force, 100, 70),
        atol=1e-6,
    )


def test_where_the_force_is_missing_the_pieces_stand_alone():
    _, cop, force = swaying_body()
    whole = center_of_gravity_from_force(cop, force, 100, 70)
    holed = force.copy()
    holed[2000] = np.nan
    pieces = center_of_gravity_from_force(np.column_stack((cop, cop)),
                                          np.column_stack((holed, force)), 100, 70)  # fmt: skip
    np.testing.assert_array_equal(pieces[:, 1], whole)
    known = np.isfinite(pieces[:, 0])
    assert not known[2000]
    np.testing.assert_allclose(pieces[known, 0], whole[known], atol=0.01)


def test_where_the_plate_s_offset_moves_nothing_is_invented():
    cog, cop, force = swaying_body()
    moved = force.copy()
    moved[1500:2300] += 10.0
    found = center_of_gravity_from_force(cop, moved, 100, 70)
    assert np.isnan(found[1520:2280]).all()
    known = np.isfinite(found)
    assert known.mean() > 0.3
    # The 2 N by which the mean is wrong, over 70 kg and 2 s at most: a d^2 / 8 = 14 mm. Over the
    # 8 s of 8 N it would have been 900 mm.
    assert np.abs(found[known] - cog[known]).max() < 15


def test_without_a_zero_on_either_side_nothing_is_said():
    assert np.isnan(center_of_gravity_from_force(np.zeros(1), np.ones(1), 100, 70)).all()
    for force in (np.full(9, np.nan), np.zeros(9)):
        assert np.isnan(center_of_gravity_from_force(np.zeros(9), force, 100, 70)).all()
    rising = np.linspace(-1, 1, 10)
    assert np.isnan(center_of_gravity_from_force(rising, rising, 100, 70)).all()


@pytest.mark.parametrize("trial", TRIALS)
def test_on_real_people_both_ways_lead_to_the_same_centre_of_gravity(real_data, trial):
    # One knows the height and the centre of pressure, the other force and mass.
    cop_mm, shear_n, mass_kg, height_mm = raw_trial(real_data, trial)
    pendulum = center_of_gravity(cop_mm, 100, height_mm)
    integrated = center_of_gravity_from_force(cop_mm, shear_n, 100, mass_kg)
    sway = cop_minus_cog_rms(cop_mm, pendulum)
    apart = cop_minus_cog_rms(integrated, pendulum)
    assert apart < 0.4 * sway
    # With the force turned round it would be far off: the axes' signs are right.
    turned = center_of_gravity_from_force(cop_mm, -shear_n, 100, mass_kg)
    assert cop_minus_cog_rms(turned, pendulum) > 3 * apart


# ---- equilibrium score


def test_the_score_is_what_is_left_of_twelve_and_a_half_degrees():
    # From -2 to +3 degrees about the ankles: 5 of 12.5 are used.
    reach = 0.55 * 1700
    angles = np.radians(np.linspace(-2, 3, 501))
    cog_ap = reach * np.sin(angles)
    np.testing.assert_allclose(sway_angle(cog_ap, 1700), np.degrees(angles), atol=1e-12)
    assert equilibrium_score(cog_ap, 1700) == pytest.approx(60.0, abs=0.01)


@given(st.floats(-300, 300))
def test_the_score_does_not_depend_on_where_the_plate_begins(shift):
    cog_ap = 20 * np.sin(np.arange(500) / 30)
    assert equilibrium_score(cog_ap + shift, 1700) == pytest.approx(
        equilibrium_score(cog_ap, 1700), abs=1e-9
    )


def test_the_score_ends_at_nought_and_at_a_hundred():
    assert equilibrium_score(np.full(100, 31.0), 1700) == 100
    assert equilibrium_score(np.array([-200.0, 200.0]), 1700) == 0
    assert equilibrium_score(np.array([-2000.0, 2000.0]), 1700) == 0
    assert math.isnan(equilibrium_score(np.full(5, np.nan), 1700))
    assert math.isnan(equilibrium_score(np.empty(0), 1700))
    with pytest.raises(ValueError, match="body height is nan"):
        equilibrium_score(np.zeros(5), math.nan)


def test_quiet_standing_scores_high_and_foam_with_closed_eyes_lower(real_data):
    scores = {}
    for trial in TRIALS:
        cop_mm, _, _, height_mm = raw_trial(real_data, trial)
        cog_mm = center_of_gravity(cop_mm, 100, height_mm)
        scores[trial] = equilibrium_score(cog_mm[:, 1], height_mm)
    assert scores["BDS00001"] > 85
    assert 0 < scores["BDS00043"] < scores["BDS00037"]
