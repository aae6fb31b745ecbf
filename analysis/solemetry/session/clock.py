# SPDX-License-Identifier: Apache-2.0
"""From device time to session time, looking both ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.timebase import ClockLine, detrended_minima, fit_clock, line_over

Floats = NDArray[np.float64]

MAX_ONE_LINE_S = 120.0
"""Up to here one straight line serves; a resonator wanders off it on longer recordings."""

HALF_WINDOW_S = 30.0


@dataclass(frozen=True, eq=False)
class SessionClock:
    """Session time of one device between two restarts.

    Attributes
    ----------
    device_s, offset_s : (k,) array
        Session time less device time at a few knots, linear between and beyond.
    residual_s : float
        Median distance of the least delayed arrivals from the clock.
    """

    device_s: Floats
    offset_s: Floats
    residual_s: float

    def __call__(self, device_s: Floats) -> Floats:
        """Session seconds of device seconds, ``(...)``."""
        return device_s + _linear(device_s, self.device_s, self.offset_s)


FEW_QUESTIONS = 10
AROUND_S = 300.0
KNOT_EVERY_S = 10.0
"""Over the air, a clock stands on the questions of five minutes on either side of each knot."""


def fit_session_clock(
    device_s: Floats,
    arrival_s: Floats,
    bounds: Floats | None = None,
    questions: Floats | None = None,
) -> SessionClock:
    """Fit the clock over all arrivals of one segment.

    Parameters
    ----------
    device_s : (n,) array, n >= 1
        Device time of each row, ascending.
    arrival_s : (n,) array
        Session time of the read that brought it.
    bounds : (k, 3) array, optional
        Device time, least and greatest offset there, as two-way exchanges leave it; a clock
        that lies outside is moved to where it lies inside.
    questions : (q, 2) array, optional
        Of a device over the air: device time and the least offset that each question for its time
        proves. From ten on the clock stands on them: see `solemetry.timebase.line_over`.

    Returns
    -------
    SessionClock
        One line (Theil-Sen through the least delayed arrival of each second) up to two
        minutes; beyond, such a line through the 30 s on either side of each of these
        arrivals, which no causal clock can have.
    """
    minima = detrended_minima(device_s, arrival_s)
    if questions is not None and len(questions) >= FEW_QUESTIONS:
        knots = np.append(np.arange(device_s[0], device_s[-1], KNOT_EVERY_S), device_s[-1])
        lines = [_line_over_around(knot, questions) for knot in knots]
        offsets = np.array([float(line(knot) - knot)
                            for line, knot in zip(lines, knots, strict=True)])
    elif device_s[-1] - device_s[0] <= MAX_ONE_LINE_S:
        line = fit_clock(minima)
        knots = device_s[[0, -1]]
        offsets = line(knots) - knots
    else:
        knots = minima[:, 0]
        offsets = np.array([_offset_around(knot, minima) for knot in knots])
    if bounds is not None and len(bounds):
        base = _linear(bounds[:, 0], knots, offsets)
        offsets = offsets + np.median(np.clip(base, bounds[:, 1], bounds[:, 2]) - base)
    residual_s = np.median(np.abs(minima[:, 1] - _linear(minima[:, 0], knots, offsets)))
    return SessionClock(knots, offsets, float(residual_s))


def _line_over_around(at_s: float, questions: Floats) -> ClockLine:
    start, stop = np.searchsorted(questions[:, 0], (at_s - AROUND_S, at_s + AROUND_S))
    return line_over(questions[start:stop] if stop > start else questions)


def _offset_around(at_s: float, minima: Floats) -> float:
    start, stop = np.searchsorted(minima[:, 0], (at_s - HALF_WINDOW_S, at_s + HALF_WINDOW_S))
    return float(fit_clock(minima[start : stop + 1])(np.array(at_s)) - at_s)


def _linear(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Interpolate linearly, and go on straight beyond the ends."""
    if len(knots) < 2 or knots[0] == knots[-1]:
        return np.full(np.shape(x), values[0])
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    slope = np.diff(values) / np.diff(knots)
    return np.asarray(values[left] + slope[left] * (x - knots[left]))
