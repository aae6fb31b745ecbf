# SPDX-License-Identifier: Apache-2.0
"""What is asked before a drill, what refuses it, and what ends it for today."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from practice import both, day, profile, reps, result

from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.safety import (
    DISCLAIMER,
    Plate,
    applies,
    ask_first,
    before,
    careful,
    stops,
)

SHELF = Shelf()
EYES_CLOSED = SHELF.drill("single-leg-eyes-closed")
ROLL = SHELF.drill("outgoing-roll")
STEP = SHELF.drill("step-up-to-balance")
TODAY = date(2026, 3, 2)
SPRAINED = "ankle_sprain_last_6_weeks"
YOUNG = profile(birth_year=1996)


def questions(drill: Any, person: Any = YOUNG) -> set[str]:
    return {question.id for question in before(drill, person, today=TODAY).ask}


def ended(drill: Any = EYES_CLOSED, good: int = 3, of: int = 3, **how: Any) -> Outcome:
    return result(drill, day(0), both(good, of), **how).outcome


def test_eyes_closed_waits_for_a_support_within_reach() -> None:
    found = before(EYES_CLOSED, YOUNG, today=TODAY)
    assert "support_in_reach" in questions(EYES_CLOSED)
    assert not found.may_begin([])
    assert not found.may_begin(["floor_clear"])
    assert found.may_begin(["floor_clear", "support_in_reach"])


@pytest.mark.parametrize(
    ("known", "alone"),
    [
        ({"birth_year": 1996}, True),
        ({"birth_year": 1961}, False),
        ({"age_band": (60, 69)}, False),
        ({"birth_year": 1996, "fell_on": date(2025, 3, 3)}, False),
        ({"birth_year": 1996, "fell_on": date(2025, 3, 1)}, True),
    ],
)
def test_from_65_or_after_a_fall_somebody_is_there(known: dict[str, Any], alone: bool) -> None:
    assert ("not_alone" not in questions(EYES_CLOSED, profile(**known))) is alone


def test_whose_age_is_not_known_judges_it_themselves() -> None:
    asked = {q.id: q.words for q in before(EYES_CLOSED, profile(), today=TODAY).ask}
    assert "I am under 65" in asked["not_alone_if_65_plus_or_fell_last_year"]
    assert asked["adult_present"] == "I am 14 or older, or an adult is with me."


def test_a_child_needs_an_adult_there() -> None:
    assert "adult_present" in questions(EYES_CLOSED, profile(birth_year=2013))
    assert "adult_present" not in questions(EYES_CLOSED)


def test_a_block_is_advice_that_somebody_who_knows_can_lift() -> None:
    sprained = profile(birth_year=1996, injury=[{"what": "sprained ankle", "on": "2026-02-20"}])
    found = before(ROLL, sprained, today=TODAY)
    assert found.better_wait == "A sprained ankle within the last six weeks."
    assert not found.refused
    asked = {question.id for question in found.ask}
    assert not found.may_begin(asked - {"professional_agrees"})
    assert found.may_begin(asked)
    assert not before(ROLL, YOUNG, today=TODAY).better_wait


@pytest.mark.parametrize(
    ("tag", "known", "true"),
    [
        (SPRAINED, {"injury": [{"what": "ankle sprain, left"}]}, True),
        (SPRAINED, {"injury": [{"what": "ankle sprain", "on": "2026-01-19"}]}, True),
        (SPRAINED, {"injury": [{"what": "ankle sprain", "on": "2026-01-18"}]}, False),
        (SPRAINED, {"injury": [{"what": "knee sprain", "on": "2026-03-01"}]}, False),
        ("painful_big_toe", {"history": ["big toe painful"]}, True),
        ("painful_big_toe", {"injury": [{"what": "painful big toe", "on": "2020-01-01"}]}, True),
        ("loss_of_feeling_in_feet", {"history": ["loss of feeling in both feet"]}, True),
        ("loss_of_feeling_in_feet", {"history": ["vertigo"]}, False),
        ("fell_last_year", {"fell_on": "2026-01-01"}, True),
    ],
)
def test_a_word_of_a_block_is_looked_for_in_the_records(
    tag: str, known: dict[str, Any], true: bool
) -> None:
    assert applies(tag, profile(**known), TODAY) is true


def test_every_block_of_the_library_can_come_true() -> None:
    tags = {tag for drill in SHELF.drills() for tag in drill.gate.block_if}
    for tag in tags:
        said = tag.split("_last_")[0].replace("_", " ")
        assert applies(tag, profile(injury=[{"what": said, "on": TODAY}]), TODAY), tag


def test_who_had_better_ask_first_is_told_why() -> None:
    person = profile(
        history=["vertigo", "loves running"],
        fell_on=date(2025, 12, 1),
        injury=[
            {"what": "broken toe", "on": "2026-02-10"},
            {"what": "old knee", "on": "2019-01-01"},
        ],
    )
    assert ask_first(person, TODAY) == ("vertigo", "a fall in the last year", "broken toe")
    assert ask_first(YOUNG, TODAY) == ()


def test_from_40_or_after_an_injury_one_goes_more_carefully() -> None:
    assert careful(profile(birth_year=1986), TODAY)
    assert not careful(profile(birth_year=1987), TODAY)
    assert careful(profile(injury=[{"what": "ankle sprain"}]), TODAY)
    assert not careful(profile(), TODAY)


def test_a_plate_bears_what_it_is_made_for() -> None:
    def refusal(mass_kg: float) -> str:
        person = profile(birth_year=1996, mass_kg=mass_kg)
        return before(ROLL, person, today=TODAY, plate=Plate(120.0, dynamic_ok=True)).refused

    assert not refusal(120)
    assert "120 kg at most" in refusal(121)
    heavy = profile(birth_year=1996, mass_kg=96)
    light = profile(birth_year=1996, mass_kg=95)
    plate = Plate(120.0, dynamic_ok=True)
    assert before(ROLL, heavy, today=TODAY, plate=plate).advice
    assert not before(ROLL, light, today=TODAY, plate=plate).advice


def test_landings_need_a_plate_that_is_made_for_them() -> None:
    landing = STEP.model_copy(update={"safety": STEP.safety.model_copy(update={"dynamic": True})})
    still = Plate(120.0, dynamic_ok=False)
    assert "steps and landings" in before(landing, YOUNG, today=TODAY, plate=still).refused
    assert not before(ROLL, YOUNG, today=TODAY, plate=still).refused
    assert not before(landing, YOUNG, today=TODAY, plate=Plate(120.0, True)).refused


@pytest.mark.parametrize(
    ("how", "ends"),
    [
        ({"answers": {"stopped_for": "dizzy"}, "ended": "stopped"}, "day"),
        ({"answers": {"stopped_for": "stumble"}}, "drill"),
        ({"answers": {"stopped_for": "cramp_over_60s"}}, "drill"),
        ({"answers": {"pain": 4}}, "day"),
        ({"answers": {"pain": 3}}, None),
        ({"answers": {"pain_before": 1, "pain": 3}}, "day"),
        ({"answers": {"pain_before": 2, "pain": 3}}, None),
        ({"ended": "touchdowns"}, "drill"),
        ({}, None),
    ],
)
def test_what_ends_a_drill_or_the_day(how: dict[str, Any], ends: str | None) -> None:
    outcome = ended(**how)
    assert {stop.ends for stop in stops(EYES_CLOSED, outcome)} == ({ends} if ends else set())
    same = before(EYES_CLOSED, YOUNG, today=TODAY, done_today=[outcome])
    other = before(ROLL, YOUNG, today=TODAY, done_today=[outcome])
    assert bool(same.refused) is (ends is not None)
    assert bool(other.refused) is (ends == "day")


def test_two_sets_in_a_row_that_went_less_well_are_enough() -> None:
    def sets(*good: int) -> Outcome:
        done = [rep for n, ok in enumerate(good, 1) for rep in reps(ok, 5, set_n=n)]
        return result(ROLL, day(0), done).outcome

    assert stops(ROLL, sets(5, 4, 3))
    assert not stops(ROLL, sets(5, 4, 4))
    assert not stops(ROLL, sets(5, 3, 4))


def test_three_touchdowns_are_said_with_their_number() -> None:
    (stop,) = stops(EYES_CLOSED, ended(ended="touchdowns"))
    assert stop.words == "Foot down 3 times in a row: this drill is over for today."


def test_all_that_a_drill_of_the_library_asks_is_a_sentence() -> None:
    for drill in SHELF.drills():
        for question in before(drill, profile(), today=TODAY).ask:
            assert question.words[0].isupper(), (drill.id, question)
            assert question.words.endswith("."), (drill.id, question)
            assert "_" not in question.words, (drill.id, question)


def test_the_disclaimer_says_what_it_has_to() -> None:
    for words in ("Not a medical device", "check calibration", "dizziness", "Ask a doctor"):
        assert words in DISCLAIMER
