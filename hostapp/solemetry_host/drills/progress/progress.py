# SPDX-License-Identifier: Apache-2.0
"""How far somebody is with a drill, what comes next, and what to do when it stalls.

Nothing here ever closes a drill: it says what to propose. Going back a level is quiet, and one
good session brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from solemetry_host.drills.files.drill import Drill, Level
from solemetry_host.drills.progress.gates import Norms, asked
from solemetry_host.drills.progress.passing import (
    Passed,
    Session,
    counting,
    more_support,
    needed,
    passed_side,
    passes,
    sessions_of,
    support_of,
)
from solemetry_host.drills.progress.records import Override, Result
from solemetry_host.drills.running.outcome import Side

RECHECK_AFTER = timedelta(days=28)

WIDEN_AFTER = 6
SHOW_AFTER = 12
"""Sessions without passing a level."""

HARD, EASY = 0.7, 0.8
"""Between these shares of good repetitions the band for practice stays as it is."""

STEP, WIDENED, WIDEST = 1.1, 1.2, 1.5
"""The band is never narrower than in the file: what is harder than that is the next level."""

Advice = Literal["", "widen", "show_somebody"]

_ADVICE: Mapping[Advice, str] = {
    "": "",
    "widen": "This level takes its time: practise with a wider target, or another posture.",
    "show_somebody": "Show this to a coach or physiotherapist, who may see what is missing.",
}


@dataclass(frozen=True)
class Progress:
    """How far somebody is with one drill.

    Attributes
    ----------
    drill : str
    passed : int
        Highest level passed; 0 for none.
    passed_by_side : dict of str to int
        The same for each side alone.
    passes : tuple of Passed
    level : int
        What is proposed now.
    levels : int
        How many there are.
    asks : str
        What this level asks for, in words; empty if only to be done.
    provisional : bool
        That stands on a published value that nobody has compared with the paper yet.
    met, needed : int
        Sessions that count towards it now, and how many it takes.
    practised : int
        Sessions since this level was taken up.
    stepped_back : bool
        It is below what had been reached, until the next good session.
    recheck : bool
        What is passed has not been seen for four weeks.
    test : bool
        The next session is for the level: without feedback, in the file's own band.
    band : float
        How much wider than in its file the drill's bands are in practice. The level never moves.
    support : str
        How much to hold on; empty where the level says nothing about it.
    advice : {"", "widen", "show_somebody"}
    opened_to : int
        Level up to which a coach opened it, whatever the gates say; 0 if none did.
    decided : str
        What a coach decided, by whom and when; empty if nothing.
    set_aside : bool
        A coach closed it: it is not proposed.
    last : datetime or None
    """

    drill: str
    passed: int
    passed_by_side: Mapping[Side, int]
    passes: tuple[Passed, ...]
    level: int
    levels: int
    asks: str
    provisional: bool
    met: int
    needed: int
    practised: int
    stepped_back: bool
    recheck: bool
    test: bool
    band: float
    support: str
    advice: Advice
    opened_to: int
    decided: str
    set_aside: bool
    last: datetime | None

    @property
    def finished(self) -> bool:
        """Whether all levels are passed."""
        return self.passed == self.levels

    def reached(self, level: int) -> bool:
        """Whether a level is behind them, passed or opened beyond by a coach."""
        return max(self.passed, self.opened_to - 1) >= level

    @property
    def words(self) -> str:
        """All of it in a few short sentences."""
        said = [f"{self.passed} of {self.levels} passed."]
        if self.asks and not self.finished:
            said.append(f"Level {self.level}: {self.asks}; {self.met} of {self.needed} sessions.")
        if self.recheck:
            said.append("It has been four weeks: look at it again.")
        return " ".join(word for word in (*said, _ADVICE[self.advice], self.decided) if word)


_ONLY = Level.model_validate({"n": 1, "name": ""})
"""Of a drill without levels: it has to be done, once."""


def progress(
    drill: Drill,
    results: Iterable[Result],
    *,
    now: datetime,
    norms: Norms,
    age: float | None = None,
    careful: bool = False,
    overrides: Iterable[Override] = (),
    recheck_after: timedelta = RECHECK_AFTER,
) -> Progress:
    """Work out how far somebody is with a drill.

    Parameters
    ----------
    drill : Drill
    results : iterable of Result
        Of this person, in any order; those of other drills and later than `now` are left out.
    now : datetime
    norms : callable
        From the id of a table to the table, as `Shelf().norm`.
    age : float, optional
        Years; of a band its lower end.
    careful : bool
        From 40 or after an injury, see `safety.careful`: a level takes one session more and begins
        with more support.
    overrides : iterable of Override
        Of a coach; the last one holds.
    recheck_after : timedelta
        A level that was passed is looked at again after so long.
    """
    levels = drill.level or (_ONLY,)
    asks = {level.n: asked(drill, level, age=age, norms=norms) for level in levels}
    sessions = sessions_of(drill, asks, results, now)
    behind = passes(drill, levels, sessions, careful)
    passed = max((one.level for one in behind), default=0)
    decisions = _decisions(drill, overrides, now)
    walk = _walk(drill, levels, sessions, behind, decisions)
    coach = _Coach(decisions)
    recheck = passed > 0 and not _seen(passed, sessions, since=now - recheck_after)
    last = sessions[-1].at if sessions else None
    lapsed = passed > 0 and last is not None and now - last > recheck_after
    proposed = coach.at_most(min(walk.level, passed) if lapsed else walk.level)
    level = levels[proposed - 1]
    wanted, usual = asks[proposed], support_of(level)
    return Progress(
        drill=drill.id,
        passed=passed,
        passed_by_side={
            side: passed_side(levels, sessions, side, careful)
            for side in sorted({side for session in sessions for side in session.sides})
        },
        passes=tuple(behind),
        level=proposed,
        levels=len(levels),
        asks=wanted.words if wanted else "",
        provisional=wanted is not None and wanted.provisional,
        met=counting(drill, level, sessions, now),
        needed=needed(level, careful),
        practised=walk.practised,
        stepped_back=walk.level < walk.reached,
        recheck=recheck,
        test=recheck or (passed < len(levels) and _ready(walk.level, sessions)),
        band=walk.band,
        support=more_support(usual) if careful and not walk.practised else usual,
        advice=_advice(walk) if passed < len(levels) else "",
        opened_to=coach.opened_to,
        decided=coach.words,
        set_aside=coach.closed_from == 1,
        last=last,
    )


@dataclass
class _Walk:
    """Where somebody stands while their sessions go by."""

    level: int = 1
    reached: int = 1
    fails: int = 0
    practised: int = 0
    unpassed: int = 0
    band: float = 1.0

    def go_to(self, level: int) -> None:
        if level != self.level:
            self.level, self.practised, self.band = level, 0, 1.0
        self.fails = 0

    def reach(self, level: int) -> None:
        if level > self.reached:
            self.reached, self.unpassed = level, 0
            self.go_to(level)


def _walk(
    drill: Drill,
    levels: Sequence[Level],
    sessions: Sequence[Session],
    behind: Sequence[Passed],
    decisions: Sequence[Override],
) -> _Walk:
    """Go through the sessions: on after a pass, back after a bad one, and up again."""
    walk = _Walk()
    for session in sessions:
        told = [one for one in decisions if one.on <= session.at.date()]
        walk.reach(min(_Coach(told).opened_to, len(levels)))
        _take(walk, drill, levels[session.level - 1], session)
        passed = max((one.level for one in behind if one.at <= session.at), default=0)
        walk.reach(min(passed + 1, len(levels)))
    walk.reach(min(_Coach(decisions).opened_to, len(levels)))
    return walk


def _take(walk: _Walk, drill: Drill, level: Level, session: Session) -> None:
    """Go on by one session; a harder level that was tried by choice takes nothing away."""
    tells = session.met or session.success is not None
    if tells and level.n >= walk.level:
        walk.practised += 1
        walk.unpassed += 1
    if level.n <= walk.level:
        walk.fails = walk.fails + 1 if session.below_half else 0
    if _sends_back(drill, session) or walk.fails >= drill.gate.regress_after_fails:
        walk.go_to(max(1, min(walk.level, level.n - 1)))
    elif session.met and level.n >= walk.level:
        walk.go_to(min(level.n + 1, walk.reached))
    elif level.n == walk.level and level.passed and level.passed.reps_ok is not None:
        walk.band = _next_band(session)
        if walk.unpassed == WIDEN_AFTER:
            walk.band = min(walk.band * WIDENED, WIDEST)


def _sends_back(drill: Drill, session: Session) -> bool:
    return session.went_wrong or session.outcome.answers.get("stopped_for") in drill.gate.regress_on


def _next_band(session: Session) -> float:
    band = session.outcome.band
    if session.success is None or HARD <= session.success <= EASY:
        return band
    wider = band * STEP if session.success < HARD else band / STEP
    return round(min(max(wider, 1.0), WIDEST), 2)


class _Coach:
    """What a coach's decisions come to, the later ones over the earlier."""

    def __init__(self, decisions: Sequence[Override]) -> None:
        self.opened_to = 0
        self.closed_from: int | None = None
        self.words = ""
        for one in decisions:
            if one.open:
                self.opened_to = max(self.opened_to, one.level or 1)
                if self.closed_from is not None and (one.level or 1) >= self.closed_from:
                    self.closed_from = None
            else:
                self.closed_from = one.level or 1
                self.opened_to = min(self.opened_to, self.closed_from - 1)
            what = f"level {one.level}" if one.level else "it"
            done = f"opened {what}" if one.open else f"set {what} aside"
            self.words = f"{one.by} {done} on {one.on}."

    def at_most(self, level: int) -> int:
        return level if self.closed_from is None else max(1, min(level, self.closed_from - 1))


def _decisions(drill: Drill, overrides: Iterable[Override], now: datetime) -> list[Override]:
    mine = (one for one in overrides if one.drill == drill.id and one.on <= now.date())
    return sorted(mine, key=lambda one: one.on)


def _seen(level: int, sessions: Sequence[Session], since: datetime) -> bool:
    return any(one.met and one.level >= level and one.at >= since for one in sessions)


def _ready(level: int, sessions: Sequence[Session]) -> bool:
    """Whether the last session reached what is asked, so that it is time to do without feedback."""
    here = [session for session in sessions if session.level == level]
    if not here or here[-1].outcome.band > 1.0:
        return False
    reached = [judged.reached for judged in here[-1].sides.values()]
    tested = not any(rep.with_feedback for rep in here[-1].outcome.reps)
    good = all(one is not None and one >= 1.0 for one in reached)
    return good and (tested or not here[-1].met)


def _advice(walk: _Walk) -> Advice:
    if walk.unpassed >= SHOW_AFTER:
        return "show_somebody"
    return "widen" if walk.unpassed >= WIDEN_AFTER else ""
