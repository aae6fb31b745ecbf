# SPDX-License-Identifier: Apache-2.0
"""When a foot is on the ground: from force to contacts, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.conventions import ContactRules, get
from solemetry.gait.swing_zero import bodies, rezero
from solemetry.loading.gaps import bridge
from solemetry.signal import covered

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LONG = 1.6
"""A contact that lasts more than so many medians is not one step. Two feet on one belt or plate
last a stance and a step, 1.7 to 1.8 stances; the first and last step of a walk up to 1.3."""

SHORT = 0.5
"""A contact that lasts less than so many medians is no whole step."""

MIN_TO_COMPARE = 5
"""Whole contacts from which on there is a median to compare with."""

MAX_BRIDGED_SHARE = 0.25
"""A contact of which more is bridged is rejected."""

BEGINS_BEFORE = "begins before the recording"
ENDS_AFTER = "ends after the recording"
GAP = "a gap too long to bridge"
PATCHED = "more than a quarter of it bridged"
MUCH_LONGER = "much longer than the others: standing, turning, or two feet on one plate"
MUCH_SHORTER = "much shorter than the others: a stumble, a scuff, or half a step"


@dataclass(frozen=True, eq=False)
class Trace:
    """Force of one foot made ready, and what was done to it.

    Attributes
    ----------
    force_n : (T,) array
        Short gaps bridged, zero in swing; NaN where a gap is longer.
    missing : (T,) array
        True where there was no reading, bridged or not.
    offset_n : float
        Median of what was taken off to have zero in swing, N.
    noise_n : float
        Standard deviation in swing, N.
    on_n : float
        Threshold of coming down, N.
    rules : ContactRules
    method : str
        How the zero was made.
    """

    force_n: Floats
    missing: Bools
    offset_n: float
    noise_n: float
    on_n: float
    rules: ContactRules
    method: str


def contacts(
    force_n: Floats, fs_hz: float, convention: str = "plate", activity: str = "walking"
) -> pd.DataFrame:
    """Find each contact of one foot, or on one plate or belt, with the ground.

    The body of a contact (more than a quarter of the typical load) is found first; it begins
    at the crossing of the threshold next before its body, and ends at the one next after it.
    So neither noise in swing nor a dropout in stance makes a contact, and nothing is smoothed.
    Times lie between samples, by a straight line.

    Parameters
    ----------
    force_n : (T,) array
        Vertical force on a uniform time grid, N; NaN where missing. Gaps shorter than the least
        swing are bridged by a straight line; a longer one rejects the contact that it cuts.
    fs_hz : float
        Samples per second.
    convention : str
        One of `solemetry.gait.CONVENTIONS`.
    activity : {"walking", "running"}

    Returns
    -------
    DataFrame
        One row per contact, in order: ``on_s, off_s`` (from the first sample), ``duration_s,
        peak_n, mean_n, impulse_ns, start, stop`` (first sample on the ground, first one off
        it), ``bridged_s`` (how much of it was bridged), ``on_known, off_known`` (its time was
        measured, not bridged and not cut), ``complete`` (it begins and ends within whole
        data), ``accepted`` and ``reason`` (why not). ``attrs`` holds ``convention, activity,
        zero, offset_n, noise_n, on_n``.

    Raises
    ------
    ValueError
        When the shape or the rate cannot be, or a name is unknown.

    Examples
    --------
    Two steps of half a second, half a second apart:

    >>> import numpy as np
    >>> force_n = 800 * np.tile(np.r_[np.zeros(50), np.ones(50)], 2)
    >>> table = contacts(np.append(force_n, np.zeros(50)), fs_hz=100)
    >>> print(f"{len(table)} contacts, {table.on_s[0]:.3f} to {table.off_s[0]:.3f} s")
    2 contacts, 0.490 to 1.000 s
    """
    return find(ready(force_n, fs_hz, convention, activity), fs_hz, activity)


def ready(force_n: Floats, fs_hz: float, convention: str, activity: str = "walking") -> Trace:
    """Bridge short gaps and make the force in swing zero, as `contacts` does first.

    Parameters
    ----------
    force_n, fs_hz, convention, activity
        As of `contacts`.

    Returns
    -------
    Trace
        Its ``force_n`` is what `landmarks` and `normalized` take.
    """
    rules = get(convention, activity)
    force_n = np.asarray(force_n, dtype=float)
    if force_n.ndim != 1:
        raise ValueError(f"The force has shape {force_n.shape}; it should be (T,), one foot's.")
    if not (np.isfinite(fs_hz) and fs_hz > 0):
        raise ValueError(f"The sampling rate is {fs_hz}; it should be above zero.")
    missing = ~np.isfinite(force_n)
    longest = rules.min_swing_s * fs_hz
    zeroed = rezero(_bridged(force_n, missing, longest), fs_hz, rules)
    on_n = rules.on_n
    if rules.noise_factor and np.isfinite(zeroed.noise_n):
        on_n = max(on_n, rules.noise_factor * zeroed.noise_n)
    # Next to nothing in the middle of a contact, for less than a swing, is a reading lost.
    low = zeroed.force_n < on_n
    lost = low & covered(bodies(zeroed.force_n, fs_hz, rules, on_n), len(force_n))
    return Trace(
        force_n=_bridged(zeroed.force_n, lost, longest),
        missing=missing | lost,
        offset_n=float(np.median(zeroed.offset_n)) if len(force_n) else np.nan,
        noise_n=zeroed.noise_n,
        on_n=on_n,
        rules=rules,
        method=zeroed.method,
    )


def find(trace: Trace, fs_hz: float, activity: str = "walking") -> pd.DataFrame:
    """Find the contacts in force that was made ready; see `contacts`."""
    rules, gap = trace.rules, ~np.isfinite(trace.force_n)
    force_n = np.where(gap, 0.0, trace.force_n)
    on, off, peak_n = _crossings(force_n, bodies(force_n, fs_hz, rules, trace.on_n), trace)
    keep = off - on >= rules.min_contact_s * fs_hz
    on, off, peak_n = on[keep], off[keep], peak_n[keep]
    start, stop = np.ceil(on).astype(np.int64), np.ceil(off).astype(np.int64)

    measured = np.flatnonzero(~gap)
    first, last = (measured[0], measured[-1]) if len(measured) else (0, -1)
    begins_before, ends_after = start <= first, stop > last
    cut = _sum_over(gap, np.maximum(start - 1, 0), np.minimum(stop + 1, len(gap))) > 0
    n_missing = _sum_over(trace.missing, start, stop)
    force_sum = _sum_over(force_n, start, stop)
    unread = np.append(trace.missing, True)
    complete = ~(begins_before | ends_after | cut)
    longer, shorter = _unlike_the_others(off - on, complete)
    reason = np.select(
        [
            begins_before,
            ends_after,
            cut,
            n_missing > MAX_BRIDGED_SHARE * (stop - start),
            longer,
            shorter,
        ],
        [BEGINS_BEFORE, ENDS_AFTER, GAP, PATCHED, MUCH_LONGER, MUCH_SHORTER],
        default="",
    )
    table = pd.DataFrame(
        {
            "on_s": on / fs_hz,
            "off_s": off / fs_hz,
            "duration_s": (off - on) / fs_hz,
            "peak_n": peak_n,
            "mean_n": force_sum / np.maximum(stop - start, 1),
            "impulse_ns": force_sum / fs_hz,
            "start": start,
            "stop": stop,
            "bridged_s": n_missing / fs_hz,
            "on_known": ~(begins_before | unread[start] | unread[np.maximum(start - 1, 0)]),
            "off_known": ~(ends_after | unread[stop] | unread[np.maximum(stop - 1, 0)]),
            "complete": complete,
            "accepted": reason == "",
            "reason": reason,
        }
    )
    table.attrs = {
        "convention": rules.name,
        "activity": activity,
        "zero": trace.method,
        "offset_n": trace.offset_n,
        "noise_n": trace.noise_n,
        "on_n": trace.on_n,
    }
    return table


def _unlike_the_others(duration: Floats, complete: Bools) -> tuple[Bools, Bools]:
    """Mark the whole contacts that are far longer, and far shorter, than the median."""
    if complete.sum() < MIN_TO_COMPARE:
        return np.zeros_like(complete), np.zeros_like(complete)
    usual = np.median(duration[complete])
    return complete & (duration > LONG * usual), complete & (duration < SHORT * usual)


def _sum_over(values: NDArray[Any], start: Ints, stop: Ints) -> Floats:
    """Sum from each start to its stop (exclusive)."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    difference: Floats = sums[stop] - sums[start]
    return difference


