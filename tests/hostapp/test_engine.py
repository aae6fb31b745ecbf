# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry import sway
from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure
from solemetry.device import DeviceDescription
from solemetry.foot import FootRegistration
from solemetry.signal import lowpass
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.devices.source import Block, Exchange, Notice, Opened
from solemetry_host.live.engine import Engine
from solemetry_host.live.snapshot import Metrics, Snapshot
from solemetry_host.live.take import StreamHeader, find_gaps
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.stream import StreamDecoder

PLATE = DeviceDescription.builtin("plate-hx711-uno")
OPENED = Opened("plate", 0, PLATE, None)
ZERO = np.array([30000.0, -12000.0, 500.0, 80000.0])


def virtual_bytes(seconds: float, person: Person | None = None, **options: Any) -> bytes:
    person = person or Person(ONE_LEG, steps_on_s=2.5)
    return VirtualPlate(PLATE, person.load, **options).advance(seconds)


def rows_of(stream: bytes) -> np.ndarray:
    return RowBuilder(4).build(StreamDecoder(4).push(stream).samples, 0)


def blocks(rows: np.ndarray, sizes: list[int]) -> list[Block]:
    """Cut rows into reads; each arrives a few milliseconds after its newest row."""
    out, at, turn = [], 0, 0
    while at < len(rows):
        part = rows[at : at + sizes[turn % len(sizes)]].copy()
        stamp = int(part["t_dev_us"][-1]) * 1000 + 3_000_000 + 7919 * (turn % 13)
        part["t_host_ns"] = stamp
        out.append(Block("plate", stamp, part))
        at += len(part)
        turn += 1
    return out


def play(items: list, engine: Engine | None = None) -> Snapshot:
    engine = engine or Engine()
    for item in items:
        engine.take(item)
    engine.catch_up()
    return engine.snapshot


def assert_same(a: Metrics | None, b: Metrics | None) -> None:
    assert a is not None
    assert b is not None
    for name in ("force_n", "covered_s", "velocity_mm_s", "ellipse", "right", "front"):
        assert getattr(a, name) == getattr(b, name) or getattr(a, name) != getattr(a, name), name
    np.testing.assert_array_equal(a.cop_trail_mm, b.cop_trail_mm)
    np.testing.assert_array_equal(a.force_trail_n, b.force_trail_n)


ROWS = rows_of(virtual_bytes(16.0))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_live_numbers_do_not_depend_on_how_the_rows_were_cut_into_reads(sizes: list[int]) -> None:
    assert_same(
        play([OPENED, *blocks(ROWS, [len(ROWS)])]).metrics,
        play([OPENED, *blocks(ROWS, sizes)]).metrics,
    )


def test_live_numbers_are_those_of_the_offline_functions_on_the_last_ten_seconds() -> None:
    metrics = play([OPENED, *blocks(ROWS, [5])]).metrics
    assert metrics is not None
    assert len(metrics.cop_trail_mm) == 800
    longer = play([OPENED, *blocks(ROWS, [5])], Engine(window_s=16.0)).metrics
    assert longer is not None
    whole = longer.cop_trail_mm
    np.testing.assert_array_equal(metrics.cop_trail_mm, whole[-800:])
    smooth = lowpass(whole, 80.0)[-800:]
    assert metrics.ellipse is not None
    area_mm2 = sway.prediction_ellipse(smooth).area_mm2
    assert metrics.ellipse.area_mm2 == pytest.approx(area_mm2, rel=1e-9)
    assert metrics.velocity_mm_s == pytest.approx(sway.mean_velocity(smooth, 80.0), rel=1e-9)
    assert metrics.path_mm == pytest.approx(sway.path_length(smooth), rel=1e-9)
    assert metrics.rms_mm == pytest.approx(sway.rms_distance(smooth), rel=1e-9)
    assert metrics.radius_mm == pytest.approx(sway.mean_distance(smooth), rel=1e-9)
    assert np.isnan(metrics.boundary_s)


def test_the_live_time_to_boundary_is_that_of_the_registered_foot_and_the_last_second() -> None:
    foot = {"side": "left", "heel_mm": [0, -100], "axis_deg": 0, "length_mm": 250}
    items = [OPENED, Notice("plate", 1, "foot", detail=foot), *blocks(ROWS, [5])]
    metrics = play(items, Engine(window_s=16.0)).metrics
    assert metrics is not None
    smooth = lowpass(metrics.cop_trail_mm, 80.0)[-80:]
    outline_mm = sway.base_of_support(FootRegistration.from_dict(foot))
    times_s = sway.time_to_boundary(smooth, 80.0, outline_mm).time_s
    assert metrics.boundary_s == pytest.approx(np.nanmin(times_s), rel=1e-9)
    assert 0 <= metrics.boundary_s < np.inf


