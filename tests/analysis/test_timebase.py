# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from solemetry.timebase import (
    GridAligner,
    Unwrapper,
    detrended_minima,
    drift_uncertainty,
    exchange_bounds,
    fit_clock,
    intersect,
    line_over,
    window_minima,
)

RATE_HZ = 80.0
PERIOD_US = 1e6 / RATE_HZ


def rows_of_a_plate(n=300, speed=1.06, phases=(0.0, 0.3, 0.6), slopes=(3.0, -2.0, 0.5), seed=0):
    """Rows of free-running channels: each reports its newest conversion, with its age.

    Values are linear in time, so the right answer at any grid point is known.
    """
    rng = np.random.default_rng(seed)
    k = np.arange(n)[:, None]
    ends_us = 5_000_003 + np.rint((k + np.array(phases)) * PERIOD_US / speed).astype(np.int64)
    ends_us += rng.integers(-50, 50, ends_us.shape)
    newest_us = ends_us.max(axis=1)
    values = ends_us * 1e-6 * np.array(slopes)
    number = np.repeat((k % 256).astype(np.uint8), len(phases), axis=1)
    return newest_us, values, newest_us[:, None] - ends_us, number


def align(rows, silent=None, cuts=()):
    aligner = GridAligner(rows[1].shape[1], RATE_HZ)
    bounds = [0, *sorted(cuts), len(rows[0])]
    first, parts = None, []
    for a, b in pairwise(bounds):
        part = None if silent is None else silent[a:b]
        start, out = aligner.push(*(column[a:b] for column in rows), part)
        if len(out):
            expected = start if first is None else first + sum(map(len, parts))
            assert start == expected  # what comes is contiguous
            first = start if first is None else first
            parts.append(out)
    return first, np.concatenate(parts)


def test_linear_signals_are_reproduced_exactly():
    rows = rows_of_a_plate()
    first, out = align(rows)
    grid_s = (first + np.arange(len(out))) / RATE_HZ
    whole = np.isfinite(out).all(axis=1)
    assert whole[2:].all()
    np.testing.assert_allclose(
        out[whole], (grid_s[:, None] * [3.0, -2.0, 0.5])[whole], rtol=0, atol=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 300), max_size=40),
    lost=st.sets(st.integers(1, 299), max_size=20),
    silent_from=st.integers(0, 300),
    silent_for=st.integers(0, 60),
    speed=st.sampled_from([0.97, 1.0, 1.06, 1.18]),
    seed=st.integers(0, 5),
)
def test_the_result_does_not_depend_on_how_rows_are_cut(
    cuts, lost, silent_from, silent_for, speed, seed
):
    rows = rows_of_a_plate(speed=speed, seed=seed)
    kept = np.setdiff1d(np.arange(300), list(lost))
    rows = tuple(column[kept] for column in rows)
    silent = np.zeros(rows[1].shape, bool)
    silent[silent_from : silent_from + silent_for, 1] = True
    cuts = [min(cut, len(kept)) for cut in cuts]
    first, whole = align(rows, silent)
    first_cut, in_pieces = align(rows, silent, cuts)
    assert first == first_cut
    np.testing.assert_array_equal(in_pieces, whole)  # NaN in the same places


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 100), speed=st.sampled_from([0.97, 1.0, 1.18]))
def test_row_by_row_equals_all_at_once(seed, speed):
    rows = rows_of_a_plate(n=80, speed=speed, seed=seed)
    np.testing.assert_array_equal(align(rows, cuts=range(80))[1], align(rows)[1])


def test_lost_rows_leave_a_hole_of_their_length_and_no_more():
    rows = rows_of_a_plate(speed=1.0)
    kept = np.setdiff1d(np.arange(300), np.arange(100, 120))
    first, out = align(tuple(column[kept] for column in rows))
    missing = np.isnan(out[2:]).any(axis=1)
    assert 20 <= missing.sum() <= 23
    at = np.flatnonzero(missing)
    assert np.all(np.diff(at) == 1)
    hole_s = (first + 2 + at[[0, -1]]) / RATE_HZ
    ends_s = rows[0][[99, 120]] * 1e-6
    # Each channel resumes with its own conversion: within one period of the rows' times.
    assert hole_s[0] == pytest.approx(ends_s[0], abs=2 / RATE_HZ)
    assert hole_s[1] == pytest.approx(ends_s[1], abs=2 / RATE_HZ)


