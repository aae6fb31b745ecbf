# SPDX-License-Identifier: Apache-2.0
"""How often sway comes back to where it was, and for how long it then goes the same way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.complexity.series import (
    Truths,
    close_pairs,
    ranks_within,
    tolerance_of,
    whole_series,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recurrence:
    """What a recurrence plot shows.

    Attributes
    ----------
    rate : float
        Share of the pairs of states that are close (REC), 0 to 1; NaN without a pair.
    determinism : float
        Share of those that lie on a diagonal line (DET), 0 to 1: states that stay close.
        NaN where nothing recurs.
    longest_line : int
        States on the longest diagonal line (Lmax); 0 without a line.
    line_entropy : float
        Shannon entropy of the lengths of the diagonal lines, nats (ENT). NaN without a line.
    n : int
        States compared.
    """

    rate: float
    determinism: float
    longest_line: int
    line_entropy: float
    n: int


def recurrence_quantification(
    x: Floats,
    dimension: int = 3,
    delay: int = 10,
    r: float = 0.5,
    *,
    tolerance: float | None = None,
    shortest_line: int = 2,
    nearest: int | None = None,
) -> Recurrence:
    """Recurrence quantification of one series.

    A state consists of `dimension` samples, each `delay` samples after the one before. Two
    states are close when none of their samples differ by more than the tolerance (maximum
    norm). Each pair of states counts once; neighbours in time, close because there was no time
    to get away, do not count (Theiler). The time grows with the square of the length, for
    states are compared in pairs; the memory does not grow.

    Parameters
    ----------
    x : (T,) array
        A position, any unit; NaN where missing: the longest whole run is used.
    dimension, delay : int
        The embedding. At 20 Hz the default makes a state of 1 s, its samples 0.5 s apart.
    r : float
        Tolerance, in standard deviations of `x`.
    tolerance : float, optional
        Tolerance in the unit of `x`, in place of `r`.
    shortest_line : int
        States on the shortest diagonal that counts as a line.
    nearest : int, optional
        How many samples apart in time states must at least be; by default one more than a
        state is long. With 1 all but a state with itself count, and the longest line of a
        slow series is that of each state with the next.

    Returns
    -------
    Recurrence
        All NaN, no line, without two states far enough apart.

    References
    ----------
    Riley MA, Balasubramaniam R, Turvey MT (1999), Gait Posture 9:65; Marwan N et al. (2007),
    Phys Rep 438:237, whose definitions these are.
    """
    if min(dimension, delay) < 1 or (nearest is not None and nearest < 1) or shortest_line < 2:
        raise ValueError(
            f"dimension is {dimension}, delay {delay}, nearest {nearest} and shortest_line "
            f"{shortest_line}; they should be at least 1, 1, 1 and 2."
        )
    x = whole_series(x)
    samples = ranks_within(x, tolerance_of(x, r, tolerance))
    span = (dimension - 1) * delay
    least, n = nearest or span + 1, max(len(x) - span, 0)
    if n <= least:
        return Recurrence(math.nan, math.nan, 0, math.nan, n)
    lines = np.zeros(n, np.int64)
    for lag, close in close_pairs(samples):
        if lag >= n:
            break
        counted = _recurring(close[max(least - lag, 0) :], dimension, delay)
        lines += np.bincount(_diagonals(counted), minlength=n)
    length = np.arange(n)
    recurring = int((length * lines).sum())
    lines[:shortest_line] = 0
    share = lines[lines > 0] / max(lines.sum(), 1)
    return Recurrence(
        rate=recurring / ((n - least) * (n - least + 1) / 2),
        determinism=int((length * lines).sum()) / recurring if recurring else math.nan,
        longest_line=int(length[lines > 0].max(initial=0)),
        line_entropy=float(-(share * np.log(share)).sum()) if len(share) else math.nan,
        n=n,
    )


def _recurring(close: Truths, dimension: int, delay: int) -> Truths:
    """Which states are close to the one a lag later, ``(lags, states)``."""
    states = close.shape[1] - (dimension - 1) * delay
    recurring = close[:, :states]
    for k in range(1, dimension):
        recurring = recurring & close[:, k * delay : k * delay + states]
    return recurring


def _diagonals(recurring: Truths) -> NDArray[np.int64]:
    """Lengths of the runs of True along each row."""
    # A False between the rows keeps one row's last run from the next row's first.
    apart = np.zeros((len(recurring), recurring.shape[1] + 1), bool)
    apart[:, :-1] = recurring
    flat = np.concatenate(([False], apart.ravel()))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return edges[1::2] - edges[::2]
