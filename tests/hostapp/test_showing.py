# SPDX-License-Identifier: Apache-2.0
"""Which devices are shown, in which layout and which unit."""

from __future__ import annotations

import numpy as np
import pytest

from solemetry.device import SensorLayout
from solemetry_host.live.force_units import force_unit
from solemetry_host.live.showing import Showing, both_insoles, insoles_of, layouts_of
from solemetry_host.live.snapshot import DeviceView, Joined, Link, Share, Snapshot

PLATE = SensorLayout.builtin("plate-hx711-uno")
INSOLE = SensorLayout.builtin("insole-16-esp32s3")


def plate(stream: str = "plate", state: str = "streaming") -> DeviceView:
    return DeviceView(stream, PLATE, Link(state), 80.0)  # type: ignore[arg-type]


def insole(side: str) -> DeviceView:
    return DeviceView(f"insole-{side}", INSOLE, Link("streaming"), 100.0, side=side)


LEFT, RIGHT = insole("left"), insole("right")


@pytest.mark.parametrize(
    ("devices", "layout"),
    [
        ((), "plate"),
        ((plate(),), "plate"),
        ((RIGHT,), "insoles"),
        ((LEFT, plate(), RIGHT), "both"),
        ((plate(state="closed"), LEFT), "insoles"),
        ((plate(state="lost"), LEFT), "both"),
    ],
)
def test_the_layout_is_that_of_what_is_connected(
    devices: tuple[DeviceView, ...], layout: str
) -> None:
    assert Showing().layout_of(Snapshot(devices)) == layout


def test_a_layout_that_was_chosen_holds_while_there_are_devices_for_it() -> None:
    showing = Showing(layout="insoles")
    assert showing.layout_of(Snapshot((plate(), LEFT))) == "insoles"
    assert showing.layout_of(Snapshot((plate(),))) == "plate"
    assert showing.layout_of(Snapshot((LEFT,))) == "insoles"
    assert layouts_of(Snapshot((LEFT,))) == ("insoles",)


def test_the_plate_that_was_chosen_is_shown_else_the_first() -> None:
    there = Snapshot((LEFT, plate(), plate("plate-2")))
    for chosen, shown in (("", "plate"), ("plate-2", "plate-2"), ("plate-3", "plate")):
        view = Showing(plate=chosen).plate_of(there)
        assert view is not None
        assert view.stream == shown
    assert Showing().plate_of(Snapshot((LEFT,))) is None


def test_own_left_is_on_the_left() -> None:
    unknown = insole("")
    assert insoles_of(Snapshot((unknown, RIGHT, plate(), LEFT))) == (LEFT, RIGHT, unknown)


def test_what_insoles_say_together_is_found_beside_what_plates_do() -> None:
    plates, insoles = (
        Joined(of, 0.0, 700.0, np.zeros(2), Share(0.5, of))  # type: ignore[arg-type]
        for of in ("plates", "insoles")
    )
    assert both_insoles(Snapshot(joined=(plates, insoles))) is insoles
    assert both_insoles(Snapshot(joined=(plates,))) is None


def test_a_force_in_each_unit() -> None:
    weight_n = 70 * 9.80665
    told = {
        (preferred, mass_kg): (unit.name, round(weight_n * unit.per_newton, 6))
        for preferred in ("N", "kg", "%")
        for mass_kg in (70.0, None)
        for unit in [force_unit(preferred, mass_kg)]  # type: ignore[arg-type]
    }
    assert told["kg", None] == told["kg", 70.0] == ("kg", 70.0)
    assert told["%", 70.0] == ("% BW", 100.0)
    # Of somebody whose weight is not known there is no share.
    assert told["%", None] == told["N", 70.0] == ("N", round(weight_n, 6))
