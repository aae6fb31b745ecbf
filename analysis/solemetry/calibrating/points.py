# SPDX-License-Identifier: Apache-2.0
"""One known mass on marked points of a plate: what is read, and what it can and cannot tell.

Four cells under a rigid plate give three numbers: total force and two moments. Of the force alone
the gains cannot be found: whatever they are off by along the fourth direction, the force stays
right and the centre of pressure is wrong by centimetres. So every point needs its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solemetry.calibration import Calibration
from solemetry.device import STANDARD_GRAVITY, SensorLayout
from solemetry.errors import SolemetryError

Floats = NDArray[np.float64]

REACH = 2 / 3
"""How far out the marked points lie, as a share of the way to the cells. Further out they tell
more, but a mass over a corner lifts the foot across."""

OTHER = ((-0.35, 0.3), (0.35, 0.15), (-0.15, -0.35))
"""Where a calibration is tested, as shares of the way to the cells: none is a marked point."""

SHARED = ((-0.4, 0.2), (0.5, 0.2))
"""Where two blocks stand under a board then, as two feet do; the mass is on the middle of it."""

MIN_POINTS = 5
MIN_SPREAD = 0.25
"""Root mean square distance of the points from their middle, in any direction, as a share of that
of the cells."""

MAX_CELLS = 6
"""Four cells under a rigid plate give all there is to know; of many more, points say little."""

MIN_RESPONSE = 0.02
"""A cell whose counts change by less than this share of what the others' do is not connected."""


class CalibrationError(SolemetryError):
    """Readings that no calibration can be made of, and why."""


@dataclass(frozen=True, eq=False)
class Points:
    """What a plate reads with a known mass on known places.

    Attributes
    ----------
    layout : SensorLayout
    xy_mm : (P, 2) array or None
        Where the mass stood, ``(ml, ap)``, mm.
    counts : (P, S) array
        Mean counts at each point.
    zero_counts : (S,) or (P, S) array
        Counts of the empty plate: once, or beside each point.
    mass_kg : float
    """

    layout: SensorLayout
    xy_mm: Floats | None
    counts: Floats
    zero_counts: Floats
    mass_kg: float

    @property
    def net(self) -> Floats:
        """Counts less the zero, ``(P, S)``."""
        return np.asarray(self.counts - self.zero_counts)

    @property
    def weight_n(self) -> float:
        """Weight of the mass, N."""
        return self.mass_kg * STANDARD_GRAVITY

    @property
    def places_mm(self) -> Floats:
        """Where the mass stood, ``(P, 2)``.

        Raises
        ------
        CalibrationError
            Where that is not known.
        """
        if self.xy_mm is None or not np.isfinite(self.xy_mm).all():
            raise CalibrationError(
                "It is not known where the mass stood, and force alone does not tell the gains: "
                "it would fit to a thousandth with the centre of pressure centimetres off.",
                "Put the mass on the marked points and give their places.",
            )
        return np.asarray(self.xy_mm, dtype=float)

    def check(self) -> None:
        """Refuse readings that cannot tell the gains.

        Raises
        ------
        CalibrationError
            When a value is missing, the mass is none, there are too many cells, places are not
            known, too few, in one spot or on one line, or a cell does not answer.
        """
        if not (np.isfinite(self.net).all() and np.isfinite(self.mass_kg) and self.mass_kg > 0):
            raise CalibrationError(
                "A reading is missing, or the mass is not above zero.",
                "Give the mass in kilograms, and the counts of every cell at every point.",
            )
        if len(self.layout.labels) > MAX_CELLS:
            raise CalibrationError(
                f"Marked points cannot tell the gains of {len(self.layout.labels)} cells; "
                f"{MAX_CELLS} are the most.",
                "Calibrate an insole on a plate.",
            )
        places_mm = self.places_mm
        distinct = len(np.unique(np.round(places_mm), axis=0))
        if distinct < MIN_POINTS:
            raise CalibrationError(
                f"The mass stood on {distinct} different {'place' if distinct == 1 else 'places'};"
                f" {MIN_POINTS} are the least.",
                "Use the nine marked points.",
            )
        if _spread(places_mm / _extent(self.layout)) < MIN_SPREAD:
            raise CalibrationError(
                "The points lie on one line, or too close together: across them nothing is known.",
                "Use the nine marked points, which cover two thirds of the plate both ways.",
            )
        self._check_that_all_answer()

    def _check_that_all_answer(self) -> None:
        response = np.sqrt((self.net**2).mean(axis=0))
        mute = response < MIN_RESPONSE * np.median(response)
        if not response.any() or mute.any():
            named = " and ".join(np.array(self.layout.labels)[mute]) or "any cell"
            raise CalibrationError(
                f"The counts of {named} do not change with the load.",
                "Check its wires, and that the plate rests on all its feet.",
            )


