# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solemetry.sway import (
    approximate_entropy,
    complexity_index,
    multiscale_entropy,
    sample_entropy,
)
from solemetry.sway.complexity.series import close_pairs, ranks_within

ENTROPIES = [sample_entropy, approximate_entropy, complexity_index]


def slow_noise(n=300, seed=2):
    """Noise in which neighbours are alike, as in sway."""
    return np.convolve(np.random.default_rng(seed).normal(size=n + 9), np.ones(10), "valid")


def plain_sample_entropy(x, m, tolerance):
    """Richman and Moorman's definition, word by word."""
    n = len(x)
    counts = []
    for length in (m, m + 1):
        templates = [x[i : i + length] for i in range(n - m)]
        counts.append(
            sum(
                max(abs(templates[i] - templates[j])) <= tolerance
                for i in range(n - m)
                for j in range(i + 1, n - m)
            )
        )
    return math.log(counts[0] / counts[1])


def plain_approximate_entropy(x, m, tolerance):
    """Pincus's definition, word by word."""

    def phi(length):
        templates = np.array([x[i : i + length] for i in range(len(x) - length + 1)])
        alike = [
            np.mean(np.abs(templates - template).max(axis=1) <= tolerance)
            for template in templates
        ]
        return np.mean(np.log(alike))

    return phi(m) - phi(m + 1)


# ---- which samples are close


values = st.one_of(
    st.integers(-4, 4).map(lambda k: 0.1 * k),
    st.floats(-10, 10),
    st.floats(-1e-16, 1e-16),
)


@given(arrays(float, st.integers(0, 40), elements=values), st.sampled_from([0, 0.1, 0.3, 2.0]))
def test_close_samples_are_those_of_the_plain_difference(x, tolerance):
    close = np.zeros((len(x), len(x)), bool)
    for lag, block in close_pairs(ranks_within(x, tolerance)):
        for row, of_lag in enumerate(block):
            # Column i is sample i against sample i + lag + row; beyond the end all is False.
            kept = len(x) - lag - row
            assert not of_lag[kept:].any()
            close[np.arange(kept), np.arange(kept) + lag + row] = of_lag[:kept]
    expected = np.triu(np.abs(x[:, None] - x[None, :]) <= tolerance, 1)
    np.testing.assert_array_equal(close, expected)


def test_more_values_than_16_bits_have_are_told_apart():
    x = np.random.default_rng(0).permutation(70_000).astype(float)
    lag, block = next(close_pairs(ranks_within(x, 1000.0)))
    assert lag == 1
    np.testing.assert_array_equal(block[0], np.abs(np.diff(x)) <= 1000)


