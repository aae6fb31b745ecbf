# SPDX-License-Identifier: Apache-2.0
"""Gains of a plate's cells, or a matrix, from one known mass on nine known places.

Each point gives three equations: the forces of the cells sum to the weight W, and their moments
are W x and W y. The matrix A turns counts into forces of cells, ``f = A c``; without crosstalk it
is diagonal, the gains. The rest of it is held back (a ridge) by how much crosstalk cells have, for
twelve more numbers from 27 equations would fit the errors of placing too. Which of the two is
better is asked of points that were left out, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating.mass import MassCheck, check_by_gains
from solemetry.calibrating.points import CalibrationError, Points, Residuals, of_forces
from solemetry.calibrating.wiring import Wiring, find_wiring
from solemetry.calibration import Calibration
from solemetry.device import SensorLayout

Floats = NDArray[np.float64]
Method = Literal["gains", "matrix"]

CROSSTALK = 0.03
"""What a cell picks up of another's load, standard deviation before anything is known."""

FORCE_SHARE = 0.002
"""Error of a reading's total force, as a share of it: creep, and feet that bind a little. With the
errors of placing it says how much forces count against moments."""

ASTRAY = 4.0
"""A point this many times as far off as the middle one, and by more than `ASTRAY_MM`, was probably
not where it was said to be."""
ASTRAY_MM = 5.0


@dataclass(frozen=True, eq=False)
class PlateFit:
    """A calibrated plate, and how well it is known.

    Attributes
    ----------
    calibration : Calibration
    method : {"gains", "matrix"}
        The one that was nearer to points left out.
    left_out : Residuals
        Of each point by the fit to all others: errors of placing are in it too.
    left_out_mm : dict of str to float
        Root mean square of the distances, by method.
    condition : float
        Of the equations for the gains, columns scaled to one length.
    gain_uncertainty : (S,) array
        Standard uncertainty of each gain, as a share of it.
    wiring : Wiring
    mass : MassCheck
    notes : tuple of str
        What a person should know or do.
    """

    calibration: Calibration
    method: Method
    left_out: Residuals
    left_out_mm: dict[Method, float]
    condition: float
    gain_uncertainty: Floats
    wiring: Wiring
    mass: MassCheck
    notes: tuple[str, ...]

    @property
    def figures(self) -> dict[str, float]:
        """What `judge` asks for."""
        return self.left_out.figures | self.mass.figures


def fit_plate(
    points: Points,
    expected: Calibration,
    placing_mm: float = 1.0,
    mass_uncertain_kg: float = 0.0,
    date: str = "",
) -> PlateFit:
    """Calibrate a plate.

    Parameters
    ----------
    points : Points
        Nine, as `marked_points` has them; more are better.
    expected : Calibration
        `Calibration.nominal` of the device, or an earlier one: what the mass is checked against.
    placing_mm : float
        Standard deviation, along each axis, of where the mass stood from where it should.
    mass_uncertain_kg : float
        Standard uncertainty of the mass; it goes into that of the force.
    date : str
        ``YYYY-MM-DD``.

    Raises
    ------
    CalibrationError
        When the readings cannot tell the gains (see `Points.check`), or cells are swapped.

    References
    ----------
    One matrix from many known loads: Collins SH et al. (2009), Gait Posture 29:59; the loss when
    places are not used, and the choice of points: docs/calibrating.md.
    """
    wiring = find_wiring(points, expected.gain_n_per_count if expected.known else None)
    if wiring.swapped:
        raise CalibrationError(wiring.words, "Then calibrate again.")
    errors = np.array([FORCE_SHARE, placing_mm, placing_mm])
    left_out = {method: _left_out(points, method, errors) for method in _METHODS}
    left_out_mm = {method: found.cop_rms_mm for method, found in left_out.items()}
    method = min(_METHODS, key=left_out_mm.__getitem__)
    solution = _solve(points, method, errors)
    gains = np.diag(solution.matrix).copy()
    force_share, cop_mm = solution.uncertainty(points)
    mass = check_by_gains(gains, expected)
    calibration = Calibration(
        zero_counts=np.atleast_2d(points.zero_counts).mean(axis=0),
        gain_n_per_count=gains,
        source=f"{points.mass_kg:g} kg on {len(points.net)} points, {method}",
        matrix_n_per_count=solution.matrix if method == "matrix" else None,
        force_uncertainty=float(np.hypot(force_share, mass_uncertain_kg / points.mass_kg)),
        cop_uncertainty_mm=cop_mm,
        date=date,
    )
    return PlateFit(
        calibration=calibration,
        method=method,
        left_out=left_out[method],
        left_out_mm=left_out_mm,
        condition=_condition(points, errors),
        gain_uncertainty=solution.gain_uncertainty,
        wiring=wiring,
        mass=mass,
        notes=tuple(filter(None, (wiring.words, mass.words, *_astray(points, left_out[method])))),
    )


