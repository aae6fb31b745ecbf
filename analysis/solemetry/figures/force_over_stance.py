# SPDX-License-Identifier: Apache-2.0
"""The mean force of each foot over stance, with its spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.figures.style import FOOT_COLORS, FOOT_LINES, INK, new_figure, styled

Floats = NDArray[np.float64]


@styled
def draw_force_curves(
    curves_n: Mapping[str, Floats], body_weight_n: float | None = None
) -> Any:
    """Draw the mean force over stance of each foot, and a band of one SD to either side.

    Parameters
    ----------
    curves_n : mapping of str to (k, P) array
        Force of ``k`` steps at ``P`` points from IC (0 %) to TO (100 %), N, by foot; as
        `solemetry.gait.Gait` and `solemetry.gait.normalized` give them.
    body_weight_n : float, optional
        Given, forces are drawn in body weights.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(5.0, 3.0)
    for foot, curves in curves_n.items():
        if not len(curves):
            continue
        color = FOOT_COLORS.get(foot, INK)
        force = curves / (body_weight_n or 1.0)
        mean, percent = force.mean(axis=0), np.linspace(0, 100, force.shape[1])
        if len(force) > 1:
            sd = force.std(axis=0, ddof=1)
            axes.fill_between(percent, mean - sd, mean + sd, color=color, alpha=0.2, lw=0)
        axes.plot(percent, mean, FOOT_LINES.get(foot, "-"), color=color, lw=1.6,
                  label=f"{foot}, n = {len(force)}")
    axes.grid(axis="y")
    axes.set(xlabel="stance, %", ylabel="force, body weights" if body_weight_n else "force, N",
             xlim=(0, 100))
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    if axes.lines:
        axes.legend(loc="lower center", title="mean, band of 1 SD")
    return figure
