# SPDX-License-Identifier: Apache-2.0
"""Detrended fluctuation analysis: how sway's wandering grows with the time it is given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.complexity.series import whole_series

Floats = NDArray[np.float64]

SCALES = 20
"""So many window lengths, evenly spaced in the logarithm, are used by default."""


def dfa_alpha(x: Floats, scales: Sequence[int] | None = None, order: int = 1) -> float:
    """Scaling exponent of detrended fluctuation analysis: slope of ``ln F(n)`` over ``ln n``.

    0.5 of white noise, 1.5 of a random walk; of fractional Gaussian noise the Hurst exponent,
    of fractional Brownian motion one more. The scales decide: sway has no single exponent, so
    the value goes with them and with the rate. At 100 Hz most scales lie below half a second,
    where a centre of pressure is smooth; resample to 20 Hz or so first.

    Parameters
    ----------
    x : (T,) array
        A position or a velocity, any unit; NaN where missing: the longest whole run is used.
    scales : sequence of int, optional
        Window lengths, samples; by default `default_scales`.
    order : int
        Of the polynomial taken out of each window.

    Returns
    -------
    float
        NaN with fewer than three scales, and of a constant.

    References
    ----------
    Peng CK et al. (1994), Phys Rev E 49:1685; for sway Duarte M, Sternad D (2008), Exp Brain
    Res 191:265.
    """
    x = whole_series(x)
    chosen = default_scales(len(x), order) if scales is None else np.asarray(scales, dtype=int)
    chosen = chosen[chosen <= len(x)]
    if len(chosen) < 3:
        return math.nan
    fluctuations = fluctuation_function(x, chosen, order)
    if not (fluctuations > 0).all():
        return math.nan
    log_n, log_f = np.log(chosen), np.log(fluctuations)
    log_n -= log_n.mean()
    return float((log_n * log_f).sum() / (log_n * log_n).sum())


def fluctuation_function(
    x: Floats, scales: Sequence[int] | NDArray[np.int64], order: int = 1
) -> Floats:
    """Root mean square of what is left of the summed series without the trend of each window.

    The series, less its mean, is summed up; the sums are cut into windows of n samples from the
    first on, the rest is left out, and in each window a polynomial is fitted and taken out.

    Parameters
    ----------
    x : (T,) array
        Any unit; NaN where missing: the longest whole run is used.
    scales : (S,) sequence of int
        Window lengths, samples; above ``order + 1``.
    order : int
        Of the polynomial.

    Returns
    -------
    (S,) array
        F(n) in the unit of `x`; NaN where not one window fits in.

    References
    ----------
    Peng CK et al. (1994), Phys Rev E 49:1685.
    """
    scales = np.asarray(scales, dtype=int)
    if order < 0 or scales.ndim != 1 or (scales < order + 2).any():
        raise ValueError(
            f"The scales are {scales.tolist()}; they should be whole numbers of samples above "
            f"{order + 1}, for a polynomial of order {order} goes through all points of less."
        )
    x = whole_series(x)
    if not len(x):
        return np.full(len(scales), np.nan)
    # Taking off the first sample makes the mean of a constant exact.
    x = x - x[0]
    profile = np.cumsum(x - x.mean())
    return np.array([_left_over(profile, int(n), order) for n in scales])


def default_scales(samples: int, order: int = 1) -> NDArray[np.int64]:
    """Window lengths for so many samples: 20 from 10 to a tenth of them, those that differ."""
    largest = samples // 10
    smallest = max(10, order + 2)
    if largest <= smallest:
        return np.empty(0, np.int64)
    return np.unique(np.rint(np.geomspace(smallest, largest, SCALES)).astype(np.int64))


def _left_over(profile: Floats, n: int, order: int) -> float:
    windows = len(profile) // n
    if not windows:
        return math.nan
    cut = profile[: windows * n].reshape(windows, n)
    # Near zero before the fit, so that little is lost when it is taken off.
    cut = cut - cut[:, :1]
    basis = _polynomials(n, order)
    cut -= (cut @ basis) @ basis.T
    flat = cut.ravel()
    return math.sqrt(float(flat @ flat) / len(flat))


@lru_cache(maxsize=256)
def _polynomials(n: int, order: int) -> Floats:
    """Orthonormal polynomials over n points, ``(n, order + 1)``."""
    basis: Floats = np.linalg.qr(np.vander(np.linspace(-1, 1, n), order + 1))[0]
    return basis
