# SPDX-License-Identifier: Apache-2.0
"""The records of the protocol, and the commands a host sends."""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, Self

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
    CALIBRATION = 0x05
    SELF_TEST = 0x06
    SAMPLE = 0x10
    SAMPLES = 0x11
    COP = 0x12
    ROWS = 0x13
    LOG_RUN = 0x20
    LOG_DATA = 0x21
    COMMAND_INFO = 0x81
    COMMAND_START = 0x82
    COMMAND_STOP = 0x83
    COMMAND_TIME = 0x84
    COMMAND_TARE = 0x85
    COMMAND_CAL_READ = 0x86
    COMMAND_CAL_WRITE = 0x87
    COMMAND_RATE = 0x88
    COMMAND_SELF_TEST = 0x89
    COMMAND_LOG_LIST = 0x8A
    COMMAND_LOG_READ = 0x8B
    COMMAND_LOG_ERASE = 0x8C
    COMMAND_LOG_START = 0x8D
    COMMAND_LOG_STOP = 0x8E
    COMMAND_SIDE = 0x8F


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
_INFO_TAIL = struct.Struct("<HHBHB")
_KINDS = {1: "plate", 2: "insole"}
UNO = "Arduino Uno"
_BOARDS = {1: UNO, 2: "ESP32", 3: "ESP32-S3"}
_ADCS = {1: "HX711", 2: "ADS131M04", 3: "ESP32"}
_RESETS = ((1, "power-on"), (2, "reset pin"), (4, "brown-out"), (8, "watchdog"),
           (16, "restart by the program"), (32, "crash"))
_FEATURES = ((1, "cop"), (2, "rate"), (4, "log"), (8, "imu"), (16, "battery"), (32, "brown-out"))

Side = Literal["", "left", "right"]
SIDES: tuple[Side, ...] = ("", "left", "right")


@dataclass(frozen=True)
class Info:
    """What a device says of itself.

    Attributes
    ----------
    calibration : int
        CRC of the calibration in the device's memory; 0 when it has none.
    features : tuple of str
        What it can do besides sending rows: ``cop``, ``rate``, ``log``, ``imu``, ``battery``,
        ``brown-out``.
    accel_g, gyro_dps : int
        Range of its IMU; 0 without one.
    """

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
    calibration: int = 0
    features: tuple[str, ...] = ()
    accel_g: int = 0
    gyro_dps: int = 0
    side: Side = ""

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read an INFO payload; what stands behind the id may be missing in older images.

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
        tail_at = _INFO.size + id_length
        tail = payload[tail_at:][: _INFO_TAIL.size].ljust(_INFO_TAIL.size, b"\0")
        calibration, features, accel_g, gyro_dps, side = _INFO_TAIL.unpack(tail)
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
            device_id=payload[_INFO.size : tail_at].decode("ascii", "replace"),
            calibration=calibration,
            features=tuple(name for bit, name in _FEATURES if features & bit),
            accel_g=accel_g,
            gyro_dps=gyro_dps,
            side=SIDES[side] if side < len(SIDES) else "",
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


# ---- EVENT, ACK and TIME ------------------------------------------------------------------

_EVENT = struct.Struct("<IBH")
_EVENTS = {
    1: "sensor_silent",
    2: "sensor_back",
    3: "frames_dropped_by_device",
    4: "readout_dropped",
    5: "at_an_end",
    6: "in_range",
    7: "memory_damaged",
    8: "battery_low",
    9: "log_ended",
    10: "mtu_too_small",
    11: "given_up",
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


_ACK = struct.Struct("<HBB")
DONE = 0
REFUSALS = {
    1: "the device does not know this command",
    2: "the device cannot do it with this value",
    3: "its memory could not be written",
    4: "it is busy with its log",
    5: "the radio link carries too little at a time (its MTU is under 64)",
}


@dataclass(frozen=True)
class Ack:
    """A device's answer to a command."""

    command_seq: int
    command: int
    status: int
    trailing: bytes = b""

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read an ACK payload; None when it is too short to be one."""
        if len(payload) < _ACK.size:
            return None
        command_seq, command, status = _ACK.unpack_from(payload)
        return cls(command_seq, command, status, payload[_ACK.size :])


_TIME = struct.Struct("<HII")


@dataclass(frozen=True)
class TimeAnswer:
    """When a device received a TIME command and when it answered, in its own microseconds."""

    command_seq: int
    received_us: int
    sent_us: int

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Read a TIME payload; None when it is too short to be one."""
        if len(payload) < _TIME.size:
            return None
        return cls(*_TIME.unpack_from(payload))
