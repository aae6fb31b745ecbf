# SPDX-License-Identifier: Apache-2.0
r"""Text exports of novel's loadsol insoles of three zones.

Two lines of text, one of names such as ``PGV247-L::heel`` (the device, its side, the zone), one of
units; then tab-separated numbers, a line every 5 ms. Force and motion of each foot have their own
column of time, which now and then is one line early or late; the lines themselves are regular. What
was not received is -1 in every zone, with a total of 0, and ``-`` in the motion: missing samples.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError
from solemetry.importers.tables import (
    Table,
    TextFile,
    first_lines,
    read_table,
    read_text,
    require_columns,
)
from solemetry.layouts import loadsol
from solemetry.session.format import imu_of
from solemetry.session.imported import forces_stream, imported_session, motion_stream
from solemetry.session.model import Motion, Session, Stream

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

SOURCE = "novel loadsol text"

TOTAL_WITHIN_N = 0.02
"""A total may differ by this from its zones: four numbers, each rounded to 0.001 N or so."""

_NAMES_LINE, _UNITS_LINE, _FIRST_LINE = 3, 4, 5
_TIME = "Time[secs]"
_NOTHING = "-"
_LOST = -1.0
_JITTER = 1.5
_ZONES = ("heel", "medial", "lateral")
_SIDES: dict[Side, str] = {"left": "-L", "right": "-R"}


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return (
        len(lines) >= _UNITS_LINE
        and "::" in lines[_NAMES_LINE - 1]
        and lines[_UNITS_LINE - 1].startswith(f"{_TIME}\tForce[N]")
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Read one recording: ``insole-left``, ``insole-right`` and their motion.

    Session time is the time of the file, evened out.

    Raises
    ------
    FileError
        When zones are missing, a line cannot be read, time is irregular, or a total is not the
        sum of its zones. Names the line.
    """
    file = read_text(path)
    names = _names(file)
    feet = [side for side in _SIDES if any(f"{_SIDES[side]}::" in name for name in names)]
    wanted = [name for name in names if not name.startswith("blank")]
    table = read_table(
        file, _FIRST_LINE, names, "\t", only=wanted, missing=("", _NOTHING)
    )
    streams = [_insole(table, names, side) for side in feet]
    motion = [one for side in feet if (one := _motion(table, names, side)) is not None]
    told = {"recording": file.line(1), "comment": file.line(2).removeprefix("comment").strip()}
    return imported_session(
        file.path, SOURCE, streams, motion=motion, original=told, notes=table.notes
    )


def _names(file: TextFile) -> list[str]:
    """Name each column of the lines of numbers once: the device's names, and times by place."""
    given, units = (file.line(line).split("\t") for line in (_NAMES_LINE, _UNITS_LINE))
    width = len(file.line(_FIRST_LINE).split("\t"))
    given, units = ([*row, *[""] * width][:width] for row in (given, units))
    return [
        name or (f"time {n}" if unit == _TIME else f"blank {n}")
        for n, (name, unit) in enumerate(zip(given, units, strict=True))
    ]


def _insole(table: Table, names: Sequence[str], side: Side) -> Stream:
    device = _device(names, side)
    zones = [f"{device}::{zone}" for zone in _ZONES]
    require_columns(table.file, _NAMES_LINE, names, [*zones, device])
    forces_n = np.column_stack([table[zone] for zone in zones])
    total_n = table[device]
    forces_n = np.where((forces_n == _LOST).all(axis=1, keepdims=True), np.nan, forces_n)
    off = np.abs(total_n - forces_n.sum(axis=1)) > TOTAL_WITHIN_N
    if off.any():
        row = int(np.argmax(off))
        raise FileError(
            f"{table.place(row, device)}: {total_n[row]:g} N, but its zones make "
            f"{forces_n[row].sum():g} N.",
            "The line is damaged: copy or export the file again.",
        )
    t_s, rate_hz = _time(table, _time_of(names, zones[0]))
    return forces_stream(
        f"insole-{side}",
        t_s,
        forces_n[: len(t_s)],
        loadsol(side),
        rate_hz,
        str(table.file.path),
        info={"side": side, "device": device},
        notes=("Where the three zones lie is nominal; so is the centre of pressure.",),
    )


def _motion(table: Table, names: Sequence[str], side: Side) -> Motion | None:
    device = _device(names, side)
    acceleration, turn_rate = (
        [f"{device}::{axis}{kind}" for axis in "xyz"] for kind in ("Acc", "Gyro")
    )
    if any(name not in table for name in (*acceleration, *turn_rate)):
        return None
    t_s, rate_hz = _time(table, _time_of(names, acceleration[0]))
    acceleration_g, turn_rate_rps = (
        np.column_stack([table[name] for name in of])[: len(t_s)]
        for of in (acceleration, turn_rate)
    )
    name, where = imu_of(f"insole-{side}"), str(table.file.path)
    return motion_stream(name, t_s, acceleration_g, np.degrees(turn_rate_rps), rate_hz, where)


def _device(names: Sequence[str], side: Side) -> str:
    mark = f"{_SIDES[side]}::"
    return next(name.partition("::")[0] for name in names if mark in name)


def _time_of(names: Sequence[str], column: str) -> str:
    """Return the column of time nearest before a column."""
    before = names[: list(names).index(column)]
    return [name for name in before if name.startswith("time ")][-1]


def _time(table: Table, column: str) -> tuple[Floats, float]:
    """Even times of the lines that hold this foot, and their rate; the other may have more."""
    told_s = table[column]
    told_s = told_s[: int(np.isfinite(told_s).sum())]
    step_s = float(np.median(np.diff(told_s))) if len(told_s) > 1 else np.nan
    t_s = told_s[:1] + step_s * np.arange(len(told_s))
    off = ~(np.abs(told_s - t_s) <= _JITTER * step_s)
    if off.any() or not step_s > 0:
        row = int(np.argmax(off))
        raise FileError(
            f"{table.place(row)}: the time of a foot is not that of lines in equal steps "
            f"({step_s:g} s each).",
            "Lines may be missing: export the file again.",
        )
    return t_s, float(f"{1 / step_s:.6g}")
