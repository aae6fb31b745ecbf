# SPDX-License-Identifier: Apache-2.0
"""A 1 kHz plate and two insoles for hours on the injected clock; minutes of it in `make test`."""

from __future__ import annotations

import ctypes
import gc
import time
from pathlib import Path

import pytest
from mixes import FAST_PLATE, INSOLE, INSOLE_CALIBRATION, Feeder, by_arrival, on_plate, standing

import solemetry
from solemetry.session import verify
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder

LEFT, RIGHT = standing(640.0, 0.4)
FEEDERS = (
    Feeder("plate", FAST_PLATE, on_plate(640.0, 5.0, -20.0, FAST_PLATE), None, 0.4, 1e-4, 0.5),
    Feeder("insole-left", INSOLE, LEFT, INSOLE_CALIBRATION, 3.2, 3e-5, 0.5, side="left"),
    Feeder("insole-right", INSOLE, RIGHT, INSOLE_CALIBRATION, 1.7, -2e-5, 0.5, side="right"),
)
CHUNK_S = 20.0


def resident_mb() -> float:
    """What of this process lies in memory, less what the allocator keeps for later.

    It keeps more as hours go by in minutes: rows wait for the disk in piles of every size.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    text = Path("/proc/self/statm").read_text()
    return int(text.split()[1]) * 4096 / 2**20


@pytest.mark.parametrize(
    "minutes",
    [10, pytest.param(8 * 60, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])],
)
def test_hours_of_a_mix_lose_nothing_and_take_no_more_memory(
    minutes: float, tmp_path: Path
) -> None:
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    for feeder in FEEDERS:
        engine.take(feeder.opened())
    engine.begin_take(recorder)
    sizes = []
    for chunk in range(round(minutes * 60 / CHUNK_S)):
        from_s = 5.0 + chunk * CHUNK_S
        for item in by_arrival(*(f.blocks(from_s, from_s + CHUNK_S) for f in FEEDERS)):
            engine.take(item)
            while recorder._queue.qsize() > 300:  # the disk runs in real time
                time.sleep(0.005)
                assert recorder.failure is None
        sizes.append(resident_mb())
    settled = len(sizes) // 4
    assert sizes[-1] - sizes[settled] < 5.0, sizes
    assert not [m for m in engine.snapshot.messages if "disk" not in m.text]
    engine.end_take()
    path = recorder.stop()
    assert verify(path).whole
    session = solemetry.open(path)
    for feeder in FEEDERS:
        stream = session.streams[feeder.stream]
        assert stream.lost_rows == 0
        assert stream.rows == pytest.approx(minutes * 60 * feeder.description.rate_hz, rel=1e-3)
