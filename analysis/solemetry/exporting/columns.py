# SPDX-License-Identifier: Apache-2.0
"""What was recorded as tables: a row for each moment, columns with a name, a unit and a meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.session.model import Motion, Session, Stream

Floats = NDArray[np.float64]
Kind = Literal["time", "force", "place", "sensor force", "counts", "acceleration", "turn rate"]

AXES = "x to the person's right, y forward, z up"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        With the unit at its end.
    unit : str
    meaning : str
    kind : str
    axis : {"x", "y", "z", ""}
        See `AXES`; of an inertial sensor its own.
    """

    name: str
    unit: str
    meaning: str
    kind: Kind
    axis: Literal["x", "y", "z", ""] = ""


@dataclass(frozen=True, eq=False)
class Table:
    """One stream, or one inertial sensor.

    Attributes
    ----------
    name : str
        That of the stream.
    rate_hz : float
        Nominal rate.
    fs_hz : float
        Rows per second of session time.
    columns : tuple of Column
        The first is session time.
    values : (T, C) array
        NaN where something is missing.
    """

    name: str
    rate_hz: float
    fs_hz: float
    columns: tuple[Column, ...]
    values: Floats

    @property
    def t_s(self) -> Floats:
        """Session time of each row."""
        return self.values[:, 0]

    @property
    def frame(self) -> pd.DataFrame:
        """The same as a DataFrame."""
        return pd.DataFrame(self.values, columns=[column.name for column in self.columns])


def tables(session: Session) -> list[Table]:
    """Return a table of each stream, and of each inertial sensor."""
    return [
        *(table_of(stream) for stream in session.streams.values()),
        *(table_of_motion(motion) for motion in session.motion.values()),
    ]


def table_of(stream: Stream) -> Table:
    """Return what a stream measured: the whole first, then its sensors."""
    labels = distinct(_on_one_line(stream.layout.labels if stream.layout else _numbers(stream)))
    columns, values = [TIME], [stream.t_s]
    if stream.counts is not None:
        columns += [
            Column(f"counts_{label}", "count", f"raw counts of the sensor {label}", "counts")
            for label in labels
        ]
        values += list(stream.counts.T)
        return _table(stream.name, stream.rate_hz, stream.fs_hz, columns, values)
    columns += WHOLE
    values += [stream.force_n, *stream.cop_mm.T]
    if stream.shear_n is not None:
        columns += SHEAR
        values += list(stream.shear_n.T)
    if stream.forces_n is not None:
        columns += [
            Column(f"force_{label}_n", "N", f"force on the sensor {label}", "sensor force", "z")
            for label in labels
        ]
        values += list(stream.forces_n.T)
    return _table(stream.name, stream.rate_hz, stream.fs_hz, columns, values)


def table_of_motion(motion: Motion) -> Table:
    """Return what an inertial sensor felt."""
    values = [motion.t_s, *motion.acceleration_g.T, *motion.turn_rate_dps.T]
    return _table(motion.name, motion.fs_hz, motion.fs_hz, [TIME, *INERTIAL], values)


def distinct(names: Iterable[str], mark: str = "-") -> list[str]:
    """Return the names; one that was there before gets a mark and a number."""
    out: list[str] = []
    for name in names:
        number, free = 1, name
        while free in out:
            number += 1
            free = f"{name}{mark}{number}"
        out.append(free)
    return out


TIME = Column("t_s", "s", "session time", "time")
WHOLE = (
    Column("force_n", "N", "vertical force of the ground on the person", "force", "z"),
    Column("cop_ml_mm", "mm", "centre of pressure, to the right", "place", "x"),
    Column("cop_ap_mm", "mm", "centre of pressure, forward", "place", "y"),
)
SHEAR = (
    Column("shear_ml_n", "N", "horizontal force of the ground, to the right", "force", "x"),
    Column("shear_ap_n", "N", "horizontal force of the ground, forward", "force", "y"),
)
INERTIAL = (
    Column("acceleration_x_g", "g", "acceleration along the sensor's x", "acceleration", "x"),
    Column("acceleration_y_g", "g", "acceleration along the sensor's y", "acceleration", "y"),
    Column("acceleration_z_g", "g", "acceleration along the sensor's z", "acceleration", "z"),
    Column("turn_rate_x_dps", "deg/s", "turn rate about the sensor's x", "turn rate", "x"),
    Column("turn_rate_y_dps", "deg/s", "turn rate about the sensor's y", "turn rate", "y"),
    Column("turn_rate_z_dps", "deg/s", "turn rate about the sensor's z", "turn rate", "z"),
)


def _on_one_line(labels: Iterable[str]) -> Iterator[str]:
    """Labels without what would break a line or a table."""
    for label in labels:
        yield "".join(letter if letter.isprintable() else "_" for letter in label)


def _numbers(stream: Stream) -> list[str]:
    """Names of the sensors of a device of no known kind."""
    sensors = stream.counts if stream.counts is not None else stream.forces_n
    return [str(number + 1) for number in range(0 if sensors is None else sensors.shape[1])]


def _table(
    name: str, rate_hz: float, fs_hz: float, columns: Sequence[Column], values: list[Floats]
) -> Table:
    return Table(name, rate_hz, fs_hz, tuple(columns), np.column_stack(values))
