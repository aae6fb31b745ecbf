# SPDX-License-Identifier: Apache-2.0
"""The area that the feet offer to stand on, and how far inside of it somebody stands.

A base of support is a simple polygon, ``(P, 2)`` corners ``(ml, ap)`` in mm, in order around it
either way; the first corner may come again at the end, and corners given twice count once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.sway.given import one_axis, planar, same_length
from solemetry.sway.trajectory.ellipse import prediction_ellipse
from solemetry.sway.trajectory.hull import convex_hull

Floats = NDArray[np.float64]

LOADED = 0.4
"""Share of body weight that a foot must carry for its centre of pressure to count (Millard)."""

_SAME = 1e-9
"""Corners closer than that much of the polygon's size are one, rounded twice."""

_STRAIGHT = 1e-12
"""A turn that much the wrong way, rad, is rounding: the polygon is convex all the same."""

_BLOCK = 1 << 13
"""So many pairs of a sample and an edge at once, 64 kB: memory of that size is used again, more
is fetched anew from the system each time, which took four times as long."""


def base_of_support(*feet: FootRegistration) -> Floats:
    """Convex outline around one registered foot or both, ``(P, 2)``, mm, anticlockwise.

    A band laid around both feet: what lies between them supports too.

    Raises
    ------
    ValueError
        Without a foot.
    """
    if not feet:
        raise ValueError("A base of support needs at least one foot.")
    return convex_hull(np.concatenate([foot.outline_mm() for foot in feet]))


def functional_base(
    cop_mm: Floats, load_n: Floats | None = None, body_weight_n: float | None = None
) -> Floats:
    """Functional base of support: the convex hull of where somebody leaning can stand.

    From a trial of leaning as far as possible all around without a step. With both feet on one
    plate `cop_mm` is the centre of pressure of both. For one foot, leave out what it does with
    little load: pass its load and the body weight, and only samples with 0.4 body weights or more
    on it count.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm. Rows with a missing value are left out.
    load_n : (T,) array, optional
        Vertical force on that foot, N.
    body_weight_n : float, optional
        Needed with `load_n`.

    Returns
    -------
    (P, 2) array
        mm, anticlockwise.

    Raises
    ------
    ValueError
        When shapes do not fit, or only one of load and body weight is given.
    SolemetryError
        When what is left spans no area.

    References
    ----------
    King MB, Judge JO, Wolfson L (1994), J Gerontol 49(6):M258; Millard M, Sloot LH (2025),
    J Biomech 192:112927.
    """
    cop_mm = planar(cop_mm)
    if (load_n is None) != (body_weight_n is None):
        raise ValueError("The load on a foot and the body weight go together; give both or none.")
    if load_n is not None and body_weight_n is not None:
        load_n = one_axis(load_n, "The load on the foot")
        same_length(cop_mm, load_n, "Positions and loads")
        cop_mm = cop_mm[load_n >= LOADED * body_weight_n]
    corners = convex_hull(cop_mm)
    if len(corners) < 3:
        raise SolemetryError(
            f"Leaning spans no area: {np.isfinite(cop_mm).all(axis=1).sum()} position(s) that "
            "count, all on a line.",
            "Lean as far as possible in all directions.",
        )
    return corners


def base_area(polygon_mm: Floats) -> float:
    """Area of a polygon, mm2."""
    return edges_of(polygon_mm).area_mm2


def base_use(cop_mm: Floats, polygon_mm: Floats) -> float:
    """Share of a base of support that sway uses up, %.

    Area of the 95 % prediction ellipse of `cop_mm`, ``(T, 2)``, over that of the polygon; with
    the functional base of support as the polygon this is ``fbos_use``. NaN with fewer than three
    positions.
    """
    return 100 * prediction_ellipse(cop_mm).area_mm2 / base_area(polygon_mm)


def margin(cop_mm: Floats, polygon_mm: Floats) -> Floats:
    """Distance from the boundary, mm: positive inside, negative outside.

    To the nearest point of the polygon, corners included; exact for any simple polygon.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm.
    polygon_mm : (P, 2) array

    Returns
    -------
    (T,) array
        NaN where a sample is missing.

    Raises
    ------
    ValueError
        When a shape is another, or the polygon is none.
    """
    cop_mm, edges = planar(cop_mm), edges_of(polygon_mm)
    cop_mm = np.where(np.isfinite(cop_mm), cop_mm, np.nan)
    out = np.empty(len(cop_mm))
    for block in edges.blocks(len(cop_mm)):
        x, y = cop_mm[block].T
        off = edges.off(x, y)
        along = edges.along(x, y)
        beyond = np.maximum(np.maximum(-along, along - edges.length[:, None]), 0.0)
        distance = np.hypot(off, beyond).min(axis=0)
        out[block] = np.where(edges.holds(y, off), distance, 0.0 - distance)
    return out


