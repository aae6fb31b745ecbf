# SPDX-License-Identifier: Apache-2.0
"""Whether the files that are made agree with each other, each read on its own.

A generator that errs makes fresh files that are wrong together with its own check. So nothing here
calls a generator or knows ``device.toml``: the firmware's header says which pins are read and where
cells are; harness, table, drawing and bill are held against it.
"""

from __future__ import annotations

import csv
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

Join = frozenset[tuple[str, str]]
"""Two ends of a wire, each a part and its pin."""

BOARD = "A1"
SIZE_OF_THE_HEADER_EU = 42


def check_files(header: str, folder: Path) -> Iterator[str]:
    """Faults of one device's files, beside the text of its firmware's header."""
    defines = dict(re.findall(r"#define (SM_\w+) (.+?)(?: /\*.*)?$", header, re.M))
    made = folder / "made"
    harness = yaml.safe_load((made / "harness.yml").read_text("utf-8"))
    joins = set(_joins(harness))
    with (made / "bom.csv").open(encoding="utf-8", newline="") as file:
        bill = list(csv.DictReader(file))
    for join in sorted(_expected(defines) - joins, key=sorted):
        yield f"harness.yml: {_words(join)} is not wired, and the firmware needs it."
    yield from _short_circuits(joins)
    labels = {(part, str(pin)) for part, known in harness["connectors"].items()
              for pin in known["pinlabels"]}
    for part, pin in sorted({end for join in joins for end in join} - labels):
        yield f"harness.yml: {part} has no pin {pin} to wire."
    table = set(_table((made / "wiring.md").read_text("utf-8")))
    for join in sorted(table ^ joins, key=sorted):
        yield f"wiring.md, harness.yml: {_words(join)} is in one of them only."
    yield from _bill(bill, harness, int(defines["SM_CHANNELS"]))
    yield from _drawings(defines, header, made)
    stand_ins = _stand_ins_of_cells if "SM_FRONT_END_BASELINE" in defines else _bridges
    rows = _rows_of_five((made / "jigs.md").read_text("utf-8"))
    for row in stand_ins(defines, bill, rows):
        yield f"jigs.md: {row} is not what the header and the bill make of it."


# ---- what the firmware needs ---------------------------------------------------------------------


def _expected(defines: dict[str, str]) -> set[Join]:
    """Wires that follow from the header."""
    chip = defines["SM_ADC"].removeprefix("SM_ADC_")
    find = {"HX711": _of_hx711, "ADS131M04": _of_ads131m04, "ESP32": _of_insole}[chip]
    return {frozenset(ends) for ends in find(defines)}


