# SPDX-License-Identifier: Apache-2.0
"""A drill as text: what to do, what is watched, what passes, and where each number comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from solemetry_host.drills.files.drill import (
    Choice,
    Condition,
    Dose,
    Drill,
    Hours,
    Level,
    Norm,
    Pass,
    Phase,
    Words,
)
from solemetry_host.drills.files.linting.walk import LISTS
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.signals.catalogue import CATALOGUE

Norms = Callable[[str], NormTable]
"""Looks a table up by its id, as `Shelf().norm` does."""

_ASKED = {"needs": "begins when", "done": "done when", "within": "keep", "fail": "fails when"}

_COMPARED = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "near": "near"}


def describe(drill: Drill, norms: Norms, language: str = "en") -> Iterator[str]:
    """Give the lines of a drill's description.

    Parameters
    ----------
    drill : Drill
    norms : callable
    language : str
        Where the drill has no words in it, its first language is taken.
    """
    words = drill.words(language)
    yield f"{words.title} ({drill.id}, version {drill.version}, {drill.kind}, {drill.family})"
    yield from _words(words)
    yield ""
    yield f"Dose: {_dose(drill.dose)}"
    yield f"Sides: {drill.sides}"
    yield f"Sensed with: {_sensors(drill)}"
    if drill.safety.confirm_before:
        yield f"Confirm before: {_names(drill.safety.confirm_before)}"
    yield f"Stop at: {_names(drill.safety.stop_if)}"
    if drill.gate.requires:
        before = (f"{one.drill} level {one.level}" for one in drill.gate.requires)
        yield f"Proposed after: {', '.join(before)}"
    yield from (f"{number}. {item}" for number, item in enumerate(drill.item, 1))
    for phase in drill.phase:
        yield ""
        yield from _phase(phase, drill.hours)
    if drill.level:
        yield ""
    for level in drill.level:
        yield _level(level, drill.score.norm, norms)
    yield ""
    for source in drill.source:
        yield f"{source.key}: {source.says}"


def _words(words: Words) -> Iterator[str]:
    for name in ("why", "start", "cue", "stop"):
        if said := getattr(words, name):
            yield f"{name.capitalize()}: {said}"


def _dose(dose: Dose) -> str:
    parts = [f"{dose.sets} x {dose.reps}" if dose.sets > 1 else f"{dose.reps} times"]
    if dose.seconds:
        parts.append(f"{dose.seconds:g} s each")
    if dose.tempo:
        tempo = dose.tempo
        parts.append(f"tempo {tempo.out_s:g}-{tempo.pause_s:g}-{tempo.back_s:g} s")
    if dose.rest_s:
        parts.append(f"rest {dose.rest_s:g} s")
    return f"{', '.join(parts)} [{dose.basis}]"


def _sensors(drill: Drill) -> str:
    told = [*drill.sensors.best, *(f"{one} (in part)" for one in drill.sensors.works)]
    return ", ".join(told) or "nothing"


# ---- phases --------------------------------------------------------------------------------


def _phase(phase: Phase, hours: Hours | None) -> Iterator[str]:
    told = [
        f"for each of the hours {_numbers(hours.list)}" if phase.for_each and hours else "",
        f"{_number(phase.hold_s, 's')}" if phase.hold_s is not None else "",
        f"at least {phase.min_s:g} s" if phase.min_s else "",
        f"at most {phase.max_s:g} s" if phase.max_s else "",
        "measures the baseline" if phase.record_baseline else "",
    ]
    inside = ", ".join(one for one in told if one)
    yield f"{phase.id}: {phase.do}{f' ({inside})' if inside else ''}"
    if phase.say:
        yield f'  says "{phase.say}"'
    for name in LISTS:
        for one in getattr(phase, name):
            yield f"  {_ASKED[name]} {_condition(one)}"


def _condition(one: Condition | Choice) -> str:
    if isinstance(one, Choice):
        told = ", or if that is not sensed, ".join(map(_condition, one.prefer))
        return f"{told}{_told(one.reason)}"
    signal = CATALOGUE[one.signal]
    if one.op == "is":
        compared = signal.words if one.value is True else f"not: {signal.words}"
    else:
        compared = f"{signal.words} is {_COMPARED[one.op]} {_value(one, signal.unit)}"
    held = f" for {one.for_s:g} s" if one.for_s else ""
    basis = f" [{one.basis}]" if one.basis else ""
    sensed = ", where sensed" if one.optional else ""
    when = f", if {one.when.param} is {one.when.value}" if one.when else ""
    return f"{compared}{held}{basis}{sensed}{when}{_told(one.reason)}"


def _told(reason: str) -> str:
    return f' - "{reason}"' if reason else ""


def _value(one: Condition, unit: str) -> str:
    value = _number(one.value, "" if one.of else unit)
    value += f" x {one.times:g}" if one.times != 1 else ""
    if one.op == "near":
        base = f"the baseline{f' + {value}' if one.value else ''}" if one.of else value
        return f"{base} (within {one.tol:g}{f' {unit}' if unit else ''})"
    return f"{value} of the baseline" if one.of else value


def _number(value: float | str, unit: str) -> str:
    """Return a number with its unit, or what it is called in the levels."""
    if isinstance(value, str):
        return f"{value.removeprefix('level.')} of the level"
    return f"{value:g} {unit}".strip()


# ---- levels --------------------------------------------------------------------------------


def _level(level: Level, norm: Norm | None, norms: Norms) -> str:
    settings = ", ".join(f"{name} {_setting(value)}" for name, value in level.set.items())
    told = f"Level {level.n}: {level.name}{f' ({settings})' if settings else ''}"
    passed = level.passed
    if passed is None:
        return told
    sides = ", both sides" if passed.both_sides else ""
    asked = _asked(passed, norm, norms)
    return f"{told} - passed with {asked}, in {passed.sessions} sessions{sides}"


def _asked(passed: Pass, norm: Norm | None, norms: Norms) -> str:
    if passed.reps_ok is not None:
        return f"{passed.reps_ok}{f' of {passed.of}' if passed.of else ''} repetitions ok"
    if passed.at_least is not None:
        return f"{passed.metric} at least {passed.at_least:g}"
    factor = f"{passed.factor:g} times " if passed.factor != 1 else ""
    capped = f", but {passed.cap_s:g} s at most" if passed.cap_s else ""
    value = _norm(passed.at_least_norm, norm, norms)
    return f"{passed.metric} at least {factor}what is usual at your age ({value}){capped}"


def _norm(column: str, norm: Norm | None, norms: Norms) -> str:
    if norm is None:
        return column
    table = norms(norm.table)
    provisional = ", provisional" if table.is_provisional(column) else ""
    return f"{table.id}: {table.column[column].says}{provisional}"


def _setting(value: object) -> str:
    if isinstance(value, tuple):
        return _numbers(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)
