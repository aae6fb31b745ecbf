# SPDX-License-Identifier: Apache-2.0
"""What a plate says of itself when asked: its calibration, its self-test, its own COP."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Self

_CELLS = 4
_CALIBRATION_HEAD = struct.Struct("<II")
_CELL = struct.Struct("<iii")
COUNTS_PER_GAIN = 2**24
"""`gain` of a cell is millinewtons per so many counts."""


@dataclass(frozen=True)
class StoredCell:
    """One load cell as a device's own centre of pressure takes it: mN per 2^24 counts, um."""

    gain: int
    x_um: int
    y_um: int


@dataclass(frozen=True)
class StoredCalibration:
    """What a plate has stored of its four load cells, for its own centre of pressure.

    Attributes
    ----------
    taken_s : int
        Unix time of the calibration.
    cells : tuple of StoredCell, length 4
    counter : int
        How often it was written; 0: none is stored, these are nominal values.
    """

    taken_s: int
    cells: tuple[StoredCell, ...]
    counter: int = 0

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a CALIBRATION payload; None when it is too short to be one."""
        if len(payload) < _CALIBRATION_HEAD.size + _CELLS * _CELL.size:
            return None
        counter, taken_s = _CALIBRATION_HEAD.unpack_from(payload)
        at = range(_CALIBRATION_HEAD.size, len(payload), _CELL.size)
        cells = tuple(StoredCell(*_CELL.unpack_from(payload, start)) for start in at[:_CELLS])
        return cls(taken_s, cells, counter)

    def to_bytes(self) -> bytes:
        """Payload of CAL_WRITE, 52 bytes; INFO's `calibration` is their CRC."""
        cells = (_CELL.pack(cell.gain, cell.x_um, cell.y_um) for cell in self.cells)
        return struct.pack("<I", self.taken_s) + b"".join(cells)


_TEST_HEAD = struct.Struct("<HB")
_TEST_STATUS = ("well", "silent", "at an end of its range", "stuck", "not connected", "too noisy")


@dataclass(frozen=True)
class TestedChannel:
    """What a self-test found of one channel, in counts over 32 looks."""

    status: str
    mean: int
    spread: int

    @property
    def well(self) -> bool:
        """Whether nothing is the matter with it."""
        return self.status == _TEST_STATUS[0]


@dataclass(frozen=True)
class SelfTest:
    """What a self-test found."""

    command_seq: int
    channels: tuple[TestedChannel, ...]

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a SELF_TEST payload; None when it is too short to be one."""
        if len(payload) < _TEST_HEAD.size:
            return None
        command_seq, channels = _TEST_HEAD.unpack_from(payload)
        if len(payload) < _TEST_HEAD.size + 6 * channels:
            return None
        found = []
        for start in range(_TEST_HEAD.size, _TEST_HEAD.size + 6 * channels, 6):
            status = payload[start]
            words = _TEST_STATUS[status] if status < len(_TEST_STATUS) else f"status {status}"
            mean = int.from_bytes(payload[start + 1 : start + 4], "little", signed=True)
            spread = int.from_bytes(payload[start + 4 : start + 6], "little")
            found.append(TestedChannel(words, mean, spread))
        return cls(command_seq, tuple(found))


_COP = struct.Struct("<IIHBiiiH")
_NO_POSITION = 1
_COP_FLAGS = ((2, "at an end"), (4, "silent"), (8, "not tared"), (16, "nominal gains"))


@dataclass(frozen=True)
class DeviceCop:
    """The device's own centre of pressure; NaN where it has none."""

    index: int
    t_us: int
    boot_id: int
    cop_mm: tuple[float, float]
    force_n: float
    calibration: int
    remarks: tuple[str, ...]

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a COP payload; None when it is too short to be one."""
        if len(payload) < _COP.size:
            return None
        index, t_us, boot_id, flags, x_um, y_um, fz_mn, calibration = _COP.unpack_from(payload)
        place = (math.nan, math.nan) if flags & _NO_POSITION else (x_um / 1000, y_um / 1000)
        remarks = tuple(words for bit, words in _COP_FLAGS if flags & bit)
        return cls(index, t_us, boot_id, place, fz_mn / 1000, calibration, remarks)


def start_payload(cop: bool = False) -> bytes:
    """Payload of START: rows, and the device's own centre of pressure if it is wanted."""
    return bytes([1 | cop << 1])


def rate_payload(rate_hz: float, rows: int = 0) -> bytes:
    """Payload of RATE; `rows` in one record, 0 for as many as the device finds right."""
    return struct.pack("<IB", round(rate_hz * 1000), rows)
