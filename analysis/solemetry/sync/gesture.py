# SPDX-License-Identifier: Apache-2.0
"""Finding the sync gesture: three quick heel raises, with rest before and after.

When the heels rise, the load moves forward onto the forefeet and stays on the ground. Each raise is
a peak of the track's `forward_mm`; raises close together are one set, and a set of exactly three
is the gesture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import SolemetryError
from solemetry.signal import finite_runs
from solemetry.sync.track import FS_HZ, Track, drawn_through

Floats = NDArray[np.float64]

RAISES = 3

MIN_HEIGHT_MM = 25.0
"""Standing sways by less than half of this; a heel raise moves the load by 50 to 100 mm."""

WIDTH_S = (0.08, 1.2)
"""How long a raise lasts, at half its height."""

MAX_APART_S = 2.5
"""Raises further apart do not belong to one gesture."""

REST_S = 0.7
"""For so long before the first raise, and after the last, the feet stay where they are."""

_ALIKE = 0.4
"""Peaks lower than this share of the highest of a set are the swing after a landing."""

_STILL = 0.5
"""At rest the load moves by less than this share of a raise."""

_LIFTED, _LIFTED_S = 0.2, 0.15
"""Below this share of the usual load for so long, a foot has left the ground. A quick raise takes
much of the weight off too, but shorter."""

_SETTLING_S = 0.35
"""Right beside a raise, the load still swings."""

AGAIN = "Stand still for a second, raise both heels quickly three times, stand still again."


class SyncError(SolemetryError):
    """Streams that cannot be synchronised, and why."""


@dataclass(frozen=True)
class Gesture:
    """Three heel raises.

    Attributes
    ----------
    tops_s : tuple of float, length 3
        When the load stood furthest forward.
    start_s, stop_s : float
        From the first raise's beginning to the last one's end, at half their heights.
    height_mm : float
        By how far the load moved forward: the median of the three.
    """

    tops_s: tuple[float, ...]
    start_s: float
    stop_s: float
    height_mm: float


@dataclass(frozen=True)
class Scan:
    """What was seen in a track.

    Attributes
    ----------
    gestures : tuple of Gesture
    raises : int
        Heel raises in the last set, however many; 0 where there was none.
    last_s : float
        The top of the last of them; minus infinity without.
    why : tuple of str
        Why each set that is no gesture is none; why there is no set at all.
    """

    gestures: tuple[Gesture, ...]
    raises: int
    last_s: float
    why: tuple[str, ...]

    def only(self, name: str) -> tuple[Gesture, ...]:
        """Return the gestures.

        Raises
        ------
        SyncError
            When there are none; says why, and what to do.
        """
        if not self.gestures:
            raise SyncError(f"No sync gesture in {name}: {'; '.join(self.why)}.", AGAIN)
        return self.gestures


def scan(track: Track) -> Scan:
    """Look for gestures.

    Parameters
    ----------
    track : Track
        Smoothed and on the base: see `Track.on_base`.
    """
    tops, heights, edges = _raises(track)
    if not len(tops):
        reach_mm = _reach(track.forward_mm)
        return Scan((), 0, -np.inf, (
            f"no quick heel raise was seen (the load moved by {reach_mm:.0f} mm in all; a raise "
            f"moves it forward and back by {MIN_HEIGHT_MM:.0f} mm at least)",
        ))  # fmt: skip
    gestures, why, full = [], [], np.empty(0, np.int64)
    for members in np.split(
        np.arange(len(tops)), np.flatnonzero(np.diff(tops) > MAX_APART_S * FS_HZ) + 1
    ):
        full = members[heights[members] >= _ALIKE * heights[members].max()]
        found = _as_gesture(track, tops[full], heights[full], edges[full])
        if isinstance(found, Gesture):
            gestures.append(found)
        else:
            why.append(found)
    return Scan(tuple(gestures), len(full), float(track.t_s[tops[full[-1]]]), tuple(why))


def _raises(track: Track) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Place of each raise's top, its height, mm, and where it begins and ends at half height."""
    from scipy.signal import find_peaks

    forward_mm = drawn_through(track.forward_mm)
    tops, heights, edges = [], [], []
    for start, stop in finite_runs(np.isfinite(forward_mm)).tolist():
        at, of = find_peaks(
            forward_mm[start:stop],
            prominence=MIN_HEIGHT_MM,
            width=(WIDTH_S[0] * FS_HZ, WIDTH_S[1] * FS_HZ),
        )
        tops.append(at + start)
        heights.append(of["prominences"])
        edges.append(np.column_stack((of["left_ips"], of["right_ips"])) + start)
    if not tops:
        return np.empty(0, np.int64), np.empty(0), np.empty((0, 2))
    return np.concatenate(tops), np.concatenate(heights), np.concatenate(edges)


def _as_gesture(
    track: Track, tops: NDArray[np.int64], heights: Floats, edges: Floats
) -> Gesture | str:
    """Return the gesture that these raises are, or why they are none."""
    start_s, stop_s = (track.t_s[0] + np.array((edges[0, 0], edges[-1, 1])) / FS_HZ).tolist()
    when = f"at {start_s:.1f} s"
    if len(tops) != RAISES:
        return f"{len(tops)} heel raise{'s' * (len(tops) > 1)} {when} instead of three"
    rest = round(REST_S * FS_HZ)
    first, last = int(edges[0, 0]) - rest, int(np.ceil(edges[-1, 1])) + rest
    if first < 0 or last > len(track.t_s):
        return f"the recording has no {REST_S:g} s of rest beside the raises {when}"
    around = track.load[first:last]
    light = finite_runs(around < _LIFTED * np.nanmedian(around))
    if (light[:, 1] - light[:, 0] > _LIFTED_S * FS_HZ).any():
        return f"a foot left the ground {when}"
    height_mm = float(np.median(heights))
    settling = round(_SETTLING_S * FS_HZ)
    for part, where in ((slice(first, int(edges[0, 0]) - settling), "before"),
                        (slice(last - rest + settling, last), "after")):  # fmt: skip
        if _reach(track.forward_mm[part]) > _STILL * height_mm:
            return f"no standing still {where} the raises {when}"
    return Gesture(tuple(track.t_s[tops].tolist()), start_s, stop_s, height_mm)


def _reach(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.ptp(finite)) if len(finite) else 0.0
