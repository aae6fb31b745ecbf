# SPDX-License-Identifier: Apache-2.0
"""The file of a running recording: what was put in comes back, and what is torn is told."""

from __future__ import annotations

import tracemalloc

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import FileError, RecordingError
from solemetry.session import finish, open_session, partial, repair
from solemetry.session.format import (
    CLOCK,
    FORMAT,
    GAP,
    IMU,
    RECORDING,
    VERSION,
    sample_type,
    zero_type,
)
from solemetry.session.partial import (
    SLOTS,
    GrowingTable,
    PartialFile,
    describe,
    event_line,
    table_pieces,
)

ROOT = {"format": FORMAT, "format_version": VERSION, "state": RECORDING, "t0_host_ns": 0}


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of 300 to 1200 bytes: many of them hold little."""
    monkeypatch.setattr(partial, "FIRST_BYTES", 300)
    monkeypatch.setattr(partial, "MOST_BYTES", 1200)


@pytest.fixture
def recording(simulated, tmp_path, small_parts):
    """A partial file of a simulated plate, and its rows."""
    plate = simulated.Plate(simulated.ramps)
    rows = plate.samples()
    path = tmp_path / "run.partial.h5"
    file = PartialFile(h5py.File(path, "x"), ROOT, {"participant_id": "P äö"})
    slot = file.new_slot()
    described = {"description": plate.description.toml, "calibration": plate.calibration.to_json()}
    describe(slot.create_group("devices/plate"), described)
    stream = slot.create_group("streams/plate")
    describe(stream, {"kind": "cells", "rate_hz": 80.0, "delay_s": plate.description.delay_s})
    samples = GrowingTable(stream, "samples", sample_type(4), 150)
    zeros = GrowingTable(stream, "zeros", zero_type(4), 2)
    for name, row_type in (("gaps", GAP), ("clock", CLOCK)):
        GrowingTable(stream, name, row_type, 2)
    file.slot_is_filled()
    zeros.append(np.array([(0, plate.zeros[0][1])], zero_type(4)))
    for start in range(0, len(rows), 37):
        samples.append(rows[start : start + 37])
        file.events.append(event_line(start, "marker", '{"text": "äh"}'))
    file.sync()
    file.close()
    return path, rows


def part_of(path, number):
    """Where a part of the samples begins in the file, and its type."""
    with h5py.File(path) as file:
        part = file[f"slots/00/streams/plate/samples/{number:03}"]
        return part.id.get_offset(), part.dtype


@given(st.lists(st.integers(0, 70), max_size=20))
def test_rows_come_back_however_they_were_put_in(tmp_path_factory, counts):
    path = tmp_path_factory.mktemp("rows") / "t.h5"
    rows = np.zeros(sum(counts), GAP)
    rows["row"], rows["lost"] = np.arange(len(rows)), 3
    with pytest.MonkeyPatch.context() as patch, h5py.File(path, "w") as file:
        patch.setattr(partial, "FIRST_BYTES", 300)
        patch.setattr(partial, "MOST_BYTES", 1200)
        table = GrowingTable(file, "gaps", GAP, 60)
        for some in np.split(rows, np.cumsum(counts)[:-1]) if counts else []:
            table.append(some)
    with h5py.File(path) as file:
        back = np.concatenate(list(table_pieces(file["gaps"])))
    assert back.tobytes() == rows.tobytes()


def test_a_partial_file_opens_as_the_session_it_will_be(recording):
    path, rows = recording
    before = open_session(path)
    after = open_session(finish(path))
    assert before.subject == after.subject == {"participant_id": "P äö"}
    assert before.stream.rows == len(rows)
    assert before.events.detail[0] == {"text": "äh"}
    np.testing.assert_array_equal(before.stream.forces_n, after.stream.forces_n)
    with h5py.File(after.path) as file:
        assert sorted(file) == ["devices", "events", "streams", "subject"]
        assert file["streams/plate/samples"][:].tobytes() == rows.tobytes()
        assert file["streams/plate"].attrs["kind"] == "cells"


@pytest.mark.parametrize("mark", ["begun", "whole"])
def test_a_row_that_is_not_whole_before_others_is_refused_and_ends_what_is_saved(recording, mark):
    path, rows = recording
    at, kind = part_of(path, 5)
    with path.open("r+b") as file:
        file.seek(at + 3 * kind.itemsize + kind.fields[mark][1])
        file.write(b"\0")
    with h5py.File(path) as file:
        before = sum(len(file[f"slots/00/streams/plate/samples/{k:03}"]) for k in range(5)) + 3
    with pytest.raises(FileError, match=r"samples: behind its first .* missing.*repair"):
        open_session(path)
    with h5py.File(repair(path)) as file:
        assert file["streams/plate/samples"][:].tobytes() == rows[:before].tobytes()
    assert path.with_name("run.h5.damaged").exists()


def test_a_last_row_that_is_not_whole_is_as_if_it_had_not_come(recording):
    path, rows = recording
    with h5py.File(path) as file:
        lengths = [len(part) for part in file["slots/00/streams/plate/samples"].values()]
    full = np.searchsorted(np.cumsum(lengths), len(rows), side="left")
    last = len(rows) - 1 - sum(lengths[:full])
    at, kind = part_of(path, full)
    with path.open("r+b") as file:
        file.seek(at + last * kind.itemsize + kind.fields["whole"][1])
        file.write(b"\0")
    assert open_session(path).stream.rows == len(rows) - 1


def test_a_device_whose_place_was_not_marked_is_as_if_it_had_not_come(recording):
    path, _ = recording
    with h5py.File(path, "r+") as file:
        describe(file.create_group("slots/01/streams/half"), {"kind": "cells"})
    assert list(open_session(path).streams) == ["plate"]
    assert list(open_session(repair(path)).streams) == ["plate"]
    assert path.with_name("run.h5.damaged").exists()


def test_what_finds_no_place_is_refused_in_words(tmp_path, small_parts):
    file = PartialFile(h5py.File(tmp_path / "a.partial.h5", "x"), ROOT, {})
    for _ in range(SLOTS):
        slot = file.new_slot()
    with pytest.raises(RecordingError, match="room for 32 devices"):
        file.new_slot()
    table = GrowingTable(slot, "gaps", GAP, 2)
    with pytest.raises(RecordingError, match="gaps is full"):
        table.append(np.zeros(100, GAP))
    file.close()


@pytest.mark.parametrize("pack", [finish, repair])
def test_of_a_long_table_only_a_piece_is_in_memory_while_it_is_packed(
    tmp_path, monkeypatch, pack
):
    monkeypatch.setattr(partial, "MOST_BYTES", 2**20)
    path = tmp_path / "run.partial.h5"
    file = PartialFile(h5py.File(path, "x"), ROOT, {})
    imu = file.new_slot().create_group("streams/left-imu")
    describe(imu, {"kind": "imu", "rate_hz": 1000.0})
    table = GrowingTable(imu, "samples", IMU, 40)
    file.slot_is_filled()
    rows = np.zeros(500_000, IMU)
    rows["index"] = rows["t_dev_us"] = rows["t_host_ns"] = 1 + np.arange(len(rows))
    table.append(rows)
    file.sync()
    file.close()

    tracemalloc.start()
    packed = pack(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows.nbytes > 16e6
    assert most < 8e6
    with h5py.File(packed) as file:
        assert file["streams/left-imu/samples"][:].tobytes() == rows.tobytes()
