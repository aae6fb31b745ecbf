# SPDX-License-Identifier: Apache-2.0
"""From the file of a running recording to the file that is kept.

A partial file survives a killed writer and a loss of power because nothing in it is moved or
rewritten: see `solemetry.session.partial`. A finished one is small and carries checksums. Between
the two stand a temporary file and one atomic rename, so that at every moment one whole file exists.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError, RecordingError
from solemetry.session.consistency import consistent_rows, plausible_entries
from solemetry.session.format import COMPLETE, PARTIAL_SUFFIX, RECOVERED, SUFFIX
from solemetry.session.joining import (
    ROWS_AT_ONCE,
    Reader,
    Unreadable,
    as_text,
    join,
    read_whole,
)
from solemetry.session.partial import BROKEN, unmarked_slots
from solemetry.session.reading import open_as_it_lies
from solemetry.session.whole import write_whole


def finish(partial: Path, state: str = COMPLETE) -> Path:
    """Pack ``NAME.partial.h5`` into ``NAME.h5`` and remove it.

    Parameters
    ----------
    partial : Path
    state : str
        What the root attribute ``state`` becomes.

    Returns
    -------
    Path
        ``NAME.h5``, or ``NAME-2.h5`` and so on where that exists: nothing is overwritten.

    Raises
    ------
    RecordingError
        When there is no room, or the file cannot be written. The partial file stays, and is
        a valid session.
    FileError
        When the partial file cannot be read.
    """
    partial = Path(partial)

    def refuse(name: str, error: Exception) -> None:
        raise FileError(
            f"{partial}: {name} cannot be read: {error}.",
            "`solemetry repair` saves what can be read.",
        ) from error

    with open_as_it_lies(partial) as source:
        finished = _pack(source, partial, state, read_whole, refuse)
    partial.unlink()
    return finished


def repair(partial: Path) -> Path:
    """Save what can be read of a recording that broke off.

    As `finish`, but the state becomes ``recovered``, unreadable parts are passed over, and
    rows that no recorder can have written are cut off at the end. If that leaves anything
    out, the damaged file is kept beside the new one as ``NAME.h5.damaged``.

    Raises
    ------
    RecordingError
        As `finish`.
    FileError
        When the file is no session at all, or too damaged to find anything in it.
    """
    partial = Path(partial)
    target = _final_name(partial)
    padded = target.with_name(target.name + ".padded")
    left_out: list[str] = []

    def salvage(node: h5py.Dataset | h5py.Group) -> Iterator[NDArray[Any]]:
        believable, begun = _believer(node), False
        try:
            for rows in read_whole(node):
                good = believable(rows)
                yield rows[:good] if rows.shape else rows
                begun = True
                if rows.shape and good < len(rows):
                    left_out.append(node.name)
                    return
        except BROKEN:
            if not begun:
                raise
            left_out.append(node.name)

    def pass_over(name: str, error: Exception) -> None:
        left_out.append(name)

    def tidy(packed: h5py.File) -> None:
        left_out.extend(_drop_stumps(packed))

    try:
        readable = _made_whole(partial, padded)
        with open_as_it_lies(readable) as source:
            left_out += unmarked_slots(source)
            finished = _pack(source, partial, RECOVERED, salvage, pass_over, tidy)
    except BROKEN as error:
        raise FileError(
            f"{partial} is too damaged to save anything of it: {error}.", "It stays as it is."
        ) from error
    finally:
        padded.unlink(missing_ok=True)
    if left_out or readable != partial:
        os.replace(partial, _free_name(target.with_name(target.name + ".damaged")))
    else:
        partial.unlink()
    return finished


# ---- packing -------------------------------------------------------------------------------


def _pack(
    source: h5py.File,
    partial: Path,
    state: str,
    read: Reader,
    unreadable: Unreadable,
    tidy: Callable[[h5py.File], None] = lambda packed: None,
) -> Path:
    target = _free_name(_final_name(partial))

    def fill(packed: h5py.File) -> None:
        join(source, packed, read, unreadable, _packing)
        packed.attrs["state"] = state
        tidy(packed)

    try:
        write_whole(target, fill)
    except OSError as error:
        whole = Path(source.filename) == partial
        raise _not_packed(partial, error, valid=whole) from error
    return target


def _packing(rows: NDArray[Any]) -> dict[str, Any]:
    """Choose filters for numbers; text of any length lies elsewhere in the file and takes none."""
    kinds = [rows.dtype[field] for field in rows.dtype.names or ()] or [rows.dtype]
    if not rows.size or rows.shape == () or any(kind.hasobject for kind in kinds):
        return {}
    chunk = (min(len(rows), ROWS_AT_ONCE), *rows.shape[1:])
    return {"chunks": chunk, "shuffle": True, "compression": 4, "fletcher32": True}


def _not_packed(partial: Path, error: OSError, valid: bool) -> RecordingError:
    kept = "is kept, and is a valid session" if valid else "stays as it is"
    return RecordingError(
        f"{partial.name} could not be packed: {error.strerror or error}.",
        f"{partial} {kept}. Make room, then run `solemetry repair` on it.",
    )


# ---- salvage -------------------------------------------------------------------------------


def _believer(node: h5py.Dataset | h5py.Group) -> Callable[[NDArray[Any]], int]:
    """Return what says of each piece of a table how many rows a recorder can have written."""
    table = node.name.rsplit("/", 1)[-1]
    kind = as_text(node.parent.attrs.get("kind"))
    if table != "samples" or kind not in ("cells", "imu"):
        return lambda rows: plausible_entries(table, rows)
    before: list[NDArray[Any]] = []

    def consistent(rows: NDArray[Any]) -> int:
        good = consistent_rows(np.concatenate((*before, rows))) - len(before)
        if len(rows):
            before[:] = [rows[-1:]]
        return good

    return consistent


def _drop_stumps(packed: h5py.File) -> list[str]:
    """Drop streams that lack what none can be read without, so that the others can; name them."""
    dropped = []
    for name, stream in list(packed.get("streams", {}).items()):
        needs = {"kind", "rate_hz"}
        there = set(stream.attrs) | set(stream)
        if as_text(stream.attrs.get("kind")) == "cells":
            needs |= {"delay_s", "description", "calibration"}
            there |= set(packed[f"devices/{name}"].attrs) if f"devices/{name}" in packed else set()
        if not needs | {"samples"} <= there:
            del packed[f"streams/{name}"]
            dropped.append(name)
    return dropped


def _made_whole(partial: Path, padded: Path) -> Path:
    """Return a file that HDF5 opens: `partial`, or if its end is missing, a padded copy.

    The superblock (version 0, which recordings have) says in bytes 40 to 48 how long the file
    was meant to be. What the padding fills in is blank, and cut off later.
    """
    if not partial.is_file():
        raise FileError(f"There is no file {partial}.", "Check its name and folder.")
    with partial.open("rb") as file:
        head = file.read(48)
    if head[:9] != b"\x89HDF\r\n\x1a\n\0":
        return partial
    length = int.from_bytes(head[40:48], "little")
    if not partial.stat().st_size < length <= 2 * partial.stat().st_size + 2**24:
        return partial
    try:
        shutil.copyfile(partial, padded)
        os.truncate(padded, length)
    except OSError as error:
        raise _not_packed(partial, error, valid=False) from error
    return padded


# ---- names and disks -----------------------------------------------------------------------


def _final_name(partial: Path) -> Path:
    if not partial.name.endswith(PARTIAL_SUFFIX):
        raise RecordingError(
            f"{partial.name} is not a partial recording.", f"Those end in {PARTIAL_SUFFIX}."
        )
    return partial.with_name(partial.name.removesuffix(PARTIAL_SUFFIX) + SUFFIX)


def _free_name(wanted: Path) -> Path:
    """`wanted`, or if it exists, the same with -2, -3, ... before its first suffix."""
    if not wanted.exists():
        return wanted
    end = wanted.name.index(SUFFIX)
    stem, suffixes = wanted.name[:end], wanted.name[end:]
    names = (wanted.with_name(f"{stem}-{number}{suffixes}") for number in count(2))
    return next(name for name in names if not name.exists())
