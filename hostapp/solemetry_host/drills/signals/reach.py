# SPDX-License-Identifier: Apache-2.0
"""How far somebody reaches, in percent of the ground that they can stand on: their own base."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.sway.stance.support import base_area, edges_of, functional_base
from solemetry.sway.trajectory.hull import convex_hull, hull_area
from solemetry_host.drills.signals.frame import Frame

Floats = NDArray[np.float64]

OLDER_FROM = 60
"""Age from which the smaller model holds: forward-to-backward lean falls from 60 on (King 1994)."""

_MARKER_LENGTH, _MARKER_WIDTH = 0.72, 0.33
"""Reference length (heel to second metatarsal head) and width (mean of that at the metatarsals and
at the ankle) of the model, in foot lengths: recalled anthropometry, provisional."""

_FRONT = 0.72
"""With heels down the forward limit is the first metatarsal heads (FFSI), in foot lengths."""

_SMALLEST_MM2 = 100.0
"""A base is some tens of square centimetres; less than one is somebody who did not lean."""

_YOUNG, _OLDER = (0.335, 0.60), (0.22, 0.51)
"""Width and length of the base in those, of adults under 60 and of older ones: the middle of what
the open data of Millard & Sloot 2025 say."""


@dataclass(frozen=True, eq=False)
class FunctionalBase:
    """The ground that a person can put the centre of pressure on with the sole flat.

    Attributes
    ----------
    polygon_mm : (P, 2) array
        Convex, in the frame of the foot or of both feet.
    measured : bool
        Whether it is the person's own; otherwise a model, and provisional.
    on : date or None
        The day it was measured, where that is known.
    """

    polygon_mm: Floats
    measured: bool
    on: date | None = None

    @classmethod
    def from_loops(cls, place_mm: Floats) -> FunctionalBase:
        """Return the base that slow loops span, ``(T, 2)`` in the frame, with the sole flat.

        Raises
        ------
        SolemetryError
            When the loops span next to no area.
        """
        if not hull_area(place_mm) >= _SMALLEST_MM2:
            raise SolemetryError(
                "The loops span next to no area.",
                "Lean slowly as far as you can to all sides, the whole sole down.",
            )
        return cls(functional_base(place_mm), measured=True)

    @classmethod
    def model(cls, frame: Frame, age: float | None = None) -> FunctionalBase:
        """Guess the base of whom only the feet's lengths, and perhaps the age, are known.

        An ellipse under each foot, and what lies between them. How the model's marker lengths
        relate to a foot's is not certain, so it is provisional.

        References
        ----------
        Millard M, Sloot LH (2025), J Biomech 192:112927, and its open data
        (functionalBaseOfSupport).
        King MB, Judge JO, Wolfson L (1994), J Gerontol 49(6):M258.
        """
        size = _OLDER if age is not None and age >= OLDER_FROM else _YOUNG
        ellipses = [frame.place(_ellipse_on_plate(foot, *size)) for foot in frame.feet]
        return cls(convex_hull(np.concatenate(ellipses)), measured=False)

    def to_dict(self) -> dict[str, Any]:
        """Fields that `from_dict` reads back."""
        return {
            "polygon_mm": self.polygon_mm.tolist(),
            "measured": self.measured,
            "on": None if self.on is None else self.on.isoformat(),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> FunctionalBase:
        """Read what `to_dict` wrote.

        Raises
        ------
        SolemetryError
            When it is no polygon.
        """
        try:
            polygon_mm = np.array(fields["polygon_mm"], dtype=float)
            edges_of(polygon_mm)
            on = fields.get("on")
            return cls(polygon_mm, bool(fields["measured"]), on and date.fromisoformat(on))
        except (KeyError, TypeError, ValueError) as error:
            raise SolemetryError(
                f"A functional base cannot be read: {error}.",
                "It needs polygon_mm, three corners (ml, ap) or more, and measured.",
            ) from None

    @property
    def area_cm2(self) -> float:
        """Its area, cm2."""
        return base_area(self.polygon_mm) / 100

    @cached_property
    def center_mm(self) -> Floats:
        """Its centroid, ``(2,)``."""
        corners = self.polygon_mm
        after = np.roll(corners, -1, axis=0)
        cross = corners[:, 0] * after[:, 1] - after[:, 0] * corners[:, 1]
        center: Floats = (corners + after).T @ cross / (3 * cross.sum())
        return center

    @cached_property
    def lateral_mm(self) -> float:
        """How far it goes to the outside, or the right, from its middle."""
        return float(self.polygon_mm[:, 0].max() - self.center_mm[0])

    def radius_mm(self, direction: Floats) -> float:
        """Way from the middle to the edge in a direction, a unit vector ``(2,)``."""
        edges = edges_of(self.polygon_mm)
        off = ((self.center_mm - edges.corners) * edges.inward).sum(axis=1)
        towards = -(edges.inward @ direction)
        return float(np.min(off[towards > 0] / towards[towards > 0]))

    def reach_pct(self, place_mm: Floats) -> float:
        """How far a place ``(2,)`` is on the way from the middle to the edge, %."""
        off = place_mm - self.center_mm
        far = math.hypot(*off)
        return 100 * far / self.radius_mm(off / far) if far > 0 else 0.0

    def lateral_pct(self, place_mm: Floats) -> float:
        """How far a place is to the outside of the middle, of all that there is that way, %."""
        return 100 * float(place_mm[0] - self.center_mm[0]) / self.lateral_mm

    def angle_deg(self, place_mm: Floats) -> float:
        """Direction of a place from the middle: 0 toes, 90 outside or right, below 360."""
        ml, ap = place_mm - self.center_mm
        return math.degrees(math.atan2(ml, ap)) % 360.0


def _ellipse_on_plate(foot: FootRegistration, width: float, length: float) -> Floats:
    """Where the model's ellipse lies on the plate, ``(36, 2)``; its front is at the balls."""
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    half_width = width * _MARKER_WIDTH * foot.length_mm / 2
    half_length = length * _MARKER_LENGTH * foot.length_mm / 2
    frame = Frame.of(foot)
    middle = np.asarray(foot.heel_mm) + (_FRONT * foot.length_mm - half_length) * frame.forward
    return np.asarray(
        middle
        + half_width * np.sin(turn)[:, None] * frame.across
        + half_length * np.cos(turn)[:, None] * frame.forward
    )
