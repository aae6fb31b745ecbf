# SPDX-License-Identifier: Apache-2.0
"""Whether a calibration still holds: three of its points, once a month and after a move."""

from __future__ import annotations

from solemetry import calibrating as cal
from solemetry.calibrating import PLATE_LIMITS, Verdict
from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry_host.calibrating.on_points import OnPoints
from solemetry_host.calibrating.step import Awaited, Shown
from solemetry_host.words import tr

POINTS = (1, 3, 8)
"""Front left, front right and back middle: a triangle that loads every cell."""

LIMITS = tuple(
    limit for limit in PLATE_LIMITS if limit.name in ("force_share", "cop_rms_mm", "cop_worst_mm")
)
"""What three points can say."""


class PlateCheck(OnPoints):
    """A mass on three of the nine points, and how far the calibration is off there.

    ``tare -> point-1 -> point-3 -> point-8 -> verdict``

    Parameters
    ----------
    device : DeviceDescription
    mass_kg : float
    calibration : Calibration
        That is checked.
    """

    def __init__(self, device: DeviceDescription, mass_kg: float, calibration: Calibration) -> None:
        marked = cal.marked_points(device.layout)
        places = {f"point-{n}": ((float(marked[n - 1, 0]), float(marked[n - 1, 1])),)
                  for n in POINTS}  # fmt: skip
        super().__init__(device, mass_kg, calibration, places)

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps, in their order."""
        return ("tare", *self.places, "verdict")

    @property
    def figures(self) -> dict[str, float]:
        """What the verdict is made of."""
        if not self._read_of("point"):
            return {}
        return cal.residuals(self._expected, self._points("point")).figures

    @property
    def verdict(self) -> Verdict | None:
        """Its figures beside the limits, at the end."""
        return cal.judge(self.figures, LIMITS) if self.ended else None

    @property
    def shown(self) -> Shown:
        """What to show now."""
        arrows = []
        if self._read_of("point"):
            found = cal.residuals(self._expected, self._points("point"))
            arrows = self._arrows("point", found, "calibration")
        captured = tuple(name for name in self.steps if name in self.readings)
        return Shown(self._step_shown, tuple(arrows), captured, self.verdict)

    def _words(self, step: str, awaited: Awaited) -> str:
        verdict = self.verdict
        if verdict is None:
            return super()._words(step, awaited)
        if verdict.passed:
            return tr("The calibration still holds.")
        return tr(
            "The calibration does not hold any more: calibrate the plate on all nine points."
        )
