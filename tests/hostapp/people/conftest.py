# SPDX-License-Identifier: Apache-2.0
"""People in a folder of their own, and results as a drill would hand them over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.results import Context, Result

MakeResult = Callable[..., Result]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def anna(library: Library) -> Person:
    return library.add(date(2026, 11, 1), {"name": "Anna Example", "birth_year": 1980})


@pytest.fixture
def make_result() -> MakeResult:
    """``make_result("p-abc234", datetime(...), times=(9.1, 8.4), side="left", surface="wood")``."""

    def make(
        person: str,
        at: datetime = datetime(2026, 11, 2, 9, tzinfo=UTC),
        times: Sequence[float] = (9.0,),
        side: str = "left",
        status: str = "ok",
        drill: str = "single-leg-eyes-closed",
        measures: dict[str, float] | None = None,
        answers: dict[str, Any] | None = None,
        with_feedback: bool = False,
        version: int = 1,
        level: int = 1,
        band: float = 1.0,
        **circumstances: Any,
    ) -> Result:
        context = {
            "devices": {"plate-7": "cal-2026-11-01"}, "footwear": "barefoot", "surface": "plate",
            "support": "none", "posture": "single",
        } | circumstances  # fmt: skip
        reps = tuple(
            Rep(
                side, 1, number, status, "" if status == "ok" else "foot down", "closed",
                30.0 * number, 30.0 * number + 20.0, with_feedback, {"closed.time_s": time},
            )
            for number, time in enumerate(times, 1)
        )
        outcome = Outcome(
            drill, version, level, reps, "completed", {side: measures or {}}, ("fz.bw",),
            answers or {}, band,
        )  # fmt: skip
        return Result(person, Context(at=at, **context), outcome)

    return make
