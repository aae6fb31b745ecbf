# SPDX-License-Identifier: Apache-2.0
"""What a drill with closed eyes has to ask and to end at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.finding import Finding
from solemetry_host.drills.files.linting.walk import all_conditions

_CLOSED = re.compile(r"\b(eyes closed|close (?:your|the) eyes)\b", re.IGNORECASE)

_ON_ONE_FOOT = ("stance.single", "touchdown")


def safety_findings(drill: Drill) -> Iterator[Finding]:
    """With eyes closed a support is confirmed before; on one foot, touch-downs end the drill."""
    if not any(_CLOSED.search(phase.say) for phase in drill.phase):
        return
    if "support_in_reach" not in drill.safety.confirm_before:
        yield Finding(
            ("safety",),
            "Eyes are closed in this drill, and nobody asks for a support.",
            'Add to [safety]: confirm_before = ["support_in_reach", "floor_clear"].',
        )
    on_one_foot = any(one.signal in _ON_ONE_FOOT for _, one in all_conditions(drill))
    if on_one_foot and drill.safety.max_touchdowns_in_row is None:
        yield Finding(
            ("safety",),
            "Eyes are closed in this drill, and touch-downs do not end it.",
            "Add to [safety]: max_touchdowns_in_row = 3.",
        )
