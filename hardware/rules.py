# SPDX-License-Identifier: Apache-2.0
"""What a ``device.toml`` must obey: the schema of its kind, geometry, pins, electrics."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

HERE = Path(__file__).parent
KINDS = ("plate", "insole")

REMEDIES = {
    "additionalProperties": "Remove it, or correct its name.",
    "required": "Add it.",
    "const": "Nothing else is supported yet.",
    "enum": "Choose one of those.",
    "exclusiveMinimum": "Give a number above it.",
    "minLength": "Write at least one character.",
    "type": "Give a value of that type.",
    "not": "Remove [pins]: each HX711's pins stand with its cell.",
    "minItems": "Add the missing ones.",
    "maxItems": "Remove those too many.",
    "minimum": "Give a number from there on.",
    "maximum": "Give a number up to there.",
}
"""What to do about a fault that the schema finds, by its keyword."""

Document = dict[str, Any]


def check(text: str) -> Iterator[str]:
    """Faults of a device description, each with its place and what to do."""
    try:
        doc = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield f"not TOML: {error}. Correct that line."
        return
    if doc.get("kind") not in KINDS:
        yield f"kind: {doc.get('kind')!r} is not a kind of device. Write one of {KINDS}."
        return
    faults = list(check_schema(doc, doc["kind"]))
    if faults:
        yield from faults
        return
    yield from _check_numbers(doc, [])
    if doc["kind"] == "plate":
        yield from _check_plate(doc)
        yield from _check_bridges(doc)
    else:
        yield from _check_insole(doc)
    yield from _check_pins(doc)


def check_schema(doc: Document, kind: str) -> Iterator[str]:
    """Where a document departs from the schema of its kind."""
    schema = HERE / "schema" / f"{kind}.schema.json"
    for error in Draft202012Validator(json.loads(schema.read_text("utf-8"))).iter_errors(doc):
        remedy = error.schema.get("description") or REMEDIES[error.validator]
        yield f"{_place(error.absolute_path)}: {error.message}. {remedy} See {schema.name}."


def wires(doc: Document) -> Iterator[tuple[str, str, str]]:
    """Place, pin and use (``in``, ``out`` or ``analog``) of each wire to the board."""
    for number, cell in enumerate(doc["cell"]):
        if "dout" in cell:
            yield f"cell[{number}].dout", cell["dout"], "in"
            yield f"cell[{number}].sck", cell["sck"], "out"
    for name, pin in doc.get("pins", {}).items():
        yield f"pins.{name}", pin, "in" if name in ("miso", "drdy") else "out"
    if doc["kind"] == "insole":
        yield "adc.cells", doc["adc"]["cells"], "analog"
        yield "battery.pin", doc["battery"]["pin"], "analog"
        for number, pin in enumerate(doc["mux"]["select"]):
            yield f"mux.select[{number}]", pin, "out"
        yield "mux.enable", doc["mux"]["enable"], "out"
        for name in ("sda", "scl"):
            if "imu" in doc:
                yield f"imu.{name}", doc["imu"][name], "out"
        for name, pin in doc.get("card", {}).items():
            yield f"card.{name}", pin, "in" if name == "miso" else "out"


# ---- numbers and places ------------------------------------------------------------------------


def _check_numbers(value: Any, path: list[str | int]) -> Iterator[str]:
    """TOML knows nan and inf; neither is a length, a mass or a voltage, and no rule sees nan."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _check_numbers(part, [*path, key])
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _check_numbers(part, [*path, number])
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{_place(path)}: {value} is not a measure. Give a finite number."


def _check_plate(doc: Document) -> Iterator[str]:
    width, depth = doc["top"]["width"], doc["top"]["depth"]
    cells = doc["cell"]
    for number, cell in enumerate(cells):
        place, x, y = f"cell[{number}]", cell["x"], cell["y"]
        if abs(x) >= width / 2 or abs(y) >= depth / 2:
            yield f"{place}: ({x:g}, {y:g}) is outside the top. Move the cell, or widen the top."
        if (cell["name"][0] == "F") != (y > 0):
            yield f"{place}: {cell['name']} is not where y = {y:g} is. F is in front, R behind."
        if (cell["name"][1] == "R") != (x > 0):
            yield f"{place}: {cell['name']} is not where x = {x:g} is. L is left, R is right."
    names = [cell["name"] for cell in cells]
    if len(set(names)) != len(names):
        yield "cell: two cells have the same name. Each corner has one: FL, FR, RL, RR."
    for axis in "xy":
        middle = sum(cell[axis] for cell in cells) / len(cells)
        if abs(middle) > 1e-6:
            yield (
                f"cell: their middle is at {axis} = {middle:g}, not 0. "
                "The origin is the middle of the cells."
            )


