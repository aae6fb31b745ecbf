# SPDX-License-Identifier: Apache-2.0
"""Somebody on one foot who shifts the weight about, as an insole is calibrated on a plate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solemetry_host.sim.person import ONE_LEG, Person, Stance

Floats = NDArray[np.float64]

IN_THE_MIDDLE: Stance = replace(ONE_LEG, center_mm=(0.0, 0.0))

_ACROSS_MM, _ALONG_MM = 6.0, 36.0
_LIGHTER = 0.3
"""By so much of the weight a hand on the wall takes off."""

_PERIODS_S = (4.3, 9.1, 14.0)
"""Of across, along and light or heavy: without a common one, so that each meets the others."""


@dataclass(frozen=True)
class Shifting(Person):
    """As `Person`, leaning to heel and toes and to both edges, now light and now heavy."""

    def load(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Force on the plate, ``(n,)``, and where it acts, ``(n, 2)``."""
        force_n, swaying_mm = super().load(t_s)
        across, along, heavy = (np.sin(2 * np.pi * t_s / period) for period in _PERIODS_S)
        leaning_mm = np.column_stack((_ACROSS_MM * across, _ALONG_MM * along))
        return force_n * (1 - _LIGHTER * (1 + heavy) / 2), swaying_mm / 10 + leaning_mm
