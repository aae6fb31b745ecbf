# SPDX-License-Identifier: Apache-2.0
"""The force curve of a step: known curves have known answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import walks
from hypothesis import given
from hypothesis import strategies as st

from solemetry import gait


def measured(force_n: np.ndarray, fs_hz: float, activity: str = "walking"):
    found = gait.contacts(force_n, fs_hz, "plate", activity)
    return found, gait.landmarks(force_n, fs_hz, found, activity)


@given(
    height_n=st.floats(300, 1500),
    stance_s=st.floats(0.45, 0.9),
    fs_hz=st.sampled_from([200.0, 500.0]),
)
def test_humps_dip_and_impulse_of_a_curve_are_those_of_its_formula(
    height_n: float, stance_s: float, fs_hz: float
) -> None:
    feet, _ = walks.walk(
        fs_hz, steps=8, stride_s=1.5 * stance_s + 0.2, stance_s=stance_s, height_n=height_n
    )
    found, marks = measured(feet["left"], fs_hz)
    top, phase = walks.hump()
    assert marks.f1_n.tolist() == pytest.approx([top * height_n / 1000] * 4, rel=0.002)
    assert marks.f2_n.tolist() == pytest.approx([top * height_n / 1000] * 4, rel=0.002)
    assert marks.fmin_n.tolist() == pytest.approx([0.65 * height_n] * 4, rel=0.002)
    assert marks.f1_percent.tolist() == pytest.approx([100 * phase] * 4, abs=1.5)
    assert marks.fmin_percent.tolist() == pytest.approx([50] * 4, abs=1.5)
    assert marks.f2_percent.tolist() == pytest.approx([100 * (1 - phase)] * 4, abs=1.5)
    impulse = height_n * stance_s * 2 / np.pi * (1 + walks.WOBBLE / 3)
    assert found.impulse_ns.tolist() == pytest.approx([impulse] * 4, rel=0.01)
    assert marks.push_off_impulse_ns.tolist() == pytest.approx([impulse / 2] * 4, rel=0.04)
    assert marks.clear_humps.all()


def test_loading_rates_of_straight_lines_are_their_slopes() -> None:
    # Up by 5000 N/s to 1000 N, down to 600 N, up to 900 N, then down by 4000 N/s.
    t_s, force = [0, 1, 1.2, 1.35, 1.5, 1.725, 3], [0, 0, 1000, 600, 900, 0, 0]
    fs_hz = 200
    sampled = np.interp(np.arange(600) / fs_hz, t_s, force)
    found, marks = measured(sampled, fs_hz)
    row = marks.iloc[0]
    assert row.loading_rate_20_80_n_s == pytest.approx(5000)
    assert row.loading_rate_max_n_s == pytest.approx(5000)
    assert row.loading_rate_3_12_n_s == pytest.approx(5000)
    # From where 20 N is crossed, 4 ms after the line begins.
    assert row.loading_rate_mean_n_s == pytest.approx(1000 / (0.2 - 0.004))
    assert row.unloading_rate_20_80_n_s == pytest.approx(4000)
    assert (row.f1_n, row.fmin_n, row.f2_n) == (1000, 600, 900)
    assert row.f1_percent == pytest.approx(100 * (0.2 - 0.004) / found.duration_s[0])


def test_the_heels_impact_is_not_the_first_hump() -> None:
    feet, moments = walks.walk(500)
    spiked = feet["left"].copy()
    for down in moments["left"]:
        spiked[round((down + 0.02) * 500)] = 2000
    marks = measured(spiked, 500)[1]
    assert marks.f1_n.tolist() == pytest.approx([walks.hump()[0]] * 10, rel=0.002)
    assert (marks.loading_rate_max_n_s > 500_000).all()


def test_noise_moves_the_humps_by_no_more_than_itself() -> None:
    feet, _ = walks.walk(100, steps=40)
    noisy = feet["left"] + np.random.default_rng(2).normal(0, 8, len(feet["left"]))
    marks = measured(noisy, 100)[1]
    top = walks.hump()[0]
    assert np.abs(marks.f1_n - top).max() < 4 * 8
    assert np.abs(marks.f2_n - top).max() < 4 * 8
    assert np.abs(marks.fmin_n - 650).max() < 4 * 8
    assert marks.clear_humps.all()


def test_a_step_without_two_humps_is_said_to_have_none() -> None:
    t_s = np.arange(1000) / 200
    single = 900 * np.sin(np.pi * np.clip((t_s - 1) / 0.7, 0, 1))
    marks = measured(single, 200)[1].iloc[0]
    assert np.isnan([marks.fmin_n, marks.push_off_impulse_ns]).all()
    assert not marks.clear_humps


def test_running_has_no_two_humps_but_an_early_slope() -> None:
    t_s = np.arange(3000) / 500
    run = sum(1800 * np.sin(np.pi * np.clip((t_s - down) / 0.25, 0, 1)) for down in range(1, 6))
    marks = measured(run, 500, "running")[1]
    assert marks.f1_n.isna().all()
    assert marks.fmin_n.isna().all()
    # Of a half sine, with the contact cut where it passes 20 N.
    early, late = (np.sin(np.pi * share) for share in (0.03, 0.12))
    slope = 1800 * (late - early) / (0.09 * 0.25)
    assert marks.loading_rate_3_12_n_s.tolist() == pytest.approx([slope] * 5, rel=0.03)


def test_what_was_not_accepted_is_not_measured() -> None:
    feet, _ = walks.walk(100)
    cut = feet["left"][70:]
    found = gait.contacts(cut, 100)
    marks = gait.landmarks(cut, 100, found)
    assert not found.accepted[0]
    assert marks.f1_n.isna().tolist() == (~found.accepted).tolist()
    assert len(gait.normalized(cut, 100, found)) == found.accepted.sum()


def test_a_curve_over_stance_is_the_same_at_any_rate() -> None:
    for fs_hz in (100.0, 1000.0):
        feet, _ = walks.walk(fs_hz)
        found = gait.contacts(feet["left"], fs_hz)
        curves = gait.normalized(feet["left"], fs_hz, found)
        assert curves.shape == (10, 101)
        # The line between two samples of 100 Hz lies a little below the curve.
        phase = np.linspace(0, 1, 101)
        assert np.abs(curves.mean(axis=0) - walks.stance(phase)).max() < 25


def test_both_belts_of_a_real_walk_have_humps_above_the_body_weight(
    real_data: Callable[[str], Path],
) -> None:
    feet, _ = walks.fukuchi(real_data("gait/fukuchi2018_treadmill/WBDS04walkT05grf.txt"))
    found = gait.analyze(feet["left"], feet["right"], 300, "treadmill")
    for foot in ("left", "right"):
        mean = found.feet.value[foot]
        assert 1.0 < mean["f1_bw"] < 1.4
        assert 0.6 < mean["fmin_bw"] < 0.9
        assert 1.0 < mean["f2_bw"] < 1.4
        assert 15 < mean["f1_percent"] < 30
        assert 70 < mean["f2_percent"] < 85
