# SPDX-License-Identifier: Apache-2.0
"""Whether one session met what a level asks, for each side.

Only repetitions without feedback count, for what is learnt is what stays without it (Park, Shea
and Wright 2000). What was not sensed neither counts for a level nor against it. A norm that is the
best of three trials is held against the best of three, a mean of three against a mean of three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from solemetry_host.drills.files.drill import Drill, Level, Pass
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.running.outcome import Outcome, Rep, Side

Norms = Callable[[str], NormTable]
"""Looks a table up by its id, as `Shelf().norm` does."""

GOOD_GRADE = 2
"""Of 0 to 3: where nothing can be sensed, a coach's or one's own grade counts from here on."""

_ROUNDING = 1e-6
"""A hold of ten seconds may be told as a little less."""

_TRIALS = re.compile(r"(best|mean)(\d+)")


@dataclass(frozen=True)
class Asked:
    """What a level asks of this person.

    Attributes
    ----------
    rule : Pass
        As the file has it.
    value : float or None
        Repetitions, or the metric's own unit; None where it hangs on an age that is not known.
    trials : int or None
        Of how many trials it is the best or the mean; None of any number.
    mean : bool
        Whether the trials are averaged rather than the best one taken.
    words : str
    provisional : bool
        It stands on a published value that nobody has compared with the paper yet.
    """

    rule: Pass
    value: float | None
    words: str
    trials: int | None = None
    mean: bool = False
    provisional: bool = False


@dataclass(frozen=True)
class Judged:
    """One side of one session, held against its level.

    Attributes
    ----------
    met : bool
    reached : float or None
        What was reached over what is asked, with feedback and without; None if nothing of it was
        sensed.
    success : float or None
        Share of the sensed repetitions that were ok.
    by_grade : bool
        Met by a grade, not by sensors.
    """

    met: bool
    reached: float | None = None
    success: float | None = None
    by_grade: bool = False


def asked(drill: Drill, level: Level, *, age: float | None, norms: Norms) -> Asked | None:
    """Work out what a level asks of somebody of this age.

    Parameters
    ----------
    drill : Drill
    level : Level
    age : float or None
        Years.
    norms : callable
        From the id of a table to the table.

    Returns
    -------
    Asked or None
        None where the level asks for nothing but to be done.
    """
    rule = level.passed
    if rule is None:
        return None
    if rule.reps_ok is not None:
        words = f"{rule.reps_ok} of {_out_of(rule)} repetitions ok, without feedback"
        return Asked(rule, rule.reps_ok, words)
    if rule.at_least is not None:
        words = f"{rule.metric} at least {rule.at_least:g}, once without feedback"
        return Asked(rule, rule.at_least, words)
    return _asked_by_norm(drill, rule, age, norms)


def judge(drill: Drill, outcome: Outcome, side: Side, wanted: Asked | None) -> Judged:
    """Hold one side of a session against what its level asks.

    A session that ended in pain or a stumble is for `progress` to judge; here only repetitions
    are counted. One in an eased band never meets the level, for the level does not move.
    """
    reps = [rep for rep in outcome.reps if rep.side == side]
    sensed = [rep for rep in reps if rep.status != "unverified"]
    if wanted is None:
        return Judged(met=outcome.ended == "completed" and bool(reps))
    if not sensed:
        return _judged_by_grade(drill, outcome, side) if reps else Judged(met=False)
    silent = [rep for rep in sensed if _without_feedback(drill, rep)]
    success = sum(rep.status == "ok" for rep in sensed) / len(sensed)
    if wanted.value is None:
        return Judged(met=False, success=success)
    rule = wanted.rule
    if rule.reps_ok is not None:
        met = _enough_ok(rule, silent)
        reached = _of(success * _out_of(rule), rule.reps_ok)
    else:
        met = _enough(wanted, [rep.measures.get(rule.metric, 0.0) for rep in silent])
        best = max(rep.measures.get(rule.metric, 0.0) for rep in sensed)
        reached = _of(best, wanted.value)
    return Judged(met and outcome.band <= 1.0, reached, success)


def _asked_by_norm(drill: Drill, rule: Pass, age: float | None, norms: Norms) -> Asked:
    if drill.score.norm is None:
        return Asked(rule, None, "something that the file does not tell")
    column = rule.at_least_norm
    table = norms(drill.score.norm.table)
    norm = table.value(column, age) if age is not None else None
    how, trials = _trials(column)
    limits = [norm * rule.factor] if norm is not None else []
    limits += [rule.cap_s] if rule.cap_s is not None else []
    if not limits:
        return Asked(rule, None, "a published value by age: enter the age first")
    provisional = norm is not None and table.is_provisional(column)
    source = "for an age not in the table" if norm is None else f"by {table.id}"
    words = f"{rule.metric} at least {min(limits):g} {table.unit}, {how} of {trials}"
    words += f" without feedback, {source}"
    if provisional:
        words += " (provisional)"
    return Asked(rule, min(limits), words, trials, how == "mean", provisional)


def _trials(column: str) -> tuple[str, int]:
    """Return what the name of a column says: ``ec_best3_s`` is the best of three."""
    found = _TRIALS.search(column)
    return (found[1], int(found[2])) if found else ("best", 1)


def _judged_by_grade(drill: Drill, outcome: Outcome, side: Side) -> Judged:
    if drill.gate.if_not_sensed != "use_grade":
        return Judged(met=False)
    asks = [ask.id for ask in drill.score.ask if ask.scale == "0-3"]
    grades = [_of_side(outcome.answers.get(ask), side) for ask in asks]
    met = any(isinstance(grade, int | float) and grade >= GOOD_GRADE for grade in grades)
    return Judged(met=met, by_grade=met)


def _of_side(answer: object, side: Side) -> object:
    return answer.get(side) if isinstance(answer, Mapping) else answer


def _without_feedback(drill: Drill, rep: Rep) -> bool:
    return not rep.with_feedback or drill.feedback.concurrent == "none"


def _enough_ok(rule: Pass, reps: Sequence[Rep]) -> bool:
    """Eight of ten are sixteen of twenty, but never fewer than eight."""
    ok = sum(rep.status == "ok" for rep in reps)
    return ok * _out_of(rule) >= (rule.reps_ok or 0) * max(len(reps), _out_of(rule))


def _of(reached: float, wanted: float) -> float:
    return reached / wanted if wanted > 0 else 1.0


def _out_of(rule: Pass) -> int:
    return rule.of or rule.reps_ok or 1


def _enough(wanted: Asked, values: Sequence[float]) -> bool:
    """Take the last so many trials: more make a best one easier, fewer are another test."""
    if wanted.value is None or len(values) < (wanted.trials or 1):
        return False
    last = values[-wanted.trials :] if wanted.trials else values
    return (sum(last) / len(last) if wanted.mean else max(last)) >= wanted.value - _ROUNDING
