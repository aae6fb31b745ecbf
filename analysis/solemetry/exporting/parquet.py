# SPDX-License-Identifier: Apache-2.0
"""Parquet: as CSV, but each table carries its units, and what there is to know, in its schema.

The metadata of a column has ``unit`` and ``meaning``; that of the table has ``solemetry``, JSON.
What is missing is null. Needs pyarrow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from solemetry.errors import UnavailableError
from solemetry.exporting.about import about, as_json, events_as_text
from solemetry.exporting.columns import Table, tables
from solemetry.exporting.csv import EVENTS, file_names
from solemetry.exporting.written import Written, new_folder
from solemetry.session.model import Session

METADATA = "solemetry"


def write(session: Session, out: Path) -> Written:
    """Write a new folder ``out``.

    Raises
    ------
    UnavailableError
        When pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    made = tables(session)
    told = {METADATA: as_json(about(session, made))}
    names = file_names(made)
    with new_folder(out) as folder:
        for table, name in zip(made, names, strict=True):
            content = _arrow_table(arrow, table).replace_schema_metadata(told)
            parquet.write_table(content, folder / f"{name}.parquet")
        events = events_as_text(session)
        content = arrow.table(
            [
                arrow.array(events.t_s.to_numpy(float), arrow.float64()),
                arrow.array(list(events.kind), arrow.string()),
                arrow.array(list(events.detail), arrow.string()),
            ],
            arrow.schema(
                [
                    arrow.field("t_s", arrow.float64(), metadata={"unit": "s"}),
                    arrow.field("kind", arrow.string()),
                    arrow.field("detail", arrow.string(), metadata={"meaning": "JSON"}),
                ],
                metadata=told,
            ),
        )
        parquet.write_table(content, folder / f"{EVENTS}.parquet")
    return Written(tuple(out / f"{name}.parquet" for name in (*names, EVENTS)), ())


def _arrow_table(arrow: Any, table: Table) -> Any:
    fields = [
        arrow.field(
            column.name, arrow.float64(), metadata={"unit": column.unit, "meaning": column.meaning}
        )
        for column in table.columns
    ]
    values = [arrow.array(one, arrow.float64(), from_pandas=True) for one in table.values.T]
    return arrow.table(values, arrow.schema(fields))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UnavailableError(
            "Parquet files are written with pyarrow, and it is not installed.",
            'Install it: pip install "solemetry[parquet]".',
        ) from None
    return pyarrow, pyarrow.parquet
