# SPDX-License-Identifier: Apache-2.0
"""What a recording tells of itself when it leaves: under a pseudonym.

What other programs wrote into a file besides its samples (`Session.meta` and the streams' `info`)
may name people, so it stays behind. Of an age the ten years it lies in leave, of a drill which one
it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from solemetry.exporting.columns import AXES, Table
from solemetry.session.model import Session, Stream

_OF_THE_PERSON = ("participant_id", "sex", "height_m", "mass_kg")
_OF_A_DRILL = ("id", "version")


def software() -> str:
    """Return the name and version of this program."""
    return f"solemetry {version('solemetry')}"


def subject_of(session: Session) -> dict[str, Any]:
    """Return what is told of the person: pseudonym, body, and the ten years of their age."""
    told = {
        key: session.subject[key]
        for key in _OF_THE_PERSON
        if session.subject.get(key) not in (None, "")
        and session.subject[key] == session.subject[key]  # what is no number is not told
    }
    age = session.subject.get("age")
    if isinstance(age, int | float) and math.isfinite(age):
        decade = 10 * int(age // 10)
        told["age_band"] = [decade, decade + 9]
    return told


def events_of(session: Session) -> pd.DataFrame:
    """Return the events; of a drill's beginning which drill, level and sides it was."""
    details = [
        _of_a_drill(detail) if kind == "drill_begin" else detail
        for kind, detail in zip(session.events.kind, session.events.detail, strict=True)
    ]
    return session.events.assign(
        detail=pd.Series(details, session.events.index, dtype=object)
    )


def events_as_text(session: Session) -> pd.DataFrame:
    """Return the events with their details as JSON."""
    events = events_of(session)
    return events.assign(detail=[as_json(detail) for detail in events.detail])


def about(session: Session, made: list[Table]) -> dict[str, Any]:
    """Return what a reader of tables should know, ready for `as_json`.

    Parameters
    ----------
    session : Session
    made : list of Table
        What leaves of it.
    """
    return {
        "software": software(),
        "axes": AXES,
        "start_utc": session.meta.get("start_utc", ""),
        "subject": subject_of(session),
        "tables": {
            table.name: {
                "rate_hz": table.rate_hz,
                "measured_rate_hz": table.fs_hz,
                "columns": {
                    column.name: {"unit": column.unit, "meaning": column.meaning}
                    for column in table.columns
                },
                **_of_a_stream(session.streams.get(table.name)),
            }
            for table in made
        },
    }


def as_json(told: Any, indent: int | None = None) -> str:
    """Write as JSON that every reader takes: arrays as lists, numbers that are none as null."""
    return json.dumps(_plain(told), indent=indent, ensure_ascii=False, allow_nan=False)


def _of_a_stream(stream: Stream | None) -> dict[str, Any]:
    if stream is None:
        return {}
    told: dict[str, Any] = {
        "kind": stream.kind,
        "rows": stream.rows,
        "lost_rows": stream.lost_rows,
        "gaps": stream.gaps.to_dict("records"),
        "notes": list(stream.notes),
    }
    if stream.layout is not None:
        told["sensors"] = asdict(stream.layout)
    if stream.calibration is not None:
        told["calibration"] = {
            "source": stream.calibration.source,
            "date": stream.calibration.date,
            "force_uncertainty": stream.calibration.force_uncertainty,
            "cop_uncertainty_mm": stream.calibration.cop_uncertainty_mm,
        }
    return told


def _of_a_drill(detail: Mapping[str, Any]) -> dict[str, Any]:
    drill = detail.get("drill", {})
    return {
        "drill": {key: drill[key] for key in _OF_A_DRILL if key in drill},
        "level": detail.get("level"),
        "sides": detail.get("sides"),
    }


def _plain(told: Any) -> Any:
    if isinstance(told, np.ndarray | np.generic):
        return _plain(told.tolist())
    if isinstance(told, Mapping):
        return {str(key): _plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(value) for value in told]
    if isinstance(told, float):
        return told if math.isfinite(told) else None
    return told if isinstance(told, str | int | None) else str(told)
