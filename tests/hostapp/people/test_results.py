# SPDX-License-Identifier: Apache-2.0
"""A result is kept as it was, and its numbers know what they may be compared with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from solemetry.errors import FileError
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.people.results import Context, Result, as_json, read_result, values_of

numbers = st.floats(allow_nan=False, allow_infinity=False)
measures = st.dictionaries(st.sampled_from(["hold.time_s", "out.share.mt5.max"]), numbers)
sides = st.sampled_from(["left", "right", "both", "none"])
reps = st.builds(
    Rep, sides, st.integers(1, 4), st.integers(1, 20),
    st.sampled_from(["ok", "failed", "unverified"]), st.text(max_size=20), st.just("hold"),
    numbers, numbers, st.booleans(), measures,
)  # fmt: skip
outcomes = st.builds(
    Outcome, st.just("short-foot"), st.integers(1, 9), st.integers(1, 4),
    st.lists(reps, max_size=4).map(tuple), st.sampled_from(["completed", "touchdowns"]),
    st.dictionaries(sides, measures, max_size=2), st.just(("fz.bw",)),
    st.dictionaries(st.sampled_from(["pain", "grade"]), st.integers(0, 10) | st.text(max_size=9)),
    st.sampled_from([0.9, 1.0, 1.1]),
)  # fmt: skip
moments = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1),
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)  # fmt: skip


@given(outcome=outcomes, at=moments)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_result_comes_back_as_it_was(tmp_path: Path, outcome: Outcome, at: datetime) -> None:
    context = Context(at, {"plate-7": "cal-3"}, "barefoot", "plate", "none", "single", "a.h5")
    result = Result("p-abc234", context, outcome)
    file = tmp_path / "result.json"
    file.write_bytes(as_json(result))
    assert read_result(file) == result
    assert values_of(read_result(file)) == values_of(result)


def test_what_has_no_value_is_left_out(make_result: Callable, tmp_path: Path) -> None:
    result = make_result("p-abc234", times=(float("nan"), 8.0), measures={"best_s": float("inf")})
    file = tmp_path / "result.json"
    file.write_bytes(as_json(result))
    json.loads(file.read_bytes(), parse_constant=pytest.fail)
    kept = read_result(file).outcome
    assert [rep.measures for rep in kept.reps] == [{}, {"closed.time_s": 8.0}]
    assert kept.measures == {"left": {}}


def test_only_repetitions_that_were_ok_have_values(make_result: Callable) -> None:
    result = make_result("p-abc234", times=(9.0, 8.0), measures={"reps_ok": 1.0})
    first, second = result.outcome.reps
    broken_off = replace(
        result, outcome=replace(result.outcome, reps=(first, replace(second, status="failed")))
    )
    told = [(value.measure, value.value, value.alike.feedback) for value in values_of(broken_off)]
    assert told == [("closed.time_s", 9.0, "without"), ("reps_ok", 1.0, "whole")]


def test_the_day_is_that_of_the_place(make_result: Callable) -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert late.astimezone(UTC).date() == date(2026, 11, 3)
    assert {value.day for value in values_of(make_result("p-abc234", late))} == {date(2026, 11, 2)}


def test_a_moment_needs_its_offset(make_result: Callable) -> None:
    with pytest.raises(ValidationError, match="timezone"):
        make_result("p-abc234", datetime(2026, 11, 2, 9))


def test_words_are_written_alike(make_result: Callable) -> None:
    alike = {
        value.alike
        for surface in ("wood", " Wood ")
        for value in values_of(make_result("p-abc234", surface=surface))
    }
    assert len(alike) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"ok"', '"good"'),
        lambda text: text.replace('"schema": 1', '"schema": 2'),
        lambda _: "\x00\xff",
        lambda _: "",
        lambda _: "[]",
    ],
)
def test_damage_is_told_in_words(
    make_result: Callable, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(damage(as_json(make_result("p-abc234")).decode()).encode("latin-1"))
    with pytest.raises(FileError, match=r"result\.json is damaged: "):
        read_result(file)
