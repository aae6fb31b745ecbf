# SPDX-License-Identifier: Apache-2.0
"""Stand-ins made of resistors, and what the electronics must make of them.

They tell a fault of the electronics from one of a cell, before any cell is connected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from budget import STAND_INS_OHM, front_end
from build import Build
from solemetry.device import STANDARD_GRAVITY, DeviceDescription


class Shunted(NamedTuple):
    """A bridge of four equal resistors with another across one arm, and what it looks like."""

    shunt_ohm: float
    across: str
    mv_per_v: float
    kg: float
    counts: float


class StandIn(NamedTuple):
    """A resistor in place of a thin-film cell: code, and what it is for other multiplexers."""

    ohm: float
    code: float
    least_code: float
    most_code: float
    force_n: float


def bridges(build: Build) -> list[Shunted]:
    """Return what the stand-in for a load cell shows with each of its shunts on each side."""
    jig, cell = build.part_with("shunts_ohm"), build.device["cell"][0]
    counts_per_n = float(DeviceDescription.from_toml(build.text).nominal_counts_per_n[0])
    rows = []
    for shunt_ohm in jig["shunts_ohm"]:
        for across, sign in (("S- and E-", 1), ("S+ and E-", -1)):
            mv_per_v = sign * 1e3 * jig["arm_ohm"] / (4 * shunt_ohm + 2 * jig["arm_ohm"])
            kg = mv_per_v / cell["mv_per_v"] * cell["capacity_kg"]
            counts = kg * STANDARD_GRAVITY * counts_per_n
            rows.append(Shunted(shunt_ohm, across, mv_per_v, kg, counts))
    return rows


def stand_ins(build: Build) -> list[StandIn]:
    """Return the code of each stand-in for a thin-film cell, by the model that the app inverts."""
    stage = front_end(build.text)
    least, most = (replace(stage, on_ohm=ohm) for ohm in build.part_with("on_ohm")["on_ohm"])
    return [
        StandIn(ohm, *(float(one.codes(1 / ohm)) for one in (stage, most, least)),
                float(stage.forces(stage.codes(1 / ohm))))
        for ohm in build.part_with("cells_ohm")["cells_ohm"]
    ]


def check_jigs(build: Build) -> Iterator[str]:
    """Faults of the stand-ins in the bill."""
    if build.device["kind"] == "insole":
        cells_ohm = build.part_with("cells_ohm")["cells_ohm"]
        if tuple(cells_ohm) != STAND_INS_OHM:
            yield (f"parts: stand-ins of {cells_ohm} ohm; the guide speaks of "
                   f"{list(STAND_INS_OHM)}. Correct one.")
        return
    jig = build.part_with("shunts_ohm")
    if jig["arm_ohm"] != build.sensor["bridge_ohm"]:
        yield (f"parts: the stand-in's arms are {jig['arm_ohm']:g} ohm, the cells' "
               f"{build.sensor['bridge_ohm']:g}. Correct one.")
    capacity_kg = build.device["cell"][0]["capacity_kg"]
    for row in bridges(build):
        if not 0.05 * capacity_kg < abs(row.kg) < capacity_kg:
            yield (f"parts: a shunt of {row.shunt_ohm:g} ohm looks like {row.kg:.0f} kg on a cell "
                   f"of {capacity_kg:g}. Take another.")
