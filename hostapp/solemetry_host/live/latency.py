# SPDX-License-Identifier: Apache-2.0
"""How long each stage took, over the last minute."""

from __future__ import annotations

import gc
import math
import threading
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPAN_NS = 60 * 10**9
_MOST = 60 * 600
"""Stages are noted with each turn of each device: a minute of ten of them."""


@dataclass(frozen=True)
class Spread:
    """How long a stage took.

    Attributes
    ----------
    n : int
        How often it was noted.
    p50_ms, p95_ms, p99_ms, max_ms : float
    """

    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class Latencies:
    """Notes stages from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages: dict[str, deque[tuple[int, int]]] = {}

    def note(self, stage: str, began_ns: int) -> None:
        """Note that a stage is done that began then, on the clock of `time.perf_counter_ns`."""
        now = time.perf_counter_ns()
        with self._lock:
            noted = self._stages.setdefault(stage, deque(maxlen=_MOST))
            noted.append((now, now - began_ns))
            while noted[0][0] < now - _SPAN_NS:
                noted.popleft()

    def spreads(self) -> dict[str, Spread]:
        """Spread of each stage over the last minute, in the order in which they were met."""
        since = time.perf_counter_ns() - _SPAN_NS
        with self._lock:
            took = {
                stage: [ns for at, ns in noted if at >= since]
                for stage, noted in self._stages.items()
            }
        return {stage: spread(np.array(ns) * 1e-6) for stage, ns in took.items() if ns}

    def clear(self) -> None:
        """Forget what was noted."""
        with self._lock:
            self._stages.clear()


def spread(ms: NDArray[np.float64]) -> Spread:
    """Spread of so many milliseconds, ``(n,)``; NaN where there are none."""
    if not len(ms):
        return Spread(0, *[math.nan] * 4)
    p50, p95, p99 = np.percentile(ms, (50, 95, 99)).tolist()
    return Spread(len(ms), p50, p95, p99, float(ms.max()))


class CollectorPauses:
    """How long Python's garbage collector has held everything up."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._began_ns = 0

    def watch(self) -> None:
        """Begin to measure."""
        gc.callbacks.append(self._note)

    def leave(self) -> None:
        """Measure no more."""
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, info: dict[str, int]) -> None:
        now = time.perf_counter_ns()
        if phase == "start":
            self._began_ns = now
        else:
            self.longest_ms = max(self.longest_ms, (now - self._began_ns) * 1e-6)
