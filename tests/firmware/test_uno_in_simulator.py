# SPDX-License-Identifier: Apache-2.0
"""The real Uno image against modelled chips, read by a decoder that is not the app's."""

from __future__ import annotations

import binascii
import contextlib
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import serial
from cobs import cobs

INFO, ACK, TIME, EVENT, SAMPLE = 0x01, 0x02, 0x03, 0x04, 0x10


def encode(type_: int, seq: int) -> bytes:
    body = struct.pack("<BH", type_, seq)
    return cobs.encode(body + struct.pack("<H", binascii.crc_hqx(body, 0xFFFF))) + b"\0"


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


class Reader:
    """Reads frames one at a time."""

    def __init__(self, port: str) -> None:
        self.port = serial.Serial(port, 500_000, timeout=0.2)
        self.damaged = 0
        self._rest = b""

    def frames(self, quiet_s: float = 1.0) -> Iterator[tuple[int, int, bytes]]:
        """Everything that comes, until nothing has for a while."""
        last = time.monotonic()
        while time.monotonic() - last < quiet_s:
            try:
                data = self.port.read(self.port.in_waiting or 1)
            except (serial.SerialException, OSError):
                return
            if data:
                last = time.monotonic()
            *frames, self._rest = (self._rest + data).split(b"\0")
            for stuffed in filter(None, frames):
                try:
                    plain = cobs.decode(stuffed)
                except cobs.DecodeError:
                    self.damaged += 1
                    continue
                crc = struct.pack("<H", binascii.crc_hqx(plain[:-2], 0xFFFF))
                if plain[-2:] != crc:
                    self.damaged += 1
                    continue
                yield plain[0], struct.unpack_from("<H", plain, 1)[0], plain[3:-2]


def ramps(path: Path, seconds: float) -> np.ndarray:
    """Four ramps; each count is taken by a conversion at most once, and says which one it was."""
    t_s = np.arange(0, seconds, 0.01)
    counts = np.column_stack([100_000 * t_s, -100_000 * t_s, 50_000 * t_s + 7, 80_000 - 5000 * t_s])
    np.savetxt(path, np.column_stack((t_s, counts)), fmt="%.9g")
    return counts


