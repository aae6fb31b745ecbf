# SPDX-License-Identifier: Apache-2.0
"""Time: wrapping device counters, free-running channels, and two clocks that drift apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_FOR_A_SLOPE = 5
"""A slope through fewer window minima than this is noise."""

CRYSTALS = 100e-6
"""Two crystals run apart by no more than this; resonators do."""

_SHORT_S = 60.0
"""Questions of less than this tell the drift less well than `CRYSTALS` does."""

_DRIFT_LAG = 30

MAX_DRIFT = 5e-3
"""No board's clock is further off than this: ceramic resonators are good to half a percent."""

WANDER = 60e-6
"""By how much a resonator's drift changes while it warms up or cools down."""

MAX_STEP_PERIODS = 1.6
"""Conversions further apart than this many nominal periods have a hole between them.

Boards run from 3 % slow to 18 % fast of nominal, so 1.6 periods cannot be one step.
"""


class Unwrapper:
    """Continues a u32 counter past its wraps (microseconds wrap after 71.6 minutes)."""

    def __init__(self) -> None:
        self._last: int | None = None

    def near(self, raw: int) -> int | None:
        """Return a raw value as its nearest to the newest of the counter; None before the first."""
        return None if self._last is None else self._last + _signed32(raw - self._last)

    def push(self, raw: NDArray[np.uint32]) -> Ints:
        """Return the counter without wraps, ``(n,)``, starting from its first raw value."""
        if not len(raw):
            return np.empty(0, np.int64)
        first = int(raw[0])
        start = first if self._last is None else self._last + _signed32(first - self._last)
        raw = np.asarray(raw, np.uint32)
        out = np.empty(len(raw), np.int64)
        out[0] = start
        out[1:] = (raw[1:] - raw[:-1]).view(np.int32)
        np.cumsum(out, out=out)
        self._last = int(out[-1])
        return out


