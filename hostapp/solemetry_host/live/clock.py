# SPDX-License-Identifier: Apache-2.0
"""Device time to host time while samples come in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from solemetry.timebase import (
    MAX_DRIFT,
    ClockLine,
    drift_uncertainty,
    exchange_bounds,
    fit_clock,
    intersect,
)
from solemetry_host.devices.source import Exchange

_WINDOW_US = 1_000_000
_SPAN = 20
"""Windows the line is fitted through. An Arduino's resonator wanders too much for a minute."""

_JUMP_NS = 50_000_000


class DeviceClock:
    """Causal estimate of a device's clock.

    A line through the least delayed arrivals of the last twenty seconds, one of each. Where the
    device also answers questions for its time, these bound how far off the line can be.

    Parameters
    ----------
    history : iterable of (t_dev_us, offset_ns)
        Observations from before, oldest first; a replay brings those of the recording.
    exchanges : iterable of Exchange
        Likewise.
    """

    def __init__(
        self,
        history: Iterable[tuple[int, int]] = (),
        exchanges: Iterable[Exchange] = (),
    ) -> None:
        self._minima: deque[tuple[int, int]] = deque(history, _SPAN)
        self._exchanges: deque[Exchange] = deque(exchanges, _SPAN)
        self._window: int | None = None
        self._best: tuple[int, int] | None = None
        self._line: ClockLine | None = None
        self._uncertainty = MAX_DRIFT
        self._fit()
        self.segment = 0

    @property
    def history(self) -> list[tuple[int, int]]:
        """The observations that the line now stands on, oldest first."""
        return list(self._minima)

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that now bound it, oldest first."""
        return list(self._exchanges)

    def push(self, t_dev_us: int, t_host_ns: int) -> tuple[int, int] | None:
        """Take a block's newest device time and its host stamp.

        Returns
        -------
        tuple of int, or None
            When this closes a window: its least delayed ``(t_dev_us, offset_ns)``.
        """
        offset = t_host_ns - t_dev_us * 1000
        window = t_dev_us // _WINDOW_US
        closed = self._close() if window != self._window else None
        self._window = window
        if self._best is None or self._detrended(t_dev_us, offset) < self._detrended(*self._best):
            self._best = (t_dev_us, offset)
        return closed

    def push_exchange(self, exchange: Exchange) -> None:
        """Take a question for the device's time, and its answer."""
        self._exchanges.append(exchange)

    def host_ns(self, t_dev_us: float) -> float:
        """Host time of a device time, by what is known now."""
        return t_dev_us * 1000 + self._offset_ns(t_dev_us)

    def known_within(self, t_dev_us: int) -> tuple[int, int] | None:
        """Middle and half width, ns, of what the exchanges leave open of the offset there."""
        bounds = self._bounds_ns(t_dev_us)
        if bounds is None:
            return None
        least, greatest = bounds
        return round((least + greatest) / 2), round((greatest - least) / 2)

    def _offset_ns(self, t_dev_us: float) -> float:
        if self._line is not None:
            device_s = np.array(t_dev_us * 1e-6)
            offset = float(self._line(device_s) - device_s) * 1e9
        else:
            offset = float(self._best[1] if self._best else 0)
        bounds = self._bounds_ns(t_dev_us)
        return offset if bounds is None else min(max(offset, bounds[0]), bounds[1])

    def _bounds_ns(self, t_dev_us: float) -> tuple[float, float] | None:
        if not self._exchanges:
            return None
        # From the newest one on, so that no digit of a nanosecond is lost in a double.
        last = self._exchanges[-1]
        stamps = np.array(
            [
                (
                    (e.sent_ns - last.sent_ns) * 1e-9,
                    (e.received_us - last.received_us) * 1e-6,
                    (e.answered_us - last.received_us) * 1e-6,
                    (e.t_host_ns - last.sent_ns) * 1e-9,
                )
                for e in self._exchanges
            ]
        )
        drift = self._line.drift if self._line is not None else 0.0
        at_s = (t_dev_us - last.received_us) * 1e-6
        bounds = intersect(exchange_bounds(stamps), at_s, drift, self._uncertainty)
        base = last.sent_ns - last.received_us * 1000
        return None if bounds is None else (base + bounds[0] * 1e9, base + bounds[1] * 1e9)

    def _detrended(self, t_dev_us: int, offset_ns: int) -> float:
        """Offset less what the drift explains, so that no end of a window is favoured."""
        drift = self._line.drift if self._line is not None else 0.0
        return offset_ns - drift * (t_dev_us % _WINDOW_US) * 1000

    def cut(self) -> None:
        """Begin a new window here, so that what follows can be replayed without what was before."""
        self._close()
        self._window = None

    def restart(self) -> None:
        """Forget everything: the device's time began anew."""
        self._minima.clear()
        self._exchanges.clear()
        self._best = self._window = self._line = None
        self._uncertainty = MAX_DRIFT
        self.segment += 1

    def _close(self) -> tuple[int, int] | None:
        closed, self._best = self._best, None
        if closed is not None:
            if self._line is not None and abs(self._surprise_ns(*closed)) > _JUMP_NS:
                self.restart()
            self._minima.append(closed)
            self._fit()
        return closed

    def _surprise_ns(self, t_dev_us: int, offset: int) -> float:
        return t_dev_us * 1000 + offset - self.host_ns(t_dev_us)

    def _fit(self) -> None:
        if self._minima:
            minima = np.array(self._minima, dtype=float) * (1e-6, 1e-9)
            self._line = fit_clock(minima)
            self._uncertainty = drift_uncertainty(minima, self._line)
