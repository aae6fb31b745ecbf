# SPDX-License-Identifier: Apache-2.0
"""From samples as they came to a trial that can be measured: even steps, filtered, trimmed.

What was done to a trial travels with it, for its numbers cannot be compared without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.resampling import HOLE, resample, swarii, uniform_grid
from solemetry.signal import Filter
from solemetry.sway.given import above_zero, one_axis, one_or_both, same_length
from solemetry.sway.preparing.sampling import Timing, timing

Floats = NDArray[np.float64]
Resampling = Literal["none", "antialiased", "swarii"]

_OFF_GRID = 0.25
"""A sample further than this many steps from a point of the grid does not belong to it."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A trial on even steps, and what was done to it.

    Attributes
    ----------
    cop_mm : (T,) or (T, 2) array
        NaN where it is missing.
    t_s : (T,) array
    fs_hz : float
    timing : Timing
        Of the samples as they came.
    resampling : {"none", "antialiased", "swarii"}
    interpolated_pct : float
        Share of samples that have a value although the measured ones on either side are more than
        1.6 usual steps apart, %.
    lowpass : Filter
    trimmed_start_s, trimmed_end_s : float
        Taken off at either end.
    """

    cop_mm: Floats
    t_s: Floats
    fs_hz: float
    timing: Timing
    resampling: Resampling
    interpolated_pct: float
    lowpass: Filter
    trimmed_start_s: float
    trimmed_end_s: float


@dataclass(frozen=True, eq=False)
class Trimmed:
    """What is left of a series, and how much was taken off.

    Attributes
    ----------
    values : (n, ...) array
        A view.
    start_s, end_s : float
        What was taken off at the beginning and at the end, in whole samples.
    """

    values: Floats
    start_s: float
    end_s: float


def prepare(
    t_s: Floats,
    cop_mm: Floats,
    fs_hz: float | None = None,
    *,
    resampling: Resampling = "none",
    lowpass: Filter = Filter(),  # noqa: B008 - frozen
    start_s: float = 0.0,
    end_s: float = 0.0,
) -> Prepared:
    """Bring a trial onto even steps, filter it, then trim it.

    In this order, so that what the filter does at the ends goes with the trimming.

    Parameters
    ----------
    t_s : (n,) array
        Time of each sample, s.
    cop_mm : (n,) or (n, 2) array
        mm; NaN where it is missing.
    fs_hz : float, optional
        Samples per second of the result; by default as measured, with "swarii" 25.
    resampling : {"none", "antialiased", "swarii"}
        "none": the samples lie on even steps already, up to lost ones, and stay as they are.
        "antialiased": `solemetry.resampling.resample`, for times that are even or nearly so.
        "swarii": `solemetry.resampling.swarii`, for any times.
    lowpass : Filter
    start_s, end_s : float
        To take off at either end.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        When shapes do not fit, times fall or, without resampling, do not lie on even steps, or
        when neither they nor `fs_hz` tell the rate.
    """
    t_s, cop_mm = one_axis(t_s, "The time"), one_or_both(cop_mm)
    same_length(t_s, cop_mm, "Times and positions")
    measured = timing(t_s, cop_mm)
    if fs_hz is None:
        fs_hz = 25.0 if resampling == "swarii" else measured.fs_hz
        if np.isnan(fs_hz):
            raise ValueError(f"{measured.n} sample(s) do not tell the rate; give fs_hz.")
    above_zero(fs_hz, "The sampling rate")
    if resampling == "none":
        grid_s, on_grid = _placed(t_s, cop_mm, fs_hz)
    elif resampling == "antialiased":
        grid_s = uniform_grid(t_s[0], t_s[-1], fs_hz) if len(t_s) else t_s
        on_grid = resample(t_s, cop_mm, grid_s)
    elif resampling == "swarii":
        grid_s, on_grid = swarii(t_s, cop_mm, fs_hz)
    else:
        raise ValueError(f"Resampling is none, antialiased or swarii, not {resampling!r}.")
    filtered = trim(lowpass(on_grid, fs_hz), fs_hz, start_s, end_s)
    times = trim(grid_s, fs_hz, start_s, end_s)
    return Prepared(
        cop_mm=filtered.values,
        t_s=times.values,
        fs_hz=fs_hz,
        timing=measured,
        resampling=resampling,
        interpolated_pct=_interpolated_pct(t_s, cop_mm, times.values, filtered.values)
        if measured.gaps
        else 0.0,
        lowpass=lowpass,
        trimmed_start_s=filtered.start_s,
        trimmed_end_s=filtered.end_s,
    )


def trim(values: Floats, fs_hz: float, start_s: float = 0.0, end_s: float = 0.0) -> Trimmed:
    """Take something off at the beginning and at the end.

    Parameters
    ----------
    values : (T, ...) array
    fs_hz : float
    start_s, end_s : float
        To take off; to the nearest sample.

    Returns
    -------
    Trimmed
        Empty where there is not more than that.

    Raises
    ------
    ValueError
        When the rate is not positive, or a time is negative.
    """
    above_zero(fs_hz, "The sampling rate")
    if not (start_s >= 0 and end_s >= 0):
        raise ValueError(f"{start_s} s and {end_s} s cannot be taken off; 0 or more can.")
    values = np.asarray(values)
    first = min(round(start_s * fs_hz), len(values))
    stop = max(len(values) - round(end_s * fs_hz), first)
    return Trimmed(values[first:stop], first / fs_hz, (len(values) - stop) / fs_hz)


def _placed(t_s: Floats, cop_mm: Floats, fs_hz: float) -> tuple[Floats, Floats]:
    """Put samples on the points of an even grid to which they belong, NaN on the others."""
    steps = np.diff(t_s) * fs_hz
    whole = np.rint(steps).astype(np.int64)
    off = (whole < 1) | (np.abs(steps - whole) > _OFF_GRID)
    if off.any():
        at = int(np.argmax(off))
        raise ValueError(
            f"Times are uneven: {t_s[at]:g} s, then {t_s[at + 1]:g} s, at {fs_hz:g} samples per "
            'second. Resample them: "antialiased" where they are nearly even, else "swarii".'
        )
    if not len(t_s):
        return t_s, cop_mm
    place = np.concatenate(([0], np.cumsum(whole)))
    on_grid = np.full((place[-1] + 1, *cop_mm.shape[1:]), np.nan)
    on_grid[place] = cop_mm
    return t_s[0] + np.arange(len(on_grid)) / fs_hz, on_grid


def _interpolated_pct(t_s: Floats, cop_mm: Floats, at_s: Floats, values: Floats) -> float:
    if not len(at_s):
        return 0.0
    finite = np.isfinite(cop_mm.reshape(len(cop_mm), -1)).all(axis=1)
    t_s = t_s[finite]
    usual_s = float(np.median(np.diff(t_s)))
    before = np.searchsorted(t_s, at_s + 1e-6 * usual_s, side="right") - 1
    before = np.clip(before, 0, len(t_s) - 2)
    between = (np.diff(t_s)[before] > HOLE * usual_s) & (at_s - t_s[before] > 1e-3 * usual_s)
    between &= t_s[before + 1] - at_s > 1e-3 * usual_s
    given = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    return 100 * float((between & given).mean())
