# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

import solemetry as sm
from solemetry.signal import NO_FILTER, Filter
from solemetry.sway import (
    duration_checks,
    noise_of_dead_weight,
    prepare,
    quality_report,
    standing,
)

FS_HZ = 100.0


def stance(seconds=30.0, seed=0):
    return 700 + 3 * np.random.default_rng(seed).normal(size=round(seconds * FS_HZ))


# ---- force


def test_who_stands_all_the_time_steps_off_never():
    found = standing(stance(), FS_HZ)
    assert found.mean_n == pytest.approx(700, abs=0.5)
    assert found.sd_n == pytest.approx(3, rel=0.1)
    assert found.body_weight_n == pytest.approx(700, abs=0.5)
    assert (found.step_offs_s, found.dropouts_s, found.off_pct) == ((), (), 0.0)


def test_a_foot_on_the_floor_is_a_step_off_and_a_lost_reading_is_a_dropout():
    force_n = stance()
    force_n[1000:1150] = 350.0  # one of two feet beside the plate
    force_n[2000:2003] = 0.0
    found = standing(force_n, FS_HZ)
    assert found.step_offs_s == ((10.0, 11.5),)
    assert found.dropouts_s == ((20.0, 20.03),)
    assert found.off_pct == pytest.approx(100 * 153 / 3000)


@pytest.mark.parametrize(("samples", "off"), [(9, False), (10, True)])
def test_a_tenth_of_a_second_decides(samples, off):
    force_n = stance()
    force_n[500 : 500 + samples] = 100.0
    found = standing(force_n, FS_HZ)
    assert (len(found.step_offs_s), len(found.dropouts_s)) == (int(off), int(not off))


def test_missing_samples_neither_begin_nor_end_a_step_off():
    force_n = stance()
    force_n[1000:1100] = 200.0
    force_n[1040:1060] = np.nan
    force_n[2000:2100] = np.nan
    found = standing(force_n, FS_HZ)
    assert found.step_offs_s == ((10.0, 11.0),)
    assert found.off_pct == pytest.approx(100 * 80 / 2880)


def test_body_weight_and_share_can_be_given():
    force_n = stance()
    force_n[:2000] = 500.0  # for most of the trial
    assert standing(force_n, FS_HZ).step_offs_s == ()
    assert standing(force_n, FS_HZ, 700.0).step_offs_s == ((0.0, 20.0),)
    assert standing(force_n, FS_HZ, 700.0, share=0.6).step_offs_s == ()


def test_a_real_recording_with_dropouts_shows_them(real_data):
    # The export has seven rows of nothing but zeros (README beside the data).
    table = np.loadtxt(real_data("posture/amti_motive/test.csv"), delimiter=",", skiprows=35)
    found = standing(table[:, 5], FS_HZ)
    lost = round(sum(end_s - start_s for start_s, end_s in found.dropouts_s) * FS_HZ)
    assert lost == 7
    assert found.step_offs_s == ()


@pytest.mark.parametrize("trial", ["BDS00001", "BDS00007", "BDS00037", "BDS00043"])
def test_in_real_trials_of_standing_nobody_steps_off(real_data, trial):
    stream = sm.open(real_data(f"posture/bds_raw/{trial}.txt")).stream
    found = standing(stream.force_n, stream.fs_hz)
    assert found.step_offs_s == found.dropouts_s == ()
    assert found.sd_n / found.mean_n < 0.02


@pytest.mark.parametrize("force_n", [np.empty(0), np.full(10, np.nan)])
def test_of_no_force_nothing_is_known(force_n):
    found = standing(force_n, FS_HZ)
    assert np.isnan([found.mean_n, found.sd_n, found.body_weight_n, found.off_pct]).all()
    assert found.step_offs_s == ()


