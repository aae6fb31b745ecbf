# SPDX-License-Identifier: Apache-2.0
"""What a device can be asked to do; over any link that carries commands and answers."""

from __future__ import annotations

from typing import Protocol, TypeVar

from solemetry.errors import DeviceError
from solemetry_host.devices.dialogue import Answer
from solemetry_host.wire.plate import SelfTest, StoredCalibration, rate_payload
from solemetry_host.wire.records import SIDES, Info, Side, Type

_T = TypeVar("_T")


class Asker(Protocol):
    """Sends a command and waits for its answer."""

    def ask(self, command: Type, payload: bytes = b"") -> Answer:
        """Return the answer; `DeviceError` when there is none or the device refuses."""


def who(device: Asker) -> Info:
    """Ask a device what it is."""
    return Info.parse(_record(device.ask(Type.COMMAND_INFO)))


def self_test(device: Asker) -> SelfTest:
    """Have a device look at each of its channels 32 times."""
    return _read(SelfTest.parse(_record(device.ask(Type.COMMAND_SELF_TEST))))


def read_calibration(device: Asker) -> StoredCalibration:
    """Read what a plate has stored of its load cells."""
    return _read(StoredCalibration.parse(_record(device.ask(Type.COMMAND_CAL_READ))))


def write_calibration(device: Asker, calibration: StoredCalibration) -> None:
    """Store a calibration in a plate; it has read it back itself when this returns.

    Raises
    ------
    DeviceError
        When its memory cannot be written, or then holds something else.
    """
    device.ask(Type.COMMAND_CAL_WRITE, calibration.to_bytes())
    if read_calibration(device).to_bytes() != calibration.to_bytes():
        raise DeviceError(
            "The plate holds another calibration than was written.", "Write it again."
        )


def tare(device: Asker) -> None:
    """Make what the next 64 rows read the zero of the plate's own centre of pressure."""
    device.ask(Type.COMMAND_TARE)


def set_rate(device: Asker, rate_hz: float, rows: int = 0) -> Info:
    """Choose the nominal rows per second, and return what the device then says of itself."""
    device.ask(Type.COMMAND_RATE, rate_payload(rate_hz, rows))
    return who(device)


def set_side(device: Asker, side: Side) -> Info:
    """Tell an insole which foot it is worn on, and return what it then says of itself."""
    device.ask(Type.COMMAND_SIDE, bytes([SIDES.index(side)]))
    return who(device)


def _record(answer: Answer) -> bytes:
    if not answer.records:
        raise DeviceError(
            "The device acknowledged the command but the record it asked for was lost.",
            "Ask again.",
        )
    return answer.records[-1].payload


def _read(record: _T | None) -> _T:
    if record is None:
        raise DeviceError(
            "The device's answer is too short.", "Flash the firmware that came with this app."
        )
    return record
