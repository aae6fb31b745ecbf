# SPDX-License-Identifier: Apache-2.0
"""Many spans of a signal at once, a span in each row, so that steps need no loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans of samples, one in each row.

    Attributes
    ----------
    start : (k,) array
        First sample of each.
    inside : (k, N) array
        Which columns belong to it; the longest one has all of them.
    """

    start: Ints
    inside: Bools

    @classmethod
    def of(cls, start: Ints, stop: Ints, beyond: int = 0) -> Spans:
        """Spans from each start to its stop (exclusive), with some columns more than needed."""
        longest = int((stop - start).max()) if len(start) else 0
        return cls(start, np.arange(longest + beyond) < (stop - start)[:, None])

    def rows(self, values: Floats) -> Floats:
        """Values of each span, ``(..., T)`` to ``(..., k, N)``, with what follows it in its row."""
        width = self.inside.shape[1]
        padded = np.concatenate((values, np.zeros((*values.shape[:-1], width))), axis=-1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, max(width, 1), axis=-1)
        return np.asarray(windows[..., self.start, :width])


def along_rows(x: Floats, xp: Floats, fp: Floats) -> Floats:
    """`numpy.interp` of each row by itself: ``(k, P)`` from points ``(k, N)`` in order.

    Rows are set far apart from each other on one line, for a loop over them takes ten times as
    long. All values are finite; beyond its points a row keeps the value of the nearest.
    """
    if not (xp.size and x.size):
        return np.full(x.shape, np.nan)
    low = min(xp.min(), x.min())
    apart = np.arange(len(xp))[:, None] * (max(xp.max(), x.max()) - low + 1.0) - low
    x = np.clip(x, xp[:, :1], xp[:, -1:])
    out: Floats = np.interp((x + apart).ravel(), (xp + apart).ravel(), fp.ravel()).reshape(x.shape)
    return out
