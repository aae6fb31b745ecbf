# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up while a recording runs: said early, ended cleanly, everything kept."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from torn_file import rows_in, wait

import solemetry
from solemetry.session import repair, verify
from solemetry_host.devices.url import open_source
from solemetry_host.live.recorder import RESERVE_BYTES
from solemetry_host.live.station import Station

MB = 2**20


def mounted(folder: Path, *options: str) -> str:
    """Mount a file system; say why it could not be, or nothing."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", *options, str(folder)], capture_output=True, text=True, check=False
    )
    return done.stderr.strip()


@pytest.fixture(params=["ext4", "tmpfs"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 MB, where this machine lets us have one."""
    folder = tmp_path / "disk"
    if request.param == "tmpfs":
        why = mounted(folder, "-t", "tmpfs", "-o", "size=64m", "tmpfs")
    else:
        image = tmp_path / "image"
        with image.open("wb") as file:
            file.truncate(64 * MB)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
        why = mounted(folder, "-o", "loop", str(image))
    if why:
        pytest.skip(f"no {request.param} can be mounted here: {why}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def room_in(folder: Path) -> int:
    """Bytes that a program may still write there."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def test_a_disk_that_fills_up_is_told_early_and_costs_nothing_that_was_recorded(
    disk: Path,
) -> None:
    station = Station(lambda: open_source("sim:plate?steps_on=0"))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    station.record(disk / "s.h5")
    wait(lambda: station.snapshot.messages)
    early = station.snapshot.messages[-1]
    assert early.level == "warning"
    assert "nearly full" in early.text
    assert station.recording is not None
    wait(lambda: (station.snapshot.elapsed_s or 0) > 2)

    # Another program takes the room, a megabyte at a time, as a copy of films would.
    ended_ns = 0
    with (disk / "films").open("wb") as films:
        while station.recording is not None:
            free = room_in(disk)
            assert free > RESERVE_BYTES // 4, "it went on until the disk was full"
            if free > RESERVE_BYTES - 2 * MB:
                films.write(bytes(MB))
                films.flush()
            ended_ns = time.perf_counter_ns()
            time.sleep(0.02)
    last = station.snapshot.messages[-1]
    assert last.level == "error"
    assert "MB are free" in last.text
    assert "safe in" in last.text
    station.disconnect()

    partial = disk / "s.partial.h5"
    rows = rows_in(partial)
    assert len(rows) > 2 * 75
    assert (np.diff(rows["index"]) == 1).all()
    assert (ended_ns - int(rows["t_host_ns"][-1])) * 1e-9 < 0.5
    (disk / "films").unlink()
    path = repair(partial)
    assert verify(path).whole
    np.testing.assert_array_equal(rows_in(path), rows)
    assert solemetry.open(path).streams["plate"].lost_rows == 0
