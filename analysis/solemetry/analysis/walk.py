# SPDX-License-Identifier: Apache-2.0
"""A walk as tables, and the loads that it was found in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.cop import center_of_pressure, total_force
from solemetry.device import SensorLayout
from solemetry.gait.butterfly import Butterfly
from solemetry.gait.gait_line import GaitLine

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FootLoads:
    """What bears one foot, on the walk's grid.

    Attributes
    ----------
    stream : str
    force_n : (T,) array
        N; NaN where missing.
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm.
    forces_n : (T, S) array or None
        Of each cell, N; None where there are none.
    layout : SensorLayout or None
    """

    stream: str
    force_n: Floats
    cop_mm: Floats
    forces_n: Floats | None = None
    layout: SensorLayout | None = None

    __repr__ = in_brief

    @classmethod
    def of_cells(cls, stream: str, forces_n: Floats, layout: SensorLayout) -> FootLoads:
        """Sum up the cells of an insole, ``(T, S)`` in N."""
        cop_mm = center_of_pressure(forces_n, layout.xy_mm)
        return cls(stream, total_force(forces_n), cop_mm, forces_n, layout)


@dataclass(frozen=True, eq=False)
class Walk:
    """Steps of a recording.

    Attributes
    ----------
    activity : {"walking", "running"}
    rule : str
        How that was told.
    convention : str
        Of the contacts; one of `solemetry.gait.CONVENTIONS`.
    fs_hz : float
    t_s : (T,) array
        Session time of each sample; times in the tables count from its first.
    loads : dict of str to FootLoads
        By foot; by stream where a foot is known by its contact only, on plates.
    contacts, steps, feet, trial, symmetry : DataFrame
        As of `solemetry.gait.Gait`: one row per contact, one per step, and the means of either
        foot, of both, and of left against right. Without both feet `symmetry` is empty.
    curves_n : dict of str to (k, 101) array
        Force over stance of the accepted contacts, by foot.
    per_step : dict of str to DataFrame
        What else there is of each accepted contact: ``foot, on_s`` and the columns of
        ``regions`` (one row per region: `solemetry.loading.describe_steps`), ``gait_line``,
        ``roll_over``, ``pronation`` and ``imu``.
    summaries : dict of str to DataFrame
        The same in the mean, indexed by ``foot, feature`` (``regions``: by ``foot, region,
        feature``), and ``gait_line_symmetry``, ``butterfly`` (by ``feature``), ``strides_by_imu``,
        ``print``.
    gait_lines : dict of str to GaitLine
        By foot.
    butterfly : Butterfly or None
    notes : tuple of str
        What a reader of the numbers has to know, and what is not there and why.
    """

    activity: str
    rule: str
    convention: str
    fs_hz: float
    t_s: Floats
    loads: dict[str, FootLoads]
    contacts: pd.DataFrame
    steps: pd.DataFrame
    feet: pd.DataFrame
    trial: pd.DataFrame
    symmetry: pd.DataFrame
    curves_n: dict[str, Floats]
    per_step: dict[str, pd.DataFrame]
    summaries: dict[str, pd.DataFrame]
    gait_lines: dict[str, GaitLine]
    butterfly: Butterfly | None
    notes: tuple[str, ...]

    __repr__ = in_brief

    @property
    def span_s(self) -> tuple[float, float]:
        """Session time from the first contact to the end of the last."""
        first_s, last_s = float(self.contacts.on_s.min()), float(self.contacts.off_s.max())
        return float(self.t_s[0]) + first_s, min(float(self.t_s[0]) + last_s, float(self.t_s[-1]))

    def _repr_html_(self) -> str:
        from solemetry.report.notebook import show_walk  # only notebooks need it

        return show_walk(self)
