# SPDX-License-Identifier: Apache-2.0
"""C3D, read back by ezc3d and by the pure-Python `c3d` package, against closed forms."""

from __future__ import annotations

import builtins
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import c3d
import exported
import ezc3d
import numpy as np
import pytest
from hypothesis import given, settings

import solemetry as sm
from solemetry.errors import FileError, UnavailableError


def opened(path):
    return ezc3d.c3d(str(path), extract_forceplat_data=True)


def parameter(content, group, name):
    return content["parameters"][group][name]["value"]


@contextmanager
def read_otherwise(path):
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of files without markers
        yield c3d.Reader(file)


def raw(path):
    """Analog channels by the other reader, by their labels; and samples per second."""
    with read_otherwise(path) as reader:
        values = np.concatenate([analog for _, _, analog in reader.read_frames()], axis=1)
        labels = [label.strip() for label in reader.analog_labels]
    return dict(zip(labels, values, strict=True)), reader.analog_rate


def test_force_and_place_come_back_whoever_reads_them(tmp_path):
    stream = exported.lab_plate()
    (path,) = sm.export(exported.session(stream), "c3d", tmp_path / "s.c3d").files
    (platform,) = opened(path)["data"]["platform"]
    np.testing.assert_allclose(platform["force"][2], stream.force_n, rtol=1e-6)
    np.testing.assert_allclose(platform["force"][:2].T, stream.shear_n, atol=1e-5)
    place_mm = platform["center_of_pressure"]
    np.testing.assert_allclose(place_mm[:2].T, stream.cop_mm, atol=1e-3)
    np.testing.assert_allclose(place_mm[2], 0, atol=1e-6)
    # No free moment: about the vertical through the centre of pressure there is none.
    np.testing.assert_allclose(platform["Tz"][2], 0, atol=0.1)
    assert (platform["unit_force"], platform["unit_position"]) == ("N", "mm")

    channels, rate_hz = raw(path)
    assert rate_hz == 100
    # By the manual's definition of type 2, the sensors in the middle of the top, x forward and y
    # to the right, z down.
    corners = np.asarray(platform["corners"])
    middle_mm = corners[:2].mean(axis=1)
    force_n = np.stack([channels[name] for name in ("Fx1", "Fy1", "Fz1")])
    moment = np.stack([channels[name] for name in ("Mx1", "My1", "Mz1")])
    forward_mm, right_mm = -moment[1] / force_n[2], moment[0] / force_n[2]
    np.testing.assert_allclose(-force_n[2], stream.force_n, rtol=1e-6)
    np.testing.assert_allclose(
        np.column_stack((right_mm, forward_mm)) + middle_mm, stream.cop_mm, atol=1e-3
    )
    arm_mm = np.stack((forward_mm, right_mm, 0 * right_mm))
    np.testing.assert_allclose(np.cross(arm_mm, force_n, axis=0), moment, rtol=1e-4, atol=0.5)


def test_a_plate_of_four_cells_stands_where_it_was_told(tmp_path):
    """By hand: turned a quarter clockwise, its right shows backward and its front to the right."""
    turned = exported.plate("plate-2")
    recording = exported.session(
        exported.plate("plate"), turned,
        told=exported.events(
            (0.0, "place", {"stream": "plate-2", "x_mm": 1.0, "y_mm": 2.0}),
            (0.0, "place", {"stream": "plate-2", "x_mm": 520.0, "y_mm": 30.0, "turn_deg": 90.0}),
        ),
    )  # fmt: skip
    written = sm.export(recording, "c3d", tmp_path / "s.c3d")
    first, second = opened(written.files[0])["data"]["platform"]
    ml_mm, ap_mm = turned.cop_mm.T
    np.testing.assert_allclose(second["center_of_pressure"][0], 520 + ap_mm, atol=1e-3)
    np.testing.assert_allclose(second["center_of_pressure"][1], 30 - ml_mm, atol=1e-3)
    np.testing.assert_allclose(first["center_of_pressure"][:2].T, turned.cop_mm, atol=1e-3)
    np.testing.assert_allclose(
        first["corners"].T, [(200, 150, 0), (200, -150, 0), (-200, -150, 0), (-200, 150, 0)]
    )
    np.testing.assert_allclose(
        second["corners"].T,
        [(670, -170, 0), (370, -170, 0), (370, 230, 0), (670, 230, 0)], atol=1e-4,
    )  # fmt: skip
    assert any("vertical force alone" in note for note in written.notes)
    assert not any("--place" in note for note in written.notes)
    channels, _ = raw(written.files[0])
    np.testing.assert_allclose(
        channels["plate.force_FL_n"], recording.streams["plate"].forces_n[:, 0], rtol=1e-6
    )


