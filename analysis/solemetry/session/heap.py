# SPDX-License-Identifier: Apache-2.0
"""Tables with text, read from a damaged file without HDF5.

Text of any length lies apart from its table, in collections that the table's cells point to. After
a loss of power a table can be there and a collection not, or half of it; HDF5 then reads without
end, or dies. Here what is there is read, and what is not ends the table. The layout is that of
HDF5's file format specification, "Global Heap".
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

_POINTER = np.dtype([("length", "<u4"), ("address", "<u8"), ("number", "<u4")])
_COLLECTION = struct.Struct("<4sB3xQ")
_TEXT = struct.Struct("<HHIQ")
_LARGEST = 2**24
"""No collection of ours comes near it: what claims to be larger is none."""

Texts = dict[int, bytes]


def has_text(dataset: h5py.Dataset) -> bool:
    """Whether it is a table, in chunks, with cells that hold text of any length."""
    names = dataset.dtype.names or ()
    return dataset.chunks is not None and any(_is_text(dataset.dtype[name]) for name in names)


def read_rows_with_text(dataset: h5py.Dataset) -> NDArray[np.void]:
    """Rows up to the first one with a text that is not in the file.

    Parameters
    ----------
    dataset : h5py.Dataset
        ``(T,)``, for which `has_text` holds; not compressed.
    """
    collections: dict[int, Texts] = {}
    rows: list[tuple[Any, ...]] = []
    with open(dataset.file.filename, "rb") as file:
        for start in range(0, len(dataset), dataset.chunks[0]):
            try:
                raw_rows = _raw_rows(dataset, start)
            except (OSError, RuntimeError, ValueError):  # the chunk itself is not there
                break
            for raw in raw_rows:
                row = _with_texts(file, raw, collections)
                if row is None:
                    return np.array(rows, dataset.dtype)
                rows.append(row)
    return np.array(rows, dataset.dtype)


def _is_text(kind: np.dtype[Any]) -> bool:
    info = h5py.check_string_dtype(kind)
    return info is not None and info.length is None


def _raw_rows(dataset: h5py.Dataset, start: int) -> NDArray[np.void]:
    """Rows of one chunk as they stand on the disk, with pointers for texts."""
    fields = [(name, dataset.dtype[name]) for name in dataset.dtype.names]
    row = np.dtype([(name, _POINTER if _is_text(kind) else kind) for name, kind in fields])
    _, raw = dataset.id.read_direct_chunk((start,))
    return np.frombuffer(raw, row, min(dataset.chunks[0], len(dataset) - start))


def _with_texts(
    file: BinaryIO, raw: np.void, collections: dict[int, Texts]
) -> tuple[Any, ...] | None:
    """Row with its texts in place; None when one of them is not there."""
    cells: list[Any] = []
    for cell in raw.item():
        if not isinstance(cell, tuple):
            cells.append(cell)
            continue
        length, address, number = cell
        if address not in collections:
            collections[address] = _texts_at(file, address)
        text = collections[address].get(number, b"") if length else b""
        if len(text) < length:
            return None
        cells.append(text[:length])
    return tuple(cells)


def _texts_at(file: BinaryIO, address: int) -> Texts:
    """Texts of a collection by their numbers, up to where it stops making sense."""
    file.seek(address)
    head = file.read(_COLLECTION.size)
    if len(head) < _COLLECTION.size:
        return {}
    magic, version, size = _COLLECTION.unpack(head)
    if (magic, version) != (b"GCOL", 1) or not _COLLECTION.size <= size <= _LARGEST:
        return {}
    data = head + file.read(size - len(head))
    found: Texts = {}
    at = _COLLECTION.size
    while at + _TEXT.size <= len(data):
        number, _, _, length = _TEXT.unpack_from(data, at)
        at += _TEXT.size
        if number == 0:  # what is still free
            break
        found[number] = data[at : at + length]
        at += (length + 7) // 8 * 8
    return found
