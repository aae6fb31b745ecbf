# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
import sys

import h5py
import numpy as np
import pytest

import solemetry as sm
from solemetry.errors import FileError, RecordingError, SolemetryError, UnavailableError
from solemetry.foot import FootRegistration
from solemetry.session import open_session, verify, write_load
from solemetry.session.clock import fit_session_clock
from solemetry.session.format import CLOCK


def forces_at(forces, stream):
    return forces(stream.t_s)


# ---- cells


def test_forces_and_time_come_back_as_they_were(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps)
    stream = open_session(plate.write(tmp_path / "a.h5")).streams["plate"]
    expected = simulated.ramps(stream.t_s)
    inside = np.isfinite(stream.forces_n).all(axis=1)
    assert inside[2:-2].all()
    # Steepest slope 2 N/s, clock late by 1 ms of the link, one count is 1e-4 N.
    np.testing.assert_allclose(stream.forces_n[inside], expected[inside], atol=2.5e-3)
    np.testing.assert_allclose(stream.force_n[inside], expected[inside].sum(axis=1), atol=8e-3)


def test_the_facts_of_a_stream_are_those_of_the_file(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps, boots=(simulated.Boot(0.5, 20.0),))
    session = open_session(plate.write(tmp_path / "a.h5"))
    stream = session.stream
    assert (stream.name, stream.kind, stream.rows, stream.lost_rows) == ("plate", "cells", 1600, 0)
    assert stream.fs_hz == pytest.approx(80.0, rel=1e-5)
    assert stream.measured_rate_hz == pytest.approx(80.0, rel=1e-4)
    assert np.all(np.diff(stream.t_s) > 0)
    assert stream.layout.labels == ("FL", "FR", "RL", "RR")
    assert stream.calibration.source == "test weights"
    assert stream.clock_residual_ms < 0.01
    assert stream.info == {"firmware": "test"}
    assert stream.notes == ()
    assert session.state == "complete"
    assert session.subject == {"participant_id": "P01"}
    assert session.meta["session_id"] == "test"


def test_the_adc_delay_is_taken_off(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps).write(tmp_path / "a.h5")
    with_delay = open_session(path).stream.t_s
    with h5py.File(path, "r+") as file:
        file["streams/plate"].attrs["delay_s"] = 0.0
    without = open_session(path).stream.t_s
    np.testing.assert_allclose(without - with_delay, 0.025, atol=1e-12)


def test_lost_rows_are_missing_and_counted(simulated, tmp_path):
    boots = (simulated.Boot(0.0, 20.0, lost_rows=range(400, 480)),)
    stream = open_session(simulated.Plate(simulated.ramps, boots).write(tmp_path / "a.h5")).stream
    assert (stream.rows, stream.lost_rows) == (1520, 80)
    missing = np.isnan(stream.forces_n).any(axis=1)[3:-3]
    assert 80 <= missing.sum() <= 83
    assert np.isnan(stream.cop_mm[3:-3][missing]).all()
    assert stream.gaps[["row", "lost", "reason"]].to_dict("records") == [
        {"row": 400, "lost": 80, "reason": "lost"}
    ]
    assert stream.gaps.t_s[0] == pytest.approx(6.0, abs=0.05)
    whole = np.isfinite(stream.forces_n).all(axis=1)
    np.testing.assert_allclose(
        stream.forces_n[whole], simulated.ramps(stream.t_s)[whole], atol=2.5e-3
    )


def test_two_segments_share_one_grid_with_nothing_between(simulated, tmp_path):
    boots = (
        simulated.Boot(0.0, 10.0, boot_id=7),
        simulated.Boot(14.0, 10.0, boot_id=8, device_start_us=900_000, first_index=3),
    )
    stream = open_session(simulated.Plate(simulated.ramps, boots).write(tmp_path / "a.h5")).stream
    assert stream.rows == 1600
    assert stream.lost_rows == 0
    between = (stream.t_s > 10.1) & (stream.t_s < 13.9)
    assert np.isnan(stream.forces_n[between]).all()
    # As many rows as session time says, so the grid's index is a time axis by itself.
    by_index = stream.t_s[0] + np.arange(len(stream.t_s)) / 80.0
    np.testing.assert_allclose(stream.t_s, by_index, atol=1 / 80)
    whole = np.isfinite(stream.forces_n).all(axis=1)
    assert whole.sum() > 1580
    np.testing.assert_allclose(
        stream.forces_n[whole], simulated.ramps(stream.t_s)[whole], atol=4e-3
    )
    assert stream.gaps.reason.tolist() == ["restart"]
    assert "anew" in stream.notes[0]
    assert stream.measured_rate_hz == pytest.approx(80.0, rel=1e-3)


