# SPDX-License-Identifier: Apache-2.0
"""Where a value lies among people measured the same way: reference ranges by age band.

The people are the 163 of Santos and Duarte (2016), each with the median of their trials: 60 s on
both feet on one laboratory plate, 100 Hz, unfiltered, which here is the convention ``bmclab``.
A value got in another way is not placed among them, for the way alone would move it. A place is
a description: it says nothing about health.

Few people are between 40 and 59. What their number cannot support is NaN, and each result says how
many people it stands on.

References
----------
Santos DA, Duarte M (2016), A public data set of human balance evaluations, PeerJ 4:e2648;
data under CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from solemetry.errors import UnavailableError
from solemetry.sway.people.repeatability import check_confidence

Floats = NDArray[np.float64]
Eyes = Literal["open", "closed"]
Surface = Literal["firm", "foam"]

AGE_BANDS = ((18, 40), (40, 60), (60, 70), (70, 86))
"""Years, from the first and below the second."""

CONVENTION = "bmclab"
STANCE = "two feet"
DURATION_S = 60.0
FS_HZ = 100.0
TRIALS = 3
"""How the people were measured."""

_COLUMNS = {
    "ellipse_area_95": ("ellipse_area_95_mm2", "mm2"),
    "mean_velocity": ("mean_velocity_mm_s", "mm/s"),
    "mean_frequency": ("mean_frequency_hz", "Hz"),
}
_NOISE_SHARE = 0.3
"""White noise adds to a velocity about as squares do: with 0.3 of it, it is 5 % too large."""


@dataclass(frozen=True)
class ReferenceRange:
    """How a measure spreads over the people of one age band, eyes and surface.

    Attributes
    ----------
    feature, unit : str
    ages : tuple of int
        Years, from the first and below the second.
    eyes, surface : str
    percentiles, values : tuple of float
        A value is NaN where so few people cannot show its percentile.
    n : int
        People.
    people : (n,) array
        Their values, rising.
    note : str
        What to keep in mind; empty when there is nothing.
    """

    feature: str
    unit: str
    ages: tuple[int, int]
    eyes: Eyes
    surface: Surface
    percentiles: tuple[float, ...]
    values: tuple[float, ...]
    n: int
    people: Floats = field(repr=False, compare=False)
    note: str

    @property
    def title(self) -> str:
        """Whom the range is of, in words."""
        low, below = self.ages
        return f"aged {low} to {below - 1}, eyes {self.eyes}, {self.surface} surface"


@dataclass(frozen=True)
class Placement:
    """Where a value lies among the people of a reference range.

    Attributes
    ----------
    value : float
        The median of the trials given.
    percentile : float
        Share of people with a lower value, %; of those with the same value, half.
    low, high : float
        Its confidence interval for the population these people stand for (Clopper and Pearson).
    n : int
        People.
    words : str
    note : str
        What to keep in mind; empty when there is nothing.
    """

    value: float
    percentile: float
    low: float
    high: float
    n: int
    words: str
    note: str


def reference_range(
    feature: str,
    age: float,
    eyes: Eyes,
    surface: Surface,
    percentiles: Sequence[float] = (5, 25, 50, 75, 95),
) -> ReferenceRange:
    """Return how a measure spreads over the people of an age band.

    The p-th percentile is the person at place p (n + 1) / 100, between two places interpolated;
    NaN where that is before the first or after the last.

    Parameters
    ----------
    feature : {"ellipse_area_95", "mean_velocity", "mean_frequency"}
    age : float
        Years.
    eyes : {"open", "closed"}
    surface : {"firm", "foam"}
    percentiles : sequence of float
        Between 0 and 100.

    Raises
    ------
    UnavailableError
        When there are no people of that age, or the measure was not published.
    ValueError
        When eyes, surface or percentiles cannot be.
    """
    if feature not in _COLUMNS:
        raise UnavailableError(
            f"There is no reference range of {feature!r}.",
            f"The published measures are {', '.join(_COLUMNS)}.",
        )
    if eyes not in get_args(Eyes):
        raise ValueError(f"The eyes are {eyes!r}; they should be 'open' or 'closed'.")
    if surface not in get_args(Surface):
        raise ValueError(f"The surface is {surface!r}; it should be 'firm' or 'foam'.")
    if not all(0 < percentile < 100 for percentile in percentiles):
        raise ValueError(f"The percentiles are {percentiles}; they should lie between 0 and 100.")
    ages = _band(age)
    column, unit = _COLUMNS[feature]
    table = _people()
    chosen = (
        (table["eyes"] == eyes)
        & (table["surface"] == surface)
        & (table["age"] >= ages[0])
        & (table["age"] < ages[1])
    )
    people = np.sort(table.loc[chosen, column].to_numpy(dtype=float))
    people.flags.writeable = False
    n = len(people)
    values = tuple(_percentile(people, percentile) for percentile in percentiles)
    few = f"only {n} people aged {ages[0]} to {ages[1] - 1} were measured"
    return ReferenceRange(
        feature=feature,
        unit=unit,
        ages=ages,
        eyes=eyes,
        surface=surface,
        percentiles=tuple(percentiles),
        values=values,
        n=n,
        people=people,
        note=few if np.isnan(values).any() else "",
    )


def place(
    values: ArrayLike,
    reference: ReferenceRange,
    *,
    stance: str,
    duration_s: float,
    fs_hz: float,
    convention: str,
    noise_floor_mm_s: float | None = None,
    confidence: float = 0.95,
) -> Placement:
    """Place a value among the people of a reference range.

    Parameters
    ----------
    values : float, or array
        The measure in each trial; as for the people, their median is placed. Missing ones (NaN)
        are left out.
    reference : ReferenceRange
        Of the person's age, and the trials' eyes and surface.
    stance : str
        ``"two feet"`` is the only one there are people for.
    duration_s, fs_hz : float
        Of the trials; 60 s and 100 Hz, within 1 s and 1 Hz.
    convention : str
        Under which the measure was taken; ``"bmclab"``.
    noise_floor_mm_s : float, optional
        Unfiltered velocity that a dead weight on the plate would seem to have. A mean velocity
        with more than 0.3 of it from there is not placed.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    UnavailableError
        When the trials were not measured as the people were; says in what.
    ValueError
        Without a value.
    """
    check_confidence(confidence)
    trials = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    trials = trials[np.isfinite(trials)]
    if not len(trials):
        raise ValueError("There is no value to place.")
    value = float(np.median(trials))
    _check_match(stance, duration_s, fs_hz, convention)
    if reference.feature == "mean_velocity" and noise_floor_mm_s is not None:
        _check_noise(value, noise_floor_mm_s)

    n = reference.n
    lower = int((reference.people < value).sum())
    same = int((reference.people == value).sum())
    low, high = _interval(lower, lower + same, n, confidence)
    percentile = 100 * (lower + same / 2) / n
    return Placement(
        value=value,
        percentile=percentile,
        low=low,
        high=high,
        n=n,
        words=f"{value:.4g} {reference.unit}: higher than in {lower} of {n} people "
        f"{reference.title} (percentile {percentile:.0f}, "
        f"{confidence:.0%} interval {low:.0f} to {high:.0f})",
        note="; ".join(_remarks(reference, len(trials), noise_floor_mm_s)),
    )


def reference_table() -> pd.DataFrame:
    """Every reference range, one row each, with its number of people.

    Returns
    -------
    DataFrame
        Columns ``feature, eyes, surface, ages, unit, n, p5, p25, p50, p75, p95, note``.
    """
    ranges = [
        reference_range(feature, low, eyes, surface)
        for feature in _COLUMNS
        for eyes in get_args(Eyes)
        for surface in get_args(Surface)
        for low, _ in AGE_BANDS
    ]
    return pd.DataFrame([_row(found) for found in ranges])


def _row(found: ReferenceRange) -> dict[str, object]:
    shown = {f"p{p:g}": value for p, value in zip(found.percentiles, found.values, strict=True)}
    return {
        "feature": found.feature,
        "eyes": found.eyes,
        "surface": found.surface,
        "ages": f"{found.ages[0]}-{found.ages[1] - 1}",
        "unit": found.unit,
        "n": found.n,
        **shown,
        "note": found.note,
    }


@cache
def _people() -> pd.DataFrame:
    path = resources.files("solemetry.sway.people").joinpath("reference_people.csv")
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def _band(age: float) -> tuple[int, int]:
    for low, below in AGE_BANDS:
        if low <= age < below:
            return low, below
    raise UnavailableError(
        f"There is no reference range for an age of {age:g} years.",
        f"The people measured are {AGE_BANDS[0][0]} to {AGE_BANDS[-1][1] - 1} years old.",
    )


def _percentile(people: Floats, percentile: float) -> float:
    n = len(people)
    if not 1 <= percentile / 100 * (n + 1) <= n:
        return np.nan
    return float(np.percentile(people, percentile, method="weibull"))


def _interval(lower: int, upper: int, n: int, confidence: float) -> tuple[float, float]:
    """Limits in % of the share of a population, when `lower` to `upper` of n are below."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(lower, n - lower + 1, tail)) if lower else 0.0
    high = float(betaincinv(upper + 1, n - upper, 1 - tail)) if upper < n else 1.0
    return 100 * low, 100 * high


