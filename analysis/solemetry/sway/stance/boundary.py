# SPDX-License-Identifier: Apache-2.0
"""Time to boundary: how soon the centre of pressure would leave the base of support.

Also called virtual time to contact. At each sample the path is drawn on, straight with the
velocity of that moment (Riccio 1993) or as a parabola with its acceleration too (Slobounov 1997),
to the first *edge* of the polygon that it meets: a true edge, from corner to corner, so that the
polygon may have any simple shape.

On the boundary or outside of it no time is left: 0. Where the path never ends, at rest, it is
infinite. Velocity and acceleration are those of the parabola through a sample and its two
neighbours, and NaN where one of the three is missing. Noise comes through doubled and redoubled:
smooth the path first (`solemetry.signal.lowpass`).

References
----------
Riccio GE (1993), in Newell KM, Corcos DM (eds), Variability and Motor Control, 317-357.
Slobounov SM, Slobounova ES, Newell KM (1997), J Mot Behav 29(3):263.
van Wegen EEH, van Emmerik REA, Riccio GE (2002), Hum Mov Sci 21(1):61.
Hertel J, Olmsted-Kramer LC, Challis JH (2006), J Appl Biomech 22(1):67.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, one_axis, planar, same_length
from solemetry.sway.stance.support import Edges, edges_of

Floats = NDArray[np.float64]
Path = Literal["straight", "quadratic"]
Axis = Literal["ml", "ap"]
Direction = Literal["ml", "left", "right", "ap", "back", "front"]

_SLACK = 1e-9
"""An edge is that much of the polygon's size longer at either end, so that corners are tight."""


@dataclass(frozen=True, eq=False)
class TimeToBoundary:
    """When and where each sample's path would meet the boundary.

    Attributes
    ----------
    time_s : (T,) array
        0 on the boundary and outside, infinite where it is never met, NaN where unknown.
    edge : (T,) array of int
        Which edge is met first: n from corner n to the next; -1 where none is.
    """

    time_s: Floats
    edge: NDArray[np.int64]


@dataclass(frozen=True)
class BoundarySummary:
    """What is left of a series of times to boundary.

    Attributes
    ----------
    min_s : float
        The shortest.
    mean_min_s, sd_min_s : float
        Mean and standard deviation (n - 1) of the local minima: one for each approach.
    minima : int
        How many of them.
    outside_pct : float
        Share of samples on the boundary or outside, %.
    """

    min_s: float
    mean_min_s: float
    sd_min_s: float
    minima: int
    outside_pct: float


def time_to_boundary(
    cop_mm: Floats,
    fs_hz: float,
    polygon_mm: Floats,
    path: Path = "straight",
    axis: Axis | None = None,
) -> TimeToBoundary:
    """Time to boundary of each sample.

    A sample needs its two neighbours and nothing else: of a stream, only what is new has to be
    computed, together with the two samples before it.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm.
    fs_hz : float
    polygon_mm : (P, 2) array
        Base of support; see `solemetry.sway.stance.support`.
    path : {"straight", "quadratic"}
    axis : {"ml", "ap"}, optional
        Let the path go on along this axis alone (van Wegen 2002; in a rectangle, Hertel 2006).

    Returns
    -------
    TimeToBoundary
        NaN, and no edge, at the ends and beside gaps.

    Raises
    ------
    ValueError
        When a shape, the rate or a name is none of these.
    """
    cop_mm = planar(cop_mm)
    velocity, acceleration = _motion(cop_mm, fs_hz, path, axis)
    return time_to_contact(cop_mm, velocity, acceleration, polygon_mm)


