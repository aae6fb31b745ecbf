# SPDX-License-Identifier: Apache-2.0
"""Other drills and norms that a drill refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding, perhaps
from solemetry_host.drills.files.plans import Plan
from solemetry_host.drills.files.toml_lines import Place


def drill_references(content: Drill | Plan, levels: Mapping[str, int]) -> Iterator[Finding]:
    """Look up the drills that come before a drill, or that a plan is made of."""
    for place, told in _naming_a_drill(content.model_dump(exclude_unset=True), ()):
        name, level = told["drill"], told.get("level") or 1
        if name not in levels:
            yield Finding(
                (*place, "drill"),
                f"There is no drill {name!r}.",
                perhaps(name, tuple(levels)),
            )
        elif level > max(levels[name], 1):
            yield Finding(
                (*place, "level"), f"{name} has no level {level}.", f"It has {levels[name]}."
            )


def _naming_a_drill(told: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(told, dict):
        if isinstance(told.get("drill"), str) and place[0] != "params":
            yield place, told
        for key, inner in told.items():
            yield from _naming_a_drill(inner, (*place, key))
    elif isinstance(told, tuple):
        for number, inner in enumerate(told):
            yield from _naming_a_drill(inner, (*place, number))


def norm_references(drill: Drill, columns: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Look up what a drill is compared with."""
    norm = drill.score.norm
    if norm is None:
        return
    if norm.table not in columns:
        yield Finding(
            ("score", "norm", "table"),
            f"There is no norm table {norm.table!r}.",
            perhaps(norm.table, tuple(columns)),
        )
        return
    asked: list[tuple[Place, str]] = [(("score", "norm", "column"), norm.column)]
    for number, level in enumerate(drill.level):
        if level.passed and level.passed.at_least_norm:
            at: Place = ("level", number, "pass", "at_least_norm")
            asked.append((at, level.passed.at_least_norm))
    for place, column in asked:
        if column not in columns[norm.table]:
            yield Finding(
                place,
                f"{norm.table} has no column {column!r}.",
                perhaps(column, columns[norm.table]),
            )
