# SPDX-License-Identifier: Apache-2.0
"""Finding the one foot that stepped on a plate of many cells: its axis, length, side and toes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import center_of_pressure
from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.foot import MAX_LENGTH_MM, MIN_LENGTH_MM
from solemetry.loading.masks import FOOTPRINT, spacing_mm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Side = Literal["left", "right"]

CONTACT_KPA = 10.0
"""Above this pressure a cell of many is in contact, as in pressuRe (Telfer 2022)."""

DENSE = 0.5
"""Cells whose area is at least this part of the square of their spacing leave no gaps."""

_MIN_CELLS = 30
_MIN_ROLL = 0.1


@dataclass(frozen=True, eq=False)
class Footprint:
    """One print, in the foot's own frame.

    Attributes
    ----------
    side : {"left", "right"}
    length_mm, width_mm : float
        Of the smallest rectangle around the cells in contact, and along and across the foot.
    along_mm, lateral_mm : (S,) array
        Place of every cell: forwards from the back of the heel, and from the medial edge of that
        rectangle towards the little toe.
    touched : (S,) bool array
        Cells that were in contact at any time.
    toes : (S,) bool array
        Cells in front of the valley between metatarsals and toes.
    forward : (2,) array
        Unit vector from heel to toes on the plate, ``(ml, ap)``.
    peak_kpa : (S,) array
        Highest pressure of each cell.
    area_mm2 : (S,) array
    spacing_mm : float
        From cell to cell.
    """

    side: Side
    length_mm: float
    width_mm: float
    along_mm: Floats
    lateral_mm: Floats
    touched: Bools
    toes: Bools
    forward: Floats
    peak_kpa: Floats
    area_mm2: Floats
    spacing_mm: float


def is_dense(layout: SensorLayout) -> bool:
    """Whether the cells cover their surface without gaps, as those of a pressure plate do."""
    if layout.area_mm2 is None or len(layout.labels) < _MIN_CELLS:
        return False
    return bool(np.median(layout.area_mm2) >= DENSE * spacing_mm(layout.xy_mm) ** 2)


def find_footprint(
    forces_n: Floats,
    layout: SensorLayout,
    side: Side | None = None,
    contact_kpa: float = CONTACT_KPA,
) -> Footprint:
    """Find the print of one step on a plate.

    The foot's axis is the long side of the smallest rectangle around the cells in contact; the
    centre of pressure, which moves from heel to toes in a step, tells its front. The toes begin
    where, in a line of cells along the foot (taken with its two neighbours), pressure rises most
    in front of its peak under the metatarsals (55 to 81 % of the length), to a peak beyond 81 %
    and by more than `contact_kpa`.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell over one step, N. Samples with a missing cell are left out.
    layout : SensorLayout
    side : {"left", "right"}, optional
        Without it, the side to which the midfoot lies of the line from heel to forefoot is taken
        to be lateral.
    contact_kpa : float

    Raises
    ------
    UnavailableError
        When the plate has too few cells, there is no foot or more than one on it, or its front or
        side cannot be told.
    """
    if layout.kind != "plate" or not is_dense(layout) or layout.area_mm2 is None:
        raise UnavailableError(
            f"{layout.name} does not show a print.",
            "This needs a plate of many cells that lie side by side, and a bare foot.",
        )
    forces_n = np.asarray(forces_n, dtype=float)
    forces_n = forces_n[np.isfinite(forces_n).all(axis=1)]
    gap_mm = spacing_mm(layout.xy_mm)
    peak_kpa = 1e3 * forces_n.max(axis=0, initial=0.0) / layout.area_mm2
    touched = np.asarray(peak_kpa > contact_kpa)
    if touched.sum() < _MIN_CELLS:
        raise UnavailableError(
            f"Only {int(touched.sum())} cells were pressed with more than {contact_kpa:g} kPa.",
            "Is there a step in this recording?",
        )
    forward = _axis(layout.xy_mm[touched])
    rightward = np.array([forward[1], -forward[0]])
    along_mm, across_mm = layout.xy_mm @ forward, layout.xy_mm @ rightward
    length_mm = float(np.ptp(along_mm[touched])) + gap_mm
    if not MIN_LENGTH_MM <= length_mm <= MAX_LENGTH_MM:
        raise UnavailableError(
            f"What was pressed is {length_mm:.0f} mm long, which is not one foot.",
            "Cut the recording to one step.",
        )
    if _roll(forces_n, along_mm, length_mm) < 0:
        forward, rightward, along_mm, across_mm = -forward, -rightward, -along_mm, -across_mm
    along_mm = along_mm - along_mm[touched].min() + gap_mm / 2
    if side is None:
        side = _side(along_mm / length_mm, across_mm, touched, gap_mm)
    lateral_mm = across_mm if side == "right" else -across_mm
    lateral_mm = lateral_mm - lateral_mm[touched].min() + gap_mm / 2
    return Footprint(
        side=side,
        length_mm=length_mm,
        width_mm=float(np.ptp(lateral_mm[touched])) + gap_mm,
        along_mm=along_mm,
        lateral_mm=lateral_mm,
        touched=touched,
        toes=_toes(along_mm, lateral_mm, length_mm, peak_kpa, gap_mm, contact_kpa),
        forward=forward,
        peak_kpa=peak_kpa,
        area_mm2=layout.area_mm2,
        spacing_mm=gap_mm,
    )


def _axis(xy_mm: Floats) -> Floats:
    """Direction of the long side of the smallest rectangle around points, ``(2,)``.

    One side of it lies on an edge of their convex hull.
    """
    from scipy.spatial import ConvexHull

    corners = xy_mm[ConvexHull(xy_mm).vertices]
    edges = np.roll(corners, -1, axis=0) - corners
    edges /= np.hypot(*edges.T)[:, None]
    normals = np.column_stack((-edges[:, 1], edges[:, 0]))
    sizes_mm = np.array([np.ptp(corners @ of.T, axis=0) for of in (edges, normals)])
    best = int(np.argmin(sizes_mm.prod(axis=0)))
    return np.asarray((edges if sizes_mm[0, best] >= sizes_mm[1, best] else normals)[best])


def _roll(forces_n: Floats, along_mm: Floats, length_mm: float) -> float:
    """Way of the centre of pressure from the first to the last third of the step, in lengths."""
    place = center_of_pressure(forces_n, np.column_stack((along_mm, along_mm)))[:, 0]
    place = place[np.isfinite(place)]
    third = len(place) // 3
    if third == 0:
        raise UnavailableError("There is too little load to show a step.", "Is it empty?")
    roll = float(np.median(place[-third:]) - np.median(place[:third])) / length_mm
    if abs(roll) < _MIN_ROLL:
        raise UnavailableError(
            "The centre of pressure stays where it is, so heel and toes cannot be told apart.",
            "Use a recording of a step.",
        )
    return roll


def _side(along: Floats, across_mm: Floats, touched: Bools, gap_mm: float) -> Side:
    """Tell the side: between heel and forefoot a foot touches the ground laterally."""
    edges = (0.0, FOOTPRINT.heel, FOOTPRINT.midfoot, FOOTPRINT.forefoot)
    bands = [touched & (along >= a) & (along < b) for a, b in pairwise(edges)]
    if all(band.any() for band in bands):
        heel, midfoot, forefoot = (
            np.array([along[band].mean(), across_mm[band].mean()]) for band in bands
        )
        between = (midfoot[0] - heel[0]) / (forefoot[0] - heel[0])
        off_mm = float(midfoot[1] - heel[1] - between * (forefoot[1] - heel[1]))
        if abs(off_mm) > gap_mm / 2:
            return "right" if off_mm > 0 else "left"
    raise UnavailableError(
        "The print does not show which foot it is.", "Say side='left' or side='right'."
    )


def _toes(
    along_mm: Floats, lateral_mm: Floats, length_mm: float, peak_kpa: Floats,
    gap_mm: float, contact_kpa: float,
) -> Bools:  # fmt: skip
    """Cells in front of the valley between metatarsals and toes."""
    line, place = (
        np.floor((of - of.min()) / gap_mm).astype(int) for of in (lateral_mm, along_mm)
    )
    kpa = np.zeros((line.max() + 3, place.max() + 1))
    np.maximum.at(kpa, (line + 1, place), peak_kpa)
    # With its neighbours, for along an edge that runs across the cells a line has holes.
    kpa = np.maximum(np.maximum(kpa[:-2], kpa[1:-1]), kpa[2:])
    back, front = (
        int(np.floor((share * length_mm - along_mm.min()) / gap_mm))
        for share in (FOOTPRINT.midfoot, FOOTPRINT.forefoot)
    )
    begin = np.array([back + _valley(row[back:], front - back, contact_kpa) for row in kpa])
    return np.asarray(place >= begin[line])


def _valley(kpa: Floats, front: int, contact_kpa: float) -> int:
    """Find where the toes begin in a line of cells; its end where no toe is pressed."""
    metatarsal = int(np.argmax(kpa[:front]))
    ahead = np.where(np.arange(len(kpa)) >= front, kpa, 0.0)
    toe = np.maximum.accumulate(ahead[::-1])[::-1]
    rise = (toe - kpa)[metatarsal:]
    return metatarsal + int(np.argmax(rise)) if rise.max() > contact_kpa else len(kpa)
