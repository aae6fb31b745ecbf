# SPDX-License-Identifier: Apache-2.0
"""A recording that is killed, torn or loses its power opens again, with all but its last moment."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from torn_file import (
    KEEPING_WHAT_WAS_SYNCED,
    PAGE,
    Mender,
    chunks_of,
    events_in,
    has_rows,
    power_lost,
    recorder_process,
    rows_in,
    wait,
)

import solemetry
from solemetry.session import repair, verify

PLATE = "sim:plate?speed=20&steps_on=0"
LOST_AT_MOST_S = 0.5


@pytest.mark.parametrize(
    "turn", [*range(12), *(pytest.param(k, marks=pytest.mark.soak) for k in range(12, 50))]
)
def test_a_killed_recording_lacks_at_most_its_last_half_second(turn: int, tmp_path: Path) -> None:
    process = recorder_process(tmp_path / "s.h5", PLATE)
    partial = tmp_path / "s.partial.h5"
    wait(partial.exists)
    time.sleep(0.5 + random.Random(turn).random())
    killed_ns = time.perf_counter_ns()
    process.kill()
    process.wait()

    cut_off = solemetry.open(partial)
    assert cut_off.state == "recording"
    rows = rows_in(partial)
    # Each row bears the moment it was read, on the clock that this process shares.
    assert (killed_ns - int(rows["t_host_ns"][-1])) * 1e-9 <= LOST_AT_MOST_S
    path = repair(partial)
    recovered = solemetry.open(path)
    assert recovered.state == "recovered"
    assert verify(path).whole
    np.testing.assert_array_equal(rows_in(path), rows)
    assert (np.diff(rows["index"]) == 1).all()
    assert recovered.streams["plate"].lost_rows == 0
    assert not partial.exists()


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One recording as it was on the disk after each of its flushes, from its first rows on."""
    folder = tmp_path_factory.mktemp("synced")
    process = recorder_process(
        folder / "s.h5", "sim:plate?speed=40&steps_on=0", before=KEEPING_WHAT_WAS_SYNCED
    )
    wait((folder / "synced-0017").exists)
    process.kill()
    process.wait()
    return [path for path in sorted(folder.glob("synced-*"))[:17] if has_rows(path)]


@pytest.fixture(scope="module")
def mender() -> Iterator[Mender]:
    with Mender() as mender:
        yield mender


@pytest.mark.parametrize("end", ["missing", "blank"])
@pytest.mark.parametrize(
    "every", [7, pytest.param(1, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
)
def test_a_file_torn_at_any_page_gives_back_every_row_that_lies_before(
    end: str, every: int, synced: list[Path], mender: Mender, tmp_path: Path
) -> None:
    whole, chunks = synced[-1].read_bytes(), chunks_of(synced[-1])
    index, told = rows_in(synced[-1])["index"].tolist(), events_in(synced[-1])
    # What was on the disk after the first flush is not written again.
    first, partial = len(synced[0].read_bytes()) // PAGE + 1, tmp_path / "s.partial.h5"
    pages = range(first, len(whole) // PAGE + 1)
    for page in [*pages[::-1][:12], *pages[::every]]:
        kept = whole[: page * PAGE]
        partial.write_bytes(kept if end == "missing" else kept.ljust(len(whole), b"\0"))
        mended = mender.mend(partial)
        safe = min((row for row, ends in chunks if ends > page * PAGE), default=len(index))
        assert (mended.error, mended.problems) == ("", [])
        assert mended.index == index[: len(mended.index)]
        assert mended.events == told[: len(mended.events)]
        assert len(mended.index) >= safe
        (tmp_path / "s.h5").unlink()
        (tmp_path / "s.h5.damaged").unlink(missing_ok=True)


@pytest.mark.parametrize("seed", [1, *(pytest.param(k, marks=pytest.mark.soak) for k in (2, 3, 4))])
def test_no_row_that_was_synced_is_lost_with_the_power(
    seed: int, synced: list[Path], mender: Mender, tmp_path: Path
) -> None:
    chance, partial = random.Random(seed), tmp_path / "s.partial.h5"
    for _ in range(100):
        at = chance.randrange(len(synced) - 1)
        partial.write_bytes(
            power_lost(synced[at].read_bytes(), synced[at + 1].read_bytes(), chance)
        )
        mended = mender.mend(partial)
        assert (mended.error, mended.problems) == ("", [])
        there = rows_in(synced[at])["index"].tolist()
        assert mended.index[: len(there)] == there
        told = events_in(synced[at])
        assert mended.events[: len(told)] == told
        written = rows_in(synced[at + 1])["index"].tolist()
        assert mended.index == written[: len(mended.index)]
        (tmp_path / "s.h5").unlink()
        (tmp_path / "s.h5.damaged").unlink(missing_ok=True)
