# SPDX-License-Identifier: Apache-2.0
"""Device time to host time while samples come in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from solemetry.timebase import (
    MAX_DRIFT,
    MIN_FOR_A_SLOPE,
    ClockLine,
    drift_uncertainty,
    exchange_bounds,
    fit_clock,
    intersect,
    line_over,
)
from solemetry_host.devices.source import Exchange

_WINDOW_US = 1_000_000
_SPAN = 20
"""Windows the line is fitted through. An Arduino's resonator wanders too much for a minute."""

_QUESTIONS = 300
"""Over the air: five minutes, so that the least delayed of them met next to no delay. A radio's
crystal keeps its rate that long."""

_FEW_QUESTIONS = 10

_JUMP_NS = 50_000_000
_LATE_WINDOWS = 3
"""A link that holds rows back looks for some windows like a clock that jumped. But a jump stays;
what was held back comes in a burst, and each window is less late than the one before."""


class DeviceClock:
    """Causal estimate of a device's clock.

    A line through the least delayed arrivals of the last twenty seconds, one of each. Where the
    device also answers questions for its time, these bound how far off the line can be; over the
    air the line stands on them, once there are some.

    Parameters
    ----------
    history : iterable of (t_dev_us, offset_ns)
        Observations from before, oldest first; a replay brings those of the recording.
    exchanges : iterable of Exchange
        Likewise.
    wireless : bool
        Whether the device is reached over the air.
    """

    def __init__(
        self,
        history: Iterable[tuple[int, int]] = (),
        exchanges: Iterable[Exchange] = (),
        wireless: bool = False,
    ) -> None:
        self._wireless = wireless
        self._minima: deque[tuple[int, int]] = deque(history, _SPAN)
        self._exchanges: deque[Exchange] = deque(exchanges, _QUESTIONS if wireless else _SPAN)
        self._window: int | None = None
        self._best: tuple[int, int] | None = None
        self._line: ClockLine | None = None
        self._uncertainty = MAX_DRIFT
        self._late: list[tuple[int, int]] = []
        self._fit()
        self._rebound()
        self.segment = 0
        self.jump_ns = 0
        """By how much host less device time jumped where the segment begins; 0 if it did not."""

    @property
    def history(self) -> list[tuple[int, int]]:
        """The observations that the line now stands on, oldest first."""
        return list(self._minima)

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that now bound it, oldest first."""
        return list(self._exchanges)

    @property
    def settled(self) -> bool:
        """Whether it stands on what it will stand on: a slope, and over the air on questions."""
        questions = len(self._exchanges) >= _FEW_QUESTIONS
        return questions if self._wireless else len(self._minima) >= MIN_FOR_A_SLOPE

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
        self._rebound()
        if self._wireless:
            self._fit()

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
            offset = self._line.offset(t_dev_us * 1e-6) * 1e9
        else:
            offset = float(self._best[1] if self._best else 0)
        bounds = self._bounds_ns(t_dev_us)
        return offset if bounds is None else min(max(offset, bounds[0]), bounds[1])

    def _bounds_ns(self, t_dev_us: float) -> tuple[float, float] | None:
        if not self._exchanges:
            return None
        last = self._exchanges[-1]
        drift = self._line.drift if self._line is not None else 0.0
        at_s = (t_dev_us - last.received_us) * 1e-6
        bounds = intersect(self._bounds, at_s, drift, self._uncertainty)
        base = last.sent_ns - last.received_us * 1000
        return None if bounds is None else (base + bounds[0] * 1e9, base + bounds[1] * 1e9)

    def _rebound(self) -> None:
        """Work out what each exchange leaves open, counted from the newest one on.

        So that no digit of a nanosecond is lost in a double.
        """
        if not self._exchanges:
            return
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
        self._bounds = exchange_bounds(stamps)

    def _detrended(self, t_dev_us: int, offset_ns: int) -> float:
        """Offset less what the drift explains, so that no end of a window is favoured."""
        drift = self._line.drift if self._line is not None else 0.0
        return offset_ns - drift * (t_dev_us % _WINDOW_US) * 1000

    def cut(self) -> None:
        """Begin a new window here, so that what follows can be replayed without what was before."""
        self._close()
        self._window = None
        self._late.clear()

    def restart(self) -> None:
        """Forget everything: the device's time began anew."""
        self._minima.clear()
        self._exchanges.clear()
        self._late.clear()
        self._best = self._window = self._line = None
        self._uncertainty = MAX_DRIFT
        self.segment += 1

    def _close(self) -> tuple[int, int] | None:
        closed, self._best = self._best, None
        if closed is None:
            return None
        surprise_ns = self._surprise_ns(*closed) if self._line is not None else 0.0
        if surprise_ns < -_JUMP_NS:  # no delay can be that much shorter
            self._begin_segment([closed], surprise_ns)
        elif surprise_ns > _JUMP_NS:
            self._doubt(closed)
        else:
            self._late.clear()
            self._minima.append(closed)
        self._fit()
        return closed

    def _doubt(self, closed: tuple[int, int]) -> None:
        """Take a window that came too late: after some of them it is the clock that is wrong."""
        self._late = [*self._late, closed][-_LATE_WINDOWS:]
        surprises = [self._surprise_ns(*window) for window in self._late]
        stays = len(surprises) == _LATE_WINDOWS and surprises[-1] > surprises[0] - _JUMP_NS
        if stays and not self._vouched_since(self._late[0][0]):
            self._begin_segment(self._late, min(surprises))

    def _vouched_since(self, t_dev_us: int) -> bool:
        """Whether the device has answered since then, and all its answers agree with the line.

        A computer that has too much to do takes everything late for a while, and answers later
        still; but a question asked before and an answer come after have the true time between them.
        """
        line, slack_ns = self._line, _JUMP_NS // 2
        since = [e for e in self._exchanges if e.received_us >= t_dev_us]
        return line is not None and bool(since) and all(
            e.sent_ns - e.received_us * 1000 - slack_ns
            <= line.offset(e.received_us * 1e-6) * 1e9
            <= e.t_host_ns - e.answered_us * 1000 + slack_ns
            for e in since
        )

    def _begin_segment(self, windows: list[tuple[int, int]], jump_ns: float) -> None:
        # Without a slope before it, a jump is not to be told from a drift.
        self.jump_ns = round(jump_ns) if len(self._minima) >= MIN_FOR_A_SLOPE else 0
        self.restart()
        self._minima.extend(windows)

    def _surprise_ns(self, t_dev_us: int, offset: int) -> float:
        return t_dev_us * 1000 + offset - self.host_ns(t_dev_us)

    def _fit(self) -> None:
        if self._wireless and len(self._exchanges) >= _FEW_QUESTIONS:
            proven = np.array([(e.received_us * 1e-6, e.sent_ns * 1e-9 - e.received_us * 1e-6)
                               for e in self._exchanges])
            self._line = line_over(proven)
        elif self._minima:
            minima = np.array(self._minima, dtype=float) * (1e-6, 1e-9)
            self._line = fit_clock(minima)
            self._uncertainty = drift_uncertainty(minima, self._line)
