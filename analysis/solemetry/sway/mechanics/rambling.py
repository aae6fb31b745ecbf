# SPDX-License-Identifier: Apache-2.0
"""Rambling and trembling: a slowly moving point of balance, and the fast sway about it.

Needs the horizontal force. A plate that feels only vertical force cannot tell the two apart; the
nearest it offers is `solemetry.sway.mechanics.gravity.center_of_gravity`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import one_axis, one_or_both
from solemetry.sway.mechanics.zero_force import BalancedRun, balanced_runs, of_each_axis
from solemetry.sway.trajectory.path import mean_velocity, path_length
from solemetry.sway.trajectory.spectrum import SpectrumChoices, power_spectrum

Floats = NDArray[np.float64]

_LEAST_INSTANTS = 4
"""A cubic needs four points."""


@dataclass(frozen=True, eq=False)
class RamblingTrembling:
    """The two parts of a centre of pressure; they add up to it.

    Attributes
    ----------
    rambling_mm, trembling_mm : array like the centre of pressure
        NaN before the first moment of balance of a run and after its last.
    instants : tuple of int
        How many moments of balance each axis has.
    longest_wait : tuple of int
        The most samples from one moment to the next along each axis. More than some seconds of
        them mean that the plate's offset has moved, and rambling is not to be trusted.
    """

    rambling_mm: Floats
    trembling_mm: Floats
    instants: tuple[int, ...]
    longest_wait: tuple[int, ...]


@dataclass(frozen=True)
class SwayPart:
    """How far and how fast one part of one axis moves.

    Attributes
    ----------
    sd_mm : float
        Standard deviation (n).
    path_mm, velocity_mm_s : float
        Path length, and that over the time it took.
    f50_hz : float
        Frequency below which half of the power lies (`solemetry.sway.trajectory.spectrum`).
    """

    sd_mm: float
    path_mm: float
    velocity_mm_s: float
    f50_hz: float


def rambling_trembling(cop_mm: Floats, shear_n: Floats) -> RamblingTrembling:
    """Take the centre of pressure apart into rambling and trembling.

    Rambling is a cubic spline (not-a-knot) through the centre of pressure at the moments when the
    horizontal force, less its mean, is zero; trembling is the rest. Each axis has moments of its
    own, found between samples (see `zero_force`). Time plays no part but for order, so no rate is
    needed. Each run of finite samples stands by itself.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        mm.
    shear_n : array like `cop_mm`
        Horizontal force along the same axes, N; of either sign.

    Returns
    -------
    RamblingTrembling
        All NaN in runs with fewer than four moments.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    References
    ----------
    Zatsiorsky VM, Duarte M (1999), Motor Control 3(1):28; (2000), Motor Control 4(2):185.
    """
    cop_mm = one_or_both(cop_mm)
    columns, instants, waits = [], [], []
    for cop, shear in of_each_axis(cop_mm, shear_n):
        runs = balanced_runs(cop, shear)
        columns.append(_rambling(len(cop), runs))
        instants.append(sum(len(run.instants) for run in runs))
        waits.append(max((int(np.diff(run.instants).max(initial=0)) for run in runs), default=0))
    rambling = np.column_stack(columns).reshape(cop_mm.shape)
    return RamblingTrembling(rambling, cop_mm - rambling, tuple(instants), tuple(waits))


def sway_part(part_mm: Floats, fs_hz: float, choices: SpectrumChoices | None = None) -> SwayPart:
    """Sum up rambling or trembling along one axis.

    Parameters
    ----------
    part_mm : (T,) array
        Gaps are not bridged; of a trial with gaps f50 is that of the longest whole run.
    fs_hz : float
    choices : SpectrumChoices, optional
        How f50 is found; by default within 0.15 to 5 Hz.

    Returns
    -------
    SwayPart
        NaN without a sample, a single step, or any power.
    """
    part_mm = one_axis(part_mm, "A part of sway along one axis")
    present = part_mm[np.isfinite(part_mm)]
    spectrum = power_spectrum(part_mm, fs_hz, choices or SpectrumChoices())
    return SwayPart(
        sd_mm=float(present.std()) if len(present) else np.nan,
        path_mm=path_length(part_mm),
        velocity_mm_s=mean_velocity(part_mm, fs_hz),
        f50_hz=spectrum.percentile_hz(50),
    )


def _rambling(n: int, runs: list[BalancedRun]) -> Floats:
    from scipy.interpolate import CubicSpline

    out = np.full(n, np.nan)
    for run in runs:
        if len(run.instants) >= _LEAST_INSTANTS:
            first, last = int(np.ceil(run.instants[0])), int(run.instants[-1])
            spline = CubicSpline(run.instants, run.cop_mm)
            out[run.start + first : run.start + last + 1] = spline(np.arange(first, last + 1))
    return out
