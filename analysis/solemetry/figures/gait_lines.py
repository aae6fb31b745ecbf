# SPDX-License-Identifier: Apache-2.0
"""The way of the load under each foot, and of both feet together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from solemetry.device import SensorLayout
from solemetry.figures.foot_pressure import rim_mm
from solemetry.figures.style import FAINT, FOOT_COLORS, INK, RED, new_figure, styled
from solemetry.gait.butterfly import Butterfly
from solemetry.gait.gait_line import GaitLine

_MANY_POINTS = 20_000
"""Longer ways become pixels inside a vector graphic."""


@styled
def draw_gait_lines(
    lines: Mapping[str, GaitLine], layouts: Mapping[str, SensorLayout] | None = None
) -> Any:
    """Draw the gait line of every step, and their mean with one SD to either side.

    The mean is that at equal places along the foot.

    Parameters
    ----------
    lines : mapping of str to GaitLine
        By foot, from left to right as they are to be drawn.
    layouts : mapping of str to SensorLayout, optional
        Insoles whose rim is drawn around.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When there are no lines.
    """
    if not lines:
        raise ValueError("There is no gait line to draw.")
    figure, axes = new_figure(2.0 * len(lines) + 0.6, 4.2, len(lines))
    for ax, (foot, line) in zip(np.atleast_1d(axes), lines.items(), strict=True):
        # Drawn as seen from above: the outside of a left foot is on its left.
        outward, color = -1.0 if foot == "left" else 1.0, FOOT_COLORS.get(foot, INK)
        if layouts is not None and foot in layouts:
            ax.plot(*rim_mm(layouts[foot]).T, color=FAINT, lw=1.0)
        ax.plot(
            outward * line.lines_mm[..., 0].T, line.lines_mm[..., 1].T, color=color, lw=0.4,
            alpha=0.35, rasterized=line.lines_mm.size > _MANY_POINTS,
        )  # fmt: skip
        mean = line.over_length_mm
        x_mm, along_mm = outward * mean["lateral_mm"], mean["along_mm"]
        ax.fill_betweenx(along_mm, x_mm - mean["sd_mm"], x_mm + mean["sd_mm"], color=color,
                         alpha=0.25, lw=0)  # fmt: skip
        ax.plot(x_mm, along_mm, color=color, lw=1.8)
        ax.set(aspect="equal", title=f"{foot}, n = {len(line.lines_mm)}",
               xlabel="left  –  right, mm", ylabel="back  –  front, mm")
    return figure


@styled
def draw_butterfly(butterfly: Butterfly) -> Any:
    """Draw the way of both feet's centre of pressure, and where its diagonals cross.

    Parameters
    ----------
    butterfly : Butterfly
        Of `solemetry.gait.describe_butterfly`.

    Returns
    -------
    matplotlib.figure.Figure
        Each crossing is a dot, their mean a cross.
    """
    figure, ax = new_figure(4.0, 4.4)
    net_mm, strides = butterfly.net_mm, butterfly.strides
    ax.plot(*net_mm.T, color=INK, lw=0.4, alpha=0.5, rasterized=len(net_mm) > _MANY_POINTS)
    x_mm, y_mm = strides["crossing_ml_mm"], strides["crossing_ap_mm"]
    ax.plot(x_mm, y_mm, "o", color=RED, ms=3, alpha=0.6, mew=0)
    ax.plot(x_mm.mean(), y_mm.mean(), "+", color=RED, ms=14, mew=1.6)
    placement = butterfly.summary["placement"].iloc[0]
    ax.set_title(f"{int(x_mm.notna().sum())} crossings; {placement}", fontsize=7, wrap=True)
    ax.set(aspect="equal", xlabel="left  –  right, mm", ylabel="back  –  front, mm")
    return figure
