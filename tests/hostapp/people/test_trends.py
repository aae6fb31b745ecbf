# SPDX-License-Identifier: Apache-2.0
"""A person's own trends: only like with like, and a change only above their own noise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import UnavailableError
from solemetry_host.people.results import Alike, Value, values_of
from solemetry_host.people.trends import Trend, left_and_right, trends

MONDAY = date(2026, 11, 2)
ALIKE = Alike(
    "single-leg-eyes-closed", 1, 1, "plate-7 (cal-1)", "barefoot", "plate", "none", "single", 1.0,
    "without",
)  # fmt: skip


def days_of(*days: list[float], side: str = "left", measure: str = "closed.time_s") -> list[Value]:
    return [
        Value(measure, side, ALIKE, MONDAY + timedelta(days=number), value)
        for number, values in enumerate(days)
        for value in values
    ]


def only(values: list[Value]) -> Trend:
    (trend,) = trends(values)
    return trend


@pytest.mark.parametrize(
    "other",
    [
        {"devices": {"plate-8": "cal-2026-11-01"}},
        {"devices": {"plate-7": "cal-2026-11-09"}},
        {"footwear": "sock"},
        {"surface": "foam"},
        {"support": "fingertip"},
        {"posture": "tandem"},
        {"side": "right"},
        {"drill": "single-leg-eyes-open"},
        {"version": 2},
        {"level": 2},
        {"band": 1.2},
        {"with_feedback": True},
    ],
)
def test_what_is_not_alike_is_not_joined(make_result: Callable, other: dict[str, Any]) -> None:
    later = datetime(2026, 11, 3, 9, tzinfo=UTC)
    first = values_of(make_result("p-abc234"))
    alike = values_of(make_result("p-abc234", later))
    apart = values_of(make_result("p-abc234", later, **other))
    assert [len(trend.days) for trend in trends(first + alike)] == [2]
    assert [len(trend.days) for trend in trends(first + apart)] == [1, 1]


@given(order=st.permutations(days_of([9, 8, 9.5], [8.5, 9, 10], [15.0, 16, 14])))
def test_the_order_of_the_values_does_not_matter(order: list[Value]) -> None:
    trend = only(order)
    assert [day.day for day in trend.days] == [MONDAY + timedelta(days=n) for n in range(3)]
    assert trend.change is not None
    assert trend.change.changed


def test_nothing_is_said_before_two_days_have_repeats() -> None:
    trend = only(days_of([9.0, 8.0, 9.5], [8.5], [9.0]))
    assert (trend.own, trend.change, trend.band) == (None, None, None)
    assert "2 days with repeats; so far there are 1" in trend.note


def test_the_first_days_are_not_held_against_themselves() -> None:
    trend = only(days_of([9.0, 8.0, 9.5], [8.5, 9.0, 10.0]))
    assert trend.own is not None
    assert trend.change is None
    assert "first days" in trend.note


def test_values_at_a_limit_have_no_noise() -> None:
    trend = only(days_of([45.0, 45.0], [45.0, 45.0], [30.0, 31.0]))
    assert trend.own is None
    assert "alike" in trend.note


def test_values_that_may_be_zero_are_compared_by_difference() -> None:
    trend = only(days_of([0.0, 2.0, -1.0], [1.0, 0.0, 0.5], [30.0, 31.0, 32.0]))
    assert trend.change is not None
    assert trend.change.scale == "plain"
    assert trend.change.change == pytest.approx(31 - (1 / 3 + 0.5) / 2)


def test_of_those_who_stay_the_same_about_five_in_a_hundred_are_told_changed() -> None:
    rng = np.random.default_rng(7)
    told = 0
    for _ in range(300):
        days = [
            list(np.exp(2.2 + 0.05 * rng.standard_normal() + 0.1 * rng.standard_normal(3)))
            for _ in range(3)
        ]
        trend = only(days_of(*days))
        assert trend.change is not None
        assert trend.band is not None
        inside = trend.band[0] <= trend.change.after <= trend.band[1]
        told += trend.change.changed
        assert trend.change.changed or inside
    assert told <= 0.08 * 300


def test_who_triples_is_told_changed() -> None:
    trend = only(days_of([9.0, 8.0, 9.5], [8.5, 9.0, 10.0], [27.0, 26.0, 28.0]))
    assert trend.change is not None
    assert trend.change.changed
    assert trend.change.change == pytest.approx(27 / 9, rel=0.02)


STEADY = ([9.0, 8.8, 9.2], [9.1, 8.9, 9.0])


@pytest.mark.parametrize(
    ("right", "differ", "words"),
    [
        (([5.0, 4.9, 5.1], [5.0, 4.8, 5.2]), True, "the right is 44 % lower"),
        (([8.3, 8.2, 8.4], [8.3, 8.3, 8.2]), False, "less than the 15 % that count"),
        (([3.0, 12.0, 5.0], [2.0, 9.0, 4.0]), False, "within noise"),
    ],
)
def test_sides_differ_only_above_noise_and_fifteen_percent(
    right: tuple[list[float], ...], differ: bool, words: str
) -> None:
    sides = left_and_right(only(days_of(*STEADY)), only(days_of(*right, side="right")))
    assert sides.differ is differ
    assert words in sides.words


def test_sides_need_three_trials_each_on_one_day() -> None:
    left, right = only(days_of(*STEADY)), only(days_of([9.0, 8.0], [8.0, 9.0], side="right"))
    with pytest.raises(UnavailableError, match="3 trials"):
        left_and_right(left, right)


def test_sides_without_known_noise_are_not_compared() -> None:
    left, right = only(days_of(STEADY[0])), only(days_of([5.0, 4.9, 5.1], side="right"))
    with pytest.raises(UnavailableError, match="noise is not known"):
        left_and_right(left, right)


def test_only_two_sides_of_the_same_are_held_against_each_other() -> None:
    left = only(days_of(*STEADY))
    with pytest.raises(ValueError, match="Only like"):
        left_and_right(left, only(days_of(*STEADY, side="right", measure="closed.cop.speed")))
    with pytest.raises(ValueError, match="left and left"):
        left_and_right(left, left)
