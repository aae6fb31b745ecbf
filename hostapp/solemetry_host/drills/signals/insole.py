# SPDX-License-Identifier: Apache-2.0
"""Shares of a foot's load, by the regions that the cells of an insole lie under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from solemetry_host.drills.signals.catalogue import CELLS, SUMS

Floats = NDArray[np.float64]

_NAMES = {
    "hallux": "hallux", "lesser_toes": "toes_lesser", "met1": "mt1", "met2": "mt23",
    "met3": "mt23", "met4": "mt5", "met5": "mt5", "midfoot_medial": "midfoot_medial",
    "midfoot_lateral": "midfoot_lateral", "heel_medial": "heel_medial",
    "heel_lateral": "heel_lateral",
}  # fmt: skip
"""What layouts call a region, and what drills call it."""

_COARSE = {
    "heel": ("rearfoot",),
    "toes": ("forefoot",),
    "forefoot_medial": ("forefoot", "medial"),
    "forefoot_lateral": ("forefoot", "lateral"),
}
"""Regions of devices of few cells, which belong to sums only."""


def cells_by_region(regions: Sequence[str]) -> Mapping[str, NDArray[np.bool_]]:
    """Return which cells make up each region of the catalogue; without what no cell lies under.

    Parameters
    ----------
    regions : sequence of str, length S
        Of a layout: the region under each cell.

    Returns
    -------
    mapping of str to (S,) bool array
    """
    names = [_NAMES.get(region, "") for region in regions]
    found = {region: np.array([name == region for name in names]) for region in CELLS}
    for total, parts in SUMS.items():
        found[total] = np.array(
            [name in parts or total in _COARSE.get(region, ())
             for name, region in zip(names, regions, strict=True)]
        )  # fmt: skip
    return {region: cells for region, cells in found.items() if cells.any()}


def shares(
    forces: Floats, cells: Mapping[str, NDArray[np.bool_]], least: float
) -> dict[str, float]:
    """Return the share of each region in a foot's load.

    Parameters
    ----------
    forces : (S,) array
        On each cell, in any unit that is the same of all.
    cells : mapping
        From `cells_by_region`.
    least : float
        With less on all of them together there is no share of anything.
    """
    total = float(forces.sum())
    if not total >= least:
        return {}
    return {region: float(forces[mine].sum()) / total for region, mine in cells.items()}
