# SPDX-License-Identifier: Apache-2.0
"""Recordings that were broken off: processes that are killed, disks that lose their power."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

PAGE = 4096

RECORD = """
import sys
from solemetry_host.cli import main
sys.argv = ["solemetry", "record", "--device", sys.argv[2],
            "--seconds", sys.argv[3], "--out", sys.argv[1]]
main()
"""

KEEPING_WHAT_WAS_SYNCED = """
import os, shutil, sys
from pathlib import Path
from solemetry_host.live import recorder
partial = Path(sys.argv[1].removesuffix(".h5") + ".partial.h5")
sync, number = os.fsync, 0
def fsync(handle):
    global number
    sync(handle)
    if partial.exists():  # not of the packed file, which is made from it in the end
        shutil.copyfile(partial, partial.parent / f"synced-{number:04d}")
        number += 1
recorder.os.fsync = fsync
"""

MEND = """
import json, sys
from pathlib import Path
import h5py
from solemetry.errors import SolemetryError
from solemetry.session import repair, verify
for line in sys.stdin:
    partial = Path(line.strip())
    try:
        path = repair(partial)
        problems = verify(path).problems
        with h5py.File(path) as file:
            index = file["streams/plate/samples"]["index"].tolist()
            events = [str(row) for row in file["events"][:]]
        print(json.dumps({"problems": problems, "index": index, "events": events}), flush=True)
    except SolemetryError as error:
        print(json.dumps({"error": str(error)}), flush=True)
"""


def recorder_process(
    out: Path, device: str, seconds: float = 10_000, before: str = ""
) -> subprocess.Popen[bytes]:
    """The real command, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", before + RECORD, str(out), device, str(seconds)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


@dataclass
class Mended:
    """What `repair` made of a file."""

    error: str
    problems: list[str]
    index: list[int]
    events: list[str]


class Mender:
    """`repair` in a process of its own: of a damaged file HDF5 itself can die, or hang."""

    def __init__(self) -> None:
        self._process = self._begin()

    def __enter__(self) -> Mender:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def mend(self, partial: Path, patience_s: float = 10.0) -> Mended:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{partial}\n")
        stdin.flush()
        line = stdout.readline() if select.select([stdout], [], [], patience_s)[0] else ""
        if not line:
            self._end()
            self._process = self._begin()
            return Mended("the process died or hung", [], [], [])
        nothing = {"error": "", "problems": [], "index": [], "events": []}
        return Mended(**nothing | json.loads(line))

    def _begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", MEND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def rows_in(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        rows: np.ndarray = file["streams/plate/samples"][:]
    return rows


def has_rows(path: Path) -> bool:
    with h5py.File(path) as file:
        return "streams/plate/samples" in file and len(file["streams/plate/samples"]) > 0


def events_in(path: Path) -> list[str]:
    with h5py.File(path) as file:
        return [str(row) for row in file["events"][:]]


def chunks_of(path: Path) -> list[tuple[int, int]]:
    """First row of each chunk of the plate's samples, and the byte where the chunk ends."""
    with h5py.File(path) as file:
        table = file["streams/plate/samples"].id
        chunks = [table.get_chunk_info(k) for k in range(table.get_num_chunks())]
    return sorted((chunk.chunk_offset[0], chunk.byte_offset + chunk.size) for chunk in chunks)


def power_lost(synced: bytes, next_: bytes, chance: random.Random) -> bytes:
    """What a disk holds whose power went on the way from one synced state to the next.

    Any of the pages that differ may have been written, and the file's new length may be known
    already; what was never written there reads as zeros.
    """
    grown = chance.random() < 0.7
    before = synced.ljust(len(next_), b"\0") if grown else synced
    share = chance.choice([0.1, 0.5, 0.9])
    out = bytearray(before)
    for at in range(0, len(before), PAGE):
        if chance.random() < share:
            out[at : at + PAGE] = next_[at : min(at + PAGE, len(before))]
    return bytes(out)


def wait(done: object, seconds: float = 30) -> None:
    assert callable(done)
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
