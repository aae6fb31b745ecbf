# SPDX-License-Identifier: Apache-2.0
"""What is kept about somebody, who may see it, and what has to be typed to delete it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from solemetry.errors import SolemetryError
from solemetry_host.people.consent import Detail, Grant
from solemetry_host.people.folder import Person
from solemetry_host.words import tr, trn


def details() -> Mapping[Detail, str]:
    """Return how much may be seen, and what it is called; each holds those before it."""
    return {
        "summary": tr("Summary"),
        "reports": tr("Reports"),
        "raw": tr("Recordings too"),
    }


def holdings(person: Person) -> str:
    """Say how much is kept about somebody."""
    results, damaged = person.results()
    return tr(
        "{results} and {recordings} are kept.",
        results=trn("{n} result", "{n} results", len(results) + len(damaged)),
        recordings=trn("{n} recording", "{n} recordings", len(person.sessions())),
    )


def seen_by(person: Person, today: date) -> tuple[tuple[str, str], ...]:
    """Name those who may see something today, each with what that is."""
    return tuple(
        (grant.to, _in_words(grant)) for grant in person.consent.grant if grant.holds(today)
    )


def allow(person: Person, to: str, detail: Detail, today: date) -> None:
    """Note that somebody may see so much from today on.

    Raises
    ------
    SolemetryError
        When it is not said who.
    """
    if not to.strip():
        raise SolemetryError(tr("It is not said who may see it."), tr("Write a name."))
    person.write(person.consent.granted(Grant(to=to.strip(), detail=detail, on=today)))


def withdraw(person: Person, to: str, today: date) -> None:
    """Note that somebody may see nothing any more."""
    person.write(person.consent.withdrawn(to, today))


def word_to_type(person: Person) -> str:
    """Return what has to be typed before everything is deleted: the name, or the pseudonym."""
    try:
        return person.profile.name or person.id
    except SolemetryError:
        return person.id


def _in_words(grant: Grant) -> str:
    what = details()[grant.detail]
    if grant.until is None:
        return tr("{who} may see: {what}", who=grant.to, what=what)
    return tr("{who} may see: {what}, until {day}", who=grant.to, what=what, day=grant.until)
