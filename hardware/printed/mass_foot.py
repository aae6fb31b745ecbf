# SPDX-License-Identifier: Apache-2.0
"""The foot of the known mass: it centres weight discs by their bore, over a cross seen through it.

What calibration needs is a mass whose place is known to a millimetre. A rim of a can does not show
where its middle is; the bore of a disc is its middle.
"""

from __future__ import annotations

from build import MARK_MM, Build
from printed.solids import Solid, rod

BASE_MM = (60.0, 10.0)
"""Diameter and height of what stands on the plate: small, and the disc clears the mat."""

SPIGOT_MM = 45.0
"""Height of what goes into the bore: two discs of ten kilograms."""

LOOSE_MM = 0.6
"""Between spigot and bore: a disc is put on and taken off nine times."""


def made(build: Build) -> Solid:
    """Return the foot; the cross just fills the hole that goes through it."""
    bore = build.part_of_body("mass-foot")["bore_mm"]
    foot = rod(BASE_MM[0], BASE_MM[1]) + rod(bore - LOOSE_MM, BASE_MM[1] + SPIGOT_MM)
    return foot - rod(2 * MARK_MM, BASE_MM[1] + SPIGOT_MM + 2, (0, 0, -1))
