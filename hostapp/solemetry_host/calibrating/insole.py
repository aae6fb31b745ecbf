# SPDX-License-Identifier: Apache-2.0
"""The calibration of an insole on a calibrated plate: a foot that shifts its weight, twice.

::

    unloaded -> lean -> fit -> lean_again -> verdict
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import takewhile
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from solemetry import calibrating as cal
from solemetry.calibrating import (
    INSOLE_LIMITS,
    Agreement,
    CalibrationError,
    OnPlate,
    Record,
    Verdict,
)
from solemetry.calibrating.insole import MIN_FORCE_N, MIN_TRAVEL_MM
from solemetry.calibration import Calibration
from solemetry.cop import force_and_center
from solemetry.device import DeviceDescription
from solemetry.foot import FootRegistration, Side
from solemetry_host.calibrating.capturing import LOOK_S, Capture, Looks, Reading
from solemetry_host.calibrating.procedure import Procedure
from solemetry_host.calibrating.step import Action, Awaited, Measured, Shown, Step, title
from solemetry_host.words import mark, tr

Floats = NDArray[np.float64]

UNLOADED_S = 3.0
LEAN_S = 75.0
AGAIN_S = 60.0

SHIFTS = (
    mark("Lean onto the heel."),
    mark("Lean forward, onto the ball of the foot and the toes."),
    mark("Roll to the outer edge."),
    mark("Roll to the inner edge."),
    mark("Go round, slowly, now light and now heavy."),
)
SHIFT_S = 5.0
"""Each is asked for so long, one after the other and then again."""

ANSWERS = 3.0
"""Under a foot that shifts its weight a cell varies by more than so many times its noise."""

AROUND_S = 0.1
"""So much more of the plate is looked at than of the insole, to have rows on both sides."""


@dataclass(frozen=True, eq=False)
class PlateUnder:
    """The plate that an insole lies on.

    Attributes
    ----------
    device : DeviceDescription
    calibration : Calibration
        Measured: an insole can be no better than the plate it is calibrated by.
    """

    device: DeviceDescription
    calibration: Calibration


class InsoleCalibration(Procedure):
    """The calibration of an insole, driven by its own rows and those of the plate it lies on.

    ``push`` takes the insole's rows, ``push_plate`` the plate's, **both on one time** (that of the
    host, behind each device's clock). ``shown`` says what to do.

    Parameters
    ----------
    device : DeviceDescription
        The insole, as it is used: on its side, see `DeviceDescription.as_used`.
    side : {"left", "right"}
    plate : PlateUnder
    foot : FootRegistration, optional
        Where the insole lies; by default along the middle of the plate (`in_the_middle`).
    date : str
        ``YYYY-MM-DD``.
    lean_s, again_s : float
        How long the foot shifts its weight, for the fit and for the verdict.

    Raises
    ------
    CalibrationError
        When the plate is not calibrated, or the devices are not an insole and a plate.
    """

    def __init__(
        self,
        device: DeviceDescription,
        side: Side,
        plate: PlateUnder,
        *,
        foot: FootRegistration | None = None,
        date: str = "",
        lean_s: float = LEAN_S,
        again_s: float = AGAIN_S,
    ) -> None:
        super().__init__(device.layout)
        if (device.layout.kind, plate.device.layout.kind) != ("insole", "plate"):
            raise CalibrationError(
                f"{device.id} on {plate.device.id} is not an insole on a plate.",
                tr("Name the insole first, then the plate under it."),
            )
        if not (plate.calibration.measured and plate.calibration.known):
            raise CalibrationError(
                tr(
                    "{device} is not calibrated itself: an insole would learn its errors.",
                    device=plate.device.id,
                ),
                tr("Calibrate the plate first."),
            )
        self.device, self.side, self.date = device, side, date
        self.foot = foot or in_the_middle(device, side)
        self.plate = plate
        self._lean_s = {"lean": lean_s, "lean_again": again_s}
        self._plate_scale = plate.calibration
        """With the zero of now, once that was read."""
        self._plate_rows: list[tuple[Floats, Floats]] = []
        self._plate_s = -np.inf
        self._early: list[tuple[Floats, Floats]] = []
        """Rows of the insole that those of the plate have not caught up with."""
        self._calibration: Calibration | CalibrationError | None = None

    # ---- what it has found -----------------------------------------------------------------

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps, in their order."""
        return ("unloaded", "lean", "fit", "lean_again", "verdict")

    @property
    def calibration(self) -> Calibration | None:
        """The fit to the first recording; None as long as there is none, or it is refused."""
        if self._calibration is None and "lean" in self.readings:
            zero = self.readings["unloaded"].mean_counts
            try:
                self._refuse_mute()
                self._calibration = cal.fit_insole(
                    self._trial("lean"), zero, self.date, self.device.front_end
                )
            except CalibrationError as error:
                self._calibration = error
        return self._calibration if isinstance(self._calibration, Calibration) else None

    @property
    def agreement(self) -> Agreement | None:
        """How far the calibrated insole is from the plate, on the second recording."""
        if self.calibration is None or "lean_again" not in self.readings:
            return None
        return cal.compare(self.calibration, self._trial("lean_again"))

    @property
    def verdict(self) -> Verdict | None:
        """Its figures beside the limits, at the end."""
        agreement = self.agreement
        return cal.judge(agreement.figures, INSOLE_LIMITS) if agreement is not None else None

    @property
    def record(self) -> Record:
        """What is kept: the calibration, the device it is of, and the evidence.

        Raises
        ------
        CalibrationError
            When there is no fit yet.
        """
        calibration, verdict, agreement = self.calibration, self.verdict, self.agreement
        if calibration is None:
            raise CalibrationError(
                tr("There is nothing to keep: the insole is not fitted."), self.shown.step.words
            )
        evidence = {
            "side": self.side,
            "plate": self.plate.device.id,
            "plate_calibrated": self.plate.calibration.date,
            "foot": asdict(self.foot),
            "samples": len(self.readings["lean"].counts),
        }
        if agreement is not None and verdict is not None:
            evidence |= {
                "figures": agreement.figures,
                "accepted": verdict.passed,
                "verdict": verdict.words.splitlines(),
            }
        return Record(calibration, self.device.id, self.device.geometry_hash, evidence)

    @property
    def shown(self) -> Shown:
        """What to show now."""
        step, capture = self.step, self._capture_now
        progress = capture.progress if capture is not None else float(self.ended)
        return Shown(
            Step(
                id=step,
                title=title(step),
                words=self._words(step, capture),
                awaited=capture.awaited if capture is not None else _WITHOUT_ROWS[step],
                progress=progress,
                done=self._done,
                measured=self._measured(capture),
                refused=self._refused or self._fit_refused(step),
                actions=self._actions(step),
            ),
            captured=tuple(name for name in self.steps if name in self.readings),
            verdict=self.verdict,
        )

    def push(self, t_s: Floats, counts: Floats) -> None:
        """Take rows of the insole, ``(n,)`` and ``(n, S)``; they wait for the plate's."""
        if len(t_s):
            self._early.append((np.asarray(t_s, float), np.asarray(counts, float)))
            self._catch_up()

    def push_plate(self, t_s: Floats, counts: Floats) -> None:
        """Take rows of the plate, ``(n,)`` and ``(n, S)``, on the time of the insole's."""
        if len(t_s):
            self._plate_rows.append((np.asarray(t_s, float), np.asarray(counts, float)))
            self._plate_s = float(t_s[-1])
            self._catch_up()

    def _catch_up(self) -> None:
        while self._early:
            t_s, counts = self._early.pop(0)
            there = t_s <= self._plate_s
            super().push(t_s[there], counts[there])
            if not there.all():
                self._early.insert(0, (t_s[~there], counts[~there]))
                return

    # ---- steps -----------------------------------------------------------------------------

    def _capture_of(self, step: str) -> Capture | None:
        if step == "unloaded":
            return _Unloaded(UNLOADED_S)
        seconds = self._lean_s.get(step)
        return _Leaning(self, seconds) if seconds is not None else None

    def _taken(self, step: str, reading: Reading) -> None:
        if step == "unloaded":
            _, counts = self._plate_between(reading.t_s[0], reading.t_s[-1])
            rate_hz = self.plate.device.rate_hz
            tare = cal.tare(counts, rate_hz, self.plate.calibration)
            self._plate_scale = self.plate.calibration.tared(tare.zero_counts)

    def _undone(self, step: str) -> None:
        if step in ("unloaded", "lean", "fit"):
            self._calibration = None
            self._passed.discard("fit")
            self.readings.pop("lean_again", None)
        if step == "unloaded":
            self.readings.pop("lean", None)

    # ---- what the plate says ---------------------------------------------------------------

    def on_plate(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Return force, ``(n,)``, and centre of pressure, ``(n, 2)``, of the plate at times.

        NaN where the plate has no rows.
        """
        plate_s, counts = self._plate_between(t_s[0], t_s[-1])
        forces_n = self._plate_scale.forces(counts)
        force_n, cop_mm = force_and_center(forces_n, self.plate.device.layout.xy_mm)
        columns = (force_n, *cop_mm.T)
        at = [np.interp(t_s, plate_s, one, left=np.nan, right=np.nan) for one in columns]
        return at[0], np.column_stack(at[1:])

    def _plate_between(self, begin_s: float, end_s: float) -> tuple[Floats, Floats]:
        """Return the plate's rows of a time, and a little around it."""
        newest = takewhile(lambda one: one[0][-1] >= begin_s - AROUND_S, reversed(self._plate_rows))
        found = [one for one in newest if one[0][0] <= end_s + AROUND_S][::-1]
        if not found:
            return np.zeros(1), np.full((1, len(self.plate.device.layout.labels)), np.nan)
        t_s, counts = (np.concatenate(part) for part in zip(*found, strict=True))
        return t_s, counts

    def trial(self, t_s: Floats, counts: Floats) -> OnPlate:
        """Return rows of the insole beside what the plate says at their times."""
        force_n, cop_mm = self.on_plate(t_s)
        return OnPlate(self.device.layout, counts, force_n, cop_mm, self.foot)

    def _refuse_mute(self) -> None:
        """Refuse cells that read the same whether or not somebody stands on them."""
        quiet = self.readings["unloaded"].counts.std(axis=0)
        mute = self.readings["lean"].counts.std(axis=0) < ANSWERS * np.maximum(quiet, 1.0)
        if mute.any():
            named = tr(" and ").join(np.array(self.device.layout.labels)[mute])
            raise CalibrationError(
                tr("What {cells} read hardly changes under the foot.", cells=named),
                tr("Check their wires, then shift the weight again."),
            )

    def _trial(self, step: str) -> OnPlate:
        reading = self.readings[step]
        return self.trial(reading.t_s, reading.counts)

    # ---- words -----------------------------------------------------------------------------

    def _words(self, step: str, capture: Capture | None) -> str:
        match step:
            case "unloaded":
                return tr("Take the foot off: nothing may touch the insole or the plate.")
            case "fit" if self.calibration is None:
                return tr("The insole cannot be fitted. Shift the weight once more.")
            case "fit":
                return tr("The insole is fitted. Go on, to see how good that is.")
            case "verdict":
                return tr("The calibration is done. Keep it.")
        if isinstance(capture, _Leaning) and capture.awaited == "movement":
            return tr(SHIFTS[int(capture.leaning_s // SHIFT_S) % len(SHIFTS)])
        return tr("Stand on the insole with one foot; the other one beside the plate, as high.")

    def _measured(self, capture: Capture | None) -> tuple[Measured, ...]:
        return capture.measured if capture is not None else ()

    def _fit_refused(self, step: str) -> str:
        return str(self._calibration) if isinstance(self._calibration, CalibrationError) else ""

    def _actions(self, step: str) -> tuple[Action, ...]:
        if step == "fit":
            return ("go_on",) if self.calibration is not None else ()
        return ("skip",) if step == "lean_again" else ()


class _Unloaded:
    """Reads an insole in the air; what it weighs is not known, so only time is awaited."""

    awaited: Awaited = "empty"
    measured: tuple[Measured, ...] = ()

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._looks = Looks()

    @property
    def progress(self) -> float:
        return min(self._looks.seconds / self._seconds, 1.0)

    def begin(self) -> None:
        self._looks = Looks()

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        self._looks.push(t_s, counts)
        if self._looks.seconds + LOOK_S / 2 < self._seconds:
            return None
        return self._looks.reading(np.zeros(counts.shape[1]))


class _Leaning:
    """Reads an insole while a foot shifts its weight on it, until that was long and far enough."""

    def __init__(self, of: InsoleCalibration, seconds: float) -> None:
        self._of, self._seconds = of, seconds
        self._looks = Looks()
        self.begin()

    @property
    def awaited(self) -> Awaited:
        return "movement" if self._force_n >= MIN_FORCE_N else "load"

    @property
    def progress(self) -> float:
        share = min(self.leaning_s / self._seconds, 1.0)
        return share if self._far_enough else min(share, 0.99)

    @property
    def measured(self) -> tuple[Measured, ...]:
        across, along = self._travel_mm
        return (
            Measured(tr("on the plate"), self._force_n, "N"),
            Measured(tr("moved across, of {mm}", mm=f"{MIN_TRAVEL_MM[0]:g}"), across, "mm"),
            Measured(tr("moved along, of {mm}", mm=f"{MIN_TRAVEL_MM[1]:g}"), along, "mm"),
        )

    def begin(self) -> None:
        self._looks = Looks()
        self._places: list[Floats] = []
        self._force_n, self.leaning_s = 0.0, 0.0

    def look(self, t_s: Floats, counts: Floats) -> Reading | None:
        now = self._of.trial(t_s, counts)
        known = now.force_n[np.isfinite(now.force_n)]
        self._force_n = float(known.mean()) if len(known) else self._force_n
        self._looks.push(t_s, counts)
        if now.usable.any():
            self._places.append(now.in_insole_mm[now.usable].mean(axis=0))
            self.leaning_s += LOOK_S
        if self.leaning_s + LOOK_S / 2 < self._seconds or not self._far_enough:
            return None
        return self._looks.reading(np.zeros(counts.shape[1]))

    @property
    def _travel_mm(self) -> tuple[float, float]:
        if not self._places:
            return 0.0, 0.0
        across, along = np.ptp(np.percentile(self._places, (5, 95), axis=0), axis=0).tolist()
        return across, along

    @property
    def _far_enough(self) -> bool:
        return bool((np.array(self._travel_mm) >= MIN_TRAVEL_MM).all())


def in_the_middle(device: DeviceDescription, side: Side) -> FootRegistration:
    """Return where an insole lies that is taped along the middle of the plate.

    Its heel is half its length behind the middle, its midline on that of the plate.
    """
    length_mm = device.layout.size_mm[1]
    return FootRegistration(side, (0.0, -length_mm / 2), 0.0, length_mm)


_WITHOUT_ROWS: Mapping[str, Awaited] = MappingProxyType({"fit": "person", "verdict": "nothing"})