def load_matrix(calibration: Calibration, layout: SensorLayout) -> Floats:
    """Return the matrix from counts to total force and moments, ``(3, S)``.

    Rows are ``(W, W x, W y)`` per count, N and N mm. Its first row, and the other two over it, are
    the gains and effective places that a plate keeps for the centre of pressure of its own.
    """
    matrix = calibration.matrix_n_per_count
    if matrix is None:
        matrix = np.diag(calibration.gain_n_per_count)
    return np.asarray(_levers(layout) @ matrix)


_METHODS: tuple[Method, Method] = ("gains", "matrix")


@dataclass(frozen=True, eq=False)
class _Solution:
    """The matrix, and how uncertain its entries are: (i, j) in units of ``scale[j]``."""

    matrix: Floats
    scale: Floats
    covariance: Floats
    """Of the entries, row by row, ``(S * S, S * S)``."""

    @property
    def gain_uncertainty(self) -> Floats:
        """Of the diagonal, as a share of it."""
        diagonal = np.arange(len(self.scale)) * (len(self.scale) + 1)
        own = np.diag(self.matrix) / self.scale
        return np.asarray(np.sqrt(np.diag(self.covariance)[diagonal]) / np.abs(own))

    def uncertainty(self, points: Points) -> tuple[float, float]:
        """Of the force, as a share, and of the centre of pressure, mm, over the points."""
        shares = points.net * self.scale / points.weight_n
        # Entry (i, j) adds what is on cell j to cell i, at that cell's distance from the load.
        levers = points.layout.xy_mm - points.places_mm[:, None]
        moved = np.einsum("psa,pt->past", levers, shares).reshape(-1, len(self.covariance))
        added = np.repeat(shares[:, None], len(self.scale), axis=1).reshape(len(shares), -1)

        def spread(rows: Floats) -> float:
            return float(
                np.sqrt(np.einsum("re,ef,rf->", rows, self.covariance, rows) / len(shares))
            )

        return spread(added), spread(moved)


def _solve(points: Points, method: Method, errors: Floats) -> _Solution:
    """Weighted least squares; how little cells pick up of each other counts as a measurement."""
    cells = len(points.layout.labels)
    loads = np.column_stack((np.ones(len(points.net)), points.places_mm))
    known = (loads / errors).ravel()
    gains = np.asarray(np.linalg.lstsq(_rows(points, errors), known, rcond=None)[0], dtype=float)
    levers = _levers(points.layout) / errors[:, None]
    shares = points.net * gains / points.weight_n
    rows = np.einsum("ks,pt->pkst", levers, shares).reshape(len(known), -1)
    diagonal = np.eye(cells, dtype=bool).ravel()
    free = np.flatnonzero(diagonal | (method == "matrix"))
    rows, held = rows[:, free], np.where(diagonal[free], 0.0, CROSSTALK**-2)
    normal = rows.T @ rows
    inverse = np.linalg.inv(normal + np.diag(held))
    found = inverse @ (rows.T @ known)
    left = rows @ found - known
    # Points that are worse than was said make everything less certain; better ones prove nothing.
    scatter = max(1.0, float(left @ left) / (len(left) - float(np.trace(inverse @ normal))))
    entries, covariance = np.zeros(cells**2), np.zeros((cells**2, cells**2))
    entries[free] = found
    covariance[np.ix_(free, free)] = inverse * scatter
    return _Solution(entries.reshape(cells, cells) * gains, gains, covariance)


def _left_out(points: Points, method: Method, errors: Floats) -> Residuals:
    """Fit to all points but one, for each of them."""
    every = np.arange(len(points.net))
    others = (_only(points, every != one) for one in every)
    matrices = np.array([_solve(rest, method, errors).matrix for rest in others])
    forces_n = np.einsum("pst,pt->ps", matrices, points.net)
    return of_forces(forces_n, points.layout, points.places_mm, points.weight_n)


def _only(points: Points, which: NDArray[np.bool_]) -> Points:
    net, places_mm = points.net[which], points.places_mm[which]
    return replace(points, xy_mm=places_mm, counts=net, zero_counts=np.zeros(net.shape[1]))


def _levers(layout: SensorLayout) -> Floats:
    """Return what a newton on each cell adds to ``(W, W x, W y)``, ``(3, S)``."""
    return np.vstack((np.ones(len(layout.labels)), layout.xy_mm.T))


def _rows(points: Points, errors: Floats) -> Floats:
    """Equations for the gains, each over its error, ``(3 P, S)``."""
    levers = _levers(points.layout) / errors[:, None]
    rows = np.einsum("ks,ps->pks", levers, points.net / points.weight_n)
    return np.asarray(rows.reshape(-1, len(levers.T)))


def _condition(points: Points, errors: Floats) -> float:
    rows = _rows(points, errors)
    return float(np.linalg.cond(rows / np.linalg.norm(rows, axis=0)))


def _astray(points: Points, left_out: Residuals) -> list[str]:
    """Points that were probably not where they were said to be."""
    far = left_out.distance_mm
    worse = (far > ASTRAY * np.median(far)) & (far > ASTRAY_MM)
    return [
        f"Point {one + 1} at ({x:.0f}, {y:.0f}) mm is off by {far[one]:.0f} mm from what the "
        "others say: place the mass there again."
        for one, (x, y) in enumerate(points.places_mm)
        if worse[one]
    ]
