# SPDX-License-Identifier: Apache-2.0
"""The times of a walk from insoles without gains: when a foot is loaded, counts tell as well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.analysis.walk import Walk
from solemetry.gait.force_curve import LANDMARKS
from solemetry.session.model import Stream

Floats = NDArray[np.float64]

_UNLOADED_PERCENT, _LOADED_PERCENT = 1.0, 95.0

_AS_IF_N = 1000.0
"""What the largest loads count as, so that the rules of contacts, which are in newtons, apply:
their 20 N are then 2 % of the largest load."""

TIMES_ONLY = (
    "times only, from raw counts above the least of each cell: without gains there are no forces. "
    "Cells without gains may begin to rise later or earlier than calibrated ones"
)


def as_if_in_newtons(stream: Stream) -> Stream:
    """Return an insole's counts as a load of no known size: good for times, for nothing else."""
    counts = np.asarray(stream.counts, dtype=float)
    finite = counts[np.isfinite(counts).all(axis=1)]
    if not len(finite):
        total = np.full(len(counts), np.nan)
    else:
        total = (counts - np.percentile(finite, _UNLOADED_PERCENT, axis=0)).sum(axis=1)
        largest = float(np.nanpercentile(total, _LOADED_PERCENT))
        total = total * (_AS_IF_N / largest if largest > 0 else np.nan)
    return replace(stream, counts=None, description=None, force_n=total)


def times_only(walk: Walk) -> Walk:
    """Take all out of a walk that is of forces."""
    contacts, steps = (
        table[[name for name in table if not _of_force(str(name))]]
        for table in (walk.contacts, walk.steps)
    )
    feet, trial, symmetry = (_times_of(of) for of in (walk.feet, walk.trial, walk.symmetry))
    return replace(
        walk,
        contacts=contacts, steps=steps, feet=feet, trial=trial, symmetry=symmetry,
        curves_n={}, per_step={}, summaries={}, gait_lines={}, butterfly=None,
        notes=(TIMES_ONLY, *walk.notes),
    )  # fmt: skip


def _of_force(name: str) -> bool:
    of_curve = name.startswith(("force_curve", "clear_humps"))
    return name in LANDMARKS or name.endswith("_bw") or name == "body_weight" or of_curve


def _times_of(table: pd.DataFrame) -> pd.DataFrame:
    names = table.index.get_level_values(-1)
    return table[[not _of_force(str(name)) for name in names]] if len(table) else table
