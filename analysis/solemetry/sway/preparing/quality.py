# SPDX-License-Identifier: Apache-2.0
"""What a trial was measured with and what was done to it: its numbers mean little without.

Nothing here refuses a trial. What falls short of a recommendation is said in plain words.

References
----------
Scoppa F, Capra R, Gallamini M, Shiffer R (2013), Gait Posture 37(2):290.
Ruhe A, Fejer R, Walker B (2010), Gait Posture 32(4):436.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.resampling import HOLE
from solemetry.signal import Filter, finite_runs
from solemetry.sway.given import above_zero, one_axis
from solemetry.sway.preparing.noise import NoiseFloor
from solemetry.sway.preparing.preparation import Prepared
from solemetry.sway.trajectory.path import step_lengths
from solemetry.sway.trajectory.position import finite_rows

Floats = NDArray[np.float64]

OFF = 0.8
"""Less than this share of body weight, and something else carries: standing still moves the
vertical force by a few hundredths."""

DROPOUT_S = 0.1
"""Nobody leaves a plate and comes back in less: a shorter loss of force is the instrument's."""

_RATE_SLACK_PCT = 2.0
"""A plate of 100 Hz may run a little slow."""


@dataclass(frozen=True)
class Standing:
    """What the vertical force says about a stance.

    Attributes
    ----------
    mean_n, sd_n : float
        Of all samples; the latter with n - 1.
    body_weight_n : float
        As given, or the median force.
    step_offs_s : tuple of (start, end)
        When less than a share of body weight was on the plate for 0.1 s or more, s from the first
        sample.
    dropouts_s : tuple of (start, end)
        When it was so for less than that.
    off_pct : float
        Share of samples in either, %.
    """

    mean_n: float
    sd_n: float
    body_weight_n: float
    step_offs_s: tuple[tuple[float, float], ...]
    dropouts_s: tuple[tuple[float, float], ...]
    off_pct: float


@dataclass(frozen=True)
class Check:
    """What a recommendation asks for, and whether a trial has it.

    Attributes
    ----------
    basis : str
        Whose recommendation.
    asks : str
        For what.
    met : bool
    words : str
        What the trial has.
    """

    basis: str
    asks: str
    met: bool
    words: str


def standing(
    force_n: Floats, fs_hz: float, body_weight_n: float | None = None, share: float = OFF
) -> Standing:
    """Mean and spread of the vertical force, and when somebody was not wholly on the plate.

    A missing sample neither begins nor ends anything; it is left out.

    Parameters
    ----------
    force_n : (T,) array
        Total vertical force, N.
    fs_hz : float
    body_weight_n : float, optional
        By default the median force, which holds while somebody stands for more than half of it.
    share : float
        Of body weight; below it somebody is off.

    Returns
    -------
    Standing
        NaN, and no spans, without a sample.
    """
    force_n = one_axis(force_n, "The vertical force")
    above_zero(fs_hz, "The sampling rate")
    if not 0 < share < 1:
        raise ValueError(f"The share of body weight is {share}; it should lie between 0 and 1.")
    at = np.flatnonzero(np.isfinite(force_n))
    present = force_n[at]
    if body_weight_n is None:
        body_weight_n = float(np.median(present)) if len(at) else np.nan
    off = present < share * body_weight_n
    spans = [
        (float(at[start]) / fs_hz, float(at[stop - 1] + 1) / fs_hz)
        for start, stop in finite_runs(off).tolist()
    ]
    long = [(start_s, end_s) for start_s, end_s in spans if end_s - start_s >= DROPOUT_S - 1e-9]
    return Standing(
        mean_n=float(present.mean()) if len(at) else np.nan,
        sd_n=float(present.std(ddof=1)) if len(at) > 1 else np.nan,
        body_weight_n=body_weight_n,
        step_offs_s=tuple(long),
        dropouts_s=tuple(span for span in spans if span not in long),
        off_pct=100 * float(off.mean()) if len(at) else np.nan,
    )


def duration_checks(
    duration_s: float, fs_hz: float, repeats: int = 1, lowpass: Filter | None = None
) -> tuple[Check, ...]:
    """Say what is recommended for a trial of standing, and whether it was done.

    Scoppa 2013: 25 s or more at 50 Hz or more. Ruhe 2010, from a review of how well values
    repeat: 90 s or more, or the mean of three to five trials; 100 Hz; a cut-off of 10 Hz.

    Parameters
    ----------
    duration_s : float
    fs_hz : float
        As measured; 2 % less than asked for is enough.
    repeats : int
        Trials whose values are averaged.
    lowpass : Filter, optional
        Not judged where it is not given.

    Returns
    -------
    tuple of Check
    """
    scoppa, ruhe = "Scoppa 2013", "Ruhe 2010"
    checks = [
        _long(scoppa, duration_s),
        _sampled(scoppa, fs_hz, 50),
        _long_or_repeated(ruhe, duration_s, repeats),
        _sampled(ruhe, fs_hz, 100),
    ]
    if lowpass is not None:
        met = lowpass.cutoff_hz == 10.0
        checks.append(_check(ruhe, "a cut-off of 10 Hz", met, f"Filtered: {lowpass}"))
    return tuple(checks)


