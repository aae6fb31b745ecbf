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


# The values Jythen's code (Quijoux 2021) gives for the same trials: its name, ours, and our unit
# in theirs (cm, cm/s, cm2, ...).
SAME_OF_AN_AXIS = [
    ("mean_value_{}", "mean_{}", 0.1),
    ("mean_distance_{}", "mean_distance_{}", 0.1),
    ("maximal_distance_{}", "max_distance_{}", 0.1),
    ("rms_{}", "rms_distance_{}", 0.1),
    ("range_{}", "range_{}", 0.1),
    ("mean_velocity_{}", "mean_velocity_{}", 0.1),
    ("phase_plane_parameter_{}", "phase_plane_{}", 0.1),
    ("zero_crossing_SPD_{}", "zero_crossings_{}", 1.0),
    ("peak_velocity_pos_SPD_{}", "peak_velocity_positive_{}", 0.1),
    ("peak_velocity_neg_SPD_{}", "peak_velocity_negative_{}", 0.1),
    ("peak_velocity_all_SPD_{}", "peak_velocity_{}", 0.1),
    ("mean_frequency_{}", "mean_frequency_{}", 1.0),
    ("power_frequency_50_Power_Spectrum_Density_{}", "f50_{}", 1.0),
    ("power_frequency_95_Power_Spectrum_Density_{}", "f95_{}", 1.0),
    ("frequency_mode_Power_Spectrum_Density_{}", "peak_f_{}", 1.0),
    ("centroid_frequency_Power_Spectrum_Density_{}", "centroid_f_{}", 1.0),
    ("frequency_dispersion_Power_Spectrum_Density_{}", "frequency_dispersion_{}", 1.0),
    ("frequency_quotient_Power_Spectrum_Density_{}", "power_ratio_{}", 1.0),
    ("short_time_diffusion_Diffusion_{}", "sda_msd_1s_short_{}", 0.01),
    ("long_time_diffusion_Diffusion_{}", "sda_msd_1s_long_{}", 0.01),
    ("critical_time_Diffusion_{}", "critical_time_{}", 1.0),
    ("critical_displacement_Diffusion_{}", "critical_msd_{}", 0.01),
    ("short_time_scaling_Diffusion_{}", "sda_Hs_{}", 1.0),
    ("long_time_scaling_Diffusion_{}", "sda_Hl_{}", 1.0),
]
# Their powers are bare sums over the points of a spectrum drawn out to the trial's 1498 samples.
# Ours are integrals: each point stands for 25 Hz / 1498.
POINTS_PER_HZ = 1498 / 25
SUMS_OF_AN_AXIS = [
    ("total_power_Power_Spectrum_Density_{}", "total_power_{}", 0.01 * POINTS_PER_HZ),
    ("energy_content_below_05_Power_Spectrum_Density_{}", "power_below_half_hz_{}",
     0.01 * POINTS_PER_HZ),
    ("energy_content_05_2_Power_Spectrum_Density_{}", "power_half_to_2_hz_{}",
     0.01 * POINTS_PER_HZ),
    ("energy_content_above_2_Power_Spectrum_Density_{}", "power_above_2_hz_{}",
     0.01 * POINTS_PER_HZ),
]  # fmt: skip
SAME_OF_BOTH = [
    ("mean_distance_Radius", "mean_distance", 0.1),
    ("maximal_distance_Radius", "max_distance", 0.1),
    ("rms_Radius", "rms_distance", 0.1),
    ("range_ML_AND_AP", "range_2d", 0.1),
    ("range_ratio_ML_AND_AP", "range_ratio", 1.0),
    ("planar_deviation_ML_AND_AP", "planar_deviation", 0.1),
    ("coefficient_sway_direction_ML_AND_AP", "sway_correlation", 1.0),
    ("confidence_ellipse_area_ML_AND_AP", "ellipse_area_95", 0.01),
    ("principal_sway_direction_ML_AND_AP", "sway_direction", 1.0),
    ("mean_velocity_ML_AND_AP", "mean_velocity", 0.1),
    ("sway_area_per_second_ML_AND_AP", "sway_area_rate", 0.01),
    ("LFS_ML_AND_AP", "lfs", 10.0),
    ("fractal_dimension_ML_AND_AP", "fractal_dim_ce", 1.0),
    ("mean_peak_Sway_Density", "sway_density_mean_peak_time", 1.0),
    ("mean_distance_peak_Sway_Density", "sway_density_mean_peak_distance", 0.1),
    ("mean_frequency_ML_AND_AP", "mean_frequency", 1.0),
]
SAME = SAME_OF_BOTH + [
    (theirs.format(axis), ours.format(axis.lower()), scale)
    for theirs, ours, scale in SAME_OF_AN_AXIS + SUMS_OF_AN_AXIS
    for axis in ("ML", "AP")
]


def test_all_72_values_of_another_program_on_the_same_trials_are_reproduced(real_data):
    theirs = pd.read_csv(
        real_data("posture/bds_golden/quijoux2021_reference_outputs.csv"), index_col="Trial"
    )
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    cops_mm = {
        str(trial): ap_ml_e6cm[:, ::-1] * 1e-5
        for trial, ap_ml_e6cm in zip(trials["trial"], trials["cop_e6cm"], strict=True)
    }
    for trial in RAW_TRIALS:
        cops_mm[trial] = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).streams["plate"].cop_mm
    assert {name for name, _, _ in SAME} == set(theirs.columns)
    assert set(theirs.index) <= set(cops_mm)
    for trial, expected in theirs.iterrows():
        value = sm.sway.describe(cops_mm[trial], 100.0, "quijoux2021").value
        for name, ours, scale in SAME:
            assert value[ours] * scale == pytest.approx(expected[name], rel=1e-9), (trial, name)
