# SPDX-License-Identifier: Apache-2.0
"""Forces in the unit that somebody prefers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solemetry.device import STANDARD_GRAVITY


@dataclass(frozen=True)
class ForceUnit:
    """A unit of force.

    Attributes
    ----------
    name : str
    per_newton : float
    decimals : int
        As many as are worth reading.
    """

    name: str
    per_newton: float
    decimals: int


NEWTONS = ForceUnit("N", 1.0, 0)


def force_unit(preferred: Literal["N", "kg", "%"], mass_kg: float | None) -> ForceUnit:
    """Return the unit that is preferred; newtons where a share of an unknown weight is.

    Parameters
    ----------
    preferred : {"N", "kg", "%"}
        Newtons, the mass that would weigh as much, or percent of body weight.
    mass_kg : float or None
        Of the person.
    """
    if preferred == "kg":
        return ForceUnit("kg", 1 / STANDARD_GRAVITY, 1)
    if preferred == "%" and mass_kg:
        return ForceUnit("% BW", 100 / (mass_kg * STANDARD_GRAVITY), 0)
    return NEWTONS