def test_plates_of_which_nobody_told_where_they_stand_are_said_to_lie_over_each_other(tmp_path):
    recording = exported.session(exported.plate("plate"), exported.plate("plate-2"))
    written = sm.export(recording, "c3d", tmp_path / "s.c3d")
    assert any("It was not told where plate-2 stood" in note for note in written.notes)


def test_what_was_lost_is_lost_for_every_reader(tmp_path):
    stream = exported.lab_plate(gaps=[slice(0, 3), slice(100, 117), slice(498, 500)])
    written = sm.export(exported.session(stream), "c3d", tmp_path / "s.c3d")
    assert "4.4% of lab is missing, and is NaN." in written.notes
    (path,) = written.files
    lost = np.isnan(stream.force_n)
    (platform,) = opened(path)["data"]["platform"]
    channels, _ = raw(path)
    assert lost.sum() == 22
    np.testing.assert_array_equal(np.isnan(platform["force"][2]), lost)
    for name in ("Fx1", "Fy1", "Fz1", "Mx1", "My1", "Mz1"):
        np.testing.assert_array_equal(np.isnan(channels[name]), lost)


def test_where_next_to_nobody_stands_the_force_acts_in_the_middle(tmp_path):
    lab = exported.lab_plate()
    lab.force_n[:50], lab.cop_mm[:50] = 4.0, np.nan
    (path,) = sm.export(exported.session(lab), "c3d", tmp_path / "s.c3d").files
    (platform,) = opened(path)["data"]["platform"]
    np.testing.assert_allclose(platform["force"][2], lab.force_n, rtol=1e-6)
    middle_mm = platform["corners"].mean(axis=1)[:2]
    np.testing.assert_allclose(
        platform["center_of_pressure"][:2, :50].T, np.tile(middle_mm, (50, 1)), atol=1e-3
    )


def test_streams_with_times_of_their_own_share_one_rate(tmp_path):
    """Slow sines: what a spline makes of them is known."""
    recording = exported.session(
        exported.plate(start_s=0.003), exported.insole(gaps=[slice(200, 220)]),
        motion=[exported.inertial()],
    )  # fmt: skip
    written = sm.export(recording, "c3d", tmp_path / "s.c3d")
    assert any("brought onto 100 samples per second" in note for note in written.notes)
    channels, rate_hz = raw(written.files[0])
    assert rate_hz == 100
    start_s = float(parameter(opened(written.files[0]), "SOLEMETRY", "FIRST_SAMPLE_S")[0])
    t_s = start_s + np.arange(len(channels["Fz1"])) / 100
    there = (t_s > 0.1) & (t_s < 4.9)
    np.testing.assert_allclose(-channels["Fz1"][there], 700, rtol=1e-6)
    right = 0.5 + 0.1 * np.sin(2 * np.pi * 0.5 * t_s)
    np.testing.assert_allclose(
        channels["My1"][there] / 700, (220 * (0.4 + 0.1 * np.cos(3 * t_s)) - 110)[there], atol=0.01
    )
    np.testing.assert_allclose(-channels["Mx1"][there] / 700, (340 * right - 170)[there], atol=0.01)
    missing = np.isnan(channels["insole-left.force_n"])
    np.testing.assert_array_equal(missing[there], ((t_s > 1.995) & (t_s < 2.195))[there])
    np.testing.assert_allclose(
        channels["insole-left-imu.acceleration_x_g"][there], np.sin(t_s)[there], atol=1e-4
    )


