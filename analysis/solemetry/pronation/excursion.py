# SPDX-License-Identifier: Apache-2.0
"""Centre of pressure excursion index (CPEI): how far the step's path bows to the lateral side.

A line from the first to the last centre of pressure is the straight way through the step. Where
the front third of the foot begins, the path lies beside it by the excursion, which is given as a
part of the foot's width there. The medial border of the foot, which gives the directions, is seen
on a dense plate under a bare foot only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, center_of_pressure
from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.loading.footprint import Footprint, Side, find_footprint, is_dense

Floats = NDArray[np.float64]

FRONT_THIRD = 2 / 3
"""Where the front third of the print begins, in lengths from the back of the heel."""


@dataclass(frozen=True)
class Excursion:
    """The excursion of one step.

    Attributes
    ----------
    index_percent : float
        100 times the excursion over the width. Positive: the path bows to the lateral side.
    excursion_mm, width_mm : float
        Both on the line across the foot where its front third begins.
    side : {"left", "right"}
    """

    index_percent: float
    excursion_mm: float
    width_mm: float
    side: Side


def excursion_index(
    forces_n: Floats,
    layout: SensorLayout,
    side: Side | None = None,
    min_force_n: float = MIN_FORCE_N,
) -> Excursion:
    """Excursion of the centre of pressure in one step of a bare foot on a plate of many cells.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell over one step, N.
    layout : SensorLayout
    side : {"left", "right"}, optional
        As for `find_footprint`.
    min_force_n : float
        The path begins and ends where the total force passes this.

    Raises
    ------
    UnavailableError
        When the device is no such plate, or there is no whole step of one foot on it.

    References
    ----------
    Song J et al. (1996), J Am Podiatr Med Assoc 86(1):16, doi 10.7547/87507315-86-1-16.
    """
    if layout.kind != "plate" or not is_dense(layout):
        raise UnavailableError(
            f"{layout.name} does not show the medial border of a foot, so it has no CPEI.",
            "This needs a plate of many cells that lie side by side, and a bare foot.",
        )
    print_ = find_footprint(forces_n, layout, side)
    places_mm = np.column_stack((print_.lateral_mm, print_.along_mm))
    return excursion_of(print_, center_of_pressure(forces_n, places_mm, min_force_n))


def excursion_of(print_: Footprint, cop_mm: Floats) -> Excursion:
    """Excursion of a given path over a print; see `excursion_index`.

    Parameters
    ----------
    print_ : Footprint
    cop_mm : (T, 2) array
        Centre of pressure ``(lateral, along)`` in the frame of the print; NaN where there is none.
    """
    half_mm = print_.spacing_mm / 2
    cells_mm = np.column_stack((print_.lateral_mm, print_.along_mm))
    outline_mm = _outline(cells_mm[print_.touched & ~print_.toes])
    heel_mm, forward = _medial_border(outline_mm)
    to_border = np.column_stack((forward[::-1] * (1, -1), forward))

    along_mm = ((cells_mm[print_.touched] - heel_mm) @ to_border)[:, 1]
    back_mm, front_mm = along_mm.min() - half_mm, along_mm.max() + half_mm
    line_mm = back_mm + FRONT_THIRD * (front_mm - back_mm)

    lateral_edge_mm = _crossings((outline_mm - heel_mm) @ to_border, line_mm, closed=True)
    path_mm = (cop_mm[np.isfinite(cop_mm).all(axis=1)] - heel_mm) @ to_border
    on_path_mm = _crossings(path_mm, line_mm)
    on_chord_mm = _crossings(path_mm[[0, -1]] if len(path_mm) else path_mm, line_mm)
    if not (len(lateral_edge_mm) and len(on_path_mm) and len(on_chord_mm)):
        raise UnavailableError(
            "The centre of pressure or the print does not reach the front third of the foot.",
            "Use a recording of a whole step, from heel contact to toe-off.",
        )
    width_mm = float(lateral_edge_mm.max()) + 2 * half_mm
    excursion_mm = float(on_path_mm.mean() - on_chord_mm.mean())
    return Excursion(100 * excursion_mm / width_mm, excursion_mm, width_mm, print_.side)


def _outline(places_mm: Floats) -> Floats:
    """Corners of the convex hull, in order around it."""
    from scipy.spatial import ConvexHull

    return np.asarray(places_mm[ConvexHull(places_mm).vertices])


def _medial_border(outline_mm: Floats) -> tuple[Floats, Floats]:
    """Tangent to heel and forefoot: where it touches the heel, and its direction to the toes.

    It is the edge of the outline that passes the middle of the sole on the medial side.
    """
    middle_mm = (outline_mm[:, 1].min() + outline_mm[:, 1].max()) / 2
    after_mm = np.roll(outline_mm, -1, axis=0)
    passes = (outline_mm[:, 1] <= middle_mm) != (after_mm[:, 1] <= middle_mm)
    edges = np.stack((outline_mm[passes], after_mm[passes]), axis=1)
    medial = edges[np.argmin(edges[:, :, 0].sum(axis=1))]
    heel_mm, ball_mm = medial[np.argsort(medial[:, 1])]
    return heel_mm, (ball_mm - heel_mm) / np.hypot(*(ball_mm - heel_mm))


def _crossings(path_mm: Floats, line_mm: float, closed: bool = False) -> Floats:
    """Where a path ``(lateral, along)`` crosses the line across the foot: lateral, mm."""
    if closed:
        path_mm = np.concatenate((path_mm, path_mm[:1]))
    lateral_mm, along_mm = path_mm.T
    crosses = (along_mm[:-1] <= line_mm) != (along_mm[1:] <= line_mm)
    before = np.flatnonzero(crosses)
    part = (line_mm - along_mm[before]) / (along_mm[before + 1] - along_mm[before])
    return np.asarray(lateral_mm[before] + part * np.diff(lateral_mm)[before])
