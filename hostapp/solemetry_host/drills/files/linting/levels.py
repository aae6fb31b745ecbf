# SPDX-License-Identifier: Apache-2.0
"""Levels that set too little or ask for too much, and feedback that lacks its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from solemetry_host.drills.files.drill import Drill, Pass
from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.linting.walk import all_conditions
from solemetry_host.drills.files.toml_lines import Place
from solemetry_host.drills.running.turns import with_feedback

_DECLARED = {"posture", "support", "hours", "scale_by"}
"""What a level tells of how somebody stands; nothing senses it."""


def level_findings(drill: Drill) -> Iterator[Finding]:
    """Look at each level, and at what the drill leaves to them."""
    for number, level in enumerate(drill.level):
        place: Place = ("level", number)
        if level.n != number + 1:
            yield Finding(
                (*place, "n"),
                f"This is level {number + 1} and is called {level.n}.",
                "Number the levels 1, 2, 3 in their order.",
            )
        if level.passed:
            yield from _pass(drill, level.passed, (*place, "pass"))
    for place, name in _left_to_level(drill):
        lacking = [
            str(level.n)
            for level in drill.level
            if not isinstance(level.set.get(name, drill.params.get(name)), float)
        ]
        if lacking or not drill.level:
            of = f"level {' and '.join(lacking)}" if lacking else "no level"
            yield Finding(
                place,
                f"The number {name!r} is missing: {'not in ' if lacking else ''}{of}.",
                f"Add to each [[level]]: set = {{ {name} = ... }}.",
            )
    yield from _unused(drill)
    yield from _feedback(drill)


def _pass(drill: Drill, passed: Pass, place: Place) -> Iterator[Finding]:
    if passed.reps_ok is None and not passed.metric:
        yield Finding(
            place,
            "What passes this level is not told.",
            'Add: reps_ok = 4, of = 5, or metric = "..." and at_least = ...',
        )
    if passed.metric and passed.at_least is None and not passed.at_least_norm:
        yield Finding(
            place,
            f"How much of {passed.metric} passes is not told.",
            'Add: at_least = ... or at_least_norm = "...".',
        )
    if passed.at_least_norm and not drill.score.norm:
        yield Finding(
            (*place, "at_least_norm"),
            f"Which table {passed.at_least_norm!r} is a column of is not told.",
            'Add to [score]: norm = { table = "...", column = "..." }.',
        )
    if passed.reps_ok is None:
        return
    done = drill.dose.sets * drill.dose.reps
    out_of = passed.of or passed.reps_ok
    if passed.reps_ok > out_of or out_of > done:
        yield Finding(
            (*place, "reps_ok"),
            f"There cannot be {passed.reps_ok} of {out_of}.",
            f"[dose] has {done} repetitions.",
        )
    elif _silent(drill) < out_of:
        yield Finding(
            place,
            f"This level is never passed: {out_of} repetitions without feedback count, and "
            f"{_silent(drill)} are done.",
            "Make it two sets, and add to [feedback]: test_set_without = true.",
            refused=False,
        )


def _silent(drill: Drill) -> int:
    """Return how many repetitions of a side are done without feedback."""
    dose, feedback = drill.dose, drill.feedback
    if feedback.concurrent == "none":
        return dose.sets * dose.reps
    return sum(
        not with_feedback(feedback, dose, set_n, n)
        for set_n in range(1, dose.sets + 1)
        for n in range(1, dose.reps + 1)
    )


def _left_to_level(drill: Drill) -> Iterator[tuple[Place, str]]:
    """Give every place where a number is left to the level, and the number's name."""
    told: list[tuple[Place, Any]] = [
        ((*place, "value"), condition.value) for place, condition in all_conditions(drill)
    ]
    for number, phase in enumerate(drill.phase):
        told.append((("phase", number, "hold_s"), phase.hold_s))
        if phase.target:
            place: Place = ("phase", number, "target")
            told.append(((*place, "from_pct"), phase.target.from_pct))
            told.append(((*place, "to_pct"), phase.target.to_pct))
    for place, value in told:
        if isinstance(value, str):
            yield place, value.removeprefix("level.")


def _unused(drill: Drill) -> Iterator[Finding]:
    used = {name for _, name in _left_to_level(drill)} | drill.params.keys() | _DECLARED
    for number, level in enumerate(drill.level):
        for name in (name for name in level.set if name not in used):
            yield Finding(
                ("level", number, "set", name),
                f"Nothing in this drill uses {name!r}.",
                f'Use it as "level.{name}" in a phase. {perhaps(name, tuple(sorted(used)))}',
                refused=False,
            )


def _feedback(drill: Drill) -> Iterator[Finding]:
    if drill.feedback.pacer and not drill.dose.tempo:
        yield Finding(
            ("feedback", "pacer"),
            "A pacer has to know the tempo.",
            "Add to [dose]: tempo = { out_s = 3, pause_s = 2, back_s = 3 }.",
        )
    if drill.feedback.tone and drill.feedback.concurrent != "tone":
        yield Finding(
            ("feedback", "tone"),
            "These rules of the tone are never used.",
            'Make it concurrent = "tone", or leave them out.',
        )
