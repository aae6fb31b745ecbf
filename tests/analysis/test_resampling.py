# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry.resampling import FLAT_TO, resample, swarii, uniform_grid
from solemetry.signal import lowpass


def times(fs_hz, seconds=20.0, start_s=0.0031):
    return start_s + np.arange(round(seconds * fs_hz)) / fs_hz


def inner(grid_s, beside_s=1.0):
    return (grid_s >= grid_s[0] + beside_s) & (grid_s <= grid_s[-1] - beside_s)


def halls_bound(f_hz, fs_hz):
    """Greatest error of a complete cubic spline through a sine (Hall 1968)."""
    return 5 / 384 * (2 * np.pi * f_hz / fs_hz) ** 4


@pytest.mark.parametrize("fs_hz", [80.0, 100.0, 1000.0])
@pytest.mark.parametrize("f_hz", [0.3, 2.0, 8.0, 15.0])
def test_a_sine_between_samples_is_within_the_published_bound_of_the_spline(fs_hz, f_hz):
    t_s = times(fs_hz)
    grid_s = uniform_grid(t_s[0], t_s[-1], 4 * fs_hz)
    out = resample(t_s, np.sin(2 * np.pi * f_hz * t_s), grid_s)
    error = np.abs(out - np.sin(2 * np.pi * f_hz * grid_s))[inner(grid_s)]
    assert error.max() <= halls_bound(f_hz, fs_hz) * 1.01 + 1e-12


def amplitude_and_phase(grid_s, x, f_hz):
    part = inner(grid_s, 3.0)
    basis = np.column_stack([f(2 * np.pi * f_hz * grid_s[part]) for f in (np.sin, np.cos)])
    (a, b), *_ = np.linalg.lstsq(basis, x[part], rcond=None)
    return np.hypot(a, b), np.arctan2(b, a)


@pytest.mark.parametrize(("fs_hz", "to_hz"), [(1000.0, 100.0), (1000.0, 80.0), (100.0, 80.0)])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.79])
def test_where_the_rate_falls_amplitude_and_phase_stay(fs_hz, to_hz, share):
    t_s, f_hz = times(fs_hz), share * to_hz / 2
    grid_s = uniform_grid(t_s[0], t_s[-1], to_hz)
    out = resample(t_s, np.sin(2 * np.pi * f_hz * t_s), grid_s)
    amplitude, phase = amplitude_and_phase(grid_s, out, f_hz)
    assert share < FLAT_TO
    assert amplitude == pytest.approx(1.0, abs=0.002 + halls_bound(f_hz, fs_hz))
    assert abs(phase) < 1e-3 + halls_bound(f_hz, fs_hz)


@pytest.mark.parametrize("f_hz", [50.5, 60.0, 95.0, 120.0, 333.0])
def test_what_is_too_fast_for_the_base_does_not_come_back_as_something_slow(f_hz):
    t_s = times(1000.0)
    grid_s = uniform_grid(t_s[0], t_s[-1], 100.0)
    out = resample(t_s, np.sin(2 * np.pi * f_hz * t_s), grid_s)
    assert np.abs(out[inner(grid_s, 2.0)]).max() < 1e-4  # 80 dB down
    naive = np.interp(grid_s, t_s, np.sin(2 * np.pi * f_hz * t_s))
    assert np.abs(naive).max() > 0.4  # without the low-pass it would


def test_a_chirp_keeps_its_phase_up_to_where_the_base_ends():
    t_s = times(1000.0, 30.0)
    sweep_hz_s = 1.3  # 0 to 39 Hz in 30 s: up to the flat part of a 100 Hz base
    chirp = lambda t: np.sin(np.pi * sweep_hz_s * t**2)  # noqa: E731
    grid_s = uniform_grid(t_s[0], t_s[-1], 100.0)
    part = inner(grid_s)
    out = resample(t_s, chirp(t_s), grid_s)
    assert np.abs(out - chirp(grid_s))[part].max() < 0.01


def test_a_delay_is_taken_off():
    t_s = times(80.0)
    grid_s = uniform_grid(t_s[0], t_s[-1], 100.0)
    late = np.sin(2 * np.pi * 1.5 * (t_s - 0.05))
    out = resample(t_s, late, grid_s, delay_s=0.05)
    part = inner(grid_s)
    assert np.abs(out - np.sin(2 * np.pi * 1.5 * grid_s))[part].max() < halls_bound(1.5, 80) * 1.01
    assert np.isnan(out[grid_s > t_s[-1] - 0.05 + 0.001]).all()


