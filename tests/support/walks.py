# SPDX-License-Identifier: Apache-2.0
"""Forces under walking feet: real ones, read in a few lines, and made ones with known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

Feet = dict[str, np.ndarray]

WOBBLE = 0.35
"""Share of the third harmonic: makes one hump into two."""


def moticon(path: Path) -> Feet:
    """Total force of both insoles on their common 100 Hz grid, N; NaN where there was none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(n for n, line in enumerate(lines) if line.startswith("# time"))
    table = pd.read_csv(path, sep="\t", skiprows=header)
    place = np.rint(table["# time"].to_numpy() * 100).astype(int)
    feet = {}
    for foot in ("left", "right"):
        feet[foot] = np.full(place[-1] + 1, np.nan)
        feet[foot][place] = table[f"{foot} total force[N]"]
    return feet


def fukuchi(path: Path) -> tuple[Feet, dict[str, np.ndarray]]:
    """Vertical force and centre of pressure (ml, ap) of both belts, 300 Hz, N and mm."""
    table = pd.read_csv(path, sep="\t")
    belts = {"left": "1", "right": "2"}
    force = {foot: table["Fy" + belt].to_numpy(float) for foot, belt in belts.items()}
    cop = {
        foot: table[["COPz" + belt, "COPx" + belt]].to_numpy(float) for foot, belt in belts.items()
    }
    return force, cop


def gaitpdb(path: Path) -> dict[str, np.ndarray]:
    """Forces of the eight sensors of each foot, ``(T, 8)``, 100 Hz, N."""
    table = np.loadtxt(path)
    return {"left": table[:, 1:9], "right": table[:, 9:17]}


def stance(phase: np.ndarray, height_n: float = 1000.0) -> np.ndarray:
    """Two-humped force at a phase of stance, 0 to 1; zero outside."""
    force = height_n * (np.sin(np.pi * phase) + WOBBLE * np.sin(3 * np.pi * phase))
    return np.where((phase > 0) & (phase < 1), force, 0.0)


def hump(height_n: float = 1000.0) -> tuple[float, float]:
    """Height of either hump and phase of the first, by setting the derivative to zero."""
    phase = np.arccos(np.sqrt((9 * WOBBLE - 1) / (12 * WOBBLE))) / np.pi
    return float(stance(np.array(phase), height_n)), float(phase)


def walk(
    fs_hz: float,
    steps: int = 20,
    stride_s: float = 1.1,
    stance_s: float = 0.68,
    first_s: float = 0.5,
    height_n: float = 1000.0,
) -> tuple[Feet, dict[str, np.ndarray]]:
    """Walk evenly: force of each foot, and the moments at which each comes down, s."""
    t_s = np.arange(round((first_s + (steps / 2 + 1) * stride_s) * fs_hz)) / fs_hz
    downs = first_s + np.arange(steps) * stride_s / 2
    moments = {"left": downs[0::2], "right": downs[1::2]}
    return {
        foot: sum(stance((t_s - down) / stance_s, height_n) for down in moments[foot])
        for foot in moments
    }, moments
