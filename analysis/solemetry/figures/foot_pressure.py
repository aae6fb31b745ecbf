# SPDX-License-Identifier: Apache-2.0
"""Pressure under the foot, cell by cell, seen from above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.figures.style import FAINT, new_figure, styled
from solemetry.loading.footprint import is_dense
from solemetry.loading.masks import spacing_mm

Floats = NDArray[np.float64]

_RIM_MM = 6.0
_NOMINAL_MM2 = 300.0
"""Size of a drawn cell whose own is not known."""


@styled
def draw_pressure(
    feet: Mapping[str, tuple[Floats, SensorLayout]], unit: str = "kPa", what: str = "pressure"
) -> Any:
    """Draw each cell at its place, in its area, coloured by its value.

    Parameters
    ----------
    feet : mapping of str to (values, layout)
        By foot, from left to right as they are to be drawn; ``values`` ``(S,)``, NaN where
        missing (drawn empty). One scale of colour serves all.
    unit, what : str
        Of the values, for the scale.

    Returns
    -------
    matplotlib.figure.Figure
        A plate of many cells shows what is above zero. The line around an insole is the rim of
        its cells, not the maker's drawing.

    Raises
    ------
    ValueError
        When there are no feet, or values do not fit their layout.
    """
    if not feet:
        raise ValueError("There is no foot to draw.")
    from matplotlib.collections import PatchCollection

    for foot, (values, layout) in feet.items():
        if np.shape(values) != (len(layout.labels),):
            raise ValueError(
                f"{foot}: {np.shape(values)} values do not fit the {len(layout.labels)} cells of "
                f"{layout.name}."
            )
    largest = np.nanmax([np.nanmax(values, initial=0.0) for values, _ in feet.values()])
    figure, axes = new_figure(2.0 * len(feet) + 0.8, 4.2, len(feet))
    for ax, (foot, (values, layout)) in zip(np.atleast_1d(axes), feet.items(), strict=True):
        shown = np.asarray(values) > 0 if is_dense(layout) else np.ones(len(values), bool)
        cells = PatchCollection(
            [patch for patch, show in zip(_cells(layout), shown, strict=True) if show],
            cmap="cividis", edgecolor=FAINT, linewidth=0.3,
        )  # fmt: skip
        cells.set_array(np.ma.masked_invalid(np.asarray(values, dtype=float)[shown]))
        cells.set_clim(0.0, largest or 1.0)
        if layout.kind == "insole":
            ax.plot(*rim_mm(layout).T, color=FAINT, lw=1.0)
        ax.add_collection(cells)
        ax.autoscale_view()
        ax.set(aspect="equal", title=foot, xlabel="left  –  right, mm", ylabel="back  –  front, mm")
    figure.colorbar(cells, ax=axes, shrink=0.7, label=f"{what}, {unit}")
    return figure


def rim_mm(layout: SensorLayout) -> Floats:
    """Line around the cells of an insole, a little outside of them, closed, ``(n, 2)``, mm."""
    from scipy.spatial import ConvexHull

    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    around = np.column_stack((np.cos(turn), np.sin(turn)))
    reach_mm = cell_sizes_mm(layout) / 2 + _RIM_MM
    points = (layout.xy_mm[:, None] + reach_mm[:, None, None] * around).reshape(-1, 2)
    corners = ConvexHull(points).vertices
    return np.asarray(points[np.append(corners, corners[0])])


def _cells(layout: SensorLayout) -> list[Any]:
    """Rectangles where cells lie side by side, circles elsewhere."""
    from matplotlib.patches import Circle, Rectangle

    if is_dense(layout) and layout.area_mm2 is not None:
        width_mm = spacing_mm(layout.xy_mm)
        return [
            Rectangle((x - width_mm / 2, y - height_mm / 2), width_mm, height_mm)
            for (x, y), height_mm in zip(layout.xy_mm, layout.area_mm2 / width_mm, strict=True)
        ]
    sizes_mm = cell_sizes_mm(layout)
    return [Circle((x, y), size / 2) for (x, y), size in zip(layout.xy_mm, sizes_mm, strict=True)]


def cell_sizes_mm(layout: SensorLayout) -> Floats:
    """Diameter of a circle of each cell's area, but no larger than fits beside its neighbour."""
    from scipy.spatial import cKDTree

    area_mm2 = np.full(len(layout.labels), _NOMINAL_MM2)
    area_mm2 = area_mm2 if layout.area_mm2 is None else layout.area_mm2
    to_neighbor_mm = cKDTree(layout.xy_mm).query(layout.xy_mm, k=2)[0][:, 1]
    return np.asarray(np.minimum(2 * np.sqrt(area_mm2 / np.pi), to_neighbor_mm))
