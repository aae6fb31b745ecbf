# SPDX-License-Identifier: Apache-2.0
"""Text exports (.lst) of novel's emed pressure plates: one page for each picture.

A page has a header, a line of column numbers of the plate's matrix, a line for each of its rows,
and forces in N of rows and columns, if exported. As on the screen, rows are counted from the top
and columns from the left: x to the right, y upwards, from the middle of the plate. The unit of
pressure is not written; force over area of the pages says it. Cells that no page shows are left
out, and so are pages of the largest or the mean picture (MPP, MVP), which follow from the others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.errors import FileError
from solemetry.importers.pieces import all_numbers
from solemetry.importers.tables import (
    MIN_ROWS,
    WHITE_SPACE,
    TextFile,
    first_lines,
    read_text,
)
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session

Floats = NDArray[np.float64]

SOURCE = "novel emed .lst"

FORCE_WITHIN_N, FORCE_WITHIN = 0.02, 0.001
"""The force of a page may differ by so much, and this part, from that of its cells: it is rounded
to 0.01 N, and they are rounded too."""

_KPA = {"kPa": 1.0, "N/cm2": 10.0, "psi": 6.894757, "mmHg": 0.1333224}
_UNIT_WITHIN = 0.01
_LOADED_N = 50.0
_MM_PER_CM = 10.0
_N_PER_KPA_MM2 = 1e-3
_FORCE = b"Force"
_PAGE = re.compile(rb"\n[ \t]*Page \d+")
"""Sought by its line end, which is several times as fast as by ``^``."""

_TABLE = re.compile(
    rb"Pict-No\.:[ \t]*(\d+)[^\n]*\n(?:[ \t\r]*\n)*([^\n]*)\n((?:\d[^\n]*\n)*)(?:Force([^\n]*))?"
)
"""Number of the picture, names of the columns, rows, and forces of the columns."""
_NUMBER = re.compile(rb"\d+(\.\d+)?")


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    text = "\n".join(first_lines(head)[:20])
    return "Matrix:" in text and "Time/picture:" in text


@dataclass(frozen=True, eq=False)
class _Page:
    """Part of a picture: pressures of some rows and columns of the plate."""

    line: int
    picture: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    pressure: Floats
    force_n: float


def read(path: str | os.PathLike[str]) -> Session:
    """Read one measurement as a session with the stream ``plate``, one cell of the matrix each.

    Session time is 0 at the first picture.

    Raises
    ------
    FileError
        When a page is not whole, a number cannot be read, the unit cannot be told, or the force
        of a page is not that of its cells. Names the line.
    """
    file = read_text(path)
    told = _told(file)
    step_s, size_mm, matrix = _geometry(told, file)
    pages = _pages(file)
    _check_pictures(pages, file)
    area_mm2 = size_mm[0] * size_mm[1]
    unit = _unit(pages, area_mm2, file)
    n_per_unit = _KPA[unit or "kPa"] * area_mm2 * _N_PER_KPA_MM2
    for page in pages:
        force_n = float(page.pressure.sum()) * n_per_unit
        if abs(force_n - page.force_n) > FORCE_WITHIN_N + FORCE_WITHIN * force_n:
            raise FileError(
                f"{file.path}, line {page.line}: the cells of this page make {force_n:.2f} N, but "
                f"it says {page.force_n:.2f} N.",
                "A number is damaged there: copy or export the file again.",
            )
    rows, columns = (
        np.unique(np.concatenate(of))
        for of in ([page.rows for page in pages], [page.columns for page in pages])
    )
    t_s, cells = _pictures(pages, step_s, rows, columns)
    forces_n = cells.reshape(len(t_s), -1) * n_per_unit
    notes = [] if unit else ["The unit of pressure is not told; it is taken to be kPa."]
    stream = forces_stream(
        "plate", t_s, forces_n, _layout(rows, columns, size_mm, matrix), 1 / step_s,
        str(file.path), info={"pressure_unit": unit or "kPa"}, notes=notes,
    )  # fmt: skip
    return imported_session(file.path, SOURCE, [stream], original=told)


def _told(file: TextFile) -> dict[str, str]:
    """Read what the first page says above its table."""
    told = {}
    for line in file.head(20):
        if line.lstrip().startswith("Pict-No"):
            break
        for part in line.split("\t"):
            key, colon, value = part.partition(":")
            if colon:
                told[key.strip()] = value.strip()
    return told


def _geometry(
    told: dict[str, str], file: TextFile
) -> tuple[float, tuple[float, float], tuple[int, int]]:
    """Seconds from picture to picture, size of a cell in mm, columns and rows of the plate."""
    try:
        step_ms = float(told["Time/picture"].removesuffix("ms"))
        width, depth = told["Sensor size"].removesuffix("cm").split("x")
        columns, rows = told["Matrix"].split("x")
        size_mm = (float(width) * _MM_PER_CM, float(depth) * _MM_PER_CM)
        return step_ms / 1e3, size_mm, (int(columns), int(rows))
    except (KeyError, ValueError):
        raise FileError(
            f"{file.path}: the first page lacks 'Time/picture: 10.0 ms', 'Sensor size: "
            "0.500x0.500 cm' or 'Matrix: 64x95'.",
            "Export the file again, with its header.",
        ) from None


def _pages(file: TextFile) -> list[_Page]:
    """Read the pages of pictures, in order."""
    tables = list(_tables(file))
    pages: dict[int, _Page] = {}
    for names in {table[2] for _, table in tables}:
        alike = [(line, table) for line, table in tables if table[2] == names]
        pages |= {page.line: page for page in _pages_alike(alike, names.split(), file)}
    return [pages[line] for line, _ in tables]


def _tables(file: TextFile) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Find the table of each picture, and the line on which its page begins."""
    starts = [0, *(match.start() + 1 for match in _PAGE.finditer(file.body))]
    line = 1
    for start, stop in pairwise([*starts, len(file.body)]):
        if table := _TABLE.search(file.body, start, stop):
            yield line, table
        line += file.body.count(b"\n", start, stop)


