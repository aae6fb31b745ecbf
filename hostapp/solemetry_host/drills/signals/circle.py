# SPDX-License-Identifier: Apache-2.0
"""How far a centre of pressure went round."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REST_MM, REST_S = 5.0, 1.0
"""Who stays within so much for so long rests; the slowest circle of a drill leaves that at once."""

_STEP_S = 0.05
_LONGEST_S = 60.0


class Circling:
    """Follows a path since it last rested, around its own middle.

    Attributes
    ----------
    turned_deg : float
        Clockwise where ``ml`` goes right and ``ap`` up; 0 at rest.
    roundness : float
        Smallest over largest distance from the middle; 0 at rest.
    """

    def __init__(self) -> None:
        self.turned_deg = self.roundness = 0.0
        self._path: deque[tuple[float, float, float]] = deque()

    def push(self, t_s: float, ml_mm: float, ap_mm: float) -> None:
        """Take a place; a moment without one breaks nothing."""
        path = self._path
        if not math.isfinite(ml_mm) or (path and t_s - path[-1][0] < _STEP_S - 1e-9):
            return
        path.append((t_s, ml_mm, ap_mm))
        while path[-1][0] - path[0][0] > _LONGEST_S:
            path.popleft()
        last = [(ml, ap) for at_s, ml, ap in path if at_s >= t_s - REST_S]
        if t_s - path[0][0] >= REST_S and np.ptp(last, axis=0).max() <= REST_MM:
            while path[0][0] < t_s - REST_S / 2:
                path.popleft()
        self.turned_deg, self.roundness = _around(np.array(path)[:, 1:])


def _around(path_mm: Floats) -> tuple[float, float]:
    """Angle swept around the middle, and roundness, of a path, ``(n, 2)``."""
    if len(path_mm) < 3 or np.ptp(path_mm, axis=0).min() < REST_MM:
        return 0.0, 0.0
    off = path_mm - (path_mm.max(axis=0) + path_mm.min(axis=0)) / 2
    angle = np.unwrap(np.arctan2(off[:, 0], off[:, 1]))
    radius = np.hypot(off[:, 0], off[:, 1])
    return math.degrees(angle[-1] - angle[0]), float(radius.min() / radius.max())
