# SPDX-License-Identifier: Apache-2.0
"""The disc between a plate's top and a load cell: flat where wood is not."""

from __future__ import annotations

from build import Build
from printed.solids import CLEARANCE_MM, Solid, rod


def made(build: Build) -> Solid:
    """Return a spacer, as wide as the cell and with its holes."""
    height = build.part_of_body("spacer")["height_mm"]
    spacer = rod(build.sensor["body_mm"], height)
    for x, y in build.bolts_mm:
        spacer -= rod(CLEARANCE_MM[build.part_with("thread")["thread"]], height + 2, (x, y, -1))
    return spacer
