# SPDX-License-Identifier: Apache-2.0
"""Whatever is sensed and pressed, a drill ends, and nothing passes that did not hold.

What held is looked up here in the readings, by the file's conditions and the times at which the
phases began; the evaluator of the drills has no part in it.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_drills import a_drill, asks

from solemetry_host.drills.files.drill import AnyCondition, Choice, Condition, Drill, Phase
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun

BLINK_S = 1.0
"""A signal may be away for so long."""

_SAME_S = 1e-9

_OPS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

MOVING = a_drill(
    {"id": "base", "do": "stand", "min_s": 0.8, "max_s": 6.0, "record_baseline": True,
     "needs": [asks("a", ">=", 0.3)]},
    {"id": "out", "do": "go", "min_s": 0.4, "max_s": 4.0,
     "done": [{"prefer": [asks("b", ">=", 0.5), asks("c", ">=", 0.5)]},
              asks("a", ">=", 0.3, for_s=0.2)],
     "within": [asks("a", ">=", 0.1)], "grace_s": 0.2,
     "fail": [asks("d", ">", 0.8, for_s=0.1)]},
    {"id": "keep", "do": "hold", "hold_s": 1.0, "grace_s": 0.3, "max_s": 4.0,
     "within": [asks("a", ">=", 0.3), asks("b", ">=", 0.4, optional=True)],
     "fail": [asks("down", "is", True)]},
    {"id": "back", "do": "back", "max_s": 4.0, "done": [asks("a", "near", 0.5, tol=0.45)]},
    score={"store": ["base.duration_s", "out.duration_s", "keep.duration_s", "back.duration_s"]},
    dose={"sets": 1, "reps": 2, "basis": "own"},
)  # fmt: skip

SCORED = a_drill(
    {"id": "both", "do": "stand", "min_s": 0.5, "max_s": 5.0, "needs": [asks("a", ">=", 0.3)]},
    {"id": "leg", "do": "hold", "hold_s": 6.0, "min_s": 0.5, "end_is": "score",
     "within": [asks("a", ">=", 0.3)],
     "fail": [asks("down", "is", True), asks("b", "<", 0.1, for_s=0.3)]},
    score={"store": ["both.duration_s", "leg.duration_s", "leg.time_s"]},
    sides="each", dose={"sets": 1, "reps": 2, "basis": "own"},
    safety={"stop_if": ["dizzy"], "max_touchdowns_in_row": 3},
)  # fmt: skip

CLOCK = a_drill(
    {"id": "centre", "do": "hold", "hold_s": 0.4, "max_s": 4.0,
     "within": [asks("reach.pct", "<=", 0.9)]},
    {"id": "reach", "do": "hold", "hold_s": 0.4, "max_s": 3.0, "on_timeout": "next",
     "for_each": "hours", "return_to": "centre", "return_hold_s": 0.2,
     "target": {"shape": "sector", "angle_deg": 120, "from_pct": 0.3},
     "within": [asks("reach.in_target", "is", True)]},
    hours={"list": [12, 4, 8]}, score={"store": ["reach.hours_ok"]},
)  # fmt: skip

LONGEST_S = 400.0
"""All phases of any of these to their limits, with rests, take less."""

numbers = st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.9])
moments = st.fixed_dictionaries(
    {},
    optional={"a": numbers, "b": numbers, "c": numbers, "d": numbers, "down": st.booleans(),
              "reach.pct": numbers, "reach.angle_deg": st.sampled_from([0.0, 120.0, 240.0])},
)  # fmt: skip
good = st.just({"a": 0.9, "b": 0.6, "c": 0.6, "d": 0.0, "down": False})
presses = st.lists(
    st.sampled_from(["pause", "go_on", "caught_myself", "feedback_now", "done"]), max_size=1
)
spells = st.tuples(
    st.one_of(good, good, moments),
    st.floats(0.02, 1.6),
    st.sampled_from([0.02, 0.05, 0.1, 0.3, 1.2]),
    st.one_of(st.just([]), st.just([]), st.just([]), presses),
)
"""What is sensed, for how long, how often, and what is pressed at its end."""


def the_readings(course: Sequence[Any]) -> list[Reading]:
    """Lay out spells one after the other, and then the last one for ever."""
    t_s, readings = 0.0, []
    values: Mapping[str, float | bool] = {}
    for values, lasts_s, every_s, pressed in course:
        for _ in range(max(1, round(lasts_s / every_s))):
            readings.append(Reading(t_s, values))
            t_s += every_s
        readings.append(Reading(t_s, values, tuple(pressed)))
        t_s += every_s
    readings.append(Reading(t_s, values, ("go_on",)))
    later = (t_s + 0.25 * n for n in range(1, int(LONGEST_S / 0.25)))
    return [*readings, *(Reading(at_s, values) for at_s in later)]


def run_through(drill: Drill, readings: Sequence[Reading], seed: int = 0) -> Outcome:
    run = DrillRun(drill, seed=seed)
    for reading in readings:
        run.take(reading)
        if run.outcome is not None:
            return run.outcome
    raise AssertionError(f"it has not ended after {readings[-1].t_s:.0f} s: {run.view}")


def value_of(condition: Condition, reading: Reading) -> bool | None:
    """Whether a condition of fixed numbers holds in one reading; None where it is not sensed."""
    value = reading.values.get(condition.signal)
    if value is None:
        return None
    assert not isinstance(condition.value, str), "these drills have fixed numbers"
    if condition.op == "is":
        return value is condition.value
    if condition.op == "near":
        return abs(value - condition.value) <= (condition.tol or 0.0)
    return bool(_OPS[condition.op](value, condition.value))


def any_holds(asked: AnyCondition, reading: Reading) -> bool | None:
    """Hold if any of the alternatives does: more than the drill allows, never less."""
    alternatives = asked.prefer if isinstance(asked, Choice) else (asked,)
    known = [known for c in alternatives if (known := value_of(c, reading)) is not None]
    return any(known) if known else None


def phase_by_phase(rep: Any, drill: Drill) -> list[tuple[Phase, float, float]]:
    spans, t_s = [], rep.began_s
    for phase in drill.phase:
        lasts_s = rep.measures[f"{phase.id}.duration_s"]
        spans.append((phase, t_s, t_s + lasts_s))
        t_s += lasts_s
    return spans


def check_phase(phase: Phase, began_s: float, ended_s: float, all_of: Sequence[Reading]) -> None:
    """Look up in the readings whether a phase that passed could pass."""
    own = [r for r in all_of if began_s < r.t_s <= ended_s + _SAME_S]
    awaited = (*phase.needs, *phase.done)
    keeps_s = {"stand": phase.min_s, "hold": phase.hold_s}.get(phase.do)
    kept = phase.within if keeps_s is None else (*awaited, *phase.within)
    from_s = began_s if keeps_s is None else ended_s - float(keeps_s)
    assert ended_s - began_s >= float(keeps_s or phase.min_s) - _SAME_S
    for asked in (*awaited, *phase.within):
        assert any_holds(asked, own[-1]) in ((True, None) if asked.optional else (True,))
    for asked in (*kept, *phase.fail):
        if not asked.optional:
            assert longest_away(asked, own, began_s, from_s, ended_s) <= BLINK_S + _SAME_S
    for fault in phase.fail:
        assert isinstance(fault, Condition), "these drills choose between no faults"
        assert not holds_for(fault, own, fault.for_s), (phase.id, fault)
    for asked in phase.done:
        if isinstance(asked, Condition) and asked.for_s:
            assert holds_for(asked, own, asked.for_s)
    out_s = sum(
        after.t_s - before.t_s
        for before, after in pairwise(r for r in own if r.t_s >= from_s)
        if any(any_holds(a, r) is False for a in kept for r in (before, after))
    )
    assert out_s <= phase.grace_s + _SAME_S, (phase.id, out_s)


def longest_away(
    asked: AnyCondition, own: Sequence[Reading], began_s: float, from_s: float, ended_s: float
) -> float:
    """For how long at most it was out of sight, from a time on."""
    seen_s = [r.t_s for r in own if any_holds(asked, r) is not None]
    seen_s = [*([began_s] if from_s == began_s else []), *seen_s, ended_s]
    return max(after - before for before, after in pairwise(seen_s) if after > from_s + _SAME_S)


def holds_for(asked: Condition, own: Sequence[Reading], for_s: float) -> bool:
    """Whether it holds for so long without a break; a blink is none."""
    since_s = seen_s = None
    for reading in own:
        holds = value_of(asked, reading)
        if holds is None:
            continue
        if not holds or (seen_s is not None and reading.t_s - seen_s > BLINK_S + _SAME_S):
            since_s = None
        seen_s = reading.t_s
        if holds:
            since_s = reading.t_s if since_s is None else since_s
            if reading.t_s - since_s >= for_s - _SAME_S:
                return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.lists(spells, min_size=1, max_size=25))
def test_a_repetition_is_ok_only_if_its_conditions_held(course: list[Any]) -> None:
    readings = the_readings(course)
    for rep in run_through(MOVING, readings).reps:
        if rep.status == "ok":
            for phase, began_s, ended_s in phase_by_phase(rep, MOVING):
                check_phase(phase, began_s, ended_s, readings)
        else:
            assert rep.reason


@settings(max_examples=100, deadline=None)
@given(st.lists(spells, min_size=1, max_size=25))
def test_a_time_is_never_longer_than_it_held(course: list[Any]) -> None:
    readings = the_readings(course)
    outcome = run_through(SCORED, readings)
    for rep in outcome.reps:
        if rep.status != "ok":
            continue
        _, (_, began_s, ended_s) = phase_by_phase(rep, SCORED)
        held = [
            r for r in readings if began_s < r.t_s <= ended_s + _SAME_S and
            r.values.get("a", 0.0) >= 0.3 and r.values.get("down") is not True
        ]  # fmt: skip
        *_, light = [[], *([r for r in held if r.t_s > ok.t_s]
                           for ok in held if ok.values.get("b", 1.0) >= 0.1)]  # fmt: skip
        if light and light[-1].t_s - light[0].t_s >= 0.3 - _SAME_S:
            held = held[: -len(light)]
        assert 0.5 <= rep.measures["leg.time_s"] <= held[-1].t_s - held[0].t_s + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.lists(spells, min_size=1, max_size=25), st.integers(0, 5))
def test_a_clock_ends_and_counts_what_it_says(course: list[Any], seed: int) -> None:
    for rep in run_through(CLOCK, the_readings(course), seed).reps:
        hours_ok = rep.measures.get("reach.hours_ok", 0.0)
        assert rep.status != "ok" or hours_ok == 3
        assert 0 <= hours_ok <= 3


@settings(max_examples=40, deadline=None)
@given(st.lists(spells, min_size=1, max_size=15), st.integers(0, 5))
@pytest.mark.parametrize("drill", [MOVING, SCORED, CLOCK], ids=["moving", "scored", "clock"])
def test_the_same_readings_give_the_same_outcome(
    drill: Drill, course: list[Any], seed: int
) -> None:
    readings = the_readings(course)
    assert run_through(drill, readings, seed) == run_through(drill, readings, seed)
