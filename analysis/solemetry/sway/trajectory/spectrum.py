# SPDX-License-Identifier: Apache-2.0
"""The power spectrum of one axis, and what is read off it within a named band.

Numbers are integrals of the density over frequency, so they do not depend on how long the trial
is: a sine of amplitude A has the power ``A ** 2 / 2``, whatever is sampled of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.sway.given import above_zero, one_axis
from solemetry.sway.trajectory.frequency import longest_whole_run

Floats = NDArray[np.float64]

SWAY_BAND_HZ = (0.15, 5.0)
"""Below lies what a trial is too short for, above what is hardly sway (Prieto 1996)."""

_FEWEST = 8
"""Samples in a row; fewer have no spectrum worth the name."""


@dataclass(frozen=True)
class SpectrumChoices:
    """How spectra are made.

    Attributes
    ----------
    method : {"welch", "sine_tapers"}
    segment_s : float or None
        Length of Welch's segments, Hann windows overlapping by half; None for half the trial.
        A trial that is shorter is one segment.
    detrend : {"constant", "linear"}
        What is taken away: of each segment, or, with sine tapers, of the trial.
    band_hz : tuple of float or None
        What is looked at; None for all.
    edges : {"interpolated", "bins"}
        Whether bands and percentiles end between two points of the spectrum, linearly
        interpolated, or on them, each then standing for its bin.
    padded : bool
        Whether segments are drawn out with zeros to the length of the trial.
    """

    method: Literal["welch", "sine_tapers"] = "welch"
    segment_s: float | None = 20.0
    detrend: Literal["constant", "linear"] = "linear"
    band_hz: tuple[float, float] | None = SWAY_BAND_HZ
    edges: Literal["interpolated", "bins"] = "interpolated"
    padded: bool = False

    def __str__(self) -> str:
        band = "all frequencies"
        if self.band_hz is not None:
            band = f"{self.band_hz[0]:g}-{self.band_hz[1]:g} Hz"
        if self.method == "sine_tapers":
            return f"{_TAPERS} sine tapers, {band}"
        length = "half the trial" if self.segment_s is None else f"{self.segment_s:g} s"
        return f"Welch, Hann, {length}, half overlapped, {self.detrend} detrend, {band}"


_TAPERS = 8


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power density of one axis within a band.

    Attributes
    ----------
    frequency_hz : (F,) array
        Ascending. With interpolated edges the first and the last are those of the band.
    density_mm2_hz : (F,) array
        One-sided. Empty where there was no spectrum.
    edges : {"interpolated", "bins"}
    """

    frequency_hz: Floats
    density_mm2_hz: Floats
    edges: Literal["interpolated", "bins"] = "interpolated"

    @property
    def total_power_mm2(self) -> float:
        """Power within the band, mm2; NaN without a spectrum.

        References
        ----------
        Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956 (POWER).
        """
        return self.moment(0)

    def moment(self, order: int) -> float:
        """Integral of ``f ** order`` times the density."""
        if not len(self.frequency_hz):
            return math.nan
        return float((self._weights * self.frequency_hz**order * self.density_mm2_hz).sum())

    def percentile_hz(self, percent: float) -> float:
        """Frequency below which so many per cent of the power lie; NaN without power.

        References
        ----------
        Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
        """
        cumulative = self._cumulative
        if not len(cumulative) or not cumulative[-1] > 0:
            return math.nan
        wanted = percent / 100 * cumulative[-1]
        if self.edges == "bins":
            return float(self.frequency_hz[np.argmax(cumulative >= wanted)])
        return float(np.interp(wanted, cumulative, self.frequency_hz))

    @property
    def peak_hz(self) -> float:
        """Frequency of the highest density; NaN without power."""
        if not self.total_power_mm2 > 0:
            return math.nan
        return float(self.frequency_hz[np.argmax(self.density_mm2_hz)])

    @property
    def mean_hz(self) -> float:
        """Mean frequency, ``m1 / m0``; NaN without power."""
        return _ratio(self.moment(1), self.moment(0))

    @property
    def centroid_hz(self) -> float:
        """Centroidal frequency, ``sqrt(m2 / m0)`` (CFREQ); NaN without power.

        References
        ----------
        Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
        """
        return math.sqrt(_ratio(self.moment(2), self.moment(0)))

    @property
    def dispersion(self) -> float:
        """Frequency dispersion, ``sqrt(1 - m1 ** 2 / (m0 m2))`` (FREQD): 0 for a sine, up to 1.

        References
        ----------
        Prieto TE et al. (1996), IEEE Trans Biomed Eng 43(9):956.
        """
        m0, m1, m2 = (self.moment(order) for order in range(3))
        return math.sqrt(max(1 - _ratio(m1 * m1, m0 * m2), 0.0)) if m0 > 0 else math.nan

    def power_mm2(self, low_hz: float, high_hz: float) -> float:
        """Power between two frequencies, as far as the band reaches, mm2.

        With bins, those above `low_hz`, up to and with `high_hz`.
        """
        if not len(self.frequency_hz):
            return math.nan
        if self.edges == "bins":
            inside = (self.frequency_hz > low_hz) & (self.frequency_hz <= high_hz)
            return float((self._weights * self.density_mm2_hz)[inside].sum())
        low, high = np.interp((low_hz, high_hz), self.frequency_hz, self._cumulative)
        return float(high - low)

    def power_ratio(self, at_hz: float = 2.0) -> float:
        """Power above a frequency over power below it; NaN without any below.

        References
        ----------
        Quijoux F et al. (2021), Physiol Rep 9(22):e15067 (frequency quotient).
        """
        return _ratio(self.power_mm2(at_hz, math.inf), self.power_mm2(-math.inf, at_hz))

    def log_slope(self, low_hz: float, high_hz: float) -> float:
        """Slope of the log density over the log frequency: 0 for white noise, -2 for its sum.

        By least squares over the spectrum's points between the two; NaN with fewer than three.
        Close together as they are at high frequencies, points there weigh most.
        """
        inside = (self.frequency_hz >= low_hz) & (self.frequency_hz <= high_hz)
        inside &= (self.frequency_hz > 0) & (self.density_mm2_hz > 0)
        if inside.sum() < 3:
            return math.nan
        x, y = np.log(self.frequency_hz[inside]), np.log(self.density_mm2_hz[inside])
        x = x - x.mean()
        return float((x * y).sum() / (x * x).sum())

    @cached_property
    def _weights(self) -> Floats:
        """What of the frequency axis each point stands for, Hz."""
        step = np.diff(self.frequency_hz)
        if self.edges == "bins":
            return np.full(len(self.frequency_hz), step.mean() if len(step) else 0.0)
        return (np.append(step, 0.0) + np.insert(step, 0, 0.0)) / 2

    @cached_property
    def _cumulative(self) -> Floats:
        """Power from the band's beginning up to each point."""
        if self.edges == "bins":
            return np.cumsum(self._weights * self.density_mm2_hz)
        between = np.diff(self.frequency_hz) * (self.density_mm2_hz[1:] + self.density_mm2_hz[:-1])
        return np.concatenate(([0.0][: len(self.frequency_hz)], np.cumsum(between / 2)))