@given(
    fs_hz=st.sampled_from([80.0, 100.0, 250.0, 1000.0]),
    to_hz=st.sampled_from([50.0, 80.0, 100.0, 200.0]),
    start=st.integers(20, 300),
    length=st.integers(1, 60),
)
@settings(max_examples=80, deadline=None)
def test_a_gap_stays_and_takes_nothing_else_with_it(fs_hz, to_hz, start, length):
    t_s = times(fs_hz, 5.0)
    values = np.cos(2 * np.pi * 0.7 * t_s)
    values[start : start + length] = np.nan
    grid_s = uniform_grid(t_s[0], t_s[-1], to_hz)
    out = resample(t_s, values, grid_s)
    slack = 1e-3 / fs_hz + 1e-9
    in_gap = (grid_s > t_s[start - 1] + slack) & (
        grid_s < (t_s[start + length] if start + length < len(t_s) else np.inf) - slack
    )
    assert np.isnan(out[in_gap]).all()
    runs = np.isfinite(values)
    long_enough = [
        part for part in np.split(np.arange(len(t_s)), [start, start + length])
        if len(part) >= max(4, 2 * fs_hz / to_hz) and runs[part].all()
    ]  # fmt: skip
    for part in long_enough:
        inside = (grid_s >= t_s[part[0]]) & (grid_s <= t_s[part[-1]])
        assert np.isfinite(out[inside]).all()
        # The ends of a run are not as good as its middle, but no wild guesses either.
        assert np.abs(out[inside] - np.cos(2 * np.pi * 0.7 * grid_s[inside])).max() < 0.15


