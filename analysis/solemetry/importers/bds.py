# SPDX-License-Identifier: Apache-2.0
"""Force plate text as in the public balance data set BDS.

Tab-separated, one header line with units, forces in N, moments in Nm, the centre of pressure
in cm. In these files x points forward, y to the right and z down: ``COPx`` is AP, ``COPy`` is ML,
and a person's weight is a positive ``Fz``. So forces are those of the person on the plate;
the ground pushes the other way.

References
----------
Santos DA, Duarte M (2016), PeerJ 4:e2648; the data are CC BY 4.0.
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from solemetry.importers.tables import (
    Table,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.session.model import NO_EVENTS, Session
from solemetry.session.reading import load_stream

Floats = NDArray[np.float64]

HEADER_START = b"Time[s]\tFx[N]"
_TIME, _FORCE, _COP_AP, _COP_ML = "Time[s]", "Fz[N]", "COPx[cm]", "COPy[cm]"
_FORCE_AP, _FORCE_ML = "Fx[N]", "Fy[N]"
_MM_PER_CM = 10.0


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(HEADER_START)


def read(path: str | os.PathLike[str]) -> Session:
    """Read one trial as a session with one ``load`` stream, ``plate``.

    Session time is the time of the file; force and centre of pressure are taken as they are,
    horizontal forces, where the file has both, turned round to be those of the ground.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, the trial is too short, or its time
        is irregular. Names the line.
    """
    file = read_text(path)
    names = file.line(1).split("\t")
    require_columns(file, 1, names, [_TIME, _FORCE, _COP_AP, _COP_ML])
    table = read_table(file, 2, names, "\t")
    t_s = table[_TIME]
    stream = load_stream(
        "plate",
        t_s,
        table[_FORCE],
        np.column_stack((table[_COP_ML], table[_COP_AP])) * _MM_PER_CM,
        sampling_rate(table, t_s),
        str(file.path),
        _shear(table),
    )
    return Session(
        path=file.path,
        meta={"source": "BDS text"},
        subject={},
        streams={"plate": stream},
        events=NO_EVENTS.copy(),
        state="imported",
        notes=table.notes,
    )


def _shear(table: Table) -> Floats | None:
    """Horizontal force of the ground on the person, ``(T, 2)``; None where a part is missing."""
    if _FORCE_ML not in table.names or _FORCE_AP not in table.names:
        return None
    return -np.column_stack((table[_FORCE_ML], table[_FORCE_AP]))
