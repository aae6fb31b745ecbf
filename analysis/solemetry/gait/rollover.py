# SPDX-License-Identifier: Apache-2.0
"""How load rolls over the foot: where it comes down, when each region bears load, what pushes off.

For devices whose cells show the regions of a foot. What a layout does not show is a row without
a value that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import center_of_pressure
from solemetry.device import SensorLayout
from solemetry.gait.gait_line import COLUMNS, PLAIN, doubted
from solemetry.gait.spans import Spans
from solemetry.gait.stepping import Feature
from solemetry.gait.stuck_cells import find_stuck_cells
from solemetry.gait.summary import summarize
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.loading.loads import (
    Side,
    checked_forces,
    gather,
    members_of,
    sums_of,
    with_regions,
)
from solemetry.loading.masks import REGIONS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BANDS = ("heel", "midfoot", "forefoot", "toes")

LOADED = 0.1
"""A region bears load while its force is at least this share of its own largest of the step."""

NOTICED = 0.02
"""A region whose largest force is less than this share of the foot's is not loaded in that step."""

PUSH_OFF_FROM = 0.5
"""Push-off is the stance from here on: unlike Fmin, it is there in every step."""

PUSH_OFF = {
    "hallux": ("hallux",),
    "met1": ("met1",),
    "met2_3": ("met2", "met3"),
    "met4_5": ("met4", "met5"),
}
"""What the push-off is split into; the rest is under lesser toes, midfoot and heel."""

FIRST = {"heel": ("heel",), "midfoot": ("midfoot",), "forefoot": ("forefoot", "toes")}

_BLOCK = 128
"""So many steps at once: few enough to stay near the processor."""


@dataclass(frozen=True, eq=False)
class Rollover:
    """What `describe_rollover` found.

    Attributes
    ----------
    steps : DataFrame
        One row per accepted contact, with its index: ``first_region`` (heel, midfoot or forefoot)
        and a column for each feature of the summary that the layout shows.
    summary : DataFrame
        Indexed by ``feature``: ``value`` (mean), ``sd, unit, convention, definition, n, valid,
        note``.
    """

    steps: pd.DataFrame
    summary: pd.DataFrame


def describe_rollover(
    forces_n: Floats,
    layout: SensorLayout,
    fs_hz: float,
    contacts: pd.DataFrame,
    side: Side | None = None,
    convention: str = "",
    activity: str = "walking",
) -> Rollover:
    """Describe how load rolls over one foot.

    - ``first_heel_percent, first_midfoot_percent, first_forefoot_percent``: contacts that begin
      there; the first sample of 50 N or more tells, by where most of it is.
    - ``strike_index_percent``: where the centre of pressure is at that sample, of the insole's
      length from the heel (after Cavanagh and Lafortune 1980, there of the shoe's).
    - ``<region>_on_percent, _off_percent, _peak_percent``: when each region and band (heel,
      midfoot, forefoot, toes) begins to bear load, ends, and bears most, of stance:
      ``heel_off_percent`` is the heel's rise, ``forefoot_on_percent`` the forefoot's fall.
    - ``push_off_<region>_percent``: part of the foot's impulse in the second half of stance.

    A region bears load from a tenth of its own largest force of that step on, by straight lines
    between samples, and is not loaded in a step if that is less than 2 % of the foot's. A step
    with a gap of 0.1 s or more has no values.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell of one foot, N.
    layout : SensorLayout
        See `solemetry.loading.regions`.
    fs_hz : float
    contacts : DataFrame
        From `contacts`.
    side : {"left", "right"}, optional
        Needed for an insole that names no regions.
    convention, activity : str
        Of the contacts; said in every row.

    Returns
    -------
    Rollover

    Raises
    ------
    UnavailableError
        As `solemetry.loading.regions`.

    References
    ----------
    Cavanagh PR, Lafortune MA (1980), J Biomech 13(5):397.
    """
    forces_n = checked_forces(forces_n, layout)
    named = with_regions(forces_n, layout, side)
    members = members_of(named)
    used = contacts[contacts.accepted]
    bridged_n, _ = bridge(forces_n, BRIDGE_S * fs_hz)
    samples = used[["start", "stop"]].to_numpy(np.int64)
    moments = used[["on_s", "off_s"]].to_numpy() * fs_hz
    blocks = [
        _described(bridged_n, named, members, samples[k : k + _BLOCK], moments[k : k + _BLOCK])
        for k in range(0, max(len(used), 1), _BLOCK)
    ]
    steps = pd.DataFrame(
        {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}, used.index
    )
    summary = _summary(steps, named, members, convention, activity)
    return Rollover(steps, doubted(summary, find_stuck_cells(forces_n, layout, contacts)))


