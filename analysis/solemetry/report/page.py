# SPDX-License-Identifier: Apache-2.0
"""The report of one recording."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from solemetry.analysis import Hold, Walk, analyze, find_hold, find_walk
from solemetry.errors import UnavailableError
from solemetry.report import facts
from solemetry.report.among_people import SOURCE, Stood, among_people
from solemetry.report.figures import draw, draw_walk
from solemetry.report.layout import NOT_MEDICAL, Page, Paper, Part, Row, Table, write_page
from solemetry.report.tables import Entries, by_foot, measures, number
from solemetry.session.model import Session, Stream
from solemetry.sway.battery import core_features
from solemetry.sway.conventions import SOLEMETRY, get

_BOTH_FEET = (
    "cadence_steps", "stride_s", "step_s", "stance_s", "double_support_s", "flight_s",
    "body_weight",
)  # fmt: skip
_EACH_FOOT = (
    "stance_s", "swing_s", "stride_s", "step_s", "double_support_s", "single_support_s",
    "stance_percent", "f1_n", "fmin_n", "f2_n", "peak_n", "impulse_ns",
)  # fmt: skip
_MORE_OF_FEET = {
    "gait_line": ("Gait line", (
        "length_mm", "width_mm", "start_along_mm", "end_along_mm", "mean_speed_mm_s",
        "over_heel_percent", "over_midfoot_percent", "over_forefoot_percent",
    )),
    "roll_over": ("Rolling over the foot", (
        "first_heel_percent", "first_midfoot_percent", "first_forefoot_percent",
        "strike_index_percent", "heel_off_percent", "forefoot_on_percent", "hallux_peak_percent",
    )),
    "pronation": ("Medial and lateral", None),
}  # fmt: skip
"""Which of them are shown; the table for the laboratory has all."""

_REGIONS = {
    "peak_n": "Regions: largest force",
    "impulse_share": "Regions: share of the impulse",
}
_FIRST_OF_A_WALK = ("cadence_steps", "stride_s", "stance_s", "double_support_s")
_FIRST_OF_SWAY = ("ellipse_area_95", "mean_velocity", "range_ml", "range_ap")
"""What is shown large."""

_MOST_EVENTS = 200
"""More fill pages, and nobody reads them."""

_QUALITY = ("missing", "measured_rate", "lost_rows", "clock_half_width")
"""Of the loading, told with the quality."""


def write_report(
    session: Session,
    path: str | os.PathLike[str],
    convention: str = SOLEMETRY.name,
    *,
    stood: Stood | None = None,
    parts: Sequence[Part] = (),
    closing: str = NOT_MEDICAL,
    paper: Paper = "A4",
) -> Path:
    """Write a self-contained page about a session.

    Parameters
    ----------
    session : Session
    path : path
        ``.pdf`` makes pages to print, ``.html`` a page for a browser; replaced if it exists.
    convention : str
        Of the sway measures.
    stood : Stood, optional
        Eyes and surface, with which sway is placed among reference people.
    parts : sequence of Part
        Shown first: what others know of it, as the results of drills.
    closing : str
        What it is for and what not; the last words.
    paper : {"A4", "letter"}
        Of a PDF.

    Raises
    ------
    UnknownConventionError
        When the convention is not known.
    UnavailableError
        When Jinja2, Matplotlib or, for a PDF, WeasyPrint is not installed.
    FileError
        When the name ends otherwise, or the page cannot be written.
    """
    choices = get(convention)
    results, walk = analyze(session, convention), _walk(session)
    streams = [_of_stream(session, stream, results, walk, stood)
               for stream in session.streams.values()]  # fmt: skip
    page = Page(
        kind="Solemetry report",
        title=session.path.name,
        facts=facts.of_session(session),
        notes=session.notes,
        parts=[
            *parts,
            *([_of_walk(walk, results["gait"], results["loading"]["regions"])] if walk else []),
            *sorted(streams, key=lambda part: not part.tables),  # without numbers: at the end
            *_events(session),
        ],
        closing=(
            f"Convention {choices.name}: {choices.description} ({choices.reference}). Values of "
            "another convention, device, surface or footwear cannot be compared with these.",
            *([SOURCE] if stood else []),
            closing,
        ),
    )  # fmt: skip
    return write_page(page, path, paper)


def _walk(session: Session) -> Walk | None:
    try:
        return find_walk(session)
    except UnavailableError:
        return None


def _of_walk(walk: Walk, gait: Mapping[str, Any], regions: Mapping[str, Any]) -> Part:
    streams = {foot: of.stream for foot, of in walk.loads.items()}
    both = {name: gait["trial"][name] for name in _BOTH_FEET if name in gait["trial"]}
    of_both = measures("Gait", both)
    return Part(
        name=walk.activity.capitalize(),
        facts=[("Told by", walk.rule), ("Streams", ", ".join(streams.values()))],
        notes=walk.notes,
        first=_large(of_both, _FIRST_OF_A_WALK),
        pictures=draw_walk(walk),
        tables=[
            of_both,
            by_foot("Each foot", gait["feet"], _EACH_FOOT),
            *_of_regions({foot: regions.get(stream, {}) for foot, stream in streams.items()}),
            *(by_foot(title, gait[subject], names)
              for subject, (title, names) in _MORE_OF_FEET.items() if gait.get(subject)),
            *([measures("Both feet's centre of pressure", gait["butterfly"])]
              if gait.get("butterfly") else []),
        ],
    )  # fmt: skip


def _of_regions(feet: Mapping[str, Mapping[str, Entries]]) -> Iterator[Table]:
    for measure, title in _REGIONS.items():
        by_region = {
            foot: {region: told[measure] for region, told in regions.items() if measure in told}
            for foot, regions in feet.items()
        }
        if any(by_region.values()):
            yield by_foot(title, by_region)


def _of_stream(
    session: Session,
    stream: Stream,
    results: Mapping[str, Any],
    walk: Walk | None,
    stood: Stood | None,
) -> Part:
    walked = walk is not None and stream.name in {of.stream for of in walk.loads.values()}
    hold: Hold | None = None
    try:
        hold = find_hold(session, stream, walk.span_s if walk and walked else None)
        notes = [f"Analysed: {hold.source}, {_spans(hold.spans_s)}."]
    except UnavailableError as error:
        notes = [str(error)]
    every = results["sway"][stream.name]
    sway = {name: every[name] for name in core_features(results["convention"]) if name in every}
    loading = {
        name: entry
        for name, entry in results["loading"][stream.name].items()
        if name not in _QUALITY
    }
    of_sway = measures("Sway", sway)
    tables = [
        *([of_sway] if sway else []),
        *([measures("Loading", loading, "Of")] if loading else []),
    ]
    if sway and hold is not None:
        placed = among_people(session, stream, hold, stood)
        if isinstance(placed, Table):
            tables.insert(1, placed)
        else:
            notes.append(placed)
    unavailable = results["unavailable"][stream.name].items() if hold else ()
    lacking = [(measure.replace("_", " "), why) for measure, why in unavailable]
    return Part(
        name=stream.name,
        facts=facts.of_device(stream),
        notes=[*notes, *stream.notes],
        first=_large(of_sway, _FIRST_OF_SWAY),
        pictures=draw(stream, hold, session.feet),
        tables=tables,
        more=[
            ("Data quality", facts.of_quality(stream)),
            *([("What these sensors cannot tell", lacking)] if lacking else []),
        ],
    )


def _large(table: Table, names: Sequence[str]) -> list[Row]:
    return [row for row in table.rows if row.name in names and row.cells[0] != number(None)]


def _events(session: Session) -> Iterator[Part]:
    shown = session.events.head(_MOST_EVENTS)
    lines = [
        (f"{round(t_s, 2) + 0.0:.2f} s", kind.replace("_", " "))
        for t_s, kind in zip(shown.t_s, shown.kind, strict=True)
    ]
    more = len(session.events) - len(shown)
    notes = [f"{more} more are not shown; an export has all."] if more else []
    if lines:
        yield Part("Events", facts=lines, notes=notes)


def _spans(spans_s: tuple[tuple[float, float], ...]) -> str:
    return ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans_s)
