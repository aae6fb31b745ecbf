# SPDX-License-Identifier: Apache-2.0
"""Text exports of Moticon's OpenGo insoles.

Lines of ``# key: value``, one of column names, then tab-separated numbers: time in s, and of each
foot 16 pressures in N/cm2, acceleration in g, turn rate in degrees per second, total force in N
and centre of pressure in lengths and widths of the insole. A foot that was not received has empty
fields.

Force on a cell is pressure times area. The maker rounds the total to 1 N; cells are scaled to it,
by less than that, so that total force is the maker's to the last digit. The centre of pressure
is made anew from the cells (within 0.001 of the maker's, which is 0 below 50 N). Where the cells
lie was derived from such exports (`solemetry.layouts`).
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.errors import FileError
from solemetry.importers.tables import (
    Table,
    TextFile,
    first_lines,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.layouts import MOTICON_SIZES, moticon
from solemetry.session.format import imu_of
from solemetry.session.imported import forces_stream, imported_session, motion_stream
from solemetry.session.model import NO_EVENTS, Motion, Session, Stream

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

SOURCE = "Moticon OpenGo text"

TOTAL_WITHIN_N, TOTAL_WITHIN = 2.0, 0.01
"""By so much, or by this part, a total may differ from the sum of pressure times area: it is
rounded to 1 N, and the areas are known to 0.1 %."""

LOADED_N = 100.0
"""Samples with more than this give the areas of a size whose areas are not known."""

EVENT = "moticon"
"""Kind of the session's events that the export brings."""

