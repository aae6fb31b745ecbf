# SPDX-License-Identifier: Apache-2.0
"""A table of all results and recordings, for quick questions. The files are the truth.

It holds nothing that the files do not say, so it may be thrown away at any time: the next question
makes it anew. It is brought up to date by looking which files are new, changed or gone; only those
are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from typing import Any

from solemetry.errors import FileError
from solemetry.session.format import PARTIAL_SUFFIX, SUFFIX
from solemetry.session.joining import as_text
from solemetry.session.partial import BROKEN
from solemetry.session.reading import open_as_it_lies
from solemetry_host.people.results import Alike, Value, read_result, values_of

Row = tuple[Any, ...]

NAME = "index.sqlite"

_VERSION = 1
_TICK_NS = 20_000_000
"""Two changes within one tick of a file system's clock may bear the same time."""

_ALIKE = tuple(field.name for field in fields(Alike))
_TABLES = f"""
create table file (
    person text, path text, size integer, mtime_ns integer, inode integer, trouble text,
    primary key (person, path)
);
create table result (
    person text, path text, at text, drill text, level integer, ended text,
    ok integer, failed integer, unverified integer, session text,
    foreign key (person, path) references file on delete cascade
);
create table value (
    person text, path text, measure text, side text, {", ".join(_ALIKE)}, day text, value real,
    foreign key (person, path) references file on delete cascade
);
create table session (
    person text, path text, start_utc text, state text, subject text,
    foreign key (person, path) references file on delete cascade
);
create index value_of on value (person, drill, measure);
create index value_in on value (person, path);
create index result_in on result (person, path);
create index session_in on session (person, path);
pragma user_version = {_VERSION};
"""

_OVERVIEW = """
select
    file.person,
    count(result.path) as results,
    count(session.path) as recordings,
    ifnull(substr(max(result.at), 1, 10), '') as day,
    ifnull(group_concat(nullif(file.trouble, ''), ' '), '') as troubles
from file left join result using (person, path) left join session using (person, path)
group by file.person
"""


