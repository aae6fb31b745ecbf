# SPDX-License-Identifier: Apache-2.0
"""Results of practice, written down by hand: so many repetitions, so good, on such a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.outcome import Ended, Outcome, Rep, Side
from solemetry_host.people.profile import Profile
from solemetry_host.people.results import Context, Result

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""A Monday."""


def day(days: float, hours: float = 0.0) -> datetime:
    return MORNING + timedelta(days=days, hours=hours)


def reps(
    good: int,
    of: int,
    *,
    side: Side = "left",
    with_feedback: bool = False,
    bad: str = "failed",
    set_n: int = 1,
    measures: Mapping[str, float] | None = None,
) -> list[Rep]:
    """So many repetitions of one side, the good ones first."""
    return [
        Rep(
            side, set_n, n + 1, "ok" if n < good else bad, "" if n < good else "too fast", "out",
            10.0 * n, 10.0 * n + 8, with_feedback, dict(measures or {}),
        )
        for n in range(of)
    ]  # fmt: skip


def timed(metric: str, seconds: Sequence[float], *, side: Side = "left", **how: Any) -> list[Rep]:
    """One repetition for each time."""
    return [reps(1, 1, side=side, measures={metric: value}, **how)[0] for value in seconds]


def result(
    drill: Drill,
    at: datetime,
    done: Sequence[Rep],
    *,
    level: int = 1,
    support: str = "none",
    ended: Ended = "completed",
    answers: Mapping[str, Any] | None = None,
    band: float = 1.0,
) -> Result:
    outcome = Outcome(
        drill.id, drill.version, level, tuple(done), ended, {}, (), dict(answers or {}), band
    )
    return Result("p-1", Context(at, {}, "barefoot", "plate", support, "single"), outcome)


def both(good: int, of: int, **how: Any) -> list[Rep]:
    return reps(good, of, side="left", **how) + reps(good, of, side="right", **how)


def profile(**known: Any) -> Profile:
    return Profile.model_validate({"schema": 1, "added": date(2026, 1, 1), **known})
