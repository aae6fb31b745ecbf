# SPDX-License-Identifier: Apache-2.0
"""Which cell each channel really listens to, and which way round it is wired.

Known places tell it. Under a rigid plate the counts of every channel rise towards its own cell;
with channels given to other cells, gains that fit all points no longer exist. So all ways of giving
cells to channels are tried, and the one that fits is how the plate is wired. A reversed cell needs
no trying: its gain comes out negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating.points import Points

Floats = NDArray[np.float64]

MUCH_BETTER = 0.5
"""Another wiring is believed when it leaves less than this share of the misfit. Crosstalk of a few
percent leaves millimetres with the right one; a wrong one leaves centimetres."""


@dataclass(frozen=True)
class Wiring:
    """How the cells of a plate are connected.

    Attributes
    ----------
    labels : tuple of str, length S
        The channels, by the cells they should be of.
    cells : tuple of str, length S
        The cell that each channel really is of.
    reversed : tuple of str
        Channels whose counts fall where they should rise.
    """

    labels: tuple[str, ...]
    cells: tuple[str, ...]
    reversed: tuple[str, ...]

    @property
    def swapped(self) -> tuple[str, ...]:
        """Channels that are of another cell."""
        return tuple(
            label for label, cell in zip(self.labels, self.cells, strict=True) if label != cell
        )

    @property
    def words(self) -> str:
        """What is wrong and what to do, or nothing."""
        found = []
        if self.swapped:
            pairs = ", ".join(
                f"{label} carries {cell}"
                for label, cell in zip(self.labels, self.cells, strict=True)
                if label != cell
            )
            found.append(f"Cells are swapped: {pairs}. Exchange their plugs.")
            if len(self.swapped) == len(self.labels):
                found.append("Or the plate is turned round, or the points were in another order.")
        if self.reversed:
            found.append(
                f"Counts of {' and '.join(self.reversed)} fall under load: exchange the two "
                "signal wires of that cell, or check that it is not upside down."
            )
        return " ".join(found)


def find_wiring(points: Points, sign: Floats | None = None) -> Wiring:
    """Find swapped and reversed cells.

    Parameters
    ----------
    points : Points
        At known places; see `Points.check`.
    sign : (S,) array, optional
        Sign of the gains when nothing is wrong; all positive by default.

    Raises
    ------
    CalibrationError
        When the readings cannot tell.
    """
    points.check()
    labels = points.layout.labels
    ways = np.array(list(permutations(range(len(labels)))))  # the first is how it should be
    misfit, gains = _fits(points, ways)
    best = int(np.argmin(misfit))
    if misfit[best] > MUCH_BETTER * misfit[0]:
        best = 0
    expected = np.ones(len(labels)) if sign is None else np.sign(sign)
    return Wiring(
        labels,
        tuple(labels[cell] for cell in ways[best]),
        tuple(np.array(labels)[gains[best] * expected < 0].tolist()),
    )


def _fits(points: Points, ways: NDArray[np.int_]) -> tuple[Floats, Floats]:
    """Root mean square misfit of each way, in mm, and its gains in units of each channel's own."""
    net = points.net / np.sqrt((points.net**2).mean(axis=0))
    xy_mm, weight_n = points.layout.xy_mm[ways], points.weight_n  # (ways, S, 2)
    reach_mm = np.abs(points.layout.xy_mm).max()
    # Rows: force, moment, moment of every point; force as if it acted at the cells' distance.
    levers = np.concatenate((np.full((*ways.shape, 1), reach_mm), xy_mm), axis=2)
    rows = np.einsum("ps,wsk->wkps", net, levers).reshape(len(ways), -1, net.shape[1])
    force = np.full((1, len(net)), reach_mm)
    loads = np.concatenate((force, points.places_mm.T)).ravel() * weight_n
    gains = np.linalg.pinv(rows) @ loads
    left = np.einsum("wrs,ws->wr", rows, gains) - loads
    return np.sqrt((left**2).mean(axis=1)) / weight_n, gains
