# SPDX-License-Identifier: Apache-2.0
"""Rows that tell their time, placed on a uniform grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError

Floats = NDArray[np.float64]


MOST_POINTS_PER_ROW = 100
"""One gap may be this many times as long as all that was recorded."""


def on_grid(
    t_s: Floats, parts: tuple[Floats, ...], rate_hz: float, where: str
) -> tuple[Floats, tuple[Floats, ...]]:
    """Place rows on a grid; where rows are missing, by their times, it gets NaN.

    Parameters
    ----------
    t_s : (R,) array
    parts : tuple of (R, ...) arrays
        What was measured at these times.
    rate_hz : float
    where : str
        What to call the file in an error.

    Returns
    -------
    t_s : (T,) array
    parts : tuple of (T, ...) arrays

    Raises
    ------
    FileError
        When the times do not lie on a grid of `rate_hz`, or leap so far that next to nothing of
        the grid is there: a damaged time.
    """
    exact = np.diff(t_s) * rate_hz
    leap = exact > MOST_POINTS_PER_ROW * len(t_s)
    steps = np.rint(np.where(leap, 0, exact)).astype(np.int64)
    off = leap | (steps < 1) | (np.abs(exact - steps) > 0.25)
    if off.any():
        at = int(np.argmax(off))
        raise FileError(
            f"{where}: the times are irregular ({t_s[at]:g} s, then {t_s[at + 1]:g} s, at "
            f"{rate_hz:g} samples per second).",
            "Sort the rows by time, or resample them onto equal steps.",
        )
    place = np.concatenate(([0], np.cumsum(steps)))[: len(t_s)]
    length = int(place[-1]) + 1 if len(t_s) else 0
    if length == len(t_s):
        return t_s, parts
    return np.interp(np.arange(length), place, t_s), tuple(
        _spread(part, place, length) for part in parts
    )


def _spread(values: Floats, place: NDArray[np.int64], length: int) -> Floats:
    out = np.full((length, *values.shape[1:]), np.nan)
    out[place] = values
    return out
