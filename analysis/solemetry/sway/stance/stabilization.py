# SPDX-License-Identifier: Apache-2.0
"""Landing: how long it takes to stand still, and how far from still it is until then.

Every time is counted from the first sample given, which should be the one of touch-down
(`touch_down` finds it). Methods differ widely in what they return (Fransz 2015): compare like with
like, trials of one length above all.

References
----------
Fransz DP, Huurnink A, de Boode VA, Kingma I, van Dieën JH (2015), Gait Posture 41(1):63.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import above_zero, one_axis, planar, same_length

Floats = NDArray[np.float64]

BAND = 0.05
HOLD_S = 1.0
"""Still is within 5 % of body weight for a second."""

SPREAD = 0.25
"""Still is a running mean within a quarter of the series' standard deviation."""

FIT_S = 3.0
QUIET_S = 5.0
"""The cubic is fitted to the first 3 s after the peak; the last 5 s of a trial are quiet."""

INDEX_S = 3.0
"""Stability indices look at 3 s."""

FLIGHT_N, FLIGHT_S = 20.0, 0.1
"""Less on the plate for so long, and nobody stands on it."""


@dataclass(frozen=True)
class StabilityIndex:
    """How far forces stray from those of standing still, in body weights.

    Attributes
    ----------
    ml, ap, vertical : float
        Root mean square of each.
    all : float
        Of the three together (DPSI).
    """

    ml: float
    ap: float
    vertical: float
    all: float


def touch_down(force_n: Floats, fs_hz: float) -> int:
    """First sample of the last landing: 20 N or more, after 0.1 s or more with less.

    Parameters
    ----------
    force_n : (T,) array
        Vertical force, N.
    fs_hz : float

    Returns
    -------
    int
        -1 where nobody ever comes down on the plate.
    """
    force_n = one_axis(force_n, "The vertical force")
    above_zero(fs_hz, "The sampling rate")
    flights = finite_runs(force_n < FLIGHT_N)
    long_enough = (flights[:, 1] - flights[:, 0]) / fs_hz >= FLIGHT_S
    landings = flights[long_enough & (flights[:, 1] < len(force_n)), 1]
    return int(landings[-1]) if len(landings) else -1


def time_to_stable_force(
    force_n: Floats,
    fs_hz: float,
    body_weight_n: float,
    band: float = BAND,
    hold_s: float = HOLD_S,
) -> float:
    """Time until vertical force stays within 5 % of body weight for a whole second, s.

    Parameters
    ----------
    force_n : (T,) array
        Vertical force from touch-down on, N.
    fs_hz : float
    body_weight_n : float
    band : float
        Share of body weight.
    hold_s : float

    Returns
    -------
    float
        The start of that second; NaN if there is none. A missing sample breaks a second.

    References
    ----------
    Colby SM, Hintermeister RA, Torry MR, Steadman JR (1999), J Orthop Sports Phys Ther 29(8):444.
    """
    force_n = one_axis(force_n, "The vertical force")
    above_zero(fs_hz, "The sampling rate")
    above_zero(body_weight_n, "The body weight")
    runs = finite_runs(np.abs(force_n - body_weight_n) < band * body_weight_n)
    # A second of samples is as many as the rate says.
    long_enough = runs[runs[:, 1] - runs[:, 0] >= round(hold_s * fs_hz)]
    return float(long_enough[0, 0] / fs_hz) if len(long_enough) else np.nan


def time_to_stable_mean(values: Floats, fs_hz: float, spread: float = SPREAD) -> float:
    """Time until the running mean stays within a quarter SD of the whole series' mean, s.

    The sequential average of samples 1 to n is followed as n grows; the time is that after
    which it leaves ``mean +- 0.25 SD`` no more. Both belong to the whole series, which is why
    its length matters.

    Parameters
    ----------
    values : (T,) array
        Any force, or centre of pressure along an axis, from touch-down on. Missing samples are
        left out of all means.
    fs_hz : float
    spread : float

    Returns
    -------
    float
        NaN without two samples. 0 for one that does not change.

    References
    ----------
    Colby SM et al. (1999), J Orthop Sports Phys Ther 29(8):444.
    """
    values = one_axis(values, "What should come to rest")
    above_zero(fs_hz, "The sampling rate")
    at = np.flatnonzero(np.isfinite(values))
    if len(at) < 2:
        return np.nan
    present = values[at]
    if np.ptp(present) == 0:
        return 0.0
    away = np.abs(np.cumsum(present - present.mean()) / np.arange(1, len(at) + 1))
    away[-1] = 0.0  # the last running mean is the mean, rounded otherwise
    outside = np.flatnonzero(away > spread * present.std(ddof=1))
    return float(at[outside[-1] + 1] / fs_hz) if len(outside) else 0.0


