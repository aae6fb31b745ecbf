# SPDX-License-Identifier: Apache-2.0
"""What a device can measure, worked out of its description and its parts.

The rules hold these numbers against limits, and the guides quote them: neither types one.
"""

from __future__ import annotations

import math
from dataclasses import replace

from build import Build
from solemetry.device import STANDARD_GRAVITY, DeviceDescription
from solemetry.front_end import FrontEnd

SWAY_HZ = 50.0
"""Rows a second that sway is judged at (Scoppa et al. 2013: at least so many)."""

ADULT_KG, CHILD_KG = 70.0, 20.0
STILL_SHARE, DRILL_SHARE, WALK_SHARE = 0.005, 0.05, 0.20
"""Horizontal force as a share of the weight: quiet standing, a drill, walking."""

STAND_INS_OHM = (10_000.0, 3_300.0, 1_000.0, 470.0, 270.0)
"""Resistors that stand in for a thin-film cell."""

Numbers = dict[str, float]


def plate_numbers(build: Build) -> Numbers:
    """Return range, noise and loads of a plate, by name; units end the names."""
    doc, adc, cell = build.device, build.device["adc"], build.device["cell"][0]
    a, b = (max(abs(c[axis]) for c in doc["cell"]) for axis in "xy")
    width, depth = doc["top"]["width"], doc["top"]["depth"]
    user_kg, height = doc["limits"]["max_user_kg"], doc["top"]["height_above_cell_plane"]
    signal_mv = cell["mv_per_v"] * adc["excitation_v"]
    noise_n = adc["noise_nv_rms"] * 1e-6 / signal_mv * cell["capacity_kg"] * STANDARD_GRAVITY
    at_sway = math.sqrt(min(1.0, SWAY_HZ / adc["rate_hz"]))
    counts_per_n = float(DeviceDescription.from_toml(build.text).nominal_counts_per_n[0])
    return {
        "signal_mv": signal_mv,
        "full_scale_mv": 1e3 * adc.get("reference_v", 0.5 * adc["excitation_v"]) / adc["gain"],
        "noise_mn": 1e3 * noise_n,
        "cop_noise_adult_mm": _cop_noise_mm(a, noise_n, ADULT_KG),
        "sway_noise_adult_mm": at_sway * _cop_noise_mm(a, noise_n, ADULT_KG),
        "sway_noise_child_mm": at_sway * _cop_noise_mm(a, noise_n, CHILD_KG),
        "one_percent_mm": a / 2 * 0.01,
        "shear_still_mm": height * STILL_SHARE,
        "shear_drill_mm": height * DRILL_SHARE,
        "shear_walk_mm": height * WALK_SHARE,
        "over_cell_kg": 0.75 * user_kg,
        "corner_kg": user_kg / 4 * (1 + width / 2 / a + depth / 2 / b),
        "dynamic_kg": user_kg * doc["limits"]["max_dynamic_factor"] / 4,
        "overload_kg": cell["capacity_kg"] * build.sensor["safe_overload"],
        "counts_per_n": counts_per_n,
        "delay_ms": 1e3 * adc["delay_conversions"] / adc["rate_hz"],
        "top_kg": build.part_with("kg_per_m3")["kg_per_m3"]
        * width * depth * doc["top"]["thickness"] * 1e-9,
        "edge_x_mm": width / 2 - a,
        "edge_y_mm": depth / 2 - b,
    }


def insole_numbers(build: Build) -> Numbers:
    """Return range and resolution of an insole's front end, by name; units end the names."""
    doc, range_n = build.device, build.sensor["range_n"]
    battery, board = build.part_with("mah"), build.part_with("current_ma")
    upper, lower = (build.catalogue["part"][build.facts["reference"][half]]["ohm"]
                    for half in ("upper", "lower"))
    stage = front_end(build.text)
    least, most = (replace(stage, on_ohm=ohm) for ohm in build.part_with("on_ohm")["on_ohm"])
    lowest_stand_in = 1 / STAND_INS_OHM[-1]
    return {
        "range_n": range_n,
        "range_v": float(stage.volts(stage.siemens(range_n))),
        "range_most_v": float(least.volts(stage.siemens(range_n))),
        "adc_top_v": board["adc_top_v"],
        "baseline_code": float(stage.codes(0.0)),
        "step_1n_mn": _step_mn(stage, 1.0),
        "step_10n_mn": _step_mn(stage, 10.0),
        "step_range_mn": _step_mn(stage, range_n),
        "on_ohm": stage.on_ohm,
        "on_least_ohm": least.on_ohm,
        "on_most_ohm": most.on_ohm,
        "on_ignored_percent": _read_off_percent(stage, replace(stage, on_ohm=0.0), range_n / 2),
        "on_least_percent": _read_off_percent(least, stage, range_n / 2),
        "on_most_percent": _read_off_percent(most, stage, range_n / 2),
        "on_least_code": float(least.codes(lowest_stand_in)),
        "on_most_code": float(most.codes(lowest_stand_in)),
        "reference_v": doc["adc"]["reference_v"] * lower / (upper + lower),
        "battery_pin_v": battery["full_v"] / doc["battery"]["divider"],
        "battery_h": battery["mah"] / board["current_ma"],
    }


def front_end(text: str) -> FrontEnd:
    """Return what makes codes of forces by an insole's ``device.toml``, as the app inverts it.

    Raises
    ------
    ValueError
        When it does not say.
    """
    stage = DeviceDescription.from_toml(text).front_end
    if stage is None:
        raise ValueError("This device.toml has no [film] of an insole.")
    return stage


def smallest_gaps_mm(build: Build) -> list[tuple[float, str, str]]:
    """Distances between cells at the smallest size they are made in, less what they need."""
    device = DeviceDescription.from_toml(build.text).sized(build.facts["sizes"]["least"])
    names, places = device.layout.labels, device.layout.xy_mm
    return [
        (math.dist(places[i], places[j]) - build.sensor["outer_mm"], names[i], names[j])
        for i in range(len(names)) for j in range(i)
    ]


def _cop_noise_mm(half_spacing_mm: float, noise_n: float, mass_kg: float) -> float:
    """Four cells at plus and minus so much: sqrt(4 a^2 s^2) over the weight."""
    return 2 * half_spacing_mm * noise_n / (mass_kg * STANDARD_GRAVITY)


def _step_mn(stage: FrontEnd, force_n: float) -> float:
    """Force that one code stands for, about a force."""
    low, high = stage.codes(stage.siemens([0.99 * force_n, 1.01 * force_n])).tolist()
    return 1e3 * 0.02 * force_n / (high - low)


def _read_off_percent(actual: FrontEnd, inverted: FrontEnd, force_n: float) -> float:
    """How far a force is read off where the circuit is not the one that is inverted."""
    read_n = float(inverted.forces(actual.codes(actual.siemens(force_n))))
    return 100 * (read_n / force_n - 1)
