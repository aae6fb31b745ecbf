# SPDX-License-Identifier: Apache-2.0
"""What the gesture is looked for in: how much load there is, and how far forward it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import UnavailableError
from solemetry.resampling import resample, uniform_grid
from solemetry.signal import finite_runs, lowpass

if TYPE_CHECKING:  # pandas comes with it, which live prompts do not need
    from solemetry.session.model import Stream

Floats = NDArray[np.float64]

FS_HZ = 200.0
"""Tracks of streams of any rate are brought onto this one."""

SMOOTH_HZ = 10.0
"""A quick heel raise has next to nothing above; the quantisation of cheap cells has."""

_BRIDGED_S = 0.12
"""Gaps up to this are drawn through for looking, not for measuring."""

_BESIDE_S = 1.0
"""What belongs to a gesture before its first raise and after its last."""


@dataclass(frozen=True, eq=False)
class Track:
    """Load and its place along the foot.

    Attributes
    ----------
    name : str
        The stream or streams it is of, as errors name it.
    t_s : (n,) array
        Session time.
    load : (n,) array
        Total vertical force, N; in counts where no gains are known.
    forward_mm : (n,) array
        Where along the foot or the plate the load stands, mm, + forward; NaN where there is none.
    in_newtons : bool
    """

    name: str
    t_s: Floats
    load: Floats
    forward_mm: Floats
    in_newtons: bool = True

    @classmethod
    def of(cls, stream: Stream) -> Track:
        """Track of a stream, on its own samples.

        Where an insole's gains are not known, its counts stand for forces: see `load_of_counts`.

        Raises
        ------
        UnavailableError
            When it is not known where the sensors lie.
        """
        if stream.counts is None:
            return cls(stream.name, stream.t_s, stream.force_n, stream.cop_mm[:, 1])
        if stream.layout is None:
            raise UnavailableError(
                f"Stream {stream.name} cannot be synchronised: where its sensors lie is not known.",
                "Record it with a device of a known kind.",
            )
        load, forward_mm = load_of_counts(stream.counts, stream.layout.xy_mm[:, 1])
        return cls(stream.name, stream.t_s, load, forward_mm, in_newtons=False)

    def on_base(self, start_s: float = -np.inf, stop_s: float = np.inf) -> Track:
        """Return it smoothed, at `FS_HZ`, between these times; gaps stay."""
        if not len(self.t_s):
            return self
        start_s, stop_s = max(start_s, self.t_s[0]), min(stop_s, self.t_s[-1])
        grid_s = uniform_grid(start_s, stop_s, FS_HZ)
        both = resample(self.t_s, np.column_stack((self.load, self.forward_mm)), grid_s)
        load, forward_mm = (lowpass(column, FS_HZ, SMOOTH_HZ) for column in both.T)
        return replace(self, t_s=grid_s, load=load, forward_mm=forward_mm)

    def on_stretch(self, start_s: float, stop_s: float, beside_s: float) -> Track:
        """Return the part of a gesture between these times, and so much beside it."""
        beside_s += _BESIDE_S
        return self.between(start_s - beside_s, stop_s + beside_s)

    def between(self, start_s: float, stop_s: float) -> Track:
        """Return its samples from one time up to another, the ends included."""
        part = slice(
            int(np.searchsorted(self.t_s, start_s)),
            int(np.searchsorted(self.t_s, stop_s, side="right")),
        )
        return replace(
            self, t_s=self.t_s[part], load=self.load[part], forward_mm=self.forward_mm[part]
        )

    def later(self, by_s: float) -> Track:
        """Return it with its time moved."""
        return replace(self, t_s=self.t_s + by_s)


def load_of_counts(
    counts: Floats, y_mm: Floats, least: float | None = None
) -> tuple[Floats, Floats]:
    """Load and its place by cells whose gains are not known.

    Counts above the least of all stand for forces: the cells share one converter, and with the
    heels raised some cell is free. That bends the track, but a bend does not move the lag: see
    `solemetry.sync.lag`. The least of *each* cell would move it, by a millisecond: then the place
    would change with the load too, and not only with where it stands.

    Parameters
    ----------
    counts : (n, S) array
        NaN where missing.
    y_mm : (S,) array
        Where the cells lie along the foot.
    least : float, optional
        The least of all, where `counts` are only a part; without, the least of these.

    Returns
    -------
    load : (n,) array
        Counts.
    forward_mm : (n,) array
    """
    if least is None:
        least = float(np.min(counts, initial=np.inf, where=np.isfinite(counts)))
    above = counts - least
    load: Floats = above.sum(axis=1)
    return load, _mean_place(above @ y_mm, load)


def together(tracks: Sequence[Track]) -> Track:
    """Load of several streams as one: both feet, or a plate under each.

    Its place is the mean of theirs, weighted by their loads, so that each foot counts by what
    stands on it. Loads of different units are brought to each one's own median before.

    Parameters
    ----------
    tracks : sequence of Track, at least one
        All on one base: see `Track.on_base`.
    """
    if len(tracks) == 1:
        return tracks[0]
    start_s = max(float(track.t_s[0]) if len(track.t_s) else np.inf for track in tracks)
    stop_s = min(float(track.t_s[-1]) if len(track.t_s) else -np.inf for track in tracks)
    grid_s = uniform_grid(start_s, stop_s, FS_HZ) if stop_s > start_s else np.empty(0)
    same_unit = len({track.in_newtons for track in tracks}) == 1
    load, moment = np.zeros(len(grid_s)), np.zeros(len(grid_s))
    for track in tracks:
        first = int(np.searchsorted(track.t_s, start_s - 0.5 / FS_HZ))
        part = slice(first, first + len(grid_s))
        weight = track.load[part] if same_unit else track.load[part] / np.nanmedian(track.load)
        load += weight
        moment += weight * track.forward_mm[part]
    name = " and ".join(track.name for track in tracks)
    return Track(name, grid_s, load, _mean_place(moment, load), tracks[0].in_newtons and same_unit)


_MIN_SHARE = 0.05
"""Of the median load: below, a place is noise divided by noise."""


def _mean_place(moment: Floats, load: Floats) -> Floats:
    out = np.full(len(load), np.nan)
    if np.isfinite(load).any():
        enough = load > _MIN_SHARE * np.nanmedian(load)
        np.divide(moment, load, out=out, where=enough & (load > 0))
    return out


def drawn_through(values: Floats) -> Floats:
    """Join the ends of short gaps by straight lines, for looking and not for measuring."""
    missing = finite_runs(np.isnan(values))
    short = (missing[:, 1] - missing[:, 0]) <= _BRIDGED_S * FS_HZ
    inner = (missing[:, 0] > 0) & (missing[:, 1] < len(values))
    out, known = values.copy(), np.flatnonzero(np.isfinite(values))
    for start, stop in missing[short & inner].tolist():
        out[start:stop] = np.interp(np.arange(start, stop), known, values[known])
    return out
