# SPDX-License-Identifier: Apache-2.0
"""Equilibrium score: how much of the angle that people can lean through was not used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, one_axis

Floats = NDArray[np.float64]

LIMIT_DEG = 12.5
"""Forward and backward lean that healthy adults can make together."""

GRAVITY_HEIGHT = 0.55
"""Height of the centre of gravity, in body heights."""


def sway_angle(cog_ap_mm: Floats, height_mm: float) -> Floats:
    """Angle of a body leaning stiffly about the ankles, deg: ``asin(x / (0.55 H))``.

    Parameters
    ----------
    cog_ap_mm : (T,) array
        Centre of gravity along AP, mm, from above the ankles.
    height_mm : float
        Body height H.

    Returns
    -------
    (T,) array
        NaN where a sample is missing; 90 deg for one farther out than the body is tall.
    """
    cog_ap_mm = one_axis(cog_ap_mm, "The centre of gravity along AP")
    above_zero(height_mm, "The body height")
    sine = np.clip(cog_ap_mm / (GRAVITY_HEIGHT * height_mm), -1, 1)
    return np.asarray(np.degrees(np.arcsin(sine)))


def equilibrium_score(cog_ap_mm: Floats, height_mm: float) -> float:
    """Equilibrium score of one trial, 0 to 100: ``100 (1 - (max - min angle) / 12.5 deg)``.

    100: no AP sway at all; 0: sway through 12.5 deg or more. Angles are taken about the mean, so
    that it does not matter where the plate has its origin. A step or a fall counts as 0 by
    custom: that is for whoever saw it to enter.

    Parameters
    ----------
    cog_ap_mm : (T,) array
        Centre of gravity along AP, mm (`solemetry.sway.mechanics.gravity.center_of_gravity`).
    height_mm : float
        Body height.

    Returns
    -------
    float
        NaN without a sample.

    References
    ----------
    Nashner LM, Peters JF (1990), Neurol Clin 8(2):331.
    """
    cog_ap_mm = one_axis(cog_ap_mm, "The centre of gravity along AP")
    present = cog_ap_mm[np.isfinite(cog_ap_mm)]
    if not len(present):
        return np.nan
    angles = sway_angle(present - present.mean(), height_mm)
    return max(0.0, 100 * (1 - float(angles.max() - angles.min()) / LIMIT_DEG))
