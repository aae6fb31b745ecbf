# SPDX-License-Identifier: Apache-2.0
"""By how much one track comes later than another, and how sure that is.

The whole gesture is correlated. A track of cheap cells is a bent copy of the plate's,
``b = g(a)`` with an unknown rising g. The slope of the correlation at the true lag is
``-∫ g(a) a' dt``, which is zero for any g when the load ends where it began: so a bend in the cells
does not move the peak, while a threshold on either track would move with it. What cells do slowly,
creep, does move it; therefore what is slower than `SLOW_HZ` is taken off both tracks, which costs
next to nothing of that property.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import lowpass
from solemetry.sync.gesture import REST_S, Gesture, SyncError
from solemetry.sync.track import FS_HZ, SMOOTH_HZ, Track, drawn_through

Floats = NDArray[np.float64]

MIN_R = 0.8
MAX_LAG_S = 0.5
"""How far apart streams of one recording are looked for."""

MAX_RUNNER_UP = 0.9
"""A second peak as high as this share of the first leaves open which one is right."""

SLOW_HZ = 0.5
"""Creep of 8 % within half a second makes 1.6 ms without, 1.1 ms so; with more taken off, bends
begin to tell: a square root makes 0.7 ms so, and 2.5 ms with what is slower than 1 Hz."""

FLOOR_S = 0.5e-3
"""Less is not claimed: what thin-film cells do within a millisecond is not known."""

_COVERED = 0.8
"""So much of the gesture both tracks must have seen, at every lag that is looked at."""

_T_OF_TWO = 1.32
"""Student's t for 68 %, two degrees of freedom: what three raises leave to chance."""


@dataclass(frozen=True)
class Lag:
    """A measured lag.

    Attributes
    ----------
    lag_s : float
        By how much the session time of the same moment is greater in the other track.
    r : float
        Correlation at that lag.
    uncertainty_s : float
        Standard uncertainty of `lag_s`.
    runner_up : float
        Height of the next peak as a share of the first; 0 where there is none.
    at_s : float
        Middle of the gesture, by the reference's time.
    """

    lag_s: float
    r: float
    uncertainty_s: float
    runner_up: float
    at_s: float


def estimate_lag(
    reference: Track, other: Track, gesture: Gesture, max_lag_s: float = MAX_LAG_S
) -> Lag:
    """Measure the lag of one track behind another at a gesture.

    Parameters
    ----------
    reference, other : Track
        Smoothed and on the base: see `Track.on_base`.
    gesture : Gesture
        As it was found in `reference`.
    max_lag_s : float
        Lags up to this, either way, are looked at.

    Returns
    -------
    Lag
        The uncertainty joins what the width of the peak and what is left of the correlation
        say with the scatter of the three raises, each correlated by itself.

    Raises
    ------
    SyncError
        When one of the tracks is too short there or has too many gaps, the correlation is below
        0.8, the best lag lies at the end of the span, or a second peak is nearly as high.
    """
    reference, other = (_quick(track, gesture, max_lag_s) for track in (reference, other))
    start_s, stop_s = gesture.start_s - REST_S, gesture.stop_s + REST_S
    shifts, r = correlation(reference, other, start_s, stop_s, max_lag_s)
    pair, when = f"{other.name} and {reference.name}", f"at {gesture.start_s:.1f} s"
    if not np.isfinite(r).all():
        raise SyncError(
            f"{pair} cannot be compared {when}: one of them is too short there, or has gaps.",
            "Record from a few seconds before the gesture until a few seconds after it, with "
            "the insoles near the computer.",
        )
    best = int(np.argmax(r))
    if r[best] < MIN_R:
        raise SyncError(
            f"{pair} do not move alike {when}: correlation {r[best]:.2f}, {MIN_R:g} is needed.",
            "Stand with both feet on the plate and raise both heels at the same time.",
        )
    if best in (0, len(r) - 1):
        raise SyncError(
            f"{other.name} is off by {max_lag_s:g} s or more against {reference.name} {when}.",
            "Look for larger lags (max_lag_s), or check which recordings belong together.",
        )
    runner_up = _runner_up(r, best)
    if runner_up > MAX_RUNNER_UP:
        raise SyncError(
            f"Which raise of {other.name} is which of {reference.name} cannot be told {when}: two "
            f"lags fit alike (the second by {runner_up:.0%}).",
            "Make exactly three raises, with a rest before and after.",
        )
    lag_s, _, bend = _peak(shifts, r, best)
    width_s = _width(r[best], bend, stop_s - start_s)
    scatter_s = _scatter(reference, other, gesture, lag_s)
    return Lag(
        lag_s=lag_s,
        r=float(r[best]),
        uncertainty_s=math.hypot(width_s, scatter_s, FLOOR_S),
        runner_up=runner_up,
        at_s=(gesture.start_s + gesture.stop_s) / 2,
    )


