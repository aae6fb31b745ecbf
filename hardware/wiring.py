# SPDX-License-Identifier: Apache-2.0
"""Which wire goes from where to where: a table to solder by, and a harness to draw (WireViz)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import yaml

from build import Build

COLOURS = {"RD": "red", "BK": "black", "GN": "green", "WH": "white", "YE": "yellow", "BU": "blue",
           "OG": "orange", "BN": "brown", "VT": "violet", "GY": "grey"}
"""WireViz's codes (IEC 60757)."""

BOARD = "A1"


class Wire(NamedTuple):
    """One wire of a cable: from a pin of a part to a pin of another."""

    cable: str
    start: str
    start_pin: str
    end: str
    end_pin: str
    colour: str


class Soldered(NamedTuple):
    """A part with two legs, and where they go."""

    ref: str
    name: str
    one: str
    other: str


def wires(build: Build) -> list[Wire]:
    """Return every wire of a device."""
    if build.device["kind"] == "insole":
        return list(_insole(build))
    return list(_hx711(build) if build.device["adc"]["chip"] == "HX711" else _ads131m04(build))


def soldered(build: Build) -> list[Soldered]:
    """Return the resistors and capacitors of a device, and their places."""
    if build.device["kind"] == "plate":
        return []
    pin = build.device["battery"]["pin"]
    places = {
        "R1": ("U2 OUT", "U2 IN-"),
        "R2": (f"{BOARD} 3V3", "U2 IN+"),
        "R3": ("U2 IN+", f"{BOARD} GND"),
        "R4": ("SW1 2", f"{BOARD} {pin}"),
        "R5": (f"{BOARD} {pin}", f"{BOARD} GND"),
        "C1": ("U1 VCC", "U1 GND"),
        "C2": ("U2 V+", "U2 V-"),
        "C3": ("U2 IN+", f"{BOARD} GND"),
        "C4": (f"{BOARD} {pin}", f"{BOARD} GND"),
    }
    return [Soldered(ref, build.refs[ref]["name"], *ends) for ref, ends in places.items()]


def table(build: Build) -> str:
    """Return the wires as a Markdown table."""
    lines = [
        "| cable | from | pin | to | pin | colour |",
        "|---|---|---|---|---|---|",
        *(f"| {w.cable} | {w.start} | {w.start_pin} | {w.end} | {w.end_pin} | {COLOURS[w.colour]} |"
          for w in wires(build)),
    ]
    if parts := soldered(build):
        lines += ["", "| part | what | one leg | other leg |", "|---|---|---|---|",
                  *(f"| {p.ref} | {p.name} | {p.one} | {p.other} |" for p in parts)]
    return "\n".join(lines) + "\n"


def harness(build: Build) -> str:
    """Return the wires as WireViz reads them, YAML."""
    pins: dict[str, list[str]] = {}
    cables: dict[str, dict[str, object]] = {}
    connections = []
    for cable, of_cable in groupby(wires(build), key=lambda wire: wire.cable):
        members = list(of_cable)
        cables[cable] = {
            "category": "bundle",
            "notes": build.refs[cable]["name"],
            "length": build.refs[cable]["length_m"],
            "colors": [wire.colour for wire in members],
        }
        numbered = enumerate(members, start=1)
        for (start, end), group in groupby(numbered, key=lambda item: (item[1].start, item[1].end)):
            numbers, ways = zip(*group, strict=True)
            ends = {start: [w.start_pin for w in ways], end: [w.end_pin for w in ways]}
            connections.append([{start: ends[start]}, {cable: list(numbers)}, {end: ends[end]}])
            for part, used in ends.items():
                known = pins.setdefault(part, [])
                known += [pin for pin in dict.fromkeys(used) if pin not in known]
    connectors = {
        part: {"type": build.refs[part]["name"], "pinlabels": labels}
        for part, labels in pins.items()
    }
    return yaml.safe_dump(
        {"connectors": connectors, "cables": cables, "connections": connections},
        sort_keys=False, allow_unicode=True, width=100,
    )


# ---- each kind of device -------------------------------------------------------------------------

_BRIDGE = (("E+", "RD"), ("E-", "BK"), ("S+", "GN"), ("S-", "WH"))
"""The four wires of a load cell, in the colours that most makers use."""


