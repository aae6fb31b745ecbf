# SPDX-License-Identifier: Apache-2.0
"""A disk that can lose its power: every write a recording makes, and what may be left of them."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
import pytest

from solemetry.session.format import EVENT
from solemetry.session.partial import GrowingTable, PartialFile
from solemetry_host.live import recorder

SECTOR, PAGE = 512, 4096


@dataclass(frozen=True)
class Write:
    """Bytes that were put somewhere; None: the file was given the length `at`."""

    at: int
    data: bytes | None

    @property
    def end(self) -> int:
        return self.at + len(self.data or b"")


@dataclass(frozen=True)
class Synced:
    """From here on all writes before are on the disk; so many rows each table had by then."""

    rows: dict[str, int]


class Disk(io.BytesIO):
    """A file that remembers how it came to be what it is."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Write | Synced] = []
        self.recorded: dict[str, Any] = {}
        """All rows of each table, by the name it has in the finished file."""

    def write(self, data: Any) -> int:
        self.log.append(Write(self.tell(), bytes(data)))
        return super().write(data)

    def truncate(self, size: int | None = None) -> int:
        assert size is not None
        self.log.append(Write(size, None))
        length = super().truncate(size)
        self.seek(0, io.SEEK_END)
        super().write(bytes(size - self.tell()))
        return length

    def rows_came(self, table: str, rows: Any) -> None:
        if rows.dtype == np.uint8:
            lines = [tuple(json.loads(line)) for line in rows.tobytes().splitlines()]
            rows = np.array(lines, EVENT)
        table = re.sub(r"^/slots/\d+", "", table)
        before = self.recorded.get(table, rows[:0])
        self.recorded[table] = np.concatenate((before, rows))

    def synced(self) -> None:
        self.log.append(Synced({table: len(rows) for table, rows in self.recorded.items()}))


def put_under_the_recorder(disk: Disk, patch: pytest.MonkeyPatch) -> None:
    """Have the next recording write to `disk`."""

    class OnTheDisk(PartialFile):
        def __init__(self, file: h5py.File, *rest: Any) -> None:
            file.close()
            super().__init__(h5py.File(disk, "w"), *rest)

        def settle(self) -> None:
            self.sync()

        def sync(self) -> None:
            self._file.flush()
            disk.synced()

    append = GrowingTable.append

    def counting(table: GrowingTable, rows: Any) -> None:
        append(table, rows)
        disk.rows_came(table.name, rows)

    patch.setattr(recorder, "PartialFile", OnTheDisk)
    patch.setattr(GrowingTable, "append", counting)


@dataclass(frozen=True)
class Image:
    """What a disk may hold after its power went, and how many rows of each table it has to."""

    data: bytes
    synced: dict[str, int]
    how: str


def images(log: list[Write | Synced], wanted: int, chance: random.Random) -> Iterator[Image]:
    """Lose the power `wanted` times, at random moments and in random ways.

    All that was written before the last sync is there. Of what came after, any sectors, or any
    pages, may have reached the disk and any others not; or the writes have in their order up to
    one that broke off in its middle. The length of the file is what that needs, or more.
    """
    syncs = [k for k, item in enumerate(log) if isinstance(item, Synced) and item.rows]
    moments = sorted(chance.choices(range(len(syncs)), k=wanted))
    on_disk, done = bytearray(), 0
    for moment in moments:
        at = syncs[moment]
        for item in log[done:at]:
            if isinstance(item, Write):
                _apply(on_disk, item)
        done = at
        end = syncs[moment + 1] if moment + 1 < len(syncs) else len(log)
        coming = [item for item in log[at:end] if isinstance(item, Write)]
        image, how = on_disk.copy(), chance.choice(["sectors", "pages", "torn"])
        if how == "torn":
            whole = chance.randrange(len(coming) + 1)
            for item in coming[:whole]:
                _apply(image, item)
            for item in coming[whole : whole + 1]:
                _apply(image, _shortened(item, chance))
        else:
            size, share = SECTOR if how == "sectors" else PAGE, chance.choice([0.1, 0.5, 0.9])
            for item in coming:
                for piece in _pieces(item, size):
                    if chance.random() < share:
                        _apply(image, piece)
        last = log[at]
        assert isinstance(last, Synced)
        yield Image(bytes(image), last.rows, f"{how} after sync {moment}")


def _apply(image: bytearray, write: Write) -> None:
    if write.data is None:
        del image[write.at :]
    image.extend(bytes(max(write.end - len(image), 0)))
    if write.data is not None:
        image[write.at : write.end] = write.data


def _pieces(write: Write, size: int) -> Iterator[Write]:
    """The write as the disk sees it, cut where its sectors end."""
    if write.data is None:
        yield write
        return
    at = write.at
    while at < write.end:
        end = min(at // size * size + size, write.end)
        yield Write(at, write.data[at - write.at : end - write.at])
        at = end


def _shortened(write: Write, chance: random.Random) -> Write:
    if not write.data:
        return write
    return Write(write.at, write.data[: chance.randrange(len(write.data))])
