# SPDX-License-Identifier: Apache-2.0
"""A trial as the battery prepares it."""

from __future__ import annotations

import numpy as np
import pytest

from solemetry.resampling import swarii
from solemetry.signal import lowpass
from solemetry.sway.conventions import CONVENTIONS, get
from solemetry.sway.trial import SLOW_HZ, Trial


def turning(fs_hz, seconds=30, hz=0.8):
    turn = 2 * np.pi * hz * np.arange(round(seconds * fs_hz)) / fs_hz
    return 5 * np.column_stack((np.sin(turn), np.cos(turn))) + (120.0, -40.0)


@pytest.mark.parametrize("fs_hz", [25.0, 80.0, 100.0, 93.7, 1000.0])
def test_complexity_looks_at_the_same_movement_at_20_hz(fs_hz):
    slow_mm = Trial.prepare(turning(fs_hz), fs_hz, get("bmclab")).slow_mm
    assert len(slow_mm) == pytest.approx(30 * SLOW_HZ, abs=2)
    expected = turning(SLOW_HZ) - turning(SLOW_HZ)[0]
    inner = slice(20, len(slow_mm) - 22)
    np.testing.assert_allclose(slow_mm[inner], expected[inner], atol=0.05)


def test_a_slower_trial_stays_as_it_is():
    trial = Trial.prepare(turning(15.0), 15.0, get("bmclab"))
    np.testing.assert_array_equal(trial.slow_mm, trial.cop_mm)


def test_what_would_fold_down_is_gone():
    fast = turning(100.0) * 0
    fast[:, 0] = np.sin(2 * np.pi * 19 * np.arange(len(fast)) / 100)  # would be seen as 1 Hz
    slow_mm = Trial.prepare(fast, 100.0, get("bmclab")).slow_mm
    assert np.abs(slow_mm[20:-20]).max() < 0.01


def test_a_convention_that_resamples_leaves_off_both_ends_first():
    cop_mm = turning(100.0)
    trial = Trial.prepare(cop_mm, 100.0, get("quijoux2021"))
    t_s = np.arange(len(cop_mm))[10:-1] / 100
    expected = lowpass(swarii(t_s, cop_mm[10:-1])[1], 25.0, 10.0, order=4)
    assert trial.fs_hz == 25
    np.testing.assert_allclose(trial.cop_mm + trial.origin_mm, expected, atol=1e-9)
    np.testing.assert_allclose(trial.mean_mm + trial.origin_mm, cop_mm.mean(axis=0))


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_one_missing_axis_is_a_missing_sample(convention):
    cop_mm = turning(100.0)
    cop_mm[500, 0] = cop_mm[501, 1] = np.nan
    trial = Trial.prepare(cop_mm, 100.0, get(convention))
    np.testing.assert_array_equal(*np.isnan(trial.cop_mm.T))
    resampled = trial.choices.swarii_hz is not None
    assert trial.gaps == (0 if resampled else 1)
    assert trial.n == len(trial.cop_mm) - (0 if resampled else 2)
    assert trial.steps == trial.n - 1 - trial.gaps
