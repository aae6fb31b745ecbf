# SPDX-License-Identifier: Apache-2.0
"""The gait line: the way of the centre of pressure under one foot, from contact to push-off.

A centre of pressure is force divided by force, so at the first touch and the last it is mostly
noise, and how much of it is left out makes the line longer or shorter. So the rules of leaving
out have a name, as the rules of contact have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.errors import SolemetryError
from solemetry.gait.spans import Spans, along_rows
from solemetry.gait.stepping import Feature
from solemetry.gait.summary import shortfalls, summarize
from solemetry.gait.symmetry import symmetry_index
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.loading.masks import INSOLE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Side = Literal["left", "right"]

POINTS = 101

PLACE_STEP = 0.005
"""The mean line over the length has a point every so many lengths of the insole, as that of
Moticon's report has; without an insole, every `PLACE_STEP_MM`."""

PLACE_STEP_MM = 1.0


@dataclass(frozen=True)
class LineRules:
    """Which part of a contact makes its gait line.

    Attributes
    ----------
    name, description, reference : str
    min_n : float
        The line is where the foot bears at least this, N,
    min_share : float
        and at least this share of the contact's own largest force.
    from_rearmost : bool
        Whether it starts at its rearmost point and ends at its foremost; otherwise at the first
        and the last in time.
    """

    name: str
    description: str
    reference: str
    min_n: float
    min_share: float = 0.0
    from_rearmost: bool = False


PLAIN = LineRules(
    name="plain",
    description="50 N or more; from the first to the last moment",
    reference="where Moticon's exports begin to give a centre of pressure",
    min_n=50.0,
)

MOTICON = LineRules(
    name="moticon",
    description="a quarter of the contact's largest force or more; from the rearmost point to the "
    "foremost",
    reference="found from one of that vendor's reports, whose 28 ends of lines allow 24.7 to "
    "25.6 % only; the vendor does not tell",
    min_n=50.0,
    min_share=0.25,
    from_rearmost=True,
)

LINE_RULES = {rules.name: rules for rules in (PLAIN, MOTICON)}

IN_MM = {
    "length_mm": Feature("mm", "extent of the line along the foot"),
    "width_mm": Feature("mm", "extent of the line across the foot"),
    "start_along_mm": Feature("mm", "where the line starts, forwards"),
    "start_lateral_mm": Feature("mm", "where it starts, to the outside"),
    "end_along_mm": Feature("mm", "where the line ends, forwards"),
    "end_lateral_mm": Feature("mm", "where it ends, to the outside"),
    "max_speed_mm_s": Feature("mm/s", "largest speed between two samples; grows with the rate"),
    "mean_speed_mm_s": Feature("mm/s", "way along the line / its time"),
    "line_percent": Feature("%", "part of stance that has a line"),
}

_HEEL, _MIDFOOT = (f"{100 * end:.0f} %" for end in (INSOLE.heel, INSOLE.midfoot))

OF_INSOLE = {
    "length_percent": Feature("%", "extent along / length of the insole"),
    "width_percent": Feature("%", "extent across / width of the insole"),
    "start_percent": Feature("%", "where the line starts, from the heel, of the insole's length"),
    "end_percent": Feature("%", "where it ends, from the heel, of the insole's length"),
    "over_heel_percent": Feature("%", f"part of the line's time behind {_HEEL} of the length"),
    "over_midfoot_percent": Feature(
        "%", f"part of its time from {_HEEL} to {_MIDFOOT} of the length"
    ),
    "over_forefoot_percent": Feature("%", f"part of its time beyond {_MIDFOOT} of the length"),
}

OF_MEAN_LINE = {
    "mean_line_length_mm": Feature("mm", "extent along of the mean line over the length"),
    "mean_line_width_mm": Feature("mm", "extent across of the mean line over the length"),
}

COLUMNS = ["value", "sd", "unit", "convention", "definition", "n", "valid", "note"]
"""Of `summarize`, less what is per cent of a mean: places have no zero of their own."""


