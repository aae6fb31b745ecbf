# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration, forefoot_share_of_both, right_share

LEFT = FootRegistration("left", (-60.0, -100.0), -7.0, 255.0)
RIGHT = FootRegistration("right", (60.0, -100.0), 7.0, 255.0)


def test_a_straight_foot_is_measured_along_its_length():
    foot = FootRegistration("left", (0.0, -100.0), 0.0, 200.0)
    places = np.array([[0, -100], [50, 0], [-50, 100], [0, 120], [np.nan, 0]])
    np.testing.assert_allclose(foot.along(places), [0, 0.5, 1, 1.1, np.nan])


def test_a_positive_axis_turns_the_toes_to_the_right():
    foot = FootRegistration("right", (0.0, 0.0), 30.0, 200.0)
    toe = 200 * np.array([0.5, math.sqrt(3) / 2])
    assert foot.along(toe) == pytest.approx(1.0)
    assert foot.along(np.array([-1.0, 0.0])) < 0


@given(st.floats(0, 1), st.floats(-40, 40), st.floats(-50, 50))
def test_the_lever_gives_back_the_share_that_made_the_centre_of_pressure(share, axis, sideways):
    foot = FootRegistration("left", (-80.0, -120.0), axis, 240.0)
    cop_mm = share * foot.fore_load_mm + (1 - share) * foot.heel_load_mm
    angle = math.radians(axis)
    across = sideways * np.array([math.cos(angle), -math.sin(angle)])
    assert foot.forefoot_share(cop_mm + across) == pytest.approx(share, abs=1e-9)


def test_load_on_the_toes_gives_a_share_above_one():
    assert LEFT.forefoot_share(LEFT._at(0.9)) > 1
    assert LEFT.forefoot_share(LEFT._at(0.05)) < 0


@given(st.floats(0, 1))
def test_the_lever_between_two_feet_gives_the_right_share(share):
    cop_mm = share * RIGHT.center_mm + (1 - share) * LEFT.center_mm
    assert right_share(cop_mm, LEFT, RIGHT) == pytest.approx(share, abs=1e-9)


@given(st.floats(0, 1))
def test_the_forefoot_share_of_both_feet_is_not_moved_by_toeing_out(share):
    ends = (
        share * LEFT.fore_load_mm + (1 - share) * LEFT.heel_load_mm,
        share * RIGHT.fore_load_mm + (1 - share) * RIGHT.heel_load_mm,
    )
    both = forefoot_share_of_both((ends[0] + ends[1]) / 2, LEFT, RIGHT)
    assert both == pytest.approx(share, abs=1e-9)


def test_two_left_feet_are_refused():
    with pytest.raises(SolemetryError, match="left and left"):
        right_share(np.zeros(2), LEFT, LEFT)
    on_top = FootRegistration("right", (-60.0, -100.0), -7.0, 255.0)
    with pytest.raises(SolemetryError, match="same spot"):
        right_share(np.zeros(2), LEFT, on_top)


# ---- presses


def press(ml, ap, n=100, scatter=3.0, seed=0):
    return np.random.default_rng(seed).normal((ml, ap), scatter, size=(n, 2))


def test_presses_become_the_ends_of_the_lever():
    heel, toe = press(-70, -60, seed=1), press(-50, 80, seed=2)
    foot = FootRegistration.from_presses(heel, toe, 260.0, "left")
    np.testing.assert_allclose(foot.heel_load_mm, np.median(heel, axis=0))
    np.testing.assert_allclose(foot.fore_load_mm, np.median(toe, axis=0))
    assert foot.heel_lever == 0.15
    assert foot.axis_deg == pytest.approx(math.degrees(math.atan2(20, 140)), abs=0.5)
    assert foot.forefoot_share(np.median(heel, axis=0)) == pytest.approx(0, abs=1e-9)
    assert foot.forefoot_share(np.median(toe, axis=0)) == pytest.approx(1)


