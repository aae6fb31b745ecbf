# SPDX-License-Identifier: Apache-2.0
"""Several devices at once: whose rows are whose, what they say together, and what goes wrong."""

from __future__ import annotations

import random
import time
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixes import (
    FAST_PLATE,
    INSOLE,
    INSOLE_CALIBRATION,
    PLATE,
    Feeder,
    block,
    by_arrival,
    on_plate,
    standing,
)

import solemetry
from solemetry.session import verify
from solemetry_host.devices.replay import ReplaySource
from solemetry_host.devices.source import Block, Item, Notice
from solemetry_host.live.engine import Engine
from solemetry_host.live.joined import Place
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.snapshot import Joined, Metrics, Snapshot

LEFT, RIGHT = standing(640.0, 0.4)


def insoles(calibrated: bool = True, **options: Any) -> tuple[Feeder, Feeder]:
    calibration = INSOLE_CALIBRATION if calibrated else None
    left = Feeder("insole-left", INSOLE, LEFT, calibration, 3.2, 30e-6, 0.03, 0.02, "left", 1)
    right = Feeder("insole-right", INSOLE, RIGHT, calibration, 1.7, -20e-6, 0.03, 0.02, "right", 2)
    return replace(left, **options), replace(right, **options)


def plate(stream: str = "plate", description: Any = PLATE, **options: Any) -> Feeder:
    load = on_plate(500.0, 30.0, -40.0, description)
    return Feeder(stream, description, load, None, 0.4, 1e-4, 0.0125, 0.002, seed=3, **options)


def run(engine: Engine, items: list[Item]) -> list[Snapshot]:
    """Every snapshot that brought numbers."""
    return [engine.snapshot for item in items if engine.take(item)]


def feed(*feeders: Feeder, seconds: float = 20.0, begin_s: float = 5.0) -> list[Item]:
    blocks = by_arrival(*(f.blocks(begin_s, begin_s + seconds) for f in feeders))
    return [f.opened() for f in feeders] + blocks


def joined(snapshot: Snapshot) -> Joined:
    (found,) = snapshot.joined
    return found


def test_each_device_has_its_own_clock_rows_and_numbers() -> None:
    engine = Engine()
    seen = run(engine, feed(plate(), *insoles()))
    assert [view.stream for view in seen[-1].devices] == ["plate", "insole-left", "insole-right"]
    on_it = seen[-1].view("plate")
    assert on_it is not None
    assert on_it.metrics is not None
    assert on_it.metrics.force_n == pytest.approx(500, abs=0.1)
    np.testing.assert_allclose(on_it.metrics.cop_mm, [30, -40], atol=0.1)
    for view in seen[-1].devices:
        assert view.link.lost_rows == 0
        rate_hz = view.rate_hz
        assert view.link.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert seen[-1].first is on_it


def test_what_two_insoles_share_is_taken_at_one_moment() -> None:
    """The load shifts all the time: taken 30 ms apart, shares would not add up."""
    seen = run(Engine(), feed(*insoles(), seconds=30.0))
    late = [joined(s) for s in seen if s.joined and joined(s).t_s > 20]
    assert len(late) > 300
    for found in late:
        assert found.force_n == pytest.approx(640.0, abs=0.5)
        share = 0.4 * (1 + 0.1 * np.sin(2 * np.pi * found.t_s / 0.9))
        # The clocks stand on the least delayed of thirty reads a second: a millisecond or so late.
        slope = 0.4 * 0.1 * 2 * np.pi / 0.9
        assert found.right.value == pytest.approx(share, abs=slope * 0.003 + 1e-3)
        assert found.right.of == "insoles"
        assert found.why == ""


