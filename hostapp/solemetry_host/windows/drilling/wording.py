# SPDX-License-Identifier: Apache-2.0
"""What drills say of themselves in English, in the language of the windows.

Drill files bring their own words; families, questions and signals are the engine's, which has
English only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.progress.gates import Asked
from solemetry_host.drills.questions import PAIN, Question
from solemetry_host.drills.running.outcome import Rep, Side
from solemetry_host.drills.safety import PAIN_QUESTION
from solemetry_host.drills.showing.feedback import Where
from solemetry_host.drills.showing.results import reason
from solemetry_host.words import mark, tr

_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "balance": mark("Balance"),
        "foot-core": mark("Foot core"),
        "foot-mobility": mark("Foot mobility"),
        "foot-progression": mark("Foot progression"),
        "groundwork": mark("Groundwork"),
        "measure": mark("Measuring"),
        "strength": mark("Strength"),
        "warm-up": mark("Warming up"),
    }
)

_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "pain": mark("Pain"),
        "sharp_pain": mark("Sharp pain"),
        "giving_way": mark("The leg gave way"),
        "dizzy": mark("Dizzy"),
        "stumble": mark("I stumbled"),
        "numbness": mark("Numbness"),
        "cramp_over_60s": mark("A cramp that stays"),
        "chest_pain": mark("Chest pain"),
    }
)

_ASKED: Mapping[str, str] = MappingProxyType(
    {
        PAIN: PAIN_QUESTION,
        "done": mark("Was it done?"),
        "effort": mark("How hard was it, from 0 to 10?"),
        "difficulty": mark("How difficult was it, from 1 (easy) to 5?"),
        "observed_grade": mark("How well was it done, from 0 to 3?"),
        "knee_grade": mark("How well did the knee stay over the foot, from 0 to 3?"),
        "hinge_grade": mark("How well did the hip fold, from 0 to 3?"),
        "knees_apart": mark("How well did the knees stay apart, from 0 to 3?"),
        "kept_the_width": mark("How well was the width kept, from 0 to 3?"),
        "band_slipped": mark("Did the band slip?"),
        "angle": mark("Angle"),
        "distance": mark("Distance"),
        "time": mark("Time"),
    }
)

_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "done": mark("Done"), "part": mark("In part"), "skipped": mark("Skipped"),
        "yes": mark("Yes"), "no": mark("No"),
    }
)  # fmt: skip


def family(name: str) -> str:
    """Return what a family of drills is called."""
    return tr(_FAMILIES.get(name, _plain(name)))


def sign(name: str) -> str:
    """Return a reason to stop, as somebody would say it."""
    return tr(_SIGNS.get(name, _plain(name)))


def question(asked: Question) -> str:
    """Return a question that is asked after a drill."""
    words = tr(_ASKED.get(asked.id, _plain(asked.id)))
    of = [side(asked.side)] if asked.side in ("left", "right") else []
    of += [tr("repetition {n}", n=asked.number)] if asked.number is not None else []
    of += [tr("a coach answers")] if asked.by_coach else []
    return f"{words} ({', '.join(of)})" if of else words


def choice(name: str) -> str:
    """Return one of the choices of a question."""
    return tr(_CHOICES.get(name, _plain(name)))


def side(name: Side | str | None) -> str:
    """Return which foot it is; of both, and of none, nothing."""
    return {"left": tr("Left foot"), "right": tr("Right foot")}.get(name or "", "")


def why(rep: Rep) -> str:
    """Return why a repetition was not held, or not seen."""
    return tr(reason(rep)) if rep.status != "ok" else ""


def place(where: Where) -> str:
    """Return which side, set and repetition it is."""
    parts = [
        side(where.side),
        tr("Set {n} of {all}", n=where.set_n, all=where.sets) if where.sets > 1 else "",
        tr("Repetition {n} of {all}", n=where.rep_n, all=where.reps) if where.reps > 1 else "",
    ]
    return "  ·  ".join(part for part in parts if part)


def asks(wanted: Asked) -> str:
    """Return what a level asks for."""
    rule, value = wanted.rule, wanted.value
    if value is None:
        return tr("what is published for your age: say how old you are, to see it")
    if rule.reps_ok is not None:
        return tr(
            "{n} of {all} repetitions held, without feedback", n=rule.reps_ok,
            all=rule.of or rule.reps_ok,
        )  # fmt: skip
    if rule.metric.endswith("_s"):
        said = tr("{n} s, without feedback", n=f"{value:g}")
    elif rule.metric.endswith("hours_ok"):
        said = tr("{n} hours held, without feedback", n=f"{value:g}")
    else:
        said = tr("{what} at least {n}, without feedback", what=_plain(rule.metric), n=f"{value:g}")
    if not rule.at_least_norm:
        return said
    note = tr("published for your age, provisional") if wanted.provisional else tr(
        "published for your age"
    )
    return f"{said} ({note})"


def level_name(drill: Drill, number: int) -> str:
    """Return a level as a person reads it."""
    name = next((level.name for level in drill.level if level.n == number), "")
    words = tr("Level {n}", n=number)
    return f"{words}: {tr(name)}" if name else words


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()
