# SPDX-License-Identifier: Apache-2.0
"""Gains of an insole's cells from a foot that shifts its weight on a calibrated plate.

On the bench each cell can be right by itself and the insole still wrong: cells cover a part of the
sole, each stands for the load around it, and how much that is only the foot can tell. So each cell
gets the weight, never below zero, with which all of them together say what the plate says: its
force and its two moments.

A cell is no straight line either: what it reads goes backwards through its front end first, so that
a weight holds for light and hard presses alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from solemetry.calibrating.points import CalibrationError
from solemetry.calibration import Calibration
from solemetry.cop import force_and_center
from solemetry.device import SensorLayout
from solemetry.foot import FootRegistration
from solemetry.front_end import FrontEnd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_FORCE_N = 100.0
"""Samples with less on the plate are left out: thin-film cells hardly answer there."""

MIN_SAMPLES = 500
MIN_TRAVEL_MM = (8.0, 60.0)
"""The plate's centre of pressure has to go this far across and along the foot, from the 5th to the
95th percentile. Standing still shows one mixture of the cells and nothing of each."""

FORCE_SHARE, PLACE_MM = 0.03, 5.0
"""How near a good insole comes to the plate: force, and moments over force. They say how much the
one counts against the other."""

LOOKS = 60
"""A recording counts as so many independent looks, about one for each shift of the weight: what
cells do wrong, they do for as long as a shift lasts."""

ALIKE = 0.3
"""How far the gain of a cell may lie from that of all, as a share of it, before anything is known.
Cells of one kind differ by 15 to 25 %, and each stands for a part of the sole of its own size."""


USELESS = 0.05
"""A cell whose gain comes out below this share of the middle one is better left out."""


@dataclass(frozen=True, eq=False)
class OnPlate:
    """An insole on a plate, both on one time.

    Attributes
    ----------
    layout : SensorLayout
        Of the insole, on the side it is worn on: see `DeviceDescription.as_used`.
    counts : (T, S) array
    force_n : (T,) array
        What the plate says, with nothing on it but this foot.
    cop_mm : (T, 2) array
        On the plate, ``(ml, ap)``.
    foot : FootRegistration
        Where the insole lies on the plate: the back of its heel and its direction.
    """

    layout: SensorLayout
    counts: Floats
    force_n: Floats
    cop_mm: Floats
    foot: FootRegistration

    @property
    def in_insole_mm(self) -> Floats:
        """Centre of pressure in the insole's own frame, ``(T, 2)``: from its heel and midline."""
        turn = np.radians(self.foot.axis_deg)
        right = np.array([np.cos(turn), -np.sin(turn)])
        forward = np.array([np.sin(turn), np.cos(turn)])
        from_heel_mm = self.cop_mm - np.array(self.foot.heel_mm)
        return np.asarray(from_heel_mm @ np.column_stack((right, forward)))

    @property
    def usable(self) -> Bools:
        """Samples with enough on the plate and nothing missing, ``(T,)``."""
        finite = np.isfinite(self.counts).all(axis=1) & np.isfinite(self.cop_mm).all(axis=1)
        return np.asarray(finite & (self.force_n >= MIN_FORCE_N))


@dataclass(frozen=True)
class Agreement:
    """How far an insole is from the plate, root mean square over a recording.

    Attributes
    ----------
    force_share : float
        As a share of the mean force.
    ml_mm, ap_mm : float
        Of the centre of pressure, across and along the foot.
    n : int
        Samples.
    """

    force_share: float
    ml_mm: float
    ap_mm: float
    n: int

    @property
    def figures(self) -> dict[str, float]:
        """What `judge` asks for."""
        return {
            "force_share": self.force_share, "cop_ml_mm": self.ml_mm, "cop_ap_mm": self.ap_mm,
        }  # fmt: skip


