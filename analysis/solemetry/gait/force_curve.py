# SPDX-License-Identifier: Apache-2.0
"""The vertical force of each contact: its two humps, how fast it comes, its impulse.

All on samples as they are, unfiltered: a filter moves both the height of a peak and its time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.stepping import Feature

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

F1_FROM = 0.1
"""Share of stance before which a peak is the heel's impact, which is over within 25 ms or so
(Whittle 1999), and not F1, which comes at a fifth to a quarter."""

CLEAR_DIP = 0.05
"""Fmin this share of the largest force below both humps: clearly two humps. In slow walking the
dip is less, and then no more than noise or a wobble; the values stand, but are marked."""

LOADING_FIRST, LOADING_LAST = 0.2, 0.8
"""Loading rate as a slope: between these shares of F1 (after Milner 2006)."""

EARLY_FROM, EARLY_TO = 0.03, 0.12
"""Loading rate without a first hump, as in running: over these shares of stance (USMA 2019)."""

LANDMARKS = {
    "f1_n": Feature("N", "largest local peak from 10 to 50 % of stance"),
    "fmin_n": Feature("N", "smallest force between F1 and F2"),
    "f2_n": Feature("N", "largest local peak from 50 % of stance on"),
    "f1_percent": Feature("%", "time of F1 / stance"),
    "fmin_percent": Feature("%", "time of Fmin / stance"),
    "f2_percent": Feature("%", "time of F2 / stance"),
    "peak_n": Feature("N", "largest force"),
    "mean_n": Feature("N", "mean force of stance"),
    "loading_rate_mean_n_s": Feature("N/s", "F1 / time from IC to F1"),
    "loading_rate_20_80_n_s": Feature("N/s", "slope from 20 to 80 % of F1"),
    "loading_rate_3_12_n_s": Feature("N/s", "slope from 3 to 12 % of stance"),
    "loading_rate_max_n_s": Feature("N/s", "largest rise between two samples before F1"),
    "unloading_rate_20_80_n_s": Feature("N/s", "slope from 80 to 20 % of F2, downwards positive"),
    "impulse_ns": Feature("N s", "force summed over stance"),
    "push_off_impulse_ns": Feature("N s", "the same, from Fmin on"),
}


def landmarks(
    force_n: Floats, fs_hz: float, contacts: pd.DataFrame, activity: str = "walking"
) -> pd.DataFrame:
    """Measure the force curve of each accepted contact.

    A local peak is a sample larger than the one before it and no smaller than the one after it,
    within the contact; of several in one half of stance, the largest counts, but none before
    10 % of stance, where the heel's impact is. F1, Fmin, F2 and what rests on them are for
    walking only.

    Parameters
    ----------
    force_n : (T,) array
        N; gaps bridged and zero in swing, as `ready` gives it.
    fs_hz : float
    contacts : DataFrame
        From `contacts`.
    activity : {"walking", "running"}

    Returns
    -------
    DataFrame
        Index and length of `contacts`; the columns of `LANDMARKS` but those which `contacts`
        has, and ``clear_humps``: Fmin is well below both humps. NaN where a contact was not
        accepted or has no such hump.

    References
    ----------
    Milner CE et al. (2006), Med Sci Sports Exerc 38(2):323. Whittle MW (1999), Gait Posture
    10(3):264.
    """
    names = [name for name in LANDMARKS if name not in contacts]
    out = pd.DataFrame(np.nan, index=contacts.index, columns=names)
    out["clear_humps"] = False
    used = contacts.index[contacts.accepted]
    if not len(used):
        return out
    table = contacts.loc[used]
    on, off = table.on_s.to_numpy() * fs_hz, table.off_s.to_numpy() * fs_hz
    stance = off - on
    curve, place = _rows(np.asarray(force_n, dtype=float), table)
    part = (place - on[:, None]) / stance[:, None]
    found = {"loading_rate_3_12_n_s": _early_slope(force_n, on, stance, fs_hz)}
    if activity == "walking":
        found |= _of_two_humps(curve, part, stance / fs_hz, fs_hz)
        dip = np.minimum(found["f1_n"], found["f2_n"]) - found["fmin_n"]
        out.loc[used, "clear_humps"] = dip >= CLEAR_DIP * table.peak_n.to_numpy()
    for name, values in found.items():
        out.loc[used, name] = values
    return out


def normalized(force_n: Floats, fs_hz: float, contacts: pd.DataFrame, points: int = 101) -> Floats:
    """Return the force of each accepted contact over its stance, ``(k, points)``, N.

    From IC (0 %) to TO (100 %), by straight lines between samples.

    Parameters
    ----------
    force_n : (T,) array
    fs_hz : float
    contacts : DataFrame
        From `contacts`.
    points : int
    """
    table = contacts[contacts.accepted]
    if not len(table):
        return np.empty((0, points))
    on, off = table.on_s.to_numpy() * fs_hz, table.off_s.to_numpy() * fs_hz
    place = on[:, None] + np.linspace(0, 1, points) * (off - on)[:, None]
    curve: Floats = np.interp(place, np.arange(len(force_n)), force_n)
    return curve


def _of_two_humps(curve: Floats, part: Floats, stance_s: Floats, fs_hz: float) -> dict[str, Floats]:
    """Measure what rests on F1, Fmin and F2; `part` of stance is that of each sample."""
    peaks = _local_peaks(curve)
    first = _largest_of(curve, peaks & (part >= F1_FROM) & (part < 0.5))
    second = _largest_of(curve, peaks & (part >= 0.5))
    column = np.arange(curve.shape[1])
    until_f1 = column <= first[:, None]
    from_f2 = (column >= second[:, None]) & (second >= 0)[:, None]
    least = _largest_of(-curve, ~until_f1 & (first >= 0)[:, None] & (column < second[:, None]))
    from_fmin = (column >= least[:, None]) & (part < 1)
    f1, fmin, f2 = (_at(curve, which) for which in (first, least, second))
    rise, fall = np.where(until_f1, curve, np.nan), np.where(from_f2, curve, np.nan)
    push_off = np.where(from_fmin, curve, 0.0).sum(axis=1) / fs_hz
    return {
        "f1_n": f1,
        "fmin_n": fmin,
        "f2_n": f2,
        "f1_percent": 100 * _at(part, first),
        "fmin_percent": 100 * _at(part, least),
        "f2_percent": 100 * _at(part, second),
        "loading_rate_mean_n_s": f1 / (_at(part, first) * stance_s),
        "loading_rate_20_80_n_s": _slope(rise, f1, fs_hz),
        "loading_rate_max_n_s": _largest_rise(rise) * fs_hz,
        "unloading_rate_20_80_n_s": _slope(fall[:, ::-1], f2, fs_hz),
        "push_off_impulse_ns": np.where(least >= 0, push_off, np.nan),
    }


def _rows(force_n: Floats, table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Each contact in a row, from the sample before it to the one after it, and their places."""
    first, last = table.start.to_numpy() - 1, table.stop.to_numpy()
    place = first[:, None] + np.arange(int((last - first).max()) + 1)
    inside = place <= last[:, None]
    curve = np.where(inside, force_n[np.minimum(place, len(force_n) - 1)], np.nan)
    return curve, place.astype(float)


