# SPDX-License-Identifier: Apache-2.0
"""The report of somebody over time: what changed, and what noise alone does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from solemetry_host.cli import app
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.over_time import describe_over_time
from solemetry_host.people.results import Result

DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
ID = "p-abc234"


@pytest.fixture
def results(make_result: Callable[..., Result]) -> list[Result]:
    """Two first days of about 9 s, and one three weeks later of about 27 s; right stays."""
    found = []
    for day, left, right in (
        (0, (9.0, 8.0, 9.5), (9.0, 9.4, 8.8)),
        (1, (8.5, 9.0, 10.0), (9.2, 8.6, 9.1)),
        (21, (27.0, 26.0, 28.0), (9.1, 8.9, 9.3)),
    ):
        for side, times in (("left", left), ("right", right)):
            found.append(make_result(ID, DAY + timedelta(days=day), times, side=side))
    found.append(make_result(ID, DAY, (3.0,), drill="clock-balance"))
    return found


def test_what_changed_is_told_apart_from_noise(results: list[Result]) -> None:
    page = describe_over_time(ID, results, {"single-leg-eyes-closed": "One leg, eyes closed"})
    (part,) = [part for part in page.parts if part.name.startswith("One leg")]
    (table,) = part.tables
    changed = {row.cells[0]: row.cells[-1] for row in table.rows}
    assert changed == {"left": "yes", "right": "no"}
    first = {row.cells[0]: float(row.cells[3]) for row in table.rows}
    # Geometric means of the six first repeats.
    assert first["left"] == pytest.approx(8.98, abs=0.03)
    # 9, 27 and 9.1 s are compared: all with the same decimals.
    written = [cell for row in table.rows for cell in row.cells[3:5]]
    assert {len(cell.partition(".")[2]) for cell in written} == {2}
    assert ("Support", "none") in part.facts
    assert any("measures have values of a single day" in note for note in page.notes)
    assert DISCLAIMER in page.closing
    assert len(part.pictures) == 1


def test_the_order_of_results_does_not_matter(results: list[Result]) -> None:
    assert describe_over_time(ID, results, {}) == describe_over_time(ID, results[::-1], {})


def test_somebody_without_results_has_a_report_too() -> None:
    page = describe_over_time(ID, [], {})
    assert dict(page.facts)["Drills"] == "none"
    assert list(page.parts) == []


def test_the_command_writes_it_without_a_name(
    library: Library, anna: Person, results: list[Result], tmp_path: Path
) -> None:
    for result in results:
        anna.keep(Result(anna.id, result.context, result.outcome))
    out = tmp_path / "anna.html"
    told = ["person", "report", anna.id, "--out", str(out), "--library", str(library.folder)]
    done = CliRunner().invoke(app, told, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    page = out.read_text("utf-8")
    assert anna.id in page
    assert "Anna" not in page
    assert page.count("<img") == 1
