# SPDX-License-Identifier: Apache-2.0
"""Conditions that mean nothing, and numbers that come from nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from solemetry_host.drills.files.drill import Condition, Drill
from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.linting.walk import all_conditions
from solemetry_host.drills.files.toml_lines import Place
from solemetry_host.drills.signals.catalogue import CATALOGUE, Signal

_BASIS = re.compile(r"\b(default|own|seed:\w+|lit:\w+)")


def condition_findings(drill: Drill) -> Iterator[Finding]:
    """Look at each condition: its signal, its number, and where that comes from."""
    yield from _bases(drill)
    for place, condition in all_conditions(drill):
        signal = CATALOGUE.get(condition.signal)
        if signal is None:
            yield Finding(
                (*place, "signal"),
                f"There is no signal {condition.signal!r}.",
                perhaps(condition.signal, tuple(CATALOGUE)),
            )
        else:
            yield from _comparison(condition, signal, place)
        if condition.when and condition.when.param not in drill.params:
            yield Finding(
                (*place, "when"),
                f"There is no parameter {condition.when.param!r}.",
                f"Add: [params] {condition.when.param} = ...",
            )


def _bases(drill: Drill) -> Iterator[Finding]:
    told: list[tuple[Place, str]] = [(("dose", "basis"), drill.dose.basis)]
    if drill.calibrate:
        told.append((("calibrate", "basis"), drill.calibrate.basis))
    for place, condition in all_conditions(drill):
        if condition.op != "is":
            told.append(((*place, "basis"), condition.basis))
    for place, basis in told:
        if not _BASIS.search(basis):
            yield Finding(
                place,
                "Where this number comes from is not told.",
                'Add a basis: "own" for your experience, "default", or a source: "lit:King1994".',
            )


def _comparison(condition: Condition, signal: Signal, place: Place) -> Iterator[Finding]:
    """Look at whether it can be compared so."""
    of_number = isinstance(condition.value, float | str)
    is_what = f"{signal.name} is: {signal.words}."
    if signal.is_number == (condition.op == "is"):
        fitting = "<, <=, >, >= or near" if signal.is_number else '"is"'
        yield Finding(
            (*place, "op"),
            f"{condition.op!r} does not fit the signal.",
            f"{is_what} Use {fitting}.",
        )
    elif signal.is_number != of_number:
        fitting = "a number" if signal.is_number else "true or false"
        yield Finding(
            (*place, "value"),
            "The signal cannot be compared with that.",
            f"{is_what} Compare it with {fitting}.",
        )
    if condition.op == "near" and condition.tol is None:
        yield Finding(place, "How near is near is not told.", "Add: tol = ...")
    if condition.unit and condition.unit != signal.unit:
        yield Finding(
            (*place, "unit"),
            f"{signal.name} is not in {condition.unit!r}.",
            f"Its unit is {signal.unit!r}." if signal.unit else "It has no unit.",
        )
    value = condition.value
    if "share." in signal.name and not condition.of and isinstance(value, float) and value > 1:
        yield Finding(
            (*place, "value"),
            f"A share of {value:g} is more than everything.",
            f"Shares go from 0 to 1: {value:g} % is {value / 100:g}.",
        )
