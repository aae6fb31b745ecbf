# SPDX-License-Identifier: Apache-2.0
"""Somebody stands: the part of a recording that is analysed, its sway, load and quality."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.analysis.rows import plain
from solemetry.cop import MIN_FORCE_N
from solemetry.errors import UnavailableError
from solemetry.foot import forefoot_share_of_both, right_share
from solemetry.loading.feet import right_share as share_of_right
from solemetry.resampling import resample
from solemetry.session.model import Session, Stream
from solemetry.signal import finite_runs
from solemetry.sway.battery import Level
from solemetry.sway.conventions import Convention, get
from solemetry.sway.describe import describe
from solemetry.sway.preparing.capability import NEEDS, capability_of
from solemetry.sway.preparing.preparation import prepare
from solemetry.sway.preparing.quality import quality_report
from solemetry.sway.stance.support import base_of_support

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STANDING_N = 100.0
"""Above this force somebody stands on the plate."""

SETTLING_S = 1.0
"""Left off after stepping on and before stepping off, where no hold was marked."""


@dataclass(frozen=True, eq=False)
class Hold:
    """The part of a stream that was analysed.

    Attributes
    ----------
    spans_s : tuple of (start, end)
        Session time.
    parts : tuple of slice
        The same, in samples.
    source : str
        How the part was found.
    walked : bool
        Somebody walks there, so there is no sway.
    """

    spans_s: tuple[tuple[float, float], ...]
    parts: tuple[slice, ...]
    source: str
    walked: bool = False

    def of(self, values: Floats) -> Floats:
        """Return the samples of the hold, ``(n, ...)``, one NaN between two spans.

        The NaN keeps a step from being taken from the end of one span to the next.
        """
        between = np.full((1, *values.shape[1:]), np.nan)
        pieces = [piece for part in self.parts for piece in (values[part], between)]
        return np.concatenate(pieces[:-1]) if pieces else values[:0]


def find_hold(
    session: Session,
    stream: Stream,
    walk_s: tuple[float, float] | None = None,
    chosen: bool = False,
) -> Hold:
    """Find the part of a stream that is to be analysed.

    Where the recording marks holds (events ``hold_start`` and ``hold_end``), these; a hold
    without an end lasts to the end of the recording. Otherwise the walk, where the stream is of
    one; of an imported ``load`` stream every sample; and of any other the longest time somebody
    stands on the plate (100 N and more; a gap does not end it), less one second after stepping
    on and before stepping off.

    Parameters
    ----------
    session : Session
    stream : Stream
    walk_s : (start, end), optional
        Session time of the walk that the stream is of; see `Walk.span_s`.
    chosen : bool
        The session is a part that somebody chose: without a walk, all of it counts.

    Raises
    ------
    UnavailableError
        When there are no forces, nobody stands on the plate, or the marks lie outside the
        recording.
    """
    if stream.counts is not None:
        raise UnavailableError(
            "There are no forces to analyse, for no gains are known.",
            "Calibrate the device, then open the recording with that calibration.",
        )
    t_s = stream.t_s
    marked = [] if chosen else _marked_spans(session, float(t_s[-1]) if len(t_s) else 0.0)
    if marked:
        edges = [np.searchsorted(t_s, span).tolist() for span in marked]
        parts = [slice(start, stop) for start, stop in edges if stop > start]
        if not parts:
            raise UnavailableError(
                "The marked hold lies outside the recording.", "Analyse without the marks."
            )
        source = "marked hold"
    elif walk_s is not None:
        start, stop = np.searchsorted(t_s, walk_s).tolist()
        parts, source = [slice(start, stop)], "walk, first contact to last"
    elif chosen:
        parts, source = [slice(0, len(t_s))] if _bears(stream) else [], "chosen span"
    elif stream.kind == "load":
        parts, source = [slice(0, len(t_s))] if len(t_s) else [], "whole recording"
    else:
        parts, source = _standing(stream), "longest standing, first and last second left off"
    if not parts:
        raise UnavailableError(
            "Nobody stands on the plate in this recording.", "Record again, or check the tare."
        )
    spans_s = tuple((float(t_s[part][0]), float(t_s[part][-1])) for part in parts)
    return Hold(spans_s, tuple(parts), source, walked=walk_s is not None and not marked)


def _marked_spans(session: Session, end_s: float) -> list[tuple[float, float]]:
    spans, start_s = [], None
    for t_s, kind in zip(session.events.t_s, session.events.kind, strict=True):
        if kind == "hold_start" and start_s is None:
            start_s = float(t_s)
        elif kind == "hold_end" and start_s is not None:
            spans.append((start_s, float(t_s)))
            start_s = None
    if start_s is not None:
        spans.append((start_s, end_s))
    return spans


def _bears(stream: Stream) -> bool:
    """Whether somebody stands on it for a moment at least; of a ``load`` stream that is taken."""
    return stream.kind == "load" or bool((stream.force_n >= STANDING_N).any())


def _standing(stream: Stream) -> list[slice]:
    force_n = stream.force_n
    finite = np.flatnonzero(np.isfinite(force_n))
    if not len(finite):
        return []
    # What stood before a gap is taken to stand in it; its samples stay missing.
    before = np.searchsorted(finite, np.arange(len(force_n)), side="right") - 1
    stands = (before >= 0) & (force_n[finite[before]] >= STANDING_N)
    runs = finite_runs(stands)
    if not len(runs):
        return []
    start, stop = runs[np.argmax(runs[:, 1] - runs[:, 0])].tolist()
    settling = round(SETTLING_S * stream.fs_hz)
    start = start + settling if start > finite[0] else start
    stop = stop - settling if stop <= finite[-1] else min(stop, int(finite[-1]) + 1)
    return [slice(start, stop)] if stop > start else []


# ---- measures --------------------------------------------------------------------------------


def sway_of(
    session: Session, stream: Stream, hold: Hold, convention: str, level: Level
) -> dict[str, dict[str, Any]]:
    """Sway over a hold, by measure.

    Raises
    ------
    UnavailableError
        When the stream has too few samples a second for the convention's filter.
    """
    _check_rate(stream, get(convention))
    table = describe(
        hold.of(stream.cop_mm), stream.fs_hz, convention,
        level=level,
        height_mm=_height_mm(session),
        polygon_mm=base_of_support(*session.feet.values()) if session.feet else None,
        shear_n=hold.of(stream.shear_n) if stream.shear_n is not None else None,
    )  # fmt: skip
    return {
        str(feature): {
            "value": plain(row["value"]),
            "unit": row["unit"],
            "convention": row["convention"],
            "definition": row["definition"],
            "reference": row["reference"],
            "n": int(row["n"]),
            "duration_s": float(row["duration_s"]),
            "valid": bool(row["valid"]),
            "note": row["note"],
        }
        for feature, row in table.to_dict("index").items()
    }


def _check_rate(stream: Stream, choices: Convention) -> None:
    cutoff_hz, rate_hz = choices.filter.cutoff_hz, choices.swarii_hz or stream.fs_hz
    if cutoff_hz is not None and rate_hz <= 2 * cutoff_hz:
        raise UnavailableError(
            f"The convention {choices.name} filters sway at {cutoff_hz:g} Hz, which takes more "
            f"than {2 * cutoff_hz:g} samples a second; {stream.name} has {rate_hz:g}.",
            "Record it faster, or choose a convention without a filter.",
        )


def _height_mm(session: Session) -> float | None:
    height_m = session.subject.get("height_m")
    return 1e3 * float(height_m) if height_m is not None and float(height_m) > 0 else None


_OF_THE_GRID = (
    "measured_rate", "median_step", "min_step", "max_step", "jitter", "repeated_times",
    "repeated_samples",
)  # fmt: skip
"""Of an own recording these would be those of our grid, not of the device."""


def quality_of(stream: Stream, hold: Hold, choices: Convention) -> dict[str, dict[str, Any]]:
    """Quality of the longest span of a hold, by field."""
    longest = max(hold.parts, key=lambda part: part.stop - part.start)
    trial = prepare(
        stream.t_s[longest], stream.cop_mm[longest], choices.swarii_hz or stream.fs_hz,
        resampling="swarii" if choices.swarii_hz else "none",
        lowpass=choices.filter,
    )  # fmt: skip
    report = quality_report(trial, force_n=stream.force_n[longest], repeats=len(hold.parts))
    if stream.description is not None:
        report = report.drop(index=list(_OF_THE_GRID))
    return {
        str(field): {
            "value": plain(row["value"]) if isinstance(row["value"], float) else row["value"],
            "unit": row["unit"],
            "definition": row["definition"],
            "note": row["note"],
        }
        for field, row in report.to_dict("index").items()
    }


def lacking(stream: Stream) -> dict[str, str]:
    """Measures that a stream cannot give, with why and what to use instead."""
    capability = capability_of(stream)
    return {
        measure: f"{capability.why_not(measure)} {capability.instead(measure)}"
        for measure in NEEDS
        if not capability.has(measure)
    }


_SHARE = f"share of the load on the {{}}, mean over samples of {MIN_FORCE_N:g} N and more"

_DEFINED = {
    "mean_force": "mean force over the hold",
    "left_share": _SHARE.format("left"),
    "right_share": _SHARE.format("right"),
    "rear_share": _SHARE.format("rear"),
    "front_share": _SHARE.format("front"),
    "missing": "share of samples without a force",
    "measured_rate": "rows per second of session time, lost ones counted",
    "lost_rows": "rows that should be in the recording and are not",
    "clock_half_width": "how far session time may be off, either way",
}
"""What each measure of the loading is; what it is of, the recording decides."""


def loading_of(session: Session, stream: Stream, hold: Hold) -> dict[str, dict[str, Any]]:
    """Load and its shares over a hold, by measure."""
    force_n = hold.of(stream.force_n)
    loaded = force_n >= MIN_FORCE_N
    n = int(np.isfinite(force_n).sum())
    duration_s = n / stream.fs_hz

    def entry(value: float, unit: str, of: str, note: str = "") -> dict[str, Any]:
        return {
            "value": plain(value),
            "unit": unit,
            "of": of,
            "n": n,
            "duration_s": duration_s,
            "valid": math.isfinite(value),
            "note": note,
        }

    out = {"mean_force": entry(_mean(force_n), "N", "total vertical force")}
    for share_of, names in ((_right_of, ("left_share", "right_share")),
                            (_front_of, ("rear_share", "front_share"))):
        try:
            share, of, note = share_of(session, stream, hold)
        except UnavailableError as error:
            out |= {name: entry(math.nan, "%", "", str(error)) for name in names}
            continue
        percent = 100 * _mean(share[loaded])
        out[names[0]] = entry(100 - percent, "%", of, note)
        out[names[1]] = entry(percent, "%", of, note)
    missing = np.concatenate([np.isnan(stream.force_n[part]) for part in hold.parts])
    out["missing"] = entry(100 * float(missing.mean()), "%", "samples of the hold")
    out["measured_rate"] = entry(stream.measured_rate_hz, "Hz", "the whole recording")
    out["lost_rows"] = entry(stream.lost_rows, "1", "the whole recording")
    if math.isfinite(stream.clock_half_width_ms):
        out["clock_half_width"] = entry(stream.clock_half_width_ms, "ms", "the whole recording")
    return {name: {**told, "definition": _DEFINED[name]} for name, told in out.items()}


_OTHER = {"left": "right", "right": "left"}
_LEVER = "heel-to-forefoot lever model"


def _right_of(session: Session, stream: Stream, hold: Hold) -> tuple[Floats, str, str]:
    """Right share of each sample of the hold, of what, and what to know about it."""
    feet = session.feet
    if len(feet) == 2:
        share = right_share(hold.of(stream.cop_mm), feet["left"], feet["right"])
        return share, "feet", "lever between the centres of the two registered feet"
    if stream.layout is not None and stream.layout.kind == "insole":
        return _right_of_both_insoles(session, stream, hold), "both insoles", ""
    return _half(stream, hold, "right"), "plate halves", "halves of the plate, not feet"


def _right_of_both_insoles(session: Session, stream: Stream, hold: Hold) -> Floats:
    if hold.walked:
        raise UnavailableError(
            "Walking feet bear load by turns.", "See the symmetry of impulses in the gait."
        )
    own = next((foot for foot in _OTHER if stream.name.endswith(f"-{foot}")), "")
    name = f"{stream.name.removesuffix(own)}{_OTHER[own]}" if own else ""
    other = session.streams.get(name)
    if other is None or other.counts is not None:
        raise UnavailableError("Not known: there are no forces of the other foot.",
                               "Record both insoles.")  # fmt: skip
    other_n = resample(other.t_s, other.force_n, stream.t_s)
    left_n, right_n = (stream.force_n, other_n) if own == "left" else (other_n, stream.force_n)
    return hold.of(share_of_right(left_n, right_n))


def _front_of(session: Session, stream: Stream, hold: Hold) -> tuple[Floats, str, str]:
    feet, cop_mm = session.feet, hold.of(stream.cop_mm)
    if len(feet) == 2:
        return forefoot_share_of_both(cop_mm, feet["left"], feet["right"]), "feet", _LEVER
    if len(feet) == 1:
        side, foot = next(iter(feet.items()))
        return foot.forefoot_share(cop_mm), f"{side} foot", _LEVER
    if stream.layout is not None and stream.layout.kind == "insole":
        return _half(stream, hold, "front"), "insole halves", ""
    return _half(stream, hold, "front"), "plate halves", "halves of the plate, not of the foot"


def _half(stream: Stream, hold: Hold, which: str) -> Floats:
    if stream.layout is None or stream.forces_n is None:
        raise UnavailableError(
            "Not known: a force and a centre of pressure alone do not say how the load is shared.",
            "Register where the feet stand.",
        )
    if not stream.layout.has_halves:
        raise UnavailableError(
            f"Not known: of {stream.layout.name} it is not told where its middle is.",
            "Register where the feet stand.",
        )
    half = stream.layout.right if which == "right" else stream.layout.front
    forces_n = hold.of(stream.forces_n)
    total_n = forces_n.sum(axis=1)
    share = np.full(len(total_n), np.nan)
    np.divide(forces_n[:, half].sum(axis=1), total_n, out=share, where=total_n >= MIN_FORCE_N)
    return share


def _mean(values: Floats) -> float:
    present = values[np.isfinite(values)]
    return float(present.mean()) if len(present) else math.nan
