# SPDX-License-Identifier: Apache-2.0
"""Standing on one leg: how long it was held, and how often the other foot came down.

Whether the lifted foot touches shows in three ways, one for each set-up: a second plate or insole
under it (`foot_down`), a plate under the standing foot alone that loses load (`load_lost`), or one
plate under both, on which the centre of pressure leaves the standing foot (`beside_foot`). Each
says so for every sample; join them with ``|``, and `single_leg_stance` sums up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import above_zero, one_axis, one_or_both
from solemetry.sway.stance.support import margin
from solemetry.sway.trajectory.path import step_lengths

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

DOWN_N, UP_N = 20.0, 10.0
"""The lifted foot is down from 20 N on, and up again below 10 N."""

LOST = 0.10
"""Share of body weight that a plate under the standing foot loses to a touch elsewhere."""

BESIDE_MM = 10.0
"""So far outside of the standing foot's outline the other foot must be carrying."""

LEAST_TOUCH_S = 0.05
"""Anything shorter is no touch."""

SAME_TOUCH_S = 0.10
"""Touches closer together than this are one."""


@dataclass(frozen=True)
class SingleLegStance:
    """One trial on one leg.

    Attributes
    ----------
    hold_s : float
        Until the first touch-down, or the end of the trial.
    longest_hold_s : float
        Longest stretch without one.
    touch_downs : int
    touching_s : float
        How long the foot was down, altogether.
    """

    hold_s: float
    longest_hold_s: float
    touch_downs: int
    touching_s: float


def foot_down(other_n: Floats) -> Mask:
    """Whether the lifted foot stands on a second plate or insole, ``(T,)``.

    From 20 N on until below 10 N; a missing sample changes nothing.
    """
    other_n = one_axis(other_n, "The force under the lifted foot")
    # The last sample that said something decides.
    says = np.where(other_n >= DOWN_N, 1, np.where(other_n < UP_N, -1, 0))
    told = np.where(says != 0, np.arange(len(says)), -1)
    last = np.maximum.accumulate(told) if len(told) else told
    down: Mask = (last >= 0) & (says[last] == 1)
    return down


def load_lost(force_n: Floats, body_weight_n: float) -> Mask:
    """Whether the plate under the standing foot lacks a tenth of body weight or more, ``(T,)``.

    Where the other foot touches the floor or a rail it takes load away for as long as it does.
    Hopping takes load away too.
    """
    above_zero(body_weight_n, "The body weight")
    lost: Mask = one_axis(force_n, "The force under the standing foot") < (1 - LOST) * body_weight_n
    return lost


def beside_foot(cop_mm: Floats, outline_mm: Floats) -> Mask:
    """Whether the centre of pressure lies 10 mm or more outside of the standing foot, ``(T,)``.

    `outline_mm` is that of `FootRegistration.outline_mm`. One foot's centre of pressure cannot
    leave it; both feet's can.
    """
    beside: Mask = margin(cop_mm, outline_mm) <= -BESIDE_MM
    return beside


def single_leg_stance(touching: Mask, fs_hz: float) -> SingleLegStance:
    """Hold time and touch-downs of a trial that begins as the foot is lifted.

    A touch lasts 0.05 s or more; touches less than 0.1 s apart are one.

    Parameters
    ----------
    touching : (T,) array of bool
        Of the functions above.
    fs_hz : float

    Returns
    -------
    SingleLegStance
        All times 0 without a sample.
    """
    touching = np.asarray(touching)
    if touching.ndim != 1 or touching.dtype != bool:
        raise ValueError(
            f"Touching is {touching.dtype} of shape {touching.shape}; it should be bool, (T,)."
        )
    above_zero(fs_hz, "The sampling rate")
    n = len(touching)
    touches = _touches(touching, fs_hz)
    # Between the touches, before the first and after the last.
    starts = np.concatenate(([0], touches[:, 1]))
    stops = np.concatenate((touches[:, 0], [n]))
    holds_s = (stops - starts) / fs_hz
    return SingleLegStance(
        hold_s=float(holds_s[0]),
        longest_hold_s=float(holds_s.max()),
        touch_downs=len(touches),
        touching_s=float((touches[:, 1] - touches[:, 0]).sum() / fs_hz),
    )


def epoch_velocities(cop_mm: Floats, fs_hz: float, epoch_s: float = 5.0) -> Floats:
    """Mean velocity in one epoch after the other, mm/s.

    Shows whether somebody tires, or settles.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        mm.
    fs_hz : float
    epoch_s : float
        What is left at the end and makes no whole epoch is left out.

    Returns
    -------
    (epochs,) array
        NaN for an epoch without a step.
    """
    cop_mm = one_or_both(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    steps = round(epoch_s * fs_hz)
    if steps < 1:
        raise ValueError(f"An epoch of {epoch_s} s holds no step at {fs_hz:g} Hz.")
    out = []
    for first in range(0, len(cop_mm) - steps, steps):
        lengths = step_lengths(cop_mm[first : first + steps + 1])
        out.append(lengths.mean() * fs_hz if len(lengths) else np.nan)
    return np.array(out)


def _touches(touching: Mask, fs_hz: float) -> NDArray[np.int64]:
    """Start and stop of each touch, ``(k, 2)``."""
    runs = finite_runs(touching)
    runs = runs[(runs[:, 1] - runs[:, 0]) / fs_hz >= LEAST_TOUCH_S]
    if not len(runs):
        return runs
    ends = np.flatnonzero((runs[1:, 0] - runs[:-1, 1]) / fs_hz >= SAME_TOUCH_S)
    first, last = np.append(0, ends + 1), np.append(ends, len(runs) - 1)
    return np.column_stack((runs[first, 0], runs[last, 1]))
