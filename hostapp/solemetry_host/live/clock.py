# SPDX-License-Identifier: Apache-2.0
"""Device time to host time while samples come in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from solemetry.timebase import ClockLine, fit_clock

_WINDOW_US = 1_000_000
_SPAN = 20
"""Windows the line is fitted through. An Arduino's resonator wanders too much for a minute."""

_JUMP_NS = 50_000_000


class DeviceClock:
    """Causal estimate of a device's clock.

    A line through the least delayed arrivals of the last twenty seconds, one of each.

    Parameters
    ----------
    history : iterable of (t_dev_us, offset_ns)
        Observations from before, oldest first; a replay brings those of the recording.
    """

    def __init__(self, history: Iterable[tuple[int, int]] = ()) -> None:
        self._minima: deque[tuple[int, int]] = deque(history, _SPAN)
        self._window: int | None = None
        self._best: tuple[int, int] | None = None
        self._line: ClockLine | None = self._fit()
        self.segment = 0

    @property
    def history(self) -> list[tuple[int, int]]:
        """The observations that the line now stands on, oldest first."""
        return list(self._minima)

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
        if self._best is None or offset < self._best[1]:
            self._best = (t_dev_us, offset)
        return closed

    def host_ns(self, t_dev_us: float) -> float:
        """Host time of a device time, by what is known now."""
        if self._line is not None:
            return float(self._line(np.array(t_dev_us * 1e-6))) * 1e9
        return t_dev_us * 1000 + (self._best[1] if self._best else 0)

    def cut(self) -> None:
        """Begin a new window here, so that what follows can be replayed without what was before."""
        self._close()
        self._window = None

    def restart(self) -> None:
        """Forget everything: the device's time began anew."""
        self._minima.clear()
        self._best = self._window = self._line = None
        self.segment += 1

    def _close(self) -> tuple[int, int] | None:
        closed, self._best = self._best, None
        if closed is not None:
            if self._line is not None and abs(self._surprise_ns(*closed)) > _JUMP_NS:
                self.restart()
            self._minima.append(closed)
            self._line = self._fit()
        return closed

    def _surprise_ns(self, t_dev_us: int, offset: int) -> float:
        return t_dev_us * 1000 + offset - self.host_ns(t_dev_us)

    def _fit(self) -> ClockLine | None:
        if not self._minima:
            return None
        return fit_clock(np.array(self._minima, dtype=float) * (1e-6, 1e-9))
