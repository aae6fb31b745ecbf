# SPDX-License-Identifier: Apache-2.0
"""All streams of a recording on one time, and on one base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, center_of_pressure, total_force
from solemetry.resampling import resample, uniform_grid
from solemetry.session.format import imu_of
from solemetry.session.model import Motion, Session, Stream
from solemetry.sync.measuring import Synchronisation, by_moments, is_insole, measure

Floats = NDArray[np.float64]

SYNCHRONISED = "synchronised"
"""Kind of the event that keeps a `Synchronisation`; in `Session.meta`, those that were applied."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Streams on a common base; what is missing is NaN.

    Attributes
    ----------
    t_s : (T,) array
        Session time by the reference's clock: whole multiples of ``1 / fs_hz``.
    fs_hz : float
    streams : dict of str to Stream
        Each with this `t_s`.
    motion : dict of str to Motion
        Each with this `t_s`.
    synchronised : tuple of Synchronisation
        What was applied; empty where only the clocks were.
    """

    t_s: Floats
    fs_hz: float
    streams: dict[str, Stream]
    motion: dict[str, Motion]
    synchronised: tuple[Synchronisation, ...]


def align(
    session: Session, fs_hz: float = 100.0, afresh: bool = False, gesture: bool = True
) -> Aligned:
    """Bring all streams of a recording onto one clock and one uniform base.

    Parameters
    ----------
    session : Session
    fs_hz : float
        Rate of the base; streams that are faster are low-passed before: see `resample`.
    afresh : bool
        Measure the lags from the recording even where it says them.
    gesture : bool
        Whether insoles are to be moved by their lag behind the plate. Without, their time is that
        of their own clocks alone, and may be late by what their radio takes at the least.

    Raises
    ------
    SyncError
        When insoles stand beside a plate, and their lags are not recorded and cannot be measured;
        says why.
    """
    if gesture:
        known = () if afresh else stored(session)
        session = apply(session, known or _measured(session))
    times = [stream.t_s for stream in session.streams.values()]
    times += [motion.t_s for motion in session.motion.values()]
    spans = [t_s[[0, -1]] for t_s in times if len(t_s)]
    ends = np.array(spans).reshape(-1, 2)
    grid_s = uniform_grid(ends[:, 0].min(), ends[:, 1].max(), fs_hz) if len(ends) else np.empty(0)
    return Aligned(
        t_s=grid_s,
        fs_hz=fs_hz,
        streams={
            name: _on_grid(stream, grid_s, fs_hz) for name, stream in session.streams.items()
        },
        motion={name: _motion_on(motion, grid_s, fs_hz) for name, motion in session.motion.items()},
        synchronised=applied(session) if gesture else (),
    )


def stored(session: Session) -> tuple[Synchronisation, ...]:
    """Return the lags that the recording says, the last of each stream.

    Of those that were measured live the two moments count, by the clocks of the whole recording:
    these are better than those that were live.

    Raises
    ------
    SyncError
        When one of them cannot be read.
    """
    events = session.events
    found: dict[str, Synchronisation] = {}
    for detail in events.detail[events.kind == SYNCHRONISED]:
        one = Synchronisation.from_detail(detail)
        found[one.stream] = one

    def session_s(name: str, device_s: float, near_s: float) -> float | None:
        stream = session.streams.get(name)
        return None if stream is None else stream.session_s(device_s, near_s)

    return by_moments(tuple(found.values()), session_s)


def applied(session: Session) -> tuple[Synchronisation, ...]:
    """Return the lags that were taken off a session's times."""
    found: tuple[Synchronisation, ...] = session.meta.get(SYNCHRONISED, ())
    return found


def apply(session: Session, lags: Sequence[Synchronisation]) -> Session:
    """Take lags off the times of streams, of their motion and of their gaps.

    A stream that was corrected before is left as it is.

    Parameters
    ----------
    session : Session
    lags : sequence of Synchronisation
        Streams without one keep their time.
    """
    done = applied(session)
    before = {one.stream for one in done}
    fresh = {
        one.stream: one
        for one in lags
        if one.stream in session.streams and one.stream not in before
    }
    if not fresh:
        return session
    by_motion = {imu_of(name): one for name, one in fresh.items()}
    return replace(
        session,
        meta=session.meta | {SYNCHRONISED: (*done, *fresh.values())},
        streams={
            name: _moved(stream, fresh[name]) if name in fresh else stream
            for name, stream in session.streams.items()
        },
        motion={
            name: replace(motion, t_s=by_motion[name](motion.t_s))
            if name in by_motion
            else motion
            for name, motion in session.motion.items()
        },
    )


def _measured(session: Session) -> tuple[Synchronisation, ...]:
    """Measure the lags of insoles behind a plate; where these are not both, clocks are all."""
    kinds = {is_insole(stream) for stream in session.streams.values()}
    return measure(session) if len(kinds) == 2 and not applied(session) else ()


def _moved(stream: Stream, lag: Synchronisation) -> Stream:
    note = (
        f"Brought onto the time of {lag.reference}: {lag.lag_s * 1e3:.1f} ms earlier, "
        f"uncertain by {lag.uncertainty_s * 1e3:.1f} ms."
    )
    gaps = stream.gaps.assign(t_s=lag(stream.gaps.t_s.to_numpy(float)))
    return replace(stream, t_s=lag(stream.t_s), gaps=gaps, notes=(*stream.notes, note))


def _on_grid(stream: Stream, grid_s: Floats, fs_hz: float) -> Stream:
    """Interpolate forces and moments; places follow from them."""
    changes: dict[str, Any] = {"t_s": grid_s, "fs_hz": fs_hz}
    if stream.counts is not None:
        nothing = np.full(len(grid_s), np.nan)
        changes["counts"] = resample(stream.t_s, stream.counts, grid_s)
        changes |= {"force_n": nothing, "cop_mm": np.column_stack((nothing, nothing))}
    elif stream.forces_n is not None and stream.layout is not None:
        forces_n = resample(stream.t_s, stream.forces_n, grid_s)
        changes["forces_n"] = forces_n
        changes["force_n"] = total_force(forces_n)
        changes["cop_mm"] = center_of_pressure(forces_n, stream.layout.xy_mm)
    else:
        changes |= _load_on(stream, grid_s)
    return replace(stream, **changes)


def _load_on(stream: Stream, grid_s: Floats) -> dict[str, Any]:
    force_n = stream.force_n
    # Where there is force but no place for it, it is too small to have one: no moment.
    empty = np.isfinite(force_n) & (np.isnan(stream.cop_mm[:, 0]) | (force_n < MIN_FORCE_N))
    moment = np.where(empty[:, None], 0.0, force_n[:, None] * stream.cop_mm)
    both = resample(stream.t_s, np.column_stack((force_n, moment)), grid_s)
    cop_mm = np.full((len(grid_s), 2), np.nan)
    loaded = both[:, 0] >= MIN_FORCE_N
    cop_mm[loaded] = both[loaded, 1:] / both[loaded, :1]
    shear_n = None if stream.shear_n is None else resample(stream.t_s, stream.shear_n, grid_s)
    return {"force_n": both[:, 0], "cop_mm": cop_mm, "shear_n": shear_n}


def _motion_on(motion: Motion, grid_s: Floats, fs_hz: float) -> Motion:
    return replace(
        motion,
        t_s=grid_s,
        fs_hz=fs_hz,
        acceleration_g=resample(motion.t_s, motion.acceleration_g, grid_s),
        turn_rate_dps=resample(motion.t_s, motion.turn_rate_dps, grid_s),
    )
