# SPDX-License-Identifier: Apache-2.0
"""A recording that is open to be looked at: its signals ready to draw, its marks named."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import solemetry
from solemetry.errors import FileError, SolemetryError
from solemetry.session.model import Session, Stream
from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.drills.on_devices.live import BEGIN, grade
from solemetry_host.people.results import Alike, Result, alike, feedback_of
from solemetry_host.reviewing.marks import Mark, marks_of
from solemetry_host.reviewing.pyramid import Pyramid

Floats = NDArray[np.float64]

What = Literal["force", "counts", "ml", "ap"]
Foot = Literal["left", "right", ""]

FEW_MM = 5.0
"""A centre of pressure that hardly moves is drawn as one: its strip spans so much at least."""


_STEP_MM = 5.0


@dataclass(frozen=True)
class Square:
    """What is seen of the ground: its middle ``(ml, ap)`` and half its side, mm."""

    middle_mm: tuple[float, float]
    half_mm: float


def square_around(ml_mm: tuple[float, float], ap_mm: tuple[float, float]) -> Square:
    """Return the square that holds a range of each axis, with a little room around."""
    half = max(ml_mm[1] - ml_mm[0], ap_mm[1] - ap_mm[0], 2 * _STEP_MM) / 2
    return Square((sum(ml_mm) / 2, sum(ap_mm) / 2), _STEP_MM * math.ceil(1.1 * half / _STEP_MM))


def square_of(points_mm: Iterable[Floats]) -> Square | None:
    """Return the square that holds points, ``(n, 2)`` each; None where there are none."""
    finite = [points[np.isfinite(points).all(axis=1)] for points in points_mm]
    every = np.concatenate([np.empty((0, 2)), *finite])
    if not len(every):
        return None
    (x0, y0), (x1, y1) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    return square_around((x0, x1), (y0, y1))


@dataclass(frozen=True, eq=False)
class Track:
    """One signal of one stream over the whole recording.

    Attributes
    ----------
    stream : str
    foot : {"left", "right", ""}
        Of an insole or a belt, whose it is.
    what : {"force", "counts", "ml", "ap"}
        Counts where no gains are known.
    curve : Pyramid
    """

    stream: str
    foot: Foot
    what: What
    curve: Pyramid


@dataclass(frozen=True, eq=False)
class Opened:
    """A recording ready to be looked at.

    Attributes
    ----------
    session : Session
    tracks : tuple of Track
    marks : tuple of Mark
    begin_s, end_s : float
        First and last moment of any stream, session time.
    highest_cell : float or None
        The largest load of a cell of an insole, or the largest count; None without insoles.
    results : tuple of Result
        Of its drills, where they were kept; the first first.
    wants_grading : bool
        It holds drills, and nobody kept how they went: see `graded`.
    """

    session: Session
    tracks: tuple[Track, ...]
    marks: tuple[Mark, ...]
    begin_s: float
    end_s: float
    highest_cell: float | None
    results: tuple[Result, ...]
    wants_grading: bool

    def alike(self, mark: Mark) -> Alike | None:
        """Return what another repetition must share with one; None where that is not known."""
        if mark.rep is None or mark.drill_n >= len(self.results):
            return None
        return alike(self.results[mark.drill_n], feedback_of(mark.rep))

    @property
    def length_s(self) -> float:
        """From the first moment to the last, s."""
        return self.end_s - self.begin_s

    def of(self, what: What) -> tuple[Track, ...]:
        """Return the tracks of one strip."""
        return tuple(track for track in self.tracks if track.what == what)

    def square(self, stream: str, ellipse: Ellipse | None = None) -> Square | None:
        """Return a square that holds the way of a stream's centre of pressure, and an ellipse."""
        ends = [
            track.curve.reach()
            for track in self.tracks
            if track.stream == stream and track.what in ("ml", "ap")
        ]
        corners = np.array(ends).T if len(ends) == 2 else np.empty((0, 2))
        return square_of([corners, *([ellipse.outline()] if ellipse is not None else [])])

    def reach(self, what: What) -> tuple[float, float]:
        """Return from where to where a strip has to go, so that all of its tracks are in it."""
        ends = [end for track in self.of(what) for end in track.curve.reach()]
        finite = [end for end in ends if math.isfinite(end)]
        if not finite:
            return 0.0, 1.0
        low, high = min(finite), max(finite)
        if what in ("force", "counts"):
            return min(low, 0.0), max(high, 1.0)
        room = max(FEW_MM - (high - low), 0.0) / 2
        return low - room, high + room


