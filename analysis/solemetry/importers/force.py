# SPDX-License-Identifier: Apache-2.0
"""Vertical force alone, as the jumps of the notebooks of BMC: ``Time[s]`` and ``GRF[N]``.

Tab-separated, one header line with units. There is no centre of pressure.

References
----------
Duarte M, Watanabe RN, Notes on Scientific Computing for Biomechanics and Motor Control; the data
are CC BY 4.0.
"""

from __future__ import annotations

import os

import numpy as np

from solemetry.importers.tables import (
    fields_of,
    first_lines,
    read_table,
    read_text,
    require_columns,
    sampling_rate,
)
from solemetry.session.imported import imported_session
from solemetry.session.model import Session
from solemetry.session.reading import load_stream

SOURCE = "BMC text of vertical force"
_TIME, _FORCE = "Time[s]", "GRF[N]"


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    lines = first_lines(head)
    return bool(lines) and fields_of(lines[0]) == [_TIME, _FORCE]


def read(path: str | os.PathLike[str]) -> Session:
    """Read one trial as a session with one ``load`` stream, ``plate``, without COP.

    Raises
    ------
    FileError
        When a line cannot be read, or time is irregular. Names the line.
    """
    file = read_text(path)
    require_columns(file, 1, file.line(1).split("\t"), (_TIME, _FORCE))
    table = read_table(file, 2, (_TIME, _FORCE), "\t")
    t_s, force_n = table[_TIME], table[_FORCE]
    no_cop = np.full((len(t_s), 2), np.nan)
    stream = load_stream(
        "plate", t_s, force_n, no_cop, sampling_rate(table, t_s), str(file.path)
    )
    return imported_session(file.path, SOURCE, [stream], notes=table.notes)
