# SPDX-License-Identifier: Apache-2.0
"""What a drill asks for, laid out: whose turn it is, with feedback or without, and its steps."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solemetry_host.drills.files.drill import Dose, Drill, Feedback, Phase
from solemetry_host.drills.running.conditions import Settings, number
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.phases import Step
from solemetry_host.drills.running.view import Doing, Sector

CHANGE_SIDES_S = 5.0
"""To get onto the other foot."""

BY_HAND_S = 600.0
"""So long a step waits for a press of ``done``."""


@dataclass(frozen=True)
class Turn:
    """One repetition to be done: on which side, in which set, with feedback or without."""

    side: Side
    set_n: int
    n: int
    with_feedback: bool


def turns(drill: Drill, sides: Sequence[Side]) -> tuple[Turn, ...]:
    """Return all repetitions of a drill in their order.

    ``each`` side does its whole set before the other one; ``alternate`` changes after each
    repetition.

    Parameters
    ----------
    drill : Drill
    sides : sequence of Side
        Feet in the order they are done.
    """
    one_foot = drill.sides in ("each", "alternate")
    order: Sequence[Side] = sides if one_foot else ("both" if drill.sides == "both" else "none",)
    dose, reps = drill.dose, range(1, drill.dose.reps + 1)
    places = (
        (side, set_n, n)
        for set_n in range(1, dose.sets + 1)
        for side, n in (
            ((side, n) for n in reps for side in order)
            if drill.sides == "alternate"
            else ((side, n) for side in order for n in reps)
        )
    )
    return tuple(
        Turn(side, set_n, n, with_feedback(drill.feedback, dose, set_n, n))
        for side, set_n, n in places
    )


def with_feedback(feedback: Feedback, dose: Dose, set_n: int, n: int) -> bool:
    """Whether a repetition shows how it goes.

    The last set, or the last repetition, may be a test without; not where there is no other.
    ``fade`` shows it in the first third of all repetitions, in every other one of the second third,
    and in none of the last.
    """
    is_last_set, is_last = set_n == dose.sets, (set_n, n) == (dose.sets, dose.reps)
    is_test = (feedback.test_set_without and is_last_set and dose.sets > 1) or (
        feedback.test_rep_without and is_last and dose.sets * dose.reps > 1
    )
    if is_test:
        return False
    before, third = (set_n - 1) * dose.reps + n - 1, dose.sets * dose.reps / 3
    match feedback.schedule:
        case "always":
            return True
        case "alternate":
            return before % 2 == 0
        case "fade":
            every_other = before < 2 * third and (before - math.ceil(third)) % 2 == 0
            return before < third or every_other
        case _:
            return False


def between(drill: Drill, before: Turn, after: Turn) -> tuple[Doing, float]:
    """Return what comes between two repetitions, and how many seconds of it."""
    if after.set_n != before.set_n:
        return "rest", drill.dose.rest_s
    if after.side != before.side and drill.sides == "each":
        return "other_side", CHANGE_SIDES_S
    return "rest", drill.dose.rep_rest_s


def steps(drill: Drill, settings: Settings, turn: Turn, seed: int) -> tuple[Step, ...]:
    """Return what one repetition consists of.

    Parameters
    ----------
    drill : Drill
    settings : mapping
        Numbers of the level and the drill's parameters.
    turn : Turn
    seed : int
        Shuffles the hours of a clock, for each repetition anew.
    """
    if not drill.phase:
        return _without_phases(drill)
    return tuple(
        step
        for phase in drill.phase
        for step in (
            _hours(drill, phase, settings, turn, seed)
            if phase.for_each
            else (_step(drill, phase, settings),)
        )
    )


def _without_phases(drill: Drill) -> tuple[Step, ...]:
    """Return a timer, or things to tick or to measure by hand."""
    dose = drill.dose
    tempo_s = dose.tempo.out_s + dose.tempo.pause_s + dose.tempo.back_s if dose.tempo else 0.0
    seconds = dose.seconds or tempo_s
    if seconds:
        return (Step(_by_clock("timer", min_s=seconds), timed_s=seconds, by_hand="may"),)
    items = drill.item or ("",)
    return tuple(
        Step(_by_clock(f"item_{n}", max_s=BY_HAND_S), by_hand="must", say=item)
        for n, item in enumerate(items, 1)
    )


def _by_clock(name: str, **times_s: float) -> Phase:
    return Phase.model_validate({"id": name, "do": "rest", "reason": "not confirmed", **times_s})


def _step(
    drill: Drill,
    phase: Phase,
    settings: Settings,
    *,
    hold_s: float | None = None,
    sector: Sector | None = None,
    say: str | None = None,
) -> Step:
    own_s = number(phase.hold_s or 0.0, settings, f"{drill.id}: hold_s of {phase.id}")
    return Step(
        phase,
        hold_s=own_s if hold_s is None else hold_s,
        timed_s=_timed_s(drill.dose, phase),
        sector=sector,
        on_the_way=hold_s is not None,
        say=phase.say if say is None else say,
    )


def _timed_s(dose: Dose, phase: Phase) -> float:
    """Return how long a movement takes that nobody sees."""
    parts = {"go": dose.tempo.out_s, "back": dose.tempo.back_s} if dose.tempo else {}
    return max(parts.get(phase.do, 0.0) or phase.max_s or 0.0, phase.min_s)


def _hours(drill: Drill, phase: Phase, settings: Settings, turn: Turn, seed: int) -> Iterator[Step]:
    back = next((p for p in drill.phase if p.id == phase.return_to), None)
    for hour in _hours_of(drill, settings, turn, seed):
        sector = _sector(phase, settings, hour)
        yield _step(drill, phase, settings, sector=sector, say=hour_words(hour))
        if back is not None:
            yield _step(drill, back, settings, hold_s=phase.return_hold_s, say="")


def _hours_of(drill: Drill, settings: Settings, turn: Turn, seed: int) -> list[float]:
    of_level = settings.get("hours")
    hours = list(of_level) if isinstance(of_level, tuple) else []
    hours = hours or (list(drill.hours.list) if drill.hours else [])
    hours.sort(key=lambda hour: hour % 12)
    if drill.hours is None or drill.hours.order == "shuffled":
        random.Random(f"{seed} {turn.side} {turn.set_n} {turn.n}").shuffle(hours)
    return hours


def _sector(phase: Phase, settings: Settings, hour: float) -> Sector:
    target = phase.target
    if target is None:
        return Sector(hour, 0.0, 0.0, 0.0)
    from_pct, to_pct = (
        number(pct, settings, f"target of {phase.id}") for pct in (target.from_pct, target.to_pct)
    )
    return Sector(hour, target.angle_deg, from_pct, to_pct)


def hour_words(hour: float) -> str:
    """Return how an hour is called: ``Half past 1.``."""
    whole = int(hour)
    return f"{whole} o'clock." if hour == whole else f"Half past {whole}."
