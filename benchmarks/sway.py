# SPDX-License-Identifier: Apache-2.0
"""How fast the sway measures are: one trial, ten times as long a one, and a live window.

Beside micromotion, which is there for the tests and has about a third of the measures.
"""

from __future__ import annotations

import numpy as np
from timing import Work, seconds

from solemetry.sway import (
    describe,
    features,
    mean_distance,
    mean_velocity,
    path_length,
    prediction_ellipse,
    rms_distance,
    sway_density,
)
from solemetry_host.sim.person import TWO_LEGS, Person

_NOT_QUIJOUX = ("complexity", "noise", "gravity", "support", "rambling")


def best(work: Work, runs: int) -> tuple[float, float]:
    """Median and least of several runs, ms, after one that nobody counts."""
    work()
    taken = 1e3 * np.array([seconds(work) for _ in range(runs)])
    return float(np.median(taken)), float(taken.min())


def report(what: str, work: Work, runs: int = 15, target_ms: float | None = None) -> float:
    median, least = best(work, runs)
    wanted = "" if target_ms is None else f"   wanted {target_ms:g} ms"
    print(f"{what:44} {median:9.2f} ms   least {least:9.2f} ms{wanted}")
    return least


def live_numbers(cop_mm: np.ndarray, fs_hz: float) -> None:
    """Compute the live measures on a window that is smooth already."""
    prediction_ellipse(cop_mm)
    path_length(cop_mm)
    mean_velocity(cop_mm, fs_hz)
    rms_distance(cop_mm)
    mean_distance(cop_mm)


def peers_measures(cop_mm: np.ndarray, fs_hz: float) -> None:
    """Compute what micromotion has of the battery: 15 sway metrics, and about 20 more."""
    from micromotion import balance

    speed_mm_s = np.linalg.norm(np.diff(cop_mm, axis=0), axis=1) * fs_hz
    balance.cop_sway_metrics(cop_mm, fs=fs_hz)
    balance.convex_hull_area(cop_mm)
    balance.stabilogram_diffusion(cop_mm, fs_hz)
    balance.sway_orientation(cop_mm)
    balance.sway_texture(speed_mm_s, fs_hz)
    for axis in cop_mm.T:
        balance.spectral_edges(axis, fs_hz)
        balance.dfa(axis)
        balance.sample_entropy(axis[:: round(fs_hz / 20)])


def report_sway() -> None:
    person = Person(TWO_LEGS, steps_on_s=-9)
    minute = person.load(np.arange(0, 60, 0.01))[1]
    ten = person.load(np.arange(0, 600, 0.01))[1]
    fast = person.load(np.arange(0, 10, 0.001))[1]

    once = report("every Must measure, 60 s at 100 Hz", lambda: describe(minute, 100.0),
                  target_ms=15)
    tenfold = report("every Must measure, 600 s at 100 Hz", lambda: describe(ten, 100.0), 5,
                     target_ms=200)
    print(f"{'  growth':44} {tenfold / once:9.1f} x")
    # Sample entropy compares pairs of samples: its time grows with the square.
    table = features()
    must = table[(table.level == "must") & (table.needs == "")]
    linear = must.index[~must.index.str.startswith("sampen")]
    once = report("  the same without sample entropy, 60 s",
                  lambda: describe(minute, 100.0, only=linear))
    tenfold = report("  the same without sample entropy, 600 s",
                     lambda: describe(ten, 100.0, only=linear), 5)
    print(f"{'  growth':44} {tenfold / once:9.1f} x")
    report("every Must and Should measure, 60 s",
           lambda: describe(minute, 100.0, level="should", height_mm=1700.0), 7, target_ms=80)
    known = features("quijoux2021")
    theirs = known.index[(known.level == "must") & ~known.family.isin(_NOT_QUIJOUX)]
    # The other program's 72 values among them.
    report(f"{len(theirs)} measures under quijoux2021, 60 s",
           lambda: describe(minute, 100.0, "quijoux2021", only=theirs), target_ms=8)
    report("sway density curve, 6000 samples", lambda: sway_density(minute, 100.0), target_ms=5)
    report("live measures, window of 10 s at 1 kHz", lambda: live_numbers(fast, 1000.0), 50,
           target_ms=1)
    report("micromotion: 35 of the measures, 60 s", lambda: peers_measures(minute, 100.0))
    report("micromotion: 35 of the measures, 600 s", lambda: peers_measures(ten, 100.0), 5)


if __name__ == "__main__":
    report_sway()
