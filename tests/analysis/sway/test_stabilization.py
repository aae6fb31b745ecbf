# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.sway import (
    dynamic_stability_index,
    time_to_stable_fit,
    time_to_stable_force,
    time_to_stable_mean,
    touch_down,
    vertical_stability_index,
)

WEIGHT_N = 700.0
T = np.arange(10_000) / 500


def landing(height_n=1500.0, decay_s=0.4):
    """Force from touch-down on: it dies away towards body weight, 500 Hz, 20 s."""
    return WEIGHT_N + height_n * np.exp(-T / decay_s)


@pytest.fixture(scope="module")
def jump(real_data):
    """A counter-movement jump on one plate, 450 Hz: force, and the body weight before it."""
    t, force_n = np.loadtxt(real_data("gait/bmc/jump1.txt"), skiprows=1).T
    return force_n, float(force_n[(t > 2) & (t < 3.5)].mean())


# ---- touch-down


def test_the_last_landing_counts_and_a_flicker_is_none():
    force_n = np.concatenate([
        np.zeros(500), np.full(1000, 700.0), np.zeros(200), np.full(2000, 700.0), np.zeros(20),
        np.full(300, 700.0), np.zeros(400),
    ])  # fmt: skip
    assert touch_down(force_n, 500) == 1700
    assert touch_down(force_n[:1200], 500) == 500


def test_without_a_landing_there_is_none():
    assert touch_down(np.full(500, 700.0), 500) == -1
    assert touch_down(np.concatenate((np.full(500, 700.0), np.zeros(500))), 500) == -1
    assert touch_down(np.full(500, np.nan), 500) == -1
    assert touch_down(np.empty(0), 500) == -1


def test_a_real_jump_lands_after_its_flight(jump):
    force_n, _ = jump
    at = touch_down(force_n, 450)
    assert at / 450 == pytest.approx(5.64, abs=0.01)
    assert force_n[at - 1] < 20 <= force_n[at]


# ---- within five per cent for a second


@given(st.floats(100, 3000), st.floats(0.1, 1.0))
def test_a_force_that_dies_away_is_stable_when_it_is_within_five_per_cent(height_n, decay_s):
    # height exp(-t / decay) = 35 N
    expected = max(0.0, decay_s * math.log(height_n / 35))
    found = time_to_stable_force(landing(height_n, decay_s), 500, WEIGHT_N)
    assert expected <= found + 1e-9
    assert found - expected <= 1 / 500 + 1e-9


def test_a_band_left_again_within_a_second_is_not_reached():
    force_n = np.full(2000, WEIGHT_N)
    force_n[:250], force_n[700] = 900, 740
    assert time_to_stable_force(force_n, 500, WEIGHT_N) == pytest.approx(701 / 500)
    force_n[700] = np.nan
    assert time_to_stable_force(force_n, 500, WEIGHT_N) == pytest.approx(701 / 500)
    force_n[700] = 730
    assert time_to_stable_force(force_n, 500, WEIGHT_N) == pytest.approx(0.5)


def test_who_never_stands_still_has_no_time():
    restless = WEIGHT_N + 100 * np.sin(2 * np.pi * 3 * T)
    assert math.isnan(time_to_stable_force(restless, 500, WEIGHT_N))
    assert math.isnan(time_to_stable_force(np.full(499, WEIGHT_N), 500, WEIGHT_N))
    assert math.isnan(time_to_stable_force(np.empty(0), 500, WEIGHT_N))
    assert time_to_stable_force(np.full(500, WEIGHT_N), 500, WEIGHT_N) == 0


# ---- running mean


@given(st.integers(0, 500), st.integers(2, 400))
def test_the_running_mean_is_followed_as_by_a_plain_loop(seed, n):
    values = np.cumsum(np.random.default_rng(seed).normal(size=n))
    mean, limit = np.mean(values), 0.25 * np.std(values, ddof=1)
    expected = 0
    for last in range(n):
        if abs(np.mean(values[: last + 1]) - mean) > limit:
            expected = last + 1
    assert time_to_stable_mean(values, 100) == pytest.approx(expected / 100)


def test_a_pulse_is_forgotten_as_its_share_of_the_mean_falls():
    # After a pulse over k samples of n the running mean is k / m; it ends at k / n, and its
    # spread is sqrt(k (n - k) / (n (n - 1))).
    n, k = 10_000, 100
    values = np.zeros(n)
    values[:k] = 1.0
    limit = 0.25 * math.sqrt(k * (n - k) / (n * (n - 1)))
    expected = math.floor(k / (k / n + limit)) / 500
    assert time_to_stable_mean(values, 500) == pytest.approx(expected, abs=1 / 500)


def test_the_running_mean_of_what_does_not_change_is_stable_at_once():
    for level in (0.1, 0.0, -700.3):
        assert time_to_stable_mean(np.full(777, level), 100) == 0
    assert math.isnan(time_to_stable_mean(np.array([5.0]), 100))
    assert math.isnan(time_to_stable_mean(np.full(9, np.nan), 100))


@given(st.floats(0.01, 100), st.floats(-1000, 1000), st.sampled_from([-1, 1]))
def test_the_running_mean_does_not_care_for_unit_and_offset(scale, shift, sign):
    values = np.cumsum(np.random.default_rng(3).normal(size=600))
    assert time_to_stable_mean(sign * scale * values + shift, 100) == time_to_stable_mean(
        values, 100
    )


