# SPDX-License-Identifier: Apache-2.0
"""Cells of an insole that bear as much in swing as in stance: stuck, pinched or creased."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.signal import covered

Floats = NDArray[np.float64]

AS_IN_STANCE = 0.5
"""A cell that reads this share of what it reads in stance while the foot is in the air..."""

OF_THE_LOAD = 0.02
"""...and this share of the foot's load, so that the fit of a shoe does not count."""

READINGS = 5_000
"""So many, spread evenly, are enough for a median."""


def find_stuck_cells(forces_n: Floats, layout: SensorLayout, contacts: pd.DataFrame) -> str:
    """Tell which cells look stuck, in a sentence; nothing where none does.

    What a cell reads is the median of its readings: in stance over all contacts, in swing over
    all the time outside of them, accepted or not. A cell that is stuck at nothing cannot be told
    from one that nothing presses.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell, N.
    layout : SensorLayout
    contacts : DataFrame
        From `contacts`.
    """
    forces_n = np.asarray(forces_n, dtype=float)
    on_ground = covered(contacts[["start", "stop"]].to_numpy(np.int64), len(forces_n))
    every = len(forces_n) // READINGS + 1
    forces_n, on_ground = forces_n[::every], on_ground[::every]
    whole = np.isfinite(forces_n).all(axis=1)
    stance, swing = (forces_n[whole & part] for part in (on_ground, ~on_ground))
    if not len(stance) or not len(swing):
        return ""
    in_stance, in_swing = np.median(stance, axis=0), np.median(swing, axis=0)
    load_n = in_stance.sum()
    stuck = (in_swing >= AS_IN_STANCE * in_stance) & (in_swing >= OF_THE_LOAD * load_n)
    if not stuck.any():
        return ""
    names = ", ".join(
        f"{layout.labels[cell]} ({in_swing[cell]:.0f} N)" for cell in np.flatnonzero(stuck)
    )
    return f"bears load in swing as in stance: cell {names}; is it stuck?"
