# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.sway import Recurrence, recurrence_quantification


def walk(n=160, seed=3):
    return np.cumsum(np.random.default_rng(seed).normal(size=n))


def plain_recurrence(x, dimension, delay, tolerance, shortest, nearest):
    """The whole plot, then line by line."""
    n = len(x) - (dimension - 1) * delay
    states = np.column_stack([x[k * delay : k * delay + n] for k in range(dimension)])
    plot = np.abs(states[:, None] - states[None, :]).max(axis=2) <= tolerance
    lines = []
    for lag in range(nearest, n):
        marks = "".join("x" if close else " " for close in np.diagonal(plot, lag))
        lines += [len(run) for run in marks.split()]
    counted = [length for length in lines if length >= shortest]
    shares = np.unique(counted, return_counts=True)[1] / len(counted)
    return Recurrence(
        rate=sum(lines) / sum(n - lag for lag in range(nearest, n)),
        determinism=sum(counted) / sum(lines),
        longest_line=max(counted),
        line_entropy=-sum(shares * np.log(shares)),
        n=n,
    )


@pytest.mark.parametrize(("dimension", "delay"), [(1, 1), (2, 3), (3, 4), (5, 1)])
@pytest.mark.parametrize("shortest", [2, 4])
@pytest.mark.parametrize("nearest", [None, 1, 30])
def test_the_measures_are_those_of_the_whole_plot(dimension, delay, shortest, nearest):
    x = walk()
    found = recurrence_quantification(
        x, dimension, delay, 0.6, shortest_line=shortest, nearest=nearest
    )
    expected = plain_recurrence(
        x, dimension, delay, 0.6 * x.std(), shortest, nearest or (dimension - 1) * delay + 1
    )
    assert (found.n, found.longest_line) == (expected.n, expected.longest_line)
    assert found.rate == pytest.approx(expected.rate, rel=1e-12)
    assert found.determinism == pytest.approx(expected.determinism, rel=1e-12)
    assert found.line_entropy == pytest.approx(expected.line_entropy, rel=1e-12)


def test_white_noise_recurs_by_chance():
    p = math.erf(0.4 / 2)
    rng = np.random.default_rng(4)
    found = [recurrence_quantification(rng.normal(size=1500), 1, 1, 0.4) for _ in range(10)]
    assert np.mean([r.rate for r in found]) == pytest.approx(p, rel=0.02)
    # A point stands alone when neither neighbour recurs; lengths are geometric.
    assert np.mean([r.determinism for r in found]) == pytest.approx(1 - (1 - p) ** 2, rel=0.02)
    entropy = -(math.log(1 - p) + p / (1 - p) * math.log(p))
    assert np.mean([r.line_entropy for r in found]) == pytest.approx(entropy, rel=0.02)
    embedded = [recurrence_quantification(rng.normal(size=1500), 3, 2, 1.0) for _ in range(10)]
    assert np.mean([r.rate for r in embedded]) == pytest.approx(math.erf(0.5) ** 3, rel=0.05)


def test_what_comes_round_stays_on_one_line_from_the_second_turn_on():
    x = np.tile(np.sin(2 * np.pi * np.arange(50) / 50), 8)
    found = recurrence_quantification(x, 2, 12, tolerance=1e-9, nearest=1)
    assert found.n == 388
    assert found.longest_line == 388 - 50
    assert found.determinism == 1
    # Each state meets those of the seven later turns.
    assert found.rate == pytest.approx(sum(388 - 50 * k for k in range(1, 8)) / (388 * 387 / 2))


@given(st.integers(-10, 10), st.integers(-50, 50))
def test_neither_unit_nor_origin_nor_sign_matter(power, shift):
    x = np.rint(16 * walk())
    before = recurrence_quantification(x)
    assert recurrence_quantification((x + shift) * 2.0**power) == before
    assert recurrence_quantification(-x) == before


def test_of_a_series_with_gaps_the_longest_whole_run_counts():
    x = walk()
    expected = recurrence_quantification(x[60:])
    x[59] = np.nan
    assert recurrence_quantification(x) == expected


def test_a_constant_recurs_always():
    found = recurrence_quantification(np.full(80, 1.7))
    # Sixty states, 21 samples apart or more; the last two diagonals hold one pair and two.
    assert (found.n, found.longest_line) == (60, 39)
    assert found.rate == 1
    assert found.determinism == pytest.approx(1 - 1 / (39 * 40 / 2))


@pytest.mark.parametrize("samples", [0, 1, 20, 21, 41])
def test_without_two_states_apart_there_are_no_measures(samples):
    found = recurrence_quantification(np.arange(float(samples)))
    assert math.isnan(found.rate)
    assert math.isnan(found.determinism)
    assert math.isnan(found.line_entropy)
    assert found.longest_line == 0


def test_where_nothing_recurs_there_is_no_line():
    found = recurrence_quantification(2.0 ** np.arange(60), tolerance=0.5)
    assert (found.rate, found.longest_line) == (0, 0)
    assert math.isnan(found.determinism)
    assert math.isnan(found.line_entropy)


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match=r"series has shape \(5, 2\)"):
        recurrence_quantification(np.zeros((5, 2)))
    with pytest.raises(ValueError, match="dimension is 0, delay 10, nearest None and"):
        recurrence_quantification(np.zeros(50), dimension=0)
    with pytest.raises(ValueError, match="nearest 0"):
        recurrence_quantification(np.zeros(50), nearest=0)