def time_to_contact(
    position_mm: Floats,
    velocity_mm_s: Floats,
    acceleration_mm_s2: Floats | None,
    polygon_mm: Floats,
) -> TimeToBoundary:
    """Time until points that move on as they do meet the boundary of a polygon.

    The smallest t >= 0 with ``p + v t + a t**2 / 2`` on an edge; for each edge the root is in
    closed form, and the smaller one is taken only where it lies between the edge's corners.

    Parameters
    ----------
    position_mm, velocity_mm_s, acceleration_mm_s2 : (T, 2) array
        ``(ml, ap)``; None for no acceleration.
    polygon_mm : (P, 2) array
    """
    position, edges = planar(position_mm), edges_of(polygon_mm)
    velocity = planar(velocity_mm_s, "The velocity")
    same_length(position, velocity, "Positions and velocities")
    acceleration = None
    if acceleration_mm_s2 is not None:
        acceleration = planar(acceleration_mm_s2, "The acceleration")
        same_length(position, acceleration, "Positions and accelerations")
    n = len(position)
    time_s, edge = np.empty(n), np.empty(n, dtype=np.int64)
    for block in edges.blocks(n):
        time_s[block], edge[block] = _first_contact(
            edges,
            position[block],
            velocity[block],
            None if acceleration is None else acceleration[block],
        )
    return TimeToBoundary(time_s, edge)


def boundary_summary(time_s: Floats, among: NDArray[np.bool_] | None = None) -> BoundarySummary:
    """Shortest time to boundary, and mean and spread of its local minima.

    A local minimum is smaller than the samples on both sides of it; equal ones in a row count
    once. The ends of a run are none.

    Parameters
    ----------
    time_s : (T,) array
        From `time_to_boundary`.
    among : (T,) array of bool, optional
        Sum up these samples alone; local minima are still those of the whole series.

    Returns
    -------
    BoundarySummary
        NaN for what there is nothing of.
    """
    time_s = one_axis(time_s, "The time to boundary")
    among = np.ones(len(time_s), dtype=bool) if among is None else np.asarray(among)
    lowest = _local_minima(time_s)
    minima = time_s[lowest[among[lowest]]]
    known = time_s[among & ~np.isnan(time_s)]
    finite = known[np.isfinite(known)]
    return BoundarySummary(
        min_s=float(finite.min()) if len(finite) else np.nan,
        mean_min_s=float(minima.mean()) if len(minima) else np.nan,
        sd_min_s=float(minima.std(ddof=1)) if len(minima) > 1 else np.nan,
        minima=len(minima),
        outside_pct=100 * float((known == 0).mean()) if len(known) else np.nan,
    )


def boundary_by_direction(
    cop_mm: Floats, fs_hz: float, polygon_mm: Floats, path: Path = "straight"
) -> dict[Direction, BoundarySummary]:
    """Sum up the time to boundary along each axis, and towards each side.

    ``ml`` and ``ap`` take each axis by itself; ``left`` and ``right``, ``back`` and ``front``
    share its samples out by the side on which the boundary would be met. A sample outside counts
    for the side it is moving to. Arguments are those of `time_to_boundary`.
    """
    cop_mm = planar(cop_mm)
    axes: tuple[tuple[Axis, Direction, Direction], ...] = (
        ("ml", "left", "right"),
        ("ap", "back", "front"),
    )
    out: dict[Direction, BoundarySummary] = {}
    for column, (axis, minus, plus) in enumerate(axes):
        velocity, acceleration = _motion(cop_mm, fs_hz, path, axis)
        time_s = time_to_contact(cop_mm, velocity, acceleration, polygon_mm).time_s
        finite_s = np.where(np.isfinite(time_s), time_s, 0.0)
        heading = velocity[:, column]
        if acceleration is not None:
            heading = heading + acceleration[:, column] * finite_s / 2
        out[axis] = boundary_summary(time_s)
        out[minus] = boundary_summary(time_s, heading < 0)
        out[plus] = boundary_summary(time_s, heading > 0)
    return out


def _motion(
    cop_mm: Floats, fs_hz: float, path: Path, axis: Axis | None
) -> tuple[Floats, Floats | None]:
    """Velocity and acceleration of the parabola through each sample and its two neighbours."""
    if path not in ("straight", "quadratic") or axis not in (None, "ml", "ap"):
        raise ValueError(
            f"A path is straight or quadratic, an axis ml or ap; not {path!r} and {axis!r}."
        )
    above_zero(fs_hz, "The sampling rate")
    steps = np.diff(np.where(np.isfinite(cop_mm), cop_mm, np.nan), axis=0)
    velocity = np.full(cop_mm.shape, np.nan)
    velocity[1:-1] = (steps[1:] + steps[:-1]) * (fs_hz / 2)
    acceleration = None
    if path == "quadratic":
        acceleration = np.full(cop_mm.shape, np.nan)
        acceleration[1:-1] = (steps[1:] - steps[:-1]) * fs_hz**2
    if axis is not None:
        other = 1 if axis == "ml" else 0
        velocity[:, other] *= 0.0
        if acceleration is not None:
            acceleration[:, other] *= 0.0
    return velocity, acceleration


