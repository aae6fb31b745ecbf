# SPDX-License-Identifier: Apache-2.0
"""The last so many rows of a stream, and the same smoothed, each row for a constant cost."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import at_rest, butterworth, edge_of, finite_runs, one_way

Floats = NDArray[np.float64]

_FORGOTTEN = 1e-12
"""What is left, of a sample's weight, where a filter counts as having forgotten it."""


class Trail:
    """The last rows of a stream, in one piece.

    What it gave stays as it was: rows are put behind the last, and where there is no room they
    move on to new memory.

    Parameters
    ----------
    capacity : int
        How many are kept.
    columns : int
    """

    def __init__(self, capacity: int, columns: int) -> None:
        self.count = 0
        """Rows ever appended."""
        self._capacity = capacity
        self._buffer = self._new_buffer(columns)
        self._end = 0

    def append(self, rows: Floats) -> None:
        """Append rows, ``(n, C)``; of more than fit, the last stay."""
        self.count += len(rows)
        rows = rows[-self._capacity :]
        if self._end + len(rows) > len(self._buffer):
            kept = self._capacity - len(rows)
            before, self._buffer = self._buffer, self._new_buffer(rows.shape[1])
            self._buffer[:kept] = before[self._end - kept : self._end]
            self._end = kept
        self._buffer[self._end : self._end + len(rows)] = rows
        self._end += len(rows)

    def last(self, n: int) -> Floats:
        """View of the last `n` rows, or of as many as there are."""
        return self._buffer[self._end - min(n, self.count, self._capacity) : self._end]

    def _new_buffer(self, columns: int) -> Floats:
        # Each column by itself: sums along it take half as long as over pairs side by side.
        return np.empty((2 * self._capacity, columns), order="F")


class SlidingLowpass:
    """`solemetry.signal.lowpass` of a stream, for the cost of what is new in it.

    The way forwards goes on where it was. The way back forgets: so long after a row that nothing
    which comes can change it any more (by 1e-12), it is settled for good, in pieces counted from
    the beginning of its run; so numbers do not depend on how the rows were cut into calls. Only
    the rows after that are filtered backwards anew.

    Parameters
    ----------
    capacity : int
        How many smoothed rows are kept.
    columns : int
    fs_hz, cutoff_hz, order
        As of `solemetry.signal.lowpass`.
    """

    def __init__(
        self,
        capacity: int,
        columns: int,
        fs_hz: float,
        cutoff_hz: float = 10.0,
        order: int = 2,
    ) -> None:
        self._sections, self._settled = butterworth(fs_hz, cutoff_hz, order)
        self._edge = edge_of(order)
        self._memory = max(_memory(self._sections), self._edge)
        self._smooth = Trail(max(capacity, 3 * self._memory), columns)
        self._forwards = Trail(3 * self._memory, columns)
        self._capacity = capacity
        self._columns = columns
        self._newest = np.empty((0, columns))
        """The newest rows of the run as they came: all as long as it is short, then a few."""
        self._state: Floats | None = None
        self._unsettled = 0

    def append(self, rows: Floats) -> None:
        """Take rows, ``(n, C)``; one with a missing value ends a run."""
        finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(rows), axis=1)
        if finite.all():
            self._go_on(rows)
            return
        done = 0
        for start, stop in finite_runs(finite):
            self._miss(start - done)
            self._go_on(rows[start:stop])
            done = stop
        self._miss(len(rows) - done)

    def last(self, n: int) -> Floats:
        """View of the last `n` rows smoothed, or of as many as there are, until the next append.

        As if no more would come: the end of the run is treated as that of any recording.
        """
        self._draw_end()
        return self._smooth.last(min(n, self._capacity))

    def _miss(self, rows: int) -> None:
        """End the run, if rows are missing."""
        if rows:
            self._draw_end()
            self._state, self._unsettled = None, 0
            self._newest = self._newest[:0]
            self._leave_empty(rows)

    def _go_on(self, rows: Floats) -> None:
        for start in range(0, len(rows), self._memory):
            self._extend(rows[start : start + self._memory])

    def _extend(self, rows: Floats) -> None:
        self._leave_empty(len(rows))
        self._newest = np.concatenate((self._newest, rows))
        if self._state is not None:
            forwards, self._state = one_way(self._sections, rows, self._state)
        elif len(self._newest) > self._edge:
            first = self._newest
            led = np.concatenate((2 * first[0] - first[self._edge : 0 : -1], first))
            state = at_rest(self._settled, led[0])
            forwards, self._state = one_way(self._sections, led, state)
            forwards = forwards[self._edge :]
        else:
            return
        self._newest = self._newest[-self._edge - 1 :].copy()
        self._forwards.append(forwards)
        self._unsettled += len(forwards)
        while self._unsettled > 2 * self._memory:
            piece = self._forwards.last(self._unsettled)[: 2 * self._memory]
            settled = self._backwards(piece)[: self._memory]
            self._smooth.last(self._unsettled)[: self._memory] = settled
            self._unsettled -= self._memory

    def _draw_end(self) -> None:
        if self._state is not None:
            newest = self._newest
            beyond = 2 * newest[-1] - newest[-2 : -self._edge - 2 : -1]
            forwards = one_way(self._sections, beyond, self._state)[0]
            whole = np.concatenate((self._forwards.last(self._unsettled), forwards))
            self._smooth.last(self._unsettled)[:] = self._backwards(whole)[: self._unsettled]

    def _backwards(self, forwards: Floats) -> Floats:
        state = at_rest(self._settled, forwards[-1])
        return one_way(self._sections, forwards[::-1], state)[0][::-1]

    def _leave_empty(self, rows: int) -> None:
        self._smooth.append(np.full((rows, self._columns), np.nan))


def _memory(sections: Floats) -> int:
    """Return after how many samples a filter has forgotten one."""
    slowest = max(float(np.abs(np.roots(section[3:])).max()) for section in sections)
    return math.ceil(math.log(_FORGOTTEN) / math.log(slowest))
