# SPDX-License-Identifier: Apache-2.0
"""What a plate says of a foot, or of both feet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import force_and_center
from solemetry.foot import right_share
from solemetry.sway.stance.support import margin
from solemetry_host.drills.signals.circle import Circling
from solemetry_host.drills.signals.frame import Frame
from solemetry_host.drills.signals.lowpass import CausalLowpass
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.stance import Stance

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Felt:
    """What a plate felt at one moment.

    Attributes
    ----------
    force_n : float
        NaN in a hole.
    cop_mm, velocity_mm_s : (2,) array
        On the plate, low-passed; NaN where there is no load, or no row before.
    """

    force_n: float
    cop_mm: Floats
    velocity_mm_s: Floats


class SmoothCenter:
    """Turns forces on the corners of a plate into a smooth centre of pressure and its velocity.

    Parameters
    ----------
    xy_mm : (S, 2) array
        Where its cells are.
    rate_hz : float
    """

    def __init__(self, xy_mm: Floats, rate_hz: float) -> None:
        self._xy_mm = xy_mm
        self._rate_hz = rate_hz
        self._lowpass = CausalLowpass(rate_hz)
        self._last_mm = np.full((1, 2), np.nan)

    def push(self, forces_n: Floats) -> list[Felt]:
        """Take rows of the grid, ``(n, S)``; return what each of them says."""
        force_n, cop_mm = force_and_center(forces_n, self._xy_mm)
        smooth_mm = self._lowpass.push(cop_mm)
        steps_mm = np.diff(np.concatenate((self._last_mm, smooth_mm)), axis=0)
        if len(smooth_mm):
            self._last_mm = smooth_mm[-1:]
        return list(map(Felt, force_n.tolist(), smooth_mm, steps_mm * self._rate_hz))


class PlateSignals:
    """The signals of a plate, for a drill done on one side.

    Parameters
    ----------
    frame : Frame or None
        None as long as it is not registered where the feet stand: then all that needs it is not
        there.
    base : FunctionalBase or None
        That of the frame.
    weight_n : float or None
        The person's.
    mirrored : bool
        Whether the outside is to the left.
    """

    def __init__(
        self,
        frame: Frame | None,
        base: FunctionalBase | None,
        weight_n: float | None,
        mirrored: bool,
    ) -> None:
        self._frame, self._base, self._weight_n = frame, base, weight_n
        self._outwards = -1.0 if mirrored else 1.0
        self._stance = Stance()
        self._circling = Circling()

    def of(self, t_s: float, felt: Felt) -> dict[str, float | bool]:
        """Return the signals of a moment; what has no value is not there."""
        out: dict[str, float | bool] = {}
        if math.isfinite(felt.force_n):
            out |= self._of_force(t_s, felt)
        if math.isfinite(felt.cop_mm[0]):
            ml, ap = (felt.cop_mm * (self._outwards, 1.0)).tolist()
            self._circling.push(t_s, ml, ap)
            out["circle.turned_deg"] = self._circling.turned_deg
            out["circle.roundness"] = self._circling.roundness
            if self._frame is not None:
                out |= _of_place(felt.cop_mm, self._frame, self._base)
        if math.isfinite(felt.velocity_mm_s[0]):
            out["cop.speed"] = math.hypot(*felt.velocity_mm_s)
            if self._frame is not None:
                out["cop.speed_ml"] = abs(float(self._frame.turn(felt.velocity_mm_s)[0]))
        return out

    def _of_force(self, t_s: float, felt: Felt) -> dict[str, float | bool]:
        out: dict[str, float | bool] = {"fz.n": felt.force_n}
        if self._weight_n is None:
            return out
        out["fz.bw"] = force_bw = felt.force_n / self._weight_n
        if self._frame is not None:
            outside_mm = -float(margin(felt.cop_mm[None], self._frame.outline_mm)[0])
            self._stance.push(t_s, force_bw, outside_mm)
            out["touchdown"] = self._stance.touched_down
            out["stance.single"] = self._stance.stands and self._frame.has_outside
        return out


def _of_place(
    cop_mm: Floats, frame: Frame, base: FunctionalBase | None
) -> dict[str, float | bool]:
    place_mm = frame.place(cop_mm)
    out: dict[str, float | bool] = {
        "cop.ml_mm": float(place_mm[0]), "cop.ap_mm": float(place_mm[1]),
    }  # fmt: skip
    if frame.has_outside:
        out["lever.forefoot"] = float(frame.feet[0].forefoot_share(cop_mm))
    else:
        out["load.left_pct"] = 100 * (1 - float(right_share(cop_mm, *frame.feet)))
    if base is not None:
        out["reach.pct"] = base.reach_pct(place_mm)
        out["reach.angle_deg"] = base.angle_deg(place_mm)
        if frame.has_outside:
            out["reach.lateral_pct"] = base.lateral_pct(place_mm)
    return out
