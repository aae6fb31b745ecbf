# SPDX-License-Identifier: Apache-2.0
"""Names of numbers that nothing in the drill gives: a level that asks for one is never passed."""

from __future__ import annotations

from collections.abc import Iterator

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.toml_lines import Place
from solemetry_host.drills.running.scoring import is_known

_BASE = "calibrated_area_cm2"


def measure_findings(drill: Drill) -> Iterator[Finding]:
    """Look at each number that is asked for; of what is only kept it is advice."""
    entered = {f"{ask.id}.mean" for ask in drill.score.ask if ask.per == "rep"}
    before = {_BASE} if drill.calibrate else set()
    for place, name in _asked_for(drill):
        if name not in entered | before and not is_known(drill, name):
            yield Finding(
                place,
                f"Nothing in this drill gives {name!r}.",
                "Name a phase and what of it, such as "
                f'"{drill.phase[-1].id if drill.phase else "hold"}.time_s", or "reps_ok".',
                refused=place[1] == "primary" or place[0] == "level",
            )


def _asked_for(drill: Drill) -> Iterator[tuple[Place, str]]:
    score = drill.score
    if score.primary:
        yield ("score", "primary", "metric"), score.primary.metric
    for number, name in enumerate(score.store):
        yield ("score", "store", number), name
    if score.change:
        yield ("score", "change", "metric"), score.change.metric
    for number, level in enumerate(drill.level):
        if level.passed and level.passed.metric:
            yield ("level", number, "pass", "metric"), level.passed.metric