def power_spectrum(
    axis_mm: Floats, fs_hz: float, choices: SpectrumChoices = SpectrumChoices()
) -> Spectrum:
    """Power spectrum of one axis, ``(T,)``, mm2/Hz; empty with fewer than eight samples in a row.

    Of a trial with gaps only the longest whole run is used.

    References
    ----------
    Welch PD (1967), IEEE Trans Audio Electroacoust 15:70; Riedel KS, Sidorenko A (1995), IEEE
    Trans Signal Process 43:188 (sine tapers).
    """
    axis_mm = one_axis(axis_mm, "The axis")
    above_zero(fs_hz, "The sampling rate")
    run = longest_whole_run(axis_mm[:, None])[:, 0]
    if len(run) < _FEWEST:
        return Spectrum(np.empty(0), np.empty(0), choices.edges)
    make = _welch if choices.method == "welch" else _sine_tapers
    frequency_hz, density = make(run, fs_hz, choices)
    if choices.band_hz is not None:
        frequency_hz, density = _within(frequency_hz, density, choices)
    return Spectrum(frequency_hz, density, choices.edges)


def resultant_mean_frequency(ml: Spectrum, ap: Spectrum) -> float:
    """Mean frequency of both axes, weighted by their power, Hz; NaN without power.

    References
    ----------
    Duarte M, Freitas SMSF (2010), Rev Bras Fisioter 14(3):183.
    """
    return _ratio(ml.moment(1) + ap.moment(1), ml.moment(0) + ap.moment(0))


