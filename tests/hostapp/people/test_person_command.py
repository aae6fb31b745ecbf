# SPDX-License-Identifier: Apache-2.0
"""``solemetry person``, as somebody types it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result as Typed
from typer.testing import CliRunner
from written_keys import assert_as_written

from solemetry.errors import SolemetryError
from solemetry_host.cli import app
from solemetry_host.people.folder import Library


@pytest.fixture
def person(library: Library, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Typed]:
    """Run ``solemetry person ...`` on the library of this test."""
    monkeypatch.setenv("SOLEMETRY_LIBRARY", str(library.folder))

    def run(*arguments: str, answer: str = "") -> Typed:
        return CliRunner().invoke(app, ["person", *arguments], input=answer)

    return run


def test_from_adding_to_deleting(person: Callable, library: Library, make_result: Callable) -> None:
    added = person("add", "name=Anna", "height_cm=170", "usual.footwear=Sock", "birth_year=1980")
    assert added.exit_code == 0, added.output
    one = library.person(added.output.strip())
    assert one.profile.usual.footwear == "sock"

    changed = person(
        "edit", one.id, "birth_year=", "age_band=[40, 49]", "history+=vertigo",
        'injury+={what = "ankle sprain", side = "left", on = 2026-08-01}',
    )  # fmt: skip
    assert changed.exit_code == 0, changed.output
    assert (one.profile.birth_year, one.profile.age_band) == (None, (40, 49))
    assert one.profile.history == ("vertigo",)
    assert str(one.profile.injury[0].on) == "2026-08-01"

    assert person("edit", one.id, "--file", "plan", "plan=eight-weeks").exit_code == 0
    assert one.plan.plan == "eight-weeks"

    one.keep(make_result(one.id))
    listed = json.loads(person("list", "--json").output)
    assert listed == [
        {"id": one.id, "name": "Anna", "results": 1, "recordings": 0, "last": "2026-11-02",
         "remark": ""}
    ]  # fmt: skip
    shown = json.loads(person("show", one.id, "--json").output)
    assert shown["profile"]["height_cm"] == 170
    assert shown["results"][0]["drill"] == "single-leg-eyes-closed"
    assert shown["trends"][0]["latest"] == 9
    told = person("show", one.id).output
    assert "2026-11-02 single-leg-eyes-closed level 1: 1 ok, 0 failed, 0 not verified" in told
    assert "1 measures have nothing to be compared with yet" in told

    kept = person("delete", one.id, answer="n\n")
    assert "1 results" in kept.output
    assert one.profile.name == "Anna"
    assert person("delete", one.id, "--yes").exit_code == 0
    assert library.people() == []
    assert "Nobody yet" in person("list").output


def test_consent_stands_between_a_person_and_others(
    person: Callable, library: Library, tmp_path: Path
) -> None:
    one = person("add").output.strip()
    out = str(tmp_path / "for-b.zip")
    share = ("export", one, "--detail", "raw", "--out", out, "--to", "Coach B")
    refused = person(*share)
    assert isinstance(refused.exception, SolemetryError)
    assert f"solemetry person allow {one}" in refused.exception.remedy
    assert person("allow", one, "Coach B", "raw", "--note", "signed").exit_code == 0
    given = person(*share)
    assert given.exit_code == 0, given.output
    assert "identify people" in given.output
    assert zipfile.is_zipfile(out)
    assert person("withdraw", one, "coach b").exit_code == 0
    assert isinstance(person(*share).exception, SolemetryError)


def test_the_page_of_a_week_goes_into_the_persons_folder(
    person: Callable, library: Library, make_result: Callable
) -> None:
    one = library.person(person("add").output.strip())
    one.keep(make_result(one.id, datetime(2026, 11, 4, 9, tzinfo=UTC)))
    one.keep(make_result(one.id)).write_bytes(b"{")
    done = person("weekly", one.id, "--day", "2026-11-08")
    assert done.exit_code == 0, done.output
    page = (one.folder / "weeks" / "2026-11-02.html").read_text()
    assert "practised on <b>1</b> of 7 days" in page
    assert "1 of the results cannot be read" in page


def test_one_damaged_person_hides_no_other(person: Callable, library: Library) -> None:
    ids = [person("add", f"name={name}").output.strip() for name in ("Anna", "Bert")]
    (library.person(ids[0]).folder / "person.toml").write_text("name = ")
    rows = {row["id"]: row for row in json.loads(person("list", "--json").output)}
    assert "cannot be read" in rows[ids[0]]["remark"]
    assert rows[ids[1]]["name"] == "Bert"
    assert isinstance(person("show", ids[0]).exception, SolemetryError)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("height_cm=1700", "height_cm is 1700"),
        ("heigth_cm=170", "Perhaps 'height_cm' is meant"),
        ("preferred_leg=both", "preferred_leg cannot be"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    person: Callable, library: Library, change: str, said: str
) -> None:
    one = library.person(person("add", "name=Anna").output.strip())
    before = one.profile
    refused = person("edit", one.id, change)
    assert isinstance(refused.exception, SolemetryError)
    assert said in str(refused.exception)
    assert one.profile == before


@pytest.mark.parametrize("change", ["height", "name.first=Anna", "name+=Anna"])
def test_what_is_no_change_is_a_question_of_usage(person: Callable, change: str) -> None:
    one = person("add", "name=Anna").output.strip()
    assert person("edit", one, change).exit_code == 2
    assert person("edit", one).exit_code == 2


def test_an_unknown_person_ends_in_words_and_one(library: Library) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "solemetry_host", "person", "show", "p-nobody", "--library",
         str(library.folder)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "There is nobody called p-nobody" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_newcomer_is_proposed_the_basics_and_may_do_them(person: Callable) -> None:
    one = person("add", "name=Ben", "birth_year=1995").output.strip()
    told = json.loads(person("today", one, "--json").output)
    assert told["plan"] == "foot-first"
    assert {proposal["drill"] for proposal in told["proposals"]} >= {"short-foot"}
    assert sum(proposal["minutes"] for proposal in told["proposals"]) <= 15
    shown = person("today", one)
    assert shown.exit_code == 0, shown.output
    assert f"solemetry drill run short-foot --level 1 --person {one}" in shown.output
    assert "Nothing was done yet" in person("progress", one).output


def test_a_circuit_is_laid_out_with_its_rests(person: Callable) -> None:
    one = person("add", "name=Eva").output.strip()
    person("edit", one, "--file", "plan", "plan=runner-circuit-4x")
    lines = person("today", one).output.splitlines()
    assert [line for line in lines if line.startswith("Round")] == [
        "Round 1", "Round 2", "Round 3", "Round 4"
    ]  # fmt: skip
    assert lines.count("Rest 60 s.") == 3
    assert sum("leg-extensions" in line and "45 s" in line for line in lines) == 4


def test_what_was_done_shows_how_far_somebody_is(
    person: Callable, library: Library, make_result: Callable
) -> None:
    one = library.person(person("add", "name=Ida").output.strip())
    one.keep(make_result(one.id))
    told = json.loads(person("progress", one.id, "--json").output)
    assert_as_written("person progress", told)
    assert set(told) == {"single-leg-eyes-closed"}
    assert told["single-leg-eyes-closed"]["levels"] == 3
    assert "passed" in person("progress", one.id).output