def test_events_stand_at_their_times(tmp_path):
    long = exported.lab_plate(n=7000, start_s=2.0)
    told = exported.events(
        (0.0, "hold_start", {}), (3.25, "tared", {"stream": "lab"}),
        (66.5, "marked", {"label": "Foot Strike", "context": "Left"}), (500.0, "hold_end", {}),
    )  # fmt: skip
    written = sm.export(exported.session(long, told=told), "c3d", tmp_path / "s.c3d")
    content = opened(written.files[0])
    assert parameter(content, "EVENT", "LABELS") == ["tared", "Foot Strike"]
    assert parameter(content, "EVENT", "CONTEXTS") == ["lab", "Left"]
    np.testing.assert_allclose(parameter(content, "EVENT", "TIMES"), [(0, 1), (1.25, 4.5)])
    assert any("2 events before the first or after the last" in note for note in written.notes)
    with read_otherwise(written.files[0]) as reader:
        group = reader.get("EVENT")
        assert group.get("USED").int16_value == 2
        labels = [label.strip() for label in group.get("LABELS").string_array]
    assert labels == ["tared", "Foot Strike"]


def test_a_device_whose_clock_drifts_keeps_its_samples_and_its_true_rate(tmp_path, simulated):
    recorded = simulated.Plate(
        simulated.standing, boots=(simulated.Boot(0.5, 20.0, lost_rows=range(300, 320)),),
        drift=2e-3, events=((5.0, "hold_start", {}),),
    )  # fmt: skip
    recording = sm.open(recorded.write(tmp_path / "s.h5"))
    stream = recording.streams["plate"]
    (path,) = sm.export(recording, "c3d").files
    content = opened(path)
    rate_hz = content["header"]["analogs"]["frame_rate"]
    assert rate_hz == pytest.approx(80 / 1.002, rel=1e-5)
    (platform,) = content["data"]["platform"]
    np.testing.assert_allclose(platform["force"][2], stream.force_n, rtol=1e-6)
    np.testing.assert_allclose(platform["center_of_pressure"][:2].T, stream.cop_mm, atol=1e-3)
    start_s = float(parameter(content, "SOLEMETRY", "FIRST_SAMPLE_S")[0])
    t_s = start_s + np.arange(len(stream.t_s)) / rate_hz
    np.testing.assert_allclose(t_s, stream.t_s, atol=1e-4)
    assert parameter(content, "EVENT", "TIMES")[1, 0] == pytest.approx(5.0 - start_s, abs=1e-5)
    assert parameter(content, "SUBJECTS", "NAMES") == ["P01"]


def test_our_own_importer_finds_the_same_recording(tmp_path):
    stream = exported.lab_plate(gaps=[slice(100, 117)])
    told = exported.events((2.0, "marked", {"label": "Foot Off", "context": "Right"}))
    (path,) = sm.export(exported.session(stream, told=told), "c3d", tmp_path / "s.c3d").files
    again = sm.open(path)
    np.testing.assert_allclose(again.stream.t_s, stream.t_s, atol=1e-6)
    np.testing.assert_allclose(again.stream.force_n, stream.force_n, rtol=1e-6)
    np.testing.assert_allclose(again.stream.cop_mm, stream.cop_mm, atol=1e-3)
    np.testing.assert_allclose(again.stream.shear_n, stream.shear_n, atol=1e-5)
    assert again.events.t_s[0] == pytest.approx(2.0)
    assert again.events.detail[0] == {"label": "Foot Off", "context": "Right"}


def test_more_samples_than_frames_may_be_counted_are_several_to_a_frame(tmp_path):
    stream = exported.lab_plate(n=70_001, fs_hz=1000.0)
    (path,) = sm.export(exported.session(stream), "c3d", tmp_path / "s.c3d").files
    content = ezc3d.c3d(str(path))
    assert content["header"]["points"]["last_frame"] < 65535
    assert content["header"]["analogs"]["frame_rate"] == 1000
    vertical_n = content["data"]["analogs"][0, 2]
    np.testing.assert_allclose(-vertical_n[:70_001], stream.force_n, rtol=1e-6)
    assert np.isnan(vertical_n[70_001:]).all()