def _of_hx711(defines: dict[str, str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    if "SM_DOUT_FIRST_BIT" in defines:
        dout = [f"D{int(defines['SM_DOUT_FIRST_BIT']) + n}" for n in range(4)]
        sck = [f"D{8 + int(defines['SM_SCK_FIRST_BIT']) + n}" for n in range(4)]
    else:
        dout, sck = _pins(defines["SM_DOUT_PINS"]), _pins(defines["SM_SCK_PINS"])
    for n in range(4):
        chip = f"U{n + 1}"
        yield (chip, "DT"), (BOARD, dout[n])
        yield (chip, "SCK"), (BOARD, sck[n])
        for ours, theirs in (("E+", "E+"), ("E-", "E-"), ("S+", "A+"), ("S-", "A-")):
            yield (f"LC{n + 1}", ours), (chip, theirs)


def _of_ads131m04(defines: dict[str, str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for pin, name in (("SCLK", "SCLK"), ("DOUT", "MISO"), ("DIN", "MOSI"), ("CS", "CS"),
                      ("DRDY", "DRDY"), ("RESET", "RESET")):
        yield ("U1", pin), (BOARD, f"IO{defines[f'SM_PIN_{name}']}")
    yield ("Y1", "OUT"), ("U1", "CLKIN")
    for n in range(4):
        yield (f"LC{n + 1}", "S+"), ("U1", f"AIN{n}P")
        yield (f"LC{n + 1}", "S-"), ("U1", f"AIN{n}N")
        yield (f"LC{n + 1}", "E+"), ("U2", "OUT")
        yield (f"LC{n + 1}", "E-"), ("U1", "GND")


def _of_insole(defines: dict[str, str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for n, channel in enumerate(_numbers(defines["SM_CELL_MUX"]), start=1):
        yield (f"S{n}", "1"), ("U1", f"C{channel}")
        yield (f"S{n}", "2"), (BOARD, "GND")
    for n, pin in enumerate(_pins(defines["SM_PIN_MUX_SELECT"])):
        yield ("U1", f"S{n}"), (BOARD, pin)
    for part, pin, name in (("U1", "EN", "MUX_ENABLE"), ("U2", "OUT", "CELLS"),
                            ("U3", "SDA", "SDA"), ("U3", "SCL", "SCL")):
        yield (part, pin), (BOARD, f"IO{defines[f'SM_PIN_{name}']}")
    yield ("U1", "SIG"), ("U2", "IN-")


# ---- the files -----------------------------------------------------------------------------------


def _joins(harness: dict[str, Any]) -> Iterator[Join]:
    for sides in harness["connections"]:
        (a, pins), (_, numbers), (b, others) = (next(iter(side.items())) for side in sides)
        for pin, _, other in zip(pins, numbers, others, strict=True):
            yield frozenset({(a, str(pin)), (b, str(other))})


def _table(text: str) -> Iterator[Join]:
    for row in re.findall(r"^\| W\d+ \|(.+)\|$", text, re.M):
        start, pin, end, other, _ = (cell.strip() for cell in row.split("|"))
        yield frozenset({(start, pin), (end, other)})


def _short_circuits(joins: set[Join]) -> Iterator[str]:
    """Pins that carry one signal must not meet another; supplies may."""
    shared = {"GND", "3V3", "5V", "VCC", "VIN", "OUT", "BAT"}
    ends = [end for join in joins for end in join if end[1] not in shared]
    for part, pin in sorted({end for end in ends if ends.count(end) > 1}):
        yield f"harness.yml: {part} {pin} has two wires. Give each signal its own pin."


def _bill(
    bill: list[dict[str, str]], harness: dict[str, Any], channels: int
) -> Iterator[str]:
    listed: set[str] = set()
    for row in bill:
        refs = row["refs"].split()
        listed |= set(refs)
        if int(row["qty"]) != len(refs):
            yield f"bom.csv: {row['refs']}: {row['qty']} pieces for {len(refs)} places."
        if not math.isclose(int(row["qty"]) * float(row["eur_each"]), float(row["eur"])):
            yield f"bom.csv: {row['refs']}: {row['eur']} EUR is not what its pieces cost."
    sensors = sum(int(row["qty"]) for row in bill if row["category"] == "sensor")
    if sensors != channels:
        yield f"bom.csv: {sensors} sensors, and the firmware reads {channels}."
    for kind in ("connectors", "cables"):
        for ref in sorted(set(harness[kind]) - listed):
            yield f"bom.csv: {ref} of harness.yml is not there."


def _drawings(defines: dict[str, str], header: str, made: Path) -> Iterator[str]:
    places = [(float(x), float(y))
              for x, y in re.findall(r"at \((-?[\d.]+), (-?[\d.]+)\) mm", header)]
    if "SM_CELL_X_UM" in defines:
        in_um = zip(_numbers(defines["SM_CELL_X_UM"]), _numbers(defines["SM_CELL_Y_UM"]),
                    strict=True)
        if places != [(x / 1000, y / 1000) for x, y in in_um]:
            yield "the header: its comment and its numbers place cells differently."
        sheets = {made / "drilling.svg": {"plate": 1}}
    else:
        sheets = {made / f"template-eu{SIZE_OF_THE_HEADER_EU}.svg": {"right": 1, "left": -1}}
    for path, feet in sheets.items():
        svg = ET.fromstring(path.read_text("utf-8"))
        wide = float(svg.attrib["viewBox"].split()[2])
        if svg.attrib["width"] != f"{wide:g}mm":
            yield f"{path.name}: is not 1:1."
        bar = svg.find(".//*[@id='bar-100-mm']")
        if bar is None or float(bar.attrib["x2"]) - float(bar.attrib["x1"]) != 100:
            yield f"{path.name}: has no bar of 100 mm to measure the print by."
        for name, mirror in feet.items():
            group = svg.find(f".//*[@id='{name}']")
            drawn = [] if group is None else [
                (mirror * float(circle.attrib["cx"]), -float(circle.attrib["cy"]))
                for circle in group.iter("{http://www.w3.org/2000/svg}circle")
                if circle.attrib.get("class") == "cell"
            ]
            if drawn != places:
                yield f"{path.name}: {name}: cells are not where the firmware's are."


# ---- jigs, by the circuit laws -------------------------------------------------------------------


def _bridges(
    defines: dict[str, str], bill: list[dict[str, str]], rows: list[list[str]]
) -> Iterator[str]:
    """Rows of a plate's table that two voltage dividers do not make."""
    jig, cell = _row(bill, "J1")["name"], _row(bill, "LC1")
    arm_ohm = _said(r"four resistors of ([\d.]+) ohm", jig)
    shunts = {f"{number}000" for number in re.findall(r"\d+", jig.partition("ohm, and")[2])}
    if {(row[0], row[1]) for row in rows} != {(shunt, across) for shunt in shunts
                                              for across in ("S- and E-", "S+ and E-")}:
        yield "the list of its shunts"
    mv_per_v, capacity_kg = (_said(rf"([\d.]+) {unit}", cell[where])
                             for unit, where in (("mV/V", "spec"), ("kg", "name")))
    counts_per_kg = 9.80665e3 * 2**24 / _numbers(defines["SM_NOMINAL_GAIN"])[0]
    for row in rows:
        shunt_ohm, across, *numbers = float(row[0]), row[1], *map(float, row[2:])
        lower_ohm = 1 / (1 / arm_ohm + 1 / shunt_ohm)
        moved = 1e3 * (0.5 - lower_ohm / (arm_ohm + lower_ohm))
        if across == "S+ and E-":
            moved = -moved
        kg = moved / mv_per_v * capacity_kg
        if not _agree(numbers, (moved, kg, kg * counts_per_kg), (6e-4, 0.06, 1e-5 * 2**23)):
            yield " | ".join(row)


def _stand_ins_of_cells(
    defines: dict[str, str], bill: list[dict[str, str]], rows: list[list[str]]
) -> Iterator[str]:
    """Rows of an insole's table that Ohm's law does not make, for one and the same multiplexer."""
    baseline = float(defines["SM_FRONT_END_BASELINE"])
    rf_ohm = 1e3 * _said(r"Resistor ([\d.]+) kohm", _row(bill, "R1")["name"])
    least, most = (_said(pattern, _row(bill, "U1")["spec"])
                   for pattern in (r"([\d.]+) to [\d.]+ ohm on", r"to ([\d.]+) ohm on"))
    named = re.findall(r"([\d.]+)( k)?", _row(bill, "J1")["name"].partition(" of ")[2])
    if {row[0] for row in rows} != {f"{float(ohm) * (1e3 if k else 1):g}" for ohm, k in named}:
        yield "the list of its resistors"
    on_ohm = math.nan
    for row in reversed(rows):
        ohm, *codes = map(float, row[:4])
        if math.isnan(on_ohm):
            # The lowest resistor tells the multiplexer's best; the others must agree.
            on_ohm = rf_ohm * baseline / max(codes[0] - baseline, 1) - ohm
        expected = [baseline * (1 + rf_ohm / (ohm + on)) for on in (on_ohm, most, least)]
        # The baseline is whole, and so is each code.
        if not least < on_ohm < most or not _agree(
            codes, expected, [1 + 0.5 * one / baseline for one in expected]
        ):
            yield " | ".join(row)


def _rows_of_five(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")]
            for row in re.findall(r"^ *\| (\d+(?: \|[^|\n]+){4}) \|$", text, re.M)]


def _row(bill: list[dict[str, str]], ref: str) -> dict[str, str]:
    return next((row for row in bill if ref in row["refs"].split()), {"name": "", "spec": ""})


def _said(pattern: str, text: str) -> float:
    """Return the number in a text; nan, which agrees with nothing, where it says none."""
    found = re.search(pattern, text)
    return math.nan if found is None else float(found[1])


def _agree(numbers: Iterable[float], expected: Iterable[float], within: Iterable[float]) -> bool:
    return all(abs(one - other) <= slack
               for one, other, slack in zip(numbers, expected, within, strict=True))


# ---- small change --------------------------------------------------------------------------------


def _numbers(braced: str) -> list[int]:
    return [int(number) for number in re.findall(r"-?\d+", braced)]


def _pins(braced: str) -> list[str]:
    return [f"IO{number}" for number in _numbers(braced)]


def _words(join: Join) -> str:
    return " to ".join(" ".join(end) for end in sorted(join))
