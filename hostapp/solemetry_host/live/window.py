# SPDX-License-Identifier: Apache-2.0
"""The sliding window of a device: what each of its last rows says, worked out once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import force_and_center
from solemetry.device import SensorLayout
from solemetry.sliding import SlidingLowpass, Trail
from solemetry.sway.conventions import SOLEMETRY

Floats = NDArray[np.float64]


class Window:
    """Forces on a uniform grid, and where their centre of pressure was.

    Parameters
    ----------
    layout : SensorLayout
    rate_hz : float
        Rate of the grid.
    seconds : float
        How long it is meant to be; it may not be full yet.
    in_newtons : bool
        Whether the rows are forces: of counts there is no centre of pressure.
    """

    def __init__(
        self, layout: SensorLayout, rate_hz: float, seconds: float, in_newtons: bool = True
    ) -> None:
        self.layout = layout
        self.rate_hz = rate_hz
        self.seconds = seconds
        self._in_newtons = in_newtons
        self._rows = round(seconds * rate_hz)
        self._forces = Trail(self._rows, len(layout.labels))
        self._total = Trail(self._rows, 1)
        self._cop = Trail(self._rows, 2)
        self._smooth = SlidingLowpass(self._rows, 2, rate_hz, SOLEMETRY.lowpass_hz or 10.0)

    def __len__(self) -> int:
        return min(self._forces.count, self._rows)

    def append(self, forces_n: Floats) -> None:
        """Take rows of the grid, ``(n, S)``, N; NaN where there was nothing."""
        self._forces.append(forces_n)
        if not self._in_newtons:
            return
        force_n, cop_mm = force_and_center(forces_n, self.layout.xy_mm)
        self._total.append(force_n[:, None])
        self._cop.append(cop_mm)
        self._smooth.append(cop_mm)

    def forces_n(self, rows: int | None = None) -> Floats:
        """View of the last rows, ``(n, S)``, until the next ones come."""
        return self._forces.last(self._rows if rows is None else rows)

    @property
    def force_n(self) -> Floats:
        """Total force, ``(n,)``."""
        return self._total.last(self._rows)[:, 0]

    @property
    def cop_mm(self) -> Floats:
        """Centre of pressure, ``(n, 2)``."""
        return self._cop.last(self._rows)

    @property
    def smooth_mm(self) -> Floats:
        """The same low-passed, ``(n, 2)``; a view until the next rows come."""
        return self._smooth.last(self._rows)
