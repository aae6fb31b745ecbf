# SPDX-License-Identifier: Apache-2.0
"""A link that loses, repeats, delays and damages what is sent, on a clock of its own."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from cobs import cobs
from plain_decoder import ACK, ASK_TIME, INFO, SAMPLE, encode
from pty_plate import PLATE
from virtual_pod import CELLS, info_payload, rows_payload

from solemetry_host.devices.bluetooth import framed
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.source import Block, Item, Notice, Opened

ROWS = 0x13
PERIOD_US = 12_500
INSOLE_ROWS = 6


def plate_info(
    *, name: bytes = PLATE.id.encode(), geometry: int = PLATE.geometry_hash,
    rate_mhz: int = 80_000, boot_id: int = 1, channels: int = 4, major: int = 1,
) -> bytes:  # fmt: skip
    """An INFO payload of a plate, from PROTOCOL.md."""
    return (
        struct.pack("<BBBBBBBBBBHIHBIB", major, 0, 0, 1, 0, 1, 1, 1, channels, 24, 128, rate_mhz,
                    boot_id, 1, geometry, len(name))
        + name + struct.pack("<HHBHB", 0, 1 | 32, 0, 0, 0)
    )  # fmt: skip


def sample(index: int, *, boot_id: int = 1, flags: int = 0, t_us: int | None = None) -> bytes:
    """A SAMPLE payload; its counts say which one it is."""
    t_us = index * PERIOD_US if t_us is None else t_us
    count = (index % 2**23).to_bytes(3, "little", signed=True)
    return (
        struct.pack("<IIHB", index % 2**32, t_us % 2**32, boot_id, flags) + 4 * count
        + struct.pack("<4H4B", 0, 0, 0, 0, *[index % 256] * 4)
    )  # fmt: skip


def plate_frame(number: int) -> bytes:
    """The frame of one row, as a serial link carries it."""
    return encode(SAMPLE, number % 2**16, sample(number))


def insole_notification(number: int) -> bytes:
    """The record of six rows, as the radio carries it."""
    index = number * INSOLE_ROWS
    cells = (np.arange(INSOLE_ROWS)[:, None] + index + np.zeros(CELLS, int)) % 4095
    payload = rows_payload(index, index * 10_000, cells, np.zeros((INSOLE_ROWS, 6)))
    return struct.pack("<BH", ROWS, number % 2**16) + payload


def insole_frame(number: int) -> bytes:
    return framed(insole_notification(number))


@dataclass
class ScriptedTransport:
    """Brings the bytes of one read after the other; answers INFO and every command."""

    reads: Sequence[bytes]
    info: bytes = field(default_factory=plate_info)
    read_s: float = PERIOD_US * 1e-6
    rates: tuple[int, ...] = ()
    name: str = "a scripted link"
    stop: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    now_s: float = 10.0
    _answers: bytes = b""

    def now_ns(self) -> int:
        return round(self.now_s * 1e9)

    def open(self) -> None: ...

    def use_rate(self, rate: int) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        for frame in filter(None, data.split(b"\0")):
            plain = cobs.decode(frame)
            command, seq = plain[0], int.from_bytes(plain[1:3], "little")
            if command == INFO | 0x80:
                self._answers += encode(INFO, 0, self.info)
            if command != ASK_TIME:
                self._answers += encode(ACK, 0, struct.pack("<HBB", seq, command, 0))

    def read(self) -> bytes:
        self.now_s += self.read_s
        if self._answers:
            answers, self._answers = self._answers, b""
            return answers
        if self.done == len(self.reads):
            self.stop.set()
            return b""
        self.done += 1
        return self.reads[self.done - 1]


@dataclass
class Heard:
    """What a source has passed on."""

    items: list[Item] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [item for item in self.items if isinstance(item, Block)]

    @property
    def opened(self) -> list[Opened]:
        return [item for item in self.items if isinstance(item, Opened)]

    @property
    def rows(self) -> np.ndarray:
        return np.concatenate([block.rows for block in self.blocks])

    def told(self, kind: str) -> list[Notice]:
        return [item for item in self.items if isinstance(item, Notice) and item.kind == kind]


def listen(transport: ScriptedTransport, also: Callable[[Item], None] | None = None) -> Heard:
    """Run the app's own source on a link until the script is at its end."""
    heard = Heard()

    def emit(item: Item) -> None:
        heard.items.append(item)
        if also is not None:
            also(item)

    BoardSource(transport, now_ns=transport.now_ns).run(emit, transport.stop)
    return heard


def insole_link(reads: Sequence[bytes]) -> ScriptedTransport:
    return ScriptedTransport(reads, info_payload())
