# SPDX-License-Identifier: Apache-2.0
"""How evenly a window is painted while devices stream, and how long the interface hangs."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6 import QtCore, QtWidgets

from solemetry_host.bench import DEVICES
from solemetry_host.devices.url import open_sources
from solemetry_host.live.awaiting import wait as wait_for
from solemetry_host.live.showing import LAYOUTS, Layout
from solemetry_host.live.station import Station
from solemetry_host.windows.app import live_window
from solemetry_host.windows.live.page import LivePage
from solemetry_host.windows.shell.main_window import MainWindow

SIZES = ((1280, 800), (1920, 1080))

_SETTLES_S = 12.0
_HANGS_MS = 50.0


@dataclass(frozen=True)
class Pacing:
    """How a window was painted for a while.

    Attributes
    ----------
    seconds : float
    paints_hz : float
        Of the median gap between two paints.
    gap_p99_ms, gap_max_ms : float
        Between two paints.
    draw_p50_ms, draw_p99_ms : float
        How long a turn worked out what to paint.
    turns : int
        Of the interface: each draws a frame.
    hung : int
        Turns that came more than 50 ms after the one before.
    """

    seconds: float
    paints_hz: float
    gap_p99_ms: float
    gap_max_ms: float
    draw_p50_ms: float
    draw_p99_ms: float
    turns: int
    hung: int


class _Watch(QtCore.QObject):
    """Notes when a widget is painted, and the window's turns."""

    def __init__(self, window: MainWindow, painted: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self.paints_ns: list[int] = []
        self.turns: list[tuple[int, int]] = []
        self._window, self._painted = window, painted
        painted.installEventFilter(self)
        window.on_turn = lambda began_ns, took_ns: self.turns.append((began_ns, took_ns))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:  # noqa: N802
        if event.type() == QtCore.QEvent.Type.Paint:
            self.paints_ns.append(time.perf_counter_ns())
        return False

    def leave(self) -> None:
        self._painted.removeEventFilter(self)
        self._window.on_turn = None


def pacing(window: MainWindow, painted: QtWidgets.QWidget, seconds: float) -> Pacing:
    """Measure a window that is open, for so long.

    Parameters
    ----------
    window : MainWindow
    painted : QWidget
        Whose paints are the frames: one that changes with each.
    seconds : float
    """
    watch = _Watch(window, painted)
    _let_run(seconds)
    watch.leave()
    gaps_ms = np.diff(watch.paints_ns) * 1e-6
    began_ns, took_ns = np.array(watch.turns).T
    p50, p99 = np.percentile(took_ns * 1e-6, (50, 99)).tolist()
    return Pacing(
        seconds=seconds,
        paints_hz=1e3 / statistics.median(gaps_ms) if len(gaps_ms) else math.nan,
        gap_p99_ms=float(np.percentile(gaps_ms, 99)) if len(gaps_ms) else math.nan,
        gap_max_ms=float(gaps_ms.max(initial=0.0)),
        draw_p50_ms=p50,
        draw_p99_ms=p99,
        turns=len(began_ns),
        hung=int((np.diff(began_ns) * 1e-6 > _HANGS_MS).sum()),
    )


def frame_pacing(
    layouts: Sequence[Layout] = LAYOUTS,
    sizes: Sequence[tuple[int, int]] = SIZES,
    seconds: float = 20.0,
    urls: Sequence[str] = DEVICES,
    settles_s: float = _SETTLES_S,
) -> dict[str, Pacing]:
    """Measure the live view of a 1 kHz plate and two insoles, which are recorded meanwhile.

    Parameters
    ----------
    layouts : sequence of {"plate", "insoles", "both"}
    sizes : sequence of (int, int)
        Of the window.
    seconds : float
        For each layout at each size.
    urls : sequence of str
    settles_s : float
        How long before: the app has most to do when its windows of ten seconds are full.

    Returns
    -------
    dict of str to Pacing
        By layout and size.

    Raises
    ------
    DeviceError
        When a device gives nothing.
    """
    found = {}
    with _streaming(urls, settles_s) as (window, page):
        for width, height in sizes:
            window.resize(width, height)
            for layout in layouts:
                page.choose_layout(layout)
                _let_run(1.0)
                what = f"{layout}, {window.width()} x {window.height()}"
                found[what] = pacing(window, page.pictures.front, seconds)
    return found


@contextmanager
def _streaming(
    urls: Sequence[str], settles_s: float
) -> Iterator[tuple[MainWindow, LivePage]]:
    """Give a window at the live view whose devices are recorded."""
    with tempfile.TemporaryDirectory() as folder:
        station = Station(lambda: open_sources(*urls))
        window, page = live_window(lambda _: station, Path(folder))
        window.show()
        try:
            window.desk.connect_to(urls)
            wait_for(station, lambda: station.ready)
            window.desk.start_recording()
            _let_run(settles_s)
            yield window, page
        finally:
            window.close()


def _let_run(seconds: float) -> None:
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
