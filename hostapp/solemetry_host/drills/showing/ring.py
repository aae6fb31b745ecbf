# SPDX-License-Identifier: Apache-2.0
"""The target on the foot, seen from above: toes up, the own left on the left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solemetry_host.drills.running.view import RunView, Sector, Watched
from solemetry_host.drills.signals.reach import FunctionalBase

Floats = NDArray[np.float64]

_FULL_DEG = 360.0
_FARTHEST_PCT = 120.0
_PARTS = {
    "reach.lateral_pct": Sector(3.0, 90.0, 0.0, _FARTHEST_PCT),
    "reach.pct": Sector(12.0, _FULL_DEG, 0.0, _FARTHEST_PCT),
}
"""Which part of the own base a signal is about."""

_NOTHING = np.empty((0, 2))
_STEP_DEG = 5.0
_FAR_MM = 150.0
"""Longer than half a foot: where a band has one end only."""


@dataclass(frozen=True, eq=False)
class Ring:
    """A dot, and where it should be, mm to the right and forward of the middle of the foot or feet.

    Attributes
    ----------
    outlines_mm : tuple of (n, 2) array
        Of the feet, schematic.
    dot_mm : (2,) array
    tail_mm : (n, 2) array
        Where the dot has been, the oldest first.
    target_mm : (n, 2) array
        Its outline, closed; empty where there is no target.
    inside : bool
        Whether it is reached; then it is drawn solid.
    """

    outlines_mm: tuple[Floats, ...]
    dot_mm: Floats
    tail_mm: Floats
    target_mm: Floats
    inside: bool


def target_mm(view: RunView, base: FunctionalBase) -> tuple[Floats, bool]:
    """Outline of where the drill wants the dot, and whether it is there.

    Parameters
    ----------
    view : RunView
    base : FunctionalBase
        What targets in percent are of.

    Returns
    -------
    (n, 2) array
        In the frame of the base; empty where the drill names no place.
    bool
    """
    watched = {one.signal: one for one in view.watched if one.value is not None}
    asked = _sector(view, watched)
    if asked is not None:
        sector, there = asked
        return _around(sector, base), there
    across, along = (watched.get(f"cop.{axis}_mm") for axis in ("ml", "ap"))
    if across is None and along is None:
        return _NOTHING, False
    there = all(one.holds is True for one in (across, along) if one is not None)
    return _box(across, along), there


def circle_mm(middle_mm: Floats, radius_mm: float) -> Floats:
    """Outline of a circle, ``(n, 2)``, closed."""
    angle = np.radians(np.arange(0.0, 360.0 + _STEP_DEG, _STEP_DEG))
    circle: Floats = middle_mm + radius_mm * np.column_stack((np.sin(angle), np.cos(angle)))
    return circle


def _sector(view: RunView, watched: Mapping[str, Watched]) -> tuple[Sector, bool] | None:
    """Return the part of the own base that is asked for, and whether it is reached."""
    if view.sector is not None:
        reached = watched.get("reach.in_target")
        return view.sector, reached is not None and reached.holds is True
    for name, part in _PARTS.items():
        if (one := watched.get(name)) is not None:
            from_pct = part.from_pct if one.low is None else one.low
            to_pct = part.to_pct if one.high is None else one.high
            return replace(part, from_pct=from_pct, to_pct=to_pct), one.holds is True
    return None


@lru_cache(maxsize=16)
def _around(sector: Sector, base: FunctionalBase) -> Floats:
    middle_deg, half_deg = 30.0 * sector.hour, sector.angle_deg / 2
    steps = math.ceil(sector.angle_deg / _STEP_DEG) + 1
    angles = np.radians(np.linspace(middle_deg - half_deg, middle_deg + half_deg, steps))
    directions = np.column_stack((np.sin(angles), np.cos(angles)))
    edge = np.array([base.radius_mm(towards) * towards for towards in directions])
    outline = outer = base.center_mm + sector.to_pct / 100 * edge
    if sector.angle_deg < _FULL_DEG or sector.from_pct > 0:
        inner = base.center_mm + sector.from_pct / 100 * edge[::-1]
        outline = np.concatenate((outer, inner, outer[:1]))
    return np.asarray(outline)


def _box(across: Watched | None, along: Watched | None) -> Floats:
    (left, right), (back, front) = (
        (-_FAR_MM, _FAR_MM) if one is None else
        (-_FAR_MM if one.low is None else one.low, _FAR_MM if one.high is None else one.high)
        for one in (across, along)
    )  # fmt: skip
    return np.array([(left, back), (left, front), (right, front), (right, back), (left, back)])
