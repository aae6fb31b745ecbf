# SPDX-License-Identifier: Apache-2.0
"""The tables of a cohort: Parquet with a unit on each column, and a list of what is not in it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solemetry.cohort.one_file import Failure
from solemetry.cohort.rows import FILE, Cell, Row
from solemetry.errors import UnavailableError
from solemetry.exporting.written import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 512
"""So many are in memory, and make one row group."""

_FIRST: Row = {"file": FILE}
"""Is there even where no file could be analysed."""

_READ_BY_PANDAS = "PANDAS_ATTRS"
"""What pandas makes the `attrs` of a table that it reads."""


def write_table(
    path: Path, rows_of_each_file: Callable[[], Iterable[Sequence[Row]]], facts: dict[str, str]
) -> int:
    """Write rows as Parquet: the same rows make the same bytes.

    Columns are in the order in which they are first met. Each has its ``unit`` and ``definition``
    as metadata; for pandas the units are in ``table.attrs["units"]`` too.

    Parameters
    ----------
    path : Path
        Replaced when the new one is whole.
    rows_of_each_file : callable
        Gives all rows, file by file; it is called twice.
    facts : dict of str to str
        What is to be known of the whole table.

    Returns
    -------
    int
        How many rows there are.

    Raises
    ------
    UnavailableError
        When pyarrow is not installed.
    FileError
        When it cannot be written; then the one that was there stays.
    """
    require_pyarrow()
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(chain([_FIRST], chain.from_iterable(rows_of_each_file())), facts)
    count = 0
    with (
        whole_file(path) as whole,
        parquet.ParquetWriter(whole, schema, compression="zstd") as table,
    ):
        for rows in _in_portions(chain.from_iterable(rows_of_each_file())):
            plain = [{name: of.value for name, of in row.items()} for row in rows]
            table.write_table(pa.Table.from_pylist(plain, schema))
            count += len(rows)
    return count


def require_pyarrow() -> None:
    """Say so where Parquet cannot be written."""
    try:
        import pyarrow  # noqa: F401 - only whether it is there
    except ImportError:
        raise UnavailableError(
            "pyarrow, which writes Parquet, is not installed.",
            "Run: pip install 'solemetry[cohort]'",
        ) from None


def _schema(rows: Iterable[Row], facts: dict[str, str]) -> pa.Schema:
    import pyarrow as pa

    described: dict[str, Cell] = {}
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for name, cell in row.items():
            described.setdefault(name, cell)
            kinds.setdefault(name, set()).add(type(cell.value))
    units = {name: of.unit for name, of in described.items() if of.unit}
    fields = [
        pa.field(name, _type(kinds[name]), metadata={"unit": of.unit, "definition": of.definition})
        for name, of in described.items()
    ]
    return pa.schema(fields, {**facts, _READ_BY_PANDAS: json.dumps({"units": units})})


def _type(kinds: set[type]) -> pa.DataType:
    import pyarrow as pa

    kinds = kinds - {type(None)}
    for kind, arrow in ((bool, pa.bool_()), (str, pa.string()), (int, pa.int64())):
        if kinds == {kind}:
            return arrow
    return pa.float64()


def _in_portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    portion = []
    for row in rows:
        portion.append(row)
        if len(portion) == ROWS_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def write_failures(path: Path, failures: Iterable[Failure]) -> None:
    """Write what could not be analysed as CSV: ``path, why, remedy``; in order of the paths.

    Raises
    ------
    FileError
        When it cannot be written.
    """
    with (
        whole_file(path) as whole,
        whole.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        table: Any = csv.writer(file)
        table.writerow(("path", "why", "remedy"))
        table.writerows(
            (of.path, of.why, of.remedy) for of in sorted(failures, key=lambda of: of.path)
        )
