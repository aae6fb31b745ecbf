# SPDX-License-Identifier: Apache-2.0
"""What happened in a recording, as marks with names on its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from solemetry.session.model import Session, Stream
from solemetry.session.wording import event_in_words
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices.live import BEGIN, END
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.words import chosen, tr, trn

Kind = Literal["drill", "rep", "hold", "marker", "lost", "device", "foot"]

NAMED_GAP_S = 0.5
"""A shorter gap is part of the curve, and of the number of lost rows."""


@dataclass(frozen=True)
class Mark:
    """Something at a moment, or from one to another.

    Attributes
    ----------
    kind : str
    t_s, end_s : float
        Session time; equal for a moment.
    name : str
        For people, short.
    note : str
        What else is known.
    rep : Rep or None
        Of a repetition: how it went.
    drill_n : int
        Of a repetition: of which drill of the recording, from 0.
    """

    kind: Kind
    t_s: float
    end_s: float
    name: str
    note: str = ""
    rep: Rep | None = None
    drill_n: int = 0

    @property
    def is_span(self) -> bool:
        """Whether it lasts."""
        return self.end_s > self.t_s


def marks_of(session: Session, outcomes: Sequence[Outcome] = ()) -> tuple[Mark, ...]:
    """Find the marks of a recording, in order of time.

    Parameters
    ----------
    session : Session
    outcomes : sequence of Outcome
        How its drills went, the first first; without them a drill has no repetitions.
    """
    ends = [stream.t_s[-1] for stream in session.streams.values() if len(stream.t_s)]
    end_s = float(max(ends, default=0.0))
    found = [
        *_holds(session, end_s),
        *_drills(session, end_s, outcomes),
        *_gaps(session.streams.values()),
        *_moments(session),
    ]
    return tuple(sorted(found, key=lambda mark: (mark.t_s, -mark.end_s)))


def _each(session: Session) -> Iterator[tuple[float, str, Mapping[str, Any]]]:
    events = session.events
    for t_s, kind, detail in zip(events.t_s, events.kind, events.detail, strict=True):
        yield float(t_s), str(kind), detail


def _holds(session: Session, end_s: float) -> Iterator[Mark]:
    begun: tuple[float, str] | None = None
    for t_s, kind, detail in _each(session):
        if kind == "hold_start" and begun is None:
            begun = t_s, str(detail.get("name", ""))
        elif kind == "hold_end" and begun is not None:
            yield Mark("hold", begun[0], t_s, tr("Hold"), begun[1])
            begun = None
    if begun is not None:
        yield Mark("hold", begun[0], end_s, tr("Hold"), begun[1])


def _drills(session: Session, end_s: float, outcomes: Sequence[Outcome]) -> Iterator[Mark]:
    begun = [(t_s, detail) for t_s, kind, detail in _each(session) if kind == BEGIN]
    told = [t_s for t_s, kind, _ in _each(session) if kind == END]
    for number, (t_s, detail) in enumerate(begun):
        outcome = outcomes[number] if number < len(outcomes) else None
        until_s = begun[number + 1][0] if number + 1 < len(begun) else end_s
        ends = [end for end in told if t_s < end < until_s]
        if outcome is not None and outcome.reps:
            ends.append(t_s + max(rep.ended_s for rep in outcome.reps))
        yield Mark("drill", t_s, min(max(ends, default=until_s), until_s), drill_called(detail),
                   tr("Level {level}", level=detail.get("level", 1)))  # fmt: skip
        for rep in outcome.reps if outcome is not None else ():
            yield _repetition(rep, t_s, number)


def drill_called(detail: Mapping[str, Any]) -> str:
    """Return what the drill of an event ``drill_begin`` is called, in the chosen language."""
    try:
        return Drill.model_validate(detail["drill"]).words(chosen()).title
    except (KeyError, ValueError):
        return tr("Drill")  # of another version of this program


def _repetition(rep: Rep, began_s: float, drill_n: int) -> Mark:
    sides = {"left": tr("Left"), "right": tr("Right"), "both": tr("Both"), "none": ""}
    status = {"ok": "✓", "failed": "✕", "unverified": "?"}[rep.status]
    notes = [rep.reason, "" if rep.with_feedback else tr("without feedback")]
    return Mark(
        "rep", began_s + rep.began_s, began_s + rep.ended_s,
        f"{sides[rep.side]} {rep.n} {status}".strip(), ", ".join(filter(None, notes)), rep,
        drill_n,
    )  # fmt: skip


def _gaps(streams: Iterable[Stream]) -> Iterator[Mark]:
    for stream in streams:
        for t_s, lost in zip(stream.gaps["t_s"], stream.gaps["lost"], strict=True):
            length_s = float(lost) / stream.rate_hz
            if length_s >= NAMED_GAP_S:
                note = trn("{n} row missing", "{n} rows missing", int(lost))
                # `t_s` is where rows come again.
                yield Mark("lost", float(t_s) - length_s, float(t_s),
                           tr("{stream}: gap", stream=stream.name), note)  # fmt: skip


def _moments(session: Session) -> Iterator[Mark]:
    for t_s, kind, detail in _each(session):
        stream = str(detail.get("stream", ""))
        said = _in_words(kind, detail, session.streams.get(stream))
        if said is not None:
            mark_kind, name, note = said
            about = f"{stream}: " if stream and len(session.streams) > 1 else ""
            yield Mark(mark_kind, t_s, t_s, about + name, note)


def _in_words(
    kind: str, detail: Mapping[str, Any], stream: Stream | None
) -> tuple[Kind, str, str] | None:
    match kind:
        case "marker":
            return "marker", str(detail.get("text") or tr("Marker")), ""
        case "link_lost":
            return "lost", tr("Connection lost"), ""
        case "link_back":
            return "device", tr("Connected again"), ""
        case "device_gone":
            return "lost", tr("Device gone"), str(detail.get("state", ""))
        case "device_restarted":
            return "device", tr("Device restarted"), str(detail.get("cause", ""))
        case "clock_jump":
            by_ms = float(detail.get("by_ms", 0.0))
            return "device", tr("Clock jumped"), tr("by {ms} ms", ms=f"{by_ms:.0f}")
        case "synchronised":
            return "device", tr("Synchronised"), ""
        case "tared":
            return "device", tr("Zero taken"), ""
        case "foot":
            side = {"left": tr("Left foot"), "right": tr("Right foot")}.get(str(detail.get("side")))
            return "foot", side or tr("Foot"), tr("registered")
    labels = stream.layout.labels if stream is not None and stream.layout is not None else ()
    said = event_in_words(kind, detail, labels)
    return None if said is None else ("device", said[1].partition(". ")[0], said[1])
