# SPDX-License-Identifier: Apache-2.0
"""How much of a drill, and about how long that takes."""

from __future__ import annotations

from itertools import pairwise

from solemetry_host.drills.files.drill import Drill, Level
from solemetry_host.drills.files.plans import Item
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.phases import Step
from solemetry_host.drills.running.turns import between, steps, turns

BY_HAND_S = 10.0
"""To tick something off, or to read it off and enter it."""

_FEET: tuple[Side, ...] = ("left", "right")


def dosed(drill: Drill, item: Item) -> Drill:
    """Return a drill with the dose of a plan; what that does not give stays as the file says."""
    given = {"sets": item.sets, "reps": item.reps, "seconds": item.seconds}
    dose = drill.dose.model_copy(update={k: v for k, v in given.items() if v is not None})
    return drill.model_copy(update={"dose": dose, "sides": item.sides or drill.sides})


def as_test(drill: Drill) -> Drill:
    """Return a drill without any feedback, so that every repetition counts."""
    feedback = drill.feedback.model_copy(update={"schedule": "off"})
    return drill.model_copy(update={"feedback": feedback})


def minutes(drill: Drill, level: Level | None) -> float:
    """Return about how long a drill takes, with its rests; nobody keeps to it by the second."""
    settings = {**drill.params, **(level.set if level else {})}
    ahead = turns(drill, _FEET)
    work_s = sum(
        _usual_s(drill, step) for turn in ahead for step in steps(drill, settings, turn, seed=0)
    )
    rest_s = sum(between(drill, one, other)[1] for one, other in pairwise(ahead))
    return (work_s + rest_s) / 60


def _usual_s(drill: Drill, step: Step) -> float:
    """Return its time, for a movement its tempo, or else half of what it may take."""
    phase, tempo = step.phase, drill.dose.tempo
    if step.by_hand == "must":
        return BY_HAND_S
    if step.keeps_s is not None:
        return step.keeps_s
    parts = {"go": tempo.out_s, "back": tempo.back_s} if tempo else {}
    return parts.get(phase.do, 0.0) or max(phase.min_s, (phase.max_s or 0.0) / 2)
