# SPDX-License-Identifier: Apache-2.0
"""Why each chip has a clock line of its own: with one line for all, samples are silently wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import board
from plain_decoder import START, Heard, Reader


def samples_of(make_board: Callable, folder: Path, ppm: str) -> tuple[int, int, int]:
    """Count samples, those that no chip has ever made, and frames that the CRC has caught."""
    board.write_ramps(folder / "loads.txt", 121)
    with make_board("--input", str(folder / "loads.txt"), "--interpolate", "--wait-host",
                    "--duration", "120", "--log", str(folder / "log"), "--ppm", ppm,
                    "--shared-sck", speed=0, image=board.SHARED_CLOCK) as running, \
            Reader(running.port) as reader:
        reader.send(START, 1)
        rows = Heard(reader.frames()).rows
        running.wait()
    log = board.read_log(folder / "log")
    made = [set(log[log[:, 0] == c, 2].astype(int)) for c in range(4)]
    wrong = sum(any(row.counts[c] not in made[c] for c in range(4)) for row in rows)
    return len(rows), wrong, reader.damaged


def test_with_one_clock_line_samples_are_wrong_and_no_check_sees_it(
    make_board: Callable, tmp_path: Path
) -> None:
    samples, wrong, damaged = samples_of(make_board, tmp_path, "500,-700,1000,0")
    assert samples > 110 * 80
    assert 0.001 < wrong / samples < 0.05
    assert damaged == 0


def test_it_is_the_oscillators_that_make_them_wrong(make_board: Callable, tmp_path: Path) -> None:
    samples, wrong, damaged = samples_of(make_board, tmp_path, "0,0,0,0")
    assert samples > 110 * 80
    assert (wrong, damaged) == (0, 0)
