# SPDX-License-Identifier: Apache-2.0
"""Calibrations in a folder: the newest that fits is found, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_plates import DEVICE, NOMINAL

from solemetry import DeviceDescription
from solemetry.calibrating import Record
from solemetry.errors import FileError
from solemetry_host.calibrating.sheet import sheet
from solemetry_host.devices.source import Opened
from solemetry_host.live.calibrations import Calibrations, Which
from solemetry_host.live.opening import find_kept

PLATE = Which(DEVICE, where="serial:/dev/ttyACM0")


def record(day="2026-11-21", accepted=True, device=DEVICE, **evidence):
    gains = replace(NOMINAL, source="20 kg on 9 points, gains", date=day)
    told = {"accepted": accepted, "verdict": ["Accepted."]} | evidence
    return Record(gains, device.id, device.geometry_hash, told)


@pytest.fixture
def folder(tmp_path):
    return Calibrations(tmp_path / "calibrations")


def test_the_newest_is_found_whatever_the_port(folder):
    for day in ("2026-11-20", "2026-11-21", "2026-10-01"):
        folder.keep(record(day), PLATE)
    found = folder.find(replace(PLATE, where="serial:/dev/ttyUSB3"))
    assert found.kept.record.calibration.date == "2026-11-21"
    assert found.why == ""
    assert found.kept.age_days(date(2026, 12, 1)) == 10


def test_of_one_day_it_is_the_last_and_none_is_written_over(folder):
    kept = [folder.keep(record(mass_kg=float(n)), PLATE) for n in range(12)]
    assert len({one.path for one in kept}) == 12
    assert folder.find(PLATE).kept.record.evidence["mass_kg"] == 11.0


def test_one_of_another_geometry_is_refused_with_words(folder):
    other = replace(DEVICE, geometry_hash=0x12345678)
    folder.keep(record(device=other), Which(other))
    found = folder.find(PLATE)
    assert found.kept is None
    assert "of another geometry (12345678; now it is" in found.why
    assert "Calibrate it again" in found.why
    folder.keep(record("2026-01-01"), PLATE)
    assert folder.find(PLATE).kept is not None


def test_one_that_was_not_accepted_is_not_used_by_itself(folder):
    folder.keep(record("2026-11-20"), PLATE)
    folder.keep(record("2026-11-21", accepted=False), PLATE)
    assert folder.find(PLATE).kept.record.calibration.date == "2026-11-20"
    only = Calibrations(folder.folder / "other")
    path = only.keep(record(accepted=False), PLATE).path
    assert f"--calibration {path}" in only.find(PLATE).why


def test_virtual_devices_are_told_apart_and_never_taken_for_a_real_one(folder):
    folder.keep(record(), replace(PLATE, where="sim:plate?built=3"))
    assert folder.find(replace(PLATE, where="sim:plate?built=3")).kept is not None
    for where in ("sim:plate?built=4", "sim:plate", "serial:COM3"):
        found = folder.find(replace(PLATE, where=where))
        assert (found.kept, found.why) == (None, "")


def test_each_foot_has_its_own(folder):
    insole = DeviceDescription.builtin("insole-16-esp32s3")
    gains = replace(NOMINAL, zero_counts=np.zeros(16), gain_n_per_count=np.ones(16), source="x")
    told = Record(gains, insole.id, insole.geometry_hash, {"accepted": True})
    folder.keep(told, Which(insole, "left"))
    assert folder.find(Which(insole, "left")).kept is not None
    assert folder.find(Which(insole, "right")).kept is None


def test_a_damaged_file_is_told_and_left_out(folder):
    folder.keep(record(), PLATE)
    (folder.folder / "plate.json").write_text("{")
    kept, damaged = folder.all()
    assert len(kept) == 1
    assert "plate.json cannot be read" in str(damaged[0])
    assert folder.find(PLATE).kept is not None


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    folder = Calibrations(tmp_path / "file" / "calibrations")
    with pytest.raises(FileError, match=r"cannot be kept in .*SOLEMETRY_LIBRARY"):
        folder.keep(record(), PLATE)


def test_they_lie_in_the_library(own_library):

    assert Calibrations().folder == own_library / "calibrations"


def test_of_two_plates_of_one_kind_it_cannot_be_told_which_was_calibrated(own_library):
    Calibrations().keep(record(), PLATE)
    opened = Opened("plate-2", 0, DEVICE, None, where="serial:COM4", twin="plate")
    assert find_kept(replace(opened, stream="plate", twin="")).kept is not None
    found = find_kept(opened)
    assert found.kept is None
    assert "--calibration plate-2=FILE" in found.why


def test_a_sheet_shows_the_points_the_places_and_the_verdict():
    shown = sheet(
        record(
            mass_kg=20.0,
            method="gains",
            points_xy_mm=[[-140.0, 107.0]],
            points_off_mm=[[0.84, -1.2]],
            points_force_off_share=[0.0015],
            verified=[{"number": 2, "true_mm": [74, 24], "measured_mm": [74.6, 23.1],
                       "off_mm": 1.08, "force_error_n": -0.31}],
            notes=["Look at RL."],
        )
    )  # fmt: skip
    for line in (
        "# Calibration of plate-hx711-uno",
        "| 1 | -140 | 107 | +0.8 | -1.2 | +0.15 |",
        "| 2 | 74 | 24 | 74.6 | 23.1 | 1.1 | -0.3 |",
        "- Look at RL.",
        "- Accepted.",
    ):
        assert line in shown.splitlines()
