# SPDX-License-Identifier: Apache-2.0
"""How the ground that somebody can lean over has changed: functional bases, from day to day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError, SolemetryError
from solemetry.session import read_heading
from solemetry_host.drills.on_devices.live import BEGIN
from solemetry_host.drills.signals.body import Body

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BaseOf:
    """One measured base.

    Attributes
    ----------
    side : str
        ``left``, ``right`` or ``both``.
    on : date
    polygon_mm : (P, 2) array
        In the frame of the foot, or of both feet.
    area_cm2 : float
    """

    side: str
    on: date
    polygon_mm: Floats
    area_cm2: float


def bases_over_time(paths: Iterable[Path]) -> tuple[BaseOf, ...]:
    """Find the bases that recordings hold, the oldest first; of a day and side the last.

    What cannot be read is passed over: the list of recordings says so of each.
    """
    found: dict[tuple[str, date], BaseOf] = {}
    for path in sorted(paths):
        try:
            events = read_heading(path).events
        except FileError:
            continue
        for detail in events[events["kind"] == BEGIN]["detail"]:
            for base in _bases(detail):
                found[base.side, base.on] = base
    return tuple(sorted(found.values(), key=lambda base: (base.on, base.side)))


def _bases(detail: Mapping[str, Any]) -> list[BaseOf]:
    try:
        bases = Body.from_dict(detail["body"]).bases
    except (KeyError, TypeError, ValueError, SolemetryError):
        return []  # of another version
    return [
        BaseOf(side, base.on, base.polygon_mm, base.area_cm2)
        for side, base in bases.items()
        if base.measured and base.on is not None
    ]
