# SPDX-License-Identifier: Apache-2.0
"""What is asked before a drill, what keeps it from starting, and what ends it for today.

Little is hard: a plate that is not made for it, a question that nobody has answered with yes, and
what has happened earlier on the same day. Everything else is advice, and the person decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.progress.records import Person
from solemetry_host.drills.running.outcome import CAUGHT, Outcome
from solemetry_host.words import mark, tr

DISCLAIMER = mark(
    "Training and self-measurement tool. Not a medical device; it does not diagnose, treat or "
    "predict injury. Home-built sensors can be wrong: check calibration. Stop with pain or "
    "dizziness. Have support within reach when you close your eyes. Ask a doctor or "
    "physiotherapist if you are injured, have fallen, or are unsure."
)
"""Shown once before the first drill, and in every report."""

PAIN_QUESTION = mark("How much does anything hurt right now, from 0 (not at all) to 10?")
"""Asked before the first drill of a day and after each."""

MOST_PAIN = 4
MOST_MORE_PAIN = 2
NOT_ALONE_FROM = 65
CAREFUL_FROM = 40
RECENT = timedelta(weeks=6)
WARN_FROM = 0.8
"""Of what a plate is made for."""

ENDS_THE_DAY = frozenset({"pain", "sharp_pain", "dizzy", "chest_pain", "numbness", "giving_way"})
"""Signs of the body: nothing more today, whichever drill it was."""

STUMBLE = "stumble"
"""They had to catch themselves: this drill is over for today, and goes on a level below."""

_NOT_ALONE = "not_alone_if_65_plus_or_fell_last_year"

_CONFIRMED = {
    "plate_is_low_and_fixed": mark("The plate is low, and cannot slip."),
    "support_in_reach": mark("A wall, rail or heavy piece of furniture is within reach."),
    "floor_clear": mark("The floor around is dry and clear."),
    "not_alone": mark("Somebody is with me."),
    _NOT_ALONE: mark(
        "I am under 65 and have not fallen in the last year, or somebody is with me."
    ),
    "professional_agrees": mark(
        "A doctor or physiotherapist knows of it and agrees to this drill."
    ),
}

_NOT_NOW = {
    "ankle_sprain_last_6_weeks": mark("A sprained ankle within the last six weeks."),
    "loss_of_feeling_in_feet": mark("Less feeling in the feet."),
    "painful_big_toe": mark("A painful big toe."),
}

_SIGNS = {
    "pain": mark("pain"),
    "sharp_pain": mark("sharp pain"),
    "dizzy": mark("dizziness"),
    "chest_pain": mark("chest pain"),
    "numbness": mark("numbness"),
    "giving_way": mark("a leg that gave way"),
    "cramp_over_60s": mark("a cramp that stays"),
    STUMBLE: mark("a stumble"),
}

_ASK_FIRST = (
    "vertigo",
    "neuropathy",
    "loss_of_feeling",
    "pregnan",
    "heart",
    "lung",
    "blackout",
    "seizure",
    "surgery",
)
"""Words of a history; and whatever injury is recent, and a fall in the last year."""

_WITHIN = re.compile(r"(?P<what>.+)_last_(?:(?P<n>\d+)_)?(?P<unit>day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True)
class Plate:
    """What a plate is made for: a standing person's mass, and whether landings may be added."""

    max_user_kg: float
    dynamic_ok: bool


@dataclass(frozen=True)
class Question:
    """To be answered with yes before it begins."""

    id: str
    words: str


@dataclass(frozen=True)
class Before:
    """What stands before a drill.

    Attributes
    ----------
    refused : str
        Why it does not start at all; empty if it may.
    better_wait : str
        Why it is not proposed, though somebody who knows may agree to it; empty if nothing is.
    ask : tuple of Question
    advice : tuple of str
        Said, and left to the person.
    """

    refused: str
    better_wait: str
    ask: tuple[Question, ...]
    advice: tuple[str, ...]

    def may_begin(self, confirmed: Collection[str]) -> bool:
        """Whether it may begin once these questions have been answered with yes."""
        return not self.refused and all(question.id in confirmed for question in self.ask)


