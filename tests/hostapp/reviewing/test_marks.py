# SPDX-License-Identifier: Apache-2.0
"""What happened in a recording, named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import reviewed

import solemetry
from solemetry.session import write_load
from solemetry.session.model import Session
from solemetry_host import words
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices.live import BEGIN, Beginning
from solemetry_host.people.folder import Person
from solemetry_host.reviewing.marks import Mark, marks_of
from solemetry_host.reviewing.opened import Opened


def session_with(path: Path, *events: tuple[float, str, dict[str, object]]) -> Session:
    t_s = np.arange(1000) / 50
    return solemetry.open(
        write_load(path, t_s, np.full(1000, 700.0), np.zeros((1000, 2)), 50.0, events=events)
    )


def test_holds_markers_and_what_devices_noticed(tmp_path: Path) -> None:
    session = session_with(
        tmp_path / "a.h5",
        (2.0, "hold_start", {"name": "eyes closed"}), (9.0, "hold_end", {}),
        (5.0, "marker", {"text": "äh"}), (11.0, "link_lost", {"stream": "plate"}),
        (12.0, "clock_jump", {"by_ms": -31.0}), (13.0, "of no known kind", {}),
        (14.0, "sensor_silent", {"stream": "plate", "argument": 1}), (15.0, "hold_start", {}),
    )  # fmt: skip
    found = marks_of(session)
    told = [(mark.kind, round(mark.t_s, 3), round(mark.end_s, 1), mark.name) for mark in found]
    assert told == [
        ("hold", 2.0, 9.0, "Hold"), ("marker", 5.0, 5.0, "äh"),
        ("lost", 11.0, 11.0, "Connection lost"), ("device", 12.0, 12.0, "Clock jumped"),
        ("device", 14.0, 14.0, "Sensor number 2 gives no data"), ("hold", 15.0, 20.0, "Hold"),
    ]  # fmt: skip
    assert found[0].note == "eyes closed"
    assert "Check its wires" in found[4].note


def test_a_drill_and_its_repetitions_stand_where_they_were(first: Opened, drill: Drill) -> None:
    drills = [mark for mark in first.marks if mark.kind == "drill"]
    reps = [mark for mark in first.marks if mark.kind == "rep"]
    assert [(mark.name, mark.t_s) for mark in drills] == [(drill.words().title, reviewed.BEGAN_S)]
    assert [mark.name for mark in reps] == ["Left 1 ✓", "Left 2 ✓", "Right 3 ✓", "Right 4 ✓"]
    assert [mark.t_s for mark in reps] == [3.0, 18.0, 33.0, 48.0]
    assert {mark.end_s - mark.t_s for mark in reps} == {reviewed.HOLD_S}
    like = first.alike(reps[0])
    assert like is not None
    assert (like.drill, like.feedback) == (drill.id, "without")
    assert first.alike(drills[0]) is None


def test_drills_say_their_names_in_the_chosen_language(tmp_path: Path, drill: Drill) -> None:
    session = session_with(tmp_path / "a.h5", (1.0, BEGIN, Beginning(drill).to_detail()))
    try:
        words.choose("de")
        assert marks_of(session)[0].name == drill.words("de").title != drill.words("en").title
    finally:
        words.choose("en")


def test_a_drill_of_another_version_is_marked_all_the_same(tmp_path: Path) -> None:
    session = session_with(tmp_path / "a.h5", (1.0, BEGIN, {"drill": {"what": 1}, "level": 3}))
    assert marks_of(session)[:1] == (Mark("drill", 1.0, pytest.approx(19.98), "Drill", "Level 3"),)


def test_long_gaps_have_a_name_and_short_ones_none(ada: Person, tmp_path: Path) -> None:
    session = solemetry.open(ada.sessions()[0])
    stream = session.stream
    gaps = pd.DataFrame({"t_s": [10.0, 20.0], "row": [0, 0], "lost": [2, 100], "reason": ["", ""]})
    holed = replace(session, streams={"plate": replace(stream, gaps=gaps, rate_hz=50.0)})
    lost = [mark for mark in marks_of(holed) if mark.kind == "lost"]
    told = [(mark.t_s, mark.end_s, mark.note) for mark in lost]
    assert told == [(18.0, 20.0, "100 rows missing")]
