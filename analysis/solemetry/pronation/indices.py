# SPDX-License-Identifier: Apache-2.0
"""Lateral against medial in each step on an insole: the way of the centre of pressure, the load.

Positive is lateral, for either foot. An index is a share of what there is on the two sides
together: 0 where they are even, 1 where all is lateral, -1 where all is medial.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, center_of_pressure
from solemetry.device import SensorLayout
from solemetry.errors import UnavailableError
from solemetry.gait.stepping import Feature
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.loading.loads import Side, checked_forces, regions

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LOADED = 0.05
"""Heel or forefoot is on the ground while it carries more than this share of the step's largest
force."""

PATH = 0.1
"""The path counts while the force is above this share of the step's largest: at the very end the
centre of pressure jumps back to cells that a shoe keeps pressed, and would enclose no area."""

LEAST = 0.1
"""A phase in which the medial and lateral cells carry less than this share of its load has no
index: where the heel is one cell, for instance, its phase is on neither side."""

_OF_LOAD = "(lateral - medial) / (lateral + medial) impulse"
_AREA = "area between the centre of pressure's path and the insole's midline; positive: lateral"
MEASURES = {
    "area_index": Feature("1", f"(lateral - medial) / (lateral + medial) {_AREA}"),
    "area_difference_mm2": Feature("mm2", f"lateral - medial {_AREA}"),
    "force_index": Feature("1", f"{_OF_LOAD} over the step; positive: lateral"),
    "force_index_heel": Feature("1", f"{_OF_LOAD} while the heel alone is down; positive: lateral"),
    "force_index_mid": Feature(
        "1", f"{_OF_LOAD} while heel and forefoot are down; positive: lateral"
    ),
    "force_index_fore": Feature(
        "1", f"{_OF_LOAD} while the forefoot is down without the heel; positive: lateral"
    ),
}
"""Measures of a step, for `solemetry.gait.summarize` too."""


def describe_steps(
    forces_n: Floats,
    layout: SensorLayout,
    fs_hz: float,
    contacts: Ints,
    side: Side,
    min_force_n: float = MIN_FORCE_N,
    bridge_s: float = BRIDGE_S,
) -> pd.DataFrame:
    """Describe how each step of one foot lies between the medial and the lateral side.

    The area index compares the areas that the path of the centre of pressure encloses with the
    midline of the insole, on either side; where the path goes back, its area is taken off again.
    A path on one side throughout has 1 or -1 however far it lies from the midline, which the
    difference of the areas tells. The force index compares impulses: of metatarsals 4 and 5,
    lateral midfoot and lateral heel with metatarsals 1 and 2, medial midfoot and medial heel. The
    phases are those of the roll-over as heel and forefoot come down and leave (see `LOADED`).

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each cell of one insole, N.
    layout : SensorLayout
        Of an insole; see `loading.regions`.
    fs_hz : float
    contacts : (k, 2) int array
        First sample of each step and the one after its last.
    side : {"left", "right"}
    min_force_n : float
        Total force below which the path does not count; see `PATH` too.
    bridge_s : float
        Gaps of a cell that are shorter than this are bridged by a straight line.

    Returns
    -------
    DataFrame
        One row per step: ``step`` (from 0) and `MEASURES`; missing over a longer gap, and in a
        phase that the step does not have or that the cells do not part.

    Raises
    ------
    ValueError
        When forces or contacts do not fit.
    UnavailableError
        When the device is no insole, or its cells lie on one side only.

    References
    ----------
    Areas: Liao S et al. (2014), J Foot Ankle Res 7(S1):A55. Force index and phases after the
    medio-lateral ratio and the phases of Willems TM et al. (2006), Gait Posture 23:91, there of
    peak pressures at instants.
    """
    forces_n = checked_forces(forces_n, layout)
    if layout.kind != "insole":
        raise UnavailableError(
            f"{layout.name} is no insole: its middle is not that of the foot.",
            "Of a bare foot on a dense plate there is the CPEI: pronation.excursion_index.",
        )
    contacts = np.asarray(contacts, dtype=np.int64).reshape(-1, 2)
    start, stop = contacts.T
    if len(contacts) and (start.min() < 0 or stop.max() > len(forces_n) or (stop <= start).any()):
        raise ValueError(f"A contact ends before it begins, or lies outside {len(forces_n)} rows.")
    columns: dict[str, Floats] = dict.fromkeys(MEASURES, np.empty(0))
    if len(contacts):
        on_ground = _Stances(contacts)
        stance_n = bridge(forces_n, bridge_s * fs_hz)[0][on_ground.samples]
        loads = regions(stance_n, layout, side)
        whole_n = loads["whole"].to_numpy()
        cop_mm = center_of_pressure(stance_n, layout.xy_mm, min_force_n)
        cop_mm[whole_n < PATH * on_ground.largest(whole_n)] = np.nan
        lateral_mm = cop_mm[:, 0] * (1.0 if side == "right" else -1.0)
        columns = _areas(lateral_mm, cop_mm[:, 1], on_ground) | _force_indices(loads, on_ground)
        known = on_ground.total(np.isnan(whole_n)) == 0
        columns = {name: np.where(known, of, np.nan) for name, of in columns.items()}
    return pd.DataFrame({"step": np.arange(len(contacts)), **columns})


class _Stances:
    """The samples of all steps, one step after the other, and what they come to in each."""

    def __init__(self, contacts: Ints) -> None:
        self._lengths = contacts[:, 1] - contacts[:, 0]
        self.first = np.cumsum(self._lengths) - self._lengths
        at = np.repeat(contacts[:, 0] - self.first, self._lengths)
        self.samples: Ints = at + np.arange(len(at))

    def total(self, values: Floats | Bools) -> Floats:
        """Add up the samples of each step."""
        return np.add.reduceat(np.asarray(values, dtype=float), self.first)

    def largest(self, values: Floats) -> Floats:
        """Give each sample the largest value of its step."""
        return np.repeat(np.maximum.reduceat(values, self.first), self._lengths)


def _areas(lateral_mm: Floats, along_mm: Floats, steps: _Stances) -> dict[str, Floats]:
    forward_mm = np.diff(along_mm, append=np.nan)
    beside_mm = np.append(lateral_mm[1:], np.nan)
    forward_mm[steps.first[1:] - 1] = np.nan
    known = np.isfinite(forward_mm + lateral_mm + beside_mm)

    def area_mm2(sign: int) -> Floats:
        strips = forward_mm * _mean_above_zero(sign * lateral_mm, sign * beside_mm)
        return np.maximum(steps.total(np.where(known, strips, 0.0)), 0.0)

    lateral_mm2, medial_mm2 = area_mm2(1), area_mm2(-1)
    index = _index(lateral_mm2, medial_mm2)
    difference_mm2 = np.where(np.isfinite(index), lateral_mm2 - medial_mm2, np.nan)
    return {"area_index": index, "area_difference_mm2": difference_mm2}


def _mean_above_zero(begin: Floats, end: Floats) -> Floats:
    """Mean of what of a straight line from one value to another is above zero."""
    above = np.maximum(begin, 0.0) + np.maximum(end, 0.0)
    apart = np.abs(begin) + np.abs(end)
    # Where it crosses zero, a triangle is left, as long as the part above is.
    part = np.divide(above, apart, out=np.zeros_like(apart), where=apart > 0)
    return np.asarray(above * part / 2)


def _force_indices(loads: pd.DataFrame, steps: _Stances) -> dict[str, Floats]:
    lacking = {"medial", "lateral"} - set(loads)
    if lacking:
        raise UnavailableError(
            f"The insole has no cell on its {' or '.join(sorted(lacking))} side.",
            "An index of the two sides needs cells on both.",
        )
    nothing = np.zeros(len(loads))
    medial, lateral, whole, heel, forefoot = (
        loads[name].to_numpy() if name in loads else nothing
        for name in ("medial", "lateral", "whole", "heel", "forefoot")
    )
    least_n = LOADED * steps.largest(whole)
    heel_down, forefoot_down = heel > least_n, forefoot > least_n
    phases: dict[str, Bools] = {
        "force_index": np.ones(len(loads), bool),
        "force_index_heel": heel_down & ~forefoot_down,
        "force_index_mid": heel_down & forefoot_down,
        "force_index_fore": forefoot_down & ~heel_down,
    }
    indices = {}
    for name, phase in phases.items():
        on_lateral, on_medial, on_all = (
            steps.total(np.where(phase, load, 0.0)) for load in (lateral, medial, whole)
        )
        parted = on_lateral + on_medial >= LEAST * on_all
        indices[name] = np.where(parted, _index(on_lateral, on_medial), np.nan)
    return indices


def _index(lateral: Floats, medial: Floats) -> Floats:
    both = lateral + medial
    index = np.full(len(both), np.nan)
    np.divide(lateral - medial, both, out=index, where=both > 0)
    return index
