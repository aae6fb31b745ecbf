# SPDX-License-Identifier: Apache-2.0
"""How far the sway of one person lies apart without a change: from repetitions of the first days.

As `solemetry_host.people.trends` does it with the numbers of drills, so here with the measures of
spans: only repetitions that are alike count, and only the first two days that have two or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import solemetry
from solemetry.analysis import analyze
from solemetry.errors import SolemetryError, UnavailableError
from solemetry.sway.people.personal_change import OwnMdc, own_mdc
from solemetry_host.drills.on_devices.live import BEGIN
from solemetry_host.drills.running.outcome import Rep
from solemetry_host.people.folder import Person
from solemetry_host.people.results import Alike, Result, alike, feedback_of
from solemetry_host.people.trends import FIRST_DAYS

MOST_REPEATS = 5
"""Of one day no more are measured; three are recommended."""


def own_noise(person: Person, like: Alike, side: str) -> dict[str, OwnMdc]:
    """Measure a person's own noise of the sway of one repetition.

    Parameters
    ----------
    person : Person
    like : Alike
        What repetitions must share.
    side : str

    Returns
    -------
    dict of str to OwnMdc
        By sway measure; those whose repeats are all the same are left out.

    Raises
    ------
    UnavailableError
        When there are no two days with repeats of it.
    """
    days: dict[date, list[tuple[Result, Rep]]] = {}
    results, _ = person.results()
    for result in results:
        for rep in result.outcome.reps:
            recorded = rep.status == "ok" and result.context.session
            if recorded and rep.side == side and alike(result, feedback_of(rep)) == like:
                days.setdefault(result.context.day, []).append((result, rep))
    first = [day for day in sorted(days) if len(days[day]) > 1][:FIRST_DAYS]
    if len(first) < FIRST_DAYS:
        raise UnavailableError(
            f"Own noise is known from {FIRST_DAYS} days with recorded repeats of the same; so far "
            f"there are {len(first)}.",
            "Repeat it three times on each of two days.",
        )
    by_day = [list(_sways(person, days[day][:MOST_REPEATS])) for day in first]
    names = set.intersection(*(set(sway) for day in by_day for sway in day))
    found = {}
    for name in sorted(names):
        values = [[sway[name] for sway in day] for day in by_day]
        positive = min(min(day) for day in values) > 0
        try:
            found[name] = own_mdc(values, "log" if positive else "plain")
        except UnavailableError:
            continue  # all alike, as of what stops at a limit: it has no spread
    return found


def _sways(
    person: Person, done: list[tuple[Result, Rep]]
) -> Iterator[Mapping[str, float]]:
    for result, rep in done:
        path: Path = person.folder / "sessions" / result.context.session
        session = solemetry.open(path)
        began = session.events[session.events["kind"] == BEGIN]["t_s"]
        if not len(began):
            raise SolemetryError(
                f"{path} holds no drill, though a result says so.", "Is it the right file?"
            )
        start_s = float(began.iloc[0])
        told = analyze(
            replace(session, motion={}), span_s=(start_s + rep.began_s, start_s + rep.ended_s)
        )
        sway: Mapping[str, Any] = next((rows for rows in told["sway"].values() if rows), {})
        yield {
            name: row["value"]
            for name, row in sway.items()
            if row["value"] is not None and np.isfinite(row["value"])
        }
