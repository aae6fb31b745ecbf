# SPDX-License-Identifier: Apache-2.0
"""How a drill went on each side, as numbers for a picture; `results` says it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.outcome import Outcome, Rep, Side
from solemetry_host.drills.showing.results import Bests, farthest_by_hour, unit_of


@dataclass(frozen=True)
class OfSide:
    """What was done on one side.

    Attributes
    ----------
    side : Side
    reps : tuple of Rep
    held, sensed : int
        Repetitions that were held, of those that were sensed.
    alone_held, alone : int
        The same of those without feedback, which count for the level.
    numbers : tuple of float
        The drill's main number of each repetition that has it.
    unit : str
    best : float or None
        The best of these.
    best_before : float or None
        The own best until today.
    is_best : bool
        Whether it is at least as good as that.
    farthest_pct : mapping of float to float
        The farthest reach at each hour of a clock, in percent of the own base.
    """

    side: Side
    reps: tuple[Rep, ...]
    held: int
    sensed: int
    alone_held: int
    alone: int
    numbers: tuple[float, ...]
    unit: str
    best: float | None
    best_before: float | None
    is_best: bool
    farthest_pct: Mapping[float, float]


def summary(drill: Drill, outcome: Outcome, bests: Bests) -> tuple[OfSide, ...]:
    """Sum up each side that was done, in the order in which they were.

    Parameters
    ----------
    drill : Drill
    outcome : Outcome
    bests : mapping of Side to float
        As `results.own_bests`.
    """
    sides = dict.fromkeys(rep.side for rep in outcome.reps)
    return tuple(
        _of_side(drill, side, [rep for rep in outcome.reps if rep.side == side], bests.get(side))
        for side in sides
    )


def _of_side(drill: Drill, side: Side, reps: list[Rep], before: float | None) -> OfSide:
    sensed = [rep for rep in reps if rep.status != "unverified"]
    alone = [rep for rep in sensed if not rep.with_feedback]
    primary = drill.score.primary
    metric = primary.metric if primary is not None else ""
    best_of = min if primary is not None and primary.better == "lower" else max
    numbers = tuple(rep.measures[metric] for rep in reps if metric in rep.measures)
    best = best_of(numbers) if numbers else None
    return OfSide(
        side=side,
        reps=tuple(reps),
        held=sum(rep.status == "ok" for rep in sensed),
        sensed=len(sensed),
        alone_held=sum(rep.status == "ok" for rep in alone),
        alone=len(alone),
        numbers=numbers,
        unit=unit_of(metric).strip(),
        best=best,
        best_before=before,
        is_best=best is not None and (before is None or best_of(best, before) == best),
        farthest_pct=farthest_by_hour(reps),
    )
