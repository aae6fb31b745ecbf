# SPDX-License-Identifier: Apache-2.0
"""One quantity over time, and which of its samples are close to each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import one_axis
from solemetry.sway.trajectory.frequency import longest_whole_run

Floats = NDArray[np.float64]
Integers = NDArray[Any]
Truths = NDArray[np.bool_]

_BLOCK = 1 << 16
"""Pairs compared at a time: few enough to stay in the processor's cache."""


def whole_series(x: Floats) -> Floats:
    """Return the longest run of `x`, ``(T,)``, without a missing sample."""
    return longest_whole_run(one_axis(x, "The series")[:, None])[:, 0]


def tolerance_of(x: Floats, r: float, tolerance: float | None) -> float:
    """Return `tolerance`, or where it is None `r` standard deviations (by n) of `x`."""
    chosen = r * (float(np.std(x)) if len(x) else 0.0) if tolerance is None else float(tolerance)
    if not chosen >= 0:
        raise ValueError(f"The tolerance is {chosen:g}; it should be zero or more.")
    return chosen


@dataclass(frozen=True)
class Ranks:
    """Samples by rank, and the ranks of those that are close to each: ``(T,)`` integers.

    Those close to one sample have neighbouring ranks, so that a subtraction and a comparison of
    small integers tell as much as three passes over floats.

    Attributes
    ----------
    rank : array
        The same of equal samples; unsigned, its highest value unused.
    lowest : array
        The lowest rank that is close.
    reach : array
        By how much the highest rank that is close is above the lowest.
    """

    rank: Integers
    lowest: Integers
    reach: Integers

    def __len__(self) -> int:
        return len(self.rank)

    def __getitem__(self, which: NDArray[np.int64] | slice) -> Ranks:
        return Ranks(self.rank[which], self.lowest[which], self.reach[which])


def ranks_within(x: Floats, tolerance: float) -> Ranks:
    """Rank the samples of `x`; close are those with ``abs(x[i] - x[j]) <= tolerance``, exactly.

    Parameters
    ----------
    x : (T,) array
        Without a missing sample.
    tolerance : float
        In the unit of `x`.
    """
    values, rank = np.unique(x, return_inverse=True)
    lowest = np.searchsorted(values, values - tolerance)
    # The bound was rounded; the difference itself decides.
    while (far := values - values[lowest] > tolerance).any():
        lowest += far
    while (more := (lowest > 0) & (values - values[lowest - 1] <= tolerance)).any():
        lowest -= more
    # One is close to the other as the other to the one.
    highest = np.searchsorted(lowest, np.arange(len(values)), side="right") - 1
    integer = np.uint16 if len(values) < 2**16 else np.uint32
    lowest, reach = lowest.astype(integer), (highest - lowest).astype(integer)
    return Ranks(rank.astype(integer), lowest[rank], reach[rank])


def close_pairs(samples: Ranks) -> Iterator[tuple[int, Truths]]:
    """Tell lag by lag which samples are close to each other.

    Memory stays within a few blocks, whatever the length.

    Parameters
    ----------
    samples : Ranks
        Of T samples.

    Yields
    ------
    lag : int
        The first of a block of lags, from 1 on.
    close : (lags, T - lag) array of bool
        Whether the samples ``i`` and ``i + lag + row`` are close, in column i; False beyond the
        end. Overwritten by the next block.
    """
    n, integer = len(samples), samples.rank.dtype
    step = integer.itemsize
    # No rank is as high as what follows the last sample, so nothing is close to it.
    beyond = np.full(math.isqrt(_BLOCK), np.iinfo(integer).max, integer)
    rank = np.concatenate((samples.rank, beyond))
    above, found = np.empty(max(_BLOCK, n), integer), np.empty(max(_BLOCK, n), bool)
    lag = 1
    while lag < n:
        columns = n - lag
        rows = min(max(_BLOCK // columns, 1), columns)
        # As `sliding_window_view`, of which most of the time would be its checks.
        later = np.ndarray((rows, columns), integer, rank, lag * step, (step, step))
        block = above[: rows * columns].reshape(rows, columns)
        close = found[: rows * columns].reshape(rows, columns)
        # Unsigned, so that a rank below the lowest is far above.
        np.subtract(later, samples.lowest[:columns], out=block)
        np.less_equal(block, samples.reach[:columns], out=close)
        yield lag, close
        lag += rows
