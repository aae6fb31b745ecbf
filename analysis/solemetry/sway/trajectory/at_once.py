# SPDX-License-Identifier: Apache-2.0
"""The few numbers that are wanted sixty times a second, from one walk through the positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import planar
from solemetry.sway.trajectory.ellipse import Ellipse, ellipse_of
from solemetry.sway.trajectory.path import step_lengths

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SwayAtOnce:
    """What `sway_at_once` found.

    Attributes
    ----------
    ellipse : Ellipse
        As of `prediction_ellipse`.
    path_mm : float
        As of `path_length`.
    steps : int
        From how many steps between neighbours.
    rms_mm, radius_mm : float
        As of `rms_distance` and `mean_distance`.
    """

    ellipse: Ellipse
    path_mm: float
    steps: int
    rms_mm: float
    radius_mm: float


def sway_at_once(cop_mm: Floats) -> SwayAtOnce | None:
    """Return ellipse, path and distances, each as the function of its own would.

    Those look at every position again, which costs twice as much.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm. Rows with a missing value are left out.

    Returns
    -------
    SwayAtOnce or None
        None with fewer than three positions.
    """
    cop_mm = planar(cop_mm)
    x, y = cop_mm[:, 0], cop_mm[:, 1]
    sum_x, sum_y = float(x.sum()), float(y.sum())
    whole = math.isfinite(sum_x + sum_y)
    steps_mm = _steps(x, y) if whole else step_lengths(cop_mm)
    if not whole:
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        sum_x, sum_y = float(x.sum()), float(y.sum())
    n = len(x)
    if n < 3:
        return None
    dx, dy = x - sum_x / n, y - sum_y / n
    sxy = float((dx * dy).sum())
    dx *= dx
    dy *= dy
    sxx, syy = float(dx.sum()), float(dy.sum())
    dx += dy
    covariance_mm2 = (sxx / (n - 1), syy / (n - 1), sxy / (n - 1))
    return SwayAtOnce(
        ellipse=ellipse_of((sum_x / n, sum_y / n), covariance_mm2, n),
        path_mm=float(steps_mm.sum()),
        steps=len(steps_mm),
        rms_mm=math.sqrt((sxx + syy) / n),
        radius_mm=float(np.sqrt(dx, out=dx).sum()) / n,
    )


def _steps(x: Floats, y: Floats) -> Floats:
    dx, dy = x[1:] - x[:-1], y[1:] - y[:-1]
    dx *= dx
    dy *= dy
    dx += dy
    return np.sqrt(dx, out=dx)
