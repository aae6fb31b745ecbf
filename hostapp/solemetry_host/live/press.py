# SPDX-License-Identifier: Apache-2.0
"""Finding a foot on the plate: press with the heel, then with the forefoot."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.foot import FootRegistration

Floats = NDArray[np.float64]
Part = Literal["heel", "forefoot"]

DURATION_S = 2.0


class PressRoutine:
    """Collects the centre of pressure of both presses of one foot.

    Parameters
    ----------
    side : {"left", "right"}
    length_mm : float
        Foot length.
    rate_hz : float
        Rate of the rows that will be pushed.
    """

    def __init__(self, side: Literal["left", "right"], length_mm: float, rate_hz: float) -> None:
        self.side = side
        self.length_mm = length_mm
        self._wanted = round(DURATION_S * rate_hz)
        self._presses: dict[Part, Floats] = {}
        self._part: Part | None = None
        self._rows: list[Floats] = []

    @property
    def collecting(self) -> Part | None:
        """The press that is being collected."""
        return self._part

    @property
    def complete(self) -> bool:
        """Whether both presses are in."""
        return len(self._presses) == 2

    def begin(self, part: Part) -> None:
        """Collect this press from the next row on."""
        self._part, self._rows = part, []

    def push(self, cop_mm: Floats) -> Part | None:
        """Take rows, ``(n, 2)``; return the press that they completed."""
        part = self._part
        if part is None:
            return None
        self._rows.append(cop_mm)
        if sum(map(len, self._rows)) < self._wanted:
            return None
        self._presses[part] = np.concatenate(self._rows)[: self._wanted]
        self._part = None
        return part

    def registration(self) -> FootRegistration:
        """Return the registered foot.

        Raises
        ------
        SolemetryError
            When the presses cannot be those of a foot; says what to do again.
        """
        return FootRegistration.from_presses(
            self._presses["heel"], self._presses["forefoot"], self.length_mm, self.side
        )
