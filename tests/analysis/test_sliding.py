# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry.signal import lowpass
from solemetry.sliding import SlidingLowpass, Trail

RNG = np.random.default_rng(7)


def wandering(rows: int) -> np.ndarray:
    return np.cumsum(np.random.default_rng(3).normal(size=(rows, 2)), axis=0)


def fed(x: np.ndarray, fs_hz: float, sizes: list[int], capacity: int) -> np.ndarray:
    sliding, at, turn = SlidingLowpass(capacity, x.shape[1], fs_hz), 0, 0
    while at < len(x):
        size = sizes[turn % len(sizes)]
        sliding.append(x[at : at + size])
        if turn % 3 == 0:
            sliding.last(5)
        at, turn = at + size, turn + 1
    return sliding.last(capacity).copy()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=6))
def test_a_trail_is_the_end_of_all_that_was_appended(sizes: list[int]) -> None:
    trail, everything = Trail(37, 2), np.empty((0, 2))
    for size in sizes * 5:
        rows = RNG.normal(size=(size, 2))
        trail.append(rows)
        everything = np.concatenate((everything, rows))
        for n in (0, 1, 20, 37, 100):
            expected = everything[-min(n, 37) :] if n else everything[:0]
            np.testing.assert_array_equal(trail.last(n), expected)
    assert trail.count == len(everything)


@pytest.mark.parametrize("fs_hz", [25.0, 80.0, 100.0, 1000.0])
def test_smoothing_as_it_comes_is_smoothing_the_whole(fs_hz: float) -> None:
    x = wandering(round(20 * fs_hz))
    np.testing.assert_allclose(
        fed(x, fs_hz, [1, 17, 5], len(x)), lowpass(x, fs_hz), rtol=0, atol=1e-9
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=5),
    st.lists(st.integers(0, 1599), max_size=8),
)
def test_cuts_change_no_bit_and_holes_part_runs(sizes: list[int], missing: list[int]) -> None:
    x = wandering(1600)
    x[missing] = np.nan
    once = fed(x, 80.0, [len(x)], len(x))
    np.testing.assert_array_equal(fed(x, 80.0, sizes, len(x)), once)
    np.testing.assert_allclose(once, lowpass(x, 80.0), rtol=0, atol=1e-9)


def test_a_window_shorter_than_the_memory_is_the_end_of_the_smoothed_whole() -> None:
    x = wandering(2000)
    whole = lowpass(x, 80.0)
    for capacity in (10, 60, 800):
        np.testing.assert_allclose(fed(x, 80.0, [3], capacity), whole[-capacity:], atol=1e-9)
