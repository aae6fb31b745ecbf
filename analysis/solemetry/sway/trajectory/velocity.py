# SPDX-License-Identifier: Apache-2.0
"""How fast the centre of pressure moves, from moment to moment.

A velocity lies between two samples (``steps``: difference times rate), or at each sample, as
the slope of a cubic through five of them (``savitzky_golay``). NaN marks what a gap touches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import above_zero, one_axis, one_or_both
from solemetry.sway.trajectory.path import step_lengths
from solemetry.sway.trajectory.position import finite_rows, rms_distance

Floats = NDArray[np.float64]
Method = Literal["steps", "savitzky_golay"]

_SPAN, _DEGREE = 5, 3


@dataclass(frozen=True)
class VelocityPeaks:
    """How often the velocity of one axis changes its sign, and how high it gets in between.

    Attributes
    ----------
    zero_crossings : int
    positive_mm_s, negative_mm_s, all_mm_s : float
        Mean of the largest speeds between two changes of sign: to the right or forwards, to the
        left or backwards, and of both. NaN without one.
    """

    zero_crossings: int
    positive_mm_s: float
    negative_mm_s: float
    all_mm_s: float


def velocity(cop_mm: Floats, fs_hz: float, method: Method = "steps") -> Floats:
    """Velocity of one axis or both, mm/s: ``(T - 1, ...)`` by steps, else ``(T, ...)``.

    The Savitzky-Golay filter draws a cubic through five samples and needs runs of five.

    References
    ----------
    Savitzky A, Golay MJE (1964), Anal Chem 36:1627.
    """
    cop_mm = one_or_both(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    if method == "steps":
        return np.diff(cop_mm, axis=0) * fs_hz
    out = np.full(cop_mm.shape, np.nan)
    whole = np.logical_and.reduce([np.isfinite(column) for column in np.atleast_2d(cop_mm.T)])
    for start, stop in finite_runs(whole).tolist():
        if stop - start >= _SPAN:
            out[start:stop] = _slopes(cop_mm[start:stop]) * fs_hz
    return out


def _slopes(run: Floats) -> Floats:
    """Slope at each sample of the cubic through five, per sample.

    The five are centred on it, but for the first two and the last two samples of the run.
    """
    weights = _slope_weights()
    half, inner = _SPAN // 2, len(run) - _SPAN + 1
    out = np.empty_like(run)
    out[half:-half] = sum(w * run[k : k + inner] for k, w in enumerate(weights[half]))
    out[:half] = weights[:half] @ run[:_SPAN]
    out[-half:] = weights[-half:] @ run[-_SPAN:]
    return out


@cache
def _slope_weights() -> Floats:
    """Weights of five samples, in columns, for the slope at each of them, in rows."""
    place = np.arange(_SPAN) - _SPAN // 2
    powers = np.vander(place, _DEGREE + 1, increasing=True)
    slopes = np.zeros(powers.shape)
    slopes[:, 1:] = powers[:, :-1] * np.arange(1, _DEGREE + 1)
    return np.asarray(slopes @ np.linalg.pinv(powers))


def rms_velocity(cop_mm: Floats, fs_hz: float) -> float:
    """Root mean square of the speed, mm/s, by steps; NaN without one."""
    steps = step_lengths(cop_mm)
    return math.sqrt((steps * steps).mean()) * fs_hz if len(steps) else math.nan


def max_velocity(cop_mm: Floats, fs_hz: float) -> float:
    """Highest speed, mm/s, by steps; NaN without one."""
    steps = step_lengths(cop_mm)
    return float(steps.max()) * fs_hz if len(steps) else math.nan


def velocity_sd(cop_mm: Floats, fs_hz: float) -> float:
    """Spread (standard deviation by n) of one axis's velocity, or of the speed of both, mm/s."""
    cop_mm = one_or_both(cop_mm)
    steps = step_lengths(cop_mm) if cop_mm.ndim == 2 else finite_rows(np.diff(cop_mm))
    return float(steps.std()) * fs_hz if len(steps) else math.nan


def velocity_peaks(velocity_mm_s: Floats) -> VelocityPeaks:
    """Count the changes of sign of a velocity, and find the highest speed between each two.

    What comes before the first change and after the last does not count: nobody knows how far
    it would have gone. A standstill has no sign. Each run of finite samples counts by itself.

    Parameters
    ----------
    velocity_mm_s : (T,) array
        Of one axis, as of `velocity`.

    References
    ----------
    Quijoux F et al. (2021), Physiol Rep 9(22):e15067.
    """
    values = one_axis(velocity_mm_s, "The velocity")
    crossings, found = 0, [np.empty(0)]
    for start, stop in finite_runs(np.isfinite(values)).tolist():
        run = values[start:stop]
        run = run[run != 0]
        at = 1 + np.flatnonzero(np.diff(np.signbit(run)))
        crossings += len(at)
        if len(at) > 1:
            speeds = np.maximum.reduceat(np.abs(run), at)[:-1]
            found.append(np.copysign(speeds, run[at[:-1]]))
    peaks = np.concatenate(found)
    return VelocityPeaks(
        crossings, _mean(peaks[peaks > 0]), _mean(-peaks[peaks < 0]), _mean(np.abs(peaks))
    )


def phase_plane(
    axis_mm: Floats, velocity_mm_s: Floats, about_mm: Floats | float | None = None
) -> float:
    """Length of one axis's spread in the plane of position and velocity.

    ``sqrt(s ** 2 + v ** 2)`` with the standard deviations (by n) of position, mm, and velocity,
    mm/s. It mixes units and only means something in these. That of both axes is the root of the
    sum of the squares of theirs.

    Parameters
    ----------
    axis_mm : (T,) array
    velocity_mm_s : (T,) or (T - 1,) array
        As of `velocity`.
    about_mm : float, optional
        Where positions are counted from, if not from their mean.

    References
    ----------
    Riley PO et al. (1995), J Rehabil Res Dev 32:227.
    """
    speeds = finite_rows(one_axis(velocity_mm_s, "The velocity"))
    if not len(speeds):
        return math.nan
    return math.hypot(rms_distance(one_axis(axis_mm, "The axis"), about_mm), float(speeds.std()))


def jerk(cop_mm: Floats, fs_hz: float) -> float:
    """Half the integral of the squared third derivative of both axes, mm2/s5.

    By third differences, between finite neighbours only; it grows with the length of the trial
    and with noise like none other. NaN with fewer than four samples in a row.

    References
    ----------
    Mancini M et al. (2012), J Neuroeng Rehabil 9:59, there of the trunk's acceleration.
    """
    cop_mm = one_or_both(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    third = finite_rows(np.diff(cop_mm, n=3, axis=0)) * fs_hz**3
    return float((third * third).sum()) / (2 * fs_hz) if len(third) else math.nan


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan
