# SPDX-License-Identifier: Apache-2.0
"""The motion-BIDS folder, judged by the BIDS validator and read back by pandas."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import exported
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import solemetry as sm
from solemetry.errors import FileError, UnavailableError

VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")


def recording(person="p-7k3m9q", **more):
    return exported.session(
        exported.plate(gaps=[slice(40, 52)], start_s=0.5),
        exported.insole(),
        motion=[exported.inertial()],
        told=exported.events(
            (0.25, "drill_begin", {"drill": {"id": "short-foot", "version": 2, "phases": [1]},
                                   "level": 3, "sides": ["left"], "age": 37.5}),
            (1.5, "hold_start", {}),
        ),
        subject={"participant_id": person, "sex": "f", "mass_kg": 71.4, "age": 37.5, **more},
    )  # fmt: skip


def faults(folder):
    """What the validator has against a data set; it advises much that nobody can know here."""
    done = subprocess.run(
        [VALIDATOR, folder, "--format", "json"], capture_output=True, text=True, check=False
    )
    judged = json.loads(done.stdout)
    assert judged["summary"]["totalFiles"] > 3
    return [
        (issue["code"], issue.get("location"), issue.get("issueMessage"))
        for issue in judged["issues"]["issues"]
        if issue["severity"] == "error"
    ]


def read(folder, system, run=1, person="p7k3m9q"):
    """Samples under the names of their channels, the channels, the events, and what is told."""
    head = folder / f"sub-{person}" / "motion" / (
        f"sub-{person}_task-shortfoot_tracksys-{system}_run-{run}_"
    )
    channels = pd.read_csv(f"{head}channels.tsv", sep="\t", keep_default_na=False)
    samples = pd.read_csv(f"{head}motion.tsv", sep="\t", header=None, na_values=["n/a"])
    samples.columns = channels["name"]
    events = pd.read_csv(f"{head}events.tsv", sep="\t")
    return samples, channels, events, json.loads(Path(f"{head}motion.json").read_text("utf-8"))


def test_the_validator_finds_no_fault(tmp_path):
    written = sm.export(recording(), "bids", tmp_path / "bids")
    assert all(path.is_file() for path in written.files)
    assert faults(tmp_path / "bids") == []


def test_the_validator_would_find_one(tmp_path):
    written = sm.export(recording(), "bids", tmp_path / "bids")
    next(path for path in written.files if path.name.endswith("_motion.json")).write_text("{}")
    codes = {code for code, _, _ in faults(tmp_path / "bids")}
    assert "SIDECAR_KEY_REQUIRED" in codes


def test_samples_come_back_with_times_and_gaps(tmp_path):
    session = recording()
    sm.export(session, "bids", tmp_path / "bids")
    samples, channels, events, told = read(tmp_path / "bids", "plate")
    stream = session.streams["plate"]
    np.testing.assert_allclose(samples.t_s, stream.t_s, rtol=1e-12)
    np.testing.assert_allclose(samples.force_n, stream.force_n, rtol=1e-12)
    np.testing.assert_allclose(samples[["cop_ml_mm", "cop_ap_mm"]], stream.cop_mm, rtol=1e-12)
    np.testing.assert_allclose(samples.iloc[:, 4:], stream.forces_n, rtol=1e-12)
    assert samples.force_n.isna().sum() == 12
    assert channels[["name", "component", "type", "units"]].to_numpy().tolist()[:4] == [
        ["t_s", "n/a", "LATENCY", "s"], ["force_n", "z", "MISC", "N"],
        ["cop_ml_mm", "x", "POS", "mm"], ["cop_ap_mm", "y", "POS", "mm"],
    ]  # fmt: skip
    # From the first sample, which is at 0.5 s.
    np.testing.assert_allclose(events.onset, [-0.25, 1.0])
    assert events.trial_type.tolist() == ["drill_begin", "hold_start"]
    assert (told["SamplingFrequency"], told["TaskName"]) == (80.0, "shortfoot")
    assert (told["POSChannelCount"], told["MISCChannelCount"]) == (2, 5)


def test_accelerations_are_in_metres_per_second_squared(tmp_path):
    session = recording()
    sm.export(session, "bids", tmp_path / "bids")
    samples, channels, _, _ = read(tmp_path / "bids", "insoleleftimu")
    motion = session.motion["insole-left-imu"]
    np.testing.assert_allclose(samples.iloc[:, 1:4], 9.80665 * motion.acceleration_g, rtol=1e-12)
    np.testing.assert_allclose(samples.iloc[:, 4:], motion.turn_rate_dps, rtol=1e-12)
    assert channels.type.tolist() == ["LATENCY", *["ACCEL"] * 3, *["GYRO"] * 3]
    assert channels.units.tolist() == ["s", *["m/s^2"] * 3, *["deg/s"] * 3]


def test_a_data_set_grows_by_runs_and_by_people(tmp_path):
    folder = tmp_path / "bids"
    sm.export(recording(), "bids", folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    sm.export(recording(), "bids", folder)
    sm.export(recording("P02", height_m=1.8), "bids", folder)
    read(folder, "plate", run=2)
    read(folder, "plate", person="P02")
    for path, content in before.items():
        assert path.name == "participants.tsv" or path.read_bytes() == content
    people = pd.read_csv(folder / "participants.tsv", sep="\t", keep_default_na=False)
    assert people.participant_id.tolist() == ["sub-p7k3m9q", "sub-P02"]
    assert people.pseudonym.tolist() == ["p-7k3m9q", "P02"]
    assert people.height.tolist() == ["n/a", "1.8"]
    assert people.age_band.tolist() == ["30-39", "30-39"]
    assert faults(folder) == []


def test_a_device_that_sent_nothing_is_left_out_and_told(tmp_path):
    session = exported.session(
        exported.insole("insole-left"), exported.insole("insole-right", n=0),
        subject={"participant_id": "P1", "height_m": float("nan")},
    )  # fmt: skip
    written = sm.export(session, "bids", tmp_path / "bids")
    assert "insole-right left out: there are no samples." in written.notes
    people = pd.read_csv(tmp_path / "bids" / "participants.tsv", sep="\t", keep_default_na=False)
    assert people.height.tolist() == ["n/a"]
    assert faults(tmp_path / "bids") == []
    with pytest.raises(UnavailableError, match="holds no samples"):
        sm.export(exported.session(exported.insole(n=0)), "bids", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_two_people_never_share_a_label(tmp_path):
    sm.export(recording("p-1"), "bids", tmp_path / "bids")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileError, match="knows p-1 as sub-p1"):
        sm.export(recording("p1"), "bids", tmp_path / "bids")
    assert sorted(tmp_path.rglob("*")) == before


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match="no BIDS data set"):
        sm.export(recording(), "bids", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@given(exported.recordings())
@settings(max_examples=4, deadline=None)
def test_any_recording_makes_a_valid_data_set(session):
    with tempfile.TemporaryDirectory() as folder:
        sm.export(session, "bids", Path(folder) / "bids")
        assert faults(Path(folder) / "bids") == []
