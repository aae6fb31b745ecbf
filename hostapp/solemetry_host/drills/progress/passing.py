# SPDX-License-Identifier: Apache-2.0
"""Which levels somebody has passed: their sessions, held against what each level asks.

A level is passed by what stays, not by one lucky day: its criterion in two sessions (or as many
as its file says), 20 hours apart at least and all within 14 days, on each side that it asks for.
A harder level stands for an easier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from solemetry_host.drills.files.drill import Drill, Level
from solemetry_host.drills.progress.gates import Asked, Judged, judge
from solemetry_host.drills.progress.records import Result
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.safety import hurt, stumbled

APART = timedelta(hours=20)
WITHIN = timedelta(days=14)

BELOW_HALF = 0.5
"""Of what is asked for; two such sessions in a row are too many."""

SUPPORTS = ("none", "hover", "fingertip", "hand")
"""From the least to the most."""

_FEET: tuple[Side, ...] = ("left", "right")


@dataclass(frozen=True)
class Session:
    """One drill on one day, held against its level.

    Attributes
    ----------
    at : datetime
    outcome : Outcome
    sides : dict of str to Judged
    """

    at: datetime
    outcome: Outcome
    sides: Mapping[Side, Judged]

    @property
    def level(self) -> int:
        """What was done."""
        return self.outcome.level

    @property
    def met(self) -> bool:
        """Whether every side that was done met the level."""
        return all(judged.met for judged in self.sides.values())

    @property
    def below_half(self) -> bool:
        """Whether a side stayed below half of what is asked."""
        reached = [judged.reached for judged in self.sides.values() if judged.reached is not None]
        return bool(reached) and min(reached) < BELOW_HALF

    @property
    def success(self) -> float | None:
        """Share of good repetitions; None where nothing was sensed, which tells nothing."""
        shares = [judged.success for judged in self.sides.values() if judged.success is not None]
        return sum(shares) / len(shares) if shares else None

    @property
    def went_wrong(self) -> bool:
        """Whether it ended in pain or a stumble."""
        return hurt(self.outcome) or stumbled(self.outcome)


@dataclass(frozen=True)
class Passed:
    """A level that is behind somebody, since when, and by what."""

    level: int
    at: datetime
    by: Literal["sensors", "grade"]


def sessions_of(
    drill: Drill, asks: Mapping[int, Asked | None], results: Iterable[Result], now: datetime
) -> list[Session]:
    """Hold all results of a drill up to now against their levels, oldest first.

    Parameters
    ----------
    drill : Drill
    asks : dict of int to Asked or None
        What each level asks for; results of a level that is not among them are left out.
    results : iterable of Result
        Those of other drills are left out.
    now : datetime
    """
    mine = [
        result
        for result in results
        if result.outcome.drill == drill.id
        and result.outcome.level in asks
        and result.context.at <= now
    ]
    return [
        _session(drill, asks[result.outcome.level], result)
        for result in sorted(mine, key=lambda result: result.context.at)
    ]


def passes(
    drill: Drill, levels: Iterable[Level], sessions: Sequence[Session], slower: bool
) -> list[Passed]:
    """Find the levels that are passed, and when each was; `slower` takes one session more."""
    found = []
    for level in levels:
        at = _passed_at(drill, level, sessions, slower)
        if at is not None:
            by_grade = any(
                judged.by_grade for s in sessions if s.at == at for judged in s.sides.values()
            )
            found.append(Passed(level.n, at, "grade" if by_grade else "sensors"))
    return found


def needed(level: Level, slower: bool) -> int:
    """How many sessions a level takes; one that asks for nothing has to be done once."""
    return level.passed.sessions + slower if level.passed else 1


def counting(drill: Drill, level: Level, sessions: Sequence[Session], now: datetime) -> int:
    """How many sessions count towards a level now, of the side that has fewer if both have to."""
    counts = []
    for side in _sides(drill, level, sessions):
        chain: list[datetime] = []
        for at in _met_at(level, sessions, side):
            if now - at <= WITHIN and (not chain or at - chain[-1] >= APART):
                chain.append(at)
        counts.append(len(chain))
    return (min if _takes_both(drill, level) else max)(counts, default=0)


def passed_side(
    levels: Iterable[Level], sessions: Sequence[Session], side: Side, slower: bool
) -> int:
    """Return the highest level that one side has passed by itself; 0 for none."""
    done = (level.n for level in levels if _side_passed_at(level, sessions, side, slower))
    return max(done, default=0)


def support_of(level: Level) -> str:
    """How much a level lets somebody hold on; empty where it says nothing about it."""
    said = level.set.get("support")
    return said if isinstance(said, str) and said in SUPPORTS else ""


def more_support(said: str) -> str:
    """Return one more to hold on to; nothing where a level says nothing about it."""
    return SUPPORTS[min(SUPPORTS.index(said) + 1, len(SUPPORTS) - 1)] if said else ""


def _session(drill: Drill, wanted: Asked | None, result: Result) -> Session:
    outcome = result.outcome
    sides: list[Side] = sorted({rep.side for rep in outcome.reps}) or ["none"]
    session = Session(
        result.context.at, outcome, {side: judge(drill, outcome, side, wanted) for side in sides}
    )
    if not session.went_wrong and not _held_on_more(drill, outcome.level, result.context.support):
        return session
    unmet = {side: replace(judged, met=False) for side, judged in session.sides.items()}
    return replace(session, sides=unmet)


def _held_on_more(drill: Drill, n: int, support: str) -> bool:
    """Whether somebody held on more than the level lets them; like is compared with like."""
    said = next((support_of(level) for level in drill.level if level.n == n), "")
    return bool(said) and support in SUPPORTS and SUPPORTS.index(support) > SUPPORTS.index(said)


def _passed_at(
    drill: Drill, level: Level, sessions: Sequence[Session], slower: bool
) -> datetime | None:
    times = [
        _side_passed_at(level, sessions, side, slower) for side in _sides(drill, level, sessions)
    ]
    there = [at for at in times if at is not None]
    if _takes_both(drill, level):
        return max(there) if len(there) == len(_FEET) else None
    return min(there, default=None)


def _side_passed_at(
    level: Level, sessions: Sequence[Session], side: Side, slower: bool
) -> datetime | None:
    """End of the first chain of sessions that is long enough, and each far enough from the next."""
    times = _met_at(level, sessions, side)
    for end, at in enumerate(times):
        chain = [at]
        for earlier in reversed(times[:end]):
            if len(chain) < needed(level, slower) and chain[-1] - earlier >= APART:
                chain.append(earlier)
        if len(chain) == needed(level, slower) and at - chain[-1] <= WITHIN:
            return at
    return None


def _met_at(level: Level, sessions: Sequence[Session], side: Side) -> list[datetime]:
    """When a side met a level, or a harder one."""
    return [
        session.at
        for session in sessions
        if session.level >= level.n and side in session.sides and session.sides[side].met
    ]


def _takes_both(drill: Drill, level: Level) -> bool:
    both = level.passed is not None and level.passed.both_sides
    return both and drill.sides in ("each", "alternate")


def _sides(drill: Drill, level: Level, sessions: Sequence[Session]) -> Sequence[Side]:
    if _takes_both(drill, level):
        return _FEET
    return sorted({side for session in sessions for side in session.sides})
