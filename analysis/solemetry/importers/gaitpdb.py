# SPDX-License-Identifier: Apache-2.0
"""Walking on insoles of eight sensors, as in the public data set gaitpdb (PhysioNet).

No header; 19 columns between tabs: time in s, eight sensors of the left foot, eight of the right,
and the total of each foot. The data set gives forces in N. Where the sensors lie it gives in
units of its own, approximately, with the origin between the legs; here 8 of them are taken as a
millimetre, which puts the heel's sensor 200 mm behind the toes', as in a shoe of middle size. So
a centre of pressure is nominal.

References
----------
Goldberger AL et al. (2000), Circulation 101:e215; the data are ODC-By 1.0, PhysioNet gaitpdb 1.0.0.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.errors import FileError
from solemetry.importers.tables import (
    fields_of,
    first_lines,
    read_table,
    read_text,
    sampling_rate,
)
from solemetry.loading.loads import insole_mask
from solemetry.session.imported import forces_stream, imported_session
from solemetry.session.model import Session, Stream

Floats = NDArray[np.float64]

SOURCE = "PhysioNet gaitpdb text"

UNITS_PER_MM = 8.0
INSOLE_MM = (95.0, 265.0)
"""Width and length of the insole that the sensors are taken to lie in the middle of."""

TOTAL_WITHIN = 5e-4
TOTAL_WITHIN_N = 0.05
"""A total may differ from the sum by this share of it, or by this force: it may be rounded to four
digits, and nine numbers to 0.01 N."""

_LOOK_AT = 10
_SENSORS = 8
_NAMES = ("time", *(f"{foot}{s + 1}" for foot in "LR" for s in range(_SENSORS)),
          "total left", "total right")  # fmt: skip
_RIGHT_XY = np.array(
    [(500, -800), (700, -400), (300, -400), (700, 0), (300, 0), (700, 400), (300, 400), (500, 800)],
    dtype=float,
)
"""The right foot's sensors as the data set has them, + right, + forward; the left mirrors it."""

Side = Literal["left", "right"]


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    return any(_is_row(fields_of(line)) for line in first_lines(head)[:_LOOK_AT])


def _is_row(fields: list[str]) -> bool:
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return False
    if len(numbers) != len(_NAMES):
        return False
    *_, left, right = numbers
    sums = np.array([sum(numbers[1 : 1 + _SENSORS]), sum(numbers[1 + _SENSORS : -2])])
    return bool(_agree(sums, np.array([left, right])).all())


def _agree(sums_n: Floats, totals_n: Floats) -> NDArray[np.bool_]:
    within_n = np.maximum(TOTAL_WITHIN_N, TOTAL_WITHIN * np.abs(totals_n))
    # What is missing is no disagreement.
    return ~(np.abs(sums_n - totals_n) > within_n)


def read(path: str | os.PathLike[str]) -> Session:
    """Read one walk as a session with two ``cells`` streams, ``insole-left`` and ``-right``.

    Raises
    ------
    FileError
        When a line cannot be read, a total is not the sum of its sensors, or time is irregular.
        Names the line.
    """
    file = read_text(path)
    table = read_table(file, 1, _NAMES, "\t")
    t_s = table["time"]
    rate_hz = sampling_rate(table, t_s)

    def foot(side: Side, first: int) -> Stream:
        forces_n = table.values[:, first : first + _SENSORS]
        off = ~_agree(forces_n.sum(axis=1), table[f"total {side}"])
        if off.any():
            row = int(np.argmax(off))
            raise FileError(
                f"{table.place(row, f'total {side}')}: {table[f'total {side}'][row]:g} N, but the "
                f"sensors make {forces_n[row].sum():g} N.",
                "The line is damaged: copy the file again.",
            )
        return forces_stream(
            f"insole-{side}", t_s, forces_n, layout(side), rate_hz, str(file.path),
            notes=("Where the sensors lie is nominal; so is the centre of pressure.",),
        )  # fmt: skip

    streams = [foot("left", 1), foot("right", 1 + _SENSORS)]
    return imported_session(file.path, SOURCE, streams, notes=table.notes)


def layout(side: Side) -> SensorLayout:
    """Where the eight sensors of a foot lie, mm from the middle of the heel's back, nominally."""
    width_mm, length_mm = INSOLE_MM
    xy_mm = (_RIGHT_XY - _RIGHT_XY.mean(axis=0)) / UNITS_PER_MM + (0.0, length_mm / 2)
    insole = SensorLayout(
        name="gaitpdb-8",
        kind="insole",
        labels=tuple(str(s + 1) for s in range(_SENSORS)),
        xy_mm=xy_mm * ((-1.0 if side == "left" else 1.0), 1.0),
        size_mm=(width_mm, length_mm),
    )
    return replace(insole, regions=insole_mask(insole, side))
