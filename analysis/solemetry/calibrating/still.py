# SPDX-License-Identifier: Apache-2.0
"""What a device reads while nothing moves: its zero, its drift and its noise floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating.points import CalibrationError
from solemetry.calibration import Calibration
from solemetry.cop import MIN_FORCE_N, force_and_center
from solemetry.device import SensorLayout
from solemetry.signal import NO_FILTER, Filter
from solemetry.sway.preparing.noise import NoiseFloor, noise_of_dead_weight

Floats = NDArray[np.float64]

RESTLESS_N = 3.0
"""The total of an empty plate varies by hundredths of a newton; a standing person's by several."""

RESTLESS_CELL_N = 1.5
"""A cell's own reading varies by more than this under somebody who stands, however still."""

LOADED_N = 100.0
"""A plate that was zeroed before does not drift this far, nor does a mat weigh as much."""

MIN_SECONDS = 0.5
MIN_SECONDS_OF_NOISE = 20.0
TEN_MINUTES_S = 600.0


@dataclass(frozen=True, eq=False)
class Tare:
    """What the unloaded sensors read.

    Attributes
    ----------
    zero_counts : (S,) array
        Mean.
    noise_counts : (S,) array
        Standard deviation about the straight line through the readings.
    drift_counts_per_s : (S,) array
        Slope of that line.
    seconds : float
    """

    zero_counts: Floats
    noise_counts: Floats
    drift_counts_per_s: Floats
    seconds: float


@dataclass(frozen=True, eq=False)
class Steadiness:
    """What a plate reads of a weight that does not move.

    Attributes
    ----------
    noise_n : (S,) array
        Standard deviation of each cell about the straight line through its readings.
    drift_n : (S,) array
        How far each cell's line goes in ten minutes.
    cop_sd_mm : float
        Standard deviation of the centre of pressure about its line, on the worse axis.
    force_n : float
        Mean total force.
    floor : NoiseFloor
        For the sway measures, which take it off.
    seconds : float
    """

    noise_n: Floats
    drift_n: Floats
    cop_sd_mm: float
    force_n: float
    floor: NoiseFloor
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """What `judge` asks for."""
        return {"cop_sd_mm": self.cop_sd_mm, "drift_n": float(np.abs(self.drift_n).max())}


def tare(counts: Floats, rate_hz: float, before: Calibration) -> Tare:
    """Find the zero of the sensors.

    Parameters
    ----------
    counts : (T, S) array
        Of the unloaded device, half a second or more.
    rate_hz : float
    before : Calibration
        The one in force until now. Without gains, as of an insole in the air, it cannot be told
        whether something moved; without an earlier zero, not whether a dead weight lies there.

    Raises
    ------
    CalibrationError
        When a sensor is silent, the load moves, or there is one.
    """
    line = _line(counts, rate_hz, "Not tared", MIN_SECONDS)
    forces_n = before.forces(np.asarray(counts, dtype=float))
    if before.known:
        total_n = float(forces_n.sum(axis=1).mean())
        if before.zero_counts.any() and abs(total_n) > LOADED_N:
            raise CalibrationError(
                f"Not tared: {total_n:.0f} N are on the plate.", "Step off, then tare again."
            )
        _refuse_motion(forces_n, "Not tared", "Leave the plate empty and still for a second.")
    return Tare(line.mean, line.scatter, line.slope_per_s, line.seconds)


def steadiness(
    counts: Floats,
    rate_hz: float,
    calibration: Calibration,
    layout: SensorLayout,
    lowpass: Filter = NO_FILTER,
) -> Steadiness:
    """Find drift and noise floor of a plate under a dead weight.

    Parameters
    ----------
    counts : (T, S) array
        A minute under 20 kg; ten minutes for the drift, which one minute only hints at.
    rate_hz : float
    calibration : Calibration
    layout : SensorLayout
    lowpass : Filter
        That sway goes through; see `noise_of_dead_weight`.

    Raises
    ------
    CalibrationError
        When a sensor is silent, it lasted too short, the weight moved, or there is none.
    """
    forces_n = calibration.forces(np.asarray(counts, dtype=float))
    line = _line(forces_n, rate_hz, "No noise floor", MIN_SECONDS_OF_NOISE)
    _refuse_motion(forces_n, "No noise floor", "Use a weight that stands by itself: nobody on it.")
    total_n, cop_mm = force_and_center(forces_n, layout.xy_mm)
    if np.isnan(cop_mm).any():
        raise CalibrationError(
            f"No noise floor: only {total_n.mean():.0f} N are on the plate, and {MIN_FORCE_N:g} N "
            "are the least.",
            "Put 20 kg on its middle.",
        )
    return Steadiness(
        noise_n=line.scatter,
        drift_n=line.slope_per_s * TEN_MINUTES_S,
        cop_sd_mm=float(_line(cop_mm, rate_hz, "No noise floor").scatter.max()),
        force_n=float(total_n.mean()),
        floor=noise_of_dead_weight(cop_mm, rate_hz, total_n, lowpass),
        seconds=line.seconds,
    )


def left_over_n(counts: Floats, calibration: Calibration) -> float:
    """Total force that a plate still shows after a load was taken off: its return to zero, N.

    Parameters
    ----------
    counts : (T, S) array
        Of the plate that is empty again.
    calibration : Calibration
        With the zero from before the load.
    """
    return float(calibration.forces(np.asarray(counts, dtype=float)).sum(axis=-1).mean())


@dataclass(frozen=True, eq=False)
class _Line:
    mean: Floats
    slope_per_s: Floats
    scatter: Floats
    seconds: float


def _line(values: Floats, rate_hz: float, refused: str, min_seconds: float = 0.0) -> _Line:
    """Put a straight line through each column."""
    values = np.asarray(values, dtype=float)
    seconds = len(values) / rate_hz
    if not np.isfinite(values).all():
        raise CalibrationError(f"{refused}: a sensor gave no data.", "Check its wires.")
    if len(values) < 3 or seconds < min_seconds:
        raise CalibrationError(
            f"{refused}: {seconds:.1f} s are too short.", f"Record {max(min_seconds, 1):g} s."
        )
    t_s = np.arange(len(values)) / rate_hz
    t_s -= t_s.mean()
    mean = values.mean(axis=0)
    slope = t_s @ values / (t_s @ t_s)
    left = values - mean - np.outer(t_s, slope)
    return _Line(mean, slope, np.sqrt((left**2).sum(axis=0) / (len(values) - 2)), seconds)


def _refuse_motion(forces_n: Floats, refused: str, remedy: str) -> None:
    total_n = forces_n.sum(axis=1)
    if total_n.std() > RESTLESS_N or (forces_n.std(axis=0) > RESTLESS_CELL_N).any():
        moved_n = max(np.ptp(total_n), np.ptp(forces_n, axis=0).max())
        raise CalibrationError(f"{refused}: the load moved by {moved_n:.0f} N.", remedy)