def test_the_load_that_was_put_on_is_the_load_that_is_shown() -> None:
    def still(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t_s), 500.0), np.tile([30.0, -40.0], (len(t_s), 1))

    stream = VirtualPlate(PLATE, still, noise_counts=0).advance(5.0)
    metrics = play([OPENED, *blocks(rows_of(stream), [3])]).metrics
    assert metrics is not None
    assert metrics.force_n == pytest.approx(500, abs=1e-3)
    np.testing.assert_allclose(metrics.cop_mm, [30, -40], atol=1e-3)
    # Of a rigid plate on four feet at +-210 and +-160 mm.
    assert metrics.right.value == pytest.approx(0.5 + 30 / 420, abs=1e-5)
    assert metrics.front.value == pytest.approx(0.5 - 40 / 320, abs=1e-5)
    assert metrics.right.of == metrics.front.of == "plate halves"


def test_a_registered_foot_gives_its_forefoot_share() -> None:
    def on_the_forefoot(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t_s), 500.0), np.tile([0.0, 0.675 * 250 - 100], (len(t_s), 1))

    stream = VirtualPlate(PLATE, on_the_forefoot, noise_counts=0).advance(3.0)
    engine = Engine()
    engine.take(OPENED)
    engine.command("foot", side="left", heel_mm=[0, -100], axis_deg=0, length_mm=250)
    metrics = play(blocks(rows_of(stream), [3]), engine).metrics
    assert metrics is not None
    assert metrics.front.value == pytest.approx(1.0, abs=1e-4)
    assert metrics.front.of == "left foot"


def test_a_foot_is_found_by_pressing_with_heel_and_forefoot() -> None:
    heel, fore = np.array([10.0, -90.0]), np.array([20.0, 50.0])

    def presses(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t_s), 400.0), np.where(t_s[:, None] < 6, heel, fore)

    engine = Engine()
    engine.take(OPENED)
    stream = VirtualPlate(PLATE, presses, noise_counts=0).advance(12.0)
    for number, block in enumerate(blocks(rows_of(stream), [8])):
        if number in (10, 70):
            part = "heel" if number == 10 else "forefoot"
            engine.command("foot_press", side="right", length_mm=260.0, part=part)
        engine.take(block)
    (foot,) = engine.snapshot.feet
    assert foot.side == "right"
    np.testing.assert_allclose(foot.heel_load_mm, heel, atol=0.01)
    np.testing.assert_allclose(foot.fore_load_mm, fore, atol=0.01)


def test_presses_that_cannot_be_a_foot_are_refused_with_a_reason() -> None:
    def same_place(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t_s), 400.0), np.tile([0.0, 5.0], (len(t_s), 1))

    engine = Engine()
    engine.take(OPENED)
    stream = VirtualPlate(PLATE, same_place).advance(8.0)
    for number, block in enumerate(blocks(rows_of(stream), [8])):
        if number in (10, 35):
            part = "heel" if number == 10 else "forefoot"
            engine.command("foot_press", side="right", length_mm=260.0, part=part)
        engine.take(block)
    assert engine.snapshot.feet == ()
    assert "press" in engine.snapshot.messages[-1].text


def tare_in(seconds_before_stepping_on: float) -> Engine:
    engine = Engine()
    engine.take(OPENED)
    person = Person(ONE_LEG, steps_on_s=1.2 + seconds_before_stepping_on)
    stream = virtual_bytes(8.0, person, zero_counts=ZERO)
    for number, block in enumerate(blocks(rows_of(stream), [4])):
        if number == 4:
            engine.command("tare")
        engine.take(block)
    return engine


def test_tare_takes_off_what_the_empty_plate_reads() -> None:
    engine = tare_in(1.0)
    assert engine.snapshot.messages[-1].text.startswith("Tared")
    metrics = engine.snapshot.metrics
    assert metrics is not None
    assert metrics.force_n == pytest.approx(68 * 9.80665, rel=0.01)


def test_tare_is_refused_while_somebody_steps_on() -> None:
    engine = tare_in(-0.5)
    assert "Not tared" in engine.snapshot.messages[-1].text


