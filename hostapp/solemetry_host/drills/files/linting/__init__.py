# SPDX-License-Identifier: Apache-2.0
"""What the schema cannot see: phases that hang, numbers from nowhere, levels nobody passes.

Most of these rules are holes that examples fell into when they were run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.linting.conditions import condition_findings
from solemetry_host.drills.files.linting.levels import level_findings
from solemetry_host.drills.files.linting.measures import measure_findings
from solemetry_host.drills.files.linting.phases import phase_findings
from solemetry_host.drills.files.linting.references import drill_references, norm_references
from solemetry_host.drills.files.linting.safety import safety_findings
from solemetry_host.drills.files.linting.sensors import sensor_findings


@dataclass(frozen=True)
class Known:
    """What a drill may refer to.

    Attributes
    ----------
    levels : mapping of str to int
        How many levels each drill has.
    columns : mapping of str to tuple of str
        Columns of each norm table.
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def lint(drill: Drill, known: Known | None = None) -> list[Finding]:
    """Look a drill through that the schema takes.

    Parameters
    ----------
    drill : Drill
    known : Known, optional
        Without, what the drill refers to is not looked at.
    """
    findings = [
        *safety_findings(drill),
        *phase_findings(drill),
        *condition_findings(drill),
        *level_findings(drill),
        *measure_findings(drill),
        *sensor_findings(drill),
    ]
    if known:
        findings += drill_references(drill, known.levels)
        findings += norm_references(drill, known.columns)
    return findings
