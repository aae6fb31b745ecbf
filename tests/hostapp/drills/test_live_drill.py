# SPDX-License-Identifier: Apache-2.0
"""Drills on live devices, bytes in and grades out; and the same from their recordings."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixes import INSOLE, INSOLE_CALIBRATION, PLATE, Feeder, by_arrival, standing

from solemetry.calibration import Calibration
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.devices.source import Item, Notice
from solemetry_host.devices.url import open_sources
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.live import Beginning, LiveDrill, grade
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.running.run import Facts
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.station import Station
from solemetry_host.sim.plate import corner_loads

GRAVITY = 9.80665
FOOT = FootRegistration(side="right", heel_mm=(15.0, -105.0), axis_deg=0.0, length_mm=255.0)

STAND_STILL: dict[str, Any] = {
    "schema": 1, "id": "stand-still", "kind": "drill", "family": "balance", "sides": "each",
    "text": {"en": {"title": "Stand still"}},
    "dose": {"reps": 2, "rest_s": 0.5, "basis": "default"},
    "phase": [
        {"id": "settle", "do": "hold", "hold_s": 0.5, "max_s": 5, "on_timeout": "fail",
         "record_baseline": True,
         "within": [{"signal": "stance.single", "op": "is", "value": True, "basis": "default"},
                    {"signal": "cop.speed", "op": "<=", "value": 150, "basis": "default"}]},
        {"id": "still", "do": "hold", "hold_s": 2.0, "max_s": 4.0, "on_timeout": "fail",
         "within": [{"signal": "fz.bw", "op": ">=", "value": 0.8, "basis": "default"},
                    {"signal": "share.rearfoot", "op": ">=", "value": 0.01, "basis": "default"}],
         "fail": [{"signal": "touchdown", "op": "is", "value": True, "basis": "default",
                   "reason": "foot down"}]},
    ],
    "safety": {"stop_if": ["pain"]},
    "source": [{"key": "default", "says": "for tests"}],
}  # fmt: skip


def wait(done: Callable[[], Any], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def on_right(**body: Any) -> Beginning:
    facts = Facts(age=35.0, sides=("right",), settings={"posture": "single"})
    return Beginning(Drill.model_validate(STAND_STILL), facts=facts, body=Body(**body))


def recorded_live(path: Path, beginning: Beginning, *devices: str) -> list[Outcome]:
    """Do a drill on virtual devices, as the command does; return how it went."""
    calibration = Calibration(np.full(16, 380.0), np.full(16, 0.05), "made up")
    insoles = {"insole-left": calibration, "insole-right": calibration}
    station, drill = Station(lambda: open_sources(*devices), insoles), LiveDrill()
    station.connect()
    try:
        wait(lambda: station.ready and station.snapshot.t_s > 1)
        station.command("foot", "plate", **vars(FOOT))
        station.record(path)
        station.follow(drill)
        live.begin(station, beginning)
        wait(lambda: drill.run is not None and drill.run.ended is not None)
        station.stop_recording()
    finally:
        station.disconnect()
    return drill.outcomes


@pytest.mark.parametrize(("steps_off", "statuses"), [(60, ["ok", "ok"]), (5.2, ["ok", "failed"])])
def test_what_virtual_devices_send_is_graded_live_as_it_is_from_the_recording(
    steps_off: float, statuses: list[str], tmp_path: Path
) -> None:
    """Bytes of a plate and notifications of two insoles, through all threads."""
    person = f"stance=one-leg&steps_on=0.2&steps_off={steps_off}"
    found = recorded_live(
        tmp_path / "s.h5", on_right(plate_weight_n=68 * GRAVITY),
        f"sim:plate?{person}", f"sim:insoles?{person}",
    )  # fmt: skip
    (outcome,) = found
    assert [rep.status for rep in outcome.reps] == statuses
    assert outcome.ended == "completed"
    assert {"cop.ml_mm", "share.rearfoot", "imu.roll_speed"} <= set(outcome.sensed)
    if "failed" in statuses:
        assert outcome.reps[-1].reason == "foot down"
    else:
        still_s = [rep.ended_s - rep.began_s for rep in outcome.reps]
        assert still_s == pytest.approx([2.5, 2.5], abs=1.5)
    assert grade(tmp_path / "s.h5") == found


def test_without_the_insole_that_it_needs_a_drill_is_not_verified_live_nor_later(
    tmp_path: Path,
) -> None:
    found = recorded_live(
        tmp_path / "s.h5", on_right(plate_weight_n=68 * GRAVITY),
        "sim:plate?stance=one-leg&steps_on=0.2",
    )  # fmt: skip
    assert {rep.status for rep in found[0].reps} == {"unverified"}
    assert grade(tmp_path / "s.h5") == found


def test_a_follower_that_fails_is_left_behind_and_the_recording_goes_on(tmp_path: Path) -> None:
    class Broken(LiveDrill):
        def block(self, *what: Any) -> None:
            raise RuntimeError("broken")

    station = Station(lambda: open_sources("sim:plate?steps_on=0.2"))
    station.connect()
    try:
        wait(lambda: station.ready)
        station.record(tmp_path / "s.h5")
        station.follow(Broken())
        wait(lambda: station.not_followed is not None)
        elapsed_s = station.snapshot.elapsed_s or 0.0
        wait(lambda: (station.snapshot.elapsed_s or 0.0) > elapsed_s + 0.5)
        assert station.stop_recording().exists()
        station.follow(None)
        assert station.not_followed is None
    finally:
        station.disconnect()


# ---- without threads: whatever is lost, pressed, and in whichever order -------------------------


def swaying(t_s: np.ndarray) -> np.ndarray:
    places = np.column_stack((15 + 8 * np.sin(7 * t_s), 6 * np.cos(5 * t_s)))
    return corner_loads(np.where(np.sin(t_s) > -0.97, 660.0, 500.0), places, PLATE.layout.xy_mm)


def written(recorder: Recorder) -> None:
    """Wait until the disk has caught up: these recordings run faster than time."""
    while recorder._queue.qsize() > 500:
        time.sleep(0.01)


EVENTS = st.lists(
    st.tuples(
        st.floats(6.2, 11.5),
        st.sampled_from(["pause", "go_on", "caught_myself", "done", "skip", "restart", "lost",
                         "tare", "time"]),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), events=EVENTS, read_s=st.sampled_from([0.005, 0.03, 0.2]))
def test_a_recording_is_graded_as_it_was_whatever_happened(
    tmp_path_factory: pytest.TempPathFactory, seed: int,
    events: list[tuple[float, str]], read_s: float,
) -> None:  # fmt: skip
    order = random.Random(seed)
    left, right = standing(80.0, 0.6)
    feeders = [
        Feeder("plate", PLATE, swaying, None, 0.4, 1e-4, read_s, 0.004),
        Feeder("insole-left", INSOLE, left, INSOLE_CALIBRATION, 3.2, 3e-5, 0.03, 0.02, "left", 1),
        Feeder("insole-right", INSOLE, right, INSOLE_CALIBRATION, 1.7, 0, 0.03, 0.02, "right", 2),
    ]
    items: list[Item] = by_arrival(*(feeder.blocks(5.5, 12.0) for feeder in feeders))
    # Threads race: what was stamped first is taken second, now and then; each stays in order.
    for at in range(len(items) - 1):
        if items[at].stream != items[at + 1].stream and order.random() < 0.2:
            items[at], items[at + 1] = items[at + 1], items[at]
    engine, drill = Engine(), LiveDrill()
    engine.follow(drill)
    for feeder in feeders:
        engine.take(feeder.opened())
    engine.command("foot", "plate", **vars(FOOT))
    recorder = Recorder(tmp_path_factory.mktemp("drill") / "s.h5")
    todo = sorted([(6.0, "record"), (6.1, "begin"), *events])
    base = FunctionalBase(np.array([(-20.0, -50), (20, -50), (0, 50)]), measured=True)
    beginning = on_right(plate_weight_n=660.0, insole_weight_n=80.0, bases={"right": base})
    silent = 0
    for item in items:
        while todo and item.t_host_ns > todo[0][0] * 1e9:
            _, what = todo.pop(0)
            match what:
                case "record":
                    engine.begin_take(recorder)
                case "begin":
                    engine.command(live.BEGIN, **beginning.to_detail())
                case "tare":
                    engine.command("foot_clear" if order.random() < 0.5 else "mark")
                case "lost":
                    engine.take(Notice("plate", item.t_host_ns, "link_lost", "gone"))
                    silent = 60
                case "restart":
                    for feeder in feeders[:1]:
                        feeder.boot_id += 1
                case "time":
                    engine.command(live.TIME, t_host_ns=item.t_host_ns)
                case _:
                    engine.command(live.PRESS, what=what)
        if item.stream == "plate" and silent > 0:
            silent -= 1
            continue
        if item.stream == "plate" and feeders[0].boot_id > 1:
            item.rows["boot_id"] = feeders[0].boot_id  # type: ignore[union-attr]
        engine.take(item)
        written(recorder)
    drill.end("lost_devices")
    engine.end_take()
    assert grade(recorder.stop()) == drill.outcomes
    assert len(drill.outcomes) == 1


# ---- how it began ------------------------------------------------------------------------------


@pytest.mark.parametrize("drill", Shelf(Path("nowhere")).drills(), ids=lambda drill: drill.id)
def test_each_drill_is_written_down_and_read_back_as_it_was(drill: Drill) -> None:
    shelf = Shelf(Path("nowhere"))
    tables = (shelf.norm(drill.score.norm.table),) if drill.score.norm else ()
    base = FunctionalBase(np.array([(-20.0, -50), (20, -50), (0, 50)]), measured=True)
    facts = Facts(age=61.0, settings={"hours": (12.0, 3.0), "support": "hover"}, band=1.2)
    before = Beginning(drill, 1, 7, facts, Body(660.0, None, 61.0, {"left": base}), tables)
    after = Beginning.from_detail(before.to_detail())
    assert after.drill == drill
    assert after.norm_tables == tables
    assert after.to_detail() == before.to_detail()
    assert after.facts.settings == facts.settings


def test_a_beginning_that_is_damaged_is_refused_in_words() -> None:
    detail = on_right().to_detail() | {"drill": {"id": "x"}}
    with pytest.raises(SolemetryError, match="cannot be read"):
        Beginning.from_detail(detail)


def test_a_recording_without_a_drill_has_no_grade(tmp_path: Path) -> None:
    feeder = Feeder("plate", PLATE, swaying)
    engine, recorder = Engine(), Recorder(tmp_path / "s.h5")
    engine.take(feeder.opened())
    engine.begin_take(recorder)
    for block in feeder.blocks(5.0, 6.0):
        engine.take(block)
    engine.end_take()
    assert grade(recorder.stop()) == []
