# SPDX-License-Identifier: Apache-2.0
"""Drills of a few lines, and readings at a steady rate to feed them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun

RATE_HZ = 20.0

Now = Mapping[str, float | bool] | Callable[[float], Mapping[str, float | bool]]


def asks(signal: str, op: str, value: object, **more: Any) -> dict[str, Any]:
    """Return a condition as its file has it."""
    return {"signal": signal, "op": op, "value": value, "basis": "default", **more}


def a_drill(*phases: Mapping[str, Any], **more: Any) -> Drill:
    """Return a drill of these phases, of one repetition, where `more` does not say otherwise."""
    whole = {
        "schema": 1,
        "id": "small",
        "kind": "drill",
        "family": "balance",
        "sides": "none",
        "text": {"en": {"title": "Small"}},
        "dose": {"basis": "default"},
        "phase": list(phases),
        "feedback": {"schedule": "always", "test_rep_without": False},
        "safety": {"stop_if": ["pain"]},
        "source": [{"key": "default", "says": "Made for a test."}],
    }
    return Drill.model_validate({**whole, **more})


def readings(seconds: float, now: Now, *, from_s: float = 0.0) -> Iterator[Reading]:
    """Return readings of some seconds: always the same values, or a function of the time."""
    for n in range(round(seconds * RATE_HZ)):
        t_s = from_s + n / RATE_HZ
        yield Reading(t_s, dict(now(t_s)) if callable(now) else dict(now))


class Feeding:
    """Feeds a run, and keeps the time."""

    def __init__(self, run: DrillRun) -> None:
        self.run, self.t_s = run, 0.0

    def feed(self, seconds: float, now: Now) -> Feeding:
        """Feed some seconds of readings."""
        for reading in readings(seconds, now, from_s=self.t_s):
            self.run.take(reading)
        self.t_s += seconds
        return self

    def press(self, *presses: str, now: Mapping[str, float | bool] | None = None) -> Feeding:
        """Feed one reading in which something was pressed."""
        self.run.take(Reading(self.t_s, now or {}, presses))
        self.t_s += 1 / RATE_HZ
        return self
