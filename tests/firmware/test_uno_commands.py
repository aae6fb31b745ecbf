# SPDX-License-Identifier: Apache-2.0
"""Every command of a plate, to the real image, by a host that is not the app."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import board
import numpy as np
import plain_decoder as plain
import pytest
from plain_decoder import BAD_ARGUMENT, DONE, SAMPLE, UNKNOWN, Cop, Heard, Info, Reader, Row

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure

CALIBRATION = struct.pack("<I12i", 1_700_000_000, *(
    value for gain, x_um, y_um in (
        (3_900_000, -209_500, 160_200), (3_800_000, 210_400, 159_900),
        (3_700_000, -210_100, -160_300), (3_850_000, 209_900, -159_700),
    ) for value in (gain, x_um, y_um)
))


@pytest.fixture
def reader(make_board: Callable) -> Iterator[Reader]:
    with make_board("--noise", "40", speed=3) as running, Reader(running.port) as reader:
        reader.ask(plain.ASK_INFO, 0)
        yield reader


def hear_both_streams(reader: Reader) -> Heard:
    """Everything until the board's end; samples and COP from soon after its start on."""
    reader.send(plain.ASK_INFO, 0)  # the board waits for a byte, but its port is not open yet
    frames = []
    for frame in reader.frames():
        frames.append(frame)
        if frame.type == plain.INFO:
            reader.send(plain.START, 1, b"\x03")
    return Heard(frames)


def test_info_says_what_the_board_is(reader: Reader) -> None:
    status, (answer,) = reader.ask(plain.ASK_INFO, 11)
    assert (status, answer.type) == (DONE, plain.INFO)
    assert answer.payload[:5] == b"\x01\x00\x00\x01\x00"
    assert answer.payload[5:10] == bytes([1, 1, 1, 4, 24])
    assert struct.unpack_from("<HI", answer.payload, 10) == (128, 80_000)
    info = Info.parse(answer.payload)
    assert (info.device_id, info.geometry_hash) == (board.PLATE.id, board.PLATE.geometry_hash)
    assert info.calibration == 0
    assert info.features == 0b10_0001
    assert answer.payload[-4:] == bytes(4)  # no IMU, no side


@pytest.mark.parametrize(("fuse", "on"), [("0xFD", True), ("0xFC", True), ("0xFF", False)])
def test_info_says_whether_the_brown_out_detector_is_on(
    fuse: str, on: bool, make_board: Callable
) -> None:
    with make_board("--fuse", fuse, speed=0) as running, Reader(running.port) as reader:
        _, (answer, *_) = reader.ask(plain.ASK_INFO, 1)
    assert bool(Info.parse(answer.payload).features & 0x20) is on


def test_every_command_may_come_twice_and_is_answered_twice(reader: Reader) -> None:
    """As when the first answer was lost; each with its own number, in its own order."""
    cases = [
        (plain.ASK_INFO, b"", [plain.INFO]), (plain.STOP, b"", []), (plain.START, b"", []),
        (plain.START, b"\x02", []), (plain.START, b"\x03", []), (plain.TARE, b"", []),
        (plain.CAL_READ, b"", [plain.CALIBRATION]), (plain.CAL_WRITE, CALIBRATION, []),
        (plain.RATE, struct.pack("<I", 80_000), [plain.INFO]),
        (plain.RATE, struct.pack("<IB", 80_000, 1), [plain.INFO]),
        (plain.ASK_SELF_TEST, b"", []),
    ]
    for seq, (command, payload, expected) in enumerate(cases):
        for again in (0, 1000):
            status, before = reader.ask(command, seq + again, payload)
            assert status == DONE
            found = [frame.type for frame in before if frame.type != plain.SELF_TEST]
            assert found == expected