class GridAligner:
    """Brings channels that convert at their own moments onto one uniform time grid.

    Grid point ``k`` stands for device time ``k / rate_hz``. Each channel is interpolated
    linearly between its own conversions on either side; where a conversion between them was
    lost the grid point is NaN, for nothing is silently bridged. The result does not depend
    on how the rows are cut into calls.

    Parameters
    ----------
    channels : int
    rate_hz : float
        Grid rate; the device's nominal conversion rate.
    """

    def __init__(self, channels: int, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._channels = channels
        self._period_us = 1e6 / rate_hz
        self._max_step_us = MAX_STEP_PERIODS * self._period_us
        # As long as all channels convert at the same moments they share what is kept of them.
        self._axes = [_Conversions(channels)]
        self._newest = 0
        self._next: int | None = None

    def push(
        self,
        t_us: Ints,
        values: NDArray[np.number],
        age_us: Ints,
        conversion: NDArray[np.uint8],
        silent: NDArray[np.bool_] | None = None,
    ) -> tuple[int, Floats]:
        """Take rows, give back the grid points that are now settled.

        Parameters
        ----------
        t_us : (n,) int array
            Device time of each row's newest conversion, unwrapped, ascending.
        values : (n, C) array
        age_us : (n, C) int array
            How long before ``t_us`` each channel's conversion ended.
        conversion : (n, C) uint8 array
            Each channel's conversion number; one that stands still marks a repeated value.
        silent : (n, C) bool array, optional
            Channels whose value is to be ignored.

        Returns
        -------
        first : int
            Grid index of the first row given back.
        rows : (m, C) float array
        """
        if len(t_us):
            if self._next is None:
                self._next = int(np.ceil(int(t_us[0]) / self._period_us))
            if len(self._axes) < self._channels and not _together(age_us, conversion, silent):
                self._axes = self._axes[0].apart()
            every = self._channels // len(self._axes)
            for n, axis in enumerate(self._axes):
                first, mine = n * every, slice(n * every, (n + 1) * every)
                part = slice(None) if silent is None else ~silent[:, first]
                axis.append((t_us - age_us[:, first])[part], values[part, mine],
                            conversion[part, first])
            self._newest = int(t_us[-1])
        return self._settle()

    def _settle(self) -> tuple[int, Floats]:
        if self._next is None:
            return 0, np.empty((0, self._channels))
        # A channel that lags by more than a legal step has a hole there, whatever comes next.
        horizon = self._newest - self._max_step_us
        if all(len(axis.t) for axis in self._axes):
            horizon = max(horizon, min(int(axis.t[-1]) for axis in self._axes))
        stop = int(np.floor(horizon / self._period_us)) + 1
        first, stop = self._next, max(stop, self._next)
        grid_us: Floats = np.arange(first, stop, dtype=float) * self._period_us
        parts = [axis.interpolate(grid_us, self._max_step_us) for axis in self._axes]
        rows = parts[0] if len(parts) == 1 else np.column_stack(parts)
        self._next = stop
        for axis in self._axes:
            axis.forget(stop * self._period_us)
        return first, rows


class _Conversions:
    """The newest conversions of channels that convert at the same moments."""

    def __init__(self, channels: int) -> None:
        self.t = np.empty(0, np.int64)
        self._value = np.empty((0, channels))
        self._number = np.empty(0, np.uint8)

    def apart(self) -> list[_Conversions]:
        """Return the same of each channel alone."""
        out = [_Conversions(1) for _ in self._value.T]
        for c, alone in enumerate(out):
            alone.t, alone._number = self.t, self._number
            alone._value = self._value[:, c : c + 1]
        return out

    def append(
        self, t: Ints, values: NDArray[np.number], number: NDArray[np.uint8]
    ) -> None:
        """Take what is new among rows, ``(n,)``, ``(n, C)`` and ``(n,)``."""
        known = len(self._number)
        numbers = np.concatenate((self._number, number))
        changes = numbers[1:] != numbers[:-1]
        fresh = changes[known - 1 :] if known else np.append(True, changes)[: len(number)]
        if not fresh.all():
            t, values = t[fresh], values[fresh]
            numbers = np.concatenate((self._number, number[fresh]))
        self.t = np.concatenate((self.t, t))
        self._value = np.concatenate((self._value, values), dtype=float)
        self._number = numbers

    def interpolate(self, grid_us: Floats, max_step_us: float) -> Floats:
        """Return values on grid points, ``(m, C)``; NaN outside and in holes."""
        t, value, number = self.t, self._value, self._number
        if len(t) < 2 or len(grid_us) == 0:
            out: Floats = np.full((len(grid_us), value.shape[1]), np.nan)
            if len(t):
                out[grid_us == t[0]] = value[0]
            return out
        # As np.interp, but all channels at once: live it is sixteen of them, a few points a time.
        left = t.searchsorted(grid_us, side="right") - 1
        within = left[0] >= 0 and left[-1] < len(t) - 1
        before = left if within else np.minimum(np.maximum(left, 0), len(t) - 2)
        step_us = t[1:] - t[:-1]
        start = value.take(before, axis=0)
        rise = value.take(before + 1, axis=0) - start
        slope = rise / np.maximum(step_us, 1).take(before)[:, None]
        drawn: Floats = slope * (grid_us - t.take(before))[:, None] + start
        whole = (number[1:] - number[:-1] == 1) & (step_us <= max_step_us)
        if not whole.all():
            at = np.maximum(left, 0)
            drawn[~np.append(whole, True)[at] & (t[at] != grid_us)] = np.nan
        if not within:
            drawn[grid_us == t[-1]] = value[-1]
            drawn[(left < 0) | (grid_us > t[-1])] = np.nan
        return drawn

    def forget(self, before_us: float) -> None:
        """Keep of the past the last conversion at or before a moment."""
        keep = max(int(np.searchsorted(self.t, before_us, side="right")) - 1, 0)
        self.t, self._value = self.t[keep:], self._value[keep:]
        self._number = self._number[keep:]


def _together(
    age_us: Ints, conversion: NDArray[np.uint8], silent: NDArray[np.bool_] | None
) -> bool:
    """Whether all channels of all rows share moment, number and silence."""
    parts = (age_us, conversion) if silent is None else (age_us, conversion, silent)
    return not any(bool((part != part[:, :1]).any()) for part in parts)


@dataclass(frozen=True)
class ClockLine:
    """Straight line from device seconds to session seconds: ``t = device + offset(device)``.

    Attributes
    ----------
    at_s : float
        Device time the line is written around.
    offset_s : float
        Session time less device time, at `at_s`.
    drift : float
        Seconds gained per device second (1e-6 is one part per million).
    """

    at_s: float
    offset_s: float
    drift: float

    def __call__(self, device_s: Floats) -> Floats:
        """Session seconds of device seconds."""
        return device_s + self.offset_s + self.drift * (device_s - self.at_s)

    def offset(self, device_s: float) -> float:
        """Session time less device time, s."""
        return self.offset_s + self.drift * (device_s - self.at_s)


def window_minima(
    device_s: Floats, arrival_s: Floats, window_s: float = 1.0, drift: float = 0.0
) -> Floats:
    """Least delayed arrival in each window of device time.

    Bytes can arrive late but never early, so the smallest ``arrival - device`` of a window
    is the closest to the true offset between the clocks.

    Parameters
    ----------
    device_s, arrival_s : (n,) array
    window_s : float
    drift : float
        By how much the offset is known to grow, s per device second. Without it the end of
        each window would be favoured where the offset falls: 0.1 ms too late at -2500 ppm.

    Returns
    -------
    (k, 2) array
        Device time and ``arrival - device`` of the chosen rows, s.
    """
    if not len(device_s):
        return np.empty((0, 2))
    offset = arrival_s - device_s
    since_s = device_s - device_s[0]
    window = np.floor(since_s / window_s).astype(np.int64)
    order = np.lexsort((offset - drift * since_s, window))
    chosen = order[np.unique(window[order], return_index=True)[1]]
    return np.column_stack((device_s[chosen], offset[chosen]))


def detrended_minima(device_s: Floats, arrival_s: Floats) -> Floats:
    """`window_minima` of a clock whose drift is not known before.

    Windows of the plain minima give the drift, by which the final ones are chosen.
    """
    first = window_minima(device_s, arrival_s)
    lag = min(_DRIFT_LAG, len(first) - 1)
    if lag < MIN_FOR_A_SLOPE - 1:
        return first
    steps = first[lag:] - first[:-lag]
    return window_minima(device_s, arrival_s, drift=float(np.median(steps[:, 1] / steps[:, 0])))


def fit_clock(minima: Floats) -> ClockLine:
    """Robust line through window minima: Theil-Sen slope, median intercept.

    Parameters
    ----------
    minima : (k, 2) array, k >= 1
        From `window_minima`. With fewer than five the slope is left at zero and the smallest
        offset is taken, for a slope through so few points is noise.

    References
    ----------
    Sen PK (1968), J Am Stat Assoc 63:1379.
    """
    at_s = float(minima[-1, 0])
    x, y = minima[:, 0] - at_s, minima[:, 1]
    if len(minima) < MIN_FOR_A_SLOPE:
        return ClockLine(at_s, float(y.min()), 0.0)
    i, j = np.triu_indices(len(x), 1)
    drift = float(np.median((y[j] - y[i]) / (x[j] - x[i])))
    return ClockLine(at_s, float(np.median(y - drift * x)), drift)


def drift_uncertainty(minima: Floats, line: ClockLine) -> float:
    """Say how far the drift of a line from `fit_clock` may be off, s per device second.

    What is left of the minima around the line, from end to end, plus what a resonator wanders.
    """
    if len(minima) < MIN_FOR_A_SLOPE:
        return MAX_DRIFT
    device_s = minima[:, 0]
    left = minima[:, 1] - (line(device_s) - device_s)
    return float(np.ptp(left) / np.ptp(device_s)) + WANDER


def exchange_bounds(exchanges: Floats) -> Floats:
    """Bounds that two-way exchanges put on the offset between two clocks.

    The device cannot have received a question before it was sent, nor the host an answer
    before that was sent. Nothing is assumed about how the delay is shared.

    Parameters
    ----------
    exchanges : (k, 4) array
        Host time of sending, device time of receiving, device time of answering, host time of
        hearing the answer, s.

    Returns
    -------
    (k, 3) array
        Device time; least and greatest offset (host less device) there, s.
    """
    sent_s, received_s, answered_s, heard_s = np.asarray(exchanges, dtype=float).T
    return np.column_stack(
        ((received_s + answered_s) / 2, sent_s - received_s, heard_s - answered_s)
    )


def line_over(points: Floats) -> ClockLine:
    """Lowest straight line that no point lies above, as of clocks whose questions come late.

    A question cannot be received before it was sent, so host less device time is never less than
    what one question says, and is all of it when it met no delay. Over the air that is the bound to
    stand on: rows are sent when the device's batches are full, and where that is in step with the
    radio the least delay of arrivals creeps through a whole interval unseen; questions come at any
    moment.

    Parameters
    ----------
    points : (k, 2) array, k >= 1
        Device time and the offset (host less device) that a question proves, s.

    Returns
    -------
    ClockLine
        The side of the points' upper hull over their mean time, which of all such lines lies the
        least above them on average. With fewer than five points a level line; over less than a
        minute, the least such line whose drift two crystals can have.

    References
    ----------
    Zhang L, Liu Z, Xia CH (2002), Clock synchronization algorithms for network measurements,
    IEEE INFOCOM 1:160.
    """
    at_s = float(points[-1, 0])
    x, y = points[:, 0] - at_s, points[:, 1]
    if len(points) < MIN_FOR_A_SLOPE:
        return ClockLine(at_s, float(y.max()), 0.0)
    hull = _upper_hull(x, y)
    middle = float(x.mean())
    right = max(1, int(np.searchsorted(x[hull], middle)))
    a, b = hull[right - 1], hull[min(right, len(hull) - 1)]
    drift = float((y[b] - y[a]) / (x[b] - x[a])) if a != b else 0.0
    if x[-1] - x[0] < _SHORT_S:
        drift = min(max(drift, -CRYSTALS), CRYSTALS)
    return ClockLine(at_s, float((y[hull] - drift * x[hull]).max()), drift)


def _upper_hull(x: Floats, y: Floats) -> list[int]:
    """Corners of the upper hull of points whose `x` rises (Andrew 1979)."""
    corners: list[int] = []
    for i in range(len(x)):
        while len(corners) > 1:
            a, b = corners[-2], corners[-1]
            if (x[b] - x[a]) * (y[i] - y[a]) < (y[b] - y[a]) * (x[i] - x[a]):
                break
            corners.pop()
        corners.append(i)
    return corners


def intersect(
    bounds: Floats, at_s: float, drift: float = 0.0, uncertainty: float = MAX_DRIFT
) -> tuple[float, float] | None:
    """Least and greatest offset at one device time that agree with all bounds.

    Parameters
    ----------
    bounds : (k, 3) array
        From `exchange_bounds`.
    at_s : float
        Device time.
    drift : float
        By how much the offset grows, s per device second.
    uncertainty : float
        How far `drift` may be off: bounds from further away are worth less.

    Returns
    -------
    tuple of float, or None
        None where there are no bounds, or where they contradict each other.
    """
    if not len(bounds):
        return None
    away_s = at_s - bounds[:, 0]
    shift, slack = drift * away_s, uncertainty * np.abs(away_s)
    least = float((bounds[:, 1] + shift - slack).max())
    greatest = float((bounds[:, 2] + shift + slack).min())
    return (least, greatest) if least <= greatest else None


def _signed32(difference: int) -> int:
    return (difference + 2**31) % 2**32 - 2**31
