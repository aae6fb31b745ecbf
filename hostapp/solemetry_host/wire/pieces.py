# SPDX-License-Identifier: Apache-2.0
"""Pieces cut out of an array of bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


def pieces(data: Bytes, starts: Ints, size: int) -> Bytes:
    """Copy equally long pieces into the rows of an array.

    Parameters
    ----------
    data : (n,) contiguous uint8 array
    starts : (k,) int array
    size : int

    Returns
    -------
    (k, size) uint8 array
    """
    if not len(starts):
        return np.empty((0, size), np.uint8)
    # Every piece there could be, as one item each: picking some is then a plain copy of memory.
    all_there_are = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
    return all_there_are[starts].view(np.uint8).reshape(-1, size)