_SIDES: tuple[Side, ...] = ("left", "right")
_MM2_PER_CM2 = 100.0
_AXES = "XYZ"


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and lines[0].startswith("# ") and any(
        line.startswith("# Sensor insoles:") for line in lines
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Read one recording: streams ``insole-left`` and ``insole-right``, their motion, and events.

    Session time is the time of the file. Steps and events that the export holds become events of
    kind `EVENT`, with ``column``, ``value`` and ``label``.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, time is irregular, or a total does not
        fit the pressures. Names the line.
    """
    file = read_text(path)
    told, header_line = _header(file)
    names = file.line(header_line).removeprefix("# ").rstrip("\t").split("\t")
    require_columns(file, header_line, names, ["time"])
    feet = [side for side in _SIDES if any(name.startswith(f"{side} pressure") for name in names)]
    if not feet:
        raise FileError(
            f"{file.path}, line {header_line}: there are no pressures.",
            "Export the recording again with the pressures of all sensors.",
        )
    for side in feet:
        require_columns(file, header_line, names, _pressures(side))
    wanted = [name for side in feet for name in _columns(side) if name in names]
    table = read_table(
        file, header_line + 1, names, "\t", only=["time", *wanted], missing=("",)
    )
    rate_hz = sampling_rate(table, table["time"])
    size = _size(told, file)
    return imported_session(
        file.path,
        SOURCE,
        [_insole(table, side, size, rate_hz, told) for side in feet],
        motion=[one for side in feet if (one := _motion(table, side, rate_hz)) is not None],
        original=told,
        events=_events(file, header_line, names),
        start_utc=_start(told),
        notes=table.notes,
    )


def _header(file: TextFile) -> tuple[dict[str, str], int]:
    """Read what the file says of itself, and the line that names the columns."""
    told: dict[str, str] = {}
    for number, line in enumerate(file.lines(), 1):
        if not line.startswith("# "):
            break
        if line.startswith("# time\t"):
            return told, number
        key, colon, value = line.removeprefix("# ").partition(":")
        if colon:
            told[key] = value.strip()
    raise FileError(
        f"{file.path} has no line '# time ...' that names the columns.",
        "It may be cut short: export it again as text.",
    )


def _pressures(side: Side) -> list[str]:
    return [f"{side} pressure {cell}[N/cm²]" for cell in range(1, 17)]


def _total(side: Side) -> str:
    return f"{side} total force[N]"


def _acceleration(side: Side) -> list[str]:
    return [f"{side} acceleration {axis}[g]" for axis in _AXES]


def _turn_rate(side: Side) -> list[str]:
    return [f"{side} angular {axis}[dps]" for axis in _AXES]


def _columns(side: Side) -> list[str]:
    return [*_pressures(side), _total(side), *_acceleration(side), *_turn_rate(side)]


def _size(told: dict[str, str], file: TextFile) -> int:
    try:
        return int(told.get("Size", ""))
    except ValueError:
        raise FileError(
            f"{file.path}: the size of the insoles is not told.",
            "A line '# Size: 7' is needed, for the size gives the cells' areas.",
        ) from None


def _insole(table: Table, side: Side, size: int, rate_hz: float, told: dict[str, str]) -> Stream:
    layout = moticon(side, size)
    area_mm2 = np.asarray(layout.area_mm2)
    pressure = np.column_stack([table[name] for name in _pressures(side)])
    notes = ["Where the cells lie was derived from exports; millimetres are nominal."]
    forces_n = pressure * area_mm2 / _MM2_PER_CM2
    if _total(side) in table:
        if size not in MOTICON_SIZES:
            factor = _fit(table[_total(side)], forces_n.sum(axis=1))
            layout, forces_n = replace(layout, area_mm2=area_mm2 * factor), forces_n * factor
            notes.append(f"The cells' areas of size {size} follow from the maker's total force.")
        forces_n = _scaled(forces_n, table, side)
    else:
        notes.append("The maker's total force is not in the file; forces are pressure times area.")
    return forces_stream(
        f"insole-{side}",
        table["time"],
        forces_n,
        layout,
        rate_hz,
        str(table.file.path),
        info={"side": side, "size": size, "sensor_insoles": told.get("Sensor insoles", "")},
        notes=notes,
    )


def _fit(total_n: Floats, sum_n: Floats) -> float:
    """By what the areas have to be multiplied; 1 where nothing is loaded."""
    loaded = (total_n > LOADED_N) & (sum_n > 0)
    return float(np.median(total_n[loaded] / sum_n[loaded])) if loaded.any() else 1.0


def _scaled(forces_n: Floats, table: Table, side: Side) -> Floats:
    """Scale the cells of each sample to the maker's total; one that does not fit is damage."""
    total_n, sum_n = table[_total(side)], forces_n.sum(axis=1)
    off = np.abs(total_n - sum_n) > np.maximum(TOTAL_WITHIN_N, TOTAL_WITHIN * total_n)
    if off.any():
        row = int(np.argmax(off))
        raise FileError(
            f"{table.place(row, _total(side))}: {total_n[row]:g} N, but the pressures make "
            f"{sum_n[row]:.0f} N.",
            "The line is damaged, or the size of the insoles is another: export it again.",
        )
    scale = np.divide(total_n, sum_n, out=np.ones_like(sum_n), where=sum_n != 0)
    return np.asarray(forces_n * scale[:, None])


def _motion(table: Table, side: Side, rate_hz: float) -> Motion | None:
    if any(name not in table for name in (*_acceleration(side), *_turn_rate(side))):
        return None
    acceleration_g, turn_rate_dps = (
        np.column_stack([table[name] for name in names])
        for names in (_acceleration(side), _turn_rate(side))
    )
    name = imu_of(f"insole-{side}")
    where = str(table.file.path)
    return motion_stream(name, table["time"], acceleration_g, turn_rate_dps, rate_hz, where)


def _events(file: TextFile, header_line: int, names: list[str]) -> pd.DataFrame:
    """Return the few fields of the columns of steps and events, in order of time."""
    labels = {
        value: name for name, value in pairwise(names)
        if name.endswith(" label[]") and value == name.replace(" label[]", "[]")
    }  # fmt: skip
    columns = [*(name for name in names if re.fullmatch(r"\w+ steps\[\]", name)), *labels]
    if not columns:
        return NO_EVENTS.copy()
    sparse = pd.read_csv(
        io.BytesIO(file.body[file.offset(header_line + 1) :]),
        sep="\t",
        header=None,
        names=names,
        index_col=False,
        usecols=["time", *columns, *labels.values()],
        dtype=str,
        keep_default_na=False,
        quoting=3,
    )
    found = [
        (float(time), EVENT, {"column": column, "value": value, "label": label})
        for column in columns
        for time, value, label in zip(
            sparse["time"], sparse[column],
            sparse[labels[column]] if column in labels else [""] * len(sparse), strict=True,
        )
        if value
    ]  # fmt: skip
    if not found:
        return NO_EVENTS.copy()
    events = pd.DataFrame(found, columns=["t_s", "kind", "detail"])
    return events.sort_values("t_s", kind="stable", ignore_index=True)


def _start(told: dict[str, str]) -> str:
    """UTC, where the export has a time stamp; the other start time is of an unknown place."""
    stamp = told.get("Start timestamp", "")
    if not stamp.isdigit():
        return ""
    return datetime.fromtimestamp(int(stamp) / 1000, UTC).isoformat()
