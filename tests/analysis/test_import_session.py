# SPDX-License-Identifier: Apache-2.0
"""What was imported, in a session file: it opens, verifies and analyses like a recording."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pandas as pd
import pytest

import solemetry as sm
from solemetry.analysis import analyze
from solemetry.device import SensorLayout
from solemetry.errors import FileError, RecordingError
from solemetry.importers import read_together
from solemetry.session import verify, write_imported
from solemetry.session.imported import (
    counts_stream,
    forces_stream,
    imported_session,
    motion_stream,
)

REAL = (
    "gait/physionet_gaitpdb/GaCo01_01.txt",
    "gait/fukuchi2018_treadmill/WBDS04walkT05grf.txt",
    "gait/bmc/Gait.c3d",
    "gait/bmc/jump1.txt",
    "posture/amti_motive/test.csv",
    "posture/bds_raw/BDS00001.txt",
    "posture/pds_two_plates/PDS13OR1grf.txt",
    "gait/moticon_opengo/230927_102114.txt",
    "gait/moticon_opengo/walk_with_manual_events.txt",
    "gait/pressuRe/pedar_example.asc",
    "gait/pressuRe/emed_test.lst",
    "gait/pressuRe/stappone_example.csv",
    "gait/footPress_fscan/FrasP01L.asf",
    "gait/loadsol/test_poids.txt",
)

LAYOUT = SensorLayout(
    name="two", kind="insole", labels=("heel", "toe"),
    xy_mm=np.array([(1.0, 30.0), (-2.0, 230.0)]), size_mm=(90.0, 260.0),
    regions=("heel_medial", "hallux"), area_mm2=np.array([100.0, 80.0]),
)  # fmt: skip


def made(path="walk.txt", *, missing=True):
    """A session with each kind of stream, with rows and values missing."""
    t_s = np.arange(300) / 100
    rows = np.delete(np.arange(300), slice(100, 110)) if missing else np.arange(300)
    forces_n = np.column_stack((300 + rows, 200 - rows / 2)).astype(float)
    forces_n[50, 1] = np.nan
    turning = np.column_stack((rows, -rows, rows / 3))
    return imported_session(
        path, "a program", [
            forces_stream("insole-left", t_s[rows], forces_n, LAYOUT, 100.0, "walk.txt",
                          info={"size": 7, "zones": ["a", "b"]}, notes=("Scaled.",)),
            counts_stream("insole-right", t_s[rows], forces_n * 10, LAYOUT, 100.0, "walk.txt"),
        ],
        motion=[motion_stream("insole-left-imu", t_s[rows], turning / 100, turning, 100.0, "w")],
        original={"operator": "ü", "values": [1, 2.5, None]},
        subject={"participant_id": "p1", "mass_kg": 70.5},
        events=pd.DataFrame({"t_s": [0.5, 1.25], "kind": ["marked"] * 2,
                             "detail": [{"label": "on"}, {"label": "off"}]}),
        start_utc="2021-01-05T09:47:06+00:00",
        notes=("One note.",),
    )  # fmt: skip


def assert_same(one, other):
    assert list(other.streams) == sorted(one.streams)
    for name, stream in one.streams.items():
        again = other.streams[name]
        for part in ("t_s", "force_n", "cop_mm", "shear_n", "forces_n", "counts"):
            before, after = getattr(stream, part), getattr(again, part)
            assert (before is None) == (after is None), part
            if before is not None:
                np.testing.assert_array_equal(after, before, err_msg=f"{name} {part}")
        for part in ("kind", "fs_hz", "rate_hz", "rows", "lost_rows", "info", "notes"):
            assert getattr(again, part) == getattr(stream, part), part
        if stream.layout is not None:
            for part in ("name", "kind", "labels", "size_mm", "regions"):
                assert getattr(again.layout, part) == getattr(stream.layout, part)
            np.testing.assert_array_equal(again.layout.xy_mm, stream.layout.xy_mm)
    for name, motion in one.motion.items():
        again = other.motion[name]
        assert (again.fs_hz, again.rows) == (motion.fs_hz, motion.rows)
        for part in ("t_s", "acceleration_g", "turn_rate_dps"):
            np.testing.assert_array_equal(getattr(again, part), getattr(motion, part))
    for key, value in one.meta.items():
        assert other.meta[key] == value
    assert other.subject == one.subject
    assert other.notes == one.notes
    pd.testing.assert_frame_equal(other.events, one.events)


def test_every_kind_of_stream_comes_back_as_it_was(tmp_path):
    session = made()
    path = write_imported(tmp_path / "walk", session)
    assert path == tmp_path / "walk.h5"
    again = sm.open(path)
    assert_same(session, again)
    assert again.state == "complete"
    left = again.streams["insole-left"]
    assert (left.rows, left.lost_rows, len(left.t_s)) == (290, 10, 300)
    assert np.flatnonzero(np.isnan(left.force_n)).tolist() == [50, *range(100, 110)]
    np.testing.assert_array_equal(left.layout.area_mm2, LAYOUT.area_mm2)
    assert verify(path).whole


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_opens_directly_as_it_does_from_its_session(real_data, tmp_path, name):
    direct = sm.open(real_data(name))
    path = write_imported(tmp_path / "session.h5", direct)
    assert_same(direct, sm.open(path))
    verdict = verify(path)
    assert verdict.whole, verdict.problems


@pytest.mark.parametrize("name", REAL)
def test_what_was_imported_is_analysed_like_a_recording(real_data, tmp_path, name):
    direct = sm.open(real_data(name))
    path = write_imported(tmp_path / "session.h5", direct)
    first, again = (analyze(session) for session in (direct, sm.open(path)))
    assert first["sway"].keys() == direct.streams.keys()
    first.pop("file"), again.pop("file")
    assert json.loads(json.dumps(again, allow_nan=False)) == json.loads(json.dumps(first))


def test_a_program_of_before_passes_over_streams_that_it_does_not_know(tmp_path):
    """It knows `cells`, `load` and `imu`: what it would misread must have another kind."""
    path = write_imported(tmp_path / "walk.h5", made())
    with h5py.File(path) as file:
        assert {stream.attrs["kind"] for stream in file["streams"].values()} == {
            "forces", "motion"
        }  # fmt: skip
        assert file.attrs["format_version"] == 2


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    path = write_imported(tmp_path / "walk.h5", made())
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="exists already"):
        write_imported(path, made())
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.__delitem__("devices/insole-left/layout"), "not told where its sensors"),
        (lambda file: file.__delitem__("devices/insole-left"), "not told where its sensors"),
        (lambda file: replace_rows(file, [("t_s", "<f8")]), "samples need forces_n"),
        (lambda file: replace_rows(file, [("t_s", "<f8"), ("forces_n", "<f8", (3,))]),
         "samples need forces_n"),
    ],
)  # fmt: skip
def test_a_damaged_session_is_refused(tmp_path, damage, message):
    path = write_imported(tmp_path / "walk.h5", made())
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(FileError, match=message) as refusal:
        sm.open(path)
    assert "insole-left" in refusal.value.problem
    assert not verify(path).whole


def replace_rows(file, fields):
    del file["streams/insole-left/samples"]
    file["streams/insole-left/samples"] = np.zeros(300, np.dtype(fields))


# ---- several files ---------------------------------------------------------------------------


def test_files_of_one_trial_become_one_session(real_data, tmp_path):
    folder = real_data("gait/fukuchi2018_treadmill")
    session = read_together([folder / "WBDS04walkT05grf.txt", folder / "WBDS04walkT07grf.txt",
                             real_data("gait/bmc/jump1.txt")])  # fmt: skip
    assert list(session.streams) == [
        "belt-left", "belt-right", "belt-left-2", "belt-right-2", "plate"
    ]  # fmt: skip
    assert session.notes[0] == "The files are taken to begin at the same moment."
    assert session.meta["source_file"].split("; ")[1] == "WBDS04walkT07grf.txt"
    assert set(session.meta["original"]) == set(session.meta["source_file"].split("; "))
    assert_same(session, sm.open(write_imported(tmp_path / "all.h5", session)))


def test_one_file_is_what_it_is_alone(real_data):
    path = real_data("gait/bmc/jump1.txt")
    assert_same(read_together([path]), sm.open(path))


def test_an_inertial_sensor_follows_its_insole_to_a_new_name(monkeypatch, tmp_path):
    monkeypatch.setattr("solemetry.importers.together.read", lambda path, _: made(path))
    session = read_together(["a.txt", "b.txt"])
    assert list(session.motion) == ["insole-left-imu", "insole-left-2-imu"]
    assert session.motion["insole-left-2-imu"].name == "insole-left-2-imu"
    assert session.meta["start_utc"] == "2021-01-05T09:47:06+00:00"
    assert session.events.t_s.tolist() == [0.5, 0.5, 1.25, 1.25]
    assert_same(session, sm.open(write_imported(tmp_path / "both.h5", session)))
