# SPDX-License-Identifier: Apache-2.0
"""What a notebook shows of a recording and of a walk: small tables, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from solemetry.analysis.rows import by_measure
from solemetry.exporting.written import legible
from solemetry.report import facts
from solemetry.report.layout import Facts
from solemetry.report.tables import in_words, number, unit

if TYPE_CHECKING:
    from solemetry.analysis.walk import Walk
    from solemetry.session.model import Session, Stream

_SHOWN_OF_A_WALK = ("cadence_steps", "stride_s", "stance_s", "double_support_s", "peak_n")


def show_session(session: Session) -> str:
    """Return a session as HTML: what it holds, stream by stream."""
    return _framed(
        legible(session.path.name),
        [
            _pairs(facts.of_session(session)),
            _streams(session.streams.values()),
            _notes(session.notes),
            _next("session.streams[...], sm.analysis.analyze(session)"),
        ],
    )


def show_stream(stream: Stream) -> str:
    """Return a stream as HTML: device, calibration, and how whole it is."""
    quality = facts.of_quality(stream)
    return _framed(
        stream.name,
        [_pairs([*facts.of_device(stream), *quality]), _notes(stream.notes),
         _next("stream.force_n, stream.cop_mm, sm.sway.describe(stream.cop_mm, stream.fs_hz)")],
    )  # fmt: skip


def show_walk(walk: Walk) -> str:
    """Return a walk as HTML: its means, and which tables there are."""
    trial = by_measure(walk.trial)
    rows = [
        (in_words(name), number(of["value"]), unit(of), str(of["n"]),
         "yes" if of["valid"] else "no", of["note"])
        for name, of in trial.items()
        if name in _SHOWN_OF_A_WALK
    ]  # fmt: skip
    tables = ", ".join(f"walk.summaries[{name!r}]" for name in walk.summaries)
    return _framed(
        f"{walk.activity.capitalize()}, convention {walk.convention}",
        [_pairs([("Told by", walk.rule)]),
         _table(("Measure", "Value", "Unit", "n", "Valid", "Note"), rows), _notes(walk.notes),
         _next(f"walk.feet, walk.steps, walk.symmetry, {tables}")],
    )  # fmt: skip


def _streams(streams: Iterable[Stream]) -> str:
    rows = [
        (
            stream.name,
            stream.kind,
            str(len(stream.layout.labels)) if stream.layout else "",
            f"{stream.fs_hz:g}",
            f"{stream.t_s[-1] - stream.t_s[0]:.1f}" if len(stream.t_s) else "0",
            str(stream.rows),
            str(stream.lost_rows),
            facts.of_calibration(stream)[0][1] if stream.kind == "cells" else "",
        )
        for stream in streams
    ]
    heads = ("Stream", "Kind", "Sensors", "Hz", "Seconds", "Rows", "Lost", "Calibration")
    return _table(heads, rows)


def _framed(title: str, parts: Iterable[str]) -> str:
    return f"<div><b>{escape(title)}</b>{''.join(parts)}</div>"


def _pairs(told: Facts) -> str:
    lines = [f"{escape(name)}: {escape(value)}" for name, value in told]
    return f"<p>{'<br>'.join(lines)}</p>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _notes(notes: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>" if notes else ""


def _next(code: str) -> str:
    return f"<p>Next: <code>{escape(code)}</code></p>"