def _described(
    forces_n: Floats, layout: SensorLayout, members: Mapping[str, list[int]], samples: Ints,
    moments: Floats,
) -> dict[str, Any]:  # fmt: skip
    """Values of some steps that lie near each other, ``(k,)`` each.

    Of each step its first sample and the one after its last; IC and TO, in samples.
    """
    begin, end = (samples.min(), samples.max()) if len(samples) else (0, 0)
    start, stop = (samples - begin).T
    stance = Spans.of(start, stop, beyond=1)
    cells = stance.rows(np.ascontiguousarray(forces_n[begin:end].T))
    cells[:, ~stance.inside] = 0.0
    names = [*members, *sums_of(members)]
    loads = gather(np.add, cells.reshape(len(cells), -1), members)
    load = dict(zip(names, loads.reshape(len(names), *stance.inside.shape), strict=True))
    known = np.isfinite(load["whole"]).all(axis=1)
    on, off = moments.T
    first = samples[:, 0]

    out = _first_touch(cells, load, layout, known)
    foot_peak_n = load["whole"].max(axis=1)
    for name in (name for name in names if name in REGIONS or name in BANDS):
        for moment, column in _bearing(load[name], foot_peak_n).items():
            percent = 100 * (first + column - on) / (off - on)
            out[f"{name}_{moment}_percent"] = np.where(known, np.clip(percent, 0, 100), np.nan)

    middle = on + PUSH_OFF_FROM * (off - on)
    # A sample stands for the time from half a sample before it to half a sample after it.
    sample = np.arange(stance.inside.shape[1])
    late = np.clip(sample + 0.5 - (middle - first)[:, None], 0.0, 1.0)
    pushed = {name: np.einsum("kn,kn->k", load[name], late) for name in (*members, "whole")}
    whole = np.where(known & (pushed["whole"] > 0), pushed["whole"], np.nan)
    for name, parts in PUSH_OFF.items():
        if all(part in members for part in parts):
            out[f"push_off_{name}_percent"] = 100 * sum(pushed[part] for part in parts) / whole
    return out


def _first_touch(
    cells: Floats, load: Mapping[str, Floats], layout: SensorLayout, known: Bools
) -> dict[str, Any]:
    """Where the foot is loaded at the first sample that bears enough to tell."""
    touches = load["whole"] >= PLAIN.min_n
    column, row = touches.argmax(axis=1), np.arange(len(known))
    known = known & touches.any(axis=1)
    shown = {name: bands for name, of in FIRST.items() if (bands := [b for b in of if b in load])}
    borne = np.array([sum(load[band][row, column] for band in of) for of in shown.values()])
    most = np.array(list(shown))[borne.argmax(axis=0)]
    out: dict[str, Any] = {"first_region": np.where(known, most, "")}
    for name in shown:
        out[f"first_{name}_percent"] = np.where(known, 100.0 * (most == name), np.nan)
    if layout.kind == "insole":
        cop_mm = center_of_pressure(cells[:, row, column].T, layout.xy_mm, PLAIN.min_n)
        along = 100 * cop_mm[:, 1] / layout.size_mm[1]
        out["strike_index_percent"] = np.where(known, along, np.nan)
    return out


def _bearing(load_n: Floats, foot_peak_n: Floats) -> dict[str, Floats]:
    """Columns at which a region begins to bear load, ends, and bears most, by step.

    Where it is loaded from the first column on, that is the beginning.
    """
    row, last = np.arange(len(load_n)), load_n.shape[1] - 1
    peak = load_n.argmax(axis=1)
    peak_n = load_n[row, peak]
    noticed = (peak_n > 0) & (peak_n >= NOTICED * foot_peak_n)
    level_n = LOADED * peak_n
    loaded = load_n >= level_n[:, None]
    begins, ends = loaded.argmax(axis=1), last - loaded[:, ::-1].argmax(axis=1)
    before, after = np.maximum(begins - 1, 0), np.minimum(ends + 1, last)
    columns = {
        "on": before + _crossing(load_n[row, before], load_n[row, begins], level_n),
        "off": ends + _crossing(load_n[row, ends], load_n[row, after], level_n),
        "peak": peak,
    }
    return {name: np.where(noticed, column, np.nan) for name, column in columns.items()}


def _crossing(here_n: Floats, there_n: Floats, level_n: Floats) -> Floats:
    """Part of the way from one sample to the next at which a straight line meets the level."""
    rise = there_n - here_n
    return np.divide(level_n - here_n, rise, out=np.zeros(len(rise)), where=rise != 0)


def _features(members: Mapping[str, list[int]]) -> dict[str, Feature]:
    out = {
        f"first_{name}_percent": Feature(
            "%", f"contacts of which most is borne under the {name} at the first sample of 50 N"
        )
        for name in FIRST
    }
    out["strike_index_percent"] = Feature(
        "%", "centre of pressure at the first sample of 50 N, from the heel, of the length"
    )
    moments = {"on": "begins to bear load", "off": "stops bearing load", "peak": "bears most"}
    timed = [*BANDS, *(name for name in members if name not in BANDS)]
    out |= {
        f"{name}_{moment}_percent": Feature("%", f"when the {name} {told}, of stance")
        for name in timed
        for moment, told in moments.items()
    }
    return out | {
        f"push_off_{name}_percent": Feature(
            "%", f"impulse under {' and '.join(parts)} / the foot's, second half of stance"
        )
        for name, parts in PUSH_OFF.items()
    }


def _summary(
    steps: pd.DataFrame, layout: SensorLayout, members: Mapping[str, list[int]], convention: str,
    activity: str,
) -> pd.DataFrame:  # fmt: skip
    features = _features(members)
    lacking = [name for name in features if name not in steps]
    table = steps.reindex(columns=list(features))
    out = summarize(table, features, convention, activity)[COLUMNS]
    reasons = dict.fromkeys(
        lacking, f"{layout.name} does not show it: its cells do not tell apart what this needs"
    )
    if "strike_index_percent" in lacking:
        reasons["strike_index_percent"] = (
            f"{layout.name} is no insole, of whose length it is a part"
        )
    return out.assign(note=[reasons.get(str(name), note) for name, note in out.note.items()])
