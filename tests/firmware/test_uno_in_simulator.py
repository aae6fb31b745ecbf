# SPDX-License-Identifier: Apache-2.0
"""The real Uno image against modelled chips, read by a decoder that is not the app's."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import board
import numpy as np
import pytest
from plain_decoder import ASK_INFO, SAMPLE, START, STOP, Heard, Reader, Row, account


def run_on_ramps(make_board: Callable, folder: Path, seconds: float, *options: str) -> tuple:
    """Let the board run on ramps; return what was heard, what was converted, the statistics."""
    board.write_ramps(folder / "loads.txt", seconds + 1)
    with make_board("--input", str(folder / "loads.txt"), "--interpolate", "--wait-host",
                    "--duration", str(seconds), "--log", str(folder / "log"), *options,
                    speed=0) as running, Reader(running.port) as reader:
        reader.send(ASK_INFO, 1)
        heard = Heard(reader.frames())
        stats = running.wait()
    assert reader.damaged == 0
    assert reader.received == stats["bytes_out"]
    return heard, board.read_log(folder / "log"), stats


def counts_of(log: np.ndarray, channel: int) -> list[int]:
    made: list[int] = log[log[:, 0] == channel, 2].astype(int).tolist()
    return made


@pytest.mark.parametrize(
    ("ppm", "seconds"),
    [("500,-700,1000,0", 600), ("20000,-15000,10000,-20000", 60)],
    ids=["ten minutes", "far apart"],
)
def test_every_conversion_of_every_chip_arrives_once_and_exact(
    ppm: str, seconds: float, make_board: Callable, tmp_path: Path
) -> None:
    heard, log, stats = run_on_ramps(make_board, tmp_path, seconds, "--ppm", ppm)
    rows = heard.rows
    assert len(rows) > 0.99 * seconds * 80
    assert [row.index for row in rows] == list(range(len(rows)))
    assert {row.flags for row in rows} == {0}
    assert (heard.events, heard.missing_frames) == ([], 0)
    t_us = np.array([row.t_us for row in rows])
    for c in range(4):
        found = account(rows, counts_of(log, c), c)
        # Rows begin when every chip has settled; the last conversions may still be on their way.
        assert (found.lost, found.before <= 2, found.after <= 2) == (0, True, True)
        assert found.delivered > 0.99 * seconds * 80 * 0.98
        # Stamped 75 us after the conversion, in steps of 4 us, on a clock that starts with
        # the board's timer; one that falls during a read-out of others is stamped after it.
        at_s = (t_us - 4 * np.array([row.age[c] for row in rows])) * 1e-6
        slope, start = board.RAMPS[c]
        late_s = at_s - (np.array([row.counts[c] for row in rows]) - start) / slope
        assert abs(late_s).max() < 500e-6
        assert np.ptp(late_s) < 160e-6 + 1.2 / abs(slope)
    for chip in stats["chips"]:
        assert (chip["unread"], chip["collisions"]) == (0, 0)
        # One pulse, long enough to power the chip down, is meant: the restart at start-up.
        assert (chip["early_pulses"], chip["power_downs"]) == (1, 1)
        assert chip["sck_high_max_us"] < 2
        assert chip["readout_max_us"] < 150
    assert (stats["bytes_dropped"], stats["resets"]) == (0, 0)


def test_a_program_that_stalls_loses_only_what_its_counters_say(
    make_board: Callable, tmp_path: Path
) -> None:
    lengths_ms = np.random.default_rng(1).uniform(3, 60, 250)
    stalls = [option for i, ms in enumerate(lengths_ms)
              for option in ("--at", f"{1 + 0.2 * i:.4f},stall {ms:.3f}")]
    heard, log, stats = run_on_ramps(make_board, tmp_path, 52, *stalls)
    lost = 0
    for c in range(4):
        found = account(heard.rows, counts_of(log, c), c)
        lost += found.lost
        assert found.delivered + found.lost + found.before + found.after == len(counts_of(log, c))
        assert stats["chips"][c]["collisions"] == 0
    assert lost == sum(chip["unread"] for chip in stats["chips"])
    assert lost > 1000
    assert heard.missing_frames == 0
    assert stats["resets"] == 0


def test_the_stack_has_room_left(make_board: Callable, tmp_path: Path) -> None:
    """The deepest use comes with a calibration that is written while rows are sent."""
    with make_board("--duration", "12", speed=4) as running, Reader(running.port) as reader:
        reader.ask(START, 1, b"\x03")
        for seq in range(2, 5):
            assert reader.ask(0x87, seq, bytes([seq]) + bytes(51))[0] == 0
        list(reader.frames())
        stats = running.wait()
    assert stats["ram_untouched"] > 256


def test_stopped_it_is_still_and_the_index_shows_what_was_not_sent(make_board: Callable) -> None:
    with make_board("--duration", "6", speed=2) as running, Reader(running.port) as reader:
        time.sleep(0.5)
        reader.send(STOP, 1)
        time.sleep(1.0)
        reader.send(START, 2)
        rows = [Row.parse(f.payload) for f in reader.frames(0.5) if f.type == SAMPLE]
    steps = np.diff([row.index for row in rows])
    assert sorted(set(steps))[0] == 1
    assert (steps > 1).sum() == 1
    assert steps.max() == pytest.approx(160, abs=40)


def test_both_ends_of_the_range_are_flagged(make_board: Callable, tmp_path: Path) -> None:
    (tmp_path / "loads.txt").write_text("0 1e9 -1e9 5 -5\n")
    with make_board("--input", str(tmp_path / "loads.txt"), "--wait-host", "--duration", "1",
                    speed=0) as running, Reader(running.port) as reader:
        reader.send(ASK_INFO, 1)
        rows = Heard(reader.frames()).rows
    assert rows[-1].counts == [2**23 - 1, -(2**23), 5, -5]
    assert {row.flags for row in rows} == {0b0011}


@pytest.mark.parametrize("where", ["socket", ":PORT"])
def test_loads_and_faults_can_be_said_live(
    where: str, make_board: Callable, tmp_path: Path
) -> None:
    if where == ":PORT":
        with socket.create_server(("localhost", 0)) as free:
            place = f":{free.getsockname()[1]}"
    else:
        place = str(tmp_path / where)
    with make_board("--live", place, speed=1) as running, Reader(running.port) as reader:
        with board.Live(place) as live:
            assert live.say("11 22 33 44")
            assert not live.say("nonsense")
            assert not live.say("silent 4")
        rows = (Row.parse(f.payload) for f in reader.frames() if f.type == SAMPLE)
        assert next(row for row in rows if row.counts == [11, 22, 33, 44])


def test_loads_and_faults_can_be_said_on_standard_input(uno_image: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(board.SIMULATOR), "--live", "-", "--speed", "0", "--duration", "1", "--drop-late",
         "--log", str(tmp_path / "log"), str(uno_image)],
        input="11 22 33 44\nnonsense\nsilent 2\n", capture_output=True, text=True, check=True,
    )
    assert "not understood: nonsense" in done.stderr
    log = board.read_log(tmp_path / "log")
    assert {(int(chip), int(count)) for chip, _, count in log} == {(0, 11), (1, 22), (3, 44)}
