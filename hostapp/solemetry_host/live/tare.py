# SPDX-License-Identifier: Apache-2.0
"""Tare: what the empty plate reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.errors import SolemetryError
from solemetry.session.format import silent_shift

DURATION_S = 1.0

_RESTLESS_N = 3.0
"""An empty plate's total varies by hundredths of a newton; a standing person's by several."""

_LOADED_N = 100.0
"""A plate that was zeroed before does not drift this far: somebody is on it."""


class Tare:
    """Averages the counts of one second.

    Parameters
    ----------
    rate_hz : float
        Nominal rows per second.
    """

    def __init__(self, rate_hz: float) -> None:
        self._wanted = round(DURATION_S * rate_hz)
        self._counts: list[NDArray[np.int32]] = []
        self._silent = 0

    @property
    def complete(self) -> bool:
        """Whether a whole second has come in."""
        return sum(map(len, self._counts)) >= self._wanted

    def push(self, rows: NDArray[np.void]) -> None:
        """Take the next rows."""
        self._counts.append(rows["counts"])
        channels = rows["counts"].shape[1]
        self._silent |= int(np.bitwise_or.reduce(rows["flags"])) >> silent_shift(channels)

    def zero_counts(self, before: Calibration) -> NDArray[np.float64]:
        """Return the counts of the unloaded sensors.

        Parameters
        ----------
        before : Calibration
            The one in force until now.

        Raises
        ------
        SolemetryError
            When the plate was not empty and still, or a sensor was silent.
        """
        if self._silent:
            raise SolemetryError("Not tared: a load cell gave no data.", "Check its wires.")
        counts = np.concatenate(self._counts)
        total_n = before.forces(counts).sum(axis=1)
        if total_n.std() > _RESTLESS_N:
            raise SolemetryError(
                f"Not tared: the load moved by {np.ptp(total_n):.0f} N.",
                "Leave the plate empty and still for a second.",
            )
        if before.zero_counts.any() and abs(total_n.mean()) > _LOADED_N:
            raise SolemetryError(
                f"Not tared: {total_n.mean():.0f} N are on the plate.",
                "Step off, then tare again.",
            )
        zero: NDArray[np.float64] = counts.mean(axis=0)
        return zero