class UnknownLineRulesError(SolemetryError, ValueError):
    """No rules of gait lines have this name."""


@dataclass(frozen=True, eq=False)
class GaitLine:
    """The gait lines of one foot.

    Attributes
    ----------
    lines_mm : (k, 101, 2) array
        Place ``(lateral, along)`` over the stance of each accepted contact: + to the outside of
        the foot, and + forwards, from the origin of the centre of pressure given; of an insole
        the middle of its width and the back of its heel. NaN where there is no line.
    speeds_mm_s : (k, 101) array
        Speed over stance.
    mean_mm, sd_mm : (101, 2) array
        Over the contacts, where at least half of them have a line.
    over_length_mm : DataFrame
        The mean line at equal places along the foot instead of equal times: ``along_mm``,
        ``lateral_mm, sd_mm, n``. It keeps turns that the other one blurs.
    steps : DataFrame
        One row per accepted contact, with its index; see `IN_MM` and `OF_INSOLE`.
    summary : DataFrame
        Indexed by ``feature``: ``value`` (mean), ``sd, unit, convention, definition, n, valid,
        note, trimming``.
    """

    lines_mm: Floats
    speeds_mm_s: Floats
    mean_mm: Floats
    sd_mm: Floats
    over_length_mm: pd.DataFrame
    steps: pd.DataFrame
    summary: pd.DataFrame

    __repr__ = in_brief


def describe_gait_line(
    force_n: Floats,
    cop_mm: Floats,
    fs_hz: float,
    contacts: pd.DataFrame,
    side: Side,
    size_mm: tuple[float, float] | None = None,
    rules: str = PLAIN.name,
    convention: str = "",
    activity: str = "walking",
    doubt: str = "",
) -> GaitLine:
    """Draw the gait line of each accepted contact of one foot, and measure it.

    Gaps shorter than 0.1 s are bridged by a straight line; a contact with a longer one has no
    line. Where a contact's beginning was not measured, neither is its start; the same for its
    end. On a treadmill the belt carries foot and centre of pressure backwards, so the line along
    the foot needs an insole.

    Parameters
    ----------
    force_n : (T,) array
        Vertical force of the foot, as `ready` gives it, N.
    cop_mm : (T, 2) array
        Centre of pressure ``(ml, ap)`` under the foot, + to the person's right and forwards, mm.
    fs_hz : float
    contacts : DataFrame
        From `contacts`.
    side : {"left", "right"}
    size_mm : (width, length), optional
        Of the insole, the middle of whose heel's back edge is the origin. Without it nothing is
        told in parts of an insole.
    rules : str
        One of `LINE_RULES`.
    convention, activity : str
        Of the contacts; said in every row.
    doubt : str
        What speaks against the numbers, such as a stuck cell: said in every row.

    Returns
    -------
    GaitLine

    Raises
    ------
    ValueError
        When the shape cannot be, or the rules are unknown.

    Examples
    --------
    A foot of which the centre of pressure goes 200 mm forwards in half a second:

    >>> from solemetry.gait import contacts
    >>> on = np.r_[np.zeros(50), np.ones(50), np.zeros(50)]
    >>> cop_mm = np.column_stack((np.zeros(150), 4.0 * np.cumsum(on)))
    >>> line = describe_gait_line(800 * on, cop_mm, 100, contacts(800 * on, 100), "right")
    >>> print(line.summary.value["length_mm"], line.summary.value["max_speed_mm_s"])
    196.0 400.0
    """
    chosen = _rules(rules)
    force_n, cop_mm = np.asarray(force_n, dtype=float), np.asarray(cop_mm, dtype=float)
    if cop_mm.shape != (len(force_n), 2):
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T, 2).")
    used = contacts[contacts.accepted]
    stance = Spans.of(used.start.to_numpy(np.int64), used.stop.to_numpy(np.int64))
    lateral, along = stance.rows(bridge(cop_mm, BRIDGE_S * fs_hz)[0].T)
    drawn = _drawn(stance.rows(force_n), lateral + along, stance.inside, chosen)
    lateral = np.where(drawn, lateral if side == "right" else -lateral, np.nan)
    along = np.where(drawn, along, np.nan)
    steps = _measured(lateral, along, drawn, used, fs_hz, chosen)
    if size_mm is not None:
        steps = steps.assign(**_of_insole(steps, along, drawn, size_mm))
    lines, speeds = _over_stance(lateral, along, used, fs_hz)
    mean_mm, sd_mm, _ = _mean_of_half(lines)
    step_mm = PLACE_STEP * size_mm[1] if size_mm is not None else PLACE_STEP_MM
    over_length = _over_length(lateral, along, step_mm)
    summary = _summary(steps, over_length, convention, activity)
    return GaitLine(
        lines_mm=lines,
        speeds_mm_s=speeds,
        mean_mm=mean_mm,
        sd_mm=sd_mm,
        over_length_mm=over_length,
        steps=steps,
        summary=doubted(summary, doubt).assign(trimming=chosen.description),
    )