def _welch(run: Floats, fs_hz: float, choices: SpectrumChoices) -> tuple[Floats, Floats]:
    """As `scipy.signal.welch`, which spends most of its time on drawing straight lines."""
    wanted = len(run) // 2 if choices.segment_s is None else round(choices.segment_s * fs_hz)
    length = min(wanted, len(run))
    hop = length - length // 2
    segments = np.lib.stride_tricks.sliding_window_view(run, length)[::hop]
    segments = _without_trend(segments, choices.detrend)
    turn = 2 * np.pi * np.arange(length) / length
    window = 0.5 - 0.5 * np.cos(turn)
    points = len(run) if choices.padded else length
    density = (np.abs(np.fft.rfft(segments * window, points, axis=1)) ** 2).mean(axis=0)
    return _one_sided(density / (fs_hz * (window * window).sum()), points, fs_hz)


def _sine_tapers(run: Floats, fs_hz: float, choices: SpectrumChoices) -> tuple[Floats, Floats]:
    n = len(run)
    order = np.arange(1, _TAPERS + 1)[:, None]
    tapers = math.sqrt(2 / (n + 1)) * np.sin(np.pi * order * np.arange(1, n + 1) / (n + 1))
    tapered = tapers * _without_trend(run[None], choices.detrend)
    density = (np.abs(np.fft.rfft(tapered, axis=1)) ** 2).mean(axis=0)
    return _one_sided(density / fs_hz, n, fs_hz)


def _without_trend(segments: Floats, kind: Literal["constant", "linear"]) -> Floats:
    """Each row less its mean, or less its straight line of least squares."""
    segments = segments - segments.mean(axis=1, keepdims=True)
    if kind == "linear":
        t = np.arange(segments.shape[1]) - (segments.shape[1] - 1) / 2
        slope = (segments * t).sum(axis=1, keepdims=True) / (t * t).sum()
        segments -= slope * t
    return segments


def _one_sided(density: Floats, points: int, fs_hz: float) -> tuple[Floats, Floats]:
    """Frequencies, and the density of both signs of each; zero and the highest have one."""
    density[1 : (points + 1) // 2] *= 2
    return np.asarray(np.fft.rfftfreq(points, 1 / fs_hz), dtype=float), density


def _within(
    frequency_hz: Floats, density: Floats, choices: SpectrumChoices
) -> tuple[Floats, Floats]:
    low, high = choices.band_hz or (-math.inf, math.inf)
    inside = (frequency_hz >= low) & (frequency_hz <= high)
    if choices.edges == "bins":
        return frequency_hz[inside], density[inside]
    ends = np.clip((low, high), frequency_hz[0], frequency_hz[-1])
    strictly = inside & (frequency_hz > ends[0]) & (frequency_hz < ends[1])
    points = np.concatenate((ends[:1], frequency_hz[strictly], ends[1:]))
    return points, np.interp(points, frequency_hz, density)


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan
