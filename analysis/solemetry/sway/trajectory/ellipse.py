# SPDX-License-Identifier: Apache-2.0
"""The ellipse that is expected to hold a share of all positions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import planar

Floats = NDArray[np.float64]
Kind = Literal["exact", "chi_square", "prieto"]


@dataclass(frozen=True)
class Ellipse:
    """An ellipse on the plate.

    Attributes
    ----------
    center_mm : tuple of float
        ``(ml, ap)``.
    axes_mm : tuple of float
        Semi-axes, the longer one first.
    angle_deg : float
        Direction of the longer axis, from + right towards + forward, in (-90, 90].
    area_mm2 : float
    coverage : float
        Share of positions it is expected to hold.
    n : int
        Positions it was made from.
    """

    center_mm: tuple[float, float]
    axes_mm: tuple[float, float]
    angle_deg: float
    area_mm2: float
    coverage: float
    n: int

    @property
    def eccentricity(self) -> float:
        """0 for a circle, 1 for a line; NaN without any extent."""
        major, minor = self.axes_mm
        return math.sqrt(1 - (minor / major) ** 2) if major > 0 else math.nan

    @property
    def direction_deg(self) -> float:
        """Angle between the longer axis and AP, deg, 0 (AP) to 90 (ML); NaN without any extent."""
        return 90.0 - abs(self.angle_deg) if self.axes_mm[0] > 0 else math.nan

    def outline(self, n: int = 100) -> Floats:
        """Return a closed outline for drawing: ``(n, 2)``, mm, the last point the first."""
        turn = np.linspace(0.0, 2 * np.pi, n)
        major, minor = self.axes_mm[0] * np.cos(turn), self.axes_mm[1] * np.sin(turn)
        cos, sin = math.cos(math.radians(self.angle_deg)), math.sin(math.radians(self.angle_deg))
        return np.column_stack(
            (
                self.center_mm[0] + cos * major - sin * minor,
                self.center_mm[1] + sin * major + cos * minor,
            )
        )


def prediction_ellipse(
    cop_mm: Floats,
    coverage: float = 0.95,
    kind: Kind = "exact",
    by: Literal["n - 1", "n"] = "n - 1",
    about_mm: Floats | None = None,
) -> Ellipse:
    """Return the prediction ellipse of bivariate normal positions.

    A new position falls inside with probability `coverage`. The squared semi-axes are the
    eigenvalues of the sample covariance times ``k``, where ``k`` is

    - ``exact``: ``2 (n - 1) (n + 1) / (n (n - 2)) * F(coverage; 2, n - 2)``;
    - ``chi_square``: the quantile of chi-square with two degrees of freedom, the limit of that
      for large n: 0.4 % smaller at 1250 samples, 11 % at 50;
    - ``prieto``: 6, for 2 F with F rounded to 3.00 for all n; of 95 % only.

    Parameters
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm. Rows with a missing value are left out.
    coverage : float
        Between 0 and 1.
    kind : {"exact", "chi_square", "prieto"}
    by : {"n - 1", "n"}
        What the sums of squares are divided by.
    about_mm : (2,) array, optional
        Centre to deviate from, if not the mean.

    Returns
    -------
    Ellipse
        All NaN with fewer than three positions.

    References
    ----------
    Exact: Chew V (1966), J Am Stat Assoc 61:605; Duarte M (2015), Gait Posture 41:381.
    Chi-square: Schubert P, Kirchner M (2014), Gait Posture 39:518. Prieto TE et al. (1996),
    IEEE Trans Biomed Eng 43(9):956.
    """
    cop_mm = planar(cop_mm)
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is {coverage}; it should lie between 0 and 1.")
    x, y = cop_mm[:, 0], cop_mm[:, 1]
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    n = len(x)
    if n < 3:
        return Ellipse((np.nan, np.nan), (np.nan, np.nan), np.nan, np.nan, coverage, n)

    # Plain sums, not BLAS, whose last bit depends on its threads.
    if about_mm is None:
        center_x, center_y = float(x.sum()) / n, float(y.sum()) / n
    else:
        center_x, center_y = np.asarray(about_mm, dtype=float).tolist()
    x, y = x - center_x, y - center_y
    degrees = n - 1 if by == "n - 1" else n
    sxx, syy = float((x * x).sum()) / degrees, float((y * y).sum()) / degrees
    sxy = float((x * y).sum()) / degrees
    return ellipse_of((center_x, center_y), (sxx, syy, sxy), n, coverage, kind)


def ellipse_of(
    center_mm: tuple[float, float],
    covariance_mm2: tuple[float, float, float],
    n: int,
    coverage: float = 0.95,
    kind: Kind = "exact",
) -> Ellipse:
    """Return the prediction ellipse of so many positions, their covariance known.

    Parameters
    ----------
    center_mm : tuple of float
        ``(ml, ap)``.
    covariance_mm2 : tuple of float
        Variance along ML, along AP, and their covariance.
    n : int
        Three at least.
    coverage, kind
        As of `prediction_ellipse`.
    """
    sxx, syy, sxy = covariance_mm2
    scale = _scale(kind, coverage, n)
    determinant = max(sxx * syy - sxy * sxy, 0.0)
    larger = (sxx + syy) / 2 + math.hypot((sxx - syy) / 2, sxy)
    smaller = min(determinant / larger, larger) if larger > 0 else 0.0
    angle = math.degrees(math.atan2(2 * sxy, sxx - syy)) / 2
    return Ellipse(
        center_mm=center_mm,
        axes_mm=(math.sqrt(scale * larger), math.sqrt(scale * smaller)),
        angle_deg=angle if angle > -90.0 else angle + 180.0,
        area_mm2=math.pi * scale * math.sqrt(determinant),
        coverage=coverage,
        n=n,
    )


def _scale(kind: Kind, coverage: float, n: int) -> float:
    """Squared semi-axes over the eigenvalues of the covariance."""
    if kind == "exact":
        return 2 * (n - 1) * (n + 1) / (n * (n - 2)) * f_quantile(coverage, n - 2)
    if kind == "chi_square":
        return -2 * math.log1p(-coverage)
    if coverage != 0.95:
        raise ValueError(f"F is 3.00 for a coverage of 0.95, not of {coverage:g}.")
    return 6.0


def f_quantile(probability: float, m: int) -> float:
    """Quantile of the F distribution with 2 and `m` degrees of freedom.

    With two degrees of freedom above, the distribution has a closed inverse:
    ``(m / 2) ((1 - p) ** (-2 / m) - 1)``.
    """
    return m / 2 * math.expm1(-2 / m * math.log1p(-probability))
