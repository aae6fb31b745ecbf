# SPDX-License-Identifier: Apache-2.0
"""The page of a week: what was done, what stands out, and nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from solemetry_host.drills.safety import DISCLAIMER
from solemetry_host.people.folder import Person
from solemetry_host.people.results import Result
from solemetry_host.people.weekly import MOST_TRENDS, describe_week, page, week_of, write_weekly

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
ID = "p-abc234"


@pytest.fixture
def results(make_result: Callable) -> list[Result]:
    """Two days with repeats three weeks ago; this week one change, and a drill that fails."""
    return [
        make_result(ID, MONDAY - timedelta(days=21), (9.0, 8.0, 9.5)),
        make_result(ID, MONDAY - timedelta(days=20), (8.5, 9.0, 10.0)),
        make_result(ID, MONDAY - timedelta(hours=9), (9.0,), answers={"pain": 9}),
        make_result(ID, MONDAY, (27.0, 26.0, 28.0), answers={"pain": 2}),
        make_result(ID, MONDAY, (3.0, 2.0), drill="clock-balance", status="failed"),
        make_result(ID, MONDAY + timedelta(days=6, hours=15), (1.0,), drill="clock-balance",
                    answers={"pain": 1}),
        make_result(ID, MONDAY + timedelta(days=7), (1.0,)),
    ]  # fmt: skip


def test_a_week_goes_from_monday_to_sunday(results: list[Result]) -> None:
    weeks = {describe_week(ID, results, date(2026, 11, day)).monday for day in range(16, 23)}
    assert weeks == {date(2026, 11, 16)}
    week = describe_week(ID, results, date(2026, 11, 18))
    assert week.days == 2
    assert week.days_before == (2, 0, 1)
    # From 30 to 110 s, from 30 to 80 s, from 30 to 50 s.
    assert week.minutes == pytest.approx((80 + 50 + 20) / 60)
    assert week.most_pain == 2


def test_it_counts_what_was_done(results: list[Result]) -> None:
    clock, closed = describe_week(ID, results, MONDAY.date()).practised
    assert (clock.drill, clock.times, clock.ok, clock.failed) == ("Clock balance", 2, 1, 2)
    assert clock.reason == "foot down"
    assert (closed.times, closed.ok, closed.failed, closed.reason) == (1, 3, 0, "")


def test_it_tells_what_changed(results: list[Result]) -> None:
    (line,) = describe_week(ID, results, MONDAY.date()).trends
    assert line.changed
    assert line.words.startswith("changed: ")
    assert "left" in line.what
    assert "without feedback" in line.how
    # Higher is nearer the top, and a change lies outside the band.
    assert line.curve.points[-1][1] < line.curve.band[0] < line.curve.band[1]
    times = [x for x, _ in line.curve.points]
    assert times == sorted(times)


def test_it_tells_when_the_sides_differ(make_result: Callable) -> None:
    both = [
        make_result(ID, MONDAY + timedelta(days=day), times, side=side)
        for day in (0, 1)
        for side, times in (("left", (9.0, 8.8, 9.2)), ("right", (5.0, 4.9, 5.1 + day / 10)))
    ]
    (words,) = describe_week(ID, both, MONDAY.date()).sides
    assert re.search(r"the right is 4\d % lower", words)
    even = [one for one in both if one.outcome.reps[0].side == "left"]
    assert describe_week(ID, even, MONDAY.date()).sides == ()


def test_a_page_holds_only_so_many_trends(make_result: Callable) -> None:
    many = [
        make_result(ID, MONDAY + timedelta(days=day), (9.0 + day, 8.0, 9.5), surface=f"mat {mat}")
        for mat in range(MOST_TRENDS + 3)
        for day in range(3)
    ]
    week = describe_week(ID, many, MONDAY.date())
    assert (len(week.trends), week.left_out) == (MOST_TRENDS, 3)
    assert "3 more did not fit" in page(week)


@pytest.mark.parametrize(("birth_year", "told"), [(2000, "1 of 3 passed"), (1980, "2 of 3 sess")])
def test_it_tells_how_far_somebody_was_at_the_end_of_that_week(
    anna: Person, make_result: Callable, birth_year: int, told: str
) -> None:
    """Short foot asks for two sessions on both sides, and from 40 years on for three."""
    anna.write(anna.profile.model_copy(update={"birth_year": birth_year}))
    for at in (MONDAY - timedelta(days=7), MONDAY):
        left, right = (
            make_result(anna.id, at, [5.0] * 10, drill="short-foot", side=side, posture="seated")
            for side in ("left", "right")
        )
        reps = left.outcome.reps + right.outcome.reps
        anna.keep(replace(left, outcome=replace(left.outcome, reps=reps)))
    before, after = (week_of(anna, MONDAY.date() - timedelta(days=back)) for back in (7, 0))
    assert before.standing[0][0] == after.standing[0][0] == "Short foot"
    assert "0 of 3 passed" in before.standing[0][1]
    assert told in after.standing[0][1]


def test_a_drill_that_is_no_longer_there_is_told_all_the_same(
    anna: Person, make_result: Callable
) -> None:
    anna.keep(make_result(anna.id, MONDAY, drill="my-own-drill"))
    week = week_of(anna, MONDAY.date())
    assert week.standing == ()
    assert week.practised[0].drill == "My own drill"


class Tags(HTMLParser):
    """Finds what is not closed, and what would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [f"{name}={value}" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("day", [date(2026, 11, 18), date(2020, 1, 1)])
def test_the_page_needs_nothing_but_itself(
    results: list[Result], tmp_path: Path, day: date
) -> None:
    week = describe_week(ID, results, day, [("One leg", "0 of 3 passed.")], unread=2)
    path = write_weekly(week, tmp_path / "weeks" / "w.html")
    text = path.read_text("utf-8")
    tags = Tags()
    tags.feed(text)
    assert (tags.open, tags.fetched) == ([], [])
    assert "<script" not in text
    assert DISCLAIMER in text
    assert "2 of the results cannot be read" in text


def test_words_of_a_file_cannot_become_part_of_the_page(make_result: Callable) -> None:
    result = make_result(ID, MONDAY, drill="<script>alert(1)</script>")
    assert "<script" not in page(describe_week(ID, [result], MONDAY.date()))