def _check_insole(doc: Document) -> Iterator[str]:
    length, width = doc["outline"]["length"], doc["outline"]["width"]
    cells = doc["cell"]
    for number, cell in enumerate(cells):
        if not (0 < cell["y"] < length and abs(cell["x"]) < width / 2):
            yield (
                f"cell[{number}]: ({cell['x']:g}, {cell['y']:g}) is outside the outline. "
                "Move the cell."
            )
    for key, what in (("name", "name"), ("mux", "channel of the multiplexer")):
        values = [cell[key] for cell in cells]
        for number, value in enumerate(values):
            if value in values[:number]:
                owner = f"cell[{values.index(value)}]"
                yield f"cell[{number}].{key}: {value} is {owner}'s {what} too. Give it its own."
    for (i, a), (j, b) in combinations(enumerate(cells), 2):
        apart = math.dist((a["x"], a["y"]), (b["x"], b["y"]))
        least = (a["diameter"] + b["diameter"]) / 2
        if apart < least:
            yield (
                f"cell[{j}]: overlaps cell[{i}] ({apart:.1f} mm apart, {least:g} needed). "
                "Move one."
            )
    if doc["front_end"]["vref_v"] >= doc["adc"]["reference_v"]:
        yield "front_end.vref_v: not below adc.reference_v, so every cell is at its end. Lower it."
        return
    stage = doc["front_end"]
    highest_ohm = stage["rf_ohm"] / (doc["adc"]["reference_v"] / stage["vref_v"] - 1)
    if doc["mux"]["on_ohm"] >= highest_ohm:
        yield (f"mux.on_ohm: with {highest_ohm:.0f} ohm or more a short circuit does not reach the "
               "converter's end, so the highest codes mean no force. Lower it, or raise rf_ohm.")


def _check_bridges(doc: Document) -> Iterator[str]:
    """Find cells whose signal at their capacity lies outside the ADC's range."""
    adc = doc["adc"]
    full_scale_mv = 1e3 * adc.get("reference_v", 0.5 * adc["excitation_v"]) / adc["gain"]
    for number, cell in enumerate(doc["cell"]):
        signal_mv = cell["mv_per_v"] * adc["excitation_v"]
        if signal_mv > full_scale_mv:
            yield (
                f"cell[{number}]: gives {signal_mv:.2f} mV at its capacity, the ADC ends at "
                f"{full_scale_mv:.2f} mV. Lower adc.gain or adc.excitation_v."
            )


# ---- pins ----------------------------------------------------------------------------------------


def _check_pins(doc: Document) -> Iterator[str]:
    board = tomllib.loads((HERE / "boards" / f"{doc['board']}.toml").read_text("utf-8"))
    used: dict[str, str] = {}
    for place, pin, use in wires(doc):
        if pin in board["taken"]:
            yield f"{place}: {pin} is {board['taken'][pin]}. Choose another pin."
        elif pin not in board["digital"]:
            yield f"{place}: {pin} is not a pin of board {doc['board']}. Choose another pin."
        elif use == "out" and pin in board["input_only"]:
            yield f"{place}: {pin} can only be read. Choose another pin."
        elif use == "analog" and pin not in board["analog"]:
            yield f"{place}: {pin} has no analog input that is free. Choose another pin."
        if pin in used:
            yield f"{place}: {pin} is used by {used[pin]} too. Give it its own pin."
        used[pin] = place
    if doc["board"] == "uno":
        yield from _check_ports_of_the_uno(doc)


def _check_ports_of_the_uno(doc: Document) -> Iterator[str]:
    # The driver reads all four DOUT, and clocks all SCK, with one access to a port.
    for line, low, high, port in (("dout", 2, 7, "D"), ("sck", 8, 13, "B")):
        pins = [int(cell[line].removeprefix("D")) for cell in doc["cell"]
                if cell[line].startswith("D")]
        in_a_row = pins == list(range(pins[0], pins[0] + 4)) if pins else False
        if not (in_a_row and low <= pins[0] and pins[-1] <= high):
            yield (
                f"cell[*].{line}: {', '.join(f'D{pin}' for pin in pins)}: the driver needs "
                f"pins in a row on port {port}, D{low} to D{high}."
            )


def _place(path: Iterable[str | int]) -> str:
    place = ""
    for step in path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place or "the file"