def test_no_step_is_taken_across_a_restart_however_short(simulated, tmp_path):
    boots = (
        simulated.Boot(0.0, 10.0, boot_id=1),
        simulated.Boot(10.02, 10.0, boot_id=2),
    )
    stream = open_session(simulated.Plate(simulated.ramps, boots).write(tmp_path / "a.h5")).stream
    after = int(np.searchsorted(stream.t_s, 10.0))
    assert np.isnan(stream.force_n[after - 4 : after + 4]).any()
    assert np.all(np.diff(stream.t_s) > 0)


def test_a_tare_in_the_middle_applies_from_its_row_on(simulated, tmp_path):
    zeros = ((0, (100.0, -200.0, 300.0, 0.0)), (800, (50_000.0, 7.0, -40_000.0, 90_000.0)))
    plate = simulated.Plate(simulated.ramps, zeros=zeros)
    stream = open_session(plate.write(tmp_path / "a.h5")).stream
    whole = np.isfinite(stream.forces_n).all(axis=1)
    assert whole[2:-2].all()
    np.testing.assert_allclose(
        stream.forces_n[whole], simulated.ramps(stream.t_s)[whole], atol=2.5e-3
    )


def test_without_a_zeros_table_the_zero_of_the_calibration_holds(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps, zeros=((0, (0.0, 0.0, 0.0, 0.0)),))
    path = plate.write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        del file["streams/plate/zeros"]
    stream = open_session(path).stream
    np.testing.assert_allclose(stream.forces_n[10], simulated.ramps(stream.t_s)[10], atol=2.5e-3)


@pytest.mark.parametrize(("flags", "word"), [(1 << 5, "silent"), (1 << 1, "end of its range")])
def test_a_silent_or_saturated_sensor_is_missing_and_named(simulated, tmp_path, flags, word):
    boots = (simulated.Boot(0.0, 20.0, flags=dict.fromkeys(range(800, 900), flags)),)
    stream = open_session(simulated.Plate(simulated.ramps, boots).write(tmp_path / "a.h5")).stream
    missing = np.isnan(stream.forces_n).sum(axis=0)
    assert missing[1] >= 100
    assert missing[[0, 2, 3]].max() <= 5
    assert f"Sensor FR was {'at an ' if 'end' in word else ''}{word}" in stream.notes[0]


def test_a_resonator_clock_gives_session_time_and_its_rate(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps, drift=-2500e-6, jitter_s=0.002)
    stream = open_session(plate.write(tmp_path / "a.h5")).stream
    assert stream.fs_hz == pytest.approx(80.0 / (1 - 2500e-6), rel=2e-5)
    whole = np.isfinite(stream.forces_n).all(axis=1)
    np.testing.assert_allclose(
        stream.forces_n[whole], simulated.ramps(stream.t_s)[whole], atol=5e-3
    )


def test_a_long_recording_follows_a_clock_that_wanders():
    # A resonator: 2500 ppm off, wandering by 60 ppm over minutes.
    rng = np.random.default_rng(0)
    device_s = 40.0 + np.arange(0, 900.0, 1 / 80)
    wander = 60e-6 * 120 / (2 * np.pi) * np.sin(2 * np.pi * device_s / 120)
    session_s = 1.0 + (device_s - 40.0) * (1 - 2500e-6) + wander
    arrival_s = np.maximum.accumulate(session_s + 0.001 + rng.exponential(0.002, len(device_s)))
    error_s = fit_session_clock(device_s, arrival_s)(device_s) - session_s
    assert error_s.mean() == pytest.approx(0.001 + 0.002 / 80, abs=3e-5)
    assert np.abs(error_s - error_s.mean()).max() < 1.1e-3
    assert error_s.std() < 0.35e-3
    assert np.all(np.diff(fit_session_clock(device_s, arrival_s)(device_s)) > 0)


def test_a_computer_that_slept_begins_a_new_segment(simulated, tmp_path):
    boots = (
        simulated.Boot(0.0, 10.0),
        # Five minutes later by the host; by the device, which kept its boot id, ten seconds.
        simulated.Boot(310.0, 10.0, device_start_us=12_000_000, first_index=800),
    )
    stream = open_session(simulated.Plate(simulated.ramps, boots).write(tmp_path / "a.h5")).stream
    whole = np.isfinite(stream.forces_n).all(axis=1)
    assert whole.sum() > 1580
    np.testing.assert_allclose(
        stream.forces_n[whole], simulated.ramps(stream.t_s)[whole], atol=4e-3
    )


