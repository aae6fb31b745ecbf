# SPDX-License-Identifier: Apache-2.0
"""A calibration on file: people can read it, the app can, and it is of one device alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import solemetry as sm
from solemetry import Calibration, DeviceDescription
from solemetry.calibrating import (
    CalibrationError,
    Points,
    Record,
    fit_plate,
    judge,
    read_record,
    record_plate,
    write_record,
)
from solemetry.cop import force_and_center
from solemetry.errors import FileError


@pytest.fixture(scope="module")
def calibrated(made):
    plate = made.Plate.random(8, crosstalk=0.03)
    points = plate.points()
    fit = fit_plate(points, made.NOMINAL, mass_uncertain_kg=0.02, date="2026-11-21")
    calibration = replace(fit.calibration, noise_n=np.array([0.01, 0.02, 0.03, 0.04]))
    return replace(fit, calibration=calibration), points


@pytest.fixture
def written(calibrated, made, tmp_path):
    path = tmp_path / "plate.json"
    fit, points = calibrated
    write_record(record_plate(fit, points, made.DEVICE, judge(fit.figures)), path)
    return path


def same(one: Calibration, other: Calibration) -> bool:
    numbers = ("zero_counts", "gain_n_per_count", "matrix_n_per_count", "noise_n")
    rest = ("source", "force_uncertainty", "cop_uncertainty_mm", "date")
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in numbers) and all(
        getattr(one, n) == getattr(other, n) for n in rest
    )


def test_a_file_is_read_back_exactly(calibrated, written, made):
    record = read_record(written, made.DEVICE)
    assert same(record.calibration, calibrated[0].calibration)
    assert record.device_id == made.DEVICE.id
    assert Record.from_json(record.to_json()).to_json() == written.read_text("utf-8")


def test_the_app_takes_the_file_as_a_calibration(calibrated, written):
    assert same(Calibration.from_json(written.read_text("utf-8")), calibrated[0].calibration)


def test_the_evidence_is_enough_to_calibrate_again(calibrated, written, made):
    evidence = read_record(written).evidence
    points = Points(
        made.LAYOUT, np.array(evidence["points_xy_mm"]), np.array(evidence["points_net_counts"]),
        np.zeros(4), evidence["mass_kg"],
    )  # fmt: skip
    again = fit_plate(points, made.NOMINAL).calibration
    np.testing.assert_array_equal(
        again.matrix_n_per_count, calibrated[0].calibration.matrix_n_per_count
    )


def test_people_can_read_it(written):
    lines = written.read_text("utf-8").splitlines()
    assert max(map(len, lines)) < 400
    assert any(line.lstrip().startswith('"date": "2026-11-21"') for line in lines)
    assert any("not measured" in line for line in lines)  # no noise, no second mass yet
    assert '"accepted": false' in written.read_text("utf-8")


def test_another_device_is_refused(written):
    other = DeviceDescription.builtin("plate-hx711-esp32")
    with pytest.raises(CalibrationError, match="is of plate-hx711-uno, the device is plate-hx711"):
        read_record(written, other)


def test_a_moved_cell_is_refused(written, made):
    moved = DeviceDescription.from_toml(made.DEVICE.toml.replace("x = -210.0", "x = -200.0"))
    with pytest.raises(CalibrationError, match="has changed since it was calibrated"):
        read_record(written, moved)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": None}, "does not say of which device it is: 'format'"),
        ({"format": "solemetry-calibration/9"}, "is of the form 'solemetry-calibration/9'"),
        ({"geometry_hash": "not hex"}, "does not say of which device it is"),
        ({"gain_n_per_count": [1.0, 2.0]}, "lists of different lengths"),
        ({"gain_n_per_count": [1.0, 2.0, 0.0, 1.0]}, "a gain of zero"),
        ({"matrix_n_per_count": [[1.0, 2.0]]}, "matrix_n_per_count should be 4 x 4 numbers"),
        ({"noise_n": [1.0, "loud", 1.0, 1.0]}, "cannot be read as a calibration"),
        ({"noise_n": [1.0]}, "noise_n should be 4 numbers"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(written, change, words):
    doc = json.loads(written.read_text("utf-8")) | change
    kept = {name: value for name, value in doc.items() if value is not None}
    written.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(FileError, match=words) as error:
        read_record(written)
    assert written.name in str(error.value)


def test_a_file_that_is_not_there_or_no_text_says_so(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        read_record(tmp_path / "none.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="cannot be read"):
        read_record(tmp_path / "binary")


def test_a_folder_that_is_not_there_is_no_place_to_write(calibrated, made, tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        write_record(record_plate(*calibrated, made.DEVICE), tmp_path / "none" / "plate.json")


def test_a_calibration_without_a_matrix_is_written_as_it_ever_was(made):
    assert set(json.loads(made.NOMINAL.to_json())) == {
        "zero_counts", "gain_n_per_count", "source",
    }  # fmt: skip


def test_a_recording_gives_its_forces_by_the_matrix(simulated, tmp_path):
    """Cells that pick up each other's load: the session reads what stood on them."""
    mixed = np.eye(4) + 0.03 * np.array(
        [[0, 1, -1, 1], [-1, 0, 1, 1], [1, 1, 0, -1], [1, -1, 1, 0]]
    )

    class Mixing(simulated.Plate):
        @property
        def calibration(self):
            alone = super().calibration
            return replace(alone, matrix_n_per_count=np.linalg.inv(mixed) * alone.gain_n_per_count)

    plate = Mixing(lambda t_s: simulated.standing(t_s) @ mixed.T, phases=(0.0,) * 4)
    stream = sm.open(plate.write(tmp_path / "mixed.h5")).streams["plate"]
    forces_n = simulated.standing(stream.t_s)
    force_n, cop_mm = force_and_center(forces_n, stream.layout.xy_mm)
    np.testing.assert_allclose(stream.forces_n, forces_n, atol=0.1)
    np.testing.assert_allclose(stream.force_n, force_n, atol=0.1)
    np.testing.assert_allclose(stream.cop_mm, cop_mm, atol=0.1)
