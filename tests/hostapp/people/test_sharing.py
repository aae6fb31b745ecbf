# SPDX-License-Identifier: Apache-2.0
"""What leaves the folder, and what is gone once it is deleted."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from solemetry.errors import SolemetryError
from solemetry.session import write_load
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.people.consent import Grant
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.profile import Injury
from solemetry_host.people.results import read_result
from solemetry_host.people.sharing import RAW_WARNING, export
from solemetry_host.people.weekly import describe_week, write_weekly

TODAY = date(2026, 11, 21)
MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def practised(anna: Person, make_result: Callable) -> Person:
    """Anna, with everything that a folder can hold."""
    injury = Injury(what="ankle sprain", side="left")
    anna.write(anna.profile.model_copy(update={"injury": (injury,)}))
    anna.write(anna.consent.granted(Grant(to="Coach B", detail="reports", on=TODAY)))
    for day in range(3):
        anna.keep(make_result(anna.id, MORNING + timedelta(days=day), (9.0, 8.0 + day, 9.5)))
    t_s = np.arange(100) / 50
    write_load(
        anna.new_session(MORNING), t_s, np.full(100, 700.0), np.zeros((100, 2)), 50.0,
        subject={"participant_id": anna.id},
    )  # fmt: skip
    week = describe_week(anna.id, anna.results()[0], MORNING.date())
    write_weekly(week, anna.folder / "weeks" / "2026-11-02.html")
    return anna


def files_in(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        return {name.split("/", 1)[1]: bundle.read(name) for name in bundle.namelist()}


def test_each_level_holds_the_one_before(practised: Person, tmp_path: Path) -> None:
    summary, reports, raw = (
        set(files_in(export(practised, detail, tmp_path / f"{detail}.zip", TODAY)))
        for detail in ("summary", "reports", "raw")
    )
    assert summary == {"READ-ME-FIRST.txt", "trends.csv"}
    assert reports - summary == {
        "person.toml", "consent.toml", "results/0001.json", "results/0002.json",
        "results/0003.json", "weeks/2026-11-02.html",
    }  # fmt: skip
    assert raw - reports == {"sessions/2026-11-02T09-00-00Z.h5"}
    assert summary < reports < raw


@pytest.mark.parametrize("detail", ["summary", "reports", "raw"])
def test_no_export_has_the_name_or_the_year_of_birth(
    practised: Person, tmp_path: Path, detail: str
) -> None:
    for content in files_in(export(practised, detail, tmp_path / "a.zip", TODAY)).values():
        assert b"Anna" not in content
        assert b"1980" not in content


def test_the_age_leaves_as_ten_years(practised: Person, tmp_path: Path) -> None:
    profile = files_in(export(practised, "reports", tmp_path / "a.zip", TODAY))["person.toml"]
    assert b"age_band = [40, 49]" in profile
    assert b"ankle sprain" in profile


def test_only_raw_carries_the_warning(practised: Person, tmp_path: Path) -> None:
    for detail in ("summary", "reports", "raw"):
        words = files_in(export(practised, detail, tmp_path / f"{detail}.zip", TODAY))[
            "READ-ME-FIRST.txt"
        ].decode()
        assert (RAW_WARNING in words) is (detail == "raw")
        assert DISCLAIMER in words


def test_results_and_recordings_leave_as_they_are(practised: Person, tmp_path: Path) -> None:
    held = files_in(export(practised, "raw", tmp_path / "a.zip", TODAY))
    (tmp_path / "result.json").write_bytes(held["results/0002.json"])
    assert read_result(tmp_path / "result.json") == practised.results()[0][1]
    (session,) = practised.sessions()
    assert held[f"sessions/{session.name}"] == session.read_bytes()


def test_the_summary_is_a_table_of_days(practised: Person, tmp_path: Path) -> None:
    text = files_in(export(practised, "summary", tmp_path / "a.zip", TODAY))["trends.csv"].decode()
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["measure"] == "closed.time_s"]
    assert [row["day"] for row in rows] == ["2026-11-02", "2026-11-03", "2026-11-04"]
    assert [float(row["mean"]) for row in rows] == pytest.approx([26.5 / 3, 27.5 / 3, 28.5 / 3])
    assert [bool(row["change"]) for row in rows] == [False, False, True]


def test_others_see_only_what_was_agreed_to(practised: Person, tmp_path: Path) -> None:
    assert export(practised, "reports", tmp_path / "a.zip", TODAY, "coach b").exists()
    for to, detail in (("Coach B", "raw"), ("Coach C", "summary")):
        with pytest.raises(SolemetryError, match=f"has not agreed that {to} sees {detail}"):
            export(practised, detail, tmp_path / "b.zip", TODAY, to)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["a.zip"]


def test_nothing_is_overwritten_and_nothing_half_done_is_left(
    practised: Person, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(SolemetryError, match="is there already"):
        export(practised, "summary", tmp_path / "a.zip", TODAY)
    (practised.folder / "person.toml").write_text("nothing of the kind")
    with pytest.raises(SolemetryError, match="cannot be read"):
        export(practised, "reports", tmp_path / "b.zip", TODAY)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


def test_a_damaged_result_is_left_out_and_named(practised: Person, tmp_path: Path) -> None:
    damaged = next((practised.folder / "results").glob("*.json"))
    damaged.write_bytes(b"{")
    held = files_in(export(practised, "reports", tmp_path / "a.zip", TODAY))
    assert sum(name.startswith("results/") for name in held) == 2
    assert damaged.name in held["READ-ME-FIRST.txt"].decode()


def test_after_deleting_no_byte_of_a_person_is_left(
    library: Library, practised: Person, make_result: Callable
) -> None:
    other = library.add(TODAY, {"name": "Bert"})
    kept = make_result(other.id, times=(7.125,))
    other.keep(kept)
    result = make_result(practised.id, MORNING + timedelta(days=9), (6.015625,), surface="zebra")
    practised.keep(result)
    library.index.everything()
    traces = [b"Anna", practised.id.encode(), b"zebra", b"6.015625", b"ankle"]
    before = all_bytes(library.folder)
    assert all(trace in before for trace in traces)
    library.delete(practised.id)
    assert [trace for trace in traces if trace in all_bytes(library.folder)] == []
    library.index.everything()
    assert [trace for trace in traces if trace in all_bytes(library.folder)] == []
    assert other.results()[0] == [kept]
    assert [value.value for value in library.index.values(other.id)] == [7.125]


def test_a_result_that_is_removed_leaves_the_index_too(
    library: Library, practised: Person, make_result: Callable
) -> None:
    file = practised.keep(make_result(practised.id, surface="zebra"))
    library.index.everything()
    assert b"zebra" in library.index.file.read_bytes()
    file.unlink()
    library.index.everything()
    assert b"zebra" not in all_bytes(library.folder)


def test_somebody_whose_files_are_damaged_can_be_deleted(
    library: Library, practised: Person
) -> None:
    for path in practised.folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"\x00damaged")
    library.delete(practised.id)
    assert library.people() == []
    assert not practised.folder.exists()


def all_bytes(folder: Path) -> bytes:
    """Names and contents of everything in a folder."""
    return b"".join(
        path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    )
