# SPDX-License-Identifier: Apache-2.0
"""For how long the centre of pressure stays close to where it is: the sway density curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import Filter, finite_runs
from solemetry.sway.given import above_zero, planar

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Truths = NDArray[np.bool_]

_COARSEST, _FINEST = 64, 4
"""Samples of the largest and of the smallest block: powers of two."""

SMOOTHING = Filter(2.5, 2)
"""Of the curve, before its peaks are looked for."""

_TOGETHER = 128
"""So many of the largest blocks are asked about together: what they need stays in the cache."""

_BLOCKS_FIRST, _BLOCKS_AT_ONCE = 2, 16
"""So many of the largest blocks ahead are looked at first, and then in one go each time."""


@dataclass(frozen=True)
class SwayDensityPeaks:
    """Peaks of the sway density curve: how long, how far apart, and how often.

    Attributes
    ----------
    mean_time_s : float
        Mean height of the peaks: how long a stable phase lasts.
    mean_distance_mm : float
        Mean distance between the places of one peak and the next.
    mean_interval_s : float
        Mean time from one peak to the next.
    n : int
        Peaks.
    """

    mean_time_s: float
    mean_distance_mm: float
    mean_interval_s: float
    n: int


_NO_PEAKS = SwayDensityPeaks(np.nan, np.nan, np.nan, 0)


def sway_density(cop_mm: Floats, fs_hz: float, radius_mm: float = 2.5) -> Floats:
    """Time around each sample during which the path stays within a radius of it, s, ``(T,)``.

    From the first sample after the last one outside, to the last sample before the next one
    outside: ``(last - first) / fs_hz``. NaN where the centre of pressure is missing; a gap ends
    the stay, as the beginning and the end of the recording do.

    Whole blocks of samples that are surely inside or surely outside, as their bounding boxes
    say, are told at once; only the samples of the others are looked at. The result is exact.
    Time and memory grow with the length, not with its square, while nobody stands within the
    radius for minutes.

    Parameters
    ----------
    cop_mm : (T, 2) array
    fs_hz : float
    radius_mm : float
        2.5 mm (Baratto 2002) and 3 mm (Quijoux 2021) are in use.

    References
    ----------
    Baratto L et al. (2002), Motor Control 6:246; Jacono M et al. (2004), Motor Control 8:292.
    """
    cop_mm = planar(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    above_zero(radius_mm, "The radius")
    out = np.full(len(cop_mm), np.nan)
    for start, stop in finite_runs(np.isfinite(cop_mm[:, 0] + cop_mm[:, 1])).tolist():
        run = cop_mm[start:stop]
        leaves = _first_outside(run, radius_mm)
        came = len(run) - 1 - _first_outside(run[::-1], radius_mm)[::-1]
        out[start:stop] = (leaves - came - 2) / fs_hz
    return out


def sway_density_peaks(
    cop_mm: Floats,
    fs_hz: float,
    radius_mm: float = 2.5,
    smoothing: Filter = SMOOTHING,
    drop_last: bool = False,
) -> SwayDensityPeaks:
    """Peaks of the smoothed sway density curve.

    A peak is a sample above both its neighbours, on the curve low-passed both ways.

    Parameters
    ----------
    cop_mm : (T, 2) array
    fs_hz : float
    radius_mm : float
    smoothing : Filter
        Of the curve.
    drop_last : bool
        Whether the curve ends one sample before each run does, as that of Quijoux (2021).

    Returns
    -------
    SwayDensityPeaks
        NaN where there are too few peaks, or the rate is too low for the filter.

    References
    ----------
    Baratto L et al. (2002), Motor Control 6:246; Quijoux F et al. (2021), Physiol Rep 9:e15067.
    """
    cop_mm = planar(cop_mm)
    if smoothing.cutoff_hz is not None and fs_hz <= 2 * smoothing.cutoff_hz:
        return _NO_PEAKS
    curve = sway_density(cop_mm, fs_hz, radius_mm)
    if drop_last and len(curve):
        curve[np.append(np.isnan(curve[1:]), True)] = np.nan
    smooth = smoothing(curve, fs_hz)
    inner = smooth[1:-1]
    at = 1 + np.flatnonzero((inner > smooth[:-2]) & (inner > smooth[2:]))
    if not len(at):
        return _NO_PEAKS
    # Two peaks with a gap between them are no neighbours.
    missing = np.cumsum(np.isnan(curve))
    neighbours = missing[at[1:]] == missing[at[:-1]]
    apart = np.hypot(*(cop_mm[at[1:]] - cop_mm[at[:-1]]).T)[neighbours]
    passed = np.diff(at)[neighbours] / fs_hz
    return SwayDensityPeaks(
        float(smooth[at].mean()),
        float(apart.mean()) if len(apart) else np.nan,
        float(passed.mean()) if len(passed) else np.nan,
        len(at),
    )


def _first_outside(run: Floats, radius_mm: float) -> Indices:
    """Index of the first later sample further off than the radius, or the run's length."""
    n = len(run)
    samples = np.ascontiguousarray(np.pad(run, ((0, -n % _COARSEST), (0, 0)), mode="edge").T)
    boxes = [_Boxes(samples, samples, 1)]
    while boxes[-1].size < _COARSEST:
        boxes.append(boxes[-1].in_twos())
    blocks = samples.shape[1] // _COARSEST
    parts = [
        _first_outside_of(np.arange(start, min(start + _TOGETHER, blocks)), boxes, radius_mm)
        for start in range(0, blocks, _TOGETHER)
    ]
    return np.minimum(np.concatenate(parts)[:n], n)


