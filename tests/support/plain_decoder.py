# SPDX-License-Identifier: Apache-2.0
"""A decoder of the protocol that is not the app's: slow, plain, from PROTOCOL.md alone."""

from __future__ import annotations

import binascii
import struct
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import serial
from cobs import cobs

INFO, ACK, TIME, EVENT, CALIBRATION, SELF_TEST, SAMPLE, COP = 1, 2, 3, 4, 5, 6, 0x10, 0x12
(ASK_INFO, START, STOP, ASK_TIME, TARE, CAL_READ, CAL_WRITE, RATE, ASK_SELF_TEST, LOG_LIST,
 LOG_READ, LOG_ERASE, LOG_START, LOG_STOP, SIDE) = range(0x81, 0x90)
DONE, UNKNOWN, BAD_ARGUMENT, NOT_WRITTEN = 0, 1, 2, 3


def encode(type_: int, seq: int, payload: bytes = b"") -> bytes:
    body = struct.pack("<BH", type_, seq) + payload
    return cobs.encode(body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))) + b"\0"


@dataclass
class Frame:
    type: int
    seq: int
    payload: bytes


@dataclass
class Row:
    index: int
    t_us: int
    boot_id: int
    flags: int
    counts: list[int]
    age: list[int]
    conversion: list[int]

    @classmethod
    def parse(cls, payload: bytes) -> Row:
        counts = [int.from_bytes(payload[11 + 3 * c : 14 + 3 * c], "little", signed=True)
                  for c in range(4)]
        rest = struct.unpack_from("<4H4B", payload, 23)
        return cls(*struct.unpack_from("<IIHB", payload), counts, list(rest[:4]), list(rest[4:]))


@dataclass
class Cop:
    index: int
    t_us: int
    boot_id: int
    flags: int
    x_um: int
    y_um: int
    fz_mn: int
    calibration: int

    @classmethod
    def parse(cls, payload: bytes) -> Cop:
        return cls(*struct.unpack("<IIHBiiiH", payload))


@dataclass
class Info:
    boot_id: int
    reset_cause: int
    geometry_hash: int
    device_id: str
    calibration: int
    features: int

    @classmethod
    def parse(cls, payload: bytes) -> Info:
        boot_id, cause, geometry, length = struct.unpack_from("<HBIB", payload, 16)
        device_id, rest = payload[24 : 24 + length], payload[24 + length :]
        return cls(boot_id, cause, geometry, device_id.decode(), *struct.unpack_from("<HH", rest))


@dataclass
class Event:
    t_us: int
    code: int
    argument: int

    @property
    def what(self) -> tuple[int, int]:
        return self.code, self.argument


class Reader:
    """Reads frames one at a time."""

    def __init__(self, port: str) -> None:
        self.port = serial.Serial(port, 500_000, timeout=0.2)
        self.damaged = self.received = 0
        self._rest = b""
        self._whole: deque[bytes] = deque()
        self._put_back: Frame | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def send(self, type_: int, seq: int, payload: bytes = b"") -> None:
        self.port.write(encode(type_, seq, payload))

    def ask(self, type_: int, seq: int, payload: bytes = b"") -> tuple[int, list[Frame]]:
        """Send a command, again if need be; return its status and what came before its ACK."""
        before = []
        for _ in range(20):
            self.send(type_, seq, payload)
            deadline = time.monotonic() + 0.5
            for frame in self.frames():
                if frame.type == ACK and struct.unpack("<HB", frame.payload[:3]) == (seq, type_):
                    return frame.payload[3], before
                if frame.type not in (SAMPLE, COP):
                    before.append(frame)
                if time.monotonic() > deadline:
                    break
        raise AssertionError(f"no ACK of command 0x{type_:02x}")

    def peek_for(self, *types: int) -> int:
        """Wait for a frame of one of these types; leave it to be read."""
        for frame in self.frames():
            if frame.type in types:
                self._put_back = frame
                return frame.type
        raise AssertionError("nothing of that kind came")

    def frames(self, quiet_s: float = 1.0) -> Iterator[Frame]:
        """Everything that comes, until nothing has for a while."""
        if self._put_back is not None:
            frame, self._put_back = self._put_back, None
            yield frame
        last = time.monotonic()
        while time.monotonic() - last < quiet_s:
            while self._whole:
                plain = self._open(self._whole.popleft())
                if plain is not None:
                    yield Frame(plain[0], struct.unpack_from("<H", plain, 1)[0], plain[3:-2])
            try:
                data = self.port.read(self.port.in_waiting or 1)
            except (serial.SerialException, OSError):
                return
            if data:
                last = time.monotonic()
                self.received += len(data)
            *whole, self._rest = (self._rest + data).split(b"\0")
            self._whole.extend(filter(None, whole))

    def _open(self, stuffed: bytes) -> bytes | None:
        try:
            plain = cobs.decode(stuffed)
        except cobs.DecodeError:
            plain = b""
        if len(plain) < 5 or plain[-2:] != struct.pack("<H", binascii.crc_hqx(plain[:-2], 0xFFFF)):
            self.damaged += 1
            return None
        return plain


class Heard:
    """All that a board has sent, sorted."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.frames = list(frames)
        self.rows = [Row.parse(payload) for payload in self.of(SAMPLE)]
        self.cops = [Cop.parse(payload) for payload in self.of(COP)]
        self.infos = [Info.parse(payload) for payload in self.of(INFO)]
        self.events = [Event(*struct.unpack("<IBH", payload)) for payload in self.of(EVENT)]

    def of(self, type_: int) -> list[bytes]:
        return [frame.payload for frame in self.frames if frame.type == type_]

    @property
    def missing_frames(self) -> int:
        """Holes in the board's own count of frames."""
        seqs = [frame.seq for frame in self.frames]
        return sum((later - earlier - 1) % 65536 for earlier, later in pairwise(seqs))


@dataclass
class Account:
    """Where the conversions of one chip have gone, between the first and the last delivered."""

    delivered: int
    lost: int
    before: int
    after: int


def account(rows: list[Row], made: list[int], channel: int) -> Account:
    """Find each delivered count among those made; fails when one is not there, or out of place.

    A silent channel's count is ignored, as PROTOCOL.md says; `conversion` has to show exactly
    what is missing between two that were delivered.
    """
    place = {count: at for at, count in enumerate(made)}
    assert len(place) == len(made), "counts that are not unique say nothing"
    last: Row | None = None
    first, at, delivered, lost = 0, -1, 0, 0
    for row in rows:
        if row.flags >> 4 + channel & 1:
            continue
        same_boot = last is not None and last.boot_id == row.boot_id
        if same_boot and last is not None and last.conversion[channel] == row.conversion[channel]:
            assert row.counts[channel] == last.counts[channel]
            continue
        assert row.counts[channel] in place, f"wrong: {row}"
        before, at = at, place[row.counts[channel]]
        if same_boot and last is not None:
            step = (row.conversion[channel] - last.conversion[channel]) % 256
            assert at - before == step, f"{at - before} made, {step} counted: {row}"
            lost += step - 1
        elif last is None:
            first = at
        assert at > before
        delivered, last = delivered + 1, row
    return Account(delivered, lost, first, len(made) - 1 - at)
