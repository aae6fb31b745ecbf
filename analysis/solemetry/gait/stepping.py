# SPDX-License-Identifier: Apache-2.0
"""From the contacts of two feet to steps and strides, one row per contact.

IC is the moment a foot comes down, TO the moment it leaves. A step is named after the foot that
ends it: a right step goes from the left IC to the right IC. Double support is *initial* while the
other foot is still down (own IC to the other's TO) and *terminal* once it is down again (the
other's IC to own TO).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.ground_contact import LONG, MIN_TO_COMPARE, MUCH_SHORTER

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Feature:
    """A measure of one step: its unit, and what it is."""

    unit: str
    definition: str


TEMPORAL = {
    "stance_s": Feature("s", "IC to TO"),
    "swing_s": Feature("s", "TO to the same foot's next IC"),
    "stride_s": Feature("s", "IC to the same foot's next IC"),
    "step_s": Feature("s", "the other foot's IC to this foot's IC"),
    "initial_double_support_s": Feature("s", "IC to the other foot's TO; 0 when running"),
    "terminal_double_support_s": Feature("s", "the other foot's IC to TO; 0 when running"),
    "double_support_s": Feature("s", "initial and terminal together"),
    "single_support_s": Feature("s", "the other foot's TO to its next IC, within stance"),
    "flight_s": Feature("s", "TO to the other foot's IC, where that is later; 0 when walking"),
    "stance_percent": Feature("%", "stance / stride (100 times the duty factor)"),
    "swing_percent": Feature("%", "swing / stride"),
    "double_support_percent": Feature("%", "double support / stride"),
}


def steps(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Put the contacts of two feet in order and take times between them.

    A time is taken only between contacts that follow each other as feet do, left and right by
    turns, and whose ends were measured. Where the same foot comes down twice running, a contact
    was missed or invented; what would reach across that place stays empty.

    Parameters
    ----------
    left, right : DataFrame
        From `contacts`; one clock for both.

    Returns
    -------
    DataFrame
        One row per contact of either foot, in order of coming down, but those far too short to
        be steps: ``foot``, the columns of `contacts`, ``alternates`` (the other foot came down
        before it and after it), and the times of `TEMPORAL`, s and % of the stride; NaN where
        not known.
    """
    table = pd.concat([left.assign(foot="left"), right.assign(foot="right")])
    table = table[table.reason != MUCH_SHORTER]
    table = table.sort_values("on_s", kind="stable").reset_index(drop=True)
    table.insert(0, "foot", table.pop("foot"))
    row = {name: table[name].to_numpy() for name in ("foot", "on_s", "off_s", "accepted")}
    on = np.where(table.on_known, row["on_s"], np.nan)
    off = np.where(table.off_known, row["off_s"], np.nan)
    other_next = _later(row["foot"], 1, "") == np.where(row["foot"] == "left", "right", "left")
    other_before = np.concatenate(([False], other_next[:-1]))[: len(table)]
    by_turns = other_next & _later(other_next, 1, False)
    used = row["accepted"].astype(bool)

    next_on = np.where(other_next, _later(on, 1), np.nan)
    before_off = np.where(other_before, _earlier(off, 1), np.nan)
    stride = np.where(used & by_turns & _later(used, 2, False), _later(on, 2) - on, np.nan)
    stride = _without_pauses(stride, row["foot"])
    step = np.where(used & other_before, on - _earlier(on, 1), np.nan)
    initial = np.where(used & _earlier(used, 1, False), before_off - on, np.nan)
    terminal = np.where(used & _later(used, 1, False), off - next_on, np.nan)
    stance = np.where(used, off - on, np.nan)
    double = np.maximum(initial, 0) + np.maximum(terminal, 0)
    times = {
        "stance_s": stance,
        "swing_s": stride - stance,
        "stride_s": stride,
        "step_s": _without_pauses(step, row["foot"]),
        "initial_double_support_s": np.maximum(initial, 0),
        "terminal_double_support_s": np.maximum(terminal, 0),
        "double_support_s": double,
        "single_support_s": stance - double,
        "flight_s": np.maximum(-terminal, 0),
        "stance_percent": 100 * stance / stride,
        "swing_percent": 100 * (stride - stance) / stride,
        "double_support_percent": 100 * double / stride,
    }
    table["alternates"] = other_before & other_next
    return table.assign(**times)


def strides_of_one_foot(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in strides and swings of a foot whose fellow nobody saw.

    From each accepted contact to the next, if nothing that was rejected lies between them. That the
    other foot came down once meanwhile is taken for granted, but for pauses.

    Parameters
    ----------
    table : DataFrame
        From `steps`, with contacts of one foot.
    """
    used = table.accepted.to_numpy(dtype=bool) & _later(table.accepted.to_numpy(bool), 1, False)
    on_s, stance_s = table.on_s.to_numpy(), table.stance_s.to_numpy()
    stride_s = _without_pauses(
        np.where(used, _later(on_s, 1) - on_s, np.nan), table.foot.to_numpy()
    )
    return table.assign(
        stride_s=stride_s,
        swing_s=stride_s - stance_s,
        stance_percent=100 * stance_s / stride_s,
        swing_percent=100 * (1 - stance_s / stride_s),
    )


def missed_or_invented(table: pd.DataFrame) -> int:
    """How often the same foot comes down twice running while the other is in the air.

    While the other foot stands, it may. Where a gap hides how the first contact ended or the
    second began, nothing is said.
    """
    foot, on, off = (table[name].to_numpy() for name in ("foot", "on_s", "off_s"))
    other_off = np.full(len(table), -np.inf)
    for side in ("left", "right"):
        last_off = np.maximum.accumulate(np.where(foot == side, off, -np.inf))
        other_off[foot != side] = last_off[foot != side]
    known = table.off_known.to_numpy()[:-1] & table.on_known.to_numpy()[1:]
    return int(((foot[1:] == foot[:-1]) & known & (other_off[1:] < on[1:])).sum())


def _without_pauses(times_s: Floats, foot: NDArray[np.object_]) -> Floats:
    """Leave out what is far longer than the same foot's others: a pause or a turn."""
    kept = times_s.copy()
    for side in ("left", "right"):
        known = np.isfinite(times_s) & (foot == side)
        if known.sum() >= MIN_TO_COMPARE:
            kept[known & (times_s > LONG * np.median(times_s[known]))] = np.nan
    return kept


def _later(values: NDArray, by: int, beyond: object = np.nan) -> NDArray:  # type: ignore[type-arg]
    """Return what stands so many rows later; `beyond` the end."""
    return np.concatenate((values, np.full(by, beyond, dtype=values.dtype)))[by:]


def _earlier(values: NDArray, by: int, beyond: object = np.nan) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate((np.full(by, beyond, dtype=values.dtype), values))[: len(values)]
