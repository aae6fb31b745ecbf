# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_walks import brownian, fractional_noise

import solemetry as sm
from solemetry.resampling import swarii
from solemetry.signal import lowpass
from solemetry.sway import Diffusion, mean_square_displacement, stabilogram_diffusion

FITS = ["linear", "two_lines", "quijoux2021"]


def plain_displacement(cop_mm, lag):
    moved = cop_mm[lag:] - cop_mm[:-lag]
    return np.nanmean((moved**2).sum(axis=1))


def walk(n=3000, seed=1):
    rng = np.random.default_rng(seed)
    return np.column_stack((brownian(n, 2.0, 50, rng), brownian(n, 5.0, 50, rng)))


def sway_like(n=3000, fs_hz=50.0, seed=4):
    """Persistent over short times, held back over long ones: noise through a slow filter."""
    noise = np.random.default_rng(seed).normal(size=(n, 2))
    t_s = np.arange(0, 8, 1 / fs_hz)
    kernel = t_s * np.exp(-t_s / 0.5)
    return np.column_stack([np.convolve(axis, kernel)[:n] for axis in noise.T])


# ---- mean square displacement


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("gaps", [False, True])
def test_displacements_are_those_of_a_plain_loop(axes, gaps):
    cop_mm = walk(600)[:, :axes] + 250
    if gaps:
        cop_mm[:7] = cop_mm[100:160] = cop_mm[400, 0] = np.nan
        # A sample is both axes or none.
        cop_mm[400] = np.nan
    given_mm = cop_mm if axes == 2 else cop_mm[:, 0]
    lag_s, msd_mm2 = mean_square_displacement(given_mm, 50.0)
    np.testing.assert_array_equal(lag_s, np.arange(1, 201) / 50)
    expected = [plain_displacement(cop_mm, lag) for lag in range(1, 201)]
    np.testing.assert_allclose(msd_mm2, expected, rtol=1e-11)


def test_half_a_sample_is_none():
    cop_mm, half = walk(300), walk(300)
    cop_mm[50] = half[50, 1] = np.nan
    np.testing.assert_array_equal(
        mean_square_displacement(half, 50.0), mean_square_displacement(cop_mm, 50.0)
    )


def test_lags_at_which_no_pair_is_known_have_no_value():
    x = np.full(90, np.nan)
    x[[0, 10, 30]] = 1.0, 2.0, 5.0
    msd_mm2 = mean_square_displacement(x, 10.0)[1]
    assert np.flatnonzero(np.isfinite(msd_mm2)).tolist() == [9, 19, 29]
    np.testing.assert_allclose(msd_mm2[[9, 19, 29]], [1, 9, 16])


def test_steady_motion_is_displaced_by_velocity_times_lag():
    lag_s, msd_mm2 = mean_square_displacement(3.0 * np.arange(500) / 100, 100.0)
    np.testing.assert_allclose(msd_mm2, (3.0 * lag_s) ** 2, rtol=1e-8)


# ---- known walks


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("axes", [1, 2])
def test_a_random_walk_has_the_coefficient_it_was_made_with(fit, axes):
    rng = np.random.default_rng(7)
    found = []
    for _ in range(40):
        path = np.column_stack([brownian(4000, 3.0, 50, rng) for _ in range(axes)])
        result = stabilogram_diffusion(path if axes == 2 else path[:, 0], 50.0, fit)
        found.append([result.d_short_mm2_s, result.h_short])
    # Within four standard errors of what it must be on average.
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / math.sqrt(len(found))
    assert abs(mean[0] - 3.0) < 4 * error[0]
    assert error[0] < 0.15
    assert mean[1] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("hurst", [0.3, 0.5, 0.7])
def test_the_exponent_of_fractional_motion_is_its_hurst_exponent(hurst):
    rng = np.random.default_rng(11)
    found = [
        stabilogram_diffusion(np.cumsum(fractional_noise(6000, hurst, rng)), 100.0).h_short
        for _ in range(40)
    ]
    assert np.mean(found) == pytest.approx(hurst, abs=0.02)


