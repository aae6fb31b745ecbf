# SPDX-License-Identifier: Apache-2.0
"""How rough the course of sway is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.complexity.series import whole_series

Floats = NDArray[np.float64]


def higuchi_dimension(x: Floats, k_max: int = 10) -> float:
    """Higuchi's fractal dimension of the graph of a series: 1 of a smooth curve, 2 of noise.

    The length of the curve seen at every k-th sample, from each of the k first samples on,

    ``L(k) = mean over s of (sum over i of |x[s + i k] - x[s + (i - 1) k]|) (n - 1) / (c k k)``

    with s from 1 to k and ``c = floor((n - s) / k)`` steps i, grows as ``k ** -dimension``.
    The dimension is minus the slope of ``ln L`` over ``ln k``.

    Parameters
    ----------
    x : (T,) array
        Any unit; NaN where missing: the longest whole run is used.
    k_max : int
        The largest k; a time in the end, so state it beside the rate.

    Returns
    -------
    float
        NaN of a series of ``2 k_max`` samples or fewer, and of a constant.

    References
    ----------
    Higuchi T (1988), Physica D 31:277.
    """
    if k_max < 2:
        raise ValueError(f"k_max is {k_max}; a slope needs two at least.")
    x = whole_series(x)
    if len(x) <= 2 * k_max:
        return math.nan
    lengths = np.array([_curve_length(x, k) for k in range(1, k_max + 1)])
    if not (lengths > 0).all():
        return math.nan
    log_k, log_length = np.log(np.arange(1, k_max + 1)), np.log(lengths)
    log_k -= log_k.mean()
    return float(-(log_k * log_length).sum() / (log_k * log_k).sum())


def _curve_length(x: Floats, k: int) -> float:
    """Mean length of the `k` curves of every k-th sample, as Higuchi norms it."""
    steps = np.abs(x[k:] - x[:-k])
    per_curve = -(-len(steps) // k)
    by_curve = np.zeros(per_curve * k)
    by_curve[: len(steps)] = steps
    intervals = (len(x) - 1 - np.arange(k)) // k
    sums = by_curve.reshape(per_curve, k).sum(axis=0)
    return float((sums / intervals).mean()) * (len(x) - 1) / k**2
