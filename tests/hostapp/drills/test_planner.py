# SPDX-License-Identifier: Apache-2.0
"""What is proposed for a day, and how circuits and playlists are laid out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import both, day, profile, result

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Choice, Condition, Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.progress.circuits import Rest, Work, sequence
from solemetry_host.drills.progress.dosing import as_test, minutes
from solemetry_host.drills.progress.easing import eased
from solemetry_host.drills.progress.planner import Day, Proposal, Someone, plan_day, streak
from solemetry_host.drills.running.conditions import Rest as Baseline
from solemetry_host.drills.running.conditions import band
from solemetry_host.drills.running.outcome import Rep
from solemetry_host.drills.running.turns import turns
from solemetry_host.drills.safety import Plate, before
from solemetry_host.people.plan import Override
from solemetry_host.people.results import Result

SHELF = Shelf()
DRILLS = SHELF.drills()
FOOT_FIRST, EIGHT_WEEKS = SHELF.plan("foot-first"), SHELF.plan("eight-weeks")
YOUNG = profile(birth_year=1996)


def planned(
    results: list[Result], on: datetime, *, plan: Any = FOOT_FIRST, person: Any = YOUNG, **how: Any
) -> Day:
    someone = Someone(person, results, how.pop("overrides", ()), how.pop("began", None))
    return plan_day(plan, DRILLS, someone, now=on, norms=SHELF.norm, **how)


def names(of: Day) -> list[str]:
    return [proposal.drill.id for proposal in of.proposals]


def by_role(of: Day, role: str) -> Proposal:
    return next(proposal for proposal in of.proposals if proposal.role == role)


def practised(proposal: Proposal, at: datetime) -> Result:
    """All of it done, and as well as can be."""
    drill = proposal.drill
    metric = next((one.passed.metric for one in drill.level if one.passed), "")
    done = [
        Rep(turn.side, turn.set_n, turn.n, "ok", "", "", 0, 1, turn.with_feedback, {metric: 99.0})
        for turn in turns(drill, ("left", "right"))
    ]
    return result(
        drill, at, done, level=proposal.level, support=proposal.support or "none",
        band=proposal.band,
    )  # fmt: skip


def passed(name: str, level: int, start: float = 0.0, days: int = 2) -> list[Result]:
    """So many good days for each level."""
    drill = SHELF.drill(name)
    metric = next((one.passed.metric for one in drill.level if one.passed), "")
    count = 3 if metric else 12
    done = [replace(rep, measures={metric: 99.0}) for rep in both(count, count)]
    return [
        result(drill, day(start + days * n + later), done, level=n + 1)
        for n in range(level)
        for later in range(days)
    ]


# A day


def test_the_first_day_is_short_and_begins_with_the_foot() -> None:
    first = planned([], day(0))
    assert names(first) == ["great-toe-mobility", "short-foot", "single-leg-eyes-open"]
    assert first.minutes <= 15
    assert [proposal.level for proposal in first.proposals] == [1, 1, 1]


def test_in_the_first_week_it_stays_with_the_basics() -> None:
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 2)]
    assert {proposal.role for proposal in planned(done, day(5)).proposals} == {"focus", "daily"}


def test_the_weakest_prerequisite_is_the_focus() -> None:
    """Clock balance on both feet builds on short foot, level 2."""
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 1)]
    focus = by_role(planned(done, day(7)), "focus")
    assert (focus.drill.id, focus.level) == ("short-foot", 2)
    ladder = FOOT_FIRST.focus.ladder
    clock_only = FOOT_FIRST.model_copy(
        update={
            "focus": FOOT_FIRST.focus.model_copy(
                update={"ladder": tuple(i for i in ladder if i.drill == "clock-balance")}
            )
        }
    )
    deeper = by_role(planned(done, day(7), plan=clock_only), "focus")
    assert (deeper.drill.id, deeper.level) == ("short-foot", 2)
    assert deeper.why.startswith("Clock balance builds on it.")


def test_what_others_build_on_comes_first_in_the_day() -> None:
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 2)]
    order = names(planned(done, day(9)))
    assert order.index("short-foot") < order.index("single-leg-eyes-open")


def test_what_was_not_seen_for_four_weeks_comes_up_again_as_a_test() -> None:
    done = [*passed("great-toe-mobility", 1, 30), *passed("short-foot", 2, 30)]
    done += [*passed("single-leg-eyes-open", 1, 30), *passed("outgoing-roll", 1)]
    again = by_role(planned(done, day(35)), "keep")
    assert again.drill.id == "outgoing-roll"
    assert again.test
    assert not any(turn.with_feedback for turn in turns(again.drill, ("left", "right")))


def test_a_taste_of_the_next_level_has_more_to_hold_on_to() -> None:
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 2)]
    done.append(practised(by_role(planned(done, day(9)), "focus"), day(9)))
    found = planned(done, day(10))
    taste = by_role(found, "taste")
    focus = by_role(found, "focus")
    assert (taste.drill.id, taste.level) == (focus.drill.id, focus.level + 1)
    assert (focus.support, taste.support) == ("fingertip", "fingertip")
    assert taste.drill.level[taste.level - 1].set["support"] == "hover"


def test_after_a_break_it_goes_on_more_softly_for_a_day() -> None:
    done = passed("short-foot", 2)
    assert not planned(done, day(10)).soft
    soft = planned(done, day(11))
    assert soft.soft
    assert "to get back into it" in soft.words[-1]
    usual = by_role(planned(done, day(10)), "daily")
    easier = next(one for one in soft.proposals if one.drill.id == "short-foot")
    assert easier.level == 2, "level 3 was next"
    assert easier.drill.dose.sets <= usual.drill.dose.sets
    done.append(practised(easier, day(11)))
    assert not planned(done, day(12)).soft


def test_the_day_stays_as_it_is_while_it_goes_on() -> None:
    done = passed("short-foot", 1)
    morning = planned(done, day(9))
    done.append(practised(morning.proposals[0], day(9, 0.1)))
    noon = planned(done, day(9, 4))
    assert names(noon) == names(morning)
    assert [proposal.done for proposal in noon.proposals] == [True, False, False]


def test_what_is_left_out_says_why() -> None:
    sprained = profile(birth_year=1996, injury=[{"what": "ankle sprain", "on": "2026-03-01"}])
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 2, days=3)]
    done += passed("single-leg-eyes-open", 1, days=3)
    found = planned(done, day(9), person=sprained)
    assert "outgoing-roll" not in names(found)
    why = {left.drill: left.why for left in found.left_out}
    assert why["outgoing-roll"] == "A sprained ankle within the last six weeks."


def test_what_a_coach_set_aside_is_not_proposed_and_what_one_opened_is() -> None:
    aside = Override(drill="short-foot", open=False, by="Lou", on=date(2026, 3, 1))
    found = planned([], day(0), overrides=[aside])
    assert "short-foot" not in names(found)
    assert {left.drill: left.why for left in found.left_out} == {
        "short-foot": "Lou set it aside on 2026-03-01."
    }
    ladder = tuple(i for i in FOOT_FIRST.focus.ladder if i.drill == "clock-balance")
    rules = FOOT_FIRST.focus.model_copy(update={"ladder": ladder, "daily": ()})
    plan = FOOT_FIRST.model_copy(update={"focus": rules})
    opened = Override(drill="clock-balance", open=True, by="Kim", on=date(2026, 3, 1))
    assert names(planned([], day(0), plan=plan)) == ["short-foot"]
    assert names(planned([], day(0), plan=plan, overrides=[opened])) == ["clock-balance"]


def test_pain_ends_the_day() -> None:
    short_foot = SHELF.drill("short-foot")
    hurt = result(short_foot, day(9), both(5, 5), answers={"pain": 7})
    found = planned([*passed("short-foot", 1), hurt], day(9, 1))
    assert found.proposals == ()
    assert {left.why for left in found.left_out} == {"Pain of 7 of 10: that is all for today."}


def test_practice_in_a_wider_band_does_not_count_and_a_test_is_in_the_files_own() -> None:
    roll = SHELF.drill("outgoing-roll")
    done = [*passed("great-toe-mobility", 1), *passed("short-foot", 2)]
    done += passed("single-leg-eyes-open", 1)
    poor = [result(roll, day(8 + n), both(3, 5, with_feedback=True)) for n in range(2)]
    focus = by_role(planned([*done, *poor], day(10)), "focus")
    assert (focus.drill.id, focus.band, focus.test) == ("outgoing-roll", 1.1, False)
    assert focus.drill == eased(roll, 1.1)
    good = result(roll, day(10), both(5, 5, with_feedback=True))
    tested = by_role(planned([*done, *poor, good], day(11)), "focus")
    assert (tested.band, tested.test) == (1.0, True)
    assert tested.drill == as_test(roll)


def test_who_practises_what_is_proposed_climbs_the_whole_ladder() -> None:
    results: list[Result] = []
    for n in range(120):
        today = planned(results, day(n))
        assert 1 <= len(today.proposals) <= 3
        assert today.minutes <= 15 or len(today.proposals) == 1
        results += [practised(one, day(n, 0.2 * i)) for i, one in enumerate(today.proposals)]
        if not any(one.role == "focus" for one in today.proposals):
            break
    best: dict[str, int] = {}
    for one in results:
        best[one.outcome.drill] = max(best.get(one.outcome.drill, 0), one.outcome.level)
    for item in FOOT_FIRST.focus.ladder:
        assert best[item.drill] >= (item.level or 1), item.drill
    assert n < 119


def test_each_day_has_something_on_one_leg() -> None:
    results: list[Result] = []
    for n in range(40):
        today = planned(results, day(n))
        results += [practised(one, day(n, 0.2 * i)) for i, one in enumerate(today.proposals)]
        on_one_leg = [
            one
            for one in today.proposals
            if one.level <= len(one.drill.level)
            and one.drill.level
            and one.drill.level[one.level - 1].set.get("posture") == "single"
        ]
        assert on_one_leg, f"day {n}: {names(today)}"


# Nothing is locked


@given(
    st.lists(
        st.tuples(
            st.sampled_from([drill.id for drill in DRILLS]),
            st.integers(0, 30),
            st.integers(0, 5),
            st.sampled_from([{}, {"pain": 8}, {"stopped_for": "stumble"}]),
        ),
        max_size=12,
    ),
    st.integers(31, 60),
)
def test_no_history_of_other_days_closes_a_drill(
    history: list[tuple[str, int, int, dict[str, Any]]], today: int
) -> None:
    results = [
        result(SHELF.drill(name), day(on, 0.01 * n), both(good, 5), answers=answers)
        for n, (name, on, good, answers) in enumerate(history)
    ]
    found = planned(results, day(today))
    assert found == planned(results[::-1], day(today))
    assert found.proposals
    sturdy = Plate(150.0, dynamic_ok=True)
    for drill in DRILLS:
        asked = before(drill, YOUNG, today=day(today).date(), plate=sturdy)
        assert asked.may_begin({question.id for question in asked.ask}), drill.id


# A block of weeks


def test_the_first_and_the_last_week_test() -> None:
    began = date(2026, 3, 2)
    first = planned([], day(0), plan=EIGHT_WEEKS, began=began)
    assert first.week == 1
    assert {proposal.role for proposal in first.proposals} == {"retest"}
    assert all(
        not turn.with_feedback for one in first.proposals for turn in turns(one.drill, ("left",))
    )
    done = [practised(one, day(0, 0.1 * n)) for n, one in enumerate(first.proposals)]
    second = planned(done, day(1), plan=EIGHT_WEEKS, began=began)
    tests = [proposal.drill.id for proposal in second.proposals if proposal.role == "retest"]
    assert set(names(first)).isdisjoint(tests)
    last = planned(done, day(50), plan=EIGHT_WEEKS, began=began)
    assert last.week == 8
    assert "retest" in {proposal.role for proposal in last.proposals}


def test_a_week_says_where_it_is() -> None:
    began = date(2026, 3, 2)
    done = passed("short-foot", 1, 14)
    found = planned(done, day(17), plan=EIGHT_WEEKS, began=began)
    assert found.words == (
        "Week 3 of 8: The edges of the foot.",
        "2 of 3 sessions of this week are done.",
    )
    over = planned(done, day(56), plan=EIGHT_WEEKS, began=began)
    assert over.words[0].startswith("The 8 weeks are over")


def test_what_a_week_adds_waits_for_what_it_builds_on() -> None:
    found = planned(
        passed("ball-rolling", 1, 26), day(28), plan=EIGHT_WEEKS, began=date(2026, 3, 2)
    )
    assert found.week == 5
    why = {left.drill: left.why for left in found.left_out}
    assert why["3d-hamstrings"] == "Short foot comes first."
    assert by_role(found, "focus").drill.id == "short-foot"


def test_two_days_of_seven_may_be_left_out() -> None:
    today = date(2026, 3, 31)

    def ago(*days: int) -> list[date]:
        return [today - timedelta(days=n) for n in days]

    assert streak(ago(0, 1, 2), today) == 3
    assert streak(ago(1, 2), today) == 2, "today may still come"
    assert streak(ago(0, 2, 4, 5, 6, 7), today) == 6
    assert streak(ago(0, 1, 5), today) == 2
    assert streak(ago(0, 2, 4, 6, 8), today, free_per_week=4) == 5
    assert streak([], today) == 0


# Circuits and playlists


def test_the_circuit_is_four_rounds_with_60_s_between() -> None:
    laid = sequence(SHELF.plan("runner-circuit-4x"), SHELF.drill)
    rests = [step for step in laid if isinstance(step, Rest)]
    work = [step for step in laid if isinstance(step, Work)]
    assert [rest.seconds for rest in rests] == [60, 60, 60]
    assert [step.round_n for step in work] == [n for n in (1, 2, 3, 4) for _ in range(6)]
    one = [(step.drill.id, step.drill.dose.reps, step.drill.dose.seconds) for step in work[:6]]
    assert one == [
        ("single-leg-rdl", 6, None),
        ("leg-extensions", 1, 45),
        ("banded-lunge", 12, None),
        ("step-up-to-balance", 6, None),
        ("swimming-back-extensions", 1, 45),
        ("lunge-torso-twist", 12, None),
    ]
    assert not isinstance(laid[0], Rest)
    assert not isinstance(laid[-1], Rest)


def test_a_playlist_begins_with_what_it_needs() -> None:
    laid = sequence(SHELF.plan("restorative-groundwork"), SHELF.drill, {"lateral-arch-hold": 2})
    assert laid[0] == Work(0, SHELF.drill("quad-stretch-sacral-opening"), 1)
    assert [step.level for step in laid if step.drill.id == "lateral-arch-hold"] == [2]
    warm_up = sequence(SHELF.plan("warm-up"), SHELF.drill)
    assert [step.drill.id for step in warm_up][:2] == ["ball-rolling", "short-foot"]
    assert warm_up[0].drill.dose.seconds == 30
    assert warm_up[1].drill.dose.reps == 5


def test_a_plan_is_taken_for_what_it_is() -> None:
    with pytest.raises(SolemetryError, match="differs from day to day"):
        sequence(FOOT_FIRST, SHELF.drill)
    with pytest.raises(SolemetryError, match="same each day"):
        planned([], day(0), plan=SHELF.plan("warm-up"))


# Dose and band


def test_a_drill_takes_about_as_long_as_its_parts() -> None:
    legs = SHELF.drill("leg-extensions")
    assert minutes(legs, None) == pytest.approx(45 / 60)
    assert all(minutes(drill, next(iter(drill.level), None)) > 0 for drill in DRILLS)


def conditions(drill: Drill) -> list[Condition]:
    return [
        one
        for phase in drill.phase
        for any_of in (*phase.done, *phase.within)
        for one in (any_of.prefer if isinstance(any_of, Choice) else (any_of,))
    ]


@pytest.mark.parametrize("name", [drill.id for drill in DRILLS if drill.phase])
@given(width=st.floats(1.0, 1.5), mean=st.floats(0.05, 0.9), value=st.floats(-100, 100))
def test_what_is_good_enough_for_the_file_is_good_enough_in_a_wider_band(
    name: str, width: float, mean: float, value: float
) -> None:
    drill = SHELF.drill(name)
    settings = {**drill.params, **(drill.level[0].set if drill.level else {})}
    for own, wider in zip(conditions(drill), conditions(eased(drill, width)), strict=True):
        rest = {own.signal: Baseline(mean, 0.01)}
        strict, loose = band(own, settings, rest), band(wider, settings, rest)
        assert strict is not None
        assert loose is not None
        for seen in (value, value / 100):
            if strict.is_true is None and strict.holds(seen):
                assert loose.holds(seen)


def test_the_band_widens_by_what_it_says() -> None:
    roll, foot = SHELF.drill("outgoing-roll"), SHELF.drill("short-foot")
    assert eased(roll, 1.0) is roll
    reach = next(one for one in conditions(eased(roll, 1.25)) if one.signal == "reach.lateral_pct")
    assert band(reach, {"reach_pct": 60.0}, {}).low == pytest.approx(48)
    arch = next(one for one in conditions(eased(foot, 1.25)) if one.value == 0.90)
    quiet = {arch.signal: Baseline(0.10, 0.0)}
    assert band(arch, {}, quiet).high == pytest.approx(0.092), "8 % less instead of 10 %"
    toes = next(one for one in conditions(eased(foot, 1.25)) if one.signal == "share.toes_lesser")
    assert band(toes, {}, {toes.signal: Baseline(0.10, 0.0)}).high == pytest.approx(0.225)
    assert eased(roll, 1.25).phase[0] == roll.phase[0], "where to start stays"
    assert [phase.fail for phase in eased(roll, 1.25).phase] == [phase.fail for phase in roll.phase]
