# SPDX-License-Identifier: Apache-2.0
"""How far the centre of pressure strays from its mean.

Each function takes one axis, ``(T,)``, or both, ``(T, 2)`` as ``(ml, ap)``, in mm. Samples
with a missing value are left out; with none left the result is NaN. Distances are taken from
the mean of what is there, unless `about_mm` names another place: a number for one axis, ``(ml,
ap)`` for both.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, one_axis, one_or_both, planar

Floats = NDArray[np.float64]

_WINDOW_S = 10.0
"""Length of the parts that `drift_ratio` sets beside the whole."""


def mean_position(axis_mm: Floats) -> float:
    """Mean of one axis, ``(T,)``, mm, from the origin of the plate."""
    present = finite_rows(one_axis(axis_mm, "The axis"))
    return float(present.mean()) if len(present) else math.nan


def mean_distance(cop_mm: Floats, about_mm: Floats | float | None = None) -> float:
    """Mean distance from the mean position, mm (MDIST).

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    squares = _squared_distances(cop_mm, about_mm)
    return float(np.sqrt(squares).mean()) if len(squares) else math.nan


def rms_distance(cop_mm: Floats, about_mm: Floats | float | None = None) -> float:
    """Root mean square distance from the mean position, mm (RDIST).

    Of one axis this is its standard deviation (by n), of both the planar deviation.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    squares = _squared_distances(cop_mm, about_mm)
    return float(np.sqrt(squares.mean())) if len(squares) else math.nan


def max_distance(cop_mm: Floats, about_mm: Floats | float | None = None) -> float:
    """Largest distance from the mean position, mm.

    References
    ----------
    Quijoux F et al. (2021), Physiol Rep 9(22):e15067.
    """
    squares = _squared_distances(cop_mm, about_mm)
    return math.sqrt(squares.max()) if len(squares) else math.nan


def distance_percentile(cop_mm: Floats, percent: float = 95.0) -> float:
    """Distance from the mean position that so many per cent of the samples do not exceed, mm.

    Between two samples it is interpolated.
    """
    squares = _squared_distances(cop_mm, None)
    return math.sqrt(np.percentile(squares, percent)) if len(squares) else math.nan


def sway_range(axis_mm: Floats) -> float:
    """Largest less smallest value of one axis, ``(T,)``, mm."""
    present = finite_rows(one_axis(axis_mm, "The axis"))
    return float(present.max() - present.min()) if len(present) else math.nan


def range_ratio(cop_mm: Floats) -> float:
    """Range ML over range AP; NaN without any movement AP.

    References
    ----------
    Quijoux F et al. (2021), Physiol Rep 9(22):e15067.
    """
    ml_mm, ap_mm = finite_rows(planar(cop_mm)).T
    return _ratio(sway_range(ml_mm), sway_range(ap_mm))


def sway_correlation(cop_mm: Floats, about_mm: Floats | float | None = None) -> float:
    """Correlation of ML and AP, between -1 and 1; NaN where one of them does not move.

    References
    ----------
    Quijoux F et al. (2021), Physiol Rep 9(22):e15067 (coefficient of sway direction).
    """
    ml, ap = _deviations(planar(cop_mm), about_mm)
    if not len(ml):
        return math.nan
    return _ratio(float((ml * ap).mean()), math.sqrt((ml * ml).mean() * (ap * ap).mean()))


def circle_area(cop_mm: Floats) -> float:
    """Area of the circle expected to hold 95 % of the distances from the mean, mm2 (AREA-CC).

    ``pi (m + 1.645 s) ** 2`` with the mean m and the standard deviation s (by n) of the
    distances, as if these were normal.

    References
    ----------
    Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
    """
    return math.pi * circle_radius(cop_mm) ** 2


def circle_radius(cop_mm: Floats) -> float:
    """Radius of that circle, mm."""
    squares = _squared_distances(planar(cop_mm), None)
    if not len(squares):
        return math.nan
    distances = np.sqrt(squares)
    return float(distances.mean() + 1.645 * distances.std())


def drift(axis_mm: Floats, fs_hz: float) -> float:
    """Slope of the straight line of least squares through one axis, ``(T,)``, mm/s.

    NaN with fewer than two samples.
    """
    axis_mm = one_axis(axis_mm, "The axis")
    above_zero(fs_hz, "The sampling rate")
    present = np.flatnonzero(np.isfinite(axis_mm))
    if len(present) < 2:
        return math.nan
    t_s = (present - present.mean()) / fs_hz
    return float((t_s * axis_mm[present]).sum() / (t_s * t_s).sum())


def drift_ratio(cop_mm: Floats, fs_hz: float, window_s: float = _WINDOW_S) -> float:
    """RMS distance of the whole trial over the mean of those of its parts, `window_s` long.

    1 where the mean position stays, more where it wanders. Parts follow each other; one of which
    more than half is missing, the last of them as a rule, is left out. NaN with fewer than two.
    """
    cop_mm = planar(cop_mm)
    above_zero(fs_hz, "The sampling rate")
    length = max(round(window_s * fs_hz), 1)
    parts = [cop_mm[start : start + length] for start in range(0, len(cop_mm), length)]
    of_parts = [rms_distance(part) for part in parts if len(finite_rows(part)) * 2 >= length]
    return _ratio(rms_distance(cop_mm), float(np.mean(of_parts))) if len(of_parts) > 1 else math.nan


def finite_rows(cop_mm: Floats) -> Floats:
    """Rows without a missing value, as ``(n, axes)``; `cop_mm` is ``(T,)`` or ``(T, axes)``."""
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim not in (1, 2):
        raise ValueError(f"The centre of pressure has shape {cop_mm.shape}, not (T,) or (T, 2).")
    columns = cop_mm if cop_mm.ndim == 2 else cop_mm[:, None]
    finite = np.logical_and.reduce([np.isfinite(column) for column in columns.T])
    return columns if finite.all() else columns[finite]


def _squared_distances(cop_mm: Floats, about_mm: Floats | float | None) -> Floats:
    # Axis by axis: NumPy takes several times as long to add up rows of two.
    return np.asarray(sum(away * away for away in _deviations(cop_mm, about_mm)))


def _deviations(cop_mm: Floats, about_mm: Floats | float | None) -> list[Floats]:
    """Deviations along each axis, ``(n,)``, from the mean or another place."""
    axes = finite_rows(one_or_both(cop_mm)).T
    if about_mm is None:
        return [axis - axis.mean() if len(axis) else axis for axis in axes]
    return [axis - place for axis, place in zip(axes, np.atleast_1d(about_mm), strict=True)]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan
