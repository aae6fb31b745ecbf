# SPDX-License-Identifier: Apache-2.0
"""The ESP32 plate's real sketch on fakes of its parts, and what the host makes of its bytes."""

from __future__ import annotations

import re
import shutil
import subprocess

import board
import numpy as np
import pytest
from numpy.typing import NDArray

from solemetry_host.wire.records import Info, Type
from solemetry_host.wire.stream import Decoded, StreamDecoder

RECORDED = board.FIRMWARE / "build" / "esp32"


@pytest.fixture(scope="module")
def run() -> str:
    """Build and run the C++ tests; they also record what a plate of each kind sends."""
    if not (shutil.which("g++") and shutil.which("make")):
        pytest.skip("the ESP32 sketch's tests need g++ and make")
    return board.make("esp32", "test-esp32")


def decode(name: str) -> Decoded:
    """In pieces, as a serial port gives them."""
    stream = (RECORDED / f"{name}.bin").read_bytes()
    decoder = StreamDecoder(4)
    parts = [decoder.push(stream[at : at + 997]) for at in range(0, len(stream), 997)]
    assert decoder.counters.damaged == 0
    return Decoded(
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.rows for part in parts]),
        [record for part in parts for record in part.records],
    )


def counts_of(samples: NDArray[np.void]) -> NDArray[np.int64]:
    """Three bytes to a count, the lowest first."""
    low, middle, high = np.moveaxis(samples["counts"].astype(np.int64), -1, 0)
    counts: NDArray[np.int64] = low + (middle << 8) + (((high ^ 0x80) - 0x80) << 16)
    return counts


def test_the_sketch_and_its_drivers_obey_the_protocol_under_sanitizers(run: str) -> None:
    assert re.findall(r"\d+ checks, (\d+) failed", run) == ["0", "0", "0"]


def test_the_link_has_twice_the_room_at_every_rate(run: str) -> None:
    loads = {int(rate): float(share)
             for rate, share in re.findall(r"(\d+) rows a second: ([\d.]+) %", run)}
    assert set(loads) == {250, 500, 1000, 2000, 4000}
    assert max(loads.values()) < 50


@pytest.mark.usefixtures("run")
def test_the_host_reads_the_rows_of_four_hx711s() -> None:
    decoded = decode("hx711")
    samples = decoded.samples
    info = Info.parse(next(r.payload for r in decoded.records if r.type == Type.INFO))
    assert (info.board, info.adc, info.device_id) == ("ESP32", "HX711", "plate-hx711-esp32")
    assert len(samples) > 380
    assert samples["index"].tolist() == list(range(len(samples)))
    assert set(samples["flags"].tolist()) == {0}
    # Each chip's n-th conversion is a number that says n.
    counts = counts_of(samples)
    number = np.column_stack([(counts[:, 0] - 7) / 1000, (-counts[:, 1] - 7) / 1000,
                              (counts[:, 2] - 200_007) / 1000, (-counts[:, 3] - 7) / 1000])
    assert np.array_equal((number + 1) % 256, samples["conversion"])


@pytest.mark.usefixtures("run")
def test_the_host_reads_the_rows_of_an_ads131m04() -> None:
    samples = decode("ads131m04").samples
    assert len(samples) > 980
    assert set(np.diff(samples["index"]).tolist()) == {1}
    conversion = samples["conversion"][:, 0].astype(np.int64)
    assert set((np.diff(conversion) % 256).tolist()) == {1}
    assert np.abs(np.diff(samples["t_us"].astype(np.int64)) - 1000).max() <= 2
    counts = counts_of(samples)
    first = counts[:, 0]
    assert set(np.diff(first).tolist()) == {1}
    expected = np.column_stack([first, -first, 1000 + first, first - 8_000_000])
    assert np.array_equal(counts, expected)


def test_an_image_without_the_brown_out_detector_is_not_built() -> None:
    if not shutil.which("g++"):
        pytest.skip("needs g++")
    done = subprocess.run(
        ["g++", "-std=c++17", "-fsyntax-only", "-DFAKE_BROWNOUT_DETECTOR_OFF", "-Ifakes",
         "-Icore/src", "-Idrivers", "-include", "Arduino.h", "-x", "c++",
         "plate_esp32/plate_esp32.ino"],
        cwd=board.FIRMWARE, capture_output=True, text=True, check=False,
    )
    assert done.returncode != 0
    assert "brown-out detector is off" in done.stderr
