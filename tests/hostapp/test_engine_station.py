# SPDX-License-Identifier: Apache-2.0
"""Sources in threads of their own: coming, going, failing, and a computer that does not keep up."""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typed
from mixes import PLATE, Feeder, on_plate
from written_keys import assert_as_written

import solemetry
from solemetry.calibration import Calibration
from solemetry.errors import DeviceError, FileError, SolemetryError
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Emit
from solemetry_host.devices.url import open_source, open_sources
from solemetry_host.live import station as station_module
from solemetry_host.live.engine import Engine
from solemetry_host.live.latency import Latencies
from solemetry_host.live.opening import open_station, read_calibrations
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.live.station import Station

MIX = ("sim:plate?steps_on=0", "sim:insoles?steps_on=0")


def wait(done: Any, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@contextmanager
def connected(*urls: str) -> Iterator[Station]:
    station = open_station(urls)
    station.connect()
    try:
        wait(lambda: station.ready)
        yield station
    finally:
        station.disconnect()


class Scripted:
    """A source that gives what it was handed, when it is told to."""

    def __init__(self, name: str, feeder: Feeder) -> None:
        self.name = name
        self.feeder = feeder
        self.go_on = threading.Event()
        self.end = threading.Event()

    def run(self, emit: Emit, stop: threading.Event) -> None:
        emit(self.feeder.opened())
        for block in self.feeder.blocks(1.0, 4.0):
            emit(block)
        self.go_on.wait(20)
        for block in self.feeder.blocks(4.0, 6.0):
            emit(block)
        self.end.wait(20)
        for block in self.feeder.blocks(6.0, 7.0):
            emit(block)


def plate(**options: Any) -> Feeder:
    return Feeder("plate", PLATE, on_plate(500.0, 0.0, 0.0, PLATE), **options)


def test_plate_and_insoles_record_together_and_nothing_is_lost(tmp_path: Path) -> None:
    with connected(*MIX) as station:
        station.record(tmp_path / "s.h5", "p1")
        wait(lambda: (station.snapshot.elapsed_s or 0) > 3)
        path = station.stop_recording()
    session = solemetry.open(path)
    assert set(session.streams) == {"plate", "insole-left", "insole-right"}
    assert [stream.lost_rows for stream in session.streams.values()] == [0, 0, 0]
    since = {name: (s.t_s[0], s.t_s[-1]) for name, s in session.streams.items()}
    # All three ran the whole time, on one time base.
    assert np.ptp([first for first, _ in since.values()]) < 0.15
    assert np.ptp([last for _, last in since.values()]) < 0.15


def test_a_replay_of_what_came_through_threads_gives_exactly_the_numbers_that_were_live(
    tmp_path: Path,
) -> None:
    """Also what both insoles say together, whose clocks stand on questions over the air."""
    calibration = Calibration(np.full(16, 380.0), np.full(16, 0.02), "made up")
    seen: list[Snapshot] = []
    station = Station(
        lambda: open_sources(*MIX),
        {"insole-left": calibration, "insole-right": calibration},
        observe=seen.append,
    )
    station.connect()
    try:
        wait(lambda: station.ready and station.snapshot.t_s > 3)
        station.record(tmp_path / "s.h5")
        wait(lambda: (station.snapshot.elapsed_s or 0) > 6)
        path = station.stop_recording()
    finally:
        station.disconnect()
    # Each arrival is of one block. They are in the order of taking, and not in their own: a thread
    # that has stamped a block may be held up before it hands it over.
    live = [
        after
        for before, after in pairwise(seen)
        if after.arrived_ns != before.arrived_ns and after.elapsed_s is not None
    ]
    engine = Engine()
    again = [engine.snapshot for item in ReplaySource(path).items() if engine.take(item)]
    assert len(again) == len(live) > 6 * 90
    for mine, other in zip(live, again, strict=True):
        assert [repr(vars(j)) for j in mine.joined] == [repr(vars(j)) for j in other.joined]
        for view in mine.devices:
            if view.metrics is not None:
                theirs = other.view(view.stream)
                assert theirs is not None
                a, b = view.metrics, theirs.metrics
                np.testing.assert_array_equal(a.cop_trail_mm, b.cop_trail_mm)  # type: ignore[union-attr]
                assert repr((a.ellipse, a.velocity_mm_s, a.right, a.front)) == repr(
                    (b.ellipse, b.velocity_mm_s, b.right, b.front)  # type: ignore[union-attr]
                )
    assert np.isfinite([s.joined[0].right.value for s in live[100:]]).all()


def test_devices_come_and_go_while_others_stream(tmp_path: Path) -> None:
    with connected("sim:plate?steps_on=0") as station:
        station.record(tmp_path / "s.h5")
        key = station.plug(open_source("sim:insoles?side=right&steps_on=0"))
        wait(lambda: station.ready and station.snapshot.devices[-1].link.rows > 50)
        station.unplug(key)
        wait(lambda: station.snapshot.devices[-1].link.state == "closed")
        before = station.snapshot.t_s
        wait(lambda: station.snapshot.t_s > before + 0.5)
        assert station.plug(open_source("sim:insoles?side=right&steps_on=0")) == key
        wait(lambda: station.snapshot.devices[-1].link.state == "streaming")
        assert [view.stream for view in station.snapshot.devices] == ["plate", "insole-right"]
        path = station.stop_recording()
        with pytest.raises(SolemetryError, match="is not connected"):
            station.unplug("sim:nothing")
    session = solemetry.open(path)
    assert session.streams["plate"].lost_rows == 0
    assert session.streams["insole-right"].rows > 50
    kinds = session.events.kind.tolist()
    assert kinds.count("device_gone") == 1


def test_two_plates_of_the_same_kind_are_told_apart_by_where_they_are() -> None:
    sources = [Scripted("serial:A", plate()), Scripted("serial:B", plate(boots_at_s=0.5))]
    for source in sources:
        source.feeder.opened()
    station = Station(lambda: sources)
    station.connect()
    try:
        wait(lambda: station.ready)
        streams = {view.stream for view in station.snapshot.devices}
        assert streams == {"plate", "plate-2"}
        said = next(m.text for m in station.snapshot.messages if "same kind" in m.text)
        ways = {view.where: view.stream for view in station.snapshot.devices}
        assert all(f"{where} is {stream}" in said for where, stream in ways.items())
        for source in sources:
            source.go_on.set()
            source.end.set()
        wait(lambda: station.ended)
    finally:
        station.disconnect()


def test_one_device_that_cannot_be_opened_leaves_the_other(tmp_path: Path) -> None:
    station = Station(lambda: open_sources("serial:/dev/ttyNOPE", "sim:plate?steps_on=0"))
    station.connect()
    try:
        wait(lambda: station.failures and station.snapshot.metrics is not None)
        assert list(station.failures) == ["serial:/dev/ttyNOPE"]
        assert station.failure is None
        assert any("ttyNOPE" in message.text for message in station.snapshot.messages)
        station.record(tmp_path / "s.h5")
        station.stop_recording()
    finally:
        station.disconnect()


def test_an_engine_that_hangs_is_counted_said_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_module, "_QUEUE_ITEMS", 40)
    monkeypatch.setattr("solemetry_host.live.reader._PATIENCE_S", 0.01)
    source = Scripted("serial:A", plate())
    free = threading.Event()
    free.set()
    station = Station(lambda: source, observe=lambda snapshot: free.wait(20) and None)
    station.connect()
    try:
        wait(lambda: station.ready and station.diagnostics().waiting == 0)
        station.record(tmp_path / "s.h5")
        free.clear()
        source.go_on.set()
        wait(lambda: station.diagnostics().overflowed > 20)
        time.sleep(1.0)
        free.set()
        source.end.set()
        wait(lambda: station.ended and station.diagnostics().waiting == 0)
        dropped = station.diagnostics().overflowed
        path = station.stop_recording()
    finally:
        free.set()
        station.disconnect()
    session = solemetry.open(path)
    said = [d["items"] for k, d in zip(session.events.kind, session.events.detail, strict=True)
            if k == "queue_overflow"]
    assert sum(said) == dropped
    # Each read brought one row or two.
    assert dropped <= session.streams["plate"].lost_rows <= 2 * dropped
    assert any("did not keep up" in message.text for message in station.snapshot.messages)


