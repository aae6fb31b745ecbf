# SPDX-License-Identifier: Apache-2.0
"""Noise of a device that nothing is on, and what it would do to somebody's sway."""

from __future__ import annotations

import numpy as np
import pytest
from made_plates import DEVICE, LAYOUT, NOMINAL

from solemetry import Calibration, DeviceDescription
from solemetry.calibrating import CalibrationError
from solemetry_host.live.noise_floor import NoiseWatch, noise_floor

INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
NOISE_N = np.array([0.02, 0.04, 0.02, 0.04])


def empty(seconds=20.0, seed=1, drift_n_s=0.0):
    rng = np.random.default_rng(seed)
    t_s = np.arange(round(80 * seconds)) / 80
    forces_n = rng.normal(0, NOISE_N, (len(t_s), 4)) + drift_n_s * t_s[:, None]
    return forces_n * DEVICE.nominal_counts_per_n + 5000


def test_noise_of_the_cells_becomes_noise_of_the_centre_of_pressure():
    """By hand: the square root of sum (r sigma)^2 over the weight of 70 kg."""
    floor = noise_floor(empty(60), 80.0, NOMINAL, LAYOUT)
    np.testing.assert_allclose(floor.noise_n, NOISE_N, rtol=0.05)
    expected = np.sqrt(((LAYOUT.xy_mm * NOISE_N[:, None]) ** 2).sum(axis=0)) / (70 * 9.80665)
    np.testing.assert_allclose(floor.cop_mm, expected, rtol=0.06)
    assert f"{max(floor.cop_mm):.3f} mm at 70 kg" in floor.words


def test_a_drift_is_told_for_ten_minutes():
    floor = noise_floor(empty(60, drift_n_s=0.002), 80.0, NOMINAL, LAYOUT)
    np.testing.assert_allclose(floor.drift_n, 1.2, atol=0.2)


def test_an_insole_without_gains_has_its_noise_in_counts():
    rng = np.random.default_rng(1)
    codes = np.rint(372 + rng.normal(0, 1.5, (1000, 16)))
    floor = noise_floor(codes, 100.0, Calibration.nominal(INSOLE), INSOLE.layout)
    # Rounding adds a variance of 1/12.
    np.testing.assert_allclose(floor.noise_counts, np.hypot(1.5, 12**-0.5), rtol=0.1)
    assert np.isnan(floor.cop_mm).all()
    assert "not calibrated" in floor.words


def test_an_insole_that_somebody_stands_on_has_none():
    t_s = np.arange(1000)[:, None] / 100
    codes = 900 + 40 * np.sin(2 * np.pi * 0.3 * t_s + np.arange(16))
    with pytest.raises(CalibrationError, match="do not come to rest"):
        noise_floor(codes, 100.0, Calibration.nominal(INSOLE), INSOLE.layout)


def test_neither_has_a_plate_that_is_stepped_on_nor_a_moment():
    with pytest.raises(CalibrationError, match="No noise floor: the load moved"):
        noise_floor(np.vstack((empty(5), empty(5) + 4e5)), 80.0, NOMINAL, LAYOUT)
    with pytest.raises(CalibrationError, match="too short"):
        noise_floor(empty(1), 80.0, NOMINAL, LAYOUT)


def test_it_is_taken_whenever_the_plate_is_left_alone():
    watch = NoiseWatch(80.0, NOMINAL, LAYOUT)
    walked_on = empty(6) + 1e6 * (np.arange(480) % 100 > 50)[:, None]
    assert watch.push(walked_on) is None
    assert watch.floor is None
    floors = [watch.push(part) for part in np.array_split(empty(6), 60)]
    assert watch.floor is not None
    assert [floor for floor in floors if floor is not None] == [watch.floor]
