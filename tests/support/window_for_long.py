# SPDX-License-Identifier: Apache-2.0
"""The whole app with its window open, for so many minutes: give them, and a folder.

Prints as JSON how it goes, line by line, and in the last line what came of it. The recording is
in the folder.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from solemetry_host.devices.url import open_sources
from solemetry_host.live.station import Station
from solemetry_host.windows.app import application, live_window

DEVICES = ("sim:plate?board=ads131m04&steps_on=1", "sim:insoles")
"""A plate at 1 kHz, two insoles at 100 Hz."""

LOOKS = 20


class Paints(QtCore.QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QtCore.QEvent.Type.Paint
        return False


def memory_mb() -> float:
    """What of this process lies in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc does not say how much memory is used")


def wait(qt: QtWidgets.QApplication, seconds: float) -> None:
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def main(minutes: float, folder: Path) -> None:
    qt = application()
    station = Station(lambda: open_sources(*DEVICES))
    window, page = live_window(lambda _: station, folder)
    window.show()
    window.desk.connect_to(DEVICES)
    while not station.ready:
        wait(qt, 0.1)
    page.toggle_recording()
    wait(qt, 10)
    paints, began = Paints(page.pictures.front), time.monotonic()
    cpu_s, memory = time.process_time(), []
    for look in range(LOOKS + 1):
        if look:
            wait(qt, minutes * 60 / LOOKS)
        found = station.diagnostics()
        memory.append(memory_mb())
        print(json.dumps({
            "minute": (time.monotonic() - began) / 60,
            "memory_mb": memory[-1],
            "latency_p95_ms": {stage: spread.p95_ms for stage, spread in found.latency.items()},
        }), flush=True)  # fmt: skip
    seconds = time.monotonic() - began
    cpu_share = (time.process_time() - cpu_s) / seconds
    paints_hz = paints.count / seconds
    page.toggle_recording()
    window.close()
    print(json.dumps({
        "minutes": seconds / 60,
        "paints_hz": paints_hz,
        "cpu_share": cpu_share,
        "memory_mb": memory,
        "latency_p95_ms": {stage: spread.p95_ms for stage, spread in found.latency.items()},
        "latency_p99_ms": {stage: spread.p99_ms for stage, spread in found.latency.items()},
        "overflowed": found.overflowed,
        "most_waiting": found.most_waiting,
        "collector_ms": found.collector_ms,
        "lost_rows": {v.stream: v.link.lost_rows for v in station.snapshot.devices},
        "recording": str(window.desk.last_recording),
        "messages": [message.text for message in station.snapshot.messages],
    }))  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
