# SPDX-License-Identifier: Apache-2.0
"""Ground reaction forces as text, as in the public walking data set of Fukuchi and others.

Tab-separated, one header line without units: ``Time`` counts samples, then for each plate or belt
``Fx Fy Fz`` (N, of the ground on the person), ``COPx COPy COPz`` (mm) and the free moment ``Ty``
(N mm). x points in the direction of walking, y up, z to the right, in the frame of the lab: so
all centres of pressure share one origin. The file does not tell its rate; the paper does: 300 Hz.

Forces are as they were measured, unfiltered, the offset of an unloaded belt included. A belt that
sensed nothing has the middle of its top as a centre of pressure: below 20 N it is left out here.

References
----------
Fukuchi CA, Fukuchi RK, Duarte M (2018), PeerJ 6:e4640; the data are CC BY 4.0.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from solemetry.importers.plates import cop_where_loaded
from solemetry.importers.tables import (
    Table,
    fields_of,
    first_lines,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.session.imported import imported_session
from solemetry.session.model import Session, Stream
from solemetry.session.reading import load_stream

Floats = NDArray[np.float64]

SOURCE = "Fukuchi text of ground reaction forces"
RATE_HZ = 300.0

_HEADER_START = ["Time", "Fx1", "Fy1", "Fz1", "COPx1"]
_OF_A_PLATE = ("Fx", "Fy", "Fz", "COPx", "COPy", "COPz", "Ty")


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and fields_of(lines[0])[: len(_HEADER_START)] == _HEADER_START


def read(path: str | os.PathLike[str]) -> Session:
    """Read one trial as a session with a ``load`` stream of each plate.

    Two belts are ``belt-left`` and ``belt-right``, by where they lie; more plates are ``plate-1``
    and so on, in the order of the file.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, or time is irregular. Names the line.
    """
    file = read_text(path)
    names = file.line(1).split("\t")
    plates = sum(name.startswith("Fy") for name in names)
    wanted = [f"{name}{plate + 1}" for plate in range(max(plates, 1)) for name in _OF_A_PLATE]
    require_columns(file, 1, names, ["Time", *wanted])
    table = read_table(file, 2, names, "\t")
    counted = table["Time"]
    rate_hz = RATE_HZ * sampling_rate(table, counted)
    t_s = (counted - 1) / RATE_HZ
    streams = [
        _stream(table, str(plate + 1), name, t_s, rate_hz)
        for plate, name in enumerate(_names(table, plates))
    ]
    return imported_session(file.path, SOURCE, streams, notes=table.notes)


def _names(table: Table, plates: int) -> list[str]:
    if plates != 2:
        return [f"plate-{plate + 1}" for plate in range(plates)] if plates > 1 else ["plate"]
    first, second = (float(np.median(table[f"COPz{plate}"])) for plate in (1, 2))
    return ["belt-left", "belt-right"] if first < second else ["belt-right", "belt-left"]


def _stream(table: Table, plate: str, name: str, t_s: Floats, rate_hz: float) -> Stream:
    force_n = table["Fy" + plate]
    cop_mm = np.column_stack((table["COPz" + plate], table["COPx" + plate]))
    shear_n = np.column_stack((table["Fz" + plate], table["Fx" + plate]))
    return load_stream(
        name, t_s, force_n, cop_where_loaded(cop_mm, force_n), rate_hz, str(table.file.path),
        shear_n,
    )  # fmt: skip