def _check_match(stance: str, duration_s: float, fs_hz: float, convention: str) -> None:
    differences = []
    if stance != STANCE:
        differences.append(f"the stance is {stance!r}, theirs {STANCE!r}")
    if not abs(duration_s - DURATION_S) <= 1:
        differences.append(f"the trials last {duration_s:g} s, theirs {DURATION_S:g} s")
    if not abs(fs_hz - FS_HZ) <= 1:
        differences.append(f"the rate is {fs_hz:g} Hz, theirs {FS_HZ:g} Hz")
    if convention != CONVENTION:
        differences.append(f"the convention is {convention!r}, theirs {CONVENTION!r}")
    if differences:
        raise UnavailableError(
            f"These trials cannot be placed among the reference people: {'; '.join(differences)}.",
            f"Stand on two feet for {DURATION_S:g} s, and describe the trial at {FS_HZ:g} Hz "
            f"under the convention {CONVENTION!r}.",
        )


def _check_noise(value: float, noise_floor_mm_s: float) -> None:
    if not noise_floor_mm_s <= _NOISE_SHARE * value:
        raise UnavailableError(
            f"Of the mean velocity of {value:.3g} mm/s, the plate's own noise alone would make "
            f"{noise_floor_mm_s:.3g} mm/s: too much to place it among people measured "
            "on a quiet plate.",
            "Compare with this person's own earlier trials instead, or use a quieter plate.",
        )


def _remarks(
    reference: ReferenceRange, trials: int, noise_floor_mm_s: float | None
) -> list[str]:
    found = [reference.note] if reference.note else []
    if trials < TRIALS:
        counted = f"{trials} trial" if trials == 1 else f"{trials} trials"
        found.append(f"{counted}; of the people it is the median of {TRIALS}")
    if reference.feature == "mean_velocity" and noise_floor_mm_s is None:
        found.append("unfiltered: the noise of the plate, not given here, adds to the velocity")
    if reference.feature == "mean_frequency":
        found.append("unfiltered: the noise of the plate adds to the frequency")
    return found
