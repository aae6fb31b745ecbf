# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.foot import FootRegistration
from solemetry.sway import (
    control_split,
    forefoot_load,
    left_right_synchrony,
    load_sharing,
    net_cop,
)


@pytest.fixture(scope="module")
def two_plates(real_data):
    """PDS13OR1: centre of pressure and force of each foot, and of both as published, mm and N."""
    table = pd.read_csv(real_data("posture/pds_two_plates/PDS13OR1grf.txt"), sep="\t")
    place = lambda side: table[[f"{side}_Z", f"{side}_X"]].to_numpy() * 1000  # noqa: E731
    return (
        place("LCOP"), table.LGRF_Y.to_numpy(), place("RCOP"), table.RGRF_Y.to_numpy(),
        place("COPNET"),
    )  # fmt: skip


def feet(n=500, seed=1):
    rng = np.random.default_rng(seed)
    left, right = np.cumsum(rng.normal(size=(2, n, 2)), axis=1)
    left[:, 0] -= 90
    right[:, 0] += 90
    return left, rng.uniform(250, 450, n), right, rng.uniform(250, 450, n)


# ---- both feet together


def test_two_real_plates_give_the_published_centre_of_pressure(two_plates):
    # Published to 1e-5 m: what is left is rounding.
    *each, published = two_plates
    assert np.abs(net_cop(*each) - published).max() < 0.01


def test_a_foot_in_the_air_takes_no_part():
    left, left_n, right, right_n = feet(6)
    left_n[1], left[1] = 3.0, (np.nan, np.nan)
    right_n[2] = 19.9
    left_n[3], right_n[3] = 0.0, 0.0
    left_n[4] = np.nan
    right[5] = np.nan
    net = net_cop(left, left_n, right, right_n)
    np.testing.assert_allclose(net[1], right[1])
    np.testing.assert_allclose(net[2], left[2])
    assert np.isnan(net[3:]).all()
    share = left_n[0] / (left_n[0] + right_n[0])
    np.testing.assert_allclose(net[0], share * left[0] + (1 - share) * right[0])


# ---- load


@given(st.floats(0, 1), st.floats(30, 2000))
def test_a_steady_share_is_told_and_how_unequal_it_is(share, total):
    sharing = load_sharing(np.full(50, share * total), np.full(50, (1 - share) * total))
    assert sharing.left_pct == pytest.approx(100 * share, abs=1e-9)
    assert sharing.asymmetry_pct == pytest.approx(100 * (2 * share - 1), abs=1e-9)
    assert sharing.left_sd_pct == pytest.approx(0, abs=1e-9)


def test_a_swaying_share_has_the_spread_of_its_sine():
    swing = 0.1 * np.sin(2 * np.pi * np.arange(1000) / 100)
    sharing = load_sharing(700 * (0.5 + swing), 700 * (0.5 - swing))
    assert sharing.left_pct == pytest.approx(50)
    assert sharing.left_sd_pct == pytest.approx(10 / math.sqrt(2))


def test_samples_without_a_foot_or_a_load_are_left_out():
    left_n = np.array([300, 300, np.nan, 5.0, 300])
    right_n = np.array([300, 100, 300.0, 5.0, np.nan])
    sharing = load_sharing(left_n, right_n)
    assert sharing.n == 2
    assert sharing.left_pct == pytest.approx((50 + 75) / 2)
    nobody = load_sharing(np.zeros(3), np.zeros(3))
    assert nobody.n == 0
    assert np.isnan([nobody.left_pct, nobody.left_sd_pct, nobody.asymmetry_pct]).all()


def test_the_forefoot_carries_what_the_lever_says():
    foot = FootRegistration("left", (-60.0, -100.0), -7.0, 255.0)
    cop_mm = np.array([foot.fore_load_mm, foot.heel_load_mm, [np.nan, 0]])
    assert forefoot_load(cop_mm, foot) == pytest.approx(50)
    assert forefoot_load(cop_mm[:1], foot) == pytest.approx(100)
    assert math.isnan(forefoot_load(cop_mm[2:], foot))


