# SPDX-License-Identifier: Apache-2.0
"""A person's own values over time, and what stands out from their own noise.

Only like is joined with like: the same drill, version and level, on the same device by the same
calibration, with the same footwear, surface, support and posture, and repetitions with feedback
apart from those without. The person's own spread comes from the first two days that have repeats;
the latest day is held against these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import Literal

from solemetry.errors import UnavailableError
from solemetry.sway.people.personal_change import Change, OwnMdc, compare, own_mdc
from solemetry_host.drills.running.outcome import Side
from solemetry_host.people.results import Alike, Value

FIRST_DAYS = 2
"""Days that a person's own spread is taken from; three repeats on each are recommended."""

SIDES_APART = 0.15
"""Less than this share of the larger side is not called a difference."""

TRIALS_A_SIDE = 3


@dataclass(frozen=True)
class Day:
    """The values of one day."""

    day: date
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the repeats."""
        return fmean(self.values)


@dataclass(frozen=True)
class Trend:
    """One measure of one side, over days that are alike.

    Attributes
    ----------
    measure : str
    side : {"left", "right", "both", "none"}
    alike : Alike
    days : tuple of Day
        The oldest first.
    own : OwnMdc or None
        This person's own spread; None where it is not known yet.
    change : Change or None
        The latest day against the first ones; None where there is none, or no spread.
    note : str
        Why there is no spread, or no change to tell.
    """

    measure: str
    side: Side
    alike: Alike
    days: tuple[Day, ...]
    own: OwnMdc | None = field(compare=False)
    change: Change | None
    note: str

    @property
    def band(self) -> tuple[float, float] | None:
        """Between what the latest day stays where nothing has changed; None without a spread."""
        if self.own is None:
            return None
        mean, mdc95 = self.own.mean, self.change.mdc95 if self.change else self.own.mdc95
        if self.own.scale == "log":
            return mean / mdc95, mean * mdc95
        return mean - mdc95, mean + mdc95


@dataclass(frozen=True)
class Sides:
    """Left held against right on one day.

    Attributes
    ----------
    day : date
    left, right : float
        Means of the repeats.
    apart : float
        How much the smaller is below the larger, as a share of the larger.
    differ : bool
        Above both sides' own noise, and more than 15 %.
    words : str
    """

    day: date
    left: float
    right: float
    apart: float
    differ: bool
    words: str


def trends(values: Iterable[Value]) -> list[Trend]:
    """Join values that are alike, in an order that does not depend on theirs."""
    joined: dict[tuple[str, Side, Alike], dict[date, list[float]]] = {}
    for value in values:
        days = joined.setdefault((value.measure, value.side, value.alike), {})
        days.setdefault(value.day, []).append(value.value)
    return [
        _trend(measure, side, alike, joined[measure, side, alike])
        for measure, side, alike in sorted(joined)
    ]


def left_and_right(left: Trend, right: Trend) -> Sides:
    """Hold the two sides against each other on the latest day that has both.

    The rule, 15 % and three trials a side, is a default of this program.

    Raises
    ------
    ValueError
        When the two are not the same measure of two sides under the same circumstances.
    UnavailableError
        When there are too few trials, or a side's own noise is not known.
    """
    if (left.measure, left.alike) != (right.measure, right.alike):
        raise ValueError("Only like can be held against like.")
    if (left.side, right.side) != ("left", "right"):
        raise ValueError(f"These are {left.side} and {right.side}, not left and right.")
    on_right = {day.day: day for day in right.days}
    shared = [
        (day, on_right[day.day])
        for day in left.days
        if day.day in on_right
        and min(len(day.values), len(on_right[day.day].values)) >= TRIALS_A_SIDE
    ]
    if not shared:
        raise UnavailableError(
            f"No day has {TRIALS_A_SIDE} trials of each side.", "Do three of each on one day."
        )
    if left.own is None or right.own is None:
        raise UnavailableError("The sides' own noise is not known yet.", left.note or right.note)
    one, other = shared[-1]
    if min(*one.values, *other.values) <= 0:
        raise UnavailableError("Values of zero or below have no share of each other.")
    apart = 1 - min(one.mean, other.mean) / max(one.mean, other.mean)
    noisy = not all(
        compare(one.values, other.values, own).changed for own in (left.own, right.own)
    )
    differ = not noisy and apart > SIDES_APART
    words = f"the {'right' if one.mean > other.mean else 'left'} is {100 * apart:.0f} % lower"
    if noisy:
        words += ", within noise"
    elif not differ:
        words += f", less than the {100 * SIDES_APART:.0f} % that count"
    return Sides(one.day, one.mean, other.mean, apart, differ, words)


def _trend(measure: str, side: Side, alike: Alike, values: dict[date, list[float]]) -> Trend:
    days = tuple(Day(day, tuple(values[day])) for day in sorted(values))
    first = [day for day in days if len(day.values) > 1][:FIRST_DAYS]
    scale: Literal["log", "plain"] = (
        "log" if all(value > 0 for day in days for value in day.values) else "plain"
    )
    if len(first) < FIRST_DAYS:
        note = (
            f"Own noise is known from {FIRST_DAYS} days with repeats; so far there are "
            f"{len(first)}."
        )
        return Trend(measure, side, alike, days, None, None, note)
    try:
        own = own_mdc([day.values for day in first], scale)
    except UnavailableError as error:
        return Trend(measure, side, alike, days, None, None, str(error))
    if days[-1].day <= first[-1].day:
        note = "The first days are what later ones are held against."
        return Trend(measure, side, alike, days, own, None, note)
    change = compare([day.values for day in first], [days[-1].values], own)
    return Trend(measure, side, alike, days, own, change, "")
