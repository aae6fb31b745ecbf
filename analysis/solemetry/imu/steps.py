# SPDX-License-Identifier: Apache-2.0
"""How fast the foot turns in each step: landing, push-off and swing.

A sensor under the foot turns with the shoe's sole, not with the heel bone in it. Peaks are of the
samples as they came, without a filter, so they depend on the rate and on the sensor's noise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.stepping import Feature
from solemetry.imu.mounting import FootRates

Floats = NDArray[np.float64]

LANDING_S = 0.1
"""So long after contact the foot is taken to land. Rolling over, where it happens, is at its end
0.09 to 0.17 s after contact (Fong 2012, five cases)."""

AFTER_OFF_S = 0.1
"""Push-off reaches so far beyond the moment at which the forces say that the foot left."""

LONGEST_SWING_S = 1.0
"""A foot that is up for longer does not swing: the window would hold more than a step."""

MEASURES = {
    "inversion_rate_dps": Feature(
        "deg/s", "fastest roll to the lateral edge in the first 0.1 s of contact"
    ),
    "eversion_rate_dps": Feature(
        "deg/s", "fastest roll to the medial edge in the first 0.1 s of contact"
    ),
    "landing_pitch_rate_dps": Feature(
        "deg/s", "fastest turn of the toes down in the first 0.1 s of contact"
    ),
    "push_off_pitch_rate_dps": Feature(
        "deg/s", "fastest turn of the heel up, from half of stance to 0.1 s after it"
    ),
    "swing_pitch_rate_dps": Feature(
        "deg/s", "fastest turn of the toes up in the swing before the contact"
    ),
}
"""Measures of a step, for `solemetry.gait.summarize` and `pronation.against_baseline` too."""


def describe_steps(rates: FootRates, fs_hz: float, contacts: pd.DataFrame) -> pd.DataFrame:
    """Take the fastest turns of one foot in each of its steps.

    Parameters
    ----------
    rates : FootRates
        First sample at the zero of the contacts' times.
    fs_hz : float
    contacts : DataFrame
        Of the same foot, from `solemetry.gait.contacts`.

    Returns
    -------
    DataFrame
        One row per accepted contact: ``on_s`` and `MEASURES`, degrees per second; missing where a
        sample in its window is. Speeds in a direction are positive; a foot that did not turn
        that way in the window has 0.

    References
    ----------
    Speed of inversion by one gyroscope at the heel follows that by cameras in part (r = 0.69, ten
    men: "Using a single uniaxial gyroscope to detect lateral ankle sprain hazard"); of pronation
    in walking, on the shoe, the ICC was 0.54 (doi 10.1371/journal.pone.0273308).
    """
    contacts = contacts[contacts.accepted]
    on_s, off_s, left_s = (
        times.to_numpy(dtype=float)
        for times in (contacts.on_s, contacts.off_s, contacts.off_s.shift())
    )
    left_s = np.where(on_s - left_s <= LONGEST_SWING_S, left_s, np.nan)
    landing = on_s, on_s + LANDING_S
    push_off = (on_s + off_s) / 2, off_s + AFTER_OFF_S
    swing = left_s, on_s
    down_dps, up_dps = -rates.pitch_dps, rates.pitch_dps
    return pd.DataFrame(
        {
            "on_s": on_s,
            "inversion_rate_dps": _fastest(rates.roll_dps, fs_hz, *landing),
            "eversion_rate_dps": _fastest(-rates.roll_dps, fs_hz, *landing),
            "landing_pitch_rate_dps": _fastest(down_dps, fs_hz, *landing),
            "push_off_pitch_rate_dps": _fastest(down_dps, fs_hz, *push_off),
            "swing_pitch_rate_dps": _fastest(up_dps, fs_hz, *swing),
        }
    )


def _fastest(rate_dps: Floats, fs_hz: float, start_s: Floats, stop_s: Floats) -> Floats:
    """Largest value of each window, at least 0; NaN where the window is not all there."""
    start, stop = np.ceil(start_s * fs_hz), np.ceil(stop_s * fs_hz)
    whole = (start >= 0) & (stop <= len(rate_dps)) & (stop > start)
    fastest = np.full(len(start), np.nan)
    if whole.any():
        windows = np.column_stack((start[whole], stop[whole])).astype(np.int64)
        padded = np.append(rate_dps, 0.0)
        fastest[whole] = np.maximum(np.maximum.reduceat(padded, windows.ravel())[::2], 0.0)
    return fastest
