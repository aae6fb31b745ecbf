# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import doctest
import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from solemetry.errors import SolemetryError
from solemetry.signal import lowpass
from solemetry.sway import (
    CONVENTIONS,
    compare_conventions,
    describe,
    features,
    mean_distance,
    mean_velocity,
    path_length,
    prediction_ellipse,
    rms_distance,
    rotational_mean_frequency,
    spectral_mean_frequency,
    sway_range,
)
from solemetry.sway.trajectory.ellipse import f_quantile

CORE = [
    "ellipse_area_95", "ellipse_semi_major", "ellipse_semi_minor", "ellipse_angle",
    "mean_velocity", "mean_velocity_ml", "mean_velocity_ap",
    "path_length", "path_length_ml", "path_length_ap",
    "rms_distance", "rms_distance_ml", "rms_distance_ap", "mean_distance",
    "range_ml", "range_ap", "mean_frequency",
]  # fmt: skip


def circle(radius_mm=5.0, turns_per_s=0.25, fs_hz=100.0, seconds=20.0):
    turn = 2 * np.pi * turns_per_s * np.arange(round(seconds * fs_hz)) / fs_hz
    return radius_mm * np.column_stack((np.cos(turn), np.sin(turn)))


def wander(seconds=40, fs_hz=100.0, seed=5):
    """Something like sway: two slow turns of one another's frequency, and a random walk."""
    t_s = np.arange(round(seconds * fs_hz)) / fs_hz
    walk = 0.1 * np.random.default_rng(seed).normal(size=(len(t_s), 2)).cumsum(axis=0)
    walk -= 0.02 * walk.cumsum(axis=0) / np.arange(1, len(t_s) + 1)[:, None]
    turns = np.column_stack((3 * np.sin(1.9 * t_s), 5 * np.cos(3.1 * t_s + 1)))
    return walk + turns


def cloud(n=4000, seed=3):
    return np.random.default_rng(seed).normal(size=(n, 2)) * (4.0, 2.0)


# ---- ellipse


@given(st.floats(0.01, 0.999), st.integers(1, 100_000))
def test_the_closed_f_quantile_is_that_of_scipy(probability, m):
    assert f_quantile(probability, m) == pytest.approx(stats.f.ppf(probability, 2, m), rel=1e-9)


@pytest.mark.parametrize("n", [10, 50, 1000])
def test_a_new_position_falls_inside_with_the_stated_probability(n):
    rng = np.random.default_rng(n)
    inside = trials = 0
    for _ in range(400):
        ellipse = prediction_ellipse(rng.normal(size=(n, 2)) @ [[3, 1], [0, 2]])
        new = rng.normal(size=(50, 2)) @ [[3, 1], [0, 2]] - ellipse.center_mm
        angle = math.radians(ellipse.angle_deg)
        along = new @ [math.cos(angle), math.sin(angle)] / ellipse.axes_mm[0]
        across = new @ [-math.sin(angle), math.cos(angle)] / ellipse.axes_mm[1]
        inside += int((along**2 + across**2 <= 1).sum())
        trials += 50
    # Positions tested against one ellipse are not independent: four times the binomial error.
    assert inside / trials == pytest.approx(0.95, abs=4 * 2 * math.sqrt(0.95 * 0.05 / trials))


def test_the_ellipse_is_that_of_the_eigenvectors():
    cop_mm = cloud() @ [[0.8, 0.6], [-0.6, 0.8]]
    ellipse = prediction_ellipse(cop_mm)
    n = len(cop_mm)
    values, vectors = np.linalg.eigh(np.cov(cop_mm.T))
    scale = 2 * (n - 1) * (n + 1) / (n * (n - 2)) * stats.f.ppf(0.95, 2, n - 2)
    np.testing.assert_allclose(ellipse.axes_mm, np.sqrt(scale * values[::-1]), rtol=1e-10)
    assert ellipse.area_mm2 == pytest.approx(math.pi * math.prod(ellipse.axes_mm), rel=1e-12)
    along = vectors[:, 1] * np.sign(vectors[0, 1])
    assert ellipse.angle_deg == pytest.approx(math.degrees(math.atan2(along[1], along[0])))


