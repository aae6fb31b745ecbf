# SPDX-License-Identifier: Apache-2.0
"""A walk against a person's own earlier ones: people whose spread is known, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from solemetry import imu, pronation
from solemetry.errors import UnavailableError
from solemetry.gait.stepping import Feature

ONE = {"force_index": Feature("1", "lateral less medial")}
LIKE = {
    "side": "left", "device": "insole-16-esp32s3", "calibration": "c1", "footwear": "shoe A",
    "surface": "track", "speed_m_s": 1.3,
}  # fmt: skip


def walk(values, day, **other):
    steps = pd.DataFrame({"force_index": np.asarray(values, dtype=float)})
    return pronation.Walk(steps, day, **(LIKE | other))


def compared(now, baseline):
    return pronation.against_baseline(now, baseline, ONE).loc["force_index"]


class Person:
    """Walks whose steps scatter by `step`, and whose days scatter by `day`."""

    def __init__(self, seed, step=0.1, day=0.05):
        self.chance, self.step, self.day = np.random.default_rng(seed), step, day

    def walk(self, day, shift=0.0, n=40, **other):
        middle = 0.2 + shift + self.chance.normal(0, self.day)
        return walk(self.chance.normal(middle, self.step, n), day, **other)


def test_a_shift_larger_than_steps_and_days_scatter_is_told():
    person = Person(1)
    days = [person.walk(day) for day in ("mo", "tu", "we", "th")]
    row = compared(person.walk("fr", shift=0.6), days)
    assert row.outcome == "changed"
    assert row.value == pytest.approx(0.6, abs=0.2)
    assert row.value == pytest.approx(row.now - row.baseline)
    assert row["sd"] == pytest.approx(0.1, rel=0.2)
    assert row.valid
    assert (row.n, row.n_baseline, row.days) == (40, 160, 4)


@pytest.mark.parametrize("day", [0.0, 0.05, 0.1])
def test_of_people_in_whom_nothing_changed_few_are_called_changed(day):
    called = []
    for seed in range(300):
        person = Person(seed, day=day)
        row = compared(person.walk("now"), [person.walk(name) for name in "abcd"])
        called.append(row.outcome == "changed")
    # 5 % are meant to be; four days know little of how days differ. By the spread of steps alone
    # it would be more than half of them where days differ as much as here.
    assert np.mean(called) <= 0.13


def test_days_that_differ_hide_a_shift_that_steps_alone_would_show():
    steady, unsteady = np.linspace(-0.1, 0.1, 40), (0.0, 0.3, -0.3)
    now = walk(0.25 + steady, "now")
    alike = [walk(steady, day) for day in "abc"]
    apart = [walk(off + steady, day) for off, day in zip(unsteady, "abc", strict=True)]
    assert compared(now, alike).outcome == "changed"
    row = compared(now, apart)
    assert row.outcome == "within noise"
    assert row.sd_days == pytest.approx(0.3, rel=0.01)


def test_walks_of_one_day_count_as_one():
    person = Person(3)
    morning, evening = person.walk("mo"), person.walk("mo")
    other = person.walk("tu")
    row = compared(person.walk("we"), [morning, evening, other])
    assert (row.days, row.n_baseline) == (2, 120)


@given(
    st.integers(0, 2**32 - 1), st.floats(-0.2, 0.2), st.integers(30, 60), st.integers(30, 60)
)  # fmt: skip
def test_within_a_day_it_is_welchs_t(seed, shift, n, m):
    chance = np.random.default_rng(seed)
    before, after = chance.normal(0, 0.1, n), chance.normal(shift, 0.15, m)
    row = compared(walk(after, "mo"), [walk(before, "mo")])
    p = ttest_ind(after, before, equal_var=False).pvalue
    assert row.outcome == ("changed" if p < 0.05 else "within noise")
    assert row.valid
    assert "one day" in row.note


def test_one_day_is_no_baseline_for_another():
    person = Person(4)
    row = compared(person.walk("tu", shift=5.0), [person.walk("mo")])
    assert row.outcome == "not comparable"
    assert not row.valid
    assert "how days differ" in row.note
    assert np.isnan(row.mdc95)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"side": "right"}, "side is another"),
        ({"device": "moticon-16-size-7"}, "device is another"),
        ({"calibration": "c2"}, "calibration is another"),
        ({"footwear": "barefoot"}, "footwear is another"),
        ({"surface": "treadmill"}, "surface is another"),
        ({"footwear": ""}, "footwear is not known"),
        ({"speed_m_s": 1.5}, "speed is another"),
        ({"speed_m_s": np.nan}, "speed or cadence is not known"),
    ],
)
def test_only_like_is_compared_with_like(other, why):
    person = Person(5)
    days = [person.walk(day) for day in "abc"]
    row = compared(person.walk("now", **other), days)
    assert row.outcome == "not comparable"
    assert not row.valid
    assert why in row.note
    assert np.isnan(row.value)
    # One that is unlike among others is left out, and said to be.
    row = compared(person.walk("now"), [*days, person.walk("d", **other)])
    assert row.outcome != "not comparable"
    assert row.days == 3
    assert "1 of 4 walks left out" in row.note
    assert why in row.note


def test_cadence_stands_in_for_a_speed_that_is_not_known():
    person = Person(6)
    unknown = {"speed_m_s": np.nan}
    days = [person.walk(day, cadence=110, **unknown) for day in "ab"]
    same, faster = (person.walk("now", cadence=cadence, **unknown) for cadence in (115, 130))
    assert compared(same, days).outcome != "not comparable"
    assert "130" in compared(faster, days).note


def test_few_steps_are_compared_and_marked():
    person = Person(7)
    row = compared(person.walk("now", n=29), [person.walk(day) for day in "abc"])
    assert row.outcome in ("changed", "within noise")
    assert not row.valid
    assert "29 of the 30" in row.note


def test_missing_steps_are_left_out_and_no_steps_compared_with_nothing():
    person = Person(8)
    days = [person.walk(day) for day in "abc"]
    holed = replace(days[0], steps=days[0].steps.where(np.arange(40)[:, None] % 2 == 0))
    assert compared(person.walk("now"), [holed, *days[1:]]).n_baseline == 100
    row = compared(walk(np.full(40, np.nan), "now"), days)
    assert (row.outcome, row.n) == ("not comparable", 0)


def test_values_without_any_spread_cannot_be_compared():
    alike = [walk(np.ones(40), day) for day in "ab"]
    row = compared(walk(np.ones(40), "now"), alike)
    assert row.outcome == "not comparable"
    row = compared(walk(np.ones(40), "a"), alike[:1])
    assert row.outcome == "not comparable"
    assert "spread" in row.note


def test_without_a_baseline_nothing_is_said():
    with pytest.raises(UnavailableError, match="by itself") as refusal:
        pronation.against_baseline(walk(np.ones(40), "now"), [])
    assert "two days" in refusal.value.remedy


def test_a_walk_without_the_column_is_refused():
    person = Person(10)
    with pytest.raises(ValueError, match="area_index"):
        pronation.against_baseline(person.walk("now"), [person.walk("a"), person.walk("b")])


def test_every_row_says_unit_definition_and_what_a_shift_is_not():
    person = Person(9)
    chance = np.random.default_rng(0)

    def full(day):
        columns = {name: chance.normal(size=40) for name in pronation.MEASURES | imu.MEASURES}
        return replace(person.walk(day), steps=pd.DataFrame(columns))

    table = pronation.against_baseline(
        full("now"), [full("a"), full("b")], pronation.MEASURES | imu.MEASURES
    )
    assert (table.unit != "").all()
    assert (table.definition != "").all()
    assert set(table.outcome) <= {"changed", "within noise", "not comparable"}
    assert "not angles" in table.attrs["caution"]
