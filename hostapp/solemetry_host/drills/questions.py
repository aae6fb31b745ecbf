# SPDX-License-Identifier: Apache-2.0
"""What is asked after a drill, and entered by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from solemetry_host.drills.files.drill import Ask, Drill
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.safety import PAIN_QUESTION

GRADE = "0-3"
"""The scale of a grade, which counts for a level where nothing is sensed: each side has its own."""

_PAIN = "pain"

Answer = Callable[[str], str | None]
"""Asks something; None where nobody answers, empty where the answer is left out."""


def ask_after(drill: Drill, outcome: Outcome, answer: Answer) -> Outcome:
    """Return the outcome with what was answered.

    A grade is asked for each side that was done, what is read off for each repetition, all else
    once. What is not on the scale is asked again; nothing is asked once nobody answers.
    """
    answers: dict[str, Any] = dict(outcome.answers)
    asks = drill.score.ask
    try:
        for ask in asks:
            given = _of_sides(ask, outcome, answer)
            if given is not None:
                answers[ask.id] = given
        if _PAIN not in {ask.id for ask in asks}:
            given = _on_scale(f"{PAIN_QUESTION} ", "0-10", answer)
            if given is not None:
                answers[_PAIN] = given
    except EOFError:
        return replace(outcome, answers=answers)
    return replace(outcome, answers=answers)


def _of_sides(ask: Ask, outcome: Outcome, answer: Answer) -> object:
    """Return an answer, or answers by side; None where all are left out."""
    words = ask.id.replace("_", " ").capitalize()
    scale = " or ".join(ask.scale.split("|")) + (f" {ask.unit}" if ask.unit else "")
    who = "coach, " if ask.who == "coach" else ""
    if ask.per == "drill" and ask.scale != GRADE:
        return _on_scale(f"{words} ({who}{scale}): ", ask.scale, answer)
    by_side: dict[str, Any] = {}
    for rep in outcome.reps:
        if ask.per == "drill" and rep.side in by_side:
            continue
        of = f"{rep.side}, " if rep.side in ("left", "right") else ""
        given = _on_scale(f"{words} ({of}{who}{scale}): ", ask.scale, answer)
        if given is not None and ask.per == "rep":
            by_side.setdefault(rep.side, []).append(given)
        elif ask.per == "drill":
            by_side[rep.side] = given
    return {side: given for side, given in by_side.items() if given is not None} or None


def _on_scale(words: str, scale: str, answer: Answer) -> float | str | None:
    """Ask until the answer is on the scale, ``0-10`` or ``done|part``; None if it is left out."""
    choices = scale.split("|")
    while True:
        told = answer(words)
        if told is None:
            raise EOFError
        told = told.strip().lower()
        if not told:
            return None
        if len(choices) > 1:
            if told in choices:
                return told
            continue
        low, _, high = scale.partition("-")
        try:
            number = float(told)
        except ValueError:
            continue
        if float(low) <= number <= float(high):
            return number
