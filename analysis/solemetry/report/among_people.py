# SPDX-License-Identifier: Apache-2.0
"""Where the sway of a recording lies among published people, if it was measured as theirs was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solemetry.analysis.standing import Hold, sway_of
from solemetry.cop import MIN_FORCE_N
from solemetry.errors import UnavailableError
from solemetry.report.layout import Row, Table
from solemetry.report.tables import in_words, number
from solemetry.session.model import Session, Stream
from solemetry.sway.people.reference_ranges import (
    CONVENTION,
    STANCE,
    Eyes,
    Surface,
    place,
    reference_range,
)

SOURCE = (
    "Reference people: Santos and Duarte (2016), PeerJ 4:e2648, data under CC BY 4.0; the interval "
    "holds the middle 90 of 100 of them. A place among others says nothing about health."
)


_MEASURES = ("ellipse_area_95", "mean_velocity", "mean_frequency")
"""Those that were published."""


@dataclass(frozen=True)
class Stood:
    """How somebody stood, as no sensor can tell.

    Attributes
    ----------
    eyes : {"open", "closed"}
    surface : {"firm", "foam"}
    stance : str
        ``two feet`` is the only one that there are reference people of.
    age : float, optional
        Years; without, that of the recording.
    """

    eyes: Eyes
    surface: Surface
    stance: str = STANCE
    age: float | None = None


def among_people(session: Session, stream: Stream, hold: Hold, stood: Stood | None) -> Table | str:
    """Place a hold among the reference people; where that cannot be, say why.

    Parameters
    ----------
    session : Session
    stream : Stream
    hold : Hold
    stood : Stood, optional
        Without, nothing is placed.
    """
    age = stood.age if stood and stood.age is not None else session.subject.get("age")
    if stood is None or age is None:
        lacking = "whether the eyes were open, and the surface" if stood is None else "the age"
        return f"No reference ranges: the recording does not tell {lacking}. Say so: --eyes, " \
               "--surface, --age."  # fmt: skip
    try:
        _check_both_feet(session, stream, hold)
        sway = sway_of(session, stream, hold, CONVENTION, "must")
        rows = tuple(_row(name, sway[name], stream, stood, float(age)) for name in _MEASURES)
    except UnavailableError as error:
        return f"No reference ranges: {error}"
    heads = ("Measure", "Value", "5 to 95 of 100", "Unit", "Percentile", "People")
    numbers = frozenset({"Value", "5 to 95 of 100", "Percentile", "People"})
    title = reference_range(_MEASURES[0], float(age), stood.eyes, stood.surface).title
    said = f"People {title}. This person: {float(age):g} years. Convention {CONVENTION}."
    return Table("Among reference people", heads, numbers, rows, said)


def _check_both_feet(session: Session, stream: Stream, hold: Hold) -> None:
    """Refuse the centre of pressure of one foot: that of the people was of both, on one plate."""
    if _is_insole(stream):
        others = ["the other foot"]
    else:
        others = [
            other.name
            for other in session.streams.values()
            if other is not stream and not _is_insole(other) and _bears(other, hold)
        ]
    if others:
        raise UnavailableError(
            f"{stream.name} bears only part of the load, {', '.join(others)} the rest.",
            "The reference people stood with both feet on one plate.",
        )


def _is_insole(stream: Stream) -> bool:
    kind = stream.layout.kind if stream.layout else stream.name.partition("-")[0]
    return kind == "insole"


def _bears(stream: Stream, hold: Hold) -> bool:
    """Whether somebody stood on it in the spans of a hold."""
    held = [stream.force_n[(stream.t_s >= start) & (stream.t_s <= end)]
            for start, end in hold.spans_s]  # fmt: skip
    felt_n = np.concatenate(held)
    felt_n = felt_n[np.isfinite(felt_n)]
    return bool(len(felt_n) and felt_n.mean() >= MIN_FORCE_N)


def _row(
    name: str, entry: Mapping[str, Any], stream: Stream, stood: Stood, age: float
) -> Row:
    if entry["value"] is None:
        raise UnavailableError("There is no sway to place.")
    people = reference_range(name, age, stood.eyes, stood.surface)
    found = place(
        entry["value"], people,
        stance=stood.stance, duration_s=entry["duration_s"], fs_hz=stream.fs_hz,
        convention=CONVENTION,
    )  # fmt: skip
    low, high = people.values[0], people.values[-1]
    return Row(
        label=in_words(name),
        name=name,
        cells=(
            number(found.value),
            f"{number(low)} to {number(high)}" if low == low and high == high else "too few people",
            people.unit.replace("mm2", "mm²"),
            f"{found.percentile:.0f} ({found.low:.0f} to {found.high:.0f})",
            str(found.n),
        ),
        remarks=tuple(filter(None, (found.note, entry["note"]))),
        valid=entry["valid"],
    )
