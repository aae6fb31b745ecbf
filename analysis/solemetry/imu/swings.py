# SPDX-License-Identifier: Apache-2.0
"""Strides from the gyroscope alone, and whether they agree with those from the forces.

In swing the foot turns its toes up. Slowed to the pace of the swing that turn has one top, about
the middle of the swing, and from top to top it is a stride. It knows nothing of thresholds of
force, so where the two disagree one of them has lost or invented a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.gait.ground_contact import LONG, MIN_TO_COMPARE
from solemetry.gait.summary import shortfalls
from solemetry.loading.gaps import BRIDGE_S, bridge
from solemetry.signal import lowpass

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SWING_HZ = 3.0
"""Above this nothing is left of the turn: a swing of 0.4 s is half a wave of 1.25 Hz."""

LEAST_DPS = 50.0
"""A slower turn is no swing: someone who stands and shuffles stays below."""

LEAST_OF_USUAL = 0.5
"""Neither is a turn of less than half the usual one."""

LEAST_STRIDE_S = 0.4
"""No stride is as short, not even of a sprinter."""

AGREE_S = 0.02
"""The means agree within this: two samples of the slowest insole."""

SAME_SWING_S = 0.1
"""A stride that is further off than the least swing is not the same stride."""

MOST_ASTRAY = 0.05
"""More strides or swings than this share astray, and the two are said to disagree."""


@dataclass(frozen=True, eq=False)
class StrideAgreement:
    """Strides from the gyroscope beside those from the forces, of one foot.

    Attributes
    ----------
    strides : DataFrame
        One row per stride that both know: ``on_s`` (where it begins, by force),
        ``stride_force_s, stride_imu_s, difference_s``.
    summary : DataFrame
        Indexed by ``feature``: ``value, sd, n, unit, definition, valid, note``. Of
        ``difference_s`` the value is the bias.
    agree : bool
        Whether bias, strides and swings agree.
    notes : tuple of str
        Where they do not.
    """

    strides: pd.DataFrame
    summary: pd.DataFrame
    agree: bool
    notes: tuple[str, ...]


def swing_peaks(pitch_dps: Floats, fs_hz: float) -> Floats:
    """Find the moments at which the toes of a swinging foot go up fastest.

    Parameters
    ----------
    pitch_dps : (T,) array
        Pitch rate, positive with the toes going up. Gaps below 0.1 s are bridged.
    fs_hz : float

    Returns
    -------
    (k,) array
        From the first sample, s; between samples by a parabola. After a low-pass of 3 Hz, without
        delay, so that the peak is that of the swing as a whole.

    References
    ----------
    After Aminian K et al. (2002), J Biomech 35:689, with a gyroscope on the shank.
    """
    return _peaks(_turn(pitch_dps, fs_hz), fs_hz)


def _turn(pitch_dps: Floats, fs_hz: float) -> Floats:
    """Pitch rate at the pace of a swing; NaN in gaps that are not bridged."""
    bridged, _ = bridge(np.asarray(pitch_dps, dtype=float)[:, None], BRIDGE_S * fs_hz)
    return lowpass(bridged[:, 0], fs_hz, SWING_HZ)


def _peaks(turn_dps: Floats, fs_hz: float) -> Floats:
    from scipy.signal import find_peaks

    peaks: Ints
    peaks, found = find_peaks(
        np.nan_to_num(turn_dps, nan=-np.inf),
        height=LEAST_DPS,
        distance=max(round(LEAST_STRIDE_S * fs_hz), 1),
    )
    heights = found["peak_heights"]
    if len(peaks):
        inside = np.isfinite(turn_dps[peaks - 1]) & np.isfinite(turn_dps[peaks + 1])
        peaks = peaks[inside & (heights > LEAST_OF_USUAL * np.median(heights))]
    before, top, after = (turn_dps[peaks + k] for k in (-1, 0, 1))
    bend = before - 2 * top + after
    beyond = np.divide(before - after, 2 * bend, out=np.zeros(len(peaks)), where=bend != 0)
    return np.asarray((peaks + beyond) / fs_hz)


def stride_agreement(
    pitch_dps: Floats, fs_hz: float, contacts: pd.DataFrame, activity: str = "walking"
) -> StrideAgreement:
    """Hold strides from the gyroscope against those from the forces.

    A stride from one initial contact to the next is compared with that between the peaks of the
    swings before these. Each swing between two accepted contacts has to have one peak.

    Parameters
    ----------
    pitch_dps : (T,) array
        As of `swing_peaks`; its first sample at the zero of the contacts' times.
    fs_hz : float
    contacts : DataFrame
        Of the same foot, from `solemetry.gait.contacts`.
    activity : {"walking", "running"}
        Running has not been validated, and the rows say so.
    """
    on_s, off_s = (contacts[name].to_numpy(dtype=float) for name in ("on_s", "off_s"))
    used = contacts.accepted.to_numpy(dtype=bool)
    turn_dps = _turn(pitch_dps, fs_hz)
    peaks_s = _peaks(turn_dps, fs_hz)
    first, beyond = np.searchsorted(peaks_s, off_s[:-1]), np.searchsorted(peaks_s, on_s[1:])
    is_swing = used[:-1] & used[1:] & _usual(np.diff(on_s)) & _known(turn_dps, fs_hz, off_s, on_s)
    one = is_swing & (beyond - first == 1)
    peak_s = np.full(len(one), np.nan)
    peak_s[one] = peaks_s[first[one]]

    strides = pd.DataFrame(
        {"on_s": on_s[1:-1], "stride_force_s": np.diff(on_s)[1:], "stride_imu_s": np.diff(peak_s)}
    ).dropna(ignore_index=True)
    strides["difference_s"] = strides.stride_imu_s - strides.stride_force_s
    astray_s = strides.difference_s.abs() > SAME_SWING_S
    n, n_swings, n_astray = len(strides), int(is_swing.sum()), int(astray_s.sum())
    lost = n_swings - int(one.sum())

    notes = []
    bias_s = float(strides.difference_s.mean()) if n else np.nan
    if not n:
        notes.append("no stride is known both ways")
    elif abs(bias_s) > AGREE_S:
        notes.append(f"strides differ by {1000 * bias_s:+.0f} ms on the mean")
    if n_astray > MOST_ASTRAY * n:
        notes.append(f"{n_astray} of {n} strides differ by more than {1000 * SAME_SWING_S:.0f} ms")
    if lost > MOST_ASTRAY * n_swings:
        notes.append(f"{lost} of {n_swings} swings without one clear turn of the foot")
    summary = _summary(strides, n_swings, lost, notes, activity)
    return StrideAgreement(strides, summary, agree=not notes, notes=tuple(notes))


def _usual(stride_s: Floats) -> NDArray[np.bool_]:
    """Leave out pauses and turns, as `solemetry.gait.steps` does."""
    if len(stride_s) < MIN_TO_COMPARE:
        return np.ones(len(stride_s), bool)
    return np.asarray(stride_s <= LONG * np.median(stride_s))


def _known(turn_dps: Floats, fs_hz: float, off_s: Floats, on_s: Floats) -> NDArray[np.bool_]:
    """Swings that no gap of the gyroscope touches."""
    missing = np.concatenate(([0], np.cumsum(np.isnan(turn_dps))))
    start, stop = (
        np.clip(np.rint(t_s * fs_hz).astype(np.int64), 0, len(missing) - 1)
        for t_s in (off_s[:-1], on_s[1:])
    )
    return np.asarray(missing[stop] == missing[start])


def _summary(
    strides: pd.DataFrame, n_swings: int, lost: int, notes: list[str], activity: str
) -> pd.DataFrame:
    definitions = {
        "stride_force_s": "initial contact to the next, from forces",
        "stride_imu_s": "fastest toes-up turn of one swing to that of the next",
        "difference_s": "stride from the gyroscope less that from forces: bias and its spread",
    }
    rows = [
        {"feature": name, "value": strides[name].mean(), "sd": strides[name].std(ddof=1),
         "n": len(strides), "unit": "s", "definition": definition}
        for name, definition in definitions.items()
    ]  # fmt: skip
    rows.append(
        {"feature": "swings_without_turn", "value": lost, "sd": np.nan, "n": n_swings, "unit": "1",
         "definition": "swings by force that have not one fastest turn"}
    )  # fmt: skip
    note = "; ".join(part for part in (shortfalls(len(strides), activity), *notes) if part)
    return pd.DataFrame(rows).set_index("feature").assign(valid=not note, note=note)
