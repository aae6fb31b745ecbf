# SPDX-License-Identifier: Apache-2.0
"""What the real image says and does when a part of the plate fails."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import plain_decoder as plain
import pytest
from plain_decoder import Heard, Reader, Row

SILENT, BACK, READOUT_DROPPED, AT_AN_END, IN_RANGE, GIVEN_UP = 1, 2, 4, 5, 6, 11
POWER_ON, EXTERNAL, BROWN_OUT, WATCHDOG = 1, 2, 4, 8


def suffer(make_board: Callable, seconds: float, *faults: str) -> Heard:
    """Everything a board says while things happen to it, given as "T,words"."""
    planned = [option for fault in faults for option in ("--at", fault)]
    with make_board("--wait-host", "--noise", "40", "--duration", str(seconds), *planned,
                    speed=0) as running, Reader(running.port) as reader:
        reader.send(plain.ASK_INFO, 1)
        return Heard(reader.frames())


def told(heard: Heard) -> list[tuple[int, int]]:
    return [event.what for event in heard.events]


def others_lost_nothing(rows: list[Row], sick: int) -> bool:
    """Whether each conversion of the chips that are well is in a row, within every boot."""
    steps = {
        (later.conversion[c] - earlier.conversion[c]) % 256
        for c in set(range(4)) - {sick}
        for earlier, later in pairwise(rows)
        if earlier.boot_id == later.boot_id
    }
    return {1} <= steps <= {0, 1}


def test_a_chip_that_falls_silent_is_named_and_revived_while_the_others_go_on(
    make_board: Callable,
) -> None:
    heard = suffer(make_board, 6, "2,silent 2", "4,mend 2")
    assert told(heard) == [(SILENT, 2), (BACK, 2)]
    silent_at, back_at = (event.t_us * 1e-6 for event in heard.events)
    assert 2.0 < silent_at < 2.08
    assert 4.0 < back_at < 4.3
    flagged = [row for row in heard.rows if row.flags]
    assert {row.flags for row in flagged} == {0x40}
    # With one chip gone the rest still give about eighty rows a second.
    assert len(flagged) == pytest.approx(80 * (back_at - silent_at), rel=0.05)
    assert [row.index for row in heard.rows] == list(range(len(heard.rows)))
    assert others_lost_nothing(heard.rows, 2)


def test_a_chip_that_is_left_alone_loses_nothing(make_board: Callable) -> None:
    heard = suffer(make_board, 6, "2,silent 1", "2,silent 2", "2,silent 3")
    assert heard.rows[-1].flags == 0xE0
    assert [row.index for row in heard.rows] == list(range(len(heard.rows)))
    number = np.array([row.conversion[0] for row in heard.rows])
    assert set(np.diff(number) % 256) == {1}


def test_a_line_that_is_shorted_to_ground_is_named_and_costs_the_others_nothing(
    make_board: Callable,
) -> None:
    heard = suffer(make_board, 7, "2,short 3", "5,mend 3")
    assert told(heard) in ([(SILENT, 3), (BACK, 3)],
                           [(READOUT_DROPPED, 3), (SILENT, 3), (BACK, 3)])
    assert {row.flags for row in heard.rows if 2_100_000 < row.t_us < 4_900_000} == {0x80}
    assert heard.rows[-1].flags == 0
    assert [row.index for row in heard.rows] == list(range(len(heard.rows)))
    assert others_lost_nothing(heard.rows, 3)


@pytest.mark.parametrize(("how", "count"), [("high", 2**23 - 1), ("low", -(2**23))])
def test_an_open_wire_is_told_from_a_push_by_how_long_it_lasts(
    how: str, count: int, make_board: Callable
) -> None:
    heard = suffer(make_board, 8, f"1,open 0 {how}", "1.8,mend 0",  # a knock
                   f"3,open 1 {how}", "6,mend 1")
    assert told(heard) == [(AT_AN_END, 1), (IN_RANGE, 1)]
    ended, mended = (event.t_us * 1e-6 for event in heard.events)
    assert 4.0 < ended < 4.1
    assert 6.0 < mended < 6.1
    assert {row.counts[1] for row in heard.rows if row.flags & 0x02} == {count}
    # The restart takes the channel out for a moment, as the flag of silence says.
    assert {row.flags for row in heard.rows} == {0, 0x01, 0x02, 0x22}
    assert heard.rows[-1].flags == 0
    assert others_lost_nothing(heard.rows, 1)


def test_a_wire_that_floats_shows_in_the_counts_and_stops_nothing(make_board: Callable) -> None:
    heard = suffer(make_board, 6, "2,open 2 floating", "4,mend 2")
    floating = [row.counts[2] for row in heard.rows if 2_000_000 < row.t_us < 3_900_000]
    assert np.std(floating) > 500_000
    assert np.std([row.counts[2] for row in heard.rows if row.t_us > 4_100_000]) < 80
    assert others_lost_nothing(heard.rows, 2)


def test_a_chip_dead_for_eight_seconds_gets_one_restart_of_all_then_is_given_up(
    make_board: Callable,
) -> None:
    heard = suffer(make_board, 60, "2,silent 1")
    assert told(heard) == [(SILENT, 1), (SILENT, 1), (GIVEN_UP, 1)]
    *_, before, after = heard.infos
    assert (after.boot_id, after.reset_cause) == (before.boot_id + 1, WATCHDOG)
    assert after.boot_id == 2  # one restart, and no other for the rest of the minute
    first = [row for row in heard.rows if row.boot_id == 1]
    second = [row for row in heard.rows if row.boot_id == 2]
    assert 10.0 < first[-1].t_us * 1e-6 < 10.6  # the others go on until the watchdog bites
    assert heard.events[-1].t_us * 1e-6 == pytest.approx(8.1, abs=0.1)
    assert second[-1].t_us * 1e-6 > 49
    assert {row.flags for row in second} == {0x20}
    assert others_lost_nothing(heard.rows, 1)


def test_a_chip_gets_one_restart_of_all_though_it_cured_it_for_a_while(
    make_board: Callable,
) -> None:
    """A chip that comes and goes must not restart the others for ever."""
    heard = suffer(make_board, 40, "2,silent 1", "10.4,mend 1", "15,silent 1", "30,mend 1")
    assert told(heard) == [(SILENT, 1), (BACK, 1), (SILENT, 1), (GIVEN_UP, 1), (BACK, 1)]
    assert [info.reset_cause for info in heard.infos][-2:] == [POWER_ON, WATCHDOG]
    assert heard.rows[-1].flags == 0


def test_a_chip_that_was_given_up_is_welcome_when_it_comes_back(make_board: Callable) -> None:
    heard = suffer(make_board, 34, "1,silent 3", "30,mend 3")
    assert told(heard) == [(SILENT, 3), (SILENT, 3), (GIVEN_UP, 3), (BACK, 3)]
    assert heard.rows[-1].flags == 0


@pytest.mark.parametrize(
    ("words", "cause"), [("reset", EXTERNAL), ("powercut", POWER_ON), ("brownout", BROWN_OUT)]
)
def test_a_reset_or_power_gives_every_chip_another_chance(
    words: str, cause: int, make_board: Callable
) -> None:
    heard = suffer(make_board, 40, "1,silent 0", f"25,{words}")
    causes = [info.reset_cause for info in heard.infos]
    assert causes[-3:] == [WATCHDOG, cause, WATCHDOG]
    assert told(heard) == [(SILENT, 0), (SILENT, 0), (GIVEN_UP, 0), (SILENT, 0), (SILENT, 0)]


def test_with_no_chip_left_it_is_idle_but_answers(make_board: Callable) -> None:
    faults = [option for c in range(4) for option in ("--at", f"1,silent {c}")]
    with make_board("--duration", "200", *faults, speed=20) as running, \
            Reader(running.port) as reader:
        given_up = 0
        for frame in reader.frames(quiet_s=3):
            given_up += frame.type == plain.EVENT and frame.payload[4] == GIVEN_UP
            if given_up == 4:
                break
        assert given_up == 4
        assert reader.ask(plain.ASK_INFO, 5)[0] == 0
        assert all(f.type != plain.SAMPLE for f in reader.frames(quiet_s=0.3))


@pytest.mark.parametrize(
    ("words", "cause", "pause_s"),
    [("hang", WATCHDOG, 0.55), ("reset", EXTERNAL, 0.05), ("brownout", BROWN_OUT, 0.05),
     ("powercut", POWER_ON, 0.05)],
)
def test_whatever_restarts_the_board_it_says_so_and_streams_again(
    words: str, cause: int, pause_s: float, make_board: Callable
) -> None:
    heard = suffer(make_board, 4, f"2,{words}")
    assert (heard.infos[-1].boot_id, heard.infos[-1].reset_cause) == (2, cause)
    assert told(heard) == []
    first = [row for row in heard.rows if row.boot_id == 1]
    second = [row for row in heard.rows if row.boot_id == 2]
    assert first[-1].t_us * 1e-6 == pytest.approx(2, abs=0.03)
    assert [row.index for row in second] == list(range(len(second)))
    # The chips settle within a tenth of a second; then rows to the end of the four.
    assert len(second) == pytest.approx(80 * (2 - pause_s - 0.1), abs=6)
