# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.sway import timing


def test_even_samples_have_their_rate_and_nothing_else():
    found = timing(2.0 + np.arange(501) / 100, np.random.default_rng(0).normal(size=(501, 2)))
    assert (found.n, found.duration_s, found.gaps, found.longest_gap_s) == (501, 5.0, 0, 0.0)
    assert found.fs_hz == pytest.approx(100.0)
    assert (found.min_step_s, found.max_step_s) == pytest.approx((0.01, 0.01))
    assert found.jitter_s == pytest.approx(0.0, abs=1e-12)
    assert found.missing_pct == found.repeated_times_pct == found.repeated_samples_pct == 0


@given(lost=st.integers(1, 200), at=st.integers(1, 400), marked=st.booleans())
def test_a_gap_is_counted_whether_rows_are_not_there_or_empty(lost, at, marked):
    t_s, values = np.arange(1000) / 80.0, np.arange(1000.0)
    values[at : at + lost] = np.nan
    if not marked:
        t_s, values = t_s[np.isfinite(values)], values[np.isfinite(values)]
    found = timing(t_s, values)
    assert found.gaps == 1
    assert found.longest_gap_s == found.max_step_s == pytest.approx((lost + 1) / 80.0)
    assert found.missing_pct == pytest.approx(lost / 10)
    assert found.fs_hz == pytest.approx(80.0)


def test_jitter_is_the_spread_of_the_steps():
    rng = np.random.default_rng(1)
    steps_s = 0.01 + rng.uniform(-1e-3, 1e-3, 20_000)
    found = timing(np.cumsum(steps_s))
    assert found.jitter_s == pytest.approx(1e-3 / np.sqrt(3), rel=0.02)  # of a uniform spread
    assert found.fs_hz == pytest.approx(1 / steps_s[1:].mean())
    assert found.median_step_s == pytest.approx(0.01, rel=0.01)


def test_samples_that_come_in_bunches_have_the_rate_of_all_of_them():
    t_s = np.repeat(np.arange(100) / 25.0, 4)  # four at a time
    found = timing(t_s)
    assert found.fs_hz == pytest.approx(100.0, rel=0.01)
    assert found.repeated_times_pct == pytest.approx(75.0, abs=0.2)
    assert np.isnan(found.repeated_samples_pct)


def test_a_real_recording_repeats_a_fifth_of_its_samples(real_data):
    # Documented beside the data: "about 20 % repeated samples".
    table = np.loadtxt(
        real_data("posture/acuna_1000Hz/eyesOpen_1.csv"), delimiter=",", skiprows=1
    )
    found = timing(table[:, 1], table[:, 2:5])
    assert found.fs_hz == pytest.approx(1000.0)
    assert found.repeated_samples_pct == pytest.approx(20.0, abs=3.0)


@pytest.mark.parametrize(
    ("t_s", "values"),
    [(np.empty(0), None), (np.ones(1), None), (np.ones(5), np.arange(5.0)),
     (np.arange(5.0), np.full(5, np.nan)), (np.empty(0), np.empty((0, 2)))],
)  # fmt: skip
def test_where_no_time_passes_there_is_no_rate(t_s, values):
    found = timing(t_s, values)
    assert np.isnan(found.fs_hz)
    assert np.isnan(found.missing_pct)
    assert (found.gaps, found.duration_s) == (0, 0.0)


@pytest.mark.parametrize(
    ("t_s", "values", "message"),
    [
        (np.array([0.0, 2.0, 1.0]), None, "must not fall"),
        (np.array([0.0, np.nan, 1.0]), None, "no time"),
        (np.arange(3.0), np.arange(4.0), "of one length"),
        (np.zeros((3, 2)), None, "shape"),
    ],
)
def test_times_that_cannot_be_are_refused(t_s, values, message):
    with pytest.raises(ValueError, match=message):
        timing(t_s, values)
