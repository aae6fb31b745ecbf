# SPDX-License-Identifier: Apache-2.0
"""Any table of numbers, with a column map: a small TOML file that says what its columns are.

    separator = ","         # "," ";" "tab" or "space"; without it, found in the line of names
    decimal = "."           # or ","
    header_line = 1         # which line names the columns; 0: none does, they are numbered from 1
    first_line = 2          # where the numbers begin; without it, after the names
    missing = ["", "-"]     # what stands for a missing value, besides NaN
    rate_hz = 1000          # needed without a time column

    [time]                  # leave it out where there is none
    column = "Time"
    unit = "s"              # s, ms, us, or samples (with rate_hz)

    [streams.plate]         # a force plate: force, centre of pressure, or both
    force = { column = "Fz", unit = "N", sign = -1 }
    cop_ml = { column = "CoPy", unit = "m" }        # + to the person's right
    cop_ap = { column = "CoPx", unit = "m" }        # + forward
    shear_ml = { column = "Fy", unit = "N" }        # of the ground on the person
    shear_ap = { column = "Fx", unit = "N" }

    [streams.insole-left]   # sensors at known positions
    kind = "insole"         # or "plate"
    size_mm = [95, 265]
    sensors = [
        { column = "S1", unit = "N", name = "heel", x_mm = 0, y_mm = 25 },
        { column = "S2", unit = "N", name = "toe", x_mm = -10, y_mm = 240 },
    ]

A column is told by its name or by its number from 1 on.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.device import STANDARD_GRAVITY, SensorLayout
from solemetry.errors import FileError
from solemetry.importers.plates import cop_where_loaded
from solemetry.importers.tables import (
    WHITE_SPACE,
    Table,
    TextFile,
    read_table,
    read_text,
    sampling_rate,
)
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session, Stream
from solemetry.session.reading import load_stream

Floats = NDArray[np.float64]

SOURCE = "table with a column map"

NEWTONS = {"N": 1.0, "kN": 1000.0, "kg": STANDARD_GRAVITY, "lbf": 4.4482216152605}
"""Units of force. The pound-force is 0.45359237 kg under standard gravity, by definition."""

MILLIMETRES = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4}
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}

_SEPARATORS = {",": ",", ";": ";", "tab": "\t", "space": WHITE_SPACE}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_SEE = "docs/importing.md shows whole column maps."
_LOAD = {"force": NEWTONS, "cop_ml": MILLIMETRES, "cop_ap": MILLIMETRES,
         "shear_ml": NEWTONS, "shear_ap": NEWTONS}  # fmt: skip


def read(path: str | os.PathLike[str], map_path: str | os.PathLike[str]) -> Session:
    """Read a table as a session with the streams that a column map tells of.

    Parameters
    ----------
    path : path
        The table.
    map_path : path
        The column map, TOML.

    Raises
    ------
    FileError
        When the map is not one, names a column that is not there, or a line cannot be read.
    """
    map_path = Path(map_path)
    try:
        told = tomllib.loads(read_text(map_path).body.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"{map_path} is not valid TOML: {error}.", "Correct that line.") from None
    return _session(read_text(path), _Part(told, "", map_path))


@dataclass(frozen=True)
class _Part:
    """One table of the map; whatever is wrong with it is told with its place in the map."""

    told: Mapping[str, Any]
    name: str
    map_path: Path

    def __contains__(self, key: str) -> bool:
        return key in self.told

    def fault(self, what: str, remedy: str = _SEE) -> FileError:
        return FileError(f"{self.map_path}, {self.name or 'top'}: {what}.", remedy)

    def known(self, *keys: str) -> _Part:
        """Make sure that nothing is told that would be passed over."""
        strange = [key for key in self.told if key not in keys]
        if strange:
            raise self.fault(
                f"{', '.join(strange)} means nothing here", f"Known: {', '.join(keys)}."
            )
        return self

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        value = self.told.get(key, default)
        if value is None:
            raise self.fault(f"{key} is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.fault(f"{key} = {value!r} is of the wrong kind")
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        value: str = self.get(key, str, default)
        if value not in choices:
            raise self.fault(f"{key} = {value!r} is not known", f"Known: {', '.join(choices)}.")
        return value

    def part(self, key: str) -> _Part:
        return _Part(self.get(key, dict), f"{self.name}.{key}".strip("."), self.map_path)

    def parts(self, key: str) -> list[_Part]:
        many = self.get(key, list)
        return [
            _Part(one if isinstance(one, dict) else {}, f"{self.name}.{key}[{k}]", self.map_path)
            for k, one in enumerate(many)
        ]


def _session(file: TextFile, top: _Part) -> Session:
    top.known("separator", "decimal", "header_line", "first_line", "missing", "rate_hz", "time",
              "streams")  # fmt: skip
    streams = top.part("streams")
    if not streams.told:
        raise streams.fault("there is no stream")
    table, labels = _table(file, top)
    t_s, rate_hz = _time(table, labels, top)
    made = []
    for name in streams.told:
        if not _NAME.fullmatch(name):
            raise streams.fault(f"{name!r} is no name", "Use letters, digits and hyphens.")
        stream = streams.part(name)
        build = _cells if "sensors" in stream else _load
        made.append(build(name, table, labels, stream, t_s, rate_hz))
    original = {"column_map": dict(top.told), "head": file.head(table.first_line - 1)}
    return imported_session(file.path, SOURCE, made, original=original, notes=table.notes)


# ---- the table -------------------------------------------------------------------------------


def _table(file: TextFile, top: _Part) -> tuple[Table, list[str]]:
    """Read all columns that the map speaks of; also return what each column is called."""
    decimal = top.choice("decimal", (".", ","), ".")
    header_line = top.get("header_line", int, 1)
    first_line = top.get("first_line", int, header_line + 1)
    line = file.line(header_line or first_line)
    separator = (
        _SEPARATORS[top.choice("separator", _SEPARATORS)]
        if "separator" in top
        else _separator_in(line, decimal)
    )
    fields = line.split() if separator == WHITE_SPACE else line.split(separator)
    names = [field.strip().strip('"').strip() for field in fields] if header_line else []
    # A column without a name, or with one that another has too, goes by its number.
    labels = [
        names[k] if names and names[k] and names.count(names[k]) == 1 else str(k + 1)
        for k in range(len(fields))
    ]
    wanted = {_label(part, labels) for part in _columns(top)}
    if not wanted:
        raise top.fault("it tells of no column")
    missing = [str(word) for word in top.get("missing", list, [])]
    only = [label for label in labels if label in wanted]
    table = read_table(
        file, first_line, labels, separator, only=only, decimal=decimal, missing=missing
    )
    return table, labels


def _separator_in(line: str, decimal: str) -> str:
    found = max(("\t", ";", ","), key=lambda mark: line.count(mark) * (mark != decimal))
    return found if line.count(found) and found != decimal else WHITE_SPACE


def _columns(top: _Part) -> list[_Part]:
    """Every part of the map that tells of a column."""
    found = [top.part("time")] if "time" in top else []
    streams = top.part("streams")
    for name in streams.told:
        stream = streams.part(name)
        found += (
            stream.parts("sensors")
            if "sensors" in stream
            else [stream.part(key) for key in _LOAD if key in stream]
        )
    return found


def _label(part: _Part, labels: list[str]) -> str:
    column = part.get("column", (str, int))
    if isinstance(column, int) and 1 <= column <= len(labels):
        return labels[column - 1]
    if column not in labels:
        raise part.fault(
            f"the file has no one column {column!r}", f"Its columns are: {', '.join(labels)}."
        )
    return str(column)


def _values(table: Table, labels: list[str], part: _Part, units: Mapping[str, float]) -> Floats:
    part.known("column", "unit", "sign", *(_PLACE if part.name.endswith("]") else ()))
    sign = part.get("sign", int, 1)
    if sign not in (-1, 1):
        raise part.fault(f"sign = {sign} is neither 1 nor -1")
    values: Floats = table[_label(part, labels)] * (sign * units[part.choice("unit", units)])
    return values


def _time(table: Table, labels: list[str], top: _Part) -> tuple[Floats, float]:
    """Session time of each row, and samples per second."""
    rate_hz = float(top.get("rate_hz", (int, float), 0))
    if "rate_hz" in top and not 0 < rate_hz < np.inf:
        raise top.fault(f"rate_hz = {rate_hz:g} is no rate")
    if "time" not in top:
        if not rate_hz:
            raise top.fault("neither a time column nor rate_hz is told")
        return np.arange(len(table.values)) / rate_hz, rate_hz
    part = top.part("time").known("column", "unit")
    counted = table[_label(part, labels)]
    if part.choice("unit", (*SECONDS, "samples"), "s") != "samples":
        t_s = counted * SECONDS[part.get("unit", str, "s")]
        return t_s, rate_hz or sampling_rate(table, t_s)
    if not rate_hz:
        raise top.fault("time is counted in samples, and rate_hz is missing")
    return counted / rate_hz, rate_hz * sampling_rate(table, counted)


# ---- streams ---------------------------------------------------------------------------------

_PLACE = ("name", "x_mm", "y_mm")


def _load(
    name: str, table: Table, labels: list[str], told: _Part, t_s: Floats, rate_hz: float
) -> Stream:
    told.known(*_LOAD)
    for pair in (("cop_ml", "cop_ap"), ("shear_ml", "shear_ap")):
        if (pair[0] in told) != (pair[1] in told):
            raise told.fault(f"{pair[0]} and {pair[1]} go together")
    if "force" not in told and "cop_ml" not in told:
        raise told.fault("there is neither a force nor a centre of pressure")

    def values(key: str) -> Floats:
        if key not in told:
            return np.full(len(t_s), np.nan)
        return _values(table, labels, told.part(key), _LOAD[key])

    force_n = values("force")
    cop_mm = np.column_stack((values("cop_ml"), values("cop_ap")))
    shear_n = np.column_stack((values("shear_ml"), values("shear_ap")))
    return load_stream(
        name,
        t_s,
        force_n,
        cop_where_loaded(cop_mm, force_n) if "force" in told else cop_mm,
        rate_hz,
        str(table.file.path),
        shear_n if "shear_ml" in told else None,
    )


def _cells(
    name: str, table: Table, labels: list[str], told: _Part, t_s: Floats, rate_hz: float
) -> Stream:
    told.known("kind", "size_mm", "sensors")
    sensors = told.parts("sensors")
    size_mm = told.get("size_mm", list)
    if len(size_mm) != 2 or not all(isinstance(side, int | float) for side in size_mm):
        raise told.fault("size_mm is no width and depth")
    if not sensors:
        raise told.fault("there are no sensors")
    forces_n = np.column_stack([_values(table, labels, one, NEWTONS) for one in sensors])
    number = (int, float)
    layout = SensorLayout(
        name=f"mapped {name}",
        kind="insole" if told.choice("kind", ("insole", "plate")) == "insole" else "plate",
        labels=tuple(one.get("name", str, _label(one, labels)) for one in sensors),
        xy_mm=np.array(
            [(one.get("x_mm", number), one.get("y_mm", number)) for one in sensors], float
        ),
        size_mm=(float(size_mm[0]), float(size_mm[1])),
    )
    return forces_stream(name, t_s, forces_n, layout, rate_hz, str(table.file.path))