def test_two_straight_parts_give_their_slopes_and_where_they_meet(monkeypatch):
    # A curve of Collins and De Luca's shape: 8 mm2/s up to 1.2 s, 0.6 mm2/s from there on.
    lag_s = np.arange(1, 1001) / 100
    msd_mm2 = np.where(lag_s <= 1.2, 8 * lag_s, 8 * 1.2 + 0.6 * (lag_s - 1.2))
    monkeypatch.setattr(
        "solemetry.sway.complexity.diffusion.mean_square_displacement", lambda *_: (lag_s, msd_mm2)
    )
    for fit in ("linear", "two_lines"):
        result = stabilogram_diffusion(np.zeros(3000), 100.0, fit)
        assert result.d_short_mm2_s == pytest.approx(4)
        assert result.d_long_mm2_s == pytest.approx(0.3)
        assert result.critical_time_s == pytest.approx(1.2)
        assert result.critical_msd_mm2 == pytest.approx(9.6)
        assert result.h_short == pytest.approx(0.5)
    assert stabilogram_diffusion(np.zeros(3000), 100.0).short_s == (0.01, 1.0)
    assert stabilogram_diffusion(np.zeros(3000), 100.0).long_s == (2.0, 10.0)
    assert result.short_s[1] == pytest.approx(1.2, abs=0.011)


def test_two_power_laws_give_their_exponents_and_where_they_meet(monkeypatch):
    lag_s = np.arange(1, 501) / 25
    msd_mm2 = np.where(lag_s <= 0.8, 5 * lag_s**1.7, 5 * 0.8**1.3 * lag_s**0.4)
    monkeypatch.setattr(
        "solemetry.sway.complexity.diffusion.mean_square_displacement", lambda *_: (lag_s, msd_mm2)
    )
    result = stabilogram_diffusion(np.zeros(1500), 25.0, "quijoux2021")
    assert (result.h_short, result.h_long) == pytest.approx((0.85, 0.2))
    assert result.critical_time_s == pytest.approx(0.8)
    assert result.critical_msd_mm2 == pytest.approx(5 * 0.8**1.7)
    assert result.msd_1s_short_mm2 == pytest.approx(5)


# ---- another program's values


def test_the_peer_values_of_all_their_trials_are_reproduced(real_data):
    theirs = pd.read_csv(
        real_data("posture/bds_golden/quijoux2021_reference_outputs.csv"), index_col="Trial"
    )
    trials = np.load(real_data("posture/bds_golden/bds_cop.npz"))
    cop_of = {
        str(trial): ap_ml[:, ::-1] * 1e-5
        for trial, ap_ml in zip(trials["trial"], trials["cop_e6cm"], strict=True)
    }
    for trial in set(theirs.index) - set(cop_of):
        raw = sm.open(real_data(f"posture/bds_raw/{trial}.txt"))
        cop_of[trial] = raw.streams["plate"].cop_mm
    assert len(theirs) >= 7
    for trial in theirs.index:
        cop_mm = cop_of[trial] - cop_of[trial].mean(axis=0)
        t_s = np.arange(len(cop_mm)) / 100
        # Their program leaves off the first 0.1 s and the last sample.
        _, resampled = swarii(t_s[10:-1], cop_mm[10:-1], 25.0, 0.08)
        prepared = lowpass(resampled, 25.0, 10.0, order=4)
        for axis, name in enumerate(("ML", "AP")):
            result = stabilogram_diffusion(prepared[:, axis], 25.0, "quijoux2021")
            for ours, feature in [
                (result.msd_1s_short_mm2 / 100, "short_time_diffusion"),
                (result.msd_1s_long_mm2 / 100, "long_time_diffusion"),
                (result.critical_time_s, "critical_time"),
                (result.critical_msd_mm2 / 100, "critical_displacement"),
                (result.h_short, "short_time_scaling"),
                (result.h_long, "long_time_scaling"),
            ]:
                expected = theirs.loc[trial, f"{feature}_Diffusion_{name}"]
                assert ours == pytest.approx(expected, rel=1e-9), (trial, feature, name)


# ---- properties


