# SPDX-License-Identifier: Apache-2.0
"""Sway as a random walk: how far the centre of pressure gets in how much time.

Over short times it moves on as it moved before, over long times it is brought back: the mean
square displacement rises steeply, then bends and rises slowly. Stabilogram-diffusion analysis
draws a line through either part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, one_or_both

Floats = NDArray[np.float64]

Fit = Literal["linear", "two_lines", "quijoux2021"]

SHORT_S, LONG_S = (0.0, 1.0), (2.0, 10.0)
"""Lags of the two lines of the ``"linear"`` fit, s."""

LONGEST_LAG = 1 / 3
"""Share of the trial: over longer lags too few displacements stand apart from each other."""

_BREAK_S = (0.3, 2.5)
"""Lags among which a fit looks for the end of the short part and the start of the long one."""

_LEAST_LAGS = 3
"""Through two points a line goes without saying anything."""


@dataclass(frozen=True)
class Diffusion:
    """A stabilogram-diffusion plot in numbers.

    Attributes
    ----------
    d_short_mm2_s, d_long_mm2_s : float
        Diffusion coefficients: slope of the straight line through the mean square displacement
        over the lag, halved for one axis (``<dx^2> = 2 D dt``), a quarter of it for both
        (``<dr^2> = 4 D dt``).
    h_short, h_long : float
        Scaling exponents: half the slope over the same lags, both logarithmic. 0.5 of a random
        walk, above it movement persists, below it turns back.
    msd_1s_short_mm2, msd_1s_long_mm2 : float
        Mean square displacement at 1 s on those logarithmic lines. Quijoux et al. call it the
        diffusion; that it is, times 2 s, only where the exponent is 0.5.
    critical_time_s, critical_msd_mm2 : float
        Where the two lines cross: the straight ones, NaN where they do not cross among the
        lags, or under ``"quijoux2021"`` the logarithmic ones.
    short_s, long_s : tuple of float
        First and last lag that each line was drawn through.
    """

    d_short_mm2_s: float
    d_long_mm2_s: float
    h_short: float
    h_long: float
    msd_1s_short_mm2: float
    msd_1s_long_mm2: float
    critical_time_s: float
    critical_msd_mm2: float
    short_s: tuple[float, float]
    long_s: tuple[float, float]


def stabilogram_diffusion(
    cop_mm: Floats,
    fs_hz: float,
    fit: Fit = "linear",
    *,
    short_s: tuple[float, float] = SHORT_S,
    long_s: tuple[float, float] = LONG_S,
) -> Diffusion:
    """Stabilogram-diffusion analysis of one axis, or of both as a path in the plane.

    Lags run from one sample to a third of the trial. Which of them a line is drawn through is
    the one choice that changes the numbers, so the fits have names:

    ``"linear"``
        Lags within `short_s` and `long_s`: the same ones in each trial. The critical point is
        the crossing of the straight lines, as Collins and De Luca define it; they chose the
        lags by eye.
    ``"two_lines"``
        All lags up to the end of `long_s`, parted between 0.3 and 2.5 s where two straight lines
        leave the least squared error. A lag weighs the less the longer it is (1 / lag), for
        there are more long than short ones.
    ``"quijoux2021"``
        Lines through logarithmic values, from the first lag to one between 0.3 and 2.5 s and
        from one between 0.3 and 2.5 s to the last, each with the least root mean square error.
        The critical point is the crossing of these; beyond the last lag it is put there.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        One axis, or ``(ml, ap)``, mm; NaN where missing.
    fs_hz : float
        Samples per second.
    fit : {"linear", "two_lines", "quijoux2021"}
    short_s, long_s : tuple of float
        First and last lag, s, for ``"linear"``; the last of `long_s` for ``"two_lines"`` too.

    Returns
    -------
    Diffusion
        Values that have fewer than three lags to go by are NaN; where the fit looks for the
        lags, it needs a trial of some 8 s. The coefficients of a constant are 0 by straight
        lines, what needs a logarithm is NaN.

    References
    ----------
    Collins JJ, De Luca CJ (1993), Exp Brain Res 95:308; Quijoux F et al. (2021), Physiol Rep
    9(22):e15067.
    """
    if fit not in get_args(Fit):
        raise ValueError(f"There is no fit called {fit!r}; choose of {', '.join(get_args(Fit))}.")
    lag_s, msd_mm2 = mean_square_displacement(cop_mm, fs_hz)
    last_s = math.inf if fit == "quijoux2021" else long_s[1] + 1e-9
    known = np.isfinite(msd_mm2) & (lag_s <= last_s)
    lag_s, msd_mm2 = lag_s[known], msd_mm2[known]

    if fit == "linear":
        short, long = _within(lag_s, short_s), _within(lag_s, long_s)
    elif fit == "two_lines":
        short, long = _parted(lag_s, msd_mm2, fs_hz)
    else:
        short, long = _best_logarithmic(lag_s, msd_mm2, fs_hz)

    straight = [_line(lag_s[part], msd_mm2[part]) for part in (short, long)]
    with np.errstate(divide="ignore"):
        log_lag, log_msd = np.log(lag_s), np.log(msd_mm2)
    power = [_line(log_lag[part], log_msd[part]) for part in (short, long)]
    if fit == "quijoux2021":
        log_s = float(np.minimum(_crossing(*power), log_lag.max(initial=-math.inf)))
        critical_s, critical_mm2 = math.exp(log_s), math.exp(power[0][0] + power[0][1] * log_s)
    else:
        crossing_s = _crossing(*straight)
        critical_s = crossing_s if 0 < crossing_s <= lag_s[-1] else math.nan
        critical_mm2 = straight[0][0] + straight[0][1] * critical_s
    dimensions = np.ndim(cop_mm)
    return Diffusion(
        d_short_mm2_s=straight[0][1] / (2 * dimensions),
        d_long_mm2_s=straight[1][1] / (2 * dimensions),
        h_short=power[0][1] / 2,
        h_long=power[1][1] / 2,
        msd_1s_short_mm2=math.exp(power[0][0]),
        msd_1s_long_mm2=math.exp(power[1][0]),
        critical_time_s=critical_s,
        critical_msd_mm2=critical_mm2,
        short_s=_ends(lag_s[short]),
        long_s=_ends(lag_s[long]),
    )


def mean_square_displacement(cop_mm: Floats, fs_hz: float) -> tuple[Floats, Floats]:
    """Mean square displacement over each lag: one sample up to a third of the trial.

    All pairs of samples that lag apart count of which both are known, so gaps need not be
    bridged. Computed by Fourier transforms, in ``O(T log T)``.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        One axis, or ``(ml, ap)``, mm; NaN where missing.
    fs_hz : float
        Samples per second.

    Returns
    -------
    lag_s : (T // 3,) array
    msd_mm2 : (T // 3,) array
        NaN where no pair is that far apart.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    cop_mm = one_or_both(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    axes = np.atleast_2d(cop_mm.T)
    known = np.logical_and.reduce(np.isfinite(axes))
    lags = int(len(known) * LONGEST_LAG)
    if not known.any() or not lags:
        return np.arange(1, lags + 1) / fs_hz, np.full(lags, np.nan)

    axes = np.where(known, axes - axes[:, known][:, :1], 0.0)
    axes -= known * (axes.sum(axis=1, keepdims=True) / known.sum())
    # (b - a)^2 = a^2 + b^2 - 2 a b, each summed over the pairs of known samples.
    size = next_fast_len(len(known) + lags, real=True)
    present = rfft(known.astype(float), size)
    squares = rfft((axes * axes).sum(axis=0), size)
    moved = rfft(axes, size, axis=1)
    spectrum = (squares * present.conj()).real - (moved.real**2 + moved.imag**2).sum(axis=0)
    pairs = np.rint(irfft(present.real**2 + present.imag**2, size)[1 : lags + 1])
    total = 2 * irfft(spectrum, size)[1 : lags + 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        msd_mm2 = np.where(pairs > 0, np.maximum(total, 0) / pairs, np.nan)
    return np.arange(1, lags + 1) / fs_hz, msd_mm2


def _within(lag_s: Floats, bounds_s: tuple[float, float]) -> slice:
    # Times are rounded: a lag of 1 s is within 1 s.
    first, last = np.searchsorted(lag_s, (bounds_s[0] - 1e-9, bounds_s[1] + 1e-9))
    return slice(int(first), int(last))


def _parted(lag_s: Floats, msd_mm2: Floats, fs_hz: float) -> tuple[slice, slice]:
    """Part the lags where two straight lines fit best."""
    n = _breaks(len(lag_s), fs_hz)
    if not len(n):
        return slice(0), slice(0)
    weight = 1 / lag_s
    before = _squared_errors(lag_s, msd_mm2, weight)
    after = _squared_errors(lag_s[::-1], msd_mm2[::-1], weight[::-1])[::-1]
    # The error of the first n lags, and that of those after them.
    best = int(n[np.argmin(before[n - 1] + after[n])])
    return slice(best), slice(best, len(lag_s))


def _best_logarithmic(lag_s: Floats, msd_mm2: Floats, fs_hz: float) -> tuple[slice, slice]:
    """Find the lags from the first on, and those up to the last, that lie best on a line."""
    n = _breaks(len(lag_s), fs_hz)
    if not len(n) or not (msd_mm2 > 0).all():
        return slice(0), slice(0)
    x, y, same = np.log(lag_s), np.log(msd_mm2), np.ones(len(lag_s))
    before = _squared_errors(x, y, same)[n - 1] / n
    after = _squared_errors(x[::-1], y[::-1], same)[::-1][n - 1] / (len(x) - n + 1)
    # The last of equals, as in their program.
    short = int(n[::-1][np.argmin(before[::-1])])
    long = int(n[::-1][np.argmin(after[::-1])])
    return slice(short), slice(long - 1, len(x))


def _breaks(lags: int, fs_hz: float) -> NDArray[np.int64]:
    """How many lags the short part may have; none where there are too few for the long one."""
    earliest, latest = int(_BREAK_S[0] * fs_hz) + 1, int(_BREAK_S[1] * fs_hz)
    if lags < latest + _LEAST_LAGS:
        return np.empty(0, np.int64)
    return np.arange(max(earliest, _LEAST_LAGS), latest + 1)


def _squared_errors(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Weighted squared error of the best line through the first 1, 2, ... points."""
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    w, wx, wy = np.cumsum(weight), np.cumsum(weight * x), np.cumsum(weight * y)
    sxx = np.cumsum(weight * x * x) - wx * wx / w
    sxy = np.cumsum(weight * x * y) - wx * wy / w
    syy = np.cumsum(weight * y * y) - wy * wy / w
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.maximum(np.where(sxx > 0, syy - sxy * sxy / sxx, 0.0), 0.0)


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Intercept and slope; NaN with too few points."""
    if len(x) < _LEAST_LAGS or not np.isfinite(y).all():
        return math.nan, math.nan
    from_mean = x - x.mean()
    slope = float((from_mean * y).sum() / (from_mean * from_mean).sum())
    return float(y.mean()) - slope * float(x.mean()), slope


def _crossing(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Where two lines cross; NaN where they are parallel."""
    steeper = one[1] - other[1]
    return (other[0] - one[0]) / steeper if steeper else math.nan


def _ends(lag_s: Floats) -> tuple[float, float]:
    return (float(lag_s[0]), float(lag_s[-1])) if len(lag_s) else (math.nan, math.nan)
