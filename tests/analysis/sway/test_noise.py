# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from solemetry.cop import center_of_pressure
from solemetry.signal import NO_FILTER, Filter
from solemetry.sway import (
    mean_velocity,
    noise_corrected_velocity,
    noise_mean_velocity,
    noise_of_dead_weight,
    noise_of_empty_plate,
)

FS_HZ = 100.0
TEN_HZ = Filter(10.0)
WII_MM = np.array([(-216.5, 119.0), (216.5, 119.0), (-216.5, -119.0), (216.5, -119.0)])


@pytest.fixture(scope="module")
def trials(real_data):
    """Real paths, ML and AP in mm, 100 Hz: 12 of the data set and 2 raw ones."""
    golden = np.load(real_data("posture/bds_golden/bds_cop.npz"))["cop_e6cm"]
    raw = [
        np.loadtxt(real_data(f"posture/bds_raw/BDS{n}.txt"), skiprows=1, usecols=(8, 7)) * 10
        for n in ("00037", "00043")
    ]
    return [trial[:, ::-1] * 1e-5 for trial in golden] + raw


def white(sigma_mm, n=6000, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)) * sigma_mm


def rms_velocity(path_mm):
    return np.sqrt((np.diff(path_mm, axis=0) ** 2).sum(axis=1).mean()) * FS_HZ


# ---- how noisy a plate is


@pytest.mark.parametrize("sigma_mm", [(0.1, 0.1), (0.3, 0.05)])
def test_a_dead_weight_tells_the_noise_whatever_it_drifts(sigma_mm):
    t_s = np.arange(6000)[:, None] / FS_HZ
    drift = t_s * (0.5, -0.2) + 3 * np.sin(2 * np.pi * 0.02 * t_s)
    found = noise_of_dead_weight(drift + 40 + white(sigma_mm), FS_HZ, np.full(6000, 700.0))
    assert found.sigma_mm == pytest.approx(sigma_mm, rel=0.04)
    assert (found.white, found.n, found.force_n) == (True, 5999, 700.0)
    plain = np.std(drift + white(sigma_mm), axis=0)
    assert (plain > 10 * np.array(sigma_mm)).all()  # what a standard deviation would say


def test_twice_the_weight_has_half_the_noise():
    found = noise_of_dead_weight(white(0.2), FS_HZ, np.full(6000, 350.0)).at(700.0)
    assert found.sigma_mm == pytest.approx((0.1, 0.1), rel=0.04)
    assert found.force_n == 700.0
    unknown = noise_of_dead_weight(white(0.2), FS_HZ).at(700.0)
    assert np.isnan(unknown.sigma_mm).all()  # without its force nobody can say


def test_noise_that_is_not_white_is_told():
    smoothed = signal.lfilter([0.5, 0.5], 1, white(0.2), axis=0)
    hum = 0.3 * np.sin(2 * np.pi * 20.0 * np.arange(6000) / FS_HZ)[:, None] + white(0.05)
    assert not noise_of_dead_weight(smoothed, FS_HZ).white
    assert not noise_of_dead_weight(hum, FS_HZ).white
    assert noise_of_dead_weight(white(0.2), FS_HZ).white


def test_an_empty_board_of_known_noise_has_the_noise_that_was_published_for_it():
    # A Wii Balance Board: 0.31 N a cell, cells 433 x 238 mm apart: 0.19 mm ML and 0.10 mm AP
    # under 72 kg (reference section 4.3).
    forces_n = 8.0 + np.random.default_rng(3).normal(scale=0.31, size=(20_000, 4))
    found = noise_of_empty_plate(forces_n, WII_MM, FS_HZ, 72 * 9.81)
    assert found.sigma_mm == pytest.approx((0.19, 0.10), abs=0.006)


