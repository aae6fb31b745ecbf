# SPDX-License-Identifier: Apache-2.0
"""ASCII exports (.asf) of Tekscan's F-Scan insoles.

Lines of ``KEY value`` down to ``ASCII_DATA``, then frames: a line ``Frame n`` and a line for each
row of the matrix, toes first, with pressures between commas and ``B`` where the insole has no
cell; ``@@`` ends the file. As on the screen, the foot is seen from above. Tekscan ends the name of
the left foot's movie with L and of the right one's with R.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.errors import FileError
from solemetry.importers.pieces import all_numbers
from solemetry.importers.tables import TextFile, first_lines, read_text
from solemetry.loading.footprint import CONTACT_KPA
from solemetry.loading.loads import insole_mask
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Side = Literal["left", "right"]

SOURCE = "Tekscan F-Scan .asf"

_KPA = {"kpa": 1.0, "psi": 6.894757, "mmhg": 0.1333224, "mpa": 1000.0}
_N_PER_KPA_MM2 = 1e-3
_DATA = "ASCII_DATA"
_FRAME = re.compile(rb"^Frame (\d+)", re.MULTILINE)
_END = b"@@"
_CELL = re.compile(rb"B|\d+(\.\d+)?")


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and lines[0].startswith("DATA_TYPE") and any(
        line.startswith("VERSION Tekscan") for line in lines
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Read one movie as a session with ``insole-left``, ``insole-right`` or, unsaid, ``insole``.

    Session time is 0 at the first frame. Cells are those that are no ``B``, row by row.

    Raises
    ------
    FileError
        When the header lacks something, pressures are not calibrated, or a frame is not whole.
    """
    file = read_text(path)
    told = _told(file)
    rows, columns = _whole(told, "ROWS", file), _whole(told, "COLS", file)
    numbers, pressure, cells = _frames(file, rows, columns)
    forces_n = np.take(pressure, np.flatnonzero(cells), axis=1)
    _check_frames(numbers, told, file)
    step_s = _number(told, "SECONDS_PER_FRAME", file)
    side = _side(told)
    layout = _layout(told, cells, file)
    forces_n *= _KPA[_unit(told, file)] * float(np.asarray(layout.area_mm2)[0]) * _N_PER_KPA_MM2
    layout = _on_print(layout, forces_n)
    if side is not None:
        layout = replace(layout, regions=insole_mask(layout, side))
    stream = forces_stream(
        f"insole-{side}" if side else "insole",
        (numbers - numbers[0]) * step_s,
        forces_n,
        layout,
        1 / step_s,
        str(file.path),
        info={"side": side or "", "pressure_unit": told["UNITS"]},
        notes=() if side else ("The file does not say which foot it is of.",),
    )
    return imported_session(file.path, SOURCE, [stream], original=told)


def _told(file: TextFile) -> dict[str, str]:
    """Read the header; the lines below ``COMMENTS:`` are one text."""
    told: dict[str, str] = {}
    last = ""
    for line in file.lines():
        key, _, value = line.partition(" ")
        if key == _DATA:
            return told
        if re.fullmatch(r"[A-Z][A-Z0-9_]*:?", key):
            last = key.removesuffix(":")
            told[last] = value.strip()
        elif last:
            told[last] = f"{told[last]} {line}".strip()
    raise FileError(
        f"{file.path} has no line {_DATA}: there are no frames.",
        "The file may be cut short: export the movie again as ASCII.",
    )


def _number(told: dict[str, str], key: str, file: TextFile) -> float:
    try:
        value = float(told[key].split()[0])
        if not value > 0:
            raise ValueError
        return value
    except (KeyError, IndexError, ValueError):
        raise FileError(
            f"{file.path}: the header has no {key} above 0.", "Export the movie again as ASCII."
        ) from None


def _whole(told: dict[str, str], key: str, file: TextFile) -> int:
    return round(_number(told, key, file))


def _unit(told: dict[str, str], file: TextFile) -> str:
    unit = told.get("UNITS", "").lower()
    if unit not in _KPA:
        raise FileError(
            f"{file.path}: pressures are in {told.get('UNITS') or 'an unknown unit'}.",
            "Calibrate the movie and export it in kPa.",
        )
    return unit


