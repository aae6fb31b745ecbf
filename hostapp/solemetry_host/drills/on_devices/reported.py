# SPDX-License-Identifier: Apache-2.0
"""The drills of a recording as sections of its report."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry.errors import SolemetryError
from solemetry.report import Part, Row, Table
from solemetry.report.tables import in_words as called
from solemetry.session import Session
from solemetry_host.drills.on_devices.live import beginnings, grade
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.drills.showing.bars import in_words
from solemetry_host.drills.showing.results import reason, result_lines


def drills_of(session: Session) -> Iterator[Part]:
    """Grade the drills of a recording again, as they were live, and make a section of each.

    Of drills that cannot be graded, as of another version of this program, it is told why.
    """
    try:
        begun, outcomes = beginnings(session.path), grade(session.path)
    except SolemetryError as error:
        yield Part("Drills", notes=[f"They cannot be graded again: {error}"])
        return
    for beginning, outcome in zip(begun, outcomes, strict=True):
        title, *lines = result_lines(beginning.drill, outcome)
        yield Part(
            title,
            facts=[
                ("Drill", f"{outcome.drill}, version {outcome.version}"),
                ("Sensed", ", ".join(map(in_words, outcome.sensed)) or "nothing"),
            ],
            notes=[*lines, DISCLAIMER],
            tables=[table for table in (_repetitions(outcome), _measures(outcome)) if table.rows],
        )


def _repetitions(outcome: Outcome) -> Table:
    heads = ("Repetition", "Side", "From", "To", "Feedback", "Graded")
    rows = tuple(
        Row(
            label=f"Set {rep.set_n}, {rep.n}",
            cells=(
                rep.side,
                f"{rep.began_s:.1f} s",
                f"{rep.ended_s:.1f} s",
                "yes" if rep.with_feedback else "no",
                rep.status,
            ),
            remarks=tuple(filter(None, (reason(rep), _numbers(rep)))),
            valid=rep.status != "unverified",
        )
        for rep in outcome.reps
    )
    return Table("Repetitions", heads, frozenset({"From", "To"}), rows)


def _numbers(rep: Rep) -> str:
    return "; ".join(f"{name} {value:.3g}" for name, value in rep.measures.items())


def _measures(outcome: Outcome) -> Table:
    rows = tuple(
        Row(called(name), (side, f"{value:.3g}"), name)
        for side, found in outcome.measures.items()
        for name, value in found.items()
    )
    return Table("The whole drill", ("Measure", "Side", "Value"), frozenset({"Value"}), rows)
