# SPDX-License-Identifier: Apache-2.0
"""How irregular sway is: how often what was alike stays alike.

Each function takes one series, ``(T,)``: a position or a velocity, of any unit. Of a series
with gaps the longest whole run is used. What a template of `m` samples means depends on the
rate: at 100 Hz neighbouring samples of a centre of pressure are nearly the same, and the entropy
tells of the sampling and not of the sway. Resample to 20 Hz or so first (Montesinos et al. 2018
took 1200 samples of a minute). Pairs of samples are compared, so the time grows with the square
of the length; the memory does not grow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.complexity.series import (
    Ranks,
    Truths,
    close_pairs,
    ranks_within,
    tolerance_of,
    whole_series,
)

Floats = NDArray[np.float64]


def sample_entropy(
    x: Floats, m: int = 2, r: float = 0.2, *, tolerance: float | None = None
) -> float:
    """Sample entropy, nats: ``-ln(A / B)``.

    B counts the pairs of different templates of `m` samples whose samples all lie within the
    tolerance (not further apart than it), A those that still do one sample later.

    Parameters
    ----------
    x : (T,) array
        Any unit; NaN where missing.
    m : int
        Samples in a template.
    r : float
        Tolerance, in standard deviations of `x` (divided by n, not n - 1).
    tolerance : float, optional
        Tolerance in the unit of `x`, in place of `r`.

    Returns
    -------
    float
        NaN without a single pair that matches, as of a series of ``m + 1`` samples or fewer;
        inf where no match lasts. 0 of a constant.

    References
    ----------
    Richman JS, Moorman JR (2000), Am J Physiol Heart Circ Physiol 278:H2039; for sway
    Montesinos L, Castaldo R, Pecchia L (2018), J Neuroeng Rehabil 15:116.
    """
    _check_template(m)
    x = whole_series(x)
    if len(x) < m + 2:
        return math.nan
    matches, lasting = _matching_pairs(ranks_within(x, tolerance_of(x, r, tolerance)), m)
    if not matches:
        return math.nan
    return math.log(matches / lasting) if lasting else math.inf


def approximate_entropy(
    x: Floats, m: int = 2, r: float = 0.2, *, tolerance: float | None = None
) -> float:
    """Approximate entropy, nats: ``phi(m) - phi(m + 1)``.

    ``phi(k)`` is the mean of ``ln(C_i / (n - k + 1))`` over the templates i of k samples, ``C_i``
    the number of templates within the tolerance of it, itself among them. Counting itself makes
    it depend on the length and lean towards regularity: prefer `sample_entropy`, and compare
    only series of one length.

    Parameters
    ----------
    x, m, r, tolerance
        As `sample_entropy` takes them.

    Returns
    -------
    float
        NaN of a series of ``m + 1`` samples or fewer.

    References
    ----------
    Pincus SM (1991), Proc Natl Acad Sci USA 88:2297.
    """
    _check_template(m)
    x = whole_series(x)
    if len(x) < m + 2:
        return math.nan
    samples = ranks_within(x, tolerance_of(x, r, tolerance))
    return _mean_log_share(samples, m) - _mean_log_share(samples, m + 1)


def multiscale_entropy(
    x: Floats, scales: int = 6, m: int = 2, r: float = 0.2, *, tolerance: float | None = None
) -> Floats:
    """Sample entropy of ever coarser means of a series, nats.

    At scale s the series consists of the means of s samples each. The tolerance is that of the
    series itself at all scales.

    Parameters
    ----------
    x : (T,) array
        Any unit; NaN where missing.
    scales : int
        Scales 1 to this one. A scale wants some 200 means: of a minute at 20 Hz, 6 do.
    m, r, tolerance
        As `sample_entropy` takes them.

    Returns
    -------
    (scales,) array
        NaN or inf where `sample_entropy` gives it.

    References
    ----------
    Costa M, Goldberger AL, Peng CK (2002), Phys Rev Lett 89:068102.
    """
    if scales < 1:
        raise ValueError(f"There are {scales} scales; there should be one at least.")
    x = whole_series(x)
    chosen = tolerance_of(x, r, tolerance)
    return np.array(
        [sample_entropy(_means(x, scale), m, tolerance=chosen) for scale in range(1, scales + 1)]
    )


def complexity_index(
    x: Floats, scales: int = 6, m: int = 2, r: float = 0.2, *, tolerance: float | None = None
) -> float:
    """Sum of `multiscale_entropy` over its scales, nats; NaN where one of them is not finite.

    References
    ----------
    Costa M, Goldberger AL, Peng CK (2002), Phys Rev Lett 89:068102.
    """
    total = float(multiscale_entropy(x, scales, m, r, tolerance=tolerance).sum())
    return total if math.isfinite(total) else math.nan


def _matching_pairs(samples: Ranks, m: int) -> tuple[int, int]:
    """Pairs of templates of `m` samples that match, and those that match for one more."""
    matches = lasting = 0
    # After the last template no sample comes, so it takes no part.
    starts = np.argsort(samples.rank[:-m], kind="stable")
    for *close, next_close in _close_templates(samples, starts, m + 1):
        alike = reduce(np.bitwise_and, close)
        matches += int(np.count_nonzero(alike))
        lasting += int(np.count_nonzero(alike & next_close))
    return matches, lasting


def _mean_log_share(samples: Ranks, length: int) -> float:
    """Mean logarithm of the share of templates that match one, itself among them (phi)."""
    starts = np.argsort(samples.rank[: len(samples) - length + 1], kind="stable")
    matches = np.ones(len(starts), np.int64)
    # Those later in the order, then those earlier.
    for count, order in ((matches, starts), (matches[::-1], starts[::-1])):
        for close in _close_templates(samples, order, length):
            alike = reduce(np.bitwise_and, close)
            # No block has more rows than 16 bits can count.
            count[: alike.shape[1]] += alike.view(np.uint8).sum(axis=0, dtype=np.uint16)
    return float(np.log(matches / len(starts)).mean())


def _close_templates(
    samples: Ranks, starts: NDArray[np.int64], length: int
) -> Iterator[list[Truths]]:
    """Tell of templates and later ones which of their samples are close, sample by sample.

    `starts` has them in the order of their first samples: those that match stand near each other
    there, and once no first samples are close the rest need no look, 4 of 5 pairs at 0.2
    standard deviations. Yields blocks as `close_pairs` does, one for each of `length` samples.
    """
    by_sample = (close_pairs(samples[starts + k]) for k in range(length))
    for blocks in zip(*by_sample, strict=True):
        close = [block for _, block in blocks]
        if not close[0].any():
            return
        yield close


def _means(x: Floats, size: int) -> Floats:
    """Means of `size` samples each; what is left over at the end is dropped."""
    kept = len(x) // size * size
    means: Floats = x[:kept].reshape(-1, size).mean(axis=1)
    return means


def _check_template(m: int) -> None:
    if m < 1:
        raise ValueError(f"A template of {m} samples says nothing; it should have one at least.")
