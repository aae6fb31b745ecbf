# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import UnivariateSpline

from solemetry.sway import mean_velocity, path_length, rambling_trembling, sway_part
from solemetry.sway.mechanics.zero_force import balanced_runs

TRIALS = ["BDS00001", "BDS00007", "BDS00037", "BDS00043"]
T = np.arange(4000) / 100


def known_body(turns_per_s=1.0):
    """Slow rambling along a cubic, and trembling against the force: both known."""
    u = (T - 20) / 20
    rambling = 12 * u**3 - 5 * u**2 + 4 * u + 30
    # Zeros fall on samples, and whole turns have no mean.
    trembling = 1.5 * np.sin(2 * np.pi * turns_per_s * T)
    return rambling, trembling, -8.0 * trembling


def raw_trial(real_data, trial):
    table = np.loadtxt(real_data(f"posture/bds_raw/{trial}.txt"), skiprows=1)
    return table[:, [8, 7]] * 10, table[:, [2, 1]]


# ---- known decompositions


@pytest.mark.parametrize("turns_per_s", [0.5, 1.0, 2.5])
def test_a_known_rambling_is_found_exactly(turns_per_s):
    rambling, trembling, force = known_body(turns_per_s)
    parts = rambling_trembling(rambling + trembling, force)
    known = np.isfinite(parts.rambling_mm)
    assert known.mean() > 0.95
    np.testing.assert_allclose(parts.rambling_mm[known], rambling[known], atol=1e-9)
    np.testing.assert_allclose(parts.trembling_mm[known], trembling[known], atol=1e-9)


def test_zeros_between_samples_are_found_there():
    # One zero each 0.5 / 0.77 s, hardly ever on a sample; straight between samples is not quite
    # what a sine does.
    rambling, trembling, _ = known_body(0.77)
    parts = rambling_trembling(rambling + trembling, -trembling)
    known = np.isfinite(parts.rambling_mm)
    assert parts.instants == (62,)
    np.testing.assert_allclose(parts.rambling_mm[known], rambling[known], atol=0.03)


def test_without_trembling_all_is_rambling():
    rambling, _, force = known_body()
    parts = rambling_trembling(rambling, force)
    known = np.isfinite(parts.trembling_mm)
    assert np.abs(parts.trembling_mm[known]).max() < 1e-9


def test_a_plate_whose_offset_moves_is_told_by_the_longest_wait():
    rambling, trembling, force = known_body()
    cop = rambling + trembling
    assert rambling_trembling(cop, force).longest_wait == (50,)
    # An offset of more than twice the sway's force, for 8 s.
    moved = force + np.where((T > 10) & (T < 18), 20.0, 0.0)
    (wait,) = rambling_trembling(cop, moved).longest_wait
    assert wait >= 790


def test_the_moments_of_balance_lie_where_a_straight_line_crosses_zero():
    force = np.array([-1.0, 3.0, 0.0, -2.0, -2.0, 2.0])
    (run,) = balanced_runs(np.arange(6.0) * 10, force)
    np.testing.assert_allclose(run.instants, [0.25, 2.0, 4.5])
    np.testing.assert_allclose(run.cop_mm, [2.5, 20.0, 45.0])


# ---- real people


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("axis", [0, 1])
def test_another_spline_through_the_same_moments_gives_the_same_rambling(real_data, trial, axis):
    # FITPACK's interpolating spline, and zeros found by a plain loop.
    cop_mm, shear_n = (both[:, axis] for both in raw_trial(real_data, trial))
    force = shear_n - np.mean(shear_n)
    at = []
    for i in range(len(force) - 1):
        if force[i] == 0:
            at.append(float(i))
        elif force[i] * force[i + 1] < 0:
            at.append(i - force[i] / (force[i + 1] - force[i]))
    spline = UnivariateSpline(at, np.interp(at, np.arange(len(force)), cop_mm), k=3, s=0)
    parts = rambling_trembling(cop_mm, shear_n)
    known = np.flatnonzero(np.isfinite(parts.rambling_mm))
    assert parts.instants == (len(at),)
    assert (known[0], known[-1]) == (math.ceil(at[0]), math.floor(at[-1]))
    np.testing.assert_allclose(parts.rambling_mm[known], spline(known), atol=1e-7)


@pytest.mark.parametrize("trial", TRIALS)
def test_the_published_method_with_zeros_on_samples_differs_little(real_data, trial):
    # Duarte's notebook takes the sample before each change of sign as the zero. Its results are
    # of this form: SD of rambling and trembling, AP, population SD.
    cop_mm, shear_n = (both[:, 1] for both in raw_trial(real_data, trial))
    force = shear_n - np.mean(shear_n)
    before = np.flatnonzero(force[:-1] * force[1:] < 0)
    spline = UnivariateSpline(before, cop_mm[before], k=3, s=0)
    inner = np.arange(before[0], before[-1] + 1)
    theirs = spline(inner)
    parts = rambling_trembling(cop_mm, shear_n)
    assert sway_part(parts.rambling_mm, 100).sd_mm == pytest.approx(theirs.std(), rel=0.01)
    assert sway_part(parts.trembling_mm, 100).sd_mm == pytest.approx(
        (cop_mm[inner] - theirs).std(), rel=0.06
    )


