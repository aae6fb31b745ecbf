# SPDX-License-Identifier: Apache-2.0
"""How a body gets from one posture to the next, and that it never stands quite still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry_host.drills.simulated.body import RELATIVE, Posture, sway

_WAVES_HZ = (0.25, 1.5)


@dataclass(frozen=True)
class Move:
    """On the way to a posture between two times, slow at both ends."""

    begins_s: float
    ends_s: float
    to: Posture

    def share(self, t_s: float) -> float:
        """How much of the way is behind, 0 to 1."""
        x = min(max((t_s - self.begins_s) / (self.ends_s - self.begins_s), 0.0), 1.0)
        return x * x * (3.0 - 2.0 * x)


@dataclass(frozen=True)
class Path:
    """Moves one after the other; one that begins before the last has ended takes over."""

    begins: Posture
    moves: tuple[Move, ...] = ()

    def at(self, t_s: float) -> dict[str, float]:
        """Return the posture at a time."""
        now = dict(self.begins)
        for move in self.moves:
            share = move.share(t_s)
            if share == 1:
                now = dict(move.to)
            elif share > 0:
                now = {name: here + share * (move.to[name] - here) for name, here in now.items()}
        return now


class Sway:
    """Three slow waves for each signal: smooth, bounded, and the same again for a time."""

    def __init__(self, names: tuple[str, ...], rng: np.random.Generator) -> None:
        self._names = names
        self._sizes = np.array([sway(name) for name in names])
        self._turns = 2 * np.pi * rng.uniform(*_WAVES_HZ, (len(names), 3))
        self._begin = rng.uniform(0, 2 * np.pi, (len(names), 3))

    def on(self, posture: Posture, t_s: float) -> dict[str, float]:
        """Return a posture as it sways at a time."""
        waves: NDArray[np.float64] = np.sin(self._turns * t_s + self._begin).mean(axis=1)
        off = dict(zip(self._names, (waves * self._sizes).tolist(), strict=True))
        for name in RELATIVE:
            off[name] *= posture[name]
        return {name: posture[name] + by for name, by in off.items()}