def test_what_was_dropped_is_said_with_the_next_thing_that_comes_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import queue

    from solemetry_host.live.reader import Reader, StreamNames

    taken: list[Any] = []
    full = threading.Event()

    def put(item: Any, patience_s: float) -> None:
        if full.is_set():
            raise queue.Full
        taken.append(item)

    feeder = plate()
    reader = Reader("a", Scripted("a", feeder), StreamNames(), put, lambda *_: None)
    reader._emit(feeder.opened())
    first, second, third, fourth = feeder.blocks(1.0, 2.0)[:4]
    reader._emit(first)
    full.set()
    reader._emit(second)
    reader._emit(third)
    full.clear()
    reader._emit(fourth)
    notice, block = taken[-2:]
    assert (notice.kind, notice.detail) == ("queue_overflow", {"items": 2})
    assert "2 reads were dropped" in notice.message
    assert block is fourth
    assert reader.overflowed == 2


def test_each_stage_is_timed_and_the_collector_is_kept_out_of_the_way() -> None:
    with connected(*MIX) as station:
        wait(lambda: (metric := station.diagnostics().latency.get("metric")) and metric.n > 60)
        assert gc.get_freeze_count() > 1000
        found = station.diagnostics()
    assert gc.get_freeze_count() == 0
    stages = found.latency
    assert stages["metric"].n > 60
    assert 0 < stages["metric"].p50_ms <= stages["metric"].p99_ms < 200
    assert stages["metric"].p50_ms <= stages["metric, oldest row"].p50_ms
    assert found.overflowed == 0


