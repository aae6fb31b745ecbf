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
        steps = np.diff(raw.astype(np.uint32)).astype(np.int32).astype(np.int64)
        out = start + np.concatenate(([0], np.cumsum(steps)))
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
        self._period_us = 1e6 / rate_hz
        self._max_step_us = MAX_STEP_PERIODS * self._period_us
        # The newest conversion of each channel: its time, value and number.
        self._t = [np.empty(0, np.int64) for _ in range(channels)]
        self._value = [np.empty(0) for _ in range(channels)]
        self._number = [np.empty(0, np.uint8) for _ in range(channels)]
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
            for c in range(len(self._t)):
                usable = np.ones(len(t_us), bool) if silent is None else ~silent[:, c]
                self._append(c, (t_us - age_us[:, c])[usable], values[usable, c],
                             conversion[usable, c])
            self._newest = int(t_us[-1])
        return self._settle()

    def _append(
        self, c: int, t: Ints, values: NDArray[np.number], number: NDArray[np.uint8]
    ) -> None:
        before = self._number[c][-1:]
        fresh = np.diff(number, prepend=before) != 0 if len(before) else _first_and_changes(number)
        self._t[c] = np.concatenate((self._t[c], t[fresh]))
        self._value[c] = np.concatenate((self._value[c], values[fresh].astype(float)))
        self._number[c] = np.concatenate((self._number[c], number[fresh]))

    def _settle(self) -> tuple[int, Floats]:
        if self._next is None:
            return 0, np.empty((0, len(self._t)))
        # A channel that lags by more than a legal step has a hole there, whatever comes next.
        horizon = self._newest - self._max_step_us
        if all(len(t) for t in self._t):
            horizon = max(horizon, min(int(t[-1]) for t in self._t))
        stop = int(np.floor(horizon / self._period_us)) + 1
        first, stop = self._next, max(stop, self._next)
        grid_us: Floats = np.arange(first, stop, dtype=float) * self._period_us
        rows = np.column_stack([self._interpolate(c, grid_us) for c in range(len(self._t))])
        self._next = stop
        self._forget(stop * self._period_us)
        return first, rows

    def _interpolate(self, c: int, grid_us: Floats) -> Floats:
        t, value, number = self._t[c], self._value[c], self._number[c]
        if len(t) == 0 or len(grid_us) == 0:
            return np.full(len(grid_us), np.nan)
        out = np.interp(grid_us, t, value, left=np.nan, right=np.nan)
        whole = (np.diff(number) == 1) & (np.diff(t) <= self._max_step_us)
        left = np.clip(np.searchsorted(t, grid_us, side="right") - 1, 0, None)
        on_a_conversion = t[left] == grid_us
        in_a_hole = ~np.append(whole, True)[left] & ~on_a_conversion
        out[in_a_hole] = np.nan
        return out

    def _forget(self, before_us: float) -> None:
        """Keep, of each channel, its last conversion at or before the next grid point."""
        for c, t in enumerate(self._t):
            keep = max(int(np.searchsorted(t, before_us, side="right")) - 1, 0)
            self._t[c], self._value[c] = t[keep:], self._value[c][keep:]
            self._number[c] = self._number[c][keep:]


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


def _first_and_changes(number: NDArray[np.uint8]) -> NDArray[np.bool_]:
    fresh = np.ones(len(number), bool)
    fresh[1:] = number[1:] != number[:-1]
    return fresh


def _signed32(difference: int) -> int:
    return (difference + 2**31) % 2**32 - 2**31
