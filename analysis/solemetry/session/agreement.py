# SPDX-License-Identifier: Apache-2.0
"""Whether the tables of a ``cells`` stream agree: rows, conversions, gaps and clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray


def disagreements(stream: h5py.Group, recovered: bool) -> Iterator[str]:
    """Say what in a stream cannot be, though each table can be read.

    Parameters
    ----------
    stream : h5py.Group
        ``/streams/<name>`` of kind ``cells``, all of whose tables can be read.
    recovered : bool
        Then the last entries of a table may be missing: they had not reached the disk.
    """
    samples = stream["samples"][:]
    yield from _of_conversions(samples)
    if "gaps" in stream:
        yield from _of_gaps(stream["gaps"][:], samples, recovered)
    if "clock" in stream and stream.attrs.get("clock_source") != "device":
        yield from _of_clock(stream["clock"][:], samples, recovered)
    if "exchanges" in stream:
        yield from _of_exchanges(stream["exchanges"][:])


def _of_conversions(samples: NDArray[np.void]) -> Iterator[str]:
    """Demand that a chip which converted again did so later, and else gives the same value."""
    ended_us = samples["t_dev_us"][:, None] - samples["age_us"].astype(np.int64)
    following = (samples["boot_id"][1:] == samples["boot_id"][:-1]) & (
        np.diff(samples["index"]) == 1
    )
    well = (samples["flags"][1:] == 0) & (samples["flags"][:-1] == 0)
    moved = np.diff(samples["conversion"], axis=0) != 0
    wrong = np.where(
        moved, np.diff(ended_us, axis=0) <= 0, np.diff(samples["counts"], axis=0) != 0
    )
    wrong &= (following & well)[:, None]
    if wrong.any():
        row, channel = np.argwhere(wrong)[0].tolist()
        what = (
            "counts on, but its conversion is no later"
            if moved[row, channel]
            else "stands still, but its value changed"
        )
        yield f"samples: in row {row + 1} the conversion counter of channel {channel + 1} {what}."


def _of_gaps(
    gaps: NDArray[np.void], samples: NDArray[np.void], recovered: bool
) -> Iterator[str]:
    """Where the index jumps a gap of that size is told, and nowhere else."""
    rows = gaps["row"].astype(np.int64)
    if (np.diff(rows) < 0).any():
        yield "gaps: they are out of order."
        return
    beyond = rows >= len(samples)
    if beyond.any() and not recovered:
        yield f"gaps: one is before row {rows[beyond][0]}, but there are {len(samples)} rows."
    told = np.zeros(len(samples), np.int64)
    np.add.at(told, rows[~beyond], gaps["lost"][~beyond].astype(np.int64))
    lost = np.diff(samples["index"]).astype(np.int64) - 1
    same_boot = samples["boot_id"][1:] == samples["boot_id"][:-1]
    wrong = same_boot & (told[1:] != lost)
    if recovered:
        wrong[int(rows[-1]) if len(rows) else 0 :] = False
    if wrong.any():
        row = int(np.argmax(wrong)) + 1
        yield (
            f"gaps: before row {row} the index says that {lost[row - 1]} rows are missing, "
            f"the gaps say {told[row]}."
        )


def _of_clock(
    clock: NDArray[np.void], samples: NDArray[np.void], recovered: bool
) -> Iterator[str]:
    """Each observation since the first row is the arrival of one of the rows."""
    if (np.diff(clock["segment"].astype(np.int64)) < 0).any():
        yield "clock: its segments are out of order."
    if not len(samples):
        return
    arrived_ns = clock["t_dev_us"] * 1000 + clock["offset_ns"]
    since = arrived_ns >= samples["t_host_ns"][0]
    if recovered:  # of the last read only some rows may be there
        since &= arrived_ns < samples["t_host_ns"][-1]
    seen = _pairs(clock["t_dev_us"][since], arrived_ns[since])
    strange = ~np.isin(seen, _pairs(samples["t_dev_us"], samples["t_host_ns"]))
    if strange.any():
        entry = int(np.flatnonzero(since)[np.argmax(strange)])
        yield f"clock: entry {entry} is the arrival of none of the rows."


def _of_exchanges(exchanges: NDArray[np.void]) -> Iterator[str]:
    wrong = (exchanges["heard_ns"] < exchanges["sent_ns"]) | (
        exchanges["answered_us"] < exchanges["received_us"]
    )
    if wrong.any():
        entry = int(np.argmax(wrong))
        yield f"exchanges: in entry {entry} an answer came before its question."


def _pairs(device_us: NDArray[np.int64], host_ns: NDArray[np.int64]) -> NDArray[Any]:
    return np.rec.fromarrays((device_us, host_ns))
