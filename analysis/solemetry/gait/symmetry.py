# SPDX-License-Identifier: Apache-2.0
"""Left against right, with the sign kept.

All but the symmetry angle are positive where the left is larger. An even gait is 0 (ratio: 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def symmetry_index(left: ArrayLike, right: ArrayLike) -> Floats:
    """Difference over mean, %: ``100 (L - R) / (0.5 (L + R))``. Positive: left larger.

    References
    ----------
    Robinson RO, Herzog W, Nigg BM (1987), J Manipulative Physiol Ther 10(4):172; there without
    the sign.
    """
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    return _quotient(100 * (left - right), (left + right) / 2)


def symmetry_ratio(left: ArrayLike, right: ArrayLike) -> Floats:
    """``L / R``. Above 1: left larger."""
    return _quotient(np.asarray(left, dtype=float), np.asarray(right, dtype=float))


def log_ratio(left: ArrayLike, right: ArrayLike) -> Floats:
    """``100 ln(L / R)``, even-handed where the ratio is not. Positive: left larger.

    NaN unless both have the same sign.

    References
    ----------
    Plotnik M et al. (2005), Ann Neurol 57(5):656; Patterson KK et al. (2010), Gait Posture
    31(2):241. There without the sign.
    """
    ratio = symmetry_ratio(left, right)
    logarithm: Floats = 100 * np.log(np.where(ratio > 0, ratio, np.nan))
    return logarithm


def symmetry_angle(left: ArrayLike, right: ArrayLike) -> Floats:
    """``100 (45 deg - atan(L / R)) / 90 deg``, %. Positive: *right* larger, as published.

    Bounded, -50 to 50 for values above zero, and needs no side to refer to.

    References
    ----------
    Zifchock RA et al. (2008), Gait Posture 27(4):622, doi 10.1016/j.gaitpost.2007.08.006.
    """
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    angle = np.degrees(np.arctan2(left, right))
    known = np.isfinite(left) & np.isfinite(right) & ((left != 0) | (right != 0))
    return np.where(known, 100 * (45 - angle) / 90, np.nan)


def curve_symmetry(left: ArrayLike, right: ArrayLike) -> tuple[float, float]:
    """Compare two curves point by point, %.

    Parameters
    ----------
    left, right : (P,) array
        Mean curves over the same phase, such as the stance.

    Returns
    -------
    signed, absolute : float
        ``100 sum(L - R) / sum(0.5 (|L| + |R|))`` and the same with ``|L - R|``. The first is
        positive where the left lies higher on the whole; the second also sees what cancels out,
        and is 0 only for equal curves.
    """
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(f"The curves have shapes {left.shape} and {right.shape}, not both (P,).")
    scale = (np.abs(left) + np.abs(right)).sum() / 2
    if not scale > 0:
        return np.nan, np.nan
    difference = left - right
    return float(100 * difference.sum() / scale), float(100 * np.abs(difference).sum() / scale)


def _quotient(above: Floats, below: Floats) -> Floats:
    quotient: Floats = above / np.where(below == 0, np.nan, below)
    return quotient