def test_one_sample_is_no_spread():
    assert standing(np.array([700.0]), FS_HZ).mean_n == 700.0
    assert np.isnan(standing(np.array([700.0]), FS_HZ).sd_n)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        standing(stance(), 0.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        standing(stance(), FS_HZ, share=80)
    with pytest.raises(ValueError, match="shape"):
        standing(np.zeros((3, 2)), FS_HZ)


# ---- recommendations


@pytest.mark.parametrize(
    ("duration_s", "fs_hz", "repeats", "lowpass", "met"),
    [
        # Scoppa: 25 s, 50 Hz. Ruhe: 90 s or three trials, 100 Hz, 10 Hz.
        (90.0, 100.0, 1, Filter(10.0), [True] * 5),
        (25.0, 50.0, 3, Filter(5.0), [True, True, True, False, False]),
        (24.9, 99.0, 1, NO_FILTER, [False, True, False, True, False]),
        (60.0, 40.0, 5, None, [True, False, True, False]),
        (float("nan"), float("nan"), 1, None, [False] * 4),
    ],
)
def test_what_is_recommended_is_said_and_never_refused(duration_s, fs_hz, repeats, lowpass, met):
    checks = duration_checks(duration_s, fs_hz, repeats, lowpass)
    assert [check.met for check in checks] == met
    assert [check.basis for check in checks[:4]] == ["Scoppa 2013"] * 2 + ["Ruhe 2010"] * 2
    for check in checks:
        assert check.words.endswith(".")
        assert ("recommended" in check.words) == (not check.met)


def test_trials_are_counted_in_good_words():
    one, three = (duration_checks(30.0, 100.0, repeats)[2].words for repeats in (1, 3))
    assert one.startswith("Long: 30 s, 1 trial; recommended")
    assert three == "Long: 30 s, 3 trials."


# ---- all together


def trial_of(seconds=30.0, **choices):
    n = round(seconds * FS_HZ)
    cop_mm = np.random.default_rng(3).normal(size=(n, 2)).cumsum(axis=0)
    return prepare(np.arange(n) / FS_HZ, cop_mm, **choices)


def test_the_report_says_what_was_measured_and_what_was_done():
    force_n = stance()
    force_n[1000:1100] = 100.0
    still_mm = np.random.default_rng(1).normal(scale=0.2, size=(6000, 2))
    noise = noise_of_dead_weight(still_mm, FS_HZ, np.full(6000, 700.0))
    table = quality_report(
        trial_of(lowpass=Filter(10.0), start_s=2.0, end_s=1.0), force_n=force_n, noise=noise
    )
    value = table.value
    assert value["measured_rate"] == pytest.approx(100.0)
    assert value["filter"] == "Butterworth, zero phase, effective order 4, 10 Hz (-6 dB)"
    assert (value["trimmed_start"], value["trimmed_end"]) == pytest.approx((2.0, 1.0))
    assert (value["n"], value["duration"]) == (2700, pytest.approx(26.99))
    assert value["step_offs"] == 1
    assert table.note["step_offs"] == "10.00 to 11.00 s"
    assert value["noise_ml"] == pytest.approx(0.2, rel=0.05)
    assert value["noise_velocity"] == pytest.approx(
        0.2 * np.sqrt(np.pi / 2 * Filter(10.0).step_gain(100.0)) * 100, rel=0.05
    )
    assert value["missing"] == value["interpolated"] == 0.0
    assert table.index.is_unique
    assert table.definition.str.len().min() > 5
    # 2.6 of the reference: nothing of it is left out.
    assert {"jitter", "min_step", "max_step", "detrend", "units", "mean_force", "force_sd"} <= set(
        table.index
    )
    checks = value[table.index.str.startswith("check")]
    assert checks.tolist() == [True, True, False, True, True]


def test_what_was_not_given_is_left_out():
    index = quality_report(trial_of()).index
    assert not {"mean_force", "step_offs", "noise_ml", "noise_velocity"} & set(index)


def test_duration_counts_steps_and_not_gaps():
    t_s = np.delete(np.arange(3000) / FS_HZ, range(1000, 1500))
    table = quality_report(prepare(t_s, np.zeros((2500, 2)), FS_HZ, lowpass=NO_FILTER))
    assert table.value["n"] == 2500
    assert table.value["duration"] == pytest.approx(24.98)
    assert table.value["missing"] == pytest.approx(100 * 500 / 3000)
    assert not table.value["check Scoppa 2013 1"]
