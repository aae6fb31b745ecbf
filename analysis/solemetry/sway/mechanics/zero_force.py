# SPDX-License-Identifier: Apache-2.0
"""Moments at which no horizontal force acts: the body is in balance for an instant.

The centre of gravity then lies above the centre of pressure, and nothing pushes it anywhere
(instant equilibrium points). Both ways to use them, `rambling` and `gravity`, start here.

References
----------
King DL, Zatsiorsky VM (1997), Gait Posture 6(1):27; Zatsiorsky VM, Duarte M (1999), Motor
Control 3(1):28.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import one_or_both

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BalancedRun:
    """A run without a missing value, and its moments of balance.

    Attributes
    ----------
    start, stop : int
        First sample of the run, and the one after its last.
    force_n : (stop - start,) array
        Horizontal force less its mean over the whole trial.
    instants : (k,) array
        When that is zero, in samples from `start`.
    cop_mm : (k,) array
        Centre of pressure at these instants.
    """

    start: int
    stop: int
    force_n: Floats
    instants: Floats
    cop_mm: Floats


def balanced_runs(cop_mm: Floats, shear_n: Floats) -> list[BalancedRun]:
    """Find the moments at which one axis' horizontal force, less its mean, is zero.

    Between two samples force and centre of pressure run straight, so a moment falls where it
    falls, not on a sample. The mean is taken off because nobody who stays is pushed on average;
    it also removes the plate's offset.

    Parameters
    ----------
    cop_mm, shear_n : (T,) array
        One axis, mm and N. A sample missing in one is missing in both.

    Returns
    -------
    list of BalancedRun
        One for each run of finite samples; none where the force never changes, as on a plate that
        writes zeros for what it does not feel.
    """
    finite = np.isfinite(cop_mm) & np.isfinite(shear_n)
    if not finite.any() or np.ptp(shear_n[finite]) == 0:
        return []
    force_n = shear_n - shear_n[finite].mean()
    out = []
    for start, stop in finite_runs(finite).tolist():
        run_n = force_n[start:stop]
        instants = _zeros(run_n)
        at_zeros = np.interp(instants, np.arange(len(run_n)), cop_mm[start:stop])
        out.append(BalancedRun(start, stop, run_n, instants, at_zeros))
    return out


def of_each_axis(cop_mm: Floats, shear_n: Floats) -> list[tuple[Floats, Floats]]:
    """Pair the columns of both, or the two as they are where they hold one axis, ``(T,)``.

    Raises
    ------
    ValueError
        When they are not both ``(T,)`` or both ``(T, 2)``.
    """
    cop_mm, shear_n = one_or_both(cop_mm), one_or_both(shear_n, "The horizontal force")
    if cop_mm.shape != shear_n.shape:
        raise ValueError(
            f"The centre of pressure has shape {cop_mm.shape} and the horizontal force "
            f"{shear_n.shape}; both should hold the same axes and samples."
        )
    if cop_mm.ndim == 1:
        return [(cop_mm, shear_n)]
    return list(zip(cop_mm.T, shear_n.T, strict=True))


def _zeros(force_n: Floats) -> Floats:
    exact = np.flatnonzero(force_n == 0)
    before = np.flatnonzero(np.sign(force_n[:-1]) * np.sign(force_n[1:]) < 0)
    within = force_n[before] / (force_n[before] - force_n[before + 1])
    return np.sort(np.concatenate((exact, before + within)))
