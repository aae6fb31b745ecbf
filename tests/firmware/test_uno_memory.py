# SPDX-License-Identifier: Apache-2.0
"""What the board keeps in its EEPROM outlasts a loss of power at any byte of any write."""

from __future__ import annotations

import binascii
import random
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, pairwise
from pathlib import Path

import board
import numpy as np
import plain_decoder as plain
import pytest
from plain_decoder import DONE, Event, Heard, Info, Reader

CALIBRATION_DAMAGED, BOOTS_DAMAGED = (7, 1), (7, 3)
POWER_ON, EXTERNAL = 1, 2


@contextmanager
def tamed_board(make_board: Callable, folder: Path) -> Iterator[tuple[Reader, board.Live]]:
    """Run a board as fast as it goes, with somebody who can cut its power."""
    path = folder / "live"
    with make_board("--live", str(path), speed=0) as running, Reader(running.port) as reader, \
            board.Live(str(path)) as live:
        reader.ask(plain.STOP, 0)
        yield reader, live


def next_boot(reader: Reader) -> tuple[Info, list[tuple[int, int]]]:
    """INFO of the next boot, and the events that came before its first row."""
    info, events = None, []
    for frame in reader.frames():
        if frame.type == plain.INFO:
            info = Info.parse(frame.payload)
        elif info and frame.type == plain.EVENT:
            events.append(Event(*struct.unpack("<IBH", frame.payload)).what)
        elif info and frame.type == plain.SAMPLE:
            reader.ask(plain.STOP, 0)
            return info, events
    raise AssertionError("it never started again")


def stored(reader: Reader, seq: int) -> tuple[int, bytes]:
    _, (record,) = reader.ask(plain.CAL_READ, seq)
    return struct.unpack_from("<I", record.payload)[0], record.payload[4:]


def test_a_calibration_survives_a_loss_of_power_at_every_byte_of_a_write(
    make_board: Callable, tmp_path: Path
) -> None:
    chance = random.Random(3)
    outcomes = {"old": 0, "new": 0, "damaged": 0}
    with tamed_board(make_board, tmp_path) as (reader, live):
        for seq in (1, 2):  # both slots hold one
            old = chance.randbytes(52)
            assert reader.ask(plain.CAL_WRITE, seq, old)[0] == DONE
        for k in count(1):
            new = chance.randbytes(52)
            assert live.say(f"tear {k}")
            reader.send(plain.CAL_WRITE, 100 + k, new)
            answer = reader.peek_for(plain.ACK, plain.INFO)
            if answer == plain.ACK:  # the write has fewer bytes than k
                break
            info, events = next_boot(reader)
            counter, found = stored(reader, 200 + k)
            assert found in (old, new), f"neither, after a cut at byte {k}"
            assert counter >= 2
            assert info.reset_cause == POWER_ON
            assert info.calibration == binascii.crc_hqx(found, 0xFFFF)
            damaged = CALIBRATION_DAMAGED in events
            # An older record can only be all that is left when the other slot is damaged, unless
            # its magic, the first byte of the write, came out as it was before.
            assert damaged or found == new or k == 1
            outcomes["old" if found == old else "new"] += 1
            outcomes["damaged"] += damaged
            old = found
    assert k > 50
    assert outcomes["new"] <= 1  # the last byte alone, the magic, can make it whole
    assert outcomes["old"] > 45
    assert outcomes["damaged"] > 45


def test_boots_keep_their_numbers_through_a_loss_of_power_at_every_byte_of_the_count(
    make_board: Callable, tmp_path: Path
) -> None:
    boots, damaged = [], 0
    with tamed_board(make_board, tmp_path) as (reader, live):
        for k in range(1, 12):
            assert live.say(f"tear {k}")
            assert live.say("reset")
            info, events = next_boot(reader)
            boots.append(info.boot_id)
            if info.reset_cause == POWER_ON:
                damaged += BOOTS_DAMAGED in events
            else:  # fewer bytes than k differed, and were written
                assert (info.reset_cause, events) == (EXTERNAL, [])
                assert live.say("tear 1000000")
    assert all(later > earlier for earlier, later in pairwise(boots))
    assert damaged >= 3


def test_the_same_calibration_again_is_not_written_again(
    make_board: Callable, tmp_path: Path
) -> None:
    """As when the answer to the first was lost."""
    calibration = bytes(range(52))
    with tamed_board(make_board, tmp_path) as (reader, _):
        for seq in range(5):
            assert reader.ask(plain.CAL_WRITE, seq, calibration)[0] == DONE
        assert stored(reader, 9) == (1, calibration)


def test_rows_go_on_while_a_calibration_is_written(make_board: Callable, tmp_path: Path) -> None:
    with make_board("--noise", "40", speed=2) as running, Reader(running.port) as reader:
        reader.ask(plain.ASK_INFO, 0)
        frames = []
        reader.send(plain.CAL_WRITE, 1, bytes(range(100, 152)))
        for frame in reader.frames():
            frames.append(frame)
            if frame.type == plain.ACK:
                break
        rows = Heard(frames).rows
    assert frames[-1].payload[3] == DONE
    assert rows[-1].t_us - rows[0].t_us > 150_000  # 3.4 ms a byte
    for c in range(4):
        number = [row.conversion[c] for row in rows]
        assert set(np.diff(number) % 256) <= {0, 1}
    assert set(np.diff([row.index for row in rows])) == {1}


def test_every_boot_has_a_number_of_its_own(make_board: Callable, tmp_path: Path) -> None:
    boots = []
    for _ in range(3):
        with make_board("--wait-host", "--duration", "0.5", "--eeprom",
                        str(tmp_path / "eeprom"), speed=0) as running, \
                Reader(running.port) as reader:
            reader.send(plain.ASK_INFO, 1)
            heard = Heard(reader.frames())
            running.wait()
        boots.append(heard.infos[0].boot_id)
        assert {row.boot_id for row in heard.rows} == {boots[-1]}
    assert boots == [1, 2, 3]


@pytest.mark.parametrize("words", ["reset", "powercut", "brownout"])
def test_a_calibration_outlasts_what_restarts_the_board(
    words: str, make_board: Callable, tmp_path: Path
) -> None:
    calibration = bytes(range(7, 59))
    with tamed_board(make_board, tmp_path) as (reader, live):
        assert reader.ask(plain.CAL_WRITE, 1, calibration)[0] == DONE
        assert live.say(words)
        info, events = next_boot(reader)
        assert events == []
        assert info.reset_cause == {"reset": 2, "powercut": 1, "brownout": 4}[words]
        assert stored(reader, 2) == (1, calibration)
