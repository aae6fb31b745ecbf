# SPDX-License-Identifier: Apache-2.0
"""What two plates or two insoles say together, brought to one moment of session time.

Each device is on a grid of its own time. Its clock says when its newest grid point was; the
earlier of the two is the newest moment that both have reached, and there the other one is
interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, center_of_pressure
from solemetry.errors import SolemetryError
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.metrics import NOT_CALIBRATED
from solemetry_host.live.snapshot import Joined, Share

Floats = NDArray[np.float64]

_NOT_PLACED = "where the plates stand is not known"
_NOWHERE = np.full(2, np.nan)


@dataclass(frozen=True)
class Place:
    """Where a plate stands in a frame that it shares with another.

    Attributes
    ----------
    x_mm, y_mm : float
        Its middle.
    turn_deg : float
        By how much it is turned, clockwise from above.
    """

    x_mm: float
    y_mm: float
    turn_deg: float = 0.0

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Place:
        """Build from fields of these names; others are ignored.

        Raises
        ------
        SolemetryError
            When one is missing or no number.
        """
        try:
            place = cls(
                float(fields["x_mm"]), float(fields["y_mm"]), float(fields.get("turn_deg", 0.0))
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SolemetryError(
                f"The place of a plate cannot be read: {error!r}.", "It needs x_mm and y_mm."
            ) from None
        if not all(map(math.isfinite, (place.x_mm, place.y_mm, place.turn_deg))):
            raise SolemetryError("The place of a plate is no number.", "Give it in millimetres.")
        return place

    @classmethod
    def parse(cls, text: str) -> tuple[str, Place]:
        """Read ``STREAM:x=MM;y=MM;turn=DEG``, the turn if there is one.

        Raises
        ------
        SolemetryError
            When the text has another form.
        """
        stream, _, rest = text.partition(":")
        parts = dict(part.partition("=")[::2] for part in rest.split(";"))
        names = {"x": "x_mm", "y": "y_mm", "turn": "turn_deg"}
        if not stream or not set(parts) <= set(names):
            raise SolemetryError(
                f"{text!r} is not the place of a plate.", "Write it as plate-2:x=520;y=0;turn=90."
            )
        return stream, cls.from_dict({names[name]: value for name, value in parts.items()})

    def of(self, cop_mm: Floats) -> Floats:
        """Where a point ``(2,)`` on the plate is in the common frame."""
        turn = math.radians(self.turn_deg)
        (x, y), c, s = cop_mm, math.cos(turn), math.sin(turn)
        return np.array([self.x_mm + c * x + s * y, self.y_mm - s * x + c * y])


def join(
    devices: Iterable[LiveDevice], places: Mapping[str, Place]
) -> tuple[Joined, ...]:
    """Bring together what is there twice: two insoles, one of each side, and two plates."""
    streaming = [device for device in devices if device.streaming]
    out = []
    insoles = _sides([device for device in streaming if device.kind == "insole"])
    if insoles is not None:
        out.append(_join("insoles", insoles, {}))
    plates = [device for device in streaming if device.kind == "plate"]
    if len(plates) == 2:
        plates.sort(key=lambda plate: places[plate.stream].x_mm if plate.stream in places else 0)
        out.append(_join("plates", (plates[0], plates[1]), places))
    return tuple(out)


def _sides(insoles: list[LiveDevice]) -> tuple[LiveDevice, LiveDevice] | None:
    left, right = ([i for i in insoles if i.opened.side == side] for side in ("left", "right"))
    return (left[0], right[0]) if len(left) == len(right) == 1 else None


def _join(
    of: Literal["plates", "insoles"],
    pair: tuple[LiveDevice, LiveDevice],
    places: Mapping[str, Place],
) -> Joined:
    newest = [device.newest_ns() for device in pair]
    common_ns = min(newest)
    forces = [device.at(ns - common_ns) for device, ns in zip(pair, newest, strict=True)]
    unknown = [device.stream for device in pair if not device.calibration.known]
    placed = all(device.stream in places for device in pair)
    why = f"{NOT_CALIBRATED}: {', '.join(unknown)}" if unknown else ""
    if of == "plates" and not placed:
        why = "; ".join(filter(None, (why, _NOT_PLACED)))
    left_n, right_n = (float("nan") if unknown else float(each.sum()) for each in forces)
    total_n = left_n + right_n
    loaded = total_n >= MIN_FORCE_N
    sided = of == "insoles" or placed
    cop_mm = _NOWHERE
    if of == "plates" and placed and loaded:
        cop_mm = _net_cop(pair, forces, places)
    share = right_n / total_n if loaded and sided else float("nan")
    return Joined(of, common_ns * 1e-9, total_n, cop_mm, Share(share, of), why)


def _net_cop(
    pair: tuple[LiveDevice, LiveDevice], forces: list[Floats], places: Mapping[str, Place]
) -> Floats:
    """Force-weighted mean of where each plate's force acts; an empty plate carries nothing."""
    moment, total_n = np.zeros(2), 0.0
    for device, each in zip(pair, forces, strict=True):
        xy_mm, force_n = device.description.layout.xy_mm, float(each.sum())
        if abs(force_n) > 0:
            cop = center_of_pressure(each[None], xy_mm, min_force_n=-math.inf)[0]
            moment, total_n = moment + force_n * places[device.stream].of(cop), total_n + force_n
    return moment / total_n