@given(st.floats(-89, 89), st.floats(0.1, 50), st.floats(-300, 300), st.floats(-300, 300))
def test_the_ellipse_turns_grows_and_moves_with_the_data(turn_deg, scale, ml, ap):
    cop_mm = cloud(200)
    before = prediction_ellipse(cop_mm)
    angle = math.radians(turn_deg)
    rotation = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    after = prediction_ellipse(scale * cop_mm @ rotation + (ml, ap))
    assert after.area_mm2 == pytest.approx(scale**2 * before.area_mm2, rel=1e-7)
    np.testing.assert_allclose(after.axes_mm, scale * np.array(before.axes_mm), rtol=1e-7)
    difference = (after.angle_deg - before.angle_deg - turn_deg + 90) % 180 - 90
    assert difference == pytest.approx(0, abs=1e-5)
    assert -90 < after.angle_deg <= 90


def test_the_outline_is_closed_and_encloses_the_stated_area():
    ellipse = prediction_ellipse(cloud() + np.array([10, -20]))
    x, y = ellipse.outline(2000).T
    assert (x[0], y[0]) == pytest.approx((x[-1], y[-1]))
    shoelace = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
    assert shoelace == pytest.approx(ellipse.area_mm2, rel=1e-5)


def test_missing_samples_do_not_move_the_ellipse():
    cop_mm = cloud()
    with_gaps = np.insert(cop_mm, [5, 100, 100], np.nan, axis=0)
    assert prediction_ellipse(with_gaps) == prediction_ellipse(cop_mm)


def test_two_positions_have_no_ellipse_and_a_line_has_no_width():
    assert math.isnan(prediction_ellipse(np.zeros((2, 2))).area_mm2)
    line = np.column_stack((np.arange(10.0), np.zeros(10)))
    assert prediction_ellipse(line).axes_mm[1] == 0
    assert prediction_ellipse(np.ones((10, 2))).area_mm2 == 0


# ---- closed forms


def test_a_circle_has_its_radius_speed_and_frequency():
    cop_mm = circle(radius_mm=5, turns_per_s=0.25)
    assert mean_distance(cop_mm) == pytest.approx(5)
    assert rms_distance(cop_mm) == pytest.approx(5)
    assert sway_range(cop_mm[:, 0]) == pytest.approx(10)
    assert mean_velocity(cop_mm, 100) == pytest.approx(2 * math.pi * 5 * 0.25, rel=1e-4)
    assert rotational_mean_frequency(cop_mm, 100) == pytest.approx(0.25, rel=1e-4)


def test_a_sine_has_its_closed_form_distances_and_path():
    amplitude, frequency_hz, fs_hz = 7.0, 0.5, 200.0
    axis_mm = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(0, 20, 1 / fs_hz))
    assert mean_distance(axis_mm) == pytest.approx(2 * amplitude / math.pi, rel=1e-3)
    assert rms_distance(axis_mm) == pytest.approx(amplitude / math.sqrt(2), rel=1e-9)
    assert sway_range(axis_mm) == pytest.approx(2 * amplitude)
    assert mean_velocity(axis_mm, fs_hz) == pytest.approx(4 * amplitude * frequency_hz, rel=1e-3)
    cop_mm = np.column_stack((axis_mm, 0 * axis_mm))
    # Leakage of the Hann window is symmetric about a frequency away from the spectrum's ends.
    assert spectral_mean_frequency(cop_mm, fs_hz) == pytest.approx(frequency_hz, rel=1e-3)


def test_a_gap_is_never_bridged():
    line = np.column_stack((np.arange(100.0), np.zeros(100)))
    line[40:60] = np.nan
    assert path_length(line) == 39 + 39
    assert mean_velocity(line, 10.0) == pytest.approx(10.0)


