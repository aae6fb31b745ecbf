# SPDX-License-Identifier: Apache-2.0
"""A recording that is killed, torn or loses its power opens again, with all but its last moment."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import typed
from power import PAGE, Disk, Image, images, put_under_the_recorder
from torn_file import Mender, recorder_process, rows_in, wait

import solemetry
from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.errors import FileError
from solemetry.session import partial, repair, verify
from solemetry.session.format import IMU, sample_type
from solemetry_host.commands.own_process import in_own_process
from solemetry_host.devices.source import Exchange, Opened
from solemetry_host.live import recorder
from solemetry_host.live.recorder import Recorder
from solemetry_host.live.take import Gap, StreamHeader

PLATE = "sim:plate?speed=20&steps_on=0"
LOST_AT_MOST_S = 0.5


@pytest.mark.parametrize(
    "turn", [*range(6), *(pytest.param(k, marks=pytest.mark.soak) for k in range(6, 50))]
)
def test_a_killed_recording_lacks_at_most_its_last_half_second(turn: int, tmp_path: Path) -> None:
    process = recorder_process(tmp_path / "s.h5", PLATE)
    partial = tmp_path / "s.partial.h5"
    wait(lambda: partial.exists() and partial.stat().st_size > 2**20)  # the plate has its place
    time.sleep(0.5 + random.Random(turn).random())
    killed_ns = time.perf_counter_ns()
    process.kill()
    process.wait()

    cut_off = solemetry.open(partial)
    assert cut_off.state == "recording"
    rows = rows_in(partial)
    # Each row bears the moment it was read, on the clock that this process shares.
    assert (killed_ns - int(rows["t_host_ns"][-1])) * 1e-9 <= LOST_AT_MOST_S
    path = repair(partial)
    recovered = solemetry.open(path)
    assert recovered.state == "recovered"
    assert verify(path).whole
    np.testing.assert_array_equal(rows_in(path), rows)
    assert (np.diff(rows["index"]) == 1).all()
    assert recovered.streams["plate"].lost_rows == 0
    assert not partial.exists()


@pytest.fixture(scope="module")
def mender() -> Iterator[Mender]:
    with Mender() as mender:
        yield mender


def rows_of(channels: int, first: int, count: int, chance: np.random.Generator) -> np.ndarray:
    """Rows as a recorder gets them, none of their bytes blank for long."""
    rows = np.zeros(count, sample_type(channels))
    number = first + np.arange(count)
    rows["index"], rows["boot_id"], rows["conversion"] = number, 1, number[:, None] % 256
    rows["t_dev_us"] = 5_000_000 + 10_000 * number
    rows["t_host_ns"] = 10**12 + 10**7 * (first + count)
    rows["counts"] = chance.integers(-(2**23), 2**23, (count, channels))
    return rows


def opened(device: str, stream: str) -> StreamHeader:
    description = DeviceDescription.builtin(device)
    plain = Opened(stream, 0, description, None, {"accel_g": 16, "gyro_dps": 2000})
    calibration = Calibration.nominal(description)
    return StreamHeader(plain, calibration, ((4_000_000, 7),), 0, ())


def recorded(folder: Path, blocks: int, patch: pytest.MonkeyPatch) -> Disk:
    """A recording of a plate to which an insole comes when half of it is over."""
    disk, chance = Disk(), np.random.default_rng(3)
    put_under_the_recorder(disk, patch)
    patch.setattr(recorder, "FLUSH_S", 0.001)
    taking = Recorder(folder / "s.h5")
    taking.begin()
    streams = {"plate": "plate-hx711-uno"}
    for block in range(blocks):
        if block == blocks // 2:
            streams["insole-left"] = "insole-16-esp32s3"
        for stream, device in streams.items():
            if stream not in taking._rows:
                taking.open(opened(device, stream))
            channels = 4 if stream == "plate" else 16
            rows = rows_of(channels, taking._rows[stream] * 21 // 20, 20, chance)
            taking.samples(stream, rows, [Gap(0, 1, "lost")] if block else [])
            seen_us, seen_ns = int(rows["t_dev_us"][-1]), int(rows["t_host_ns"][-1])
            taking.clock(stream, seen_us, seen_ns - 1000 * seen_us, 0, (7, 10**6))
            taking.exchange(Exchange(stream, 10 + block, 5 + block, 6, 7))
            if stream != "plate":
                imu = np.zeros(20, IMU)
                for name in ("index", "boot_id", "t_dev_us", "t_host_ns"):
                    imu[name] = rows[name]
                imu["imu"] = chance.integers(-(2**15), 2**15, (20, 6))
                taking.imu(stream, imu)
        taking.event(10**12 + block, "marker", {"text": "äh" * int(chance.integers(1, 90))})
        wait(lambda: taking.failure or not taking._queue.qsize())
    taking._queue.put(None)
    assert taking._thread is not None
    taking._thread.join()
    assert taking.failure is None
    return disk


def assert_all_that_was_synced_is_there(path: Path, image: Image, disk: Disk) -> None:
    with h5py.File(path) as file:
        for table, synced in image.synced.items():
            truth = disk.recorded[table]
            rows = file[table][:] if synced or table in file else truth[:0]
            assert len(rows) >= synced, (table, image.how)
            expected = truth[: len(rows)]
            if table == "/events":
                rows = np.array([(at, kind.decode(), text.decode()) for at, kind, text in rows])
                expected = np.array(expected.tolist())
            assert rows.tobytes() == expected.tobytes(), (table, image.how)


def recorded_in_parts(folder: Path, blocks: int, parts: int) -> Disk:
    """A recording whose tables run through many parts, of two sizes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partial, "FIRST_BYTES", 2**10)
        patch.setattr(partial, "MOST_BYTES", 2**12)
        patch.setattr(recorder, "MANY_PARTS", parts)
        patch.setattr(partial, "FEW_PARTS", parts)
        return recorded(folder, blocks, patch)