def gait_line_symmetry(left: GaitLine, right: GaitLine) -> pd.DataFrame:
    """Compare the gait lines of both feet, the sign kept: positive where the left has more.

    Returns
    -------
    DataFrame
        Indexed by ``feature``: ``left, right`` (means), ``difference`` (left - right),
        ``symmetry_index`` (of extents, times and speeds, %), ``n_left, n_right, unit, valid,
        note``. ``mean_line_lateral_mm`` and ``mean_line_along_mm`` are means over the stance of
        the mean lines where both are.
    """
    sides = left.summary, right.summary
    names = [name for name in sides[0].index if name in sides[1].index]
    out = pd.DataFrame(
        {
            "left": sides[0].value[names],
            "right": sides[1].value[names],
            "unit": sides[0].unit[names],
            "n_left": sides[0].n[names],
            "n_right": sides[1].n[names],
        }
    )
    out["symmetry_index"] = [
        np.nan if name.startswith(("start", "end")) else float(symmetry_index(*means))
        for name, means in zip(names, out[["left", "right"]].to_numpy(), strict=True)
    ]
    n = [int(side.n["length_mm"]) for side in sides]
    both = np.isfinite(left.mean_mm + right.mean_mm).all(axis=1)
    for axis, name in enumerate(("mean_line_lateral_mm", "mean_line_along_mm")):
        means = [
            float(side.mean_mm[both, axis].mean()) if both.any() else np.nan
            for side in (left, right)
        ]
        out.loc[name, ["left", "right", "n_left", "n_right"]] = [*means, *n]
        out.loc[name, "unit"] = "mm"
    out = out.astype({"n_left": int, "n_right": int})
    notes = [
        "; ".join(dict.fromkeys(note for side in sides if (note := _note(side, name))))
        for name in map(str, out.index)
    ]
    out.insert(2, "difference", out.left - out.right)
    return out.assign(valid=[not note for note in notes], note=notes)


def _rules(name: str) -> LineRules:
    if name not in LINE_RULES:
        raise UnknownLineRulesError(
            f"There are no rules of gait lines called {name!r}.",
            f"Known: {', '.join(LINE_RULES)}.",
        )
    return LINE_RULES[name]


def _drawn(force_n: Floats, place_mm: Floats, inside: Bools, rules: LineRules) -> Bools:
    """Mark the samples that make the line; a line with a hole in it is none."""
    if not force_n.size:
        return inside
    borne = np.where(inside & np.isfinite(force_n), force_n, -np.inf)
    least = np.maximum(rules.min_n, rules.min_share * borne.max(axis=1, keepdims=True))
    drawn = (borne >= least) & np.isfinite(place_mm)
    first, last = _ends(drawn)
    return np.asarray(drawn & (drawn.sum(axis=1) == last - first + 1)[:, None])


