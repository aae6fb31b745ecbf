# SPDX-License-Identifier: Apache-2.0
"""What the ear is told: where the centre of pressure has gone, and how far.

Nothing sounds while it stays near its place; outside, the tone moves to the side it went to,
rises when it went forward and grows louder with the distance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SILENT_RADIUS_MM = 15.0
FULL_RADIUS_MM = 60.0
"""From here on the tone is as loud, as far aside and as high as it gets."""

MIDDLE_HZ = 330.0
OCTAVES_EACH_WAY = 1.0


@dataclass(frozen=True)
class Tone:
    """A soft tone.

    Attributes
    ----------
    frequency_hz : float
    level : float
        0 (silent) to 1.
    pan : float
        -1 (left) to 1 (right).
    """

    frequency_hz: float = MIDDLE_HZ
    level: float = 0.0
    pan: float = 0.0


SILENCE = Tone()


def tone_of_cop(
    cop_mm: NDArray[np.float64],
    place_mm: NDArray[np.float64],
    silent_radius_mm: float = SILENT_RADIUS_MM,
    full_radius_mm: float = FULL_RADIUS_MM,
) -> Tone:
    """Say with a tone where the centre of pressure is.

    Parameters
    ----------
    cop_mm, place_mm : (2,) array
        The centre of pressure now and the place where it is meant to be, ``(ml, ap)``; NaN: there
        is none, and nothing sounds.
    silent_radius_mm, full_radius_mm : float
        Nothing sounds nearer than the one; the other is as loud as it gets.

    Returns
    -------
    Tone
        The level begins at zero at the silent radius, so that it never sets in with a jump.
    """
    ml, ap = (float(value) for value in np.asarray(cop_mm) - place_mm)
    distance = math.hypot(ml, ap)
    if not distance > silent_radius_mm:  # also where it is NaN
        return SILENCE
    level = min((distance - silent_radius_mm) / (full_radius_mm - silent_radius_mm), 1.0)
    octaves = OCTAVES_EACH_WAY * max(-1.0, min(ap / full_radius_mm, 1.0))
    return Tone(MIDDLE_HZ * 2.0**octaves, level, max(-1.0, min(ml / full_radius_mm, 1.0)))
