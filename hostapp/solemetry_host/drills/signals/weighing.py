# SPDX-License-Identifier: Apache-2.0
"""Weighing somebody who stands still with both feet on what there is."""

from __future__ import annotations

import numpy as np

from solemetry_host.live.snapshot import DeviceView, Snapshot

STILL_S = 2.0
STEADY = 0.02
"""The force's standard deviation over its mean; breathing and sway stay below."""

LEAST_N = 100.0
"""Nobody weighs less; what cells of insoles feel is less, by what goes beside them."""

LEAST_OF_CELLS_N = 20.0


def weight_on_plate_n(snapshot: Snapshot) -> float | None:
    """Return the mean force of the last two seconds on the first plate, if it was steady."""
    plate = next((view for view in snapshot.devices if view.layout.kind == "plate"), None)
    return _steady_n([plate], LEAST_N) if plate is not None else None


def weight_on_insoles_n(snapshot: Snapshot) -> float | None:
    """Return what both insoles together felt of the last two seconds, if it was steady."""
    insoles = [view for view in snapshot.devices if view.layout.kind == "insole"]
    return _steady_n(insoles, LEAST_OF_CELLS_N) if len(insoles) == 2 else None


def _steady_n(views: list[DeviceView], least_n: float) -> float | None:
    total = 0.0
    spread = 0.0
    for view in views:
        rows = round(STILL_S * view.rate_hz)
        if view.metrics is None or len(view.metrics.force_trail_n) < rows:
            return None
        last_n = view.metrics.force_trail_n[-rows:]
        total, spread = total + float(np.mean(last_n)), spread + float(np.std(last_n))
    steady = total >= least_n and spread <= STEADY * total
    return total if steady else None
