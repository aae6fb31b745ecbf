# SPDX-License-Identifier: Apache-2.0
"""A walk against the same person's earlier ones: shifted, or within their own noise.

Medial and lateral load differ between feet, insoles and shoes by more than they do between people,
so a single walk is not judged. What can be said is whether a person's steps lie elsewhere than
they used to, like with like: the same foot, device, calibration, footwear and surface, about the
same speed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.errors import UnavailableError
from solemetry.gait.stepping import Feature
from solemetry.gait.summary import MIN_STEPS
from solemetry.pronation.indices import MEASURES
from solemetry.sway.people.personal_change import compare, own_mdc

Floats = NDArray[np.float64]

SPEED_BAND = 0.1
"""Speeds that differ by more than this share of the one now are not compared."""

CHANGED, WITHIN_NOISE, NOT_COMPARABLE = "changed", "within noise", "not comparable"

CAUTION = (
    "Shifts of load under the foot are not angles of the foot: the centre of pressure goes with "
    "rearfoot eversion in part only (R 0.46 to 0.54, Dixon 2006), hardly with types of foot "
    "(r below 0.27, Liao 2014), and few cells in a shoe place it poorly from side to side."
)
"""What a reader of such a comparison has to know; in its ``attrs`` as ``caution``."""

_SAME = ("side", "device", "calibration", "footwear", "surface")


@dataclass(frozen=True, eq=False)
class Walk:
    """Steps of one foot on one occasion, and what they were taken under.

    Attributes
    ----------
    steps : DataFrame
        One row per step, a column for each measure, as from `describe_steps`.
    day : str
        The date, or anything else that is the same for walks of one day only.
    side, device, calibration, footwear, surface : str
        Empty where it is not known; then the walk cannot be compared.
    speed_m_s : float
        Mean speed. Where it is not known, `cadence` does.
    cadence : float
        Steps per minute.
    """

    steps: pd.DataFrame
    day: str
    side: str = ""
    device: str = ""
    calibration: str = ""
    footwear: str = ""
    surface: str = ""
    speed_m_s: float = math.nan
    cadence: float = math.nan


def against_baseline(
    now: Walk, baseline: Sequence[Walk], measures: Mapping[str, Feature] = MEASURES
) -> pd.DataFrame:
    """Compare a walk with the same person's earlier ones.

    With a baseline of two days or more, a shift is held against the spread from step to step and
    from day to day (`sway.own_mdc`). With one day it is told for a walk of that same day only,
    against the spread of steps (Welch's t), for one day does not show how days differ. Walks that
    are not like the one now are left out.

    Parameters
    ----------
    now : Walk
    baseline : sequence of Walk
        Walks of one day count together.
    measures : mapping of str to Feature
        Columns to compare.

    Returns
    -------
    DataFrame
        Indexed by ``feature``: ``value`` (now less baseline), ``now, baseline`` (means; of the
        baseline that of its days), ``sd`` (from step to step, in the baseline), ``sd_days``,
        ``mdc95`` (within it 95 % of differences lie when nothing has changed), ``outcome``
        ("changed", "within noise" or "not comparable"), ``n, n_baseline`` (steps), ``days,
        unit, definition, valid, note``. ``valid`` needs a comparison and 30 steps on each side.
        ``attrs["caution"]`` says what such a shift does not mean.

    Raises
    ------
    UnavailableError
        When there is no baseline: these measures say nothing by themselves.
    ValueError
        When a walk lacks the column of a measure.
    """
    if not baseline:
        raise UnavailableError(
            "There is no baseline: a medial or lateral shift of load says nothing by itself.",
            "Record this person on two days or more first, 30 steps of each foot, and compare.",
        )
    unlike = [_differences(now, walk) for walk in baseline]
    alike = [walk for walk, why in zip(baseline, unlike, strict=True) if not why]
    aside = ""
    if reasons := list(dict.fromkeys(reason for why in unlike for reason in why)):
        n_aside = len(baseline) - len(alike)
        aside = f"{n_aside} of {len(baseline)} walks left out: {'; '.join(reasons)}"
    rows = [
        {"feature": name, "unit": feature.unit, "definition": feature.definition}
        | _compared(name, now, alike, aside)
        for name, feature in measures.items()
    ]
    order = ["value", "now", "baseline", "sd", "sd_days", "mdc95", "outcome", "n", "n_baseline",
             "days", "unit", "definition", "valid", "note"]  # fmt: skip
    table = pd.DataFrame(rows).set_index("feature")[order]
    table.attrs["caution"] = CAUTION
    return table


def _differences(now: Walk, then: Walk) -> list[str]:
    """Say why two walks cannot be compared; nothing, if they can."""
    found = []
    for name in _SAME:
        of_now, of_then = getattr(now, name), getattr(then, name)
        if not (of_now and of_then):
            found.append(f"the {name} is not known")
        elif of_now != of_then:
            found.append(f"the {name} is another ({of_then!r}, now {of_now!r})")
    for name, unit in (("speed_m_s", "m/s"), ("cadence", "steps/min")):
        of_now, of_then = getattr(now, name), getattr(then, name)
        if math.isfinite(of_now) and math.isfinite(of_then):
            if abs(of_then - of_now) > SPEED_BAND * of_now:
                found.append(f"the speed is another ({of_then:g} {unit}, now {of_now:g})")
            return found
    return [*found, "speed or cadence is not known of both"]


def _compared(name: str, now: Walk, alike: Sequence[Walk], aside: str) -> dict[str, Any]:
    steps = _finite(now, name)
    by_day: dict[str, list[Floats]] = {}
    for walk in alike:
        by_day.setdefault(walk.day, []).append(_finite(walk, name))
    days = [day for parts in by_day.values() if len(day := np.concatenate(parts))]
    n_baseline = sum(len(day) for day in days)
    told = _held_against(steps, days, same_day=set(by_day) == {now.day})
    few = [
        f"only {n} of the {MIN_STEPS} steps {where} that a stable mean needs"
        for n, where in ((len(steps), "now"), (n_baseline, "in the baseline"))
        if n < MIN_STEPS
    ]
    note = "; ".join(part for part in (told.pop("note"), *few, aside) if part)
    return told | {
        "n": len(steps),
        "n_baseline": n_baseline,
        "days": len(days),
        "valid": told["outcome"] != NOT_COMPARABLE and not few,
        "note": note,
    }


def _held_against(steps: Floats, days: list[Floats], same_day: bool) -> dict[str, Any]:
    """Hold steps of one day against those of other days, or earlier ones of the same day."""
    before = float(np.mean([day.mean() for day in days])) if days else math.nan
    after = float(steps.mean()) if len(steps) else math.nan
    row: dict[str, Any] = {
        "value": after - before, "now": after, "baseline": before,
        "sd": math.nan, "sd_days": math.nan, "mdc95": math.nan,
    }  # fmt: skip
    refused = row | {"outcome": NOT_COMPARABLE}
    if not (len(days) and len(steps)):
        return refused | {"note": f"no step with a value {'now' if days else 'in the baseline'}"}
    if len(days) > 1:
        try:
            own = own_mdc(days, "plain")
        except UnavailableError as error:
            return refused | {"note": error.problem}
        change = compare(days, [steps], own)
        row |= {"sd": own.sd_repeats, "sd_days": own.sd_days, "mdc95": change.mdc95}
        return row | {"outcome": CHANGED if change.changed else WITHIN_NOISE, "note": ""}
    if not same_day:
        return refused | {"note": "a baseline of one day does not show how days differ"}
    row |= {"sd": float(days[0].std(ddof=1)) if len(days[0]) > 1 else math.nan}
    row["mdc95"] = _reach_of_steps(days[0], steps)
    if not row["mdc95"] > 0:
        return refused | row | {"note": "the steps show no spread to tell a shift from"}
    outcome = CHANGED if abs(row["value"]) > row["mdc95"] else WITHIN_NOISE
    return row | {"outcome": outcome, "note": "of one day: from step to step only"}


def _reach_of_steps(before: Floats, after: Floats) -> float:
    """Difference of two means that 95 % stay below where nothing has changed (Welch's t)."""
    from scipy.special import stdtrit

    if min(len(before), len(after)) < 2:
        return math.nan
    errors = [float(side.var(ddof=1)) / len(side) for side in (before, after)]
    total = sum(errors)
    if total == 0:
        return math.nan
    parts = zip(errors, (before, after), strict=True)
    df = total**2 / sum(error**2 / (len(side) - 1) for error, side in parts)
    return float(stdtrit(df, 0.975)) * math.sqrt(total)


def _finite(walk: Walk, name: str) -> Floats:
    if name not in walk.steps:
        raise ValueError(f"The steps of day {walk.day!r} have no column {name!r}.")
    values: Floats = np.asarray(walk.steps[name], dtype=float)
    return values[np.isfinite(values)]
