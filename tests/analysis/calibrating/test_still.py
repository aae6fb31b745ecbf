# SPDX-License-Identifier: Apache-2.0
"""Zero, drift and noise of a plate that is left alone, and of one that is not."""

from __future__ import annotations

import numpy as np
import pytest

from solemetry import Calibration
from solemetry.calibrating import CalibrationError, left_over_n, steadiness, tare

RATE_HZ = 80.0
ZERO = np.array([1200.0, -300.0, 50_000.0, 7.0])
NOISE_N = np.array([0.01, 0.02, 0.03, 0.04])
DRIFT_N_S = np.array([0.5, -0.2, 0.1, 0.0]) / 600


@pytest.fixture(scope="module")
def zeroed(made):
    return made.NOMINAL.tared(ZERO)


def reading(made, seconds, load_n=0.0, moving_n=0.0, seed=1):
    """Counts of a plate that carries `load_n` on each cell, and `moving_n` that come and go."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    forces_n = load_n + DRIFT_N_S * t_s[:, None] + rng.normal(0, NOISE_N, (len(t_s), 4))
    forces_n += np.multiply.outer(np.sin(2 * np.pi * 0.5 * t_s), np.broadcast_to(moving_n, 4))
    return ZERO + forces_n * made.DEVICE.nominal_counts_per_n


def test_the_tare_finds_zero_noise_and_drift(made):
    found = tare(reading(made, 120), RATE_HZ, made.NOMINAL)
    counts_per_n = made.DEVICE.nominal_counts_per_n
    np.testing.assert_allclose(
        found.zero_counts, ZERO + DRIFT_N_S * 60 * counts_per_n, atol=0.002 * counts_per_n[0]
    )
    np.testing.assert_allclose(found.noise_counts, NOISE_N * counts_per_n, rtol=0.05)
    # The slope of a line through noise: sigma * sqrt(12 / (n T^2)); five of them here.
    uncertain = NOISE_N * np.sqrt(12 / (120 * RATE_HZ * 120**2))
    off = found.drift_counts_per_s / counts_per_n - DRIFT_N_S
    assert (np.abs(off) < 5 * uncertain).all()


def test_an_insole_in_the_air_is_tared_without_gains():
    unknown = Calibration(np.zeros(3), np.full(3, np.nan), "nominal")
    counts = np.tile([370.0, 372.0, 375.0], (100, 1))
    np.testing.assert_array_equal(tare(counts, 100.0, unknown).zero_counts, [370.0, 372.0, 375.0])


@pytest.mark.parametrize(
    "moving_n",
    [20.0, np.array([10.0, -10.0, 10.0, -10.0])],
    ids=["stepping on", "swaying: the total stays as it is"],
)
def test_a_load_that_moves_is_refused(made, moving_n):
    with pytest.raises(CalibrationError, match="the load moved by"):
        tare(reading(made, 2, moving_n=moving_n), RATE_HZ, made.NOMINAL)


def test_a_dead_load_is_refused_where_there_was_a_zero(made, zeroed):
    counts = reading(made, 2, load_n=49.0)
    with pytest.raises(CalibrationError, match="196 N are on the plate"):
        tare(counts, RATE_HZ, zeroed)
    assert (tare(counts, RATE_HZ, made.NOMINAL).zero_counts > ZERO).all()


def test_a_silent_sensor_is_refused(made):
    counts = reading(made, 2)
    counts[5, 1] = np.nan
    with pytest.raises(CalibrationError, match="a sensor gave no data"):
        tare(counts, RATE_HZ, made.NOMINAL)


def test_a_moment_is_too_short(made):
    with pytest.raises(CalibrationError, match=r"0\.1 s are too short"):
        tare(reading(made, 0.1), RATE_HZ, made.NOMINAL)


def test_noise_of_cells_is_that_of_the_centre_of_pressure_by_its_levers(made, zeroed):
    """In the middle of the plate: sqrt(sum((lever * sigma)^2)) / W on each axis."""
    found = steadiness(reading(made, 60, load_n=49.0), RATE_HZ, zeroed, made.LAYOUT)
    by_levers_mm = np.sqrt(((made.LAYOUT.xy_mm.T * NOISE_N) ** 2).sum(axis=1)) / 196.0
    np.testing.assert_allclose(found.noise_n, NOISE_N, rtol=0.05)
    assert found.cop_sd_mm == pytest.approx(by_levers_mm.max(), rel=0.05)
    np.testing.assert_allclose(found.floor.sigma_mm, by_levers_mm, rtol=0.05)
    assert found.floor.white
    assert found.force_n == pytest.approx(196.0, abs=0.1)


def test_drift_is_that_of_ten_minutes(made, zeroed):
    found = steadiness(reading(made, 600, load_n=49.0), RATE_HZ, zeroed, made.LAYOUT)
    np.testing.assert_allclose(found.drift_n, DRIFT_N_S * 600, atol=0.005)
    assert found.figures["drift_n"] == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize(
    ("seconds", "load_n", "moving_n", "words"),
    [
        (10, 49.0, 0.0, "10.0 s are too short"),
        (30, 0.0, 0.0, "Put 20 kg on its middle"),
        (30, 49.0, 5.0, "nobody on it"),
    ],
)
def test_what_is_no_dead_weight_is_refused(made, zeroed, seconds, load_n, moving_n, words):
    with pytest.raises(CalibrationError, match=words):
        steadiness(reading(made, seconds, load_n, moving_n), RATE_HZ, zeroed, made.LAYOUT)


def test_what_is_left_after_a_load_is_a_force(made, zeroed):
    assert left_over_n(reading(made, 5, load_n=0.3), zeroed) == pytest.approx(1.2, abs=0.01)
