# SPDX-License-Identifier: Apache-2.0
"""Where a foot stands on the plate, and what that makes of a centre of pressure.

A plate knows its own front and back, not the foot's. A registered foot (heel, axis, length)
turns one centre of pressure into a place along the foot and, through a lever with its two
ends under heel and forefoot, into a forefoot share. The lever is a model: it says where two
forces would have to act. A pressure insole measures the shares.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import SolemetryError

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

HEEL_LEVER = 0.15
FORE_LEVER = 0.675
"""Default ends of the lever, in foot lengths from the back of the heel: the middles of the
rearfoot (0 to 0.30) and of the metatarsal heads (0.55 to 0.80)."""

MAX_SCATTER_MM = 15.0
MIN_PRESS_SAMPLES = 5
MIN_LEVER, MAX_LEVER = 0.25, 0.85
MIN_LENGTH_MM, MAX_LENGTH_MM = 100.0, 400.0


@dataclass(frozen=True)
class FootRegistration:
    """Where one foot stands on the plate.

    Attributes
    ----------
    side : {"left", "right"}
    heel_mm : tuple of float
        The back of the heel, ``(ml, ap)`` on the plate.
    axis_deg : float
        Direction from heel to toe: 0 is straight forward, + turns to the person's right
        (clockwise from above).
    length_mm : float
        Foot length.
    heel_lever, fore_lever : float
        Where along the foot heel and forefoot carry load, in foot lengths from the heel.

    Raises
    ------
    SolemetryError
        When a value cannot be a foot.
    """

    side: Side
    heel_mm: tuple[float, float]
    axis_deg: float
    length_mm: float
    heel_lever: float = HEEL_LEVER
    fore_lever: float = FORE_LEVER

    def __post_init__(self) -> None:
        if self.side not in ("left", "right"):
            raise SolemetryError(f"A foot is left or right, not {self.side!r}.")
        numbers = (*self.heel_mm, self.axis_deg, self.length_mm, self.heel_lever, self.fore_lever)
        if len(self.heel_mm) != 2 or not all(math.isfinite(number) for number in numbers):
            raise SolemetryError(
                f"The registration of the {self.side} foot holds something that is no number.",
                "It needs heel (ml, ap), axis and length.",
            )
        if not MIN_LENGTH_MM <= self.length_mm <= MAX_LENGTH_MM:
            raise SolemetryError(
                f"A foot of {self.length_mm:g} mm is not plausible.",
                f"Give its length in mm, {MIN_LENGTH_MM:g} to {MAX_LENGTH_MM:g}.",
            )
        if not self.heel_lever < self.fore_lever:
            raise SolemetryError(
                f"The forefoot ({self.fore_lever:g}) should carry load in front of the heel "
                f"({self.heel_lever:g}).",
                "Give both in foot lengths from the back of the heel.",
            )

    @property
    def heel_load_mm(self) -> Floats:
        """Where the heel carries load, ``(2,)``: the back end of the lever."""
        return self._at(self.heel_lever)

    @property
    def fore_load_mm(self) -> Floats:
        """Where the forefoot carries load, ``(2,)``: the front end of the lever."""
        return self._at(self.fore_lever)

    @property
    def center_mm(self) -> Floats:
        """Middle of the lever, ``(2,)``."""
        return (self.heel_load_mm + self.fore_load_mm) / 2

    def along(self, cop_mm: Floats) -> Floats:
        """Place along the foot, ``(...)``: 0 at the back of the heel, 1 at the toes.

        Parameters
        ----------
        cop_mm : (..., 2) array
            ``(ml, ap)`` on the plate, mm.
        """
        offset = np.asarray(cop_mm, dtype=float) - self.heel_mm
        return np.asarray(offset @ self._direction / self.length_mm)

    def forefoot_share(self, cop_mm: Floats) -> Floats:
        """Share of the load under the forefoot, by the heel-to-forefoot lever, ``(...)``.

        0: all of it at `heel_lever`; 1: all of it at `fore_lever`. Values outside are
        possible and left as they are: the load then lies behind the one point or in front of
        the other (on the toes, say), or the foot does not stand where it was registered.

        Parameters
        ----------
        cop_mm : (..., 2) array
            Centre of pressure of this foot alone, ``(ml, ap)``, mm.
        """
        return (self.along(cop_mm) - self.heel_lever) / (self.fore_lever - self.heel_lever)

    def outline_mm(self, n: int = 60) -> Floats:
        """Schematic outline on the plate for drawing: ``(n, 2)``, closed, mm."""
        across, along = _closed_curve(_OUTLINE_OF_A_RIGHT_FOOT, n).T * self.length_mm
        if self.side == "left":
            across = -across
        forward = self._direction
        rightward = np.array([forward[1], -forward[0]])
        on_plate = self.heel_mm + across[:, None] * rightward + along[:, None] * forward
        return np.asarray(on_plate)

    @classmethod
    def from_presses(
        cls, heel_cop_mm: Floats, toe_cop_mm: Floats, length_mm: float, side: Side
    ) -> FootRegistration:
        """Registration of a foot that pressed first with the heel, then with the forefoot.

        The medians of the two presses become the ends of the lever and give the axis; the
        back of the heel is placed 0.15 foot lengths behind the heel press.

        Parameters
        ----------
        heel_cop_mm, toe_cop_mm : (T, 2) array
            Centre of pressure during each press, ``(ml, ap)``, mm.
        length_mm : float
        side : {"left", "right"}

        Raises
        ------
        SolemetryError
            When a press was too short or not still, or the two points cannot be heel and
            forefoot of a foot this long. Says what to do again.
        """
        heel = _still_point(heel_cop_mm, "heel")
        fore = _still_point(toe_cop_mm, "forefoot")
        across, forward = fore - heel
        lever = math.hypot(across, forward) / length_mm
        if forward <= 0:
            raise SolemetryError(
                "The forefoot press lies behind the heel press.",
                "Face the front of the plate; press with the heel first, then with the forefoot.",
            )
        if not MIN_LEVER <= lever <= MAX_LEVER:
            near_or_far = "close together" if lever < MIN_LEVER else "far apart"
            raise SolemetryError(
                f"The two presses are too {near_or_far}: {lever * length_mm:.0f} mm on a foot "
                f"of {length_mm:.0f} mm.",
                "Keep the foot where it is, lean onto the heel, then onto the forefoot, and "
                "check the foot length.",
            )
        direction = (fore - heel) / math.hypot(across, forward)
        back = heel - HEEL_LEVER * length_mm * direction
        return cls(
            side=side,
            heel_mm=(float(back[0]), float(back[1])),
            axis_deg=math.degrees(math.atan2(across, forward)),
            length_mm=float(length_mm),
            heel_lever=HEEL_LEVER,
            fore_lever=HEEL_LEVER + lever,
        )

    @classmethod
    def parse(cls, text: str) -> FootRegistration:
        """Read ``left:heel=-60,-100;axis=-7;length=255``.

        ``heel`` and ``length`` are needed, in mm; ``axis`` (degrees, 0) and
        ``levers=0.15,0.675`` may be left out.

        Raises
        ------
        SolemetryError
            Says which part cannot be read, and shows the form.
        """
        form = "Write it like left:heel=-60,-100;axis=-7;length=255 (mm and degrees)."
        side, colon, rest = text.partition(":")
        side = side.strip().lower()
        if not colon or side not in ("left", "right"):
            raise SolemetryError(f"{text!r} does not begin with left: or right:.", form)
        values: dict[str, list[float]] = {}
        for part in filter(None, (part.strip() for part in rest.split(";"))):
            name, _, value = (piece.strip() for piece in part.partition("="))
            wanted = {"heel": 2, "axis": 1, "length": 1, "levers": 2}.get(name)
            if wanted is None or name in values:
                problem = "is given twice" if wanted else "is not known"
                raise SolemetryError(f"{name!r} in {text!r} {problem}.", form)
            try:
                values[name] = [float(number) for number in value.split(",")]
            except ValueError:
                raise SolemetryError(f"{part!r} in {text!r} is not a number.", form) from None
            if len(values[name]) != wanted:
                raise SolemetryError(
                    f"{part!r} in {text!r} should have {wanted} number(s).", form
                )
        if missing := [name for name in ("heel", "length") if name not in values]:
            raise SolemetryError(f"{text!r} lacks {' and '.join(missing)}.", form)
        heel_lever, fore_lever = values.get("levers", [HEEL_LEVER, FORE_LEVER])
        return cls(
            side="left" if side == "left" else "right",
            heel_mm=(values["heel"][0], values["heel"][1]),
            axis_deg=values.get("axis", [0.0])[0],
            length_mm=values["length"][0],
            heel_lever=heel_lever,
            fore_lever=fore_lever,
        )

    def to_json(self) -> str:
        """Text that `from_json` reads back exactly; the detail of a ``foot`` event."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> FootRegistration:
        """Read what `to_json` wrote.

        Raises
        ------
        SolemetryError
            When the text is not JSON or lacks a field.
        """
        try:
            return cls.from_dict(json.loads(text))
        except ValueError as error:
            raise SolemetryError(f"A foot registration is not valid JSON: {error}.") from None

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> FootRegistration:
        """Build from the fields that `to_json` writes; others are ignored."""
        try:
            ml, ap = fields["heel_mm"]
            return cls(
                side=fields["side"],
                heel_mm=(float(ml), float(ap)),
                axis_deg=float(fields["axis_deg"]),
                length_mm=float(fields["length_mm"]),
                heel_lever=float(fields.get("heel_lever", HEEL_LEVER)),
                fore_lever=float(fields.get("fore_lever", FORE_LEVER)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SolemetryError(
                f"A foot registration cannot be read: {error!r}.",
                "It needs side, heel_mm, axis_deg and length_mm.",
            ) from None

    @property
    def _direction(self) -> Floats:
        angle = math.radians(self.axis_deg)
        return np.array([math.sin(angle), math.cos(angle)])

    def _at(self, fraction: float) -> Floats:
        return np.asarray(self.heel_mm) + fraction * self.length_mm * self._direction


def right_share(cop_mm: Floats, left: FootRegistration, right: FootRegistration) -> Floats:
    """Share of the load on the right foot, by the lever between the two feet's centres.

    Parameters
    ----------
    cop_mm : (..., 2) array
        Centre of pressure of both feet together, mm.
    left, right : FootRegistration

    Returns
    -------
    (...) array
        0: all on the left; 1: all on the right. Exact where the centre of pressure of each
        foot lies in its `FootRegistration.center_mm`.

    Raises
    ------
    SolemetryError
        When the feet are not one left and one right, or stand on the same spot.
    """
    _check_pair(left, right)
    return _between(cop_mm, left.center_mm, right.center_mm)


def forefoot_share_of_both(
    cop_mm: Floats, left: FootRegistration, right: FootRegistration
) -> Floats:
    """Share of the load under both forefeet, from one centre of pressure, ``(...)``.

    The lever runs from the middle of the two heel points to the middle of the two forefoot
    points; exact for feet that share the load alike. See `FootRegistration.forefoot_share`.
    """
    _check_pair(left, right)
    heels = (left.heel_load_mm + right.heel_load_mm) / 2
    forefeet = (left.fore_load_mm + right.fore_load_mm) / 2
    return _between(cop_mm, heels, forefeet)


def _between(cop_mm: Floats, start_mm: Floats, end_mm: Floats) -> Floats:
    lever = end_mm - start_mm
    return np.asarray((np.asarray(cop_mm, dtype=float) - start_mm) @ lever / (lever @ lever))


def _check_pair(left: FootRegistration, right: FootRegistration) -> None:
    if (left.side, right.side) != ("left", "right"):
        raise SolemetryError(
            f"A left and a right foot are needed, not {left.side} and {right.side}."
        )
    if math.dist(left.center_mm, right.center_mm) < 20.0:
        raise SolemetryError(
            "Both feet are registered on the same spot.", "Register each foot where it stands."
        )


def _still_point(cop_mm: Floats, name: str) -> Floats:
    """Median of a press, ``(2,)``, if it was long and still enough."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim != 2 or cop_mm.shape[1] != 2:
        raise ValueError(f"The {name} press has shape {cop_mm.shape}, not (T, 2).")
    cop_mm = cop_mm[np.isfinite(cop_mm).all(axis=1)]
    if len(cop_mm) < MIN_PRESS_SAMPLES:
        raise SolemetryError(
            f"The {name} press has only {len(cop_mm)} samples with weight on the plate.",
            f"Put the foot on the plate and press with the {name} again.",
        )
    point = np.median(cop_mm, axis=0)
    # 1.4826 makes the median absolute deviation the standard deviation of a normal.
    scatter_mm = 1.4826 * float(np.median(np.abs(cop_mm - point), axis=0).max())
    if scatter_mm > MAX_SCATTER_MM:
        raise SolemetryError(
            f"The {name} press was not still: it scatters by {scatter_mm:.0f} mm, and "
            f"{MAX_SCATTER_MM:.0f} mm is the most.",
            f"Press with the {name} again and keep still.",
        )
    return np.asarray(point, dtype=float)


_OUTLINE_OF_A_RIGHT_FOOT = np.array(
    [
        (0.00, 0.00), (0.09, 0.03), (0.125, 0.13), (0.12, 0.28), (0.135, 0.45), (0.17, 0.62),
        (0.165, 0.74), (0.12, 0.85), (0.04, 0.95), (-0.06, 1.00), (-0.135, 0.96), (-0.165, 0.86),
        (-0.175, 0.73), (-0.145, 0.60), (-0.09, 0.45), (-0.085, 0.30), (-0.115, 0.14),
        (-0.085, 0.03),
    ]
)  # fmt: skip
"""Across (+ lateral) and along the foot, in foot lengths: a drawing, not a measurement."""


def _closed_curve(corners: Floats, n: int) -> Floats:
    """Smooth closed curve through `corners` (Catmull-Rom), ``(n, 2)``, the last point the first."""
    place = np.linspace(0.0, len(corners), n)
    corner = np.minimum(place.astype(int), len(corners) - 1)
    u = (place - corner)[:, None]
    p0, p1, p2, p3 = (corners[(corner + k) % len(corners)] for k in (-1, 0, 1, 2))
    square, cube = 2 * p0 - 5 * p1 + 4 * p2 - p3, 3 * (p1 - p2) + p3 - p0
    return np.asarray(p1 + u / 2 * (p2 - p0 + u * (square + u * cube)))