def _crossings(force_n: Floats, loaded: Ints, trace: Trace) -> tuple[Floats, Floats, Floats]:
    """Where each contact begins and ends, in samples, and its largest force.

    Bodies between which the force falls through neither threshold are one contact.
    """
    if not len(loaded):
        return np.empty(0), np.empty(0), np.empty(0)
    peaks = _largest(force_n, loaded)
    leaves, _ = _leaving(force_n, loaded, _off_levels(peaks, trace))
    apart = leaves[:-1] < loaded[1:, 0]
    loaded = np.column_stack((loaded[np.r_[True, apart], 0], loaded[np.r_[apart, True], 1]))
    peaks = _largest(force_n, loaded)
    off_levels = _off_levels(peaks, trace)
    stop, last_low = _leaving(force_n, loaded, off_levels)
    before = _last_true(force_n < trace.on_n)[loaded[:, 0]]
    # Where swing stays above the threshold of coming down, that of having left has to do.
    never_low = before < np.r_[-1, stop[:-1]]
    before = np.where(never_low, last_low, before)
    on_levels = np.where(never_low, np.r_[trace.on_n, off_levels[:-1]], trace.on_n)
    return (
        _between(force_n, before, on_levels),
        _between(force_n, stop - 1, off_levels),
        _largest(force_n, np.column_stack((before + 1, stop))),
    )


