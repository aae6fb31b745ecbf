# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill run`` as a person would use it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from mixes import PLATE, Feeder, on_plate
from typed import solemetry
from written_keys import assert_as_written

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.known import bases_since
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.questions import ask_after
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.people.folder import Library

STAND = """
schema = 1
id = "stand"
kind = "drill"
family = "balance"
sides = "each"
[text.en]
title = "Stand"
stop = "Whenever you want."
[sensors]
best = ["plate"]
[dose]
reps = 1
basis = "default"
[[phase]]
id = "still"
do = "hold"
hold_s = 2.0
max_s = 8
on_timeout = "fail"
within = [ { signal = "stance.single", op = "is", value = true, basis = "default" },
           { signal = "cop.ml_mm", op = "near", value = 0, tol = 60, basis = "default" } ]
say = "Stand."
[safety]
confirm_before = ["support_in_reach"]
stop_if = ["pain"]
[[source]]
key = "default"
says = "for tests"
"""
ON_PLATE = ("--device", "sim:plate?stance=one-leg&steps_on=0.2", "--side", "right",
            "--foot", "right:heel=15,-105;length=255", "--mass", "68")  # fmt: skip


def run(*arguments: str, typed: str = "", code: int = 0) -> CompletedProcess[str]:
    done = solemetry("drill", "run", *arguments, answers=typed)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def stand(tmp_path: Path) -> str:
    path = tmp_path / "stand.toml"
    path.write_text(STAND)
    return str(path)


def test_done_recorded_and_graded_again(stand: str, tmp_path: Path) -> None:
    out = tmp_path / "s.h5"
    done = run(stand, *ON_PLATE, "--out", str(out), "--json", typed="y\n")
    live = json.loads(done.stdout)
    assert_as_written("drill run", live)
    assert live.pop("recording") == str(out)
    assert [(rep["side"], rep["status"]) for rep in live["reps"]] == [("right", "ok")]
    assert "Not a medical device" in done.stderr
    assert "Stand." in done.stderr
    again = json.loads(run(stand, "--device", f"replay:{out}", "--json").stdout)
    assert again.pop("recording") is None
    assert again == live
    other = run("short-foot", "--device", f"replay:{out}", code=1)
    assert "is a recording of stand, not of short-foot" in other.stderr


def test_who_does_not_confirm_does_not_begin(stand: str) -> None:
    done = run(stand, typed="n\n", code=1)
    assert "was not begun" in done.stderr


def test_without_devices_nothing_is_sensed_and_nothing_is_passed(stand: str) -> None:
    outcome = json.loads(run(stand, "--side", "left", "--yes", "--json").stdout)
    assert outcome["sensed"] == []
    assert {rep["status"] for rep in outcome["reps"]} == {"unverified"}


def test_what_is_pressed_is_done(stand: str) -> None:
    outcome = json.loads(run(stand, "--yes", "--json", typed="q\n").stdout)
    assert outcome["ended"] == "stopped"


def test_a_level_that_is_not_there_is_told_before_anybody_stands_somewhere() -> None:
    done = run("short-foot", "--level", "9", code=1)
    assert "level" in done.stderr


def test_a_person_keeps_the_result_and_the_recording(stand: str, tmp_path: Path) -> None:
    library = str(tmp_path / "library")

    def person(*arguments: str) -> str:
        done = solemetry("person", *arguments, "--library", library)
        assert done.returncode == 0, done.stderr
        return done.stdout

    who = person("add", "mass_kg=68", "birth_year=1990").strip()
    done = run(stand, *ON_PLATE[:-2], "--yes", "--person", who, "--library", library)
    assert "until you are weighed" in done.stdout
    told = json.loads(person("show", who, "--json"))
    (result,), (session,) = told["results"], told["recordings"]
    assert result["drill"] == "stand"
    assert session


def test_a_base_that_was_measured_counts_until_it_is_too_old(tmp_path: Path) -> None:
    """Of three recordings: the newest of each side, one of them too old, one of them damaged."""
    person = Library(tmp_path).add(date(2026, 1, 1), {})
    square = np.array([(-20.0, -50), (20, -50), (20, 50), (-20, 50)])
    measured = {"left": (date(2026, 3, 1), 1.0), "right": (date(2026, 3, 8), 2.0)}
    drill = Shelf(Path("nowhere")).drill("clock-balance")
    for day in (1, 8):
        path = person.new_session(datetime(2026, 3, day, tzinfo=UTC))
        engine, recorder = Engine(), Recorder(path)
        feeder = Feeder("plate", PLATE, on_plate(600.0, 0.0, 0.0, PLATE))
        engine.take(feeder.opened())
        engine.begin_take(recorder)
        bases = {side: FunctionalBase(square * times, True, on)
                 for side, (on, times) in measured.items() if on.day <= day}  # fmt: skip
        engine.command(live.BEGIN, **Beginning(drill, body=Body(bases=bases)).to_detail())
        for block in feeder.blocks(5.0, 6.0):
            engine.take(block)
        engine.end_take()
        recorder.stop()
    person.new_session(datetime(2026, 3, 9, tzinfo=UTC)).write_text("no session")
    found = bases_since(date(2026, 3, 1), person)
    assert {side: base.area_cm2 for side, base in found.items()} == {"left": 40.0, "right": 160.0}
    assert set(bases_since(date(2026, 3, 2), person)) == {"right"}
    assert bases_since(date(2026, 3, 9), person) == {}


# ---- what is asked afterwards ------------------------------------------------------------------


def outcome(drill: Drill, *sides: str) -> Outcome:
    reps = tuple(Rep(side, 1, n, "ok", "", "", 0, 1, True)  # type: ignore[arg-type]
                 for side in sides for n in (1, 2))  # fmt: skip
    return Outcome(drill.id, 1, 1, reps, "completed", {}, ())


def test_a_grade_is_asked_of_each_side_and_pain_once() -> None:
    drill, heard = Shelf(Path("nowhere")).drill("short-foot"), []
    typed = iter(["7", "2", "", "4", "1"])

    def answer(words: str) -> str:
        heard.append(words)
        return next(typed)

    asked = {ask.id: ask for ask in drill.score.ask}
    assert {"observed_grade", "difficulty"} <= set(asked)
    answers = ask_after(drill, outcome(drill, "left", "right"), answer).answers
    assert answers["observed_grade"] == {"left": 2.0}, "7 is on no scale of 0-3; right is left out"
    assert answers["difficulty"] == 4.0
    assert answers["pain"] == 1.0
    assert "coach" in heard[0]


def test_what_is_read_off_is_asked_for_each_repetition() -> None:
    drill = Shelf(Path("nowhere")).drill("great-toe-mobility")
    typed = iter(
        [
            "70",
            "72",
            "not a number",
            "60",
            "",
        ]
    )
    answers = ask_after(
        drill, outcome(drill, "left", "right"), lambda words: next(typed, None)
    ).answers
    assert answers["angle"]["left"] == [70.0, 72.0]
    assert answers["angle"]["right"] == [60.0]