def test_memory_does_not_grow_with_the_pairs():
    x = slow_noise(12_000)
    sample_entropy(x[:500])
    tracemalloc.start()
    sample_entropy(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The pairs themselves, a bit each, would take 9 MB.
    assert peak < 2e6


# ---- definitions


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("seed", [1, 2])
def test_sample_entropy_is_that_of_the_definition(m, seed):
    x = slow_noise(seed=seed)
    expected = plain_sample_entropy(x, m, 0.2 * x.std())
    assert sample_entropy(x, m) == pytest.approx(expected, rel=1e-12)
    assert sample_entropy(x, m, tolerance=0.2 * x.std()) == pytest.approx(expected, rel=1e-12)


def test_the_last_template_takes_no_part_in_the_count():
    # 1 1 9 1 1: the only match of two samples is that of the last template, with none after it.
    assert math.isnan(sample_entropy(np.array([1.0, 1, 9, 1, 1]), tolerance=0.5))


@pytest.mark.parametrize("m", [1, 2, 3])
def test_approximate_entropy_is_that_of_the_definition(m):
    x = slow_noise(250)
    expected = plain_approximate_entropy(x, m, 0.2 * x.std())
    assert approximate_entropy(x, m) == pytest.approx(expected, rel=1e-12)


def test_approximate_entropy_of_a_published_example():
    # Heart rates 85, 80, 89 over and over, 51 of them, m = 2, tolerance 3 (Wikipedia, which
    # gives the absolute value).
    x = np.tile([85.0, 80.0, 89.0], 17)
    assert abs(approximate_entropy(x, 2, tolerance=3)) == pytest.approx(1.0996541105257052e-05)


# ---- closed forms


def chance_of_a_match(r):
    """Of two independent normal values to lie within r standard deviations of each other."""
    return math.erf(r / 2)


@pytest.mark.parametrize("r", [0.1, 0.2, 0.5])
def test_sample_entropy_of_white_noise_is_the_chance_of_a_match(r):
    rng = np.random.default_rng(5)
    found = [sample_entropy(rng.normal(size=1500), m=1, r=r) for _ in range(20)]
    assert np.mean(found) == pytest.approx(-math.log(chance_of_a_match(r)), abs=0.02)


def test_entropy_of_white_noise_falls_with_the_scale_as_its_means_draw_together():
    rng = np.random.default_rng(6)
    found = np.mean([multiscale_entropy(rng.normal(size=3000), 6) for _ in range(20)], axis=0)
    # Means of s values scatter by 1 / sqrt(s), the tolerance stays (Costa 2002).
    expected = [-math.log(chance_of_a_match(0.2 * math.sqrt(s))) for s in range(1, 7)]
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_what_repeats_exactly_has_no_entropy():
    # After 1, 2 comes 3, each time; only the last template's lack of a successor matters.
    x = np.tile([1.0, 2.0, 3.0, 2.5], 100)
    assert sample_entropy(x) == 0
    assert approximate_entropy(x) == pytest.approx(0, abs=1e-4)


def test_entropy_of_a_slow_series_is_less_the_faster_it_is_sampled():
    t_s = np.arange(0, 60, 0.01)
    x = np.sin(2 * np.pi * 0.3 * t_s) + np.sin(2 * np.pi * 0.71 * t_s)
    assert sample_entropy(x) < sample_entropy(x[::5])


def test_complexity_is_the_sum_over_the_scales_of_the_series_own_tolerance():
    x = slow_noise(601)
    means = x[:600].reshape(-1, 3).mean(axis=1)
    by_scale = multiscale_entropy(x, 3)
    assert by_scale.shape == (3,)
    assert by_scale[0] == sample_entropy(x)
    expected = plain_sample_entropy(means, 2, 0.2 * x.std())
    assert by_scale[2] == pytest.approx(expected, rel=1e-12)
    assert complexity_index(x, 3) == pytest.approx(by_scale.sum())


# ---- properties


@given(st.integers(-10, 10), st.integers(-50, 50), st.sampled_from(ENTROPIES))
def test_neither_unit_nor_origin_nor_direction_of_time_matter(power, shift, entropy):
    # Powers of two and whole numbers, which leave the differences as they are.
    x = np.rint(16 * slow_noise(200))
    options = {"scales": 2} if entropy is complexity_index else {}
    before = entropy(x, **options)
    assert entropy((x + shift) * 2.0**power, **options) == pytest.approx(before, rel=1e-9)
    assert entropy(-x, **options) == pytest.approx(before, rel=1e-9)


def test_of_a_series_with_gaps_the_longest_whole_run_counts():
    x = slow_noise(500)
    expected = sample_entropy(x[200:])
    x[199] = x[100] = np.nan
    assert sample_entropy(x) == expected


# ---- little or nothing to go by


@pytest.mark.parametrize("entropy", ENTROPIES)
@pytest.mark.parametrize("samples", [0, 1, 2, 3])
def test_too_short_a_series_has_no_entropy(entropy, samples):
    assert math.isnan(entropy(np.arange(float(samples))))
    assert math.isnan(entropy(np.full(samples, np.nan)))


@pytest.mark.parametrize("entropy", ENTROPIES)
def test_a_constant_has_none(entropy):
    assert entropy(np.full(400, 7.3)) == pytest.approx(0, abs=1e-12)


def test_where_no_match_lasts_the_entropy_is_infinite_and_where_none_is_undefined():
    assert sample_entropy(np.array([1.0, 2, 5, 1, 2, 9]), tolerance=0.5) == math.inf
    assert math.isnan(sample_entropy(np.array([1.0, 2, 4, 8, 16, 32]), tolerance=0.5))
    assert math.isnan(complexity_index(np.array([1.0, 2, 5, 1, 2, 9]), 1, tolerance=0.5))


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match=r"series has shape \(5, 2\)"):
        sample_entropy(np.zeros((5, 2)))
    with pytest.raises(ValueError, match="template of 0 samples"):
        sample_entropy(np.zeros(50), m=0)
    with pytest.raises(ValueError, match="tolerance is -1; it should be zero or more"):
        approximate_entropy(np.zeros(50), tolerance=-1)
    with pytest.raises(ValueError, match="0 scales; there should be one"):
        multiscale_entropy(np.zeros(50), 0)
