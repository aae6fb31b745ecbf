# SPDX-License-Identifier: Apache-2.0
"""What each foot does: two plates, or two insoles, and the centre of pressure of both.

Forces are vertical, ``(T,)``, N; centres of pressure ``(T, 2)`` as ``(ml, ap)``, mm, all on one
ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N
from solemetry.foot import FootRegistration
from solemetry.sway.given import above_zero, one_axis, planar, same_length
from solemetry.sway.trajectory.frequency import longest_whole_run
from solemetry.sway.trajectory.position import finite_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LoadSharing:
    """How two feet share the load.

    Attributes
    ----------
    left_pct : float
        Mean share of the left foot, %.
    left_sd_pct : float
        Standard deviation (n) of that share over time, %.
    asymmetry_pct : float
        Left less right over both, %, of the mean share: 0 alike, + more on the left.
    n : int
        Samples in which both feet are known and together carry 20 N or more.
    """

    left_pct: float
    left_sd_pct: float
    asymmetry_pct: float
    n: int


@dataclass(frozen=True, eq=False)
class ControlSplit:
    """The two ways in which two feet move the centre of pressure of both.

    Attributes
    ----------
    cop_c_mm : (T, 2) array
        By moving the centre of pressure of each foot, the load shared as ever.
    cop_v_mm : (T, 2) array
        By shifting load from foot to foot: the rest.
    """

    cop_c_mm: Floats
    cop_v_mm: Floats


@dataclass(frozen=True)
class Synchrony:
    """Cross-correlation of what the two feet do.

    Attributes
    ----------
    at_zero : float
        Without a lag: Pearson's coefficient.
    peak : float
        The farthest from zero, of either sign, within the lags looked at.
    lag_s : float
        Where that is; + where the right foot follows the left.
    """

    at_zero: float
    peak: float
    lag_s: float


def net_cop(left_cop_mm: Floats, left_n: Floats, right_cop_mm: Floats, right_n: Floats) -> Floats:
    """Centre of pressure of both feet: each weighted by its load.

    ``(F_L c_L + F_R c_R) / (F_L + F_R)``. A foot with less than 20 N on it has no centre of
    pressure to speak of and takes no part.

    Returns
    -------
    (T, 2) array
        mm; NaN where a force, or the place of a loaded foot, is missing, and where neither foot
        is loaded.

    References
    ----------
    Winter DA, Prince F, Stergiou P, Powell C (1993), Neurosci Res Commun 12:141.
    """
    left, right = _pair(left_cop_mm, left_n), _pair(right_cop_mm, right_n)
    same_length(left[1], right[1], "The two feet")
    known = np.isfinite(left[1]) & np.isfinite(right[1])
    moment, load = np.zeros(left[0].shape), np.zeros(len(known))
    for cop_mm, force_n in (left, right):
        loaded = known & (force_n >= MIN_FORCE_N)
        moment[loaded] += cop_mm[loaded] * force_n[loaded, None]
        load[loaded] += force_n[loaded]
    out: Floats = moment / np.where(known & (load > 0), load, np.nan)[:, None]
    return out


def load_sharing(left_n: Floats, right_n: Floats) -> LoadSharing:
    """Share of the load on the left foot, how it varies, and how unequal it is.

    Returns
    -------
    LoadSharing
        NaN without a sample.
    """
    left_n, right_n = one_axis(left_n, "The left force"), one_axis(right_n, "The right force")
    same_length(left_n, right_n, "The two feet")
    both = left_n + right_n
    loaded = np.isfinite(both) & (both >= MIN_FORCE_N)
    share = 100 * left_n[loaded] / both[loaded]
    if not len(share):
        return LoadSharing(np.nan, np.nan, np.nan, 0)
    mean = float(share.mean())
    return LoadSharing(mean, float(share.std()), 2 * mean - 100, len(share))


def forefoot_load(cop_mm: Floats, foot: FootRegistration) -> float:
    """Mean share of a foot's load under its forefoot, %, by the lever of a registered foot.

    `cop_mm`, ``(T, 2)``, is the centre of pressure of this foot alone. The lever is a model; see
    `solemetry.foot`. NaN without a sample.
    """
    share = foot.forefoot_share(finite_rows(planar(cop_mm)))
    return 100 * float(share.mean()) if len(share) else np.nan


def control_split(
    left_cop_mm: Floats,
    left_n: Floats,
    right_cop_mm: Floats,
    right_n: Floats,
    left_share: float = 0.5,
) -> ControlSplit:
    """Split the centre of pressure of both feet by how it is moved.

    ``cop_c = s c_L + (1 - s) c_R``, what the feet's own centres of pressure would make of an
    unchanging share s of the load on the left; ``cop_v = net - cop_c``. Winter took s = 0.5;
    pass the mean share (`load_sharing`) to have none of a lasting asymmetry in ``cop_v``.

    References
    ----------
    Winter DA, Prince F, Frank JS, Powell C, Zabjek KF (1996), J Neurophysiol 75(6):2334.
    """
    if not 0 <= left_share <= 1:
        raise ValueError(f"The left foot's share is {left_share}; it should lie between 0 and 1.")
    net = net_cop(left_cop_mm, left_n, right_cop_mm, right_n)
    cop_c = left_share * planar(left_cop_mm) + (1 - left_share) * planar(right_cop_mm)
    return ControlSplit(cop_c, net - cop_c)


def left_right_synchrony(
    left_mm: Floats, right_mm: Floats, fs_hz: float, within_s: float = 1.0
) -> Synchrony:
    """Cross-correlation of the two feet's centres of pressure along one axis.

    ``r(k) = sum((l_i - mean l)(r_(i+k) - mean r)) / (n sd(l) sd(r))`` over the samples that a
    lag leaves. Of a trial with gaps the longest run in which both are known is used.

    Parameters
    ----------
    left_mm, right_mm : (T,) array
    fs_hz : float
    within_s : float
        Longest lag looked at, either way.

    Returns
    -------
    Synchrony
        NaN with fewer than three samples in a row, or where a foot does not move.

    References
    ----------
    Mansfield A, Mochizuki G, Inness EL, McIlroy WE (2012), Neurorehabil Neural Repair
    26(6):627.
    """
    from scipy.signal import correlate

    left_mm, right_mm = one_axis(left_mm, "The left foot"), one_axis(right_mm, "The right foot")
    same_length(left_mm, right_mm, "The two feet")
    above_zero(fs_hz, "The sampling rate")
    whole = longest_whole_run(np.column_stack((left_mm, right_mm)))
    n = len(whole)
    if n < 3 or (np.ptp(whole, axis=0) == 0).any():
        return Synchrony(np.nan, np.nan, np.nan)
    left, right = (whole - whole.mean(axis=0)).T
    scale = np.sqrt((left * left).sum()) * np.sqrt((right * right).sum())
    farthest = min(round(within_s * fs_hz), n - 1)
    lags = np.arange(-farthest, farthest + 1)
    r = correlate(right, left, method="fft")[n - 1 + lags] / scale
    best = int(np.abs(r).argmax())
    return Synchrony(float(r[farthest]), float(r[best]), float(lags[best] / fs_hz))


def _pair(cop_mm: Floats, force_n: Floats) -> tuple[Floats, Floats]:
    cop_mm, force_n = planar(cop_mm), one_axis(force_n, "The vertical force")
    same_length(cop_mm, force_n, "Positions and forces")
    return cop_mm, force_n
