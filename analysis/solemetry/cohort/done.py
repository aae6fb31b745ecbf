# SPDX-License-Identifier: Apache-2.0
"""What has been analysed: kept as it comes, so that a batch that was killed goes on from there."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from solemetry.errors import FileError


class Done:
    """The rows of each file that is done, by name, and by the key they were made under.

    A small SQLite file. What was kept outlives the death of this process; a crash of the whole
    computer may take the last seconds with it, and nothing else.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def keys(self) -> dict[str, str]:
        """Under which key each file was done."""
        return dict(self._database.execute("SELECT name, key FROM done"))

    def keep(self, name: str, key: str, rows: bytes) -> None:
        """Keep the rows of a file, in place of older ones."""
        self._database.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?)", (name, key, rows))

    def rows(self, names: Iterable[str]) -> Iterator[bytes]:
        """Give the rows of files, one file at a time, in the order asked for."""
        for name in names:
            found = self._database.execute("SELECT rows FROM done WHERE name = ?", (name,))
            yield found.fetchone()[0]


@contextmanager
def open_done(path: str | os.PathLike[str]) -> Iterator[Done]:
    """Open what has been done, for nobody else as long.

    Raises
    ------
    FileError
        When another batch has it open, or it is something else.
    """
    path = Path(path)
    try:
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as database:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS done (name TEXT PRIMARY KEY, key TEXT, rows BLOB)"
            )
            yield Done(database)
    except sqlite3.DatabaseError as error:
        busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        raise FileError(
            f"{path} cannot be used: {error}.",
            "Another batch writes the same table: wait for it, or choose another one."
            if busy
            else "Is there room, and may you write there? If so, delete it; all is analysed anew.",
        ) from None
