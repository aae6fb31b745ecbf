# SPDX-License-Identifier: Apache-2.0
"""How well a measure repeats over the trials of a group of people: ICC, SEM and MDC.

Each function takes a table of people by trials, ``(n, k)``. People with a missing trial are left
out and counted, for the two-way analysis of variance behind all of these needs whole rows.

The intraclass correlation depends on how different the people are; the standard error of
measurement and the minimal detectable change do not, and carry the unit of the measure.

References
----------
Shrout PE, Fleiss JL (1979), Psychol Bull 86:420.
McGraw KO, Wong SP (1996), Psychol Methods 1:30.
Weir JP (2005), J Strength Cond Res 19:231.
de Vet HCW et al. (2006), J Clin Epidemiol 59:1033.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Kind = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
Scale = Literal["log", "plain"]


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation with its confidence interval.

    Attributes
    ----------
    value, low, high : float
        NaN with fewer than two whole rows or two trials, or without any differences.
    kind : str
    n, k : int
        People and trials it was made from.
    left_out : int
        People with a missing trial.
    """

    value: float
    low: float
    high: float
    kind: Kind
    n: int
    k: int
    left_out: int


@dataclass(frozen=True)
class Sem:
    """A standard error of measurement, and the change that stands out from it.

    Attributes
    ----------
    value, low, high : float
        The error with its confidence interval. In the unit of the values, or on the log scale a
        relative spread (the standard deviation of the natural logarithm). NaN with fewer than
        two whole rows or two trials.
    mdc95 : float
        Minimal detectable change from one trial to one other, 1.96 sqrt(2) SEM. In the unit
        of the values, or on the log scale a ratio: 1.4 is up by 40 %, or down to 1 / 1.4.
    kind, scale : str
    n, k : int
        People and trials it was made from.
    left_out : int
        People with a missing trial.
    """

    value: float
    low: float
    high: float
    mdc95: float
    kind: Literal["agreement", "consistency"]
    scale: Scale
    n: int
    k: int
    left_out: int


def icc(values: ArrayLike, kind: Kind = "2,1", confidence: float = 0.95) -> Icc:
    """Intraclass correlation: the share of the variance that lies between people.

    With mean squares between people B, between trials J, of the error E and within people W:

    - ``1,1`` (B - W) / (B + (k - 1) W): trials in no order;
    - ``2,1`` (B - E) / (B + (k - 1) E + k (J - E) / n): absolute agreement, trials at random;
    - ``3,1`` (B - E) / (B + (k - 1) E): consistency, these very trials;
    - ``1,k``, ``2,k``, ``3,k``: the same of the mean of k trials, k r / (1 + (k - 1) r).

    The intervals are those of Shrout and Fleiss (1979) and McGraw and Wong (1996): exact but for
    ``2,1`` and ``2,k``, whose degrees of freedom are Satterthwaite's.

    Parameters
    ----------
    values : (n, k) array
        People by trials. Rows with a missing value are left out.
    kind : str
    confidence : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        When the values are no table, or the kind or the confidence cannot be.
    """
    if kind not in get_args(Kind):
        raise ValueError(f"There is no ICC({kind}); known: {', '.join(get_args(Kind))}.")
    squares, left_out = _mean_squares(values)
    check_confidence(confidence)
    limits = _single_icc(squares, kind, confidence)
    if kind.endswith("k"):
        limits = tuple(_of_the_mean(limit, squares.k) for limit in limits)
    value, low, high = limits
    return Icc(value, low, high, kind, squares.n, squares.k, left_out)


def sem(
    values: ArrayLike,
    kind: Literal["agreement", "consistency"] = "agreement",
    scale: Scale = "plain",
    confidence: float = 0.95,
) -> Sem:
    """Estimate the standard error of measurement and the minimal detectable change.

    Agreement, sqrt(E + (J - E) / n) with the mean squares of `icc` and J - E no less than 0,
    holds shifts from trial to trial (getting used to the task) against the measure; consistency,
    sqrt(E), does not. The interval follows from the chi-square distribution, for agreement
    with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    values : (n, k) array
        People by trials. Rows with a missing value are left out.
    kind : {"agreement", "consistency"}
    scale : {"plain", "log"}
        Log where the spread grows with the value, as it does for areas and velocities.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        When the values are no table, or not above zero on the log scale.
    """
    from scipy.special import chdtri

    if kind not in ("agreement", "consistency"):
        raise ValueError(f"The kind is {kind!r}; it should be 'agreement' or 'consistency'.")
    squares, left_out = _mean_squares(on_scale(values, scale))
    check_confidence(confidence)
    n, k, trials, error = squares.n, squares.k, squares.trials, squares.error
    df_error = (n - 1) * (k - 1)
    if math.isnan(error):
        variance, df = math.nan, math.nan
    elif kind == "agreement" and trials > error:
        variance = trials / n + (1 - 1 / n) * error
        df = variance**2 / (
            (trials / n) ** 2 / (k - 1) + ((1 - 1 / n) * error) ** 2 / df_error
        )
    else:
        variance, df = error, df_error
    tail = (1 - confidence) / 2
    value = math.sqrt(variance)
    return Sem(
        value=value,
        low=value * math.sqrt(df / float(chdtri(df, tail))),
        high=value * math.sqrt(df / float(chdtri(df, 1 - tail))),
        mdc95=off_scale(_Z95 * math.sqrt(2) * value, scale),
        kind=kind,
        scale=scale,
        n=n,
        k=k,
        left_out=left_out,
    )