@pytest.mark.parametrize("ppm", ["500,-700,1000,0", "20000,-15000,10000,-20000"])
def test_every_conversion_of_every_chip_arrives_once_and_exact(
    ppm: str, make_board: Callable, tmp_path: Path
) -> None:
    ramps(tmp_path / "loads.txt", 70)
    with make_board("--input", str(tmp_path / "loads.txt"), "--interpolate", "--wait-host",
                    "--duration", "60", "--ppm", ppm, "--log", str(tmp_path / "log"),
                    speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        rows = [Row.parse(p) for type_, _, p in reader.frames() if type_ == SAMPLE]
        reader.port.close()
        stats = board.wait()

    converted = np.loadtxt(tmp_path / "log")
    assert reader.damaged == 0
    assert len(rows) > 59 * 80
    assert [row.index for row in rows] == list(range(len(rows)))
    assert {row.flags for row in rows} == {0}
    t_us = np.array([row.t_us for row in rows])
    for c in range(4):
        number = np.array([row.conversion[c] for row in rows])
        fresh = np.concatenate(([True], np.diff(number) != 0))
        assert set(np.diff(number[fresh]) % 256) == {1}, "a conversion was lost"
        at_s = (t_us - 4 * np.array([row.age[c] for row in rows]))[fresh] * 1e-6
        value = np.array([row.counts[c] for row in rows])[fresh]
        made = converted[converted[:, 0] == c, 2]
        # Rows begin when every chip has settled; the last conversions may still be on their way.
        skipped = int(number[0]) - 1
        assert skipped <= 2
        assert len(made) - 3 <= skipped + len(value) <= len(made)
        assert value.tolist() == made[skipped : skipped + len(value)].tolist()
        slope, start = ((100_000, 0), (-100_000, 0), (50_000, 7), (-5000, 80_000))[c]
        # Stamped 75 us after the conversion, in steps of 4 us, on a clock that starts with
        # the board's timer; one that falls during a read-out of others is stamped after it.
        late_s = at_s - (value - start) / slope
        assert abs(late_s).max() < 500e-6
        assert np.ptp(late_s) < 130e-6 + 1.2 / abs(slope)
    for chip in stats["chips"]:
        assert (chip["unread"], chip["collisions"]) == (0, 0)
        # One pulse, long enough to power the chip down, is meant: the restart at start-up.
        assert (chip["early_pulses"], chip["power_downs"]) == (1, 1)
        assert chip["sck_high_max_us"] < 2
        assert chip["readout_max_us"] < 150
    assert stats["bytes_dropped"] == 0
    assert stats["resets"] == 0


def test_commands_are_answered_with_their_own_number(make_board: Callable) -> None:
    with make_board("--wait-host", "--duration", "4", speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(b"\x11garbage\0")
        for type_, seq in ((0x81, 11), (0x84, 12), (0x83, 13), (0x82, 14), (0xEE, 15), (0x82, 16)):
            reader.port.write(encode(type_, seq))
        answers = [(type_, p) for type_, _, p in reader.frames() if type_ in (INFO, ACK, TIME)]
        reader.port.close()
    infos = [p for type_, p in answers if type_ == INFO]
    assert len(infos) == 2  # at boot, and on request
    assert infos[0][:2] == b"\x01\x00"
    assert infos[0].endswith(b"plate-hx711-uno")
    acks = [struct.unpack("<HBB", p) for type_, p in answers if type_ == ACK]
    assert acks == [(13, 0x83, 0), (14, 0x82, 0), (15, 0xEE, 1), (16, 0x82, 0)]
    ((seq, received, sent),) = [struct.unpack("<HII", p) for t, p in answers if t == TIME]
    assert seq == 12
    assert 0 < sent - received < 2000


def test_stopped_it_is_still_and_the_index_shows_what_was_not_sent(make_board: Callable) -> None:
    with make_board("--duration", "6", speed=2) as board:
        reader = Reader(board.port)
        time.sleep(0.5)
        reader.port.write(encode(0x83, 1))
        time.sleep(1.0)
        reader.port.write(encode(0x82, 2))
        rows = [Row.parse(p) for type_, _, p in reader.frames(0.5) if type_ == SAMPLE]
        reader.port.close()
    steps = np.diff([row.index for row in rows])
    assert sorted(set(steps))[0] == 1
    assert (steps > 1).sum() == 1
    assert steps.max() == pytest.approx(160, abs=40)


def test_a_chip_that_falls_silent_is_named_and_revived_while_the_others_go_on(
    make_board: Callable, tmp_path: Path
) -> None:
    with make_board("--wait-host", "--duration", "6", "--silence", "2,2.0,4.0", speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        frames = list(reader.frames())
        reader.port.close()
    rows = [Row.parse(p) for type_, _, p in frames if type_ == SAMPLE]
    events = [struct.unpack("<IBH", p) for type_, _, p in frames if type_ == EVENT]
    assert [(code, argument) for _, code, argument in events] == [(1, 2), (2, 2)]
    silent_at, back_at = (t_us * 1e-6 for t_us, _, _ in events)
    assert 2.0 < silent_at < 2.08
    assert 4.0 < back_at < 4.3
    flagged = [row for row in rows if row.flags]
    assert {row.flags for row in flagged} == {0x40}
    # With one chip gone the rest still give about eighty rows a second.
    assert len(flagged) == pytest.approx(80 * (back_at - silent_at), rel=0.05)
    assert [row.index for row in rows] == list(range(len(rows)))


def test_both_ends_of_the_range_are_flagged(make_board: Callable, tmp_path: Path) -> None:
    (tmp_path / "loads.txt").write_text("0 1e9 -1e9 5 -5\n")
    with make_board("--input", str(tmp_path / "loads.txt"), "--wait-host", "--duration", "1",
                    speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        rows = [Row.parse(p) for type_, _, p in reader.frames() if type_ == SAMPLE]
        reader.port.close()
    assert rows[-1].counts == [2**23 - 1, -(2**23), 5, -5]
    assert {row.flags for row in rows} == {0b0011}


def test_every_boot_has_a_number_of_its_own(make_board: Callable, tmp_path: Path) -> None:
    boots = []
    for _ in range(3):
        with make_board("--wait-host", "--duration", "0.5", "--eeprom",
                        str(tmp_path / "eeprom"), speed=0) as board:
            reader = Reader(board.port)
            reader.port.write(encode(0x81, 1))
            payloads = [(t, p) for t, _, p in reader.frames() if t in (INFO, SAMPLE)]
            reader.port.close()
            with contextlib.suppress(FileNotFoundError):
                board.wait()
        info = next(p for t, p in payloads if t == INFO)
        boots.append(struct.unpack_from("<H", info, 16)[0])
        assert {Row.parse(p).boot_id for t, p in payloads if t == SAMPLE} == {boots[-1]}
    assert boots == [1, 2, 3]


def test_a_chip_that_is_left_alone_loses_nothing(make_board: Callable) -> None:
    gone = [option for c in (1, 2, 3) for option in ("--silence", f"{c},2,99")]
    with make_board("--wait-host", "--duration", "6", *gone, speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        rows = [Row.parse(p) for type_, _, p in reader.frames() if type_ == SAMPLE]
        reader.port.close()
    assert rows[-1].flags == 0xE0
    assert [row.index for row in rows] == list(range(len(rows)))
    number = np.array([row.conversion[0] for row in rows])
    assert set(np.diff(number) % 256) == {1}


def test_a_line_that_is_shorted_to_ground_is_named_and_costs_the_others_nothing(
    make_board: Callable,
) -> None:
    with make_board("--wait-host", "--duration", "6", "--short", "3,2", speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        frames = list(reader.frames())
        reader.port.close()
    rows = [Row.parse(p) for type_, _, p in frames if type_ == SAMPLE]
    events = [struct.unpack("<IBH", p)[1:] for type_, _, p in frames if type_ == EVENT]
    assert events in ([(1, 3)], [(4, 3), (1, 3)])
    assert rows[-1].flags == 0x80
    assert [row.index for row in rows] == list(range(len(rows)))
    for c in range(3):
        number = np.array([row.conversion[c] for row in rows])
        assert set(np.diff(number) % 256) <= {0, 1}
        assert (np.diff(number) != 0).sum() > 5.8 * 80


def test_the_watchdog_restarts_a_program_that_hangs(make_board: Callable) -> None:
    with make_board("--wait-host", "--duration", "4", "--hang", "2", speed=0) as board:
        reader = Reader(board.port)
        reader.port.write(encode(0x81, 1))
        frames = list(reader.frames())
        reader.port.close()
        stats = board.wait()
    assert stats["resets"] == 1
    boots = [struct.unpack_from("<HB", p, 16) for type_, _, p in frames if type_ == INFO]
    *_, (first, _), (second, cause) = boots
    assert (second, cause) == (first + 1, 8)
    last_row = [Row.parse(p) for type_, _, p in frames if type_ == SAMPLE][-1]
    assert last_row.boot_id == second
    # Half a second for the watchdog, then rows to the end of the four.
    assert 1.3e6 < last_row.t_us < 1.6e6
