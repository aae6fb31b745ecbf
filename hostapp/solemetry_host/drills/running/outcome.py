# SPDX-License-Identifier: Apache-2.0
"""How a drill went: of each repetition, of each side, and as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from solemetry_host.drills.files.drill import Status

Side = Literal["left", "right", "both", "none"]
Ended = Literal["completed", "stopped", "touchdowns", "skipped", "lost_devices"]

CAUGHT = "had to catch myself"
"""Reason of a repetition that the person ended by saying so."""


@dataclass(frozen=True)
class Rep:
    """One repetition.

    Attributes
    ----------
    side : Side
    set_n, n : int
        From 1.
    status : Status
        ``unverified`` where what it needs was not sensed.
    reason : str
        Of the first condition that broke; empty of one that is ok.
    phase : str
        Where it ended.
    began_s, ended_s : float
        Session time.
    with_feedback : bool
    measures : dict of str to float
        ``<phase>.<metric>``, as ``hold.time_in_band_pct`` or ``closed.time_s``.
    """

    side: Side
    set_n: int
    n: int
    status: Status
    reason: str
    phase: str
    began_s: float
    ended_s: float
    with_feedback: bool
    measures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """One drill, done or broken off.

    Attributes
    ----------
    drill, version, level
        What was done.
    reps : tuple of Rep
    ended : Ended
    measures : dict of str to dict of str to float
        By side: the drill's own numbers (`reps_ok`, best times, ...).
    sensed : tuple of str
        Signals that were there.
    answers : dict
        What the person or the coach answered: grades by the id of the question, `pain_before` and
        `pain` from 0 to 10, `stopped_for` with a word of the drill's `stop_if`.
    band : float
        How much wider than in its file the drill's bands were for practice; up to 1 it counts for
        a level.
    """

    drill: str
    version: int
    level: int
    reps: tuple[Rep, ...]
    ended: Ended
    measures: dict[Side, dict[str, float]]
    sensed: tuple[str, ...]
    answers: dict[str, Any] = field(default_factory=dict)
    band: float = 1.0
