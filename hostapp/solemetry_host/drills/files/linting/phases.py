# SPDX-License-Identifier: Apache-2.0
"""Phases that hang, that can never be done, or that measure a baseline of anything."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry_host.drills.files.drill import Drill, Phase
from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.linting.walk import conditions_of, listed
from solemetry_host.drills.files.toml_lines import Place


def phase_findings(drill: Drill) -> Iterator[Finding]:
    """Look at what there is to do, and at the end of each part of it."""
    yield from _of_its_kind(drill)
    names = tuple(phase.id for phase in drill.phase)
    for number, phase in enumerate(drill.phase):
        place: Place = ("phase", number)
        if phase.id in names[:number]:
            yield Finding((*place, "id"), f"There are two phases {phase.id!r}.", "Rename one.")
        if phase.return_to and phase.return_to not in names:
            yield Finding(
                (*place, "return_to"),
                f"There is no phase {phase.return_to!r}.",
                perhaps(phase.return_to, names),
            )
        if phase.for_each and not drill.hours:
            yield Finding(
                (*place, "for_each"),
                "Which hours is not told.",
                "Add: [hours] list = [12, 3, 6, 9].",
            )
        yield from _something_to_do(phase, place)
        yield from _an_end(phase, place)
        yield from _a_sound_baseline(drill, number)


def _of_its_kind(drill: Drill) -> Iterator[Finding]:
    if drill.kind == "drill" and not drill.phase:
        yield Finding(
            ("kind",),
            "A drill without a [[phase]] has nothing to do.",
            'Add one, or make it kind = "timer" or "checklist".',
        )
    if drill.kind == "timer" and not (drill.dose.seconds or drill.dose.tempo or drill.phase):
        yield Finding(("dose",), "How long is not told.", "Add to [dose]: seconds = 45.")
    if drill.kind == "checklist" and not drill.item:
        yield Finding(
            ("kind",), "A checklist without items.", 'Add: item = ["first thing", "second"].'
        )


def _something_to_do(phase: Phase, place: Place) -> Iterator[Finding]:
    called = f"The phase {phase.id!r}"
    if phase.do == "go" and not phase.done:
        yield Finding(place, f"{called} is never done.", "Add: done = [ { signal = ... } ].")
    if phase.do == "hold" and not phase.within:
        yield Finding(
            place,
            f"{called} does not tell what to hold.",
            'Add: within = [ { signal = ... } ], or make it do = "rest".',
        )
    if phase.do == "hold" and phase.hold_s is None:
        yield Finding(place, f"{called} does not tell how long to hold.", "Add: hold_s = 5.0.")
    if phase.do in ("rest", "back") and not (phase.done or phase.min_s):
        yield Finding(place, f"{called} takes no time.", "Add: min_s = 2.0.")


def _an_end(phase: Phase, place: Place) -> Iterator[Finding]:
    """Whatever is sensed the phase comes to an end, and not before it can be done."""
    waits = phase.do in ("go", "hold", "back") and any(listed(phase)) and not phase.end_is
    if waits and phase.max_s is None:
        yield Finding(
            place,
            f"The phase {phase.id!r} can hang: nothing ends it while it is not done.",
            'Add: max_s = 15.0 and on_timeout = "fail".',
        )
    elif waits and phase.on_timeout is None:
        yield Finding(
            (*place, "max_s"),
            "What happens after max_s is not told.",
            'Add: on_timeout = "fail", or "next" to go on.',
        )
    needed_s = max(phase.min_s, phase.hold_s if isinstance(phase.hold_s, float) else 0.0)
    if phase.max_s is not None and phase.max_s < needed_s:
        yield Finding(
            (*place, "max_s"),
            f"It ends after {phase.max_s:g} s and takes {needed_s:g} s.",
            "Make max_s longer.",
        )


def _a_sound_baseline(drill: Drill, number: int) -> Iterator[Finding]:
    """See that a baseline has conditions of its own, and is there before it is used."""
    phase = drill.phase[number]
    place: Place = ("phase", number)
    if phase.record_baseline and not (phase.needs or phase.within):
        yield Finding(
            (*place, "record_baseline"),
            "Whoever starts wrong passes all that is compared with this baseline.",
            "Give the phase conditions: needs = [ { signal = ... } ].",
        )
    if any(earlier.record_baseline for earlier in drill.phase[:number]):
        return
    for at, condition in conditions_of(phase, place):
        for asked, key in ((condition.of, "of"), (condition.min_sd, "min_sd")):
            if asked:
                yield Finding(
                    (*at, key),
                    "No phase before this one records a baseline.",
                    "Add record_baseline = true to the phase that stands quietly.",
                )
