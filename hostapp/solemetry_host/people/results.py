# SPDX-License-Identifier: Apache-2.0
"""One drill as it went for one person, and under which circumstances; a file each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from solemetry.errors import FileError
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.running.outcome import Outcome, Rep, Side
from solemetry_host.people.files import Words
from solemetry_host.people.profile import Support


@checked_dataclass(frozen=True)
class Context:
    """Under which circumstances.

    Attributes
    ----------
    at : datetime
        When it began, with its offset from UTC: the day is that of the place.
    devices : dict of str to str
        Calibration by device, both by their ids; empty where nothing was sensed.
    footwear, surface, posture : str
        In small letters.
    support : {"none", "hover", "fingertip", "hand"}
    session : str
        Name of the recording beside it, if there is one.
    """

    at: AwareDatetime
    devices: dict[str, str]
    footwear: Words
    surface: Words
    support: Support
    posture: Words
    session: str = ""

    @property
    def day(self) -> date:
        """The day it was, where it was."""
        return self.at.date()


@dataclass(frozen=True)
class Result:
    """One drill, done or broken off.

    Attributes
    ----------
    person : str
        A pseudonym.
    context : Context
    outcome : Outcome
    schema : int
    """

    person: str
    context: Context
    outcome: Outcome
    schema: Annotated[int, Field(ge=1, le=1)] = 1


Feedback = Literal["with", "without", "whole"]


@dataclass(frozen=True, order=True)
class Alike:
    """What two values have to share before they are put side by side.

    Attributes
    ----------
    drill, version, level
        What was done.
    devices : str
        Each device and its calibration.
    footwear, surface, support, posture : str
    band : float
        How much wider than in its file the drill's bands were.
    feedback : {"with", "without", "whole"}
        Of one repetition, with or without; or of the whole drill.
    """

    drill: str
    version: int
    level: int
    devices: str
    footwear: str
    surface: str
    support: str
    posture: str
    band: float
    feedback: Feedback


@dataclass(frozen=True, order=True)
class Value:
    """One number of one result.

    Attributes
    ----------
    measure : str
        Its name; it ends with its unit where it has one.
    side : {"left", "right", "both", "none"}
    alike : Alike
    day : date
    value : float
    """

    measure: str
    side: Side
    alike: Alike
    day: date
    value: float


_FORM = TypeAdapter(Result)


def read_result(path: Path) -> Result:
    """Read the file of one result.

    Raises
    ------
    FileError
        Where it cannot be read.
    """
    try:
        return _FORM.validate_json(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.", "See who may.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FileError(
            f"{path} is damaged: {Finding(first['loc'], first['msg'], '')}.",
            "Restore it from a copy, or delete it; the others still work.",
        ) from None


def as_json(result: Result) -> bytes:
    """Write a result as text; a number that has no value is left out."""
    outcome = replace(
        result.outcome,
        reps=tuple(replace(rep, measures=_finite(rep.measures)) for rep in result.outcome.reps),
        measures={side: _finite(found) for side, found in result.outcome.measures.items()},
    )
    return _FORM.dump_json(replace(result, outcome=outcome), indent=1) + b"\n"


def values_of(result: Result) -> list[Value]:
    """Every number of a result: of each repetition that was ok, and of each side as a whole.

    What broke off is no shorter repetition, and what was not sensed is no value; `reps_ok` counts
    them.
    """
    return [
        Value(measure, side, alike(result, feedback), result.context.day, float(value))
        for measure, side, feedback, value in _numbers(result.outcome)
        if math.isfinite(value)
    ]


def feedback_of(rep: Rep) -> Feedback:
    """Tell whether a repetition was done with feedback."""
    return "with" if rep.with_feedback else "without"


def alike(result: Result, feedback: Feedback) -> Alike:
    """Return what values of a result have to share with others."""
    context, outcome = result.context, result.outcome
    return Alike(
        outcome.drill,
        outcome.version,
        outcome.level,
        ", ".join(f"{device} ({how})" for device, how in sorted(context.devices.items())),
        context.footwear,
        context.surface,
        context.support,
        context.posture,
        outcome.band,
        feedback,
    )


def _numbers(outcome: Outcome) -> Iterator[tuple[str, Side, Feedback, float]]:
    for rep in outcome.reps:
        if rep.status == "ok":
            for measure, value in rep.measures.items():
                yield measure, rep.side, feedback_of(rep), value
    for side, found in outcome.measures.items():
        for measure, value in found.items():
            yield measure, side, "whole", value


def _finite(measures: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in measures.items() if math.isfinite(value)}
