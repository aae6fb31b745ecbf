# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import solemetry as sm
from solemetry.resampling import resample, swarii, uniform_grid
from solemetry.signal import NO_FILTER, Filter, lowpass
from solemetry.sway import prepare, trim


def walk(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)).cumsum(axis=0)


def test_even_samples_stay_as_they_are():
    t_s, cop_mm = 0.01 + np.arange(3000) / 100, walk(3000)
    trial = prepare(t_s, cop_mm, lowpass=NO_FILTER)
    np.testing.assert_array_equal(trial.cop_mm, cop_mm)
    np.testing.assert_allclose(trial.t_s, t_s, rtol=1e-12)
    assert trial.fs_hz == pytest.approx(100.0)
    assert (trial.resampling, trial.interpolated_pct) == ("none", 0.0)
    assert trial.trimmed_start_s == trial.trimmed_end_s == 0


def test_lost_rows_become_missing_samples():
    kept = np.delete(np.arange(1000), range(400, 420))
    trial = prepare(kept / 50.0, walk(1000)[kept], 50.0, lowpass=NO_FILTER)
    assert np.flatnonzero(np.isnan(trial.cop_mm[:, 0])).tolist() == list(range(400, 420))
    np.testing.assert_array_equal(trial.cop_mm[kept], walk(1000)[kept])
    assert trial.timing.gaps == 1
    assert trial.interpolated_pct == 0.0


def test_uneven_samples_have_to_be_resampled():
    t_s = np.arange(1000) / 100 + np.random.default_rng(2).uniform(-4e-3, 4e-3, 1000)
    with pytest.raises(ValueError, match=r"uneven.*antialiased.*swarii"):
        prepare(t_s, walk(1000), 100.0)
    with pytest.raises(ValueError, match="none, antialiased or swarii"):
        prepare(t_s, walk(1000), resampling="linear")


def test_resampling_is_that_of_the_functions_named():
    t_s = np.arange(2000) / 100 + np.random.default_rng(2).uniform(-2e-3, 2e-3, 2000)
    even = prepare(t_s, walk(2000), 40.0, resampling="antialiased", lowpass=NO_FILTER)
    grid_s = uniform_grid(t_s[0], t_s[-1], 40.0)
    np.testing.assert_array_equal(even.cop_mm, resample(t_s, walk(2000), grid_s))
    np.testing.assert_array_equal(even.t_s, grid_s)
    means = prepare(t_s, walk(2000), resampling="swarii", lowpass=Filter(10.0, 4))
    assert means.fs_hz == 25.0
    expected = lowpass(swarii(t_s, walk(2000), 25.0, 0.08)[1], 25.0, 10.0, 4)
    np.testing.assert_array_equal(means.cop_mm, expected)


def test_what_is_drawn_across_a_gap_is_told():
    t_s = np.delete(np.arange(1000) / 100, range(400, 405))  # 60 ms without a sample
    bridged = prepare(t_s, walk(995), 100.0, resampling="swarii", lowpass=NO_FILTER)
    assert np.isfinite(bridged.cop_mm).all()
    assert bridged.interpolated_pct == pytest.approx(100 * 5 / 1000)
    left = prepare(t_s, walk(995), 100.0, resampling="antialiased", lowpass=NO_FILTER)
    assert left.interpolated_pct == 0.0
    assert np.isnan(left.cop_mm[:, 0]).sum() == 5


def test_the_filter_comes_before_the_trimming():
    t_s, cop_mm = np.arange(3000) / 100, walk(3000)
    trial = prepare(t_s, cop_mm, lowpass=Filter(5.0), start_s=2.0, end_s=1.5)
    np.testing.assert_array_equal(trial.cop_mm, lowpass(cop_mm, trial.fs_hz, 5.0)[200:2850])
    np.testing.assert_allclose(trial.t_s[[0, -1]], (2.0, 28.49))
    assert (trial.trimmed_start_s, trial.trimmed_end_s) == pytest.approx((2.0, 1.5))


def test_a_real_trial_prepared_is_the_trial_opened(real_data):
    stream = sm.open(real_data("posture/bds_raw/BDS00001.txt")).stream
    trial = prepare(stream.t_s, stream.cop_mm)
    assert trial.fs_hz == pytest.approx(stream.fs_hz)
    np.testing.assert_allclose(trial.cop_mm, lowpass(stream.cop_mm, 100.0), atol=1e-9)


def test_a_trial_can_be_trimmed_away():
    trial = prepare(np.arange(100) / 100, walk(100), start_s=0.7, end_s=0.5)
    assert trial.cop_mm.shape == (0, 2)
    assert (trial.trimmed_start_s, trial.trimmed_end_s) == pytest.approx((0.7, 0.3))


@given(
    n=st.integers(0, 400),
    start_s=st.floats(0, 5),
    end_s=st.floats(0, 5),
    fs_hz=st.sampled_from([50.0, 100.0]),
)
def test_what_is_left_and_what_is_trimmed_make_up_the_whole(n, start_s, end_s, fs_hz):
    values = np.arange(float(n))
    left = trim(values, fs_hz, start_s, end_s)
    first, last = round(left.start_s * fs_hz), n - round(left.end_s * fs_hz)
    np.testing.assert_array_equal(left.values, values[first:last])
    assert len(left.values) / fs_hz + left.start_s + left.end_s == pytest.approx(n / fs_hz)
    if n / fs_hz > start_s + end_s + 2 / fs_hz:
        assert abs(left.start_s - start_s) <= 0.5 / fs_hz + 1e-9
        assert abs(left.end_s - end_s) <= 0.5 / fs_hz + 1e-9


def test_one_axis_and_missing_samples_are_prepared_too():
    t_s, axis_mm = np.arange(500) / 100, walk(500)[:, 0]
    axis_mm[100:110] = np.nan
    trial = prepare(t_s, axis_mm)
    np.testing.assert_array_equal(trial.cop_mm, lowpass(axis_mm, trial.fs_hz))
    assert trial.timing.gaps == 1


@pytest.mark.parametrize(
    ("t_s", "cop_mm", "message"),
    [
        (np.arange(1.0), np.zeros((1, 2)), r"1 sample\(s\) do not tell the rate"),
        (np.arange(5.0), np.full((5, 2), np.nan), r"0 sample\(s\)"),
        (np.array([0.0, np.nan]), np.zeros((2, 2)), "no time"),
        (np.arange(5.0), np.zeros((4, 2)), "of one length"),
        (np.arange(5.0), np.zeros((5, 3)), "shape"),
    ],
)
def test_what_is_no_trial_is_refused(t_s, cop_mm, message):
    with pytest.raises(ValueError, match=message):
        prepare(t_s, cop_mm)


@pytest.mark.parametrize("resampling", ["none", "antialiased", "swarii"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_next_to_nothing_stays_next_to_nothing(n, resampling):
    trial = prepare(np.arange(n) / 50.0, np.zeros((n, 2)), 50.0, resampling=resampling)
    assert trial.cop_mm.shape == (n, 2)
    assert np.isnan(trial.cop_mm).all()  # too short for the filter


def test_nobody_can_trim_less_than_nothing():
    with pytest.raises(ValueError, match="0 or more"):
        trim(np.arange(5.0), 100.0, -1.0)
    with pytest.raises(ValueError, match="above zero"):
        trim(np.arange(5.0), 0.0)
