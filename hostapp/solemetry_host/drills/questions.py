# SPDX-License-Identifier: Apache-2.0
"""What is asked after a drill, and entered by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from solemetry_host.drills.files.drill import Ask, Drill
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.safety import PAIN_QUESTION

GRADE = "0-3"
"""The scale of a grade, which counts for a level where nothing is sensed: each side has its own."""

PAIN = "pain"

Answer = Callable[[str], str | None]
"""Asks something; None where nobody answers, empty where the answer is left out."""

Given = float | str


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    id : str
        Of the answer.
    scale : str
        ``0-10``, or choices as ``done|part``.
    unit : str
    by_coach : bool
        Whether a coach answers it.
    side : Side or None
        Of which side it is asked; None: of the drill.
    number : int or None
        Of which repetition, of all that were done.
    """

    id: str
    scale: str
    unit: str = ""
    by_coach: bool = False
    side: Side | None = None
    number: int | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """What may be answered, if that is not a number."""
        return tuple(self.scale.split("|")) if "|" in self.scale else ()

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest number that may be answered."""
        low, _, high = self.scale.partition("-")
        return float(low), float(high)

    @property
    def words(self) -> str:
        """The question as the terminal puts it."""
        if self.id == PAIN:
            return f"{PAIN_QUESTION} "
        scale = " or ".join(self.scale.split("|")) + (f" {self.unit}" if self.unit else "")
        of = f"{self.side}, " if self.side in ("left", "right") else ""
        who = "coach, " if self.by_coach else ""
        return f"{self.id.replace('_', ' ').capitalize()} ({of}{who}{scale}): "

    def understood(self, told: str) -> Given | None:
        """Return what was typed as an answer; None where it is not on the scale."""
        if self.choices:
            return told if told in self.choices else None
        try:
            number = float(told)
        except ValueError:
            return None
        low, high = self.ends
        return number if low <= number <= high else None


def questions_after(drill: Drill, outcome: Outcome) -> tuple[Question, ...]:
    """Return what is asked after a drill: how much it hurts always, all else as its file says.

    A grade is asked for each side that was done, what is read off for each repetition, all else
    once.
    """
    asks = drill.score.ask
    pain = () if PAIN in {ask.id for ask in asks} else (Question(PAIN, "0-10"),)
    return (*(question for ask in asks for question in _of(ask, outcome)), *pain)


def answered(outcome: Outcome, given: Mapping[Question, Given]) -> Outcome:
    """Return the outcome with what was answered; what was left out is not in it."""
    answers: dict[str, Any] = dict(outcome.answers)
    for question, answer in sorted(given.items(), key=lambda each: each[0].number or 0):
        if question.side is None:
            answers[question.id] = answer
        elif question.number is None:
            answers.setdefault(question.id, {})[question.side] = answer
        else:
            answers.setdefault(question.id, {}).setdefault(question.side, []).append(answer)
    return replace(outcome, answers=answers)


def ask_after(drill: Drill, outcome: Outcome, answer: Answer) -> Outcome:
    """Return the outcome with what was answered, question by question.

    What is not on the scale is asked again; nothing is asked once nobody answers.
    """
    given: dict[Question, Given] = {}
    for question in questions_after(drill, outcome):
        told = answer(question.words)
        while told is not None and told.strip():
            understood = question.understood(told.strip().lower())
            if understood is not None:
                given[question] = understood
                break
            told = answer(question.words)
        if told is None:
            break
    return answered(outcome, given)


def _of(ask: Ask, outcome: Outcome) -> Iterator[Question]:
    question = Question(ask.id, ask.scale, ask.unit, ask.who == "coach")
    if ask.per == "rep":
        for number, rep in enumerate(outcome.reps, 1):
            yield replace(question, side=rep.side, number=number)
    elif ask.scale == GRADE:
        for side in dict.fromkeys(rep.side for rep in outcome.reps):
            yield replace(question, side=side)
    else:
        yield question
