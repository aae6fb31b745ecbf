# SPDX-License-Identifier: Apache-2.0
"""Text exports (.asc) of novel's pedar insoles.

A header with sensor type, rate and unit; a line of cell numbers; then time in s and pressures in
kPa, 99 of the left insole and 99 of the right. The sensor type begins with the letter of the
insole's size, which gives areas and places of the cells (`solemetry.layouts`).
"""

from __future__ import annotations

import os
import re
from typing import Literal

import numpy as np

from solemetry.errors import FileError, SolemetryError
from solemetry.importers.tables import (
    WHITE_SPACE,
    TextFile,
    first_lines,
    read_table,
    read_text,
    sampling_rate,
)
from solemetry.layouts import pedar
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session, Stream

SOURCE = "novel pedar .asc"

_CELLS = 99
_HEADER_LINES = 40
_TIME = "time[secs]"
_KPA_TO_N_PER_MM2 = 1e-3

Side = Literal["left", "right"]


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and lines[0].startswith("file name:") and any(
        re.match("(left|right) insole:", line) for line in lines
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Read one recording as a session with ``insole-left`` and ``insole-right``.

    Session time is the time of the file.

    Raises
    ------
    FileError
        When the header lacks something, the size is not known, or a line cannot be read.
    """
    file = read_text(path)
    head = file.head(_HEADER_LINES)
    told = _told(head)
    feet = _feet(head)
    size = told.get("sensor type", "").partition("-")[0].lower()
    at = next((n for n, line in enumerate(head, 1) if line.startswith(_TIME)), None)
    if at is None or not feet:
        raise FileError(
            f"{file.path}: the line that begins with {_TIME!r}, or 'left insole:', is missing.",
            "The file may be cut short: export it again as .asc.",
        )
    if "kPa" not in told.get("pressure values in", ""):
        raise FileError(
            f"{file.path}: pressures are in {told.get('pressure values in') or 'an unknown unit'}.",
            "Export them in kPa.",
        )
    names = [_TIME, *(f"{side} {cell}" for side in feet for cell in range(1, _CELLS + 1))]
    _check_cells(file, at, feet)
    table = read_table(file, at + 1, names, WHITE_SPACE)
    t_s = table[_TIME]
    rate_hz = sampling_rate(table, t_s)

    def insole(side: Side, first: int) -> Stream:
        try:
            layout = pedar(side, size)
        except SolemetryError as error:
            raise FileError(f"{file.path}: {error.problem}", error.remedy) from None
        area_mm2 = np.asarray(layout.area_mm2)
        forces_n = table.values[:, first : first + _CELLS] * area_mm2 * _KPA_TO_N_PER_MM2
        return forces_stream(
            f"insole-{side}", t_s, forces_n, layout, rate_hz, str(file.path),
            info={"side": side, "size": size, "sensor_type": told["sensor type"]},
            notes=("Areas and places of the cells are those that pressuRe has of this size.",),
        )  # fmt: skip

    streams = [insole(side, 1 + n * _CELLS) for n, side in enumerate(feet)]
    return imported_session(file.path, SOURCE, streams, original=told, notes=table.notes)


def _told(head: list[str]) -> dict[str, str]:
    """Read the header: ``key: value`` between tabs, and the unit."""
    told = {}
    for line in head:
        if line.startswith(("mask definition", _TIME)):
            break
        if line.startswith("pressure values in"):
            told["pressure values in"] = line.removeprefix("pressure values in").strip()
            continue
        for part in line.split("\t"):
            key, _, value = part.partition("date/time" if part.startswith("date/time") else ":")
            if part.strip():
                told[key.strip() or "date/time"] = value.strip()
    return told


def _feet(head: list[str]) -> list[Side]:
    sides: tuple[Side, ...] = ("left", "right")
    order = [line.partition(" ")[0] for line in head if re.match("(left|right) insole:", line)]
    return [side for word in order for side in sides if side == word]


def _check_cells(file: TextFile, line: int, feet: list[Side]) -> None:
    """Make sure that the columns are all cells of each insole, in order."""
    numbers = file.line(line).split()[1:]
    if numbers != [str(cell) for _ in feet for cell in range(1, _CELLS + 1)]:
        raise FileError(
            f"{file.path}, line {line}: {len(numbers)} cells, not 1 to {_CELLS} of each of "
            f"{len(feet)} insole(s).",
            "Export all cells, without a mask.",
        )