@pytest.mark.parametrize(
    ("command", "payload", "status"),
    [
        (plain.START, b"\x04", BAD_ARGUMENT),
        (plain.CAL_WRITE, b"", BAD_ARGUMENT),
        (plain.CAL_WRITE, CALIBRATION[:-1], BAD_ARGUMENT),
        (plain.RATE, b"", BAD_ARGUMENT),
        (plain.RATE, struct.pack("<I", 10_000), BAD_ARGUMENT),
        (plain.LOG_LIST, b"", UNKNOWN), (plain.LOG_READ, b"", UNKNOWN),
        (plain.LOG_ERASE, b"", UNKNOWN), (plain.LOG_START, b"", UNKNOWN),
        (plain.LOG_STOP, b"", UNKNOWN), (plain.SIDE, b"\x01", UNKNOWN),
        (0x80, b"", UNKNOWN), (0x90, b"abc", UNKNOWN), (0xFF, b"", UNKNOWN), (0x01, b"", UNKNOWN),
        (plain.STOP, b"what a newer host may add", DONE),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_status(
    command: int, payload: bytes, status: int, reader: Reader
) -> None:
    for seq in (7, 8):
        assert reader.ask(command, seq, payload) == (status, [])
    assert reader.ask(plain.CAL_READ, 9)[1][0].payload[:4] == bytes(4)


def test_time_is_answered_by_its_record_alone(reader: Reader) -> None:
    stamps = []
    for seq in (21, 22):
        reader.send(plain.ASK_TIME, seq)
        answer = next(f for f in reader.frames() if f.type not in (SAMPLE, plain.ACK))
        assert answer.type == plain.TIME
        answered, received_us, sent_us = struct.unpack("<HII", answer.payload)
        assert answered == seq
        assert 0 <= sent_us - received_us < 2000
        stamps.append(received_us)
    assert stamps[0] < stamps[1]


def test_garbage_before_a_command_is_dropped(reader: Reader) -> None:
    reader.port.write(b"\x11garbage\0" + bytes(range(1, 200)) + b"\0")
    time.sleep(0.1)
    assert reader.ask(plain.STOP, 5)[0] == DONE


def test_a_host_that_floods_the_link_costs_no_sample(make_board: Callable) -> None:
    with make_board("--duration", "20", "--wait-host", speed=0) as running, \
            Reader(running.port) as reader:
        reader.send(plain.START, 1, b"\x03")
        frames = []
        for number, frame in enumerate(reader.frames()):
            frames.append(frame)
            if number < 3000:
                reader.port.write(plain.encode(plain.ASK_INFO, number & 0xFFFF) * 3)
        heard = Heard(frames)
    assert len(heard.of(plain.ACK)) > 500
    assert heard.missing_frames == 0
    assert [row.index for row in heard.rows] == list(range(len(heard.rows)))
    for c in range(4):
        number = [row.conversion[c] for row in heard.rows]
        assert set(np.diff(number) % 256) <= {0, 1}


def test_frames_that_the_link_has_no_room_for_are_counted_exactly(make_board: Callable) -> None:
    """Both streams take 59 kbit/s, and this image's link has 30000 baud."""
    with make_board("--duration", "12", "--wait-host", speed=0, image=board.SLOW_LINK) as running, \
            Reader(running.port) as reader:
        heard = hear_both_streams(reader)
    last = max(i for i, f in enumerate(heard.frames)
               if f.type == plain.EVENT and f.payload[4] == 3)
    until_then = Heard(heard.frames[: last + 1])
    assert sum(event.argument for event in until_then.events if event.code == 3) > 100
    assert {event.code for event in until_then.events} == {3}
    # A frame that was dropped between the count and the event's own is in the next event.
    counted = sum(event.argument for event in until_then.events if event.code == 3)
    assert until_then.missing_frames == counted
    # Rows keep their index: what was not sent shows there too.
    assert until_then.rows[-1].index + 1 > len(until_then.rows)


def self_test(reader: Reader) -> list[tuple[int, int, int]]:
    reader.ask(plain.ASK_SELF_TEST, 31)
    for frame in reader.frames():
        if frame.type == plain.SELF_TEST:
            assert struct.unpack_from("<HB", frame.payload) == (31, 4)
            parts = [frame.payload[3 + 6 * c : 9 + 6 * c] for c in range(4)]
            return [(p[0], int.from_bytes(p[1:4], "little", signed=True),
                     int.from_bytes(p[4:], "little")) for p in parts]
    raise AssertionError("the self-test never ended")


def test_the_self_test_finds_nothing_on_a_plate_that_is_well(reader: Reader) -> None:
    for status, mean, spread in self_test(reader):
        assert status == 0
        assert abs(mean) < 40
        assert 80 < spread < 320  # 32 looks at a standard deviation of 40


def test_the_self_test_tells_faults_apart(make_board: Callable) -> None:
    faults = ("silent 0", "open 1 high", "open 2 floating")
    options = [option for fault in faults for option in ("--at", f"0.5,{fault}")]
    with make_board(*options, speed=3) as running, Reader(running.port) as reader:
        for frame in reader.frames():
            if frame.type == SAMPLE and Row.parse(frame.payload).t_us > 800_000:
                break
        silent, high, floating, stuck = self_test(reader)
    assert silent == (1, 0, 0)
    assert high == (2, 2**23 - 1, 0)
    assert floating[0] in (2, 5)  # what floats may also touch an end
    assert floating[2] > 10_000
    assert stuck == (3, 0, 0)  # without noise every look is the same


# ---- COP ------------------------------------------------------------------------------------


def heard_of_a_circle(make_board: Callable, folder: Path, *options: str) -> Heard:
    t_s = np.arange(0, 12, 0.01)
    turn = 2 * np.pi * 0.2 * t_s
    cop_mm = np.column_stack([80 * np.cos(turn), 60 * np.sin(turn)])
    board.write_loads(folder / "loads.txt", t_s, np.full(len(t_s), 700.0), cop_mm)
    with make_board("--input", str(folder / "loads.txt"), "--interpolate", "--noise", "40",
                    "--wait-host", "--duration", "10", *options, speed=0) as running, \
            Reader(running.port) as reader:
        return hear_both_streams(reader)


def test_the_cop_record_is_that_of_the_host_within_rounding(
    make_board: Callable, tmp_path: Path
) -> None:
    heard = heard_of_a_circle(make_board, tmp_path)
    rows = {row.index: row for row in heard.rows}
    assert len(heard.cops) > 5 * 80
    forces = Calibration.nominal(board.PLATE).forces(
        np.array([rows[cop.index].counts for cop in heard.cops])
    )
    expected_um = center_of_pressure(forces, board.PLATE.layout.xy_mm) * 1000
    given_um = np.array([[cop.x_um, cop.y_um] for cop in heard.cops])
    # Each of four forces is rounded to 1 mN, which at 210 mm of 700 N is 0.3 um.
    assert abs(given_um - expected_um).max() < 2
    assert abs(np.array([cop.fz_mn for cop in heard.cops]) - 1000 * forces.sum(axis=1)).max() < 3
    assert {cop.flags for cop in heard.cops} == {8 | 16}  # not tared, nominal
    for cop in heard.cops:
        assert (cop.t_us, cop.boot_id) == (rows[cop.index].t_us, rows[cop.index].boot_id)


def test_tare_moves_the_zero_of_the_cop_record_and_nothing_else(make_board: Callable) -> None:
    on_it = [10_000, 20_000, 30_000, 40_000]
    with make_board("--noise", "40", "--at", f"0.1,{' '.join(map(str, on_it))}", speed=3) \
            as running, Reader(running.port) as reader:
        reader.ask(plain.START, 1, b"\x03")
        reader.ask(plain.TARE, 2)
        frames = []
        for frame in reader.frames():
            frames.append(frame)
            if frame.type == plain.COP and not Cop.parse(frame.payload).flags & 8:
                break
        heard = Heard(frames)
    tared = heard.cops[-1]
    assert abs(tared.fz_mn) < 100
    assert tared.flags == 1 | 16  # empty now: no position
    assert tared.x_um == tared.y_um == -(2**31)
    assert heard.cops[0].flags & 8
    assert heard.cops[0].fz_mn > 10_000
    # As many rows as the zero is of, and the raw counts know nothing of it.
    assert 60 <= len([cop for cop in heard.cops if cop.flags & 8]) <= 66
    assert np.mean([row.counts for row in heard.rows], axis=0) == pytest.approx(on_it, abs=30)


def test_a_stored_calibration_is_what_the_cop_record_uses(reader: Reader) -> None:
    assert reader.ask(plain.CAL_WRITE, 1, CALIBRATION)[0] == DONE
    _, (record,) = reader.ask(plain.CAL_READ, 2)
    assert record.payload == struct.pack("<I", 1) + CALIBRATION
    _, (info,) = reader.ask(plain.ASK_INFO, 3)
    crc = plain.binascii.crc_hqx(CALIBRATION, 0xFFFF)
    assert Info.parse(info.payload).calibration == crc
    reader.ask(plain.START, 4, b"\x02")
    cop = next(Cop.parse(f.payload) for f in reader.frames() if f.type == plain.COP)
    assert (cop.calibration, cop.flags & 16) == (crc, 0)
