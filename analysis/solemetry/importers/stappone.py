# SPDX-License-Identifier: Apache-2.0
"""CSV of Stappone insoles: twelve pressure cells in raw counts, and an inertial sensor.

Commas, one header line; ``sole_id`` 1 is a left insole and 2 a right one, as pressuRe draws them;
``timestamp`` is in ms since 1970. Nothing in the file says what a count is in newtons, so there
are no forces. Acceleration is in mm/s2 and turn rate in millionths of a radian per second: steps
of 4.8 and 1221.7 are those of an inertial chip of 16 g and 2000 degrees per second, and at rest
it shows 1 g. A line marked ``corrupt`` is a missing sample. The magnetometer is left out.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import STANDARD_GRAVITY
from solemetry.errors import FileError
from solemetry.importers.tables import (
    Table,
    first_lines,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.layouts import stappone
from solemetry.session.format import imu_of
from solemetry.session.imported import forces_stream, imported_session, motion_stream
from solemetry.session.model import Motion, Session, Stream

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

SOURCE = "Stappone CSV"

_SOLES: dict[int, Side] = {1: "left", 2: "right"}
_CELLS = [f"pressure_{cell:02d}" for cell in range(1, 13)]
_ACCELERATION = [f"accel_{axis}" for axis in "xyz"]
_TURN_RATE = [f"gyro_{axis}" for axis in "xyz"]
_MM_PER_M = 1e3
_MICRO = 1e-6


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and lines[0].startswith("sole_id,timestamp,")


def read(path: str | os.PathLike[str]) -> Session:
    """Read one recording: ``insole-left`` or ``-right`` in raw counts, and its motion.

    Session time begins at the first sample of the file.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, time is irregular, or the insole is of
        no known number.
    """
    file = read_text(path)
    names = file.line(1).split(",")
    require_columns(
        file, 1, names,
        ["sole_id", "timestamp", *_CELLS, *_ACCELERATION, *_TURN_RATE, "corrupt"],
    )  # fmt: skip
    table = read_table(file, 2, names, ",")
    unknown = ~np.isin(table["sole_id"], list(_SOLES))
    if unknown.any():
        raise FileError(
            f"{table.place(int(np.argmax(unknown)), 'sole_id')}: an insole is 1 (left) or 2 "
            "(right).",
            "The line is damaged: copy or export the file again.",
        )
    start_ms = float(table["timestamp"].min())
    parts = [_insole(table, number, start_ms) for number in _SOLES
             if (table["sole_id"] == number).any()]
    return imported_session(
        file.path,
        SOURCE,
        [stream for stream, _ in parts],
        motion=[motion for _, motion in parts],
        start_utc=datetime.fromtimestamp(start_ms / 1000, UTC).isoformat(),
        notes=table.notes,
    )


def _insole(table: Table, number: int, start_ms: float) -> tuple[Stream, Motion]:
    side, where = _SOLES[number], str(table.file.path)
    mine = table["sole_id"] == number
    damaged = table["corrupt"][mine] != 0

    def part(columns: list[str], unit: float = 1.0) -> Floats:
        values = np.column_stack([table[name][mine] for name in columns]) * unit
        return np.where(damaged[:, None], np.nan, values)

    t_s = (table["timestamp"][mine] - start_ms) / 1000
    rate_hz = sampling_rate(table, t_s)
    stream = _as_counts(
        forces_stream(
            f"insole-{side}", t_s, part(_CELLS), stappone(side), rate_hz, where,
            info={"side": side, "sole_id": number},
            notes=("No gains are known, so there are no forces: only raw counts.",),
        )
    )
    motion = motion_stream(
        imu_of(stream.name),
        t_s,
        part(_ACCELERATION, 1 / (_MM_PER_M * STANDARD_GRAVITY)),
        np.degrees(part(_TURN_RATE, _MICRO)),
        rate_hz,
        where,
    )
    return stream, motion


def _as_counts(stream: Stream) -> Stream:
    """Say of a stream on its grid that its values are counts, not newtons."""
    return replace(
        stream,
        counts=stream.forces_n,
        forces_n=None,
        force_n=np.full_like(stream.force_n, np.nan),
        cop_mm=np.full_like(stream.cop_mm, np.nan),
    )
