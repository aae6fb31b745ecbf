# SPDX-License-Identifier: Apache-2.0
"""A partial file as the session that it will be: parts become tables, places become devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.session.partial import (
    BROKEN,
    filled_slots,
    is_bookkeeping,
    is_table,
    table_pieces,
)

Reader = Callable[[h5py.Dataset | h5py.Group], Iterator[NDArray[Any]]]
Unreadable = Callable[[str, Exception], None]
Packing = Callable[[NDArray[Any]], dict[str, Any]]

ROWS_AT_ONCE = 16384
"""Of a table of hours no more than this is in memory at a time, or one part."""


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
        Gives the rows of a dataset or of a table in parts, in pieces, at least one.
    unreadable : callable
        Takes the name of what `read` failed on, and the error; may raise.
    packing : callable, optional
        Takes the first rows of a table, all or `ROWS_AT_ONCE`; gives the keywords to store it with.
    """
    _copy(source, target, read, unreadable, packing)
    for slot in filled_slots(source):
        try:
            group = source[slot]
        except BROKEN as error:
            unreadable(slot, error)
        else:
            _copy(group, target, read, unreadable, packing)


def read_whole(node: h5py.Dataset | h5py.Group) -> Iterator[NDArray[Any]]:
    """Rows of a dataset or of a table in parts, in pieces.

    Raises
    ------
    ValueError
        When rows of a table are missing before others.
    """
    if isinstance(node, h5py.Group):
        yield from table_pieces(node)
    elif node.shape == ():
        yield np.asarray(node[()])
    else:
        yield np.empty((0, *node.shape[1:]), node.dtype)
        at_once = node.chunks[0] if node.chunks else ROWS_AT_ONCE  # a damaged chunk ends it
        for start in range(0, len(node), at_once):
            yield node[start : start + at_once]


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
        except BROKEN as error:
            unreadable(f"{source.name}/{name}", error)
            continue
        if is_group:
            _copy(node, target.require_group(name), read, unreadable, packing)
            continue
        try:
            _copy_rows(node, target, name, read, packing)
        except _UnreadableError as error:
            unreadable(f"{source.name}/{name}", error.cause)
            continue
        if isinstance(node, h5py.Dataset):
            _copy_attributes(node, target[name], unreadable)


def _copy_rows(
    node: h5py.Dataset | h5py.Group,
    target: h5py.Group,
    name: str,
    read: Reader,
    packing: Packing,
) -> None:
    blocks = _even(_tried(read(node)))
    first = next(blocks)
    kind = node.dtype if isinstance(node, h5py.Dataset) else first.dtype
    second = next(blocks, None)
    if second is None:
        target.create_dataset(name, data=first, dtype=kind, **packing(first))
        return
    longer = {"chunks": (len(first), *first.shape[1:]), "maxshape": (None, *first.shape[1:])}
    copy = target.create_dataset(name, data=first, dtype=kind, **(longer | packing(first)))
    for rows in chain((second,), blocks):
        before = len(copy)
        copy.resize(before + len(rows), axis=0)
        copy[before:] = rows


class _UnreadableError(Exception):
    """The source failed, not the target."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause


def _tried(pieces: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    try:
        yield from pieces
    except BROKEN as error:
        raise _UnreadableError(error) from error


def _even(pieces: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Cut pieces anew: all but the last of them `ROWS_AT_ONCE` long; at least one."""
    waiting = next(pieces)
    if waiting.shape == ():
        yield waiting
        return
    for piece in pieces:
        waiting = np.concatenate((waiting, piece))
        while len(waiting) > ROWS_AT_ONCE:
            yield waiting[:ROWS_AT_ONCE]
            waiting = waiting[ROWS_AT_ONCE:]
    yield waiting


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
