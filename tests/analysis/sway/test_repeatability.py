# SPDX-License-Identifier: Apache-2.0
"""ICC, SEM and MDC against the published example, SciPy, simulated and real people."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from solemetry.sway.people.repeatability import icc, sem

KINDS = ["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
# Shrout and Fleiss (1979), table 2: six targets, four judges; their six coefficients (table 4).
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
PUBLISHED = {"1,1": 0.17, "2,1": 0.29, "3,1": 0.71, "1,k": 0.44, "2,k": 0.62, "3,k": 0.91}
# As R's psych::ICC and Python's pingouin 0.7.0 give them for the same table.
LIMITS = {
    "1,1": (-0.13, 0.72), "2,1": (0.02, 0.76), "3,1": (0.34, 0.95),
    "1,k": (-0.88, 0.91), "2,k": (0.07, 0.93), "3,k": (0.68, 0.99),
}  # fmt: skip
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference-ranges.md"
MEASURES = ["COParea", "COPvelo", "COPmfreq"]
CONDITIONS = [(eyes, surface) for eyes in ("Open", "Closed") for surface in ("Firm", "Foam")]


def simulated(rng, people_sd, trials_sd, error_sd, n=20, k=3):
    return (
        people_sd * rng.standard_normal((n, 1))
        + trials_sd * rng.standard_normal((1, k))
        + error_sd * rng.standard_normal((n, k))
    )


def within_binomial(share, expected, n, widths=4):
    return abs(share - expected) < widths * math.sqrt(expected * (1 - expected) / n)


@pytest.fixture(scope="module")
def bds(real_data):
    """Each measure and condition of the published trials as a table of people by trials."""
    trials = pd.read_csv(real_data("posture/bds_golden/bds_published.csv"))
    trials["k"] = trials.groupby(["Subject", "Vision", "Surface"]).cumcount()
    return {
        (measure, eyes, surface): trials[
            (trials.Vision == eyes) & (trials.Surface == surface)
        ].pivot(index="Subject", columns="k", values=measure).to_numpy()
        for measure in MEASURES
        for eyes, surface in CONDITIONS
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_example_comes_out(kind):
    result = icc(RATINGS, kind)
    assert round(result.value, 2) == PUBLISHED[kind]
    assert (round(result.low, 2), round(result.high, 2)) == LIMITS[kind]
    assert (result.n, result.k, result.left_out) == (6, 4, 0)


@given(st.integers(0, 10_000))
def test_trials_in_no_order_are_one_way_analysis_of_variance(seed):
    table = simulated(np.random.default_rng(seed), 1.0, 0.3, 1.0, n=7, k=4)
    f = stats.f_oneway(*table).statistic
    assert icc(table, "1,1").value == pytest.approx((f - 1) / (f + 3))


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_unit_and_origin_change_no_icc_and_scale_the_error(seed, factor, offset):
    table = simulated(np.random.default_rng(seed), 2.0, 0.5, 1.0)
    for kind in KINDS:
        assert icc(factor * table + offset, kind).value == pytest.approx(icc(table, kind).value)
    assert sem(factor * table + offset).value == pytest.approx(factor * sem(table).value)


def test_a_shift_of_a_trial_lowers_agreement_and_leaves_consistency():
    table = simulated(np.random.default_rng(3), 2.0, 0.0, 1.0)
    shifted = table + np.array([0.0, 3.0, 3.0])
    assert icc(shifted, "3,1").value == pytest.approx(icc(table, "3,1").value)
    assert icc(shifted, "2,1").value < 0.8 * icc(table, "2,1").value
    assert sem(shifted, "consistency").value == pytest.approx(sem(table, "consistency").value)
    assert sem(shifted).value > 1.5 * sem(table).value


def test_intervals_hold_the_true_values_as_often_as_they_say():
    rng = np.random.default_rng(1)
    people, trials, error, repeats = 1.5, 0.4, 1.0, 2000
    error_only = people**2 / (people**2 + error**2)
    everything = people**2 / (people**2 + trials**2 + error**2)
    hits = np.zeros(3)
    for _ in range(repeats):
        table = simulated(rng, people, trials, error, n=15, k=5)
        consistency, agreement = icc(table, "3,1"), icc(table, "2,1")
        spread = sem(table, "consistency")
        hits += [
            consistency.low <= error_only <= consistency.high,
            agreement.low <= everything <= agreement.high,
            spread.low <= error <= spread.high,
        ]
    assert within_binomial(hits[0] / repeats, 0.95, repeats)
    assert 0.93 < hits[1] / repeats < 0.97  # its degrees of freedom are approximate
    assert within_binomial(hits[2] / repeats, 0.95, repeats)


def test_the_error_of_many_people_is_the_one_they_were_made_with():
    table = simulated(np.random.default_rng(2), 5.0, 0.0, 0.7, n=20_000)
    for kind in ("agreement", "consistency"):
        assert sem(table, kind).value == pytest.approx(0.7, rel=0.02)
    assert sem(table).mdc95 == pytest.approx(1.96 * math.sqrt(2) * 0.7, rel=0.02)
    ratio = sem(np.exp(table), scale="log").mdc95
    assert math.log(ratio) == pytest.approx(sem(table).mdc95)


def test_people_with_a_missing_trial_are_left_out_and_counted():
    missing = np.vstack((RATINGS, [1.0, np.nan, 2.0, 3.0]))
    assert icc(missing).value == icc(RATINGS).value
    assert (icc(missing).n, icc(missing).left_out) == (6, 1)
    assert sem(missing).value == sem(RATINGS).value
    assert sem(missing).left_out == 1


@pytest.mark.parametrize(
    "few", [np.empty((0, 3)), np.ones((1, 3)), np.ones((5, 1)), np.full((5, 3), np.nan)]
)
def test_too_little_gives_nan(few):
    assert all(math.isnan(icc(few, kind).value) for kind in KINDS)
    assert math.isnan(sem(few).value)
    assert math.isnan(sem(few).mdc95)


@pytest.mark.parametrize("kind", KINDS)
def test_without_differences_there_is_no_icc_and_without_error_it_is_one(kind):
    assert math.isnan(icc(np.full((4, 3), 0.1), kind).value)
    exact = icc(np.outer([1.0, 2.0, 4.0], np.ones(4)), kind)
    assert (exact.value, exact.low, exact.high) == (1.0, 1.0, 1.0)
    assert sem(np.full((4, 3), 0.1)).value == 0.0


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match="people, trials"):
        icc(np.ones(5))
    with pytest.raises(ValueError, match=r"ICC\(4,1\)"):
        icc(RATINGS, "4,1")
    with pytest.raises(ValueError, match="confidence"):
        icc(RATINGS, confidence=1.0)
    with pytest.raises(ValueError, match="agreement"):
        sem(RATINGS, "absolute")
    with pytest.raises(ValueError, match="above zero"):
        sem(RATINGS - 5, scale="log")
    with pytest.raises(ValueError, match="scale"):
        sem(RATINGS, scale="cubic")


def test_real_trials_agree_with_least_squares(bds):
    for table in bds.values():
        whole = table[~np.isnan(table).any(axis=1)]
        n, k = whole.shape
        design = np.column_stack(
            (np.kron(np.eye(n), np.ones((k, 1))), np.tile(np.eye(k)[:, 1:], (n, 1)))
        )
        rest = residuals(design, whole.ravel())
        expected = math.sqrt((rest**2).sum() / ((n - 1) * (k - 1)))
        assert sem(table, "consistency").value == pytest.approx(expected)
        assert icc(table).n == n


def residuals(design, values):
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def test_real_spread_grows_with_the_value_and_not_on_the_log_scale(bds):
    for (measure, _, _), table in bds.items():
        whole = table[~np.isnan(table).any(axis=1)]
        plain = stats.spearmanr(whole.mean(axis=1), whole.std(axis=1, ddof=1)).statistic
        logs = np.log(whole)
        log = stats.spearmanr(logs.mean(axis=1), logs.std(axis=1, ddof=1)).statistic
        if measure == "COParea":
            assert plain > 0.5
            assert abs(log) < 0.1
        elif measure == "COPvelo":
            assert plain > 0.4
            assert abs(log) < 0.3
        else:  # frequencies: nearly alike on either scale
            assert abs(log) < plain + 0.05


def test_real_people_who_did_not_change_stay_within_the_mdc(bds):
    for table in bds.values():
        reach = math.log(sem(table, scale="log").mdc95)
        steps = np.abs(np.diff(np.log(table), axis=1))
        inside = (steps[np.isfinite(steps)] <= reach).mean()
        assert 0.92 < inside < 0.98


def test_in_real_trials_the_first_is_the_quickest(bds):
    # People get used to the task: agreement counts that shift, consistency does not.
    for eyes, surface in CONDITIONS:
        velocity = bds["COPvelo", eyes, surface]
        assert np.nanmean(velocity[:, 0]) > np.nanmean(velocity[:, 1:])
        agreement, consistency = sem(velocity, scale="log"), sem(velocity, "consistency", "log")
        assert agreement.value > 1.05 * consistency.value


def test_the_page_shows_the_values_of_the_real_trials(bds):
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in PAGE.read_text().splitlines()
        if "×" in line and line.startswith("|")
    ]
    measures = dict(zip(["area", "velocity", "frequency"], MEASURES, strict=True))
    measure = ""
    for name, eyes, surface, *said in rows:
        measure = measures[name] if name else measure
        table = bds[measure, eyes.title(), surface.title()]
        agreement, spread = icc(table), sem(table, scale="log")
        assert said == [
            str(agreement.n),
            f"{agreement.value:.2f} ({agreement.low:.2f} to {agreement.high:.2f})",
            f"{icc(table, '3,1').value:.2f}",
            f"{icc(table, '2,k').value:.2f}",
            f"{spread.value:.0%}".replace("%", " %"),
            f"×{spread.mdc95:.2f}",
        ]
    assert len(rows) == len(bds)
