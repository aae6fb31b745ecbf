# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.foot import FootRegistration
from solemetry.sway import (
    SingleLegStance,
    beside_foot,
    epoch_velocities,
    foot_down,
    load_lost,
    mean_velocity,
    single_leg_stance,
)

FOOT = FootRegistration("left", (0.0, -100.0), 0.0, 250.0)


def touching(*spans_s, seconds=30.0, fs_hz=100.0):
    mask = np.zeros(round(seconds * fs_hz), dtype=bool)
    for start_s, stop_s in spans_s:
        mask[round(start_s * fs_hz) : round(stop_s * fs_hz)] = True
    return mask


# ---- touches


def test_a_lifted_foot_is_down_from_twenty_newtons_until_below_ten():
    other_n = np.array([0, 15, 25, 15, np.nan, 11, 9, 15, 40, np.nan, np.nan, 12.0])
    down = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1]
    np.testing.assert_array_equal(foot_down(other_n), np.array(down, dtype=bool))
    assert foot_down(np.empty(0)).shape == (0,)
    assert not foot_down(np.full(5, np.nan)).any()


def test_load_lost_to_a_touch_is_a_tenth_of_body_weight():
    force_n = np.array([700, 640, 629, 0, np.nan, 800.0])
    np.testing.assert_array_equal(load_lost(force_n, 700), [False, False, True, True, False, False])


def test_a_centre_of_pressure_beside_the_foot_is_the_other_foot_s():
    outline = FOOT.outline_mm()
    right_edge = outline[:, 0].max()
    level = outline[np.argmax(outline[:, 0]), 1]
    cop_mm = np.array([[0, 0], [right_edge + 9, level], [right_edge + 30, level], [np.nan, 0]])
    np.testing.assert_array_equal(beside_foot(cop_mm, outline), [False, False, True, False])


# ---- one trial


def test_a_trial_is_held_until_the_first_touch():
    stance = single_leg_stance(touching((12.0, 12.5), (20.0, 21.0)), 100)
    assert stance == SingleLegStance(12.0, 12.0, 2, 1.5)
    assert single_leg_stance(touching((3.0, 3.2)), 100).longest_hold_s == pytest.approx(26.8)


def test_a_trial_without_a_touch_is_held_to_its_end():
    assert single_leg_stance(touching(), 100) == SingleLegStance(30.0, 30.0, 0, 0.0)


def test_a_flicker_is_no_touch_and_a_bounce_is_one():
    flicker, bounce = (5.0, 5.04), ((9.0, 9.2), (9.25, 9.5))
    stance = single_leg_stance(touching(flicker, *bounce), 100)
    assert stance.touch_downs == 1
    assert stance.hold_s == 9.0
    assert stance.touching_s == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(20, 300), st.integers(5, 100)), max_size=8),
       st.integers(20, 300))  # fmt: skip
def test_holds_and_touches_make_up_the_trial(pieces, rest):
    mask = np.concatenate([
        *(np.repeat([False, True], piece) for piece in pieces), np.zeros(rest, dtype=bool)
    ])  # fmt: skip
    stance = single_leg_stance(mask, 100)
    holds = [*(hold for hold, _ in pieces), rest]
    assert stance.touch_downs == len(pieces)
    assert stance.hold_s == pytest.approx(holds[0] / 100)
    assert stance.longest_hold_s == pytest.approx(max(holds) / 100)
    assert stance.touching_s == pytest.approx(sum(touch for _, touch in pieces) / 100)


def test_a_foot_that_never_left_the_ground_held_nothing():
    assert single_leg_stance(np.ones(500, dtype=bool), 100) == SingleLegStance(0.0, 0.0, 1, 5.0)
    assert single_leg_stance(np.zeros(0, dtype=bool), 100) == SingleLegStance(0.0, 0.0, 0, 0.0)


@given(st.floats(0.5, 20))
def test_at_another_rate_the_times_are_the_same(faster):
    mask = touching((12.0, 12.5), (20.0, 21.0))
    stance = single_leg_stance(mask, 100)
    assert single_leg_stance(np.repeat(mask, 10), 1000) == stance


def test_all_three_ways_tell_of_the_same_touch():
    # From 10 to 11 s the other foot stands beside and takes 150 of 700 N.
    down = touching((10.0, 11.0))
    other_n, force_n = np.where(down, 150.0, 0.0), np.where(down, 550.0, 700.0)
    cop_mm = np.where(down[:, None], (120.0, 0.0), (0.0, 0.0))
    for mask in (foot_down(other_n), load_lost(force_n, 700), beside_foot(cop_mm,
                 FOOT.outline_mm())):  # fmt: skip
        assert single_leg_stance(mask, 100) == SingleLegStance(10.0, 19.0, 1, 1.0)


# ---- epochs


def test_each_epoch_has_the_mean_velocity_of_its_own_steps():
    cop_mm = np.cumsum(np.random.default_rng(3).normal(size=(1301, 2)), axis=0)
    velocities = epoch_velocities(cop_mm, 100)
    assert velocities.shape == (2,)
    for epoch in (0, 1):
        own = cop_mm[500 * epoch : 500 * epoch + 501]
        assert velocities[epoch] == pytest.approx(mean_velocity(own, 100))


def test_epochs_of_equal_length_average_to_the_whole_trial():
    cop_mm = np.cumsum(np.random.default_rng(3).normal(size=1001))
    assert epoch_velocities(cop_mm, 100, 1.0).mean() == pytest.approx(mean_velocity(cop_mm, 100))


def test_an_epoch_without_a_step_is_unknown_and_a_short_trial_has_none():
    cop_mm = np.zeros(1001)
    cop_mm[:501:2] = np.nan
    velocities = epoch_velocities(cop_mm, 100)
    assert np.isnan(velocities[0])
    assert velocities[1] == 0
    assert epoch_velocities(np.zeros(500), 100).shape == (0,)


def test_what_cannot_be_is_refused_in_words():
    for call, message in (
        (lambda: single_leg_stance(np.zeros(9), 100), "float64.*should be bool"),
        (lambda: single_leg_stance(np.zeros(9, dtype=bool), 0), "rate is 0"),
        (lambda: load_lost(np.zeros(9), 0), "body weight is 0"),
        (lambda: foot_down(np.zeros((9, 2))), "lifted foot has shape"),
        (lambda: epoch_velocities(np.zeros(9), 100, 0.001), "holds no step"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
