# SPDX-License-Identifier: Apache-2.0
"""Both feet together, each on its own insole or plate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N

Floats = NDArray[np.float64]


def right_share(left_n: Floats, right_n: Floats, min_force_n: float = MIN_FORCE_N) -> Floats:
    """Share of the load on the right foot, ``(T,)``: 0 all on the left, 1 all on the right.

    Parameters
    ----------
    left_n, right_n : (T,) array
        Total force under each foot at the same times, N.
    min_force_n : float
        Under this sum there is nothing to share.
    """
    left_n, right_n = np.asarray(left_n, dtype=float), np.asarray(right_n, dtype=float)
    both_n = left_n + right_n
    return np.asarray(right_n / np.where(both_n >= min_force_n, both_n, np.nan))


def net_center_of_pressure(
    forces_n: Sequence[Floats],
    cops_mm: Sequence[Floats],
    origins_mm: Sequence[tuple[float, float]] | None = None,
    min_force_n: float = MIN_FORCE_N,
) -> Floats:
    """Centre of pressure of several plates or insoles as if they were one.

    Parameters
    ----------
    forces_n : sequence of (T,) array
        Total force on each at the same times, N.
    cops_mm : sequence of (T, 2) array
        Centre of pressure of each, ``(ml, ap)``, mm, from its own origin. One that carries too
        little to have any counts for nothing.
    origins_mm : sequence of (ml, ap), optional
        Where the origin of each lies. Plates of one lab share theirs; of two insoles nothing but
        a measured stance says it, so the result stands on what is given here.
    min_force_n : float
        Under this sum there is nothing to average.

    Returns
    -------
    (T, 2) array
        mm; NaN where a force is missing or the sum is too small.
    """
    forces = np.stack([np.asarray(force, dtype=float) for force in forces_n], axis=-1)
    cops = np.stack([np.asarray(cop, dtype=float) for cop in cops_mm], axis=1)
    if cops.shape != (*forces.shape, 2):
        raise ValueError(f"Forces of shape {forces.shape} need as many centres, not {cops.shape}.")
    if origins_mm is not None:
        cops = cops + np.asarray(origins_mm, dtype=float)
    has = np.isfinite(cops).all(axis=-1)
    borne = np.where(has | np.isnan(forces), forces, 0.0)
    total = borne.sum(axis=-1)
    moment = (borne[..., None] * np.where(has[..., None], cops, 0.0)).sum(axis=1)
    return np.asarray(moment / np.where(total >= min_force_n, total, np.nan)[:, None])
