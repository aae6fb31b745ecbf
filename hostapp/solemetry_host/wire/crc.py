# SPDX-License-Identifier: Apache-2.0
"""CRC-16/CCITT-FALSE of many frames at once.

The CRC is linear over bits, so each byte's share of it depends only on the byte and on how
many bytes follow. One look-up per byte and one XOR over each frame give all frames' CRCs.
"""

from __future__ import annotations

import binascii

import numpy as np
from numpy.typing import NDArray

START = 0xFFFF
LONGEST = 254


def _crc(data: bytes, start: int = 0) -> int:
    return binascii.crc_hqx(data, start)


def _shares() -> NDArray[np.uint16]:
    """CRC of each byte value with 0, 1, ... zero bytes behind it."""
    shares = np.empty((LONGEST, 256), np.uint16)
    shares[0] = [_crc(bytes([byte])) for byte in range(256)]
    for behind in range(1, LONGEST):
        high, low = shares[behind - 1] >> 8, shares[behind - 1] << 8
        shares[behind] = shares[0][high] ^ low
    return shares


_SHARE = _shares()
_START_SHARE = np.array([_crc(bytes(n), START) for n in range(LONGEST + 1)], np.uint16)


def crc16(data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
          ) -> NDArray[np.uint16]:
    """CRC of each frame of a flat buffer.

    Parameters
    ----------
    data : (n,) uint8 array
    starts, lengths : (k,) int arrays
        Frame i is ``data[starts[i] : starts[i] + lengths[i]]``, 1 to 254 bytes.

    Returns
    -------
    (k,) uint16 array
    """
    if not len(starts):
        return np.empty(0, np.uint16)
    firsts = np.cumsum(lengths) - lengths
    within = np.arange(int(lengths.sum())) - np.repeat(firsts, lengths)
    behind = np.repeat(lengths, lengths) - 1 - within
    share = _SHARE[behind, data[np.repeat(starts, lengths) + within]]
    return np.bitwise_xor.reduceat(share, firsts) ^ _START_SHARE[lengths]
