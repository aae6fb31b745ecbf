# SPDX-License-Identifier: Apache-2.0
"""One drill of one person, step by step, without a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaning import Leaning, leaning_on_plate
from small_drills import asks

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices.chosen import Chosen
from solemetry_host.drills.on_devices.known import known_of
from solemetry_host.drills.on_devices.live import grade
from solemetry_host.drills.on_devices.session import DrillSession
from solemetry_host.drills.on_devices.setting_up import Presses
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.live.awaiting import until
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Library, Person

TODAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

STAND: dict[str, Any] = {
    "schema": 1, "id": "stand", "kind": "drill", "family": "balance", "sides": "each",
    "text": {"en": {"title": "Stand", "stop": "Whenever you want."}, "de": {"title": "Stehen"}},
    "sensors": {"best": ["plate"]},
    "dose": {"basis": "default"},
    "phase": [{"id": "still", "do": "hold", "hold_s": 1.0, "max_s": 8, "on_timeout": "fail",
               "within": [asks("stance.single", "is", True)]}],
    "score": {"primary": {"metric": "still.time_s"},
              "ask": [{"id": "difficulty", "scale": "1-5"}]},
    "safety": {"confirm_before": ["support_in_reach"], "stop_if": ["sharp_pain", "dizzy"],
               "max_touchdowns_in_row": 3},
    "source": [{"key": "default", "says": "for tests"}],
}  # fmt: skip
LOOPS = {**STAND, "calibrate": {"what": "functional_base", "basis": "default"}}


class AtOnce:
    """Work that is done where it is asked for."""

    running = False

    def forget(self) -> None:
        """It has ended."""


def at_once(
    work: Callable[[], object],
    done: Callable[[Any], object],
    failed: Callable[[SolemetryError], object],
) -> AtOnce:
    try:
        done(work())
    except SolemetryError as error:
        failed(error)
    return AtOnce()


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Library(tmp_path).add(date(2026, 1, 1), {"birth_year": 1990, "foot_length_mm": 250})


def session_of(
    station: Station | None, person: Person | None, drill: dict[str, Any] = STAND, **more: Any
) -> DrillSession:
    chosen = Chosen(Drill.model_validate(drill), sides=("right",), **more)
    known = known_of(person, chosen.drill, TODAY.date())
    return DrillSession(chosen, known, station, aside=at_once, at=TODAY, person=person)


def look_until(session: DrillSession, done: Callable[[], object], seconds: float = 25.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{session.state} {session.error}"
        session.look(time.perf_counter_ns())
        time.sleep(0.01)


def begin(session: DrillSession) -> None:
    session.confirmed.update(question.id for question in session.before.ask)
    session.go_on()


@contextmanager
def on_right_foot() -> Iterator[tuple[Station, Leaning]]:
    """Somebody of 650 N on the right foot, which is registered."""
    with leaning_on_plate() as (station, leaning):
        foot = FootRegistration("right", (60.0, -103.0), 0.0, 250.0)
        station.command("foot", "plate", **vars(foot))
        assert until(lambda: bool(station.snapshot.feet))
        yield station, leaning


def run_to_the_drill(session: DrillSession) -> None:
    begin(session)
    while session.task is not None:
        session.skip()
    session.go_on()


def test_from_the_questions_to_a_result_that_is_kept(person: Person) -> None:
    with leaning_on_plate() as (station, leaning):
        session = session_of(station, person)
        assert (session.state, session.may_go_on, session.asks_pain) == ("asking", False, True)
        session.go_on()
        assert session.state == "asking", "nobody has said that a support is in reach"
        session.pain_before = 1.0
        begin(session)
        assert [(task.state, task.of) for task in session.tasks] == [
            ("registering", "right"), ("weighing", "plate"),
        ]  # fmt: skip
        assert (session.state, session.step) == ("registering", None)
        session.go_on()
        shares = []
        while isinstance(step := session.step, Presses):
            leaning.hear(step.part)
            session.look(time.perf_counter_ns())
            shares.append(session.share)
            time.sleep(0.01)
        assert shares == sorted(shares)
        assert station.snapshot.feet[0].heel_load_mm == pytest.approx([60, -70], abs=1)
        leaning.place_mm = (70.0, 0.0)
        look_until(session, lambda: session.state == "ready")
        assert session.beginning.body.plate_weight_n == pytest.approx(650, abs=1)
        session.go_on()
        look_until(session, lambda: session.state == "asking_after")
        difficulty, pain = session.questions
        session.answer(difficulty, 4.0)
        session.answer(pain, 2.0)
        session.finish()
        (result,), _ = person.results()
        assert [rep.status for rep in result.outcome.reps] == ["ok"]
        assert result.outcome.answers == {"pain_before": 1.0, "difficulty": 4.0, "pain": 2.0}
        recording = person.folder / "sessions" / result.context.session
    (again,) = grade(recording)
    assert again.reps == result.outcome.reps, "the recording holds the same"
    assert [of.held for of in session.of_sides] == [1]
    assert session.trends["right"].days[-1].day == TODAY.date()


def test_who_does_not_lean_is_told_and_tries_again() -> None:
    with leaning_on_plate() as (station, _):
        session = session_of(station, None)
        begin(session)
        session.go_on()
        look_until(session, lambda: session.error)
        assert "too close together" in session.error
        assert (session.state, session.step) == ("registering", None)
        session.go_on()
        assert (session.error, session.step is not None) == ("", True)


def test_what_is_known_need_not_be_found_out(person: Person) -> None:
    person.write(person.profile.model_copy(update={"mass_kg": 66.0}))
    with on_right_foot() as (station, _):
        session = session_of(station, person)
        assert [task.known for task in session.tasks] == [True, True]
        run_to_the_drill(session)
        assert session.beginning.body.plate_weight_n == pytest.approx(66.0 * 9.80665)
        look_until(session, lambda: session.outcome)
        assert session.outcome is not None
        assert session.outcome.reps[0].status == "ok"


def test_the_own_base_is_drawn_and_counts_the_next_time(person: Person) -> None:
    with on_right_foot() as (station, leaning):
        session = session_of(station, person, LOOPS)
        begin(session)
        session.skip()  # the foot stands where it was
        look_until(session, lambda: session.state == "drawing")
        leaning.hear("lean as far as you can")
        session.go_on()
        look_until(session, lambda: session.state == "ready")
        base = session.beginning.body.bases["right"]
        assert base.area_cm2 == pytest.approx(np.pi * 1.4 * 4.5, rel=0.05)
        drawn = session.base_so_far()
        assert drawn is not None
        assert np.abs(drawn.target_mm - drawn.target_mm.mean(axis=0)).max() == pytest.approx(
            45, abs=3
        )
        leaning.loop_mm = (0.0, 0.0)
        session.go_on()
        look_until(session, lambda: session.outcome)
        session.close()
        next_time = session_of(station, person, LOOPS)
        assert [task.state for task in next_time.tasks] == ["registering", "weighing"]
        assert next_time.known.bases["right"].area_cm2 == pytest.approx(base.area_cm2)


def test_a_device_that_is_lost_is_told_and_what_was_done_is_kept(person: Person) -> None:
    many = {**STAND, "dose": {"reps": 5, "basis": "default"}}
    with on_right_foot() as (station, _):
        session = session_of(station, person, many)
        run_to_the_drill(session)
        look_until(session, lambda: session.shown and session.shown.ticks)
        assert not session.lost
        station.unplug("sim:plate")
        look_until(session, lambda: session.lost)
        look_until(session, lambda: session.outcome)
        session.close()
    (result,), _ = person.results()
    assert result.outcome.ended == "lost_devices"
    assert result.outcome.reps


def test_a_device_that_comes_back_goes_on_with_the_drill() -> None:
    with on_right_foot() as (station, leaning):
        session = session_of(station, None, {**STAND, "dose": {"reps": 4, "basis": "default"}})
        session.mass_kg = 66.0
        run_to_the_drill(session)
        look_until(session, lambda: session.shown)
        leaning.plugged_in = False
        look_until(session, lambda: session.lost)
        leaning.plugged_in = True
        look_until(session, lambda: not session.lost)
        look_until(session, lambda: session.outcome)
        assert session.outcome is not None
        assert session.outcome.ended == "completed"
        assert session.outcome.reps[-1].status == "ok"


def test_closing_in_the_middle_keeps_what_was_done(person: Person) -> None:
    with on_right_foot() as (station, _):
        session = session_of(station, person, {**STAND, "dose": {"reps": 9, "basis": "default"}})
        run_to_the_drill(session)
        look_until(session, lambda: session.shown and session.shown.ticks)
        session.close()
        assert station.recording is None
    (result,), _ = person.results()
    assert result.outcome.ended == "stopped"
    assert (person.folder / "sessions" / result.context.session).exists()


def test_who_stops_for_a_sign_of_the_body_is_done_for_today(person: Person) -> None:
    session = session_of(None, person)
    assert session.tasks == (), "nothing is sensed, so nothing is found out"
    run_to_the_drill(session)
    look_until(session, lambda: session.shown)
    session.pause_or_go_on()
    look_until(session, lambda: session.shown and session.shown.doing == "paused")
    session.stop("dizzy")
    look_until(session, lambda: session.outcome)
    assert [stop.ends for stop in session.stops] == ["day"]
    session.finish()
    assert session_of(None, person).before.refused.startswith("You stopped for dizziness")


def test_words_come_in_the_language_that_was_chosen() -> None:
    session = session_of(None, None, language="de")
    run_to_the_drill(session)
    look_until(session, lambda: session.shown)
    assert session.shown is not None
    assert session.shown.title == "Stehen"
    session.close()


def test_of_nobody_in_particular_nothing_is_kept(tmp_path: Path) -> None:
    session = session_of(None, None)
    run_to_the_drill(session)
    look_until(session, lambda: session.shown)
    session.stop()
    look_until(session, lambda: session.outcome)
    session.finish()
    assert isinstance(session.outcome, Outcome)
    assert (session.state, session.recording, session.trends) == ("ended", None, {})