class Index:
    """The table beside the folders of people.

    Parameters
    ----------
    people : Path
        Folder that holds a folder for each person.
    file : Path
        The database.
    """

    def __init__(self, people: Path, file: Path) -> None:
        self._people = people
        self.file = file

    def values(self, person: str, drill: str | None = None) -> list[Value]:
        """Every number of a person's results, of one drill or of all; the oldest first."""
        rows = self._ask(
            f"select measure, side, {', '.join(_ALIKE)}, day, value from value"
            " where person = ? and drill = ifnull(?, drill) order by day, path, rowid",
            person,
            drill,
        )
        return [
            Value(measure, side, Alike(*alike), date.fromisoformat(day), value)
            for measure, side, *alike, day, value in (row.values() for row in rows)
        ]

    def results(self, person: str) -> list[dict[str, Any]]:
        """List a person's results; the oldest first."""
        return self._ask("select * from result where person = ? order by path", person)

    def sessions(self, person: str) -> list[dict[str, Any]]:
        """List a person's recordings; the oldest first."""
        return self._ask("select * from session where person = ? order by path", person)

    def troubles(self, person: str) -> list[str]:
        """Say what is the matter with files of a person that cannot be read."""
        rows = self._ask(
            "select trouble from file where person = ? and trouble != '' order by path", person
        )
        return [row["trouble"] for row in rows]

    def overview(self) -> dict[str, dict[str, Any]]:
        """Count `results` and `recordings` by person, with the last `day` and all `troubles`."""
        return {row.pop("person"): row for row in self._ask(_OVERVIEW)}

    def everything(self) -> dict[str, list[str]]:
        """All that it holds, table by table, in an order that does not depend on its past."""
        return {
            name: sorted(map(repr, self._ask(f"select * from {name}")))
            for name in ("file", "result", "value", "session")
        }

    def throw_away(self) -> None:
        """Remove the database, and what SQLite may have left beside it."""
        for left in self.file.parent.glob(f"{self.file.name}*"):
            left.unlink()

    def _ask(self, question: str, *about: str | None) -> list[dict[str, Any]]:
        """Answer a question, after a look at the files.

        Raises
        ------
        FileError
            When the database is in use by another program, or cannot be written.
        """
        try:
            try:
                return self._answer(question, about)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged, or of another version: nothing is lost with it
                self.throw_away()
                return self._answer(question, about)
        except sqlite3.OperationalError as error:
            raise FileError(
                f"{self.file} cannot be used: {error}.",
                "Close other programs that have it open; it may be deleted at any time.",
            ) from None

    def _answer(self, question: str, about: tuple[str | None, ...]) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as table:
            table.execute("pragma foreign_keys = on")
            table.execute("pragma secure_delete = on")  # what is gone is gone from it too
            table.execute("begin immediate")
            (version,) = table.execute("pragma user_version").fetchone()
            if version == 0:
                for statement in _TABLES.split(";"):
                    table.execute(statement)
            elif version != _VERSION:
                raise sqlite3.DatabaseError(f"version {version}")
            self._catch_up(table)
            table.execute("commit")
            found = table.execute(question, about)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]

    def _catch_up(self, table: sqlite3.Connection) -> None:
        known = {
            (person, path): seen
            for person, path, *seen in table.execute(
                "select person, path, size, mtime_ns, inode from file"
            )
        }
        there = dict(self._look())
        fresh_ns = self.file.stat().st_mtime_ns - _TICK_NS
        for key in known.keys() - there.keys():
            table.execute("delete from file where person = ? and path = ?", key)
        for key, seen in there.items():
            if known.get(key) != seen or seen[1] > fresh_ns:
                table.execute("delete from file where person = ? and path = ?", key)
                self._enter(table, key, seen)

    def _look(self) -> Iterator[tuple[tuple[str, str], list[int]]]:
        """Every file that is looked into, and by what a change of it shows."""
        for folder, ending in (("results", ".json"), ("sessions", SUFFIX)):
            for path in sorted(self._people.glob(f"*/{folder}/*{ending}")):
                if not path.name.endswith(PARTIAL_SUFFIX):  # may be growing right now
                    stat = path.stat()
                    key = (path.parts[-3], f"{folder}/{path.name}")
                    yield key, [stat.st_size, stat.st_mtime_ns, stat.st_ino]

    def _enter(self, table: sqlite3.Connection, key: tuple[str, str], seen: list[int]) -> None:
        path = self._people / key[0] / key[1]
        rows: list[tuple[str, Row]] = []
        trouble = ""
        try:
            rows = _of_session(path) if path.suffix == SUFFIX else _of_result(path)
        except FileError as error:
            trouble = str(error)
        for name, row in [("file", (*seen, trouble)), *rows]:
            places = ", ".join("?" * (len(key) + len(row)))
            table.execute(f"insert into {name} values ({places})", (*key, *row))


def _of_result(path: Path) -> list[tuple[str, Row]]:
    result = read_result(path)
    context, outcome = result.context, result.outcome
    reps = [rep.status for rep in outcome.reps]
    told = (
        context.at.isoformat(), outcome.drill, outcome.level, outcome.ended,
        reps.count("ok"), reps.count("failed"), reps.count("unverified"), context.session,
    )  # fmt: skip
    values = (
        (value.measure, value.side, *astuple(value.alike), value.day.isoformat(), value.value)
        for value in values_of(result)
    )
    return [("result", told), *(("value", row) for row in values)]


def _of_session(path: Path) -> list[tuple[str, Row]]:
    with open_as_it_lies(path) as file:
        try:
            subject = file["subject"].attrs["participant_id"] if "subject" in file else ""
            start, state = file.attrs["start_utc"], file.attrs["state"]
            return [("session", (as_text(start), as_text(state), as_text(subject)))]
        except BROKEN as error:
            raise FileError(
                f"{path} is damaged: {error}.", "`solemetry verify` says more."
            ) from None