@given(st.floats(0.01, 100), st.floats(-300, 300), st.sampled_from(FITS))
def test_values_grow_with_the_unit_and_know_no_origin(scale, shift, fit):
    cop_mm = sway_like(800, 20.0)
    before = stabilogram_diffusion(cop_mm, 20.0, fit)
    after = stabilogram_diffusion(scale * (cop_mm + shift), 20.0, fit)
    assert after.d_short_mm2_s == pytest.approx(scale**2 * before.d_short_mm2_s, rel=1e-6)
    assert after.msd_1s_long_mm2 == pytest.approx(scale**2 * before.msd_1s_long_mm2, rel=1e-6)
    assert after.critical_msd_mm2 == pytest.approx(scale**2 * before.critical_msd_mm2, rel=1e-6)
    assert after.critical_time_s == pytest.approx(before.critical_time_s, rel=1e-6)
    assert after.h_long == pytest.approx(before.h_long, rel=1e-6)


@given(st.floats(0, 2 * math.pi))
def test_the_plane_has_no_preferred_direction(turn):
    cop_mm = sway_like(800, 20.0)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    before, after = (
        np.hstack(astuple(stabilogram_diffusion(x, 20.0))) for x in (cop_mm, cop_mm @ rotation)
    )
    np.testing.assert_allclose(after, before, rtol=1e-8)


def test_the_plane_is_the_mean_of_its_axes():
    cop_mm = sway_like()
    planar = stabilogram_diffusion(cop_mm, 50.0)
    ml, ap = (stabilogram_diffusion(cop_mm[:, axis], 50.0) for axis in (0, 1))
    assert planar.d_short_mm2_s == pytest.approx((ml.d_short_mm2_s + ap.d_short_mm2_s) / 2)
    assert planar.d_long_mm2_s == pytest.approx((ml.d_long_mm2_s + ap.d_long_mm2_s) / 2)


def test_half_the_rate_is_twice_the_time():
    cop_mm = sway_like()
    fast = stabilogram_diffusion(cop_mm, 50.0, short_s=(0, 1), long_s=(2, 10))
    slow = stabilogram_diffusion(cop_mm, 25.0, short_s=(0, 2), long_s=(4, 20))
    assert slow.critical_time_s == pytest.approx(2 * fast.critical_time_s)
    assert slow.d_short_mm2_s == pytest.approx(fast.d_short_mm2_s / 2)
    assert slow.h_long == pytest.approx(fast.h_long)


def test_sway_persists_at_first_and_turns_back_later():
    for fit in FITS:
        result = stabilogram_diffusion(sway_like(), 50.0, fit)
        assert result.h_short > 0.5 > result.h_long
        assert result.d_short_mm2_s > result.d_long_mm2_s
        assert 0.3 < result.critical_time_s < 5


# ---- little or nothing to go by


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("samples", [0, 1, 2, 8, 9, 20])
def test_too_short_a_trial_has_no_values(fit, samples):
    result = stabilogram_diffusion(np.arange(float(samples)), 10.0, fit)
    assert math.isnan(result.d_long_mm2_s)
    assert math.isnan(result.h_long)
    assert math.isnan(result.critical_time_s)


@pytest.mark.parametrize("fit", FITS)
def test_a_trial_without_a_sample_has_no_values(fit):
    result = stabilogram_diffusion(np.full((500, 2), np.nan), 10.0, fit)
    assert np.isnan(np.hstack(astuple(result))).all()


@pytest.mark.parametrize("fit", FITS[:2])
def test_who_does_not_move_does_not_diffuse(fit):
    result = stabilogram_diffusion(np.full(900, 123.456), 20.0, fit)
    assert (result.d_short_mm2_s, result.d_long_mm2_s) == (0, 0)
    assert math.isnan(result.h_short)
    assert math.isnan(result.critical_time_s)


def test_without_a_logarithm_the_logarithmic_fit_has_no_values():
    result = stabilogram_diffusion(np.full(900, 123.456), 20.0, "quijoux2021")
    assert np.isnan(np.hstack(astuple(result))).all()


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match=r"shape \(9, 3\); it should be \(T,\) or \(T, 2\)"):
        stabilogram_diffusion(np.zeros((9, 3)), 100.0)
    with pytest.raises(ValueError, match=r"sampling rate is 0.* above zero"):
        stabilogram_diffusion(np.zeros(9), 0.0)
    with pytest.raises(ValueError, match="no fit called 'loglog'; choose of linear, two_lines"):
        stabilogram_diffusion(np.zeros(9), 100.0, "loglog")
    assert {"d_short_mm2_s", "critical_time_s"} < set(Diffusion.__dataclass_fields__)
