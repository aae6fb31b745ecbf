# SPDX-License-Identifier: Apache-2.0
"""Whether printed bodies fit, as a workshop finds out: what must go in goes, and no more than that.

Nothing here knows how a body is made. It reads the files that builders get, measures them with
another library, and holds gauges against them: the bolts, boards and discs of the bill, at the
places that the drawings give them.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import trimesh
from manifold3d import Manifold, Mesh

from rules import Document

THINNEST_MM = 1.2
"""Three lines of a common nozzle."""

HOLE_MM = {"M3": (3.2, 3.6), "M4": (4.3, 4.8), "M5": (5.3, 5.8), "M6": (6.4, 7.0),
           "M8": (8.4, 10.0)}
"""Least and most of a hole for a bolt (ISO 273, fine and coarse)."""

POCKET_FLOOR_MM = 2.0
"""Plastic below a module."""

STILL_MM, LOOSE_MM = 0.2, 1.5
"""What a module has at least, and at most, between itself and its pocket, both sides together."""

TOUCH_MM3 = 0.05
"""Less of two bodies in one place is the rounding of a file."""

FILAMENT_MM3 = (2_000.0, 80_000.0)
"""Volume of the smallest and the largest thing that is worth printing here."""


T = TypeVar("T")


class Gauge(NamedTuple):
    """A body held against a printed one, and whether it must go in."""

    name: str
    body: Manifold
    goes: bool


def check_bodies(folder: Path) -> Iterator[str]:
    """Faults of the printed bodies of one device, by the files in its ``made``."""
    made = folder / "made"
    parts = _bill(folder)
    bodies = {name: part for part in parts.values() for name in part.get("bodies", ())}
    for name, part in sorted(bodies.items()):
        try:
            fault, solid = _read(made / f"{name}.stl")
            faults = [fault] if solid is None else list(_GAUGES[name](solid, part, parts, made))
        except KeyError as missing:
            faults = [f"cannot be gauged: neither bill nor drawing has {missing}. Make them anew."]
        for fault in faults:
            yield f"{name}.stl: {fault}"


# ---- the files -----------------------------------------------------------------------------------


def _bill(folder: Path) -> dict[str, Document]:
    """Return the part at each reference, by the bill as it was made and the catalogue."""
    catalogue = tomllib.loads((folder.parent / "parts.toml").read_text("utf-8"))["part"]
    by_name = {part["name"]: part for part in catalogue.values()}
    rows = csv.DictReader(io.StringIO((folder / "made" / "bom.csv").read_text("utf-8")))
    return {ref: by_name.get(row["name"], {}) for row in rows for ref in row["refs"].split()}


def _read(path: Path) -> tuple[str, trimesh.Trimesh | None]:
    """Return what is wrong with a file before any gauge, or else the body."""
    body = trimesh.load(io.BytesIO(path.read_bytes()), file_type="stl")
    if not body.is_watertight or not body.is_winding_consistent:
        return "has a leak, or faces turned inside out: a slicer would guess.", None
    if body.body_count != 1:
        return f"is in {body.body_count} pieces; one is printed.", None
    low, high = FILAMENT_MM3
    if not low < body.volume < high:
        return f"has {body.volume:.0f} mm3, outside {low:.0f} to {high:.0f}: is it in mm?", None
    if abs(body.bounds[0, 2]) > 0.01:
        return f"begins at z = {body.bounds[0, 2]:.2f}; it must stand on 0.", None
    thick = 2 * body.volume / body.area
    if thick < THINNEST_MM:
        return f"has walls of {thick:.1f} mm; {THINNEST_MM} is the least.", None
    return "", body


def _svg(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text("utf-8"))


# ---- each body -----------------------------------------------------------------------------------


def _spacer(body: trimesh.Trimesh, part: Document, parts: dict[str, Document],
            made: Path) -> Iterator[str]:
    cell, bolt = _with(parts, "body_mm"), _with(parts, "thread")
    least, most = HOLE_MM[bolt["thread"]]
    height, wide = part["height_mm"], cell["body_mm"]
    yield from _sized(body, (wide, wide, height))
    places = _drilled(made / "drilling.svg")
    full = math.pi / 4 * wide**2 * height
    hole = math.pi / 4 * height * np.array([most, least]) ** 2 * len(places)
    yield from _volume(body, full - hole[0], full - hole[1])
    yield from _go(body, [
        gauge for number, (x, y) in enumerate(places, start=1) for gauge in (
            Gauge(f"bolt {number}, {bolt['thread']}", _rod(least, height, (x, y, 0)), True),
            Gauge(f"a bolt of {most:g} mm in hole {number}", _rod(most, height, (x, y, 0)), False),
        )
    ])


def _foot_cup(body: trimesh.Trimesh, part: Document, parts: dict[str, Document],
              made: Path) -> Iterator[str]:
    steel, cell = _with(parts, "face_mm"), _with(parts, "body_mm")
    face, thick, wide = part["height_mm"], steel["height_mm"], steel["face_mm"]
    outer = wide + 2 * (STILL_MM + 2)
    if body.bounds[1, 0] - body.bounds[0, 0] < outer:
        yield f"leaves less than 2 mm around a disc of {wide:g}."
    yield from _go(body, [
        Gauge("the steel disc", _rod(wide + STILL_MM, thick, (0, 0, face - thick)), True),
        Gauge("a disc too wide", _rod(wide + LOOSE_MM, thick, (0, 0, face - thick)), False),
        Gauge("a disc too thick", _rod(wide, thick + 0.5, (0, 0, face - thick - 0.5)), False),
        # Only the dome may touch: else the cup carries what the cell should measure.
        Gauge("the cell above the disc",
              _rod(cell["body_mm"], 5, (0, 0, face + cell["dome_mm"] - 0.5)), True),
    ])


def _mass_foot(body: trimesh.Trimesh, part: Document, parts: dict[str, Document],
               made: Path) -> Iterator[str]:
    bore, high = part["bore_mm"], body.bounds[1, 2]
    cross = _cross_mm(made / "drilling.svg")
    disc = _rod(250, 20, (0, 0, high - 20))
    yield from _go(body, [
        Gauge(f"a weight disc with a bore of {bore:g} mm",
              disc - _rod(bore, 20, (0, 0, high - 20)), True),
        Gauge("a disc with a bore too small",
              disc - _rod(bore - LOOSE_MM, 20, (0, 0, high - 20)), False),
        Gauge("the sight of a cross", _rod(cross - 0.2, high, (0, 0, 0)), True),
        Gauge("the sight of more than a cross", _rod(cross + 0.2, high, (0, 0, 0)), False),
        Gauge("a disc on the mat", disc.translate((0, 0, -high + 15)), False),
    ])


def _case(body: trimesh.Trimesh, part: Document, parts: dict[str, Document],
          made: Path) -> Iterator[str]:
    figure = _svg(made / "figure-pod.svg")
    modules, screws = _modules(figure, "pod-case"), _screws(figure, "pod-case")
    insert, strap, cable = (_with(parts, fact) for fact in ("insert_mm", "strap_mm", "width_mm"))
    high, left = body.bounds[1, 2], body.bounds[0, 0]
    wall = -left - _walls(figure, "pod-case")[0] / 2
    if not THINNEST_MM <= wall <= 4:
        yield f"has ends of {wall:.1f} mm about its inside; {THINNEST_MM} to 4 are right."
    yield from _pockets(body, modules, parts)
    deep, wide = insert["insert_deep_mm"], insert["insert_mm"]
    yield from _go(body, [
        gauge for x, y in screws for gauge in (
            Gauge("an insert", _rod(wide - 0.2, deep, (x, y, high - deep)), True),
            Gauge("an insert too wide", _rod(wide + 0.2, deep, (x, y, high - deep)), False),
        )
    ])
    plug, sole, switch = (modules[ref][1] for ref in ("A1", "U1", "SW1"))
    ear = (body.bounds[1, 1] + _walls(figure, "pod-case")[1] / 2) / 2 + 1
    yield from _go(body, [
        # The hood of a USB-C plug is 12.35 x 6.5 mm at most; the middle of the port 4 mm up.
        Gauge("a USB plug", _block((12.35, 6.5), plug, left), True),
        Gauge("a plug of 20 mm", _block((20.0, 6.5), plug, left), False),
        Gauge("the sole's cable", _block((cable["width_mm"], 2.0), sole, left, z=6.0), True),
        Gauge("a switch's lever", _block((6.0, 3.0), switch, body.bounds[1, 0] - 3, z=3.5), True),
        *(Gauge("the strap", _box((strap["strap_mm"], 2.0, 60), (0, side * ear, -30)), True)
          for side in (-1, 1)),
        *(Gauge("a strap too wide", _box((strap["strap_mm"] + 5, 2.0, 60), (0, side * ear, -30)),
                False) for side in (-1, 1)),
    ])


def _lid(body: trimesh.Trimesh, part: Document, parts: dict[str, Document],
         made: Path) -> Iterator[str]:
    figure = _svg(made / "figure-pod.svg")
    _, case = _read(made / "pod-case.stl")
    modules = _modules(figure, "pod-lid")
    yield from _pockets(body, modules, parts)
    screw = _with(parts, "insert_mm")
    least, most = HOLE_MM[screw["thread"]]
    high = body.bounds[1, 2]
    yield from _go(body, [
        gauge for x, y in _screws(figure, "pod-lid") for gauge in (
            Gauge(f"a screw, {screw['thread']}", _rod(least, high, (x, y, 0)), True),
            Gauge("a screw too wide", _rod(most, high, (x, y, 0)), False),
        )
    ])
    if case is None:
        return
    wide = body.bounds[1, :2] - body.bounds[0, :2]
    long = case.bounds[1, 0] - case.bounds[0, 0]
    if abs(wide[0] - long) > 0.05:
        yield f"is {wide[0]:.1f} mm long, and the case {long:.1f}."
    inside = case.bounds[1, 2] + high
    tallest = (max(parts[ref]["size_mm"][2] for ref in side)
               for side in (_modules(figure, "pod-case"), modules))
    room = inside - 2 * POCKET_FLOOR_MM - sum(tallest)
    if not 2.0 < room < 10.0:
        yield f"leaves {room:.1f} mm for wires with the pod closed; 2 to 10 are wanted."


_GAUGES: dict[str, Callable[..., Iterator[str]]] = {
    "spacer": _spacer, "foot-cup": _foot_cup, "mass-foot": _mass_foot,
    "pod-case": _case, "pod-lid": _lid,
}

# ---- gauging -------------------------------------------------------------------------------------


def _go(body: trimesh.Trimesh, gauges: list[Gauge]) -> Iterator[str]:
    printed = Manifold(Mesh(body.vertices.astype(np.float32), body.faces.astype(np.uint32)))
    for gauge in gauges:
        clear = (printed ^ gauge.body).volume() < TOUCH_MM3
        if clear != gauge.goes:
            yield f"{gauge.name} {'does not go in' if gauge.goes else 'goes in, and must not'}."


def _pockets(body: trimesh.Trimesh, modules: dict[str, Any],
             parts: dict[str, Document]) -> Iterator[str]:
    """Each module lies in a pocket that holds it."""
    gauges = []
    for ref, (x, y, long, wide) in modules.items():
        size = parts[ref]["size_mm"]
        if (long, wide) != tuple(size[:2]):
            yield f"{ref} is drawn {long:g} x {wide:g} mm, and is {size[0]:g} x {size[1]:g}."
        low = (x - size[0] / 2, y - size[1] / 2)
        for extra, goes in ((STILL_MM, True), (LOOSE_MM, False)):
            grown = (size[0] + extra, size[1] + extra, size[2])
            at = (low[0] - extra / 2, low[1] - extra / 2, POCKET_FLOOR_MM)
            what = ref if goes else f"a module {extra:g} mm larger than {ref}"
            gauges.append(Gauge(what, Manifold.cube(grown).translate(at), goes))
        gauges.append(Gauge(f"{ref}, sunk in deeper", Manifold.cube(size).translate(
            (*low, POCKET_FLOOR_MM - 0.5)), False))
    yield from _go(body, gauges)


def _sized(body: trimesh.Trimesh, size: tuple[float, ...]) -> Iterator[str]:
    found = body.bounds[1] - body.bounds[0]
    if not np.allclose(found, size, atol=0.1):
        yield f"is {_x(found)} mm; by its part it is {_x(size)}."


def _volume(body: trimesh.Trimesh, least: float, most: float) -> Iterator[str]:
    if not 0.99 * least < body.volume < 1.01 * most:
        yield f"has {body.volume:.0f} mm3; {least:.0f} to {most:.0f} are right."


# ---- what the drawings say -----------------------------------------------------------------------


def _drilled(path: Path) -> list[tuple[float, float]]:
    """Where bolts are about the middle of the first cell."""
    circles = [{key: float(circle.get(key, "nan")) for key in ("cx", "cy", "r")}
               | {"class": circle.get("class")} for circle in _svg(path).iter() if circle.get("cx")]
    cell = _first((circle for circle in circles if circle["class"] == "cell"), "a cell")
    return [(bolt["cx"] - cell["cx"], cell["cy"] - bolt["cy"]) for bolt in circles
            if bolt["class"] == "bolt"
            and math.dist((bolt["cx"], bolt["cy"]), (cell["cx"], cell["cy"])) < cell["r"]]


def _cross_mm(path: Path) -> float:
    """Width of the cross at a marked point: the shortest line that is drawn."""
    lines = [line for line in _svg(path).iter() if line.tag.endswith("line")]
    return min(math.dist(*((float(line.attrib[f"x{n}"]), float(line.attrib[f"y{n}"]))
                           for n in (1, 2))) for line in lines)


def _group(figure: ET.Element, name: str) -> ET.Element:
    return _first(iter(figure.findall(f".//*[@id='{name}']")), name)


def _modules(figure: ET.Element, name: str) -> dict[str, tuple[float, float, float, float]]:
    """Middle, length and width of each module in a side of the pod."""
    found = {}
    for box in _group(figure, name).iter():
        if box.get("class") == "module":
            x, y, long, wide = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
            ref = box.attrib["id"].removeprefix(f"{name}-")
            found[ref] = (x + long / 2, -(y + wide / 2), long, wide)
    return found


def _screws(figure: ET.Element, name: str) -> list[tuple[float, float]]:
    return [(float(hole.attrib["cx"]), -float(hole.attrib["cy"]))
            for hole in _group(figure, name).iter() if hole.get("class") == "screw"]


def _walls(figure: ET.Element, name: str) -> tuple[float, float]:
    """Length and width between the walls of a side of the pod."""
    inside = _first((box for box in _group(figure, name).iter() if box.tag.endswith("rect")), name)
    return float(inside.attrib["width"]), float(inside.attrib["height"])


# ---- small change --------------------------------------------------------------------------------


def _with(parts: dict[str, Document], fact: str) -> Document:
    return _first((part for part in parts.values() if fact in part), fact)


def _first(those: Iterator[T], what: str) -> T:
    for one in those:
        return one
    raise KeyError(what)


def _rod(diameter: float, height: float, at: tuple[float, float, float]) -> Manifold:
    return Manifold.cylinder(height, diameter / 2, circular_segments=96).translate(at)


def _box(size: tuple[float, float, float], middle: tuple[float, float, float]) -> Manifold:
    """Return a box, by the middle of its lower face."""
    return Manifold.cube(size).translate(
        (middle[0] - size[0] / 2, middle[1] - size[1] / 2, middle[2]))


def _block(face: tuple[float, float], y: float, x: float, z: float = 2.9) -> Manifold:
    """Return what goes through an end of the pod, 10 mm long: its width and height."""
    return Manifold.cube((10.0, *face)).translate((x - 2, y - face[0] / 2, z))


def _x(lengths: Any) -> str:
    return " x ".join(f"{length:.1f}" for length in lengths)
