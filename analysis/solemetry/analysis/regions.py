# SPDX-License-Identifier: Apache-2.0
"""The loads of regions over many steps in few numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.gait.stepping import Feature
from solemetry.gait.summary import summarize
from solemetry.loading.loads import Side, regions

Floats = NDArray[np.float64]

REGION_FEATURES = {
    "peak_n": Feature("N", "largest force"),
    "time_to_peak_s": Feature("s", "from IC to the largest force"),
    "time_to_peak_share": Feature("1", "the same / stance"),
    "impulse_ns": Feature("N s", "force summed over stance"),
    "impulse_share": Feature("1", "impulse / the whole foot's"),
    "contact_share": Feature("1", "part of stance in which a cell of it is in contact"),
    "contact_area_mm2": Feature("mm2", "largest area of cells in contact at a time"),
    "peak_kpa": Feature("kPa", "largest pressure of a cell"),
    "mean_kpa": Feature("kPa", "force / area in contact, mean over the time in contact"),
    "pti_peak_kpa_s": Feature("kPa s", "integral of the largest pressure in it at each sample"),
    "pti_cell_kpa_s": Feature("kPa s", "largest integral of a cell"),
    "pti_mean_kpa_s": Feature("kPa s", "impulse / contact area"),
}
"""Columns of `solemetry.loading.describe_steps`, and what they are."""

_OF_AREAS = (
    "contact_share", "contact_area_mm2", "peak_kpa", "mean_kpa", "pti_peak_kpa_s",
    "pti_cell_kpa_s", "pti_mean_kpa_s",
)  # fmt: skip


def summarize_regions(
    region_steps: pd.DataFrame, layout: SensorLayout, convention: str, activity: str
) -> pd.DataFrame:
    """Summarise the steps of one foot by region.

    Parameters
    ----------
    region_steps : DataFrame
        From `solemetry.loading.describe_steps`.
    layout : SensorLayout
        Without areas of its cells there are no pressures, and no rows of them.
    convention, activity : str
        Said in each row.

    Returns
    -------
    DataFrame
        Indexed by ``region`` and ``feature``; columns as of `solemetry.gait.summarize`.
    """
    features = {
        name: of
        for name, of in REGION_FEATURES.items()
        if layout.area_mm2 is not None or name not in _OF_AREAS
    }
    return pd.concat(
        {
            region: summarize(steps, features, convention, activity)
            for region, steps in region_steps.groupby("region", observed=True)
        },
        names=["region"],
    )


def regions_at_rest(forces_n: Floats, layout: SensorLayout, side: Side | None) -> pd.DataFrame:
    """Mean load of each region while somebody stands.

    Parameters
    ----------
    forces_n : (T, S) array
        N; samples with a missing cell are left out.
    layout, side
        As for `solemetry.loading.regions`.

    Returns
    -------
    DataFrame
        Indexed by ``region`` and ``feature`` (``mean_n``, ``share`` of the whole): ``value, sd``
        over samples, ``unit, definition, n, valid, note``.

    Raises
    ------
    UnavailableError
        As `solemetry.loading.regions`.
    """
    loads = regions(forces_n[np.isfinite(forces_n).all(axis=1)], layout, side)
    whole = loads["whole"].where(loads["whole"] > 0)
    tables = {
        "mean_n": (loads, Feature("N", "mean force")),
        "share": (loads.div(whole, axis=0), Feature("1", "force / the whole foot's, mean")),
    }
    rows = [
        {"region": region, "feature": name, "value": table[region].mean(),
         "sd": table[region].std(), "unit": of.unit, "definition": of.definition,
         "n": int(table[region].notna().sum()), "valid": bool(table[region].notna().any()),
         "note": "standing"}
        for region in loads
        for name, (table, of) in tables.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index(["region", "feature"])
