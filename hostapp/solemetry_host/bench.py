# SPDX-License-Identifier: Apache-2.0
"""Measuring the live app on this computer: how late its numbers come, and what they cost."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solemetry.errors import DeviceError
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.transport import Transport
from solemetry_host.devices.url import open_sources
from solemetry_host.live.engine import WINDOW_S
from solemetry_host.live.opening import open_station
from solemetry_host.live.station import Station
from solemetry_host.wire.records import Type, encode

DEVICES = ("sim:plate?board=ads131m04&steps_on=0", "sim:insoles?steps_on=0")
"""A plate at 1 kHz and two insoles at 100 Hz."""

_SETTLES_S = WINDOW_S + 1.0
"""With the recording the windows begin anew; full ones cost most."""

_PATIENCE_S = 60.0


def bench_live(urls: Sequence[str] = DEVICES, seconds: float = 20.0) -> dict[str, Any]:
    """Run devices, engine and recorder for a while, without a window, and measure.

    Virtual devices are run alone first: what they cost is no cost of the app, and is taken off.

    Parameters
    ----------
    urls : sequence of str
    seconds : float

    Returns
    -------
    dict
        ``latency_ms`` by stage, ``cpu`` in percent of one core (``all``, ``generators``,
        ``app``), rows and ``lost_rows`` by stream, ``dropped_items``, the longest pause of the
        garbage collector, and memory in MB at the beginning and the end.

    Raises
    ------
    DeviceError
        When a device gives nothing.
    """
    generators = _cpu_of_generators(urls, min(seconds, 10.0))
    station = open_station(urls)
    station.connect()
    try:
        _wait(station)
        with tempfile.TemporaryDirectory() as folder:
            station.record(Path(folder) / "bench.h5")
            time.sleep(_SETTLES_S)
            station.latencies.clear()
            memory_before = _memory_mb()
            everything = _cpu_percent(lambda: time.sleep(seconds))
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
            "all": everything, "generators": generators, "app": everything - generators,
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


def _cpu_of_generators(urls: Sequence[str], seconds: float) -> float:
    """Percent of a core that the virtual devices take when nobody makes use of what they send."""
    stop = threading.Event()
    virtual = [url for url in urls if url.startswith("sim:")]
    threads = [
        threading.Thread(target=_drain, args=(source.transport, stop), daemon=True)
        for source in open_sources(*virtual)
        if isinstance(source, BoardSource)
    ]
    for thread in threads:
        thread.start()
    time.sleep(1.0 if threads else 0.0)
    percent = _cpu_percent(lambda: time.sleep(seconds)) if threads else 0.0
    stop.set()
    for thread in threads:
        thread.join()
    return percent


def _drain(transport: Transport, stop: threading.Event) -> None:
    transport.open()
    transport.write(encode(Type.COMMAND_START, 1))
    while not stop.is_set():
        transport.read()
    transport.close()


def _cpu_percent(work: Callable[[], None]) -> float:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    work()
    return 100 * (time.process_time() - cpu_s) / (time.perf_counter() - wall_s)


def _memory_mb() -> float | None:
    """Memory that the process has used at most until now; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    at_most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return at_most / (2**20 if sys.platform == "darwin" else 2**10)
