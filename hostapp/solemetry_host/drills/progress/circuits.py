# SPDX-License-Identifier: Apache-2.0
"""A circuit or a playlist as one thing after the other: what to do, and when to rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import Item, Plan
from solemetry_host.drills.progress.dosing import dosed


@dataclass(frozen=True)
class Work:
    """One drill, with the dose that the plan gives it.

    Attributes
    ----------
    round_n : int
        From 1; 0 for what comes before.
    drill : Drill
    level : int
    note : str
    """

    round_n: int
    drill: Drill
    level: int
    note: str = ""


@dataclass(frozen=True)
class Rest:
    """Nothing to do for so many seconds."""

    seconds: float


def sequence(
    plan: Plan,
    drill: Callable[[str], Drill],
    levels: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Work | Rest, ...]:
    """Lay a circuit or a playlist out.

    Parameters
    ----------
    plan : Plan
    drill : callable
        From an id to the drill, as `Shelf().drill`.
    levels : mapping of str to int
        Levels to do, where the plan names none; by default the first.

    Raises
    ------
    SolemetryError
        When the plan is neither, or names a drill that is not there.
    """

    def work(item: Item, round_n: int) -> Work:
        one = dosed(drill(item.drill), item)
        return Work(round_n, one, item.level or levels.get(item.drill, 1), item.note)

    first = [work(item, 0) for item in plan.prerequisite]
    if plan.playlist:
        return (*first, *(work(item, 1) for item in plan.playlist.item))
    circuit = plan.circuit
    if circuit is None:
        raise SolemetryError(
            f"{plan.id} differs from day to day, it has no fixed order.",
            "Ask for the plan of the day, or name a circuit or a playlist.",
        )
    laid: list[Work | Rest] = []
    for round_n in range(1, circuit.rounds + 1):
        if laid:
            laid.append(Rest(circuit.rest_between_rounds_s))
        for number, item in enumerate(circuit.item):
            if number and circuit.rest_between_items_s:
                laid.append(Rest(circuit.rest_between_items_s))
            laid.append(work(item, round_n))
    return (*first, *laid)
