# SPDX-License-Identifier: Apache-2.0
"""The butterfly: the way of the centre of pressure of both feet together, stride by stride.

While one foot bears all, the net centre of pressure runs along that foot; while load passes to
the other, it crosses over. Over a stride this draws two wings and, between them, two diagonals.

Two belts of a treadmill know how the feet lie to each other. Two insoles do not: they are drawn
side by side, heels level, as far apart as is said, so what depends on that is an assumption. On
insoles load passes from toes in front to a heel behind; on a treadmill, from a foot behind to
one in front: both draw two diagonals that cross.

Measures have the names that makers of treadmills gave them (zebris: AP position, lateral
symmetry, gait line, single support line). Their own definitions were not at hand, so ours, which
each row has, may differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.cop import MIN_FORCE_N
from solemetry.gait.gait_line import COLUMNS, PLAIN, doubted
from solemetry.gait.spans import Spans, along_rows
from solemetry.gait.stepping import Feature
from solemetry.gait.summary import shortfalls, summarize
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.signal import NO_FILTER, Filter

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Feet = tuple[Floats, Floats]

SMOOTH = Filter(20.0)
"""Ways and speeds add up noise. Force and its moments are filtered, not their quotient, which is
wild where force is small."""

ACROSS = 41
"""The diagonals are compared at so many places from left to right."""

OF_STRIDE = {
    "crossing_ml_mm": Feature("mm", "where the diagonals cross, + to the right"),
    "crossing_ap_mm": Feature("mm", "where the diagonals cross, forwards"),
    "max_speed_mm_s": Feature("mm/s", "largest speed of the net centre of pressure"),
}

OF_FOOT = {
    "gait_line_mm": Feature("mm", "way of the centre of pressure under the foot, 50 N or more"),
    "single_support_line_mm": Feature("mm", "the same while the other foot is in the air"),
}


@dataclass(frozen=True, eq=False)
class Butterfly:
    """What `describe_butterfly` found.

    Attributes
    ----------
    net_mm : (T, 2) array
        Centre of pressure of both feet ``(ml, ap)``; of what is no stride, standing before the
        walk for one, NaN.
    strides : DataFrame
        One row per stride of either foot: ``foot, on_s`` and the columns of `OF_STRIDE`.
    lines : DataFrame
        One row per contact: ``foot, on_s`` and the columns of `OF_FOOT`.
    summary : DataFrame
        Indexed by ``feature``: ``value, sd, unit, convention, definition, n, valid, note``, and
        ``placement``, how the feet lie to each other, and ``filter``.
    """

    net_mm: Floats
    strides: pd.DataFrame
    lines: pd.DataFrame
    summary: pd.DataFrame

    __repr__ = in_brief


def describe_butterfly(
    forces_n: Feet,
    cops_mm: Feet,
    fs_hz: float,
    steps: pd.DataFrame,
    stance_width_mm: float | None = None,
    smooth: Filter = SMOOTH,
    convention: str = "",
    activity: str = "walking",
    doubt: str = "",
) -> Butterfly:
    """Draw the butterfly of a walk, and measure it.

    A stride of either foot has two double supports, and in each the net centre of pressure
    crosses over. Each diagonal goes from the other's coming down to the own foot's leaving;
    where it wavers, what counts is when it first gets so far to the side. A stride without
    double support (running), with a gap, or with a contact that was not accepted has no crossing.

    Parameters
    ----------
    forces_n : pair of (T,) array
        Vertical force of the left and the right foot, as `ready` gives it, N.
    cops_mm : pair of (T, 2) array
        Centre of pressure ``(ml, ap)`` under each, mm.
    fs_hz : float
    steps : DataFrame
        From `steps`; its ``start`` and ``stop`` count samples.
    stance_width_mm : float, optional
        How far apart the origins of both feet's centres of pressure lie: of insoles, their
        middles. Without it both are taken to be in one frame, as those of two belts are.
    smooth : Filter
        Of force and its moments; `solemetry.signal.NO_FILTER` for none, and none where the rate
        is too low for it.
    convention, activity : str
        Of the contacts; said in every row.
    doubt : str
        What speaks against the numbers, such as a stuck cell: said in every row.

    Returns
    -------
    Butterfly

    Raises
    ------
    ValueError
        When shapes do not fit each other.
    """
    if smooth.cutoff_hz is not None and smooth.cutoff_hz >= fs_hz / 2:
        smooth = NO_FILTER
    wrenches = [
        _smoothed(np.asarray(force, dtype=float), np.asarray(cop, dtype=float), fs_hz, smooth)
        for force, cop in zip(forces_n, cops_mm, strict=True)
    ]
    aside_mm, placement = _placed(stance_width_mm)
    left, right = wrenches
    both = left + right
    both[:, 1] += aside_mm * (right[:, 0] - left[:, 0])
    net_mm = _center(both, MIN_FORCE_N)
    speed_mm_s = np.hypot(*np.diff(net_mm, axis=0).T) * fs_hz
    strides = _strides(net_mm, speed_mm_s, steps)
    lines = _lines([_center(wrench, PLAIN.min_n) for wrench in wrenches], steps)
    summary = doubted(_summary(strides, lines, convention, activity), doubt)
    return Butterfly(
        net_mm=np.where(_striding(steps, len(net_mm))[:, None], net_mm, np.nan),
        strides=strides,
        lines=lines,
        summary=summary.assign(placement=placement, filter=str(smooth)),
    )


def _smoothed(force_n: Floats, cop_mm: Floats, fs_hz: float, smooth: Filter) -> Floats:
    """Force of a foot and its moments (force times place), filtered, ``(T, 3)``.

    What bears too little to have a centre of pressure counts for nothing.
    """
    if cop_mm.shape != (len(force_n), 2):
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T, 2).")
    cop_mm, _ = bridge(cop_mm, BRIDGE_S * fs_hz)
    wrench = np.empty((len(force_n), 3))
    wrench[:, 0] = np.where(np.isfinite(cop_mm[:, 0]) | np.isnan(force_n), force_n, 0.0)
    wrench[:, 1:] = wrench[:, :1] * np.nan_to_num(cop_mm)
    return smooth(wrench, fs_hz)


def _center(wrench: Floats, min_force_n: float) -> Floats:
    """Centre of pressure, ``(T, 2)``, mm; NaN where there is too little force."""
    force_n = wrench[:, :1]
    return np.asarray(wrench[:, 1:] / np.where(force_n >= min_force_n, force_n, np.nan))


def _placed(width_mm: float | None) -> tuple[float, str]:
    """Return how far to the side each foot is drawn, mm, and what that stands on."""
    if width_mm is None:
        return 0.0, "both feet in one frame, as measured"
    told = f"assumed: feet side by side, heels level, their middles {width_mm:g} mm apart"
    return width_mm / 2, told


def _first_contacts(steps: pd.DataFrame) -> Ints:
    """Contacts that begin a stride: then comes the other foot's, then the own foot's next."""
    foot, start, stop, accepted = (
        steps[name].to_numpy() for name in ("foot", "start", "stop", "accepted")
    )
    first = np.arange(max(len(steps) - 2, 0))
    whole = accepted[first] & accepted[first + 1] & accepted[first + 2]
    by_turns = (foot[first] != foot[first + 1]) & (foot[first] == foot[first + 2])
    both_down = (start[first + 1] < stop[first]) & (start[first + 2] < stop[first + 1])
    return np.asarray(first[whole.astype(bool) & by_turns & both_down])


def _striding(steps: pd.DataFrame, n: int) -> Bools:
    """Which samples are of a stride, ``(n,)``."""
    first, start = _first_contacts(steps), steps["start"].to_numpy()
    begun_less_ended = np.zeros(n + 1, np.int64)
    np.add.at(begun_less_ended, np.clip(start[first], 0, n), 1)
    np.add.at(begun_less_ended, np.clip(start[first + 2] + 1, 0, n), -1)
    return np.asarray(begun_less_ended.cumsum()[:n] > 0)


def _strides(net_mm: Floats, speed_mm_s: Floats, steps: pd.DataFrame) -> pd.DataFrame:
    """Measure each stride."""
    foot, start, stop = (steps[name].to_numpy() for name in ("foot", "start", "stop"))
    first = _first_contacts(steps)
    to_right = np.where(foot[first] == "left", 1.0, -1.0)
    # The stride's first diagonal leaves its own foot, its second comes back to it.
    away = _diagonal(net_mm, start[first + 1], stop[first])
    back = _diagonal(net_mm, start[first + 2], stop[first + 1])
    crossing = _crossing(away, back, to_right)
    return pd.DataFrame(
        {
            "foot": foot[first],
            "on_s": steps.on_s.to_numpy()[first],
            "crossing_ml_mm": crossing[:, 0],
            "crossing_ap_mm": crossing[:, 1],
            "max_speed_mm_s": _largest(speed_mm_s, start[first], start[first + 2]),
        }
    )


def _diagonal(net_mm: Floats, on: Ints, off: Ints) -> Floats:
    """Net centre of pressure from the sample before a coming down to a leaving, ``(2, k, N)``.

    What comes later in a row repeats the last.
    """
    span = Spans.of(on - 1, off + 1)
    last = net_mm[np.minimum(off, len(net_mm) - 1)].T
    return np.where(span.inside, span.rows(net_mm.T), last[:, :, None])


def _crossing(away: Floats, back: Floats, to_right: Floats) -> Floats:
    """Where the diagonals of each stride cross, ``(k, 2)``; NaN where they do not."""
    out = np.full((len(to_right), 2), np.nan)
    whole = np.isfinite(away).all(axis=(0, 2)) & np.isfinite(back).all(axis=(0, 2))
    if not whole.any():
        return out
    outward = to_right[whole, None]
    (away_ml, away_ap), (back_ml, back_ap) = away[:, whole], back[:, whole]
    # Sideways from the stride's own foot; the diagonal back comes from the other side.
    side_away = np.maximum.accumulate(away_ml * outward, axis=1)
    side_back = np.maximum.accumulate(-back_ml * outward, axis=1)
    near = np.maximum(side_away[:, :1], -side_back[:, -1:])
    far = np.minimum(side_away[:, -1:], -side_back[:, :1])
    overlap = (far > near)[:, 0]
    side = near + np.linspace(0, 1, ACROSS) * np.maximum(far - near, 0)
    place = along_rows(side, side_away, away_ap)
    over = place - along_rows(-side, side_back, back_ap)
    meets = (over[:, :-1] > 0) != (over[:, 1:] > 0)
    crosses = overlap & (meets.sum(axis=1) % 2 == 1)
    # Of an odd number of crossings, which a wobble makes, the middle one.
    column = (np.cumsum(meets, axis=1) > meets.sum(axis=1, keepdims=True) // 2).argmax(axis=1)
    row = np.arange(len(over))
    here, there = over[row, column], over[row, column + 1]
    part = here / np.where(crosses, here - there, np.nan)
    between = [of[row, column] + part * (of[row, column + 1] - of[row, column])
               for of in (side * outward, place)]  # fmt: skip
    out[whole] = np.column_stack(between)
    return out


def _lines(cops_mm: list[Floats], steps: pd.DataFrame) -> pd.DataFrame:
    """Measure how far the centre of pressure goes under each foot, in stance and alone on it."""
    foot, start, stop = (steps[name].to_numpy() for name in ("foot", "start", "stop"))
    used = steps.accepted.to_numpy().astype(bool)
    between = used & steps.alternates.to_numpy().astype(bool)
    neighbours = np.r_[False, used[:-1]] & np.r_[used[1:], False]
    other_off, other_on = np.r_[0, stop[:-1]], np.r_[start[1:], 0]
    alone = between & neighbours & (other_off >= start) & (other_on > other_off)
    values = {name: np.full(len(steps), np.nan) for name in OF_FOOT}
    for side, cop_mm in zip(("left", "right"), cops_mm, strict=True):
        mine = foot == side
        way = _Way.of(cop_mm)
        values["gait_line_mm"][mine & used] = way.between(start[mine & used], stop[mine & used] - 1)
        single = mine & alone
        values["single_support_line_mm"][single] = way.between(other_off[single], other_on[single])
    table = pd.DataFrame({"foot": foot, "on_s": steps.on_s.to_numpy()} | values)
    return table[used].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Way:
    """How far a point has gone up to each sample, and where it was not known."""

    so_far_mm: Floats
    known: Ints

    @classmethod
    def of(cls, cop_mm: Floats) -> _Way:
        step = np.hypot(*np.diff(cop_mm, axis=0).T)
        has = np.isfinite(step)
        so_far = np.concatenate(([0.0], np.cumsum(np.where(has, step, 0.0))))
        return cls(so_far, np.concatenate(([0], np.cumsum(has))))

    def between(self, first: Ints, last: Ints) -> Floats:
        """Way from one sample to another, mm; NaN where half of it or more is not known."""
        known = self.known[last] - self.known[first]
        way = self.so_far_mm[last] - self.so_far_mm[first]
        return np.where(2 * known > last - first, way, np.nan)


def _largest(values: Floats, first: Ints, last: Ints) -> Floats:
    """Largest known value from each first sample to its last."""
    if not len(first):
        return np.empty(0)
    padded = np.append(np.where(np.isfinite(values), values, 0.0), 0.0)
    return np.asarray(np.maximum.reduceat(padded, np.column_stack((first, last)).ravel())[::2])


def _summary(
    strides: pd.DataFrame, lines: pd.DataFrame, convention: str, activity: str
) -> pd.DataFrame:
    of_strides = summarize(strides, OF_STRIDE, convention, activity)[COLUMNS]
    crossings = {name: of_strides.loc[f"crossing_{axis}_mm"].to_dict() for name, axis in
                 (("ap", "ap"), ("lateral", "ml"))}  # fmt: skip
    note = shortfalls(int(crossings["ap"]["n"]), activity)
    told = {
        "ap_position_mm": ("ap", "value", "sd", "mean of the crossings, forwards from the origin: "
                           "of insoles the back of the heel"),
        "lateral_symmetry_mm": ("lateral", "value", "sd", "mean of the crossings, + to the right"),
        "ap_variability_mm": ("ap", "sd", None, "SD of the crossings along"),
        "lateral_variability_mm": ("lateral", "sd", None, "SD of the crossings across"),
    }  # fmt: skip
    rows = [
        {"feature": name} | crossings[which] | {
            "value": crossings[which][value], "sd": crossings[which][sd] if sd else np.nan,
            "definition": definition, "valid": not note, "note": note,
        }
        for name, (which, value, sd, definition) in told.items()
    ]  # fmt: skip
    feet = []
    for side in ("left", "right"):
        mine = summarize(lines[lines.foot == side], OF_FOOT, convention, activity)[COLUMNS]
        names = {name: name.replace("_mm", f"_{side}_mm") for name in map(str, mine.index)}
        feet.append(mine.rename(index=names))
    fastest = of_strides.loc[["max_speed_mm_s"]]
    return pd.concat([pd.DataFrame(rows).set_index("feature")[COLUMNS], *feet, fastest])