def _pages_alike(
    tables: list[tuple[int, re.Match[bytes]]], names: list[bytes], file: TextFile
) -> Iterator[_Page]:
    """Read pages that show the same columns."""
    has_force = names[-1:] == [_FORCE]
    shown = names[:-1] if has_force else names
    body = memoryview(file.body)
    rows_of = [body[slice(*table.span(3))] for _, table in tables]
    numbers = all_numbers(rows_of, WHITE_SPACE, len(names) + 1)
    if numbers is None or not all(name.isdigit() for name in shown):
        damaged = (page for page in tables if _odd_row(page[1]) is not None)
        raise _damage(*next(damaged, tables[-1]), file)
    columns, first = np.array([int(name) for name in shown]), 0
    for line, table in tables:
        stop = first + file.body.count(b"\n", *table.span(3))
        rows = numbers[first:stop, 0].astype(np.int64)
        pressure = numbers[first:stop, 1 : 1 + len(columns)]
        sums = (table[4] or b"").split()
        follow = len(rows) > 0 and bool((np.diff(rows) == 1).all())
        if not follow or (has_force and not _are_numbers(sums, len(names))):
            raise _damage(line, table, file)
        force_n = float(sums[-1]) if has_force else np.nan
        yield _Page(line, int(table[1]), rows, columns, pressure, force_n)
        first = stop


def _damage(line: int, table: re.Match[bytes], file: TextFile) -> FileError:
    """Say which line of a page cannot be read; the one below its rows, if all of them can."""
    odd, rows = _odd_row(table), table[3].count(b"\n")
    before = table.string.count(b"\n", 0, table.start(3))
    return FileError(
        f"{file.path}, line {1 + before + (rows if odd is None else odd)}: picture "
        f"{int(table[1])} is not whole there (its page begins on line {line}). A line of its table "
        f"has {len(table[2].split()) + 1} numbers, rows follow each other, and forces stand below.",
        "The file may be cut short or damaged: copy or export it again.",
    )


def _odd_row(table: re.Match[bytes]) -> int | None:
    """Which row of a table cannot be read."""
    width, rows = len(table[2].split()) + 1, table[3].split(b"\n")[:-1]
    return next((n for n, row in enumerate(rows) if not _are_numbers(row.split(), width)), None)


def _are_numbers(fields: list[bytes], count: int) -> bool:
    return len(fields) == count and all(map(_NUMBER.fullmatch, fields))


def _check_pictures(pages: list[_Page], file: TextFile) -> None:
    numbers = [page.picture for page in pages]
    for page, before in zip(pages[1:], numbers, strict=False):
        if page.picture < before:
            raise FileError(
                f"{file.path}, line {page.line}: picture {page.picture} comes after {before}; "
                "another measurement begins there.",
                "Export each measurement to a file of its own.",
            )
    if len(set(numbers)) < MIN_ROWS:
        raise FileError(
            f"{file.path} has only {len(set(numbers))} pictures.",
            f"A recording has {MIN_ROWS} at the least; export all of them.",
        )


def _unit(pages: list[_Page], area_mm2: float, file: TextFile) -> str:
    """Tell the unit of pressure from the pages' forces; "" where they have none."""
    loaded = [page for page in pages if page.force_n >= _LOADED_N]
    if not loaded:
        return ""
    kpa = np.median([page.force_n / page.pressure.sum() for page in loaded])
    kpa /= area_mm2 * _N_PER_KPA_MM2
    near = [unit for unit, size in _KPA.items() if abs(kpa / size - 1) < _UNIT_WITHIN]
    if not near:
        raise FileError(
            f"{file.path}: by force over area of its pages, a pressure of 1 is {kpa:g} kPa, "
            f"which is none of {', '.join(_KPA)}.",
            "Export the file again in one of these units.",
        )
    return near[0]


def _pictures(
    pages: list[_Page], step_s: float, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Put pages together: time of each picture, and its cells ``(P, rows, columns)``."""
    numbers = np.unique([page.picture for page in pages])
    cells = np.zeros((len(numbers), len(rows), len(columns)))
    for page in pages:
        at = int(np.searchsorted(numbers, page.picture))
        down, right = np.searchsorted(rows, page.rows), np.searchsorted(columns, page.columns)
        cells[at][np.ix_(down, right)] = page.pressure
    return (numbers - numbers[0]) * step_s, cells


def _layout(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    size_mm: tuple[float, float],
    matrix: tuple[int, int],
) -> SensorLayout:
    x_mm = (columns - (matrix[0] + 1) / 2) * size_mm[0]
    y_mm = ((matrix[1] + 1) / 2 - rows) * size_mm[1]
    places = np.stack(np.meshgrid(x_mm, y_mm), axis=-1).reshape(-1, 2)
    return SensorLayout(
        name="emed",
        kind="plate",
        labels=tuple(f"{row},{column}" for row in rows for column in columns),
        xy_mm=places,
        size_mm=(matrix[0] * size_mm[0], matrix[1] * size_mm[1]),
        area_mm2=np.full(len(places), size_mm[0] * size_mm[1]),
    )
