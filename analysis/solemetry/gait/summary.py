# SPDX-License-Identifier: Apache-2.0
"""Many steps in few numbers: mean, spread, and their twins that one odd step cannot move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.stepping import Feature
from solemetry.gait.swing_zero import SPREAD_OF_NORMAL

Floats = NDArray[np.float64]

MIN_STEPS = 30
"""Fewer steps of a foot give no stable mean (Melvin JM et al. 2014, Gait Posture 40:682)."""


def summarize(
    table: pd.DataFrame, features: Mapping[str, Feature], convention: str, activity: str
) -> pd.DataFrame:
    """Summarise each column of a table of steps.

    Parameters
    ----------
    table : DataFrame
        One row per step.
    features : mapping of str to Feature
        Columns to take.
    convention, activity : str
        Said in each row.

    Returns
    -------
    DataFrame
        Indexed by ``feature``: ``value`` (the mean), ``sd, cv_percent, median, mad`` (median
        distance from the median), ``robust_cv_percent`` (1.4826 MAD / median), ``unit,
        convention, definition, n, valid, note``. ``valid`` needs 30 steps and walking.
    """
    rows = [
        {"feature": name} | _described(table[name].to_numpy(dtype=float)) | {
            "unit": feature.unit,
            "convention": convention,
            "definition": feature.definition,
        }
        for name, feature in features.items()
    ]  # fmt: skip
    out = pd.DataFrame(rows).set_index("feature")
    notes = [shortfalls(n, activity) for n in out.n]
    return out.assign(valid=[not note for note in notes], note=notes)


def shortfalls(n: int, activity: str) -> str:
    """Say what keeps a number from being relied upon; nothing, if nothing does."""
    found = []
    if n < MIN_STEPS:
        found.append(f"only {n} of the {MIN_STEPS} steps that a stable mean needs")
    if activity == "running":
        found.append("running: not validated")
    return "; ".join(found)


def _described(values: Floats) -> dict[str, Any]:
    values = values[np.isfinite(values)]
    n = len(values)
    mean, median = (float(values.mean()), float(np.median(values))) if n else (np.nan, np.nan)
    sd = float(values.std(ddof=1)) if n > 1 else np.nan
    mad = float(np.median(np.abs(values - median))) if n > 1 else np.nan
    return {
        "value": mean,
        "sd": sd,
        "cv_percent": 100 * sd / mean if mean else np.nan,
        "median": median,
        "mad": mad,
        "robust_cv_percent": 100 * SPREAD_OF_NORMAL * mad / median if median else np.nan,
        "n": n,
    }
