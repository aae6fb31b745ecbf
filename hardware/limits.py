# SPDX-License-Identifier: Apache-2.0
"""Whether a device can work: its parts against its description, and its numbers against limits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from budget import SWAY_HZ, Numbers, insole_numbers, plate_numbers, smallest_gaps_mm
from build import Build

SWAY_NOISE_MM = 0.05
"""Noise of the centre of pressure at 70 kg: the resolution the French specification asks for."""

NOISE_SLACK = 0.2
"""How far stated noise may lie from the data sheet's at that gain and rate."""

COARSEST_STEP_MN = 100.0
"""One code of an insole at its full range."""

HEADROOM_V = 0.1
"""An ESP32's converter is bent below this, and so near its top."""

GRADED = {"heel_medial", "heel_lateral", "midfoot_medial", "met1", "met5", "hallux"}
"""Regions that drills cannot do without; the medial midfoot is what a short foot is graded on."""


def check_limits(build: Build) -> Iterator[str]:
    """Faults of a device whose files are each in order, with place and what to do."""
    yield from _check_sensors(build)
    yield from _check_board(build)
    if build.device["kind"] == "plate":
        yield from _check_plate(build, plate_numbers(build))
        yield from _check_converter(build)
    else:
        yield from _check_insole(build, insole_numbers(build))


# ---- parts against description -------------------------------------------------------------------


def _check_sensors(build: Build) -> Iterator[str]:
    cells, sensor = build.device["cell"], build.sensor
    sensors = sum(len(line.refs) for line in build.lines if line.part["category"] == "sensor")
    if sensors != len(cells):
        yield f"bom: {sensors} sensors for {len(cells)} cells. Buy as many as there are."
    for number, cell in enumerate(cells):
        for ours, theirs in (("capacity_kg",) * 2, ("mv_per_v",) * 2, ("diameter", "diameter_mm")):
            if ours in cell and cell[ours] != sensor[theirs]:
                yield (
                    f"cell[{number}].{ours}: {cell[ours]:g}, and the part in the bill has "
                    f"{sensor[theirs]:g}. Correct one."
                )
    for name, value in build.device.get("film", {}).items():
        if value != sensor[name]:
            yield (f"film.{name}: {value:g}, and the part in the bill has {sensor[name]:g}. "
                   "Correct one.")


def _check_board(build: Build) -> Iterator[str]:
    if build.part_with("board")["board"] != build.device["board"]:
        yield f"bom: the board is not a {build.device['board']}, for which pins are given."
    chips = {line.part["chip"]: len(line.refs) for line in build.lines if "chip" in line.part}
    doc = build.device
    needed = ({doc["mux"]["chip"]: 1, doc["imu"]["chip"]: 1} if doc["kind"] == "insole"
              else {doc["adc"]["chip"]: 4 if doc["adc"]["chip"] == "HX711" else 1})
    for chip, number in needed.items():
        if chips.get(chip, 0) != number:
            yield f"bom: {chips.get(chip, 0)} {chip} where {number} are needed."


def _check_converter(build: Build) -> Iterator[str]:
    adc = build.device["adc"]
    chip = build.part_with("noise_nv_rms")
    low, high = chip["excitation_v"]
    if not low <= adc["excitation_v"] <= high:
        yield f"adc.excitation_v: {adc['excitation_v']:g} V; {chip['name']} has {low} to {high}."
    if adc["delay_conversions"] != chip["delay_conversions"]:
        yield f"adc.delay_conversions: {chip['name']} lags {chip['delay_conversions']:g}."
    by_rate = chip["noise_nv_rms"].get(f"{adc['gain']:g}", {})
    expected = by_rate.get(f"{adc['rate_hz']:g}")
    if expected is None:
        yield (f"adc: no noise of {chip['name']} is known at gain {adc['gain']:g} and "
               f"{adc['rate_hz']:g} a second. Add it to parts.toml from the data sheet.")
    elif not math.isclose(adc["noise_nv_rms"], expected, rel_tol=NOISE_SLACK):
        yield (f"adc.noise_nv_rms: {adc['noise_nv_rms']:g}; at this gain and rate the data sheet "
               f"of {chip['name']} says {expected:g}. Correct noise, gain or rate.")
    if adc["excitation_v"] / 2 > chip.get("input_top_v", math.inf):
        yield (f"adc.excitation_v: bridges rest at {adc['excitation_v'] / 2:g} V, above the "
               f"{chip['input_top_v']:g} that {chip['name']} takes. Lower it.")
    for line in build.lines:
        if "volts" in line.part:
            yield from _check_regulator(build, line.part)
        if "hz" in line.part and line.part["hz"] != adc["clkin_hz"]:
            yield f"adc.clkin_hz: {line.part['name']} is in the bill. Correct one."


def _check_regulator(build: Build, regulator: dict[str, float]) -> Iterator[str]:
    volts = build.device["adc"]["excitation_v"]
    drawn_ma = len(build.device["cell"]) * 1e3 * volts / build.sensor["bridge_ohm"]
    if regulator["volts"] != volts:
        yield f"adc.excitation_v: {volts:g} V, and the regulator in the bill makes another."
    if drawn_ma > regulator["limit_ma"]:
        yield f"bom: the bridges draw {drawn_ma:.0f} mA, more than the regulator gives."


