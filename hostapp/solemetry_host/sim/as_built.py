# SPDX-License-Identifier: Apache-2.0
"""A virtual plate as somebody builds it: cells that are not as sold, and hands to calibrate it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.device import STANDARD_GRAVITY
from solemetry_host.sim.plate import VirtualPlate, VirtualPlateTransport
from solemetry_host.sim.world import World

Floats = NDArray[np.float64]
Places = tuple[tuple[float, float], ...]

GAIN_SD, CROSSTALK = 0.05, 0.02
"""Cells of one kind differ by so much, and pick up so much of each other's load at most."""

TAKES_S = 0.3
"""Hands put a mass down, or lift it, in so long."""

REACTS_S = 0.5


def cells_as_built(
    seed: int,
    labels: tuple[str, ...],
    swapped: tuple[str, ...] = (),
    turned: tuple[str, ...] = (),
) -> Floats:
    """Draw the cells of a plate by lot.

    Parameters
    ----------
    seed : int
    labels : tuple of str, length S
    swapped : tuple of str
        Pairs of cells whose plugs are exchanged, one after the other.
    turned : tuple of str
        Cells whose two signal wires are exchanged.

    Returns
    -------
    (S, S) array
        What each channel makes of the force on each cell, as a share of what the data sheet says.
    """
    rng = np.random.default_rng(seed)
    mixed = CROSSTALK * rng.uniform(-1, 1, (len(labels), len(labels)))
    np.fill_diagonal(mixed, 1.0)
    mixed *= 1 + rng.normal(0, GAIN_SD, (len(labels), 1))
    order = list(labels)
    for one, other in zip(swapped[::2], swapped[1::2], strict=True):
        a, b = order.index(one), order.index(other)
        order[a], order[b] = order[b], order[a]
    sign = np.where(np.isin(labels, turned), -1.0, 1.0)
    return np.asarray(sign[:, None] * mixed[[labels.index(label) for label in order]])


class Hands:
    """Put a mass where it should go, and take it off, a moment after they are told.

    Parameters
    ----------
    world : World
    placing_mm : float
        Standard deviation, along each axis, of where they put it.
    seed : int
    """

    def __init__(self, world: World, placing_mm: float = 0.7, seed: int = 1) -> None:
        self._world = world
        self._placing_mm = placing_mm
        self._rng = np.random.default_rng(seed)
        self._moves: list[tuple[float, float, tuple[float, float]]] = [(-1e9, 0.0, (0.0, 0.0))]
        """When, how many newtons, and where."""

    def heed(self, awaited: str, mass_kg: float, places_mm: Places) -> None:
        """Do what a step of a calibration asks for: see `calibrating.step.Step`."""
        _, there_n, _ = self._moves[-1]
        if awaited == "load" and not there_n:
            # Of two blocks under a board a rigid plate feels the middle.
            stands = np.mean(places_mm, axis=0) + self._rng.normal(0, self._placing_mm, 2)
            self._move(mass_kg * STANDARD_GRAVITY, (float(stands[0]), float(stands[1])))
        elif awaited in ("empty", "person", "nothing") and there_n:
            self._move(0.0, self._moves[-1][2])

    def load(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Force on the plate, ``(n,)``, and where it acts, ``(n, 2)``."""
        at_s, force_n, where = (np.array(part) for part in zip(*self._moves, strict=True))
        now = np.searchsorted(at_s, t_s, side="right") - 1
        share = np.clip((t_s - at_s[now]) / TAKES_S, 0.0, 1.0)
        before_n = force_n[np.maximum(now - 1, 0)]
        return before_n + share * (force_n[now] - before_n), where[now]

    def _move(self, force_n: float, where: tuple[float, float]) -> None:
        self._moves.append((self._world.now_s + REACTS_S, force_n, where))


class PlateInHands(VirtualPlateTransport):
    """A plate on which hands put masses.

    Attributes
    ----------
    hands : Hands
    """

    def __init__(self, plate: VirtualPlate, name: str, world: World, hands: Hands) -> None:
        super().__init__(plate, name, world)
        self.hands = hands
