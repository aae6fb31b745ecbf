# SPDX-License-Identifier: Apache-2.0
"""The library folder: readable files, written whole, one damaged file harming no other."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import FileError, SolemetryError
from solemetry_host.people.files import read_toml, write_toml
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.plan import Override, OwnPlan
from solemetry_host.people.profile import Profile
from solemetry_host.people.results import read_result

MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_pseudonym_says_nothing_about_a_person(library: Library) -> None:
    ids = {library.add(date(2026, 11, 1), {"name": "Anna"}).id for _ in range(20)}
    assert len(ids) == 20
    assert [person.id for person in library.people()] == sorted(ids)
    assert not any("anna" in name for name in ids)


def test_the_name_stands_in_one_file_only(
    library: Library, anna: Person, make_result: Callable
) -> None:
    anna.keep(make_result(anna.id))
    library.index.values(anna.id)
    holding = [
        path.name
        for path in library.folder.rglob("*")
        if path.is_file() and b"Example" in path.read_bytes()
    ]
    assert holding == ["person.toml"]
    assert not any("anna" in path.name.lower() for path in library.folder.rglob("*"))


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter there")
def test_others_on_this_computer_cannot_look_in(anna: Person) -> None:
    assert stat.S_IMODE(anna.folder.parent.stat().st_mode) == 0o700


def test_what_is_written_comes_back(anna: Person) -> None:
    plan = OwnPlan(
        plan="eight-weeks",
        began=date(2026, 11, 2),
        override=(Override(drill="clock-balance", open=True, by="B", on=date(2026, 11, 2)),),
    )
    anna.write(plan)
    assert anna.plan == plan
    assert anna.profile.name == "Anna Example"
    assert anna.consent.grant == ()


def test_comments_that_somebody_wrote_stay(anna: Person) -> None:
    file = anna.folder / "person.toml"
    usual = '[usual]\nfootwear = "sock"  # cold feet\nsurface = "plate"\n'
    file.write_text(f"# seen by Dr. C\n{file.read_text()}mass_kg = 70  # with shoes\n{usual}")
    anna.write(anna.profile.model_copy(update={"height_cm": 172.0, "birth_year": None}))
    text = file.read_text()
    assert "# seen by Dr. C" in text
    assert "# with shoes" in text
    assert usual in text
    assert (anna.profile.height_cm, anna.profile.birth_year) == (172, None)


def test_a_file_is_written_whole_or_not_at_all(
    anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = anna.profile

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        anna.write(before.model_copy(update={"mass_kg": 80.0}))
    assert anna.profile == before
    assert [path.name for path in anna.folder.glob("*.tmp")] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mass_kg = 700", r"person\.toml, line 4 \(mass_kg\): mass_kg is 700"),
        ("heigth_cm = 170", r"line 4 .*heigth_cm means nothing here.*'height_cm'"),
        ("mass_kg = ", r"person\.toml cannot be read: Invalid value \(at line 4"),
        ('[[injury]]\nwhat = "sprain"\nside = "lef"', r"line 6 .*side cannot be .*'left'"),
    ],
)
def test_a_damaged_file_is_told_with_its_place(library: Library, line: str, said: str) -> None:
    person = library.add(date(2026, 11, 1), {"name": "Anna"})
    other = library.add(date(2026, 11, 1), {"name": "Bert"})
    file = person.folder / "person.toml"
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(FileError, match=said):
        _ = person.profile
    assert other.profile.name == "Bert"
    assert len(library.people()) == 2


ANNA = """schema = 1
name = "Anna"
added = 2026-11-01
age_band = [40, 49]
history = ["vertigo"]
[[injury]]
what = "ankle sprain"
on = 2026-08-01
[usual]
footwear = "sock"
"""


@given(
    at=st.integers(0, len(ANNA)),
    cut=st.integers(0, 12),
    put=st.text(st.sampled_from("\n=[]{}\"'.,#-019an\x00é"), max_size=6),
)
def test_a_file_that_was_damaged_anyhow_is_read_or_told(at: int, cut: int, put: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "person.toml"
        file.write_text(ANNA[:at] + put + ANNA[at + cut :], encoding="utf-8")
        try:
            profile = read_toml(file, Profile)
        except FileError as error:
            told = error
        else:
            write_toml(file, profile)
            assert read_toml(file, Profile) == profile
            return
        assert str(file) in told.problem
        assert told.remedy


def test_a_missing_profile_is_told(anna: Person) -> None:
    (anna.folder / "person.toml").unlink()
    with pytest.raises(FileError, match="is not there"):
        _ = anna.profile


def test_a_damaged_result_hides_no_other(anna: Person, make_result: Callable) -> None:
    damaged = anna.keep(make_result(anna.id))
    kept = make_result(anna.id, MORNING + timedelta(days=1))
    anna.keep(kept)
    damaged.write_bytes(damaged.read_bytes()[:100])
    results, errors = anna.results()
    assert results == [kept]
    assert len(errors) == 1
    assert str(damaged) in errors[0].problem


def test_two_results_of_one_second_are_two_files(anna: Person, make_result: Callable) -> None:
    one, other = make_result(anna.id, times=(9.0,)), make_result(anna.id, times=(8.0,))
    files = [anna.keep(one), anna.keep(other)]
    assert [read_result(file) for file in files] == [one, other]
    assert files[0].name == "2026-11-02T09-00-00Z.json"


def test_a_result_goes_to_nobody_else(anna: Person, make_result: Callable) -> None:
    with pytest.raises(ValueError, match="not of"):
        anna.keep(make_result("p-other2"))


def test_a_new_recording_takes_no_name_that_is_there(anna: Person) -> None:
    east = datetime(2026, 11, 2, 11, tzinfo=timezone(timedelta(hours=2)))
    first = anna.new_session(east)
    assert first.name == "2026-11-02T09-00-00Z.h5"
    first.with_suffix(".partial.h5").touch()
    assert anna.new_session(MORNING).name == "2026-11-02T09-00-00Z-2.h5"


@pytest.mark.parametrize("person", ["p-nobody", "..", "../elsewhere", "/", "", "p-*"])
def test_nobody_is_found_outside(
    library: Library, anna: Person, person: str, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(SolemetryError, match="nobody called"):
        library.person(person)
