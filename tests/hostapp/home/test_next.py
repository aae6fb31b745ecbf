# SPDX-License-Identifier: Apache-2.0
"""What is next: devices, then today's first drill, then the free view; and what today holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from practice import both, result

from solemetry.device import SensorLayout
from solemetry_host import words
from solemetry_host.devices.discovery import Findings, Found
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.home.offers import VIRTUAL, offers
from solemetry_host.home.start import next_step
from solemetry_host.home.today import Today, today_of
from solemetry_host.home.who import everybody, greeting
from solemetry_host.live.snapshot import DeviceView, Link, LinkState, Snapshot
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.plan import Override, OwnPlan

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "no-drills-of-my-own")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def anna(library: Library) -> Person:
    return library.add(NOW.date(), {"name": "Anna", "birth_year": 1990})


def with_plate(state: LinkState) -> Snapshot:
    plate = SensorLayout.builtin("plate-hx711-uno")
    return Snapshot(devices=(DeviceView("plate", plate, Link(state), 80.0),))


def test_it_goes_on_from_wherever_somebody_is(anna: Person, shelf: Shelf) -> None:
    today = today_of(anna, shelf, NOW)
    acts = [
        next_step(False, Snapshot(), (), today).act,
        next_step(False, Snapshot(), ("sim:plate",), today).act,
        next_step(True, Snapshot(), ("sim:plate",), today).act,
        next_step(True, with_plate("connecting"), ("sim:plate",), today).act,
        next_step(True, with_plate("streaming"), ("sim:plate",), today).act,
        next_step(True, with_plate("streaming"), ("sim:plate",), None).act,
    ]
    assert acts == ["choose devices", "reconnect", "wait", "wait", "drill", "live"]
    drill = next_step(True, with_plate("streaming"), (), today)
    assert (drill.wanted, drill.title) == (today.tasks[0].wanted, today.tasks[0].title)


def test_what_is_done_is_not_next(anna: Person, shelf: Shelf) -> None:
    first, *others = today_of(anna, shelf, NOW).tasks
    assert others
    assert not first.done
    done = result(shelf.drill(first.wanted.drill), NOW - timedelta(minutes=30), both(3, 3))
    anna.keep(replace(done, person=anna.id))
    after = today_of(anna, shelf, NOW)
    assert [task.wanted for task in after.tasks if task.done] == [first.wanted]
    assert after.next is not None
    assert after.next.wanted != first.wanted
    assert [day for day, practised in after.week if practised] == [NOW.date()]
    assert [day for day, _ in after.week][::6] == [NOW.date() - timedelta(days=6), NOW.date()]
    all_done = Today("", tuple(replace(task, done=True) for task in after.tasks))
    start = next_step(True, with_plate("streaming"), (), all_done)
    assert (start.act, start.title) == ("live", "All done for today")


def test_today_says_why_how_much_and_how_long(anna: Person, shelf: Shelf) -> None:
    today = today_of(anna, shelf, NOW)
    assert 1 <= len(today.tasks) <= 3
    for task in today.tasks:
        assert task.why == shelf.drill(task.wanted.drill).words("en").why
        assert task.turn
        assert "Level" in task.dose
        assert task.minutes is not None
        assert task.minutes > 0
    assert any(line.startswith("About ") for line in today.words)


def test_what_is_left_out_says_why(anna: Person, shelf: Shelf) -> None:
    closed = Override(drill="great-toe-mobility", open=False, by="coach Kim", on=NOW.date())
    anna.write(OwnPlan(override=(closed,)))
    today = today_of(anna, shelf, NOW)
    (left,) = today.not_today
    assert left.title == "Great-toe mobility"
    assert "coach Kim" in left.why
    assert closed.drill not in [task.wanted.drill for task in today.tasks]


def test_a_plan_that_is_the_same_each_day_is_told_too(anna: Person, shelf: Shelf) -> None:
    anna.write(OwnPlan(plan="runner-circuit-4x"))
    circuit = shelf.plan("runner-circuit-4x")
    assert circuit.circuit is not None
    today = today_of(anna, shelf, NOW)
    expected = [item.drill for item in (*circuit.prerequisite, *circuit.circuit.item)]
    assert [task.wanted.drill for task in today.tasks] == expected
    assert f"{circuit.circuit.rounds} rounds" in today.words


def test_drills_are_told_in_the_language_of_the_person(anna: Person, shelf: Shelf) -> None:
    words.choose("de")
    try:
        today = today_of(anna, shelf, NOW)
    finally:
        words.choose("en")
    for task in today.tasks:
        assert task.title == shelf.drill(task.wanted.drill).words("de").title


def test_people_are_listed_by_name_and_damaged_files_are_named(
    library: Library, anna: Person
) -> None:
    nobody = library.add(NOW.date(), {})
    broken = library.add(NOW.date(), {"name": "Zoe"})
    (broken.folder / "person.toml").write_text("name = ", "utf-8")
    there = everybody(library)
    assert {one.id for one in there} == {anna.id, nobody.id, broken.id}
    assert there[0].name == "Anna"
    trouble = {one.id: one.trouble for one in there}
    assert "person.toml" in trouble[broken.id]
    assert trouble[anna.id] == trouble[nobody.id] == ""


@pytest.mark.parametrize(
    ("hour", "said"),
    [(5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening"), (3, "evening")],
)
def test_a_greeting_fits_the_time_of_day(hour: int, said: str) -> None:
    assert greeting("Anna", hour) == f"Good {said}, Anna"
    assert greeting("", hour) == f"Good {said}"


def test_everything_is_offered_once_and_virtual_ones_last() -> None:
    found = Findings(
        (
            Found("ble:left", "insole (Bluetooth)", "left", rssi_dbm=-61),
            Found("serial:COM3", "left plate", trouble="It did not answer in time."),
        )
    )
    there = offers(("sim:plate",), ("sim:plate", "ble:left"), found)
    assert [one.url for one in there] == ["sim:plate", "ble:left", "serial:COM3", "sim:insoles"]
    assert [one.chosen for one in there] == [True, True, False, False]
    assert "-61 dBm" in there[1].note
    assert "did not answer" in there[2].note


def test_what_was_there_last_or_found_first_is_ticked_already() -> None:
    last = offers((), ("ble:insoles",), None)
    assert [(one.url, one.chosen) for one in last] == [
        ("ble:insoles", True), *((url, False) for url in VIRTUAL),
    ]  # fmt: skip
    first = offers((), (), Findings((Found("serial:COM3", "plate"),)))
    assert (first[0].url, first[0].chosen) == ("serial:COM3", True)