def _frames(
    file: TextFile, rows: int, columns: int
) -> tuple[NDArray[np.int64], Floats, Bools]:
    """Return numbers of the frames, pressures ``(F, rows * columns)``, and where cells are."""
    end = file.body.rfind(_END)
    marks = list(_FRAME.finditer(file.body, 0, max(end, 0)))
    if not marks:
        raise FileError(
            f"{file.path} has no frames, or no last line '@@'.",
            "It is cut short: copy or export it again.",
        )
    stops = [*(mark.start() for mark in marks[1:]), end]
    tables = [
        file.body[mark.end() : stop].strip() + b"\n"
        for mark, stop in zip(marks, stops, strict=True)
    ]
    usual = _shape(tables[0])
    fits = usual.count(b"\n") == rows and all(
        line.count(b",") == columns - 1 for line in usual.split(b"\n")[:-1]
    )
    odd = 0 if not fits else next((n for n, t in enumerate(tables) if _shape(t) != usual), None)
    numbers = all_numbers([table.replace(b"B", b"0") for table in tables], ",", columns)
    if odd is not None or numbers is None:
        if odd is None:
            bad = (n for n, t in enumerate(tables) if not all(map(_is_cell, _fields(t))))
            odd = next(bad, len(tables) - 1)
        raise _damage(file, marks[odd], tables[odd], usual, rows, columns)
    cells = np.array([field != b"B" for field in _fields(usual)]).reshape(rows, columns)
    frames = np.array([int(mark[1]) for mark in marks])
    return frames, numbers.reshape(len(frames), rows * columns), cells


def _shape(table: bytes) -> bytes:
    """Take the numbers out of a table: commas, B and line ends are left."""
    return table.translate(None, b"0123456789. \r")


def _fields(table: bytes) -> list[bytes]:
    return table.strip(b"\r\n").replace(b"\n", b",").split(b",")


def _is_cell(field: bytes) -> bool:
    return _CELL.fullmatch(field.strip()) is not None


def _damage(
    file: TextFile, mark: re.Match[bytes], table: bytes, usual: bytes, rows: int, columns: int
) -> FileError:
    """Say which line of a frame is not as it should be; the last one, if all look well."""
    lines, shapes = table.split(b"\n")[:-1], usual.split(b"\n")
    odd = (
        n for n, line in enumerate(lines)
        if not all(map(_is_cell, line.split(b","))) or shapes[n : n + 1] != [_shape(line)]
        or line.count(b",") != columns - 1
    )  # fmt: skip
    at = 2 + file.body.count(b"\n", 0, mark.start()) + next(odd, len(lines) - 1)
    return FileError(
        f"{file.path}, line {at}: frame {int(mark[1])} is not whole there. A frame has {rows} "
        f"lines of {columns} pressures, with B at the same places in all frames.",
        "The file may be cut short or damaged: copy or export it again.",
    )


def _check_frames(
    numbers: NDArray[np.int64], told: dict[str, str], file: TextFile
) -> None:
    """Make sure that the frames are those that the header promises."""
    first, last = (_whole(told, key, file) for key in ("START_FRAME", "END_FRAME"))
    if not np.array_equal(numbers, np.arange(first, last + 1)):
        raise FileError(
            f"{file.path} has {len(numbers)} frames; its header promises {first} to {last}.",
            "It is cut short or damaged: copy or export it again.",
        )


def _side(told: dict[str, str]) -> Side | None:
    named = re.search(r"([LR])\.\w+$", told.get("FILENAME", ""))
    return None if named is None else "left" if named[1] == "L" else "right"


def _layout(told: dict[str, str], cells: Bools, file: TextFile) -> SensorLayout:
    """Cells of the sheet as it was cut."""
    down_mm, right_mm = _number(told, "ROW_SPACING", file), _number(told, "COL_SPACING", file)
    area_mm2 = _number(told, "SENSEL_AREA", file)
    if not all(told[key].endswith(unit) for key, unit in
               (("ROW_SPACING", "mm"), ("COL_SPACING", "mm"), ("SENSEL_AREA", "mm2"))):
        raise FileError(
            f"{file.path}: the spacing or the area of the cells is not in mm.",
            "Export the movie again in metric units.",
        )
    row, column = np.nonzero(cells)
    middle = (column.min() + column.max()) / 2
    return SensorLayout(
        name="f-scan",
        kind="insole",
        labels=tuple(f"{r + 1},{c + 1}" for r, c in zip(row, column, strict=True)),
        xy_mm=np.column_stack(
            ((column - middle) * right_mm, (row.max() - row + 0.5) * down_mm)
        ),
        size_mm=(float(np.ptp(column) + 1) * right_mm, float(np.ptp(row) + 1) * down_mm),
        area_mm2=np.full(len(row), area_mm2),
    )


def _on_print(layout: SensorLayout, forces_n: Floats) -> SensorLayout:
    """Measure places from the print: one sheet serves many sizes, so its own edges tell nothing."""
    peak_kpa = forces_n.max(axis=0, initial=0.0) / np.asarray(layout.area_mm2) / _N_PER_KPA_MM2
    touched_mm = layout.xy_mm[peak_kpa > CONTACT_KPA]
    if len(np.unique(touched_mm[:, 0])) < 2 or len(np.unique(touched_mm[:, 1])) < 2:
        return layout
    (left, heel), (right, toes) = touched_mm.min(axis=0), touched_mm.max(axis=0)
    return replace(
        layout,
        xy_mm=layout.xy_mm - ((left + right) / 2, heel),
        size_mm=(float(right - left), float(toes - heel)),
    )
