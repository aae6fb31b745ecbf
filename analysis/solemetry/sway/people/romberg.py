# SPDX-License-Identifier: Apache-2.0
"""The Romberg quotient: how much more a person sways with eyes closed, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from solemetry.sway.people.repeatability import check_confidence, on_scale


@dataclass(frozen=True)
class RombergQuotient:
    """Eyes closed over eyes open.

    Attributes
    ----------
    value : float
        1 where the eyes make no difference.
    low, high : float
        Confidence interval; NaN with a single trial on each side, which shows no spread.
    sd_log : float
        Spread of the trials: standard deviation of their natural logarithm, about the same as
        the relative one.
    n_open, n_closed : int
        Trials with a value.
    """

    value: float
    low: float
    high: float
    sd_log: float
    n_open: int
    n_closed: int


def romberg_quotient(
    eyes_open: ArrayLike, eyes_closed: ArrayLike, confidence: float = 0.95
) -> RombergQuotient:
    """Quotient of a measure with eyes closed and eyes open, from repeated trials of one person.

    The quotient of the geometric means, exp(mean ln closed - mean ln open), with the interval
    of Student's t for that difference of logarithms; both sides share one spread. On the log scale
    eyes open over closed is the same statement turned round, trials spread alike whatever
    their size, and no limit falls below zero, as it can with the delta method. A bootstrap would
    have ten different samples of three trials to draw from.

    Parameters
    ----------
    eyes_open, eyes_closed : array, or float
        The measure in each trial, above zero: same person, surface, stance, length, convention.
        Missing ones (NaN) are left out.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    RombergQuotient
        All NaN when one side has no value.

    Raises
    ------
    ValueError
        When a value is not above zero.
    """
    from scipy.special import stdtrit

    check_confidence(confidence)
    logs = [on_scale(np.atleast_1d(side), "log").ravel() for side in (eyes_open, eyes_closed)]
    opened, closed = (side[np.isfinite(side)] for side in logs)
    if not (len(opened) and len(closed)):
        return RombergQuotient(math.nan, math.nan, math.nan, math.nan, len(opened), len(closed))
    difference = float(closed.mean() - opened.mean())
    df = len(opened) + len(closed) - 2
    squares = sum(float(((side - side.mean()) ** 2).sum()) for side in (opened, closed))
    sd_log = math.sqrt(squares / df) if df else math.nan
    t = float(stdtrit(df, (1 + confidence) / 2)) if df else math.nan
    reach = t * sd_log * math.sqrt(1 / len(opened) + 1 / len(closed))
    return RombergQuotient(
        value=math.exp(difference),
        low=math.exp(difference - reach),
        high=math.exp(difference + reach),
        sd_log=sd_log,
        n_open=len(opened),
        n_closed=len(closed),
    )
