# SPDX-License-Identifier: Apache-2.0
"""A contact is found once, where it is, and nowhere else."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import walks
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from solemetry import gait
from solemetry.signal import finite_runs

FUKUCHI = "gait/fukuchi2018_treadmill"
GAITPDB = "gait/physionet_gaitpdb/GaCo01_01.txt"
ALL = list(gait.CONVENTIONS)


def counted_otherwise(force_n: np.ndarray, fs_hz: float) -> np.ndarray:
    """Contacts by a 20 Hz low-pass and 100 N, lasting and apart 100 ms or more, ``(k, 2)``."""
    sections = butter(4, 20, fs=fs_hz, output="sos")
    runs = finite_runs(sosfiltfilt(sections, force_n) > 100)
    apart = runs[1:, 0] - runs[:-1, 1] >= 0.1 * fs_hz
    runs = np.column_stack((runs[np.r_[True, apart], 0], runs[np.r_[apart, True], 1]))
    return runs[runs[:, 1] - runs[:, 0] >= 0.1 * fs_hz]


# ---- where a contact begins and ends ---------------------------------------------------------


def test_times_lie_between_samples_where_a_straight_line_meets_the_threshold() -> None:
    t_s = np.arange(300) / 100
    # Rises by 1000 N/s from 1.003 s on, falls by 2000 N/s to 2.0045 s.
    force_n = np.clip(np.minimum((t_s - 1.003) * 1000, (2.0045 - t_s) * 2000), 0, 500)
    found = gait.contacts(force_n, 100, "plate")
    assert found.on_s.tolist() == pytest.approx([1.003 + 0.020], abs=1e-9)
    assert found.off_s.tolist() == pytest.approx([2.0045 - 0.010], abs=1e-9)
    assert found.peak_n.tolist() == [500.0]


def test_moticon_leaves_at_a_share_of_each_contacts_own_peak() -> None:
    t_s = np.arange(600) / 100
    small = np.clip(np.minimum(t_s - 1, 2 - t_s) * 2000, 0, 600)
    large = np.clip(np.minimum(t_s - 4, 5 - t_s) * 2500, 0, 1000)
    found = gait.contacts(small + large, 100, "moticon")
    assert found.on_s.tolist() == pytest.approx([1 + 55 / 2000, 4 + 55 / 2500])
    assert found.off_s.tolist() == pytest.approx([2 - 60 / 2000, 5 - 100 / 2500])


def test_swing_may_stay_above_the_threshold_of_coming_down_if_it_is_below_that_of_leaving() -> None:
    t_s = np.arange(400) / 100
    humps = np.maximum(*(np.minimum(t_s - begin, begin + 0.8 - t_s) * 5000 for begin in (1, 2.2)))
    force_n = np.clip(humps, np.where((t_s > 1) & (t_s < 2.6), 70, 0), 1000)
    found = gait.contacts(force_n, 100, "moticon")
    # Comes down where it had to be to have left: 10 % of 1000 N.
    assert found.on_s.tolist() == pytest.approx([1 + 55 / 5000, 2.2 + 100 / 5000], abs=0.005)
    assert found.off_s.tolist() == pytest.approx([1.8 - 100 / 5000, 3.0 - 100 / 5000])


def test_an_insole_that_stays_laced_in_has_its_zero_in_swing() -> None:
    rng = np.random.default_rng(1)
    feet, moments = walks.walk(100)
    laced_in = feet["left"] + 45 + rng.normal(0, 6, len(feet["left"]))
    found = gait.contacts(laced_in, 100, "insole")
    assert found.attrs["noise_n"] == pytest.approx(6, rel=0.15)
    assert found.attrs["on_n"] == pytest.approx(30, rel=0.15)
    assert found.attrs["offset_n"] == pytest.approx(45, abs=1)
    assert np.abs(found.on_s - moments["left"]).max() < 0.015


@given(
    fs_hz=st.sampled_from([80.0, 100.0, 300.0, 1000.0]),
    offset_n=st.floats(-60, 60),
    noise_n=st.floats(0, 6),
    stance_s=st.floats(0.4, 0.8),
    drift_n=st.floats(-40, 40),
    seed=st.integers(0, 1000),
)
def test_every_step_is_found_once_whatever_the_zero_the_noise_and_the_drift(
    fs_hz: float, offset_n: float, noise_n: float, stance_s: float, drift_n: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    feet, moments = walks.walk(fs_hz, steps=12, stride_s=1.3 * stance_s + 0.3, stance_s=stance_s)
    clean, down = feet["right"], moments["right"]
    drift = np.linspace(0, drift_n, len(clean))
    found = gait.contacts(
        clean + offset_n + drift + rng.normal(0, noise_n, len(clean)), fs_hz, "treadmill"
    )
    assert len(found) == len(down)
    assert found.accepted.all()
    assert np.abs(found.on_s - down).max() < 0.012
    assert np.abs(found.off_s - down - stance_s).max() < 0.012


def test_swing_linear_takes_out_a_drift_that_a_constant_leaves_in() -> None:
    feet, _ = walks.walk(300, steps=40)
    drift = np.linspace(-50, 50, len(feet["left"]))
    true_n = walks.hump()[0]
    followed = gait.contacts(feet["left"] + drift, 300, "treadmill")
    constant = gait.contacts(feet["left"] + drift, 300, "plate")
    assert np.abs(followed.peak_n - true_n).max() < 2.5
    assert np.abs(constant.peak_n - true_n).max() > 30


# ---- real walks ------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", ["WBDS04walkT05grf.txt", "WBDS04walkT07grf.txt"])
@pytest.mark.parametrize("belt", ["left", "right"])
@pytest.mark.parametrize("convention", ["plate", "treadmill"])
def test_contacts_of_each_raw_belt_are_those_of_an_independent_count(
    real_data: Callable[[str], Path], trial: str, belt: str, convention: str
) -> None:
    force_n = walks.fukuchi(real_data(f"{FUKUCHI}/{trial}"))[0][belt]
    counted = counted_otherwise(force_n, 300)
    found = gait.contacts(force_n, 300, convention)
    assert 29 <= len(counted) <= 35
    assert len(found) == len(counted)
    # Each is the other's: nearly the same beginning and end, for all that the filter smears.
    assert np.abs(found[["start", "stop"]].to_numpy() - counted).max() < 0.05 * 300
    # Only what the file cuts is rejected.
    assert set(found.index[~found.accepted]) <= {0, len(found) - 1}
    whole = found[found.accepted]
    assert whole.duration_s.std() / whole.duration_s.mean() < 0.05
    assert np.diff(whole.on_s).std() / np.diff(whole.on_s).mean() < 0.03


def test_a_belt_that_reads_less_than_nothing_in_swing_gets_its_zero(
    real_data: Callable[[str], Path],
) -> None:
    force_n = walks.fukuchi(real_data(f"{FUKUCHI}/WBDS04walkT05grf.txt"))[0]["right"]
    found = gait.contacts(force_n, 300, "plate")
    offset_n = found.attrs["offset_n"]
    assert -26 < offset_n < -20
    as_it_came = [force_n[a:b].max() for a, b in found[["start", "stop"]].to_numpy()]
    assert found.peak_n.tolist() == pytest.approx([peak - offset_n for peak in as_it_came], abs=0.1)


def test_no_step_of_two_minutes_is_lost_and_the_stride_is_steady(
    real_data: Callable[[str], Path],
) -> None:
    feet = walks.gaitpdb(real_data(GAITPDB))
    for cells in feet.values():
        force_n = cells.sum(axis=1)
        found = gait.contacts(force_n, 100, "insole")
        assert len(found) == len(counted_otherwise(force_n, 100))
        assert found.accepted.sum() >= len(found) - 4  # the ends, and turns
        between = np.diff(found.on_s[found.on_known])
        median_s = np.median(between)
        assert median_s == pytest.approx(1.23, abs=0.02)
        assert 1.4826 * np.median(np.abs(between - median_s)) / median_s < 0.03
        # All but those of four turns within 15 %.
        assert (np.abs(between / median_s - 1) > 0.15).sum() <= 4


# ---- what is no whole step -------------------------------------------------------------------


def test_contacts_cut_by_the_ends_of_the_recording_are_kept_and_not_accepted() -> None:
    feet, _ = walks.walk(100, steps=12, first_s=0.5)
    cut = feet["left"][round(0.5 * 100) + 30 : round((0.5 + 5 * 1.1) * 100) + 30]
    found = gait.contacts(cut, 100)
    assert found.reason.tolist()[0] == "begins before the recording"
    assert found.reason.tolist()[-1] == "ends after the recording"
    assert found.accepted.tolist() == [False, True, True, True, True, False]
    assert found.on_known.tolist() == [False, True, True, True, True, True]
    assert found.off_known.tolist() == [True, True, True, True, True, False]


@pytest.mark.parametrize("dropped", [np.nan, 0.0])
@pytest.mark.parametrize("convention", ALL)
def test_a_dropout_within_a_stance_does_not_split_it(dropped: float, convention: str) -> None:
    feet, moments = walks.walk(100)
    force_n = feet["left"].copy()
    whole = gait.contacts(force_n, 100, convention)
    middle = round((moments["left"][3] + 0.34) * 100)
    force_n[middle : middle + 9] = dropped
    found = gait.contacts(force_n, 100, convention)
    assert found.on_s.tolist() == pytest.approx(whole.on_s.tolist())
    assert found.off_s.tolist() == pytest.approx(whole.off_s.tolist())
    assert found.accepted.all()
    assert found.bridged_s.tolist() == pytest.approx([0, 0, 0, 0.09, *[0] * 6])
    assert found.impulse_ns[3] == pytest.approx(whole.impulse_ns[3], rel=0.02)


def test_a_lost_reading_of_an_insole_with_an_offset_is_no_dip_of_mid_stance() -> None:
    feet, moments = walks.walk(100)
    laced_in = feet["left"] + 45
    middle = round((moments["left"][3] + 0.34) * 100)
    laced_in[middle - 2 : middle + 3] = 0
    found = gait.analyze(laced_in, feet["right"] + 45, 100)
    least = found.steps[(found.steps.foot == "left")].fmin_n
    assert least.min() > 640


def test_a_gap_too_long_to_bridge_rejects_the_step_and_only_that() -> None:
    feet, moments = walks.walk(100)
    force_n = feet["left"].copy()
    middle = round((moments["left"][3] + 0.3) * 100)
    force_n[middle : middle + 15] = np.nan
    found = gait.contacts(force_n, 100)
    around = found.on_s.between(moments["left"][3] - 0.1, moments["left"][3] + 0.7)
    assert (found.reason[around] == "a gap too long to bridge").all()
    assert found.accepted[~around].all()
    assert (~around).sum() == 9


def test_a_gap_at_heel_contact_makes_that_time_not_known() -> None:
    feet, moments = walks.walk(100)
    force_n = feet["left"].copy()
    heel = round(moments["left"][3] * 100)
    force_n[heel - 2 : heel + 4] = np.nan
    found = gait.contacts(force_n, 100)
    assert len(found) == 10
    assert found.on_known.tolist() == [n != 3 for n in range(10)]
    assert found.off_known.all()


def test_standing_still_in_the_middle_of_a_walk_is_no_step() -> None:
    feet, _ = walks.walk(100)
    force_n = np.concatenate((feet["left"], np.full(400, 500.0), feet["left"]))
    found = gait.contacts(force_n, 100)
    assert found.accepted.sum() == 20
    assert found.reason[10].startswith("much longer")


def test_a_scuff_in_swing_is_no_step() -> None:
    feet, moments = walks.walk(100)
    force_n = feet["left"].copy()
    swing = round((moments["left"][4] + 0.80) * 100)
    force_n[swing : swing + 12] = 400
    found = gait.contacts(force_n, 100)
    assert found.reason[found.reason != ""].str.startswith("much shorter").tolist() == [True]
    assert found.accepted.sum() == 10


def test_a_light_touch_in_swing_is_not_even_a_contact() -> None:
    feet, moments = walks.walk(100)
    force_n = feet["left"].copy()
    swing = round((moments["left"][4] + 0.80) * 100)
    force_n[swing : swing + 15] = 100
    assert len(gait.contacts(force_n, 100)) == 10


def test_running_has_a_shorter_least_contact_than_walking() -> None:
    t_s = np.arange(3000) / 300
    sprint = sum(2000 * np.sin(np.pi * (t_s - down) / 0.085) * ((t_s > down) & (t_s < down + 0.085))
                 for down in np.arange(0.5, 9, 0.45))  # fmt: skip
    assert len(gait.contacts(sprint, 300, "treadmill", activity="running")) == 19
    assert len(gait.contacts(sprint, 300, "treadmill")) == 0


@pytest.mark.parametrize("convention", ALL)
@pytest.mark.parametrize(
    "force_n",
    [
        np.empty(0),
        np.zeros(500),
        np.full(500, np.nan),
        np.random.default_rng(1).normal(0, 3, 500),
        np.random.default_rng(1).normal(-25, 6, 500),
    ],
    ids=["nothing", "zeros", "all missing", "noise", "noise below zero"],
)
def test_where_nobody_walks_there_are_no_contacts(force_n: np.ndarray, convention: str) -> None:
    assert len(gait.contacts(force_n, 100, convention)) == 0


@pytest.mark.parametrize("convention", ALL)
def test_standing_on_it_all_the_time_is_no_step_and_no_zero(convention: str) -> None:
    sway = 350 + 40 * np.sin(np.arange(3000) / 100) + np.random.default_rng(1).normal(0, 3, 3000)
    found = gait.contacts(sway, 100, convention)
    assert len(found) == 1
    assert not found.accepted.any()
    assert found.attrs["zero"].startswith(("force as it came", "no swing"))


def test_the_examples_do_what_they_say() -> None:
    failed, tried = doctest.testmod(import_module("solemetry.gait.ground_contact"))
    assert tried >= 3
    assert not failed


def test_wrong_arguments_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"no contact rules called 'plates'.*Known: plate"):
        gait.contacts(np.zeros(10), 100, "plates")
    with pytest.raises(ValueError, match="activity called 'hopping'"):
        gait.contacts(np.zeros(10), 100, activity="hopping")
    with pytest.raises(ValueError, match=r"shape \(10, 2\)"):
        gait.contacts(np.zeros((10, 2)), 100)
    with pytest.raises(ValueError, match="sampling rate is 0"):
        gait.contacts(np.zeros(10), 0)
