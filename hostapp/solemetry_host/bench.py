# SPDX-License-Identifier: Apache-2.0
"""Measuring the live app on this computer: how late its numbers come, and what they cost."""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from solemetry.errors import DeviceError
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Source
from solemetry_host.devices.url import open_sources
from solemetry_host.live.engine import WINDOW_S
from solemetry_host.live.station import Station

DEVICES = ("sim:plate?board=ads131m04&steps_on=0", "sim:insoles?steps_on=0")
"""A plate at 1 kHz and two insoles at 100 Hz."""

_SETTLES_S = WINDOW_S + 1.0
"""With the recording the windows begin anew; full ones cost most."""

_SPANS = 5
"""Other programs only add to what a span seems to cost, so the median of several is told, and the
least."""

_PATIENCE_S = 60.0

_P = ParamSpec("_P")
_R = TypeVar("_R")


def bench_live(urls: Sequence[str] = DEVICES, seconds: float = 20.0) -> dict[str, Any]:
    """Run devices, engine and recorder for a while, without a window, and measure.

    What virtual devices compute inside their reads is no cost of the app: it is measured where it
    arises, and taken off.

    Parameters
    ----------
    urls : sequence of str
    seconds : float

    Returns
    -------
    dict
        ``latency_ms`` by stage; ``cpu_percent`` of one core, the median of five spans (``all``,
        ``generators``, ``app``) and of the app also the least; rows and ``lost_rows`` by stream,
        ``dropped_items``, the longest pause of the garbage collector, and memory in MB at the
        beginning and the end.

    Raises
    ------
    DeviceError
        When a device gives nothing.
    """
    sources = open_sources(*urls)
    generators = _Generators(sources)
    station = Station(lambda: sources)
    station.connect()
    try:
        _wait(station)
        with tempfile.TemporaryDirectory() as folder:
            station.record(Path(folder) / "bench.h5")
            time.sleep(_SETTLES_S)
            station.latencies.clear()
            memory_before = _memory_mb()
            spans = [_cpu_percent(seconds / _SPANS, generators) for _ in range(_SPANS)]
            memory_after = _memory_mb()
            found, views = station.diagnostics(), station.snapshot.devices
            station.stop_recording()
    finally:
        station.disconnect()
    return {
        "seconds": seconds,
        "devices": list(urls),
        "latency_ms": {stage: asdict(spread) for stage, spread in found.latency.items()},
        "cpu_percent": {
            "all": statistics.median(everything for everything, _ in spans),
            "generators": statistics.median(virtual for _, virtual in spans),
            "app": statistics.median(everything - virtual for everything, virtual in spans),
            "app_least": min(everything - virtual for everything, virtual in spans),
        },
        "rows": {view.stream: view.link.rows for view in views},
        "lost_rows": {view.stream: view.link.lost_rows for view in views},
        "dropped_items": found.overflowed,
        "most_waiting": found.most_waiting,
        "collector_ms": found.collector_ms,
        "memory_mb": {"begin": memory_before, "end": memory_after},
    }  # fmt: skip


def _wait(station: Station) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not station.ready:
        for failure in (station.failure, *station.failures.values()):
            if failure is not None:
                raise failure
        if time.monotonic() > deadline:
            raise DeviceError("Not all devices give samples.", "Check cables and batteries.")
        time.sleep(0.05)


class _Generators:
    """Processor time that virtual devices take, wherever their links are read or written."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.spent_s = 0.0
        self._lock = threading.Lock()
        for source in sources:
            if isinstance(source, BoardSource) and source.name.startswith("sim:"):
                for does in ("read", "write"):
                    metered = self._metered(getattr(source.transport, does))
                    setattr(source.transport, does, metered)

    def _metered(self, does: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(does)
        def metered(*args: _P.args, **named: _P.kwargs) -> _R:
            began_s = time.thread_time()
            try:
                return does(*args, **named)
            finally:
                with self._lock:
                    self.spent_s += time.thread_time() - began_s

        return metered


def _cpu_percent(seconds: float, generators: _Generators) -> tuple[float, float]:
    """Percent of a core that everything takes for a while, and of it the generators."""
    cpu_s, virtual_s, wall_s = time.process_time(), generators.spent_s, time.perf_counter()
    time.sleep(seconds)
    percent = 100 / (time.perf_counter() - wall_s)
    return (
        percent * (time.process_time() - cpu_s),
        percent * (generators.spent_s - virtual_s),
    )


def _memory_mb() -> float | None:
    """Memory that the process has used at most until now; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    at_most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return at_most / (2**20 if sys.platform == "darwin" else 2**10)
