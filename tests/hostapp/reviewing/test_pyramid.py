# SPDX-License-Identifier: Apache-2.0
"""A long signal drawn by few points."""

from __future__ import annotations

from time import thread_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry_host.reviewing.pyramid import Pyramid


@given(
    n=st.integers(2, 3000), most=st.integers(8, 200), seed=st.integers(0, 99),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)  # fmt: skip
def test_no_peak_in_view_is_lost_and_none_is_invented(
    n: int, most: int, ends: tuple[float, float], seed: int
) -> None:
    t_s, values = np.arange(n) / 10, np.random.default_rng(seed).normal(size=n)
    begin_s, end_s = (n * end / 10 for end in sorted(ends))
    seen = (t_s >= begin_s) & (t_s < end_s)
    drawn_s, drawn = Pyramid(t_s, values).drawn(begin_s, end_s, most)
    assert np.isin(drawn, values).all()
    assert (np.diff(drawn_s) >= 0).all()
    assert len(drawn) <= 2 * (most + 4)
    if seen.any():
        assert drawn.max() >= values[seen].max()
        assert drawn.min() <= values[seen].min()


def test_from_near_the_samples_themselves_are_drawn() -> None:
    t_s = np.arange(100_000) / 1000
    values = np.sin(t_s)
    drawn_s, drawn = Pyramid(t_s, values).drawn(50.0, 50.5)
    assert drawn_s[0] == pytest.approx(49.999)
    assert drawn_s[-1] == pytest.approx(50.5)
    np.testing.assert_array_equal(drawn, np.sin(drawn_s))


def test_what_is_missing_stays_missing_from_afar() -> None:
    values = np.ones(100_000)
    values[40_000:60_000] = np.nan
    drawn_s, drawn = Pyramid(np.arange(100_000) / 1000, values).drawn(0.0, 100.0)
    assert np.isnan(drawn[(drawn_s > 41) & (drawn_s < 59)]).all()
    assert np.isfinite(drawn[(drawn_s < 39) | (drawn_s > 61)]).all()


def test_the_reach_is_that_of_all_and_of_nothing_none() -> None:
    t_s = np.arange(5.0)
    assert Pyramid(t_s, np.array([3.0, np.nan, -2.0, 8.0, 1.0])).reach() == (-2.0, 8.0)
    assert np.isnan(Pyramid(t_s, np.full(5, np.nan)).reach()).all()


def test_any_part_of_hours_is_drawn_at_once() -> None:
    """As long as two hours at 1 kHz: drawing must not depend on the length."""
    t_s = np.arange(7_200_000) / 1000
    pyramid = Pyramid(t_s, np.cos(t_s))
    began = thread_time()
    for width_s in (7200.0, 600.0, 60.0, 5.0):
        pyramid.drawn(100.0, 100.0 + width_s, most=1000)
    assert thread_time() - began < 0.1
