# SPDX-License-Identifier: Apache-2.0
"""What a device can measure, worked out of its description and its parts.

The rules hold these numbers against limits, and the guides quote them: neither types one.
"""

from __future__ import annotations

import math

from build import Build
from solemetry.device import STANDARD_GRAVITY, DeviceDescription

SWAY_HZ = 50.0
"""Rows a second that sway is judged at (Scoppa et al. 2013: at least so many)."""

ADULT_KG, CHILD_KG = 70.0, 20.0
STILL_SHARE, DRILL_SHARE, WALK_SHARE = 0.005, 0.05, 0.20
"""Horizontal force as a share of the weight: quiet standing, a drill, walking."""

SHUNT_OHM = 100_000.0
"""Of the stand-in for a load cell: across one of four equal resistors."""

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
    bridge_ohm = build.sensor["bridge_ohm"]
    dummy_mv_per_v = 1e3 * bridge_ohm / (4 * SHUNT_OHM + 2 * bridge_ohm)
    dummy_kg = dummy_mv_per_v / cell["mv_per_v"] * cell["capacity_kg"]
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
        "dummy_mv_per_v": dummy_mv_per_v,
        "dummy_kg": dummy_kg,
        "dummy_counts": dummy_kg * STANDARD_GRAVITY * counts_per_n,
        "top_kg": build.part_with("kg_per_m3")["kg_per_m3"]
        * width * depth * doc["top"]["thickness"] * 1e-9,
        "edge_x_mm": width / 2 - a,
        "edge_y_mm": depth / 2 - b,
    }


def insole_numbers(build: Build) -> Numbers:
    """Return range and resolution of an insole's front end, by name; units end the names."""
    doc, sensor = build.device, build.sensor
    battery, board = build.part_with("mah"), build.part_with("current_ma")
    range_n = sensor["range_n"]
    upper, lower = (build.catalogue["part"][build.facts["reference"][half]]["ohm"]
                    for half in ("upper", "lower"))
    return {
        "range_n": range_n,
        "range_v": _volts(build, _cell_ohm(build, range_n)),
        "adc_top_v": board["adc_top_v"],
        "baseline_code": _code(build, math.inf),
        "step_1n_mn": _step_mn(build, 1.0),
        "step_10n_mn": _step_mn(build, 10.0),
        "step_range_mn": _step_mn(build, range_n),
        "ignored_on_percent": 100 * _force_lost(build, 50.0),
        "reference_v": doc["adc"]["reference_v"] * lower / (upper + lower),
        "battery_pin_v": battery["full_v"] / doc["battery"]["divider"],
        "battery_h": battery["mah"] / board["current_ma"],
    } | {f"code_{ohm:g}": _code(build, ohm) for ohm in STAND_INS_OHM}


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


def _cell_ohm(build: Build, force_n: float) -> float:
    ohm: float = build.sensor["one_newton_ohm"] * force_n ** -build.sensor["steepness"]
    return ohm


def _volts(build: Build, cell_ohm: float) -> float:
    """Output of the stage, the multiplexer's own resistance in series with the cell."""
    stage = build.device["front_end"]
    volts: float = stage["vref_v"] * (
        1 + stage["rf_ohm"] / (cell_ohm + build.part_with("on_ohm")["on_ohm"])
    )
    return volts


def _code(build: Build, cell_ohm: float) -> float:
    adc = build.device["adc"]
    return float((2 ** adc["bits"] - 1) * _volts(build, cell_ohm) / adc["reference_v"])


def _step_mn(build: Build, force_n: float) -> float:
    """Force that one code stands for, about a force."""
    low, high = (_code(build, _cell_ohm(build, force_n * share)) for share in (0.99, 1.01))
    return 1e3 * 0.02 * force_n / (high - low)


def _force_lost(build: Build, force_n: float) -> float:
    """Share of a force that is not seen by who forgets the multiplexer's resistance."""
    ohm = _cell_ohm(build, force_n)
    seen = (ohm + build.part_with("on_ohm")["on_ohm"]) / ohm
    return float(1 - seen ** (-1 / build.sensor["steepness"]))
