# SPDX-License-Identifier: Apache-2.0
"""Signals over time, out of readings; averages by time, whatever the rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from solemetry_host.drills.running.conditions import GAP_S, Baseline, Rest
from solemetry_host.drills.running.reading import Reading

Floats = NDArray[np.float64]


def trace(readings: Iterable[Reading], name: str) -> tuple[Floats, Floats]:
    """Return times in s and values of a signal, ``(N,)`` each, where it is sensed."""
    there = [(r.t_s, float(r.values[name])) for r in readings if name in r.values]
    table = np.array(there, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def mean(t_s: Floats, values: Floats) -> float:
    """Return the mean over time: each value stands for half of the way to its neighbours."""
    steps = np.minimum(np.diff(t_s), GAP_S)
    weights = (np.append(steps, 0.0) + np.insert(steps, 0, 0.0)) / 2
    return float(np.average(values, weights=weights if weights.any() else None))


def baseline_of(readings: Sequence[Reading]) -> Baseline:
    """Return mean and standard deviation over time of each signal."""
    rests = {}
    for name in sorted({name for reading in readings for name in reading.values}):
        t_s, values = trace(readings, name)
        at = mean(t_s, values)
        rests[name] = Rest(at, mean(t_s, (values - at) ** 2) ** 0.5)
    return rests
