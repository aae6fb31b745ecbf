# SPDX-License-Identifier: Apache-2.0
"""A load that hops forward and back at known moments: to see how late the app is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout

Floats = NDArray[np.float64]

_FORCE_N = 600.0
_CELL_N = 10.0
_HOP_MM = 45.0
_AWAY_S = 0.4
_HOME_S = (1.2, 1.8)
"""The load is at home most of the time, so that home is near its mean, where no tone sounds. How
long it stays differs each time, so that hops meet every phase of batches, radio and screen."""


class Hops:
    """When the load hops, and what plates and insoles feel of it.

    Parameters
    ----------
    seconds : float
        How long it goes on.
    seed : int
    """

    def __init__(self, seconds: float, seed: int = 1) -> None:
        least_s = _HOME_S[0] + _AWAY_S
        home_s = np.random.default_rng(seed).uniform(*_HOME_S, round(seconds / least_s) + 1)
        away_s = np.full_like(home_s, _AWAY_S)
        moments_s: Floats = np.column_stack((home_s, away_s)).ravel().cumsum()
        self.moments_s = moments_s
        """Seconds of the world's time; forward and back in turn."""

    def on_plate(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Force ``(n,)`` and centre of pressure ``(n, 2)``."""
        return np.full(len(t_s), _FORCE_N), np.outer(self._ahead_mm(t_s), (0.0, 1.0))

    def on_insole(self, layout: SensorLayout, t_s: Floats) -> tuple[Floats, Floats]:
        """Force on each cell ``(n, S)``, and the motion of a foot at rest ``(n, 6)``."""
        ahead = layout.xy_mm[:, 1] - layout.xy_mm[:, 1].mean()
        tilt = np.outer(self._ahead_mm(t_s), ahead / ahead.var())
        at_rest = np.tile((0.0, 0.0, 1.0, 0.0, 0.0, 0.0), (len(t_s), 1))
        return _CELL_N * np.maximum(1.0 + tilt, 0.0), at_rest

    def _ahead_mm(self, t_s: Floats) -> Floats:
        away = np.searchsorted(self.moments_s, t_s, side="right") % 2
        return np.where(away, _HOP_MM / 2, -_HOP_MM / 2)
