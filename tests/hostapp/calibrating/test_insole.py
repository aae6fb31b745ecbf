# SPDX-License-Identifier: Apache-2.0
"""An insole on a calibrated plate, both sending rows; how its cells are built is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from made_plates import DEVICE, NOMINAL, MadePlate

from solemetry import DeviceDescription, calibrating
from solemetry.calibrating import CalibrationError, Record
from solemetry.errors import SolemetryError
from solemetry_host.calibrating.insole import InsoleCalibration, PlateUnder, in_the_middle

INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
RIGHT = INSOLE.layout
RATE_HZ = 50
ZERO_N = np.zeros(16)


@dataclass
class Foot:
    """Spreads its load over the cells about where it leans, and nowhere else.

    So force and centre of pressure of cells and plate are the same by construction.
    """

    rng: np.random.Generator
    gains: np.ndarray
    """Of the cells, as shares of the typical one."""
    widely: float = 1.0

    def lean(self, seconds: float) -> tuple[np.ndarray, np.ndarray]:
        """Force on each cell, ``(n, 16)``: heel to toes and back, edge to edge, light and heavy."""
        t_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        across = 14 * self.widely * np.sin(2 * np.pi * 0.23 * t_s + 1)
        along = 125 + 85 * self.widely * np.sin(2 * np.pi * 0.11 * t_s)
        heavy = 500 + 150 * np.sin(2 * np.pi * 0.07 * t_s)
        middle = np.column_stack((across, along))
        spread = np.array([20.0, 45.0]) * (1 + 0.2 * np.sin(2 * np.pi * 0.31 * t_s))[:, None]
        away = (RIGHT.xy_mm - middle[:, None]) / spread[:, None]
        weights = np.exp(-(away**2).sum(axis=2) / 2)
        return heavy[:, None] * weights / weights.sum(axis=1, keepdims=True)

    def codes(self, forces_n: np.ndarray) -> np.ndarray:
        stage = INSOLE.front_end
        return np.rint(
            stage.codes(stage.siemens(forces_n * self.gains))
            + self.rng.normal(0, 1.0, forces_n.shape)
        )


class Bench:
    """A plate, an insole taped onto it, and a foot."""

    def __init__(self, seed: int = 1, **options) -> None:
        self.rng = np.random.default_rng(seed)
        self.plate = MadePlate.random(seed)
        fit = calibrating.fit_plate(self.plate.points(placing_mm=0.3), NOMINAL, date="2026-11-20")
        self.foot = Foot(self.rng, self.rng.normal(1, 0.15, 16))
        self.calibration = InsoleCalibration(
            INSOLE, "right", PlateUnder(DEVICE, fit.calibration), date="2026-11-21", **options
        )
        self.t_s = 0.0

    def feel(self, forces_n: np.ndarray, plate_first: bool = True) -> None:
        """Half a second after the other; the plate's rows before the insole's, or after them."""
        lies = in_the_middle(INSOLE, "right")
        for part in np.array_split(forces_n, max(len(forces_n) // 25, 1)):
            t_s = self.t_s + np.arange(len(part)) / RATE_HZ
            self.t_s += len(part) / RATE_HZ
            total = part.sum(axis=1)
            share = part / np.maximum(total, 1e-9)[:, None]
            cop_mm = share @ RIGHT.xy_mm + lies.heel_mm
            carried = [
                self.plate.forces_n(n / 9.80665, xy)[0] for n, xy in zip(total, cop_mm, strict=True)
            ]
            counts = self.plate.read(np.array(carried), 0.02)
            push = self.calibration.push_plate, self.calibration.push
            given = (counts, self.foot.codes(part))
            for one in (0, 1) if plate_first else (1, 0):
                push[one](t_s, given[one])

    def to_the_end(self, **options) -> None:
        self.feel(np.tile(ZERO_N, (4 * RATE_HZ, 1)), **options)
        self.feel(self.foot.lean(80), **options)
        self.calibration.go_on()
        self.feel(self.foot.lean(65), **options)


@pytest.fixture(scope="module")
def done() -> Bench:
    bench = Bench()
    bench.to_the_end()
    return bench


def test_an_insole_learns_from_the_plate_under_it(done):
    """Its gains take off what its cells were built with: they differ by 15 %."""
    calibration = done.calibration
    assert calibration.ended
    assert calibration.verdict.passed
    assert calibration.agreement.force_share < 0.03
    assert max(calibration.agreement.ml_mm, calibration.agreement.ap_mm) < 3
    found = calibration.calibration.gain_n_per_count
    assert np.corrcoef(found, 1 / done.foot.gains)[0, 1] > 0.7
    assert (found * done.foot.gains).mean() == pytest.approx(1, abs=0.03)


def test_its_record_says_which_foot_and_which_plate(done):
    record = Record.from_json(done.calibration.record.to_json())
    record.check(INSOLE)
    told = record.evidence
    assert (told["side"], told["plate"], told["plate_calibrated"]) == (
        "right", DEVICE.id, "2026-11-20",
    )  # fmt: skip
    assert told["accepted"]
    assert record.calibration.date == "2026-11-21"


def test_it_does_not_matter_whose_rows_come_first(done):
    other = Bench()
    other.to_the_end(plate_first=False)
    np.testing.assert_array_equal(
        other.calibration.calibration.gain_n_per_count,
        done.calibration.calibration.gain_n_per_count,
    )


def test_the_foot_is_told_where_to_lean_and_who_does_not_is_not_done():
    bench = Bench()
    bench.feel(np.tile(ZERO_N, (4 * RATE_HZ, 1)))
    step = bench.calibration.shown.step
    assert (step.id, step.awaited) == ("lean", "load")
    bench.foot.widely = 0.1
    bench.feel(bench.foot.lean(80))
    step = bench.calibration.shown.step
    assert (step.id, step.awaited) == ("lean", "movement")
    assert 0.9 < step.progress < 1
    measured = {one.name: one.value for one in step.measured}
    assert measured["moved along, of 60"] < 30
    bench.foot.widely = 1.0
    bench.feel(bench.foot.lean(40))
    assert bench.calibration.step == "fit"


def test_a_foot_that_stays_on_it_is_not_tared_away():
    bench = Bench()
    bench.feel(bench.foot.lean(10))
    step = bench.calibration.shown.step
    assert step.id == "unloaded"
    assert "Not tared" in step.refused
    bench.feel(np.tile(ZERO_N, (7 * RATE_HZ, 1)))
    assert bench.calibration.step == "lean"


def test_a_cell_without_a_wire_is_named_and_the_foot_leans_again():
    bench = Bench()
    whole = bench.foot.gains.copy()
    bench.foot.gains = whole * (np.arange(16) != 13)
    bench.feel(np.tile(ZERO_N, (4 * RATE_HZ, 1)))
    bench.feel(bench.foot.lean(80))
    step = bench.calibration.shown.step
    assert step.id == "fit"
    assert RIGHT.labels[13] in step.refused
    with pytest.raises(SolemetryError, match="cannot be gone past"):
        bench.calibration.go_on()
    bench.foot.gains = whole
    bench.calibration.redo("lean")
    bench.feel(bench.foot.lean(80))
    assert bench.calibration.calibration is not None


def test_without_a_second_recording_it_is_not_judged():
    bench = Bench()
    bench.feel(np.tile(ZERO_N, (4 * RATE_HZ, 1)))
    bench.feel(bench.foot.lean(80))
    bench.calibration.go_on()
    bench.calibration.skip()
    assert bench.calibration.ended
    assert bench.calibration.verdict is None
    assert "accepted" not in bench.calibration.record.evidence


def test_a_plate_by_its_data_sheets_teaches_nothing():
    with pytest.raises(CalibrationError, match="not calibrated itself"):
        InsoleCalibration(INSOLE, "left", PlateUnder(DEVICE, NOMINAL))


def test_an_insole_lies_on_a_plate_and_not_the_other_way_round():
    plate = Bench().calibration.plate
    with pytest.raises(CalibrationError, match="is not an insole on a plate"):
        InsoleCalibration(DEVICE, "left", plate)
