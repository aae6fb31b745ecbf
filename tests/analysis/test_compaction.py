# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import os
from contextlib import suppress

import h5py
import numpy as np
import pytest

from solemetry.errors import FileError, RecordingError
from solemetry.session import finish, open_session, repair
from solemetry.session.format import sample_type


@pytest.fixture
def partial(simulated, tmp_path):
    plate = simulated.Plate(
        simulated.ramps,
        boots=(simulated.Boot(0.0, 120.0, lost_rows=range(400, 480)),),
        events=((1.0, "marker", {"text": "äh"}), (2.0, "hold_start", {})),
        state="recording",
    )
    return plate.write(tmp_path / "run.partial.h5")


def everything(path):
    """All datasets and attributes of a file, to compare."""
    found = {}

    def visit(name, node):
        found[name] = dict(node.attrs)
        if isinstance(node, h5py.Dataset):
            found[name + ":rows"] = repr(node[()].tolist())

    with h5py.File(path) as file:
        visit("/", file)
        file.visititems(visit)
    return found


def test_packing_keeps_everything_and_only_the_state_changes(partial):
    before = everything(partial)
    finished = finish(partial)
    assert finished == partial.with_name("run.h5")
    after = everything(finished)
    assert after["/"].pop("state") == "complete"
    assert before["/"].pop("state") == "recording"
    assert after == before
    assert sorted(os.listdir(partial.parent)) == ["run.h5"]


def test_a_packed_file_is_small_and_carries_checksums(partial):
    size = partial.stat().st_size
    finished = finish(partial)
    assert finished.stat().st_size < size / 2
    with h5py.File(finished) as file:
        samples = file["streams/plate/samples"]
        assert samples.fletcher32
        assert samples.shuffle
        assert samples.compression == "gzip"
        assert samples.dtype == sample_type(4)


def test_a_flipped_bit_in_a_packed_file_is_noticed(partial):
    finished = finish(partial)
    with h5py.File(finished) as file:
        chunk = file["streams/plate/samples"].id.get_chunk_info(0)
    with finished.open("r+b") as file:
        file.seek(chunk.byte_offset + chunk.size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(FileError, match="damaged"):
        open_session(finished)


def test_a_finished_session_reads_as_the_partial_one(partial):
    before = open_session(partial).stream
    after = open_session(finish(partial)).stream
    np.testing.assert_array_equal(after.forces_n, before.forces_n)
    np.testing.assert_array_equal(after.t_s, before.t_s)


def test_nothing_is_overwritten(partial):
    kept = partial.read_bytes()
    names = []
    for _ in range(3):
        partial.write_bytes(kept)
        names.append(finish(partial).name)
    assert names == ["run.h5", "run-2.h5", "run-3.h5"]


def test_a_file_that_is_no_partial_is_refused(partial):
    other = partial.rename(partial.with_name("other.h5"))
    with pytest.raises(RecordingError, match=r"\.partial\.h5"):
        finish(other)
    assert other.exists()


@pytest.fixture
def no_room():
    """No file may grow past 20 kB: what a full disk does, at the same place."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("pack", [finish, repair])
def test_without_room_the_partial_file_stays_and_is_valid(partial, no_room, pack):
    with pytest.raises(RecordingError, match=r"not be packed.*valid session.*Make room") as refusal:
        pack(partial)
    assert str(partial) in str(refusal.value)
    assert os.listdir(partial.parent) == [partial.name]
    assert open_session(partial).stream.rows == 9520


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_when_the_disk_fails_at_the_last_moment_the_partial_file_stays(partial, monkeypatch, call):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(RecordingError, match="No space left"):
        finish(partial)
    assert os.listdir(partial.parent) == [partial.name]
    assert open_session(partial).stream.rows == 9520


# ---- repair


def test_repairing_a_whole_file_loses_nothing(partial):
    before = everything(partial)
    recovered = repair(partial)
    after = everything(recovered)
    assert after["/"].pop("state") == "recovered"
    before["/"].pop("state")
    assert after == before
    assert os.listdir(partial.parent) == ["run.h5"]
    assert "Recovered" in open_session(recovered).notes[0]


def test_blank_rows_at_the_end_are_cut_off(partial):
    with h5py.File(partial, "r+") as file:
        for name, rows in (("samples", 9700), ("zeros", 4), ("gaps", 5), ("clock", 3)):
            file[f"streams/plate/{name}"].resize(rows, axis=0)
        file["events"].resize(9, axis=0)
    recovered = repair(partial)
    with h5py.File(recovered) as file:
        assert len(file["streams/plate/samples"]) == 9520
        assert len(file["streams/plate/zeros"]) == 1
        assert len(file["streams/plate/gaps"]) == 1
        assert len(file["streams/plate/clock"]) == 0
        assert len(file["events"]) == 2
    assert sorted(os.listdir(partial.parent)) == ["run.h5", "run.h5.damaged"]
    assert open_session(recovered).stream.rows == 9520


@pytest.mark.parametrize(
    ("field", "value"), [("index", 5), ("t_dev_us", 17), ("t_host_ns", 17), ("t_host_ns", 0)]
)
def test_rows_that_run_backwards_are_cut_off(partial, field, value):
    with h5py.File(partial, "r+") as file:
        samples = file["streams/plate/samples"]
        rows = samples[9000:]
        rows[field] = value
        samples[9000:] = rows
    assert open_session(repair(partial)).stream.rows in (9000, 9001)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 0.999])
def test_of_a_file_cut_short_what_is_there_is_saved(partial, share):
    size = partial.stat().st_size
    os.truncate(partial, int(share * size))
    with pytest.raises(FileError, match="cut short"):
        open_session(partial)
    recovered = repair(partial)
    assert recovered.with_name("run.h5.damaged").stat().st_size == int(share * size)
    assert sorted(os.listdir(partial.parent)) == ["run.h5", "run.h5.damaged"]


def test_most_rows_of_a_recording_cut_short_are_saved(tmp_path, simulated):
    # Written as a recorder does, block by block, so that the index stands before the rows.
    rows = simulated.Plate(simulated.ramps, boots=(simulated.Boot(0.0, 120.0),)).samples()
    path = simulated.Plate(simulated.ramps, state="recording").write(tmp_path / "run.partial.h5")
    with h5py.File(path, "r+") as file:
        del file["streams/plate/samples"]
        samples = file.create_dataset(
            "streams/plate/samples", (0,), rows.dtype, maxshape=(None,), chunks=(1024,)
        )
        for start in range(0, len(rows), 100):
            samples.resize(min(start + 100, len(rows)), axis=0)
            samples[start : start + 100] = rows[start : start + 100]
            file.flush()
    os.truncate(path, int(0.9 * path.stat().st_size))
    recovered = open_session(repair(path))
    assert recovered.stream.rows >= 0.75 * len(rows)


def test_a_file_that_is_no_session_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "x.partial.h5"
    path.write_bytes(b"nonsense")
    with pytest.raises(FileError, match="not an HDF5 file"):
        repair(path)
    assert path.read_bytes() == b"nonsense"
    with pytest.raises(FileError, match="no file"):
        repair(tmp_path / "none.partial.h5")


def test_random_damage_never_ends_in_a_traceback(partial):
    whole = partial.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(whole)
        start = rng.integers(0, len(broken))
        broken[start : start + 2000] = b"\0" * len(broken[start : start + 2000])
        partial.write_bytes(broken)
        saved = False
        with suppress(FileError, RecordingError):
            saved = repair(partial).exists()
        assert saved != partial.exists()
        assert not [name for name in os.listdir(partial.parent) if "tmp" in name or "pad" in name]
