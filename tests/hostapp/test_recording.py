# SPDX-License-Identifier: Apache-2.0
"""Recordings survive crashes and full disks, and play again as they were."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import typed

import solemetry
from solemetry.device import DeviceDescription
from solemetry.errors import RecordingError
from solemetry.session.format import sample_type
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Opened
from solemetry_host.devices.url import open_source
from solemetry_host.live import recorder
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.snapshot import Metrics, Snapshot
from solemetry_host.live.station import Station

OPENED = Opened("plate", 0, DeviceDescription.builtin("plate-hx711-uno"), None)
QUICK_PLATE = "sim:plate?stance=one-leg&steps_on=2&offset=20000&speed=5"


def wait(done: Any, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def record(
    path: Path, seconds: float, device: str = QUICK_PLATE, moments: int = 0
) -> tuple[Path, list[Snapshot]]:
    """Record with a tare before, a foot, and another tare attempt while it runs.

    It goes on until there are so many `moments`: a busy machine reads more seldom.
    """
    seen: list[Snapshot] = []
    station = Station(lambda: open_source(device), observe=seen.append)
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    station.command("tare")
    wait(lambda: station.snapshot.messages)
    station.command("foot", side="right", heel_mm=[0, -100], axis_deg=3, length_mm=250)
    station.record(path)
    begun = len(seen)
    wait(lambda: (station.snapshot.elapsed_s or 0) > seconds / 2)
    station.command("tare")
    station.command("foot_clear")
    wait(lambda: (station.snapshot.elapsed_s or 0) > seconds
         and len(by_time(seen[begun:])) >= moments)  # fmt: skip
    path = station.stop_recording()
    ended = len(seen)
    station.disconnect()
    return path, seen[begun:ended]


def by_time(snapshots: list[Snapshot]) -> dict[float, Metrics]:
    """The last metrics of each moment of device time."""
    return {snapshot.t_s: snapshot.metrics for snapshot in snapshots if snapshot.metrics}


def assert_equal(a: Metrics, b: Metrics) -> None:
    for name in ("force_n", "covered_s", "velocity_mm_s"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), name)
    assert repr(a.ellipse) == repr(b.ellipse)
    assert repr((a.right, a.front)) == repr((b.right, b.front))
    np.testing.assert_array_equal(a.cop_trail_mm, b.cop_trail_mm)
    np.testing.assert_array_equal(a.force_trail_n, b.force_trail_n)


def test_a_replay_gives_exactly_the_numbers_that_were_live(tmp_path: Path) -> None:
    path, seen = record(tmp_path / "s.h5", 14.0, moments=160)
    live = by_time(seen)
    engine, replayed = Engine(), []
    for item in ReplaySource(path).items():
        engine.take(item)
        if isinstance(item, Block):
            replayed.append(engine.snapshot)
    again = by_time(replayed)
    common = sorted(set(live) & set(again))
    assert len(common) > 140
    # No moment between them is missing; the first few may have passed before we looked.
    assert common == [t_s for t_s in sorted(again) if common[0] <= t_s <= common[-1]]
    for t_s in common:
        assert_equal(live[t_s], again[t_s])


def test_a_replay_runs_on_the_clock_the_recording_had(tmp_path: Path) -> None:
    stamps: list[tuple[int, float]] = []

    class Watched(Engine):
        def take(self, item: Any, arrived_ns: int = 0) -> bool:
            measured = super().take(item, arrived_ns)
            if isinstance(item, Block) and self._journal.take is not None:
                t_dev_us = int(item.rows["t_dev_us"][-1])
                stamps.append((t_dev_us, self.devices["plate"].clock.host_ns(t_dev_us)))
            return measured

    station = Station(lambda: open_source(QUICK_PLATE))
    station._engine = Watched()
    station.connect()
    wait(lambda: station.snapshot.t_s > 8)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 6 and len(stamps) > 200)
    path = station.stop_recording()
    station.disconnect()
    live, engine = dict(stamps), Engine()
    compared = 0
    for item in ReplaySource(path).items():
        engine.take(item)
        if isinstance(item, Block):
            t_dev_us = int(item.rows["t_dev_us"][-1])
            clock = engine.devices["plate"].clock
            if t_dev_us in live:
                assert clock.host_ns(t_dev_us) == live[t_dev_us]
                compared += 1
    assert compared > 150


def test_a_recording_keeps_what_is_needed_to_derive_everything_again(tmp_path: Path) -> None:
    path, _ = record(tmp_path / "s.h5", 6.0)
    description = (Path(__file__).parents[2] / "hardware/plate/device.toml").read_text()
    with h5py.File(path) as file:
        assert description in file["devices/plate"].attrs["description"]
        assert json.loads(file["devices/plate"].attrs["calibration"])["source"] == "nominal"
        assert json.loads(file["devices/plate"].attrs["info"])["board"] == "Arduino Uno"
        assert file["streams/plate/samples"].dtype["counts"].base == np.dtype("<i4")
        assert file["streams/plate/zeros"]["zero_counts"][0] == pytest.approx(
            [20000, -10000, 6000, -16000], abs=50
        )
        assert file.attrs["state"] == "complete"
    session = solemetry.open(path)
    assert {"foot", "tare", "tare_refused", "foot_clear"} <= set(session.events.kind)
    standing = session.streams["plate"].force_n[-80:]
    assert standing == pytest.approx(68 * 9.80665, rel=0.01)
    assert not list(tmp_path.glob("*.partial.h5"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 24 MB, where this machine lets us have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(("free_mb", "warned"), [(190, True), (10_000, False)])
def test_a_disk_that_is_nearly_full_is_said_early_and_once(
    free_mb: int, warned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free_mb * 2**20)
    monkeypatch.setattr(recorder.shutil, "disk_usage", lambda folder: usage)
    station = Station(lambda: open_source("sim:plate?speed=3&steps_on=0"))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    station.record(tmp_path / "s.h5")
    wait(lambda: (station.snapshot.elapsed_s or 0) > 3)
    path = station.stop_recording()
    station.disconnect()
    said = [m for m in station.snapshot.messages if "nearly full" in m.text]
    assert len(said) == warned
    assert all(m.level == "warning" and "190 MB are free" in m.text for m in said)
    assert solemetry.open(path).streams["plate"].lost_rows == 0


def test_a_recording_that_writes_fast_is_warned_by_the_minutes_that_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, taken = Engine(), Recorder(tmp_path / "s.h5")
    engine.take(OPENED)
    usage = shutil.disk_usage(tmp_path)._replace(free=300 * 2**20)
    monkeypatch.setattr(recorder.shutil, "disk_usage", lambda folder: usage)
    engine.begin_take(taken)
    rows = np.zeros(400_000, sample_type(4))  # 25 MB at once: room for ten times as much
    rows["index"], rows["t_dev_us"] = np.arange(len(rows)), np.arange(len(rows)) * 100
    rows["t_host_ns"] = 1
    engine.take(Block("plate", 1, rows))
    wait(lambda: taken.warning)
    assert "minutes" in taken.warning
    engine.end_take()
    taken.stop()


def test_a_full_disk_is_refused_before_anything_is_written(small_disk: Path) -> None:
    (small_disk / "films").write_bytes(bytes(20 * 2**20))
    done = typed.solemetry("record", "--seconds", "1", "--out", small_disk / "s.h5")
    assert done.returncode == 1
    assert "MB are free" in done.stderr
    assert not list(small_disk.glob("*.h5"))


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    station = Station(lambda: open_source(QUICK_PLATE))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    with pytest.raises(RecordingError, match="cannot be written"):
        station.record(tmp_path / "file" / "s.h5")
    assert station.recording is None
    station.record(tmp_path / "fine.h5")
    station.stop_recording()
    station.disconnect()


def test_an_orphan_of_the_same_name_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "s.partial.h5").write_bytes(b"precious")
    station = Station(lambda: open_source(QUICK_PLATE))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    with pytest.raises(RecordingError, match="did not end well"):
        station.record(tmp_path / "s.h5")
    station.disconnect()
    assert (tmp_path / "s.partial.h5").read_bytes() == b"precious"


def test_a_disk_that_stalls_is_counted_not_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stalled(fd: int) -> None:
        time.sleep(1.5)

    monkeypatch.setattr(recorder, "_QUEUE_ITEMS", 50)
    monkeypatch.setattr(os, "fsync", stalled)
    station = Station(lambda: open_source("sim:plate?speed=5&steps_on=0"))
    station.connect()
    wait(lambda: station.snapshot.metrics is not None)
    station.record(tmp_path / "s.h5")
    wait(lambda: station.recording is None)
    station.disconnect()
    assert "did not keep up" in station.snapshot.messages[-1].text
    monkeypatch.undo()
    assert solemetry.open(tmp_path / "s.partial.h5").streams["plate"].lost_rows == 0


def test_recordings_end_in_h5_whatever_was_asked_for(tmp_path: Path) -> None:
    assert Recorder(tmp_path / "a").path.name == "a.h5"
    assert Recorder(tmp_path / "a.h5").partial.name == "a.partial.h5"


def test_the_replay_of_an_import_is_refused(tmp_path: Path) -> None:
    from solemetry.errors import FileError
    from solemetry.session import write_load

    t_s = np.arange(100) / 50
    write_load(tmp_path / "load.h5", t_s, 0 * t_s + 700, np.zeros((100, 2)), 50.0)
    with pytest.raises(FileError, match="no samples to replay"):
        list(ReplaySource(tmp_path / "load.h5").items())


