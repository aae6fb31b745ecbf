# SPDX-License-Identifier: Apache-2.0
"""What a device reads of nothing: the noise of its cells, and what that does to a person's sway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating import CalibrationError, tare
from solemetry.calibrating.still import TEN_MINUTES_S
from solemetry.calibration import Calibration
from solemetry.device import STANDARD_GRAVITY, SensorLayout
from solemetry.errors import SolemetryError
from solemetry.sway.preparing.noise import noise_of_empty_plate

Floats = NDArray[np.float64]

PERSON_KG = 70.0

MIN_SECONDS = 5.0

STEPS = 6.0
"""Without gains, newtons cannot tell whether something moved. Then second by second the mean may go
no further than so many standard deviations of the noise, or counts where there is hardly any."""


@dataclass(frozen=True, eq=False)
class NoiseFloor:
    """Noise and drift of a device that nothing is on.

    Attributes
    ----------
    noise_counts : (S,) array
        Standard deviation of each cell about a straight line.
    noise_n : (S,) array
        The same in newtons; NaN where no gains are known.
    drift_n : (S,) array
        How far each cell's line goes in ten minutes; hardly more than a hint of a few seconds.
    cop_mm : (ml, ap)
        Standard deviation that the noise gives to the centre of pressure of 70 kg in the middle.
    seconds : float
    """

    noise_counts: Floats
    noise_n: Floats
    drift_n: Floats
    cop_mm: tuple[float, float]
    seconds: float

    @property
    def words(self) -> str:
        """One line for a tile."""
        if np.isnan(self.noise_n).any():
            return f"noise {self.noise_counts.max():.1f} counts, not calibrated"
        return (
            f"noise {max(self.cop_mm):.3f} mm at {PERSON_KG:g} kg, "
            f"{self.noise_n.max():.3f} N on the worst cell"
        )


def noise_floor(
    counts: Floats, rate_hz: float, calibration: Calibration, layout: SensorLayout
) -> NoiseFloor:
    """Measure the noise floor of an empty plate, or of an insole in the air.

    Parameters
    ----------
    counts : (T, S) array
        Five seconds or more.
    rate_hz : float
    calibration : Calibration
        Nominal gains do; without any, there are only counts.
    layout : SensorLayout

    Raises
    ------
    CalibrationError
        When it is too short, a cell is silent, or something moves or stands there.
    """
    seconds = len(counts) / rate_hz
    if seconds < MIN_SECONDS:
        raise CalibrationError(
            f"No noise floor: {seconds:.1f} s are too short.", f"Wait {MIN_SECONDS:g} s."
        )
    try:
        still = tare(counts, rate_hz, calibration)
    except CalibrationError as error:
        problem = error.problem.replace("Not tared", "No noise floor")
        raise CalibrationError(problem, "Leave the device unloaded and still.") from None
    if not calibration.known:
        _refuse_steps(counts, rate_hz)
    forces_n = calibration.tared(still.zero_counts).forces(counts)
    t_s = np.arange(len(counts)) / rate_hz
    slope_n_s, start_n = np.polyfit(t_s, forces_n, 1)
    ml_mm, ap_mm = layout.xy_mm.mean(axis=0).tolist()
    weight_n = PERSON_KG * STANDARD_GRAVITY
    floor = noise_of_empty_plate(forces_n, layout.xy_mm, rate_hz, weight_n, (ml_mm, ap_mm))
    return NoiseFloor(
        noise_counts=still.noise_counts,
        noise_n=(forces_n - start_n - np.outer(t_s, slope_n_s)).std(axis=0),
        drift_n=slope_n_s * TEN_MINUTES_S,
        cop_mm=floor.sigma_mm,
        seconds=still.seconds,
    )


class NoiseWatch:
    """Takes the noise floor of a device whenever nothing is on it.

    Parameters
    ----------
    rate_hz : float
    calibration : Calibration
    layout : SensorLayout

    Attributes
    ----------
    floor : NoiseFloor or None
        The newest; None as long as the device was never left alone.
    """

    def __init__(self, rate_hz: float, calibration: Calibration, layout: SensorLayout) -> None:
        self.floor: NoiseFloor | None = None
        self._of = (rate_hz, calibration, layout)
        self._wanted = round(MIN_SECONDS * rate_hz) + 1
        self._rows: list[Floats] = []

    def push(self, counts: Floats) -> NoiseFloor | None:
        """Take rows, ``(n, S)``; return the noise floor of the last seconds when they give one."""
        self._rows.append(np.asarray(counts, dtype=float))
        if sum(map(len, self._rows)) < self._wanted:
            return None
        rows, self._rows = np.concatenate(self._rows), []
        try:
            self.floor = noise_floor(rows, *self._of)
        except SolemetryError:  # somebody is on it: the one from before still holds
            return None
        return self.floor


def _refuse_steps(counts: Floats, rate_hz: float) -> None:
    each = round(rate_hz)
    seconds = [part.mean(axis=0) for part in np.split(counts, range(each, len(counts), each))]
    noise = np.diff(counts, axis=0).std(axis=0) / np.sqrt(2)
    if (np.ptp(seconds, axis=0) > STEPS * np.maximum(noise, 1.0)).any():
        raise CalibrationError(
            "No noise floor: the cells do not come to rest.", "Take the foot off the insole."
        )