def test_two_placed_plates_give_the_centre_of_pressure_of_both() -> None:
    left = Feeder("plate", PLATE, on_plate(300.0, 0.0, 10.0, PLATE), None, 0.4, 1e-4, seed=1)
    right = Feeder("plate-2", PLATE, on_plate(500.0, 20.0, -30.0, PLATE), None, 2.1, -2e-4, seed=2)
    places = {"plate": Place(-260.0, 0.0), "plate-2": Place(260.0, 15.0, 90.0)}
    engine = Engine(places=places)
    found = joined(run(engine, feed(left, right))[-1])
    # Turned by 90 degrees clockwise, (20, -30) on the plate is (-30, -20) in the room.
    at = (np.array([-260.0, 10.0]) * 300 + np.array([230.0, -5.0]) * 500) / 800
    assert found.of == "plates"
    assert found.force_n == pytest.approx(800, abs=0.2)
    np.testing.assert_allclose(found.cop_mm, at, atol=0.1)
    assert found.right.value == pytest.approx(500 / 800, abs=1e-4)


def test_where_plates_stand_is_not_guessed() -> None:
    found = joined(run(Engine(), feed(plate(), plate("plate-2")))[-1])
    assert found.force_n == pytest.approx(1000, abs=0.2)
    assert np.isnan(found.cop_mm).all()
    assert np.isnan(found.right.value)
    assert "not known" in found.why


def test_insoles_without_gains_have_no_newtons_and_say_so() -> None:
    seen = run(Engine(), feed(*insoles(calibrated=False), seconds=3.0))
    for view in seen[-1].devices:
        assert view.metrics is not None
        assert np.isnan(view.metrics.force_n)
        assert "not calibrated" in view.metrics.why
        assert np.isnan(view.metrics.front.value), "untared counts are no share of anything"
    found = joined(seen[-1])
    assert np.isnan([found.force_n, found.right.value]).all()
    assert "insole-left, insole-right" in found.why


def test_tared_counts_of_one_insole_are_compared_among_its_own_cells() -> None:
    def rising(t_s: np.ndarray) -> np.ndarray:
        front = INSOLE.layout.front
        return np.where(front, 3.0, 1.0) * (t_s[:, None] > 8)

    engine = Engine()
    insole = replace(insoles(calibrated=False)[1], load=rising)
    first, *rest = feed(insole, seconds=8.0)
    engine.take(first)
    engine.command("tare")
    run(engine, rest)
    metrics = engine.snapshot.metrics
    assert metrics is not None
    fore, rear = 3 * INSOLE.layout.front.sum(), (~INSOLE.layout.front).sum()
    assert metrics.front.value == pytest.approx(fore / (fore + rear), abs=0.01)
    assert "counts" in metrics.front.of


# ---- recorded, and played again ----------------------------------------------------------------


