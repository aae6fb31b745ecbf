# SPDX-License-Identifier: Apache-2.0
"""CRC-16/CCITT-FALSE of many frames at once.

The CRC is linear over bits, so each byte's share of it depends only on the byte and on how
many bytes follow. One look-up per byte and an XOR over the shares give all frames' CRCs.
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


_SHARES = _shares().ravel()
_START_SHARE = np.array([_crc(bytes(n), START) for n in range(LONGEST + 1)], np.uint16)


def crc16(frames: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """CRC of each of many frames of one length.

    Parameters
    ----------
    frames : (k, n) uint8 array
        1 to 254 bytes each.

    Returns
    -------
    (k,) uint16 array
    """
    length = frames.shape[1]
    behind = np.arange(length - 1, -1, -1) * 256
    # Bytes side by side over the frames: the XOR then runs along memory.
    shares = _SHARES.take(frames.T + behind[:, None])
    crc: NDArray[np.uint16] = np.bitwise_xor.reduce(shares, axis=0)
    return crc ^ _START_SHARE[length]
