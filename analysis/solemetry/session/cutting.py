# SPDX-License-Identifier: Apache-2.0
"""A part of a recording, as a recording of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solemetry.errors import UnavailableError
from solemetry.session.model import Motion, Session, Stream

_STANDING_FACTS = ("foot", "foot_clear", "place")
"""Events that hold on after they happened."""


def part_of(session: Session, begin_s: float, end_s: float) -> Session:
    """Return what lies between two moments; times stay those of the whole recording.

    Where feet and plates stand is as it was told until the end of the part. What a stream tells of
    itself, such as its rows and its measured rate, is still that of the whole recording. Streams
    that have nothing there are left out.

    Parameters
    ----------
    session : Session
    begin_s, end_s : float
        Session time, the first included.

    Raises
    ------
    UnavailableError
        When nothing was recorded there.
    """
    streams = {name: _cut(of, begin_s, end_s) for name, of in session.streams.items()}
    streams = {name: of for name, of in streams.items() if len(of.t_s)}
    if not streams:
        raise UnavailableError(
            f"Nothing was recorded from {begin_s:.2f} to {end_s:.2f} s.", "Choose another part."
        )
    t_s, kind = session.events["t_s"], session.events["kind"]
    kept = (t_s < end_s) & ((t_s >= begin_s) | kind.isin(_STANDING_FACTS))
    return replace(
        session,
        streams=streams,
        motion={name: _cut_motion(of, begin_s, end_s) for name, of in session.motion.items()},
        events=session.events[kept].reset_index(drop=True),
    )


def _cut(stream: Stream, begin_s: float, end_s: float) -> Stream:
    first, last = np.searchsorted(stream.t_s, (begin_s, end_s))

    def part(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[first:last]

    within = (stream.gaps["t_s"] >= begin_s) & (stream.gaps["t_s"] < end_s)
    return replace(
        stream,
        t_s=stream.t_s[first:last],
        force_n=stream.force_n[first:last],
        cop_mm=stream.cop_mm[first:last],
        shear_n=part(stream.shear_n),
        forces_n=part(stream.forces_n),
        counts=part(stream.counts),
        gaps=stream.gaps[within].reset_index(drop=True),
    )


def _cut_motion(motion: Motion, begin_s: float, end_s: float) -> Motion:
    first, last = np.searchsorted(motion.t_s, (begin_s, end_s))
    return replace(
        motion,
        t_s=motion.t_s[first:last],
        acceleration_g=motion.acceleration_g[first:last],
        turn_rate_dps=motion.turn_rate_dps[first:last],
    )
