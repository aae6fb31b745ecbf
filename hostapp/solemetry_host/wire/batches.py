# SPDX-License-Identifier: Apache-2.0
"""Several rows to a record, taken apart: of plates whose channels convert together, of insoles.

Many records per call, no loop over records or rows; only over the few shapes they come in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry_host.wire.records import sample_wire_type

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

_SAMPLES_HEAD = np.dtype(
    [
        ("index", "<u4"),
        ("t_us", "<u4"),
        ("span_us", "<u4"),
        ("boot_id", "<u2"),
        ("flags", "u1"),
        ("conversion", "u1"),
        ("rows", "u1"),
    ]
)
SAMPLES_ROWS_MAX = 19

_ROWS_HEAD = np.dtype(
    [
        ("index", "<u4"),
        ("t_us", "<u4"),
        ("period_us", "<u2"),
        ("boot_id", "<u2"),
        ("flags", "u1"),
        ("channels", "u1"),
        ("rows", "u1"),
    ]
)
IMU_AXES = 6
IMU_FOLLOWS = 1
IMU_NONE = -(2**15)
CELL_HIGHEST = 4095


def insole_wire_type(channels: int) -> np.dtype[np.void]:
    """One row of an insole, its codes unpacked; `imu` is `IMU_NONE` throughout without one."""
    return np.dtype(
        [
            ("index", "<u4"),
            ("t_us", "<u4"),
            ("boot_id", "<u2"),
            ("flags", "u1"),
            ("cells", "<u2", (channels,)),
            ("imu", "<i2", (IMU_AXES,)),
        ]
    )


def samples_rows(
    data: Bytes, starts: Ints, lengths: Ints, channels: int
) -> tuple[NDArray[np.void], Ints]:
    """Rows of SAMPLES payloads, as if each had come in a SAMPLE of its own.

    Parameters
    ----------
    data : (n,) uint8 array
    starts, lengths : (k,) int array
        Where the payloads are.
    channels : int

    Returns
    -------
    rows : (m,) structured array
        `sample_wire_type`. Row times lie evenly over a record's span, ages are 0.
    counts : (k,) int array
        How many rows each payload gave; 0 where it is none of ours.
    """
    head, counts = _heads(data, starts, lengths, _SAMPLES_HEAD)
    row_bytes = 3 * channels
    counts[counts > SAMPLES_ROWS_MAX] = 0
    counts[lengths < _SAMPLES_HEAD.itemsize + counts * row_bytes] = 0
    of, k = _of_row(counts)
    head = head[of]
    rows = np.zeros(len(of), sample_wire_type(channels))
    rows["index"] = head["index"] + k.astype(np.uint32)
    steps = np.maximum(counts[of] - 1, 1)
    rows["t_us"] = head["t_us"] + (head["span_us"] * k // steps).astype(np.uint32)
    for name in ("boot_id", "flags"):
        rows[name] = head[name]
    at = starts[of] + _SAMPLES_HEAD.itemsize + k * row_bytes
    rows["counts"] = data[at[:, None] + np.arange(row_bytes)].reshape(-1, channels, 3)
    rows["conversion"] = (head["conversion"] + k)[:, None] % 256
    return rows, counts


def insole_rows(
    data: Bytes, starts: Ints, lengths: Ints, channels: int
) -> tuple[NDArray[np.void], Ints]:
    """Rows of ROWS payloads.

    Parameters
    ----------
    data : (n,) uint8 array
    starts, lengths : (k,) int array
        Where the payloads are.
    channels : int
        Of the insole; a record of another number of channels gives no rows.

    Returns
    -------
    rows : (m,) structured array
        `insole_wire_type`
    counts : (k,) int array
        How many rows each payload gave; 0 where it is none of ours.
    """
    head, counts = _heads(data, starts, lengths, _ROWS_HEAD)
    with_imu = (head["flags"] & IMU_FOLLOWS).astype(bool)
    row_bytes = (channels * 12 + 7) // 8
    needed = _ROWS_HEAD.itemsize + counts * (row_bytes + IMU_AXES * 2 * with_imu)
    counts[(head["channels"] != channels) | (lengths < needed)] = 0
    of, k = _of_row(counts)
    rows = np.zeros(len(of), insole_wire_type(channels))
    rows["index"] = head["index"][of] + k.astype(np.uint32)
    rows["t_us"] = head["t_us"][of] + (k * head["period_us"][of]).astype(np.uint32)
    for name in ("boot_id", "flags"):
        rows[name] = head[name][of]
    cells_at = starts[of] + _ROWS_HEAD.itemsize
    rows["cells"] = _codes(data, cells_at + k * row_bytes, channels)
    rows["imu"] = IMU_NONE
    moving = np.flatnonzero(with_imu[of])
    at = (cells_at + counts[of] * row_bytes + k * IMU_AXES * 2)[moving]
    rows["imu"][moving] = data[at[:, None] + np.arange(IMU_AXES * 2)].view("<i2")
    return rows, counts


def _heads(
    data: Bytes, starts: Ints, lengths: Ints, head: np.dtype[np.void]
) -> tuple[NDArray[np.void], Ints]:
    """Heads of the payloads with as many rows as they claim; none where even the head is short."""
    heads = np.zeros(len(starts), head)
    whole = lengths >= head.itemsize
    heads[whole] = data[starts[whole, None] + np.arange(head.itemsize)].view(head)[:, 0]
    return heads, heads["rows"].astype(np.int64)


def _of_row(counts: Ints) -> tuple[Ints, Ints]:
    """Of each row, the record it came in and its number there."""
    of = np.repeat(np.arange(len(counts)), counts)
    before = np.concatenate(([0], np.cumsum(counts)))[:-1]
    return of, np.arange(len(of)) - before[of]


def _codes(data: Bytes, starts: Ints, channels: int) -> NDArray[np.uint16]:
    """12-bit codes of rows that begin at `starts`, two in three bytes; ``(n, channels)``."""
    number = np.arange(channels)
    at = starts[:, None] + number * 3 // 2
    low, high = data[at].astype(np.uint16), data[at + 1].astype(np.uint16)
    codes: NDArray[np.uint16] = np.where(number % 2, low >> 4 | high << 4, low | (high & 0xF) << 8)
    return codes
