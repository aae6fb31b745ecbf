# SPDX-License-Identifier: Apache-2.0
"""When samples came: at which rate, how evenly, what is repeated and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.resampling import HOLE
from solemetry.sway.given import one_axis, same_length

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timing:
    """How the samples of a recording lie in time.

    Attributes
    ----------
    n : int
        Samples with a value.
    duration_s : float
        From the first to the last.
    fs_hz : float
        Samples per second, gaps left out.
    median_step_s, min_step_s, max_step_s : float
        From a sample to the next, gaps included.
    jitter_s : float
        Standard deviation of the steps that are no gaps.
    gaps : int
        Steps longer than 1.6 usual ones.
    longest_gap_s : float
        0 without a gap.
    missing_pct : float
        Share of samples that should have come in the gaps, %.
    repeated_times_pct : float
        Share of samples at the time of the one before, %.
    repeated_samples_pct : float
        Share of samples that are the same, to the last bit, as the one before, %: a slow sensor
        read too often. NaN where no values were given.
    """

    n: int
    duration_s: float
    fs_hz: float
    median_step_s: float
    min_step_s: float
    max_step_s: float
    jitter_s: float
    gaps: int
    longest_gap_s: float
    missing_pct: float
    repeated_times_pct: float
    repeated_samples_pct: float


def timing(t_s: Floats, values: Floats | None = None) -> Timing:
    """Describe when samples came.

    The usual step is the median of those that are longer than nothing.

    Parameters
    ----------
    t_s : (n,) array
        Time of each sample, s; must not fall.
    values : (n,) or (n, C) array, optional
        A sample with a missing value counts as not there.

    Returns
    -------
    Timing
        NaN with fewer than two samples, or where no time passes.

    Raises
    ------
    ValueError
        When shapes do not fit, a time is missing, or times fall.
    """
    t_s = one_axis(t_s, "The time")
    if not np.isfinite(t_s).all():
        raise ValueError("A sample has no time.")
    repeated_samples_pct = np.nan
    if values is not None:
        values = np.asarray(values, dtype=float)
        same_length(t_s, values, "Times and values")
        series = np.ascontiguousarray(np.atleast_2d(values.T))
        present = np.isfinite(series).all(axis=0)
        if not present.all():
            t_s, series = t_s[present], series[:, present]
        if len(t_s) > 1:
            same = (series[:, 1:] == series[:, :-1]).all(axis=0)
            repeated_samples_pct = 100 * float(same.mean())
    steps_s = np.diff(t_s)
    if (steps_s < 0).any():
        raise ValueError("Times must not fall; sort the samples by time.")
    passing_s = steps_s[steps_s > 0]
    if not len(passing_s):
        return Timing(
            n=len(t_s),
            duration_s=0.0,
            fs_hz=np.nan,
            median_step_s=np.nan,
            min_step_s=np.nan,
            max_step_s=np.nan,
            jitter_s=np.nan,
            gaps=0,
            longest_gap_s=0.0,
            missing_pct=np.nan,
            repeated_times_pct=np.nan,
            repeated_samples_pct=repeated_samples_pct,
        )
    gap = steps_s > HOLE * np.median(passing_s)
    between_s, gaps_s = steps_s[~gap], steps_s[gap]
    step_s = float(between_s.mean())
    missing = np.maximum(np.rint(gaps_s / step_s) - 1, 1).sum()
    return Timing(
        n=len(t_s),
        duration_s=float(t_s[-1] - t_s[0]),
        fs_hz=1 / step_s,
        median_step_s=float(np.median(steps_s)),
        min_step_s=float(steps_s.min()),
        max_step_s=float(steps_s.max()),
        jitter_s=float(between_s.std()),
        gaps=len(gaps_s),
        longest_gap_s=float(gaps_s.max(initial=0.0)),
        missing_pct=100 * float(missing / (len(t_s) + missing)),
        repeated_times_pct=100 * float((steps_s == 0).mean()),
        repeated_samples_pct=repeated_samples_pct,
    )
