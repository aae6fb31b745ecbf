# SPDX-License-Identifier: Apache-2.0
"""Recordings of people drive the modelled load cells; the real image, the real serial link and
the real recorder bring them back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import board
import h5py
import numpy as np
import pytest
import typed

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure
from solemetry.sway.trajectory.ellipse import prediction_ellipse
from solemetry.timebase import GridAligner

TRIALS = ["BDS00001", "BDS00007", "BDS00037", "BDS00043"]
EDGE_AFTER_CONVERSION_S = 75e-6
STANDING_STILL_S = 5.0
"""Before the person sways: simulated time runs fast, and the recorder may begin within it."""


@dataclass
class Person:
    """Force and centre of pressure as the lab's plate had them."""

    t_s: np.ndarray
    force_n: np.ndarray
    cop_mm: np.ndarray

    @classmethod
    def read(cls, file: Path, begins_s: float = 0.0) -> Person:
        table = np.loadtxt(file, skiprows=1)
        return cls(begins_s + table[:, 0], table[:, 3], table[:, [8, 7]] * 10)

    def cop_at(self, t_s: np.ndarray) -> np.ndarray:
        """Between samples cells load up linearly, so it is the moments that are linear."""
        force = np.interp(t_s, self.t_s, self.force_n)
        moments = (self.force_n[:, None] * self.cop_mm).T
        return np.column_stack([np.interp(t_s, self.t_s, moment) for moment in moments]) / (
            force[:, None]
        )


def record(board_: board.Board, out: Path, seconds: float) -> None:
    done = typed.solemetry("record", "--device", f"serial:{board_.port}",
                           "--seconds", str(seconds), "--out", out)  # fmt: skip
    assert done.returncode == 0, done.stderr


def recovered_cop(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Centre of pressure on the grid of device time, which began with the simulation."""
    with h5py.File(file) as opened:
        samples = opened["streams/plate/samples"][:]
    aligner = GridAligner(4, board.PLATE.rate_hz)
    first, forces = aligner.push(
        samples["t_dev_us"],
        Calibration.nominal(board.PLATE).forces(samples["counts"]),
        samples["age_us"].astype(np.int64),
        samples["conversion"],
    )
    t_s = (first + np.arange(len(forces))) / board.PLATE.rate_hz
    return t_s, center_of_pressure(forces, board.PLATE.layout.xy_mm)


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("chip_filter", [False, True], ids=["ideal sampler", "chip filter"])
def test_the_centre_of_pressure_of_a_person_survives_the_whole_chain(
    trial: str, chip_filter: bool, make_board: Callable, real_data: Callable, tmp_path: Path
) -> None:
    person = Person.read(real_data("posture/bds_raw") / f"{trial}.txt", STANDING_STILL_S)
    loads = tmp_path / "loads.txt"
    board.write_loads(loads, person.t_s, person.force_n, person.cop_mm)
    options = ["--input", str(loads), "--interpolate", "--wait-host", "--duration", "75"]
    with make_board(*options, *["--filter"] * chip_filter, speed=0) as plate:
        record(plate, tmp_path / "session.h5", 68)
        stats = plate.stop()

    t_s, recovered = recovered_cop(tmp_path / "session.h5")
    with h5py.File(tmp_path / "session.h5") as file:
        stored_delay_s = file["streams/plate"].attrs["delay_s"]
    assert stored_delay_s == 2 / 80
    # The delay that is stored with every recording is the one the chip's filter has.
    at_s = t_s - EDGE_AFTER_CONVERSION_S - (stored_delay_s if chip_filter else 0)
    inside = (at_s > person.t_s[0] + 0.05) & (at_s < person.t_s[-1])
    recovered, expected = recovered[inside], person.cop_at(at_s[inside])

    assert inside.sum() > 58 * 80
    assert not np.isnan(recovered).any()
    error_mm = np.sqrt(((recovered - expected) ** 2).sum(axis=1).mean())
    assert error_mm < 0.1
    area, true_area = (prediction_ellipse(cop).area_mm2 for cop in (recovered, expected))
    assert area == pytest.approx(true_area, rel=0.01)
    for chip in stats["chips"]:
        assert chip["collisions"] == 0
        assert chip["sck_high_max_us"] < 60
    print(json.dumps({"trial": trial, "filter": chip_filter, "error_mm": round(error_mm, 4),
                      "area_ratio": round(area / true_area, 5)}))


def test_in_real_time_the_session_clock_follows_the_wall_clock(
    make_board: Callable, real_data: Callable, tmp_path: Path
) -> None:
    import solemetry

    person = Person.read(real_data("posture/bds_raw") / "BDS00001.txt")
    loads = tmp_path / "loads.txt"
    board.write_loads(loads, person.t_s, person.force_n, person.cop_mm)
    with make_board("--input", str(loads), "--interpolate", speed=1) as plate:
        record(plate, tmp_path / "session.h5", 8)
        plate.stop()
    stream = solemetry.open(tmp_path / "session.h5").streams["plate"]
    assert stream.lost_rows == 0
    assert stream.missing == 0
    assert stream.fs_hz == pytest.approx(80, rel=2e-3)
    # The fastest chip runs 0.1 % fast, and a row is closed for each of its conversions.
    assert stream.measured_rate_hz == pytest.approx(80 * 1.001, rel=2e-3)
    assert np.ptp(np.diff(stream.t_s)) < 1e-6
    assert stream.clock_residual_ms < 5
