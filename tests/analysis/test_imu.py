# SPDX-License-Identifier: Apache-2.0
"""Turns of the foot: rotations with known answers, made walks, and a real one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
import walks
from scipy.spatial.transform import Rotation

import solemetry as sm
from solemetry import imu, layouts
from solemetry.errors import UnavailableError
from solemetry.session.model import Motion
from solemetry.signal import lowpass
from solemetry_host.sim.feet import Feet
from solemetry_host.sim.person import TWO_LEGS, Person

FS_HZ = 100.0
WALK = "gait/moticon_opengo/230927_102114.txt"
OURS = sm.SensorLayout.builtin("insole-16-esp32s3")
POD = imu.mounting_of(OURS, "right")


def motion(acceleration_g, turn_rate_dps, fs_hz=FS_HZ):
    acceleration_g, turn_rate_dps = np.broadcast_arrays(acceleration_g, turn_rate_dps)
    n = len(turn_rate_dps)
    return Motion("insole-imu", fs_hz, np.arange(n) / fs_hz, acceleration_g, turn_rate_dps, n)


def lying(turn_rate_dps):
    """A sensor that lies as in our pod."""
    return motion(np.array([0.0, 0.0, 1.0]), np.asarray(turn_rate_dps, dtype=float))


# ---- mounting ----------------------------------------------------------------------------------


def mountings() -> Iterator[imu.Mounting]:
    """All 48 ways to name three axes."""
    for axes, signs in product(permutations("xyz"), product("+-", repeat=3)):
        right, toes, up = (sign + axis for sign, axis in zip(signs, axes, strict=True))
        yield imu.Mounting(right, toes, up, "test")


def felt(mounting, vector, *, turns):
    """What a sensor reads of a vector ``(right, toes, up)``; mirrored ones mirror turns."""
    frame = np.array([
        np.eye(3)["xyz".index(axis[1])] * float(f"{axis[0]}1")
        for axis in (mounting.right, mounting.toes, mounting.up)
    ])  # fmt: skip
    return np.array(vector) @ frame * (np.linalg.det(frame) if turns else 1)


@pytest.mark.parametrize("mounting", list(mountings()), ids=str)
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_foot_turns_as_named_however_the_sensor_lies(mounting, side):
    turn = np.array([20.0, -30.0, 40.0])
    rates = imu.foot_rates(
        motion(felt(mounting, (0, 0, 1), turns=False), felt(mounting, turn, turns=True)[None]),
        mounting, side,
    )  # fmt: skip
    # What the foot does in a moment, by rotations of another library: right, toes, up.
    lateral = np.array([1.0 if side == "right" else -1.0, 0, 0])
    after = Rotation.from_rotvec(np.radians(turn) * 1e-6)
    toes, edge = after.apply([0, 1, 0]), after.apply(lateral)
    per_s = np.degrees(1) * 1e6
    assert rates.pitch_dps[0] == pytest.approx(toes[2] * per_s, abs=1e-3)
    assert rates.roll_dps[0] == pytest.approx(-edge[2] * per_s, abs=1e-3)
    assert rates.yaw_dps[0] == pytest.approx(toes @ lateral * per_s, abs=1e-3)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_simulated_pod_lies_as_the_convention_says(side):
    person = Person(TWO_LEGS, heel_raises_s=(5.0,))
    t_s = np.arange(0.0, 15.0, 1 / FS_HZ)
    sensed = Feet(person, OURS).motion(side, t_s)
    rates = imu.foot_rates(motion(sensed[:, :3], sensed[:, 3:]), POD, side)
    # Its heel goes up by 18 degrees and comes down again.
    pitch_deg = np.cumsum(rates.pitch_dps) / FS_HZ
    assert pitch_deg.min() == pytest.approx(-18, abs=0.2)
    assert pitch_deg[[0, -1]] == pytest.approx([0, 0], abs=0.01)
    assert np.abs(rates.roll_dps).max() == 0


@pytest.mark.parametrize("layout", [layouts.stappone("left"), layouts.loadsol("left")])
def test_axes_that_nobody_named_are_not_guessed(layout):
    with pytest.raises(UnavailableError, match="not known") as refusal:
        imu.mounting_of(layout, "left")
    assert "imu.Mounting" in refusal.value.remedy


def test_what_are_no_three_axes_is_refused():
    for axes in (("+x", "-x", "+z"), ("x", "+y", "+z"), ("+x", "+y", "+w")):
        with pytest.raises(ValueError, match="ax"):
            imu.Mounting(*axes, "test")


def test_a_sensor_that_lies_otherwise_is_refused():
    for up_g in ([0, 0, -1.0], [1.0, 0, 0], [np.nan] * 3):
        with pytest.raises(UnavailableError, match="point up"):
            imu.foot_rates(motion(np.array(up_g, dtype=float), np.zeros((5, 3))), POD, "left")


# ---- swings and strides ------------------------------------------------------------------------


def walking(fs_hz=FS_HZ, steps=60, pace=1.0, seed=0):
    """Contacts of a left foot, and the pitch rate of one whose swings have their top midway."""
    feet, moments = walks.walk(fs_hz, steps)
    contacts = sm.gait.contacts(feet["left"], fs_hz, "plate")
    t_s = np.arange(len(feet["left"])) / fs_hz * pace
    tops_s = moments["left"][:-1] + 0.68 + 0.21
    away_s = t_s[:, None] - tops_s
    bumps = 320 * np.exp(-((away_s / 0.12) ** 2)) - 260 * np.exp(-(((away_s + 0.3) / 0.06) ** 2))
    noise = np.random.default_rng(seed).normal(0, 5, len(t_s))
    return contacts, bumps.sum(axis=1) + noise, tops_s


@pytest.mark.parametrize("fs_hz", [50.0, 100.0, 200.0])
def test_each_swing_has_one_top_at_its_time(fs_hz):
    _, pitch_dps, tops_s = walking(fs_hz)
    peaks_s = imu.swing_peaks(pitch_dps, fs_hz)
    assert len(peaks_s) == len(tops_s)
    np.testing.assert_allclose(np.diff(peaks_s), np.diff(tops_s), atol=0.01)


def test_who_stands_has_no_swings():
    noise = np.random.default_rng(1).normal(0, 20, 6000)
    assert len(imu.swing_peaks(noise, FS_HZ)) == 0
    assert len(imu.swing_peaks(np.full(500, np.nan), FS_HZ)) == 0
    assert len(imu.swing_peaks(np.empty(0), FS_HZ)) == 0


def test_strides_from_turns_and_from_forces_agree():
    contacts, pitch_dps, _ = walking(steps=80)
    both = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    assert both.agree
    assert both.notes == ()
    assert both.summary.valid.all()
    bias = both.summary.loc["difference_s"]
    assert bias.n == len(contacts[contacts.accepted]) - 2
    assert abs(bias.value) < 0.002
    assert bias["sd"] < 0.005
    assert both.summary.value["stride_imu_s"] == pytest.approx(1.1, abs=0.002)


def test_a_clock_that_runs_otherwise_is_told():
    contacts, pitch_dps, _ = walking(steps=80, pace=1.03)
    both = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    assert not both.agree
    assert not both.summary.valid.any()


def test_steps_that_only_the_forces_know_are_told():
    contacts, pitch_dps, tops_s = walking(steps=80)
    pitch_dps[round((tops_s[10] - 0.5) * FS_HZ) : round((tops_s[14] + 0.5) * FS_HZ)] = 0.0
    both = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    assert not both.agree
    assert both.summary.value["swings_without_turn"] == 5
    assert "5 of" in both.notes[0]
    assert both.strides.difference_s.abs().max() < 0.02


def test_a_gap_takes_the_strides_it_hides_and_is_no_disagreement():
    contacts, pitch_dps, tops_s = walking(steps=80)
    whole = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    lost = np.random.default_rng(2).random(len(pitch_dps)) < 0.05
    pitch_dps[lost] = np.nan
    few = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    assert few.agree
    assert len(few.strides) == len(whole.strides)
    pitch_dps[round((tops_s[10] - 0.3) * FS_HZ) : round((tops_s[12] + 0.3) * FS_HZ)] = np.nan
    holed = imu.stride_agreement(pitch_dps, FS_HZ, contacts)
    assert holed.agree
    assert len(whole.strides) - len(holed.strides) == 4
    assert holed.strides.difference_s.abs().max() < 0.02


def test_nothing_to_compare_is_said():
    contacts, pitch_dps, _ = walking()
    for table, turn in ((contacts[:0], pitch_dps), (contacts[:1], pitch_dps),
                        (contacts, np.full(len(pitch_dps), np.nan))):  # fmt: skip
        both = imu.stride_agreement(turn, FS_HZ, table)
        assert not both.agree
        assert both.notes == ("no stride is known both ways",)


# ---- steps -------------------------------------------------------------------------------------


def test_each_window_has_the_fastest_turn_in_it():
    contacts, _, _ = walking(steps=10)
    n = round((contacts.off_s.max() + 0.5) * FS_HZ)
    pitch_dps, roll_dps = np.zeros(n), np.zeros(n)
    second = contacts.iloc[1]
    at = lambda t_s: round(t_s * FS_HZ)  # noqa: E731
    roll_dps[at(second.on_s + 0.05)], roll_dps[at(second.on_s + 0.08)] = 120.0, -90.0
    roll_dps[at(second.on_s + 0.15)] = 500.0
    pitch_dps[at(second.on_s + 0.04)], pitch_dps[at(second.off_s - 0.05)] = -210.0, -400.0
    pitch_dps[at(second.on_s - 0.2)] = 310.0
    rates = imu.foot_rates(lying(np.column_stack((pitch_dps, roll_dps, np.zeros(n)))), POD, "right")
    table = imu.describe_steps(rates, FS_HZ, contacts)
    assert table.iloc[1, 1:].to_dict() == {
        "inversion_rate_dps": 120, "eversion_rate_dps": 90, "landing_pitch_rate_dps": 210,
        "push_off_pitch_rate_dps": 400, "swing_pitch_rate_dps": 310,
    }  # fmt: skip
    assert np.isnan(table.swing_pitch_rate_dps[0])
    np.testing.assert_array_equal(table.iloc[2, 1:].to_numpy(float), 0)


def test_a_window_with_a_missing_sample_has_no_value():
    contacts, _, _ = walking(steps=10)
    turn = np.full((round(contacts.off_s.max() * FS_HZ) + 20, 3), 100.0)
    turn[round((contacts.on_s[2] + 0.05) * FS_HZ)] = np.nan
    table = imu.describe_steps(imu.foot_rates(lying(turn), POD, "left"), FS_HZ, contacts)
    landing = ["inversion_rate_dps", "eversion_rate_dps", "landing_pitch_rate_dps"]
    assert table.loc[2, landing].isna().all()
    assert table.loc[3, landing].notna().all()
    assert table.swing_pitch_rate_dps[2] == 100


# ---- a real walk -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["left", "right"])
def foot(request, real_data):
    """One foot of a walk: side, force, motion, its turns, its contacts."""
    session = sm.open(real_data(WALK))
    insole = session.streams[f"insole-{request.param}"]
    sensed = session.motion[f"insole-{request.param}-imu"]
    mounting = imu.mounting_of(insole.layout, request.param)
    rates = imu.foot_rates(sensed, mounting, request.param)
    contacts = sm.gait.contacts(insole.force_n, insole.fs_hz, "moticon")
    return request.param, insole, sensed, rates, contacts


def test_strides_of_a_real_walk_agree_with_forces_and_with_the_acceleration(foot):
    _, insole, sensed, rates, contacts = foot
    both = imu.stride_agreement(rates.pitch_dps, insole.fs_hz, contacts)
    assert both.agree
    assert both.summary.value["swings_without_turn"] == 0
    assert abs(both.summary.value["difference_s"]) < 0.02
    assert both.strides.difference_s.abs().max() < 0.1
    # The lag at which the size of the acceleration repeats itself: no events at all.
    used = contacts[contacts.accepted]
    first, last = (round(t_s * insole.fs_hz) for t_s in (used.on_s.iloc[1], used.on_s.iloc[-1]))
    size_g = pd.Series(np.linalg.norm(sensed.acceleration_g, axis=1)[first:last])
    lags = np.arange(80, 180)
    stride_s = lags[np.argmax([size_g.autocorr(lag) for lag in lags])] / insole.fs_hz
    assert both.summary.value["stride_imu_s"] == pytest.approx(stride_s, rel=0.03)


def test_the_axes_found_in_a_real_walk_are_what_a_foot_can_do(foot):
    _, insole, sensed, rates, contacts = foot
    used = contacts[contacts.accepted]
    # Gravity turns in the sensor's frame against the sensor's turn, da/dt = -w x a, if turns and
    # acceleration have the same axes.
    still_g = lowpass(sensed.acceleration_g, sensed.fs_hz, 6)
    turn = lowpass(np.radians(sensed.turn_rate_dps), sensed.fs_hz, 6)
    expected = -np.cross(turn, still_g)
    found = np.gradient(still_g, axis=0) * sensed.fs_hz
    slow = (np.abs(np.linalg.norm(still_g, axis=1) - 1) < 0.08) & (insole.force_n > 150)
    slow &= np.isfinite(found).all(axis=1)
    for axis in (0, 1):
        assert np.corrcoef(found[slow, axis], expected[slow, axis])[0, 1] > 0.5
    table = imu.describe_steps(rates, insole.fs_hz, contacts)
    # Heels rise at push-off, toes in swing; a foot that lands on its heel puts the toes down.
    assert (table.push_off_pitch_rate_dps.dropna() > 100).all()
    assert (table.swing_pitch_rate_dps.dropna() > 200).all()
    assert (table.landing_pitch_rate_dps > 50).all()
    # The heel comes down inverted and everts (s12891-021-04364-9), the left one as the right one.
    assert (table.eversion_rate_dps > table.inversion_rate_dps).sum() >= len(used) - 1