# ---- control


def test_both_ways_of_control_add_up():
    left, left_n, right, right_n = feet()
    split = control_split(left, left_n, right, right_n)
    np.testing.assert_allclose(
        split.cop_c_mm + split.cop_v_mm, net_cop(left, left_n, right, right_n), atol=1e-10
    )


def test_an_unchanging_share_leaves_nothing_to_shifting_load():
    left, left_n, right, _ = feet()
    split = control_split(left, left_n, right, left_n * 3 / 2, left_share=0.4)
    np.testing.assert_allclose(split.cop_v_mm, 0, atol=1e-10)


def test_feet_whose_centres_stay_leave_everything_to_it():
    left, left_n, right, right_n = feet()
    split = control_split(left[:1].repeat(500, 0), left_n, right[:1].repeat(500, 0), right_n)
    assert np.ptp(split.cop_c_mm, axis=0).max() == 0
    assert split.cop_v_mm[:, 0].std() > 1


def test_in_real_standing_load_shifts_sideways_and_the_ankles_work_forwards(two_plates):
    # Winter 1996: side by side, ML is controlled by loading and unloading, AP by the ankles.
    *each, _ = two_plates
    split = control_split(*each)
    by_feet, by_load = split.cop_c_mm.std(axis=0), split.cop_v_mm.std(axis=0)
    assert by_load[0] > 3 * by_feet[0]
    assert by_feet[1] > 3 * by_load[1]


# ---- synchrony


def test_without_a_lag_it_is_pearson_s_coefficient(two_plates):
    left, _, right, *_ = two_plates
    for axis in (0, 1):
        ours = left_right_synchrony(left[:, axis], right[:, axis], 100)
        theirs = np.corrcoef(left[:, axis], right[:, axis])[0, 1]
        assert ours.at_zero == pytest.approx(theirs, abs=1e-12)
        assert abs(ours.peak) >= abs(ours.at_zero)


@given(st.integers(-60, 60), st.sampled_from([-1, 1]))
def test_a_foot_that_follows_is_found_at_its_lag(lag, sign):
    # White noise: alike at no other lag.
    noise = np.random.default_rng(6).normal(size=2000)
    left, right = noise[200:-200], sign * np.roll(noise, lag)[200:-200]
    found = left_right_synchrony(left, right, 100)
    assert found.lag_s == pytest.approx(lag / 100)
    assert found.peak == pytest.approx(sign, abs=0.06)


def test_only_lags_within_the_limit_are_looked_at():
    noise = np.random.default_rng(6).normal(size=2000)
    found = left_right_synchrony(noise[200:-200], np.roll(noise, 60)[200:-200], 100, within_s=0.5)
    assert abs(found.lag_s) <= 0.5
    assert abs(found.peak) < 0.2


def test_of_a_trial_with_gaps_the_longest_run_counts():
    left, _, right, _ = feet()
    left, right = left[:, 1], right[:, 1].copy()
    right[100] = np.nan
    ours = left_right_synchrony(left, right, 100)
    assert ours == left_right_synchrony(left[101:], right[101:], 100)


@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_feet_that_do_not_move_or_are_not_there_have_no_synchrony(n):
    for left in (np.full(n, 0.1), np.full(n, np.nan)):
        found = left_right_synchrony(left, np.arange(float(n)), 100)
        assert np.isnan([found.at_zero, found.peak, found.lag_s]).all()


def test_what_does_not_fit_is_refused_in_words():
    left, left_n, right, right_n = feet(9)
    for call, message in (
        (lambda: net_cop(left[:5], left_n, right, right_n), "5 and 9 samples"),
        (lambda: net_cop(left, left_n, right[:5], right_n[:5]), "two feet.*9 and 5"),
        (lambda: load_sharing(left, right_n), r"left force has shape \(9, 2\)"),
        (lambda: control_split(left, left_n, right, right_n, 40), "share is 40"),
        (lambda: left_right_synchrony(left[:, 0], right[:, 0], 0), "rate is 0"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
