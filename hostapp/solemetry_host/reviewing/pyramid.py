# SPDX-License-Identifier: Apache-2.0
"""A long signal in few points, however much of it is looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FACTOR = 8


class Pyramid:
    """The lowest and the highest value of each stretch of a signal; stretches of many lengths.

    No peak is lost, however far one looks from. Making it reads the signal once; drawing any part
    of it reads a few thousand values.

    Parameters
    ----------
    t_s : (T,) array
        Rising.
    values : (T,) array
        NaN where missing.
    """

    def __init__(self, t_s: Floats, values: Floats) -> None:
        self._t_s = t_s
        self._levels = [(values, values)]
        while len(self._levels[-1][0]) > _FACTOR:
            low, high = self._levels[-1]
            self._levels.append((_of_each(np.fmin, low), _of_each(np.fmax, high)))

    def drawn(self, begin_s: float, end_s: float, most: int = 2000) -> tuple[Floats, Floats]:
        """Return what to draw between two moments: times and values, ``(n,)`` each.

        Parameters
        ----------
        begin_s, end_s : float
            One point beyond each is given too, so that the line reaches the edges.
        most : int
            So many stretches at most; of each its lowest and its highest value. Where no more
            samples than that lie between, the samples themselves.
        """
        first, last = np.searchsorted(self._t_s, (begin_s, end_s))
        level, step = 0, 1
        while (last - first) / step > most and level + 1 < len(self._levels):
            level, step = level + 1, step * _FACTOR
        low, high = self._levels[level]
        part = slice(max(first // step - 1, 0), min(-(-last // step) + 1, len(low)))
        t_s = self._t_s[::step][part]
        if level == 0:
            return t_s, low[part]
        return np.repeat(t_s, 2), np.column_stack((low[part], high[part])).ravel()

    def reach(self) -> tuple[float, float]:
        """Return the lowest and the highest value of all; NaN where there is none."""
        low, high = self._levels[-1]
        if not np.isfinite(low).any():
            return float("nan"), float("nan")
        return float(np.nanmin(low)), float(np.nanmax(high))


def _of_each(extreme: np.ufunc, values: Floats) -> Floats:
    """Return the extreme of each stretch; the last one may be shorter."""
    whole = len(values) // _FACTOR * _FACTOR
    found = values[0:whole:_FACTOR].copy()
    for k in range(1, _FACTOR):  # eight long passes: many times as fast as many short ones
        extreme(found, values[k:whole:_FACTOR], out=found)
    if whole < len(values):
        found = np.append(found, extreme.reduce(values[whole:]))
    return found
