# SPDX-License-Identifier: Apache-2.0
"""The insole's real sketch on fakes of its parts, and what the host makes of its downloaded log."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import board
import h5py
import numpy as np
import pytest

from solemetry.session import open_session
from solemetry_host.devices.pod_log import blocks_in_file, read_run, write_run

BLOCKS = board.FIRMWARE / "build" / "insole"
UTC_S = 1_760_000_000
ROW = struct.Struct("<6h")


@pytest.fixture(scope="module")
def ran() -> str:
    """Build and run the C++ tests; they also leave downloaded blocks."""
    if not (shutil.which("g++") and shutil.which("make")):
        pytest.skip("the insole sketch's tests need g++ and make")
    return board.make("esp32", "test-insole")


def rows_of(blocks: bytes) -> tuple[list[list[int]], list[tuple[int, ...]], list[int]]:
    """Cells, IMU and index of every row, taken apart by hand."""
    cells, imu, index = [], [], []
    for at in range(0, len(blocks), 512):
        kind, (length,) = blocks[at + 3], struct.unpack_from("<H", blocks, at + 14)
        if kind != 2:
            continue
        payload = blocks[at + 16 : at + 16 + length]
        (first,), rows = struct.unpack_from("<I", payload), payload[14]
        for r in range(rows):
            packed = int.from_bytes(payload[15 + 24 * r : 39 + 24 * r], "little")
            cells.append([packed >> 12 * c & 0xFFF for c in range(16)])
            imu.append(ROW.unpack_from(payload, 15 + 24 * rows + 12 * r))
            index.append(first + r)
    return cells, imu, index


@pytest.mark.timeout(600)
def test_the_sketch_and_its_drivers_obey_the_protocol_under_sanitizers(ran: str) -> None:
    assert re.findall(r"\d+ checks, (\d+) failed", ran) == ["0", "0"]


@pytest.mark.usefixtures("ran")
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "ended"),
    [("card", True), ("flash", True), ("card_cut", False), ("flash_cut", False)],
)
def test_the_host_makes_a_session_of_a_downloaded_run(
    name: str, ended: bool, tmp_path: Path
) -> None:
    data = (BLOCKS / f"{name}.blocks").read_bytes()
    cells, imu, index = rows_of(data)
    run = read_run(blocks_in_file(data))
    assert run.ended == ended
    assert run.bad == {}
    assert run.info is not None
    assert run.info.device_id == "insole-16-esp32s3"
    assert run.start_utc is not None
    assert run.start_utc.timestamp() == UTC_S

    path = write_run(run, tmp_path / "run.h5")
    with h5py.File(path) as file:
        samples = file["streams/insole/samples"][:]
        motion = file["streams/insole-imu/samples"][:]
    assert samples["index"].tolist() == index
    assert samples["counts"].tolist() == cells
    # At first, until it has settled, the IMU has nothing to say.
    assert motion["imu"].tolist() == [list(row) for row in imu if set(row) != {-32768}]
    session = open_session(path)
    felt = session.motion["insole-imu"]
    # The board lay with its z axis up and turned about its x axis at 123 degrees a second.
    assert len(felt.t_s) >= len(motion) - 1
    np.testing.assert_allclose(felt.acceleration_g, [[0, 0, 1]] * len(felt.t_s), atol=1e-3)
    np.testing.assert_allclose(felt.turn_rate_dps, [[123, 0, 0]] * len(felt.t_s), atol=0.1)


def test_an_image_without_the_brown_out_detector_is_not_built() -> None:
    if not shutil.which("g++"):
        pytest.skip("needs g++")
    done = subprocess.run(
        ["g++", "-std=c++17", "-fsyntax-only", "-DFAKE_BROWNOUT_DETECTOR_OFF", "-Ifakes",
         "-Icore/src", "-Idrivers", "-include", "Arduino.h", "-x", "c++",
         "insole_esp32/insole_esp32.ino"],
        cwd=board.FIRMWARE, capture_output=True, text=True, check=False,
    )
    assert done.returncode != 0
    assert "brown-out detector is off" in done.stderr
