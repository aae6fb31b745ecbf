# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_walks import fractional_noise

from solemetry.sway import dfa_alpha, fluctuation_function
from solemetry.sway.complexity.fluctuation import default_scales


def noise(n=1200, seed=3):
    return np.random.default_rng(seed).normal(size=n)


def plain_fluctuation(x, n, order):
    """Peng's definition, window by window."""
    profile = np.cumsum(x - np.mean(x))
    left = []
    for start in range(0, len(x) - n + 1, n):
        window = profile[start : start + n]
        t = np.arange(n)
        left.append(window - np.polyval(np.polyfit(t, window, order), t))
    return math.sqrt(np.mean(np.square(left)))


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_fluctuations_are_those_of_a_plain_loop(order):
    x = np.cumsum(noise(500)) + 40
    scales = [5, 6, 17, 100, 250, 500]
    expected = [plain_fluctuation(x, n, order) for n in scales]
    np.testing.assert_allclose(fluctuation_function(x, scales, order), expected, rtol=1e-9)


@pytest.mark.parametrize("hurst", [0.3, 0.5, 0.8])
def test_the_exponent_of_fractional_noise_is_its_hurst_exponent_of_its_sum_one_more(hurst):
    rng = np.random.default_rng(8)
    series = [fractional_noise(6000, hurst, rng) for _ in range(30)]
    assert np.mean([dfa_alpha(x) for x in series]) == pytest.approx(hurst, abs=0.02)
    # Of sums the small windows hold a little too much (Kantelhardt 2001): a wider margin.
    walks = [dfa_alpha(np.cumsum(x)) for x in series]
    assert np.mean(walks) == pytest.approx(hurst + 1, abs=0.04)


def test_by_default_windows_run_from_10_samples_to_a_tenth_of_the_series():
    scales = default_scales(1200)
    assert (scales[0], scales[-1]) == (10, 120)
    assert (np.diff(scales) > 0).all()
    x = noise()
    expected = np.polyfit(np.log(scales), np.log(fluctuation_function(x, scales)), 1)[0]
    assert dfa_alpha(x) == pytest.approx(expected, rel=1e-10)
    assert dfa_alpha(x, scales.tolist()) == dfa_alpha(x)


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_neither_unit_nor_origin_matter(scale, shift):
    x = noise(400)
    assert dfa_alpha(scale * x + shift) == pytest.approx(dfa_alpha(x), abs=1e-7)
    np.testing.assert_allclose(
        fluctuation_function(scale * x, [10, 50]), scale * fluctuation_function(x, [10, 50])
    )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_trend_of_one_order_less_is_taken_out(order):
    x, t = noise(), np.linspace(-1, 1, 1200)
    trend = sum(c * t**k for k, c in enumerate([30.0, -20.0, 40.0][:order]))
    scales = default_scales(1200, order)
    np.testing.assert_allclose(
        fluctuation_function(x + trend, scales, order),
        fluctuation_function(x, scales, order),
        rtol=1e-9,
    )
    higher = fluctuation_function(x + 1e4 * t**order, scales, order)
    assert higher[-1] > 2 * fluctuation_function(x, scales, order)[-1]


def test_of_a_series_with_gaps_the_longest_whole_run_counts():
    x = noise()
    expected = dfa_alpha(x[300:])
    x[299] = np.nan
    assert dfa_alpha(x) == expected


@pytest.mark.parametrize("samples", [0, 1, 2, 50, 100, 119])
def test_too_short_a_series_has_no_exponent(samples):
    assert math.isnan(dfa_alpha(noise(samples)))
    assert math.isnan(dfa_alpha(np.full(samples, np.nan)))


def test_a_constant_has_none_and_does_not_fluctuate():
    assert math.isnan(dfa_alpha(np.full(500, 3.7)))
    np.testing.assert_array_equal(fluctuation_function(np.full(500, 3.7), [10, 20]), [0, 0])


def test_windows_longer_than_the_series_have_no_fluctuation():
    found = fluctuation_function(noise(30), [10, 31])
    assert found[0] > 0
    assert math.isnan(found[1])
    assert np.isnan(fluctuation_function(np.empty(0), [10, 31])).all()
    assert math.isnan(dfa_alpha(noise(30), [10, 20, 40]))


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match=r"series has shape \(5, 2\)"):
        dfa_alpha(np.zeros((5, 2)))
    with pytest.raises(ValueError, match=r"scales are \[2, 10\]; .* above 2, for a polynomial"):
        fluctuation_function(noise(), [2, 10])
