# SPDX-License-Identifier: Apache-2.0
"""Stand-ins of resistors: tables against a solved circuit and figures that others worked out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from build import Build
from jigs import bridges, stand_ins

HARDWARE = Path(__file__).parents[2] / "hardware"
PLATES = [path.parent.name for path in sorted(HARDWARE.glob("plate*/device.toml"))]


def build(folder: str) -> Build:
    return Build.read(HARDWARE / folder)


def bridge_v(arms: dict[tuple[str, str], float]) -> float:
    """S+ less S- at one volt, by Kirchhoff's current law at the two of them."""
    corners = ("S+", "S-")
    law, feed = np.zeros((2, 2)), np.zeros(2)
    for (one, other), ohm in arms.items():
        for here, there in ((one, other), (other, one)):
            if here in corners:
                law[corners.index(here), corners.index(here)] += 1 / ohm
                feed[corners.index(here)] += (there == "E+") / ohm
    plus, minus = np.linalg.solve(law, feed)
    return float(plus - minus)


@pytest.mark.parametrize("folder", PLATES)
def test_a_shunted_bridge_shows_what_the_circuit_gives(folder: str) -> None:
    for row in bridges(build(folder)):
        ring = ("E+", "S+"), ("S+", "E-"), ("E-", "S-"), ("S-", "E+")
        arms = dict.fromkeys(ring, 350.0)
        where = tuple(row.across.split(" and "))
        shunted = where if where in arms else where[::-1]
        arms[shunted] = 1 / (1 / 350.0 + 1 / row.shunt_ohm)
        assert row.mv_per_v == pytest.approx(1e3 * bridge_v(arms), rel=1e-9)


def test_the_first_shunt_looks_like_the_kilograms_worked_out_on_paper() -> None:
    """350 ohm under 100 kohm: 0.873 mV/V, 43.7 kg on 100 kg at 2 mV/V, 4380 counts a newton."""
    row = bridges(build("plate"))[0]
    assert row.mv_per_v == pytest.approx(0.873, abs=5e-4)
    assert row.kg == pytest.approx(43.7, abs=0.05)
    assert row.counts == pytest.approx(43.67 * 9.80665 * 4380, rel=1e-3)


def test_codes_of_the_stand_ins_are_those_of_the_circuit_simulator() -> None:
    """ngspice gave these for a multiplexer of 70 ohm, the least; more resistance, lower codes."""
    rows = stand_ins(build("insole"))
    assert [round(row.most_code) for row in rows] == [454, 615, 1138, 1889, 2781]
    assert all(row.least_code < row.code < row.most_code for row in rows)


def test_a_stand_in_reads_as_the_force_whose_cell_has_its_resistance() -> None:
    """R = 10 kohm F^-0.85, so F = (10 kohm / R)^(1 / 0.85)."""
    for row in stand_ins(build("insole_8")):
        assert row.force_n == pytest.approx((10_000 / row.ohm) ** (1 / 0.85), rel=1e-6)
