# SPDX-License-Identifier: Apache-2.0
"""What the outermost positions enclose."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import planar
from solemetry.sway.trajectory.position import finite_rows

Floats = NDArray[np.float64]

_AT_ONCE = 512
"""Corners whose distances to all others are held in memory together."""


def convex_hull(cop_mm: Floats) -> Floats:
    """Corners of the convex hull of all positions, counter-clockwise, ``(corners, 2)``, mm.

    Of positions on one line, the two ends; of one place, that place; of none, none.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm. Rows with a missing value are left out.
    """
    from scipy.spatial import ConvexHull, QhullError

    present = finite_rows(planar(cop_mm))
    try:
        return np.asarray(present[ConvexHull(present).vertices])
    except (QhullError, ValueError):  # fewer than three places that are not on one line
        order = np.lexsort(present.T)
        return np.unique(present[order[[0, -1]]], axis=0) if len(present) else present


def hull_area(cop_mm: Floats) -> float:
    """Area of the convex hull, mm2; 0 on a line, NaN without a sample."""
    corners = convex_hull(cop_mm)
    if not len(corners):
        return math.nan
    x, y = (corners - corners[0]).T
    return abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2


def range_2d(cop_mm: Floats) -> float:
    """Largest distance between any two positions, mm; NaN without a sample.

    Only corners of the convex hull can be so far apart, and of these there are few. (On a
    circle every sample is one, and the time grows with their square.)

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (RANGE).
    """
    corners = convex_hull(cop_mm)
    if not len(corners):
        return math.nan
    farthest = max(
        float(((corners[start : start + _AT_ONCE, None] - corners) ** 2).sum(axis=2).max())
        for start in range(0, len(corners), _AT_ONCE)
    )
    return math.sqrt(farthest)
