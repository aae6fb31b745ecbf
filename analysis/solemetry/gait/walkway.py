# SPDX-License-Identifier: Apache-2.0
"""A walk over several plates, a foot on each: which contacts are whole, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.ground_contact import contacts
from solemetry.gait.placement import MIDDLE, placed

Floats = NDArray[np.float64]
Edges = tuple[float, float, float, float]

MAX_OVERLAP = 0.5
"""Two contacts of one walk overlap by double support, a fifth of a stance or so. More than half
of the shorter one is one foot on two plates."""

ACROSS = "on two plates at once: one foot across both"


def walkway(
    forces_n: Sequence[Floats],
    cops_mm: Sequence[Floats],
    fs_hz: float,
    edges_mm: Sequence[Edges] | None = None,
    convention: str = "plate",
    activity: str = "walking",
) -> pd.DataFrame:
    """Find the contacts of one walk over a row of plates, and whose they are.

    A foot is the left one where it comes down to the left of the feet before and after it, seen
    in the direction of walking, which is where the contacts move from the first to the last.

    Parameters
    ----------
    forces_n : sequence of (T,) array
        Vertical force on each plate, N, on one time grid.
    cops_mm : sequence of (T, 2) array
        Centre of pressure ``(ml, ap)`` on each plate, mm, *in one frame for all plates*.
    fs_hz : float
    edges_mm : sequence of tuple, optional
        Left, right, back and front edge of each plate in that frame, mm.
    convention, activity : str
        As of `contacts`.

    Returns
    -------
    DataFrame
        The rows of `contacts` of all plates in order, with ``plate`` (its number, from 0) and
        ``foot`` (``left``, ``right``, or empty where it is not known). Contacts at an edge, of
        two feet, or across two plates are not accepted. For `steps`, take the rows of each foot.
    """
    tables = []
    for plate, (force_n, cop_mm) in enumerate(zip(forces_n, cops_mm, strict=True)):
        found = contacts(force_n, fs_hz, convention, activity)
        found = placed(found, cop_mm, edges_mm[plate] if edges_mm is not None else None)
        tables.append(found.assign(plate=plate, **_middle_of(found, cop_mm)))
    table = pd.concat(tables).sort_values("on_s", kind="stable").reset_index(drop=True)
    across = _across_plates(table) & table.accepted
    table.loc[across, "accepted"] = False
    table.loc[across, "reason"] = ACROSS
    table["foot"] = _feet(table)
    return table.drop(columns=["ml_mm", "ap_mm"])


def _middle_of(found: pd.DataFrame, cop_mm: Floats) -> dict[str, Floats]:
    middles = np.full((len(found), 2), np.nan)
    for row, (start, stop) in enumerate(found[["start", "stop"]].to_numpy().tolist()):
        first, last = (start + round(share * (stop - start)) for share in MIDDLE)
        path = cop_mm[first:last]
        path = path[np.isfinite(path).all(axis=1)]
        if len(path):
            middles[row] = np.median(path, axis=0)
    return {"ml_mm": middles[:, 0], "ap_mm": middles[:, 1]}


def _across_plates(table: pd.DataFrame) -> NDArray[np.bool_]:
    on, off, plate = (table[name].to_numpy() for name in ("on_s", "off_s", "plate"))
    together = np.minimum.outer(off, off) - np.maximum.outer(on, on)
    shorter = np.minimum.outer(off - on, off - on)
    across = (together > MAX_OVERLAP * shorter) & (plate[:, None] != plate)
    return np.asarray(across.any(axis=1))


def _feet(table: pd.DataFrame) -> NDArray[np.object_]:
    feet = np.full(len(table), "", dtype=object)
    known = np.flatnonzero(table.accepted & np.isfinite(table.ml_mm))
    if len(known) < 2:
        return feet
    ml, ap = table.ml_mm.to_numpy()[known], table.ap_mm.to_numpy()[known]
    to_the_right = ml * np.sign(ap[-1] - ap[0])
    before, after = np.r_[np.nan, to_the_right[:-1]], np.r_[to_the_right[1:], np.nan]
    neighbours = np.nanmean([before, after], axis=0)
    feet[known] = np.where(to_the_right < neighbours, "left", "right")
    return feet
