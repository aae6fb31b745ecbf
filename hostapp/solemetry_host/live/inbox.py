# SPDX-License-Identifier: Apache-2.0
"""What waits for the engine's thread."""

from __future__ import annotations

import queue
import time
from typing import Generic, TypeVar

_T = TypeVar("_T")

_LOOK_AGAIN_S = 0.002


class Inbox(Generic[_T]):
    """A queue with a bound that is hardly ever met.

    The standard library's bounded queue is written in Python and takes a lock for the bound with
    each item; its unbounded one is not and does not.

    Parameters
    ----------
    most : int
        How many items may wait, give or take one for each thread that puts.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: queue.SimpleQueue[_T] = queue.SimpleQueue()

    def __len__(self) -> int:
        return self._items.qsize()

    def put(self, item: _T, patience_s: float = float("inf")) -> None:
        """Add an item, after waiting for room if there is none.

        Raises
        ------
        queue.Full
            When there was none for so long.
        """
        if len(self) >= self._most:
            self._wait_for_room(patience_s)
        self._items.put(item)

    def get(self, timeout_s: float) -> _T:
        """Take the oldest item.

        Raises
        ------
        queue.Empty
            When none came for so long.
        """
        return self._items.get(timeout=timeout_s)

    def _wait_for_room(self, patience_s: float) -> None:
        deadline_s = time.monotonic() + patience_s
        while len(self) >= self._most:
            if time.monotonic() >= deadline_s:
                raise queue.Full
            time.sleep(_LOOK_AGAIN_S)