def test_latencies_are_those_of_the_last_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 10**12
    monkeypatch.setattr(time, "perf_counter_ns", lambda: now)
    latencies = Latencies()
    latencies.note("metric", now - 99_000_000)
    now += 61 * 10**9
    for ms in range(1, 101):
        latencies.note("metric", now - ms * 1_000_000)
    spread = latencies.spreads()["metric"]
    # By definition of the percentile of 1 ... 100, linearly between.
    assert (spread.n, spread.p50_ms, spread.max_ms) == (100, 50.5, 100.0)
    assert (spread.p95_ms, spread.p99_ms) == pytest.approx((95.05, 99.01))


@pytest.mark.parametrize("speed", ["0", "inf"])
def test_a_replay_as_fast_as_it_goes_takes_no_time(speed: str, tmp_path: Path) -> None:
    with connected(*MIX) as station:
        station.record(tmp_path / "s.h5")
        wait(lambda: (station.snapshot.elapsed_s or 0) > 4)
        path = station.stop_recording()

    class NobodyWaits(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise AssertionError("the replay waits")

    items: list[Any] = []
    open_source(f"replay:{path}?speed={speed}").run(items.append, NobodyWaits())
    assert {item.stream for item in items if isinstance(item, Block)} == {
        "plate", "insole-left", "insole-right",
    }  # fmt: skip
    ends = [item for item in items[-3:] if item.kind == "end"]
    assert sorted(end.stream for end in ends) == ["insole-left", "insole-right", "plate"]
    assert [bool(end.message) for end in ends].count(True) == 1


def test_a_replay_beside_another_device_is_refused() -> None:
    with pytest.raises(DeviceError, match="cannot be mixed"):
        open_station(["replay:x.h5", "sim:plate"])


def test_calibrations_are_given_for_all_or_by_stream(tmp_path: Path) -> None:
    text = json.dumps({"zero_counts": [0] * 4, "gain_n_per_count": [1e-3] * 4, "source": "x"})
    (tmp_path / "c.json").write_text(text)
    file = str(tmp_path / "c.json")
    assert read_calibrations(()) is None
    assert read_calibrations([file]).source == "x"  # type: ignore[union-attr]
    named = read_calibrations([f"plate={file}", f"plate-2={file}"])
    assert set(named) == {"plate", "plate-2"}  # type: ignore[arg-type]
    with pytest.raises(FileError, match="not said which device"):
        read_calibrations([file, file])
    with pytest.raises(FileError, match="cannot be read"):
        read_calibrations(["plate=nothing.json"])


def test_the_command_records_several_devices_and_measures_itself(tmp_path: Path) -> None:
    out = tmp_path / "s.h5"
    devices = ["--device", "sim:plate?steps_on=0", "--device", "sim:plate?steps_on=0&seed=2"]
    done = typed.solemetry(
        "record", *devices, "--place", "plate:x=-260;y=0", "--place", "plate-2:x=260;y=0",
        "--seconds", "1", "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    session = solemetry.open(out)
    assert set(session.streams) == {"plate", "plate-2"}
    places = session.events[session.events.kind == "place"].detail.tolist()
    assert {p["stream"]: p["x_mm"] for p in places} == {"plate": -260.0, "plate-2": 260.0}
    bad = typed.solemetry("record", "--place", "plate=3")
    assert bad.returncode == 1
    assert "is not the place of a plate" in bad.stderr
    done = typed.solemetry("bench", "live", "--seconds", "1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert_as_written("bench live", found)
    assert set(found["rows"]) == {"plate", "insole-left", "insole-right"}
    assert set(found["lost_rows"].values()) == {0}
    assert found["cpu_percent"]["all"] > found["cpu_percent"]["generators"] > 0
    assert "metric" in found["latency_ms"]