def test_nothing_gives_nan_not_a_number_made_up():
    empty = np.full((50, 2), np.nan)
    for measure in (mean_distance, rms_distance, path_length):
        assert math.isnan(measure(empty))
    assert math.isnan(mean_velocity(empty, 100))
    assert math.isnan(rotational_mean_frequency(empty, 100))
    assert math.isnan(spectral_mean_frequency(empty, 100))
    assert math.isnan(spectral_mean_frequency(np.ones((50, 2)), 100))
    assert math.isnan(sway_range(np.full(5, np.nan)))


# ---- describe


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_table_has_every_feature_with_unit_and_definition(convention):
    table, known = describe(cloud(), 100.0, convention), features(convention)
    assert table.index.name == "feature"
    assert table.index.is_unique
    free = known.needs == ""
    assert list(table.index) == list(known.index[free & (known.level == "must")])
    assert list(describe(cloud(), 100.0, convention, level="should").index) == list(
        known.index[free]
    )
    assert [name.replace("90", "95") for name in known.index[known.core]] == CORE
    assert list(table.columns) == [
        "value", "unit", "convention", "definition", "reference", "family", "level", "n",
        "duration_s", "valid", "note",
    ]  # fmt: skip
    assert set(table.unit) == {"mm", "mm2", "mm/s", "mm2/s", "1/mm", "Hz", "s", "deg", "1"}
    assert (table.convention == convention).all()
    assert table.definition.str.len().min() > 5
    assert not table.definition.str.contains("[{}]").any()


def test_whole_groups_are_asked_for_by_name_or_by_what_is_given():
    cop_mm, square = cloud(), 100 * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    few = describe(cop_mm, 100.0, only=["f50_ap", "higuchi_fd_ml"])
    assert list(few.index) == ["f50_ap", "higuchi_fd_ml"]
    everything = describe(cop_mm, 100.0, level="should", height_mm=1700.0, polygon_mm=square,
                          shear_n=cop_mm, noise_mm=(0.01, 0.01))  # fmt: skip
    assert list(everything.index) == list(features().index)
    assert np.isfinite(everything.value).all()
    assert everything.value.margin_min == pytest.approx(
        100 - np.abs(lowpass(cop_mm, 100.0)).max(), abs=1e-9
    )
    # Its noise is not white any more.
    resampled = describe(cop_mm, 100.0, "quijoux2021", noise_mm=(0.01, 0.01))
    assert not resampled.index.str.startswith("noise").any()


def test_noise_beyond_the_sway_gives_no_corrected_velocity_but_the_reason():
    table = describe(cloud(), 100.0, "bmclab", noise_mm=(100.0, 100.0))
    row = table.loc["noise_corrected_mean_velocity"]
    assert math.isnan(row.value)
    assert not row.valid
    assert "noise" in row.note


def test_what_is_asked_for_and_not_known_is_named():
    with pytest.raises(ValueError, match="vfy"):
        describe(circle(), 100.0, only=["vfy", "mean_velocity"])
    with pytest.raises(ValueError, match="vfy"):
        compare_conventions(circle(), 100.0, only=["vfy", "mean_velocity"])
    with pytest.raises(ValueError, match="cop_minus_cog_rms"):
        describe(circle(), 100.0, only=["cop_minus_cog_rms"])
    with pytest.raises(ValueError, match="level"):
        describe(circle(), 100.0, level="all")


def test_conventions_differ_where_they_say():
    cop_mm = circle() + np.random.default_rng(0).normal(size=(2000, 2))
    ours, theirs = describe(cop_mm, 100.0), describe(cop_mm, 100.0, "bmclab")
    assert ours.duration_s.iloc[0] == pytest.approx(19.99)
    assert theirs.duration_s.iloc[0] == pytest.approx(20.0)
    assert ours.value.mean_velocity < 0.5 * theirs.value.mean_velocity  # filtered against raw
    assert theirs.value.path_length == pytest.approx(path_length(cop_mm), rel=1e-12)


