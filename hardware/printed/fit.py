# SPDX-License-Identifier: Apache-2.0
"""Whether parts that are to be printed, and those they hold, agree before anything is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from build import Build
from printed import MAKERS


def check_printed(build: Build) -> Iterator[str]:
    """Faults of the bill where bodies meet bolts, discs and boards, with what to do."""
    for line in build.lines:
        if line.part["category"] == "printed" and not line.part.get("bodies"):
            yield f"bom: {line.part['name']!r} names no body. Say in parts.toml which is printed."
        thread = line.part.get("thread")
        if thread and thread not in line.part["spec"].split():
            yield f"parts: the spec of {line.part['name']!r} says another thread than {thread}."
    faults = list((_check_feet if build.device["kind"] == "plate" else _check_pod)(build))
    yield from faults
    for name in () if faults else build.bodies:
        if MAKERS[name](build).is_empty():
            yield f"parts: nothing is left of {name} by these measures. Correct them."


def _check_feet(build: Build) -> Iterator[str]:
    sensor, screw, steel = build.sensor, build.part_with("thread"), build.part_with("face_mm")
    counts = Counter(ref.rstrip("0123456789") for ref in build.refs)
    cells = len(build.device["cell"])
    if screw["thread"] != sensor["takes"]:
        yield f"bom: the cells take {sensor['takes']}, the screws are {screw['thread']}."
    if counts["SC"] != cells * sensor["bolts"]:
        yield f"bom: {counts['SC']} screws for {cells} cells of {sensor['bolts']} holes each."
    if counts["F"] != cells or counts["SP"] != cells:
        yield f"bom: {counts['F']} feet and {counts['SP']} spacers for {cells} cells."
    if counts["SD"] != build.bodies.get("foot-cup"):
        yield f"bom: {counts['SD']} steel discs for {build.bodies.get('foot-cup')} foot cups."
    if f"{steel['face_mm']:g} x {steel['height_mm']:g} mm" not in steel["name"]:
        yield f"parts: {steel['name']!r} is not what face_mm and height_mm say. Correct one."
    bore = build.part_of_body("mass-foot")
    if f"bore of {bore['bore_mm']:g} mm" not in bore["spec"]:
        yield f"parts: the spec of {bore['name']!r} says another bore than bore_mm. Correct one."
    spacer = sensor["body_mm"] / 2 - sensor["bolt_circle_mm"] / 2
    if spacer < float(screw["thread"].removeprefix("M")) / 2 + 1:
        yield "parts: holes of the cells break out of their edge. Correct body_mm or bolts."


def _check_pod(build: Build) -> Iterator[str]:
    placed = Counter(ref for side in build.facts["pod"].values() for row in side for ref in row)
    modules = {ref for ref, part in build.refs.items() if "size_mm" in part}
    for ref in sorted(placed.keys() - modules):
        yield f"pod: {ref} is no part of the bill with a size. Correct it, or give it size_mm."
    for ref in sorted(modules - placed.keys()):
        yield f"pod: {ref} has no place. Put it into a row of floor or lid."
    for ref in sorted(ref for ref, times in placed.items() if times > 1):
        yield f"pod: {ref} is placed twice. Take one out."
    floor = build.facts["pod"]["floor"]
    for ref in sorted({"A1", "U1"} - {row[0] for row in floor}):
        yield f"pod: {ref} has an opening in the plug end. Let it begin a row of the floor."
    if "SW1" not in {row[-1] for row in floor}:
        yield "pod: SW1 looks out at the other end. Let it end a row of the floor."
