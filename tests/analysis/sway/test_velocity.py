# SPDX-License-Identifier: Apache-2.0
"""The way the centre of pressure travels, and how fast it is from moment to moment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from solemetry.sway import (
    axis_mean_frequency,
    circle_radius,
    fractal_dimension,
    jerk,
    max_velocity,
    mean_angle,
    path_length,
    phase_plane,
    rms_velocity,
    sway_area_rate,
    turns_index,
    velocity_peaks,
    velocity_sd,
)
from solemetry.sway.trajectory.velocity import velocity


def sine(amplitude_mm=5.0, hz=0.5, fs_hz=1000.0, seconds=20, phase=0.0):
    t_s = np.arange(round(seconds * fs_hz)) / fs_hz
    return amplitude_mm * np.sin(2 * np.pi * hz * t_s + phase)


def circle(radius_mm=5.0, hz=0.5, fs_hz=1000.0, seconds=20):
    return np.column_stack(
        (sine(radius_mm, hz, fs_hz, seconds, np.pi / 2), sine(radius_mm, hz, fs_hz, seconds))
    )


# ---- path


def test_a_circle_sweeps_its_area_once_a_turn():
    assert sway_area_rate(circle(), 1000.0) == pytest.approx(math.pi * 25 * 0.5, rel=1e-4)
    # From a place on the circle: all of it but twice as unevenly, still once a turn.
    assert sway_area_rate(circle(), 1000.0, (5.0, 0.0)) == pytest.approx(
        math.pi * 25 * 0.5, rel=1e-3
    )
    line = np.column_stack((sine(), 2 * sine()))
    assert sway_area_rate(line, 1000.0) == pytest.approx(0, abs=1e-9)


def test_a_sine_gives_prietos_frequency_and_not_its_own():
    # 4 A f / (4 sqrt(2) (2 A / pi)): the known 11 % of that definition.
    expected = 0.5 * math.pi / (2 * math.sqrt(2))
    assert axis_mean_frequency(sine(), 1000.0) == pytest.approx(expected, rel=1e-3)
    assert expected / 0.5 == pytest.approx(1.11, abs=0.001)
    assert math.isnan(axis_mean_frequency(np.ones(50), 1000.0))


def test_turns_are_counted_in_standard_deviations():
    cop_mm = circle(hz=0.5)
    # Radius sqrt(2) after norming, ten turns.
    assert turns_index(cop_mm * (1.0, 9.0)) == pytest.approx(
        10 * 2 * math.pi * math.sqrt(2), rel=1e-3
    )
    assert math.isnan(turns_index(np.column_stack((sine(), 0 * sine()))))


def test_the_mean_angle_of_a_circle_is_45_and_of_a_line_its_own():
    assert mean_angle(circle()) == pytest.approx(45, abs=0.01)
    line = np.outer(np.arange(10.0), (math.sin(0.3), -math.cos(0.3)))
    assert mean_angle(line) == pytest.approx(math.degrees(0.3))
    still_in_between = np.repeat(line, 3, axis=0)
    assert mean_angle(still_in_between) == pytest.approx(math.degrees(0.3))
    assert math.isnan(mean_angle(np.ones((5, 2))))


def test_a_straight_line_has_dimension_one_and_a_winding_path_more():
    line = np.outer(np.arange(1000.0), (0.6, 0.8))
    # As long as it is wide, but for one of 1000 steps.
    assert fractal_dimension(line, path_length(line)) == pytest.approx(1)
    once, ten = circle(hz=0.05), circle(hz=0.5)
    dimensions = [fractal_dimension(cop_mm, 2 * circle_radius(cop_mm)) for cop_mm in (once, ten)]
    n, around = 20_000, 10 * math.pi * 19_999 / 20_000
    assert dimensions[0] == pytest.approx(math.log(n) / math.log(n * 10 / around), rel=1e-6)
    assert dimensions[1] == pytest.approx(math.log(n) / math.log(n * 10 / (10 * around)), rel=1e-6)
    assert math.isnan(fractal_dimension(np.ones((9, 2)), 1.0))
    assert math.isnan(fractal_dimension(line, 0.0))


# ---- velocity


def test_a_circle_is_run_at_one_speed():
    speed = 2 * math.pi * 5 * 0.5
    assert rms_velocity(circle(), 1000.0) == pytest.approx(speed, rel=1e-4)
    assert max_velocity(circle(), 1000.0) == pytest.approx(speed, rel=1e-4)
    assert velocity_sd(circle(), 1000.0) == pytest.approx(0, abs=1e-6)
    assert velocity_sd(circle()[:, 0], 1000.0) == pytest.approx(speed / math.sqrt(2), rel=1e-3)


def test_a_cubic_is_what_savitzky_and_golay_draw_to_the_last_digit():
    t_s = np.arange(40) / 25.0
    axis_mm = 2 - 3 * t_s + 0.5 * t_s**2 + 0.25 * t_s**3
    slope = -3 + t_s + 0.75 * t_s**2
    np.testing.assert_allclose(velocity(axis_mm, 25.0, "savitzky_golay"), slope, atol=1e-9)
    axis_mm[[10, 13]] = np.nan
    with_gaps = velocity(axis_mm, 25.0, "savitzky_golay")
    # Two samples between two gaps are too few.
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(with_gaps)), [10, 11, 12, 13])
    np.testing.assert_allclose(with_gaps[14:], slope[14:], atol=1e-9)


@pytest.mark.parametrize("n", [5, 6, 300])
def test_savitzky_and_golays_slope_is_that_of_scipy(n):
    cop_mm = np.random.default_rng(n).normal(size=(n, 2)).cumsum(axis=0)
    theirs = signal.savgol_filter(cop_mm, 5, 3, deriv=1, delta=0.04, axis=0)
    np.testing.assert_allclose(velocity(cop_mm, 25.0, "savitzky_golay"), theirs, atol=1e-9)


def test_a_sine_crosses_zero_twice_a_turn_and_peaks_at_its_highest_speed():
    highest = 2 * math.pi * 5 * 0.5
    peaks = velocity_peaks(velocity(sine(phase=0.1), 1000.0))
    assert peaks.zero_crossings == 20
    for value in (peaks.positive_mm_s, peaks.negative_mm_s, peaks.all_mm_s):
        assert value == pytest.approx(highest, rel=1e-4)


@given(st.lists(st.integers(-3, 3), max_size=60))
def test_peaks_of_velocity_are_those_a_plain_loop_finds(values):
    sides = [v for v in values if v]
    stretches = []
    for v in sides:
        if stretches and (stretches[-1][0] > 0) == (v > 0):
            stretches[-1].append(v)
        else:
            stretches.append([v])
    inner = [max(stretch, key=abs) for stretch in stretches[1:-1]]
    peaks = velocity_peaks(np.array(values, dtype=float))
    assert peaks.zero_crossings == max(len(stretches) - 1, 0)
    for found, expected in (
        (peaks.positive_mm_s, [v for v in inner if v > 0]),
        (peaks.negative_mm_s, [-v for v in inner if v < 0]),
        (peaks.all_mm_s, [abs(v) for v in inner]),
    ):
        if expected:
            assert found == pytest.approx(np.mean(expected))
        else:
            assert math.isnan(found)


def test_a_gap_ends_a_stretch():
    there = np.array([1.0, -2, 3, -4])
    peaks = velocity_peaks(np.concatenate((there, [np.nan], there)))
    assert peaks.zero_crossings == 6
    assert (peaks.positive_mm_s, peaks.negative_mm_s) == (3, 2)


def test_the_phase_plane_of_a_sine_is_the_root_of_both_powers():
    speed = 2 * math.pi * 5 * 0.5
    expected = math.sqrt((25 + speed**2) / 2)
    assert phase_plane(sine(), velocity(sine(), 1000.0)) == pytest.approx(expected, rel=1e-3)


def test_the_jerk_of_a_circle_is_that_of_its_turning():
    third = 5 * (2 * math.pi * 0.5) ** 3
    seconds = 20 - 0.003
    assert jerk(circle(), 1000.0) == pytest.approx(third**2 * seconds / 2, rel=1e-3)


def test_nothing_has_no_velocity_and_one_sample_neither():
    for cop_mm in (np.full((50, 2), np.nan), np.zeros((1, 2)), np.zeros((0, 2))):
        for measure in (rms_velocity, max_velocity, velocity_sd, jerk, sway_area_rate):
            assert math.isnan(measure(cop_mm, 100.0))
        for measure in (turns_index, mean_angle):
            assert math.isnan(measure(cop_mm))
    assert math.isnan(phase_plane(np.zeros(1), np.zeros(0)))
    with pytest.raises(ValueError, match=r"\(5, 3\)"):
        velocity(np.zeros((5, 3)), 100.0)
    with pytest.raises(ValueError, match="above zero"):
        velocity(np.zeros(5), float("nan"))