def test_missing_samples_in_a_press_are_left_out():
    heel, toe = press(0, -60), press(0, 80)
    heel[3] = np.nan
    assert FootRegistration.from_presses(heel, toe, 260.0, "left").side == "left"


@pytest.mark.parametrize(
    ("heel", "toe", "message"),
    [
        (press(0, 0), press(0, 40), "too close together"),
        (press(0, -150), press(0, 150), "too far apart"),
        (press(0, 80), press(0, -60), "behind the heel"),
        (press(0, -60, scatter=25), press(0, 80), r"heel press was not still.*heel again"),
        (press(0, -60), press(0, 80, scatter=25), "forefoot press was not still"),
        (press(0, -60, n=3), press(0, 80), "only 3 samples"),
        (np.full((50, 2), np.nan), press(0, 80), "only 0 samples"),
    ],
)
def test_presses_that_cannot_be_a_foot_are_refused_with_what_to_do(heel, toe, message):
    with pytest.raises(SolemetryError, match=message) as refusal:
        FootRegistration.from_presses(heel, toe, 260.0, "left")
    assert refusal.value.remedy


# ---- text


def test_an_entry_is_read():
    foot = FootRegistration.parse("left:heel=-60,-100;axis=-7;length=255")
    assert foot == LEFT
    full = FootRegistration.parse(" Right: heel = 60, -100 ; length = 255 ; levers=0.2,0.7; ")
    assert full == FootRegistration("right", (60.0, -100.0), 0.0, 255.0, 0.2, 0.7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("heel=1,2;length=255", "does not begin with left: or right:"),
        ("both:heel=1,2;length=255", "left: or right:"),
        ("left:length=255", "lacks heel"),
        ("left:", "lacks heel and length"),
        ("left:heel=1;length=255", "should have 2"),
        ("left:heel=a,b;length=255", "not a number"),
        ("left:heel=1,2;length=255;toe=3", "'toe'.*not known"),
        ("left:heel=1,2;heel=1,2;length=255", "given twice"),
        ("left:heel=1,2;length=25", "25 mm is not plausible"),
        ("left:heel=nan,2;length=255", "no number"),
        ("left:heel=1,2;length=255;levers=0.7,0.2", "in front of the heel"),
    ],
)
def test_an_entry_that_cannot_be_read_says_why(text, message):
    with pytest.raises(SolemetryError, match=message):
        FootRegistration.parse(text)


@given(
    st.floats(-300, 300),
    st.floats(-90, 90),
    st.floats(100, 400),
    st.sampled_from(["left", "right"]),
)
def test_json_gives_back_the_same_foot(heel, axis, length, side):
    foot = FootRegistration(side, (heel, -heel), axis, length)
    assert FootRegistration.from_json(foot.to_json()) == foot


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"side": "left", "heel_mm": [1]}'])
def test_json_of_something_else_is_refused(text):
    with pytest.raises(SolemetryError, match="registration"):
        FootRegistration.from_json(text)


# ---- drawing


@pytest.mark.parametrize("foot", [LEFT, RIGHT])
def test_the_outline_is_closed_and_as_long_as_the_foot(foot):
    outline = foot.outline_mm(200)
    assert outline.shape == (200, 2)
    np.testing.assert_allclose(outline[0], outline[-1])
    along = foot.along(outline)
    assert along.min() == pytest.approx(0, abs=0.02)
    assert along.max() == pytest.approx(1, abs=0.02)


def test_left_and_right_outlines_are_mirror_images():
    mirrored = LEFT.outline_mm() * (-1, 1)
    np.testing.assert_allclose(mirrored, RIGHT.outline_mm(), atol=1e-9)


def test_the_big_toe_is_on_the_inside():
    tip = LEFT.outline_mm(400)[np.argmax(LEFT.along(LEFT.outline_mm(400)))]
    middle = LEFT._at(1.0)
    assert tip[0] > middle[0]  # the left foot's inside is to the right
