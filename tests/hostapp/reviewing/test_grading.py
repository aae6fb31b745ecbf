# SPDX-License-Identifier: Apache-2.0
"""A drill whose result nobody kept has its repetitions from its recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from mixes import PLATE, Feeder, on_plate
from small_drills import a_drill, asks

from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.live import Beginning, LiveDrill
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.reviewing.opened import graded, open_recording


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, LiveDrill]:
    """Somebody of 600 N stands on a plate through a drill, which is graded meanwhile."""
    drill = a_drill(
        {"id": "still", "do": "hold", "hold_s": 2.0, "max_s": 5.0, "on_timeout": "fail",
         "within": [asks("fz.n", ">=", 500.0)]},
        dose={"reps": 2, "rest_s": 0.5, "basis": "default"},
    )  # fmt: skip
    engine, recorder, doing = Engine(), Recorder(tmp_path / "s.h5"), LiveDrill()
    feeder = Feeder("plate", PLATE, on_plate(600.0, 0.0, 0.0, PLATE))
    engine.take(feeder.opened())
    engine.begin_take(recorder)
    engine.follow(doing)
    engine.command(live.BEGIN, **Beginning(drill).to_detail())
    for block in feeder.blocks(5.0, 15.0):
        engine.take(block)
    doing.end("lost_devices")
    engine.end_take()
    return recorder.stop(), doing


def test_it_is_open_at_once_and_has_its_repetitions_later(
    recorded: tuple[Path, LiveDrill]
) -> None:
    path, doing = recorded
    opened = open_recording(path)
    assert opened.wants_grading
    assert [mark.kind for mark in opened.marks if mark.kind in ("drill", "rep")] == ["drill"]
    after = graded(opened)
    (outcome,) = doing.outcomes
    assert [rep.status for rep in outcome.reps] == ["ok", "ok"]
    assert [mark.rep for mark in after.marks if mark.rep is not None] == list(outcome.reps)
    assert not after.wants_grading


def test_grading_ends_where_nobody_waits_for_it(recorded: tuple[Path, LiveDrill]) -> None:
    asked = []

    def going_on() -> bool:
        asked.append(True)
        return len(asked) < 10

    after = graded(open_recording(recorded[0]), going_on)
    assert len(asked) == 10
    assert not any(mark.rep for mark in after.marks)