def test_several_samples_to_a_frame_come_back_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("solemetry.exporting.c3d.MOST_FRAMES", 300)
    stream = exported.lab_plate(n=1001)
    (path,) = sm.export(exported.session(stream), "c3d", tmp_path / "s.c3d").files
    channels, rate_hz = raw(path)
    assert (rate_hz, len(channels["Fz1"])) == (100, 1004)
    np.testing.assert_allclose(-channels["Fz1"][:1001], stream.force_n, rtol=1e-6)


def test_what_does_not_fit_is_said(tmp_path):
    many = exported.renamed(exported.plate(), list("abcd"))
    wide = exported.mat(260, "mat", n=400, fs_hz=80.0, start_s=0.5)
    told = exported.events(*((0.5 + k / 1000, "marked", {"label": f"e{k}"}) for k in range(300)))
    written = sm.export(exported.session(many, wide, told=told), "c3d", tmp_path / "s.c3d")
    assert any(
        note == "The sensors of mat are left out: no more than 255 channels fit."
        for note in written.notes
    )
    assert any("the last 45 are left out" in note for note in written.notes)
    channels, _ = raw(written.files[0])
    assert len(channels) == 6 + 3 + 4  # the plate, the mat, the cells of the plate
    assert len(parameter(opened(written.files[0]), "EVENT", "LABELS")) == 255


def test_a_real_walk_keeps_its_forces(real_data, tmp_path):
    """The lab's own file and ours by the same reader; forward is its -x, so the right is its y."""
    path = real_data("gait/bmc/Gait.c3d")
    (written,) = sm.export(sm.open(path), "c3d", tmp_path / "again.c3d").files
    for lab, ours in zip(
        opened(path)["data"]["platform"], opened(written)["data"]["platform"], strict=True
    ):
        x, y, z = lab["force"]
        np.testing.assert_allclose(ours["force"], (y, -x, z), atol=1e-3)
        loaded = z >= 20
        x, y, _ = lab["center_of_pressure"][:, loaded]
        np.testing.assert_allclose(ours["center_of_pressure"][:2, loaded], (y, -x), atol=0.01)
    assert "Forward is +y" in sm.open(written).notes[0]


@given(exported.recordings())
@settings(max_examples=12, deadline=None)
def test_any_recording_opens_in_both_readers(recording):
    with tempfile.TemporaryDirectory() as folder:
        (path,) = sm.export(recording, "c3d", Path(folder) / "s.c3d").files
        platforms = opened(path)["data"]["platform"]
        channels, _ = raw(path)
        streams = list(recording.streams.values())
        assert len({len(values) for values in channels.values()}) == 1
        if len(streams) > 1 or not platforms:
            return
        (platform,) = platforms
        np.testing.assert_allclose(platform["force"][2], streams[0].force_n, rtol=1e-6)
        np.testing.assert_allclose(-channels["Fz1"], streams[0].force_n, rtol=1e-6)
        known = np.isfinite(streams[0].cop_mm[:, 0])
        np.testing.assert_allclose(
            platform["center_of_pressure"][:2, known].T, streams[0].cop_mm[known], atol=1e-2
        )


def test_without_the_library_it_is_told_what_to_install(monkeypatch, tmp_path):
    there = builtins.__import__

    def not_there(name, *rest, **more):
        if name in ("ezc3d", "pyarrow"):
            raise ImportError(name)
        return there(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", not_there)
    recording = exported.session(exported.plate())
    for to, extra in (("c3d", "c3d"), ("parquet", "parquet")):
        with pytest.raises(UnavailableError, match=rf"not installed.*solemetry\[{extra}\]"):
            sm.export(recording, to, tmp_path / "s")


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "s.c3d"
    path.write_text("mine")
    with pytest.raises(FileError, match="is there already"):
        sm.export(exported.session(exported.plate()), "c3d", path)
    assert path.read_text() == "mine"
