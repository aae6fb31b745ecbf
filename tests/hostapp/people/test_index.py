# SPDX-License-Identifier: Apache-2.0
"""The index says what the files say, whatever happened to them, and can be made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry.errors import FileError
from solemetry.session import write_load
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.results import Context, Result, values_of

MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)


def record(person: Person, at: datetime) -> Path:
    t_s = np.arange(50) / 50
    path = person.new_session(at)
    write_load(
        path, t_s, np.full(50, 700.0), np.zeros((50, 2)), 50.0,
        subject={"participant_id": person.id}, start_utc=at,
    )  # fmt: skip
    return path


def practise(person: Person, number: int) -> None:
    context = Context(MORNING, {}, "sock", "wood", "hand", "double")
    rep = Rep("both", 1, 1, "ok", "", "hold", 0.0, 5.0, True, {"hold.time_s": float(number)})
    outcome = Outcome("short-foot", 1, 1, (rep,), "completed", {}, ())
    person.keep(Result(person.id, context, outcome))


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "practise", "record", "remove", "damage", "mend", "delete", "look", "copy"]
        ),
        st.integers(0, 5),
    ),
    max_size=15,
)


@given(steps=steps)
@settings(max_examples=40)
def test_made_anew_it_equals_the_one_that_was_kept(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        library = Library(Path(folder))
        library.add(date(2026, 11, 1), {})
        for step, number in steps:
            take(library, step, number)
        kept = library.index.everything()
        library.index.throw_away()
        assert library.index.everything() == kept
        for person in library.people():
            results, damaged = person.results()
            told = [value for result in results for value in values_of(result)]
            assert sorted(library.index.values(person.id)) == sorted(told)
            said = library.index.troubles(person.id)
            assert [trouble for trouble in said if ".json" in trouble] == [str(e) for e in damaged]


def take(library: Library, step: str, number: int) -> None:
    """Do something to the folder, with this program or behind its back."""
    people = library.people()
    files = sorted(library.folder.glob("people/*/*/*"))
    match step:
        case "add":
            library.add(date(2026, 11, 1), {})
        case "look":
            library.index.everything()
        case "practise" if people:
            practise(people[number % len(people)], number)
        case "record" if people:
            record(people[number % len(people)], MORNING)
        case "delete" if people:
            library.delete(people[number % len(people)].id)
        case "remove" if files:
            files[number % len(files)].unlink()
        case "damage" if files:
            damaged = files[number % len(files)]
            damaged.write_bytes(damaged.read_bytes()[:-40])
        case "mend" if files:
            files[number % len(files)].write_bytes(files[0].read_bytes())
        case "copy" if files and people:
            source = files[number % len(files)]
            name = source.with_stem(source.stem + "-copy").name
            target = people[0].folder / source.parent.name / name
            target.write_bytes(source.read_bytes())


def test_of_a_recording_it_knows_when_and_of_whom(library: Library, anna: Person) -> None:
    path = record(anna, MORNING)
    (row,) = library.index.sessions(anna.id)
    assert row["path"] == f"sessions/{path.name}"
    assert row["subject"] == anna.id
    assert datetime.fromisoformat(row["start_utc"]) == MORNING


def test_a_recording_that_runs_is_left_alone(library: Library, anna: Person) -> None:
    partial = anna.folder / "sessions" / "2026-11-02T09-00-00Z.partial.h5"
    with h5py.File(partial, "w"):
        assert library.index.sessions(anna.id) == []
        assert library.index.troubles(anna.id) == []


def test_a_damaged_recording_is_told(library: Library, anna: Person) -> None:
    record(anna, MORNING).write_bytes(b"nothing of the kind")
    record(anna, MORNING + timedelta(days=1))
    (trouble,) = library.index.troubles(anna.id)
    assert "not an HDF5 file" in trouble
    assert len(library.index.sessions(anna.id)) == 1


@pytest.mark.parametrize("damage", [b"", b"nothing of it", b"SQLite format 3\x00 and no more"])
def test_a_damaged_index_is_made_anew(
    library: Library, anna: Person, make_result: Callable, damage: bytes
) -> None:
    result = make_result(anna.id)
    anna.keep(result)
    before = library.index.everything()
    library.index.file.write_bytes(damage)
    assert library.index.everything() == before
    assert library.index.values(anna.id) == values_of(result)


def test_an_index_that_is_damaged_within_is_made_anew(
    library: Library, anna: Person, make_result: Callable
) -> None:
    for day in range(40):
        anna.keep(make_result(anna.id, MORNING + timedelta(days=day), surface=f"mat {day}"))
    values = library.index.values(anna.id)
    pages = bytearray(library.index.file.read_bytes())
    for start in range(4096, len(pages), 4096):
        pages[start : start + 64] = b"\xa5" * 64
    library.index.file.write_bytes(pages)
    assert library.index.values(anna.id) == values


def test_an_index_that_another_program_holds_is_told(
    library: Library, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = library.index.everything()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, timeout=0.05))
    with closing(connect(library.index.file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(FileError, match="locked"):
            library.index.everything()
    assert library.index.everything() == before


def test_an_index_of_another_version_is_made_anew(library: Library, anna: Person) -> None:
    before = library.index.everything()
    with closing(sqlite3.connect(library.index.file)) as table:
        table.execute("pragma user_version = 99")
    assert library.index.everything() == before


def test_only_what_is_asked_for_comes_back(
    library: Library, anna: Person, make_result: Callable
) -> None:
    other = library.add(date(2026, 11, 1), {})
    for person in (anna, other):
        for drill in ("short-foot", "single-leg-eyes-closed"):
            person.keep(make_result(person.id, drill=drill))
    found = library.index.values(anna.id, "short-foot")
    assert {value.alike.drill for value in found} == {"short-foot"}
    assert len(found) == 1
    assert len(library.index.results(other.id)) == 2