def test_a_file_of_version_1_opens_and_claims_nothing_of_the_clock(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps).write(tmp_path / "a.h5")
    old = np.dtype([("t_dev_us", "<i8"), ("offset_ns", "<i8"), ("segment", "<u4")])
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 1
        del file["streams/plate/clock"]
        file["streams/plate/clock"] = np.zeros(20, old)
    stream = open_session(path).stream
    assert np.isnan(stream.clock_half_width_ms)
    assert stream.rows == 1600


def test_what_exchanges_leave_open_of_the_clock_is_read_back(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps, latency_s=0.008).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        device_us = 2_000_000 + 1_000_000 * np.arange(1, 20)
        # Session second 0.5 is device second 2; the link is known to be 8 ms late, give or take 2.
        true_ns = simulated.t0_ns - 1_500_000_000
        rows = np.zeros(19, CLOCK)
        rows["t_dev_us"], rows["middle_ns"] = device_us, true_ns
        rows["half_width_ns"] = 2_000_000
        rows["half_width_ns"][:3] = -1
        del file["streams/plate/clock"]
        file["streams/plate/clock"] = rows
    stream = open_session(path).stream
    assert stream.clock_half_width_ms == 2.0
    # One-way arrivals alone would be 8 ms late; now as late as the bounds allow.
    whole = np.isfinite(stream.forces_n).all(axis=1)
    late_s = (simulated.ramps(stream.t_s) - stream.forces_n)[whole, 2] / 2.0
    np.testing.assert_allclose(late_s, 0.002, atol=2e-4)


def test_a_nominal_calibration_is_said_plainly(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps, source="nominal").write(tmp_path / "a.h5")
    assert any("nominal" in note for note in open_session(path).stream.notes)


def test_events_are_in_session_time_with_their_details(simulated, tmp_path):
    foot = FootRegistration("left", (-60.0, -100.0), -7.0, 255.0)
    moved = FootRegistration("left", (-65.0, -100.0), -7.0, 255.0)
    events = (
        (3.0, "marker", {"text": "eyes closed"}),
        (1.0, "foot", json.loads(foot.to_json())),
        (2.0, "foot", json.loads(moved.to_json())),
    )
    session = open_session(
        simulated.Plate(simulated.ramps, events=events).write(tmp_path / "a.h5")
    )
    assert session.events.t_s.tolist() == [1.0, 2.0, 3.0]
    assert session.events.kind.tolist() == ["foot", "foot", "marker"]
    assert session.events.detail[2] == {"text": "eyes closed"}
    assert session.feet == {"left": moved}


def test_clearing_the_feet_takes_them_back(simulated, tmp_path):
    foot = FootRegistration("left", (-60.0, -100.0), -7.0, 255.0)
    events = ((1.0, "foot", json.loads(foot.to_json())), (2.0, "foot_clear", {}))
    path = simulated.Plate(simulated.ramps, events=events).write(tmp_path / "a.h5")
    assert open_session(path).feet == {}


