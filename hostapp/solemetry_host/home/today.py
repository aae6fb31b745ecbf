# SPDX-License-Identifier: Apache-2.0
"""What today holds for somebody, in the words of their language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from solemetry_host import words
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import Plan
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.progress.circuits import Work, sequence
from solemetry_host.drills.progress.planner import Proposal, Role
from solemetry_host.drills.wanted import Wanted
from solemetry_host.people import practice
from solemetry_host.people.folder import Person
from solemetry_host.words import tr, trn


@dataclass(frozen=True)
class Task:
    """One drill of today.

    Attributes
    ----------
    wanted : Wanted
    title : str
    turn : str
        Why it has its turn today; empty in a plan that is the same each day.
    why : str
        What it is for.
    dose : str
    minutes : float or None
        About how long it takes, where that is known.
    done : bool
        It has been done today.
    """

    wanted: Wanted
    title: str
    turn: str
    why: str
    dose: str
    minutes: float | None = None
    done: bool = False


@dataclass(frozen=True)
class NotToday:
    """A drill that would have its turn, and why it has not."""

    title: str
    why: str


@dataclass(frozen=True)
class Today:
    """What one day holds.

    Attributes
    ----------
    plan : str
        What the plan is called.
    tasks : tuple of Task
    not_today : tuple of NotToday
    words : tuple of str
        About how long, the streak, and what the plan says.
    week : tuple of (date, bool)
        The last seven days, today the last, and whether something was done.
    """

    plan: str
    tasks: tuple[Task, ...]
    not_today: tuple[NotToday, ...] = ()
    words: tuple[str, ...] = ()
    week: tuple[tuple[date, bool], ...] = ()

    @property
    def next(self) -> Task | None:
        """The first that is not done yet."""
        return next((task for task in self.tasks if not task.done), None)


def today_of(person: Person, shelf: Shelf, now: datetime) -> Today:
    """Return what today holds for somebody.

    Raises
    ------
    SolemetryError
        When their plan is not there, or a file cannot be read.
    """
    plan = practice.plan_of(person, shelf)
    same_each_day = plan.circuit or plan.playlist
    today = (_the_same_each_day if same_each_day else _planned)(plan, person, shelf, now)
    return replace(today, week=_last_week(person, now))


def _planned(plan: Plan, person: Person, shelf: Shelf, now: datetime) -> Today:
    day = practice.day_of(person, shelf, now)
    tasks = tuple(_task(one) for one in day.proposals)
    told = [
        trn("About {n} minute", "About {n} minutes", max(1, round(day.minutes))) if tasks else "",
        trn("A streak of {n} day", "A streak of {n} days", day.streak) if day.streak > 1 else "",
        *map(tr, day.words),
    ]
    return Today(
        plan=_title(plan),
        tasks=tasks,
        not_today=tuple(
            NotToday(shelf.drill(left.drill).words(words.chosen()).title, tr(left.why))
            for left in day.left_out
        ),
        words=tuple(line for line in told if line),
    )


def _the_same_each_day(plan: Plan, person: Person, shelf: Shelf, now: datetime) -> Today:
    """Name each drill of a circuit or a playlist once, in the order of its first round."""
    levels = {name: of.level for name, of in practice.progress_of(person, shelf, now).items()}
    works = [part for part in sequence(plan, shelf.drill, levels) if isinstance(part, Work)]
    rounds = max(work.round_n for work in works)
    tasks = tuple(_work(work) for work in works if work.round_n <= 1)
    told = trn("{n} round", "{n} rounds", rounds) if rounds > 1 else ""
    return Today(_title(plan), tasks, words=(told,) if told else ())


def _last_week(person: Person, now: datetime) -> tuple[tuple[date, bool], ...]:
    results, _ = person.results()
    practised = {result.context.at.astimezone(now.tzinfo).date() for result in results}
    days = [now.date() - timedelta(days=ago) for ago in range(6, -1, -1)]
    return tuple((day, day in practised) for day in days)


def _task(proposal: Proposal) -> Task:
    said = proposal.drill.words(words.chosen())
    return Task(
        wanted=Wanted(proposal.drill.id, proposal.level),
        title=said.title,
        turn=_turn(proposal.role),
        why=said.why,
        dose=_dose(proposal.drill, proposal.level),
        minutes=proposal.minutes,
        done=proposal.done,
    )


def _work(work: Work) -> Task:
    said = work.drill.words(words.chosen())
    return Task(
        wanted=Wanted(work.drill.id, work.level),
        title=said.title,
        turn="",
        why=said.why,
        dose=_dose(work.drill, work.level),
    )


def _turn(role: Role) -> str:
    turns: dict[Role, str] = {
        "retest": tr("A test of this week"),
        "focus": tr("Your next step"),
        "daily": tr("Every day"),
        "also": tr("Also this week"),
        "keep": tr("To keep what you have"),
        "taste": tr("A taste of what comes next"),
    }
    return turns[role]


def _dose(drill: Drill, level: int) -> str:
    """Say level and amount in a few words."""
    return " · ".join(part for part in _parts_of_dose(drill, level) if part)


def _parts_of_dose(drill: Drill, level: int) -> Iterator[str]:
    dose = drill.dose
    yield tr("Level {n}", n=level) if len(drill.level) > 1 else ""
    if dose.seconds:
        yield tr("{n} s", n=f"{dose.seconds:g}")
    elif dose.sets > 1:
        yield tr("{sets} sets of {reps}", sets=dose.sets, reps=dose.reps)
    else:
        yield trn("once", "{n} times", dose.reps)
    yield tr("each side") if drill.sides in ("each", "alternate") else ""


def _title(plan: Plan) -> str:
    said = plan.text.get(words.chosen()) or next(iter(plan.text.values()))
    return said.title