def test_real_sway_is_mostly_rambling_and_slow(real_data):
    # Published means (Duarte's notebook), AP: young on firm ground 0.43 and 0.11 cm, old on foam
    # with eyes closed 0.98 and 0.57 cm, of 0.45 and 1.28 cm: rambling is the larger part.
    for trial in TRIALS:
        cop_mm, shear_n = raw_trial(real_data, trial)
        parts = rambling_trembling(cop_mm, shear_n)
        for axis in (0, 1):
            rambling = sway_part(parts.rambling_mm[:, axis], 100)
            trembling = sway_part(parts.trembling_mm[:, axis], 100)
            assert rambling.sd_mm > 1.5 * trembling.sd_mm
            assert rambling.f50_hz < trembling.f50_hz


# ---- properties


@given(st.floats(-400, 400), st.floats(0.1, 10), st.floats(-30, 30), st.floats(0.01, 100),
       st.sampled_from([-1, 1]))  # fmt: skip
def test_only_the_sign_of_the_force_s_deviation_matters(shift, scale, offset, gain, sign):
    rng = np.random.default_rng(8)
    cop, force = np.cumsum(rng.normal(size=(2, 400)), axis=1)
    before = rambling_trembling(cop, force)
    after = rambling_trembling(scale * cop + shift, sign * gain * force + offset)
    known = np.isfinite(before.rambling_mm)
    np.testing.assert_array_equal(np.isfinite(after.rambling_mm), known)
    np.testing.assert_allclose(
        after.trembling_mm[known], scale * before.trembling_mm[known], atol=1e-4 * scale
    )


def test_both_parts_add_up_and_the_axes_are_each_by_itself():
    rng = np.random.default_rng(9)
    cop, force = np.cumsum(rng.normal(size=(2, 500, 2)), axis=1)
    both = rambling_trembling(cop, force)
    known = np.isfinite(both.rambling_mm)
    np.testing.assert_allclose((both.rambling_mm + both.trembling_mm)[known], cop[known])
    for axis in (0, 1):
        alone = rambling_trembling(cop[:, axis], force[:, axis])
        np.testing.assert_array_equal(alone.rambling_mm, both.rambling_mm[:, axis])
        assert alone.instants == both.instants[axis : axis + 1]


def test_a_gap_in_either_is_not_bridged():
    rambling, trembling, force = known_body()
    cop = rambling + trembling
    cop[1010], force[2510] = np.nan, np.nan
    parts = rambling_trembling(cop, force)
    # From the last zero before a gap to the first after it nothing is known.
    assert np.isnan(parts.rambling_mm[1001:1050]).all()
    assert np.isnan(parts.rambling_mm[2501:2550]).all()
    known = np.isfinite(parts.rambling_mm)
    assert known[1051:2500].all()
    np.testing.assert_allclose(parts.rambling_mm[known], rambling[known], atol=0.05)


@pytest.mark.parametrize("n", [0, 1, 3, 50])
def test_with_too_few_zeros_nothing_is_said(n):
    for force in (np.linspace(-1, 1, n), np.full(n, np.nan)):
        parts = rambling_trembling(np.zeros(n), force)
        assert np.isnan(parts.rambling_mm).all()
        assert np.isnan(parts.trembling_mm).all()
    empty = sway_part(np.full(n, np.nan), 100)
    assert np.isnan([empty.sd_mm, empty.path_mm, empty.velocity_mm_s, empty.f50_hz]).all()


@pytest.mark.parametrize("force_n", [0.0, 0.1, -3.7])
def test_a_force_that_never_changes_was_not_measured(force_n):
    cop = np.cumsum(np.random.default_rng(1).normal(size=100))
    parts = rambling_trembling(cop, np.full(100, force_n))
    assert np.isnan(parts.rambling_mm).all()
    assert parts.instants == (0,)


def test_a_part_is_summed_up_as_any_sway():
    part = np.random.default_rng(2).normal(size=300)
    part[[0, 1, 100]] = np.nan
    summed = sway_part(part, 100)
    assert summed.sd_mm == pytest.approx(np.nanstd(part))
    assert summed.path_mm == path_length(part)
    assert summed.velocity_mm_s == mean_velocity(part, 100)


def test_half_of_a_sine_s_power_lies_below_its_frequency():
    part = sway_part(3 * np.sin(2 * np.pi * 0.8 * T), 100)
    assert part.f50_hz == pytest.approx(0.8, abs=0.03)


def test_force_and_position_have_to_fit():
    with pytest.raises(ValueError, match="same axes and samples"):
        rambling_trembling(np.zeros((9, 2)), np.zeros(9))
    with pytest.raises(ValueError, match="horizontal force has shape"):
        rambling_trembling(np.zeros((9, 2)), np.zeros((9, 3)))
    with pytest.raises(ValueError, match="along one axis"):
        sway_part(np.zeros((9, 2)), 100)
