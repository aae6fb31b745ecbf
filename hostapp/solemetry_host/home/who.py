# SPDX-License-Identifier: Apache-2.0
"""Who practises here, by name."""

from __future__ import annotations

from dataclasses import dataclass

from solemetry.errors import SolemetryError
from solemetry_host.people.folder import Library, Person
from solemetry_host.words import tr

_NOON, _EVENING, _MORNING = 12, 18, 5
"""Hours that a greeting changes at."""


@dataclass(frozen=True)
class Somebody:
    """One person to choose.

    Attributes
    ----------
    id : str
        The pseudonym.
    name : str
        What to call them; without a name, by the pseudonym.
    trouble : str
        Why their file cannot be read; empty if it can.
    """

    id: str
    name: str
    trouble: str = ""


def everybody(library: Library) -> tuple[Somebody, ...]:
    """Return everybody of a library, by name; those whose files are damaged too."""
    return tuple(sorted(map(_somebody, library.people()), key=lambda one: one.name.casefold()))


def greeting(name: str, hour: int) -> str:
    """Greet somebody, or nobody in particular, by the time of day."""
    if _MORNING <= hour < _NOON:
        return tr("Good morning, {name}", name=name) if name else tr("Good morning")
    if _NOON <= hour < _EVENING:
        return tr("Good afternoon, {name}", name=name) if name else tr("Good afternoon")
    return tr("Good evening, {name}", name=name) if name else tr("Good evening")


def _somebody(person: Person) -> Somebody:
    try:
        name = person.profile.name
    except SolemetryError as error:
        return Somebody(person.id, person.id, str(error))
    return Somebody(person.id, name or person.id)