@given(x=st.floats(-150, 150), y=st.floats(-80, 80), sigma=st.floats(0.05, 0.6))
@settings(max_examples=25, deadline=None)
def test_noise_by_geometry_is_that_of_a_centre_of_pressure_with_noise_in_its_cells(x, y, sigma):
    rng = np.random.default_rng(5)
    noise_n = rng.normal(scale=sigma * np.array([1.0, 1.5, 0.5, 1.0]), size=(8000, 4))
    share = (1 + x * np.sign(WII_MM[:, 0]) / 216.5) * (1 + y * np.sign(WII_MM[:, 1]) / 119.0) / 4
    cop_mm = center_of_pressure(700.0 * share + noise_n, WII_MM)
    np.testing.assert_allclose(cop_mm.mean(axis=0), (x, y), atol=0.05)
    found = noise_of_empty_plate(noise_n, WII_MM, FS_HZ, 700.0, cop_mm=(x, y))
    assert found.sigma_mm == pytest.approx(np.std(cop_mm, axis=0), rel=0.04)


def test_missing_samples_are_left_out():
    cop_mm = white(0.2)
    cop_mm[1000:1500] = np.nan
    cop_mm[3000, 0] = np.nan
    found = noise_of_dead_weight(cop_mm, FS_HZ)
    assert found.sigma_mm == pytest.approx((0.2, 0.2), rel=0.04)
    assert found.n == 5999 - 501 - 2


@pytest.mark.parametrize("cop_mm", [np.empty((0, 2)), np.zeros((5, 2)), np.full((50, 2), np.nan)])
def test_too_little_says_nothing_of_the_noise(cop_mm):
    found = noise_of_dead_weight(cop_mm, FS_HZ, np.full(len(cop_mm), np.nan))
    assert np.isnan(found.sigma_mm).all()
    assert not found.white


# ---- what noise alone does to velocity


@pytest.mark.parametrize("sigma_mm", [(0.1, 0.1), (0.3, 0.1), (0.05, 0.4), (0.0, 0.2), 0.1])
@pytest.mark.parametrize("lowpass", [NO_FILTER, TEN_HZ, Filter(5.0), Filter(12.5, 4)])
def test_the_floor_is_the_mean_velocity_of_noise_that_went_through_the_filter(sigma_mm, lowpass):
    sigma = np.atleast_1d(sigma_mm)
    noise_mm = np.random.default_rng(8).normal(size=(200_000, len(sigma))) * sigma
    drawn = mean_velocity(lowpass(noise_mm.squeeze(), FS_HZ), FS_HZ)
    assert noise_mean_velocity(sigma_mm, FS_HZ, lowpass) == pytest.approx(drawn, rel=0.02)


def test_the_raw_floor_has_a_closed_form():
    assert noise_mean_velocity((0.1, 0.1), 100.0) == pytest.approx(0.1 * np.sqrt(np.pi) * 100)
    assert noise_mean_velocity((0.1, 0.1), 100.0) == pytest.approx(17.7, abs=0.05)  # reference
    assert noise_mean_velocity(0.1, 100.0) == pytest.approx(0.1 * 2 / np.sqrt(np.pi) * 100)
    assert noise_mean_velocity((0.0, 0.0), 100.0) == 0.0


def test_a_noise_floor_has_the_velocity_that_its_own_recording_has_behind_the_filter():
    still_mm = signal.lfilter([0.5, 0.5], 1, white(0.3), axis=0)
    found = noise_of_dead_weight(still_mm, FS_HZ, lowpass=TEN_HZ)
    behind = mean_velocity(TEN_HZ(still_mm, FS_HZ), FS_HZ)
    assert found.mean_velocity(FS_HZ) == pytest.approx(behind, rel=0.02)
    assert found.mean_velocity(FS_HZ) < 0.2 * found.mean_velocity(FS_HZ, NO_FILTER)


# ---- velocity without it