@dataclass(frozen=True)
class Stop:
    """Something that ends a drill, or the day.

    Attributes
    ----------
    ends : {"drill", "day"}
        This drill for today, or everything for today.
    words : str
    """

    ends: Literal["drill", "day"]
    words: str


def before(
    drill: Drill,
    person: Person,
    *,
    today: date,
    done_today: Iterable[Outcome] = (),
    plate: Plate | None = None,
) -> Before:
    """Tell what has to be asked before a drill, and whether anything forbids it.

    Parameters
    ----------
    drill : Drill
    person : Person
    today : date
    done_today : iterable of Outcome
        What they have done on this day so far.
    plate : Plate, optional
        What they will stand on.
    """
    asked = [_question(name) for name in drill.safety.confirm_before if name != _NOT_ALONE]
    if _NOT_ALONE in drill.safety.confirm_before:
        asked += _company(person, today)
    asked += _old_enough(drill, person, today)
    blocks = [tag for tag in drill.gate.block_if if applies(tag, person, today)]
    if blocks:
        asked.append(_question("professional_agrees"))
    return Before(
        _refused(drill, person, done_today, plate),
        " ".join(tr(_NOT_NOW.get(tag, _sentence(tag))) for tag in blocks),
        tuple(asked),
        _advice_on_load(person, plate),
    )


def stops(drill: Drill, outcome: Outcome) -> tuple[Stop, ...]:
    """Tell what a drill that has just been done ends for today; nothing, if all is well."""
    found: list[Stop] = []
    sign = outcome.answers.get("stopped_for")
    if sign in ENDS_THE_DAY:
        words = tr("You stopped for {sign}: that is all for today.", sign=_sign(sign))
        found.append(Stop("day", words))
    elif sign or stumbled(outcome):
        words = tr(
            "You stopped for {sign}: this drill is over for today.",
            sign=_sign(sign or STUMBLE),
        )
        found.append(Stop("drill", words))
    found += _stops_for_pain(outcome)
    if outcome.ended == "touchdowns":
        row = drill.safety.max_touchdowns_in_row
        found.append(
            Stop("drill", tr("Foot down {n} times in a row: this drill is over for today.", n=row))
        )
    if _quality_falls(outcome):
        found.append(
            Stop("drill", mark("Two sets in a row went less well: this drill is over for today."))
        )
    return tuple(found)


def applies(tag: str, person: Person, today: date) -> bool:
    """Whether a word of a drill's `block_if` is true of a person today.

    ``ankle_sprain_last_6_weeks`` looks among the injuries for one whose words have both "ankle"
    and "sprain", and at its date; one without a date counts. ``fell_last_year`` looks at the last
    fall. A word without a time is looked for among injuries and history.
    """
    timed = _WITHIN.fullmatch(tag)
    if timed is None:
        return any(_has(said, tag) for said in (*person.history, *_injuries(person)))
    since = today - timedelta(days=_DAYS[timed["unit"]] * int(timed["n"] or 1))
    if timed["what"] in ("fell", "fall"):
        return person.fell_on is not None and person.fell_on >= since
    return any(_has(said, timed["what"]) for said in _injuries(person, since))


def ask_first(person: Person, today: date) -> tuple[str, ...]:
    """Name what somebody had better ask a doctor or physiotherapist about before they train."""
    history = [said for said in person.history if any(_has(said, word) for word in _ASK_FIRST)]
    fell = ["a fall in the last year"] if applies("fell_last_year", person, today) else []
    return (*history, *fell, *_injuries(person, since=today - RECENT))


def careful(person: Person, today: date) -> bool:
    """Whether to begin a level with more support and take one session more: from 40, or injured."""
    ages = person.ages(today)
    return bool(person.injury) or (ages is not None and ages[1] >= CAREFUL_FROM)


