# SPDX-License-Identifier: Apache-2.0
"""Levels passed, steps back, plateaus: what a history of practice comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import both, day, reps, result, timed

from solemetry_host.drills.files.drill import Drill, Level
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.progress.progress import Progress, progress
from solemetry_host.drills.running.outcome import CAUGHT, Outcome, Rep
from solemetry_host.drills.running.turns import turns
from solemetry_host.people.plan import Override
from solemetry_host.people.results import Result

SHELF = Shelf()
EYES_CLOSED = SHELF.drill("single-leg-eyes-closed")
SHORT_FOOT = SHELF.drill("short-foot")


def roll(**changes: Any) -> Drill:
    """Three levels, each four of five on both feet."""
    rule = {"reps_ok": 4, "of": 5, "both_sides": True}
    return Drill.model_validate(
        {
            "schema": 1,
            "id": "roll",
            "kind": "drill",
            "family": "foot-mobility",
            "sides": "each",
            "text": {"en": {"title": "Roll"}},
            "dose": {"reps": 5, "basis": "default"},
            "feedback": {"concurrent": "ring"},
            "level": [
                {"n": 1, "name": "Hand on it", "set": {"support": "hand"}, "pass": rule},
                {"n": 2, "name": "Hovering", "set": {"support": "hover"}, "pass": rule},
                {"n": 3, "name": "Free", "set": {"support": "none"}, "pass": rule},
            ],
            "safety": {"stop_if": ["pain"]},
            "source": [{"key": "default", "says": "for these tests"}],
            **changes,
        }
    )


ROLL = roll()
GOOD, HALF, BAD = both(5, 5), both(3, 5), both(1, 5)


def stands(
    results: Sequence[Result], drill: Drill = ROLL, *, on: float = 13.5, **known: Any
) -> Progress:
    return progress(drill, results, now=day(on), norms=SHELF.norm, **known)


def climbed(level: int, start: float = 0.0) -> list[Result]:
    """Good sessions on two days for each level."""
    return [
        result(ROLL, day(start + 2 * n + later), GOOD, level=n + 1)
        for n in range(level)
        for later in (0, 1)
    ]


# Passing


def test_two_good_days_pass_a_level_and_propose_the_next() -> None:
    one = stands([result(ROLL, day(0), GOOD)])
    assert (one.passed, one.level, one.met, one.needed) == (0, 1, 1, 2)
    two = stands(climbed(1))
    assert (two.passed, two.level, two.met) == (1, 2, 0)
    assert [(passed.level, passed.at) for passed in two.passes] == [(1, day(1))]


@pytest.mark.parametrize(
    ("second", "passed"),
    [(day(0, 19.9), 0), (day(0, 20), 1), (day(14), 1), (day(14, 0.1), 0)],
)
def test_the_days_are_20_hours_apart_and_within_14_days(second: Any, passed: int) -> None:
    results = [result(ROLL, day(0), GOOD), result(ROLL, second, GOOD)]
    assert stands(results, on=20).passed == passed


def test_a_session_too_soon_does_not_spoil_those_that_are_apart() -> None:
    hours = (0, 10, 21)
    assert stands([result(ROLL, day(0, h), GOOD) for h in hours]).passed == 1


def test_both_sides_have_to_pass_each_in_its_own_time() -> None:
    left, right = reps(5, 5, side="left"), reps(5, 5, side="right")
    results = [result(ROLL, day(n), left) for n in (0, 1)]
    one_side = stands(results)
    assert one_side.passed == 0
    assert one_side.passed_by_side == {"left": 1}
    results += [result(ROLL, day(n), right) for n in (4, 5)]
    assert stands(results).passed == 1


def test_one_side_is_enough_where_the_file_says_so() -> None:
    level = {"n": 1, "name": "", "pass": {"reps_ok": 4, "of": 5}}
    results = [result(ROLL, day(n), reps(5, 5)) for n in (0, 1)]
    assert stands(results, roll(level=[level])).passed == 1


def test_a_harder_level_stands_for_an_easier_one() -> None:
    results = [result(ROLL, day(0), GOOD, level=1), result(ROLL, day(1), GOOD, level=2)]
    assert stands(results).passed == 1


@pytest.mark.parametrize(
    "second",
    [
        both(5, 5, with_feedback=True),
        both(4, 4, with_feedback=True) + both(1, 1),
        both(3, 5),
        both(3, 5, bad="unverified"),
        both(0, 5, bad="unverified"),
        [],
    ],
    ids=["with feedback", "one without", "too few", "some unseen", "all unseen", "nothing"],
)
def test_only_what_was_seen_to_be_good_without_feedback_counts(second: list[Rep]) -> None:
    assert stands([result(ROLL, day(0), GOOD), result(ROLL, day(1), second)]).passed == 0


def test_what_was_not_seen_is_no_fault() -> None:
    four_of_four = both(4, 5, bad="unverified")
    results = [result(ROLL, day(n), four_of_four) for n in (0, 1)]
    assert stands(results).passed == 1


def test_more_repetitions_ask_for_as_large_a_share() -> None:
    for good, passed in ((7, 0), (8, 1)):
        assert stands([result(ROLL, day(n), both(good, 10)) for n in (0, 1)]).passed == passed


def test_more_support_than_the_level_gives_does_not_pass_it() -> None:
    for support, passed in (("fingertip", 0), ("hover", 2), ("none", 2)):
        results = [result(ROLL, day(n), GOOD, level=2, support=support) for n in (0, 1)]
        assert stands(results).passed == passed


def test_a_wider_band_does_not_pass_a_level() -> None:
    results = [result(ROLL, day(n), GOOD, band=1.1) for n in (0, 1)]
    assert stands(results).passed == 0


def test_from_40_or_after_an_injury_it_takes_one_day_more_and_more_support_at_first() -> None:
    results = [result(ROLL, day(n), GOOD, level=2) for n in (0, 1, 2)]
    assert stands(results[:2], careful=True).passed == 0
    assert stands(results, careful=True).passed == 2
    opened = Override(drill="roll", level=2, open=True, by="Kim", on=date(2026, 3, 1))
    assert stands([], careful=True, overrides=[opened]).support == "fingertip"
    assert stands([], careful=False, overrides=[opened]).support == "hover"


# Times, norms, grades


def closed(seconds: Sequence[float], *, with_feedback: bool = False) -> list[Rep]:
    return [
        rep
        for side in ("left", "right")
        for rep in timed("closed.time_s", seconds, side=side, with_feedback=with_feedback)
    ]


@pytest.mark.parametrize(
    ("age", "level", "least_s"),
    [(30, 2, 10.0), (30, 3, 22.5), (55, 2, 8.3), (55, 3, 12.45), (72, 2, 3.1), (72, 3, 4.65)],
)
def test_a_norm_goes_by_age_and_is_capped(age: int, level: int, least_s: float) -> None:
    """Springer 2007, eyes closed, best of three: 15.0, 8.3 and 3.1 s; caps of 10 and 30 s."""
    for seconds, passed in ((least_s - 0.1, 0), (least_s + 0.1, level)):
        done = closed((1.0, seconds, 2.0))
        results = [result(EYES_CLOSED, day(n), done, level=level) for n in (0, 1)]
        assert stands(results, EYES_CLOSED, age=age).passed == passed


def test_the_best_of_three_is_held_against_the_best_of_three() -> None:
    two = [result(EYES_CLOSED, day(n), closed((12.0, 12.0)), level=2) for n in (0, 1)]
    assert stands(two, EYES_CLOSED, age=30).passed == 0
    lucky_fourth = closed((12.0, 4.0, 4.0, 4.0))
    four = [result(EYES_CLOSED, day(n), lucky_fourth, level=2) for n in (0, 1)]
    assert stands(four, EYES_CLOSED, age=30).passed == 0
    practised_first = closed((30.0,) * 3, with_feedback=True) + closed((4.0, 10.0, 4.0))
    six = [result(EYES_CLOSED, day(n), practised_first, level=2) for n in (0, 1)]
    assert stands(six, EYES_CLOSED, age=30).passed == 2


def test_a_mean_norm_is_held_against_a_mean() -> None:
    rule = {"metric": "closed.time_s", "at_least_norm": "ec_mean3_s", "both_sides": True}
    level = {"n": 1, "name": "", "pass": rule}
    drill = Drill.model_validate({**EYES_CLOSED.model_dump(by_alias=True), "level": [level]})
    for seconds, passed in (((20.0, 4.0, 4.0), 0), ((20.0, 4.0, 4.3), 1)):
        results = [result(drill, day(n), closed(seconds)) for n in (0, 1)]
        assert stands(results, drill, age=30).passed == passed, "the table has 9.4 s"


def test_a_value_that_nobody_has_checked_is_called_provisional() -> None:
    opened = [Override(drill=EYES_CLOSED.id, level=2, open=True, by="Kim", on=date(2026, 3, 1))]
    known = stands([], EYES_CLOSED, age=55, overrides=opened)
    assert known.provisional
    assert known.asks == (
        "closed.time_s at least 8.3 s, best of 3 without feedback, by springer2007 (provisional)"
    )
    assert not stands([], EYES_CLOSED, age=55).provisional, "10 s is no norm"


def test_without_an_age_the_cap_is_asked_for_and_no_norm_named() -> None:
    opened = [Override(drill=EYES_CLOSED.id, level=2, open=True, by="Kim", on=date(2026, 3, 1))]
    unknown = stands([], EYES_CLOSED, overrides=opened)
    assert unknown.asks == (
        "closed.time_s at least 10 s, best of 3 without feedback, for an age not in the table"
    )
    assert not unknown.provisional


def test_a_level_that_does_not_tell_what_it_asks_for_is_not_passed() -> None:
    untold = roll(level=[{"n": 1, "name": "", "pass": {"metric": "out.time_s"}}])
    known = stands([result(untold, day(n), GOOD) for n in (0, 1)], untold)
    assert known.passed == 0
    assert known.asks == "something that the file does not tell"


def test_where_nothing_can_be_sensed_a_grade_counts() -> None:
    unseen = both(0, 10, bad="unverified")
    for grade, passed in ((1, 0), (2, 1), ({"left": 2, "right": 1}, 0), (None, 0)):
        answers = {} if grade is None else {"observed_grade": grade}
        results = [result(SHORT_FOOT, day(n), unseen, answers=answers) for n in (0, 1)]
        stood = stands(results, SHORT_FOOT)
        assert stood.passed == passed
        assert [one.by for one in stood.passes] == ["grade"] * passed


def test_a_grade_does_not_outdo_what_was_seen() -> None:
    results = [
        result(SHORT_FOOT, day(n), both(2, 10), answers={"observed_grade": 3}) for n in (0, 1)
    ]
    assert stands(results, SHORT_FOOT).passed == 0


def test_what_asks_for_nothing_is_behind_one_when_it_is_done() -> None:
    toe = SHELF.drill("great-toe-mobility")
    done = [result(toe, day(0), both(0, 3, bad="unverified"))]
    assert stands(done, toe).passed == 1
    broken_off = [result(toe, day(0), both(0, 3, bad="unverified"), ended="stopped")]
    assert stands(broken_off, toe).passed == 0


LEVELS = [(drill, level) for drill in SHELF.drills() for level in drill.level if level.passed]


@pytest.mark.parametrize(("drill", "level"), LEVELS, ids=[f"{d.id}-{lv.n}" for d, lv in LEVELS])
def test_each_level_of_the_library_can_be_passed_as_its_file_has_it(
    drill: Drill, level: Level
) -> None:
    """Enough of its repetitions are without feedback, for its own rule or norm."""
    assert level.passed is not None
    measures = {level.passed.metric: 99.0}
    done = [
        Rep(turn.side, turn.set_n, turn.n, "ok", "", "", 0.0, 1.0, turn.with_feedback, measures)
        for turn in turns(drill, ("left", "right"))
    ]
    results = [result(drill, day(n), done, level=level.n) for n in (0, 1)]
    assert stands(results, drill, age=30).passed == level.n


# Back and up again


def test_two_days_in_a_row_below_half_go_back_one_level_and_one_good_day_returns() -> None:
    history = climbed(2)
    history.append(result(ROLL, day(5), BAD, level=3))
    assert stands(history).level == 3
    history.append(result(ROLL, day(6), BAD, level=3))
    back = stands(history)
    assert (back.level, back.passed, back.stepped_back) == (2, 2, True)
    history.append(result(ROLL, day(7), GOOD, level=2))
    again = stands(history)
    assert (again.level, again.stepped_back) == (3, False)


def test_a_better_day_between_keeps_the_level() -> None:
    days = [BAD, HALF, BAD]
    results = climbed(2) + [result(ROLL, day(5 + n), d, level=3) for n, d in enumerate(days)]
    assert stands(results).level == 3


@pytest.mark.parametrize(
    "trouble",
    [
        {"answers": {"stopped_for": "stumble"}},
        {"answers": {"stopped_for": "giving_way"}, "ended": "stopped"},
        {"answers": {"pain": 4}},
        {"answers": {"pain_before": 1, "pain": 3}},
    ],
    ids=["stumble", "giving way", "pain", "more pain"],
)
def test_a_stumble_or_pain_goes_back_at_once_however_good_the_rest_was(
    trouble: dict[str, Any],
) -> None:
    results = [*climbed(2), result(ROLL, day(5), GOOD, level=3, **trouble)]
    assert stands(results).level == 2


def test_who_had_to_catch_themselves_goes_back_a_level() -> None:
    caught = [replace(GOOD[0], status="failed", reason=CAUGHT), *GOOD[1:]]
    assert stands([*climbed(2), result(ROLL, day(5), caught, level=3)]).level == 2


def test_a_harder_level_tried_by_choice_takes_nothing_away() -> None:
    tried = [result(ROLL, day(3 + n), BAD, level=3) for n in range(3)]
    assert stands(climbed(1) + tried).level == 2


# Practice


def test_the_band_keeps_seven_to_eight_of_ten_and_never_gets_narrower_than_the_file() -> None:
    for good, band in ((3, 1.1), (7, 1.0), (8, 1.0), (9, 1.0)):
        assert stands([result(ROLL, day(0), both(good, 10, with_feedback=True))]).band == band
    wide = [result(ROLL, day(n), both(3, 10), band=1.1**n) for n in range(1)]
    wide.append(result(ROLL, day(1), both(6, 10), band=1.1))
    assert stands(wide).band == pytest.approx(1.21)
    wide.append(result(ROLL, day(2), both(9, 10), band=1.21))
    assert stands(wide).band == pytest.approx(1.1)


def test_once_it_goes_well_with_feedback_it_is_tested_without() -> None:
    with_feedback = result(ROLL, day(0), both(5, 5, with_feedback=True))
    assert stands([with_feedback]).test
    assert not stands([result(ROLL, day(0), both(3, 5, with_feedback=True))]).test
    assert stands([with_feedback, result(ROLL, day(1), GOOD)]).test, "once more"
    assert not stands([with_feedback, result(ROLL, day(1), HALF)]).test


def test_six_and_twelve_days_without_passing_bring_advice() -> None:
    results = [result(ROLL, day(n), HALF) for n in range(12)]
    assert [stands(results[:n]).advice for n in (5, 6, 11, 12)] == [
        "",
        "widen",
        "widen",
        "show_somebody",
    ]
    assert stands(results[:6]).band > stands(results[:5]).band
    assert "coach or physiotherapist" in stands(results).words


def test_going_back_and_forth_is_a_plateau_too() -> None:
    swings = [
        result(ROLL, day(5 + n), GOOD if n % 3 == 2 else BAD, level=2 if n % 3 == 2 else 3)
        for n in range(12)
    ]
    assert stands(climbed(2) + swings, on=30).advice == "show_somebody"


def test_what_says_nothing_of_the_level_is_no_plateau() -> None:
    unseen = [result(ROLL, day(n), both(0, 5, bad="unverified")) for n in range(12)]
    assert stands(unseen).advice == ""


def test_after_four_weeks_what_is_passed_is_looked_at_again_before_going_on() -> None:
    history = climbed(2)
    assert not stands(history, on=31).recheck
    lapsed = stands(history, on=31.1)
    assert lapsed.recheck
    assert lapsed.test
    assert lapsed.level == 2
    seen = stands([*history, result(ROLL, day(32), GOOD, level=2)], on=33)
    assert not seen.recheck
    assert seen.level == 3


def test_who_goes_on_is_only_reminded() -> None:
    at_work = [result(ROLL, day(10 * n), HALF, level=3) for n in range(1, 4)]
    known = stands(climbed(2) + at_work, on=33)
    assert known.recheck
    assert known.level == 3


# A coach


def test_a_coach_opens_and_sets_aside_by_name_and_date() -> None:
    opened = Override(drill="roll", level=3, open=True, by="Kim", on=date(2026, 3, 4))
    known = stands([], overrides=[opened])
    assert (known.level, known.passed, known.reached(2), known.reached(3)) == (3, 0, True, False)
    assert known.decided == "Kim opened level 3 on 2026-03-04."
    closed_ = Override(drill="roll", open=False, by="Lou", on=date(2026, 3, 6))
    aside = stands([], overrides=[closed_, opened])
    assert aside.set_aside
    assert aside.decided == "Lou set it aside on 2026-03-06."
    reopened = Override(drill="roll", open=True, by="Kim", on=date(2026, 3, 8))
    assert not stands([], overrides=[opened, closed_, reopened]).set_aside


def test_a_decision_holds_from_its_day_on_and_for_its_drill() -> None:
    later = Override(drill="roll", level=3, open=True, by="Kim", on=date(2026, 4, 4))
    other = Override(drill="other", level=3, open=True, by="Kim", on=date(2026, 3, 4))
    assert stands([], overrides=[later, other]).level == 1


def test_a_level_set_aside_leaves_those_below() -> None:
    aside = Override(drill="roll", level=3, open=False, by="Lou", on=date(2026, 3, 4))
    known = stands(climbed(2), overrides=[aside])
    assert (known.level, known.set_aside) == (2, False)


# Whatever the history


SETS = st.builds(
    reps,
    st.sampled_from([0, 2, 3, 4, 5, 5, 5]),
    st.just(5),
    side=st.sampled_from(["left", "right"]),
    with_feedback=st.sampled_from([False, False, True]),
    bad=st.sampled_from(["failed", "unverified"]),
)
"""Any five of one foot."""

ANY_SESSION = st.builds(
    result,
    st.just(ROLL),
    st.just(day(0)),
    st.lists(SETS, max_size=4).map(lambda sets: [rep for done in sets for rep in done]),
    level=st.integers(1, 3),
    support=st.sampled_from(["none", "hover", "hand"]),
    band=st.sampled_from([1.0, 1.1]),
    answers=st.sampled_from([{}, {"pain": 6}, {"stopped_for": "stumble"}]),
)
PLAIN_SESSION = st.builds(
    result,
    st.just(ROLL),
    st.just(day(0)),
    st.sampled_from([GOOD, GOOD, BAD]),
    level=st.integers(1, 3),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Result]:
    """Any practice: days, hours, feet, feedback, faults, blind sensors, bands, troubles."""
    results, hours = climbed(draw(st.integers(0, 2))), 120.0
    for session in draw(st.lists(PLAIN_SESSION | ANY_SESSION, max_size=12)):
        hours += draw(st.sampled_from([1, 12, 19, 20, 24, 24, 48, 160, 340]))
        context = replace(session.context, at=day(0, hours))
        results.append(replace(session, context=context))
    return results


def good_feet(outcome: Outcome) -> set[str]:
    """Feet with four good ones of five without feedback, counted anew."""
    feet = set()
    for side in ("left", "right"):
        blind = [r.status for r in outcome.reps if r.side == side and not r.with_feedback]
        seen = [status for status in blind if status != "unverified"]
        if seen.count("ok") >= 4 and seen.count("ok") / len(seen) >= 0.8:
            feet.add(side)
    return feet


@given(histories(), st.booleans())
def test_no_level_is_passed_without_two_good_days_on_each_foot(
    history: list[Result], careful: bool
) -> None:
    for passed in stands(history, on=400, careful=careful).passes:
        for side in ("left", "right"):
            times = [
                one.context.at
                for one in history
                if one.outcome.level >= passed.level
                and one.context.at <= passed.at
                and side in good_feet(one.outcome)
            ]
            gaps = [later - earlier for earlier, later in combinations(times, 2)]
            fair = [gap for gap in gaps if timedelta(hours=20) <= gap <= timedelta(days=14)]
            assert fair, f"level {passed.level} on the {side}"


@given(histories(), st.randoms())
def test_the_order_in_which_results_are_handed_over_does_not_matter(
    history: list[Result], random: Any
) -> None:
    shuffled = history.copy()
    random.shuffle(shuffled)
    assert stands(shuffled, on=400) == stands(history, on=400)


@given(histories(), st.floats(0, 200))
def test_what_comes_later_changes_nothing_of_today(history: list[Result], on: float) -> None:
    until = [one for one in history if one.context.at <= day(on)]
    assert stands(history, on=on) == stands(until, on=on)


@given(histories())
def test_practice_takes_nothing_away_that_is_passed(history: list[Result]) -> None:
    passed = [stands(history[:n], on=400).passed for n in range(len(history) + 1)]
    assert passed == sorted(passed)


@given(histories())
def test_after_a_stumble_one_good_day_returns(history: list[Result]) -> None:
    before = stands(history, on=300)
    stumble = {"stopped_for": "stumble"}
    history = [*history, result(ROLL, day(300), GOOD, level=before.level, answers=stumble)]
    back = stands(history, on=300.5)
    assert back.level == max(1, before.level - 1)
    history = [*history, result(ROLL, day(302), GOOD, level=back.level)]
    assert stands(history, on=302.5).level >= before.level