@pytest.mark.parametrize(
    ("sigma_mm", "raw", "filtered", "corrected"),
    # What noise does to the median trial, and how close to 1 the correction has to come.
    [
        ((0.1, 0.1), 1.3, 1.003, 0.005),
        ((0.2, 0.2), 2.0, 1.01, 0.01),
        ((0.5, 0.5), 4.0, 1.08, 0.02),
        ((0.6, 0.05), 3.0, 1.06, 0.02),
        ((0.05, 0.6), 3.0, 1.05, 0.02),
    ],
)
def test_real_sway_with_noise_added_is_what_it_was_without(
    trials, sigma_mm, raw, filtered, corrected
):
    ratios = []
    for seed, path_mm in enumerate(trials):
        noisy = path_mm + white(sigma_mm, len(path_mm), seed)
        true = TEN_HZ(path_mm, FS_HZ)
        found = noise_corrected_velocity(TEN_HZ(noisy, FS_HZ), FS_HZ, sigma_mm, TEN_HZ)
        measured, v_rms = found.measured_mean_mm_s, found.measured_rms_mm_s
        by_ratio = measured * np.sqrt(1 - found.noise_share)  # mean x sqrt(rms^2 - noise^2) / rms
        v_true = mean_velocity(true, FS_HZ)
        assert v_rms == pytest.approx(rms_velocity(TEN_HZ(noisy, FS_HZ)))
        ratios.append(
            [
                mean_velocity(noisy, FS_HZ) / mean_velocity(path_mm, FS_HZ),
                measured / v_true,
                found.mean_mm_s / v_true,
                found.rms_mm_s / rms_velocity(true),
                by_ratio / v_true,
            ]
        )
    ratios = np.array(ratios)
    median, error = np.median(ratios, axis=0), np.sqrt(((ratios - 1) ** 2).mean(axis=0))
    assert median[0] > raw
    assert median[1] > filtered
    assert median[2] == pytest.approx(1.0, abs=corrected)
    assert median[3] == pytest.approx(1.0, abs=0.003)
    assert error[2] < error[4] < error[1]  # better than by the ratio of squares, for all trials


@pytest.mark.parametrize(
    ("sigma_n", "step_n"), [(0.0, 0.02), (0.0, 0.1), (0.31, 0.02), (0.31, 0.5), (0.31, 1.0)]
)
def test_noise_and_steps_of_a_real_converter_are_corrected(trials, sigma_n, step_n):
    rng = np.random.default_rng(21)
    counts = lambda forces_n: np.round(forces_n / step_n) * step_n  # noqa: E731
    empty_n = counts(3.3 * step_n + rng.normal(scale=sigma_n, size=(3000, 4)))
    errors = []
    for path_mm in trials:
        path_mm = path_mm - path_mm.mean(axis=0)
        x, y = (path_mm / (216.5, 119.0)).T[:, :, None] * np.sign(WII_MM.T)[:, None, :]
        forces_n = counts(
            700.0 * (1 + x) * (1 + y) / 4 + rng.normal(scale=sigma_n, size=(len(x), 4))
        )
        noise = noise_of_empty_plate(empty_n, WII_MM, FS_HZ, 700.0, step_n=step_n)
        measured = TEN_HZ(center_of_pressure(forces_n, WII_MM), FS_HZ)
        found = noise_corrected_velocity(measured, FS_HZ, noise.sigma_mm, TEN_HZ)
        errors.append(found.mean_mm_s / mean_velocity(TEN_HZ(path_mm, FS_HZ), FS_HZ) - 1)
    assert np.abs(np.median(errors)) < 0.01
    assert np.abs(errors).max() < 0.06