def test_a_recording_without_rows_opens(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file["streams/plate/samples"].resize(0, axis=0)
    stream = open_session(path).stream
    assert len(stream.t_s) == len(stream.force_n) == len(stream.cop_mm) == 0
    assert stream.missing == 0.0


def test_a_recording_of_one_row_opens(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file["streams/plate/samples"].resize(1, axis=0)
    assert open_session(path).stream.rows == 1


def test_a_partial_file_opens_and_says_that_it_is_one(simulated, tmp_path):
    plate = simulated.Plate(simulated.ramps, state="recording")
    session = open_session(plate.write(tmp_path / "a.partial.h5"))
    assert session.state == "recording"
    assert "not finished" in session.notes[0]


def test_blank_rows_at_the_end_of_a_partial_file_are_left_out(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps, state="recording").write(tmp_path / "a.partial.h5")
    with h5py.File(path, "r+") as file:
        file["streams/plate/samples"].resize(1650, axis=0)
    stream = open_session(path).stream
    assert stream.rows == 1600
    assert "50 rows at the end are damaged" in stream.notes[0]


def test_only_one_stream_can_be_meant(simulated, tmp_path):
    path = simulated.Plate(simulated.ramps).write(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file.copy("streams/plate", "streams/other")
        file.copy("devices/plate", "devices/other")
    with pytest.raises(UnavailableError, match=r"2 streams.*other, plate"):
        _ = open_session(path).stream


# ---- damage


def test_what_is_missing_or_no_session_is_refused_with_a_reason(tmp_path):
    text, hdf5, newer = (tmp_path / name for name in ("text.h5", "other.h5", "newer.h5"))
    text.write_text("not a session")
    with h5py.File(hdf5, "w") as file:
        file["x"] = 1
    with h5py.File(newer, "w") as file:
        file.attrs.update(format="solemetry-session", format_version=99)
    for path, message in [
        (tmp_path / "none.h5", "no file"),
        (tmp_path, "no file"),
        (text, "not an HDF5 file"),
        (hdf5, "not a Solemetry session"),
        (newer, r"version 99.*up to 2.*Update"),
    ]:
        with pytest.raises(FileError, match=message) as refusal:
            open_session(path)
        assert str(path) in refusal.value.problem
        assert refusal.value.remedy


def test_a_file_cut_short_is_refused_and_repair_is_named(standing_session):
    data = standing_session.read_bytes()
    standing_session.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(FileError, match=r"cut short.*repair"):
        open_session(standing_session)


def test_what_a_later_program_adds_to_a_file_is_passed_over(simulated, tmp_path):
    events = ((1.0, "foot_clear", {}),)
    path = simulated.Plate(simulated.ramps, events=events).write(tmp_path / "a.h5")
    before = open_session(path)
    with h5py.File(path, "r+") as file:
        file.attrs["weather"] = "sunny"
        file.create_group("drills/1").attrs["name"] = "clock"
        file["devices/plate"].attrs["colour"] = "blue"
        stream = file["streams/plate"]
        stream.attrs["phase"] = 0.5
        stream["temperature"] = np.zeros(3)
        for table in ("samples", "gaps", "clock", "zeros"):
            rows = stream[table][:]
            known = [(field, rows.dtype[field]) for field in rows.dtype.names]
            more = np.zeros(len(rows), [("new", "<f4"), *known, ("newer", "u1", (2,))])
            for field in rows.dtype.names:
                more[field] = rows[field]
            del stream[table]
            stream[table] = more
        told = file["events"][:]
        del file["events"]
        unheard_of = (told["t_host_ns"][0] + 1, b"unheard_of", b'{"of": [1, 2]}')
        file["events"] = np.array([*told.tolist(), unheard_of], told.dtype)
        file.create_group("streams/sound").attrs["kind"] = "wave"
    after = open_session(path)
    assert after.events.kind.tolist() == ["foot_clear", "unheard_of"]
    assert list(after.streams) == ["plate"]
    assert any("sound" in note and "'wave'" in note for note in after.notes)
    for name in ("t_s", "force_n", "forces_n", "cop_mm"):
        np.testing.assert_array_equal(getattr(after.stream, name), getattr(before.stream, name))
    assert verify(path).whole


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.pop("streams"), "damaged"),
        (lambda file: file["streams/plate"].pop("samples"), "damaged"),
        (lambda file: file.pop("devices"), "damaged"),
        (lambda file: file["devices/plate"].attrs.update(calibration="{"), "calibration"),
        (lambda file: file["devices/plate"].attrs.update(description="x"), "not valid TOML"),
        (lambda file: file["streams/plate"].attrs.pop("rate_hz"), "damaged"),
    ],
)
def test_a_session_with_parts_missing_is_refused(standing_session, damage, message):
    with h5py.File(standing_session, "r+") as file:
        damage(file)
    with pytest.raises(FileError, match=message):
        open_session(standing_session)


def test_every_truncation_is_refused_with_an_error_a_person_can_act_on(standing_session):
    data = standing_session.read_bytes()
    for share in np.linspace(0, 0.999, 25):
        standing_session.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(SolemetryError):
            sm.open(standing_session)


OPENER = """
import sys
import solemetry as sm
from solemetry.errors import SolemetryError
for path in sys.argv[1:]:
    print(path, flush=True)
    try:
        sm.open(path)
    except SolemetryError:
        pass
"""


