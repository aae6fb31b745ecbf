# SPDX-License-Identifier: Apache-2.0
"""A partial file as the session that it will be: parts become tables, places become devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.session.partial import (
    BROKEN,
    filled_slots,
    is_bookkeeping,
    is_table,
    read_table,
)

Reader = Callable[[h5py.Dataset | h5py.Group], NDArray[Any]]
Unreadable = Callable[[str, Exception], None]
Packing = Callable[[NDArray[Any]], dict[str, Any]]


def join(
    source: h5py.File,
    target: h5py.File,
    read: Reader,
    unreadable: Unreadable,
    packing: Packing = lambda rows: {},
) -> None:
    """Copy a session, laid out in whatever way, into a file with the layout of a finished one.

    Parameters
    ----------
    source, target : h5py.File
    read : callable
        Gives the rows of a dataset or of a table in parts.
    unreadable : callable
        Takes the name of what `read` failed on, and the error; may raise.
    packing : callable, optional
        Gives the keywords to store rows with.
    """
    _copy(source, target, read, unreadable, packing)
    for slot in filled_slots(source):
        try:
            group = source[slot]
        except BROKEN as error:
            unreadable(slot, error)
        else:
            _copy(group, target, read, unreadable, packing)


def read_whole(node: h5py.Dataset | h5py.Group) -> NDArray[Any]:
    """Rows of a dataset or of a table in parts.

    Raises
    ------
    ValueError
        When rows of a table are missing before others.
    """
    if isinstance(node, h5py.Dataset):
        return np.asarray(node[()])
    rows, torn = read_table(node)
    if torn:
        raise ValueError(f"behind its first {len(rows)} rows some are missing")
    return rows


def as_text(value: Any) -> Any:
    """Text as such, however long its field is; anything else as it is."""
    return value.decode() if isinstance(value, bytes) else value


def _copy(
    source: h5py.Group,
    target: h5py.Group,
    read: Reader,
    unreadable: Unreadable,
    packing: Packing,
) -> None:
    _copy_attributes(source, target, unreadable)
    for name in _names(source, source.name, unreadable):
        if source.name == "/" and is_bookkeeping(name):
            continue
        try:
            node = source[name]
            is_group = isinstance(node, h5py.Group) and not is_table(node)
            rows = None if is_group else read(node)
        except BROKEN as error:
            unreadable(f"{source.name}/{name}", error)
            continue
        if rows is None:
            _copy(node, target.require_group(name), read, unreadable, packing)
        else:
            kind = node.dtype if isinstance(node, h5py.Dataset) else rows.dtype
            copy = target.create_dataset(name, data=rows, dtype=kind, **packing(rows))
            if isinstance(node, h5py.Dataset):
                _copy_attributes(node, copy, unreadable)


def _copy_attributes(
    source: h5py.Group | h5py.Dataset, target: h5py.Group | h5py.Dataset, unreadable: Unreadable
) -> None:
    for key in _names(source.attrs, f"{source.name}@", unreadable):
        try:
            target.attrs[key] = as_text(source.attrs[key])
        except BROKEN as error:
            unreadable(f"{source.name}@{key}", error)


def _names(within: Iterable[str], where: str, unreadable: Unreadable) -> list[str]:
    try:
        return list(within)
    except BROKEN as error:
        unreadable(where, error)
        return []
