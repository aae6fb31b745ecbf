# SPDX-License-Identifier: Apache-2.0
"""Where the centre of pressure is, and what it covers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import spatial, stats

from solemetry.sway import (
    circle_area,
    convex_hull,
    distance_percentile,
    drift,
    drift_ratio,
    hull_area,
    max_distance,
    mean_distance,
    mean_position,
    prediction_ellipse,
    range_2d,
    range_ratio,
    rms_distance,
    sway_correlation,
)

places = st.lists(
    st.tuples(st.floats(-100, 100, width=32), st.floats(-100, 100, width=32)),
    min_size=1, max_size=40,
)  # fmt: skip


def sine(amplitude_mm, hz=0.5, fs_hz=200.0, seconds=20, phase=0.0):
    t_s = np.arange(round(seconds * fs_hz)) / fs_hz
    return amplitude_mm * np.sin(2 * np.pi * hz * t_s + phase)


def cloud(n=20_000, seed=1):
    return np.random.default_rng(seed).normal(size=(n, 2)) * (4.0, 2.0) + (10.0, -30.0)


# ---- distances


def test_an_ellipse_of_two_sines_has_its_closed_form_distances():
    cop_mm = np.column_stack((sine(6), sine(3, phase=np.pi / 2)))
    assert max_distance(cop_mm) == pytest.approx(6)
    assert rms_distance(cop_mm) == pytest.approx(math.sqrt((36 + 9) / 2))
    assert range_ratio(cop_mm) == pytest.approx(2)
    assert sway_correlation(cop_mm) == pytest.approx(0, abs=1e-9)
    # Half of the turn is spent with one axis beyond its amplitude over the root of two.
    assert distance_percentile(cop_mm, 50) == pytest.approx(math.sqrt(18 + 4.5), rel=1e-3)


def test_a_cloud_has_the_correlation_it_was_made_with():
    x, y = np.random.default_rng(2).normal(size=(2, 50_000))
    cop_mm = np.column_stack((x, 0.6 * x + 0.8 * y))
    assert sway_correlation(cop_mm) == pytest.approx(0.6, abs=0.01)
    assert sway_correlation(cop_mm) == pytest.approx(stats.pearsonr(*cop_mm.T)[0])


def test_distances_may_be_taken_from_another_place():
    cop_mm = cloud()
    squares = ((cop_mm - (1.0, 2.0)) ** 2).sum(axis=1)
    assert rms_distance(cop_mm, np.array([1.0, 2.0])) == pytest.approx(math.sqrt(squares.mean()))
    assert mean_distance(cop_mm[:, 0], 3.0) == pytest.approx(np.abs(cop_mm[:, 0] - 3).mean())
    assert max_distance(cop_mm, (1.0, 2.0)) == pytest.approx(math.sqrt(squares.max()))
    assert mean_position(cop_mm[:, 1]) == pytest.approx(-30, abs=0.1)


def test_the_circle_of_a_round_cloud_holds_what_prieto_says():
    # Distances of a round normal cloud follow Rayleigh's law.
    cop_mm = np.random.default_rng(3).normal(size=(200_000, 2))
    radius = math.sqrt(math.pi / 2) + 1.645 * math.sqrt((4 - math.pi) / 2)
    assert circle_area(cop_mm) == pytest.approx(math.pi * radius**2, rel=0.01)
    assert distance_percentile(cop_mm, 95) == pytest.approx(stats.rayleigh.ppf(0.95), rel=0.01)


def test_drift_is_the_slope_and_gaps_do_not_tilt_it():
    axis_mm = 0.25 * np.arange(3000) / 100.0
    axis_mm[[5, 700, *range(1000, 1300)]] = np.nan
    assert drift(axis_mm, 100.0) == pytest.approx(0.25)
    noisy = axis_mm + np.random.default_rng(0).normal(size=3000)
    there = np.isfinite(noisy)
    expected = np.polyfit(np.flatnonzero(there) / 100, noisy[there], 1)[0]
    assert drift(noisy, 100.0) == pytest.approx(expected)
    assert math.isnan(drift(np.array([np.nan, 1.0]), 100.0))


def test_a_steady_cloud_does_not_drift_and_a_line_does_as_its_parts_say():
    assert drift_ratio(cloud(12_000), 100.0) == pytest.approx(1, abs=0.02)
    line = np.column_stack((np.arange(6000.0), np.zeros(6000)))
    # The spread of a straight line is proportional to its length: six parts of it.
    assert drift_ratio(line, 100.0) == pytest.approx(6, rel=1e-3)
    assert math.isnan(drift_ratio(line[:900], 100.0))
    assert math.isnan(drift_ratio(np.full((3000, 2), np.nan), 100.0))


# ---- hull


@given(places)
def test_the_widest_range_is_that_of_all_pairs(points):
    cop_mm = np.array(points)
    apart = spatial.distance.pdist(cop_mm) if len(cop_mm) > 1 else np.zeros(1)
    assert range_2d(cop_mm) == pytest.approx(apart.max(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("n", [3, 5, 2000])
def test_the_hull_of_a_regular_polygon_is_that_polygon(n):
    turn = 2 * np.pi * np.arange(n) / n
    cop_mm = 7 * np.column_stack((np.cos(turn), np.sin(turn)))
    inner = np.concatenate((cop_mm, 0.3 * cop_mm, [[np.nan, 99.0]]))
    assert hull_area(inner) == pytest.approx(n / 2 * 49 * math.sin(2 * math.pi / n))
    assert len(convex_hull(inner)) == n
    if n == 2000:
        assert range_2d(inner) == pytest.approx(14)


def test_one_place_and_a_line_enclose_nothing():
    line = np.column_stack((np.arange(9.0), 2 * np.arange(9.0)))
    assert hull_area(line) == 0
    assert range_2d(line) == pytest.approx(8 * math.sqrt(5))
    assert (hull_area(line[:1]), range_2d(line[:1])) == (0, 0)
    assert range_2d(np.ones((50, 2))) == 0
    assert math.isnan(hull_area(np.full((4, 2), np.nan)))
    assert math.isnan(range_2d(np.empty((0, 2))))


# ---- ellipse, of other kinds


def test_kinds_of_ellipse_are_the_factors_they_are_known_by():
    cop_mm = cloud(1250)
    root = math.sqrt(np.linalg.det(np.cov(cop_mm.T)))
    chi_square = prediction_ellipse(cop_mm, 0.9, "chi_square").area_mm2
    assert chi_square == pytest.approx(math.pi * stats.chi2.ppf(0.9, 2) * root)
    prieto = prediction_ellipse(cop_mm, kind="prieto", by="n").area_mm2
    assert prieto == pytest.approx(6 * math.pi * root * 1249 / 1250)
    with pytest.raises(ValueError, match=r"0\.95"):
        prediction_ellipse(cop_mm, 0.9, "prieto")


def test_the_direction_of_sway_is_told_from_ap():
    for turn_deg in (-80, -30, 0, 20, 90):
        along = np.array([math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))])
        ellipse = prediction_ellipse(np.outer(np.arange(20.0), along) + cloud(20) * 1e-9)
        assert ellipse.direction_deg == pytest.approx(90 - abs(turn_deg), abs=1e-4)
        assert ellipse.eccentricity == pytest.approx(1)
    assert prediction_ellipse(cloud()).eccentricity == pytest.approx(math.sqrt(0.75), abs=0.01)
    assert math.isnan(prediction_ellipse(np.ones((9, 2))).direction_deg)


def test_nothing_has_no_distance_and_a_wrong_shape_is_refused():
    empty = np.full((50, 2), np.nan)
    for measure in (max_distance, distance_percentile, circle_area, sway_correlation, range_ratio):
        assert math.isnan(measure(empty))
    assert math.isnan(mean_position(empty[:, 0]))
    for measure in (range_ratio, sway_correlation, circle_area, hull_area, range_2d):
        with pytest.raises(ValueError, match=r"\(5,\)"):
            measure(np.zeros(5))
    with pytest.raises(ValueError, match=r"\(5, 2\)"):
        drift(np.zeros((5, 2)), 100.0)
    with pytest.raises(ValueError, match="above zero"):
        drift(np.zeros(5), -1.0)