def stumbled(outcome: Outcome) -> bool:
    """Whether they had to catch themselves."""
    return outcome.answers.get("stopped_for") == STUMBLE or any(
        rep.reason == CAUGHT for rep in outcome.reps
    )


def hurt(outcome: Outcome) -> bool:
    """Whether it ended with pain or another sign of the body."""
    return outcome.answers.get("stopped_for") in ENDS_THE_DAY or bool(_stops_for_pain(outcome))


def _refused(
    drill: Drill, person: Person, done_today: Iterable[Outcome], plate: Plate | None
) -> str:
    if plate is not None and drill.safety.dynamic and not plate.dynamic_ok:
        return mark(
            "This plate is not made for steps and landings: use the floor, or another drill."
        )
    if plate is not None and person.mass_kg is not None and person.mass_kg > plate.max_user_kg:
        return tr(
            "This plate is made for {kg} kg at most: do not stand on it.",
            kg=f"{plate.max_user_kg:g}",
        )
    for outcome in done_today:
        for stop in stops(drill, outcome):
            if stop.ends == "day" or outcome.drill == drill.id:
                return stop.words
    return ""


def _advice_on_load(person: Person, plate: Plate | None) -> tuple[str, ...]:
    if plate is None or person.mass_kg is None or person.mass_kg < WARN_FROM * plate.max_user_kg:
        return ()
    bears = tr(
        "The plate bears {kg} kg, hardly more than you: step on it slowly.",
        kg=f"{plate.max_user_kg:g}",
    )
    return (bears,)


def _stops_for_pain(outcome: Outcome) -> list[Stop]:
    now = outcome.answers.get("pain")
    start = outcome.answers.get("pain_before")
    if now is None:
        return []
    if now >= MOST_PAIN:
        words = tr("Pain of {n} of 10: that is all for today.", n=f"{now:g}")
        return [Stop("day", words)]
    if start is not None and now - start >= MOST_MORE_PAIN:
        words = tr(
            "Pain went from {before} to {n}: that is all for today.",
            before=f"{start:g}",
            n=f"{now:g}",
        )
        return [Stop("day", words)]
    return []


def _quality_falls(outcome: Outcome) -> bool:
    """Fewer good repetitions in a set than in the one before, twice running."""
    shares = []
    for number in sorted({rep.set_n for rep in outcome.reps}):
        sensed = [r for r in outcome.reps if r.set_n == number and r.status != "unverified"]
        if sensed:
            shares.append(sum(rep.status == "ok" for rep in sensed) / len(sensed))
    return any(a > b > c for a, b, c in zip(shares, shares[1:], shares[2:], strict=False))


def _company(person: Person, today: date) -> list[Question]:
    """Ask for a second person from 65 on or after a fall, and leave it to those we do not know."""
    ages = person.ages(today)
    if applies("fell_last_year", person, today) or (ages and ages[1] >= NOT_ALONE_FROM):
        return [_question("not_alone")]
    return [] if ages else [_question(_NOT_ALONE)]


def _old_enough(drill: Drill, person: Person, today: date) -> list[Question]:
    ages, least = person.ages(today), drill.safety.age_min
    if least is None or (ages and ages[0] >= least):
        return []
    words = tr("I am {age} or older, or an adult is with me.", age=least)
    return [Question("adult_present", words)]


def _injuries(person: Person, since: date | None = None) -> list[str]:
    """Return all injuries, or those since a day; one without a date may be as recent."""
    return [
        injury.what
        for injury in person.injury
        if since is None or injury.on is None or injury.on >= since
    ]


def _has(said: str, words: str) -> bool:
    """Whether all these words are in what somebody said, in any order: "sprained ankle"."""
    return all(word in said.lower().replace("_", " ") for word in words.lower().split("_"))


def _question(name: str) -> Question:
    return Question(name, _CONFIRMED.get(name, _sentence(name)))


def _sentence(name: str) -> str:
    return f"{_in_words(name).capitalize()}."


def _sign(name: str) -> str:
    return tr(_SIGNS.get(name, _in_words(name)))


def _in_words(name: str) -> str:
    return name.replace("_", " ")
