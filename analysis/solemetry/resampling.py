# SPDX-License-Identifier: Apache-2.0
"""From a stream's own samples to the points of a common base."""

from __future__ import annotations

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

_HOLE = 1.6
"""Samples further apart than this many periods have a hole between them."""

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


def resample(t_s: Floats, values: Floats, grid_s: Floats, delay_s: float = 0.0) -> Floats:
    """Values of a stream at the points of a uniform grid.

    Between samples a cubic spline is drawn. For a sine of frequency f, sampled at fs, it is off
    by at most ``5 / 384 * (2 pi f / fs) ** 4`` of the amplitude (Hall 1968): 0.2 % at a tenth of
    the sampling rate. Where the grid is coarser than the stream, a zero-phase elliptic low-pass
    comes first, flat within 0.2 % up to 0.8 of the grid's Nyquist frequency and at least 80 dB
    down above it.

    Parameters
    ----------
    t_s : (n,) array
        Time of each sample, s, ascending; nearly uniform, apart from holes.
    values : (n,) or (n, C) array
        Any unit; NaN where missing. Each column has gaps of its own.
    grid_s : (m,) array
        Uniform, ascending, s.
    delay_s : float
        By how much the values lag behind what they measure, where `t_s` does not yet know.

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
    t_s, values = np.asarray(t_s, dtype=float), np.asarray(values, dtype=float)
    grid_s = np.asarray(grid_s, dtype=float)
    if t_s.ndim != 1 or values.ndim not in (1, 2) or len(values) != len(t_s):
        raise ValueError(
            f"times have shape {t_s.shape} and values {values.shape}; they should be (n,) and "
            "(n,) or (n, C)."
        )
    if not (np.diff(t_s) > 0).all() or not (np.diff(grid_s) > 0).all():
        raise ValueError("Times must ascend, those of the samples and those of the grid.")
    columns = values[:, None] if values.ndim == 1 else values
    out = np.full((len(grid_s), columns.shape[1]), np.nan)
    if len(t_s) >= _MIN_SAMPLES and len(grid_s):
        period_s = float(np.median(np.diff(t_s)))
        to_period_s = float(np.median(np.diff(grid_s))) if len(grid_s) > 1 else period_s
        for c in range(columns.shape[1]):
            for start, stop in _whole_runs(t_s, columns[:, c], period_s):
                run_s, run = t_s[start:stop] - delay_s, columns[start:stop, c]
                _draw(run_s, run, period_s, grid_s, to_period_s, out[:, c])
    return out if values.ndim == 2 else out[:, 0]


def _whole_runs(t_s: Floats, column: Floats, period_s: float) -> list[tuple[int, int]]:
    """Start and stop of the runs without a missing value and without a missing row."""
    out: list[tuple[int, int]] = []
    for start, stop in finite_runs(np.isfinite(column)).tolist():
        holes = np.flatnonzero(np.diff(t_s[start:stop]) > _HOLE * period_s) + start + 1
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
        run = _without_what_would_alias(run, period_s / to_period_s)
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
