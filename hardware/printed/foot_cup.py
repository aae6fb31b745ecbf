# SPDX-License-Identifier: Apache-2.0
"""The foot of a plate: a cup that keeps a steel disc, on which the dome of a cell stands."""

from __future__ import annotations

from build import Build
from printed.solids import PLAY_MM, Solid, rod

RIM_MM = 4.0
"""Of plastic around the steel."""

LIP_MM = 1.0
"""Above the steel: keeps the dome from walking off, and stays clear of the cell's body."""


def made(build: Build) -> Solid:
    """Return a cup whose steel has its face as high above the floor as the part says."""
    steel, face = build.part_with("face_mm"), build.part_of_body("foot-cup")["height_mm"]
    width = steel["face_mm"] + 2 * PLAY_MM
    floor = face - steel["height_mm"]
    return rod(width + 2 * RIM_MM, face + LIP_MM) - rod(width, face, (0, 0, floor))