def test_conventions_stand_side_by_side():
    cop_mm = cloud(6000)
    table = compare_conventions(cop_mm, 100.0)
    assert list(table.columns) == list(CONVENTIONS)
    for convention in CONVENTIONS:
        alone = describe(cop_mm, 100.0, convention).value
        assert table[convention].dropna().to_dict() == alone.dropna().to_dict()
    area = table.loc["ellipse_area_95"]
    # One cloud, many ellipses: the factors on the root of the determinant.
    n, f = len(cop_mm), stats.f.ppf(0.95, 2, len(cop_mm) - 2)
    exact = 2 * np.pi * f * (n * n - 1) / (n * (n - 2))
    assert area.schubert2014 / area.solemetry == pytest.approx(
        np.pi * stats.chi2.ppf(0.95, 2) / exact, rel=1e-9
    )
    raw_by_n = prediction_ellipse(lowpass(cop_mm, 100.0, 5.0)).area_mm2 / exact * (n - 1) / n
    assert area.prieto1996 == pytest.approx(6 * np.pi * raw_by_n, rel=1e-9)
    assert table.french90["ellipse_area_90"] / area.bmclab == pytest.approx(
        np.pi * stats.chi2.ppf(0.90, 2) / exact, rel=1e-9
    )
    assert math.isnan(area.french90)
    only = compare_conventions(cop_mm, 100.0, ["bmclab", "french90"], only=["ellipse_area_90"])
    assert only.shape == (1, 2)
    assert math.isnan(only.loc["ellipse_area_90", "bmclab"])


def test_a_trial_with_a_gap_counts_only_what_is_there():
    cop_mm = wander(seconds=30)
    cop_mm[1000:1300] = np.nan
    table = describe(cop_mm, 100.0, "bmclab")
    assert (table.n == 2700).all()
    assert table.value.mean_distance == pytest.approx(mean_distance(cop_mm))
    assert table.valid.all()
    assert "longest whole run" in table.note.mean_frequency
    assert table.note.mean_velocity == ""


@pytest.mark.parametrize(
    ("cop_mm", "fs_hz", "reason"),
    [
        (circle(seconds=5), 100.0, "only 5.0 s"),
        (circle(fs_hz=2, seconds=20, turns_per_s=0.05), 2.0, "only 40 samples"),
        (np.where(np.arange(3000)[:, None] < 900, np.nan, circle(seconds=30)), 100.0,
         "30% missing"),
    ],
)  # fmt: skip
def test_a_trial_that_falls_short_says_so(cop_mm, fs_hz, reason):
    table = describe(cop_mm, fs_hz, "bmclab")
    assert not table.valid.any()
    assert table.note.str.contains(reason).all()


def test_a_sample_needs_both_axes():
    cop_mm = circle()
    cop_mm[100, 0] = np.nan
    assert (describe(cop_mm, 100.0, "bmclab").n == 1999).all()


@pytest.mark.parametrize("n", [0, 1, 5])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_next_to_no_samples_give_nan_and_no_error(n, convention):
    table = describe(np.zeros((n, 2)), 100.0, convention)
    assert not table.valid.any()


def test_an_unknown_convention_is_named_together_with_the_known():
    with pytest.raises(SolemetryError, match=r"'prieto'.*solemetry, bmclab, .*french90"):
        describe(circle(), 100.0, "prieto")
    with pytest.raises(ValueError, match="prieto"):
        describe(circle(), 100.0, "prieto")


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"\(2000,\)"):
        describe(circle()[:, 0], 100.0)
    with pytest.raises(ValueError, match="above zero"):
        describe(circle(), 0.0)
    with pytest.raises(ValueError, match="cut-off"):
        describe(circle(), 15.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        prediction_ellipse(circle(), coverage=95)


@settings(max_examples=20, deadline=None)
@given(st.floats(-500, 500), st.floats(-500, 500))
def test_only_relative_position_matters(ml, ap):
    cop_mm = cloud(2000)
    values = describe(cop_mm, 100.0).value
    values.loc[["mean_ml", "mean_ap"]] += [ml, ap]
    moved = describe(cop_mm + np.array([ml, ap]), 100.0).value
    np.testing.assert_allclose(moved, values, rtol=1e-6, atol=1e-9)


PLANAR = [
    "ellipse_area_95", "ellipse_semi_major", "ellipse_semi_minor", "ellipse_eccentricity",
    "circle_area_95", "hull_area", "range_2d", "mean_velocity", "path_length", "sway_area_rate",
    "lfs", "fractal_dim_cc", "fractal_dim_ce", "rms_distance",
    "mean_distance", "max_distance", "planar_deviation", "radius_p95", "drift_ratio",
    "rms_velocity", "velocity_sd", "max_velocity", "jerk", "mean_frequency",
    "sway_density_mean_peak_time", "sway_density_mean_peak_distance",
    "sway_density_mean_peak_interval", "sda_Ds", "sda_Dl", "sda_Hs", "sda_Hl",
]  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 360))
def test_what_is_of_the_plane_does_not_turn(turn_deg):
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    cop_mm = wander()
    values = describe(cop_mm, 100.0, only=PLANAR).value
    turned = describe(cop_mm @ [[cos, sin], [-sin, cos]], 100.0, only=PLANAR).value
    np.testing.assert_allclose(turned, values, rtol=1e-6)


