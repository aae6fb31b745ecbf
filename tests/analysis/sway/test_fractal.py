# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_walks import fractional_noise

from solemetry.sway import higuchi_dimension


def walk(n=600, seed=3):
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


def plain_dimension(x, k_max):
    """Higuchi's definition, word by word, samples counted from 1."""
    n = len(x)
    lengths = []
    for k in range(1, k_max + 1):
        curves = []
        for s in range(1, k + 1):
            steps = (n - s) // k
            travelled = sum(
                abs(x[s - 1 + i * k] - x[s - 1 + (i - 1) * k]) for i in range(1, steps + 1)
            )
            curves.append(travelled * (n - 1) / (steps * k) / k)
        lengths.append(np.mean(curves))
    k = np.arange(1, k_max + 1)
    return np.polyfit(np.log(1 / k), np.log(lengths), 1)[0]


@pytest.mark.parametrize("n", [101, 250, 600])
@pytest.mark.parametrize("k_max", [2, 7, 10])
def test_the_dimension_is_that_of_the_definition(n, k_max):
    assert higuchi_dimension(walk(n), k_max) == pytest.approx(plain_dimension(walk(n), k_max))


def test_a_straight_line_has_dimension_one():
    assert higuchi_dimension(0.3 * np.arange(500)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("hurst", [0.2, 0.5, 0.8])
def test_the_dimension_of_fractional_motion_is_two_less_its_hurst_exponent(hurst):
    rng = np.random.default_rng(9)
    found = [
        higuchi_dimension(np.cumsum(fractional_noise(6000, hurst, rng))) for _ in range(20)
    ]
    assert np.mean(found) == pytest.approx(2 - hurst, abs=0.02)


def test_white_noise_fills_the_plane():
    assert higuchi_dimension(np.random.default_rng(1).normal(size=6000)) == pytest.approx(
        2, abs=0.02
    )


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_neither_unit_nor_origin_matter(scale, shift):
    assert higuchi_dimension(scale * walk() + shift) == pytest.approx(higuchi_dimension(walk()))


def test_of_a_series_with_gaps_the_longest_whole_run_counts():
    x = walk()
    expected = higuchi_dimension(x[:450])
    x[450] = np.nan
    assert higuchi_dimension(x) == expected


@pytest.mark.parametrize("samples", [0, 1, 2, 20])
def test_too_short_a_series_and_a_constant_have_no_dimension(samples):
    assert math.isnan(higuchi_dimension(np.arange(float(samples))))
    assert math.isnan(higuchi_dimension(np.full(100 + samples, 4.2)))
    assert math.isnan(higuchi_dimension(np.full(samples, np.nan)))


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match=r"series has shape \(5, 2\)"):
        higuchi_dimension(np.zeros((5, 2)))
    with pytest.raises(ValueError, match="k_max is 1; a slope needs two"):
        higuchi_dimension(walk(), 1)
