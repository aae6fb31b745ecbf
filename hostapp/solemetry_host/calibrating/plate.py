# SPDX-License-Identifier: Apache-2.0
"""The calibration of a plate, from its warming up to a record that can be kept.

::

    warm_up -> tare -> point-1 ... point-9 -> fit -> second_mass -> verify-1 ... verify-4
            -> dead_weight -> return_to_zero -> verdict
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solemetry import calibrating as cal
from solemetry.calibrating import (
    CalibrationError,
    MassCheck,
    PlateFit,
    Record,
    Steadiness,
    Verdict,
)
from solemetry.calibration import Calibration
from solemetry.device import STANDARD_GRAVITY, DeviceDescription
from solemetry.errors import FileError
from solemetry_host.calibrating.capturing import (
    A_PERSON,
    LEAST_N,
    LOADED,
    Capture,
    Emptied,
    Loaded,
    Reading,
    Rest,
)
from solemetry_host.calibrating.on_points import OnPoints, check_mass
from solemetry_host.calibrating.step import (
    Action,
    Awaited,
    Measured,
    Place,
    Residual,
    Shown,
    title,
)
from solemetry_host.words import tr

Floats = NDArray[np.float64]

WARM_UP_S = 600.0
DEAD_WEIGHT_S = 60.0
PERSON_S = 5.0
RETURN_S = 2.0

SCALE_UNCERTAIN_KG = 0.5
"""Of a person on a bathroom scale."""

MIDDLE: tuple[Place, ...] = ((0.0, 0.0),)

STRANGE_FORCE, STRANGE_MM = 0.15, 40.0
"""Cells as they are sold stay well within these by their data sheets; swapped ones do not."""

UNFINISHED = "solemetry-calibration-unfinished/1"


@dataclass(frozen=True)
class Second:
    """Another mass that is known: it shows what the first cannot, an error of its own.

    Attributes
    ----------
    kg : float
    person : bool
        Whether it is somebody who was on a bathroom scale a moment before.
    """

    kg: float
    person: bool = False

    @property
    def uncertain_kg(self) -> float:
        """Its standard uncertainty."""
        return SCALE_UNCERTAIN_KG if self.person else 0.0


class PlateCalibration(OnPoints):
    """The calibration of a plate, driven by its rows and by a person.

    ``push`` rows as they come and draw ``shown``: readings are taken by themselves, once the load
    is still. A person is needed in two places: after the fit (``go_on``, or ``redo`` of a point
    that is astray), and to leave out what cannot be done (``skip``).

    Parameters
    ----------
    device : DeviceDescription
        As it is used: with the rate it runs at.
    mass_kg : float
        The known mass.
    date : str
        ``YYYY-MM-DD``.
    second : Second, optional
        Without it, a mass that is wrong by less than 15 % cannot be found.
    expected : Calibration, optional
        An earlier calibration of this plate, to check the mass against; by default the data sheets.
    mass_uncertain_kg : float
        Standard uncertainty of the known mass.
    warm_up_s, dead_weight_s : float
        How long these steps last; ten minutes of dead weight measure the drift, one hints at it.

    Raises
    ------
    CalibrationError
        When it is no plate, or a mass is not above zero.
    """

    def __init__(
        self,
        device: DeviceDescription,
        mass_kg: float,
        *,
        date: str = "",
        second: Second | None = None,
        expected: Calibration | None = None,
        mass_uncertain_kg: float = 0.0,
        warm_up_s: float = WARM_UP_S,
        dead_weight_s: float = DEAD_WEIGHT_S,
    ) -> None:
        second_at = {"second_mass": MIDDLE} if second is not None else {}
        super().__init__(
            device,
            mass_kg,
            expected or Calibration.nominal(device),
            _points_of(device) | second_at | _verified_of(device) | {"dead_weight": MIDDLE},
        )
        if second is not None:
            check_mass(second.kg)
        self.date, self.second = date, second
        self._mass_uncertain_kg = mass_uncertain_kg
        self._warm_up_s, self._dead_weight_s = warm_up_s, dead_weight_s
        self._fit: PlateFit | CalibrationError | None = None

    # ---- what it has found -----------------------------------------------------------------

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps, in their order."""
        points = [name for name in self.places if name.startswith("point")]
        others = [name for name in self.places if name not in points]
        return ("warm_up", "tare", *points, "fit", *others, "return_to_zero", "verdict")

    @property
    def fit(self) -> PlateFit | None:
        """The fit to the points; None as long as there is none, or where it is refused."""
        points = (name for name in self.places if name.startswith("point"))
        if self._fit is None and all(map(self._behind, points)):
            self._fit = self._fitted()
        return self._fit if isinstance(self._fit, PlateFit) else None

    @property
    def figures(self) -> dict[str, float]:
        """What the verdict is made of; what was left out is missing.

        Of the points that were left out of the fit one after the other, and of those that verify,
        the worse counts.
        """
        fit, read = self.fit, self.readings
        if fit is None:
            return {}
        figures = fit.figures
        if self._read_of("verify"):
            verified = cal.residuals(fit.calibration, self._points("verify")).figures
            figures |= {name: max(value, figures[name]) for name, value in verified.items()}
        if "second_mass" in read:
            figures |= self._second_mass(fit).figures
        if "dead_weight" in read:
            rate_hz = read["dead_weight"].rate_hz
            figures |= self._steadiness(fit, read["dead_weight"]).figures
            figures |= {"rate_hz": rate_hz, "rate_share": abs(rate_hz / self.device.rate_hz - 1)}
        if {"dead_weight", "return_to_zero"} <= read.keys():
            zeroed = fit.calibration.tared(read["dead_weight"].zero_counts)
            figures["left_over_n"] = cal.left_over_n(read["return_to_zero"].counts, zeroed)
        return figures

    @property
    def verdict(self) -> Verdict | None:
        """Its figures beside the limits, at the end; what was left out does not pass."""
        return cal.judge(self.figures) if self.ended and self.fit is not None else None

    @property
    def record(self) -> Record:
        """What is kept: the calibration, the device it is of, and the evidence.

        Raises
        ------
        CalibrationError
            When there is no fit yet.
        """
        fit, read = self.fit, self.readings
        if fit is None:
            raise CalibrationError(
                tr("There is nothing to keep: the points are not fitted."), self.shown.step.words
            )
        record = cal.record_plate(fit, self._points("point"), self.device, self.verdict)
        calibration, evidence = record.calibration, dict(record.evidence)
        evidence["figures"] = {
            name: value for name, value in self.figures.items() if np.isfinite(value)
        }
        evidence["verified"] = [asdict(arrow) for arrow in self._verified(fit)]
        if "second_mass" in read:
            evidence["second_mass"] = self._second_mass(fit).words
        if "dead_weight" in read:
            steadiness = self._steadiness(fit, read["dead_weight"])
            calibration = replace(calibration, noise_n=steadiness.noise_n)
            evidence["dead_weight_s"] = steadiness.seconds
        return replace(record, calibration=calibration, evidence=evidence)

    @property
    def shown(self) -> Shown:
        """What to show now: the step, an arrow for every point, the verdict."""
        fit = self.fit
        if fit is None:
            arrows = self._by_data_sheets
        else:
            arrows = [*self._arrows("point", fit.left_out, "others"), *self._verified(fit)]
        captured = tuple(name for name in self.steps if name in self.readings)
        return Shown(self._step_shown, tuple(arrows), captured, self.verdict)

    def restate_mass(self, mass_kg: float) -> None:
        """Correct what the known mass is; the points stay, and are fitted anew.

        Raises
        ------
        CalibrationError
            When it is not above zero.
        """
        check_mass(mass_kg)
        self.mass_kg = mass_kg
        self._undone("fit")

    # ---- kept when it is broken off --------------------------------------------------------

    def so_far(self) -> str:
        """Return the points that were captured as JSON, to go on with another time (`resume`)."""
        doc = {
            "format": UNFINISHED,
            "device_id": self.device.id,
            "geometry_hash": f"{self.device.geometry_hash:08x}",
            "mass_kg": self.mass_kg,
            "readings": {name: self.readings[name].to_dict() for name in self._read_of("point")},
        }
        return json.dumps(doc, indent=2)

    def resume(self, text: str, where: str = "calibration") -> None:
        """Take over the points of `so_far`; the others are done now.

        The plate is warmed up and tared anew, for it may have been without power: each point has a
        zero of its own.

        Raises
        ------
        FileError
            When it is no such text.
        CalibrationError
            When it is of another device, or of another mass.
        """
        try:
            doc = json.loads(text)
            if doc["format"] != UNFINISHED:
                raise ValueError(f"its form is {doc['format']!r}")
            device = doc["device_id"], int(doc["geometry_hash"], 16)
            readings = {name: Reading.from_dict(one) for name, one in doc["readings"].items()}
            mass_kg = float(doc["mass_kg"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FileError(
                f"{where} is no calibration that was broken off: {error}.", "Begin a new one."
            ) from None
        if device != (self.device.id, self.device.geometry_hash):
            raise CalibrationError(
                f"{where} is of another device, {device[0]} ({device[1]:08x}).", "Begin a new one."
            )
        if mass_kg != self.mass_kg:
            raise CalibrationError(
                f"{where} was begun with {mass_kg:g} kg, not with {self.mass_kg:g} kg.",
                "Go on with the same mass, or begin a new one.",
            )
        self.readings |= {name: one for name, one in readings.items() if name in self.places}

    # ---- steps -----------------------------------------------------------------------------

    def _capture_of(self, step: str) -> Capture | None:
        match step:
            case "warm_up":
                return Rest(self._scale, self._warm_up_s)
            case "second_mass" if self.second is not None and self.second.person:
                return Loaded(self._scale, self.second.kg, PERSON_S, A_PERSON)
            case "dead_weight":
                return Loaded(self._scale, self.mass_kg, self._dead_weight_s)
            case "return_to_zero":
                most_n = max(LOADED * self.mass_kg * STANDARD_GRAVITY, LEAST_N)
                return Emptied(self._scale, RETURN_S, most_n)
        return super()._capture_of(step)

    @property
    def _best(self) -> Calibration:
        return self.fit.calibration if self.fit is not None else self._expected

    def _taken(self, step: str, reading: Reading) -> None:
        super()._taken(step, reading)
        if step == "dead_weight" and self.fit is not None:
            self._steadiness(self.fit, reading)

    def _undone(self, step: str) -> None:
        if step == "fit" or step.startswith("point"):
            self._fit = None
            self._passed.discard("fit")

    # ---- words -----------------------------------------------------------------------------

    def _awaited_of(self, step: str) -> Awaited:
        return "person" if step == "fit" else "nothing"

    def _kg(self, step: str) -> float:
        second = step == "second_mass" and self.second is not None
        return self.second.kg if second and self.second is not None else self.mass_kg

    def _where(self, step: str) -> str:
        return tr("on the middle") if self.places[step] is MIDDLE else super()._where(step)

    def _words(self, step: str, awaited: Awaited) -> str:
        person = step == "second_mass" and self.second is not None and self.second.person
        match step, awaited:
            case ("warm_up", _):
                return tr("Leave the plate empty while it warms up.")
            case ("fit", _) if self.fit is None:
                return tr("The points cannot be fitted. Do those again that are wrong.")
            case ("fit", _):
                return tr("Look at the arrows: do a point again where one stands out, or go on.")
            case ("verdict", _):
                return tr("The calibration is done. Keep it.")
            case ("return_to_zero", "still"):
                return tr("Leave it empty: what it still shows is read.")
            case ("second_mass", "load") if person:
                kg = f"{self._kg(step):g}"
                return tr("Stand on it, with all that was on the scale: {kg} kg.", kg=kg)
            case ("second_mass", "still") if person:
                return tr("Stand still.")
        return super()._words(step, awaited)

    def _actions(self, step: str) -> tuple[Action, ...]:
        if step == "warm_up" or (step == "fit" and self.fit is not None):
            return ("go_on",)
        return ("skip",) if step == "return_to_zero" else super()._actions(step)

    def _measured(self, step: str) -> tuple[Measured, ...]:
        fit = self.fit
        if step != "fit" or fit is None:
            return super()._measured(step)
        left_out, uncertain_mm = fit.left_out, fit.calibration.cop_uncertainty_mm
        return (
            Measured(tr("centre of pressure, root mean square"), left_out.cop_rms_mm, "mm"),
            Measured(tr("centre of pressure, worst"), float(left_out.distance_mm.max()), "mm"),
            Measured(tr("force, root mean square"), 100 * left_out.force_rms, "%"),
            Measured(tr("uncertainty of the centre of pressure"), uncertain_mm, "mm"),
        )

    def _refused_otherwise(self, step: str) -> str:
        if step != "fit":
            return ""
        if isinstance(self._fit, CalibrationError):
            return str(self._fit)
        return self.fit.mass.words if self.fit is not None and self.fit.mass.wrong else ""

    def _notes(self, step: str) -> list[str]:
        fit = self.fit
        if fit is None:
            return self._strange()
        weighed = "second_mass" in self.readings
        mass = self._second_mass(fit) if weighed else fit.mass
        notes = [fit.wiring.words, "" if step == "fit" and mass.wrong else mass.words]
        notes += [
            tr(
                "{place} is off by {mm} mm from what the others say: put the mass there again.",
                place=title(one.step),
                mm=f"{one.off_mm:.0f}",
            )
            for one in self._arrows("point", fit.left_out, "others")
            if one.astray
        ]
        if step == "verdict" and not self._read_of("verify"):
            notes.append(tr("No other places were verified."))
        return [note for note in notes if note]

    def _strange(self) -> list[str]:
        """Say what is strange about the newest point, by the gains from before."""
        arrows, weight_n = self._by_data_sheets, self.mass_kg * STANDARD_GRAVITY
        if not arrows:
            return []
        newest = arrows[-1]
        if abs(newest.force_error_n) > STRANGE_FORCE * weight_n:
            kg = (weight_n + newest.force_error_n) / STANDARD_GRAVITY
            return [
                tr(
                    "{place}: the plate reads {read} kg by its data sheets, where {kg} kg should "
                    "stand.",
                    place=title(newest.step),
                    read=f"{kg:.1f}",
                    kg=f"{self.mass_kg:g}",
                )
            ]
        if newest.off_mm > STRANGE_MM:
            x, y = newest.measured_mm
            return [
                tr(
                    "{place}: by the data sheets the mass stood at {at} mm. If it did not stand "
                    "where it should, do the point again.",
                    place=title(newest.step),
                    at=f"({x:.0f}, {y:.0f})",
                )
            ]
        return []

    # ---- what the readings say -------------------------------------------------------------

    def _fitted(self) -> PlateFit | CalibrationError:
        try:
            return cal.fit_plate(
                self._points("point"),
                self._expected,
                mass_uncertain_kg=self._mass_uncertain_kg,
                date=self.date,
            )
        except CalibrationError as error:
            return error

    @property
    def _by_data_sheets(self) -> list[Residual]:
        if not self._read_of("point"):
            return []
        found = cal.residuals(self._expected, self._points("point"))
        return self._arrows("point", found, "data sheets")

    def _verified(self, fit: PlateFit) -> list[Residual]:
        if not self._read_of("verify"):
            return []
        found = cal.residuals(fit.calibration, self._points("verify"))
        return self._arrows("verify", found, "calibration")

    def _second_mass(self, fit: PlateFit) -> MassCheck:
        second = self.second or Second(self.mass_kg)
        net = self.readings["second_mass"].net
        return cal.check_by_second_mass(fit.calibration, net, second.kg, second.uncertain_kg)

    def _steadiness(self, fit: PlateFit, reading: Reading) -> Steadiness:
        zeroed = fit.calibration.tared(reading.zero_counts)
        return cal.steadiness(reading.counts, reading.rate_hz, zeroed, self.device.layout)


def _points_of(device: DeviceDescription) -> dict[str, tuple[Place, ...]]:
    marked = cal.marked_points(device.layout).tolist()
    return {f"point-{n}": ((x, y),) for n, (x, y) in enumerate(marked, start=1)}


def _verified_of(device: DeviceDescription) -> dict[str, tuple[Place, ...]]:
    places = cal.other_places(device.layout)
    return {f"verify-{n}": spots for n, spots in enumerate(places, start=1)}
