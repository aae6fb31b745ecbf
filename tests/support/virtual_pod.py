# SPDX-License-Identifier: Apache-2.0
"""A pod's memory packed by hand, and a pod that answers for it."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable, Sequence

import numpy as np
from cobs import cobs

from solemetry.device import DeviceDescription
from solemetry_host.wire.records import Type, encode

INSOLE = DeviceDescription.builtin("insole-16-esp32s3")
CELLS = 16


def info_payload(
    *, side: int = 1, geometry: int | None = None, rate_hz: float = 100, name: str = INSOLE.id
) -> bytes:
    geometry = INSOLE.geometry_hash if geometry is None else geometry
    head = struct.pack(
        "<BBBBBBBBBBHIHBI", 1, 0, 0, 1, 0, 2, 3, 3, CELLS, 12, 0, round(rate_hz * 1000), 5, 1,
        geometry,
    )  # fmt: skip
    tail = struct.pack("<HHBHB", 0, 2 | 4 | 8 | 16, 16, 2000, side)
    return head + bytes([len(name)]) + name.encode() + tail


def rows_payload(
    index: int, t_us: int, cells: np.ndarray, imu: np.ndarray | None, *, flags: int = 0,
    boot_id: int = 5, period_us: int = 10_000,
) -> bytes:
    """A ROWS payload, its codes as one long number of 12-bit digits."""
    rows, channels = cells.shape
    head = struct.pack(
        "<IIHHBBB", index % 2**32, t_us % 2**32, period_us, boot_id,
        flags | (imu is not None), channels, rows,
    )  # fmt: skip
    packed = b""
    for row in cells.tolist():
        digits = sum(code << 12 * c for c, code in enumerate(row))
        packed += digits.to_bytes(-(-channels * 12 // 8), "little")
    return head + packed + (b"" if imu is None else imu.astype("<i2").tobytes())


def block(kind: int, epoch: int, run: int, number: int, payload: bytes = b"") -> bytes:
    body = struct.pack("<HBBIHIH", 0x4D53, 1, kind, epoch, run, number, len(payload)) + payload
    body = body.ljust(510, b"\0")
    return body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))


def superblock(epoch: int) -> bytes:
    body = (b"SML\1" + struct.pack("<I", epoch)).ljust(510, b"\0")
    return body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))


class Recorded:
    """What a foot did during a run: the truth that a session is compared with."""

    def __init__(self, rows: int = 240, *, first_index: int = 900, t0_us: int = 3_000_000,
                 seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.cells = rng.integers(372, 4096, (rows, CELLS))
        self.imu = rng.integers(-3000, 3000, (rows, 6))
        self.index = first_index + np.arange(rows)
        self.t_us = t0_us + 10_000 * np.arange(rows)

    def run(
        self, *, epoch: int = 3, run: int = 7, utc_s: int = 1_750_000_000, ended: bool = True,
        rows_a_block: int = 13, info: bytes | None = None,
        flags: Callable[[int], int] = lambda row: 0,
    ) -> list[bytes]:  # fmt: skip
        """Blocks of the run, 13 rows of 24 + 12 bytes to each."""
        start = struct.pack("<I", utc_s) + (info_payload() if info is None else info)
        blocks = [block(1, epoch, run, 0, start)]
        for at in range(0, len(self.index), rows_a_block):
            part = slice(at, at + rows_a_block)
            payload = rows_payload(
                int(self.index[at]), int(self.t_us[at]), self.cells[part], self.imu[part],
                flags=flags(at),
            )
            blocks.append(block(2, epoch, run, len(blocks), payload))
        if ended:
            blocks.append(block(3, epoch, run, len(blocks)))
        return blocks


def memory(runs: Sequence[list[bytes]], epoch: int = 3, blocks: int = 256) -> bytearray:
    """Image of a memory: superblocks at 0 and 8, the runs from 16 on."""
    image = bytearray(512 * blocks)
    image[:512] = superblock(epoch - 1)
    image[8 * 512 : 9 * 512] = superblock(epoch)
    content = b"".join(data for run in runs for data in run)
    image[16 * 512 : 16 * 512 + len(content)] = content
    return image


class VirtualPod:
    """A pod at rest: says who it is, tells its runs, sends and erases their blocks."""

    def __init__(self, runs: Sequence[list[bytes]], epoch: int = 3) -> None:
        self.epoch = epoch
        self.runs = {struct.unpack_from("<H", run[0], 8)[0]: run for run in runs}
        self.lose: Callable[[int, bytes], bool] = lambda type_, payload: False
        """Says which frames to the host are lost on their way."""
        self.asked: list[tuple[int, int]] = []
        """First block and count of each LOG_READ."""
        self.stream: Recorded | None = None
        """What it sends live after START, in records of three rows; nothing when None."""
        self._streaming = False
        self._streamed = 0
        self._seq = 0
        self._inbox = b""
        self._outbox = b""

    def receive(self, data: bytes) -> None:
        *frames, self._inbox = (self._inbox + data).split(b"\0")
        for frame in filter(None, frames):
            plain = cobs.decode(frame)
            self._obey(plain[0], int.from_bytes(plain[1:3], "little"), plain[3:-2])

    def live(self, records: int) -> None:
        """Let so many records' worth of time pass."""
        truth = self.stream
        if truth is None or not self._streaming:
            return
        for _ in range(records):
            part = slice(self._streamed, self._streamed + 3)
            if part.stop > len(truth.index):
                return
            self._streamed += 3
            self._put(Type.ROWS, rows_payload(
                int(truth.index[part][0]), int(truth.t_us[part][0]),
                truth.cells[part], truth.imu[part],
            ))  # fmt: skip

    def advance(self, until_s: float) -> bytes:
        """Nothing changes with time; what was asked for is sent."""
        return self.send()

    def send(self) -> bytes:
        sent, self._outbox = self._outbox, b""
        return sent

    def _obey(self, command: int, seq: int, payload: bytes) -> None:
        status, trailing = 0, b""
        if command == Type.COMMAND_INFO:
            self._put(Type.INFO, info_payload())
        elif command == Type.COMMAND_LOG_LIST:
            for number in sorted(self.runs, reverse=True):
                run = self.runs[number]
                state = 1 if run[-1][3] == 3 else 2
                utc_s = struct.unpack_from("<I", run[0], 16)[0]
                self._put(Type.LOG_RUN,
                          struct.pack("<IHIIB", self.epoch, number, len(run), utc_s, state))
            trailing = struct.pack("<I", self.epoch)
        elif command == Type.COMMAND_LOG_READ:
            number, first, count = struct.unpack_from("<HIH", payload)
            self.asked.append((first, count))
            for at in range(first, min(first + count, len(self.runs[number]))):
                for offset in range(0, 512, 200):
                    piece = self.runs[number][at][offset : offset + 200]
                    self._put(Type.LOG_DATA, struct.pack("<HIH", number, at, offset) + piece)
        elif command == Type.COMMAND_LOG_ERASE:
            if struct.unpack_from("<I", payload)[0] == self.epoch:
                self.runs, self.epoch = {}, self.epoch + 1
        elif command in (Type.COMMAND_START, Type.COMMAND_STOP):
            self._streaming = command == Type.COMMAND_START
        else:
            status = 1
        self._put(Type.ACK, struct.pack("<HBB", seq, command, status) + trailing)

    def _put(self, type_: int, payload: bytes) -> None:
        self._seq += 1
        if not self.lose(type_, payload):
            self._outbox += encode(type_, self._seq, payload)


class PodTransport:
    """A transport to a virtual pod, on a clock of its own that each read moves on."""

    def __init__(self, pod: VirtualPod) -> None:
        self.name = "virtual pod"
        self.rates: tuple[int, ...] = ()
        self.pod = pod
        self.now_s = 10.0

    def now_ns(self) -> int:
        return round(self.now_s * 1e9)

    def open(self) -> None: ...

    def use_rate(self, rate: int) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        self.pod.receive(data)

    def read(self) -> bytes:
        self.now_s += 0.03
        self.pod.live(1)
        return self.pod.send()