@pytest.mark.parametrize("lowpass", [Filter(5.0), TEN_HZ, Filter(12.5, 4)])
def test_noise_that_the_common_grid_has_coloured_is_corrected_behind_the_filter(trials, lowpass):
    # Four chips, each on a clock of its own some thousandths beside the others', interpolated onto
    # one grid: least noise half-way between two conversions, all of it on one.
    rng = np.random.default_rng(31)
    grid_s = np.arange(6000) / FS_HZ

    def on_grid(seed):
        rng = np.random.default_rng(seed)
        columns = []
        for rate_hz in FS_HZ * np.array([1.0, 1.003, 0.998, 1.0055]):
            t_s = np.arange(-2, 6100) / rate_hz + rng.uniform(0, 1 / rate_hz)
            columns.append(np.interp(grid_s, t_s, rng.normal(scale=0.4, size=len(t_s))))
        return np.column_stack(columns)

    behind = noise_of_empty_plate(on_grid(1), WII_MM, FS_HZ, 700.0, lowpass=lowpass)
    before = noise_of_empty_plate(on_grid(1), WII_MM, FS_HZ, 700.0)
    assert not before.white
    errors = []
    for path_mm in trials:
        x, y = ((path_mm - path_mm.mean(axis=0)) / (216.5, 119.0)).T[:, :, None] * np.sign(
            WII_MM.T
        )[:, None, :]
        forces_n = 700.0 * (1 + x) * (1 + y) / 4 + on_grid(rng.integers(2, 2**31))
        measured = lowpass(center_of_pressure(forces_n, WII_MM), FS_HZ)
        errors.append(
            [
                noise_corrected_velocity(measured, FS_HZ, noise.sigma_mm, lowpass).rms_mm_s
                / rms_velocity(lowpass(path_mm, FS_HZ))
                - 1
                for noise in (behind, before)
            ]
        )
    right, wrong = np.median(errors, axis=0)
    assert abs(right) < 0.006
    assert wrong > 2 * abs(right)


def test_a_converter_that_stays_on_a_count_is_not_without_noise():
    still_n = np.full((500, 4), 2.0)
    quiet = noise_of_empty_plate(still_n, WII_MM, FS_HZ, 700.0, step_n=1.0)
    cell = 1 / np.sqrt(12)
    assert quiet.sigma_mm == pytest.approx((433 * cell / 700, 238 * cell / 700))
    assert noise_of_empty_plate(still_n, WII_MM, FS_HZ, 700.0).sigma_mm == (0.0, 0.0)


@pytest.mark.parametrize("nu", [0.25, 1.0])
@pytest.mark.parametrize("axes", [1, 2])
def test_uneven_movement_comes_back_from_under_even_noise(nu, axes):
    # Velocities of known distribution, and noise of a third of their mean square.
    rng = np.random.default_rng(13)
    n = 400_000
    intensity = rng.gamma(1 / nu, nu, n)[:, None]
    steps = np.sqrt(intensity) * rng.normal(size=(n, axes)) * (2.0, 1.0)[:axes]
    sigma = np.full(axes, np.sqrt((steps**2).sum(axis=1).mean() / 3 / axes / 2))
    noise_mm = rng.normal(size=(n + 1, axes)) * sigma
    path_mm = np.concatenate((np.zeros((1, axes)), np.cumsum(steps, axis=0)))
    clean = mean_velocity(path_mm.squeeze(), 50.0)
    found = noise_corrected_velocity((path_mm + noise_mm).squeeze(), 50.0, sigma)
    assert found.noise_share == pytest.approx(0.25, abs=0.01)
    assert found.mean_mm_s == pytest.approx(clean, rel=0.005 + 0.02 * nu)
    by_ratio = found.measured_mean_mm_s * np.sqrt(1 - found.noise_share)
    assert abs(found.mean_mm_s - clean) < 0.5 * abs(by_ratio - clean)


def test_without_noise_velocity_is_the_measured_one(trials):
    for path_mm in (trials[0], trials[0][:, 0]):
        sigma_mm = (0.0, 0.0) if path_mm.ndim == 2 else 0.0
        found = noise_corrected_velocity(path_mm, FS_HZ, sigma_mm)
        assert found.mean_mm_s == found.measured_mean_mm_s
        assert found.mean_mm_s == pytest.approx(mean_velocity(path_mm, FS_HZ), rel=1e-12)
        assert (found.floor_mm_s, found.noise_share, found.reason) == (0.0, 0.0, "")


@pytest.mark.parametrize("sway_mm", [0.0, 0.001])
def test_where_noise_is_all_there_is_nothing_is_invented(trials, sway_mm):
    path_mm = sway_mm * trials[0] + white(1.0)
    found = noise_corrected_velocity(TEN_HZ(path_mm, FS_HZ), FS_HZ, (1.0, 1.0), TEN_HZ)
    assert np.isnan(found.mean_mm_s)
    assert np.isnan(found.rms_mm_s)
    assert found.measured_mean_mm_s == pytest.approx(found.floor_mm_s, rel=0.05)
    assert "noise of the plate makes up" in found.reason


