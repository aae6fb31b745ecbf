# SPDX-License-Identifier: Apache-2.0
"""How a foot is tilted, from the inertial sensor of its pod."""

from __future__ import annotations

import math
from collections import deque

from solemetry.foot import Side

GRAVITY_S = 0.5
"""Over this time the angle follows gravity; within it, the turn rate."""

STILL_DPS, STILL_S = 5.0, 0.5
"""A foot that turns no faster for so long rests; where it first does is where angles begin."""

_HOLE_S = 0.2


class FootTilt:
    """Follows roll and pitch of a foot by a complementary filter.

    The pod's x points to the right, y to the toes, z up, in either shoe. Rolling out (the outer
    edge goes down) and raising the heel are positive. Where a foot moves fast, gravity is not all
    that is felt: drills are slow.

    Parameters
    ----------
    side : {"left", "right"}
    """

    def __init__(self, side: Side) -> None:
        self._outwards = 1.0 if side == "right" else -1.0
        self._t_s: float | None = None
        self._roll_deg = self._pitch_deg = 0.0
        self._still: deque[tuple[float, float, float]] = deque()
        self._rest: tuple[float, float] | None = None
        self.roll_dps = math.nan

    def begin(self) -> None:
        """Look for another rest to count angles from."""
        self._rest = None
        self._still.clear()

    def push(self, t_s: float, acceleration_g: list[float], turn_dps: list[float]) -> None:
        """Take what the sensor felt, x, y and z, at a moment of its own time."""
        ax, ay, az = acceleration_g
        felt_roll = self._outwards * math.degrees(math.atan2(-ax, az))
        felt_pitch = math.degrees(math.atan2(-ay, az))
        self.roll_dps = self._outwards * turn_dps[1]
        pitch_dps = -turn_dps[0]
        step_s = math.inf if self._t_s is None else t_s - self._t_s
        if 0 < step_s <= _HOLE_S:
            trust = math.exp(-step_s / GRAVITY_S)
            self._roll_deg = _blend(self._roll_deg + step_s * self.roll_dps, felt_roll, trust)
            self._pitch_deg = _blend(self._pitch_deg + step_s * pitch_dps, felt_pitch, trust)
        else:
            self._roll_deg, self._pitch_deg = felt_roll, felt_pitch
            self._still.clear()
        self._t_s = t_s
        self._look_for_rest(t_s, math.hypot(*turn_dps))

    def _look_for_rest(self, t_s: float, turns_dps: float) -> None:
        if self._rest is not None:
            return
        if turns_dps > STILL_DPS:
            self._still.clear()
            return
        self._still.append((t_s, self._roll_deg, self._pitch_deg))
        if t_s - self._still[0][0] >= STILL_S:
            n = len(self._still)
            self._rest = (sum(r for _, r, _ in self._still) / n,
                          sum(p for _, _, p in self._still) / n)  # fmt: skip

    def values(self) -> dict[str, float]:
        """Return the signals of now: angles only once the foot has rested."""
        out: dict[str, float] = {}
        if self._t_s is not None:
            out["imu.roll_speed"] = abs(self.roll_dps)
        if self._rest is not None:
            out["imu.roll_deg"] = self._roll_deg - self._rest[0]
            out["imu.heel_pitch_deg"] = self._pitch_deg - self._rest[1]
        return out


def _blend(turned: float, felt: float, trust: float) -> float:
    """Angle by turning, drawn towards what gravity says, the short way round."""
    return turned + (1 - trust) * ((felt - turned + 180.0) % 360.0 - 180.0)
