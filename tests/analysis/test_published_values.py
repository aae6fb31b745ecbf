# SPDX-License-Identifier: Apache-2.0
"""The authors' own values of their public trials (Santos and Duarte 2016, PeerJ 4:e2648)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import solemetry as sm

RAW_TRIALS = ["BDS00001", "BDS00007", "BDS00037", "BDS00043"]
# Published name, our name, our unit in theirs (cm2, cm/s, Hz).
PUBLISHED = [
    ("COParea", "ellipse_area_95", 1e-2),
    ("COPvelo", "mean_velocity", 1e-1),
    ("COPmfreq", "mean_frequency", 1.0),
]


@pytest.fixture(scope="module")
def published(real_data):
    return pd.read_csv(real_data("posture/bds_golden/bds_published.csv"), index_col="Trial")


def test_all_trials_reproduce_the_published_area_velocity_and_frequency(real_data, published):
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    assert len(trials["trial"]) >= 12
    for trial, ap_ml_e6cm in zip(trials["trial"], trials["cop_e6cm"], strict=True):
        cop_mm = ap_ml_e6cm[:, ::-1] * 1e-5
        value = sm.sway.describe(cop_mm, float(trials["fs"]), convention="bmclab").value
        for theirs, ours, scale in PUBLISHED:
            expected = published.loc[str(trial), theirs]
            assert value[ours] * scale == pytest.approx(expected, rel=1e-9), (trial, ours)


@pytest.mark.parametrize("trial", RAW_TRIALS)
def test_a_raw_file_gives_the_published_values_through_open_and_analyze(
    real_data, published, trial
):
    session = sm.open(real_data(f"posture/bds_raw/{trial}.txt"))
    result = sm.analysis.analyze(session, convention="bmclab")
    for theirs, ours, scale in PUBLISHED:
        measure = result["sway"]["plate"][ours]
        assert measure["value"] * scale == pytest.approx(published.loc[trial, theirs], rel=1e-9)
        assert measure["n"] == 6000
        assert measure["valid"]


@pytest.mark.parametrize("trial", RAW_TRIALS)
def test_a_raw_file_names_its_axes_right(real_data, trial):
    # The centre of pressure follows from the moments: COPx = -My / Fz is AP in these files.
    table = np.loadtxt(real_data(f"posture/bds_raw/{trial}.txt"), skiprows=1)
    force_n, mx_nm, my_nm = table[:, 3], table[:, 4], table[:, 5]
    stream = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).streams["plate"]
    np.testing.assert_array_equal(stream.force_n, force_n)
    np.testing.assert_allclose(stream.cop_mm[:, 1], -my_nm / force_n * 1e3, atol=0.02)
    np.testing.assert_allclose(stream.cop_mm[:, 0], mx_nm / force_n * 1e3, atol=0.02)
    assert stream.fs_hz == 100.0


def test_distances_agree_with_another_program_run_on_the_same_trials(real_data):
    # Jythen's code (Quijoux 2021) filters at 10 Hz after resampling to 25 Hz: slow measures
    # agree closely, velocity only roughly.
    theirs = pd.read_csv(
        real_data("posture/bds_golden/quijoux2021_reference_outputs.csv"), index_col="Trial"
    )
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    compared = 0
    for trial, ap_ml_e6cm in zip(trials["trial"], trials["cop_e6cm"], strict=True):
        if str(trial) not in theirs.index:
            continue
        row = theirs.loc[str(trial)]
        value = sm.sway.describe(ap_ml_e6cm[:, ::-1] * 1e-5, 100.0).value / 10
        assert value.mean_distance == pytest.approx(row.mean_distance_Radius, rel=0.01)
        assert value.rms_distance_ml == pytest.approx(row.rms_ML, rel=0.01)
        assert value.rms_distance_ap == pytest.approx(row.rms_AP, rel=0.01)
        assert value.range_ap == pytest.approx(row.range_AP, rel=0.04)
        assert value.mean_velocity == pytest.approx(row.mean_velocity_ML_AND_AP, rel=0.15)
        compared += 1
    assert compared > 0
