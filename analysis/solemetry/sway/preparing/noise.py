# SPDX-License-Identifier: Apache-2.0
"""How much of sway is the plate's own noise, and mean velocity without it.

White noise hardly widens the path, but lengthens it: of SD sigma on both axes it has by itself a
mean velocity of ``sigma * sqrt(pi) * fs``, 18 mm/s for 0.1 mm at 100 Hz, more than most people
standing. A filter takes most of it out, and what is left can be taken off, once it is known how
noisy the plate is: from a recording of a dead weight, or of the empty plate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from solemetry.signal import NO_FILTER, Filter
from solemetry.sway.given import above_zero, one_or_both, planar

Floats = NDArray[np.float64]

MOST = 0.9
"""Where more of the mean square velocity than this is noise, an error of 5 % in sigma is as large
as all of the sway that is left: no velocity is given."""

WHITE = 0.06
"""Noise counts as white while the ratio that tells is within this of 1: that of white noise strays
by 0.02 in 5 s at 80 Hz, 0.01 in 20 s; interpolated between free-running conversions it is 0.89."""

_LEAST = 10
"""So many steps at the least say how noisy something is: to a third."""

_MOST_UNEVEN = 1.0
"""Of sway, where noise hides how uneven it is: as much as a moment's intensity that is distributed
exponentially. Real trials have 0.2 to 3 (14 of the BDS data set, at 10 Hz)."""


@dataclass(frozen=True)
class NoiseFloor:
    """Noise of the centre of pressure while a person stands on a plate.

    Attributes
    ----------
    ml_mm, ap_mm : float
        Standard deviation, before any filter, of the white noise that behind `lowpass` has steps
        of the same mean square on each axis.
    force_n : float
        Vertical force at which that holds; NaN where it is not known.
    lowpass : Filter
        Behind which it was measured.
    white : bool
        Whether neighbouring samples were independent. If not, this holds behind `lowpass` alone.
    n : int
        Steps that it was measured from. Without a filter sigma is uncertain by ``sqrt(3 / (4 n))``
        of itself, behind one by more: the less of the band is left, the more.
    source : str
    """

    ml_mm: float
    ap_mm: float
    force_n: float
    lowpass: Filter
    white: bool
    n: int
    source: str

    @property
    def sigma_mm(self) -> tuple[float, float]:
        """Both axes, ``(ml, ap)``."""
        return self.ml_mm, self.ap_mm

    def at(self, force_n: float) -> NoiseFloor:
        """Return the noise under another vertical force: it goes with ``1 / force``."""
        above_zero(force_n, "The vertical force")
        scale = self.force_n / force_n
        return replace(self, ml_mm=self.ml_mm * scale, ap_mm=self.ap_mm * scale, force_n=force_n)

    def mean_velocity(self, fs_hz: float, lowpass: Filter | None = None) -> float:
        """Mean velocity of the noise alone, mm/s, behind its own filter or another.

        See `noise_mean_velocity`.
        """
        return noise_mean_velocity(self.sigma_mm, fs_hz, lowpass or self.lowpass)


@dataclass(frozen=True)
class CorrectedVelocity:
    """Velocity as measured and without the plate's noise.

    Attributes
    ----------
    mean_mm_s, rms_mm_s : float
        Without noise; NaN where it cannot be told.
    measured_mean_mm_s, measured_rms_mm_s : float
    floor_mm_s : float
        Mean velocity of the noise alone.
    noise_share : float
        Share of the mean square velocity that is noise.
    reason : str
        Why there is no value; empty where there is one.
    """

    mean_mm_s: float
    rms_mm_s: float
    measured_mean_mm_s: float
    measured_rms_mm_s: float
    floor_mm_s: float
    noise_share: float
    reason: str


def noise_of_dead_weight(
    cop_mm: Floats, fs_hz: float, force_n: Floats | None = None, lowpass: Filter = NO_FILTER
) -> NoiseFloor:
    """Noise of the centre of pressure from a recording of a weight that does not move.

    From the first differences: white noise of SD sigma has steps of mean square ``2 sigma**2``,
    and a drift, however far it goes in a minute, goes nowhere from one sample to the next.
    The weight should be about that of a person, or `NoiseFloor.at` says what it would be.

    Give the filter that sway is to go through. Noise is seldom quite white: where chips convert
    in their own time, their values are interpolated onto one grid, which takes noise out of the
    top of the band and leaves it at the bottom, where sway is. Measured behind the same filter,
    what is taken off is right whatever its colour.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm, unfiltered.
    fs_hz : float
    force_n : (T,) array, optional
        Vertical force, N.
    lowpass : Filter

    Returns
    -------
    NoiseFloor
        NaN with fewer than ten steps.
    """
    covariance, white, n = _of_steps(planar(cop_mm), fs_hz, lowpass)
    ml_mm, ap_mm = np.sqrt(np.diag(covariance)).tolist()
    weight_n = math.nan
    if force_n is not None:
        force_n = np.asarray(force_n, dtype=float)
        present = force_n[np.isfinite(force_n)]
        weight_n = float(present.mean()) if len(present) else math.nan
    return NoiseFloor(ml_mm, ap_mm, weight_n, lowpass, white, n, "dead weight")


def noise_of_empty_plate(
    forces_n: Floats,
    xy_mm: Floats,
    fs_hz: float,
    force_n: float,
    cop_mm: tuple[float, float] = (0.0, 0.0),
    step_n: float = 0.0,
    lowpass: Filter = NO_FILTER,
) -> NoiseFloor:
    """Noise that the centre of pressure of a person would have, from the sensors of an empty plate.

    The centre of pressure is ``sum(r f) / F``, so noise n of the forces moves it by
    ``sum((r - cop) n) / F``. With independent noise sigma_c on four corner cells W apart this is
    ``(W / 2) * 2 sigma_c / F`` in the middle of the plate, and more towards its edges.

    Parameters
    ----------
    forces_n : (T, S) array
        Force on each sensor of the empty plate, N, unfiltered; the tare does not matter.
    xy_mm : (S, 2) array
        Sensor positions ``(ml, ap)``, mm.
    fs_hz : float
    force_n : float
        Vertical force of the person.
    cop_mm : (ml, ap)
        Where the person stands.
    step_n : float
        Force of one count. A sensor so quiet that it stays on a count shows no noise at all, yet
        under a person it is off by ``step / sqrt(12)``: no sensor is taken for quieter than that.
    lowpass : Filter
        As of `noise_of_dead_weight`.

    Returns
    -------
    NoiseFloor
        NaN with fewer than ten steps.
    """
    forces_n, xy_mm = np.asarray(forces_n, dtype=float), planar(xy_mm, "The sensors' positions")
    if forces_n.ndim != 2 or forces_n.shape[1] != len(xy_mm):
        raise ValueError(
            f"Forces have shape {forces_n.shape}; with {len(xy_mm)} sensors it should be "
            f"(T, {len(xy_mm)})."
        )
    above_zero(force_n, "The vertical force")
    covariance, white, n = _of_steps(forces_n, fs_hz, lowpass)
    variance = np.diag(covariance)
    covariance = covariance + np.diag(np.maximum(step_n**2 / 12 - variance, 0.0))
    lever = (xy_mm - np.asarray(cop_mm, dtype=float)) / force_n
    ml_mm, ap_mm = np.sqrt(np.einsum("sa,st,ta->a", lever, covariance, lever)).tolist()
    return NoiseFloor(ml_mm, ap_mm, force_n, lowpass, white, n, "empty plate")


def noise_mean_velocity(
    sigma_mm: ArrayLike, fs_hz: float, lowpass: Filter = NO_FILTER
) -> float:
    """Mean velocity that white noise alone would have, mm/s.

    Of one axis ``sigma * fs * sqrt(g) * sqrt(2 / pi)``, of two alike ``... * sqrt(pi / 2)``, where
    g is `Filter.step_gain`, 2 unfiltered; of two unlike ``... * sqrt(2 / pi) * E(1 - (b / a)**2)``
    with the larger SD a, the smaller b and the complete elliptic integral E.

    Parameters
    ----------
    sigma_mm : float or (ml, ap)
        SD of the noise before the filter.
    fs_hz : float
    lowpass : Filter
    """
    return _mean_of_normal(_noise_covariance(sigma_mm, fs_hz, lowpass))


def noise_corrected_velocity(
    cop_mm: Floats, fs_hz: float, sigma_mm: ArrayLike, lowpass: Filter = NO_FILTER
) -> CorrectedVelocity:
    """Mean and RMS velocity as they would be without the plate's noise.

    What is taken off is exact for squares: the covariance of the velocity less that of the noise,
    ``sigma**2 * g * fs**2`` on each axis with `Filter.step_gain` g. RMS velocity follows at once.

    The mean follows through the shape of the distribution. It is taken as that of a normal one
    whose intensity varies from moment to moment by a gamma distribution of mean 1 and variance
    nu, as people do move, now more and now less:
    the mean length of a normal vector with that covariance, times
    ``Gamma(k + 1/2) / (Gamma(k) sqrt(k))`` with ``k = 1 / nu``.
    nu comes from the fourth moment, of which noise adds to the normal part alone. The measured
    mean is multiplied by the ratio of this without and with noise. Were sway as even as noise
    and both alike on the two axes, it would be ``sqrt(rms**2 - noise**2) / rms``, which leaves
    one and a half to three times as much error (14 trials of the BDS data set, 0.1 to 0.6 mm).

    Rounding to counts is white noise only where the noise itself is about as large as a count: a
    converter so coarse that a person's sway crosses few of its counts cannot be corrected.

    Parameters
    ----------
    cop_mm : (T,) or (T, 2) array
        One axis or both, mm, filtered by `lowpass`. A step counts only between neighbouring
        finite samples.
    fs_hz : float
        That of the plate, not one resampled to.
    sigma_mm : float or (ml, ap)
        SD of the noise before the filter: `NoiseFloor.sigma_mm`, measured behind the same filter.
    lowpass : Filter
        That `cop_mm` went through.

    Returns
    -------
    CorrectedVelocity
        NaN, with the reason, where more than 0.9 of the mean square velocity is noise, or the
        noise or the velocity is not known.
    """
    cop_mm = one_or_both(cop_mm)
    noise = _noise_covariance(sigma_mm, fs_hz, lowpass)
    axes = np.ascontiguousarray(np.atleast_2d(cop_mm.T))
    if len(noise) != len(axes):
        raise ValueError(f"{len(axes)} axes, and noise of {len(noise)}; give one for each.")
    velocity = np.diff(axes) * fs_hz
    known = np.isfinite(velocity).all(axis=0)
    velocity = velocity if known.all() else velocity[:, known]
    if not velocity.size:
        return _refused(np.nan, np.nan, noise, np.nan, "There is no step to measure.")
    squares = (velocity * velocity).sum(axis=0)
    mean, mean_square = float(np.sqrt(squares).mean()), float(squares.mean())
    rms = math.sqrt(mean_square)
    if not np.isfinite(noise).all():
        return _refused(mean, rms, noise, np.nan, "The noise of the plate is not known.")
    if not noise.any():
        return CorrectedVelocity(mean, rms, mean, rms, 0.0, 0.0, "")
    measured = np.einsum("at,bt->ab", velocity, velocity) / len(squares)
    share = float(np.trace(noise)) / mean_square if mean_square > 0 else math.inf
    sway = measured - noise
    if share > MOST:
        return _refused(
            mean, rms, noise, share,
            f"The noise of the plate makes up {min(share, 1):.0%} of the mean square velocity; "
            f"beyond {MOST:.0%} nothing can be said about what is left. Use a quieter plate or a "
            "lower cut-off.",
        )  # fmt: skip
    fourth = float((squares * squares).mean())
    uneven = max(fourth / _fourth_of_normal(measured) - 1, 0.0)
    of_sway = uneven * _fourth_of_normal(measured) / _fourth_of_normal(sway)
    of_sway = min(of_sway, max(_MOST_UNEVEN, uneven))
    ratio = _mean_of_normal(sway) * _evenness(of_sway)
    ratio /= _mean_of_normal(measured) * _evenness(uneven)
    return CorrectedVelocity(
        mean_mm_s=mean * ratio,
        rms_mm_s=math.sqrt(float(np.trace(sway))),
        measured_mean_mm_s=mean,
        measured_rms_mm_s=rms,
        floor_mm_s=_mean_of_normal(noise),
        noise_share=share,
        reason="",
    )


def _refused(
    mean: float, rms: float, noise: Floats, share: float, reason: str
) -> CorrectedVelocity:
    return CorrectedVelocity(np.nan, np.nan, mean, rms, _mean_of_normal(noise), share, reason)


def _of_steps(values: Floats, fs_hz: float, lowpass: Filter) -> tuple[Floats, bool, int]:
    """Covariance of white noise with such steps, whether it is white, and the number of steps."""
    above_zero(fs_hz, "The sampling rate")
    steps = _whole(np.diff(lowpass(values, fs_hz), axis=0))
    if len(steps) < _LEAST:
        return np.full((values.shape[1],) * 2, np.nan), False, len(steps)
    covariance: Floats = np.einsum("ta,tb->ab", steps, steps) / len(steps)
    return covariance / lowpass.step_gain(fs_hz), _is_white(values), len(steps)


def _is_white(values: Floats) -> bool:
    """Whether second differences have three times the mean square of the first."""
    steps, turns = _whole(np.diff(values, axis=0)), _whole(np.diff(values, n=2, axis=0))
    if not (len(turns) and steps.any()):
        return len(turns) > 0
    ratio = float((turns**2).mean()) / (3 * float((steps**2).mean()))
    return abs(ratio - 1) <= WHITE


def _whole(rows: Floats) -> Floats:
    return rows[np.isfinite(rows).all(axis=1)]


def _noise_covariance(sigma_mm: ArrayLike, fs_hz: float, lowpass: Filter) -> Floats:
    """Covariance of the velocity of the noise, ``(axes, axes)``."""
    above_zero(fs_hz, "The sampling rate")
    sigma = np.atleast_1d(np.asarray(sigma_mm, dtype=float))
    if sigma.shape not in ((1,), (2,)) or (sigma < 0).any():
        raise ValueError(f"The noise is {sigma_mm!r}; it should be an SD, or two: (ml, ap).")
    return np.diag(sigma**2 * lowpass.step_gain(fs_hz) * fs_hz**2)


def _mean_of_normal(covariance: Floats) -> float:
    """Mean length of a normal vector of one or two parts."""
    from scipy.special import ellipe

    if not np.isfinite(covariance).all():
        return math.nan
    if len(covariance) == 1:
        return math.sqrt(2 / math.pi * float(covariance[0, 0]))
    smaller, larger = np.maximum(np.linalg.eigvalsh(covariance), 0.0).tolist()
    if larger == 0:
        return 0.0
    return math.sqrt(2 / math.pi * larger) * float(ellipe(1 - smaller / larger))


def _fourth_of_normal(covariance: Floats) -> float:
    """Mean fourth power of the length of a normal vector."""
    return float(np.trace(covariance) ** 2 + 2 * (covariance**2).sum())


def _evenness(variance: float) -> float:
    """Mean root of a gamma distributed number of mean 1."""
    if variance < 1e-6:
        return 1.0
    k = 1 / variance
    return math.exp(math.lgamma(k + 0.5) - math.lgamma(k)) / math.sqrt(k)
