# SPDX-License-Identifier: Apache-2.0
"""Short gaps in the forces of cells, bridged by straight lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import covered, finite_runs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BRIDGE_S = 0.1
"""Gaps shorter than this are bridged: no contact and no swing of a step is as short, so a gap of
this length can hide neither."""


def bridge(forces_n: Floats, longest: float) -> tuple[Floats, Bools]:
    """Bridge the gaps of each cell that are shorter than `longest` samples.

    Parameters
    ----------
    forces_n : (T, S) array
        NaN where a sample is missing. Gaps at either end stay.
    longest : float

    Returns
    -------
    forces_n : (T, S) array
        `forces_n` itself where nothing is missing.
    bridged : (T,) bool array
        Samples in which a cell was bridged.
    """
    missing = np.isnan(forces_n)
    bridged = np.zeros(len(forces_n), bool)
    if not missing.any():
        return forces_n, bridged
    forces_n = forces_n.copy()
    for holes, cells in _alike(missing):
        runs = finite_runs(holes)
        inside = (runs[:, 0] > 0) & (runs[:, 1] < len(holes))
        short = runs[inside & (runs[:, 1] - runs[:, 0] < longest)]
        at = np.flatnonzero(covered(short, len(holes)))
        known = np.flatnonzero(~holes)
        after = np.searchsorted(known, at)
        before_n, after_n = (forces_n[known[k]][:, cells] for k in (after - 1, after))
        part = (at - known[after - 1]) / (known[after] - known[after - 1])
        forces_n[at[:, None], cells] = before_n + part[:, None] * (after_n - before_n)
        bridged[at] = True
    return forces_n, bridged


def _alike(missing: Bools) -> list[tuple[Bools, list[int]]]:
    """Holes, and the cells that have just these; a sample is mostly lost in all cells at once."""
    groups: list[tuple[Bools, list[int]]] = []
    for cell, holes in enumerate(np.ascontiguousarray(missing.T)):
        if not holes.any():
            continue
        same = next((cells for known, cells in groups if np.array_equal(known, holes)), None)
        if same is None:
            groups.append((holes, [cell]))
        else:
            same.append(cell)
    return groups