def _ends(drawn: Bools) -> tuple[Ints, Ints]:
    """First and last column that is drawn, by row."""
    return drawn.argmax(axis=1), drawn.shape[1] - 1 - drawn[:, ::-1].argmax(axis=1)


def _measured(
    lateral: Floats, along: Floats, drawn: Bools, used: pd.DataFrame, fs_hz: float, rules: LineRules
) -> pd.DataFrame:
    """Measure the line of each contact, in millimetres."""
    names = list(IN_MM)
    if not drawn.any():
        return pd.DataFrame(np.nan, index=used.index, columns=names)
    some = drawn.any(axis=1)
    rearmost, foremost = (np.where(drawn, of, -np.inf).argmax(axis=1) for of in (-along, along))
    start, end = (rearmost, foremost) if rules.from_rearmost else _ends(drawn)
    on_known, off_known = used.on_known.to_numpy(), used.off_known.to_numpy()
    row = np.arange(len(used))
    way = np.hypot(np.diff(lateral, axis=1), np.diff(along, axis=1))
    went = np.isfinite(way)
    way = np.where(went, way, 0.0)
    took_s = went.sum(axis=1) / fs_hz
    values = {
        "length_mm": along[row, foremost] - along[row, rearmost],
        "width_mm": _extent(lateral, drawn),
        "start_along_mm": np.where(on_known, along[row, start], np.nan),
        "start_lateral_mm": np.where(on_known, lateral[row, start], np.nan),
        "end_along_mm": np.where(off_known, along[row, end], np.nan),
        "end_lateral_mm": np.where(off_known, lateral[row, end], np.nan),
        "max_speed_mm_s": way.max(axis=1, initial=0.0) * fs_hz,
        "mean_speed_mm_s": way.sum(axis=1) / np.where(took_s > 0, took_s, np.nan),
        "line_percent": 100 * drawn.sum(axis=1) / (used.stop - used.start).to_numpy(),
    }
    return pd.DataFrame({name: np.where(some, values[name], np.nan) for name in names}, used.index)


def _extent(values: Floats, drawn: Bools) -> Floats:
    largest, least = (np.where(drawn, of, -np.inf).max(axis=1) for of in (values, -values))
    return np.asarray(largest + least)


def _of_insole(
    steps: pd.DataFrame, along: Floats, drawn: Bools, size_mm: tuple[float, float]
) -> dict[str, Floats]:
    width_mm, length_mm = size_mm
    n = drawn.sum(axis=1)
    of_line = 100 / np.where(n > 0, n, np.nan)
    heel = (along < INSOLE.heel * length_mm).sum(axis=1)
    forefoot = (along >= INSOLE.midfoot * length_mm).sum(axis=1)
    return {
        "length_percent": 100 * steps.length_mm.to_numpy() / length_mm,
        "width_percent": 100 * steps.width_mm.to_numpy() / width_mm,
        "start_percent": 100 * steps.start_along_mm.to_numpy() / length_mm,
        "end_percent": 100 * steps.end_along_mm.to_numpy() / length_mm,
        "over_heel_percent": of_line * heel,
        "over_midfoot_percent": of_line * (n - heel - forefoot),
        "over_forefoot_percent": of_line * forefoot,
    }


def _over_stance(
    lateral: Floats, along: Floats, used: pd.DataFrame, fs_hz: float
) -> tuple[Floats, Floats]:
    """Lines ``(k, 101, 2)`` and their speeds ``(k, 101)`` from IC (0 %) to TO (100 %).

    By straight lines between samples. What reaches from one sample to the next is drawn if both
    are; beyond the last one that is drawn there is nothing.
    """
    on, off = used.on_s.to_numpy() * fs_hz, used.off_s.to_numpy() * fs_hz
    at = on[:, None] + np.linspace(0, 1, POINTS) * (off - on)[:, None]
    lines = np.full((*at.shape, 2), np.nan)
    last = lateral.shape[1] - 1
    if last < 1:
        return lines, np.full(at.shape, np.nan)
    at -= used.start.to_numpy()[:, None]
    before = np.clip(np.floor(at), 0, last - 1)
    part = np.where((at >= 0) & (at <= last), at - before, np.nan)
    here = before.astype(np.int64) + np.arange(len(at))[:, None] * (last + 1)
    steps = []
    for axis, values in enumerate((lateral, along)):
        place = values.take(here)
        steps.append(values.take(here + 1) - place)
        lines[..., axis] = place + part * steps[-1]
    speeds = np.where(np.isfinite(lines[..., 1]), np.hypot(*steps) * fs_hz, np.nan)
    return lines, speeds


