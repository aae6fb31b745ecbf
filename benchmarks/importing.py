# SPDX-License-Identifier: Apache-2.0
"""How fast text of other programs is imported: ``python benchmarks/importing.py``.

Files of 50 MB, of rows as the real files have them; from the file on the disk to the session.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from timing import seconds

import solemetry as sm

BYTES = 50_000_000


def gaitpdb() -> Iterator[str]:
    """Nineteen columns: time, eight sensors of each foot, their totals."""
    forces = np.round(np.random.default_rng(1).gamma(2.0, 60.0, (997, 16)), 2)
    rest = [
        "\t".join(f"{n:g}" for n in (*row, row[:8].sum(), row[8:].sum())) for row in forces
    ]
    k = 0
    while True:
        yield f"{k / 100:.4f}\t{rest[k % len(rest)]}"
        k += 1


def fukuchi() -> Iterator[str]:
    """Two belts of seven columns."""
    yield "\t".join(["Time", *(f"{name}{belt}" for belt in (1, 2)
                               for name in ("Fx", "Fy", "Fz", "COPx", "COPy", "COPz", "Ty"))])
    values = np.round(np.random.default_rng(1).normal(500, 300, (997, 14)), 2)
    rest = ["\t".join(f"{n:g}" for n in row) for row in values]
    k = 0
    while True:
        yield f"{k + 1}\t{rest[k % len(rest)]}"
        k += 1


def force() -> Iterator[str]:
    """Two columns, time with all its digits."""
    yield "Time[s]\tGRF[N]"
    values = np.random.default_rng(1).normal(700, 100, 997).tolist()
    k = 0
    while True:
        yield f"{k / 450}\t{values[k % len(values)]}"
        k += 1


def write(path: Path, lines: Iterator[str]) -> None:
    written = 0
    with path.open("w") as file:
        while written < BYTES:
            written += file.write(next(lines) + "\n")


def report_importing() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for rows in (gaitpdb, fukuchi, force):
            path = Path(folder) / f"{rows.__name__}.txt"
            write(path, rows())
            took_s = seconds(lambda path=path: sm.open(path))
            size = path.stat().st_size / 1e6
            print(f"{rows.__name__:10} {size:.0f} MB {took_s:8.2f} s {size / took_s:8.0f} MB/s")


if __name__ == "__main__":
    report_importing()
