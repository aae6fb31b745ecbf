# SPDX-License-Identifier: Apache-2.0
"""Sensor sets that a drill names and cannot be done with."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry_host.drills.files.drill import Choice, Drill, Phase
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.linting.walk import listed
from solemetry_host.drills.signals.catalogue import CATALOGUE, Sensor

_SENSES: dict[str, set[Sensor]] = {
    "plate": {"plate", "run"},
    "insole": {"insole"},
    "two insoles": {"insole", "two insoles"},
    "imu": {"imu"},
}
"""What there is with each; what the run makes itself it makes of a plate's signals."""


def sensor_findings(drill: Drill) -> Iterator[Finding]:
    """See that whoever has one of the sets can do all of it; where not, it is advice."""
    for kind in ("best", "works", "optional"):
        for number, sensors in enumerate(getattr(drill.sensors, kind)):
            for part in sensors.split("+"):
                if part not in _SENSES:
                    yield Finding(
                        ("sensors", kind, number),
                        f"There is no sensor {part!r}.",
                        f"Known here: {', '.join(_SENSES)}, and several joined by +.",
                    )
    if drill.gate.if_not_sensed:
        return
    for sensors in (*drill.sensors.best, *drill.sensors.works):
        there = set().union(*(_SENSES.get(part, set()) for part in sensors.split("+")))
        for number, phase in enumerate(drill.phase):
            if there and (unseen := _unseen(phase, there)):
                yield Finding(
                    ("phase", number),
                    f"With {sensors}, {' and '.join(unseen)} cannot be sensed: every repetition "
                    "stays unverified.",
                    "Make it optional = true, or give an alternative: prefer = [ ... ].",
                    refused=False,
                )


def _unseen(phase: Phase, there: set[Sensor]) -> list[str]:
    """Return what a phase cannot do without and is not sensed; of alternatives the first."""
    unseen = []
    for one in listed(phase):
        signals = [each.signal for each in one.prefer] if isinstance(one, Choice) else [one.signal]
        if not (one.optional or any(_is_sensed(name, there) for name in signals)):
            unseen.append(signals[0])
    return list(dict.fromkeys(unseen))


def _is_sensed(name: str, there: set[Sensor]) -> bool:
    signal = CATALOGUE.get(name)  # one that is not known is told elsewhere
    return signal is None or not there.isdisjoint(signal.sensed_by)
