# SPDX-License-Identifier: Apache-2.0
"""The sway density curve, against a loop over all samples and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from solemetry.signal import Filter
from solemetry.sway import sway_density, sway_density_peaks
from solemetry.sway.trajectory.density import SMOOTHING


def by_a_loop(cop_mm, fs_hz, radius_mm):
    """From the last one outside before to the first one outside after, both left out."""
    out = np.full(len(cop_mm), np.nan)
    for t in np.flatnonzero(np.isfinite(cop_mm).all(axis=1)):
        with np.errstate(invalid="ignore"):
            near = ((cop_mm - cop_mm[t]) ** 2).sum(axis=1) <= radius_mm**2
        first = last = t
        while last + 1 < len(cop_mm) and near[last + 1]:
            last += 1
        while first and near[first - 1]:
            first -= 1
        out[t] = (last - first) / fs_hz
    return out


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 700), st.floats(0.01, 30), st.floats(0, 1), st.integers(0, 3),
    st.integers(0, 10_000),
)  # fmt: skip
def test_the_curve_is_that_of_a_plain_loop(n, radius_mm, noise_mm, gaps, seed):
    rng = np.random.default_rng(seed)
    cop_mm = 0.3 * rng.normal(size=(n, 2)).cumsum(axis=0) + noise_mm * rng.normal(size=(n, 2))
    cop_mm[rng.integers(0, n, gaps)] = np.nan
    np.testing.assert_array_equal(
        sway_density(cop_mm, 100.0, radius_mm), by_a_loop(cop_mm, 100.0, radius_mm)
    )


def test_whole_trials_agree_with_the_loop(real_data):
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    for ap_ml_e6cm in trials["cop_e6cm"][[0, 6]]:
        cop_mm = ap_ml_e6cm[::2, ::-1] * 1e-5
        np.testing.assert_array_equal(sway_density(cop_mm, 50.0), by_a_loop(cop_mm, 50.0, 2.5))


def test_a_straight_line_stays_as_long_as_it_takes_across():
    line = np.column_stack((0.1 * np.arange(1000), np.zeros(1000)))
    inner = sway_density(line, 100.0, 2.55)[100:-100]
    np.testing.assert_allclose(inner, 50 / 100)


def test_who_stands_still_stays_for_the_whole_trial():
    np.testing.assert_allclose(sway_density(np.ones((500, 2)), 100.0), 4.99)


def test_stops_on_the_way_are_peaks_with_their_length_distance_and_time():
    # Onwards at 10 mm/s on average, with a stop each four seconds.
    t_s, turn = np.arange(2800) / 100, 2 * np.pi / 4
    along_mm = 10 * (t_s - np.sin(turn * t_s) / turn)
    cop_mm = np.column_stack((0.6 * along_mm, 0.8 * along_mm))
    # The curve goes in steps of a sample; smoothed strongly, so that these make no peaks.
    peaks = sway_density_peaks(cop_mm, 100.0, smoothing=Filter(0.4))
    assert peaks.n == 6
    assert peaks.mean_distance_mm == pytest.approx(40, rel=1e-3)
    assert peaks.mean_interval_s == pytest.approx(4, rel=1e-3)
    # 2.5 mm before and after a stop.
    beside_s = optimize.brentq(lambda s: 10 * (s - np.sin(turn * s) / turn) - 2.5, 0, 2)
    assert sway_density(cop_mm, 100.0)[400] == pytest.approx(2 * beside_s, abs=0.02)


def test_two_peaks_with_a_gap_between_them_are_no_neighbours():
    cop_mm = 0.2 * np.random.default_rng(4).normal(size=(4000, 2)).cumsum(axis=0)
    halves = [sway_density_peaks(part, 100.0) for part in (cop_mm[:2000], cop_mm[2001:])]
    cop_mm[2000] = np.nan
    both = sway_density_peaks(cop_mm, 100.0)
    assert both.n == sum(half.n for half in halves)
    weights = [half.n - 1 for half in halves]
    for field in ("mean_distance_mm", "mean_interval_s"):
        expected = np.average([getattr(half, field) for half in halves], weights=weights)
        assert getattr(both, field) == pytest.approx(expected)


def test_nothing_has_no_peaks_and_what_cannot_be_is_refused():
    for cop_mm in (np.full((300, 2), np.nan), np.zeros((1, 2)), np.zeros((0, 2))):
        peaks = sway_density_peaks(cop_mm, 100.0, drop_last=True)
        assert peaks.n == 0
        assert math.isnan(peaks.mean_time_s)
    assert math.isnan(sway_density_peaks(np.zeros((300, 2)), 4.0).mean_time_s)
    assert SMOOTHING.cutoff_hz == 2.5
    with pytest.raises(ValueError, match="radius"):
        sway_density(np.zeros((9, 2)), 100.0, 0.0)
    with pytest.raises(ValueError, match=r"\(9,\)"):
        sway_density(np.zeros(9), 100.0)
