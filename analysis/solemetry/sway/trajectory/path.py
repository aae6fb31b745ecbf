# SPDX-License-Identifier: Apache-2.0
"""The way the centre of pressure travels.

Each function takes one axis, ``(T,)``, or both, ``(T, 2)`` as ``(ml, ap)``, in mm. A step
counts only between neighbouring finite samples: gaps are never bridged.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, planar
from solemetry.sway.trajectory.position import finite_rows

Floats = NDArray[np.float64]


def path_length(cop_mm: Floats) -> float:
    """Length of the path, mm; NaN without a single step.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (TOTEX).
    """
    steps = step_lengths(cop_mm)
    return float(steps.sum()) if len(steps) else np.nan


def mean_velocity(cop_mm: Floats, fs_hz: float) -> float:
    """Path length over the time its steps took, mm/s; NaN without a single step.

    Without gaps the time is ``(T - 1) / fs_hz``.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (MVELO).
    """
    steps = step_lengths(cop_mm)
    return float(steps.sum()) * fs_hz / len(steps) if len(steps) else np.nan


def sway_area_rate(cop_mm: Floats, fs_hz: float, about_mm: Floats | None = None) -> float:
    """Area swept per second by the line from the mean position to the path, mm2/s (AREA-SW).

    ``sum(|x[i+1] y[i] - x[i] y[i+1]|) / (2 T)``, T the time the steps took. NaN without a step.

    Parameters
    ----------
    cop_mm : (T, 2) array
    fs_hz : float
    about_mm : (2,) array, optional
        Where the line starts, if not from the mean position.

    References
    ----------
    Hufschmidt A et al. (1980), Arch Psychiatr Nervenkr 228:135; Prieto TE et al. (1996), IEEE
    Trans Biomed Eng 43(9):956.
    """
    cop_mm = planar(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    present = finite_rows(cop_mm)
    if not len(present):
        return math.nan
    x, y = (cop_mm - (present.mean(axis=0) if about_mm is None else about_mm)).T
    twice = np.abs(x[1:] * y[:-1] - x[:-1] * y[1:])
    twice = twice[np.isfinite(twice)]
    return float(twice.mean()) * fs_hz / 2 if len(twice) else math.nan


def turns_index(cop_mm: Floats) -> float:
    """Length of the path with each axis in units of its standard deviation, 1.

    NaN without a step, or where an axis does not move.

    References
    ----------
    Hufschmidt A et al. (1980), Arch Psychiatr Nervenkr 228:135.
    """
    cop_mm = planar(cop_mm)
    present = finite_rows(cop_mm)
    if len(present) < 2:
        return math.nan
    deviation = present.std(axis=0)
    return path_length(cop_mm / deviation) if (deviation > 0).all() else math.nan


def mean_angle(cop_mm: Floats) -> float:
    """Mean angle between a step and the AP axis, deg, 0 (all AP) to 90 (all ML).

    Steps of no length have no direction. NaN without any other.

    References
    ----------
    Baig et al. (2012).
    """
    ml_mm, ap_mm = np.abs(np.diff(planar(cop_mm), axis=0)).T
    moved = (ml_mm > 0) | (ap_mm > 0)
    angles = np.degrees(np.arctan2(ml_mm[moved], ap_mm[moved]))
    angles = angles[np.isfinite(angles)]
    return float(angles.mean()) if len(angles) else math.nan


def fractal_dimension(cop_mm: Floats, diameter_mm: float) -> float:
    """How densely the path fills a figure of this diameter: 1 a straight line, 2 the plane.

    ``ln N / ln(N d / path)`` with N samples (after Katz). With the diameter of the 95 % circle
    this is FD-CC, with that of the circle as large as the 95 % ellipse FD-CE. NaN where the
    path is too short for its samples.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    n, path_mm = len(finite_rows(planar(cop_mm))), path_length(cop_mm)
    if n < 2 or not (path_mm > 0 and diameter_mm > 0):
        return math.nan
    below = math.log(n * diameter_mm / path_mm)
    return math.log(n) / below if below > 0 else math.nan


def step_lengths(cop_mm: Floats) -> Floats:
    """Length of each step between neighbouring finite samples, mm, ``(steps,)``."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim == 1:
        lengths = np.abs(np.diff(cop_mm))
    elif cop_mm.ndim == 2 and cop_mm.shape[1] == 2:
        dx, dy = np.diff(cop_mm[:, 0]), np.diff(cop_mm[:, 1])
        lengths = np.sqrt(dx * dx + dy * dy)
    else:
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T,) or (T, 2).")
    finite = np.isfinite(lengths)
    return np.asarray(lengths if finite.all() else lengths[finite])
