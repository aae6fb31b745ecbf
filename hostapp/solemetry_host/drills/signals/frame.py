# SPDX-License-Identifier: Apache-2.0
"""The frame that a drill's places are in: that of the foot it is done on, or of both feet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.foot import FootRegistration
from solemetry.sway.stance.support import base_of_support
from solemetry_host.drills.running.outcome import Side

Floats = NDArray[np.float64]

DOUBLE = "double"
"""The posture of both feet on the ground, in a level's settings."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Axes on the plate, ``ml`` and ``ap``, and the ground that is stood on.

    Attributes
    ----------
    feet : tuple of FootRegistration
        One, or left and right.
    origin_mm : (2,) array
        On the plate: the middle of a foot's lever from heel to forefoot, or between both feet.
    across, forward : (2,) array
        Unit vectors on the plate; across goes to the outside of one foot, to the right of two.
    outline_mm : (P, 2) array
        Around what is stood on, on the plate.
    """

    feet: tuple[FootRegistration, ...]
    origin_mm: Floats
    across: Floats
    forward: Floats
    outline_mm: Floats

    @classmethod
    def of(cls, *feet: FootRegistration) -> Frame:
        """Frame of one foot, or of a left and a right one."""
        angle = np.mean([math.radians(foot.axis_deg) for foot in feet])
        forward = np.array([math.sin(angle), math.cos(angle)])
        right = np.array([forward[1], -forward[0]])
        inside_is_right = len(feet) == 1 and feet[0].side == "left"
        return cls(
            feet=feet,
            origin_mm=np.mean([foot.center_mm for foot in feet], axis=0),
            across=-right if inside_is_right else right,
            forward=forward,
            outline_mm=feet[0].outline_mm() if len(feet) == 1 else base_of_support(*feet),
        )

    @property
    def has_outside(self) -> bool:
        """Whether ``ml`` goes to the outside: two feet have none."""
        return len(self.feet) == 1

    def place(self, cop_mm: Floats) -> Floats:
        """Return ``(ml, ap)`` of places on the plate, ``(..., 2)``, mm."""
        return self.turn(np.asarray(cop_mm, dtype=float) - self.origin_mm)

    def turn(self, vector: Floats) -> Floats:
        """Return a way, or a velocity, on the plate, ``(..., 2)``, in the frame's axes."""
        return np.stack((vector @ self.across, vector @ self.forward), axis=-1)


def frame_for(
    feet: tuple[FootRegistration, ...], side: Side, posture: str
) -> Frame | None:
    """Return the frame of a drill on a plate; None where what it stands on was not registered.

    Parameters
    ----------
    feet : tuple of FootRegistration
        Those registered on the plate.
    side : Side
    posture : str
        With ``double`` both feet are needed, whichever side is trained.
    """
    by_side = {foot.side: foot for foot in feet}
    if posture == DOUBLE or side not in ("left", "right"):
        both = tuple(by_side[s] for s in ("left", "right") if s in by_side)
        if len(both) == 2:
            return Frame.of(*both)
        return Frame.of(*both) if both and posture != DOUBLE else None
    return Frame.of(by_side[side]) if side in by_side else None
