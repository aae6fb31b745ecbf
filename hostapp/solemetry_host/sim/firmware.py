# SPDX-License-Identifier: Apache-2.0
"""What the firmware of every virtual device does with its link: commands in, records out."""

from __future__ import annotations

import binascii
import struct
from abc import ABC, abstractmethod

from cobs import cobs

from solemetry_host.wire.records import Type, encode

DONE, UNKNOWN, BAD_ARGUMENT = 0, 1, 2
"""Status of an ACK: firmware/PROTOCOL.md."""

_SHORTEST, _CRC = 5, 2


class Firmware(ABC):
    """Takes frames with commands, answers them, and keeps what is to be sent."""

    def __init__(self) -> None:
        self._now_us = 0.0
        self._seq = 0
        self._inbox = b""
        self._outbox = bytearray()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""
        *frames, self._inbox = (self._inbox + data).split(b"\0")
        for frame in frames:
            try:
                plain = cobs.decode(frame)
            except cobs.DecodeError:
                continue  # a damaged command gets no answer, and the host asks again
            crc = int.from_bytes(plain[-_CRC:], "little")
            if len(plain) >= _SHORTEST and binascii.crc_hqx(plain[:-_CRC], 0xFFFF) == crc:
                self._obey(plain[0], int.from_bytes(plain[1:3], "little"), plain[3:-_CRC])

    def notice(self, code: int, argument: int) -> None:
        """Send an EVENT, as a device would that has met a fault."""
        self._send(Type.EVENT, struct.pack("<IBH", self._time, code, argument))

    @abstractmethod
    def _do(self, command: int, seq: int, payload: bytes) -> int:
        """Do what a command asks; return the status."""

    @property
    def _time(self) -> int:
        """Device time as the wire has it."""
        return int(self._now_us) % 2**32

    def _obey(self, command: int, seq: int, payload: bytes) -> None:
        if command == Type.COMMAND_TIME:
            self._send(Type.TIME, struct.pack("<HII", seq, self._time, self._time))
            return
        status = self._do(command, seq, payload)
        self._send(Type.ACK, struct.pack("<HBB", seq, command, status))

    def _send(self, type_: int, payload: bytes) -> None:
        self._seq += 1
        self._outbox += encode(type_, self._seq, payload)

    def _sent(self) -> bytes:
        """Bytes sent since the last call."""
        sent, self._outbox = bytes(self._outbox), bytearray()
        return sent
