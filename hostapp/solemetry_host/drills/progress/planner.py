# SPDX-License-Identifier: Apache-2.0
"""What to practise today: the weakest prerequisite first, little of it, and nothing locked.

A day is a proposal. Whatever is not in it can be done all the same, with what `safety.before` asks.
It is worked out from the days before, so it stays as it is while the day goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from solemetry_host.drills import safety
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import Item, Plan
from solemetry_host.drills.progress.day_rules import FREE_DAYS, rules_of
from solemetry_host.drills.progress.dosing import as_test, dosed, minutes
from solemetry_host.drills.progress.easing import eased
from solemetry_host.drills.progress.gates import Norms
from solemetry_host.drills.progress.passing import more_support, support_of
from solemetry_host.drills.progress.progress import RECHECK_AFTER, Progress, progress
from solemetry_host.drills.progress.records import Override, Person, Result
from solemetry_host.words import chosen, tr

Role = Literal["retest", "focus", "daily", "also", "keep", "taste"]


@dataclass(frozen=True)
class Proposal:
    """One drill of a day.

    Attributes
    ----------
    drill : Drill
        With the dose, the band and the feedback of this day.
    level : int
    role : {"retest", "focus", "daily", "also", "keep", "taste"}
    why : str
    band : float
        How much wider than in its file the drill's bands are.
    support : str
        How much to hold on; empty where the level says nothing about it.
    test : bool
        Without feedback, for the level.
    minutes : float
    before : Before
        What has to be asked before it.
    done : bool
        It has been done today.
    """

    drill: Drill
    level: int
    role: Role
    why: str
    band: float
    support: str
    test: bool
    minutes: float
    before: safety.Before
    done: bool


@dataclass(frozen=True)
class LeftOut:
    """A drill that would have its turn, and why it is not proposed."""

    drill: str
    why: str


@dataclass(frozen=True)
class Day:
    """What is proposed for a day.

    Attributes
    ----------
    on : date
    proposals : tuple of Proposal
        In the order in which to do them.
    left_out : tuple of LeftOut
    soft : bool
        A shorter and easier day after a break.
    week : int or None
        Of a block of weeks, from 1.
    streak : int
        Days practised so far, with no more left out between than the plan has free.
    words : tuple of str
    """

    on: date
    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]
    soft: bool
    week: int | None
    streak: int
    words: tuple[str, ...]

    @property
    def minutes(self) -> float:
        """About how long it takes."""
        return sum(proposal.minutes for proposal in self.proposals)


@dataclass(frozen=True)
class Someone:
    """Whose day it is.

    Attributes
    ----------
    person : Person
    results : sequence of Result
    overrides : sequence of Override
    began : date, optional
        When they began a block of weeks; by default with their first result.
    """

    person: Person
    results: Sequence[Result]
    overrides: Sequence[Override] = ()
    began: date | None = None


def standing(
    drills: Iterable[Drill],
    someone: Someone,
    *,
    now: datetime,
    norms: Norms,
    recheck_after: timedelta = RECHECK_AFTER,
) -> dict[str, Progress]:
    """Work out how far somebody is with each drill.

    Parameters
    ----------
    drills : iterable of Drill
    someone : Someone
    now : datetime
    norms : callable
        From the id of a table to the table, as `Shelf().norm`.
    recheck_after : timedelta
    """
    today = now.date()
    ages = someone.person.ages(today)
    return {
        drill.id: progress(
            drill,
            someone.results,
            now=now,
            norms=norms,
            age=ages[0] if ages else None,
            careful=safety.careful(someone.person, today),
            overrides=someone.overrides,
            recheck_after=recheck_after,
        )
        for drill in drills
    }


def plan_day(
    plan: Plan,
    drills: Iterable[Drill],
    someone: Someone,
    *,
    now: datetime,
    norms: Norms,
    plate: safety.Plate | None = None,
) -> Day:
    """Propose what to do today.

    Parameters
    ----------
    plan : Plan
        The rules of a day's focus, or a block of weeks.
    drills : iterable of Drill
    someone : Someone
    now : datetime
    norms : callable
        From the id of a table to the table, as `Shelf().norm`.
    plate : Plate, optional
        What they will stand on.

    Raises
    ------
    SolemetryError
        When the plan is a circuit or a playlist, which is the same each day.
    """
    return _Planner(plan, drills, someone, now, norms, plate).day()


def streak(days: Iterable[date], today: date, free_per_week: int = FREE_DAYS) -> int:
    """Count the days practised in a row, where some of each seven may be left out.

    Parameters
    ----------
    days : iterable of date
        Days with practice; today does not break a streak yet.
    today : date
    free_per_week : int
    """
    practised = set(days)
    count, missed, day = 0, [], today
    while practised and day >= min(practised):
        if day in practised:
            count += 1
        elif day != today:
            missed.append(day)
            if sum(one - day < timedelta(days=7) for one in missed) > free_per_week:
                break
        day -= timedelta(days=1)
    return count


@dataclass(frozen=True)
class _Turn:
    """A drill that could be proposed."""

    role: Role
    drill: str
    level: int
    why: str
    item: Item | None = None
    recheck: bool = False

    def tastes(self, focus: Proposal) -> bool:
        return self.role == "taste" and focus.role == "focus"


class _Planner:
    """One person, one plan, one day."""

    def __init__(
        self,
        plan: Plan,
        drills: Iterable[Drill],
        someone: Someone,
        now: datetime,
        norms: Norms,
        plate: safety.Plate | None,
    ) -> None:
        self.drills = {drill.id: drill for drill in drills}
        self.person, self.today, self.plate = someone.person, now.date(), plate
        self.earlier = [one for one in someone.results if one.context.at.date() < self.today]
        self.done_today = [
            one.outcome
            for one in someone.results
            if one.context.at.date() == self.today and one.context.at <= now
        ]
        self.days = sorted({one.context.at.date() for one in self.earlier})
        self.rules = rules_of(plan, self.days, someone.began, self.today)
        self.standing = standing(
            self.drills.values(),
            replace(someone, results=self.earlier),
            now=now,
            norms=norms,
            recheck_after=self.rules.recheck_after,
        )
        self.soft = bool(self.days) and self.today - self.days[-1] > self.rules.soft_after
        self.left_out: dict[str, str] = {}

    def day(self) -> Day:
        chosen: list[Proposal] = []
        for turn in self._turns():
            if len(chosen) == self.rules.most:
                break
            if any(one.drill.id == turn.drill and not turn.tastes(one) for one in chosen):
                continue
            proposal = self._proposal(turn)
            minutes_so_far = sum(one.minutes for one in (*chosen, proposal))
            if not chosen or minutes_so_far <= self.rules.most_minutes:
                chosen.append(proposal)
        soft = (tr("A shorter and easier day, to get back into it."),) if self.soft else ()
        practised = {*self.days, *([self.today] if self.done_today else [])}
        return Day(
            on=self.today,
            proposals=tuple(self._in_order(chosen)),
            left_out=tuple(LeftOut(drill, why) for drill, why in self.left_out.items()),
            soft=self.soft,
            week=self.rules.week,
            streak=streak(practised, self.today, self.rules.free_days),
            words=(*self.rules.words, *soft),
        )

    # Whose turn it is

    def _turns(self) -> Iterator[_Turn]:
        """Name what could be proposed, the most important first."""
        rules = self.rules
        for name in rules.retest:
            if not self._done_since(name, rules.since) and self._is_in(name):
                yield _Turn("retest", name, self.standing[name].level, tr("A test of this week."))
        focus = next(self._focus(), None)
        if focus:
            yield focus
        again = [one for one in self._kept() if one.recheck][: rules.keep]
        yield from again
        for item in sorted(rules.daily, key=lambda item: self._last_at(item.drill)):
            if self._is_in(item.drill):
                level = self.standing[item.drill].level
                yield _Turn("daily", item.drill, level, tr("Every day."), item)
        for item in rules.also:
            if self._is_in(item.drill) and self._builds_on_nothing(item.drill):
                level = self.standing[item.drill].level
                yield _Turn("also", item.drill, level, tr("Also this week."), item)
        if self.soft or rules.only_basics:
            return
        yield from [one for one in self._kept() if one not in again][: rules.keep - len(again)]
        if focus and rules.taste:
            yield from self._tastes(focus)

    def _focus(self) -> Iterator[_Turn]:
        """Name the first rung that is not reached, or what it builds on if that is not."""
        for item in self.rules.ladder:
            known = self.standing.get(item.drill)
            if known is None or known.reached(item.level or known.levels):
                continue
            name = self._weakest(item.drill)
            if not self._is_in(name):
                continue
            asks = self.standing[name].asks
            why = tr("The next step: {asks}.", asks=asks) if asks else tr("The next step.")
            if name != item.drill:
                why = f"{tr('{drill} builds on it.', drill=self._title(item.drill))} {why}"
            own = item if name == item.drill else None
            yield _Turn("focus", name, self.standing[name].level, why, own)

    def _weakest(self, name: str, seen: tuple[str, ...] = ()) -> str:
        """Follow what a drill builds on, down to the first that is not reached."""
        stands = self.standing[name]
        for need in self.drills[name].gate.requires if not stands.opened_to else ():
            here = not need.for_levels or stands.level in need.for_levels
            if not here or need.drill not in self.drills or need.drill in (name, *seen):
                continue
            if not self.standing[need.drill].reached(need.level):
                return self._weakest(need.drill, (*seen, name))
        return name

    def _kept(self) -> list[_Turn]:
        """Name what is passed, what was not seen for longest first."""
        found = []
        for name in dict.fromkeys(item.drill for item in self.rules.ladder):
            known = self.standing.get(name)
            if known and known.passed and (known.recheck or self.drills[name].kind == "drill"):
                seen = not known.recheck
                why = tr("To keep it.") if seen else tr("Passed, and not seen for a while.")
                found.append(_Turn("keep", name, known.passed, why, recheck=known.recheck))
        found.sort(key=lambda turn: self._last_at(turn.drill))
        return [turn for turn in found if self._is_in(turn.drill)]

    def _tastes(self, focus: _Turn) -> Iterator[_Turn]:
        """Name the next level, or the next rung that something else begins with."""
        why = tr("A taste of what comes next, with more to hold on to.")
        if focus.level < self.standing[focus.drill].levels:
            yield _Turn("taste", focus.drill, focus.level + 1, why)
            return
        for item in self.rules.ladder:
            known = self.standing.get(item.drill)
            if known and item.drill != focus.drill and not known.passed and self._is_in(item.drill):
                yield _Turn("taste", item.drill, 1, why)
                return

    def _is_in(self, name: str) -> bool:
        """Whether a drill may be proposed; if not, `left_out` has the reason."""
        if name not in self.drills:
            return False
        before, stands = self._before(name), self.standing[name]
        set_aside = stands.decided if stands.set_aside else ""
        why = set_aside or before.refused or before.better_wait
        if why:
            self.left_out[name] = why
        return not why

    def _builds_on_nothing(self, name: str) -> bool:
        weakest = self._weakest(name)
        if weakest != name:
            self.left_out[name] = tr("{drill} comes first.", drill=self._title(weakest))
        return weakest == name

    # One proposal

    def _proposal(self, turn: _Turn) -> Proposal:
        drill, stands = self.drills[turn.drill], self.standing[turn.drill]
        gentle = self.soft or turn.role == "taste"
        n = max(1, turn.level - 1) if self.soft else turn.level
        level = next((one for one in drill.level if one.n == n), None)
        usual = support_of(level) if level else ""
        support = stands.support if n == stands.level else usual
        test = not gentle and (
            turn.recheck or turn.role == "retest" or (turn.role == "focus" and stands.test)
        )
        band = stands.band if n == stands.level and not test else 1.0
        ready = eased(self._dosed(turn), band)
        return Proposal(
            drill=as_test(ready) if test else ready,
            level=n,
            role=turn.role,
            why=turn.why,
            band=band,
            support=more_support(usual) if gentle else support,
            test=test,
            minutes=minutes(ready, level),
            before=self._before(turn.drill),
            done=any(one.drill == drill.id and one.ended == "completed" for one in self.done_today),
        )

    def _dosed(self, turn: _Turn) -> Drill:
        """Give the focus all of its dose, and everything else one set, unless the plan says so."""
        item = turn.item or Item.model_validate({"drill": turn.drill})
        drill = self.drills[turn.drill]
        whole = drill.dose.sets if turn.role in ("focus", "retest") else 1
        sets = item.sets or whole
        if self.soft:
            sets = max(1, round(sets * self.rules.soft_share))
        return dosed(drill, item.model_copy(update={"sets": sets}))

    def _in_order(self, chosen: Sequence[Proposal]) -> Iterator[Proposal]:
        """Put first what others build on, and families as the plan has them."""
        left = list(chosen)
        while left:
            first = next(
                (one for one in left if not any(self._goes_before(o, one) for o in left)), left[0]
            )
            left.remove(first)
            yield first

    def _goes_before(self, one: Proposal, other: Proposal) -> bool:
        if one.drill.id == other.drill.id:
            return one.level < other.level
        needed = any(need.drill == one.drill.id for need in other.drill.gate.requires)
        return needed or self.rules.before.get(other.drill.family) == one.drill.family

    def _before(self, name: str) -> safety.Before:
        return safety.before(
            self.drills[name],
            self.person,
            today=self.today,
            done_today=self.done_today,
            plate=self.plate,
        )

    def _last_at(self, name: str) -> float:
        last = self.standing[name].last if name in self.standing else None
        return last.timestamp() if last else 0.0

    def _done_since(self, name: str, since: date) -> bool:
        return any(
            one.outcome.drill == name
            and one.outcome.ended == "completed"
            and one.context.at.date() >= since
            for one in self.earlier
        )

    def _title(self, name: str) -> str:
        return self.drills[name].words(chosen()).title
