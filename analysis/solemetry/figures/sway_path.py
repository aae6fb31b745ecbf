# SPDX-License-Identifier: Apache-2.0
"""The sway of standing: the path of the centre of pressure, and both its axes over time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.figures.style import BLUE, FAINT, ORANGE, RED, draw_line, new_figure, styled
from solemetry.sway.trajectory.ellipse import prediction_ellipse

Floats = NDArray[np.float64]

_LEAST_MM = 0.1
"""The axes go so far at least: what is smaller is rounding, as of a dead weight."""


@styled
def draw_sway_path(cop_mm: Floats, reach_mm: float | None = None, title: str = "") -> Any:
    """Draw the path around its mean, with the ellipse expected to hold 95 % of it.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm; what is missing is NaN.
    reach_mm : float, optional
        How far the axes go, for pictures to be held against each other; by default as far as the
        path.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(3.4, 3.4)
    ellipse = prediction_ellipse(cop_mm)
    center = np.array(ellipse.center_mm)
    draw_line(axes, cop_mm[:, 0] - center[0], cop_mm[:, 1] - center[1], BLUE, 0.6)
    axes.plot(*(ellipse.outline() - center).T, color=RED, lw=1.6)
    axes.axhline(0, color=FAINT, lw=0.6, zorder=0)
    axes.axvline(0, color=FAINT, lw=0.6, zorder=0)
    farthest_mm = float(np.nanmax(np.abs(np.vstack((cop_mm, ellipse.outline())) - center)))
    reach_mm = reach_mm or max(1.12 * farthest_mm, _LEAST_MM)
    axes.set(xlim=(-reach_mm, reach_mm), ylim=(-reach_mm, reach_mm), aspect="equal", title=title,
             xlabel="left  –  right, mm", ylabel="back  –  front, mm")
    return figure


@styled
def draw_sway_over_time(t_s: Floats, cop_mm: Floats) -> Any:
    """Draw both axes over time, from their means.

    Parameters
    ----------
    t_s : (T,) array
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm; what is missing is NaN.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(7.2, 2.1)
    centered = cop_mm - np.nanmean(cop_mm, axis=0)
    draw_line(axes, t_s, centered[:, 0], BLUE, 0.9, "side to side (+ right)")
    draw_line(axes, t_s, centered[:, 1], ORANGE, 0.9, "front to back (+ front)")
    axes.grid(axis="y")
    axes.set(xlabel="time, s", ylabel="from the mean, mm")
    axes.margins(x=0.0)
    axes.legend(loc="lower right", ncols=2, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    return figure