def _first_outside_of(asked: Indices, boxes: list[_Boxes], radius_mm: float) -> Indices:
    """Tell the same of the samples of some of the largest blocks, neighbours all of them."""
    never, blocks = boxes[0].low.shape[1], boxes[-1].low.shape[1]
    known = np.full(len(asked) * _COARSEST, never)
    open_, ahead = asked, np.arange(_BLOCKS_FIRST)
    while len(open_):
        not_known = known.reshape(-1, _COARSEST).max(axis=1) == never
        open_ = open_[not_known[open_ - asked[0]] & (open_ + ahead[0] < blocks)]
        earlier, later = np.repeat(open_, len(ahead)), (open_[:, None] + ahead).ravel()
        there = later < blocks
        _look(known, asked[0], earlier[there], later[there], boxes, radius_mm)
        ahead = ahead[-1] + 1 + np.arange(_BLOCKS_AT_ONCE)
    return known


def _look(
    known: Indices,
    begin: int,
    earlier: Indices,
    later: Indices,
    boxes: list[_Boxes],
    radius_mm: float,
) -> None:
    """Bring `known`, of the blocks from `begin` on, up to date with these pairs of blocks."""
    never, begin = boxes[0].low.shape[1], begin * _COARSEST
    for box in reversed(boxes):
        if box.size < _FINEST:
            break
        inside, outside = box.told(earlier, later, radius_mm)
        own = earlier - begin // box.size
        first = np.full(len(known) // box.size, never)
        np.minimum.at(first, own[outside], later[outside] * box.size)
        np.minimum(known, np.repeat(first, box.size), out=known)
        in_doubt = ~(inside | outside) & (later * box.size < first[own])
        earlier, later = earlier[in_doubt], later[in_doubt]
        if box.size > _FINEST:
            earlier, later = _halved(earlier, later)
    found = _first_outside_in(boxes[0].low, earlier, later, radius_mm)
    np.minimum.at(known.reshape(-1, _FINEST), earlier - begin // _FINEST, found)


def _first_outside_in(
    samples: Floats, earlier: Indices, later: Indices, radius_mm: float
) -> Indices:
    """Tell the same of each sample of a smallest block, as to those of one other, ``(P, 4)``."""
    x, y = samples.reshape(2, -1, _FINEST).transpose(0, 2, 1)
    x_from, y_from, x_to, y_to = x[:, earlier], y[:, earlier], x[:, later], y[:, later]
    own = earlier == later
    found = np.full(x_from.shape, samples.shape[1])
    for place in reversed(range(_FINEST)):
        dx, dy = x_to[place] - x_from, y_to[place] - y_from
        outside = dx * dx + dy * dy > radius_mm**2
        outside[place:, own] = False
        np.copyto(found, later * _FINEST + place, where=outside)
    return found.T


def _halved(earlier: Indices, later: Indices) -> tuple[Indices, Indices]:
    """Pairs of the halves of each pair of blocks, each half with itself and with later ones."""
    a, b = 2 * earlier, 2 * later
    different = earlier != later
    first = np.concatenate((a, a, a + 1, a[different] + 1))
    second = np.concatenate((b, b + 1, b + 1, b[different]))
    return first, second


class _Boxes:
    """Bounding boxes of blocks of `size` samples: lowest and highest, ``(2, blocks)``."""

    def __init__(self, low: Floats, high: Floats, size: int) -> None:
        self.low, self.high, self.size = low, high, size

    def in_twos(self) -> _Boxes:
        """Boxes of each two neighbours."""
        low = np.minimum(self.low[:, ::2], self.low[:, 1::2])
        high = np.maximum(self.high[:, ::2], self.high[:, 1::2])
        return _Boxes(low, high, 2 * self.size)

    def told(self, a: Indices, b: Indices, radius_mm: float) -> tuple[Truths, Truths]:
        """Whether all samples of two boxes are within the radius of each other, or none are."""
        after = self.low.take(b, axis=1) - self.high.take(a, axis=1)
        before = self.low.take(a, axis=1) - self.high.take(b, axis=1)
        widest = np.minimum(after, before)
        narrowest = np.maximum(np.maximum(after, before), 0.0)
        widest *= widest
        narrowest *= narrowest
        inside = widest[0] + widest[1] <= radius_mm**2
        return inside, narrowest[0] + narrowest[1] > radius_mm**2
