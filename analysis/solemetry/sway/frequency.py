# SPDX-License-Identifier: Apache-2.0
"""How often the centre of pressure goes to and fro. Two measures share the name."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.path import mean_velocity
from solemetry.sway.position import mean_distance

Floats = NDArray[np.float64]


def rotational_mean_frequency(cop_mm: Floats, fs_hz: float) -> float:
    """Return the turns per second of a circle as wide as the trial, run at its mean velocity.

    Its radius is the mean distance: ``mean velocity / (2 pi mean distance)``, Hz. `cop_mm` is
    ``(T, 2)``.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (MFREQ).
    """
    distance = mean_distance(cop_mm)
    if not distance > 0:
        return math.nan
    return mean_velocity(cop_mm, fs_hz) / (2 * math.pi * distance)


def spectral_mean_frequency(cop_mm: Floats, fs_hz: float) -> float:
    """Mean frequency of the power spectrum, both axes weighted by their power, Hz.

    Welch's method with Hann windows half the trial long, overlapping by half, each less its
    mean. The weight is the power of an axis, the sum of its spectrum. Of a trial with gaps
    only the longest whole run is used, for a spectrum cannot step over a gap.

    Parameters
    ----------
    cop_mm : (T, 2) array
    fs_hz : float

    Returns
    -------
    float
        NaN with fewer than eight samples in a row, or without any movement.

    References
    ----------
    Duarte M, Freitas SMSF (2010), Rev Bras Fisioter 14(3):183; Santos DA, Duarte M (2016),
    PeerJ 4:e2648, whose published values this reproduces.
    """
    from scipy.integrate import trapezoid
    from scipy.signal import welch

    whole = longest_whole_run(cop_mm)
    n = len(whole)
    if n < 8:
        return math.nan
    frequency, power = welch(
        whole, fs_hz, window="hann", nperseg=n // 2, noverlap=n // 4, detrend="constant", axis=0
    )
    moving = power.sum(axis=0) > 0
    if not moving.any():
        return math.nan
    power = power[:, moving]
    of_axis = trapezoid(frequency[:, None] * power, frequency, axis=0) / trapezoid(
        power, frequency, axis=0
    )
    return float(np.average(of_axis, weights=power.sum(axis=0)))


def longest_whole_run(cop_mm: Floats) -> Floats:
    """Return the longest stretch of `cop_mm`, ``(T, 2)``, without a missing value."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    runs = finite_runs(np.asarray(np.isfinite(cop_mm).all(axis=1)))
    if not len(runs):
        return cop_mm[:0]
    start, stop = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return cop_mm[start:stop]