@dataclass(frozen=True, eq=False)
class Residuals:
    """By how much a calibration is off at points of known load.

    Attributes
    ----------
    force_share : (P,) array
        Measured less true force, as a share of the true one.
    off_mm : (P, 2) array
        Measured less true centre of pressure, ``(ml, ap)``, mm.
    """

    force_share: Floats
    off_mm: Floats

    @property
    def force_rms(self) -> float:
        """Root mean square of `force_share`."""
        return float(np.sqrt((self.force_share**2).mean()))

    @property
    def distance_mm(self) -> Floats:
        """How far each centre of pressure is off, ``(P,)``."""
        return np.asarray(np.hypot(*self.off_mm.T))

    @property
    def cop_rms_mm(self) -> float:
        """Root mean square of `distance_mm`."""
        return float(np.sqrt((self.distance_mm**2).mean()))

    @property
    def figures(self) -> dict[str, float]:
        """What `judge` asks for."""
        return {
            "force_share": self.force_rms,
            "cop_rms_mm": self.cop_rms_mm,
            "cop_worst_mm": float(self.distance_mm.max()),
        }


def marked_points(layout: SensorLayout, reach: float = REACH) -> Floats:
    """Return the nine points of the calibration, ``(9, 2)`` mm, row by row from the front left."""
    x_mm, y_mm = reach * np.abs(layout.xy_mm).max(axis=0)
    return np.array([(x, y) for y in (y_mm, 0.0, -y_mm) for x in (-x_mm, 0.0, x_mm)])


def other_places(layout: SensorLayout) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return where a calibration is tested, mm: three single places, and one shared by two."""
    reach_x, reach_y = np.abs(layout.xy_mm).max(axis=0).tolist()
    shares = (*((one,) for one in OTHER), SHARED)
    return tuple(
        tuple((float(round(x * reach_x)), float(round(y * reach_y))) for x, y in spots)
        for spots in shares
    )


def residuals(calibration: Calibration, points: Points) -> Residuals:
    """Compare a calibration with points that it was not made from.

    Four or more, one of them with the load spread over two places: a plate that bends or binds is
    right under a point and wrong under two feet (Schmiedmayer and Kastner 2000).
    """
    forces_n = calibration.tared(np.zeros(len(points.layout.labels))).forces(points.net)
    return of_forces(forces_n, points.layout, points.places_mm, points.weight_n)


def of_forces(
    forces_n: Floats, layout: SensorLayout, places_mm: Floats, weight_n: ArrayLike
) -> Residuals:
    """Compare forces on the cells, ``(P, S)``, with the load that made them."""
    total_n, moments = forces_n.sum(axis=-1), forces_n @ layout.xy_mm
    return Residuals(total_n / np.asarray(weight_n) - 1, moments / total_n[..., None] - places_mm)


def _extent(layout: SensorLayout) -> Floats:
    """Root mean square distance of the cells from their middle, ``(2,)``."""
    return np.asarray(layout.xy_mm.std(axis=0))


def _spread(places: Floats) -> float:
    """Root mean square distance from the middle in the direction where it is least."""
    least = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)[-1]
    return float(least / np.sqrt(len(places)))
