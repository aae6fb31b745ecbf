# SPDX-License-Identifier: Apache-2.0
"""Every condition of a drill, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry_host.drills.files.drill import Choice, Condition, Drill, Phase
from solemetry_host.drills.files.toml_lines import Place

LISTS = ("needs", "done", "within", "fail")
"""Where conditions stand in a phase."""


def all_conditions(drill: Drill) -> Iterator[tuple[Place, Condition]]:
    """Give each condition of a drill, those of choices one by one."""
    for number, phase in enumerate(drill.phase):
        yield from conditions_of(phase, ("phase", number))


def conditions_of(phase: Phase, place: Place) -> Iterator[tuple[Place, Condition]]:
    """Give each condition of a phase, those of choices one by one."""
    for name in LISTS:
        for number, one in enumerate(getattr(phase, name)):
            at: Place = (*place, name, number)
            if isinstance(one, Choice):
                for alternative, condition in enumerate(one.prefer):
                    yield (*at, "prefer", alternative), condition
            else:
                yield at, one


def listed(phase: Phase) -> Iterator[Condition | Choice]:
    """Give the conditions and choices of a phase as they are listed."""
    for name in LISTS:
        yield from getattr(phase, name)
