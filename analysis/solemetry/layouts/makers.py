# SPDX-License-Identifier: Apache-2.0
"""Layouts of other makers' insoles, for one foot and size.

In the frame of an insole of ours: x to the person's right from the middle of the insole, y from
the back of the heel towards the toes. The tables beside this file name source and licence.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.errors import SolemetryError
from solemetry.loading.loads import insole_mask

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

MOTICON_SIZES = (3, 7)
"""Those whose areas are known; others are scaled between or beyond them."""

_MM2_PER_CM2 = 100.0
_MOTICON_LENGTH_MM = 280.0
_MOTICON_STEP_MM = 40.0 / 3.0
_MOTICON_WIDTH = 1.0 / 3.0

PEDAR_MM = {
    "u": (73.0, 227.0), "v": (77.0, 239.0), "w": (81.0, 253.0), "x": (86.0, 266.0),
    "y": (90.0, 280.0), "uw": (82.0, 227.0), "vw": (88.0, 239.0), "xw": (98.0, 266.0),
}  # fmt: skip
"""Width and length of the cells' outline by size: the drawing scaled until its cells have the
areas of the table; of the wide ones (``w`` behind) only the width."""

LOADSOL_MM = (95.0, 265.0)


def moticon(side: Side, size: int) -> SensorLayout:
    """Return the 16 cells of a Moticon OpenGo insole.

    Places in lengths and widths of the insole are known, millimetres are not: the length is
    nominal (280 mm at size 7, two EU sizes or 13.3 mm a step), the width a third of it. Divide by
    `SensorLayout.size_mm` to get back what the maker's exports have.

    Parameters
    ----------
    side : {"left", "right"}
    size : int
        Areas of sizes 3 and 7 are known; others lie on the line through them.
    """
    table = _table("moticon16.csv")
    length_mm = _MOTICON_LENGTH_MM + (size - MOTICON_SIZES[1]) * _MOTICON_STEP_MM
    width_mm = _MOTICON_WIDTH * length_mm
    small, large = (_numbers(table, f"area_size{known}") for known in MOTICON_SIZES)
    step = (size - MOTICON_SIZES[0]) / (MOTICON_SIZES[1] - MOTICON_SIZES[0])
    return _insole(
        f"moticon-16-size-{size}",
        table["cell"],
        side,
        _numbers(table, "ml") * width_mm,
        (_numbers(table, "ap") + 0.5) * length_mm,
        (width_mm, length_mm),
        _MM2_PER_CM2 * (small + step * (large - small)),
        tuple(table["region"]),
    )


def pedar(side: Side, size: str) -> SensorLayout:
    """Return the 99 cells of a novel pedar insole; the mask `loading.INSOLE` names their regions.

    Raises
    ------
    SolemetryError
        When the size is not known.
    """
    if size not in PEDAR_MM:
        raise SolemetryError(
            f"The cells of a pedar insole of size {size!r} are not known.",
            f"Known sizes are {', '.join(PEDAR_MM)}.",
        )
    table, (width_mm, length_mm) = _table("pedar99.csv"), PEDAR_MM[size]
    return _insole(
        f"pedar-99-size-{size}",
        table["cell"],
        side,
        _numbers(table, "ml") * width_mm,
        (_numbers(table, "ap") + 0.5) * length_mm,
        (width_mm, length_mm),
        _numbers(table, size),
    )


def stappone(side: Side) -> SensorLayout:
    """Return the 12 cells of a Stappone insole, of the one size that is known."""
    table = _table("stappone12.csv")
    return _insole(
        "stappone-12",
        table["cell"],
        side,
        _numbers(table, "medial_mm"),
        _numbers(table, "forward_mm"),
        (59.0, 235.0),
        _numbers(table, "area_mm2"),
        tuple(table["region"]),
    )


def loadsol(side: Side) -> SensorLayout:
    """Return the three zones of a loadsol insole; where their middles lie is nominal."""
    width_mm, length_mm = LOADSOL_MM
    return _insole(
        "loadsol-3",
        ["heel", "medial", "lateral"],
        side,
        np.array([0.0, 0.25, -0.25]) * width_mm,
        np.array([0.15, 0.65, 0.65]) * length_mm,
        LOADSOL_MM,
        None,
        ("heel", "forefoot_medial", "forefoot_lateral"),
    )


def _insole(
    name: str,
    labels: list[str],
    side: Side,
    medial_mm: Floats,
    forward_mm: Floats,
    size_mm: tuple[float, float],
    area_mm2: Floats | None,
    regions: tuple[str, ...] = (),
) -> SensorLayout:
    x_mm = medial_mm if side == "left" else -medial_mm
    layout = SensorLayout(
        name=name,
        kind="insole",
        labels=tuple(labels),
        xy_mm=np.column_stack((x_mm, forward_mm)),
        size_mm=size_mm,
        regions=regions,
        area_mm2=area_mm2,
    )
    return layout if regions else replace(layout, regions=insole_mask(layout, side))


def _table(name: str) -> dict[str, list[str]]:
    lines = (resources.files("solemetry") / "layouts" / name).read_text("utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {column: [row[column] for row in rows] for column in rows[0]}


def _numbers(table: dict[str, list[str]], column: str) -> Floats:
    return np.array(table[column], dtype=float)
