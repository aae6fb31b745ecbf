# SPDX-License-Identifier: Apache-2.0
"""The time that virtual devices share, so that they feel the same person at the same moment."""

from __future__ import annotations

import math
import time


class World:
    """Runs in real time, or `speed` times as fast, from the moment its first device is opened."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began: float | None = None

    def begin(self) -> None:
        """Let time begin, if it has not."""
        if self._began is None:
            self._began = time.monotonic()

    @property
    def began_s(self) -> float:
        """When time began, on the clock of `time.monotonic`; NaN before."""
        return math.nan if self._began is None else self._began

    @property
    def now_s(self) -> float:
        """Seconds since time began."""
        return 0.0 if self._began is None else (time.monotonic() - self._began) * self.speed

    def sleep_until(self, at_s: float, at_most_s: float) -> None:
        """Wait for a moment, but no longer than `at_most_s` of the clock on the wall."""
        time.sleep(min(max(at_s - self.now_s, 0.0) / self.speed, at_most_s))
