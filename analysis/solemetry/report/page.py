# SPDX-License-Identifier: Apache-2.0
"""The report: one HTML file that needs nothing but itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from solemetry.analysis import Walk, analyze, find_hold, find_walk
from solemetry.analysis.rows import by_measure
from solemetry.errors import FileError, UnavailableError
from solemetry.report.figures import Picture, draw, draw_walk
from solemetry.session.model import Session, Stream
from solemetry.sway.battery import core_features
from solemetry.sway.conventions import SOLEMETRY, get

Facts = list[tuple[str, str]]

_GAIT = (
    "cadence_steps", "stride_s", "step_s", "stance_s", "swing_s", "double_support_s", "flight_s",
    "stance_percent", "f1_n", "fmin_n", "f2_n", "peak_n", "impulse_ns",
)  # fmt: skip

_LABELS = {
    "ellipse_area_95": "95 % ellipse, area",
    "ellipse_area_90": "90 % ellipse, area",
    "ellipse_semi_major": "Ellipse, longer semi-axis",
    "ellipse_semi_minor": "Ellipse, shorter semi-axis",
    "ellipse_angle": "Ellipse, direction",
    "mean_velocity": "Mean velocity",
    "mean_velocity_ml": "Mean velocity, side to side",
    "mean_velocity_ap": "Mean velocity, front to back",
    "mean_frequency": "Mean frequency",
    "path_length": "Path length",
    "path_length_ml": "Path length, side to side",
    "path_length_ap": "Path length, front to back",
    "rms_distance": "RMS distance",
    "rms_distance_ml": "RMS distance, side to side",
    "rms_distance_ap": "RMS distance, front to back",
    "mean_distance": "Mean distance",
    "range_ml": "Range, side to side",
    "range_ap": "Range, front to back",
    "mean_force": "Mean force",
    "left_share": "Load, left",
    "right_share": "Load, right",
    "front_share": "Load, front",
    "rear_share": "Load, rear",
    "missing": "Missing samples",
    "measured_rate": "Measured rate",
    "lost_rows": "Lost rows",
}
_QUALITY = ("missing", "measured_rate", "lost_rows")
_UNITS = {"mm2": "mm²", "deg": "°", "1": ""}
_STATES = {
    "complete": "complete",
    "recording": "not finished",
    "recovered": "recovered after a break-off",
    "imported": "imported",
}


@dataclass(frozen=True)
class _Row:
    """One measure, as it is printed."""

    name: str
    label: str
    value: str
    unit: str
    basis: str
    n: int
    duration: str
    valid: bool
    note: str


@dataclass(frozen=True)
class _Part:
    """What the page says about one stream, or about the walk."""

    name: str
    facts: Facts
    pictures: list[Picture]
    notes: list[str]
    sway: list[_Row] = field(default_factory=list)
    loading: list[_Row] = field(default_factory=list)
    gait: list[_Row] = field(default_factory=list)
    quality: Facts = field(default_factory=list)


def write_report(
    session: Session, path: str | os.PathLike[str], convention: str = SOLEMETRY.name
) -> Path:
    """Write one self-contained HTML page about a session.

    Parameters
    ----------
    session : Session
    path : path
        The page; replaced if it exists.
    convention : str
        Of the sway measures.

    Raises
    ------
    UnknownConventionError
        When the convention is not known.
    UnavailableError
        When Jinja2 or Matplotlib is not installed.
    FileError
        When the page cannot be written.
    """
    path = Path(path)
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError:
        raise UnavailableError(
            "Reports need Jinja2 and Matplotlib.", "Install solemetry[report]."
        ) from None
    results, walk = analyze(session, convention), _walk(session)
    template = (resources.files("solemetry.report") / "report.html.j2").read_text("utf-8")
    page = (
        Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                    lstrip_blocks=True)
        .from_string(template)
        .render(
            title=session.path.name,
            facts=_session_facts(session),
            convention=get(convention),
            parts=[
                *([_walk_part(walk)] if walk else []),
                *(_part(session, stream, results, walk) for stream in session.streams.values()),
            ],
            notes=list(session.notes),
            events=_event_lines(session),
        )
    )
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}.", "Choose another folder."
                        ) from None
    return path


def _walk(session: Session) -> Walk | None:
    try:
        return find_walk(session)
    except UnavailableError:
        return None


def _walk_part(walk: Walk) -> _Part:
    rows = by_measure(walk.trial)
    return _Part(
        name=walk.activity.capitalize(),
        facts=[
            ("Told by", walk.rule),
            ("Streams", ", ".join(of.stream for of in walk.loads.values())),
        ],
        pictures=draw_walk(walk),
        gait=[_row(name, rows[name]) for name in _GAIT if name in rows],
        notes=list(walk.notes),
    )


def _part(
    session: Session, stream: Stream, results: dict[str, Any], walk: Walk | None
) -> _Part:
    walked = walk is not None and stream.name in {of.stream for of in walk.loads.values()}
    try:
        hold = find_hold(session, stream, walk.span_s if walk and walked else None)
        notes = [f"Analysed: {hold.source}, {_spans(hold.spans_s)}."]
    except UnavailableError as error:
        hold, notes = None, [str(error)]
    rows = [_row(name, entry) for name, entry in results["loading"][stream.name].items()]
    return _Part(
        name=stream.name,
        facts=_device_facts(stream),
        pictures=draw(stream, hold, session.feet),
        sway=[_row(name, entry) for name, entry in results["sway"][stream.name].items()
              if name in core_features(results["convention"])],
        loading=[row for row in rows if row.name not in _QUALITY],
        quality=_quality(stream),
        notes=[*notes, *stream.notes],
    )


def _row(name: str, entry: dict[str, Any]) -> _Row:
    value = entry["value"]
    return _Row(
        name=name,
        label=_LABELS.get(name, name),
        value="not available" if value is None else _three_digits(value),
        unit="" if value is None else _UNITS.get(entry["unit"], entry["unit"]),
        basis=entry.get("convention") or entry.get("of", ""),
        n=entry["n"],
        duration=f"{entry['duration_s']:.1f} s",
        valid=entry["valid"],
        note=entry["note"],
    )


def _three_digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    decimals = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(decimals, 4)}f}"


def _session_facts(session: Session) -> Facts:
    start = str(session.meta.get("start_utc", ""))[:19].replace("T", " ")
    facts = [
        ("Recorded", f"{start} UTC" if start else "not known"),
        ("Person", str(session.subject.get("participant_id", "")) or "not named"),
        ("File", _STATES.get(session.state, session.state)),
        ("Written by", str(session.meta.get("software", ""))),
        ("Source", str(session.meta.get("source", ""))),
        ("Session", str(session.meta.get("session_id", ""))),
    ]
    return [(name, value) for name, value in facts if value]


def _device_facts(stream: Stream) -> Facts:
    if stream.description is None:
        return [
            ("Kind", "force and centre of pressure, as imported"),
            ("Rate", f"{stream.fs_hz:g} Hz"),
        ]
    layout, calibration = stream.description.layout, stream.calibration
    if calibration is None or not calibration.measured:
        calibrated = "nominal: data sheet values, never checked with a known weight"
    else:
        calibrated = calibration.source
    width, depth = layout.size_mm
    return [
        ("Device", layout.name),
        ("Sensors", f"{len(layout.labels)} ({', '.join(layout.labels)})"),
        ("Surface", f"{width:g} × {depth:g} mm"),
        ("Rate", f"{stream.rate_hz:g} Hz nominal"),
        ("Calibration", calibrated),
    ]


def _quality(stream: Stream) -> Facts:
    total = stream.rows + stream.lost_rows
    facts = [
        ("Rows received", f"{stream.rows}"),
        ("Rows lost", f"{stream.lost_rows} ({stream.lost_rows / max(total, 1):.2%})"),
        ("Gaps", f"{len(stream.gaps)}" if stream.kind == "cells" else ""),
        ("Missing on the time grid", f"{stream.missing:.2%}"),
        ("Rate measured", f"{stream.measured_rate_hz:.3f} Hz"),
    ]
    if np.isfinite(stream.clock_residual_ms):
        facts.append(("Clock, median residual", f"{stream.clock_residual_ms:.3f} ms"))
    return [(name, value) for name, value in facts if value]


def _event_lines(session: Session) -> Facts:
    return [
        (f"{round(t_s, 2) + 0.0:.2f} s", kind.replace("_", " "))
        for t_s, kind in zip(session.events.t_s, session.events.kind, strict=True)
    ]


def _spans(spans_s: tuple[tuple[float, float], ...]) -> str:
    return ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans_s)
