# SPDX-License-Identifier: Apache-2.0
"""What a sensor reads while the foot is in the air, and taking it off.

Plates drift, insoles are laced in, a treadmill's belt pulls: the force in swing is then not
zero, and a threshold in newtons means something else than it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.gait.conventions import ContactRules
from solemetry.signal import covered, finite_runs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BODY_SHARE = 0.25
"""A contact is more than this share of the typical load, which is the median of such contacts:
two thirds of a step's maximum or more. Noise, a scuffing toe and the pull between two
belts stay below a quarter of it, the dip of mid-stance above."""

SMALL_ZERO_SHARE, MAX_ZERO_SHARE = 0.1, 0.5
"""An offset is at most a tenth of the typical load, or half of it where it is steady, as with a
cell that is stuck. Otherwise the foot was never in the air, and there is no zero."""

STEADY_SHARE = 0.05
"""Steady: readings in swing scatter by less than this share of the typical load."""

MIN_READ_SHARE = 0.1
"""Where zeros are blanks, so many of the readings in swing must be none to tell the level."""

SPREAD_OF_NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True, eq=False)
class SwingZero:
    """Force with its zero in swing.

    Attributes
    ----------
    force_n : (T,) array
    offset_n : (T,) array
        What was taken off.
    noise_n : float
        Standard deviation of the force in swing, from the median absolute deviation; NaN where
        there is no swing.
    method : str
        What was done, in words.
    """

    force_n: Floats
    offset_n: Floats
    noise_n: float
    method: str


def rezero(force_n: Floats, fs_hz: float, rules: ContactRules) -> SwingZero:
    """Take off what the sensor reads in swing.

    ``constant``: the median of the middle halves of all swings. ``swing-linear``: the median of
    the middle half of each swing, and a straight line from one to the next, so that drift goes
    too (after Alcantara 2019, who uses the flight phases of running). ``none``: nothing.

    Parameters
    ----------
    force_n : (T,) array
        Vertical force of one foot, belt or plate, N; NaN where missing.
    fs_hz : float
    rules : ContactRules

    Returns
    -------
    SwingZero
        Blanks (see `ContactRules.blank_zeros`) stay zero.

    References
    ----------
    Alcantara RS (2019), Dryft: a Python and MATLAB package to correct drifting ground reaction
    force signals during treadmill running. JOSS 4(44):1910.
    """
    nothing = np.zeros(len(force_n))
    finite = np.isfinite(force_n)
    if not finite.any():
        return SwingZero(force_n, nothing, np.nan, "no force")
    low = float(np.percentile(force_n[finite], 2))
    load_n = np.where(finite, force_n - low, 0.0)
    typical_n = _typical(load_n, rules.on_n)
    swings = _middles_of_swings(load_n, fs_hz, rules)
    blank = (force_n == 0) if rules.blank_zeros else np.zeros(len(force_n), dtype=bool)
    in_swing = covered(swings, len(force_n)) & finite
    read = in_swing & ~blank
    if read.sum() < MIN_READ_SHARE * in_swing.sum():
        read, blank = in_swing, np.zeros_like(blank)
    if not read.any():
        return SwingZero(force_n, nothing, np.nan, "no swing: force as it came")
    level = float(np.median(force_n[read]))
    if rules.zero == "none":
        return SwingZero(force_n, nothing, _spread(force_n[read]), "force as it came")
    share = abs(level) / typical_n
    steady = _spread(force_n[read]) <= STEADY_SHARE * typical_n
    if share > (MAX_ZERO_SHARE if steady else SMALL_ZERO_SHARE):
        told = f"force as it came: {level:.0f} N at the least loaded is no zero"
        return SwingZero(force_n, nothing, np.nan, told)
    offset, method = np.full(len(force_n), level), f"constant, {level:.1f} N taken off"
    if rules.zero == "swing-linear":
        offset = _line_through_swings(force_n, read, swings, level)
        method = f"swing-linear, {offset.min():.1f} to {offset.max():.1f} N taken off"
    if share > SMALL_ZERO_SHARE:
        method += ", more than a tenth of the load: is a cell stuck?"
    zeroed = np.where(blank, 0.0, force_n - offset)
    return SwingZero(zeroed, offset, _spread(zeroed[read]), method)


def bodies(force_n: Floats, fs_hz: float, rules: ContactRules, on_n: float) -> Ints:
    """Start and stop (exclusive) of the loaded part of each contact, ``(k, 2)``.

    Loaded is more than a quarter of the typical load; parts less than a least swing apart are
    one, for a foot cannot leave and come back so fast.
    """
    level = max(BODY_SHARE * _typical(force_n, on_n), on_n)
    runs = finite_runs(force_n >= level)
    if not len(runs):
        return runs
    apart = runs[1:, 0] - runs[:-1, 1] >= rules.min_swing_s * fs_hz
    return np.column_stack((runs[np.r_[True, apart], 0], runs[np.r_[apart, True], 1]))


def _typical(force_n: Floats, on_n: float) -> float:
    """Return the typical load: the median of what is more than a quarter of it itself.

    `on_n` where nothing is above that. Swings that drift above the threshold do not count so.
    """
    above = force_n[force_n >= on_n]
    for _ in range(2):
        if len(above):
            above = above[above >= BODY_SHARE * np.median(above)]
    return float(np.median(above)) if len(above) else on_n


def _middles_of_swings(force_n: Floats, fs_hz: float, rules: ContactRules) -> Ints:
    """Start and stop of the middle half of each time between two contacts, and at the ends."""
    loaded = bodies(force_n, fs_hz, rules, rules.on_n)
    starts, stops = np.r_[0, loaded[:, 1]], np.r_[loaded[:, 0], len(force_n)]
    long_enough = stops - starts >= rules.min_swing_s * fs_hz
    starts, stops = starts[long_enough], stops[long_enough]
    quarter = (stops - starts) // 4
    return np.column_stack((starts + quarter, stops - quarter))


def _line_through_swings(force_n: Floats, read: Bools, swings: Ints, level: float) -> Floats:
    middles, levels = [], []
    for start, stop in swings.tolist():
        values = force_n[start:stop][read[start:stop]]
        if len(values):
            middles.append((start + stop - 1) / 2)
            levels.append(float(np.median(values)))
    if not middles:
        return np.full(len(force_n), level)
    line: Floats = np.interp(np.arange(len(force_n)), middles, levels)
    return line


def _spread(values: Floats) -> float:
    return SPREAD_OF_NORMAL * float(np.median(np.abs(values - np.median(values))))