def time_to_stable_fit(
    values: Floats,
    fs_hz: float,
    still: float = 0.0,
    fit_s: float = FIT_S,
    quiet_s: float = QUIET_S,
) -> float:
    """Time until a cubic through the rectified series falls to the range of quiet standing, s.

    ``|values - still|`` from its peak on, for `fit_s`, is fitted by an unbounded third-order
    polynomial; the time is when that first falls to the range (largest less smallest) of the
    series in the last `quiet_s`, the way a trial ends.

    Parameters
    ----------
    values : (T,) array
        A force from touch-down on: horizontal, or vertical with body weight as `still`.
    fs_hz : float
    still : float
        What the series comes to at rest.
    fit_s, quiet_s : float

    Returns
    -------
    float
        From the first sample, s. NaN where the cubic never falls so far within `fit_s`, a sample
        is missing in what is fitted, or the trial is shorter than both stretches together.

    References
    ----------
    Ross SE, Guskiewicz KM (2003), Athl Ther Today 8(3):37.
    """
    values = one_axis(values, "What should come to rest")
    above_zero(fs_hz, "The sampling rate")
    n_fit, n_quiet = round(fit_s * fs_hz), round(quiet_s * fs_hz)
    away = np.abs(values - still)
    if n_fit < 4 or n_quiet < 1 or not np.isfinite(away).any():
        return np.nan
    peak = int(np.nanargmax(away))
    fitted, quiet = away[peak : peak + n_fit], values[-n_quiet:]
    too_short = peak + n_fit + n_quiet > len(values)
    if too_short or not np.isfinite(np.concatenate((fitted, quiet))).all():
        return np.nan
    # Powers of a time that runs from -1 to 1 do not grow apart.
    t = np.linspace(-1, 1, n_fit)
    cubic = np.polynomial.Polynomial.fit(t, fitted, 3, domain=[-1, 1])(t)
    below = np.flatnonzero(cubic <= quiet.max() - quiet.min())
    return float((peak + below[0]) / fs_hz) if len(below) else np.nan


def vertical_stability_index(force_n: Floats, fs_hz: float, body_weight_n: float) -> float:
    """Root mean square of vertical force less body weight, in body weights, over 3 s (VSI).

    Parameters
    ----------
    force_n : (T,) array
        Vertical force from touch-down on, N.
    fs_hz : float
    body_weight_n : float

    Returns
    -------
    float
        NaN with less than 3 s, or a sample missing in them.

    References
    ----------
    Wikstrom EA, Tillman MD, Smith AN, Borsa PA (2005), J Athl Train 40(4):305.
    """
    force_n = one_axis(force_n, "The vertical force")
    above_zero(fs_hz, "The sampling rate")
    above_zero(body_weight_n, "The body weight")
    return _rms(force_n - body_weight_n, fs_hz) / body_weight_n


def dynamic_stability_index(
    force_n: Floats, shear_n: Floats, fs_hz: float, body_weight_n: float
) -> StabilityIndex:
    """Stability indices of all three directions, and of them together, over 3 s (DPSI).

    Parameters
    ----------
    force_n : (T,) array
        Vertical force from touch-down on, N.
    shear_n : (T, 2) array
        Horizontal force, ``(ml, ap)``, N.
    fs_hz : float
    body_weight_n : float

    Returns
    -------
    StabilityIndex
        NaN where less than 3 s is known.

    References
    ----------
    Wikstrom EA, Tillman MD, Smith AN, Borsa PA (2005), J Athl Train 40(4):305.
    """
    shear_n = planar(shear_n, "The horizontal force")
    same_length(one_axis(force_n, "The vertical force"), shear_n, "The two forces")
    vertical = vertical_stability_index(force_n, fs_hz, body_weight_n)
    ml, ap = (_rms(axis, fs_hz) / body_weight_n for axis in shear_n.T)
    return StabilityIndex(ml, ap, vertical, float(np.sqrt(ml**2 + ap**2 + vertical**2)))


def _rms(away: Floats, fs_hz: float) -> float:
    n = round(INDEX_S * fs_hz)
    if not 1 <= n <= len(away):
        return np.nan
    return float(np.sqrt((away[:n] ** 2).mean()))
