# SPDX-License-Identifier: Apache-2.0
"""The file of a running recording: what is on the disk stays where it is, as it is.

A disk that loses its power may have written any of the sectors that were on their way, and none
of the others. HDF5's own structures do not bear that: a B-tree that splits, a group that grows, a
heap that takes another text are changed in several places at once. So a partial file is laid out
such that nothing once synced depends on what is written later. Why and how:
docs/session-format.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.errors import RecordingError
from solemetry.session.format import EVENT
from solemetry.session.whole import sync_folder

SLOTS = 32
"""So many devices a recording has places for; each place is filled once, and marked after that."""

FIRST_BYTES = 2**16
MOST_BYTES = 2**25
MANY_PARTS, FEW_PARTS = 128, 16
"""A table's parts: each twice as long as the one before, up to a limit. None takes room on the disk
before it is used, and many of them hold 3.8 GB: rows of a 1 kHz plate for 18 hours."""

_SLOTS, _FILLED = "slots", "slots_filled"
_TABLE = "table"
_ROWS, _LINES = b"rows", b"lines"
_BYTE = np.dtype("u1")

BROKEN = (
    KeyError, ValueError, TypeError, AttributeError, OSError, RuntimeError, MemoryError
)  # fmt: skip
"""What a damaged file raises; memory runs out where a damaged length asks for petabytes."""


class PartialFile:
    """The file while it is written.

    Parameters
    ----------
    file : h5py.File
        A new file, which is now this one's.
    attributes, subject : mapping
        Of the root and of ``/subject``.
    """

    def __init__(
        self, file: h5py.File, attributes: Mapping[str, Any], subject: Mapping[str, Any]
    ) -> None:
        self._file = file
        describe(self._file, attributes)
        describe(self._file.create_group("subject"), subject)
        for name in ("devices", "streams"):
            self._file.create_group(name)
        for number in range(SLOTS):
            self._file.create_group(f"{_SLOTS}/{number:02}")
        self._filled = self._file.create_dataset(_FILLED, data=np.zeros(SLOTS, _BYTE))
        self._used = 0
        self.events = GrowingTable(self._file, "events", None, FEW_PARTS)

    def settle(self) -> None:
        """Return when the file is on the disk, and its name in the folder."""
        self.sync()
        sync_folder(Path(self._file.filename).parent)

    def new_slot(self) -> h5py.Group:
        """Return an empty place with the layout of a session file, for one device's groups.

        Raises
        ------
        RecordingError
            When there is none left.
        """
        if self._used == SLOTS:
            raise RecordingError(
                f"One recording has room for {SLOTS} devices.", "Begin another recording."
            )
        self._used += 1
        slot: h5py.Group = self._file[f"{_SLOTS}/{self._used - 1:02}"]
        return slot

    def slot_is_filled(self) -> None:
        """From now on the last place counts. Everything in it is on the disk before that."""
        self.sync()
        self._filled[self._used - 1] = 1

    def sync(self) -> None:
        """Return when everything so far is on the disk."""
        handle = self._file.id.get_vfd_handle()
        # HDF5 first writes how long the file is, then makes it so long: a kill between the two
        # would leave a file that is shorter than it says.
        os.ftruncate(handle, self._file.id.get_filesize())
        self._file.flush()
        os.fsync(handle)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class GrowingTable:
    """A table in parts that stay where they are.

    A part is a contiguous dataset of fixed length, in which a row that is not there yet is blank.
    It gets its place in the file when the part before it is begun, so that this is on the disk
    well before its first row comes. In each row stand ``begun`` and ``whole``, its first and last
    byte: a row is shorter than a disk's sector, so where both are 1 all of it has been written.

    Parameters
    ----------
    parent : h5py.Group
    name : str
    row_type : dtype or None
        None for lines of text, of which a part is a stretch of bytes.
    parts : int
    """

    def __init__(
        self, parent: h5py.Group, name: str, row_type: np.dtype[np.void] | None, parts: int
    ) -> None:
        group = parent.create_group(name)
        self.name: str = group.name
        self._framed = row_type is not None
        kind = _BYTE if row_type is None else _framed(row_type)
        describe(group, {_TABLE: _ROWS if self._framed else _LINES})
        names = [f"{k:03}" for k in range(parts)]
        for k, part in enumerate(names):
            group.create_dataset(part, (_part_rows(k, kind),), kind, fill_time="never")
        self._group, self._names = group, iter(names)
        self._at = 0
        self._next = self._with_a_place()
        self._begin_part()

    def append(self, rows: NDArray[Any]) -> None:
        """Write rows behind the ones that are there.

        Raises
        ------
        RecordingError
            When all parts are full.
        """
        while len(rows):
            if self._at == len(self._part):
                self._begin_part()
            now = rows[: len(self._part) - self._at]
            end = self._at + len(now)
            self._part[self._at : end] = _with_marks(now, self._part.dtype) if self._framed else now
            self._at, rows = end, rows[len(now) :]

    def _begin_part(self) -> None:
        if self._next is None:
            raise RecordingError(
                f"{self.name} is full: a recording can be no longer.", "Begin another recording."
            )
        self._part, self._at = self._next, 0
        self._next = self._with_a_place()

    def _with_a_place(self) -> h5py.Dataset | None:
        name = next(self._names, None)
        if name is None:
            return None
        # Opened when its turn comes, let go of after: HDF5 keeps a buffer for each that is open.
        part = self._group[name]
        part[0] = np.zeros((), part.dtype)
        return part


def event_line(t_host_ns: int, kind: str, detail: str) -> NDArray[np.uint8]:
    """One event as the table of events takes it; `detail` is JSON."""
    return np.frombuffer((json.dumps([t_host_ns, kind, detail]) + "\n").encode(), _BYTE)


def describe(node: h5py.Group, attributes: Mapping[str, Any]) -> None:
    """Set attributes, text at its full length in the node itself.

    HDF5 would put text of any length into a heap, with what other nodes have there.
    """
    for key, value in attributes.items():
        if isinstance(value, str | bytes):
            text = value.encode() if isinstance(value, str) else value
            node.attrs.create(key, text, dtype=h5py.string_dtype("utf-8", max(len(text), 1)))
        else:
            node.attrs[key] = value


# ---- reading -------------------------------------------------------------------------------


def filled_slots(file: h5py.File) -> list[str]:
    """Names of the places that devices have taken; each has the layout of a session file."""
    if not is_in_parts(file):
        return []
    return [f"{_SLOTS}/{number:02}" for number in np.flatnonzero(file[_FILLED][:] == 1)]


def unmarked_slots(file: h5py.File) -> list[str]:
    """Names of places that hold something and were not marked: it had not all been written."""
    if not is_in_parts(file):
        return []
    marked = filled_slots(file)
    names = (f"{_SLOTS}/{number:02}" for number in range(len(file[_FILLED])))
    return [name for name in names if name not in marked and _is_begun(file, name)]


def _is_begun(file: h5py.File, name: str) -> bool:
    try:
        return len(file[name]) > 0
    except BROKEN:
        return True


def is_in_parts(file: h5py.File) -> bool:
    """Whether a session file is laid out as one that is being recorded."""
    return _FILLED in file


def is_bookkeeping(name: str) -> bool:
    """Whether that is the name of a node at the root that only partial files have."""
    return name in (_SLOTS, _FILLED)


def is_table(group: h5py.Group) -> bool:
    """Whether it is a table in parts."""
    return _TABLE in group.attrs


def table_pieces(group: h5py.Group) -> Iterator[NDArray[np.void]]:
    """Read a table in parts, up to the first row that is not whole.

    Parameters
    ----------
    group : h5py.Group
        For which `is_table` holds.

    Yields
    ------
    (n,) structured array
        At least one, however short; for lines, as `solemetry.session.format.EVENT`.

    Raises
    ------
    ValueError
        In the end, when something stands behind that: the disk had not written all in order.
    """
    names = sorted(group)
    kind = group[names[0]].dtype
    lines = bytes(group.attrs[_TABLE]) == _LINES
    yield np.empty(0, EVENT if lines else kind["row"])
    pieces = _lines(group, names, kind) if lines else _rows(group, names, kind)
    total = 0
    for rows, torn in pieces:
        total += len(rows)
        yield rows
        if torn:
            raise ValueError(f"behind its first {total} rows some are missing")


_Pieces = Iterator[tuple[NDArray[np.void], bool]]
"""Rows, and whether what follows them is torn."""


def _rows(group: h5py.Group, names: list[str], kind: np.dtype[Any]) -> _Pieces:
    for number, (raw, length) in enumerate(_read_parts(group, names, kind), start=1):
        there = (raw["begun"] == 1) & (raw["whole"] == 1)
        end = len(raw) if there.all() else int(np.argmin(there))
        behind = raw[end + 1 :]
        torn = bool((behind["begun"] | behind["whole"]).any())
        last = end < length
        yield raw["row"][:end], torn or (last and _any_holds(group, names[number:], kind))
        if last:
            return


def _lines(group: h5py.Group, names: list[str], kind: np.dtype[Any]) -> _Pieces:
    """All events at once, as a line may go on in the next part."""
    read, torn = [np.empty(0, kind)], False
    try:
        for number, (raw, length) in enumerate(_read_parts(group, names, kind), start=1):
            read.append(raw)
            if len(raw) < length:
                torn = _any_holds(group, names[number:], kind)
                break
    except BROKEN:
        torn = True
    raw = np.concatenate(read)
    events, end = _events_of(raw)
    yield events, torn or bool(raw[end:].any())


def _read_parts(
    group: h5py.Group, names: list[str], kind: np.dtype[Any]
) -> Iterator[tuple[NDArray[Any], int]]:
    """Read each part, and say how long it is."""
    for name in names:
        part = group[name]
        yield _read_part(part, kind), len(part)


def _any_holds(group: h5py.Group, names: list[str], kind: np.dtype[Any]) -> bool:
    return any(_holds_something(group, name, kind) for name in names)


def _holds_something(group: h5py.Group, name: str, kind: np.dtype[Any]) -> bool:
    try:
        return bool(_read_part(group[name], kind).view(_BYTE).any())
    except BROKEN:  # its place came with the last write, and no row can be in it
        return False


def _read_part(part: h5py.Dataset, kind: np.dtype[Any]) -> NDArray[Any]:
    """Read what the file has of a part, without HDF5, which asks more of the file than need be."""
    at, path = part.id.get_offset(), part.file.filename
    if at is None or at >= os.path.getsize(path):
        return np.empty(0, kind)
    return np.fromfile(path, kind, len(part), offset=at)


def _events_of(raw: NDArray[np.uint8]) -> tuple[NDArray[np.void], int]:
    """Events up to the first blank or damage, and how many bytes make sense up to there."""
    text = raw.tobytes().partition(b"\0")[0]
    events: list[tuple[int, str, str]] = []
    end = 0
    for line in text.split(b"\n")[:-1]:
        try:
            t_host_ns, kind, detail = json.loads(line)
        except ValueError:
            return np.array(events, EVENT), end
        events.append((int(t_host_ns), kind, detail))
        end += len(line) + 1
    return np.array(events, EVENT), len(text)


# ---- parts of a table ----------------------------------------------------------------------


def _part_rows(number: int, kind: np.dtype[Any]) -> int:
    """Rows of a part, a multiple of 8 so that what lies behind it is aligned."""
    wanted = min(FIRST_BYTES << number, MOST_BYTES)
    return -(-wanted // (8 * kind.itemsize)) * 8


def _framed(row_type: np.dtype[np.void]) -> np.dtype[np.void]:
    return np.dtype([("begun", "u1"), ("row", row_type), ("whole", "u1")])


def _with_marks(rows: NDArray[np.void], framed: np.dtype[np.void]) -> NDArray[np.void]:
    out = np.empty(len(rows), framed)
    out["begun"] = out["whole"] = 1
    out["row"] = rows
    return out
