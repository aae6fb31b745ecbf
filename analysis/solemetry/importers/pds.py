# SPDX-License-Identifier: Apache-2.0
"""Force plate text as in the public balance data set PDS: a plate under each foot.

Tab-separated, one header line without units: ``Time`` in s, ground reaction forces in N and
centres of pressure in m of the right plate, the left plate and both. x points forward, y up, z to
the right, from one origin between the plates. What is given of both is not read: it follows.

References
----------
dos Santos DA, Fukuchi CA, Fukuchi RK, Duarte M (2017), PeerJ 5:e3626; the data are CC BY 4.0.
"""

from __future__ import annotations

import os

import numpy as np

from solemetry.importers.plates import cop_where_loaded
from solemetry.importers.tables import (
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

SOURCE = "two force plates as text of the PDS data set"

_HEADER_START = ["Time", "RGRF_X", "RGRF_Y"]
_OF_A_SIDE = ("GRF_X", "GRF_Y", "GRF_Z", "COP_X", "COP_Z")
_MM_PER_M = 1000.0


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and fields_of(lines[0])[: len(_HEADER_START)] == _HEADER_START


def read(path: str | os.PathLike[str]) -> Session:
    """Read one trial as a session with two ``load`` streams, ``plate-left`` and ``plate-right``.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, or time is irregular. Names the line.
    """
    file = read_text(path)
    names = file.line(1).split("\t")
    require_columns(file, 1, names, ["Time", *(side + of for side in "LR" for of in _OF_A_SIDE)])
    table = read_table(file, 2, names, "\t")
    t_s = table["Time"]
    rate_hz = sampling_rate(table, t_s)

    def plate(name: str, side: str) -> Stream:
        ap_n, force_n, ml_n, ap_m, ml_m = (table[side + of] for of in _OF_A_SIDE)
        cop_mm = np.column_stack((ml_m, ap_m)) * _MM_PER_M
        shear_n = np.column_stack((ml_n, ap_n))
        cop_mm = cop_where_loaded(cop_mm, force_n)
        return load_stream(name, t_s, force_n, cop_mm, rate_hz, str(file.path), shear_n)

    streams = [plate("plate-left", "L"), plate("plate-right", "R")]
    return imported_session(file.path, SOURCE, streams, notes=table.notes)
