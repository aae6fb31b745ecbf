# SPDX-License-Identifier: Apache-2.0
"""Where on a plate a contact lies: too near its edge, or two feet at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EDGE_MM = 20.0
"""A centre of pressure so near the edge means that some of the foot lies beyond it."""

FOOT_WIDTH_MM, FOOT_LENGTH_MM = 120.0, 320.0
"""Farther than this the centre of pressure does not travel under one foot: the broadest and
longest feet in use."""

MIDDLE = (0.1, 0.9)
"""Part of the contact that is looked at: at its ends the centre of pressure is mostly noise."""

OF_ITS_WAY = (5, 95)
"""Percentiles between which the centre of pressure counts, for a lost reading is no foot."""

AT_THE_EDGE = "at the plate's edge: a part of the foot was beside it"
TWO_FEET = "two feet on one plate: the centre of pressure goes farther than a foot is wide or long"


def placed(
    contacts: pd.DataFrame,
    cop_mm: Floats,
    edges_mm: tuple[float, float, float, float] | None = None,
    moving: bool = False,
) -> pd.DataFrame:
    """Reject the contacts that a plate saw only a part of, or that were two feet's.

    Parameters
    ----------
    contacts : DataFrame
        From `contacts`.
    cop_mm : (T, 2) array
        Centre of pressure ``(ml, ap)`` on this plate, mm.
    edges_mm : tuple of float, optional
        Left, right, back and front edge of the plate, mm. Without them edges are not looked at.
    moving : bool
        A treadmill's belt carries the foot backwards, so only its width is looked at.

    Returns
    -------
    DataFrame
        As `contacts`, with ``accepted`` and ``reason`` changed where one was found.
    """
    accepted, reasons = contacts.accepted.to_numpy().copy(), contacts.reason.to_numpy().copy()
    ranges = contacts[["start", "stop"]].to_numpy()
    for row in np.flatnonzero(accepted):
        start, stop = ranges[row].tolist()
        first, last = (start + round(share * (stop - start)) for share in MIDDLE)
        path = cop_mm[first:last]
        path = path[np.isfinite(path).all(axis=1)]
        if len(path) and (reason := _out_of_place(path, edges_mm, moving)):
            accepted[row], reasons[row] = False, reason
    return contacts.assign(accepted=accepted, reason=reasons)


def _out_of_place(
    path_mm: Floats, edges_mm: tuple[float, float, float, float] | None, moving: bool
) -> str:
    low, high = np.percentile(path_mm, OF_ITS_WAY, axis=0)
    across, along = high - low
    if across > FOOT_WIDTH_MM or (along > FOOT_LENGTH_MM and not moving):
        return TWO_FEET
    if edges_mm is not None:
        left, right, back, front = edges_mm
        room = min(low[0] - left, right - high[0], low[1] - back, front - high[1])
        return AT_THE_EDGE if room < EDGE_MM else ""
    return ""
