# SPDX-License-Identifier: Apache-2.0
"""How the file of a running recording is laid out: ``python benchmarks/recording_layouts.py``.

Three layouts take the same rows, a quarter of a second at a time: what is written for each flush,
and in how many of the losses of power rows are gone that had been synced. Then what packing costs
by compression and chunk. Figures: docs/session-format.md.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from power import Disk, Write, images

from solemetry.session.format import sample_type
from solemetry.session.joining import read_whole
from solemetry.session.partial import GrowingTable

BLOCK_ROWS, BLOCKS, LOSSES = 250, 800, 400
ROWS = sample_type(4)

Append = Callable[[np.ndarray], None]
Begin = Callable[[h5py.File], Append]


def chunked(rows_per_chunk: int) -> Begin:
    """Begin one table that grows by chunks, as HDF5 offers it."""

    def begin(file: h5py.File) -> Append:
        table = file.create_dataset("t", (0,), ROWS, maxshape=(None,), chunks=(rows_per_chunk,))

        def append(rows: np.ndarray) -> None:
            before = len(table)
            table.resize(before + len(rows), axis=0)
            table[before:] = rows

        return append

    return begin


def in_parts(file: h5py.File) -> Append:
    """Begin a table in parts that stay where they are."""
    return GrowingTable(file, "t", ROWS, 128).append


def rows_left(path: Path) -> int:
    """Rows up to the first that is not what was written; -1 where HDF5 gives nothing."""
    pieces = []
    try:
        with h5py.File(path) as file, suppress(ValueError):  # which says that rows are missing
            for rows in read_whole(file["t"]):
                pieces.append(rows)  # noqa: PERF402 - what came before an error counts
    except (OSError, RuntimeError, KeyError):
        return -1
    rows = np.concatenate(pieces)
    wrong = rows["t_host_ns"] != 1 + np.arange(len(rows))
    return int(np.argmax(wrong)) if wrong.any() else len(rows)


def compare_layouts() -> None:
    block = np.zeros(BLOCK_ROWS, ROWS)
    block["counts"] = np.random.default_rng(1).integers(-(2**23), 2**23, (BLOCK_ROWS, 4))
    layouts = {"chunks of 1024 rows": chunked(1024), "chunks of 256 rows": chunked(256),
               "parts": in_parts}
    for name, begin in layouts.items():
        disk = Disk()
        with h5py.File(disk, "w") as file:
            append = begin(file)
            file.flush()
            began, done = time.perf_counter(), len(disk.log)
            for number in range(BLOCKS):
                block["t_host_ns"] = 1 + BLOCK_ROWS * number + np.arange(BLOCK_ROWS)
                append(block)
                file.flush()
                disk.rows_came("t", block["t_host_ns"])
                disk.synced()
            took_s = time.perf_counter() - began
            written = sum(len(w.data or b"") for w in disk.log[done:] if isinstance(w, Write))
        lost = 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "image.h5"
            for image in images(disk.log, LOSSES, random.Random(1)):
                length = int.from_bytes(image.data[40:48], "little")
                path.write_bytes(image.data.ljust(length, b"\0"))
                lost += rows_left(path) < image.synced["t"]
        print(f"{name:22} {written / BLOCKS / 1e3:6.1f} kB a flush of {block.nbytes / 1e3:.1f} kB, "
              f"{1e3 * took_s / BLOCKS:5.2f} ms; synced rows lost in {lost} of {LOSSES}")


def compare_packing(rows: np.ndarray) -> None:
    settings: dict[str, dict[str, object]] = {
        "plain": {},
        "gzip 4": {"compression": 4},
        "shuffle + lzf": {"shuffle": True, "compression": "lzf"},
        "shuffle + gzip 1": {"shuffle": True, "compression": 1},
        "shuffle + gzip 4": {"shuffle": True, "compression": 4},
        "shuffle + gzip 9": {"shuffle": True, "compression": 9},
    }
    for name, filters in settings.items():
        for chunk in (1024, 16384) if "4" in name else (16384,):
            memory = io.BytesIO()
            began = time.perf_counter()
            with h5py.File(memory, "w") as file:
                file.create_dataset("t", data=rows, chunks=(chunk,), fletcher32=True, **filters)
            took_s = time.perf_counter() - began
            print(f"{name:18} chunks of {chunk:5}: {len(memory.getvalue()) / rows.nbytes:6.1%}, "
                  f"{rows.nbytes / took_s / 1e6:5.0f} MB/s")


def standing_rows() -> np.ndarray:
    """An hour's worth of rows of the simulated plate."""
    from solemetry.device import DeviceDescription
    from solemetry_host.devices.rows import RowBuilder
    from solemetry_host.sim.person import ONE_LEG, Person
    from solemetry_host.sim.plate import VirtualPlate
    from solemetry_host.wire.stream import StreamDecoder

    plate = VirtualPlate(
        DeviceDescription.builtin("plate-hx711-uno"), Person(ONE_LEG, steps_on_s=0).load
    )
    rows = RowBuilder(4).build(StreamDecoder(4).push(plate.advance(3600)).samples, 0)
    chance = np.random.default_rng(1)
    reads = rows["t_dev_us"] // 25_000 * 25_000_000  # rows of one read share its stamp
    rows["t_host_ns"] = reads + chance.integers(0, 10**6, reads.max() // 25_000_000 + 1)[
        reads // 25_000_000
    ]
    return rows


if __name__ == "__main__":
    compare_layouts()
    compare_packing(standing_rows())
