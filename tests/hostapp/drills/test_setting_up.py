# SPDX-License-Identifier: Apache-2.0
"""What is found out before a drill, on a plate that sends bytes: the feet, the weight, the base."""

from __future__ import annotations

import time

import numpy as np
import pytest
from leaning import leaning_on_plate

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.drills.on_devices.setting_up import draw_base, register_foot, weigh
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.weighing import weight_on_insoles_n, weight_on_plate_n
from solemetry_host.live.awaiting import wait


def test_a_foot_is_found_in_less_than_ten_seconds() -> None:
    """By hand: 131.5 mm from heel to forefoot, 8.7 degrees outwards, the heel 0.15 behind."""
    with leaning_on_plate() as (station, person):
        began = time.monotonic()
        foot = register_foot(station, "right", 250.0, person.hear)
        assert time.monotonic() - began < 10
        assert foot.axis_deg == pytest.approx(np.degrees(np.arctan2(20, 130)), abs=0.5)
        assert foot.heel_load_mm == pytest.approx([60, -70], abs=1)
        assert foot.fore_load_mm == pytest.approx([80, 60], abs=1)
        assert station.snapshot.feet == (foot,)
        assert len(person.words) == 2


def test_who_does_not_lean_is_told_what_to_do() -> None:
    told = pytest.raises(SolemetryError, match="too close together")
    with leaning_on_plate() as (station, _), told:
        register_foot(station, "left", 250.0, lambda words: None)


def test_who_stands_still_is_weighed_and_who_does_not_is_not() -> None:
    with leaning_on_plate() as (station, person):
        assert weight_on_insoles_n(station.snapshot) is None
        weight_n = weigh(station, weight_on_plate_n, person.hear)
        assert weight_n == pytest.approx(650, abs=1)
        person.force_n = 400.0
        wait(station, lambda: weight_on_plate_n(station.snapshot) is None)
        person.force_n = 20.0
        time.sleep(2.5)
        assert weight_on_plate_n(station.snapshot) is None, "nobody is that light"


def test_slow_loops_span_the_own_base() -> None:
    """Of an ellipse by hand: pi times both half axes, a little less by the filter."""
    with leaning_on_plate() as (station, person):
        foot = FootRegistration("right", (60.0, -103.0), 0.0, 250.0)
        station.command("foot", "plate", **vars(foot))
        body = Body(plate_weight_n=650.0)
        base = draw_base(station, body, "right", "single", 2, person.hear)
    assert base.measured
    assert base.area_cm2 == pytest.approx(np.pi * 1.4 * 4.5, rel=0.05)
    assert base.reach_pct(base.center_mm + np.array([14, 0])) == pytest.approx(100, abs=4)


def test_without_a_registered_foot_there_is_no_base_to_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("solemetry_host.drills.signals.loops.LONGEST_S", 2.0)
    told = pytest.raises(SolemetryError, match="next to no area")
    with leaning_on_plate() as (station, person), told:
        draw_base(station, Body(), "right", "single", 2, person.hear)
