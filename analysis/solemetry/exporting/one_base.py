# SPDX-License-Identifier: Apache-2.0
"""All streams on one base, for formats that know only one rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import UnavailableError
from solemetry.session.model import Motion, Session, Stream
from solemetry.sync.aligning import Aligned, align

Floats = NDArray[np.float64]

EVEN = 0.05
"""Times that lie within this share of a step from even ones are taken as even."""


def on_one_base(session: Session) -> tuple[Aligned, tuple[str, ...]]:
    """Bring all streams and inertial sensors onto even times that they share.

    Where they share even times already, their samples stay as they are. Else they are resampled
    at the rate of the fastest of them; what is missing stays missing.

    Returns
    -------
    Aligned
        Its rate is one that a number of four bytes holds, for formats have no more.
    notes : tuple of str
        That samples were moved, if they were.

    Raises
    ------
    UnavailableError
        When nothing was recorded.
    """
    every: list[Stream | Motion] = [*session.streams.values(), *session.motion.values()]
    recorded = [each for each in every if len(each.t_s)]
    if not recorded:
        raise UnavailableError(f"{session.path.name} holds no samples.", "Choose another file.")
    t_s = every[0].t_s
    if all(np.array_equal(each.t_s, t_s) for each in every[1:]):
        fs_hz = _rate(t_s, every[0].fs_hz)
        off_s = t_s - t_s[0] - np.arange(len(t_s)) / fs_hz
        if np.abs(off_s).max() <= EVEN / fs_hz:
            return Aligned(t_s, fs_hz, session.streams, session.motion, ()), ()
    fs_hz = max(_rate(each.t_s, each.fs_hz) for each in recorded)
    return align(session, fs_hz, gesture=False), (
        f"Its streams have times of their own, and the format has one rate: they were brought onto "
        f"{fs_hz:g} samples per second by a cubic spline. What is missing stays missing.",
    )


def _rate(t_s: Floats, fs_hz: float) -> float:
    measured = (len(t_s) - 1) / (t_s[-1] - t_s[0]) if len(t_s) > 1 else fs_hz
    return float(np.float32(measured))
