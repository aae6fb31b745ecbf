# SPDX-License-Identifier: Apache-2.0
"""Force plate text as Motive exports it: one plate, one file, comma-separated.

A head of ``name,value`` lines, an empty line, the names of the columns, then the rows. Forces are
in N, moments in N m about the middle of the top, the centre of pressure ``Cx Cy`` in m, all along
the plate's own axes: ``Cx = -My / Fz`` and ``Cy = Mx / Fz``, with ``Fz`` positive under a weight.

Where the plate's axes point in the room the file does not tell (`Coordinate Space` is `Local`):
x is taken to the right and y forward, and a note says so. Nor does it tell whose force it is, of
the person on the plate or of the ground on the person, so there is no shear here.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import takewhile

import numpy as np

from solemetry.errors import FileError
from solemetry.importers.plates import cop_where_loaded
from solemetry.importers.tables import (
    TextFile,
    first_lines,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.session.imported import imported_session
from solemetry.session.model import Session
from solemetry.session.reading import load_stream

SOURCE = "Motive force plate export (csv)"

_HEAD = "Format Version"
_ROWS_BEGIN = "MocapFrame"
_TIME, _FORCE, _COP_X, _COP_Y = "MocapTime", "Fz", "Cx", "Cy"
_SENSED = ("Fx", "Fy", "Fz", "Mx", "My", "Mz")
_MM_PER_M = 1000.0
_LOOK_FOR_ROWS = 200
_AXES = (
    "The file does not tell how the person stood: the plate's x is taken to the right, "
    "its y forward."
)


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and lines[0].startswith(_HEAD) and any(
        line.startswith(("Device Name", _ROWS_BEGIN)) for line in lines
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Read one take as a session with one ``load`` stream, ``plate``.

    Raises
    ------
    FileError
        When the head is cut, columns or rows are missing, a line cannot be read, or time is
        irregular. Names the line.
    """
    file = read_text(path)
    head = file.head(_LOOK_FOR_ROWS)
    at = next((k for k, line in enumerate(head, 1) if line.startswith(_ROWS_BEGIN)), 0)
    if not at:
        raise FileError(
            f"{file.path}, line {len(head)}: no line up to here begins with {_ROWS_BEGIN}.",
            "The line with the names of the columns is missing: export the take again.",
        )
    told = dict(_facts(head[: at - 1]))
    names = [name.strip() for name in head[at - 1].split(",")]
    require_columns(file, at, names, (_TIME, *_SENSED, _COP_X, _COP_Y))
    table = read_table(file, at + 1, names, ",")
    _check_length(file, len(table.values), told.get("Total Exported Frames", ""))
    force_n = table[_FORCE]
    cop_mm = np.column_stack((table[_COP_X], table[_COP_Y])) * _MM_PER_M
    silent = int((table.values[:, [names.index(name) for name in _SENSED]] == 0).all(axis=1).sum())
    notes = [_AXES, *table.notes]
    if silent:
        notes.append(f"In {silent} rows all six channels are exactly zero: nothing was sent there.")
    stream = load_stream(
        "plate",
        table[_TIME],
        force_n,
        cop_where_loaded(cop_mm, force_n),
        sampling_rate(table, table[_TIME]),
        str(file.path),
    )
    return imported_session(
        file.path,
        SOURCE,
        [stream],
        original=told,
        start_utc=_start(told.get("Capture Start Time", "")),
        notes=notes,
    )


def _facts(head: list[str]) -> list[tuple[str, str]]:
    lines = takewhile(lambda line: not line.startswith(_ROWS_BEGIN), head)
    parts = (line.partition(",") for line in lines if line.strip(", "))
    return [(name.strip(), value.strip(", ")) for name, _, value in parts]


def _check_length(file: TextFile, rows: int, told: str) -> None:
    if told.isdecimal() and int(told) != rows:
        raise FileError(
            f"{file.path}, to its last line: {rows} rows, but its head tells of {told}.",
            "The file is cut short: copy it again, or export the take again.",
        )


def _start(text: str) -> str:
    """Return the start of the capture in UTC; empty where it cannot be read."""
    try:
        return datetime.strptime(text, "%d %b %Y %H:%M:%S %z").astimezone(UTC).isoformat()
    except ValueError:
        return ""