def on_scale(values: ArrayLike, scale: Scale) -> Floats:
    """Values as they are, or their natural logarithms; NaN stays."""
    array = np.asarray(values, dtype=float)
    if scale == "plain":
        return array
    if scale != "log":
        raise ValueError(f"The scale is {scale!r}; it should be 'log' or 'plain'.")
    if (array <= 0).any():
        raise ValueError(
            f"The log scale needs values above zero, and one is {np.nanmin(array):g}."
        )
    return np.asarray(np.log(array))


def off_scale(value: float, scale: Scale) -> float:
    """Undo `on_scale`: a mean becomes a geometric mean, a difference a ratio."""
    return math.exp(value) if scale == "log" else value


def check_confidence(confidence: float) -> None:
    """Raise a ValueError unless the confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it should lie between 0 and 1.")


_Z95 = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True)
class _MeanSquares:
    """Two-way analysis of variance without replication."""

    people: float
    trials: float
    error: float
    within: float
    n: int
    k: int


def _mean_squares(values: ArrayLike) -> tuple[_MeanSquares, int]:
    table = np.asarray(values, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"The values have shape {table.shape}; it should be (people, trials).")
    whole = table[np.isfinite(table).all(axis=1)]
    n, k = whole.shape
    left_out = len(table) - n
    if n < 2 or k < 2:
        return _MeanSquares(math.nan, math.nan, math.nan, math.nan, n, k), left_out
    centred = whole - whole[0, 0]  # exact where nothing differs
    centred -= centred.mean()
    of_person = centred.mean(axis=1, keepdims=True)
    of_trial = centred.mean(axis=0, keepdims=True)
    within = centred - of_person
    error = within - of_trial
    return _MeanSquares(
        people=k * float((of_person**2).sum()) / (n - 1),
        trials=n * float((of_trial**2).sum()) / (k - 1),
        error=float((error**2).sum()) / ((n - 1) * (k - 1)),
        within=float((within**2).sum()) / (n * (k - 1)),
        n=n,
        k=k,
    ), left_out


def _single_icc(squares: _MeanSquares, kind: Kind, confidence: float) -> tuple[float, ...]:
    """Value and limits of the ICC of one trial."""
    n, k, people = squares.n, squares.k, squares.people
    if math.isnan(people) or people + squares.within == 0:
        return math.nan, math.nan, math.nan
    if kind.startswith("2"):
        return _icc_of_agreement(squares, confidence)
    noise = squares.within if kind.startswith("1") else squares.error
    df_noise = n * (k - 1) if kind.startswith("1") else (n - 1) * (k - 1)
    return tuple(
        (people - f * noise) / (people + (k - 1) * f * noise)
        for f in (1.0, *_f_quantiles(n - 1, df_noise, confidence))
    )


def _icc_of_agreement(squares: _MeanSquares, confidence: float) -> tuple[float, ...]:
    n, k = squares.n, squares.k
    people, trials, error = squares.people, squares.trials, squares.error
    value = (people - error) / (people + (k - 1) * error + k * (trials - error) / n)
    if trials == error == 0:
        return value, value, value
    spread_trials = k * value
    spread_error = n * (1 + (k - 1) * value) - k * value
    df = (k - 1) * (n - 1) * (spread_trials * trials + spread_error * error) ** 2 / (
        (n - 1) * (spread_trials * trials) ** 2 + (spread_error * error) ** 2
    )
    noise = k * trials + (k * n - k - n) * error
    return value, *(
        n * (people - f * error) / (f * noise + n * people)
        for f in _f_quantiles(n - 1, df, confidence)
    )


def _f_quantiles(df_above: float, df_below: float, confidence: float) -> tuple[float, float]:
    """Upper and lower quantile of F: the upper one makes the lower limit of an ICC."""
    from scipy.special import fdtri

    tail = (1 - confidence) / 2
    return float(fdtri(df_above, df_below, 1 - tail)), float(fdtri(df_above, df_below, tail))


def _of_the_mean(single: float, k: int) -> float:
    """Spearman and Brown: the ICC of the mean of k trials."""
    below = 1 + (k - 1) * single
    return -math.inf if below <= 0 else k * single / below

