# SPDX-License-Identifier: Apache-2.0
"""What each region of the foot bears, left beside right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from solemetry.figures.style import FOOT_COLORS, FOOT_SHADES, INK, new_figure, styled
from solemetry.loading.masks import SUMS


@styled
def draw_regions(regions: pd.DataFrame, feature: str = "peak_n") -> Any:
    """Draw a bar for each region and foot, with one SD over the steps.

    Regions that are sums of others are left out.

    Parameters
    ----------
    regions : DataFrame
        Indexed by ``foot, region, feature``, with ``value, sd, unit, definition``: that of
        `solemetry.analysis.Walk`.
    feature : str
        Which to draw.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there is no such feature.
    """
    known = list(regions.index.unique("feature")) if len(regions) else []
    if feature not in known:
        raise ValueError(f"There is no {feature!r} of regions. Known: {', '.join(known)}.")
    table = regions.xs(feature, level="feature")
    there = set(table.index.unique("region"))
    names = [name for name in table.index.unique("region") if not there & _parts(name)]
    feet = list(table.index.unique("foot"))
    figure, axes = new_figure(5.0, 0.9 + 0.32 * len(names))
    place, height = np.arange(len(names)), 0.8 / len(feet)
    for number, foot in enumerate(feet):
        rows = table.loc[foot].reindex(names)
        axes.barh(
            place + (number - (len(feet) - 1) / 2) * height, rows["value"], height,
            xerr=rows["sd"].fillna(0.0), color=FOOT_COLORS.get(foot, INK),
            alpha=FOOT_SHADES.get(foot, 0.9),
            label=f"{foot}, n = {int(rows['n'].max())}",
            error_kw={"ecolor": INK, "elinewidth": 0.8},
        )  # fmt: skip
    first = table.iloc[0]
    unit = "" if first["unit"] == "1" else f", {first['unit']}"
    axes.set_yticks(place, [name.replace("_", " ") for name in names])
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set(xlabel=f"{first['definition']}{unit}; mean and 1 SD")
    axes.set_xlim(left=0.0)
    axes.legend(loc="best")
    return figure


def _parts(name: str) -> set[str]:
    """Return the regions that one is made of; none where it is no sum."""
    return set(SUMS.get(name, ())) - {name}