def test_a_missing_sample_is_left_out_of_the_means_but_not_of_the_time():
    values = np.cumsum(np.random.default_rng(5).normal(size=600))
    whole = time_to_stable_mean(values, 100)
    holed = np.insert(values, 0, np.full(50, np.nan))
    assert time_to_stable_mean(holed, 100) == pytest.approx(whole + 0.5)


# ---- cubic


def test_a_cubic_is_fitted_exactly_and_met_where_it_falls_to_the_quiet_range():
    # 400 (1 - t / 3)^3 + 1 N over the first 3 s, then swaying between -5 and 5 N.
    values = 5 * np.sin(2 * np.pi * T)
    values[:1500] = 400 * (1 - T[:1500] / 3) ** 3 + 1
    expected = 3 * (1 - (9 / 400) ** (1 / 3))
    assert time_to_stable_fit(values, 500) == pytest.approx(expected, abs=1 / 500)
    assert time_to_stable_fit(-values, 500) == pytest.approx(expected, abs=1 / 500)
    assert time_to_stable_fit(values + WEIGHT_N, 500, WEIGHT_N) == pytest.approx(
        expected, abs=1 / 500
    )


def test_the_cubic_begins_at_the_peak_and_time_at_touch_down():
    values = 5 * np.sin(2 * np.pi * T)
    values[100:1600] = 400 * (1 - T[:1500] / 3) ** 3 + 1
    expected = 0.2 + 3 * (1 - (9 / 400) ** (1 / 3))
    assert time_to_stable_fit(values, 500) == pytest.approx(expected, abs=1 / 500)


def test_a_trial_too_short_or_holed_has_no_cubic():
    values = landing() - WEIGHT_N
    assert math.isfinite(time_to_stable_fit(values + np.sin(40 * T), 500))
    assert math.isnan(time_to_stable_fit(values[:3999], 500))
    values[700] = np.nan
    assert math.isnan(time_to_stable_fit(values, 500))
    assert math.isnan(time_to_stable_fit(np.empty(0), 500))
    assert math.isnan(time_to_stable_fit(np.full(5000, np.nan), 500))
    # Where quiet standing has no range at all, nothing falls to it.
    rising = np.where(T < 4, 100.0, 0.0)
    assert math.isnan(time_to_stable_fit(rising, 500))


# ---- stability indices


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(-600, 600))
def test_steady_forces_have_the_index_of_their_share_of_body_weight(ml, ap, excess):
    n = 2000
    index = dynamic_stability_index(
        np.full(n, WEIGHT_N + excess), np.tile((ml, ap), (n, 1)), 500, WEIGHT_N
    )
    assert index.ml == pytest.approx(abs(ml) / WEIGHT_N)
    assert index.ap == pytest.approx(abs(ap) / WEIGHT_N)
    assert index.vertical == pytest.approx(abs(excess) / WEIGHT_N)
    assert index.all == pytest.approx(math.hypot(ml, ap, excess) / WEIGHT_N)


def test_a_force_that_dies_away_has_the_index_of_its_integral():
    # mean of (h exp(-t / d))^2 over 3 s
    mean = 1500**2 * 0.4 / 2 * (1 - math.exp(-6 / 0.4)) / 3
    found = vertical_stability_index(landing(), 500, WEIGHT_N)
    assert found == pytest.approx(math.sqrt(mean) / WEIGHT_N, rel=0.01)


def test_only_the_first_three_seconds_count_and_all_of_them():
    force_n = landing()
    whole = vertical_stability_index(force_n, 500, WEIGHT_N)
    assert vertical_stability_index(force_n[:1500], 500, WEIGHT_N) == whole
    assert math.isnan(vertical_stability_index(force_n[:1499], 500, WEIGHT_N))
    force_n[5] = np.nan
    assert math.isnan(vertical_stability_index(force_n, 500, WEIGHT_N))


# ---- a real jump


def test_a_real_landing_settles_within_a_few_seconds(jump):
    force_n, weight_n = jump
    at = touch_down(force_n, 450)
    landed = force_n[at : at + round(2.8 * 450)]
    force_s = time_to_stable_force(landed, 450, weight_n)
    # From then on it is within 5 % for a second, and just before it was not.
    first = round(force_s * 450)
    away = np.abs(landed - weight_n) / weight_n
    assert (away[first : first + 450] < 0.05).all()
    assert away[first - 1] >= 0.05
    assert 0.3 < force_s < 1.8
    assert 0 < time_to_stable_mean(landed, 450) < 2.8
    longer = force_n[at : at + 3 * 450]
    assert 0.3 < vertical_stability_index(longer, 450, weight_n) < 2


def test_what_cannot_be_is_refused_in_words():
    force_n = landing()
    for call, message in (
        (lambda: time_to_stable_force(force_n, 0, WEIGHT_N), "rate is 0"),
        (lambda: time_to_stable_force(force_n, 500, -1), "body weight is -1"),
        (lambda: time_to_stable_mean(force_n[:, None], 500), r"shape \(10000, 1\)"),
        (lambda: dynamic_stability_index(force_n, np.zeros((9, 2)), 500, WEIGHT_N), "10000 and 9"),
        (lambda: dynamic_stability_index(force_n, force_n, 500, WEIGHT_N), "ML and AP"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
