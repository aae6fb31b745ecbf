# SPDX-License-Identifier: Apache-2.0
"""The guides, sheets and records of a device, written from ``guides/*.j2``.

A guide types no number of its own: each is worked out here of the device, its parts and the limits
that the app judges by, or is a constant in ``guides/words.toml`` with its source. `check_words`
refuses digits in the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import jigs
import wiring
from budget import ADULT_KG, CHILD_KG, SWAY_HZ, insole_numbers, plate_numbers
from build import Build
from solemetry.calibrating import marked_points, other_places
from solemetry.calibrating.acceptance import INSOLE_LIMITS, PLATE_LIMITS
from solemetry.device import DeviceDescription, geometry_hash

_NOT_PROSE = r"^\s*\d+\. |\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|`[^`]*`|^# SPDX.*$"
"""Numbers of steps, what is worked out, names of files."""

OWN = ("guide.md", "jigs.md", "sheet.md", "build-record.toml")
"""What each kind of device has a template of its own for."""


def written(build: Build, templates: Path) -> dict[str, str]:
    """Return the text of each guide by the name of its file."""
    environment = Environment(
        loader=FileSystemLoader(templates), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )
    words = _words(build, templates)
    kind = build.device["kind"]
    own = {name: environment.get_template(f"{kind}-{name}.j2").render(words) for name in OWN}
    return own | {"wiring.md": environment.get_template("wiring.md.j2").render(words)}


def check_words(templates: Path) -> Iterator[str]:
    """Numbers that a guide types instead of working them out."""
    for path in sorted(templates.glob("*.j2")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            for typed in re.findall(r"(?<![\w.+-])\d[\d.]*", re.sub(_NOT_PROSE, "", line)):
                yield (f"guides/{path.name}, line {number}: types the number {typed}. "
                       "Take it from the device, its parts or words.toml.")


def _words(build: Build, templates: Path) -> dict[str, Any]:
    doc = build.device
    device = DeviceDescription.from_toml(build.text)
    plate = doc["kind"] == "plate"
    facts = tomllib.loads((templates / "words.toml").read_text("utf-8"))
    return {
        "build": build,
        "device": doc,
        "facts": {name: fact["value"] for name, fact in facts.items()},
        "n": (plate_numbers if plate else insole_numbers)(build),
        "regions": sorted({cell["region"] for cell in doc["cell"]}) if not plate else [],
        "points": marked_points(device.layout).tolist() if plate else [],
        "others": other_places(device.layout) if plate else [],
        "limits": PLATE_LIMITS if plate else INSOLE_LIMITS,
        "hash": f"0x{geometry_hash(doc):08X}",
        "wiring": wiring.table(build),
        **(_plate_jigs(build) if plate else {"stand_ins": jigs.stand_ins(build)}),
        "sway_hz": SWAY_HZ, "adult_kg": ADULT_KG, "child_kg": CHILD_KG,
    }


def _plate_jigs(build: Build) -> dict[str, Any]:
    return {
        "bridges": jigs.bridges(build),
        "jig": build.part_with("shunts_ohm"),
        "mass_foot": build.part_of_body("mass-foot"),
    }
