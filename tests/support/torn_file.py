# SPDX-License-Identifier: Apache-2.0
"""Recordings that were broken off: processes that are killed, files that are damaged."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from solemetry.session.reading import open_hdf5

RECORD = """
import sys
from solemetry_host.cli import main
sys.argv = ["solemetry", "record", "--device", sys.argv[2],
            "--seconds", sys.argv[3], "--out", sys.argv[1]]
main()
"""

MEND = """
import json, sys
from pathlib import Path
import solemetry
from solemetry.errors import SolemetryError
from solemetry.session import repair, verify
for line in sys.stdin:
    verb, name = line.split(maxsplit=1)
    path = Path(name.strip())
    try:
        if verb == "open":
            session = solemetry.open(path)
            rows = {name: stream.rows for name, stream in session.streams.items()}
            print(json.dumps({"rows": rows}), flush=True)
        else:
            print(json.dumps({"problems": verify(repair(path)).problems}), flush=True)
    except SolemetryError as error:
        print(json.dumps({"error": str(error)}), flush=True)
"""


def recorder_process(out: Path, device: str, seconds: float = 10_000) -> subprocess.Popen[bytes]:
    """The real command, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RECORD, str(out), device, str(seconds)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


@dataclass
class Answer:
    """What `solemetry.open` or `repair` made of a file."""

    error: str = ""
    problems: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


class Mender:
    """`open` and `repair` in a process of their own: of a damaged file HDF5 can die, or hang."""

    def __init__(self) -> None:
        self._process = self._begin()

    def __enter__(self) -> Mender:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def open(self, partial: Path) -> Answer:
        return self._ask("open", partial)

    def repair(self, partial: Path) -> Answer:
        """Repair it and say what `verify` has to say against the outcome."""
        return self._ask("repair", partial)

    def _ask(self, verb: str, path: Path, patience_s: float = 20.0) -> Answer:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{verb} {path}\n")
        stdin.flush()
        line = stdout.readline() if select.select([stdout], [], [], patience_s)[0] else ""
        if not line:
            self._end()
            self._process = self._begin()
            pytest.fail(f"{verb}: the process died or hung")
        return Answer(**json.loads(line))

    def _begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", MEND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def rows_in(path: Path) -> np.ndarray:
    with open_hdf5(path) as file:
        rows: np.ndarray = file["streams/plate/samples"][:]
    return rows


def wait(done: object, seconds: float = 30) -> None:
    assert callable(done)
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
