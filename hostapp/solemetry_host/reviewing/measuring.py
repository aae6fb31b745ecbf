# SPDX-License-Identifier: Apache-2.0
"""What a span of a recording measures: `solemetry.analysis.analyze`, laid out to be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.analysis import analyze
from solemetry.session.cutting import part_of
from solemetry.session.model import Session
from solemetry.sway.battery import core_features
from solemetry.sway.conventions import SOLEMETRY
from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.reviewing.names import called, clock
from solemetry_host.reviewing.opened import foot_of
from solemetry_host.words import tr

Floats = NDArray[np.float64]
Told = Mapping[str, Any]

AT_ONCE_S = 300.0
"""A longer span is measured when it is asked for: it takes a while."""

_MOST_POINTS = 4000

_GAIT = ("gait_line", "roll_over", "pronation", "print", "imu")

_LOADING = ("mean_force", "left_share", "right_share", "rear_share", "front_share")


@dataclass(frozen=True)
class Row:
    """One measure.

    Attributes
    ----------
    measure : str
        Its name in the program.
    name, unit : str
        As they are read; the unit as the program has it.
    value : float or None
    sd : float or None
        Of means over steps.
    n : int or None
    valid : bool
    note : str
        What falls short, or what else is to be known.
    definition : str
        What it is, by which method, and whose that is.
    """

    measure: str
    name: str
    unit: str
    value: float | None
    sd: float | None = None
    n: int | None = None
    valid: bool = True
    note: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Section:
    """Measures of one kind, of one stream or one foot.

    Attributes
    ----------
    kind : str
        ``sway``, ``loading``, ``regions``, ``gait``, ...
    of : str
        The stream or the foot; empty: of all.
    name, note : str
        What they are of, without the stream or the foot; how they were measured.
    title : str
        The name, with the stream or the foot where there are several.
    rows : tuple of Row
    core : int
        So many of the rows, the first, are shown before one asks for all.
    """

    kind: str
    of: str
    name: str
    title: str
    note: str
    rows: tuple[Row, ...]
    core: int


@dataclass(frozen=True, eq=False)
class Picture:
    """Where the load of one stream went over a span.

    Attributes
    ----------
    cop_mm : (n, 2) array
        Thinned to what can be seen, ``(ml, ap)``; NaN where there is none.
    ellipse : Ellipse or None
        By the measures of the span; None where nobody stands.
    size_mm : tuple of float or None
        Of the plate; None where it is not known.
    """

    cop_mm: Floats
    ellipse: Ellipse | None
    size_mm: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Measured:
    """A span and its measures.

    Attributes
    ----------
    span : (float, float)
        Session time.
    what : str
        In words, what was found: somebody stands, walks, or neither.
    sections : tuple of Section
    pictures : dict of str to Picture
        By stream.
    notes : tuple of str
        What a reader of the numbers should know, and what cannot be given, with why.
    """

    span: tuple[float, float]
    what: str
    sections: tuple[Section, ...]
    pictures: dict[str, Picture]
    notes: tuple[str, ...]

    def section(self, kind: str, of: str) -> Section | None:
        """Return one of the sections; None where there is none such."""
        return next((each for each in self.sections if (each.kind, each.of) == (kind, of)), None)


def measure(session: Session, span: tuple[float, float], whole: bool = False) -> Measured:
    """Measure a span of a recording.

    Parameters
    ----------
    session : Session
    span : (start, end)
        Session time.
    whole : bool
        It is all of the recording, which is analysed as `solemetry analyze` does: by the holds
        that are marked in it, or the longest standing.

    Raises
    ------
    UnavailableError
        When nothing was recorded there.
    """
    told = analyze(session, span_s=None if whole else span)
    sections = (*_gait(told), *_sway(told), *_loading(told), *_regions(told), *_quality(told))
    part = part_of(session, *span) if not whole else session
    return Measured(
        span,
        _what(told),
        sections,
        {
            stream.name: Picture(
                _thinned(stream.cop_mm),
                _ellipse(told["sway"].get(stream.name) or {}),
                stream.layout.size_mm if stream.layout is not None else None,
            )
            for stream in part.streams.values()
            if stream.counts is None
        },
        tuple(_notes(told)),
    )


def _what(told: Told) -> str:
    activity = told["gait"]["activity"]
    if activity == "walking":
        return tr("Walking")
    if activity == "running":
        return tr("Running")
    return tr("Standing") if any(told["sway"].values()) else tr("Nobody stands or walks")


def _sway(told: Told) -> Iterator[Section]:
    first = core_features()
    for stream, rows in told["sway"].items():
        if not rows:
            continue
        names = [*(name for name in first if name in rows), *(n for n in rows if n not in first)]
        some = rows[names[0]]
        note = tr(
            "{seconds} s, {n} samples, convention {convention}; {source}.",
            seconds=f"{some['duration_s']:.1f}", n=some["n"], convention=some["convention"],
            source=_source(told, stream),
        )  # fmt: skip
        yield Section(
            "sway", stream, *_titled(tr("Sway"), stream, told), note,
            tuple(
                _row(name, rows[name],
                     _sentences(rows[name]["definition"], rows[name]["reference"]))
                for name in names
            ),
            core=sum(name in rows for name in first),
        )  # fmt: skip


def _source(told: Told, stream: str) -> str:
    spans = ", ".join(f"{clock(a)} – {clock(b)}" for a, b in told["hold"][stream]["spans_s"])
    sources = {
        "chosen span": tr("the chosen span"),
        "marked hold": tr("the marked holds"),
        "whole recording": tr("the whole recording"),
        "longest standing, first and last second left off": tr(
            "the longest standing, its first and last second left off"
        ),
    }
    source = told["hold"][stream]["source"]
    return f"{sources.get(source, source)} ({spans})"


def _loading(told: Told) -> Iterator[Section]:
    for stream, facts in told["loading"].items():
        if stream == "regions" or not facts:
            continue
        names = [*(name for name in _LOADING if name in facts and facts[name]["value"] is not None),
                 *(name for name in facts if name not in _LOADING)]  # fmt: skip
        rows = tuple(_row(name, facts[name], _what_it_is(facts[name])) for name in names)
        core = sum(name in _LOADING for name in names)
        if core:
            yield Section("loading", stream, *_titled(tr("Load"), stream, told), "", rows, core)


def _what_it_is(fact: Told) -> str:
    what = tr("Of: {what}.", what=fact["of"]) if fact.get("of") else ""
    return f"{_sentences(fact['definition'])} {what}".strip()


def _regions(told: Told) -> Iterator[Section]:
    for stream, regions in told["loading"]["regions"].items():
        rows = tuple(
            _row(f"{region}.{name}", fact, _sentences(fact.get("definition", "")),
                 f"{called(region)}: {called(name)}")
            for region, facts in regions.items()
            for name, fact in facts.items()
        )  # fmt: skip
        few = [row for row in rows if row.measure.split(".")[1] in ("mean_n", "share", "peak_n")]
        rest = [row for row in rows if row not in few]
        titles = _titled(tr("Parts of the foot"), stream, told)
        yield Section("regions", stream, *titles, "", (*few, *rest), len(few))


def _gait(told: Told) -> Iterator[Section]:
    from solemetry_host.analysis_tables import WALKING  # with rich, which takes a while to load

    gait = told["gait"]
    if gait["activity"] is None:
        return
    note = tr("Convention {convention}. {rule}.", convention=gait["convention"],
              rule=str(gait["rule"]).capitalize())  # fmt: skip
    feet = {"left": tr("left foot"), "right": tr("right foot")}
    tables = [("gait", "", tr("Steps"), note, gait["trial"])]
    tables += [
        ("gait", foot, tr("Steps"), "", rows)
        for foot, rows in gait["feet"].items()
    ]
    titles = {
        "gait_line": tr("Gait line"), "roll_over": tr("Roll-over"), "print": tr("Footprint"),
        "pronation": tr("Shift of load to the inner side"), "imu": tr("Motion of the foot"),
    }  # fmt: skip
    tables += [
        (subject, foot, titles[subject], "", rows)
        for subject in _GAIT
        for foot, rows in gait.get(subject, {}).items()
    ]
    if "butterfly" in gait:
        place = next(iter(gait["butterfly"].values()))["placement"]
        tables.append(("butterfly", "", tr("Butterfly"), str(place), gait["butterfly"]))
    for kind, of, name, how, rows in tables:
        wanted = WALKING["trial" if kind == "gait" else kind] if kind in ("gait", *WALKING) else ()
        first = [name for name in wanted if name in rows] or list(rows)
        laid = tuple(
            _row(measure, rows[measure], _sentences(rows[measure].get("definition", "")))
            for measure in [*first, *(each for each in rows if each not in first)]
        )
        if laid:
            title = f"{name}, {feet[of]}" if of in feet else name
            yield Section(kind, of, name, title, how, laid, len(first))


def _quality(told: Told) -> Iterator[Section]:
    for stream, fields in told["quality"].items():
        rows = tuple(
            _row(name, fact, _sentences(fact["definition"]))
            for name, fact in fields.items()
            if isinstance(fact["value"], int | float) and not isinstance(fact["value"], bool)
        )
        if rows:
            titles = _titled(tr("Quality of the signal"), stream, told)
            yield Section("quality", stream, *titles, "", rows, 0)


def _row(measure: str, fact: Told, definition: str, name: str = "") -> Row:
    value = fact["value"]
    return Row(
        measure, name or called(measure), str(fact["unit"]),
        float(value) if value is not None and math.isfinite(value) else None,
        fact.get("sd"), fact.get("n"), bool(fact.get("valid", True)), str(fact.get("note", "")),
        definition,
    )  # fmt: skip


def _sentences(definition: str, reference: str = "") -> str:
    first = f"{definition[:1].upper()}{definition[1:]}." if definition else ""
    return f"{first} {reference}.".strip() if reference else first


def _titled(name: str, stream: str, told: Told) -> tuple[str, str]:
    return name, name if len(told["sway"]) == 1 else f"{name}: {stream}"


def _ellipse(sway: Mapping[str, Told]) -> Ellipse | None:
    """Return the ellipse that the measures of a stream describe."""
    choices = SOLEMETRY
    names = ("mean_ml", "mean_ap", "ellipse_semi_major", "ellipse_semi_minor", "ellipse_angle",
             f"ellipse_area_{choices.words['coverage']}")  # fmt: skip
    values = [sway[name]["value"] for name in names if name in sway]
    known = [float(value) for value in values if value is not None]
    if len(known) < len(names):
        return None
    x, y, major, minor, angle, area = known
    n = sway["ellipse_angle"]["n"]
    return Ellipse((x, y), (major, minor), angle, area, choices.ellipse_coverage, n)


def _thinned(cop_mm: Floats) -> Floats:
    return cop_mm[:: -(-len(cop_mm) // _MOST_POINTS) or 1]


def _notes(told: Told) -> Iterator[str]:
    yield from told["notes"]
    gait = told["gait"]
    if gait["activity"] is None and not any(told["sway"].values()):
        yield gait["why_not"]
    yield from gait.get("notes", ())
    for stream, reasons in told["unavailable"].items():
        for name, why in reasons.items():
            yield tr("{stream}: no {measure}. {why}", stream=stream, measure=called(name).lower(),
                     why=why)  # fmt: skip


def side_of(section: Section) -> str:
    """Return whose foot a section is of: ``left``, ``right``, or nothing."""
    return section.of if section.of in ("left", "right") else foot_of(section.of)
