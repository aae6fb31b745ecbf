# SPDX-License-Identifier: Apache-2.0
"""What a list shows of recordings, read without their rows."""

import math

import pytest

import solemetry as sm
from solemetry.errors import FileError
from solemetry.session import read_heading


def test_a_heading_says_what_the_open_session_says(simulated, tmp_path):
    events = ((1.0, "marker", {"text": "äh"}), (2.0, "drill_begin", {"level": 2}))
    boots = (simulated.Boot(0.5, 20.0, lost_rows=range(400, 480)),)
    path = simulated.Plate(simulated.standing, boots, events=events).write(tmp_path / "a.h5")
    heading, session = read_heading(path), sm.open(path)
    assert heading.lengths_s == {"plate": pytest.approx(20.0, abs=1 / 80)}
    first_s, last_s = session.stream.t_s[[0, -1]]
    assert heading.length_s == pytest.approx(last_s - first_s, abs=0.1)
    assert heading.subject == session.subject["participant_id"] == "P01"
    assert (heading.state, heading.start_utc) == ("complete", "2026-01-02T03:04:05+00:00")
    assert heading.events.equals(session.events)


def test_an_imported_file_has_the_length_of_its_table(tmp_path, simulated):
    stream = sm.open(simulated.Plate(simulated.standing).write(tmp_path / "a.h5")).stream
    path = tmp_path / "b.h5"
    sm.session.write_load(path, stream.t_s, stream.force_n, stream.cop_mm, stream.fs_hz)
    heading = read_heading(path)
    assert heading.length_s == pytest.approx(len(stream.t_s) / stream.fs_hz, rel=1e-6)


def test_damaged_files_say_so_and_name_themselves(simulated, tmp_path):
    path = simulated.Plate(simulated.standing).write(tmp_path / "a.h5")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"a\.h5"):
        read_heading(path)
    with pytest.raises(FileError, match="There is no file"):
        read_heading(tmp_path / "nowhere.h5")


def test_no_stream_no_length(simulated, tmp_path):
    import h5py

    path = simulated.Plate(simulated.standing).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        del file["streams/plate"], file["subject"]
    heading = read_heading(path)
    assert (heading.lengths_s, heading.subject) == ({}, "")
    assert math.isnan(heading.length_s)
