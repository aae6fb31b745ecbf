# SPDX-License-Identifier: Apache-2.0
"""Tare: what the empty plate reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry import calibrating
from solemetry.calibration import Calibration
from solemetry.session.format import silent_shift

DURATION_S = 1.0


class Tare:
    """Averages the counts of one second.

    Parameters
    ----------
    rate_hz : float
        Nominal rows per second.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._wanted = round(DURATION_S * rate_hz)
        self._counts: list[NDArray[np.float64]] = []

    @property
    def complete(self) -> bool:
        """Whether a whole second has come in."""
        return sum(map(len, self._counts)) >= self._wanted

    def push(self, rows: NDArray[np.void]) -> None:
        """Take the next rows."""
        channels = np.arange(rows["counts"].shape[1])
        bits = rows["flags"][:, None].astype(np.uint32)
        silent = bits >> (silent_shift(len(channels)) + channels) & 1
        self._counts.append(np.where(silent, np.nan, rows["counts"]))

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
        return calibrating.tare(np.concatenate(self._counts), self._rate_hz, before).zero_counts
