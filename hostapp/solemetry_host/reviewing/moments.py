# SPDX-License-Identifier: Apache-2.0
"""What each device felt at one moment of a recording, with the trail that led there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.foot import FootRegistration
from solemetry.session.model import Session, Stream
from solemetry_host.reviewing.opened import Foot, foot_of

Floats = NDArray[np.float64]

TRAIL_S = 10.0

_NEAR_S = 0.5
"""Further than this from a sample, nothing is known of a moment."""


@dataclass(frozen=True, eq=False)
class Moment:
    """One stream at one moment.

    Attributes
    ----------
    stream : str
    foot : {"left", "right", ""}
    layout : SensorLayout or None
        None of a lab plate.
    force_n : float
        NaN where it is not known.
    here_mm : (2,) array
        Centre of pressure ``(ml, ap)``; NaN where there is none.
    trail_mm : (n, 2) array
        Of the last `TRAIL_S`, up to here.
    rate_hz : float
        Of the trail.
    cells : (S,) array or None
        Force on each sensor, N, or counts where no gains are known.
    unit : str
        Of the cells.
    feet : tuple of FootRegistration
        Where feet stand on it.
    """

    stream: str
    foot: Foot
    layout: SensorLayout | None
    force_n: float
    here_mm: Floats
    trail_mm: Floats
    rate_hz: float
    cells: Floats | None
    unit: str
    feet: tuple[FootRegistration, ...]


def at(session: Session, t_s: float) -> Iterator[Moment]:
    """Return what the streams of a session felt at a moment of session time."""
    for stream in session.streams.values():
        if len(stream.t_s):
            yield _moment(session, stream, t_s)


def _moment(session: Session, stream: Stream, t_s: float) -> Moment:
    row = int(np.searchsorted(stream.t_s, t_s, side="right")) - 1
    known = row >= 0 and t_s - stream.t_s[row] < _NEAR_S
    first = max(row + 1 - round(TRAIL_S * stream.fs_hz), 0) if known else 0
    trail_mm = stream.cop_mm[first : row + 1] if known else np.empty((0, 2))
    cells = stream.forces_n if stream.counts is None else stream.counts
    wears = stream.layout is not None and stream.layout.kind == "insole"
    return Moment(
        stream=stream.name,
        foot=foot_of(stream.name),
        layout=stream.layout,
        force_n=float(stream.force_n[row]) if known and stream.counts is None else math.nan,
        here_mm=stream.cop_mm[row] if known else np.full(2, np.nan),
        trail_mm=trail_mm,
        rate_hz=stream.fs_hz,
        cells=None if cells is None else cells[row] if known else np.full(cells.shape[1], np.nan),
        unit="N" if stream.counts is None else "counts",
        feet=() if wears else tuple(session.feet.values()),
    )