def _off_levels(peaks_n: Floats, trace: Trace) -> Floats:
    rules = trace.rules
    if rules.off_share:
        return rules.off_share * peaks_n
    return np.full(len(peaks_n), trace.on_n if rules.noise_factor else rules.off_n)


def _leaving(force_n: Floats, loaded: Ints, levels: Floats) -> tuple[Ints, Ints]:
    """First sample below its level after each body, and the last one before it that was low.

    The latter is low by the level of the body before. Where there is none: T, and -1.
    """
    after = np.append(loaded[1:, 0], len(force_n))
    lengths = np.diff(np.append(loaded[0, 1], after))
    low = np.zeros(len(force_n), dtype=bool)
    tail = force_n[loaded[0, 1] :]
    low[loaded[0, 1] :] = tail < np.repeat(levels, lengths)
    n = np.arange(len(force_n))
    following = np.minimum.accumulate(np.where(low, n, len(n))[::-1])[::-1]
    leaves = np.append(following, len(n))[loaded[:, 1]]
    return leaves, _last_true(low)[loaded[:, 0]]


def _last_true(mask: Bools) -> Ints:
    """Index of the last True up to each sample, -1 where there was none."""
    last: Ints = np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))
    return last


def _between(force_n: Floats, sample: Ints, levels: Floats) -> Floats:
    """Where a straight line from `sample` to the next meets the level; the edges at the ends."""
    here = np.clip(sample, 0, len(force_n) - 1)
    there = np.clip(sample + 1, 0, len(force_n) - 1)
    rise = force_n[there] - force_n[here]
    part = np.divide(levels - force_n[here], rise, out=np.ones(len(here)), where=rise != 0)
    crossing: Floats = np.maximum(sample + np.clip(part, 0.0, 1.0), 0.0)
    return crossing


def _largest(force_n: Floats, ranges: Ints) -> Floats:
    padded = np.append(force_n, -np.inf)
    largest: Floats = np.maximum.reduceat(padded, ranges.ravel())[::2]
    return largest


def _bridged(force_n: Floats, holes: Bools, longest: float) -> Floats:
    """Bridge holes shorter than `longest` samples by straight lines; the others are NaN."""
    return bridge(np.where(holes, np.nan, force_n)[:, None], longest)[0][:, 0]
