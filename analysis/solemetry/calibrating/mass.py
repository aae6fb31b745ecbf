# SPDX-License-Identifier: Apache-2.0
"""Whether the known mass was what it was said to be.

A mass that is wrong by a share makes all gains wrong by the same share, and nothing in the nine
points can show it: places do not depend on it. Two things can. The data sheets know the mean gain
to a few percent, so a gross error shows against them; a second known mass, or a bathroom scale,
shows a small one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import STANDARD_GRAVITY

Floats = NDArray[np.float64]

BY_DATA_SHEETS = 0.08
"""How far the mean gain may lie from that of the data sheets, as a logarithm: cells are sold as
within 5 % of nominal, and four of them average to half of that."""

RESOLVED_FROM = 0.15
"""A mass that is wrong by this share or more is found by the data sheets alone."""

BY_EARLIER = 0.02
"""The same against an earlier calibration of the same plate: cells hardly change."""

BY_SECOND = 0.01
"""The same against another known mass, on top of what that mass itself is uncertain by."""


@dataclass(frozen=True)
class MassCheck:
    """What speaks for or against the stated mass.

    Attributes
    ----------
    ratio : float
        Stated mass over what the evidence says it was; NaN where there is none.
    limit : float
        How far from 1 it may be, as a logarithm.
    against : str
        What it was compared with.
    words : str
    """

    ratio: float
    limit: float
    against: str
    words: str

    @property
    def wrong(self) -> bool:
        """Whether the mass, or what it was compared with, must be wrong."""
        return self.off > self.limit

    @property
    def off(self) -> float:
        """Distance of the ratio from 1, as a logarithm."""
        return math.inf if self.ratio <= 0 else abs(math.log(self.ratio))

    @property
    def figures(self) -> dict[str, float]:
        """What `judge` asks for."""
        return {"mass_off": self.off / self.limit}


def check_by_gains(gain_n_per_count: Floats, expected: Calibration) -> MassCheck:
    """Compare gains that were fitted with those of the data sheets, or of an earlier calibration.

    Parameters
    ----------
    gain_n_per_count : (S,) array
    expected : Calibration
    """
    if not expected.known:
        return MassCheck(
            math.nan, math.nan, "nothing",
            "Whether the mass is right cannot be told here: load a second known mass, or weigh it.",
        )  # fmt: skip
    limit, against = (
        (BY_EARLIER, "the earlier calibration")
        if expected.measured
        else (BY_DATA_SHEETS, "the data sheets")
    )
    logs = np.log(np.abs(gain_n_per_count / expected.gain_n_per_count))
    check = MassCheck(float(np.exp(logs.mean())), limit, against, "")
    if check.wrong:
        words = (
            f"By {against} the mass was {1 / check.ratio:.2f} times what was stated. Weigh it "
            "again; if it is right, the device's file describes other cells."
        )
    elif expected.measured:
        words = f"The mass agrees with {against} within {limit:.0%}."
    else:
        words = (
            f"The mass agrees with {against}, which would not show an error below "
            f"{RESOLVED_FROM:.0%}: load a second known mass, or weigh it on a bathroom scale."
        )
    return replace(check, words=words)


def check_by_second_mass(
    calibration: Calibration, net_counts: Floats, mass_kg: float, uncertain_kg: float = 0.0
) -> MassCheck:
    """Compare what a calibrated plate reads with another mass that is known.

    A person does too, weighed on a bathroom scale a moment before.

    Parameters
    ----------
    calibration : Calibration
    net_counts : (..., S) array
        Counts under the second mass, less those of the empty plate.
    mass_kg : float
    uncertain_kg : float
        Standard uncertainty of `mass_kg`; half a kilogram for a bathroom scale.
    """
    forces_n = calibration.tared(np.zeros(np.shape(net_counts)[-1])).forces(net_counts)
    read_kg = float(forces_n.sum(axis=-1).mean()) / STANDARD_GRAVITY
    limit = BY_SECOND + 2 * uncertain_kg / mass_kg
    check = MassCheck(read_kg / mass_kg, limit, "the second mass", "")
    verdict = (
        "one of the two masses is not what it was said to be. Weigh both on one scale."
        if check.wrong
        else f"the two masses agree within {limit:.1%}."
    )
    words = f"The plate reads {read_kg:.2f} kg where {mass_kg:g} kg stand: {verdict}"
    return replace(check, words=words)
