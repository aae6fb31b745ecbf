# SPDX-License-Identifier: Apache-2.0
"""One analysis as rows: one for each stream, each foot that no stream is of, and both feet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from solemetry.analysis.two_feet import FEET
from solemetry.session.model import Session, Stream


class Cell(NamedTuple):
    """A value of a row, and what its column is.

    Attributes
    ----------
    value : float, int, bool, str or None
        None where there is none.
    unit : str
        ``1`` of a plain number; empty of words and truths.
    definition : str
        With the paper it is from, where there is one.
    """

    value: Any
    unit: str = ""
    definition: str = ""


Row = dict[str, Cell]
"""By column."""

Entries = Mapping[str, Mapping[str, Any]]
"""Of an analysis: by measure, what is known of it."""

STREAM, FOOT, BOTH_FEET = "stream", "foot", "both feet"
"""What a row may be of."""

FILE = Cell("", "", "path of the recording in the folder")
"""The column that every table has."""

_SAID_OF_GAIT = ("activity", "rule", "convention", "streams", "why_not", "notes")
_OF_FEET, _OF_BOTH, _OF_SYMMETRY = "feet", "trial", "symmetry"

_SHARES = ("right_share", "front_share")
"""Their twins are of the same."""


def rows_of(session: Session, result: Mapping[str, Any], file: str) -> list[Row]:
    """Lay out an analysis as rows.

    A measure is a column ``<subject>_<measure>``. Where it is a mean of steps, ``..._sd`` and
    ``..._count`` stand beside it; of symmetry it is the symmetry index. For each subject there are
    ``<subject>_valid``, whether all of its values are, and ``<subject>_note``, what speaks
    against them.

    Parameters
    ----------
    session : Session
    result : mapping
        Of `solemetry.analysis.analyze`.
    file : str
        What to call the recording.
    """
    gait = result["gait"]
    walks = gait["activity"] is not None
    of_feet = _of_each_foot(gait) if walks else {}
    of_recording = _of_recording(session, result, file)
    rows = []
    for name, stream in session.streams.items():
        foot = _foot_on(name, gait)
        who = _who(STREAM, foot, name)
        steps_on_it = gait.get("streams", {}).get(foot) == name
        of_steps = of_feet.pop(foot, {}) if steps_on_it else {}
        rows.append(of_recording | who | _of_stream(stream, result) | of_steps)
    for foot, cells in of_feet.items():
        rows.append(of_recording | _who(FOOT, foot) | cells)
    if walks and len(gait[_OF_FEET]) > 1:
        rows.append(of_recording | _who(BOTH_FEET) | _of_both_feet(gait))
    return rows


def _foot_on(stream: str, gait: Mapping[str, Any]) -> str:
    """Tell which foot a stream is of: by its steps, else by its name; nothing if of neither."""
    by_steps = (foot for foot, of in gait.get("streams", {}).items() if of == stream)
    by_name = (foot for foot in FEET if stream.endswith(f"-{foot}"))
    return next((foot for foot in (*by_steps, *by_name) if foot in FEET), "")


# ---- what a row is of ------------------------------------------------------------------------


def _who(what: str, foot: str = "", stream: str = "") -> Row:
    return {
        "row": Cell(what, "", "what the row is of: stream, foot or both feet"),
        "stream": Cell(stream, "", "the stream of the recording; nothing if the row is of none"),
        "foot": Cell(foot, "", "left or right; nothing if the row is of neither"),
    }


def _of_recording(session: Session, result: Mapping[str, Any], file: str) -> Row:
    subject, meta, gait = session.subject, session.meta, result["gait"]
    drills = [
        str(detail.get("drill", {}).get("id", ""))
        for kind, detail in zip(session.events.kind, session.events.detail, strict=True)
        if kind == "drill_begin"
    ]
    return {
        "file": FILE._replace(value=file),
        "session_id": Cell(str(meta.get("session_id", "")), "", "UUID of the session"),
        "start_utc": Cell(str(meta.get("start_utc", "")), "", "when it began, ISO 8601, UTC"),
        "source": Cell(
            str(meta.get("source", "")), "", "format that an imported one was read from"
        ),
        "state": Cell(session.state, "", "recording, complete, recovered or imported"),
        "drills": Cell(", ".join(drills), "", "drills begun in it, by id"),
        "participant_id": Cell(str(subject.get("participant_id", "")), "", "who was recorded"),
        "age": Cell(_number(subject.get("age")), "years", "of the person, as recorded"),
        "sex": Cell(str(subject.get("sex", "")), "", "of the person, as recorded"),
        "height_m": Cell(_number(subject.get("height_m")), "m", "of the body, as recorded"),
        "mass_kg": Cell(_number(subject.get("mass_kg")), "kg", "of the body, as recorded"),
        "convention": Cell(result["convention"], "", "choices behind the sway, by name"),
        "activity": Cell(gait["activity"] or "", "", "walking, running, or nothing"),
        "no_gait": Cell(gait.get("why_not", ""), "", "why there is no gait"),
        "gait_convention": Cell(gait.get("convention", ""), "", "rules of contacts, by name"),
        "notes": Cell("; ".join(result["notes"]), "", "what to know of the recording"),
        "notes_on_gait": Cell("; ".join(gait.get("notes", ())), "", "what to know of its gait"),
    }


def _number(told: Any) -> float | None:
    """Return what was told of a person as a number; None where it is none."""
    try:
        number = float(told)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _of_stream(stream: Stream, result: Mapping[str, Any]) -> Row:
    hold = result["hold"].get(stream.name, {})
    spans = hold.get("spans_s", [])
    loading = result["loading"][stream.name]
    regions = result["loading"]["regions"].get(stream.name, {})
    return {
        "kind": Cell(
            stream.kind, "", "cells: sensors at known positions; load: force and centre of pressure"
        ),
        "device": Cell(stream.layout.name if stream.layout else "", "", "what felt it, by model"),
        "calibration": Cell(
            stream.calibration.source if stream.calibration else "", "",
            "where the gains come from; nominal: data sheets, never measured",
        ),
        "hold_source": Cell(hold.get("source", ""), "", "how the part to analyse was found"),
        "hold_spans": Cell(len(spans), "1", "spans that this part is made of"),
        "hold_start": Cell(spans[0][0] if spans else None, "s", "its begin, session time"),
        "hold_end": Cell(spans[-1][1] if spans else None, "s", "its end, session time"),
        "unavailable": Cell(
            ", ".join(result["unavailable"][stream.name]), "", "measures the stream cannot give"
        ),
        **_of_sway(result["sway"][stream.name]),
        **_cells("loading", loading),
        **{
            f"loading_{share}_of": Cell(loading[share]["of"], "", f"what {share} is of")
            for share in _SHARES
            if share in loading
        },
        **_cells("quality", result["quality"][stream.name]),
        **_cells("regions", _flat(regions)),
    }  # fmt: skip


def _of_sway(measures: Entries) -> Row:
    if not measures:
        return {}
    # All measures of a trial are of the same samples.
    any_of_them = next(iter(measures.values()))
    return {
        "sway_count": Cell(any_of_them["n"], "1", "samples used"),
        "sway_duration": Cell(any_of_them["duration_s"], "s", "time the path is divided by"),
        **_cells("sway", measures),
    }


def _of_each_foot(gait: Mapping[str, Any]) -> dict[str, Row]:
    subjects = {
        subject: by_foot
        for subject, by_foot in gait.items()
        if subject not in (*_SAID_OF_GAIT, _OF_FEET, _OF_BOTH, _OF_SYMMETRY)
        and set(by_foot) <= set(gait[_OF_FEET])
    }
    return {
        foot: {
            name: cell
            for subject, by_foot in ({"gait": gait[_OF_FEET]} | subjects).items()
            for name, cell in _cells(subject, by_foot.get(foot, {})).items()
        }
        for foot in gait[_OF_FEET]
    }


def _of_both_feet(gait: Mapping[str, Any]) -> Row:
    subjects = {
        subject: entries
        for subject, entries in gait.items()
        if subject not in (*_SAID_OF_GAIT, _OF_FEET, _OF_BOTH)
        and not set(entries) <= set(gait[_OF_FEET])
    }
    return {
        name: cell
        for subject, entries in ({"gait": gait[_OF_BOTH]} | subjects).items()
        for name, cell in _cells(subject, entries).items()
    }


# ---- measures as cells -----------------------------------------------------------------------


def _flat(regions: Mapping[str, Entries]) -> dict[str, Mapping[str, Any]]:
    return {
        f"{region}_{measure}": entry
        for region, measures in regions.items()
        for measure, entry in measures.items()
    }


def _cells(subject: str, entries: Entries) -> Row:
    cells: Row = {}
    for measure, entry in entries.items():
        column = f"{subject}_{_as_name(measure)}"
        if "value" in entry:
            definition = "; ".join(filter(None, (entry["definition"], entry.get("reference"))))
            cells[column] = Cell(entry["value"], entry["unit"], definition)
        else:
            cells[column] = Cell(entry["symmetry_index"], "%", "symmetry index, left against right")
        if "sd" in entry:
            cells[f"{column}_sd"] = Cell(entry["sd"], entry["unit"], "standard deviation of it")
            cells[f"{column}_count"] = Cell(entry["n"], "1", "steps it is the mean of")
    judged = [entry for entry in entries.values() if "valid" in entry]
    if judged:
        values = [entry for entry in judged if entry.get("value", "") is not None]
        notes = dict.fromkeys(entry["note"] for entry in judged if entry["note"])
        valid = all(entry["valid"] for entry in values) if values else None
        of = f"the row's values of {subject.replace('_', ' ')}"
        cells[f"{subject}_valid"] = Cell(valid, "", f"whether all of {of} hold")
        cells[f"{subject}_note"] = Cell("; ".join(notes), "", f"what speaks against {of}")
    return cells


def _as_name(measure: str) -> str:
    return re.sub(r"\W+", "_", measure).lower()
