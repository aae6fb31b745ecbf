# SPDX-License-Identifier: Apache-2.0
"""Everything one recording says, as one dictionary of plain values."""

from __future__ import annotations

from typing import Any

from solemetry.analysis.regions import regions_at_rest
from solemetry.analysis.rows import by_measure
from solemetry.analysis.standing import (
    Hold,
    find_hold,
    lacking,
    loading_of,
    quality_of,
    sway_of,
)
from solemetry.analysis.two_feet import FEET
from solemetry.analysis.walk import Walk
from solemetry.analysis.walking import find_walk
from solemetry.errors import UnavailableError
from solemetry.session.cutting import part_of
from solemetry.session.model import Session, Stream
from solemetry.sway.battery import Level
from solemetry.sway.conventions import SOLEMETRY, get


def analyze(
    session: Session,
    convention: str = SOLEMETRY.name,
    level: Level = "must",
    gait_convention: str | None = None,
    span_s: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Analyse each stream of a session, and the walk in it.

    Sway is of standing: where somebody walks (see `find_walk`) and no hold is marked, there is
    none. Where the recording tells the body height, where the feet stood, or the horizontal
    force, sway has the measures that need these.

    Parameters
    ----------
    session : Session
    convention : str
        Of the sway measures; one of `solemetry.sway.CONVENTIONS`.
    level : {"must", "should"}
        ``should`` adds the rarer sway measures: see `solemetry.sway.features`.
    gait_convention : str, optional
        Of contacts; one of `solemetry.gait.CONVENTIONS`. By default that of the device.
    span_s : (start, end), optional
        Session time. Only this part is analysed, and somebody who does not walk in it is taken to
        stand all through it, whatever holds are marked.

    Returns
    -------
    dict
        Ready for JSON: ``file``, ``convention``, ``hold`` (what was analysed), ``sway`` and
        ``loading`` (by stream, then by measure; ``loading`` also has ``regions``: by stream,
        region and measure), ``gait`` (``activity``, ``rule`` by which it was told, ``why_not``
        where nobody walks; ``convention``, ``streams``, ``trial``, ``feet``, ``symmetry``, the
        other `Walk.summaries`, ``notes``), ``quality`` (of the longest span of the hold),
        ``unavailable`` (measures that the stream cannot give, with why), ``notes``. A measure has
        ``value`` (None where there is none), ``unit``, ``definition``, ``n``, ``valid``,
        ``note``, some ``reference`` or ``of``; means of steps also their spread.

    Raises
    ------
    UnknownConventionError, UnknownContactRulesError
        When a convention is not known.
    UnavailableError
        When nothing was recorded in the span.
    """
    choices = get(convention)
    if span_s is not None:
        session = part_of(session, *span_s)
    walk, gait = _gait(session, gait_convention)
    walked_s = {of.stream: walk.span_s for of in walk.loads.values()} if walk else {}
    out: dict[str, Any] = {
        "file": str(session.path),
        "convention": convention,
        "hold": {},
        "sway": {},
        "loading": {},
        "gait": gait,
        "quality": {},
        "unavailable": {},
        "notes": list(session.notes),
    }
    regions: dict[str, Any] = {}
    for name, stream in session.streams.items():
        out["notes"] += [f"{name}: {note}" for note in stream.notes]
        out["sway"][name], out["loading"][name], out["quality"][name] = {}, {}, {}
        out["unavailable"][name] = lacking(stream)
        try:
            hold = find_hold(session, stream, walked_s.get(name), chosen=span_s is not None)
        except UnavailableError as error:
            out["notes"].append(f"{name}: {error}")
            continue
        out["hold"][name] = {
            "spans_s": [list(span) for span in hold.spans_s],
            "source": hold.source,
            "walked": hold.walked,
        }
        if hold.walked:
            out["unavailable"][name]["sway"] = (
                "Sway is of standing, and in this recording somebody walks. Mark the holds, or "
                "record the standing by itself."
            )
        else:
            try:
                out["sway"][name] = sway_of(session, stream, hold, convention, level)
                out["quality"][name] = quality_of(stream, hold, choices)
            except UnavailableError as error:
                out["unavailable"][name]["sway"] = str(error)
            regions |= _at_rest(stream, hold)
        out["loading"][name] = loading_of(session, stream, hold)
    if walk is not None and "regions" in walk.summaries:
        by_foot = by_measure(walk.summaries["regions"])
        regions |= {walk.loads[foot].stream: found for foot, found in by_foot.items()}
    out["loading"]["regions"] = regions
    return out


def _gait(session: Session, convention: str | None) -> tuple[Walk | None, dict[str, Any]]:
    try:
        walk = find_walk(session, convention)
    except UnavailableError as error:
        return None, {"activity": None, "why_not": str(error)}
    return walk, {
        "activity": walk.activity,
        "rule": walk.rule,
        "convention": walk.convention,
        "streams": {foot: of.stream for foot, of in walk.loads.items()},
        "trial": by_measure(walk.trial),
        "feet": by_measure(walk.feet),
        "symmetry": by_measure(walk.symmetry),
        **{
            subject: by_measure(table)
            for subject, table in walk.summaries.items()
            if subject != "regions"
        },
        "notes": list(walk.notes),
    }


def _at_rest(stream: Stream, hold: Hold) -> dict[str, Any]:
    """Return the loads of an insole's regions over the hold, where it can tell."""
    if stream.forces_n is None or stream.layout is None or stream.layout.kind != "insole":
        return {}
    side = next((foot for foot in FEET if stream.name.endswith(f"-{foot}")), None)
    try:
        table = regions_at_rest(hold.of(stream.forces_n), stream.layout, side)
    except UnavailableError:
        return {}
    return {stream.name: by_measure(table)}
