# SPDX-License-Identifier: Apache-2.0
"""The Romberg quotient against Student's t of SciPy, simulated and real people."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from solemetry.sway.people.romberg import romberg_quotient

trials = st.lists(st.floats(0.1, 100), min_size=2, max_size=6, unique=True)


@pytest.fixture(scope="module")
def bds(real_data):
    """For each measure, surface and person: the trials with eyes open and closed."""
    table = pd.read_csv(real_data("posture/bds_golden/bds_published.csv"))
    return {
        (measure, surface): [
            (one[one.Vision == "Open"][measure], one[one.Vision == "Closed"][measure], group)
            for (_, group), one in on_it.groupby(["Subject", "AgeGroup"])
            if one.Vision.nunique() == 2
        ]
        for measure in ("COParea", "COPvelo", "COPmfreq")
        for surface, on_it in table.groupby("Surface")
    }


@given(trials, trials)
def test_the_interval_is_that_of_students_t_on_logarithms(eyes_open, eyes_closed):
    result = romberg_quotient(eyes_open, eyes_closed, 0.9)
    limits = stats.ttest_ind(np.log(eyes_closed), np.log(eyes_open)).confidence_interval(0.9)
    expected = stats.gmean(eyes_closed) / stats.gmean(eyes_open)
    assert result.value == pytest.approx(expected)
    assert (result.low, result.high) == pytest.approx((math.exp(limits.low), math.exp(limits.high)))


@given(trials, trials, st.floats(0.01, 100))
def test_turned_round_it_is_the_inverse_and_the_unit_does_not_matter(
    eyes_open, eyes_closed, factor
):
    there = romberg_quotient(eyes_open, eyes_closed)
    back = romberg_quotient(eyes_closed, eyes_open)
    assert back.value == pytest.approx(1 / there.value)
    assert (back.low, back.high) == pytest.approx((1 / there.high, 1 / there.low))
    scaled = romberg_quotient(np.multiply(eyes_open, factor), np.multiply(eyes_closed, factor))
    assert scaled.value == pytest.approx(there.value)


@pytest.mark.parametrize(("n_open", "n_closed"), [(3, 3), (3, 2), (1, 3)])
def test_the_interval_holds_the_true_quotient_as_often_as_it_says(n_open, n_closed):
    rng = np.random.default_rng(5)
    people, true = 3000, 1.3
    hits = 0
    for _ in range(people):
        # The spread of real velocities: 15 % from trial to trial.
        eyes_open = 10 * np.exp(0.15 * rng.standard_normal(n_open))
        eyes_closed = 13 * np.exp(0.15 * rng.standard_normal(n_closed))
        result = romberg_quotient(eyes_open, eyes_closed)
        hits += result.low <= true <= result.high
    assert abs(hits / people - 0.95) < 4 * math.sqrt(0.95 * 0.05 / people)


def test_it_holds_where_the_spreads_are_not_quite_alike():
    rng = np.random.default_rng(6)
    people, hits = 3000, 0
    for _ in range(people):
        result = romberg_quotient(
            np.exp(0.15 * rng.standard_normal(3)), 1.3 * np.exp(0.25 * rng.standard_normal(3))
        )
        hits += result.low <= 1.3 <= result.high
    assert 0.93 < hits / people < 0.96


def test_real_trials_spread_alike_with_eyes_open_and_closed(bds):
    for people in bds.values():
        variances = np.array(
            [(np.log(opened).var(), np.log(closed).var()) for opened, closed, _ in people]
        )
        spread_open, spread_closed = np.sqrt(np.nanmean(variances, axis=0))
        assert 0.8 < spread_closed / spread_open < 1.25


def test_real_people_on_foam_are_quicker_with_their_eyes_closed(bds):
    results = [romberg_quotient(opened, closed) for opened, closed, _ in bds["COPvelo", "Foam"]]
    assert np.mean([result.value > 1 for result in results]) > 0.9
    assert np.mean([result.low > 1 for result in results]) > 0.5
    assert not any(result.high < 1 for result in results)


def test_real_groups_agree_with_the_published_means(bds):
    # Of the group table in Santos and Duarte's notebook: velocity on foam, cm/s.
    for group, expected in [("Old", 4.375 / 3.595), ("Young", 3.135 / 2.384)]:
        quotients = [
            romberg_quotient(opened, closed).value
            for opened, closed, theirs in bds["COPvelo", "Foam"]
            if theirs == group
        ]
        assert np.mean(quotients) == pytest.approx(expected, rel=0.02)


def test_missing_trials_are_left_out():
    assert romberg_quotient([1.0, np.nan, 2.0], [3.0, 4.0]) == romberg_quotient(
        [1.0, 2.0], [3.0, 4.0]
    )


def test_a_single_trial_each_has_a_quotient_and_no_interval():
    result = romberg_quotient(2.0, 3.0)
    assert result.value == pytest.approx(1.5)
    assert math.isnan(result.low)
    assert math.isnan(result.high)
    assert math.isnan(romberg_quotient([np.nan], [3.0]).value)


def test_equal_trials_have_no_spread():
    result = romberg_quotient([2.0, 2.0], [2.0, 2.0])
    assert (result.value, result.low, result.high, result.sd_log) == (1.0, 1.0, 1.0, 0.0)


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match="above zero"):
        romberg_quotient([1.0, 0.0], [2.0])
    with pytest.raises(ValueError, match="confidence"):
        romberg_quotient([1.0], [2.0], confidence=95)