def test_one_lost_conversion_of_one_channel_is_a_hole_in_that_channel_only():
    t_us, values, age_us, number = rows_of_a_plate(speed=1.0)
    # The chip skips conversion 150: the row repeats 149, older by a period.
    values[150, 1], number[150, 1] = values[149, 1], number[149, 1]
    age_us[150, 1] += t_us[150] - t_us[149]
    _, out = align((t_us, values, age_us, number))
    missing = np.isnan(out[2:]).sum(axis=0)
    assert missing[0] == missing[2] == 0
    assert 1 <= missing[1] <= 3


def test_a_repeated_conversion_does_not_count_twice():
    t_us, values, age_us, number = rows_of_a_plate(speed=1.0)
    twice = np.repeat(np.arange(300), 2)
    _, once = align((t_us, values, age_us, number))
    _, again = align(tuple(column[twice] for column in (t_us, values, age_us, number)))
    np.testing.assert_array_equal(once, again)


def test_a_silent_channel_is_missing_while_the_others_go_on():
    rows = rows_of_a_plate(speed=1.0)
    silent = np.zeros(rows[1].shape, bool)
    silent[100:, 2] = True
    _, out = align(rows, silent)
    assert len(out) > 290
    assert np.isnan(out[110:, 2]).all()
    assert np.isfinite(out[110:, :2]).all()


def test_a_channel_silent_from_the_start_does_not_stop_the_grid():
    rows = rows_of_a_plate(speed=1.0)
    silent = np.zeros(rows[1].shape, bool)
    silent[:, 0] = True
    _, out = align(rows, silent)
    assert len(out) > 290
    assert np.isnan(out[:, 0]).all()


def test_no_rows_give_no_grid_points():
    aligner = GridAligner(2, RATE_HZ)
    empty = np.empty((0, 2))
    first, out = aligner.push(
        np.empty(0, np.int64), empty, empty.astype(np.int64), empty.astype(np.uint8)
    )
    assert (first, out.shape) == (0, (0, 2))


# ---- counters


@given(
    start=st.integers(0, 2**32 - 1),
    steps=st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=50),
    cut=st.integers(0, 50),
)
def test_a_wrapping_counter_is_continued(start, steps, cut):
    true = start + np.cumsum([0, *steps])
    raw = (true % 2**32).astype(np.uint32)
    unwrapper = Unwrapper()
    out = np.concatenate((unwrapper.push(raw[:cut]), unwrapper.push(raw[cut:])))
    np.testing.assert_array_equal(out, true)


# ---- clocks


def simulated_link(seconds=60.0, rate_hz=80.0, drift=0.0, delay_s=0.001, jitter_s=0.002, seed=0):
    """Device and arrival times of a link that is late by a fixed part and a random one."""
    rng = np.random.default_rng(seed)
    device_s = 12.0 + np.arange(round(seconds * rate_hz)) / rate_hz
    session_s = (device_s - 12.0) * (1 + drift) + 3.0
    arrival_s = np.maximum.accumulate(
        session_s + delay_s + rng.exponential(jitter_s, len(device_s))
    )
    return device_s, session_s, arrival_s


@pytest.mark.parametrize("drift", [0.0, 35e-6, -2500e-6])
def test_the_clock_is_late_by_the_least_delay_and_no_more(drift):
    errors = []
    for seed in range(20):
        device_s, session_s, arrival_s = simulated_link(drift=drift, seed=seed)
        line = fit_clock(detrended_minima(device_s, arrival_s))
        error_s = line(device_s) - session_s
        errors.append(error_s.mean())
        assert error_s.std() < 1e-4
        assert line.drift == pytest.approx(drift, abs=5e-6)
    # The least of 80 exponential delays of 2 ms is 25 us late on average.
    assert np.mean(errors) == pytest.approx(0.001 + 0.002 / 80, abs=1e-5)


def test_arrival_times_themselves_are_much_worse():
    _, session_s, arrival_s = simulated_link()
    assert (arrival_s - session_s).std() > 10 * 1e-4


def test_one_late_burst_does_not_move_the_clock():
    device_s, _, arrival_s = simulated_link()
    late = arrival_s.copy()
    late[2000:2400] += 0.5  # five seconds of a busy host
    late = np.maximum.accumulate(late)
    before = fit_clock(window_minima(device_s, arrival_s))(device_s)
    after = fit_clock(window_minima(device_s, late))(device_s)
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_few_observations_give_an_offset_and_no_slope():
    device_s, session_s, arrival_s = simulated_link(seconds=3.0, drift=1e-3)
    line = fit_clock(window_minima(device_s, arrival_s))
    assert line.drift == 0.0
    assert np.abs(line(device_s) - session_s).max() < 0.006