def fit_insole(
    trial: OnPlate, zero_counts: Floats, date: str = "", front_end: FrontEnd | None = None
) -> Calibration:
    """Calibrate an insole by the plate it lies on.

    Parameters
    ----------
    trial : OnPlate
        Sixty to ninety seconds of one foot that shifts its weight: heel, toes, both edges, light
        and heavy. How good the result is, `compare` says of another recording.
    zero_counts : (S,) array
        Of the insole in the air.
    date : str
        ``YYYY-MM-DD``.
    front_end : FrontEnd, optional
        Of the insole: `DeviceDescription.front_end`. Without it cells are taken to be straight.

    Raises
    ------
    CalibrationError
        When there is too little load, the foot hardly moved, or cells say nothing of the load.
    """
    used, cells = _moving(trial), len(trial.layout.labels)
    bare = Calibration(
        np.asarray(zero_counts, dtype=float), np.ones(cells), "", date=date, front_end=front_end
    )
    net, force_n = bare.forces(trial.counts[used]), trial.force_n[used]
    place_mm = trial.in_insole_mm[used]
    _check_that_cells_answer(net, trial.layout)
    # Rows: force and its two moments at each sample, each over its error.
    levers = np.vstack((np.ones(cells), trial.layout.xy_mm.T))
    errors = np.array([FORCE_SHARE, PLACE_MM, PLACE_MM]) * force_n.mean()
    errors *= np.sqrt(len(net) / LOOKS)
    rows = np.concatenate([net * weight for weight in levers / errors[:, None]])
    loads = np.vstack((force_n, force_n * place_mm.T))
    # One gain for all cells is what each keeps to where the plate leaves it open.
    common = force_n.sum() / net.sum()
    held = np.eye(cells) / (ALIKE * common)
    equations = np.column_stack(
        (
            np.concatenate((rows, held)),
            np.concatenate(((loads / errors[:, None]).ravel(), np.full(cells, 1 / ALIKE))),
        )
    )
    # As many equations as unknowns, and one more, have the same solution.
    few = np.asarray(np.linalg.qr(equations, mode="r"))
    gains, _ = nnls(few[:, :-1], few[:, -1])
    useless = gains < USELESS * np.median(gains)
    if useless.any():
        raise CalibrationError(
            f"What {' and '.join(np.array(trial.layout.labels)[useless])} read has nothing to do "
            "with the load on the plate.",
            "Check their wires, and that the insole lies flat and where it was said to lie.",
        )
    return replace(bare, gain_n_per_count=gains, source=f"on the plate, {len(net)} samples")


def compare(calibration: Calibration, trial: OnPlate) -> Agreement:
    """Compare a calibrated insole with the plate, best on a recording it was not calibrated by.

    Raises
    ------
    CalibrationError
        When there is too little load on the plate.
    """
    used = trial.usable
    _check_enough(used)
    forces_n = calibration.forces(trial.counts[used])
    total_n, cop_mm = force_and_center(forces_n, trial.layout.xy_mm, min_force_n=1.0)
    force_n = trial.force_n[used]
    off_n, off_mm = total_n - force_n, cop_mm - trial.in_insole_mm[used]
    ml_mm, ap_mm = np.sqrt((off_mm**2).mean(axis=0)).tolist()
    share = float(np.sqrt((off_n**2).mean()) / force_n.mean())
    return Agreement(share, ml_mm, ap_mm, len(force_n))


def _moving(trial: OnPlate) -> Bools:
    """Find the samples to fit to; refuse a foot that stood still."""
    used = trial.usable
    _check_enough(used)
    travel_mm = np.ptp(np.percentile(trial.in_insole_mm[used], (5, 95), axis=0), axis=0)
    if (travel_mm < MIN_TRAVEL_MM).any():
        across, along = travel_mm
        raise CalibrationError(
            f"The load moved by {across:.0f} mm across and {along:.0f} mm along the foot; "
            f"{MIN_TRAVEL_MM[0]:g} and {MIN_TRAVEL_MM[1]:g} are the least.",
            "Shift the weight to heel and toes, and to both edges of the foot.",
        )
    return used


def _check_enough(used: Bools) -> None:
    if used.sum() < MIN_SAMPLES:
        raise CalibrationError(
            f"Only {used.sum()} samples have {MIN_FORCE_N:g} N or more on the plate and nothing "
            f"missing; {MIN_SAMPLES} are the least.",
            "Put one foot with its insole on the plate, and lean on it for a minute.",
        )


def _check_that_cells_answer(net: Floats, layout: SensorLayout) -> None:
    mute = np.ptp(net, axis=0) == 0
    if mute.any():
        raise CalibrationError(
            f"The counts of {' and '.join(np.array(layout.labels)[mute])} never change.",
            "Check their wires and plugs.",
        )