def _local_peaks(curve: Floats) -> Bools:
    peaks = np.zeros(curve.shape, dtype=bool)
    peaks[:, 1:-1] = (curve[:, 1:-1] > curve[:, :-2]) & (curve[:, 1:-1] >= curve[:, 2:])
    return peaks


def _largest_of(curve: Floats, candidates: Bools) -> Ints:
    """Column of the largest candidate of each row, -1 where there is none."""
    values = np.where(candidates & np.isfinite(curve), curve, -np.inf)
    column = values.argmax(axis=1)
    return np.where(np.isfinite(_at(values, column)), column, -1)


def _at(rows: Floats, column: Ints) -> Floats:
    values: Floats = np.where(column >= 0, rows[np.arange(len(rows)), column], np.nan)
    return values


def _slope(rising: Floats, height: Floats, fs_hz: float) -> Floats:
    """Slope of each row from when it first meets 20 % of a height to when it first meets 80 %.

    By straight lines between samples.
    """
    times = []
    for share in (LOADING_FIRST, LOADING_LAST):
        level = (share * height)[:, None]
        column = np.argmax(rising >= level, axis=1)
        below, above = _at(rising, np.maximum(column - 1, 0)), _at(rising, column)
        rise = above - below
        level = level[:, 0]
        part = np.divide(level - below, rise, out=np.zeros(len(rise)), where=rise > 0)
        times.append(np.where(column > 0, column - 1 + part, np.nan))
    took = times[1] - times[0]
    share = LOADING_LAST - LOADING_FIRST
    slope: Floats = share * height * fs_hz / np.where(took > 0, took, np.nan)
    return slope


def _largest_rise(rows: Floats) -> Floats:
    steps = np.diff(rows, axis=1)
    largest = np.where(np.isfinite(steps), steps, -np.inf).max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)


def _early_slope(force_n: Floats, on: Floats, stance: Floats, fs_hz: float) -> Floats:
    sample = np.arange(len(force_n))
    early, late = (np.interp(on + share * stance, sample, force_n) for share in
                   (EARLY_FROM, EARLY_TO))  # fmt: skip
    slope: Floats = (late - early) / ((EARLY_TO - EARLY_FROM) * stance / fs_hz)
    return slope
