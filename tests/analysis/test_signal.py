# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from solemetry.signal import NO_FILTER, Filter, finite_runs, lowpass

FS_HZ = 200.0
T_S = np.arange(0, 20, 1 / FS_HZ)


@pytest.mark.parametrize("frequency_hz", [0.5, 5.0, 10.0, 30.0])
def test_the_gain_is_that_of_a_butterworth_passed_twice(frequency_hz):
    y = lowpass(np.sin(2 * np.pi * frequency_hz * T_S), FS_HZ, cutoff_hz=10.0)
    middle = slice(1000, 3000)
    # The bilinear transform bends the frequency axis: tan(pi f / fs).
    ratio = np.tan(np.pi * frequency_hz / FS_HZ) / np.tan(np.pi * 10.0 / FS_HZ)
    expected = 1 / (1 + ratio**4)
    measured = np.sqrt(2 * np.mean(y[middle] ** 2))
    assert measured == pytest.approx(expected, rel=1e-6)


def test_there_is_no_delay():
    x = np.sin(2 * np.pi * 2.0 * T_S)
    y = lowpass(x, FS_HZ)
    lags = np.correlate(y[1000:3000], x[1000:3000], "same")
    assert np.argmax(lags) == 1000


def test_each_run_is_filtered_by_itself():
    x = np.random.default_rng(0).normal(size=(1000, 2))
    x[400:420] = np.nan
    x[700, 1] = np.nan  # one column missing: the row is missing
    y = lowpass(x, FS_HZ)
    np.testing.assert_array_equal(y[:400], lowpass(x[:400], FS_HZ))
    np.testing.assert_array_equal(y[420:700], lowpass(x[420:700], FS_HZ))
    assert np.isnan(y[400:420]).all()
    assert np.isnan(y[700]).all()


def test_a_run_too_short_for_the_filter_is_missing():
    x = np.ones(30)
    x[9] = x[20] = np.nan
    y = lowpass(x, FS_HZ)
    assert np.isnan(y[:10]).all()
    assert np.isfinite(y[10:20]).all()


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3,), (3, 2)])
def test_next_to_nothing_stays_next_to_nothing(shape):
    assert lowpass(np.zeros(shape), FS_HZ).shape == shape


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="sampling rate above 20 Hz"):
        lowpass(T_S, 20.0)
    with pytest.raises(ValueError, match="shape"):
        lowpass(np.zeros((3, 2, 2)), FS_HZ)


def test_finite_runs_are_start_and_stop():
    mask = np.array([1, 1, 0, 1, 0, 0, 1], bool)
    assert finite_runs(mask).tolist() == [[0, 2], [3, 4], [6, 7]]
    assert finite_runs(np.zeros(4, bool)).tolist() == []
    assert finite_runs(np.zeros(0, bool)).tolist() == []


@pytest.mark.parametrize("shape", [(10,), (500,), (500, 2)])
@pytest.mark.parametrize("order", [2, 4])
def test_the_low_pass_is_that_of_scipy(shape, order):
    x = 1e3 + np.cumsum(np.random.default_rng(1).normal(size=shape), axis=0)
    if len(x) <= 3 * (order + 1):
        assert np.isnan(lowpass(x, 100.0, 10.0, order)).all()
        return
    sections = signal.butter(order, 10.0, fs=100.0, output="sos")
    expected = signal.sosfiltfilt(sections, x, axis=0, padlen=3 * (order + 1))
    np.testing.assert_allclose(lowpass(x, 100.0, 10.0, order), expected, rtol=1e-11)


@pytest.mark.parametrize(
    ("lowpass_filter", "words", "order"),
    [
        (Filter(), "Butterworth, zero phase, effective order 4, 10 Hz (-6 dB)", 4),
        (Filter(12.5, order=4), "Butterworth, zero phase, effective order 8, 12.5 Hz (-6 dB)", 8),
        (NO_FILTER, "no filter", 0),
    ],
)
def test_a_filter_says_what_it_is(lowpass_filter, words, order):
    assert str(lowpass_filter) == words
    assert lowpass_filter.effective_order == order


@pytest.mark.parametrize("cutoff_hz", [5.0, 6.0, 10.0, 12.5])
@pytest.mark.parametrize("order", [2, 4])
def test_a_filter_does_what_it_says(cutoff_hz, order):
    lowpass_filter = Filter(cutoff_hz, order)
    x = np.random.default_rng(4).normal(size=(800, 2))
    np.testing.assert_array_equal(lowpass_filter(x, FS_HZ), lowpass(x, FS_HZ, cutoff_hz, order))
    at_cutoff = lowpass_filter(np.sin(2 * np.pi * cutoff_hz * T_S), FS_HZ)[1000:3000]
    assert 10 * np.log10(2 * np.mean(at_cutoff**2)) == pytest.approx(-6.02, abs=0.01)
    # Far above, a filter of order n falls by 6 n dB an octave.
    octave = [
        lowpass_filter(np.sin(2 * np.pi * f_hz * np.arange(0, 60, 1e-3)), 1000.0)[20000:40000].std()
        for f_hz in (3 * cutoff_hz, 6 * cutoff_hz)
    ]
    assert 20 * np.log10(octave[0] / octave[1]) == pytest.approx(12.04 * order, rel=0.06)


def test_no_filter_leaves_everything():
    x = np.array([1.0, np.nan, 3.0])
    np.testing.assert_array_equal(NO_FILTER(x, 1.0), x)


@pytest.mark.parametrize("fs_hz", [80.0, 100.0, 1000.0])
@pytest.mark.parametrize("lowpass_filter", [Filter(5.0), Filter(), Filter(12.5, 4), NO_FILTER])
def test_the_step_gain_is_that_of_the_impulse_response(fs_hz, lowpass_filter):
    impulse = np.zeros(6001)
    impulse[3000] = 1
    steps = np.diff(lowpass_filter(impulse, fs_hz), prepend=0)
    assert lowpass_filter.step_gain(fs_hz) == pytest.approx((steps**2).sum(), rel=1e-9)
