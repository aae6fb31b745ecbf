# SPDX-License-Identifier: Apache-2.0
"""The feet of a standing person: what the cells and the motion sensor of each insole feel.

The load is shared between the feet and spread under each so that all cells of both together have
the force and the centre of pressure that a plate under them has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry_host.sim.person import TWO_LEGS, Person

Floats = NDArray[np.float64]
Foot = Literal["left", "right"]

CAUGHT = 0.125
"""Part of a foot's load that goes through its cells and not beside them: their 12.6 cm2 of about
100 cm2 of contact."""

_APART_MM = 170.0
"""Between the midlines of two feet."""

_SPREAD = {
    "heel_medial": 1.4, "heel_lateral": 1.4, "midfoot_medial": 0.2, "midfoot_lateral": 0.6,
    "met1": 1.0, "met2": 1.2, "met3": 1.2, "met4": 0.9, "met5": 0.7, "hallux": 0.8,
    "lesser_toes": 0.3,
}  # fmt: skip
"""How the load of a foot at ease lies on its cells; a model, to no more than the first figure."""

_HEEL_UP_RAD = np.deg2rad(18.0)
_G_STEP = 16 / 2**15
_DPS_STEP = 0.07


@dataclass(frozen=True)
class Feet:
    """Both feet of a person who stands on a plate with insoles in the shoes.

    A foot that is not down feels nothing: neither does either before the person steps on, for
    until then the person sits.

    Attributes
    ----------
    person : Person
    layout : SensorLayout
        Of the right insole; the left one is its mirror.
    leg : {"left", "right"}
        The one stood on, in a stance on one leg.
    """

    person: Person
    layout: SensorLayout
    leg: Foot = "right"

    def load(self, side: Foot, t_s: Floats) -> tuple[Floats, Floats]:
        """Force on one foot and where it acts, as a plate under both sees it.

        Returns
        -------
        force_n : (n,) array
        cop_mm : (n, 2) array
            In the plate's frame.
        """
        force_n, cop_mm = self.person.load(t_s)
        if not self._on_two:
            return (force_n if side == self.leg else np.zeros_like(force_n)), cop_mm
        right = np.clip(0.5 + (cop_mm[:, 0] - self.person.stance.center_mm[0]) / _APART_MM, 0, 1)
        beside = self.person.stance.center_mm[0] + self._midline_mm(side)
        share = right if side == "right" else 1.0 - right
        return force_n * share, np.column_stack((np.full_like(force_n, beside), cop_mm[:, 1]))

    def cells(self, side: Foot, t_s: Floats) -> Floats:
        """Force on each cell of one insole, ``(n, S)``, N.

        From the spread at ease the load is tilted by what brings its centre to where it acts:
        ``w = w0 (1 + (p - c0) C^-1 (c - c0))``, with the mean and the covariance of ``w0``. A cell
        that would be pulled up lifts off.
        """
        force_n, cop_mm = self.load(side, t_s)
        under_mm = cop_mm - self._place_mm(side)
        at_ease, places, lever = self._at_ease(side)
        tilt = 1.0 + (under_mm - at_ease @ places) @ lever.T
        weights = np.maximum(at_ease * tilt, 0.0)
        weights /= weights.sum(axis=1, keepdims=True)
        forces: Floats = CAUGHT * force_n[:, None] * weights
        return forces

    def motion(self, side: Foot, t_s: Floats) -> Floats:
        """Acceleration (g) and turn rate (degrees per second) of one foot, ``(n, 6)``.

        The sensor's x is to the right, y to the toes, z up. A raised heel turns it about x.
        """
        step_s = 1e-3
        before, now, after = (self._pitch(side, t_s + k * step_s) for k in (-1, 0, 1))
        turn = np.rad2deg(after - before) / (2 * step_s)
        nothing = np.zeros_like(now)
        return np.column_stack((nothing, -np.sin(now), np.cos(now), -turn, nothing, nothing))

    def felt_by(self, side: Foot) -> Callable[[Floats], tuple[Floats, Floats]]:
        """Return what one insole feels, as `VirtualInsole` takes it."""
        return lambda t_s: (self.cells(side, t_s), self.motion(side, t_s))

    def _pitch(self, side: Foot, t_s: Floats) -> Floats:
        is_down = self._on_two or side == self.leg
        pitch: Floats = (_HEEL_UP_RAD if is_down else 0.0) * self.person.raised(t_s)
        return pitch

    @property
    def _on_two(self) -> bool:
        return self.person.stance is TWO_LEGS

    def _midline_mm(self, side: Foot) -> float:
        return _APART_MM / 2 * (1 if side == "right" else -1)

    def _place_mm(self, side: Foot) -> Floats:
        """Where the insole's origin is on the plate: the load at ease lies where people stand."""
        at_ease, places, _ = self._at_ease(side)
        beside = self._midline_mm(side) if self._on_two else 0.0
        middle = np.array(self.person.stance.center_mm) + np.array([beside, 0.0])
        place: Floats = middle - at_ease @ places
        return place

    def _at_ease(self, side: Foot) -> tuple[Floats, Floats, Floats]:
        """Shares of the cells, their places, and how a shift of the centre tilts the shares."""
        places = self.layout.xy_mm * ((-1, 1) if side == "left" else (1, 1))
        share, levers = self._right_at_ease
        return share, places, levers * ((-1, 1) if side == "left" else (1, 1))

    @cached_property
    def _right_at_ease(self) -> tuple[Floats, Floats]:
        weights = np.array([_SPREAD[region] for region in self.layout.regions])
        share = weights / weights.sum()
        off_center = self.layout.xy_mm - share @ self.layout.xy_mm
        covariance = (off_center * share[:, None]).T @ off_center
        levers: Floats = off_center @ np.linalg.inv(covariance)
        return share, levers


def motion_steps(motion: Floats) -> NDArray[np.int64]:
    """Return steps of the sensor: 16 g and 2294 degrees per second are 32768 of them."""
    steps = np.rint(motion / ([_G_STEP] * 3 + [_DPS_STEP] * 3))
    return np.clip(steps, -(2**15) + 1, 2**15 - 1).astype(np.int64)