def test_window_minima_are_arrivals_of_their_window():
    device_s, _, arrival_s = simulated_link(seconds=5.0)
    minima = window_minima(device_s, arrival_s)
    assert len(minima) == 5
    for second, (at_s, offset_s) in enumerate(minima):
        inside = np.floor(device_s - device_s[0]) == second
        assert offset_s == (arrival_s - device_s)[inside].min()
        assert at_s in device_s[inside]
    assert window_minima(np.empty(0), np.empty(0)).shape == (0, 2)


# ---- two-way exchanges


def usb(rng, n):
    return 0.0005 + rng.exponential(0.0005, (n, 2))


def ftdi(rng, n):
    """Out within a millisecond; back when the adapter's timer of 16 ms runs out."""
    return np.column_stack((0.0005 + rng.exponential(2e-4, n), 0.001 + rng.uniform(0, 0.016, n)))


def radio(rng, n):
    """Both ways wait for the next connection event; one in ten is sent twice."""
    wait = rng.uniform(0, 0.015, (n, 2)) + 0.015 * (rng.random((n, 2)) < 0.1)
    return 0.002 + wait


def simulated_exchanges(link, drift, seconds=30.0, every_s=0.9839, seed=0):
    """Exchanges of two clocks that drift apart, and the true offset at any device time."""
    rng = np.random.default_rng(seed)
    sent_s = 100.0 + every_s * np.arange(round(seconds / every_s))
    there, back = link(rng, len(sent_s)).T
    answered_after = rng.uniform(2e-5, 4e-4, len(sent_s))
    heard_s = sent_s + there + answered_after + back

    def device(host_s):
        return 7.0 + (host_s - 100.0) / (1 + drift)

    def offset(device_s):
        return 100.0 + (device_s - 7.0) * (1 + drift) - device_s

    received_s, answered_s = device(sent_s + there), device(sent_s + there + answered_after)
    return np.column_stack((sent_s, received_s, answered_s, heard_s)), offset


@pytest.mark.parametrize("drift", [200e-6, -200e-6, -2500e-6])
@pytest.mark.parametrize("link", [usb, ftdi, radio])
def test_the_true_offset_never_leaves_the_bounds_of_the_exchanges(link, drift):
    for seed in range(20):
        exchanges, offset = simulated_exchanges(link, drift, seed=seed)
        bounds = exchange_bounds(exchanges)
        assert (bounds[:, 1] <= offset(bounds[:, 0]) + 2e-6).all()
        assert (bounds[:, 2] >= offset(bounds[:, 0]) - 2e-6).all()
        at_s = float(bounds[-1, 0])
        found = intersect(bounds, at_s, drift=drift + 5e-6, uncertainty=20e-6)
        assert found is not None
        least, greatest = found
        assert least <= offset(at_s) <= greatest
        # No wider than the best round trip, and that of a moment ago is nearly as good.
        round_trip_s = (exchanges[:, 3] - exchanges[:, 0]).min()
        assert greatest - least <= round_trip_s + 2 * 20e-6 * 30 * 1.1


def test_older_exchanges_are_worth_less_the_less_is_known_of_the_drift():
    exchanges, _ = simulated_exchanges(ftdi, 200e-6)
    bounds = exchange_bounds(exchanges)
    widths = []
    for uncertainty in (1e-5, 1e-4, 1e-3, 1.0):
        least, greatest = intersect(bounds, bounds[-1, 0], 200e-6, uncertainty)
        widths.append(greatest - least)
    assert widths == sorted(widths)
    # With a drift that is anything only the last exchange is left.
    assert widths[-1] == pytest.approx(bounds[-1, 2] - bounds[-1, 1])


def test_bounds_that_contradict_each_other_leave_nothing():
    exchanges, _ = simulated_exchanges(usb, 2500e-6)
    bounds = exchange_bounds(exchanges)
    assert intersect(bounds, bounds[-1, 0], drift=0.0, uncertainty=1e-6) is None
    assert intersect(np.empty((0, 3)), 0.0) is None


@pytest.mark.parametrize("drift", [200e-6, -200e-6])
@pytest.mark.parametrize("jitter", ["uniform", "timer"])
def test_clocks_200_ppm_apart_meet_within_a_millisecond_after_30_s_of_16_ms_jitter(drift, jitter):
    rng = np.random.default_rng(3)
    errors_s, least_s = [], 0.0015
    for _ in range(100):
        device_s = 12.0 + np.arange(2400) / 80
        session_s = (device_s - 12.0) * (1 + drift) + 3.0
        if jitter == "uniform":
            late_s = rng.uniform(0, 0.016, len(device_s))
        else:  # what is there is passed on when the timer runs out
            phase = rng.uniform(0, 0.016)
            late_s = -(session_s + phase) % 0.016
        arrival_s = np.maximum.accumulate(session_s + least_s + late_s)
        line = fit_clock(detrended_minima(device_s, arrival_s)[-20:])
        end_s = device_s[-1:]
        errors_s.append(float((line(end_s) - session_s[-1])[0]) - least_s)
    assert np.percentile(np.abs(errors_s), 95) < 1e-3


