# SPDX-License-Identifier: Apache-2.0
"""What leaves of a recording, and what stays."""

from __future__ import annotations

from dataclasses import replace

import exported
import pandas as pd
import pytest

import solemetry as sm
from solemetry.errors import FileError, UnavailableError
from solemetry.exporting import FORMATS

NAME = "Mustermann"


def all_bytes(path):
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    assert files
    return b"".join(file.read_bytes() for file in files)


@pytest.mark.parametrize("to", FORMATS)
def test_no_name_that_another_program_wrote_into_a_file_leaves(tmp_path, to):
    named = replace(exported.plate(), info={"patient": NAME})
    recording = exported.session(
        named, original={"head": f"Name: {NAME}"},
        subject={"participant_id": "p-7k3", "name": NAME, "birth_name": NAME},
        told=exported.events((1.0, "drill_begin", {"drill": {"id": "roll", "title": NAME},
                                                   "age": 37})),
        notes=[f"{NAME}.txt: read"],
    )  # fmt: skip
    recording = replace(recording, path=tmp_path / f"{NAME}.h5")
    sm.export(recording, to, tmp_path / "out")
    content = all_bytes(tmp_path / "out")
    assert NAME.encode() not in content
    assert NAME.encode("utf-16-le") not in content
    assert b'age"' not in content


@pytest.mark.parametrize("to", sorted(set(FORMATS) - {"mot"}))
def test_the_pseudonym_leaves(tmp_path, to):
    recording = exported.session(exported.plate(), subject={"participant_id": "p7k3"})
    sm.export(recording, to, tmp_path / "out")
    assert b"p7k3" in all_bytes(tmp_path / "out")


@pytest.mark.parametrize("to", ["c3d", "mot", "bids"])
def test_no_date_leaves_where_the_manual_says_so(tmp_path, to):
    recording = exported.session(exported.plate(), start_utc="2026-01-02T03:04:05+00:00")
    sm.export(recording, to, tmp_path / "out")
    assert b"2026-01-02" not in all_bytes(tmp_path / "out")


def test_a_chosen_stream_leaves_with_its_inertial_sensor_and_no_other(tmp_path):
    recording = exported.session(
        exported.plate(), exported.insole(), exported.insole("insole-right"),
        motion=[exported.inertial(), exported.inertial("insole-right-imu")],
    )  # fmt: skip
    written = sm.export(recording, "csv", tmp_path / "out", ["insole-left"])
    assert [path.name for path in written.files] == [
        "insole-left.csv", "insole-left-imu.csv", "events.csv", "about.json"
    ]  # fmt: skip


def test_files_lie_beside_the_recording_unless_told_otherwise(tmp_path):
    recording = replace(exported.session(exported.plate()), path=tmp_path / "walk.h5")
    made = {to: sm.export(recording, to).files[0].relative_to(tmp_path).parts[0] for to in FORMATS}
    assert made == {"c3d": "walk.c3d", "csv": "walk-csv", "parquet": "walk-parquet",
                    "mot": "walk.mot", "xdf": "walk.xdf", "bids": "walk-bids"}  # fmt: skip


@pytest.mark.parametrize("to", sorted(set(FORMATS) - {"bids"}))
def test_what_is_there_is_never_overwritten(tmp_path, to):
    recording = exported.session(exported.plate())
    sm.export(recording, to, tmp_path / "out")
    before = all_bytes(tmp_path / "out")
    with pytest.raises(FileError, match="is there already"):
        sm.export(recording, to, tmp_path / "out")
    assert all_bytes(tmp_path / "out") == before


@pytest.mark.parametrize("to", FORMATS)
def test_where_nothing_can_be_written_it_is_said_and_nothing_is_left(tmp_path, to):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FileError) as refusal:
        sm.export(exported.session(exported.plate()), to, tmp_path / "file" / "out")
    assert refusal.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("to", FORMATS)
def test_a_disk_that_fills_up_leaves_no_half_export(tmp_path, to, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(FileError, match="No space left on device"):
        sm.export(exported.session(exported.plate()), to, tmp_path / "out")
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("to", "streams", "message"),
    [("xls", [], "xls is no format"), ("csv", ["plate-9"], "no stream plate-9")],
)
def test_what_is_not_known_is_refused_with_what_is(tmp_path, to, streams, message):
    with pytest.raises(UnavailableError, match=message) as refusal:
        sm.export(exported.session(exported.plate()), to, tmp_path / "out", streams)
    assert refusal.value.remedy


@pytest.mark.parametrize("to", ["c3d", "mot", "bids"])
def test_a_recording_without_samples_is_refused(tmp_path, to):
    with pytest.raises(UnavailableError, match="no samples"):
        sm.export(exported.session(exported.plate(n=0)), to, tmp_path / "out")


@pytest.mark.parametrize("to", ["csv", "parquet", "xdf"])
def test_a_recording_without_samples_makes_empty_tables(tmp_path, to):
    sm.export(exported.session(exported.plate(n=0)), to, tmp_path / "out")
    assert all_bytes(tmp_path / "out")
    if to == "csv":
        assert len(pd.read_csv(tmp_path / "out" / "plate.csv")) == 0
