# SPDX-License-Identifier: Apache-2.0
"""From each ``device.toml`` to the firmware's header and the app's copy.

``python hardware/generate.py`` writes them; ``--check`` only says which are stale.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from solemetry.device import geometry_hash

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "hardware" / "schema" / "device.schema.json"
APP_COPIES = ROOT / "analysis" / "solemetry" / "devices"
HEADERS = {"uno": ROOT / "firmware" / "plate_uno" / "device.h"}

REMEDIES = {
    "additionalProperties": "Remove it, or correct its name.",
    "required": "Add it.",
    "const": "Nothing else is supported yet.",
    "enum": "Choose one of those.",
    "maxItems": "Each corner has one cell.",
    "minItems": "Each corner has one cell.",
    "exclusiveMinimum": "Give a number above it.",
    "minLength": "Write at least one character.",
    "type": "Give a value of that type.",
}
"""What to do about a fault that the schema finds, by its keyword."""

Document = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write what is generated, or with ``--check`` compare; 0 when all is well."""
    only_check = "--check" in arguments
    faults: list[str] = []
    files: dict[Path, str] = {}
    for source in sorted((ROOT / "hardware").glob("*/device.toml")):
        text, name = source.read_text("utf-8"), source.relative_to(ROOT).as_posix()
        found = list(check(text))
        made = {} if found else generated(text, name)
        # Two devices of one board or one id would overwrite each other's files.
        found += [
            f"board, id: {_short(path)} is made from another device.toml too. "
            "Give each device its own."
            for path in made.keys() & files.keys()
        ]
        faults += [f"{name}: {fault}" for fault in found]
        files |= made
    stale = [] if faults else _write(files, only_check)
    for line in faults:
        print(line)
    for path in stale:
        print(f"{_short(path)} is stale; run: make hardware")
    return 1 if faults or stale else 0


def generated(text: str, source: str) -> dict[Path, str]:
    """Every file made of a device description, by path."""
    doc = tomllib.loads(text)
    return {
        HEADERS[doc["board"]]: firmware_header(doc, source),
        APP_COPIES / f"{doc['id']}.toml": (
            f"# Generated copy of {source}; edit that one.\n{text}"
        ),
    }


def firmware_header(doc: Document, source: str) -> str:
    """C header with what the firmware has to know of the device."""
    cells = "\n".join(
        f" *   {number} {cell['name']}: DOUT {cell['dout']}, SCK {cell['sck']}, "
        f"at ({cell['x']:g}, {cell['y']:g}) mm"
        for number, cell in enumerate(doc["cell"])
    )
    adc = doc["adc"]
    return f"""\
/* SPDX-License-Identifier: Apache-2.0 */
/* Generated from {source}; edit that file, then run: make hardware
 *
{cells} */
#ifndef SM_DEVICE_H
#define SM_DEVICE_H

#define SM_DEVICE_ID "{doc["id"]}"
#define SM_GEOMETRY_HASH 0x{geometry_hash(doc):08X}UL
#define SM_CHANNELS {len(doc["cell"])}
#define SM_RATE_MHZ {round(adc["rate_hz"] * 1000)}UL /* conversions per second, in thousandths */
#define SM_ADC_BITS {int(adc["bits"])}
#define SM_ADC_GAIN {int(adc["gain"])}
#define SM_DOUT_FIRST_BIT {_pin(doc["cell"][0]["dout"])} /* of port D, channel 0 */
#define SM_SCK_FIRST_BIT {_pin(doc["cell"][0]["sck"]) - 8} /* of port B, channel 0 */

#endif
"""


# ---- what a description must obey ------------------------------------------------------------


def check(text: str) -> Iterator[str]:
    """Faults of a device description, each with its place and what to do."""
    try:
        doc = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield f"not TOML: {error}. Correct that line."
        return
    schema = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    errors = list(schema.iter_errors(doc))
    for error in errors:
        remedy = REMEDIES.get(error.validator) or error.schema["description"]
        yield f"{_place(error.absolute_path)}: {error.message}. {remedy} See {SCHEMA.name}."
    if not errors:
        yield from _check_numbers(doc, [])
        yield from _check_geometry(doc)
        yield from _check_pins(doc)


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


def _check_geometry(doc: Document) -> Iterator[str]:
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


def _check_pins(doc: Document) -> Iterator[str]:
    used: dict[int, str] = {}
    for number, cell in enumerate(doc["cell"]):
        for line in ("dout", "sck"):
            place, pin = f"cell[{number}].{line}", _pin(cell[line])
            if pin in (0, 1):
                yield f"{place}: D{pin} is the serial link. Choose another pin."
            if pin in used:
                yield f"{place}: D{pin} is used by {used[pin]} too. Give it its own pin."
            used[pin] = place
    # The driver reads all four DOUT, and clocks all SCK, with one access to a port.
    for line, low, high, port in (("dout", 2, 7, "D"), ("sck", 8, 13, "B")):
        pins = [_pin(cell[line]) for cell in doc["cell"]]
        in_a_row = pins == list(range(pins[0], pins[0] + len(pins)))
        if not (in_a_row and low <= pins[0] and pins[-1] <= high):
            yield (
                f"cell[*].{line}: {', '.join(f'D{pin}' for pin in pins)}: the driver needs "
                f"pins in a row on port {port}, D{low} to D{high}."
            )


# ---- small change --------------------------------------------------------------------------


def _write(files: dict[Path, str], only_check: bool) -> list[Path]:
    stale = [path for path, text in files.items()
             if not path.exists() or path.read_text("utf-8") != text]
    if only_check:
        return stale
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8")
        print(f"wrote {_short(path)}")
    return []


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _pin(name: str) -> int:
    return int(name.removeprefix("D"))


def _place(path: Iterable[str | int]) -> str:
    place = ""
    for step in path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place or "the file"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
