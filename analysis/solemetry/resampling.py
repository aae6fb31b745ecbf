# SPDX-License-Identifier: Apache-2.0
"""From a stream's own samples to the points of a common base."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs

Floats = NDArray[np.float64]

FLAT_TO = 0.8
"""Up to this share of the new Nyquist frequency nothing is taken away where the rate falls."""

_ORDER, _RIPPLE_DB, _STOP_DB = 8, 0.005, 45.0
_SETTLING = 12
"""The filter is started on so many new periods of mirrored signal at either end of a run."""

HOLE = 1.6
"""Samples further apart than this many usual steps have a hole between them."""

_EVEN = 0.1
"""Steps that are all within this share of the usual one count as even."""

_EDGE_S = 1e-6
"""How much shorter than asked for a window of `swarii` is, as in its authors' code: a sample
on its very edge is out, whichever way the times were rounded."""

_MIN_SAMPLES = 4
"""A cubic needs four points."""

_LEAST_PERIODS = 2
"""Where the rate falls, a run shorter than this many new periods says nothing about them."""


def uniform_grid(start_s: float, stop_s: float, fs_hz: float) -> Floats:
    """Whole multiples of ``1 / fs_hz`` from `start_s` to `stop_s`, both included.

    Whatever stretch is asked for, the points of two grids of one rate fall together.

    Raises
    ------
    ValueError
        When the rate is not positive.
    """
    if not fs_hz > 0:
        raise ValueError(f"A rate of {fs_hz:g} Hz makes no grid; it must be positive.")
    slack = 1e-6
    first, last = np.ceil(start_s * fs_hz - slack), np.floor(stop_s * fs_hz + slack)
    return np.asarray(np.arange(first, last + 1) / fs_hz)


def resample(
    t_s: Floats,
    values: Floats,
    grid_s: Floats,
    delay_s: float = 0.0,
    hole_s: float | None = None,
) -> Floats:
    """Values of a stream at the points of a uniform grid.

    Between samples a cubic spline is drawn. For a sine of frequency f, sampled at fs, it is off
    by at most ``5 / 384 * (2 pi f / fs) ** 4`` of the amplitude (Hall 1968): 0.2 % at a tenth of
    the sampling rate. Where the grid is coarser than the stream, a zero-phase elliptic low-pass
    comes first, flat within 0.2 % up to 0.8 of the grid's Nyquist frequency and at least 80 dB
    down above it. For that, samples that came unevenly are first drawn onto even steps, twice as
    close as the usual one.

    Uneven times carry less than even ones: what the spline says between two samples is only as
    good as the longest step nearby allows, and two samples much closer than usual turn their noise
    into a steep slope. Where times scatter by half a step and more, as those of a Wii Balance Board
    do, `swarii` is the better choice.

    Parameters
    ----------
    t_s : (n,) array
        Time of each sample, s, ascending.
    values : (n,) or (n, C) array
        Any unit; NaN where missing. Each column has gaps of its own.
    grid_s : (m,) array
        Uniform, ascending, s.
    delay_s : float
        By how much the values lag behind what they measure, where `t_s` does not yet know.
    hole_s : float, optional
        Samples further apart than this have a hole between them; else they are joined. By
        default 1.6 usual steps, the usual one being the median.

    Returns
    -------
    (m,) or (m, C) array
        NaN outside of the stream, in its gaps, and over runs too short to say anything.

    Raises
    ------
    ValueError
        When shapes do not fit, or times do not ascend.

    References
    ----------
    Hall CA (1968), On error bounds for spline interpolation, J Approx Theory 1:209-218.
    """
    t_s, values = _checked(t_s, values)
    grid_s = np.asarray(grid_s, dtype=float)
    if not (np.diff(t_s) > 0).all() or not (np.diff(grid_s) > 0).all():
        raise ValueError("Times must ascend, those of the samples and those of the grid.")
    columns = values[:, None] if values.ndim == 1 else values
    out = np.full((len(grid_s), columns.shape[1]), np.nan)
    if len(t_s) >= _MIN_SAMPLES and len(grid_s):
        period_s = float(np.median(np.diff(t_s)))
        hole_s = HOLE * period_s if hole_s is None else hole_s
        to_period_s = float(np.median(np.diff(grid_s))) if len(grid_s) > 1 else period_s
        for c in range(columns.shape[1]):
            for start, stop in _whole_runs(t_s, columns[:, c], hole_s):
                run_s, run = t_s[start:stop] - delay_s, columns[start:stop, c]
                _draw(run_s, run, period_s, grid_s, to_period_s, out[:, c])
    return out if values.ndim == 2 else out[:, 0]


def swarii(
    t_s: Floats, values: Floats, fs_hz: float = 25.0, window_s: float = 0.08
) -> tuple[Floats, Floats]:
    """Sliding window average with relevance interval interpolation, for samples at any times.

    Each sample of a window around a point of the grid stands for the time that is nearer to it
    than to the samples before and after, as far as that lies within the window and the recording;
    the first and the last sample stand for what is left up to its ends. The result is the mean of
    the samples weighted so. It takes noise down and needs no even steps; it is no sharp low-pass:
    of a sine of frequency f about ``sinc(f * window_s)`` is left, 64 % of one of 6.25 Hz with a
    window of 0.08 s.

    Parameters
    ----------
    t_s : (n,) array
        Time of each sample, s; must not fall, several samples may share a time.
    values : (n,) or (n, C) array
        Any unit. A row with a missing value in any column is left out.
    fs_hz : float
        Points per second of the grid.
    window_s : float
        Width of the window.

    Returns
    -------
    grid_s : (m,) array
        Every ``1 / fs_hz`` from the first sample to the last.
    values : (m,) or (m, C) array
        NaN where a window has no sample.

    Raises
    ------
    ValueError
        When shapes do not fit, times fall, or the rate or the window is not positive.

    References
    ----------
    Audiffren J, Contal E (2016), Sensors 16(8):1208. Quijoux F et al. (2021), Physiol Rep
    9(22):e15067, uses it with 25 Hz and 0.08 s. Their programs bridge empty windows and leave off
    the first 0.1 s and the last sample; this does neither.
    """
    t_s, values = _checked(t_s, values)
    if not (fs_hz > 0 and window_s > _EDGE_S):
        raise ValueError(f"{fs_hz:g} Hz and a window of {window_s:g} s: both must be positive.")
    # One row for each column: sums along contiguous memory take a fraction of the time.
    series = np.ascontiguousarray(np.atleast_2d(values.T))
    present = np.isfinite(t_s) & np.isfinite(series).all(axis=0)
    if not present.all():
        t_s, series = t_s[present], series[:, present]
    if (np.diff(t_s) < 0).any():
        raise ValueError("Times must not fall; sort the samples by time.")
    if not len(t_s):
        return np.empty(0), np.empty((0, *values.shape[1:]))
    points = math.floor((t_s[-1] - t_s[0]) * fs_hz + _EDGE_S) + 1
    grid_s = t_s[0] + np.arange(points) / fs_hz
    means = _relevance_means(t_s, series, grid_s, (window_s - _EDGE_S) / 2)
    return grid_s, np.ascontiguousarray(means.T) if values.ndim == 2 else means[0]


def _checked(t_s: Floats, values: Floats) -> tuple[Floats, Floats]:
    t_s, values = np.asarray(t_s, dtype=float), np.asarray(values, dtype=float)
    if t_s.ndim != 1 or values.ndim not in (1, 2) or len(values) != len(t_s):
        raise ValueError(
            f"times have shape {t_s.shape} and values {values.shape}; they should be (n,) and "
            "(n,) or (n, C)."
        )
    return t_s, values


def _relevance_means(t_s: Floats, series: Floats, grid_s: Floats, half_s: float) -> Floats:
    """Mean of each window, ``(C, m)``: by running sums, of values less their mean for digits."""
    level: Floats = series.mean(axis=1, keepdims=True)
    if t_s[0] == t_s[-1]:
        return level
    first = np.searchsorted(t_s, grid_s - half_s, side="right")
    last = np.searchsorted(t_s, grid_s + half_s, side="left") - 1
    filled = first <= last
    a, b = first[filled], last[filled]
    left = np.maximum(grid_s[filled] - half_s, t_s[0])
    right = np.minimum(grid_s[filled] + half_s, t_s[-1])

    border = np.concatenate((t_s[:1], (t_s[1:] + t_s[:-1]) / 2, t_s[-1:]))
    series = series - level
    total = np.cumsum(series * np.diff(border), axis=1)
    # All that the samples after the first stand for, up to the last; then both ends set right.
    sums = total[:, b] - total[:, a]
    sums += series[:, a] * (border[a + 1] - left)
    sums += series[:, b] * (right - border[b + 1])

    out = np.full((len(series), len(grid_s)), np.nan)
    out[:, filled] = level + sums / (right - left)
    return out


def _whole_runs(t_s: Floats, column: Floats, hole_s: float) -> list[tuple[int, int]]:
    """Start and stop of the runs without a missing value and without a missing row."""
    out: list[tuple[int, int]] = []
    for start, stop in finite_runs(np.isfinite(column)).tolist():
        holes = np.flatnonzero(np.diff(t_s[start:stop]) > hole_s) + start + 1
        bounds = [start, *holes.tolist(), stop]
        out += pairwise(bounds)
    return out


def _draw(
    run_s: Floats, run: Floats, period_s: float, grid_s: Floats, to_period_s: float, out: Floats
) -> None:
    """Fill in the grid points that lie within one run."""
    from scipy.interpolate import CubicSpline

    falls = to_period_s > period_s * 1.001
    least = max(_MIN_SAMPLES, _LEAST_PERIODS * to_period_s / period_s if falls else 0)
    if len(run) < least:
        return
    if falls:
        step_s = period_s
        if (np.abs(np.diff(run_s) - period_s) > _EVEN * period_s).any():
            even_s = np.linspace(run_s[0], run_s[-1], round(2 * np.ptp(run_s) / period_s) + 1)
            run_s, run, step_s = even_s, CubicSpline(run_s, run)(even_s), even_s[1] - even_s[0]
        run = _without_what_would_alias(run, step_s / to_period_s)
    # A thousandth of a period more at the ends, for times that were rounded.
    slack_s = 1e-3 * period_s
    first, last = np.searchsorted(grid_s, (run_s[0] - slack_s, run_s[-1] + slack_s))
    out[first:last] = CubicSpline(run_s, run)(grid_s[first:last])


def _without_what_would_alias(run: Floats, ratio: float) -> Floats:
    from scipy.signal import sosfiltfilt

    settling = min(len(run) - 1, round(_SETTLING / ratio))
    filtered: Floats = sosfiltfilt(_elliptic(round(FLAT_TO * ratio, 6)), run, padlen=settling)
    return filtered


@lru_cache(maxsize=16)
def _elliptic(cutoff: float) -> Any:
    from scipy.signal import ellip

    return ellip(_ORDER, _RIPPLE_DB, _STOP_DB, cutoff, output="sos")
