# SPDX-License-Identifier: Apache-2.0
"""Left against right: published formulas, and the sign that each keeps."""

from __future__ import annotations

import numpy as np
import pytest
import walks
from hypothesis import given
from hypothesis import strategies as st

from solemetry import gait

sizes = st.floats(0.01, 1e4)


def test_two_to_one() -> None:
    assert gait.symmetry_index(2, 1) == pytest.approx(100 * 1 / 1.5)
    assert gait.symmetry_ratio(2, 1) == 2
    assert gait.log_ratio(2, 1) == pytest.approx(69.3147, abs=1e-4)
    # 45 deg less 63.43 deg, of 90.
    assert gait.symmetry_angle(2, 1) == pytest.approx(-20.4833, abs=1e-4)


@given(left=sizes, right=sizes)
def test_exchanging_the_feet_changes_the_sign_only(left: float, right: float) -> None:
    for measure in (gait.symmetry_index, gait.log_ratio, gait.symmetry_angle):
        assert measure(left, right) == pytest.approx(-measure(right, left), abs=1e-9)
    assert gait.symmetry_ratio(left, right) == pytest.approx(1 / gait.symmetry_ratio(right, left))


@given(left=sizes, right=sizes, unit=st.floats(0.001, 1000))
def test_no_measure_depends_on_the_unit(left: float, right: float, unit: float) -> None:
    for measure in (gait.symmetry_index, gait.log_ratio, gait.symmetry_angle):
        assert measure(left * unit, right * unit) == pytest.approx(measure(left, right), abs=1e-6)


@given(size=sizes)
def test_an_even_gait_is_nought(size: float) -> None:
    for measure in (gait.symmetry_index, gait.log_ratio, gait.symmetry_angle):
        assert measure(size, size) == pytest.approx(0, abs=1e-12)


def test_nothing_against_nothing_has_no_symmetry() -> None:
    for measure in (gait.symmetry_index, gait.symmetry_ratio, gait.log_ratio, gait.symmetry_angle):
        assert np.isnan(measure(0, 0))
        assert np.isnan(measure(np.nan, 1))


def test_curves_that_differ_here_and_there_are_even_on_the_whole_but_not_equal() -> None:
    phase = np.linspace(0, 1, 101)
    flat, wave = np.full(101, 100.0), 100 + 10 * np.sin(2 * np.pi * phase)
    signed, absolute = gait.curve_symmetry(wave, flat)
    assert signed == pytest.approx(0, abs=1e-9)
    assert absolute == pytest.approx(100 * 10 * (2 / np.pi) / 100, rel=0.02)
    assert gait.curve_symmetry(flat, flat) == (0, 0)
    assert gait.curve_symmetry(1.1 * flat, flat) == pytest.approx((100 * 0.1 / 1.05,) * 2)
    with pytest.raises(ValueError, match="shapes"):
        gait.curve_symmetry(flat, flat[:50])


def test_a_lighter_right_foot_shows_in_the_table_with_its_sign() -> None:
    feet, _ = walks.walk(100, steps=70)
    found = gait.analyze(feet["left"], 0.8 * feet["right"], 100)
    row = found.symmetry.loc["f1_n"]
    assert row.symmetry_index == pytest.approx(100 * 0.2 / 0.9, rel=0.01)
    assert row.ratio == pytest.approx(1.25, rel=0.01)
    assert row.symmetry_angle < 0
    assert row.valid
    assert found.symmetry.symmetry_index["stance_s"] == pytest.approx(0, abs=1)
    assert found.symmetry.symmetry_index["force_curve_signed"] == pytest.approx(22, abs=1)
