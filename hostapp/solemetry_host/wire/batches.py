# SPDX-License-Identifier: Apache-2.0
"""Several rows to a record, taken apart: of plates whose channels convert together, of insoles.

Many records per call, no loop over records or rows; only over the few shapes they come in.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from solemetry_host.wire.pieces import Bytes, Ints, pieces
from solemetry_host.wire.records import sample_wire_type

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
    heads, counts = _heads(data, starts, lengths, _SAMPLES_HEAD)
    row_bytes = 3 * channels
    counts[counts > SAMPLES_ROWS_MAX] = 0
    counts[lengths < _SAMPLES_HEAD.itemsize + counts * row_bytes] = 0
    rows = np.zeros(int(counts.sum()), sample_wire_type(channels))
    for many, alike, place in _shapes(counts):
        head, k = heads[alike, None], np.arange(many)
        part = _room(rows, len(head), many)
        part["index"] = head["index"] + k.astype(np.uint32)
        part["t_us"] = head["t_us"] + (head["span_us"] * k // max(many - 1, 1)).astype(np.uint32)
        for name in ("boot_id", "flags"):
            part[name] = head[name]
        part["conversion"] = (head["conversion"] + k.astype(np.uint8))[..., None]
        body = pieces(data, starts[alike] + _SAMPLES_HEAD.itemsize, many * row_bytes)
        _whole(part, "counts")[:] = body.view(f"V{row_bytes}")
        _put(part, rows, place)
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
    heads, counts = _heads(data, starts, lengths, _ROWS_HEAD)
    with_imu = (heads["flags"] & IMU_FOLLOWS).astype(bool)
    row_bytes, imu_bytes = (channels * 12 + 7) // 8, IMU_AXES * 2
    needed = _ROWS_HEAD.itemsize + counts * (row_bytes + imu_bytes * with_imu)
    counts[(heads["channels"] != channels) | (lengths < needed)] = 0
    rows = np.zeros(int(counts.sum()), insole_wire_type(channels))
    for many, alike, place in _shapes(counts):
        head, k = heads[alike, None], np.arange(many)
        part = _room(rows, len(head), many)
        part["index"] = head["index"] + k.astype(np.uint32)
        part["t_us"] = head["t_us"] + (k * head["period_us"]).astype(np.uint32)
        for name in ("boot_id", "flags"):
            part[name] = head[name]
        at = starts[alike] + _ROWS_HEAD.itemsize
        body = pieces(data, at, many * row_bytes)
        part["cells"] = _codes(body.reshape(-1, many, row_bytes), channels)
        part["imu"] = IMU_NONE
        moving = np.flatnonzero(with_imu[alike])
        body = pieces(data, at[moving] + many * row_bytes, many * imu_bytes)
        _whole(part, "imu")[moving] = body.view(f"V{imu_bytes}")
        _put(part, rows, place)
    return rows, counts


def _heads(
    data: Bytes, starts: Ints, lengths: Ints, head: np.dtype[np.void]
) -> tuple[NDArray[np.void], Ints]:
    """Heads of the payloads with as many rows as they claim; none where even the head is short."""
    whole = lengths >= head.itemsize
    if whole.all():
        heads = pieces(data, starts, head.itemsize).view(head)[:, 0]
    else:
        heads = np.zeros(len(starts), head)
        heads[whole] = pieces(data, starts[whole], head.itemsize).view(head)[:, 0]
    return heads, heads["rows"].astype(np.int64)


def _shapes(counts: Ints) -> Iterator[tuple[int, Ints | slice, Ints | slice]]:
    """Of each number of rows there is: the records that bring so many, and where these belong."""
    if len(counts) and counts[0] and not (counts != counts[0]).any():
        yield int(counts[0]), slice(None), slice(None)
        return
    first = np.cumsum(counts) - counts
    for many in set(counts[counts > 0].tolist()):
        alike = np.flatnonzero(counts == many)
        yield many, alike, (first[alike, None] + np.arange(many)).ravel()


def _room(rows: NDArray[np.void], records: int, many: int) -> NDArray[np.void]:
    """Room for the rows of records that are alike: the rows themselves, where all are."""
    if records * many == len(rows):
        return rows.reshape(records, many)
    return np.zeros((records, many), rows.dtype)


def _put(part: NDArray[np.void], rows: NDArray[np.void], place: Ints | slice) -> None:
    """Put rows where they belong, if they are not there."""
    if part.base is not rows:
        _plain(rows)[place] = _plain(part).ravel()


def _plain(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Rows as items without fields, which NumPy copies at once and not field by field."""
    return rows.view(f"V{rows.dtype.itemsize}")


def _whole(rows: NDArray[np.void], name: str) -> NDArray[np.void]:
    """Give a field of rows as one item each: copied at once, not number by number."""
    of, offset = rows.dtype.fields[name][:2] if rows.dtype.fields else (rows.dtype, 0)
    whole: NDArray[np.void] = rows.getfield(f"V{of.itemsize}", offset)
    return whole


def _codes(packed: Bytes, channels: int) -> NDArray[np.uint16]:
    """12-bit codes, two in three bytes; ``(..., bytes)`` to ``(..., channels)``."""
    codes = np.empty((*packed.shape[:-1], channels), np.uint16)
    low, middle, high = (packed[..., at::3].astype(np.uint16) for at in range(3))
    first, second = codes[..., ::2], codes[..., 1::2]
    first[:] = low | (middle & 0xF) << 8
    second[:] = middle[..., : channels // 2] >> 4 | high << 4
    return codes
