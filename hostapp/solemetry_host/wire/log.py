# SPDX-License-Identifier: Apache-2.0
"""A device's log: the records that carry it over a link, and the blocks it is made of."""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from typing import Self

_LOG_RUN = struct.Struct("<IHIIB")
_LOG_DATA = struct.Struct("<HIH")
_RUN_STATES = ("being written", "ended", "cut off")


@dataclass(frozen=True)
class LogRun:
    """One run in a device's log; `utc_s` is 0 where its start is unknown."""

    epoch: int
    run: int
    blocks: int
    utc_s: int
    state: str

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a LOG_RUN payload; None when it is too short to be one."""
        if len(payload) < _LOG_RUN.size:
            return None
        epoch, run, blocks, utc_s, state = _LOG_RUN.unpack_from(payload)
        words = _RUN_STATES[state] if state < len(_RUN_STATES) else f"state {state}"
        return cls(epoch, run, blocks, utc_s, words)


@dataclass(frozen=True)
class LogData:
    """A piece of one block of a run."""

    run: int
    block: int
    offset: int
    data: bytes

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a LOG_DATA payload; None when it is too short to be one."""
        if len(payload) < _LOG_DATA.size:
            return None
        run, block, offset = _LOG_DATA.unpack_from(payload)
        return cls(run, block, offset, payload[_LOG_DATA.size :])


def log_read_payload(run: int, block: int, count: int) -> bytes:
    """Payload of LOG_READ."""
    return struct.pack("<HIH", run, block, count)


def u32_payload(value: int) -> bytes:
    """Payload of LOG_ERASE (the epoch) and LOG_START (Unix time, 0 unknown)."""
    return struct.pack("<I", value)


# ---- blocks --------------------------------------------------------------------------------

BLOCK_BYTES = 512
FIRST_BLOCK = 16
_SUPERBLOCKS = (0, 8)
_SUPERBLOCK_MAGIC = b"SML\x01"
_MAGIC, _VERSION = 0x4D53, 1
_BLOCK = struct.Struct("<HBBIHIH")
_CRC_AT = BLOCK_BYTES - 2

START, ROWS, END = 1, 2, 3


class BadBlockError(ValueError):
    """A block that is not what was written; says in what way."""


@dataclass(frozen=True)
class LogBlock:
    """One sound block of a run.

    Attributes
    ----------
    kind : int
        `START`, `ROWS` or `END`.
    epoch : int
        Of the memory when it was written; erasing begins another.
    number : int
        Of the block within its run; 0 is its start.
    """

    kind: int
    epoch: int
    run: int
    number: int
    payload: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a block and check it.

        Raises
        ------
        BadBlockError
            When it is blank, damaged, or of another layout.
        """
        if len(data) != BLOCK_BYTES:
            raise BadBlockError(f"has {len(data)} of {BLOCK_BYTES} bytes")
        if not _sound(data):
            blank = data.strip(b"\0") == b"" or data.strip(b"\xff") == b""
            raise BadBlockError("is blank" if blank else "fails its check")
        magic, version, kind, epoch, run, number, length = _BLOCK.unpack_from(data)
        if magic != _MAGIC:
            raise BadBlockError("is no block of a log")
        if version != _VERSION:
            raise BadBlockError(f"has layout {version}; this app knows {_VERSION}")
        if length > _CRC_AT - _BLOCK.size:
            raise BadBlockError(f"claims {length} bytes, more than a block holds")
        return cls(kind, epoch, run, number, data[_BLOCK.size : _BLOCK.size + length])


def memory_epoch(image: bytes) -> int | None:
    """Return the epoch of a memory, from its newer sound superblock; None when both are damaged."""
    epochs = []
    for block in _SUPERBLOCKS:
        data = image[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES]
        if data[:4] == _SUPERBLOCK_MAGIC and len(data) == BLOCK_BYTES and _sound(data):
            epochs.append(int.from_bytes(data[4:8], "little"))
    return max(epochs, default=None)


def _sound(data: bytes) -> bool:
    crc = int.from_bytes(data[_CRC_AT:], "little")
    return binascii.crc_hqx(data[:_CRC_AT], 0xFFFF) == crc