def test_a_plate_quieter_than_told_gives_no_velocity_below_nothing(trials):
    found = noise_corrected_velocity(trials[0], FS_HZ, (5.0, 5.0))
    assert np.isnan(found.mean_mm_s)
    assert found.reason


@given(
    scale=st.floats(0.1, 10), turn=st.floats(-3, 3), shift=st.floats(-500, 500),
    faster=st.sampled_from([0.5, 2.0]),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_units_places_and_directions_make_no_difference(scale, turn, shift, faster):
    path_mm = white(0.3, 800, seed=4).cumsum(axis=0) + white(0.2, 800, seed=5)
    plain = noise_corrected_velocity(path_mm, FS_HZ, (0.2, 0.2))
    rotation = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    moved = noise_corrected_velocity(
        scale * path_mm @ rotation + shift, faster * FS_HZ, (0.2 * scale, 0.2 * scale)
    )
    assert moved.mean_mm_s == pytest.approx(scale * faster * plain.mean_mm_s, rel=1e-6)
    assert moved.rms_mm_s == pytest.approx(scale * faster * plain.rms_mm_s, rel=1e-6)
    assert moved.noise_share == pytest.approx(plain.noise_share, rel=1e-6)


def test_gaps_are_not_stepped_over(trials):
    path_mm = trials[0].copy()
    path_mm[2000:3000] = np.nan
    path_mm[3000:] += 500.0
    found = noise_corrected_velocity(path_mm, FS_HZ, (0.02, 0.02))
    assert found.measured_mean_mm_s == pytest.approx(mean_velocity(path_mm, FS_HZ))
    assert found.mean_mm_s < 15


@pytest.mark.parametrize(
    ("cop_mm", "sigma_mm", "reason"),
    [
        (np.empty((0, 2)), (0.1, 0.1), "no step"),
        (np.zeros((1, 2)), (0.1, 0.1), "no step"),
        (np.full((9, 2), np.nan), (0.1, 0.1), "no step"),
        (np.zeros((9, 2)), (0.1, 0.1), "noise of the plate makes up"),
        (np.zeros(9), 0.1, "noise of the plate makes up"),
        (white(1.0), (0.1, np.nan), "not known"),
    ],
)
def test_what_says_nothing_has_no_velocity_but_a_reason(cop_mm, sigma_mm, reason):
    found = noise_corrected_velocity(cop_mm, FS_HZ, sigma_mm)
    assert np.isnan(found.mean_mm_s)
    assert reason in found.reason


def test_standing_perfectly_still_on_a_perfect_plate_is_no_velocity():
    found = noise_corrected_velocity(np.zeros((50, 2)), FS_HZ, (0.0, 0.0))
    assert (found.mean_mm_s, found.rms_mm_s, found.reason) == (0.0, 0.0, "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: noise_corrected_velocity(np.zeros((9, 2)), 100.0, 0.1), "give one for each"),
        (lambda: noise_corrected_velocity(np.zeros((9, 3)), 100.0, 0.1), "shape"),
        (lambda: noise_corrected_velocity(np.zeros((9, 2)), 0.0, (0.1, 0.1)), "above zero"),
        (lambda: noise_mean_velocity((-0.1, 0.1), 100.0), "should be an SD"),
        (lambda: noise_mean_velocity((0.1, 0.1, 0.1), 100.0), "should be an SD"),
        (lambda: noise_of_empty_plate(np.zeros((9, 3)), WII_MM, FS_HZ, 700.0), r"\(T, 4\)"),
        (lambda: noise_of_empty_plate(np.zeros((9, 4)), WII_MM, FS_HZ, 0.0), "above zero"),
        (lambda: noise_of_dead_weight(np.zeros(9), FS_HZ), "shape"),
        (lambda: noise_of_dead_weight(np.zeros((9, 2)), 0.0), "above zero"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