def test_tare_is_refused_on_a_tared_plate_with_somebody_on_it() -> None:
    engine = tare_in(1.0)
    later = rows_of(virtual_bytes(12.0, Person(ONE_LEG, steps_on_s=0), zero_counts=ZERO))
    engine.command("tare")
    play(blocks(later[later["t_dev_us"] > 8_100_000], [4]), engine)
    assert "Step off" in engine.snapshot.messages[-1].text


def test_a_lost_row_is_counted_and_left_empty() -> None:
    whole = play([OPENED, *blocks(ROWS, [7])])
    holey = play([OPENED, *blocks(np.delete(ROWS, [900, 901]), [7])])
    assert (whole.link.lost_rows, holey.link.lost_rows) == (0, 2)
    assert whole.metrics is not None
    assert holey.metrics is not None
    assert np.isnan(holey.metrics.force_trail_n).sum() == pytest.approx(3, abs=1)
    there = ~np.isnan(holey.metrics.force_trail_n)
    np.testing.assert_array_equal(
        holey.metrics.force_trail_n[there], whole.metrics.force_trail_n[there]
    )


def test_a_restart_of_the_device_begins_the_window_anew_and_is_said() -> None:
    again = ROWS.copy()
    again["boot_id"] = 2
    first, second = blocks(ROWS, [9]), blocks(again[:400], [9])
    shift = first[-1].t_host_ns
    second = [replace(block, t_host_ns=block.t_host_ns + shift) for block in second]
    snapshot = play([OPENED, *first, *second])
    assert snapshot.link.restarts == 1
    assert snapshot.metrics is not None
    assert len(snapshot.metrics.force_trail_n) < 400
    assert any("started again" in message.text for message in snapshot.messages)


def test_elapsed_time_goes_on_over_a_restart_in_the_middle_of_a_read() -> None:
    again = ROWS[:400].copy()
    again["boot_id"] = 2
    spanning = np.concatenate((ROWS, again))
    spanning["t_host_ns"] = 10**9
    engine = Engine()
    engine.take(OPENED)
    engine.begin_take(Kept())
    engine.take(Block("plate", 10**9, spanning[:800]))
    before = engine.snapshot.elapsed_s
    assert before == pytest.approx(10, abs=0.1)
    engine.take(Block("plate", 2 * 10**9, spanning[800:]))
    assert engine.snapshot.elapsed_s == pytest.approx(10 + 5, abs=0.1)


def test_gaps_name_their_reason() -> None:
    rows = ROWS[:10].copy()
    assert find_gaps(rows, None, 0) == []
    rows["index"][5:] += 3
    (gap,) = find_gaps(rows, None, 0)
    assert (gap.at, gap.lost, gap.reason) == (5, 3, "lost")
    last = int(ROWS["index"][0]) - 11
    (gap, _) = find_gaps(rows, int(rows["boot_id"][0]), last, rejoined=True)
    assert (gap.at, gap.lost, gap.reason) == (0, 10, "link")
    rows["boot_id"][5:] = 9
    (gap,) = find_gaps(rows, None, 0)
    assert (gap.at, gap.lost, gap.reason) == (5, 0, "restart")


def test_the_row_index_may_wrap() -> None:
    rows = ROWS[:4].copy()
    rows["index"] = [2**32 - 2, 2**32 - 1, 0, 1]
    assert find_gaps(rows, None, 0) == []


def test_a_silent_load_cell_is_named_and_leaves_no_false_force() -> None:
    rows = ROWS.copy()
    rows["flags"][600:] |= 1 << (4 + 2)
    rows["counts"][600:, 2] = 123456
    engine = Engine()
    play([OPENED, *blocks(rows, [9])], engine)
    engine.take(Notice("plate", 10**12, "sensor_silent", detail={"argument": 2}))
    assert engine.snapshot.link.silent == ("RL",)
    assert "RL" in engine.snapshot.messages[-1].text
    metrics = engine.snapshot.metrics
    assert metrics is not None
    assert np.isnan(metrics.force_n)
    assert np.isnan(metrics.force_trail_n[-600:]).all()


def test_a_load_cell_at_the_end_of_its_range_is_no_measurement() -> None:
    rows = ROWS.copy()
    rows["flags"][800:] |= 1
    snapshot = play([OPENED, *blocks(rows, [9])])
    assert snapshot.link.saturated == ("FL",)
    assert snapshot.metrics is not None
    assert np.isnan(snapshot.metrics.force_n)


