# SPDX-License-Identifier: Apache-2.0
"""Measuring a functional base: slow loops, as large as they can be with the sole flat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.stance.support import LOADED
from solemetry.sway.trajectory.hull import convex_hull
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.signals.reach import FunctionalBase

Floats = NDArray[np.float64]

LONGEST_S = 60.0
"""After so long what was drawn by then counts."""


class Loops:
    """Collects where somebody leans until the loops are closed.

    Parameters
    ----------
    loops : int
        How many, either way round.

    Attributes
    ----------
    done : float
        Share of them that is drawn, 0 to 1.
    """

    def __init__(self, loops: int = 2) -> None:
        self.done = 0.0
        self._wanted_deg = 360.0 * loops
        self._began_s: float | None = None
        self._places_mm: list[tuple[float, float]] = []

    def push(self, reading: Reading) -> bool:
        """Take a reading; return whether this was enough."""
        values = reading.values
        self._began_s = reading.t_s if self._began_s is None else self._began_s
        loaded = float(values.get("fz.bw", 1.0)) >= LOADED
        if loaded and "cop.ml_mm" in values and "cop.ap_mm" in values:
            self._places_mm.append((float(values["cop.ml_mm"]), float(values["cop.ap_mm"])))
        turned_deg = abs(float(values.get("circle.turned_deg", 0.0)))
        self.done = max(self.done, min(turned_deg / self._wanted_deg, 1.0))
        return self.done >= 1.0 or reading.t_s - self._began_s >= LONGEST_S

    @property
    def outline_mm(self) -> Floats:
        """What was drawn until now, ``(n, 2)``, closed; empty as long as it spans no area.

        May be looked at from another thread.
        """
        corners = convex_hull(np.array(tuple(self._places_mm)).reshape(-1, 2))
        return np.concatenate((corners, corners[:1])) if len(corners) > 2 else np.empty((0, 2))

    def base(self) -> FunctionalBase:
        """Return the base that the loops span.

        Raises
        ------
        SolemetryError
            When they span no area.
        """
        return FunctionalBase.from_loops(np.array(self._places_mm).reshape(-1, 2))
