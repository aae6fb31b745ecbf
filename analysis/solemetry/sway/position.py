# SPDX-License-Identifier: Apache-2.0
"""How far the centre of pressure strays from its mean.

Each function takes one axis, ``(T,)``, or both, ``(T, 2)`` as ``(ml, ap)``, in mm. Samples
with a missing value are left out; with none left the result is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean_distance(cop_mm: Floats) -> float:
    """Mean distance from the mean position, mm (MDIST).

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    squares = _squared_distances(cop_mm)
    return float(np.sqrt(squares).mean()) if len(squares) else np.nan


def rms_distance(cop_mm: Floats) -> float:
    """Root mean square distance from the mean position, mm (RDIST).

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    squares = _squared_distances(cop_mm)
    return float(np.sqrt(squares.mean())) if len(squares) else np.nan


def sway_range(axis_mm: Floats) -> float:
    """Largest less smallest value of one axis, ``(T,)``, mm."""
    axis_mm = np.asarray(axis_mm, dtype=float)
    if axis_mm.ndim != 1:
        raise ValueError(f"sway_range takes one axis, (T,), not {axis_mm.shape}.")
    present = axis_mm[np.isfinite(axis_mm)]
    return float(present.max() - present.min()) if len(present) else np.nan


def finite_rows(cop_mm: Floats) -> Floats:
    """Rows without a missing value, as ``(n, axes)``; `cop_mm` is ``(T,)`` or ``(T, axes)``."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim not in (1, 2):
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T,) or (T, 2).")
    columns = cop_mm if cop_mm.ndim == 2 else cop_mm[:, None]
    return columns[np.isfinite(columns).all(axis=1)]


def _squared_distances(cop_mm: Floats) -> Floats:
    present = finite_rows(cop_mm)
    if not len(present):
        return np.empty(0)
    squares: Floats = ((present - present.mean(axis=0)) ** 2).sum(axis=1)
    return squares
