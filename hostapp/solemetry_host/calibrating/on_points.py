# SPDX-License-Identifier: Apache-2.0
"""A known mass on places of a plate, one after the other: what to do, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry import calibrating as cal
from solemetry.calibrating import CalibrationError, Points, Residuals
from solemetry.calibrating.plate import ASTRAY, ASTRAY_MM
from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry_host.calibrating.capturing import Capture, Emptied, Loaded, Reading, slope_n
from solemetry_host.calibrating.procedure import Procedure
from solemetry_host.calibrating.step import (
    Action,
    Awaited,
    Measured,
    Place,
    Residual,
    Step,
    title,
)
from solemetry_host.words import tr

Floats = NDArray[np.float64]
By = Literal["data sheets", "others", "calibration"]

TARE_S = 10.0

MOST_DRIFT_N = 5.0
"""A plate whose cell drifts further in ten minutes is not warm yet, or not at rest."""


class OnPoints(Procedure):
    """Steps in which a mass stands on places of a plate.

    Parameters
    ----------
    device : DeviceDescription
    mass_kg : float
    expected : Calibration
        What turns counts into forces until something better is known.
    places : mapping of str to tuple of Place
        Where the mass goes, by step; on two places it is shared.

    Raises
    ------
    CalibrationError
        When it is no plate, or the mass is not above zero.
    """

    def __init__(
        self,
        device: DeviceDescription,
        mass_kg: float,
        expected: Calibration,
        places: Mapping[str, tuple[Place, ...]],
    ) -> None:
        super().__init__(device.layout)
        if device.layout.kind != "plate":
            raise CalibrationError(
                f"{device.id} is an insole; a mass on points calibrates a plate.",
                "Calibrate an insole on a plate: solemetry calibrate insole.",
            )
        check_mass(mass_kg)
        self.device, self.mass_kg, self.places = device, mass_kg, dict(places)
        self._expected = expected

    # ---- steps -----------------------------------------------------------------------------

    def _capture_of(self, step: str) -> Capture | None:
        if step == "tare":
            return Emptied(self._scale, TARE_S)
        return Loaded(self._scale, self._kg(step)) if step in self.places else None

    def _taken(self, step: str, reading: Reading) -> None:
        if step == "tare":
            cal.tare(reading.counts, reading.rate_hz, self._expected)
            _refuse_drift(reading, self._scale)

    @property
    def _scale(self) -> Calibration:
        """What turns counts into forces meanwhile."""
        tare = self.readings.get("tare")
        return self._best if tare is None else self._best.tared(tare.mean_counts)

    @property
    def _best(self) -> Calibration:
        return self._expected

    # ---- what is shown ---------------------------------------------------------------------

    @property
    def _step_shown(self) -> Step:
        step, capture = self.step, self._capture_now
        awaited = capture.awaited if capture is not None else self._awaited_of(step)
        progress = capture.progress if capture is not None else float(self.ended)
        places = self.places.get(step, ())
        return Step(
            id=step,
            title=title(step),
            words=self._words(step, awaited),
            awaited=awaited,
            progress=progress,
            done=self._done,
            places_mm=places,
            mass_kg=self._kg(step) if places else 0.0,
            measured=self._measured(step),
            refused=self._refused or self._refused_otherwise(step),
            notes=tuple(self._notes(step)),
            actions=self._actions(step),
        )

    def _awaited_of(self, step: str) -> Awaited:
        return "nothing"

    def _words(self, step: str, awaited: Awaited) -> str:
        if step == "tare":
            return tr("Leave the plate empty and still: its zero is read.")
        match awaited:
            case "empty":
                return tr("Take everything off the plate.")
            case "load":
                return tr("Put {kg} kg {where}.", kg=f"{self._kg(step):g}", where=self._where(step))
        return tr("Let go, and keep off until it is read.")

    def _where(self, step: str) -> str:
        at = tr(" and ").join(f"({x:.0f}, {y:.0f})" for x, y in self.places[step])
        if len(self.places[step]) > 1:
            return tr("on the middle of a board, on two blocks at {at} mm", at=at)
        return tr("on “{place}”, at {at} mm", place=title(step), at=at)

    def _kg(self, step: str) -> float:
        return self.mass_kg

    def _measured(self, step: str) -> tuple[Measured, ...]:
        capture = self._capture_now
        return capture.measured if capture is not None else ()

    def _refused_otherwise(self, step: str) -> str:
        return ""

    def _notes(self, step: str) -> list[str]:
        return []

    def _actions(self, step: str) -> tuple[Action, ...]:
        return ("skip",) if step in self.places else ()

    # ---- what the readings say -------------------------------------------------------------

    def _read_of(self, kind: str) -> list[str]:
        """Return the steps of a kind that were read, in their order."""
        return [one for one in self.places if one.startswith(kind) and one in self.readings]

    def _points(self, kind: str) -> Points:
        names, shape = self._read_of(kind), (-1, len(self.device.layout.labels))
        read = [self.readings[name] for name in names]
        return Points(
            self.device.layout,
            np.array([np.mean(self.places[name], axis=0) for name in names]).reshape(-1, 2),
            np.array([one.mean_counts for one in read]).reshape(shape),
            np.array([one.zero_counts for one in read]).reshape(shape),
            self.mass_kg,
        )

    def _arrows(self, kind: str, found: Residuals, by: By) -> list[Residual]:
        """Say of every point that was read how far off it is."""
        points, far = self._points(kind), found.distance_mm
        true_mm, measured_mm = points.places_mm, points.places_mm + found.off_mm
        astray = (far > ASTRAY * np.median(far)) & (far > ASTRAY_MM) & (by != "data sheets")
        force_n = found.force_share * points.weight_n
        return [
            Residual(
                name, int(name.rpartition("-")[2]), (x, y), (x_read, y_read), off, n, by, wrong
            )
            for name, (x, y), (x_read, y_read), off, n, wrong in zip(
                self._read_of(kind),
                true_mm.tolist(),
                measured_mm.tolist(),
                far.tolist(),
                force_n.tolist(),
                astray.tolist(),
                strict=True,
            )
        ]


def check_mass(kg: float) -> None:
    """Refuse what is no mass.

    Raises
    ------
    CalibrationError
    """
    if not (np.isfinite(kg) and kg > 0):
        raise CalibrationError(
            tr("A mass of {kg} kg cannot calibrate anything.", kg=f"{kg:g}"),
            tr("Give it in kilograms."),
        )


def _refuse_drift(reading: Reading, scale: Calibration) -> None:
    drift_n, uncertain_n = slope_n(reading, scale)
    if drift_n > max(MOST_DRIFT_N, 4 * uncertain_n):
        raise CalibrationError(
            tr(
                "The plate drifts: {drift} N in ten minutes on one cell; {most} N is the most.",
                drift=f"{drift_n:.0f}",
                most=f"{MOST_DRIFT_N:g}",
            ),
            tr("Let it warm up for ten minutes, out of the sun and of draughts."),
        )
