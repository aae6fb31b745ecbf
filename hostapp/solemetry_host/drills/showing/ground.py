# SPDX-License-Identifier: Apache-2.0
"""What is stood on, as it is seen from above: toes up, the own left on the left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.foot import FootRegistration
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.frame import frame_for
from solemetry_host.drills.signals.reach import FunctionalBase

Floats = NDArray[np.float64]

NOWHERE = np.full(2, np.nan)


@dataclass(frozen=True, eq=False)
class Ground:
    """What turns the frame of a foot, or of both, into what is seen.

    Attributes
    ----------
    base : FunctionalBase
        Targets are of it.
    seen : (2,) array
        Factors on ``(ml, ap)``: a left foot has its outside on the left.
    outlines_mm : tuple of (n, 2) array
        Of the feet, schematic.
    """

    base: FunctionalBase
    seen: Floats
    outlines_mm: tuple[Floats, ...]

    @classmethod
    def of(
        cls, feet: tuple[FootRegistration, ...], side: Side, posture: str, body: Body
    ) -> Ground | None:
        """Return what a drill stands on; None where it was not registered.

        Parameters
        ----------
        feet, side, posture
            As `frame_for`.
        body : Body
            Of the person: their functional bases, and the age.
        """
        frame = frame_for(feet, side, posture)
        if frame is None:
            return None
        left_only = frame.has_outside and frame.feet[0].side == "left"
        seen = np.array((-1.0 if left_only else 1.0, 1.0))
        outlines = tuple(frame.place(foot.outline_mm()) * seen for foot in frame.feet)
        return cls(body.base_of(frame), seen, outlines)


def cop_seen_mm(ground: Ground | None, reading: Reading) -> Floats:
    """Return the centre of pressure as seen from above, ``(2,)``; NaN where it is not sensed."""
    if ground is None:
        return NOWHERE
    place = [float(reading.values.get(f"cop.{axis}_mm", np.nan)) for axis in ("ml", "ap")]
    return np.array(place) * ground.seen
