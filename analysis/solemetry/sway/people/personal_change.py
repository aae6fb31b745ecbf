# SPDX-License-Identifier: Apache-2.0
"""What is a change for this person: before and after, against their own spread.

Repeats on a few days, three on each of two for instance, show how far this person's values lie
apart without anything having changed: within a day, and from day to day. A later difference is
told as "changed" when it is larger than 95 % of the differences that such a spread makes, and
as "within noise" otherwise. Neither says whether a change is for the better.

Two days say little about how days differ. With the analysis of variance alone the usual rule,
1.96 standard deviations of a difference, would call up to 30 % of unchanged people changed instead
of 5 %; the exact t of one degree of freedom is 12.7 and finds nothing. So the ratio of the spread
between days to that between repeats is weighed: each ratio by how well it fits this person's
values, and by how common it is, for which half of all people are taken to lie below 0.5 (a
half-Cauchy distribution). Given the ratio, the difference follows Student's t.

References
----------
Searle SR, Casella G, McCulloch CE (1992), Variance Components, Wiley.
Gelman A (2006), Bayesian Anal 1:515.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solemetry.errors import UnavailableError
from solemetry.sway.people.repeatability import Scale, off_scale, on_scale

Floats = NDArray[np.float64]

MEDIAN_RATIO = 0.5
"""Spread between days over spread between repeats that half of all people stay below."""


@dataclass(frozen=True)
class OwnMdc:
    """One person's spread, and the change that stands out from it.

    Attributes
    ----------
    mdc95 : float
        Minimal detectable change from one day to one other, each with as many repeats as the
        days here had (the smallest of them). In the unit of the values, or on the log scale a
        ratio: 1.4 is up by 40 %, or down to 1 / 1.4.
    mean : float
        Mean of the days; on the log scale geometric.
    sd_repeats, sd_days : float
        Standard deviations within a day and between days, by one-way analysis of variance; on
        the log scale those of the natural logarithm. Between days 0 where the days differ no
        more than repeats do.
    repeats : tuple of int
        How many values each day had.
    scale : {"log", "plain"}
    """

    mdc95: float
    mean: float
    sd_repeats: float
    sd_days: float
    repeats: tuple[int, ...]
    scale: Scale
    _ratios: _Ratios = field(repr=False, compare=False)

    def mdc95_of(self, before: Sequence[int], after: Sequence[int]) -> float:
        """Minimal detectable change between two occasions of so many repeats a day.

        ``mdc95_of([3, 3], [3])`` is for the mean of two days of three repeats before and
        one such day after.
        """
        days, repeats = (sum(parts) for parts in zip(_shares(before), _shares(after), strict=True))
        return off_scale(self._ratios.largest_of_95(days, repeats), self.scale)


@dataclass(frozen=True)
class Change:
    """A before and an after, told apart or not.

    Attributes
    ----------
    change : float
        After less before, or on the log scale after over before.
    mdc95 : float
        What it is held against, in the same terms.
    changed : bool
    before, after : float
        Means of the days; on the log scale geometric.
    scale : {"log", "plain"}
    words : str
    """

    change: float
    mdc95: float
    changed: bool
    before: float
    after: float
    scale: Scale
    words: str


def own_mdc(values_by_day: Iterable[ArrayLike], scale: Scale = "log") -> OwnMdc:
    """Estimate a person's own minimal detectable change from repeats on several days.

    Parameters
    ----------
    values_by_day : sequence of arrays
        For each day the values of its repeats. Missing ones (NaN) are left out, days may
        differ in number.
    scale : {"log", "plain"}
        Areas, velocities and frequencies spread in proportion to their size, so log is the
        default; plain is for what can be zero or negative.

    Raises
    ------
    ValueError
        When the values are not one list for each day, or not above zero on the log scale.
    UnavailableError
        With values of fewer than two days, or no day with two that differ.
    """
    days = _days(values_by_day, scale)
    repeats = tuple(len(day) for day in days)
    if len(days) < 2 or max(repeats) < 2:
        raise UnavailableError(
            f"There are values of {len(days)} day(s), at most {max(repeats, default=0)} on one: "
            "this person's own spread cannot be told from them.",
            "Record two days or more, with three repeats each.",
        )
    if not any(np.ptp(day) for day in days):
        raise UnavailableError(
            "All repeats of a day are alike: this person's own spread cannot be told from them.",
            "Give the values unrounded; a measure that stops at a limit has no spread there.",
        )
    n, d = sum(repeats), len(days)
    means = np.array([day.mean() for day in days])
    within = sum(float(((day - day.mean()) ** 2).sum()) for day in days)
    between = float((np.array(repeats) * (means - np.average(means, weights=repeats)) ** 2).sum())
    sd2_repeats = within / (n - d)
    repeats_a_day = (n - sum(count**2 for count in repeats) / n) / (d - 1)
    sd2_days = max((between / (d - 1) - sd2_repeats) / repeats_a_day, 0.0)
    ratios = _Ratios.of(np.array(repeats, dtype=float), means, within)
    days_share, repeats_share = _shares([min(repeats)])
    return OwnMdc(
        mdc95=off_scale(ratios.largest_of_95(2 * days_share, 2 * repeats_share), scale),
        mean=off_scale(float(means.mean()), scale),
        sd_repeats=math.sqrt(sd2_repeats),
        sd_days=math.sqrt(sd2_days),
        repeats=repeats,
        scale=scale,
        _ratios=ratios,
    )


def compare(
    before: float | Iterable[ArrayLike], after: float | Iterable[ArrayLike], own: OwnMdc
) -> Change:
    """Say whether a difference is larger than this person's own noise.

    Parameters
    ----------
    before, after : float, sequence of float, or sequence of arrays
        One value, the repeats of one day, or for each of several days its repeats. `before`
        may be the very days `own` was made from. Missing values (NaN) are left out.
    own : OwnMdc
        From the same person, measure, convention, task and device.

    Raises
    ------
    ValueError
        When one side has no value, or one not above zero on the log scale.
    """
    days_before, days_after = (_occasion(side, own.scale) for side in (before, after))
    if not (days_before and days_after):
        raise ValueError("A comparison needs at least one value before and one after.")
    mean_before, mean_after = (
        sum(float(day.mean()) for day in days) / len(days) for days in (days_before, days_after)
    )
    change = off_scale(mean_after - mean_before, own.scale)
    mdc95 = own.mdc95_of([len(day) for day in days_before], [len(day) for day in days_after])
    size = max(change, 1 / change) if own.scale == "log" else abs(change)
    changed = size > mdc95
    return Change(
        change=change,
        mdc95=mdc95,
        changed=changed,
        before=off_scale(mean_before, own.scale),
        after=off_scale(mean_after, own.scale),
        scale=own.scale,
        words=_words(change, mdc95, changed, own.scale),
    )


def _words(change: float, mdc95: float, changed: bool, scale: Scale) -> str:
    outcome = "changed" if changed else "within noise"
    if scale == "log":
        return (
            f"{outcome}: {change:.2f} times the value before; without a change it stays "
            f"between {1 / mdc95:.2f} and {mdc95:.2f} times in 95 of 100 cases"
        )
    return (
        f"{outcome}: {change:+.3g}; without a change it stays "
        f"within {mdc95:.3g} either way in 95 of 100 cases"
    )


@dataclass(frozen=True)
class _Ratios:
    """Which ratios of day to repeat variance fit a person, and how well."""

    ratio: Floats
    weight: Floats
    repeat_variance: Floats
    df: int

    @classmethod
    def of(cls, repeats: Floats, means: Floats, within: float) -> _Ratios:
        """Weigh each ratio by the likelihood, all means and sizes of spread held possible."""
        ratio, share = _possible_ratios()
        certainty = repeats / (1 + ratio[:, None] * repeats)
        total = certainty.sum(axis=1)
        mean = (certainty * means).sum(axis=1) / total
        squares = within + (certainty * (means - mean[:, None]) ** 2).sum(axis=1)
        df = int(repeats.sum()) - 1
        log_likelihood = (
            np.log(certainty / repeats).sum(axis=1) - np.log(total) - df * np.log(squares)
        ) / 2
        weight = share * np.exp(log_likelihood - log_likelihood.max())
        return cls(ratio, weight / weight.sum(), squares / df, df)

    def largest_of_95(self, days: float, repeats: float) -> float:
        """Size that 95 % of differences stay below, given their shares of the two variances."""
        from scipy.optimize import brentq
        from scipy.special import stdtr, stdtrit

        spread = np.sqrt(self.repeat_variance * (self.ratio * days + repeats))
        t = float(stdtrit(self.df, 0.975))

        def above(size: float) -> float:
            return float(self.weight @ stdtr(self.df, -size / spread)) - 0.025

        return float(brentq(above, 0.99 * t * spread.min(), 1.01 * t * spread.max(), rtol=1e-6))


@cache
def _possible_ratios() -> tuple[Floats, Floats]:
    """Ratios of the variances, and how common each is taken to be.

    Gauss's points over the quantiles of the half-Cauchy distribution; with twenty times as many
    the results differ by less than one in ten thousand.
    """
    point, share = np.polynomial.legendre.leggauss(50)
    return (MEDIAN_RATIO * np.tan(np.pi / 4 * (1 + point))) ** 2, share / 2


def _shares(repeats: Sequence[int]) -> tuple[float, float]:
    """Shares of the variance between days and between repeats in the mean of these days."""
    if not repeats or min(repeats) < 1:
        raise ValueError(f"The days have {repeats} repeats: each side needs a day, each day one.")
    return 1 / len(repeats), sum(1 / count for count in repeats) / len(repeats) ** 2


def _occasion(values: float | Iterable[ArrayLike], scale: Scale) -> list[Floats]:
    """Days of one side of a comparison: plain numbers are the repeats of a single day."""
    parts: list[ArrayLike] = list(values) if isinstance(values, Iterable) else [values]
    nested = any(np.ndim(part) for part in parts)
    return _days(parts if nested else [np.array(parts, dtype=float)], scale)


def _days(values_by_day: Iterable[ArrayLike], scale: Scale) -> list[Floats]:
    """Values of each day that has any, on the scale they are looked at."""
    days = []
    for day in values_by_day:
        values = on_scale(np.atleast_1d(np.asarray(day, dtype=float)), scale)
        if values.ndim != 1 or np.ndim(day) == 0:
            raise ValueError("The values should be given day by day, a list of repeats for each.")
        finite = values[np.isfinite(values)]
        if len(finite):
            days.append(finite)
    return days