def test_random_damage_never_ends_in_a_traceback(standing_session, tmp_path):
    data = bytearray(standing_session.read_bytes())
    rng, paths = np.random.default_rng(0), []
    for number in range(60):
        broken = data.copy()
        for at in rng.integers(0, len(broken), 40):
            broken[at] = rng.integers(256)
        start = rng.integers(0, len(broken))
        broken[start : start + 300] = b"\0" * len(broken[start : start + 300])
        paths.append(tmp_path / f"{number}.h5")
        paths[-1].write_bytes(broken)
    # Either it opens, or it is refused; any other error fails the test. The HDF5 library itself
    # can die of damaged text, for it reads text of any length unchecked: seldom, and not by us.
    crashes = 0
    while paths:
        done = subprocess.run(
            [sys.executable, "-c", OPENER, *map(str, paths)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        if done.returncode == 0:
            break
        crashes += 1
        paths = paths[len(done.stdout.splitlines()) :]
    assert crashes <= 3


# ---- load


def test_load_written_is_load_read(tmp_path):
    t_s = 0.5 + np.arange(1000) / 100
    force_n = 700 + np.sin(t_s)
    cop_mm = np.column_stack((np.cos(t_s), 20 * np.sin(t_s)))
    path = write_load(
        tmp_path / "trial.h5", t_s, force_n, cop_mm, 100.0,
        subject={"participant_id": "P02", "mass_kg": 70.0},
        events=[(1.0, "hold_start", {}), (8.0, "hold_end", {"why": "done"})],
    )  # fmt: skip
    session = sm.open(path)
    stream = session.stream
    np.testing.assert_array_equal(stream.t_s, t_s)
    np.testing.assert_array_equal(stream.force_n, force_n)
    np.testing.assert_array_equal(stream.cop_mm, cop_mm)
    assert (stream.kind, stream.fs_hz, stream.rows, stream.lost_rows) == ("load", 100.0, 1000, 0)
    assert stream.layout is stream.forces_n is stream.shear_n is None
    assert session.subject == {"participant_id": "P02", "mass_kg": 70.0}
    assert session.events.t_s.tolist() == [1.0, 8.0]
    assert session.state == "complete"


def test_missing_rows_of_a_load_become_nan(tmp_path):
    t_s = np.delete(np.arange(1000) / 100, range(300, 320))
    path = write_load(tmp_path / "a.h5", t_s, t_s, np.column_stack((t_s, t_s)), 100.0)
    stream = sm.open(path).stream
    assert len(stream.t_s) == 1000
    assert stream.lost_rows == 20
    assert np.isnan(stream.force_n[300:320]).all()
    np.testing.assert_allclose(stream.t_s, np.arange(1000) / 100, atol=1e-12)


def test_horizontal_force_comes_back_with_its_gaps_and_only_where_it_was_measured(tmp_path):
    t_s = np.delete(np.arange(200) / 100, range(50, 60))
    shear_n = np.column_stack((np.sin(t_s), 3 * np.cos(t_s)))
    cop_mm = np.zeros((190, 2))
    path = write_load(tmp_path / "a.h5", t_s, 700 + 0 * t_s, cop_mm, 100.0, shear_n=shear_n)
    stream = sm.open(path).stream
    np.testing.assert_array_equal(stream.shear_n[np.isfinite(stream.force_n)], shear_n)
    assert np.isnan(stream.shear_n[50:60]).all()
    assert verify(path).whole


def test_a_reader_of_before_finds_the_load_beside_horizontal_force(tmp_path):
    t_s = np.arange(100) / 100
    cop_mm = np.column_stack((t_s, -t_s))
    with_shear = write_load(tmp_path / "a.h5", t_s, t_s, cop_mm, 100.0, shear_n=cop_mm)
    without = write_load(tmp_path / "b.h5", t_s, t_s, cop_mm, 100.0)
    with h5py.File(with_shear) as a, h5py.File(without) as b:
        assert a.attrs["format_version"] == b.attrs["format_version"]
        rows, rows_of_before = a["streams/plate/samples"], b["streams/plate/samples"]
        for field in rows_of_before.dtype.names:
            np.testing.assert_array_equal(rows[field], rows_of_before[field])


def test_load_that_cannot_be_is_refused(tmp_path):
    t_s = np.arange(100) / 100
    cop_mm = np.zeros((100, 2))
    with pytest.raises(ValueError, match="should be"):
        write_load(tmp_path / "a.h5", t_s, t_s[:-1], cop_mm, 100.0)
    with pytest.raises(ValueError, match=r"shear_n .* as cop_mm"):
        write_load(tmp_path / "a.h5", t_s, t_s, cop_mm, 100.0, shear_n=cop_mm[:, :1])
    with pytest.raises(FileError, match="irregular"):
        write_load(tmp_path / "a.h5", t_s[::-1], t_s, cop_mm, 100.0)
    assert not (tmp_path / "a.h5").exists()
    write_load(tmp_path / "a.h5", t_s, t_s, cop_mm, 100.0)
    with pytest.raises(RecordingError, match="exists already"):
        write_load(tmp_path / "a.h5", t_s, t_s, cop_mm, 100.0)
    with pytest.raises(RecordingError, match="could not be written"):
        write_load(tmp_path / "none" / "a.h5", t_s, t_s, cop_mm, 100.0)
