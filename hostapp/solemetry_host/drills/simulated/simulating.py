# SPDX-License-Identifier: Apache-2.0
"""Simulated people do drills before anybody stands there; what comes of it, as plain data."""

from __future__ import annotations

from typing import Any

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


def levels(shelf: Shelf, name: str | None, level: int = 1) -> list[tuple[Drill, int]]:
    """Return one drill at one level, or without a name all drills at all their levels."""
    if name is not None:
        return [(shelf.drill_or_file(name), level)]
    return [
        (drill, n) for drill in shelf.drills() for n in ([level.n for level in drill.level] or [1])
    ]


def simulated(drill: Drill, level: int, fault_name: str = "", sensors: str = "") -> dict[str, Any]:
    """Return what comes of each trial, and whether all of it is as it has to be.

    Parameters
    ----------
    drill : Drill
    level : int
    fault_name : str
        Only this one.
    sensors : str
        Only with these: ``plate+insole``, or ``none``.
    """
    results = [attempt(drill, level, trial) for trial in _chosen(drill, level, fault_name, sensors)]
    return {
        "drill": drill.id,
        "level": level,
        "trials": [_told(result) for result in results],
        "as_expected": all(result.as_expected for result in results),
    }


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
