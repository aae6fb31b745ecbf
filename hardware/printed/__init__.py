# SPDX-License-Identifier: Apache-2.0
"""Bodies for a 3D printer, each made of the numbers of a device and its parts.

A part of the bill names the bodies it is printed as. Lengths are mm, and a body stands on z = 0 as
it is printed.
"""

from __future__ import annotations

from collections.abc import Callable

from build import Build
from printed import foot_cup, mass_foot, pod, spacer
from printed.solids import Solid

MAKERS: dict[str, Callable[[Build], Solid]] = {
    "spacer": spacer.made,
    "foot-cup": foot_cup.made,
    "mass-foot": mass_foot.made,
    "pod-case": pod.case,
    "pod-lid": pod.lid,
}
"""By the name of the body, which is that of its file."""


def bodies(build: Build) -> dict[str, Solid]:
    """Return every body of a device, by name."""
    return {name: MAKERS[name](build) for name in build.bodies}
