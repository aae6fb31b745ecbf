# SPDX-License-Identifier: Apache-2.0
"""What is worked out at once is what each function would give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solemetry import sway
from solemetry.sway.trajectory.at_once import sway_at_once

RNG = np.random.default_rng(5)
WALK = RNG.normal(0, 0.3, (3000, 2)).cumsum(axis=0) + np.array([12.0, -40.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 3000), st.lists(st.integers(0, 2999), max_size=40))
def test_at_once_or_one_after_the_other_the_numbers_are_the_same(
    n: int, missing: list[int]
) -> None:
    cop_mm = WALK.copy()
    cop_mm[missing, 0] = np.nan
    cop_mm = cop_mm[:n]
    at_once = sway_at_once(cop_mm)
    if np.isfinite(cop_mm).all(axis=1).sum() < 3:
        assert at_once is None
        return
    assert at_once is not None
    ellipse = sway.prediction_ellipse(cop_mm)
    for name in ("center_mm", "axes_mm", "area_mm2"):
        assert getattr(at_once.ellipse, name) == pytest.approx(getattr(ellipse, name), rel=1e-9)
    assert at_once.ellipse.n == ellipse.n
    assert at_once.rms_mm == pytest.approx(sway.rms_distance(cop_mm), rel=1e-12)
    assert at_once.radius_mm == pytest.approx(sway.mean_distance(cop_mm), rel=1e-12)
    if at_once.steps:
        assert at_once.path_mm == pytest.approx(sway.path_length(cop_mm), rel=1e-12)
        mean_mm_s = at_once.path_mm * 100 / at_once.steps
        assert mean_mm_s == pytest.approx(sway.mean_velocity(cop_mm, 100.0), rel=1e-12)


def test_there_is_nothing_to_say_of_two_positions() -> None:
    assert sway_at_once(WALK[:2]) is None
    assert sway_at_once(np.full((50, 2), np.nan)) is None


def test_a_square_walked_once_has_its_path_and_its_distances() -> None:
    corners = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    found = sway_at_once(corners)
    assert found is not None
    assert found.path_mm == pytest.approx(6.0)
    assert found.rms_mm == found.radius_mm == pytest.approx(np.sqrt(2.0))
