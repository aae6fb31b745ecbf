# SPDX-License-Identifier: Apache-2.0
"""A drill at one moment: all that a screen, a sound or a terminal needs, worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solemetry_host.drills.running.outcome import Ended, Rep, Side

Doing = Literal["phase", "rest", "other_side", "paused", "ended"]


@dataclass(frozen=True)
class Watched:
    """One condition of the phase that runs, as what should be: of a fault, its contrary.

    Attributes
    ----------
    signal : str
    value : float, bool or None
        None where it is not sensed.
    low, high : float or None
        The band it should be in, in the signal's unit; None where there is no end to it.
    holds : bool or None
    reason : str
    """

    signal: str
    value: float | bool | None
    low: float | None
    high: float | None
    holds: bool | None
    reason: str


@dataclass(frozen=True)
class Sector:
    """Where to reach: an hour of the clock as a sector around the foot, in percent of the base."""

    hour: float
    angle_deg: float
    from_pct: float
    to_pct: float


@dataclass(frozen=True)
class Said:
    """Something to be said; the number counts up, so that a voice knows what it has said."""

    number: int
    text: str


@dataclass(frozen=True)
class RunView:
    """A drill that runs.

    Attributes
    ----------
    drill, title, level
    side : Side
    set_n, sets, rep_n, reps : int
    doing : Doing
    phase, do : str
        Of the phase that runs; empty in a rest.
    elapsed_s : float
        Since the phase, or the rest, began.
    left_s : float or None
        Until its time is up.
    filled : float
        How much of the hold is there, 0 to 1.
    tempo_s : tuple of float
        Seconds of out, pause and back, for the pacer; empty without.
    watched : tuple of Watched
    sector : Sector or None
    cue : str
    said : tuple of Said
        The last few.
    with_feedback : bool
        Whether this repetition shows and sounds how it goes.
    done : tuple of Rep
        Repetitions that have ended.
    ended : Ended or None
    """

    drill: str
    title: str
    level: int
    side: Side
    set_n: int
    sets: int
    rep_n: int
    reps: int
    doing: Doing
    phase: str
    do: str
    elapsed_s: float
    left_s: float | None
    filled: float
    tempo_s: tuple[float, ...]
    watched: tuple[Watched, ...]
    sector: Sector | None
    cue: str
    said: tuple[Said, ...]
    with_feedback: bool
    done: tuple[Rep, ...]
    ended: Ended | None = None
