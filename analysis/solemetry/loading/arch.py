# SPDX-License-Identifier: Apache-2.0
"""Arch index: how much of the foot's load or contact is under its middle.

Two forms that cannot be compared with each other. The area form is the published one and needs a
barefoot print; the force form serves insoles and compares a person with themselves only. Neither
comes with cut-offs here: a class of foot is for somebody who has seen it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.loading.footprint import Footprint
from solemetry.loading.loads import Side, regions

Floats = NDArray[np.float64]


def arch_index_area(print_: Footprint) -> float:
    """Arch index of a barefoot print: the middle third's part of its area without toes.

    The thirds are of the length without toes, along the foot's axis; a cell on a line counts to
    both sides by its parts. Cells in contact at any time of the step make the print, so it is the
    dynamic index, larger than that of standing.

    Parameters
    ----------
    print_ : Footprint
        From `find_footprint`, which refuses what is no print.

    References
    ----------
    Cavanagh PR, Rodgers MM (1987), J Biomech 20:547.
    """
    sole = print_.touched & ~print_.toes
    half_mm = print_.spacing_mm / 2
    back_mm, front_mm = print_.along_mm[sole] - half_mm, print_.along_mm[sole] + half_mm
    lines_mm = np.linspace(back_mm.min(), front_mm.max(), 4)
    inside_mm = np.clip(front_mm, *lines_mm[1:3]) - np.clip(back_mm, *lines_mm[1:3])
    area_mm2 = print_.area_mm2[sole]
    return float((area_mm2 * inside_mm / print_.spacing_mm).sum() / area_mm2.sum())


def arch_index_force(forces_n: Floats, layout: SensorLayout, side: Side | None = None) -> float:
    """Force form of the arch index: the midfoot's part of the impulse of heel, midfoot, forefoot.

    From the impulses of the regions over the samples given, a step or many; toes are left out, as
    in the area form. Depends on where the cells lie: compare it with the same insole only.

    Parameters
    ----------
    forces_n : (T, S) array
        N. Samples with a missing cell are left out.
    layout, side
        As for `regions`.

    Returns
    -------
    float
        0 to 1; NaN without load, and where the device has no cell in one of the three.
    """
    loads = regions(forces_n, layout, side)
    sums = loads.reindex(columns=["heel", "midfoot", "forefoot"]).to_numpy()
    heel, midfoot, forefoot = sums[np.isfinite(sums).all(axis=1)].sum(axis=0)
    total = heel + midfoot + forefoot
    return float(midfoot / total) if total > 0 else np.nan
