# SPDX-License-Identifier: Apache-2.0
"""Power spectra: sines and noises of known power, and SciPy's own Welch."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from solemetry.sway import Spectrum, SpectrumChoices, power_spectrum, resultant_mean_frequency

ALL_CHOICES = [
    SpectrumChoices(),
    SpectrumChoices(segment_s=None, detrend="constant", band_hz=None),
    SpectrumChoices(method="sine_tapers", detrend="constant", edges="bins"),
    SpectrumChoices(segment_s=10.0, edges="bins", padded=True),
]


def sine(amplitude_mm=1.0, hz=0.7, fs_hz=100.0, seconds=60):
    return amplitude_mm * np.sin(2 * np.pi * hz * np.arange(round(seconds * fs_hz)) / fs_hz)


@pytest.mark.parametrize("choices", ALL_CHOICES, ids=str)
@pytest.mark.parametrize("seconds", [30, 60, 120, 600])
def test_a_sine_has_half_its_squared_amplitude_whatever_its_length(choices, seconds):
    spectrum = power_spectrum(sine(3.0, seconds=seconds), 100.0, choices)
    assert spectrum.total_power_mm2 == pytest.approx(4.5, rel=0.01)
    width = 1 / min(seconds, choices.segment_s or seconds / 2)
    if choices.method == "sine_tapers":
        width = 9 / seconds
    for frequency_hz in (spectrum.mean_hz, spectrum.percentile_hz(50)):
        assert frequency_hz == pytest.approx(0.7, abs=width / 4 + 0.03)
    assert spectrum.peak_hz == pytest.approx(0.7, abs=width)
    assert spectrum.percentile_hz(95) == pytest.approx(0.7, abs=2 * width)


@pytest.mark.parametrize("detrend", ["constant", "linear"])
@pytest.mark.parametrize("n", [999, 1000, 5001])
def test_the_density_is_that_of_scipy(detrend, n):
    axis_mm = np.random.default_rng(n).normal(size=n).cumsum()
    for choices, segment, points in (
        (SpectrumChoices(segment_s=4.0, detrend=detrend, band_hz=None), 200, None),
        (SpectrumChoices(segment_s=None, detrend=detrend, band_hz=None), n // 2, None),
        (SpectrumChoices(segment_s=4.02, detrend=detrend, band_hz=None, padded=True), 201, n),
    ):
        ours = power_spectrum(axis_mm, 50.0, choices)
        frequency_hz, density = signal.welch(
            axis_mm, 50.0, nperseg=segment, noverlap=segment // 2, nfft=points, detrend=detrend
        )
        np.testing.assert_allclose(ours.frequency_hz, frequency_hz, rtol=1e-12)
        np.testing.assert_allclose(ours.density_mm2_hz, density, rtol=1e-8, atol=1e-20)


@pytest.mark.parametrize("choices", ALL_CHOICES, ids=str)
def test_white_noise_is_flat(choices):
    axis_mm = 2 * np.random.default_rng(7).normal(size=60_000)
    spectrum = power_spectrum(axis_mm, 20.0, choices)
    low, high = choices.band_hz or (0.0, 10.0)
    # Variance 4 over 10 Hz.
    assert spectrum.total_power_mm2 == pytest.approx(0.4 * (high - low), rel=0.03)
    assert spectrum.power_mm2(0.5, 2.0) == pytest.approx(0.4 * 1.5, rel=0.06)
    assert spectrum.percentile_hz(80) == pytest.approx(low + 0.8 * (high - low), rel=0.03)
    assert spectrum.mean_hz == pytest.approx((low + high) / 2, rel=0.03)
    root = math.sqrt((high**3 - low**3) / 3 / (high - low))
    assert spectrum.centroid_hz == pytest.approx(root, rel=0.03)
    assert spectrum.dispersion == pytest.approx(
        math.sqrt(1 - ((low + high) / 2 / root) ** 2), rel=0.06
    )
    assert spectrum.power_ratio(2.0) == pytest.approx((high - 2) / (2 - low), rel=0.06)
    assert spectrum.log_slope(1.0, 5.0) == pytest.approx(0, abs=0.15)


def test_summed_noise_falls_with_the_square_of_frequency():
    axis_mm = np.random.default_rng(8).normal(size=200_000).cumsum()
    spectrum = power_spectrum(axis_mm, 100.0)
    assert spectrum.log_slope(0.2, 1.0) == pytest.approx(-2, abs=0.1)
    assert spectrum.log_slope(1.0, 5.0) == pytest.approx(-2, abs=0.1)


@pytest.mark.parametrize("choices", ALL_CHOICES, ids=str)
def test_the_bands_add_up(choices):
    spectrum = power_spectrum(np.random.default_rng(1).normal(size=3001).cumsum(), 50.0, choices)
    bands = [spectrum.power_mm2(*band) for band in ((-math.inf, 0.5), (0.5, 2), (2, math.inf))]
    assert sum(bands) == pytest.approx(spectrum.total_power_mm2, rel=1e-12)
    assert spectrum.power_ratio(2.0) == pytest.approx(bands[2] / (bands[0] + bands[1]))


def test_percentiles_lie_between_the_points():
    # A density of one triangle: half of it lies below 1 + 1 / sqrt(2).
    spectrum = Spectrum(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0]))
    assert spectrum.total_power_mm2 == pytest.approx(1)
    assert spectrum.percentile_hz(50) == pytest.approx(2)
    assert spectrum.percentile_hz(75) == pytest.approx(2.5)
    assert spectrum.power_mm2(1.0, 2.0) == pytest.approx(0.5)
    bins = Spectrum(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 1.0]), "bins")
    assert bins.percentile_hz(50) == 2
    assert bins.percentile_hz(76) == 3
    assert bins.power_mm2(1.0, 2.0) == 2


def test_two_axes_count_by_their_power():
    ml = power_spectrum(sine(1.0, 0.5), 100.0)
    ap = power_spectrum(sine(2.0, 2.0), 100.0)
    assert resultant_mean_frequency(ml, ap) == pytest.approx((0.5 + 4 * 2.0) / 5, rel=0.01)


def test_the_longest_whole_run_is_taken():
    axis_mm = np.random.default_rng(3).normal(size=4000)
    cut = axis_mm.copy()
    cut[[700, 900]] = np.nan
    ours, alone = power_spectrum(cut, 100.0), power_spectrum(axis_mm[901:], 100.0)
    np.testing.assert_array_equal(ours.density_mm2_hz, alone.density_mm2_hz)


@pytest.mark.parametrize("choices", ALL_CHOICES, ids=str)
@pytest.mark.parametrize("axis_mm", [np.empty(0), np.zeros(7), np.full(900, np.nan), np.ones(900)])
def test_without_power_there_is_no_frequency(choices, axis_mm):
    spectrum = power_spectrum(axis_mm, 100.0, choices)
    assert not spectrum.total_power_mm2 > 0
    for value in (
        spectrum.percentile_hz(50), spectrum.peak_hz, spectrum.mean_hz, spectrum.centroid_hz,
        spectrum.dispersion, spectrum.power_ratio(), spectrum.log_slope(1, 5),
    ):  # fmt: skip
        assert math.isnan(value)
    assert not spectrum.power_mm2(0.5, 2.0) > 0


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"\(9, 2\)"):
        power_spectrum(np.zeros((9, 2)), 100.0)
    with pytest.raises(ValueError, match="above zero"):
        power_spectrum(np.zeros(9), 0.0)