# ---- numbers against limits ----------------------------------------------------------------------


def _check_plate(build: Build, n: Numbers) -> Iterator[str]:
    doc = build.device
    cell_kg = doc["cell"][0]["capacity_kg"]
    if n["sway_noise_adult_mm"] > SWAY_NOISE_MM:
        yield (f"adc.noise_nv_rms: {n['sway_noise_adult_mm']:.3f} mm of the centre of pressure at "
               f"70 kg; {SWAY_NOISE_MM} is the most. Use smaller cells or a quieter converter.")
    if doc["adc"]["rate_hz"] < SWAY_HZ:
        yield f"adc.rate_hz: sway needs {SWAY_HZ:g} a second or more. Raise it."
    if n["corner_kg"] > n["overload_kg"]:
        yield (f"limits.max_user_kg: over the corner a cell carries {n['corner_kg']:.0f} kg, safe "
               f"are {n['overload_kg']:.0f}. Take larger cells, or a smaller top.")
    if n["dynamic_kg"] > cell_kg or n["over_cell_kg"] > cell_kg:
        yield (f"limits: a cell carries {max(n['dynamic_kg'], n['over_cell_kg']):.0f} kg in the "
               f"worst case inside the cells, and is rated {cell_kg:.0f}. Take larger cells.")
    if cell_kg > 4 * n["dynamic_kg"]:
        yield f"cell[*].capacity_kg: {cell_kg:g} is far more than is ever carried. Take smaller."
    if n["signal_mv"] < 0.3 * n["full_scale_mv"]:
        yield (f"adc.gain: full load uses {n['signal_mv']:.1f} of {n['full_scale_mv']:.1f} mV. "
               "Raise the gain.")
    parts = [build.catalogue["part"][key] for key in build.facts["stack"]["parts"]]
    top = build.catalogue["part"][build.facts["stack"]["top"]]
    if [doc["top"][side] for side in ("width", "depth", "thickness")] != top["size_mm"]:
        yield f"top: the board in the bill is {' x '.join(f'{s:g}' for s in top['size_mm'])} mm."
    below = sum(part["height_mm"] for part in parts)
    if not math.isclose(doc["top"]["height_above_cell_plane"], doc["top"]["thickness"] + below):
        yield (f"top.height_above_cell_plane: top and stack make "
               f"{doc['top']['thickness'] + below:g} mm. Correct height or build.toml.")
    box = build.refs["B1"]["height_mm"]
    if box > below:
        yield f"bom: a box of {box:g} mm touches the floor under {below:g} mm. Take a lower one."
    reach = build.sensor["bolt_circle_mm"] / 2 + 4
    if min(n["edge_x_mm"], n["edge_y_mm"]) < reach:
        yield f"cell: a screw is within 4 mm of the edge; cells need {reach:g}. Move them inwards."


def _check_insole(build: Build, n: Numbers) -> Iterator[str]:
    doc = build.device
    missing = GRADED - {cell["region"] for cell in doc["cell"]}
    if missing:
        yield f"cell: nothing measures {', '.join(sorted(missing))}. Move a cell there."
    for gap_mm, one, other in smallest_gaps_mm(build):
        if gap_mm < 0:
            yield (f"cell: {one} and {other} overlap by {-gap_mm:.1f} mm at EU "
                   f"{build.facts['sizes']['least']}. Move one, or take smaller cells.")
    if n["range_most_v"] > n["adc_top_v"] - HEADROOM_V:
        yield (f"front_end: {n['range_n']:g} N make {n['range_most_v']:.2f} V where a switch has "
               f"{n['on_least_ohm']:g} ohm, the converter ends at {n['adc_top_v']:g}. Lower rf_ohm "
               "or vref_v.")
    if not n["on_least_ohm"] <= n["on_ohm"] <= n["on_most_ohm"]:
        yield (f"mux.on_ohm: {n['on_ohm']:g}; the part in the bill has {n['on_least_ohm']:g} to "
               f"{n['on_most_ohm']:g}. Correct one.")
    if doc["front_end"]["vref_v"] < HEADROOM_V:
        yield f"front_end.vref_v: below {HEADROOM_V} V the converter is bent. Raise it."
    if n["step_range_mn"] > COARSEST_STEP_MN:
        yield (f"front_end: one code is {n['step_range_mn']:.0f} mN at full range; "
               f"{COARSEST_STEP_MN:g} is the most. Raise rf_ohm.")
    if not math.isclose(n["reference_v"], doc["front_end"]["vref_v"], rel_tol=0.01):
        yield (f"front_end.vref_v: R2 and R3 make {n['reference_v']:.3f} V. "
               "Correct the value or the resistors.")
    if build.refs["R1"]["ohm"] != doc["front_end"]["rf_ohm"]:
        yield f"front_end.rf_ohm: R1 in the bill is {build.refs['R1']['ohm']:g}. Correct one."
    halves = [build.refs[ref]["ohm"] for ref in ("R4", "R5")]
    if not math.isclose(sum(halves) / halves[1], doc["battery"]["divider"]):
        yield f"battery.divider: R4 and R5 divide by {sum(halves) / halves[1]:g}. Correct one."
    if n["battery_pin_v"] > n["adc_top_v"]:
        yield f"battery.divider: a full battery makes {n['battery_pin_v']:.2f} V. Divide by more."
