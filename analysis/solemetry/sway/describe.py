# SPDX-License-Identifier: Apache-2.0
"""The whole battery of sway measures of one trial, as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.signal import finite_runs, lowpass
from solemetry.sway.conventions import Convention, get
from solemetry.sway.ellipse import prediction_ellipse
from solemetry.sway.frequency import rotational_mean_frequency, spectral_mean_frequency
from solemetry.sway.path import path_length, step_lengths
from solemetry.sway.position import mean_distance, rms_distance, sway_range

Floats = NDArray[np.float64]

MIN_SAMPLES = 50
MIN_DURATION_S = 10.0
MAX_MISSING = 0.2
"""A trial below these bounds is described all the same, but marked as not valid."""

_FREQUENCY_DEFINITION = {
    "rotational": "mean velocity / (2 pi mean distance)",
    "spectral": "mean of the Welch spectrum (Hann, N/2 long, half overlapped), axes by power",
}


def describe(cop_mm: Floats, fs_hz: float, convention: str = "solemetry") -> pd.DataFrame:
    """Describe the sway of one trial.

    Parameters
    ----------
    cop_mm : (T, 2) array
        Centre of pressure ``(ml, ap)``, mm, on a uniform time grid; NaN where it is missing.
        Gaps are never bridged: the filter runs on each whole stretch by itself, a step counts
        only between neighbouring samples.
    fs_hz : float
        Samples per second.
    convention : str
        One of `solemetry.sway.CONVENTIONS`.

    Returns
    -------
    DataFrame
        Indexed by ``feature``; columns ``value, unit, convention, definition, n, duration_s,
        valid, note``. Units are mm, mm2, mm/s, Hz and deg. ``n`` counts the samples used,
        ``duration_s`` is the time the path is divided by. ``valid`` needs at least 50
        samples, 10 s, and no more than 20 % missing; ``note`` says what falls short.

    Raises
    ------
    ValueError
        When the shape or the rate cannot be, or the convention is unknown.

    Examples
    --------
    A slow circle of radius 5 mm:

    >>> import numpy as np
    >>> turn = 2 * np.pi * 0.25 * np.arange(2000) / 100
    >>> table = describe(5 * np.column_stack((np.cos(turn), np.sin(turn))), fs_hz=100)
    >>> print(f"{table.value['mean_velocity']:.2f} {table.unit['mean_velocity']}")
    7.85 mm/s
    >>> print(f"{table.value['mean_frequency']:.3f} {table.unit['mean_frequency']}")
    0.250 Hz
    """
    choices = get(convention)
    cop_mm = _checked(cop_mm, fs_hz)
    # A sample is both axes or none.
    cop_mm = np.where(np.isfinite(cop_mm).all(axis=1, keepdims=True), cop_mm, np.nan)
    if choices.lowpass_hz is not None:
        cop_mm = lowpass(cop_mm, fs_hz, choices.lowpass_hz)

    n = int(np.isfinite(cop_mm[:, 0]).sum())
    duration_s = _duration(cop_mm, fs_hz, choices)
    shortfalls = _shortfalls(n, duration_s, len(cop_mm))
    gaps = max(len(finite_runs(np.isfinite(cop_mm[:, 0]))) - 1, 0)
    rows = [
        {
            "feature": feature,
            "value": value,
            "unit": unit,
            "convention": choices.name,
            "definition": definition,
            "n": n,
            "duration_s": duration_s,
            "valid": not shortfalls and bool(np.isfinite(value)),
            "note": "; ".join(shortfalls + _remarks(feature, choices, gaps)),
        }
        for feature, value, unit, definition in _features(cop_mm, fs_hz, duration_s, choices)
    ]
    return pd.DataFrame(rows).set_index("feature")


def _features(
    cop_mm: Floats, fs_hz: float, duration_s: float, choices: Convention
) -> list[tuple[str, float, str, str]]:
    """Name, value, unit and definition of each measure, in the order of the table."""
    ml_mm, ap_mm = cop_mm[:, 0], cop_mm[:, 1]
    ellipse = prediction_ellipse(cop_mm, 0.95)
    path, path_ml, path_ap = path_length(cop_mm), path_length(ml_mm), path_length(ap_mm)
    seconds = duration_s or np.nan
    over = "(N - 1) / fs" if choices.duration == "steps" else "N / fs"
    frequency = (
        rotational_mean_frequency if choices.mean_frequency == "rotational"
        else spectral_mean_frequency
    )
    mean_frequency_hz = frequency(cop_mm, fs_hz)
    return [
        ("ellipse_area_95", ellipse.area_mm2, "mm2", "area of the 95 % prediction ellipse (F)"),
        ("ellipse_semi_major", ellipse.axes_mm[0], "mm", "longer semi-axis of that ellipse"),
        ("ellipse_semi_minor", ellipse.axes_mm[1], "mm", "shorter semi-axis of that ellipse"),
        ("ellipse_angle", ellipse.angle_deg, "deg", "longer axis, from right towards forward"),
        ("mean_velocity", path / seconds, "mm/s", f"path length / ({over})"),
        ("mean_velocity_ml", path_ml / seconds, "mm/s", f"path length ML / ({over})"),
        ("mean_velocity_ap", path_ap / seconds, "mm/s", f"path length AP / ({over})"),
        ("mean_frequency", mean_frequency_hz, "Hz",
         _FREQUENCY_DEFINITION[choices.mean_frequency]),
        ("path_length", path, "mm", "sum of the steps"),
        ("path_length_ml", path_ml, "mm", "sum of the steps' ML parts"),
        ("path_length_ap", path_ap, "mm", "sum of the steps' AP parts"),
        ("rms_distance", rms_distance(cop_mm), "mm", "root mean square distance from the mean"),
        ("rms_distance_ml", rms_distance(ml_mm), "mm", "the same, ML"),
        ("rms_distance_ap", rms_distance(ap_mm), "mm", "the same, AP"),
        ("mean_distance", mean_distance(cop_mm), "mm", "mean distance from the mean"),
        ("range_ml", sway_range(ml_mm), "mm", "largest less smallest ML"),
        ("range_ap", sway_range(ap_mm), "mm", "largest less smallest AP"),
    ]


def _duration(cop_mm: Floats, fs_hz: float, choices: Convention) -> float:
    if choices.duration == "steps":
        return len(step_lengths(cop_mm)) / fs_hz
    return int(np.isfinite(cop_mm[:, 0]).sum()) / fs_hz


def _shortfalls(n: int, duration_s: float, length: int) -> list[str]:
    found = []
    if n < MIN_SAMPLES:
        found.append(f"only {n} samples")
    if duration_s < MIN_DURATION_S - 0.05:
        found.append(f"only {duration_s:.1f} s")
    if length and (missing := 1 - n / length) > MAX_MISSING:
        found.append(f"{missing:.0%} missing")
    return found


def _remarks(feature: str, choices: Convention, gaps: int) -> list[str]:
    if gaps and feature == "mean_frequency" and choices.mean_frequency == "spectral":
        return [f"{gaps} gap(s): the longest whole run only"]
    return []


def _checked(cop_mm: Floats, fs_hz: float) -> Floats:
    cop_mm = np.asarray(cop_mm, dtype=float)
    if cop_mm.ndim != 2 or cop_mm.shape[1] != 2:
        raise ValueError(
            f"The centre of pressure has shape {cop_mm.shape}; it should be (T, 2), ML and AP."
        )
    if not (np.isfinite(fs_hz) and fs_hz > 0):
        raise ValueError(f"The sampling rate is {fs_hz}; it should be above zero.")
    return cop_mm
