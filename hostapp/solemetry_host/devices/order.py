# SPDX-License-Identifier: Apache-2.0
"""Rows in order: each once, none before another that was sent earlier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STALE_MOST = 100
"""After so many rows in a row that are behind, they are not late: the device began anew, though its
boot id, which it keeps in its memory, does not say so."""


class RowOrder:
    """Drops rows that came twice or late; what is late was counted as lost when others came.

    A restart that the device has not counted is counted here: from then on its boot ids are raised,
    so that a change of the boot id means a restart, always.
    """

    def __init__(self) -> None:
        self._boot_id = self._boot_id_before = -1
        self._last = 0
        self._stale = 0
        self._raised = 0

    def keep(self, rows: NDArray[np.void]) -> NDArray[np.void]:
        """Return those rows of one read that come after all before them.

        Parameters
        ----------
        rows : (n,) structured array
            With `index` and `boot_id`.
        """
        if not len(rows):
            return rows
        if self._all_new(rows):
            self._last, self._stale = int(rows["index"][-1]), 0
            if not self._raised:
                return rows
            fresh, raised = np.ones(len(rows), bool), np.full(len(rows), self._raised)
        else:
            fresh, raised = np.empty(len(rows), bool), np.empty(len(rows), np.int64)
            for k, (boot_id, at) in enumerate(zip(rows["boot_id"], rows["index"], strict=True)):
                fresh[k] = self._is_fresh(int(boot_id), int(at))
                raised[k] = self._raised
        kept = rows[fresh]
        kept["boot_id"] += raised[fresh].astype(np.uint16)
        return kept

    def _all_new(self, rows: NDArray[np.void]) -> bool:
        """Whether they come in order after all that came since the device began."""
        if (rows["boot_id"] != self._boot_id).any():
            return False
        index = np.empty(len(rows) + 1, np.uint32)
        index[0], index[1:] = self._last, rows["index"]
        steps = (index[1:] - index[:-1]).view(np.int32)
        return bool(steps.min() > 0)

    def _is_fresh(self, boot_id: int, index: int) -> bool:
        known = boot_id in (self._boot_id, self._boot_id_before)
        behind = boot_id != self._boot_id or (index - self._last - 1) % 2**32 >= 2**31
        if known and behind:
            if self._stale < STALE_MOST:
                self._stale += 1
                return False
            self._raised += self._boot_id + 1 - boot_id
        if boot_id != self._boot_id:
            self._boot_id_before = self._boot_id
        self._boot_id, self._last, self._stale = boot_id, index, 0
        return True
