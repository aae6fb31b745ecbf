# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry.sway import (
    base_area,
    base_of_support,
    base_use,
    functional_base,
    margin,
    margin_min,
    prediction_ellipse,
)

LEFT = FootRegistration("left", (-60.0, -100.0), -7.0, 255.0)
RIGHT = FootRegistration("right", (60.0, -100.0), 7.0, 255.0)
SQUARE = np.array([[0, 0], [100, 0], [100, 100], [0, 100.0]])
ANGLE = np.array([[0, 0], [100, 0], [100, 30], [30, 30], [30, 100], [0, 100.0]])


def cloud(n=300, seed=2):
    return np.random.default_rng(seed).uniform(-40, 140, (n, 2))


# ---- margin


def test_in_a_square_the_margin_is_the_distance_to_the_nearest_side():
    points = np.array([[50, 50], [10, 40], [99, 5], [100, 50], [130, 50], [103, 104],
                       [np.nan, 5], [5, np.inf]])  # fmt: skip
    np.testing.assert_allclose(
        margin(points, SQUARE), [50, 10, 1, 0, -30, -5, np.nan, np.nan]
    )
    assert margin_min(points, SQUARE) == -30


@pytest.mark.parametrize("polygon", [SQUARE, ANGLE, ANGLE[::-1]])
def test_the_margin_is_the_distance_to_the_nearest_of_many_points_of_the_outline(polygon):
    share = np.linspace(0, 1, 2000)[:, None]
    outline = np.vstack([
        a + share * (b - a) for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True)
    ])  # fmt: skip
    inside = Path(np.vstack((polygon, polygon[:1]))).contains_points(cloud())
    nearest = np.array([np.hypot(*(outline - point).T).min() for point in cloud()])
    np.testing.assert_allclose(margin(cloud(), polygon), np.where(inside, nearest, -nearest),
                               atol=0.05)  # fmt: skip


@given(st.floats(-180, 180), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_the_margin_turns_grows_and_moves_with_everything(degrees, scale, shift):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    move = lambda points: scale * points @ np.array([[cos, sin], [-sin, cos]]) + shift  # noqa: E731
    np.testing.assert_allclose(
        margin(move(cloud()), move(ANGLE)), scale * margin(cloud(), ANGLE), atol=1e-9 * scale + 1e-9
    )


def test_a_closed_outline_and_doubled_corners_are_the_same_polygon():
    doubled = np.repeat(np.vstack((ANGLE, ANGLE[:1])), 2, axis=0)
    np.testing.assert_array_equal(margin(cloud(), doubled), margin(cloud(), ANGLE))


def test_of_no_samples_there_is_no_smallest_margin():
    assert math.isnan(margin_min(np.empty((0, 2)), SQUARE))
    assert math.isnan(margin_min(np.full((3, 2), np.nan), SQUARE))


# ---- area


@given(st.integers(3, 40), st.floats(1, 300), st.booleans())
def test_a_regular_polygon_has_the_area_of_the_book(corners, radius, clockwise):
    turn = 2 * np.pi * np.arange(corners) / corners
    polygon = radius * np.column_stack((np.cos(turn), np.sin(turn)))
    expected = corners / 2 * radius**2 * math.sin(2 * np.pi / corners)
    assert base_area(polygon[::-1] if clockwise else polygon) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("polygon", "message"),
    [
        (SQUARE[:2], "three corners; this one has 2"),
        (SQUARE[:0], "this one has 0"),
        (np.repeat(SQUARE[:1], 5, axis=0), "this one has 0"),
        (np.array([[0, 0], [1, 1], [3, 3.0]]), "no area"),
        (SQUARE[[0, 2, 1, 3]], "crosses itself"),
        (np.array([[0, 0], [1, 0], [np.nan, 1]]), "corner of the polygon is missing"),
        (np.zeros((4, 3)), r"shape \(4, 3\)"),
    ],
)
def test_what_is_no_polygon_is_refused_in_words(polygon, message):
    with pytest.raises(ValueError, match=message):
        base_area(polygon)


# ---- bases


