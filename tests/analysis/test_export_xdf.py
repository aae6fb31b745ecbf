# SPDX-License-Identifier: Apache-2.0
"""XDF, read back by pyxdf."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import exported
import numpy as np
import pyxdf
from hypothesis import given, settings

import solemetry as sm

RECORDING = exported.session(
    exported.plate(gaps=[slice(40, 52), slice(398, 400)], start_s=0.5),
    exported.lab_plate(),
    exported.insole(n=2400, start_s=0.004),
    motion=[exported.inertial()],
    told=exported.events(
        (1.5, "hold_start", {}), (4.25, "marked", {"label": "Füße & <links>"}),
        (70.0, "hold_end", {"stream": "plate"}),
    ),
    subject={"participant_id": "p-7k3", "height_m": 1.78},
    start_utc="2026-01-02T03:04:05+00:00",
)  # fmt: skip


def loaded(path, **how):
    streams, header = pyxdf.load_xdf(str(path), **how)
    return {stream["info"]["name"][0]: stream for stream in streams}, header


def test_every_stream_comes_back_with_its_own_times(tmp_path):
    (path,) = sm.export(RECORDING, "xdf", tmp_path / "s.xdf").files
    plain, _ = loaded(path, synchronize_clocks=False, dejitter_timestamps=False)
    assert list(plain) == ["plate", "lab", "insole-left", "insole-left-imu", "events"]
    for name, stream in RECORDING.streams.items():
        read = plain[name]
        np.testing.assert_array_equal(read["time_stamps"], stream.t_s)
        np.testing.assert_array_equal(read["time_series"][:, 0], stream.force_n)
        np.testing.assert_array_equal(read["time_series"][:, 1:3], stream.cop_mm)
        assert float(read["info"]["nominal_srate"][0]) == stream.rate_hz
        assert int(read["footer"]["info"]["sample_count"][0]) == len(stream.t_s)
    shear_n, cells_n = (plain[name]["time_series"][:, 3:] for name in ("lab", "plate"))
    np.testing.assert_array_equal(shear_n, RECORDING.streams["lab"].shear_n)
    np.testing.assert_array_equal(cells_n, RECORDING.streams["plate"].forces_n)
    motion = RECORDING.motion["insole-left-imu"]
    np.testing.assert_array_equal(
        plain["insole-left-imu"]["time_series"],
        np.column_stack((motion.acceleration_g, motion.turn_rate_dps)),
    )


def test_clock_offsets_leave_the_streams_where_they_are(tmp_path):
    """All are on one clock: synchronised and evened out, as pyxdf does unless told otherwise."""
    (path,) = sm.export(RECORDING, "xdf", tmp_path / "s.xdf").files
    streams, _ = loaded(path)
    for name, stream in RECORDING.streams.items():
        np.testing.assert_allclose(streams[name]["time_stamps"], stream.t_s, atol=1e-9)
        assert set(streams[name]["clock_values"]) == {0.0}
        assert streams[name]["clock_times"][0] == stream.t_s[0]
        assert streams[name]["clock_times"][-1] == stream.t_s[-1]
        assert np.isclose(streams[name]["info"]["effective_srate"], stream.rate_hz)


def test_gaps_are_samples_that_are_no_numbers(tmp_path):
    (path,) = sm.export(RECORDING, "xdf", tmp_path / "s.xdf").files
    streams, _ = loaded(path)
    lost = np.isnan(streams["plate"]["time_series"]).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(lost), [*range(40, 52), 398, 399])


def test_events_are_markers(tmp_path):
    (path,) = sm.export(RECORDING, "xdf", tmp_path / "s.xdf").files
    events = loaded(path)[0]["events"]
    assert events["info"]["type"] == ["Markers"]
    np.testing.assert_array_equal(events["time_stamps"], [1.5, 4.25, 70.0])
    assert [(kind, json.loads(detail)) for kind, detail in events["time_series"]] == [
        ("hold_start", {}), ("marked", {"label": "Füße & <links>"}),
        ("hold_end", {"stream": "plate"}),
    ]  # fmt: skip


def test_channels_have_units_and_sensors_have_places(tmp_path):
    (path,) = sm.export(RECORDING, "xdf", tmp_path / "s.xdf").files
    streams, header = loaded(path)
    described = streams["plate"]["info"]["desc"][0]["channels"][0]["channel"]
    assert [(each["label"][0], each["unit"][0], each["type"][0]) for each in described[:4]] == [
        ("force_n", "N", "Force"), ("cop_ml_mm", "mm", "COP"), ("cop_ap_mm", "mm", "COP"),
        ("force_FL_n", "N", "Force"),
    ]  # fmt: skip
    places = [
        [float(each["location"][0][axis][0]) for axis in "XY"] for each in described[3:]
    ]
    np.testing.assert_allclose(places, exported.CORNERS_MM)
    told = header["info"]
    assert told["subject"][0]["participant_id"] == ["p-7k3"]
    assert told["datetime"] == ["2026-01-02T03:04:05+00:00"]


def test_what_is_no_character_of_xml_does_not_cost_the_recording(tmp_path):
    recording = exported.session(exported.plate(), subject={"participant_id": "P\x01\x1f7"})
    (path,) = sm.export(recording, "xdf", tmp_path / "s.xdf").files
    streams, header = loaded(path)
    assert header["info"]["subject"][0]["participant_id"] == ["P\ufffd\ufffd7"]
    np.testing.assert_array_equal(
        streams["plate"]["time_series"][:, 0], recording.streams["plate"].force_n
    )


@given(exported.recordings())
@settings(max_examples=15, deadline=None)
def test_any_recording_comes_back(recording):
    with tempfile.TemporaryDirectory() as folder:
        (path,) = sm.export(recording, "xdf", Path(folder) / "s.xdf").files
        streams, _ = pyxdf.load_xdf(str(path), dejitter_timestamps=False)
    *tables, events = streams
    for read, stream in zip(tables, recording.streams.values(), strict=True):
        assert read["info"]["name"] == [stream.name]
        np.testing.assert_allclose(read["time_stamps"], stream.t_s, atol=1e-9)
        sensors = stream.forces_n if stream.counts is None else stream.counts
        if sensors is not None:
            width = sensors.shape[1]
            np.testing.assert_array_equal(read["time_series"][:, -width:], sensors)
        if stream.counts is None:
            np.testing.assert_array_equal(read["time_series"][:, 0], stream.force_n)
    told = [(kind, json.loads(detail)) for kind, detail in events["time_series"]]
    assert told == list(zip(recording.events.kind, recording.events.detail, strict=True))
    np.testing.assert_allclose(events["time_stamps"], recording.events.t_s, atol=1e-9)
