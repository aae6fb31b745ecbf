# SPDX-License-Identifier: Apache-2.0
"""An insole on a cable: its rows through the same chain as a plate's."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from virtual_pod import INSOLE, PodTransport, Recorded, VirtualPod

import solemetry
from solemetry.session import verify
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Opened
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder

TRUTH = Recorded(600, seed=4)


def record(path: Path) -> tuple[Path, list[Any], Engine]:
    pod = VirtualPod([])
    pod.stream = TRUTH
    transport, stop = PodTransport(pod), threading.Event()
    engine, recorder, items = Engine(), Recorder(path), []

    def take(item: Any) -> None:
        engine.take(item)
        items.append(item)
        if isinstance(item, Opened):
            engine.begin_take(recorder)
        if isinstance(item, Block) and int(item.rows["index"][-1]) == TRUTH.index[-1]:
            stop.set()

    BoardSource(transport, now_ns=transport.now_ns).run(take, stop)
    engine.end_take()
    return recorder.stop(), items, engine


def test_rows_and_motion_of_an_insole_are_recorded_as_they_came(tmp_path: Path) -> None:
    path, items, engine = record(tmp_path / "s.h5")
    assert isinstance(items[0], Opened)
    assert items[0].info["accel_g"] == 16
    with h5py.File(path) as file:
        samples = file["streams/insole-left/samples"][:]
        imu = file["streams/insole-left-imu/samples"][:]
        assert file["streams/insole-left-imu"].attrs["kind"] == "imu"
    np.testing.assert_array_equal(samples["counts"], TRUTH.cells)
    np.testing.assert_array_equal(imu["imu"], TRUTH.imu)
    np.testing.assert_array_equal(samples["t_dev_us"], TRUTH.t_us)
    # Bit c of the flags: cell c at the end of its range.
    at_end = [sum(1 << c for c in np.flatnonzero(row == 4095)) for row in TRUTH.cells]
    assert samples["flags"].tolist() == at_end
    assert max(at_end) > 0xFF
    assert engine.snapshot.link.lost_rows == 0
    session = solemetry.open(path)
    assert session.streams["insole-left"].lost_rows == 0
    assert session.motion["insole-left-imu"].rows == 600
    assert session.motion["insole-left-imu"].fs_hz > 0
    assert verify(path).whole
    layout = engine.snapshot.layout
    assert layout is not None
    assert layout.labels == INSOLE.layout.labels


def test_the_recording_of_an_insole_plays_again_with_its_motion(tmp_path: Path) -> None:
    path, items, _ = record(tmp_path / "s.h5")
    live = [item for item in items if isinstance(item, Block)]
    again = [item for item in ReplaySource(path).items() if isinstance(item, Block)]
    assert len(again) == len(live) == 200
    for a, b in zip(live, again, strict=True):
        assert a.t_host_ns == b.t_host_ns
        np.testing.assert_array_equal(a.rows, b.rows)
        np.testing.assert_array_equal(a.imu, b.imu)


def test_a_killed_insole_recording_is_repaired_with_both_streams(tmp_path: Path) -> None:
    from solemetry.session import repair

    path, _, _ = record(tmp_path / "s.h5")
    partial = tmp_path / "t.partial.h5"
    with h5py.File(path) as whole, h5py.File(partial, "w") as cut:
        for name in whole:
            whole.copy(name, cut)
        cut.attrs.update(dict(whole.attrs) | {"state": "recording"})
        # What a killed writer leaves: rows that were made room for and never written.
        for name in ("insole-left", "insole-left-imu"):
            rows = cut[f"streams/{name}/samples"][:]
            del cut[f"streams/{name}/samples"]
            blank = np.zeros(40, rows.dtype)
            cut[f"streams/{name}/samples"] = np.concatenate((rows, blank))
    verdict = verify(partial)
    assert not verdict.whole
    assert sum("cannot be what was recorded" in problem for problem in verdict.problems) == 2
    session = solemetry.open(repair(partial))
    assert session.streams["insole-left"].rows == 600
    assert session.motion["insole-left-imu"].rows == 600