def same(a: Any, b: Any) -> bool:
    """Whether two are the same to the last bit, whatever they are made of."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and a.tobytes() == b.tobytes()
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if is_dataclass(a):
        return all(same(mine, getattr(b, name)) for name, mine in vars(a).items())
    return a == b or (a != a and b != b)


def assert_same(live: list[Snapshot], again: list[Snapshot]) -> None:
    assert len(live) == len(again)
    for a, b in zip(live, again, strict=True):
        assert a.elapsed_s is None or a.elapsed_s >= 0
        views = {view.stream: view for view in b.devices}
        for view in a.devices:
            if view.metrics is not None:
                assert same(view.metrics, views[view.stream].metrics), view.stream
        assert len(a.joined) == len(b.joined)
        for mine, other in zip(a.joined, b.joined, strict=True):
            assert same(mine, other)


def replayed(path: Path) -> list[Snapshot]:
    return run(Engine(), list(ReplaySource(path).items()))


def written(recorder: Recorder) -> None:
    """Wait until the disk has caught up: these recordings run faster than time."""
    while recorder._queue.qsize() > 500:
        time.sleep(0.01)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 1000),
    read_s=st.sampled_from([0.005, 0.0125, 0.03, 0.2]),
    late_s=st.sampled_from([0.0, 0.004, 0.08]),
    joins_s=st.floats(6.5, 9.5),
)
def test_a_replay_of_a_mix_gives_exactly_the_numbers_that_were_live(
    tmp_path_factory: pytest.TempPathFactory, seed: int, read_s: float, late_s: float,
    joins_s: float,
) -> None:  # fmt: skip
    """Whatever raced whom into the queue; one insole comes while the recording runs."""
    order = random.Random(seed)
    left, right = insoles(read_s=read_s, late_s=late_s)
    there = feed(plate(), left, seconds=7.0)
    opened, blocks = there[:2], there[2:]
    latecomer = [right.opened(), *right.blocks(joins_s, 12.0)]
    items = by_arrival(blocks, latecomer[1:])
    # Threads race: what was stamped first is taken second, now and then; each stays in order.
    for at in range(len(items) - 1):
        if items[at].stream != items[at + 1].stream and order.random() < 0.2:
            items[at], items[at + 1] = items[at + 1], items[at]
    first = next(at for at, item in enumerate(items) if item.stream == right.stream)
    items.insert(first, latecomer[0])
    engine = Engine()
    recorder = Recorder(tmp_path_factory.mktemp("mix") / "s.h5")
    begin = sum(item.t_host_ns < 6.3e9 for item in items)
    run(engine, opened + items[:begin])
    engine.begin_take(recorder)
    live = []
    for number, item in enumerate(items[begin:]):
        if number in (20, 60):
            engine.command("tare" if number == 20 else "mark")
        if number == 90:
            engine.take(Notice("insole-left", item.t_host_ns, "link_lost", "gone"))
            engine.take(Notice("insole-left", item.t_host_ns, "link_back", "back"))
        live += run(engine, [item])
        written(recorder)
    engine.end_take()
    path = recorder.stop()
    assert_same(live, replayed(path))
    assert verify(path).whole


@settings(max_examples=10, deadline=None)
@given(sizes=st.lists(st.integers(1, 120), min_size=1, max_size=6))
def test_numbers_of_a_mix_do_not_depend_on_how_rows_were_cut(sizes: list[int]) -> None:
    feeders = (plate(), plate("plate-2", FAST_PLATE), *insoles())

    def cut(feeder: Feeder, sizes: list[int]) -> list[Block]:
        rows, true_s = feeder.rows(5.0, 11.0)
        out, at, turn = [], 0, 0
        while at < len(rows):
            end = min(at + sizes[turn % len(sizes)], len(rows))
            out.append(block(feeder, rows[at:end], round(true_s[end - 1] * 1e9) + 1_000_000))
            at, turn = end, turn + 1
        return out

    def metrics(sizes: list[int]) -> dict[str, Metrics | None]:
        engine = Engine()
        run(engine, [f.opened() for f in feeders])
        run(engine, by_arrival(*(cut(f, sizes) for f in feeders)))
        engine.catch_up()
        return {view.stream: view.metrics for view in engine.snapshot.devices}

    expected, found = metrics([7]), metrics(sizes)
    for stream, each in expected.items():
        assert each is not None
        same(each, found[stream])


def test_a_file_of_several_streams_reads_back_row_by_row(tmp_path: Path) -> None:
    feeders = (plate(), plate("plate-2", FAST_PLATE), *insoles())
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    items = feed(*feeders, seconds=4.0)
    run(engine, items[:4])
    engine.begin_take(recorder)
    for item in items[4:]:
        engine.take(item)
        written(recorder)
    engine.end_take()
    path = recorder.stop()
    session = solemetry.open(path)
    assert set(session.streams) == {"plate", "plate-2", "insole-left", "insole-right"}
    assert set(session.motion) == {"insole-left-imu", "insole-right-imu"}
    with h5py.File(path) as file:
        for feeder in feeders:
            rows, true_s = feeder.rows(5.0, 9.0)
            kept = file[f"streams/{feeder.stream}/samples"][:]
            for name in ("index", "counts", "t_dev_us"):
                np.testing.assert_array_equal(kept[name], rows[name])
            stream = session.streams[feeder.stream]
            assert (stream.rows, stream.lost_rows) == (len(rows), 0)
            assert file[f"devices/{feeder.stream}"].attrs["where"] == f"sim:{feeder.stream}"
            # Session time against the truth; the start of session time is this computer's own.
            since_s = stream.t_s - stream.t_s[0]
            on_grid_s = true_s - true_s[0]
            assert since_s[-1] == pytest.approx(on_grid_s[-1], abs=0.03)


# ---- what goes wrong ---------------------------------------------------------------------------


def texts(engine: Engine) -> str:
    return " | ".join(message.text for message in engine.snapshot.messages)


def test_two_insoles_that_say_they_are_the_same_foot_are_both_kept_and_it_is_said(
    tmp_path: Path,
) -> None:
    left, _ = insoles()
    other = replace(left, stream="insole-left-2", boots_at_s=0.3, seed=9)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    run(engine, [left.opened(), replace(other.opened(), twin="insole-left")])
    engine.begin_take(recorder)
    seen = run(engine, by_arrival(left.blocks(5, 8), other.blocks(5, 8)))
    assert "both" in texts(engine).lower()
    assert "sim:insole-left-2 is insole-left-2" in texts(engine)
    assert seen[-1].joined == ()
    engine.end_take()
    session = solemetry.open(recorder.stop())
    assert session.streams["insole-left-2"].rows == session.streams["insole-left"].rows > 250


def test_a_device_that_vanishes_leaves_the_others_going(tmp_path: Path) -> None:
    feeders = (plate(), *insoles())
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    run(engine, [f.opened() for f in feeders])
    engine.begin_take(recorder)
    run(engine, by_arrival(*(f.blocks(5, 8) for f in feeders)))
    assert len(engine.snapshot.joined) == 1
    engine.take(Notice("insole-left", round(8.05e9), "link_lost", "Bluetooth is off."))
    seen = run(engine, by_arrival(*(f.blocks(8.1, 12) for f in (feeders[0], feeders[2]))))
    assert seen[-1].joined == ()
    gone = seen[-1].view("insole-left")
    assert gone is not None
    assert (gone.link.state, gone.metrics) == ("lost", None)
    assert "insole-left: Bluetooth is off." in texts(engine)
    assert seen[-1].metrics is not None
    assert seen[-1].elapsed_s == pytest.approx(7.0, abs=0.1)
    engine.end_take()
    session = solemetry.open(recorder.stop())
    assert session.streams["plate"].rows > 500
    (lost,) = [d for k, d in zip(session.events.kind, session.events.detail, strict=True)
               if k == "link_lost"]
    assert lost["stream"] == "insole-left"


def test_a_device_that_restarts_in_mid_recording_begins_anew_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    left, right = insoles()
    again = replace(left, boots_at_s=9.0, boot_id=2)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    run(engine, [left.opened(), right.opened()])
    engine.begin_take(recorder)
    items = by_arrival(left.blocks(5, 8.5), again.blocks(9.5, 14), right.blocks(5, 14))
    live = run(engine, items)
    assert "insole-left: The device started again" in texts(engine)
    restarts = {view.stream: view.link.restarts for view in live[-1].devices}
    assert restarts == {"insole-left": 1, "insole-right": 0}
    engine.end_take()
    path = recorder.stop()
    assert_same(live, replayed(path))
    session = solemetry.open(path)
    assert session.streams["insole-left"].gaps.reason.tolist() == ["restart"]
    assert len(session.streams["insole-right"].gaps) == 0


@pytest.mark.parametrize("jump_s", [2.0, -2.0])
def test_a_clock_that_jumps_is_noticed_said_and_followed(jump_s: float) -> None:
    """The device's clock stood still; or the computer's, as it slept, and rows were lost."""
    feeder = plate()
    rows, true_s = feeder.rows(5.0, 30.0)
    awake = (jump_s > 0) | (true_s < 15) | (true_s > 17)
    rows, true_s = rows[awake], true_s[awake]
    host_s = true_s + 1e-3 + np.where(true_s > 15, jump_s, 0)
    cuts = [slice(at, at + 2) for at in range(0, len(rows) - 1, 2)]
    engine = Engine()
    engine.take(feeder.opened())
    for part in cuts:
        engine.take(block(feeder, rows[part], round(100e9 + host_s[part][-1] * 1e9)))
    assert "moved apart by 2000 ms" in texts(engine) or "moved apart by 1999 ms" in texts(engine)
    clock = engine.devices["plate"].clock
    assert clock.segment == 1
    newest = int(rows["t_dev_us"][cuts[-1]][-1])
    expected_ns = 100e9 + host_s[cuts[-1]][-1] * 1e9
    assert clock.host_ns(newest) == pytest.approx(expected_ns, abs=2e6)


def test_a_radio_that_holds_rows_back_for_seconds_is_no_jump_of_the_clock() -> None:
    left, _ = insoles()
    rows, true_s = left.rows(5.0, 40.0)
    arrives_s = true_s + 2e-3
    held = (true_s > 20) & (true_s < 24)
    arrives_s[held] = 24.0 + 1e-3 * np.arange(held.sum())
    arrives_s = np.maximum.accumulate(arrives_s)
    engine = Engine()
    engine.take(left.opened())
    for at in range(0, len(rows) - 2, 3):
        part = slice(at, at + 3)
        engine.take(block(left, rows[part], round(arrives_s[part][-1] * 1e9) + at))
    clock = engine.devices["insole-left"].clock
    assert clock.segment == 0
    assert "moved apart" not in texts(engine)
    newest = int(rows["t_dev_us"][-3])
    assert clock.host_ns(newest) == pytest.approx(true_s[-3] * 1e9 + 2e6, abs=1e6)


def test_what_is_let_go_of_and_connected_again_goes_on_in_the_same_stream(
    tmp_path: Path,
) -> None:
    """Also when its 32 bits of microseconds began anew while nobody listened."""
    wrap_s = 2**32 * 1e-6
    feeder = replace(plate(), boots_at_s=10.0 - wrap_s, drift=0.0)
    rows, true_s = feeder.rows(5.0, 15.0)
    before, after = rows[true_s < 8], rows[true_s > 12].copy()
    after["t_dev_us"] -= 2**32  # what a new reader makes of them
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    engine.take(feeder.opened())
    engine.begin_take(recorder)
    for at in range(0, len(before), 4):
        engine.take(block(feeder, before[at : at + 4], round((5.01 + at / 80) * 1e9)))
    engine.gone("plate")
    assert engine.snapshot.link.state == "closed"
    engine.take(feeder.opened())
    for at in range(0, len(after), 4):
        engine.take(block(feeder, after[at : at + 4], round((12.01 + at / 80) * 1e9)))
    assert engine.snapshot.link.state == "streaming"
    engine.end_take()
    path = recorder.stop()
    assert verify(path).whole
    stream = solemetry.open(path).streams["plate"]
    assert stream.rows == len(before) + len(after)
    ((lost, reason),) = stream.gaps[["lost", "reason"]].itertuples(index=False)
    assert (lost, reason) == (len(rows) - len(before) - len(after), "link")


def test_numbers_of_now_come_with_nearly_each_read_and_those_of_the_window_at_60_hz() -> None:
    quick = replace(plate("plate", FAST_PLATE), read_s=0.005, late_s=0.0)
    seen = run(Engine(), feed(quick, seconds=5.0))
    assert 5 * 150 < len(seen) <= 5 * 180 + 1
    ellipses = {id(now.metrics.ellipse) for now in seen if now.metrics and now.metrics.ellipse}
    assert 4 * 55 < len(ellipses) <= 4 * 60 + 1
    assert np.diff([now.t_s for now in seen]).min() > 0
