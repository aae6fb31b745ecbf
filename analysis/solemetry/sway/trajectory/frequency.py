# SPDX-License-Identifier: Apache-2.0
"""How often the centre of pressure goes to and fro. Two measures share the name."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import one_axis
from solemetry.sway.trajectory.path import mean_velocity
from solemetry.sway.trajectory.position import mean_distance

Floats = NDArray[np.float64]


def rotational_mean_frequency(
    cop_mm: Floats, fs_hz: float, about_mm: Floats | None = None
) -> float:
    """Return the turns per second of a circle as wide as the trial, run at its mean velocity.

    Its radius is the mean distance: ``mean velocity / (2 pi mean distance)``, Hz. `cop_mm` is
    ``(T, 2)``.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (MFREQ).
    """
    distance = mean_distance(cop_mm, about_mm)
    if not distance > 0:
        return math.nan
    return mean_velocity(cop_mm, fs_hz) / (2 * math.pi * distance)


def axis_mean_frequency(axis_mm: Floats, fs_hz: float, about_mm: float | None = None) -> float:
    """Frequency of a sine with this mean distance and this mean velocity, Hz, after Prieto.

    ``mean velocity / (4 sqrt(2) mean distance)`` of one axis, ``(T,)``. The factor takes the
    root mean square distance for the mean, so a sine of frequency f gives 1.11 f.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (MFREQ of one axis).
    """
    axis_mm = one_axis(axis_mm, "The axis")
    distance = mean_distance(axis_mm, about_mm)
    if not distance > 0:
        return math.nan
    return mean_velocity(axis_mm, fs_hz) / (4 * math.sqrt(2) * distance)


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
    """Return the longest stretch of `cop_mm`, ``(T, C)``, without a missing value."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    whole = np.logical_and.reduce([np.isfinite(column) for column in cop_mm.T])
    if whole.all():
        return cop_mm
    runs = finite_runs(whole)
    if not len(runs):
        return cop_mm[:0]
    start, stop = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return cop_mm[start:stop]
