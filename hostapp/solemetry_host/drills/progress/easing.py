# SPDX-License-Identifier: Apache-2.0
"""A drill made easier for practice: more room for what is kept, less to do for what changes.

The band is a factor, 1.1 for a tenth more room. It touches neither where to start nor what ends a
repetition at once, and nothing that is only true or false. What a level asks for stays as it is, so
a session in a wider band does not count for it.
"""

from __future__ import annotations

from solemetry_host.drills.files.drill import AnyCondition, Choice, Condition, Drill, Phase


def eased(drill: Drill, band: float) -> Drill:
    """Return a drill with its bands `band` times as wide; the drill itself where that is 1."""
    if band == 1.0:
        return drill
    return drill.model_copy(update={"phase": tuple(_phase(one, band) for one in drill.phase)})


def _phase(phase: Phase, band: float) -> Phase:
    return phase.model_copy(
        update={
            "done": tuple(_any(one, band) for one in phase.done),
            "within": tuple(_any(one, band) for one in phase.within),
        }
    )


def _any(condition: AnyCondition, band: float) -> AnyCondition:
    if isinstance(condition, Choice):
        kinder = tuple(_condition(one, band) for one in condition.prefer)
        return condition.model_copy(update={"prefer": kinder})
    return _condition(condition, band)


def _condition(condition: Condition, band: float) -> Condition:
    if condition.op == "near" and condition.tol is not None:
        return condition.model_copy(update={"tol": condition.tol * band})
    if condition.op in ("is", "near"):
        return condition
    upper = condition.op in ("<", "<=")
    if condition.of == "baseline":
        return _of_baseline(condition, band, upper)
    below_zero = not isinstance(condition.value, str) and condition.value < 0
    farther = upper is not below_zero
    return _times(condition, condition.times * (band if farther else 1 / band))


def _of_baseline(condition: Condition, band: float, upper: bool) -> Condition:
    """Ease the way from the baseline, not the whole: 0.9 of it asks for a tenth, not for 0.9."""
    if isinstance(condition.value, str) or condition.value == 0:
        return condition
    factor = condition.value * condition.times
    is_room = (factor > 1) is upper
    return _times(condition, (1 + (factor - 1) * (band if is_room else 1 / band)) / condition.value)


def _times(condition: Condition, times: float) -> Condition:
    return condition.model_copy(update={"times": times})