def correlation(
    reference: Track, other: Track, start_s: float, stop_s: float, max_lag_s: float
) -> tuple[Floats, Floats]:
    """Pearson's correlation between two tracks at each lag.

    Parameters
    ----------
    reference, other : Track
        On the base.
    start_s, stop_s : float
        The stretch of the reference.
    max_lag_s : float

    Returns
    -------
    lags_s : (k,) array
        From `-max_lag_s` to `max_lag_s`, a step of the base apart.
    r : (k,) array
        NaN where less than four fifths of the stretch are known in both.
    """
    span = math.ceil(max_lag_s * FS_HZ)
    first, last = round(start_s * FS_HZ), round(stop_s * FS_HZ)
    a = _cut(reference, first, last)
    b = np.lib.stride_tricks.sliding_window_view(_cut(other, first - span, last + span), len(a))
    known = np.isfinite(a) & np.isfinite(b)
    n = known.sum(axis=1)
    count = np.maximum(n, 1)
    a_known, b_known = np.where(known, a, 0.0), np.where(known, b, 0.0)
    a_known -= known * (a_known.sum(axis=1) / count)[:, None]
    b_known -= known * (b_known.sum(axis=1) / count)[:, None]
    energy = (a_known**2).sum(axis=1) * (b_known**2).sum(axis=1)
    r = np.full(len(n), np.nan)
    usable = (n >= _COVERED * len(a)) & (energy > 0)
    np.divide((a_known * b_known).sum(axis=1), np.sqrt(energy), out=r, where=usable)
    return np.arange(-span, span + 1) / FS_HZ, r


def _quick(track: Track, gesture: Gesture, max_lag_s: float) -> Track:
    """Return the track around a gesture without its slow part."""
    near = track.on_stretch(gesture.start_s, gesture.stop_s, max_lag_s + 1 / SLOW_HZ)
    slow_mm = lowpass(drawn_through(near.forward_mm), FS_HZ, SLOW_HZ, order=1)
    return replace(near, forward_mm=near.forward_mm - slow_mm)


def _cut(track: Track, first: int, last: int) -> Floats:
    """Points `first` to `last` of the base; NaN beyond the track's ends."""
    out = np.full(last - first, np.nan)
    begin = round(float(track.t_s[0]) * FS_HZ) if len(track.t_s) else 0
    a, b = max(first, begin), min(last, begin + len(track.t_s))
    if b > a:
        out[a - first : b - first] = track.forward_mm[a - begin : b - begin]
    return out


def _peak(lags_s: Floats, r: Floats, best: int) -> tuple[float, float, float]:
    """Place and height of the parabola through the best lag and its neighbours; its bend, 1/s^2."""
    left, top, right = r[best - 1 : best + 2].tolist()
    bend = (2 * top - left - right) * FS_HZ**2
    if bend <= 0:
        return float(lags_s[best]), top, 0.0
    off_s = (right - left) * FS_HZ / 2 / bend
    return float(lags_s[best]) + off_s, top + 0.5 * bend * off_s**2, bend


def _runner_up(r: Floats, best: int) -> float:
    """Height of the highest other peak of the correlation, as a share of the best."""
    inner = r[1:-1]
    peaks = np.flatnonzero((inner > r[:-2]) & (inner >= r[2:])) + 1
    others = r[peaks[peaks != best]]
    # Where the correlation still rises at an end, the next peak lies beyond.
    ends = [r[0]] if r[0] > r[1] else []
    ends += [r[-1]] if r[-1] > r[-2] else []
    highest = max([*others.tolist(), *ends, 0.0])
    return float(highest / r[best])


def _width(r: float, bend: float, seconds: float) -> float:
    """Return the standard deviation of a peak's place, s, if what is left over is noise.

    The bound of Cramer and Rao for a known signal in noise: what is left over, shared by the
    independent values of the stretch, by the peak's bend.
    """
    if bend <= 0:
        return math.inf
    independent = 2 * SMOOTH_HZ * seconds
    return math.sqrt(max(1 - r * r, 0.0) / (r * independent * bend))


_OF_ONE_RAISE_S = 0.06
"""How far a single raise may be from the lag of all three."""


def _scatter(reference: Track, other: Track, gesture: Gesture, lag_s: float) -> float:
    """Return the standard error of the lag by the scatter of the three raises, s.

    Raises
    ------
    SyncError
        When one of them does not fit.
    """
    middles = [(a + b) / 2 for a, b in pairwise(gesture.tops_s)]
    bounds = [gesture.start_s - REST_S, *middles, gesture.stop_s + REST_S]
    moved = other.later(-round(lag_s * FS_HZ) / FS_HZ)
    own = []
    for start_s, stop_s in pairwise(bounds):
        lags_s, r = correlation(reference, moved, start_s, stop_s, _OF_ONE_RAISE_S)
        best = int(np.argmax(np.where(np.isfinite(r), r, -1)))
        if not np.isfinite(r).all() or best in (0, len(r) - 1):
            raise SyncError(
                f"The raises of {other.name} and {reference.name} do not agree with one another "
                f"at {gesture.start_s:.1f} s.",
                "Raise both heels at the same time, three times alike, and rest before and after.",
            )
        own.append(_peak(lags_s, r, best)[0])
    return _T_OF_TWO * float(np.std(own, ddof=1)) / math.sqrt(len(own))