def margin_min(cop_mm: Floats, polygon_mm: Floats) -> float:
    """Smallest distance from the boundary in a trial, mm; negative once outside.

    NaN without a sample.
    """
    margins = margin(cop_mm, polygon_mm)
    present = margins[np.isfinite(margins)]
    return float(present.min()) if len(present) else np.nan


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of a polygon, each from one corner to the next.

    Attributes
    ----------
    corners : (P, 2) array
        As they were given, but for repeated ones, mm.
    direction, inward : (P, 2) array
        Unit vectors along each edge and across it into the polygon.
    length : (P,) array
        mm.
    area_mm2 : float
    convex : bool
    """

    corners: Floats
    direction: Floats
    inward: Floats
    length: Floats
    area_mm2: float
    convex: bool

    def off(self, x: Floats, y: Floats) -> Floats:
        """How far points lie from the line of each edge, inwards, ``(P, n)``."""
        return _across(self.inward, x, y, self.corners)

    def along(self, x: Floats, y: Floats) -> Floats:
        """How far along each edge points lie, from its first corner, ``(P, n)``."""
        return _across(self.direction, x, y, self.corners)

    def holds(self, y: Floats, off: Floats) -> NDArray[np.bool_]:
        """Whether points lie inside, from their `y` and what `off` said of them, ``(n,)``."""
        if self.convex:
            return np.asarray(off.min(axis=0) > 0)
        # A ray to the right leaves the polygon an odd number of times.
        ends = self.corners[:, 1, None] > y
        passes = ends != np.roll(ends, -1, axis=0)
        inside: NDArray[np.bool_] = np.logical_xor.reduce(
            passes & (off * self.inward[:, :1] < 0), axis=0
        )
        return inside

    def blocks(self, n: int) -> Iterator[slice]:
        """Cut `n` samples so that no table of samples by edges gets large."""
        size = max(_BLOCK // len(self.corners), 1)
        return (slice(start, start + size) for start in range(0, n, size))


def edges_of(polygon_mm: Floats) -> Edges:
    """Check a polygon and return its edges.

    Raises
    ------
    ValueError
        When it has fewer than three corners, a missing value, no area, or crosses itself.
    """
    return _edges_of(planar(polygon_mm, "The polygon").tobytes())


@lru_cache(maxsize=16)
def _edges_of(corners_as_bytes: bytes) -> Edges:
    corners = np.frombuffer(corners_as_bytes).reshape(-1, 2)
    if not np.isfinite(corners).all():
        raise ValueError("A corner of the polygon is missing.")
    if len(corners):
        apart = np.abs(np.roll(corners, -1, axis=0) - corners).max(axis=1)
        corners = corners[apart > _SAME * np.ptp(corners, axis=0).max()]
    if len(corners) < 3:
        raise ValueError(f"A polygon needs three corners; this one has {len(corners)}.")
    steps = np.roll(corners, -1, axis=0) - corners
    length = np.hypot(steps[:, 0], steps[:, 1])
    side = np.sign(_cross(steps[:, None], corners - corners[:, None]))
    parts = side * np.roll(side, -1, axis=1) < 0
    if (parts & parts.T).any():
        raise ValueError("The polygon crosses itself; give its corners in order around it.")
    area = float(_cross(corners - corners[0], steps).sum()) / 2
    if abs(area) <= 1e-12 * length.sum() ** 2:
        raise ValueError("The polygon has no area: its corners lie on a line.")
    direction = steps / length[:, None]
    inward = np.sign(area) * np.column_stack((-direction[:, 1], direction[:, 0]))
    turns = np.sign(area) * _cross(direction, np.roll(direction, -1, axis=0))
    return Edges(corners, direction, inward, length, abs(area), bool((turns >= -_STRAIGHT).all()))


def _across(of_edge: Floats, x: Floats, y: Floats, corners: Floats) -> Floats:
    """Part of the way from each edge's first corner to points that goes along a vector."""
    start = (of_edge * corners).sum(axis=1)
    return np.asarray(of_edge[:, :1] * x + of_edge[:, 1:] * y - start[:, None])


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
