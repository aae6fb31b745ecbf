# SPDX-License-Identifier: Apache-2.0
"""How long something takes, beside something else."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

Work = Callable[[], object]


def seconds(work: Work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def medians(ours: Work, theirs: Work, runs: int = 15) -> tuple[float, float]:
    """Seconds of both, run in turns."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(runs)]
    mine, yours = np.median(np.array(pairs), axis=0)
    return float(mine), float(yours)


def compare(what: str, ours: Work, other: str, theirs: Work, runs: int = 15) -> None:
    mine, yours = medians(ours, theirs, runs)
    print(f"{what:34} {1e3 * mine:9.3f} ms   {yours / mine:7.1f} x  {other}")
