# SPDX-License-Identifier: Apache-2.0
"""What a drill asks of the devices that are there: what they sense, and what to find out first."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from solemetry.device import DeviceDescription, builtin_devices
from solemetry_host.drills.files.drill import Choice, Drill
from solemetry_host.drills.running.conditions import each_condition
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.safety import Plate
from solemetry_host.drills.signals.catalogue import CATALOGUE, Sensor, Signal
from solemetry_host.drills.signals.frame import DOUBLE
from solemetry_host.live.snapshot import DeviceView

Foot = Literal["left", "right"]

_FEET: tuple[Foot, Foot] = ("left", "right")


@dataclass(frozen=True)
class Needs:
    """What has to be found out before a drill begins.

    Attributes
    ----------
    feet : tuple of {"left", "right"}
        Where these stand on the first plate.
    plate_weight, insole_weight : bool
        The person's weight, as a plate feels it and as the cells of two insoles do.
    bases : tuple of Side
        Own bases that targets are in percent of: of both feet, or of each that is done.
    """

    feet: tuple[Foot, ...] = ()
    plate_weight: bool = False
    insole_weight: bool = False
    bases: tuple[Side, ...] = ()


def needs_of(
    drill: Drill, posture: str, sides: Sequence[Side], views: Sequence[DeviceView]
) -> Needs:
    """Tell what has to be found out before a drill.

    Parameters
    ----------
    drill : Drill
    posture : str
        Of the level.
    sides : sequence of Side
        Feet that it is done on, where it is done on one.
    views : sequence of DeviceView
    """
    plate = first_plate(views)
    insoles = [view for view in views if view.layout.kind == "insole" and view.link.calibrated]
    needed = {need for name in signals_of(drill) for need in CATALOGUE[name].needs}
    both = posture == DOUBLE or drill.sides not in ("each", "alternate")
    feet = _FEET if both else tuple(foot for foot in _FEET if foot in sides)
    bases: tuple[Side, ...] = ("both",) if posture == DOUBLE else tuple(sides)
    return Needs(
        feet=feet if plate is not None and "foot" in needed else (),
        plate_weight=plate is not None and "weight" in needed,
        insole_weight=len(insoles) == 2 and "weight" in needed,
        bases=bases if drill.calibrate is not None else (),
    )


def signals_of(drill: Drill) -> set[str]:
    """Return the signals that a drill asks for."""
    return {
        one.signal
        for phase in drill.phase
        for asked in (*phase.needs, *phase.done, *phase.within, *phase.fail)
        for one in each_condition(asked)
    }


@dataclass(frozen=True)
class Sensing:
    """What is sensed of a drill, and what is not.

    Attributes
    ----------
    sensed, unseen : tuple of Signal
    """

    sensed: tuple[Signal, ...]
    unseen: tuple[Signal, ...]


def sensing_of(drill: Drill, sensors: frozenset[Sensor]) -> Sensing:
    """Tell what sensors see of what a drill asks for; of alternatives, one is enough."""
    found: dict[Signal, bool] = {}
    for phase in drill.phase:
        for asked in (*phase.needs, *phase.done, *phase.within, *phase.fail):
            choices = asked.prefer if isinstance(asked, Choice) else (asked,)
            signals = [CATALOGUE[one.signal] for one in choices]
            seen = next((one for one in signals if sensors.intersection(one.sensed_by)), None)
            optional = asked.optional or all(one.optional for one in choices)
            if seen is not None or not optional:
                found[seen or signals[0]] = seen is not None
    return Sensing(
        tuple(signal for signal, seen in found.items() if seen),
        tuple(signal for signal, seen in found.items() if not seen),
    )


def sensors_of(views: Sequence[DeviceView]) -> frozenset[Sensor]:
    """Return what there is to sense with; of cells without gains no share is known."""
    there = [view for view in views if view.link.state in ("streaming", "lost", "ended")]
    insoles = [view for view in there if view.layout.kind == "insole"]
    known = sum(view.link.calibrated for view in insoles)
    sensors: set[Sensor] = set()
    if first_plate(there) is not None:
        sensors |= {"plate", "run"}
    if insoles:
        sensors.add("imu")
    if known:
        sensors.add("insole")
    if known == 2:
        sensors.add("two insoles")
    return frozenset(sensors)


def first_plate(views: Sequence[DeviceView]) -> DeviceView | None:
    """Return the plate that feet stand on; None where there is none."""
    return next((view for view in views if view.layout.kind == "plate"), None)


def plate_limits(views: Sequence[DeviceView]) -> Plate | None:
    """Return what the first plate is made for, if its kind is known; landings none is."""
    view = first_plate(views)
    if view is None or view.link.device not in builtin_devices():
        return None
    limits = tomllib.loads(DeviceDescription.builtin(view.link.device).toml).get("limits", {})
    return Plate(limits["max_user_kg"], dynamic_ok=False) if "max_user_kg" in limits else None