@given(row=st.integers(10, 180), lost=st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_rows_that_are_not_there_are_a_gap_like_any_other(row, lost):
    t_s = times(100.0, 3.0)
    values = np.sin(5 * t_s)
    marked = values.copy()
    marked[row : row + lost] = np.nan
    kept = np.isfinite(marked)
    grid_s = uniform_grid(0, 3, 80.0)
    np.testing.assert_array_equal(
        resample(t_s[kept], values[kept], grid_s), resample(t_s, marked, grid_s)
    )


@given(steps=st.integers(-500, 500), fs_hz=st.sampled_from([80.0, 100.0, 1000.0]))
@settings(max_examples=40, deadline=None)
def test_a_shift_in_time_is_a_shift_of_the_result(steps, fs_hz):
    rng = np.random.default_rng(3)
    t_s = times(fs_hz, 4.0)
    values = rng.normal(size=len(t_s)).cumsum()
    grid_s = uniform_grid(1.0, 3.0, 100.0)
    here = resample(t_s, values, grid_s)
    there = resample(t_s + steps / 100.0, values, grid_s + steps / 100.0)
    np.testing.assert_allclose(there, here, atol=1e-8 * np.ptp(values))


@given(cuts=st.lists(st.integers(0, 200), max_size=6))
@settings(max_examples=40, deadline=None)
def test_the_result_does_not_depend_on_how_the_grid_is_cut(cuts):
    rng = np.random.default_rng(5)
    t_s = times(1000.0, 2.5)
    values = rng.normal(size=(len(t_s), 3)).cumsum(axis=0)
    values[900:1000, 1] = np.nan
    grid_s = uniform_grid(0.2, 2.2, 100.0)
    whole = resample(t_s, values, grid_s)
    pieces = [part for part in np.split(grid_s, sorted(cuts)) if len(part) > 1]
    for part in pieces:
        first = np.searchsorted(grid_s, part[0] - 1e-9)
        np.testing.assert_allclose(
            resample(t_s, values, part), whole[first : first + len(part)], atol=1e-9
        )


@given(cut=st.integers(30, 470))
@settings(max_examples=30, deadline=None)
def test_pieces_on_either_side_of_a_gap_can_be_resampled_apart(cut):
    rng = np.random.default_rng(9)
    t_s = times(100.0, 5.0)
    values = rng.normal(size=len(t_s)).cumsum()
    values[cut : cut + 10] = np.nan
    grid_s = uniform_grid(0, 5, 80.0)
    apart = [resample(t_s[part], values[part], grid_s) for part in (slice(cut), slice(cut, None))]
    both = np.where(np.isnan(apart[0]), apart[1], apart[0])
    np.testing.assert_array_equal(both, resample(t_s, values, grid_s))


def test_columns_have_gaps_of_their_own():
    t_s = times(100.0, 3.0)
    values = np.column_stack((np.sin(t_s), np.cos(t_s)))
    values[100:150, 0] = np.nan
    grid_s = uniform_grid(0.1, 2.9, 100.0)
    out = resample(t_s, values, grid_s)
    assert np.isnan(out[:, 0]).sum() == pytest.approx(51, abs=1)
    assert np.isfinite(out[:, 1]).all()


def test_runs_too_short_for_the_base_are_missing():
    t_s = times(1000.0, 1.0)
    values = np.ones(len(t_s))
    values[200:300] = values[310:400] = np.nan  # 10 ms of signal, and a 20 ms base has nothing
    out = resample(t_s, values, grid_s := uniform_grid(0, 1, 50.0))
    assert np.isnan(out[(grid_s > 0.205) & (grid_s < 0.4)]).all()


def test_grids_of_one_rate_fall_together_whatever_they_cover():
    np.testing.assert_array_equal(
        uniform_grid(0.013, 5, 80.0)[-100:], uniform_grid(2.0, 5.01, 80.0)[-100:]
    )
    np.testing.assert_array_equal(uniform_grid(0.0, 1.0, 4.0), [0, 0.25, 0.5, 0.75, 1.0])


def test_what_cannot_be_resampled_is_refused_in_words():
    t_s = times(100.0, 1.0)
    with pytest.raises(ValueError, match="ascend"):
        resample(t_s[::-1], t_s, t_s)
    with pytest.raises(ValueError, match="shape"):
        resample(t_s, t_s[1:], t_s)
    with pytest.raises(ValueError, match="positive"):
        uniform_grid(0, 1, 0)


def test_nothing_comes_of_nothing():
    assert np.isnan(resample(np.empty(0), np.empty(0), np.arange(3.0))).all()
    assert np.isnan(resample(np.array([0.0, 0.1]), np.ones(2), np.arange(3.0))).all()
    assert resample(times(100.0), np.ones(2000), np.empty(0)).shape == (0,)


@pytest.mark.parametrize("jitter", [0.2, 0.4])
@pytest.mark.parametrize("to_hz", [25.0, 50.0])
def test_samples_that_came_unevenly_are_resampled_where_they_were_taken(jitter, to_hz):
    # Sway below 5 Hz with a hum far above what the new rate can carry.
    rng = np.random.default_rng(11)
    t_s = times(200.0, 30.0) + rng.uniform(-jitter, jitter, 6000) / 200.0

    def sway(t):
        return np.sin(2 * np.pi * 0.4 * t) + 0.3 * np.sin(2 * np.pi * 4.0 * t)

    grid_s = uniform_grid(t_s[0], t_s[-1], to_hz)
    part = inner(grid_s, 2.0)
    hum = 0.5 * np.sin(2 * np.pi * 38.0 * t_s)

    def off(out):
        return np.abs(out - sway(grid_s))[part].max()

    by_its_times = off(resample(t_s, sway(t_s) + hum, grid_s, hole_s=0.02))
    assert by_its_times < 0.01
    assert off(np.interp(grid_s, t_s, sway(t_s) + hum)) > 40 * by_its_times
    assert off(resample(times(200.0, 30.0), sway(t_s) + hum, grid_s)) > 10 * by_its_times


def test_what_counts_as_a_hole_can_be_said():
    t_s = np.delete(times(100.0, 5.0), range(200, 204))
    values = np.sin(2 * np.pi * 0.5 * t_s)
    grid_s = uniform_grid(0.1, 4.9, 100.0)
    assert np.isnan(resample(t_s, values, grid_s)).sum() == pytest.approx(4, abs=1)
    joined = resample(t_s, values, grid_s, hole_s=0.06)
    np.testing.assert_allclose(joined, np.sin(2 * np.pi * 0.5 * grid_s), atol=1e-4)


# ---- SWARII


def swarii_by_hand(t_s, values, fs_hz, window_s):
    """One window after the other, one sample after the other."""
    half_s = (window_s - 1e-6) / 2
    grid_s, out, k = [], [], 0
    while t_s[0] + k / fs_hz <= t_s[-1] + 1e-9:
        at_s = t_s[0] + k / fs_hz
        inside = [i for i in range(len(t_s)) if abs(t_s[i] - at_s) < half_s]
        total = weight = 0.0
        for i in inside:
            begin_s, end_s = max(at_s - half_s, t_s[0]), min(at_s + half_s, t_s[-1])
            if i > inside[0]:
                begin_s = (t_s[i - 1] + t_s[i]) / 2
            if i < inside[-1]:
                end_s = (t_s[i] + t_s[i + 1]) / 2
            total, weight = total + (end_s - begin_s) * values[i], weight + end_s - begin_s
        grid_s.append(at_s)
        out.append(total / weight if inside else np.full(np.shape(values)[1:], np.nan))
        k += 1
    return np.array(grid_s), np.array(out)


@given(
    seed=st.integers(0, 2**32 - 1),
    scatter=st.sampled_from([0.0, 0.3, 1.0]),
    fs_hz=st.sampled_from([10.0, 25.0, 60.0]),
    window_s=st.sampled_from([0.01, 0.08, 0.5]),
    hole=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_swarii_is_what_it_says_sample_by_sample(seed, scatter, fs_hz, window_s, hole):
    rng = np.random.default_rng(seed)
    t_s = np.sort(3.0 + (np.arange(120) + scatter * rng.uniform(-1, 1, 120)) / 60.0)
    t_s[50] = t_s[51]  # two samples of one time
    if hole:
        t_s[70:] += 0.7
    values = 300.0 + rng.normal(size=(120, 2)).cumsum(axis=0)
    grid_s, out = swarii(t_s, values, fs_hz, window_s)
    expected_s, expected = swarii_by_hand(t_s, values, fs_hz, window_s)
    np.testing.assert_allclose(grid_s, expected_s, rtol=1e-14)
    np.testing.assert_allclose(out, expected, rtol=1e-11)
    np.testing.assert_array_equal(swarii(t_s, values[:, 1], fs_hz, window_s)[1], out[:, 1])


def test_swarii_gives_the_ranges_that_its_authors_code_gave_on_real_trials(real_data):
    # Quijoux 2021: without the first 0.1 s and the last sample, at 25 Hz, then Butterworth of
    # order 4 both ways at 10 Hz. Ranges stand before any choice of a feature's definition.
    folder = "posture/bds_golden/"
    theirs = pd.read_csv(real_data(folder + "quijoux2021_reference_outputs.csv"), index_col="Trial")
    trials = np.load(real_data(folder + "bds_cop.npz"))
    compared = 0
    for trial, ap_ml_e6cm in zip(trials["trial"], trials["cop_e6cm"], strict=True):
        if str(trial) in theirs.index:
            row = theirs.loc[str(trial)]
            cop_cm = ap_ml_e6cm[10:-1, ::-1] * 1e-6
            _, at_25_hz = swarii(np.arange(len(cop_cm)) / 100, cop_cm, 25.0, 0.08)
            ranges = np.ptp(lowpass(at_25_hz, 25.0, 10.0, order=4), axis=0)
            np.testing.assert_allclose(ranges, (row.range_ML, row.range_AP), rtol=1e-9)
            compared += 1
    assert compared


def test_swarii_leaves_of_a_sine_what_a_mean_over_the_window_leaves():
    t_s = times(5000.0, 10.0)
    for f_hz in (1.0, 3.0, 6.25):
        grid_s, out = swarii(t_s, np.sin(2 * np.pi * f_hz * t_s), 25.0, 0.08)
        expected = np.sinc(f_hz * 0.08) * np.sin(2 * np.pi * f_hz * grid_s)
        assert np.abs(out - expected)[inner(grid_s)].max() < 1e-3


def test_swarii_keeps_a_constant_and_in_the_middle_a_ramp():
    t_s = times(100.0, 4.0)
    grid_s, out = swarii(t_s, np.column_stack((0 * t_s + 7.5, 3 * t_s)), 25.0, 0.06)
    np.testing.assert_allclose(out[:, 0], 7.5, rtol=1e-15)
    np.testing.assert_allclose(out[1:-1, 1], 3 * grid_s[1:-1], rtol=1e-9)


def test_swarii_bridges_nothing_and_takes_missing_samples_for_absent():
    t_s = times(100.0, 2.0)
    values = np.column_stack((np.sin(t_s), np.cos(t_s)))
    values[50:90, 1] = np.nan
    grid_s, out = swarii(t_s, values)
    kept = np.isfinite(values[:, 1])
    np.testing.assert_allclose(swarii(t_s[kept], values[kept])[1], out, rtol=1e-12)
    empty = (grid_s > t_s[49] + 0.04) & (grid_s < t_s[90] - 0.04)
    assert (np.isnan(out).all(axis=1) == empty).all()
    assert empty.sum() > 5


def test_swarii_of_next_to_nothing():
    assert [len(part) for part in swarii(np.empty(0), np.empty((0, 2)))] == [0, 0]
    assert swarii(np.empty(0), np.empty((0, 2)))[1].shape == (0, 2)
    assert swarii(np.zeros(3), np.full(3, np.nan))[1].shape == (0,)
    assert [part.tolist() for part in swarii(np.array([2.0]), np.array([5.0]))] == [[2.0], [5.0]]
    assert [part.tolist() for part in swarii(np.ones(2), np.array([5.0, 7.0]))] == [[1.0], [6.0]]


@pytest.mark.parametrize(
    ("t_s", "fs_hz", "window_s", "message"),
    [
        (np.array([0.0, 0.2, 0.1]), 25.0, 0.08, "must not fall"),
        (np.arange(3.0), 0.0, 0.08, "must be positive"),
        (np.arange(3.0), 25.0, -1.0, "must be positive"),
        (np.arange(4.0), 25.0, 0.08, "shape"),
    ],
)
def test_swarii_refuses_what_it_cannot_do(t_s, fs_hz, window_s, message):
    with pytest.raises(ValueError, match=message):
        swarii(t_s, np.zeros(3), fs_hz, window_s)
