# SPDX-License-Identifier: Apache-2.0
"""Every sway measure of one trial: a table of name, unit, definition, source and function."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np
import pandas as pd

from solemetry.sway.complexity.entropy import approximate_entropy, complexity_index, sample_entropy
from solemetry.sway.complexity.fluctuation import dfa_alpha
from solemetry.sway.complexity.fractal import higuchi_dimension
from solemetry.sway.conventions import SOLEMETRY, Convention, get
from solemetry.sway.mechanics.gravity import cop_minus_cog_rms
from solemetry.sway.mechanics.rambling import sway_part
from solemetry.sway.stance.support import base_use, margin_min
from solemetry.sway.trajectory.frequency import (
    axis_mean_frequency,
    rotational_mean_frequency,
    spectral_mean_frequency,
)
from solemetry.sway.trajectory.hull import hull_area, range_2d
from solemetry.sway.trajectory.path import (
    fractal_dimension,
    mean_angle,
    sway_area_rate,
    turns_index,
)
from solemetry.sway.trajectory.position import (
    circle_area,
    circle_radius,
    distance_percentile,
    drift,
    drift_ratio,
    max_distance,
    mean_distance,
    range_ratio,
    rms_distance,
    sway_correlation,
    sway_range,
)
from solemetry.sway.trajectory.spectrum import power_spectrum, resultant_mean_frequency
from solemetry.sway.trajectory.velocity import (
    jerk,
    max_velocity,
    phase_plane,
    rms_velocity,
    velocity_sd,
)
from solemetry.sway.trial import AP, BOTH, ML, Trial

Level = Literal["must", "should"]


@dataclass(frozen=True)
class Feature:
    """One row of the table.

    Attributes
    ----------
    name, unit, family : str
    definition : str
        With the convention's words in braces.
    reference : str
    level : {"must", "should"}
        ``should`` is computed only where it is asked for.
    value : function of a Trial
    needs : str
        What must be given beside the trial; empty: nothing.
    core : bool
        Whether it is among the few that are shown first.
    """

    name: str
    unit: str
    family: str
    definition: str
    reference: str
    value: Callable[[Trial], float]
    level: Level = "must"
    needs: str = ""
    core: bool = False

    def called(self, choices: Convention) -> str:
        """Name under a convention."""
        return self.name.format(**choices.words)

    def defined(self, choices: Convention) -> str:
        """Definition under a convention."""
        return self.definition.format(**choices.words)


def features(convention: str = SOLEMETRY.name) -> pd.DataFrame:
    """Return what `describe` can compute, and how: a row for each measure.

    Returns
    -------
    DataFrame
        Indexed by ``feature``; columns ``unit, family, level, definition, reference, needs,
        core``. ``needs`` names the argument of `describe` without which it is left out.
    """
    choices = get(convention)
    rows = [
        {
            "feature": feature.called(choices),
            "unit": feature.unit,
            "family": feature.family,
            "level": feature.level,
            "definition": feature.defined(choices),
            "reference": feature.reference,
            "needs": feature.needs,
            "core": feature.core,
        }
        for feature in BATTERY
    ]
    return pd.DataFrame(rows).set_index("feature")


@lru_cache
def named(convention: str) -> dict[str, Feature]:
    """Every measure by its name under a convention."""
    choices = get(convention)
    return {feature.called(choices): feature for feature in BATTERY}


def core_features(convention: str = SOLEMETRY.name) -> list[str]:
    """Names of the few measures that are shown first."""
    return [name for name, feature in named(convention).items() if feature.core]


AxisValue = Callable[[Trial, int], float]


def _by_axis(
    name: str, unit: str, family: str, definition: str, reference: str, value: AxisValue,
    level: Level = "must", needs: str = "", core: bool = False,
) -> list[Feature]:  # fmt: skip
    """One measure along ML and along AP."""
    return [
        Feature(f"{name}_{axis.lower()}", unit, family, f"{definition}, {axis}", reference,
                partial(_of_axis, value, n), level, needs, core)
        for n, axis in ((ML, "ML"), (AP, "AP"))
    ]  # fmt: skip


def _of_axis(value: AxisValue, axis: int, trial: Trial) -> float:
    return value(trial, axis)


# ---- where it is


_PRIETO = "Prieto 1996"
_QUIJOUX = "Quijoux 2021"

_POSITION = [
    *_by_axis("mean", "mm", "position", "mean position from the plate's origin", _QUIJOUX,
              lambda trial, axis: float((trial.mean_mm + trial.origin_mm)[axis])),
    Feature("rms_distance", "mm", "position", "root mean square distance from the mean", _PRIETO,
            lambda trial: rms_distance(trial.cop_mm, trial.about_mm), core=True),
    *_by_axis("rms_distance", "mm", "position", "root mean square distance from the mean", _PRIETO,
              lambda trial, axis: rms_distance(trial.axes_mm[axis], trial.about(axis)), core=True),
    Feature("mean_distance", "mm", "position", "mean distance from the mean", _PRIETO,
            lambda trial: mean_distance(trial.cop_mm, trial.about_mm), core=True),
    *_by_axis("mean_distance", "mm", "position", "mean distance from the mean", _PRIETO,
              lambda trial, axis: mean_distance(trial.axes_mm[axis], trial.about(axis))),
    Feature("max_distance", "mm", "position", "largest distance from the mean", _QUIJOUX,
            lambda trial: max_distance(trial.cop_mm, trial.about_mm)),
    *_by_axis("max_distance", "mm", "position", "largest distance from the mean", _QUIJOUX,
              lambda trial, axis: max_distance(trial.axes_mm[axis], trial.about(axis))),
    *_by_axis("range", "mm", "position", "largest less smallest position", _PRIETO,
              lambda trial, axis: sway_range(trial.axes_mm[axis]), core=True),
    Feature("range_2d", "mm", "position", "largest distance between two positions", _PRIETO,
            lambda trial: range_2d(trial.corners_mm)),
    Feature("range_ratio", "1", "position", "range ML / range AP", _QUIJOUX,
            lambda trial: range_ratio(trial.cop_mm)),
    Feature("planar_deviation", "mm", "position", "root of the summed variances (by n), ML and AP",
            "Raymakers 2005", lambda trial: rms_distance(trial.cop_mm, trial.about_mm)),
    Feature("sway_correlation", "1", "position", "correlation of ML and AP", _QUIJOUX,
            lambda trial: sway_correlation(trial.cop_mm, trial.about_mm)),
    Feature("radius_p95", "mm", "position", "95th percentile of the distance from the mean", "",
            lambda trial: distance_percentile(trial.cop_mm, 95.0)),
    *_by_axis("drift", "mm/s", "position", "slope of the straight line of least squares",
              "Carpenter 2001", lambda trial, axis: drift(trial.axes_mm[axis], trial.fs_hz),
              level="should"),
    Feature("drift_ratio", "1", "position",
            "RMS distance over the mean of those of 10 s parts", "Carpenter 2001",
            lambda trial: drift_ratio(trial.cop_mm, trial.fs_hz), level="should"),
]  # fmt: skip


# ---- what it covers

_ELLIPSE = [
    Feature("ellipse_area_{coverage}", "mm2", "area",
            "area of the {coverage} % prediction ellipse ({ellipse}; sums over {by})",
            "Schubert and Kirchner 2014; Duarte 2015",
            lambda trial: trial.ellipse.area_mm2, core=True),
    Feature("ellipse_semi_major", "mm", "area", "longer semi-axis of the {coverage} % ellipse",
            "Duarte 2015", lambda trial: trial.ellipse.axes_mm[0], core=True),
    Feature("ellipse_semi_minor", "mm", "area", "shorter semi-axis of the {coverage} % ellipse",
            "Duarte 2015", lambda trial: trial.ellipse.axes_mm[1], core=True),
    Feature("ellipse_angle", "deg", "area", "longer axis of the ellipse, from right to forward",
            "Oliveira 1996", lambda trial: trial.centered_ellipse.angle_deg, core=True),
    Feature("ellipse_eccentricity", "1", "area", "of the ellipse: 0 a circle, 1 a line",
            "Oliveira 1996", lambda trial: trial.centered_ellipse.eccentricity),
    Feature("sway_direction", "deg", "area", "ellipse's longer axis from AP: 0 AP, 90 ML",
            _QUIJOUX, lambda trial: trial.centered_ellipse.direction_deg),
    Feature("circle_area_95", "mm2", "area",
            "circle: mean distance + 1.645 standard deviations of it", _PRIETO,
            lambda trial: circle_area(trial.cop_mm)),
    Feature("hull_area", "mm2", "area", "area of the convex hull", "",
            lambda trial: hull_area(trial.corners_mm)),
]  # fmt: skip


# ---- how it travels

_PATH = [
    Feature("mean_velocity", "mm/s", "path", "path length / ({over})", _PRIETO,
            lambda trial: trial.mean_velocity(trial.paths_mm[0]), core=True),
    *_by_axis("mean_velocity", "mm/s", "path", "path length / ({over})", _PRIETO,
              lambda trial, axis: trial.mean_velocity(trial.paths_mm[1 + axis]), core=True),
    Feature("path_length", "mm", "path", "sum of the steps", _PRIETO,
            lambda trial: trial.paths_mm[0], core=True),
    *_by_axis("path_length", "mm", "path", "sum of the steps' parts", _PRIETO,
              lambda trial, axis: trial.paths_mm[1 + axis], core=True),
    Feature("sway_area_rate", "mm2/s", "path",
            "area between the mean and the path, per second", "Hufschmidt 1980; Prieto 1996",
            lambda trial: sway_area_rate(trial.cop_mm, trial.fs_hz, trial.about_mm)),
    Feature("lfs", "1/mm", "path", "path length / ellipse area, not normed",
            "Gagey 1999", lambda trial: _ratio(trial.paths_mm[0], trial.ellipse.area_mm2)),
    Feature("fractal_dim_cc", "1", "path",
            "ln N / ln(N d / path), d of the 95 % circle", _PRIETO,
            lambda trial: fractal_dimension(trial.cop_mm, 2 * circle_radius(trial.cop_mm))),
    Feature("fractal_dim_ce", "1", "path",
            "ln N / ln(N d / path), d of a circle as large as the ellipse", _PRIETO,
            lambda trial: fractal_dimension(
                trial.cop_mm, math.sqrt(4 * trial.ellipse.area_mm2 / math.pi))),
    Feature("turns_index", "1", "path", "path in standard deviations of each axis",
            "Hufschmidt 1980", lambda trial: turns_index(trial.cop_mm), level="should"),
    Feature("mean_angle", "deg", "path", "mean angle between a step and AP", "Baig 2012",
            lambda trial: mean_angle(trial.cop_mm), level="should"),
]  # fmt: skip


# ---- how fast it is

_VELOCITY = [
    Feature("rms_velocity", "mm/s", "velocity", "root mean square speed, by steps", "",
            lambda trial: rms_velocity(trial.cop_mm, trial.fs_hz)),
    *_by_axis("rms_velocity", "mm/s", "velocity", "root mean square speed, by steps", "",
              lambda trial, axis: rms_velocity(trial.axes_mm[axis], trial.fs_hz)),
    Feature("velocity_sd", "mm/s", "velocity", "standard deviation of the speed, by steps", "",
            lambda trial: velocity_sd(trial.cop_mm, trial.fs_hz)),
    *_by_axis("velocity_sd", "mm/s", "velocity", "standard deviation of velocity, by steps", "",
              lambda trial, axis: velocity_sd(trial.axes_mm[axis], trial.fs_hz)),
    Feature("max_velocity", "mm/s", "velocity", "highest speed, by steps", "",
            lambda trial: max_velocity(trial.cop_mm, trial.fs_hz)),
    *_by_axis("zero_crossings", "1", "velocity", "changes of sign of velocity ({velocity})",
              _QUIJOUX, lambda trial, axis: float(trial.velocity_peaks[axis].zero_crossings)),
    *_by_axis("peak_velocity", "mm/s", "velocity",
              "mean highest speed between changes of sign ({velocity})", _QUIJOUX,
              lambda trial, axis: trial.velocity_peaks[axis].all_mm_s),
    *_by_axis("peak_velocity_positive", "mm/s", "velocity",
              "mean highest speed to the right or forwards", _QUIJOUX,
              lambda trial, axis: trial.velocity_peaks[axis].positive_mm_s),
    *_by_axis("peak_velocity_negative", "mm/s", "velocity",
              "mean highest speed to the left or backwards", _QUIJOUX,
              lambda trial, axis: trial.velocity_peaks[axis].negative_mm_s),
    Feature("phase_plane", "1", "velocity", "root of the summed squares of ML's and AP's",
            "Riley 1995", lambda trial: math.hypot(*(_phase_plane(trial, n) for n in (ML, AP)))),
    *_by_axis("phase_plane", "1", "velocity",
              "root of the summed variances of position, mm, and velocity, mm/s ({velocity})",
              "Riley 1995", lambda trial, axis: _phase_plane(trial, axis)),
    Feature("jerk", "mm2/s5", "velocity", "half the integral of the squared third derivative",
            "Mancini 2012", lambda trial: jerk(trial.cop_mm, trial.fs_hz), level="should"),
]  # fmt: skip


def _phase_plane(trial: Trial, axis: int) -> float:
    return phase_plane(trial.axes_mm[axis], trial.velocities_mm_s[axis], trial.about(axis))


_DENSITY = [
    Feature("sway_density_mean_peak_time", "s", "density",
            "mean peak of the time within {radius} mm of each sample ({smoothing})",
            "Baratto 2002", lambda trial: trial.density_peaks.mean_time_s),
    Feature("sway_density_mean_peak_distance", "mm", "density", "mean distance of successive peaks",
            "Baratto 2002", lambda trial: trial.density_peaks.mean_distance_mm),
    Feature("sway_density_mean_peak_interval", "s", "density", "mean time between successive peaks",
            "Jacono 2004", lambda trial: trial.density_peaks.mean_interval_s),
]  # fmt: skip


# ---- how often it goes to and fro


def _mean_frequency(trial: Trial) -> float:
    if trial.choices.mean_frequency == "spectral":
        return spectral_mean_frequency(trial.cop_mm, trial.fs_hz)
    return rotational_mean_frequency(trial.cop_mm, trial.fs_hz, trial.about_mm)


_FREQUENCY = [
    Feature("mean_frequency", "Hz", "frequency", "{frequency}", "Prieto 1996; Duarte 2010",
            _mean_frequency, core=True),
    *_by_axis("mean_frequency", "Hz", "frequency",
              "mean velocity / (4 sqrt(2) mean distance): 1.11 f of a sine", _PRIETO,
              lambda trial, axis: axis_mean_frequency(
                  trial.axes_mm[axis], trial.fs_hz, trial.about(axis))),
    *_by_axis("total_power", "mm2", "spectrum", "integral of the density ({spectrum})", _PRIETO,
              lambda trial, axis: trial.spectra[axis].total_power_mm2),
    *_by_axis("f50", "Hz", "spectrum", "50 % of the power lie below it", _PRIETO,
              lambda trial, axis: trial.spectra[axis].percentile_hz(50.0)),
    *_by_axis("f80", "Hz", "spectrum", "80 % of the power lie below it", _PRIETO,
              lambda trial, axis: trial.spectra[axis].percentile_hz(80.0)),
    *_by_axis("f95", "Hz", "spectrum", "95 % of the power lie below it", _PRIETO,
              lambda trial, axis: trial.spectra[axis].percentile_hz(95.0)),
    *_by_axis("peak_f", "Hz", "spectrum", "frequency of the highest density", _QUIJOUX,
              lambda trial, axis: trial.spectra[axis].peak_hz),
    *_by_axis("mean_f", "Hz", "spectrum", "mean frequency, m1 / m0", "Duarte 2010",
              lambda trial, axis: trial.spectra[axis].mean_hz),
    *_by_axis("centroid_f", "Hz", "spectrum", "centroidal frequency, sqrt(m2 / m0)", _PRIETO,
              lambda trial, axis: trial.spectra[axis].centroid_hz),
    *_by_axis("frequency_dispersion", "1", "spectrum", "sqrt(1 - m1^2 / (m0 m2))", _PRIETO,
              lambda trial, axis: trial.spectra[axis].dispersion),
    *_by_axis("power_below_half_hz", "mm2", "spectrum", "power up to 0.5 Hz", _QUIJOUX,
              lambda trial, axis: trial.spectra[axis].power_mm2(-math.inf, 0.5)),
    *_by_axis("power_half_to_2_hz", "mm2", "spectrum", "power from 0.5 to 2 Hz", _QUIJOUX,
              lambda trial, axis: trial.spectra[axis].power_mm2(0.5, 2.0)),
    *_by_axis("power_above_2_hz", "mm2", "spectrum", "power above 2 Hz", _QUIJOUX,
              lambda trial, axis: trial.spectra[axis].power_mm2(2.0, math.inf)),
    *_by_axis("power_ratio", "1", "spectrum", "power above 2 Hz / power below", _QUIJOUX,
              lambda trial, axis: trial.spectra[axis].power_ratio(2.0)),
    Feature("resultant_mean_f", "Hz", "spectrum", "mean frequency, axes weighted by power",
            "Duarte 2010", lambda trial: resultant_mean_frequency(*trial.spectra)),
    *_by_axis("log_slope_low", "1", "spectrum", "slope of log density over log f, band up to 1 Hz",
              "Collins 1994", lambda trial, axis: trial.spectra[axis].log_slope(0.05, 1.0),
              level="should"),
    *_by_axis("log_slope_high", "1", "spectrum", "slope of log density over log f, 1 to 5 Hz",
              "Collins 1994", lambda trial, axis: trial.spectra[axis].log_slope(1.0, 5.0),
              level="should"),
]  # fmt: skip


# ---- how it wanders, and how irregularly

_COLLINS = "Collins and De Luca 1993"


def _diffusion(field: str, unit: str, name: str, definition: str) -> list[Feature]:
    def value(trial: Trial, plot: int) -> float:
        return float(getattr(trial.diffusions[plot], field))

    return [
        *_by_axis(name, unit, "diffusion", definition, _COLLINS, value),
        Feature(name, unit, "diffusion", f"{definition}, both axes", _COLLINS,
                partial(_of_axis, value, BOTH)),
    ]  # fmt: skip


_DIFFUSION = [
    *_diffusion("d_short_mm2_s", "mm2/s", "sda_Ds", "short-term diffusion ({diffusion})"),
    *_diffusion("d_long_mm2_s", "mm2/s", "sda_Dl", "long-term diffusion ({diffusion})"),
    *_diffusion("h_short", "1", "sda_Hs", "short-term scaling exponent ({diffusion})"),
    *_diffusion("h_long", "1", "sda_Hl", "long-term scaling exponent ({diffusion})"),
    *_diffusion("critical_time_s", "s", "critical_time", "where the lines cross ({diffusion})"),
    *_diffusion("critical_msd_mm2", "mm2", "critical_msd",
                "mean square displacement there ({diffusion})"),
    *_diffusion("msd_1s_short_mm2", "mm2", "sda_msd_1s_short",
                "mean square displacement at 1 s on the short-term logarithmic line"),
    *_diffusion("msd_1s_long_mm2", "mm2", "sda_msd_1s_long",
                "mean square displacement at 1 s on the long-term logarithmic line"),
]  # fmt: skip


def _irregularity(
    name: str, definition: str, reference: str, value: Callable[[np.ndarray], float],
    level: Level = "must",
) -> list[Feature]:  # fmt: skip
    """One number of the position, and of the velocity, along each axis at 20 Hz."""
    return [
        *_by_axis(name, "1", "complexity", f"{definition}, position at 20 Hz", reference,
                  lambda trial, axis: value(trial.slow_mm[:, axis]), level),
        *_by_axis(f"{name}_velocity", "1", "complexity", f"{definition}, velocity at 20 Hz",
                  reference, lambda trial, axis: value(np.diff(trial.slow_mm[:, axis])), level),
    ]  # fmt: skip


def _recurrence(field: str, unit: str, name: str, definition: str) -> list[Feature]:
    def value(trial: Trial, axis: int) -> float:
        return float(getattr(trial.recurrences[axis], field))

    return _by_axis(f"rqa_{name}", unit, "complexity", f"{definition}, position at 20 Hz",
                    "Riley 1999", value, "should")  # fmt: skip


_COMPLEXITY = [
    *_irregularity("dfa_alpha", "detrended fluctuation exponent", "Peng 1994", dfa_alpha),
    *_irregularity("sampen", "sample entropy, m = 2, r = 0.2 SD",
                   "Richman and Moorman 2000; Montesinos 2018", sample_entropy),
    *_irregularity("apen", "approximate entropy, m = 2, r = 0.2 SD", "Pincus 1991",
                   approximate_entropy, "should"),
    *_irregularity("complexity_index", "sum of the sample entropies over scales", "Costa 2002",
                   complexity_index, "should"),
    *_irregularity("higuchi_fd", "fractal dimension of the curve", "Higuchi 1988",
                   higuchi_dimension, "should"),
    *_recurrence("rate", "1", "rec", "share of close pairs of states"),
    *_recurrence("determinism", "1", "det", "share of close pairs on diagonal lines"),
    *_recurrence("longest_line", "1", "lmax", "states on the longest diagonal line"),
    *_recurrence("line_entropy", "1", "ent", "entropy of the lengths of diagonal lines"),
]  # fmt: skip


# ---- with what else is known


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan


_WINTER = "Breniere 1996; Winter 1998"

_GRAVITY = [
    Feature("cop_minus_cog_rms", "mm", "gravity",
            "RMS distance from the centre of gravity (pendulum low-pass)", _WINTER,
            lambda trial: cop_minus_cog_rms(trial.cop_mm, trial.cog_mm), needs="height_mm"),
    *_by_axis("cop_minus_cog_rms", "mm", "gravity",
              "RMS distance from the centre of gravity (pendulum low-pass)", _WINTER,
              lambda trial, axis: cop_minus_cog_rms(
                  trial.axes_mm[axis], trial.cog_mm[:, axis]), needs="height_mm"),
]  # fmt: skip


def _to_boundary(field: str, unit: str, name: str, definition: str) -> list[Feature]:
    def value(trial: Trial, way: int) -> float:
        return float(getattr(trial.boundaries[way], field))

    return [
        Feature(f"ttb_{name}", unit, "support", f"{definition}, any direction", _RICCIO,
                partial(_of_axis, value, BOTH), needs="polygon_mm"),
        *_by_axis(f"ttb_{name}", unit, "support", definition, _RICCIO, value, needs="polygon_mm"),
    ]  # fmt: skip


_RICCIO = "Riccio 1993; van Wegen 2002; Hertel 2006"

_SUPPORT = [
    *_to_boundary("min_s", "s", "min", "shortest time to boundary, straight on"),
    *_to_boundary("mean_min_s", "s", "mean_min", "mean of the time to boundary's local minima"),
    *_to_boundary("sd_min_s", "s", "sd_min", "standard deviation of the local minima"),
    Feature("margin_min", "mm", "support", "smallest distance from the boundary", "",
            lambda trial: margin_min(trial.cop_mm, trial.polygon_mm),
            needs="polygon_mm"),
    Feature("fbos_use", "%", "support", "95 % prediction ellipse over the base of support",
            "Millard and Sloot 2025",
            lambda trial: base_use(trial.cop_mm, trial.polygon_mm), needs="polygon_mm"),
]  # fmt: skip


def _part(name: str, unit: str, definition: str, value: Callable[..., float]) -> list[Feature]:
    """One number of rambling and of trembling, along each axis, from the trial as recorded."""

    def of_part(which: str, trial: Trial, axis: int) -> float:
        part_mm = getattr(trial.rambling_and_trembling, f"{which}_mm")[:, axis]
        return value(part_mm, trial.recorded_hz, trial.choices)

    return [
        feature
        for which in ("rambling", "trembling")
        for feature in _by_axis(
            f"{which}_{name}", unit, "rambling", f"{definition} of {which}, as recorded",
            "Zatsiorsky and Duarte 1999", partial(of_part, which), "should", "shear_n")
    ]  # fmt: skip


_RAMBLING = [
    *_part("sd", "mm", "standard deviation", lambda part, fs_hz, _: sway_part(part, fs_hz).sd_mm),
    *_part("path", "mm", "path length",
           lambda part, fs_hz, _: sway_part(part, fs_hz).path_mm),
    *_part("velocity", "mm/s", "mean velocity",
           lambda part, fs_hz, _: sway_part(part, fs_hz).velocity_mm_s),
    *_part("f50", "Hz", "median frequency ({spectrum})",
           lambda part, fs_hz, choices:
           power_spectrum(part, fs_hz, choices.spectrum).percentile_hz(50.0)),
]  # fmt: skip

_NOISE = [
    Feature("noise_corrected_mean_velocity", "mm/s", "noise",
            "mean velocity less the plate's noise", "",
            lambda trial: trial.corrected_velocity.mean_mm_s, needs="noise_mm"),
    Feature("noise_corrected_rms_velocity", "mm/s", "noise",
            "RMS velocity less the plate's noise", "",
            lambda trial: trial.corrected_velocity.rms_mm_s, needs="noise_mm"),
]  # fmt: skip

BATTERY: tuple[Feature, ...] = (
    *_ELLIPSE, *_PATH, *_POSITION, *_VELOCITY, *_DENSITY, *_FREQUENCY, *_DIFFUSION,
    *_COMPLEXITY, *_GRAVITY, *_SUPPORT, *_RAMBLING, *_NOISE,
)  # fmt: skip
"""All measures, in the order of the table."""