POWERS_OF_LENGTH = {"mm": 1, "mm2": 2, "mm/s": 1, "mm2/s": 2, "mm2/s5": 2, "1/mm": -1}


@settings(max_examples=10, deadline=None)
@given(st.floats(0.01, 100), st.sampled_from(sorted(CONVENTIONS)))
def test_measures_grow_with_the_data_as_their_units_say(scale, convention):
    families = {"position", "area", "path", "velocity", "frequency", "spectrum", "diffusion"}
    known = features(convention)
    names = [name for name in known.index
             if known.family[name] in families and not name.startswith("phase_plane")]
    before = describe(wander(), 100.0, convention, only=names)
    after = describe(scale * wander(), 100.0, convention, only=names)
    power = before.unit.map(POWERS_OF_LENGTH).fillna(0)
    np.testing.assert_allclose(after.value, before.value * scale**power, rtol=1e-6)


POWERS_OF_RATE = {"mm/s": 1, "mm2/s": 1, "mm2/s5": 5, "Hz": 1, "s": -1}


@pytest.mark.parametrize("times", [0.5, 3.0])
def test_the_same_path_run_faster_is_as_much_faster(times):
    known = features("bmclab")
    names = [name for name in known.index
             if known.family[name] in {"position", "area", "path", "velocity", "frequency"}
             and not name.startswith(("phase_plane", "drift_ratio"))]
    before = describe(wander(), 100.0, "bmclab", only=names)
    after = describe(wander(), 100.0 * times, "bmclab", only=names)
    power = before.unit.map(POWERS_OF_RATE).fillna(0)
    np.testing.assert_allclose(after.value, before.value * times**power, rtol=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize(
    "cop_mm",
    [np.full((300, 2), np.nan), np.full((3000, 2), (5.3, -80.1)), np.zeros((2, 2)),
     np.column_stack((np.arange(2000.0), np.zeros(2000)))],
    ids=["all missing", "standing still", "two samples", "one line"],
)  # fmt: skip
def test_odd_trials_give_no_warning_and_no_number_out_of_rounding(cop_mm, convention):
    square = 1e4 * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    table = describe(cop_mm, 100.0, convention, level="should", height_mm=1700.0,
                     polygon_mm=square, shear_n=0 * cop_mm, noise_mm=(0.1, 0.1))  # fmt: skip
    if np.ptp(cop_mm, axis=0).max() == 0 and len(cop_mm) > 2:
        still = table.value.drop(["mean_ml", "mean_ap", "margin_min", "fbos_use"])
        still = still[~still.index.str.startswith(("ttb", "rqa"))]
        assert still[still.notna() & (still != 0)].empty


@pytest.mark.parametrize("module", ["describe"])
def test_the_examples_in_the_docstrings_run(module):
    # The package's attribute of this name is the function.
    failed, tried = doctest.testmod(import_module(f"solemetry.sway.{module}"))
    assert tried
    assert not failed