def _hx711(build: Build) -> Iterator[Wire]:
    facts = build.facts["harness"]
    cells = build.device["cell"]
    for n, _ in enumerate(cells, start=1):
        for (pin, colour), to in zip(_BRIDGE, ("E+", "E-", "A+", "A-"), strict=True):
            yield Wire(f"W{n}", f"LC{n}", pin, f"U{n}", to, colour)
    for n, cell in enumerate(cells, start=1):
        for pin, to, colour in (
            ("VCC", facts["supply"], "RD"), ("VDD", facts["logic"], "OG"), ("GND", "GND", "BK"),
            ("DT", cell["dout"], "YE"), ("SCK", cell["sck"], "BU"),
        ):
            yield Wire(f"W{n + len(cells)}", f"U{n}", pin, BOARD, to, colour)


def _ads131m04(build: Build) -> Iterator[Wire]:
    facts, pins = build.facts["harness"], build.device["pins"]
    for n, _ in enumerate(build.device["cell"]):
        ends = (("U2", "OUT"), ("U1", "GND"), ("U1", f"AIN{n}P"), ("U1", f"AIN{n}N"))
        for (pin, colour), (part, to) in zip(_BRIDGE, ends, strict=True):
            yield Wire(f"W{n + 1}", f"LC{n + 1}", pin, part, to, colour)
    for pin, to, colour in (
        ("VCC", facts["supply"], "RD"), ("GND", "GND", "BK"), ("SCLK", pins["sclk"], "YE"),
        ("DOUT", pins["miso"], "GN"), ("DIN", pins["mosi"], "BU"), ("CS", pins["cs"], "WH"),
        ("DRDY", pins["drdy"], "OG"), ("RESET", pins["reset"], "VT"),
    ):
        yield Wire("W5", "U1", pin, BOARD, to, colour)
    for pin, to, colour in (("VCC", "VCC", "RD"), ("GND", "GND", "BK"), ("OUT", "CLKIN", "YE")):
        yield Wire("W6", "Y1", pin, "U1", to, colour)
    yield Wire("W7", "U2", "IN", BOARD, facts["supply"], "RD")
    yield Wire("W7", "U2", "GND", "U1", "GND", "BK")


def _insole(build: Build) -> Iterator[Wire]:
    doc = build.device
    for n, cell in enumerate(doc["cell"], start=1):
        yield Wire("W1", f"S{n}", "1", "U1", f"C{cell['mux']}", "YE")
    for n, _ in enumerate(doc["cell"], start=1):
        yield Wire("W1", f"S{n}", "2", BOARD, "GND", "BK")
    yield from (Wire("W2", "U1", f"S{n}", BOARD, pin, "BU")
                for n, pin in enumerate(doc["mux"]["select"]))
    yield Wire("W2", "U1", "EN", BOARD, doc["mux"]["enable"], "WH")
    yield from _power("W2", "U1", "VCC", "GND")
    yield Wire("W3", "U1", "SIG", "U2", "IN-", "GN")
    yield Wire("W4", "U2", "OUT", BOARD, doc["adc"]["cells"], "YE")
    yield from _power("W4", "U2", "V+", "V-")
    yield Wire("W5", "U3", "SDA", BOARD, doc["imu"]["sda"], "GN")
    yield Wire("W5", "U3", "SCL", BOARD, doc["imu"]["scl"], "YE")
    yield from _power("W5", "U3", "VIN", "GND")
    yield Wire("W6", "BT1", "+", "SW1", "1", "RD")
    yield Wire("W6", "SW1", "2", BOARD, "BAT", "RD")
    yield Wire("W6", "BT1", "-", BOARD, "GND", "BK")
    if "U4" in build.refs:
        for name, colour in (("cs", "WH"), ("mosi", "BU"), ("sclk", "YE"), ("miso", "GN")):
            yield Wire("W7", "U4", name.upper(), BOARD, doc["card"][name], colour)
        yield from _power("W7", "U4", "VCC", "GND")


def _power(cable: str, part: str, plus: str, minus: str) -> Iterator[Wire]:
    yield Wire(cable, part, plus, BOARD, "3V3", "RD")
    yield Wire(cable, part, minus, BOARD, "GND", "BK")
