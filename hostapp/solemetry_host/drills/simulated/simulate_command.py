# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill simulate``: simulated people do a drill before anybody stands there."""

from __future__ import annotations

import json
from typing import Any

import typer

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.simulated.asking import Asking
from solemetry_host.drills.simulated.faults import GOOD, fault, faults
from solemetry_host.drills.simulated.trials import (
    SENSORS,
    Result,
    Trial,
    attempt,
    sensor_sets,
    trials,
)
from solemetry_host.printing import print_rows


def simulate(
    name: str | None,
    *,
    level: int = 1,
    fault_name: str = "",
    sensors: str = "",
    every: bool = False,
    as_json: bool = False,
) -> bool:
    """Print what comes of each trial; return whether all of it is as it has to be.

    Parameters
    ----------
    name : str, optional
        Id or file of a drill; none with `every`, which takes all drills at all their levels.
    fault_name : str
        Only this one.
    sensors : str
        Only with these: ``plate+insole``, or ``none``.
    """
    if every == (name is not None):
        raise SolemetryError("Name one drill, or say --all.", "As in: drill simulate short-foot.")
    shelf = Shelf()
    if name is None:
        asked = [(drill, n) for drill in shelf.drills() for n in _levels(drill)]
    else:
        asked = [(shelf.drill_or_file(name), level)]
    told = []
    for drill, n in asked:
        results = [attempt(drill, n, trial) for trial in _chosen(drill, n, fault_name, sensors)]
        trials_told = [_told(result) for result in results]
        told.append({"drill": drill.id, "level": n, "trials": trials_told,
                     "as_expected": all(result.as_expected for result in results)})  # fmt: skip
        if not as_json:
            print_rows(f"{drill.id}, level {n}", [_row(one) for one in trials_told])
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    return all(one["as_expected"] for one in told)


def _levels(drill: Drill) -> tuple[int, ...]:
    return tuple(level.n for level in drill.level) or (1,)


def _chosen(drill: Drill, level: int, fault_name: str, sensors: str) -> tuple[Trial, ...]:
    asking = Asking(drill, level)
    if not (fault_name or sensors):
        return trials(asking)
    with_these = _sensors(sensors) if sensors else sensor_sets(drill)[0]
    chosen = (fault(asking, fault_name),) if fault_name else (GOOD, *faults(asking))
    return tuple(Trial(one, with_these) for one in chosen)


def _sensors(told: str) -> tuple[str, ...]:
    parts = () if told == "none" else tuple(told.split("+"))
    for part in parts:
        if part not in SENSORS:
            raise SolemetryError(f"{part!r} is no sensor.", f"Known: {', '.join(SENSORS)}, none.")
    return parts


def _told(result: Result) -> dict[str, Any]:
    trial, expected = result.trial, result.expected
    return {
        "trial": trial.fault.name,
        "does": trial.fault.words,
        "sensors": "+".join(trial.sensors) or "none",
        "status": result.status,
        "reason": result.reason,
        "expected": list(expected.statuses),
        "expected_reasons": list(expected.reasons),
        "as_expected": result.as_expected,
    }


def _row(told: dict[str, Any]) -> dict[str, Any]:
    """Return what fits a line; what was expected only where something else came."""
    wrong = " or ".join([*told["expected"], *told["expected_reasons"]])
    row = {name: told[name] for name in ("trial", "sensors", "status", "reason")}
    return {**row, "not as expected": "" if told["as_expected"] else f"NO: {wrong}"}