class Kept:
    """A take that only remembers."""

    def __init__(self) -> None:
        self.headers: list[StreamHeader] = []
        self.rows: list[np.ndarray] = []
        self.events: list[tuple[str, dict]] = []

    def begin(self) -> int:
        return 0

    def open(self, header: StreamHeader) -> None:
        self.headers.append(header)

    def samples(self, stream: str, rows: np.ndarray, gaps: list) -> None:
        self.rows.append(rows)

    def imu(self, stream: str, rows: np.ndarray) -> None:
        pass

    def clock(self, stream: str, *observation: Any) -> None:
        pass

    def exchange(self, exchange: Exchange) -> None:
        pass

    def zero(self, stream: str, zero_counts: np.ndarray) -> None:
        self.events.append(("zero", {}))

    def event(self, t_host_ns: int, kind: str, detail: dict, stream: str) -> None:
        self.events.append((kind, detail))


def test_a_take_begins_with_an_empty_window_and_keeps_rows_and_events_from_there() -> None:
    engine, kept = Engine(), Kept()
    parts = blocks(ROWS, [8])
    play([OPENED, *parts[:60]], engine)
    engine.begin_take(kept)
    assert engine.snapshot.metrics is None
    engine.command("hold_start", name="x")
    play(parts[60:100], engine)
    engine.end_take()
    play(parts[100:], engine)
    (header,) = kept.headers
    assert len(header.clock_history) >= 4
    np.testing.assert_array_equal(np.concatenate(kept.rows), ROWS_WITH_STAMPS(parts[60:100]))
    assert ("hold_start", {"name": "x"}) in kept.events


def ROWS_WITH_STAMPS(parts: list[Block]) -> np.ndarray:  # noqa: N802
    return np.concatenate([part.rows for part in parts])


def test_saying_so_when_nothing_is_connected() -> None:
    with pytest.raises(Exception, match="No device is connected"):
        Engine().begin_take(Kept())


def test_the_virtual_plate_answers_commands_and_ignores_damaged_ones() -> None:
    from solemetry_host.wire.records import Info, Type, encode

    plate = VirtualPlate(PLATE, Person(ONE_LEG).load)
    plate.advance(0.5)
    plate.receive(b"\x07garbage\0" + encode(Type.COMMAND_INFO, 9) + encode(0xEE, 10))
    records = StreamDecoder(4).push(plate.advance(0.5)).records
    assert [record.type for record in records] == [Type.INFO, Type.ACK, Type.ACK]
    assert Info.parse(records[0].payload).device_id == PLATE.id
    assert struct.unpack("<HBB", records[2].payload) == (10, 0xEE, 1)
    plate.receive(encode(Type.COMMAND_STOP, 11))
    assert len(StreamDecoder(4).push(plate.advance(1.0)).samples) == 0


def test_the_virtual_plates_cop_is_what_its_person_did() -> None:
    person = Person(ONE_LEG, steps_on_s=0)
    rows = rows_of(virtual_bytes(10.0, person, noise_counts=0))
    forces = Calibration.nominal(PLATE).forces(rows["counts"])
    t_s = rows["t_dev_us"][200] * 1e-6 - PLATE.delay_s
    _, cop = person.load(np.array([t_s]))
    measured = center_of_pressure(forces[200], PLATE.layout.xy_mm)
    np.testing.assert_allclose(measured, cop[0], atol=0.3)  # chips convert up to 12 ms apart


def test_a_source_that_is_told_to_stop_stops() -> None:
    from solemetry_host.devices.url import open_source

    stop = threading.Event()
    items: list = []

    def emit(item: Any) -> None:
        items.append(item)
        if len(items) > 5:
            stop.set()

    open_source("sim:plate").run(emit, stop)
    assert isinstance(items[0], Opened)


def test_an_unexpected_fault_in_a_thread_reaches_the_person_and_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from solemetry_host.live.station import Station

    class Broken:
        name = "broken"

        def run(self, emit: Any, stop: threading.Event) -> None:
            emit(OPENED)
            raise ZeroDivisionError("inside")

    station = Station(Broken)
    station.connect()
    deadline = time.monotonic() + 30
    while not station.ended:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    station.disconnect()
    assert "unexpected" in str(station.failure)
    assert any("unexpected" in message.text for message in station.snapshot.messages)
    assert "ZeroDivisionError" in caplog.text