def test_the_drift_is_as_uncertain_as_the_minima_are_scattered():
    device_s, _, arrival_s = simulated_link(seconds=20.0, drift=200e-6)
    minima = detrended_minima(device_s, arrival_s)
    line = fit_clock(minima)
    uncertainty = drift_uncertainty(minima, line)
    assert abs(line.drift - 200e-6) < uncertainty < 1e-4
    assert drift_uncertainty(minima[:3], fit_clock(minima[:3])) >= 2500e-6


@given(st.integers(0, 2**40), st.integers(-(2**31) + 1, 2**31 - 1))
def test_a_raw_counter_value_is_placed_beside_the_newest(newest, away):
    unwrapper = Unwrapper()
    assert unwrapper.near(5) is None
    (placed,) = unwrapper.push(np.array([newest % 2**32], np.uint32)).tolist()
    assert unwrapper.near((newest + away) % 2**32) == placed + away


# ---- a line over points -----------------------------------------------------------------------

points_s = st.lists(
    st.tuples(st.floats(0, 100), st.floats(-0.05, 0.05)), min_size=5, max_size=60,
    unique_by=lambda point: round(point[0], 3),
).map(lambda points: np.array(sorted(points)))


@given(points_s)
def test_the_line_over_points_is_the_lowest_that_none_lies_above(points: np.ndarray) -> None:
    """Beside a linear program: the least mean height over the points, none above it.

    Over less than a minute, of those that drift by what two crystals can.
    """
    line = line_over(points)
    at, proven = points.T
    height = line(at) - at
    assert (height - proven).min() > -1e-9
    centred = at - at.mean()
    slope = (-100e-6, 100e-6) if np.ptp(at) < 60 else (None, None)
    best = linprog([1.0, 0.0], A_ub=-np.column_stack((np.ones_like(at), centred)), b_ub=-proven,
                   bounds=[(None, None), slope])
    assert height.mean() == pytest.approx(best.fun, abs=1e-7)


def test_few_questions_prove_a_level_line() -> None:
    points = np.array([[0.0, 0.3], [1.0, 0.5], [2.0, 0.4]])
    line = line_over(points)
    assert (line.drift, line.offset_s) == (0.0, 0.5)


def test_rows_in_step_with_the_radio_do_not_move_a_clock_that_stands_on_questions() -> None:
    """Batches of 30 ms over an interval of 30 ms: the least delay creeps, 50 ppm a second."""
    rng = np.random.default_rng(3)
    drift, interval_s = 50e-6, 0.03
    asked_s = np.arange(0, 300) * 0.9839 + rng.uniform(0, 0.4, 300)
    heard_s = np.ceil((asked_s + 0.001) / interval_s) * interval_s
    received_s = heard_s / (1 + drift)
    line = line_over(np.column_stack((received_s, asked_s - received_s)))
    at = np.linspace(0, 300, 50)
    late_s = line(at) - at * (1 + drift)
    assert np.ptp(late_s) < 1.5e-3
    assert late_s.mean() == pytest.approx(-0.001, abs=1e-3)


@pytest.mark.parametrize("channels", [1, 4, 16])
def test_channels_that_convert_together_are_drawn_as_numpy_draws_each_of_them(channels):
    chance = np.random.default_rng(channels)
    t_us = np.cumsum(chance.integers(9_000, 11_000, 300)).astype(np.int64)
    t_us[100] = 10_000 * (t_us[100] // 10_000)  # on a grid point
    values = chance.normal(0, 1e6, (300, channels))
    number = np.repeat((np.arange(300) % 256).astype(np.uint8)[:, None], channels, axis=1)
    aligner = GridAligner(channels, 100.0)
    ages = np.zeros((300, channels), np.int64)
    parts = [
        aligner.push(t_us[part], values[part], ages[part], number[part])
        for part in map(slice, range(0, 300, 7), range(7, 307, 7))
    ]
    first, rows = parts[0][0], np.concatenate([rows for _, rows in parts])
    grid_us = (first + np.arange(len(rows))) * 1e4
    inside = grid_us <= t_us[-1]
    assert inside.sum() > 280
    for c in range(channels):
        np.testing.assert_array_equal(
            rows[inside, c], np.interp(grid_us[inside], t_us, values[:, c])
        )
