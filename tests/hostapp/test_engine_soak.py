# SPDX-License-Identifier: Apache-2.0
"""A plate and two insoles for hours on the injected clock; ten minutes at 1 kHz in `make test`."""

from __future__ import annotations

import ctypes
import gc
import time
from pathlib import Path

import pytest
from mixes import (
    FAST_PLATE,
    INSOLE,
    INSOLE_CALIBRATION,
    Feeder,
    by_arrival,
    on_plate,
    standing,
)

import solemetry
from solemetry.device import DeviceDescription
from solemetry.session import verify
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder

LEFT, RIGHT = standing(640.0, 0.4)
INSOLES = (
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
    ("minutes", "plate"),
    [
        (10, FAST_PLATE),
        pytest.param(8 * 60, FAST_PLATE, marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
    ids=["10 minutes at 1 kHz", "8 hours at 1 kHz"],
)
def test_hours_of_a_mix_lose_nothing_and_take_no_more_memory(
    minutes: float, plate: DeviceDescription, tmp_path: Path
) -> None:
    load = on_plate(640.0, 5.0, -20.0, plate)
    feeders = (Feeder("plate", plate, load, None, 0.4, 1e-4, 0.5), *INSOLES)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    for feeder in feeders:
        engine.take(feeder.opened())
    engine.begin_take(recorder)
    sizes = []
    for chunk in range(round(minutes * 60 / CHUNK_S)):
        from_s = 5.0 + chunk * CHUNK_S
        for item in by_arrival(*(f.blocks(from_s, from_s + CHUNK_S) for f in feeders)):
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
    for feeder in feeders:
        stream = session.streams[feeder.stream]
        assert stream.lost_rows == 0
        assert stream.rows == pytest.approx(minutes * 60 * feeder.description.rate_hz, rel=1e-3)
