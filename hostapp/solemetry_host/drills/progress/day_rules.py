# SPDX-License-Identifier: Apache-2.0
"""What a plan asks of one day: the rules of the focus, or those of this week of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.plans import Block, Focus, Item, Plan
from solemetry_host.drills.progress.progress import RECHECK_AFTER
from solemetry_host.words import tr

MOST_DRILLS = 3
FREE_DAYS = 2
SOFT_AFTER = timedelta(days=7)
SOFT_SHARE = 0.5
"""What holds where a plan does not say otherwise."""


@dataclass(frozen=True)
class DayRules:
    """What a plan asks of a day.

    Attributes
    ----------
    ladder : sequence of Item
        From the ground up; the first that is not reached is the focus.
    daily, also : sequence of Item
        Proposed each day; proposed where there is room and what they build on is reached.
    retest : sequence of str
        Drills to be tested once since `since`.
    keep, taste : int
        How many that are passed, and how many that come next.
    most, most_minutes : int, float
        How much a day may hold.
    only_basics : bool
        Nothing but the focus and what is daily.
    recheck_after, soft_after : timedelta
        What is passed is looked at again; a day is easier after such a break.
    soft_share : float
        Of the sets, on such a day.
    free_days : int
        Of each seven, for a streak.
    before : dict of str to str
        The family of drills that goes first, by the one that follows it.
    week : int or None
    words : tuple of str
    """

    ladder: Sequence[Item]
    daily: Sequence[Item]
    most_minutes: float
    most: int = MOST_DRILLS
    keep: int = 1
    taste: int = 1
    only_basics: bool = False
    recheck_after: timedelta = RECHECK_AFTER
    before: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[Item] = ()
    retest: Sequence[str] = ()
    since: date = date.min
    week: int | None = None
    soft_after: timedelta = SOFT_AFTER
    soft_share: float = SOFT_SHARE
    free_days: int = FREE_DAYS
    words: tuple[str, ...] = ()


def rules_of(plan: Plan, days: Sequence[date], began: date | None, today: date) -> DayRules:
    """Return what a plan asks of today.

    Parameters
    ----------
    plan : Plan
    days : sequence of date
        With practice, before today, oldest first.
    began : date, optional
        When the block was begun; by default on the first of the days.
    today : date

    Raises
    ------
    SolemetryError
        When the plan is a circuit or a playlist.
    """
    if plan.focus:
        return _rules_of_focus(plan.focus, days, today)
    if plan.block:
        return _rules_of_block(plan.block, days, began or (days[0] if days else today), today)
    raise SolemetryError(
        f"{plan.id} is the same each day, there is nothing to plan.",
        "Run it as it is, or name a plan with [focus] or [block].",
    )


def _rules_of_focus(focus: Focus, days: Sequence[date], today: date) -> DayRules:
    return DayRules(
        ladder=focus.ladder,
        daily=focus.daily,
        most_minutes=focus.minutes[1],
        most=focus.max_drills,
        keep=focus.keep,
        taste=focus.taste,
        only_basics=not days or today < days[0] + timedelta(weeks=focus.first_weeks),
        recheck_after=timedelta(days=focus.recheck_days),
        before=focus.before,
    )


def _rules_of_block(block: Block, days: Sequence[date], began: date, today: date) -> DayRules:
    n = min(max((today - began).days, 0) // 7 + 1, block.length_weeks)
    week = next(week for week in block.week if n in week.weeks)
    monday = began + timedelta(weeks=n - 1)
    sessions = sum(monday <= day < today for day in days)
    words = [
        tr("Week {n} of {all}: {name}.", n=n, all=block.length_weeks, name=tr(week.name)),
        tr(
            "{n} of {all} sessions of this week are done.",
            n=sessions,
            all=block.sessions_per_week,
        ),
    ]
    if today >= began + timedelta(weeks=block.length_weeks):
        weeks = block.length_weeks
        words = [tr("The {n} weeks are over: compare the tests, and begin anew.", n=weeks)]
    return DayRules(
        ladder=week.focus,
        daily=block.daily,
        most_minutes=block.minutes[1],
        also=week.also,
        retest=week.retest,
        since=monday,
        week=n,
        soft_after=timedelta(days=block.soft_after_days),
        soft_share=block.soft_share,
        free_days=block.free_days_per_week,
        words=tuple(words),
    )