def test_a_base_of_both_feet_holds_both_and_what_lies_between():
    base = base_of_support(LEFT, RIGHT)
    for foot in (LEFT, RIGHT):
        assert margin_min(foot.outline_mm(), base) > -1e-9
    between = (LEFT.center_mm + RIGHT.center_mm) / 2
    assert margin_min(between[None], base) > 50
    assert base_area(base) > base_area(LEFT.outline_mm()) + base_area(RIGHT.outline_mm())


def test_one_foot_offers_as_much_as_the_other():
    assert base_area(base_of_support(LEFT)) == pytest.approx(base_area(base_of_support(RIGHT)))
    with pytest.raises(ValueError, match="at least one foot"):
        base_of_support()


def test_leaning_all_around_gives_the_base_that_was_leant_to():
    # Along the outline of a square of 80 mm, then much within.
    rng = np.random.default_rng(0)
    along = rng.uniform(0, 80, 4000)
    side = rng.integers(0, 4, 4000)
    walls = np.choose(side, [along, np.full(4000, 80.0), along, np.zeros(4000)])
    rise = np.choose(side, [np.zeros(4000), along, np.full(4000, 80.0), along])
    leaning = np.vstack((np.column_stack((walls, rise)), rng.uniform(10, 70, (3000, 2))))
    assert base_area(functional_base(leaning)) == pytest.approx(6400, rel=0.01)


def test_a_foot_counts_only_where_it_carries_four_tenths_of_the_weight():
    rng = np.random.default_rng(1)
    cop_mm, load_n = rng.uniform(0, 50, (500, 2)), np.full(500, 400.0)
    cop_mm[0], load_n[0] = (500, 500), 279.0
    cop_mm[1], load_n[1] = (np.nan, np.nan), 0.0
    cop_mm[2], load_n[2] = (500, -500), np.nan
    base = functional_base(cop_mm, load_n, 700.0)
    assert base.max() <= 50
    load_n[0] = 281.0
    assert functional_base(cop_mm, load_n, 700.0).max() == 500


def test_sway_uses_the_share_of_its_ellipse():
    cop_mm = np.random.default_rng(3).normal(50, 4, (500, 2))
    expected = 100 * prediction_ellipse(cop_mm).area_mm2 / 10_000
    assert base_use(cop_mm, SQUARE) == pytest.approx(expected)
    assert math.isnan(base_use(cop_mm[:2], SQUARE))


@pytest.mark.parametrize("leaning", [np.empty((0, 2)), np.zeros((9, 2)), np.full((9, 2), np.nan)])
def test_leaning_that_spans_nothing_is_refused_with_what_to_do(leaning):
    with pytest.raises(SolemetryError, match=r"no area: [09] position.*Lean as far"):
        functional_base(leaning)
    with pytest.raises(ValueError, match="go together"):
        functional_base(leaning, np.zeros(len(leaning)))


# ---- a real leaning trial


def test_a_real_leaning_trial_gives_the_base_of_the_published_model(real_data):
    # Millard and Sloot 2025: the model is scaled by foot width and length (metadata_01.csv).
    folder = real_data("posture/fbos_millard")
    width_mm, length_mm = 89.876, 253.339
    model = np.loadtxt(folder / "normBosModelIorBare.csv", delimiter=",") * (width_mm, length_mm)
    areas = []
    for trial in ("01", "02"):
        table = np.genfromtxt(folder / f"forcedata_{trial}.csv", delimiter=",", skip_header=1)
        weight_n = float(np.median(table[:, 5] + table[:, 11]))
        for first in (0, 6):
            cop_mm, load_n = table[:, first : first + 2] * 1000, table[:, first + 5]
            base = functional_base(cop_mm, load_n, weight_n)
            loaded = load_n >= 0.4 * weight_n
            assert margin_min(cop_mm[loaded], base) == pytest.approx(0, abs=1e-9)
            areas.append(base_area(base))
    # One person, four bases; the model is the mean of 27 people.
    assert np.mean(areas) == pytest.approx(base_area(model), rel=0.2)
    # Much smaller than the outline of the foot: that is their point.
    foot = FootRegistration("left", (0.0, 0.0), 0.0, length_mm)
    assert np.mean(areas) < 0.4 * base_area(foot.outline_mm())