@pytest.mark.parametrize(
    ("blocks", "parts", "cuts"),
    [
        (120, 70, 60),
        pytest.param(1000, 500, 3000, marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
def test_nothing_that_was_synced_is_lost_with_the_power(
    blocks: int, parts: int, cuts: int, mender: Mender, tmp_path: Path
) -> None:
    disk = recorded_in_parts(tmp_path, blocks, parts)
    broken, mended = tmp_path / "s.partial.h5", tmp_path / "s.h5"
    opened = 0
    for image in images(disk.log, cuts, random.Random(blocks)):
        broken.write_bytes(image.data)
        seen = mender.open(broken)
        if not seen.error:
            opened += 1
            assert seen.rows.get("plate", 0) >= image.synced["/streams/plate/samples"]
        else:
            assert "solemetry repair" in seen.error
        outcome = mender.repair(broken)
        assert (outcome.error, outcome.problems) == ("", []), image.how
        assert_all_that_was_synced_is_there(mended, image, disk)
        mended.unlink()
        (tmp_path / "s.h5.damaged").unlink(missing_ok=True)
    assert opened > cuts // 10


@pytest.mark.parametrize("end", ["missing", "blank"])
def test_a_file_torn_at_any_page_gives_back_every_row_that_lies_before(
    end: str, mender: Mender, tmp_path: Path
) -> None:
    disk = recorded_in_parts(tmp_path, 40, 40)
    whole, truth = disk.getvalue(), disk.recorded["/streams/plate/samples"]
    broken, mended = tmp_path / "s.partial.h5", tmp_path / "s.h5"
    ends = np.array([whole.index(row.tobytes()) + len(row.tobytes()) for row in truth])
    first = int(ends[0]) // PAGE + 1
    for page in range(first, len(whole) // PAGE + 1, 4):
        kept = whole[: page * PAGE]
        broken.write_bytes(kept if end == "missing" else kept.ljust(len(whole), b"\0"))
        outcome = mender.repair(broken)
        safe = int(np.argmax(ends >= page * PAGE)) if ends[-1] >= page * PAGE else len(truth)
        assert (outcome.error, outcome.problems) == ("", [])
        rows = rows_in(mended)
        assert len(rows) >= safe
        assert rows.tobytes() == truth[: len(rows)].tobytes()
        mended.unlink()
        (tmp_path / "s.h5.damaged").unlink(missing_ok=True)


def test_a_torn_recording_is_verified_and_repaired_by_the_command(tmp_path: Path) -> None:
    disk = recorded_in_parts(tmp_path, 40, 40)
    broken, whole = tmp_path / "s.partial.h5", disk.getvalue()
    broken.write_bytes(whole[: len(whole) * 3 // 4])

    refused = typed.solemetry("verify", broken)
    assert refused.returncode == 1
    assert "cut short" in refused.stderr
    assert "solemetry repair" in refused.stderr
    assert typed.solemetry("repair", broken).returncode == 0
    rows, truth = rows_in(tmp_path / "s.h5"), disk.recorded["/streams/plate/samples"]
    assert len(rows) > len(truth) // 2
    assert rows.tobytes() == truth[: len(rows)].tobytes()


def test_a_file_that_holds_the_library_forever_does_not_hold_the_program() -> None:
    with pytest.raises(FileError, match="finds no end"):
        in_own_process(time.sleep, 100, patience_s=0.5)
