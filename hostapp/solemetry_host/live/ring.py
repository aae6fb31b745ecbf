# SPDX-License-Identifier: Apache-2.0
"""The last rows, always in one piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Ring:
    """Keeps the last `capacity` rows; every row is written twice, so any window is one view.

    Parameters
    ----------
    capacity : int
    width : int
        Columns of a row.
    """

    def __init__(self, capacity: int, width: int) -> None:
        self._rows = np.empty((2 * capacity, width))
        self._capacity = capacity
        self.count = 0
        """Rows ever pushed."""

    def push(self, rows: NDArray[np.float64]) -> None:
        """Append rows; of more than fit, the last stay."""
        skipped = max(0, len(rows) - self._capacity)
        at = (self.count + skipped + np.arange(len(rows) - skipped)) % self._capacity
        self._rows[at] = self._rows[at + self._capacity] = rows[skipped:]
        self.count += len(rows)

    def last(self, n: int) -> NDArray[np.float64]:
        """View of the last `n` rows, or of as many as there are; valid until the next push."""
        n = min(n, self.count, self._capacity)
        end = self.count % self._capacity + self._capacity
        return self._rows[end - n : end]

    def clear(self) -> None:
        """Forget all rows."""
        self.count = 0
