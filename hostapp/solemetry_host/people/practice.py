# SPDX-License-Identifier: Apache-2.0
"""What somebody has before them today, by their plan and by what they have done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from solemetry_host.drills.files.plans import Plan
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.progress.circuits import Rest, sequence
from solemetry_host.drills.progress.planner import Day, Someone, plan_day, standing
from solemetry_host.drills.progress.progress import Progress
from solemetry_host.people.folder import Person

USUAL_PLAN = "foot-first"
"""Of somebody who has chosen none."""


def plan_of(person: Person, shelf: Shelf) -> Plan:
    """Return the plan somebody follows."""
    return shelf.plan(person.plan.plan or USUAL_PLAN)


def day_of(person: Person, shelf: Shelf, now: datetime) -> Day:
    """Return what is proposed to somebody today.

    Raises
    ------
    SolemetryError
        When their plan is the same each day, or is not there.
    """
    plan = plan_of(person, shelf)
    return plan_day(plan, shelf.drills(), _someone(person), now=now, norms=shelf.norm)


def progress_of(person: Person, shelf: Shelf, now: datetime) -> dict[str, Progress]:
    """Return how far somebody is with each drill that they have done, by its id."""
    someone = _someone(person)
    done = {result.outcome.drill for result in someone.results}
    drills = [drill for drill in shelf.drills() if drill.id in done]
    return standing(drills, someone, now=now, norms=shelf.norm)


def laid_out(person: Person, shelf: Shelf, now: datetime) -> Iterator[str]:
    """Tell a circuit or a playlist line by line, each thing at the level somebody has reached."""
    levels = {name: of.level for name, of in progress_of(person, shelf, now).items()}
    round_n = 0
    for part in sequence(plan_of(person, shelf), shelf.drill, levels):
        if isinstance(part, Rest):
            yield f"Rest {part.seconds:g} s."
            continue
        if part.round_n != round_n:
            round_n = part.round_n
            yield f"Round {round_n}"
        dose = part.drill.dose
        much = f"{dose.seconds:g} s" if dose.seconds else f"{dose.sets} x {dose.reps}"
        note = f" ({part.note})" if part.note else ""
        yield f"  {part.drill.id}, level {part.level}: {much}{note}"


def _someone(person: Person) -> Someone:
    results, _ = person.results()
    own = person.plan
    return Someone(person.profile, results, own.override, own.began)