def open_recording(path: Path, kept: Iterable[Result] = ()) -> Opened:
    """Open a session, or any file that can be imported.

    Parameters
    ----------
    path : Path
    kept : iterable of Result
        Of somebody's drills, the oldest first; those of this recording are taken.

    Raises
    ------
    FileError
        When it cannot be read, or holds no row.
    """
    return opened(solemetry.open(path), kept)


def opened(session: Session, kept: Iterable[Result] = ()) -> Opened:
    """Make a session ready to be looked at; raises as `open_recording` does."""
    streams = [stream for stream in session.streams.values() if len(stream.t_s) > 1]
    if not streams:
        raise FileError(
            f"{session.path} holds no rows, so there is nothing to look at.",
            "The recording ended before a device sent anything.",
        )
    results = tuple(one for one in kept if one.context.session == session.path.name)
    return Opened(
        session,
        tuple(track for stream in streams for track in _tracks(stream)),
        marks_of(session, [one.outcome for one in results]),
        float(min(stream.t_s[0] for stream in streams)),
        float(max(stream.t_s[-1] for stream in streams)),
        _highest_cell(streams),
        results,
        not results and bool((session.events["kind"] == BEGIN).any()),
    )


def graded(opened: Opened, going_on: Callable[[], bool] = lambda: True) -> Opened:
    """Grade the drills of a recording again, as they were live, so that it has repetitions.

    Of drills that cannot be graded, as of another version of this program, nothing more is known.

    Parameters
    ----------
    opened : Opened
    going_on : callable
        As of `solemetry_host.drills.on_devices.live.grade`.
    """
    try:
        outcomes = grade(opened.session.path, going_on)
    except SolemetryError:
        outcomes = []
    return replace(opened, marks=marks_of(opened.session, outcomes), wants_grading=False)


def foot_of(stream: str) -> Foot:
    """Return whose foot a stream bears, by its name."""
    return "left" if stream.endswith("-left") else "right" if stream.endswith("-right") else ""


def _highest_cell(streams: Iterable[Stream]) -> float | None:
    insoles = [one for one in streams if one.layout is not None and one.layout.kind == "insole"]
    cells = [one.forces_n if one.counts is None else one.counts for one in insoles]
    """Return where a scale of colours ends: above the largest, with two digits."""
    peaks = [float(np.fmax.reduce(each, axis=None)) for each in cells if each is not None]
    peak = max(peaks, default=0.0)
    if not peak > 0:
        return None
    digit = 10.0 ** (math.floor(math.log10(peak)) - 1)
    return digit * math.ceil(peak / digit)


def _tracks(stream: Stream) -> Iterator[Track]:
    foot, t_s = foot_of(stream.name), stream.t_s
    if stream.counts is not None:
        yield Track(stream.name, foot, "counts", Pyramid(t_s, stream.counts.sum(axis=1)))
        return
    yield Track(stream.name, foot, "force", Pyramid(t_s, stream.force_n))
    axes: tuple[What, What] = ("ml", "ap")
    for axis, what in enumerate(axes):
        values = np.ascontiguousarray(stream.cop_mm[:, axis])
        if np.isfinite(values).any():
            yield Track(stream.name, foot, what, Pyramid(t_s, values))
