# SPDX-License-Identifier: Apache-2.0
"""Force under each region of the foot, at every sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N
from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.loading.footprint import find_footprint, is_dense
from solemetry.loading.masks import FOOTPRINT, INSOLE, REGIONS, SUMS, mask

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

_BLOCK = 1 << 13
"""So many samples at once: few enough to stay near the processor."""


def regions(forces_n: Floats, layout: SensorLayout, side: Side | None = None) -> pd.DataFrame:
    """Force under each region and what regions add up to.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell, N.
    layout : SensorLayout
        Of an insole, or of a plate of many cells with one foot on it. Where it does not name the
        region under each cell, a mask does: see `with_regions`.
    side : {"left", "right"}, optional
        Needed for an insole that names no regions; a plate finds it out where it can.

    Returns
    -------
    DataFrame
        ``T`` rows, N: a column for each region that has a cell (`masks.REGIONS`), then for each
        sum of them (`masks.SUMS`). A missing cell makes its region and the sums that it is in
        missing, and no other.

    Raises
    ------
    UnavailableError
        When there is no telling which cell lies under what.

    Examples
    --------
    >>> import numpy as np
    >>> from solemetry import SensorLayout
    >>> insole = SensorLayout.builtin("insole-16-esp32s3")
    >>> loads = regions(np.full((1, 16), 10.0), insole)
    >>> loads[["met1", "heel", "whole"]].values.tolist()
    [[10.0, 40.0, 160.0]]
    """
    forces_n = checked_forces(forces_n, layout)
    named = with_regions(forces_n, layout, side)
    members = members_of(named)
    columns = [*members, *sums_of(members)]
    loads = np.empty((len(columns), len(forces_n)))
    for start in range(0, len(forces_n), _BLOCK):
        block = slice(start, start + _BLOCK)
        loads[:, block] = gather(np.add, np.ascontiguousarray(forces_n[block].T), members)
    return pd.DataFrame(loads.T, columns=columns, copy=False)


def shares(
    forces_n: Floats,
    layout: SensorLayout,
    side: Side | None = None,
    min_force_n: float = MIN_FORCE_N,
) -> pd.DataFrame:
    """How the load is shared between heel and toes, medial and lateral, at every sample.

    Parameters
    ----------
    forces_n, layout, side
        As for `regions`.
    min_force_n : float
        Under this total force there is nothing to share.

    Returns
    -------
    DataFrame
        ``T`` rows, 0 to 1. ``heel``, ``midfoot``, ``forefoot`` and ``toes`` of the whole, which
        make 1. ``front``: of what heel, forefoot and toes carry, the part of the latter two.
        ``lateral``: of what lies medial or lateral, the lateral part.
    """
    loads = regions(forces_n, layout, side)
    load = {name: loads[name].to_numpy() for name in SUMS if name in loads}
    nothing = np.zeros(len(loads))
    heel, midfoot, forefoot, toes, medial, lateral = (
        load.get(name, nothing)
        for name in ("heel", "midfoot", "forefoot", "toes", "medial", "lateral")
    )
    whole = np.where(load["whole"] >= min_force_n, load["whole"], np.nan)

    def part(of: Floats, both: Floats) -> Floats:
        share = np.full(len(of), np.nan)
        np.divide(of, both, out=share, where=(both > 0) & (whole > 0))
        return share

    return pd.DataFrame(
        {
            "heel": heel / whole,
            "midfoot": midfoot / whole,
            "forefoot": forefoot / whole,
            "toes": toes / whole,
            "front": part(forefoot + toes, heel + forefoot + toes),
            "lateral": part(lateral, medial + lateral),
        }
    )


def with_regions(
    forces_n: Floats, layout: SensorLayout, side: Side | None = None
) -> SensorLayout:
    """Return a layout that names the region under each cell.

    One that does already comes back as it is. The mask `masks.INSOLE` is laid over an insole,
    `masks.FOOTPRINT` over the one print on a plate of many cells.

    Raises
    ------
    UnavailableError
        When the device is no insole and no plate of many cells, or the side is not known.
    """
    if layout.regions:
        return layout
    try:
        if layout.kind == "insole":
            return replace(layout, regions=insole_mask(layout, side))
        if not is_dense(layout):
            raise UnavailableError(
                f"{layout.name} has {len(layout.labels)} cells, which do not show a foot.",
                "Regions need an insole or a plate of many cells.",
            )
        foot = find_footprint(forces_n, layout, side)
        names = mask(
            foot.along_mm, foot.lateral_mm, foot.length_mm, FOOTPRINT,
            touched=foot.touched, toes=foot.toes,
        )  # fmt: skip
        return replace(layout, regions=names)
    except ValueError as error:
        raise UnavailableError(str(error), "Regions need a whole foot.") from None


def insole_mask(layout: SensorLayout, side: Side | None) -> tuple[str, ...]:
    """Lay the mask `masks.INSOLE` over an insole whose y begins at the heel."""
    if side is None:
        raise UnavailableError(
            f"{layout.name} does not say what lies under its cells.",
            "Say which foot wears it: side='left' or side='right'.",
        )
    lateral_mm = layout.xy_mm[:, 0] * (1.0 if side == "right" else -1.0)
    return mask(layout.xy_mm[:, 1], lateral_mm, layout.size_mm[1], INSOLE)


def members_of(layout: SensorLayout) -> dict[str, list[int]]:
    """Return the cells of each region that has any, from toes to heel."""
    unknown = sorted(set(layout.regions) - set(REGIONS))
    if unknown:
        raise UnavailableError(
            f"{layout.name} names regions that are not known: {', '.join(unknown)}.",
            f"Known are {', '.join(REGIONS)}.",
        )
    cells = {
        name: [n for n, region in enumerate(layout.regions) if region == name] for name in REGIONS
    }
    return {name: at for name, at in cells.items() if at}


def sums_of(members: Mapping[str, list[int]]) -> dict[str, list[str]]:
    """Return the regions that each sum is made of, where it has any and is not itself one."""
    parts = {name: [part for part in of if part in members] for name, of in SUMS.items()}
    return {name: of for name, of in parts.items() if of and name not in members}


def gather(join: np.ufunc, by_cell: Floats, members: Mapping[str, list[int]]) -> Floats:
    """Join cells ``(S, T)`` to regions and these to what is made of them, ``(R, T)``.

    Row by row, so that a sample does not depend on how many there are.
    """
    sums = sums_of(members)
    out = np.empty((len(members) + len(sums), by_cell.shape[1]))
    place = {name: row for row, name in enumerate((*members, *sums))}
    for name, cells in members.items():
        _join_rows(join, by_cell, cells, out[place[name]])
    for name, parts in sums.items():
        _join_rows(join, out, [place[part] for part in parts], out[place[name]])
    return out


def _join_rows(join: np.ufunc, values: Floats, rows: list[int], out: Floats) -> None:
    out[:] = values[rows[0]]
    for row in rows[1:]:
        join(out, values[row], out=out)


def checked_forces(forces_n: Floats, layout: SensorLayout) -> Floats:
    """Return forces as ``(T, S)``, or say that they do not fit the layout."""
    forces_n = np.asarray(forces_n, dtype=float)
    if forces_n.ndim != 2 or forces_n.shape[1] != len(layout.labels):
        raise ValueError(
            f"Forces have shape {forces_n.shape}; {layout.name} needs (T, {len(layout.labels)})."
        )
    return forces_n
