# SPDX-License-Identifier: Apache-2.0
"""What the steps of a foot say besides their times and forces: where they bear load, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry import imu, pronation
from solemetry.analysis.regions import summarize_regions
from solemetry.analysis.walk import FootLoads
from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.gait.gait_line import LINE_RULES, PLAIN, GaitLine, describe_gait_line, doubted
from solemetry.gait.rollover import describe_rollover
from solemetry.gait.stepping import Feature
from solemetry.gait.stuck_cells import find_stuck_cells
from solemetry.gait.summary import summarize
from solemetry.loading.arch import arch_index_area
from solemetry.loading.footprint import find_footprint
from solemetry.loading.loads import Side
from solemetry.loading.steps import describe_steps
from solemetry.resampling import resample
from solemetry.session.model import Motion

Floats = NDArray[np.float64]
Table = pd.DataFrame

ARCH = {
    "arch_index_force": Feature("1", "midfoot / (heel + midfoot + forefoot) impulse over the step")
}

PRINT = {
    "arch_index_area": Feature("1", "middle third / print without toes, dynamic"),
    "cpei": Feature("%", "excursion of the centre of pressure / width; positive: lateral"),
    "length_mm": Feature("mm", "length of the print"),
    "width_mm": Feature("mm", "width of the print"),
}


@dataclass(frozen=True, eq=False)
class SteppingLoad:
    """What `of_foot` or `of_print` found.

    Attributes
    ----------
    per_step : dict of str to DataFrame
        By subject: one row per accepted contact (and region), with ``on_s``.
    summaries : dict of str to DataFrame
        By subject: the same in the mean, indexed by ``feature`` (or ``region, feature``).
    gait_line : GaitLine or None
    notes : list of str
        What is not there, and why.
    """

    per_step: dict[str, Table] = field(default_factory=dict)
    summaries: dict[str, Table] = field(default_factory=dict)
    gait_line: GaitLine | None = None
    notes: list[str] = field(default_factory=list)


def stuck_cells(loads: FootLoads, contacts: Table) -> str:
    """Tell which cells look stuck (`solemetry.gait.find_stuck_cells`); nothing without cells."""
    if loads.forces_n is None or loads.layout is None:
        return ""
    return find_stuck_cells(loads.forces_n, loads.layout, contacts)


def of_foot(
    side: Side,
    loads: FootLoads,
    force_n: Floats,
    t_s: Floats,
    fs_hz: float,
    contacts: Table,
    convention: str,
    activity: str,
    doubt: str = "",
    motion: Motion | None = None,
) -> SteppingLoad:
    """Describe the steps of one foot on its insole.

    Parameters
    ----------
    side : {"left", "right"}
    loads : FootLoads
    force_n : (T,) array
        Total force, as `solemetry.gait.ready` gives it.
    t_s : (T,) array
        Session time.
    fs_hz : float
    contacts : DataFrame
        Of this foot.
    convention, activity : str
        Of the contacts.
    doubt : str
        What speaks against the numbers: from `stuck_cells`.
    motion : Motion, optional
        Of the inertial sensor in the same insole.
    """
    forces_n, layout = loads.forces_n, loads.layout
    if forces_n is None or layout is None:
        return SteppingLoad(notes=[f"{loads.stream}: no regions, gait line and roll-over: it has "
                                   "no cells"])  # fmt: skip
    ranges = contacts.loc[contacts.accepted, ["start", "stop"]].to_numpy(np.int64)
    on_s = contacts.on_s[contacts.accepted].to_numpy()
    rules = convention if convention in LINE_RULES else PLAIN.name
    line = describe_gait_line(
        force_n, loads.cop_mm, fs_hz, contacts, side, layout.size_mm, rules, convention,
        activity, doubt,
    )  # fmt: skip

    def regions() -> tuple[Table, Table]:
        steps = describe_steps(forces_n, layout, fs_hz, ranges, side)
        summary = summarize_regions(steps, layout, convention, activity)
        return steps.assign(on_s=on_s[steps.step.to_numpy()]), doubted(summary, doubt)

    def roll_over() -> tuple[Table, Table]:
        found = describe_rollover(forces_n, layout, fs_hz, contacts, side, convention, activity)
        return found.steps.assign(on_s=on_s), found.summary

    def indices() -> tuple[Table, Table]:
        steps = pronation.describe_steps(forces_n, layout, fs_hz, ranges, side)
        steps = steps.assign(on_s=on_s, **_arch(found.per_step["regions"]))
        summary = summarize(steps, pronation.MEASURES | ARCH, convention, activity)
        return steps, doubted(summary, doubt)

    found = SteppingLoad(gait_line=line)
    found.per_step["gait_line"] = line.steps.assign(on_s=on_s)
    found.summaries["gait_line"] = line.summary
    if doubt:
        found.notes.append(f"{loads.stream}: {doubt}")
    _gather(found, loads.stream, {"regions": regions, "roll_over": roll_over, "pronation": indices})
    if "pronation" in found.summaries:
        found.notes.append(f"pronation: {pronation.CAUTION}")
    if motion is not None:
        _gather(found, motion.name, {
            "imu": lambda: _turns(motion, layout, side, t_s, fs_hz, contacts, convention, activity)
        })  # fmt: skip
    return found


def of_print(
    side: Side, loads: FootLoads, fs_hz: float, contacts: Table, convention: str
) -> SteppingLoad:
    """Describe the one step of a bare foot on a pressure plate.

    Parameters
    ----------
    side, loads, fs_hz, contacts, convention
        As of `of_foot`.
    """
    forces_n, layout = loads.forces_n, loads.layout
    if forces_n is None or layout is None:
        return SteppingLoad()
    used = contacts[contacts.accepted]
    ranges = used[["start", "stop"]].to_numpy(np.int64)

    def regions() -> tuple[Table, Table]:
        steps = describe_steps(forces_n, layout, fs_hz, ranges, side)
        summary = summarize_regions(steps, layout, convention, "walking")
        return steps.assign(on_s=used.on_s.to_numpy()[steps.step.to_numpy()]), summary

    def of_shape() -> tuple[Table, Table]:
        found = find_footprint(forces_n, layout, side)
        steps = pd.DataFrame({
            "arch_index_area": [arch_index_area(found)],
            "cpei": [pronation.excursion_index(forces_n, layout, side).index_percent],
            "length_mm": [found.length_mm],
            "width_mm": [found.width_mm],
            "on_s": [float(used.on_s.min())],
        })  # fmt: skip
        return steps, summarize(steps, PRINT, convention, "walking")

    found = SteppingLoad()
    _gather(found, loads.stream, {"regions": regions, "print": of_shape})
    return found


def _arch(region_steps: Table) -> dict[str, Floats]:
    """Force form of the arch index of each step (`solemetry.loading.arch`); NaN without a band."""
    impulse_ns = region_steps.pivot(index="step", columns="region", values="impulse_ns")
    bands = impulse_ns.reindex(columns=["heel", "midfoot", "forefoot"]).to_numpy()
    return {"arch_index_force": bands[:, 1] / bands.sum(axis=1)}


def _gather(
    found: SteppingLoad, stream: str, subjects: dict[str, Callable[[], tuple[Table, Table]]]
) -> None:
    """Add each subject's steps and summary; what these sensors cannot give becomes a note."""
    for name, describe in subjects.items():
        try:
            found.per_step[name], found.summaries[name] = describe()
        except UnavailableError as error:
            found.notes.append(f"{stream}: no {name}: {error}")


def _turns(
    motion: Motion, layout: SensorLayout, side: Side, t_s: Floats, fs_hz: float, contacts: Table,
    convention: str, activity: str,
) -> tuple[Table, Table]:  # fmt: skip
    """Describe turns of the foot, and how its strides agree with those of the forces."""
    if not np.array_equal(motion.t_s, t_s):
        motion = replace(
            motion,
            t_s=t_s,
            acceleration_g=resample(motion.t_s, motion.acceleration_g, t_s),
            turn_rate_dps=resample(motion.t_s, motion.turn_rate_dps, t_s),
        )
    rates = imu.foot_rates(motion, imu.mounting_of(layout, side), side)
    steps = imu.describe_steps(rates, fs_hz, contacts)
    agreement = imu.stride_agreement(rates.pitch_dps, fs_hz, contacts, activity).summary
    summary = summarize(steps, imu.MEASURES, convention, activity)
    return steps, pd.concat([summary, agreement])
