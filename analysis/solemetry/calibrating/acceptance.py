# SPDX-License-Identifier: Apache-2.0
"""Whether a device is good enough to be used: its figures against limits that are named.

The limits are this project's own, set between what the same kind of device does before and after
calibration in the literature, which each of them names. Nothing here is a certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Limit:
    """How large, or how small, a figure may be.

    Attributes
    ----------
    name : str
        Of the figure.
    words : str
        What it is.
    bound : float
    unit : str
    source : str
        Where the limit comes from.
    least : bool
        Whether `bound` is the least it may be, not the most.
    """

    name: str
    words: str
    bound: float
    unit: str
    source: str
    least: bool = False

    def allows(self, value: float) -> bool:
        """Whether a value is within; what was not measured is not."""
        return value >= self.bound if self.least else abs(value) <= self.bound


_WII = "Bartlett et al. 2014, Gait Posture 39:224: 9.1 N and 4.1 mm across uncalibrated boards"
_LEACH = "Leach et al. 2014, Sensors 14:18244: 0.5 to 2 mm after a linear calibration"
_SCOPPA = "Scoppa et al. 2013, Gait Posture 37:290: at least 50 Hz"
_GAGEY = "Association Posture et Equilibre, platform specification: 0.1 mm for 20 kg"
_OURS = "this project, docs/calibrating.md"

PLATE_LIMITS = (
    Limit("force_share", "force, root mean square over the points", 0.01, "of the load", _WII),
    Limit("cop_rms_mm", "centre of pressure, root mean square over the points", 2.0, "mm", _LEACH),
    Limit("cop_worst_mm", "centre of pressure at the worst point", 4.0, "mm", _WII),
    Limit("mass_off", "stated mass against other evidence", 1.0, "of what is allowed", _OURS),
    Limit("cop_sd_mm", "noise of the centre of pressure under 20 kg", 0.1, "mm", _GAGEY),
    Limit("drift_n", "drift of a cell in ten minutes", 0.5, "N", _OURS),
    Limit("left_over_n", "force shown after the load is off", 1.0, "N", _OURS),
    Limit("rate_share", "measured rate less the declared one", 0.02, "of it", _OURS),
    Limit("rate_hz", "measured rate", 50.0, "Hz", _SCOPPA, least=True),
)
"""A plate, on nine points with 20 kg."""

_MORIN = "Morin et al. 2022, Sensors 22:5628: 15 mm along and 6.6 mm across, walking on Moticon"

INSOLE_LIMITS = (
    Limit("force_share", "force against the plate", 0.10, "of the load", _OURS),
    Limit("cop_ml_mm", "centre of pressure across the foot", 10.0, "mm", _MORIN),
    Limit("cop_ap_mm", "centre of pressure along the foot", 15.0, "mm", _MORIN),
)
"""An insole on a calibrated plate, on a recording that its weights were not made from."""


@dataclass(frozen=True)
class Judged:
    """One figure beside its limit; a value of NaN was not measured."""

    limit: Limit
    value: float

    @property
    def passed(self) -> bool:
        """Whether it is within the limit."""
        return self.limit.allows(self.value)

    @property
    def words(self) -> str:
        """One line for a record."""
        limit = self.limit
        found = "not measured" if np.isnan(self.value) else f"{self.value:.3g} {limit.unit}"
        return (
            f"{'passed' if self.passed else 'FAILED'}: {limit.words}: {found}, "
            f"{'least' if limit.least else 'most'} {limit.bound:g} {limit.unit} ({limit.source})"
        )


@dataclass(frozen=True)
class Verdict:
    """All figures of a device beside their limits."""

    rows: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was measured and is within its limit."""
        return all(row.passed for row in self.rows)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the figures that are not."""
        return tuple(row.limit.name for row in self.rows if not row.passed)

    @property
    def words(self) -> str:
        """A line for each figure, and the verdict."""
        failed = f"Not accepted: {len(self.failed)} of {len(self.rows)} figures."
        end = "Accepted." if self.passed else failed
        return "\n".join((*(row.words for row in self.rows), end))


def judge(figures: Mapping[str, float], limits: Sequence[Limit] = PLATE_LIMITS) -> Verdict:
    """Hold the figures of a device against limits.

    Parameters
    ----------
    figures : mapping of str to float
        By name: ``fit.figures | steady.figures | {"left_over_n": ..., ...}``. One that is missing
        was not measured, and does not pass.
    limits : sequence of Limit
    """
    return Verdict(tuple(Judged(limit, figures.get(limit.name, np.nan)) for limit in limits))
