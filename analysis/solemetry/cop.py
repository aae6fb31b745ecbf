# SPDX-License-Identifier: Apache-2.0
"""Total force and centre of pressure of sensors at known positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_FORCE_N = 20.0
"""Below this total force a centre of pressure is noise divided by noise, and is NaN."""


def total_force(forces_n: Floats) -> Floats:
    """Total vertical force.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each sensor, N.

    Returns
    -------
    (T,) array
        N; NaN where a sensor is missing.
    """
    forces_n = np.asarray(forces_n, dtype=float)
    return _weighted(forces_n, np.ones(forces_n.shape[-1]))


def center_of_pressure(
    forces_n: Floats, xy_mm: Floats, min_force_n: float = MIN_FORCE_N
) -> Floats:
    """Centre of pressure: the force-weighted mean of the sensor positions.

    Holds for any number of sensors. A plate that senses only vertical force cannot take out
    ``h * Fx / Fz``, the shift that a horizontal force makes at height ``h`` above the cells.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each sensor, N.
    xy_mm : (S, 2) array
        Sensor positions ``(ml, ap)``, mm.
    min_force_n : float
        Total force below which there is nothing to average.

    Returns
    -------
    (T, 2) array
        ``(ml, ap)``, mm; NaN where a sensor is missing or the total is too small.
    """
    return force_and_center(forces_n, xy_mm, min_force_n)[1]


def force_and_center(
    forces_n: Floats, xy_mm: Floats, min_force_n: float = MIN_FORCE_N
) -> tuple[Floats, Floats]:
    """Return `total_force` and `center_of_pressure`, which needs it, at once."""
    forces_n = np.asarray(forces_n, dtype=float)
    total = total_force(forces_n)
    carried = np.where(total >= min_force_n, total, np.nan)
    cop: Floats = np.empty((*total.shape, 2))
    for axis, place_mm in enumerate(np.asarray(xy_mm, dtype=float).T):
        np.divide(_weighted(forces_n, place_mm), carried, out=cop[..., axis])
    return total, cop


def _weighted(forces_n: Floats, weights: Floats) -> Floats:
    """Sum each row by itself: the last bit of BLAS depends on how many rows there are.

    `sum` would do too, but takes four times as long where rows are short.
    """
    total: Floats = np.einsum("...s,s->...", forces_n, weights)
    return total
