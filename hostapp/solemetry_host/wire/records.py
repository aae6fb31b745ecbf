# SPDX-License-Identifier: Apache-2.0
"""The records of the protocol, and the commands a host sends."""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from cobs import cobs
from numpy.typing import NDArray

from solemetry.errors import DeviceError

MAJOR = 1
AGE_UNIT_US = 4


class Type(IntEnum):
    """First byte of a frame."""

    INFO = 0x01
    ACK = 0x02
    TIME = 0x03
    EVENT = 0x04
    SAMPLE = 0x10
    COMMAND_INFO = 0x81
    COMMAND_START = 0x82
    COMMAND_STOP = 0x83
    COMMAND_TIME = 0x84


@dataclass(frozen=True)
class Record:
    """One frame that arrived whole.

    Attributes
    ----------
    type : int
        A `Type`, or a number that a newer minor version has added.
    seq : int
        The sender's frame counter, modulo 65536.
    payload : bytes
    """

    type: int
    seq: int
    payload: bytes


def encode(type_: int, seq: int, payload: bytes = b"") -> bytes:
    """One frame as it goes over the wire, its closing zero included."""
    body = struct.pack("<BH", type_, seq & 0xFFFF) + payload
    crc = binascii.crc_hqx(body, 0xFFFF)
    return bytes(cobs.encode(body + struct.pack("<H", crc))) + b"\0"


# ---- INFO ---------------------------------------------------------------------------------

_INFO = struct.Struct("<BBBBBBBBBBHIHBIB")
_KINDS = {1: "plate", 2: "insole"}
_BOARDS = {1: "Arduino Uno"}
_ADCS = {1: "HX711"}
_RESETS = ((1, "power-on"), (2, "reset pin"), (4, "brown-out"), (8, "watchdog"))


@dataclass(frozen=True)
class Info:
    """What a device says of itself."""

    minor: int
    firmware: str
    kind: str
    board: str
    adc: str
    channels: int
    bits: int
    gain: int
    rate_hz: float
    boot_id: int
    reset_cause: str
    geometry_hash: int
    device_id: str

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read an INFO payload.

        Raises
        ------
        DeviceError
            When the device speaks another major version, or the record is too short.
        """
        if payload and payload[0] != MAJOR:
            newer = payload[0] > MAJOR
            raise DeviceError(
                f"The device speaks protocol version {payload[0]}; this app speaks {MAJOR}.",
                "Update the app." if newer else "Flash the firmware that came with this app.",
            )
        if len(payload) < _INFO.size or len(payload) < _INFO.size + payload[_INFO.size - 1]:
            raise DeviceError(
                f"The device's INFO record has {len(payload)} bytes, which is too few.",
                "Flash the firmware that came with this app.",
            )
        (_, minor, fw_major, fw_minor, fw_patch, kind, board, adc, channels, bits, gain,
         rate_mhz, boot_id, cause, geometry, id_length) = _INFO.unpack_from(payload)
        return cls(
            minor=minor,
            firmware=f"{fw_major}.{fw_minor}.{fw_patch}",
            kind=_KINDS.get(kind, f"kind {kind}"),
            board=_BOARDS.get(board, f"board {board}"),
            adc=_ADCS.get(adc, f"ADC {adc}"),
            channels=channels,
            bits=bits,
            gain=gain,
            rate_hz=rate_mhz / 1000,
            boot_id=boot_id,
            reset_cause=", ".join(name for bit, name in _RESETS if cause & bit) or "unknown",
            geometry_hash=geometry,
            device_id=payload[_INFO.size : _INFO.size + id_length].decode("ascii", "replace"),
        )


# ---- SAMPLE -------------------------------------------------------------------------------


def sample_wire_type(channels: int) -> np.dtype[np.void]:
    """Payload of a SAMPLE record, byte for byte."""
    return np.dtype(
        [
            ("index", "<u4"),
            ("t_us", "<u4"),
            ("boot_id", "<u2"),
            ("flags", "u1"),
            ("counts", "u1", (channels, 3)),
            ("age", "<u2", (channels,)),
            ("conversion", "u1", (channels,)),
        ]
    )


def signed24(triples: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Signed integers of little-endian 24-bit triples, ``(..., 3)`` to ``(...)``."""
    wide = triples.astype(np.int32)
    value = wide[..., 0] | wide[..., 1] << 8 | wide[..., 2] << 16
    return (value ^ 0x800000) - 0x800000


# ---- EVENT and TIME -----------------------------------------------------------------------

_EVENT = struct.Struct("<IBH")
_EVENTS = {
    1: "sensor_silent",
    2: "sensor_back",
    3: "frames_dropped_by_device",
    4: "readout_dropped",
}


@dataclass(frozen=True)
class DeviceEvent:
    """Something the device noticed."""

    t_us: int
    kind: str
    argument: int

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read an EVENT payload; None when it is too short to be one."""
        if len(payload) < _EVENT.size:
            return None
        t_us, code, argument = _EVENT.unpack_from(payload)
        return cls(t_us, _EVENTS.get(code, f"event_{code}"), argument)
