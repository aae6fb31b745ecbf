# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.path import Path
from scipy.io import loadmat

from solemetry.sway import (
    boundary_by_direction,
    boundary_summary,
    time_to_boundary,
    time_to_contact,
)

SQUARE = np.array([[0, 0], [100, 0], [100, 100], [0, 100.0]])
PATHS = ("straight", "quadratic")


def wandering(n=400, seed=5):
    """A smooth path within some 25 mm of the origin, sampled at 50 Hz."""
    t = np.arange(n) / 50
    rng = np.random.default_rng(seed)
    amplitude, phase = rng.uniform(1, 6, (2, 5)), rng.uniform(0, 2 * np.pi, (2, 5))
    frequency = np.array([0.13, 0.31, 0.52, 0.9, 1.7])
    turns = 2 * np.pi * frequency * t[:, None, None] + phase
    return (amplitude * np.sin(turns)).sum(axis=2)


def star(corners, seed):
    """A polygon with bays and spikes around the origin."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.2, 0.2, corners)) / corners
    radius = rng.uniform(30, 120, corners)
    return np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]


def turned(points, degrees):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return points @ np.array([[cos, sin], [-sin, cos]])


# ---- closed forms


@given(st.floats(1, 99), st.floats(1, 99), st.floats(0.1, 500))
def test_a_steady_walk_meets_the_edge_of_a_square_after_distance_over_speed(x, y, speed):
    contact = time_to_contact([[x, y]] * 4, speed * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]),
                              None, SQUARE)  # fmt: skip
    expected = np.array([100 - x, 100 - y, x, y]) / speed
    np.testing.assert_allclose(contact.time_s, expected, rtol=1e-12)
    np.testing.assert_array_equal(contact.edge, [1, 2, 3, 0])


@given(st.floats(1, 99), st.floats(-200, 200), st.floats(-400, 400).filter(lambda a: abs(a) > 1e-3))
def test_an_accelerated_walk_meets_it_at_the_root_of_its_parabola(x, speed, acceleration):
    # x + v t + a t^2 / 2 reaches 0 or 100, whichever comes first.
    roots = np.concatenate(
        [np.roots([acceleration / 2, speed, x - wall]) for wall in (0.0, 100.0)]
    )
    real = roots[np.isreal(roots)].real
    contact = time_to_contact([[x, 50.0]], [[speed, 0]], [[acceleration, 0]], SQUARE)
    assert contact.time_s[0] == pytest.approx(real[real > 0].min(), rel=1e-6)


def test_sampled_at_any_rate_a_parabola_is_followed_exactly():
    t = np.arange(30) / 40
    cop_mm = np.column_stack((50 - 20 * t + 30 * t**2, 40 + 10 * t - 5 * t**2))
    series = time_to_boundary(cop_mm, 40, SQUARE, "quadratic")
    leaves = np.roots([30, -20, -50])
    np.testing.assert_allclose(series.time_s[1:-1], leaves.max() - t[1:-1], rtol=1e-9)
    assert np.isnan(series.time_s[[0, -1]]).all()
    assert (series.edge[[0, -1]] == -1).all()


def test_a_brief_glance_at_the_line_of_an_edge_is_no_contact():
    # An angle like an L: seen from its foot, the line of the upper edge lies nearer than the wall.
    angle = np.array([[0, 0], [100, 0], [100, 30], [30, 30], [30, 100], [0, 100.0]])
    contact = time_to_contact([[20, 15.0], [20, 60.0]], [[10, 0.0], [10, 0.0]], None, angle)
    np.testing.assert_allclose(contact.time_s, [8.0, 1.0])
    np.testing.assert_array_equal(contact.edge, [1, 3])


@pytest.mark.parametrize("path", PATHS)
def test_a_dent_of_a_hair_changes_nothing_to_speak_of(path):
    # Convex polygons are gone about another way; with a dent this one is not convex any more.
    turn = np.arange(6) * np.pi / 3
    hexagon = 80 * np.column_stack((np.cos(turn), np.sin(turn)))
    dent = (1 - 1e-9) * (hexagon[0] + hexagon[1]) / 2
    whole = time_to_boundary(wandering(), 50, hexagon, path)
    dented = time_to_boundary(wandering(), 50, np.insert(hexagon, 1, dent, axis=0), path)
    np.testing.assert_allclose(dented.time_s, whole.time_s, rtol=1e-6)
    np.testing.assert_array_equal(np.maximum(dented.edge - 1, 0)[1:-1], whole.edge[1:-1])


def test_a_path_through_a_corner_is_not_lost_between_two_edges():
    contact = time_to_contact([[50, 50.0]], [[10, 10.0]], None, SQUARE)
    assert contact.time_s[0] == pytest.approx(5.0)
    assert contact.edge[0] in (1, 2)


def test_outside_and_on_the_boundary_no_time_is_left():
    contact = time_to_contact([[120, 50.0], [100, 50.0]], [[-5, 0.0], [3, 0.0]], None, SQUARE)
    np.testing.assert_array_equal(contact.time_s, [0, 0])
    np.testing.assert_array_equal(contact.edge, [-1, -1])


@pytest.mark.parametrize("path", PATHS)
def test_at_rest_the_boundary_is_never_met(path):
    series = time_to_boundary(np.full((20, 2), 50.0), 100, SQUARE, path)
    assert np.isposinf(series.time_s[1:-1]).all()
    assert (series.edge == -1).all()
    summary = boundary_summary(series.time_s)
    assert math.isnan(summary.min_s)
    assert (summary.minima, summary.outside_pct) == (0, 0.0)


# ---- any polygon, against another program's inside and outside


@given(
    st.integers(0, 10_000), st.integers(3, 14),
    st.floats(-1, 1), st.floats(-1, 1), st.floats(-3, 3), st.floats(-3, 3), st.booleans(),
)  # fmt: skip
def test_the_path_stays_inside_until_then_and_is_outside_right_after(
    seed, corners, vx, vy, ax, ay, clockwise
):
    polygon = star(corners, seed)
    outline = Path(np.vstack((polygon, polygon[:1])))
    position = polygon.mean(axis=0)
    assume(outline.contains_point(position, radius=0))
    assume(math.hypot(vx, vy) > 1e-2)
    velocity, acceleration = 50 * np.array([vx, vy]), 50 * np.array([ax, ay])
    for accelerates in (None, acceleration[None]):
        contact = time_to_contact(
            position[None], velocity[None], accelerates, polygon[::-1] if clockwise else polygon
        )
        first = contact.time_s[0]
        at = lambda t, a=accelerates: (  # noqa: E731
            position + np.outer(t, velocity)
            + (0 if a is None else np.outer(np.square(t) / 2, acceleration))
        )  # fmt: skip
        before = at(np.linspace(0, first * (1 - 1e-6), 300))
        assert outline.contains_points(before, radius=0).all()
        on = at(np.array([first]))[0]
        edge = contact.edge[0]
        a, b = (polygon[::-1] if clockwise else polygon).take([edge, edge + 1], 0, mode="wrap")
        along = np.clip((on - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        assert math.dist(on, a + along * (b - a)) < 1e-6


def test_on_a_convex_base_it_agrees_with_the_infinite_lines_of_others(real_data):
    # Liddy's toolbox (MIT) extends every edge to a line: right where the base is convex and the
    # centre of pressure inside, as in its example. Its derivatives are numpy's gradients.
    example = loadmat(real_data("posture/ttb_liddy/example_cop.mat"))
    cop_mm = np.column_stack((example["cop_x"], example["cop_y"]))[::5]
    base_mm = example["bound_pts"].astype(float)
    velocity = np.gradient(cop_mm, 1 / 24, axis=0)
    acceleration = np.gradient(velocity, 1 / 24, axis=0)
    edges = np.roll(base_mm, -1, axis=0) - base_mm
    normals = np.column_stack((-edges[:, 1], edges[:, 0]))
    for degree in (1, 2):
        accelerates = None if degree == 1 else acceleration
        ours = time_to_contact(cop_mm, velocity, accelerates, base_mm).time_s
        theirs = []
        for p, v, a in zip(cop_mm, velocity, acceleration, strict=True):
            roots = np.concatenate([
                np.roots([n @ a / 2, n @ v, n @ (p - corner)][2 - degree :])
                for n, corner in zip(normals, base_mm, strict=True)
            ])  # fmt: skip
            theirs.append(roots[np.isreal(roots) & (roots.real >= 0)].real.min())
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


# ---- properties


@pytest.mark.parametrize("path", PATHS)
@given(st.floats(-180, 180), st.floats(0.05, 20), st.floats(-500, 500), st.integers(0, 99))
def test_turning_scaling_and_moving_all_of_it_changes_nothing(path, degrees, scale, shift, seed):
    cop_mm, polygon = wandering(60, seed), star(9, 3)
    before = time_to_boundary(cop_mm, 50, polygon, path)
    after = time_to_boundary(
        scale * turned(cop_mm, degrees) + shift, 50, scale * turned(polygon, degrees) + shift, path
    )
    np.testing.assert_allclose(after.time_s, before.time_s, rtol=1e-5)


@pytest.mark.parametrize("path", PATHS)
@given(st.floats(0.1, 10))
def test_played_faster_the_time_is_shorter_by_as_much(path, faster):
    cop_mm, polygon = wandering(), star(9, 3)
    before = time_to_boundary(cop_mm, 50, polygon, path).time_s
    after = time_to_boundary(cop_mm, 50 * faster, polygon, path).time_s
    np.testing.assert_allclose(after * faster, before, rtol=1e-9)


@pytest.mark.parametrize("path", PATHS)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_of_a_stream_only_what_is_new_has_to_be_computed(path, sizes):
    cop_mm, polygon = wandering(sum(sizes) + 2), star(9, 3)
    whole = time_to_boundary(cop_mm, 50, polygon, path).time_s[1:-1]
    pieces, at = [], 0
    for size in sizes:
        pieces.append(time_to_boundary(cop_mm[at : at + size + 2], 50, polygon, path).time_s[1:-1])
        at += size
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


@pytest.mark.parametrize("path", PATHS)
def test_a_long_trial_is_the_same_as_its_pieces(path):
    # Long enough to be cut into blocks inside.
    cop_mm, polygon = wandering(20_000), star(9, 3)
    whole = time_to_boundary(cop_mm, 50, polygon, path).time_s
    half = time_to_boundary(cop_mm[:10_000], 50, polygon, path).time_s
    np.testing.assert_array_equal(whole[:9_999], half[:9_999])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_a_missing_sample_takes_its_neighbours_with_it_and_no_more(path, missing):
    cop_mm, polygon = wandering(50), star(9, 3)
    whole = time_to_boundary(cop_mm, 50, polygon, path).time_s
    cop_mm[20, 1] = missing
    gapped = time_to_boundary(cop_mm, 50, polygon, path).time_s
    assert np.isnan(gapped[19:22]).all()
    kept = np.r_[1:19, 22:49]
    np.testing.assert_array_equal(gapped[kept], whole[kept])


# ---- directions


def test_in_a_rectangle_each_axis_is_distance_over_speed():
    # As Hertel 2006: the foot a rectangle, each axis by itself.
    cop_mm = wandering()
    rectangle = np.array([[-60, -80], [60, -80], [60, 80], [-60, 80.0]])
    velocity = (cop_mm[2:] - cop_mm[:-2]) / 2 * 50
    inner = cop_mm[1:-1]
    for column, axis in enumerate(("ml", "ap")):
        wall = np.where(velocity[:, column] > 0, 1, -1) * (60, 80)[column]
        expected = (wall - inner[:, column]) / velocity[:, column]
        ours = time_to_boundary(cop_mm, 50, rectangle, axis=axis).time_s[1:-1]
        np.testing.assert_allclose(ours, expected, rtol=1e-9)


@pytest.mark.parametrize("path", PATHS)
def test_the_sides_share_out_what_the_axes_have(path):
    parts = boundary_by_direction(wandering(), 50, star(9, 3), path)
    assert list(parts) == ["ml", "left", "right", "ap", "back", "front"]
    for axis, sides in (("ml", ("left", "right")), ("ap", ("back", "front"))):
        assert parts[axis].min_s == min(parts[side].min_s for side in sides)
        assert parts[axis].minima == sum(parts[side].minima for side in sides)


def test_a_path_that_turns_back_is_headed_for_where_it_ends():
    # Still moving right, but pulled left: the parabola meets the left side.
    t = np.arange(21) / 100
    cop_mm = np.column_stack((50 + 20 * t - 100 * t**2, np.full(21, 50.0)))
    early = boundary_by_direction(cop_mm[:9], 100, SQUARE, "quadratic")
    assert math.isnan(early["right"].min_s)
    assert early["left"].min_s > 0
    straight = boundary_by_direction(cop_mm[:9], 100, SQUARE, "straight")
    assert math.isnan(straight["left"].min_s)


def test_mirrored_left_and_right_change_places():
    cop_mm, polygon = wandering(), star(9, 3)
    parts = boundary_by_direction(cop_mm, 50, polygon)
    mirrored = boundary_by_direction(cop_mm * (-1, 1), 50, polygon * (-1, 1))
    assert mirrored["left"].mean_min_s == pytest.approx(parts["right"].mean_min_s, rel=1e-9)
    assert mirrored["front"].mean_min_s == pytest.approx(parts["front"].mean_min_s, rel=1e-9)


# ---- summary


def test_minima_are_counted_once_each_and_not_at_ends_or_gaps():
    time_s = np.array([1, 3, 2, 4, 2, 2, 5, 0, 0, 6, np.nan, 1, 7, np.inf, 3, np.inf, 2.0])
    summary = boundary_summary(time_s)
    minima = [2, 2, 0, 3]
    assert summary.minima == 4
    assert summary.mean_min_s == np.mean(minima)
    assert summary.sd_min_s == pytest.approx(np.std(minima, ddof=1))
    assert summary.min_s == 0
    assert summary.outside_pct == pytest.approx(100 * 2 / 16)


def test_a_step_on_the_way_down_is_no_minimum():
    assert boundary_summary(np.array([5, 3, 3, 2, 4.0])).minima == 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_without_a_sample_and_its_neighbours_nothing_is_said(n):
    series = time_to_boundary(np.zeros((n, 2)), 100, SQUARE - 50)
    assert np.isnan(series.time_s).all()
    summary = boundary_summary(series.time_s)
    assert np.isnan([summary.min_s, summary.mean_min_s, summary.outside_pct]).all()


def test_what_cannot_be_is_refused_in_words():
    cop_mm = np.zeros((5, 2))
    with pytest.raises(ValueError, match=r"\(T, 2\)"):
        time_to_boundary(np.zeros(5), 100, SQUARE)
    with pytest.raises(ValueError, match="rate is 0"):
        time_to_boundary(cop_mm, 0, SQUARE)
    with pytest.raises(ValueError, match=r"straight or quadratic.*cubic"):
        time_to_boundary(cop_mm, 100, SQUARE, "cubic")
    with pytest.raises(ValueError, match="crosses itself"):
        time_to_boundary(cop_mm, 100, SQUARE[[0, 2, 1, 3]])
    with pytest.raises(ValueError, match="5 and 4 samples"):
        time_to_contact(cop_mm, np.zeros((4, 2)), None, SQUARE)


def test_the_example_of_others_gives_times_of_the_known_size(real_data):
    # Quiet standing of a healthy adult: minima of the parabola's time average about a second.
    example = loadmat(real_data("posture/ttb_liddy/example_cop.mat"))
    cop_mm = np.column_stack((example["cop_x"], example["cop_y"]))
    series = time_to_boundary(cop_mm, 120, example["bound_pts"].astype(float), "quadratic")
    summary = boundary_summary(series.time_s)
    assert 0.2 < summary.min_s < summary.mean_min_s < 3
    assert summary.outside_pct == 0
