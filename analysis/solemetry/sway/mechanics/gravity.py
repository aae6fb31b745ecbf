# SPDX-License-Identifier: Apache-2.0
"""Where the body's weight acts: the centre of gravity, from the centre of pressure.

The centre of pressure moves about the vertical through the centre of gravity to keep it where it
is. Two ways lead back: an inverted pendulum, which needs nothing but body height, and the
horizontal force, integrated twice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.signal import finite_runs
from solemetry.sway.given import above_zero, one_or_both
from solemetry.sway.mechanics.zero_force import BalancedRun, balanced_runs, of_each_axis

Floats = NDArray[np.float64]

GRAVITY = 9.80665
"""m/s2."""

HEIGHT_SHARE = 0.521
"""Height of the centre of gravity above the ankles, in body heights."""

INERTIA_SHARE = 0.0533
"""Moment of inertia about the centre of gravity, in body masses times body heights squared:
forwards and backwards. Sideways it is 0.0572, which lowers the frequency by 0.6 %."""

LONGEST_WAIT_S = 2.0
"""From one moment without horizontal force to the next."""

_FORGOTTEN = 30.0
"""After so many time constants the pendulum has forgotten everything (1e-13)."""

_LEAST = 3.0
"""A run shorter than so many time constants does not say where its centre of gravity was."""


def pendulum_frequency(height_mm: float) -> float:
    """Natural frequency w0 of a standing body as an inverted pendulum, rad/s.

    ``w0**2 = m g h / I`` with the centre of gravity at ``h = 0.521 H`` and
    ``I = 0.0533 m H**2 + m h**2``; the mass cancels. 3.04 rad/s at 1.7 m.

    Raises
    ------
    ValueError
        When the height is not positive.
    """
    above_zero(height_mm, "The body height")
    height_m = height_mm / 1000
    inertia = INERTIA_SHARE * height_m**2 + (HEIGHT_SHARE * height_m) ** 2
    return math.sqrt(GRAVITY * HEIGHT_SHARE * height_m / inertia)


def center_of_gravity(cop_mm: Floats, fs_hz: float, height_mm: float) -> Floats:
    """Centre of gravity as the low-passed centre of pressure of an inverted pendulum.

    A pendulum that obeys ``COG'' = w0**2 (COG - COP)`` answers a sway of frequency w with
    ``H(w) = w0**2 / (w0**2 + w**2)``, without any delay. Each run of finite samples is filtered
    by itself in the frequency domain, drawn on at both ends by its own point reflection. So it
    begins and ends on the centre of pressure, which nobody knows; that is forgotten by a factor
    of e in each time constant, ``1 / w0``, a third of a second. Leave out the first and last
    second where it matters.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        mm. A row with a missing value in any column is missing in all of them.
    fs_hz : float
    height_mm : float
        Body height.

    Returns
    -------
    array like `cop_mm`
        mm; NaN where a sample is missing, and over runs of less than 3 time constants.

    References
    ----------
    Brenière Y (1996), J Mot Behav 28(4):291; Caron O, Faure B, Brenière Y (1997), J Biomech
    30(11-12):1169; Winter DA et al. (1998), J Neurophysiol 80(3):1211.
    """
    cop_mm = one_or_both(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    w0 = pendulum_frequency(height_mm)
    out = np.full(cop_mm.shape, np.nan)
    finite = np.isfinite(cop_mm) if cop_mm.ndim == 1 else np.isfinite(cop_mm).all(axis=1)
    for start, stop in finite_runs(np.asarray(finite)):
        if stop - start >= max(3, _LEAST / w0 * fs_hz):
            out[start:stop] = _swing(cop_mm[start:stop], fs_hz, w0)
    return out


def cop_minus_cog_rms(cop_mm: Floats, cog_mm: Floats) -> float:
    """Root mean square distance of the centre of pressure from the centre of gravity, mm.

    In the pendulum's model this is the acceleration of the body, but for a factor. Both are
    ``(T,)``, one axis, or ``(T, 2)``. NaN where nothing is known of both.

    References
    ----------
    Winter DA et al. (1998), J Neurophysiol 80(3):1211.
    """
    apart = one_or_both(cop_mm) - one_or_both(cog_mm, "The centre of gravity")
    squares = apart**2 if apart.ndim == 1 else (apart**2).sum(axis=1)
    present = squares[np.isfinite(squares)]
    return float(np.sqrt(present.mean())) if len(present) else np.nan


def center_of_gravity_from_force(
    cop_mm: Floats, shear_n: Floats, fs_hz: float, mass_kg: float
) -> Floats:
    """Centre of gravity by integrating the horizontal force twice, from zero to zero.

    Whenever no horizontal force acts, the centre of gravity is taken to lie above the centre of
    pressure. From each such moment to the next the force over the mass is integrated twice, with
    the one starting velocity that arrives at the next. The force runs straight between samples;
    see `solemetry.sway.mechanics.zero_force`.

    What is wrong with the force grows with the square of the time from moment to moment. Fewer
    than one in 600 comes more than 2 s after the last (200 trials of Santos and Duarte 2016), and
    those tell of a plate whose offset has moved: nothing is said in between.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        mm.
    shear_n : array like `cop_mm`
        Horizontal force of the ground on the person along the same axes, N.
    fs_hz : float
    mass_kg : float

    Returns
    -------
    array like `cop_mm`
        mm; NaN before the first such moment of a run and after its last, and between two that
        are more than 2 s apart.

    References
    ----------
    King DL, Zatsiorsky VM (1997), Gait Posture 6(1):27; Zatsiorsky VM, King DL (1998), J Biomech
    31(2):161; Lafond D, Duarte M, Prince F (2004), J Biomech 37(9):1421.
    """
    above_zero(fs_hz, "The sampling rate")
    above_zero(mass_kg, "The mass")
    cop_mm = one_or_both(cop_mm)
    columns = [
        _integrated(cop, balanced_runs(cop, shear), fs_hz, mass_kg)
        for cop, shear in of_each_axis(cop_mm, shear_n)
    ]
    return np.column_stack(columns).reshape(cop_mm.shape)


def _integrated(cop_mm: Floats, runs: list[BalancedRun], fs_hz: float, mass_kg: float) -> Floats:
    out = np.full(len(cop_mm), np.nan)
    for run in runs:
        if len(run.instants) < 2:
            continue
        acceleration = run.force_n / mass_kg * 1000
        samples = np.arange(run.stop - run.start)
        pushed, pushed_at_zeros = _twice(acceleration, run.instants, 1 / fs_hz)
        # What integrating does not know, a place and a velocity, is a straight line in each piece.
        unknown = run.cop_mm - pushed_at_zeros
        straight = np.interp(samples, run.instants, unknown, left=np.nan, right=np.nan)
        after = np.searchsorted(run.instants, samples).clip(1, len(run.instants) - 1)
        wait_s = np.diff(run.instants)[after - 1] / fs_hz
        out[run.start : run.stop] = np.where(wait_s <= LONGEST_WAIT_S, pushed + straight, np.nan)
    return out


def _twice(acceleration: Floats, instants: Floats, dt_s: float) -> tuple[Floats, Floats]:
    """Integrate what runs straight between samples twice: at samples, and between them."""
    a, b = acceleration[:-1], acceleration[1:]
    velocity = np.concatenate(([0.0], np.cumsum((a + b) / 2 * dt_s)))
    steps = velocity[:-1] * dt_s + (2 * a + b) / 6 * dt_s**2
    place = np.concatenate(([0.0], np.cumsum(steps)))
    before = np.minimum(instants.astype(np.intp), len(acceleration) - 2)
    on_s = (instants - before) * dt_s
    jerk = (acceleration[before + 1] - acceleration[before]) / dt_s
    between = (
        place[before]
        + velocity[before] * on_s
        + acceleration[before] / 2 * on_s**2
        + jerk / 6 * on_s**3
    )
    return place, between


def _swing(cop_mm: Floats, fs_hz: float, w0: float) -> Floats:
    """Answer of the pendulum to one run, ``(n,)`` or ``(n, 2)``."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    n, reach = len(cop_mm), math.ceil(_FORGOTTEN / w0 * fs_hz)
    size = next_fast_len(n + 2 * reach, real=True)
    # A run shorter than the reach is reflected to and fro.
    ends = [(reach, size - n - reach)] + [(0, 0)] * (cop_mm.ndim - 1)
    drawn = np.pad(cop_mm, ends, mode="reflect", reflect_type="odd")
    w = 2 * np.pi * rfftfreq(size, 1 / fs_hz)
    gain = w0**2 / (w0**2 + w**2)
    answer: Floats = irfft((rfft(drawn, axis=0).T * gain).T, size, axis=0)
    return answer[reach : reach + n]