def _first_contact(
    edges: Edges, position: Floats, velocity: Floats, acceleration: Floats | None
) -> tuple[Floats, NDArray[np.int64]]:
    known = np.isfinite(position).all(axis=1) & np.isfinite(velocity).all(axis=1)
    if acceleration is not None:
        known &= np.isfinite(acceleration).all(axis=1)
    # A root that does not exist is NaN, and what lies outside is left to itself.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        off = edges.off(*position.T)
        inside = edges.holds(position[:, 1], off)
        if edges.convex:
            first, edge = _out_of_convex(edges, off, velocity, acceleration)
        else:
            along = edges.along(*position.T)
            first, edge = _onto_an_edge(edges, off, along, velocity, acceleration)
    time_s = np.where(known, np.where(inside, first, 0.0), np.nan)
    edge[~(known & inside & np.isfinite(first))] = -1
    return time_s, edge


def _out_of_convex(
    edges: Edges, off: Floats, velocity: Floats, acceleration: Floats | None
) -> tuple[Floats, NDArray[np.int64]]:
    """From inside a convex polygon, the first of the edges' lines is met on its edge.

    The smaller positive root of ``off + v t + a t**2 / 2`` with off > 0 is
    ``2 off / (sqrt(v**2 - 2 a off) - v)``, if there is one; the largest inverse comes first.
    """
    off_v = _part(edges.inward, velocity)
    if acceleration is None:
        soon = -off_v / off
    else:
        squared = off_v * off_v - 2 * _part(edges.inward, acceleration) * off
        soon = (np.sqrt(squared) - off_v) / (2 * off)
        soon[squared < 0] = 0.0
    edge = soon.argmax(axis=0)
    soonest = soon[edge, np.arange(len(edge))]
    return np.where(soonest > 0, 1 / soonest, np.inf), edge


def _onto_an_edge(
    edges: Edges, off: Floats, along: Floats, velocity: Floats, acceleration: Floats | None
) -> tuple[Floats, NDArray[np.int64]]:
    """Both roots of each edge's line, kept where the path is then between its corners."""
    off_v, along_v = _part(edges.inward, velocity), _part(edges.direction, velocity)
    if acceleration is None:
        times = _on_edge(edges, -off / off_v, along, along_v, None)
    else:
        off_a = _part(edges.inward, acceleration) / 2
        along_a = _part(edges.direction, acceleration) / 2
        root = np.sqrt(off_v * off_v - 4 * off_a * off)
        stable = (off_v + np.copysign(root, off_v)) / -2
        times = np.minimum(
            _on_edge(edges, stable / off_a, along, along_v, along_a),
            _on_edge(edges, off / stable, along, along_v, along_a),
        )
    edge = times.argmin(axis=0)
    return times[edge, np.arange(len(edge))], edge


def _part(of_edge: Floats, vectors: Floats) -> Floats:
    """Part of vectors along a unit vector of each edge, ``(P, n)``."""
    x, y = vectors.T
    return np.asarray(of_edge[:, :1] * x + of_edge[:, 1:] * y)


def _on_edge(
    edges: Edges, time_s: Floats, along: Floats, along_v: Floats, along_a: Floats | None
) -> Floats:
    """Keep the times at which a path, on the line of an edge, is between its corners."""
    place = along + along_v * time_s
    if along_a is not None:
        place += along_a * time_s * time_s
    slack = _SLACK * edges.length.sum()
    on = (time_s >= 0) & (place >= -slack) & (place <= edges.length[:, None] + slack)
    return np.where(on, time_s, np.inf)


def _local_minima(time_s: Floats) -> NDArray[np.intp]:
    """First sample of each stretch that lies below what comes before and after it."""
    changes = np.ones(len(time_s), dtype=bool)
    changes[1:] = time_s[1:] != time_s[:-1]
    at = np.flatnonzero(changes)
    value = time_s[at]
    return np.asarray(at[1:-1][(value[1:-1] < value[:-2]) & (value[1:-1] < value[2:])])