def _over_length(lateral: Floats, along: Floats, step_mm: float) -> pd.DataFrame:
    """Mean line at equal places along the foot, where half of the contacts have it.

    Samples are taken in the order of their places, which is that of time but where a line goes
    back for a moment.
    """
    with_line = np.isfinite(along).sum(axis=1) > 1
    lateral, along = lateral[with_line], along[with_line]
    if not len(along):
        return pd.DataFrame({name: [] for name in ("along_mm", "lateral_mm", "sd_mm", "n")})
    order = np.argsort(along, axis=1)
    lateral, along = (np.take_along_axis(of, order, axis=1) for of in (lateral, along))
    # What is not drawn is last; it repeats the last point that is.
    last = np.isfinite(along).sum(axis=1, keepdims=True) - 1
    column = np.minimum(np.arange(along.shape[1]), last)
    lateral, along = (np.take_along_axis(of, column, axis=1) for of in (lateral, along))
    grid = np.arange(np.ceil(along.min() / step_mm), np.floor(along.max() / step_mm) + 1) * step_mm
    has = (grid >= along[:, :1]) & (grid <= along[:, -1:])
    at = np.broadcast_to(grid, has.shape)
    lines = np.where(has, along_rows(at, along, lateral), np.nan)
    mean_mm, sd_mm, n = _mean_of_half(lines)
    table = pd.DataFrame({"along_mm": grid, "lateral_mm": mean_mm, "sd_mm": sd_mm, "n": n})
    return table[np.isfinite(mean_mm)].reset_index(drop=True)


def _mean_of_half(lines: Floats) -> tuple[Floats, Floats, Ints]:
    """Mean and SD over the lines where at least half have a value, and how many have."""
    has = np.isfinite(lines)
    n = has.sum(axis=0)
    enough = np.where((n > 0) & (n >= len(lines) / 2), n, np.nan)
    mean = np.where(has, lines, 0.0).sum(axis=0) / enough
    apart = np.where(has, lines - mean, 0.0)
    return mean, np.sqrt((apart**2).sum(axis=0) / np.where(enough > 1, enough - 1, np.nan)), n


def _summary(
    steps: pd.DataFrame, over_length: pd.DataFrame, convention: str, activity: str
) -> pd.DataFrame:
    features = {name: of for name, of in (IN_MM | OF_INSOLE).items() if name in steps}
    out = summarize(steps, features, convention, activity)[COLUMNS]
    n = int(out.n["length_mm"])
    note = shortfalls(n, activity)
    rows = [
        {"feature": name, "value": float(np.ptp(places)) if len(places) else np.nan, "sd": np.nan,
         "unit": feature.unit, "convention": convention, "definition": feature.definition, "n": n,
         "valid": not note, "note": note}
        for (name, feature), places in zip(
            OF_MEAN_LINE.items(), (over_length.along_mm, over_length.lateral_mm), strict=True
        )
    ]  # fmt: skip
    return pd.concat([out, pd.DataFrame(rows).set_index("feature")])


def doubted(summary: pd.DataFrame, doubt: str) -> pd.DataFrame:
    """Say in every row what speaks against it."""
    if not doubt:
        return summary
    notes = [f"{note}; {doubt}" if note else doubt for note in summary.note]
    return summary.assign(valid=False, note=notes)


def _note(summary: pd.DataFrame, name: str) -> str:
    return str(summary.note[name if name in summary.index else "length_mm"])