def quality_report(
    trial: Prepared,
    *,
    force_n: Floats | None = None,
    body_weight_n: float | None = None,
    noise: NoiseFloor | None = None,
    repeats: int = 1,
    detrend: str = "mean",
) -> pd.DataFrame:
    """All that a reader of a trial's numbers should know about it, as a table.

    Parameters
    ----------
    trial : Prepared
        From `solemetry.sway.prepare`.
    force_n : (n,) array, optional
        Vertical force on the same even steps, N, before or after trimming.
    body_weight_n : float, optional
        Of `standing`.
    noise : NoiseFloor, optional
    repeats : int
        Of `duration_checks`.
    detrend : str
        What is taken off before measures of distance; the library's own take off the mean.

    Returns
    -------
    DataFrame
        Indexed by ``field``; columns ``value``, ``unit``, ``definition``, ``note``. What was not
        given is left out. Each row of ``check ...`` has True or False as its value.
    """
    present = len(finite_rows(trial.cop_mm))
    duration_s = len(step_lengths(trial.cop_mm)) / trial.fs_hz
    times = trial.timing
    rows: list[_Row] = [
        ("measured_rate", times.fs_hz, "Hz", "samples per second, gaps left out", ""),
        ("median_step", 1e3 * times.median_step_s, "ms",
         "median time from a sample to the next, gaps included", ""),
        ("min_step", 1e3 * times.min_step_s, "ms", "shortest time from a sample to the next", ""),
        ("max_step", 1e3 * times.max_step_s, "ms",
         "longest time from a sample to the next, gaps included", ""),
        ("jitter", 1e3 * times.jitter_s, "ms",
         "standard deviation of the steps from a sample to the next, gaps left out", ""),
        ("gaps", times.gaps, "1", f"steps longer than {HOLE:g} usual ones",
         f"the longest {times.longest_gap_s:.3g} s"),
        ("missing", times.missing_pct, "%", "share of samples that did not come", ""),
        ("repeated_times", times.repeated_times_pct, "%",
         "share of samples at the time of the one before", ""),
        ("repeated_samples", times.repeated_samples_pct, "%",
         "share of samples that are the same, to the last bit, as the one before", ""),
        ("rate", trial.fs_hz, "Hz", "samples per second that measures are made of",
         f"resampling: {trial.resampling}"),
        ("interpolated", trial.interpolated_pct, "%", "share of samples drawn across a gap", ""),
        ("filter", str(trial.lowpass), "", "low-pass of the centre of pressure", ""),
        ("detrend", detrend, "", "what is taken off before measures of distance", ""),
        ("units", "mm, s", "", "those of the centre of pressure and of time",
         "ML + right, AP + forward"),
        ("trimmed_start", trial.trimmed_start_s, "s", "taken off at the beginning", ""),
        ("trimmed_end", trial.trimmed_end_s, "s", "taken off at the end", ""),
        ("n", present, "1", "samples used", ""),
        ("duration", duration_s, "s", "sum of the times between neighbouring samples", ""),
    ]  # fmt: skip
    if force_n is not None:
        rows += _force_rows(standing(force_n, trial.fs_hz, body_weight_n))
    if noise is not None:
        rows += [
            ("noise_ml", noise.ml_mm, "mm", f"{_NOISE}, ML",
             f"{noise.source}, at {noise.force_n:.0f} N"),
            ("noise_ap", noise.ap_mm, "mm", f"{_NOISE}, AP",
             "white" if noise.white else f"not white: holds with {noise.lowpass}"),
            ("noise_velocity", noise.mean_velocity(trial.fs_hz, trial.lowpass), "mm/s",
             "mean velocity of the noise alone, after the filter", ""),
        ]  # fmt: skip
    rows += [
        (f"check {check.basis} {number}", check.met, "",
         f"whether the trial has what {check.basis} recommends: {check.asks}", check.words)
        for number, check in enumerate(
            duration_checks(duration_s, times.fs_hz, repeats, trial.lowpass), start=1
        )
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["field", *_COLUMNS]).set_index("field")


_COLUMNS = ("value", "unit", "definition", "note")
_Row = tuple[str, object, str, str, str]

_NOISE = "standard deviation of the plate's white noise before any filter"
_LIGHT = f"less than {OFF:.0%} of body weight on the plate"


def _force_rows(stance: Standing) -> list[_Row]:
    def when(spans_s: tuple[tuple[float, float], ...]) -> str:
        return ", ".join(f"{start_s:.2f} to {end_s:.2f} s" for start_s, end_s in spans_s)

    return [
        ("mean_force", stance.mean_n, "N", "mean vertical force", ""),
        ("force_sd", stance.sd_n, "N", "standard deviation of the vertical force, by n - 1", ""),
        ("step_offs", len(stance.step_offs_s), "1",
         f"times with {_LIGHT} for {DROPOUT_S:g} s or more", when(stance.step_offs_s)),
        ("dropouts", len(stance.dropouts_s), "1",
         f"times with {_LIGHT} for less than {DROPOUT_S:g} s", when(stance.dropouts_s)),
        ("off", stance.off_pct, "%", f"share of samples with {_LIGHT}",
         f"less than {OFF:.0%} of {stance.body_weight_n:.0f} N"),
    ]  # fmt: skip


def _long(basis: str, duration_s: float) -> Check:
    return _check(basis, "25 s or more", duration_s >= 25, f"Long: {duration_s:.4g} s")


def _sampled(basis: str, fs_hz: float, least_hz: int) -> Check:
    asks = f"{least_hz} Hz or more ({_RATE_SLACK_PCT:g} % less is enough)"
    met = fs_hz >= least_hz * (1 - _RATE_SLACK_PCT / 100)
    return _check(basis, asks, met, f"Sampled: {fs_hz:.4g} Hz")


def _long_or_repeated(basis: str, duration_s: float, repeats: int) -> Check:
    met = duration_s >= 90 or repeats >= 3
    trials = f"{repeats} trial" if repeats == 1 else f"{repeats} trials"
    asks = "90 s or more, or the mean of three to five trials"
    return _check(basis, asks, met, f"Long: {duration_s:.4g} s, {trials}")


def _check(basis: str, asks: str, met: bool, words: str) -> Check:
    return Check(basis, asks, bool(met), f"{words}." if met else f"{words}; recommended: {asks}.")
