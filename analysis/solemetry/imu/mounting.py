# SPDX-License-Identifier: Apache-2.0
"""How an inertial sensor lies under the foot, and the foot's own turns that follow from it.

About the axis to the right the foot pitches, about the one to the toes it rolls, about the
vertical one it yaws. Pitch is positive with the toes going up, roll with the lateral edge going
down (inverting), yaw with the toes going outwards; so left and right feet have the same signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.session.model import Motion

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

UPRIGHT_G = 0.5
"""Of gravity, so much at least has to lie along the axis that points up, on the mean over a
recording: no walk tilts the foot by 60 degrees on the mean."""


@dataclass(frozen=True)
class Mounting:
    """Which of a sensor's axes points where, of a person who stands.

    Makers often mirror the axes of one foot. Where right, toes and up make a left-handed set, the
    numbers are those of the foot's mirror image, turn rates too.

    Attributes
    ----------
    right, toes, up : str
        An axis and its sign, such as ``"+x"``.
    source : str
        Where that is known from.
    """

    right: str
    toes: str
    up: str
    source: str

    def __post_init__(self) -> None:
        if not self.handedness:
            raise ValueError(
                f"Right {self.right}, toes {self.toes} and up {self.up} are not three axes."
            )

    @property
    def handedness(self) -> float:
        """1 for right-handed axes, -1 for mirrored ones."""
        axes = [_unit(axis) for axis in (self.right, self.toes, self.up)]
        return float(np.cross(axes[0], axes[1]) @ axes[2])


def _unit(axis: str) -> Floats:
    if len(axis) != 2 or axis[0] not in "+-" or axis[1] not in "xyz":
        raise ValueError(f"The axis is {axis!r}; it should be x, y or z with a sign, such as '+x'.")
    unit = np.zeros(3)
    unit["xyz".index(axis[1])] = float(f"{axis[0]}1")
    return unit


_POD = Mounting("+x", "+y", "+z", "the insole's own pod, by convention, in either shoe")
_FOUND = (
    "found from exports, not told by the maker: gravity in standing, the turn of the foot at "
    "heel-off, and y towards the other foot as in the maker's centre of pressure"
)
_KNOWN: dict[str, dict[Side, Mounting]] = {
    "insole-16-esp32s3": {"left": _POD, "right": _POD},
    "insole-8-esp32s3": {"left": _POD, "right": _POD},
    "moticon-16-": {
        "left": Mounting("+y", "+x", "+z", _FOUND),
        "right": Mounting("-y", "+x", "+z", _FOUND),
    },
}


@dataclass(frozen=True, eq=False)
class FootRates:
    """How fast a foot turns, degrees per second; NaN where missing.

    Attributes
    ----------
    pitch_dps : (T,) array
        Positive: the toes go up.
    roll_dps : (T,) array
        Positive: the lateral edge goes down (inverting).
    yaw_dps : (T,) array
        Positive: the toes go outwards.
    """

    pitch_dps: Floats
    roll_dps: Floats
    yaw_dps: Floats


def mounting_of(layout: SensorLayout, side: Side) -> Mounting:
    """Return the mounting of the sensor that came with an insole.

    Raises
    ------
    UnavailableError
        When it is not known for this device.
    """
    for device, mountings in _KNOWN.items():
        if layout.name.startswith(device):
            return mountings[side]
    raise UnavailableError(
        f"Where the axes of the inertial sensor of {layout.name} point is not known.",
        "Say it yourself, such as imu.Mounting('+x', '+y', '+z', 'by whom').",
    )


def foot_rates(motion: Motion, mounting: Mounting, side: Side) -> FootRates:
    """Turn what a sensor felt into turns of the foot.

    Parameters
    ----------
    motion : Motion
    mounting : Mounting
    side : {"left", "right"}

    Raises
    ------
    UnavailableError
        When gravity does not lie where the mounting says, so the sensor lies otherwise.
    """
    up_g = _along(motion.acceleration_g, mounting.up)
    up_g = up_g[np.isfinite(up_g)]
    if not (len(up_g) and up_g.mean() > UPRIGHT_G):
        found = f"{up_g.mean():.2f} g" if len(up_g) else "nothing"
        raise UnavailableError(
            f"{motion.name} feels {found} along {mounting.up}, which should point up.",
            "The sensor lies otherwise than said: check the mounting, or turn the pod round.",
        )
    turn_dps = motion.turn_rate_dps * mounting.handedness
    outwards = 1.0 if side == "right" else -1.0
    return FootRates(
        pitch_dps=_along(turn_dps, mounting.right),
        roll_dps=outwards * _along(turn_dps, mounting.toes),
        yaw_dps=-outwards * _along(turn_dps, mounting.up),
    )


def _along(vectors: Floats, axis: str) -> Floats:
    column = np.asarray(vectors[:, "xyz".index(axis[1])], dtype=float)
    return column if axis[0] == "+" else -column
