# SPDX-License-Identifier: Apache-2.0
"""OpenSim's .mot, read by pandas as the format is published; where OpenSim is, by itself too."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

import exported
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import solemetry as sm
from solemetry.errors import UnavailableError


def as_published(path):
    """Header of ``name=value`` up to ``endheader``, then names and numbers between tabs."""
    header, _, _ = path.read_text("utf-8").partition("endheader\n")
    lines = header.splitlines()
    told = dict(line.split("=") for line in lines[1:])
    frame = pd.read_csv(path, sep="\t", skiprows=len(lines) + 1)
    assert (int(told["nRows"]), int(told["nColumns"])) == frame.shape
    return frame


def by_opensim(path):
    import opensim

    table = opensim.TimeSeriesTable(str(path))
    columns = {"time": np.array(table.getIndependentColumn())}
    for name in table.getColumnLabels():
        columns[name] = table.getDependentColumn(name).to_numpy()
    return pd.DataFrame(columns)


def by_external_loads(path):
    """The older reader, which OpenSim's external loads use."""
    import opensim

    storage = opensim.Storage(str(path))
    labels = storage.getColumnLabels()
    columns = {}
    for name in [labels.get(k) for k in range(labels.getSize())]:
        values = opensim.ArrayDouble()
        if name == "time":
            storage.getTimeColumn(values)
        else:
            storage.getDataColumn(name, values)
        columns[name] = [values.get(k) for k in range(values.getSize())]
    return pd.DataFrame(columns)


READERS = [as_published, *([by_opensim, by_external_loads] if find_spec("opensim") else [])]


@pytest.mark.parametrize("read", READERS)
def test_forces_stand_in_the_axes_of_opensim(tmp_path, read):
    """x forward, y up, z to the right; metres."""
    stream = exported.lab_plate(start_s=1.5)
    written = sm.export(exported.session(stream), "mot", tmp_path / "s.mot")
    frame = read(written.files[0])
    np.testing.assert_allclose(frame["time"], stream.t_s, atol=1e-12)
    np.testing.assert_allclose(frame["ground_force_1_vx"], stream.shear_n[:, 1], atol=1e-9)
    np.testing.assert_allclose(frame["ground_force_1_vy"], stream.force_n, atol=1e-9)
    np.testing.assert_allclose(frame["ground_force_1_vz"], stream.shear_n[:, 0], atol=1e-9)
    np.testing.assert_allclose(frame["ground_force_1_px"], stream.cop_mm[:, 1] / 1000, atol=1e-9)
    np.testing.assert_allclose(frame["ground_force_1_py"], 0)
    np.testing.assert_allclose(frame["ground_force_1_pz"], stream.cop_mm[:, 0] / 1000, atol=1e-9)
    for axis in "xyz":
        np.testing.assert_allclose(frame[f"ground_torque_1_{axis}"], 0)


@pytest.mark.parametrize("read", READERS)
def test_two_plates_share_one_ground(tmp_path, read):
    right = exported.plate("plate-2")
    recording = exported.session(
        exported.plate("plate"), right, exported.insole(),
        told=exported.events((0.0, "place", {"stream": "plate-2", "x_mm": 520.0, "y_mm": 30.0,
                                             "turn_deg": 90.0})),
    )  # fmt: skip
    written = sm.export(recording, "mot", tmp_path / "s.mot")
    frame = read(written.files[0])
    assert frame.shape[1] == 1 + 2 * 9
    # Turned a quarter clockwise: its right shows backward and its front to the right.
    ml_m, ap_m = right.cop_mm.T / 1000
    np.testing.assert_allclose(frame["ground_force_2_px"], 0.03 - ml_m, atol=1e-9)
    np.testing.assert_allclose(frame["ground_force_2_pz"], 0.52 + ap_m, atol=1e-9)
    said = " ".join(written.notes)
    assert "insole-left left out" in said
    assert "ground_force_2 is plate-2" in said
    assert "The events are left out" in said


@pytest.mark.parametrize("read", READERS)
def test_what_was_lost_has_no_row_and_what_is_unloaded_is_nothing(tmp_path, read):
    """A NaN would end the file for OpenSim's external loads, without a word."""
    stream = exported.plate(gaps=[slice(40, 52)], unloaded=[slice(100, 130)])
    written = sm.export(exported.session(stream), "mot", tmp_path / "s.mot")
    frame = read(written.files[0])
    there = np.isfinite(stream.force_n)
    np.testing.assert_allclose(frame.pop("time"), stream.t_s[there], atol=1e-12)
    unloaded = stream.force_n[there] < 20
    assert unloaded.sum() == 30
    assert (frame[unloaded] == 0).all(axis=None)
    np.testing.assert_allclose(
        frame["ground_force_1_vy"][~unloaded], stream.force_n[there][~unloaded], rtol=1e-12
    )
    assert any("12 of 400 rows are left out" in note for note in written.notes)
    assert any("the first at 1.000 s" in note for note in written.notes)


def test_a_real_walk_keeps_its_forces(real_data, tmp_path):
    """The data set's own axes are OpenSim's: x forward, y up, z to the right, mm."""
    path = real_data("gait/fukuchi2018_treadmill/WBDS04walkT05grf.txt")
    told = pd.read_csv(path, sep="\t")
    frame = as_published(sm.export(sm.open(path), "mot", tmp_path / "s.mot").files[0])
    number_of = {"belt-left": 1, "belt-right": 2}
    for name, number in number_of.items():
        column = list(sm.open(path).streams).index(name) + 1
        force = told[f"Fy{column}"]
        loaded = (force >= 20).to_numpy()
        for axis in "xyz":
            ours = frame[f"ground_force_{number}_v{axis}"][loaded]
            np.testing.assert_allclose(ours, told[f"F{axis}{column}"][loaded], atol=1e-9)
        for axis in "xz":
            ours = frame[f"ground_force_{number}_p{axis}"][loaded]
            np.testing.assert_allclose(ours, told[f"COP{axis}{column}"][loaded] / 1000, atol=1e-9)
        assert not frame.loc[~loaded, f"ground_force_{number}_vy"].any()


@given(exported.recordings(kinds=(exported.plate,)))
@settings(max_examples=12, deadline=None)
def test_any_plate_comes_back(recording):
    for name, stream in recording.streams.items():
        there = np.isfinite(stream.force_n)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "s.mot"
            if not there.any():
                with pytest.raises(UnavailableError, match="no moment"):
                    sm.export(recording, "mot", path, [name])
                continue
            frame = as_published(sm.export(recording, "mot", path, [name]).files[0])
        np.testing.assert_allclose(frame["time"], stream.t_s[there], rtol=1e-12)
        np.testing.assert_allclose(frame["ground_force_1_vy"], stream.force_n[there], rtol=1e-12)


def test_insoles_alone_are_refused_with_the_reason(tmp_path):
    with pytest.raises(UnavailableError, match="where on the ground") as refusal:
        sm.export(exported.session(exported.insole()), "mot", tmp_path / "s.mot")
    assert refusal.value.remedy
    assert not list(tmp_path.iterdir())
