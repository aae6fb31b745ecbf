# SPDX-License-Identifier: Apache-2.0
"""Both feet on one large plate under a treadmill's belt: when they come down and leave.

The plate tells the sum of both feet and one centre of pressure. While one foot bears all, the
belt carries the centre of pressure backwards; while load passes to the foot in front, it runs
forwards. So it turns round at each contact and at each foot off, and its side says whose they
are: the butterfly. The force of each foot stays unknown in double support, and with it peaks,
loading rates and impulses of a foot; only times are told. On ground that stands still the centre
of pressure never runs backwards, and this does not apply.

Turns lie within double support: a coming down is found early and a foot off late (31 ms in
Roerdink 2008), so double support is too long by both; steps and strides are right.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N
from solemetry.gait.conventions import get
from solemetry.signal import finite_runs, lowpass

Floats = NDArray[np.float64]

LOWPASS_HZ = 20.0
"""The turning points are sought in the centre of pressure below this frequency."""

TURN_SHARE = 0.3
"""A turn counts if the centre of pressure went this share of its usual way (5th to 95th
percentile) since the one before: smaller ones are wobbles."""


def contacts_on_one_plate(force_n: Floats, cop_mm: Floats, fs_hz: float) -> dict[str, pd.DataFrame]:
    """Find the contacts of both feet from one force and one centre of pressure.

    Parameters
    ----------
    force_n : (T,) array
        Total vertical force, N.
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm, + to the right and forwards, in the walking direction.
    fs_hz : float

    Returns
    -------
    dict of str to DataFrame
        ``left`` and ``right``, for `steps`: ``on_s, off_s, duration_s, on_known, off_known,
        complete, accepted, reason``. A contact whose foot off has not its turn is left out, and
        so is what lies before the first turn and after the last.

    References
    ----------
    Roerdink M et al. (2008), J Biomech 41(12):2628, doi 10.1016/j.jbiomech.2008.06.023.
    """
    from scipy.signal import find_peaks

    force_n, cop_mm = np.asarray(force_n, dtype=float), np.asarray(cop_mm, dtype=float)
    if cop_mm.shape != (len(force_n), 2):
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T, 2).")
    trusted = (force_n >= MIN_FORCE_N)[:, None] & np.isfinite(cop_mm).all(axis=1, keepdims=True)
    smooth = lowpass(np.where(trusted, cop_mm, np.nan), fs_hz, LOWPASS_HZ)
    least_apart = max(get("treadmill").min_contact_s * fs_hz, 1)
    found: list[tuple[float, str, str]] = []
    for start, stop in finite_runs(np.isfinite(smooth[:, 0])).tolist():
        ml, ap = smooth[start:stop].T
        usual = np.subtract(*np.percentile(ap, (95, 5)))
        middle = np.mean(np.percentile(ml, (5, 95)))
        prominence = TURN_SHARE * usual
        forward, _ = find_peaks(ap, prominence=prominence, distance=least_apart)
        backward, _ = find_peaks(-ap, prominence=prominence, distance=least_apart)
        # At its rearmost all load is on the foot about to push off; the other comes down.
        found += [
            ((start + n) / fs_hz, "left" if ml[n] > middle else "right", "on") for n in backward
        ]
        # At its foremost all load is on the foot that came down; the other has left.
        found += [
            ((start + n) / fs_hz, "left" if ml[n] > middle else "right", "off") for n in forward
        ]
    return {foot: _paired(sorted(found), foot) for foot in ("left", "right")}


def _paired(events: list[tuple[float, str, str]], foot: str) -> pd.DataFrame:
    """Pair each coming down of a foot with its leaving, if that is what comes next for it."""
    own = [(t_s, kind) for t_s, whose, kind in events if whose == foot]
    pairs = [
        (on_s, off_s)
        for (on_s, first), (off_s, second) in pairwise(own)
        if (first, second) == ("on", "off")
    ]
    times = np.array(pairs).reshape(-1, 2)
    return pd.DataFrame(
        {
            "on_s": times[:, 0],
            "off_s": times[:, 1],
            "duration_s": times[:, 1] - times[:, 0],
            "on_known": True,
            "off_known": True,
            "complete": True,
            "accepted": True,
            "reason": "",
        }
    )
