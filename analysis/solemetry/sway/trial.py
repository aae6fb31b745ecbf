# SPDX-License-Identifier: Apache-2.0
"""One trial, prepared as a convention says, and what several measures share of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.resampling import swarii
from solemetry.signal import finite_runs
from solemetry.sway.complexity.diffusion import Diffusion, stabilogram_diffusion
from solemetry.sway.complexity.recurrence import Recurrence, recurrence_quantification
from solemetry.sway.conventions import Convention
from solemetry.sway.given import above_zero, planar
from solemetry.sway.mechanics.gravity import center_of_gravity
from solemetry.sway.mechanics.rambling import RamblingTrembling, rambling_trembling
from solemetry.sway.preparing.noise import CorrectedVelocity, noise_corrected_velocity
from solemetry.sway.stance.boundary import (
    BoundarySummary,
    boundary_by_direction,
    boundary_summary,
    time_to_boundary,
)
from solemetry.sway.trajectory.density import SwayDensityPeaks, sway_density_peaks
from solemetry.sway.trajectory.ellipse import Ellipse, prediction_ellipse
from solemetry.sway.trajectory.frequency import longest_whole_run
from solemetry.sway.trajectory.hull import convex_hull
from solemetry.sway.trajectory.path import path_length, step_lengths
from solemetry.sway.trajectory.position import finite_rows
from solemetry.sway.trajectory.spectrum import Spectrum, power_spectrum
from solemetry.sway.trajectory.velocity import VelocityPeaks, velocity, velocity_peaks

Floats = NDArray[np.float64]

ML, AP, BOTH = 0, 1, 2

SLOW_HZ = 20.0
"""Rate of the measures of complexity: at higher ones neighbours merely repeat each other."""

_FINEST_RATIO = 500


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial ready to be measured.

    Attributes
    ----------
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm from `origin_mm`, prepared; a row is whole or missing.
    fs_hz : float
        Its rate.
    choices : Convention
    recorded_mm : (R, 2) array
        As it came, but from `origin_mm`.
    recorded_hz : float
    origin_mm : (2,) array
        The first sample. Counted from there, what does not move is zero, and stays exactly that
        whatever it goes through.
    given : dict
        What else is known, by name: ``height_mm`` and so on.
    """

    cop_mm: Floats
    fs_hz: float
    choices: Convention
    recorded_mm: Floats
    recorded_hz: float
    origin_mm: Floats
    given: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def prepare(
        cls, cop_mm: Floats, fs_hz: float, choices: Convention, given: dict[str, Any] | None = None
    ) -> Trial:
        """Resample and filter a trial as a convention says.

        Raises
        ------
        ValueError
            When the shape or the rate cannot be, or is too low for the filter.
        """
        cop_mm = planar(cop_mm)
        above_zero(fs_hz, "The sampling rate")
        # A sample is both axes or none.
        whole = np.isfinite(cop_mm[:, ML]) & np.isfinite(cop_mm[:, AP])
        if not whole.all():
            cop_mm = np.where(whole[:, None], cop_mm, np.nan)
        origin_mm = cop_mm[np.argmax(whole)] if whole.any() else np.zeros(2)
        cop_mm = cop_mm - origin_mm
        recorded_mm, recorded_hz = cop_mm, fs_hz
        if choices.swarii_hz is not None:
            first_s, last = choices.leaves_off
            first = math.ceil(first_s * fs_hz - 1e-6)
            t_s = np.arange(len(cop_mm)) / fs_hz
            kept = slice(first, max(len(cop_mm) - last, first))
            cop_mm = swarii(t_s[kept], cop_mm[kept], choices.swarii_hz)[1]
            fs_hz = choices.swarii_hz
        # Axis by axis in memory: what is done along an axis then takes half the time.
        prepared_mm = np.asfortranarray(choices.filter(cop_mm, fs_hz))
        return cls(prepared_mm, fs_hz, choices, recorded_mm, recorded_hz, origin_mm, given or {})

    # ---- how much of it there is

    @cached_property
    def n(self) -> int:
        """Samples."""
        return len(self.present_mm)

    @cached_property
    def steps(self) -> int:
        """Steps between neighbouring samples."""
        return len(step_lengths(self.cop_mm))

    @property
    def duration_s(self) -> float:
        """What the path is divided by."""
        counted = self.steps if self.choices.duration == "steps" else self.n
        return counted / self.fs_hz

    @cached_property
    def gaps(self) -> int:
        """Gaps between runs of samples."""
        return max(len(finite_runs(np.isfinite(self.cop_mm[:, ML]))) - 1, 0)

    # ---- the trial, and one axis of it

    @cached_property
    def present_mm(self) -> Floats:
        """Samples there are, ``(n, 2)``."""
        return finite_rows(self.cop_mm)

    @cached_property
    def axes_mm(self) -> tuple[Floats, Floats]:
        """ML and AP, ``(T,)`` each."""
        return self.cop_mm[:, ML], self.cop_mm[:, AP]

    @cached_property
    def mean_mm(self) -> Floats:
        """Mean position from the origin, ``(2,)``; NaN without a sample."""
        of_what = self.present_mm
        if self.choices.center == "recorded":
            of_what = finite_rows(self.recorded_mm)
        return np.asarray(of_what.mean(axis=0)) if len(of_what) else np.full(2, np.nan)

    @property
    def about_mm(self) -> Floats | None:
        """Where distances are taken from, if not from the mean of what is measured."""
        return self.mean_mm if self.choices.center == "recorded" else None

    def about(self, axis: int) -> float | None:
        """Return the same of one axis."""
        return None if self.about_mm is None else float(self.about_mm[axis])

    @cached_property
    def paths_mm(self) -> tuple[float, float, float]:
        """Length of the path, and of its ML and AP parts."""
        return (
            path_length(self.cop_mm),
            path_length(self.axes_mm[ML]),
            path_length(self.axes_mm[AP]),
        )

    def mean_velocity(self, path_mm: float) -> float:
        """Return a path over the trial's duration, mm/s."""
        return path_mm / self.duration_s if self.duration_s > 0 else math.nan

    # ---- what several measures share

    @cached_property
    def ellipse(self) -> Ellipse:
        """Prediction ellipse."""
        choices = self.choices
        return prediction_ellipse(
            self.cop_mm, choices.ellipse_coverage, choices.ellipse, choices.ellipse_by,
            self.about_mm,
        )  # fmt: skip

    @cached_property
    def centered_ellipse(self) -> Ellipse:
        """That about the mean of what is measured, whatever else distances are taken from."""
        return self.ellipse if self.about_mm is None else prediction_ellipse(self.cop_mm)

    @cached_property
    def corners_mm(self) -> Floats:
        """Corners of the convex hull."""
        return convex_hull(self.cop_mm)

    @cached_property
    def velocities_mm_s(self) -> tuple[Floats, Floats]:
        """Of ML and of AP, as the convention has them."""
        ml, ap = np.ascontiguousarray(velocity(self.cop_mm, self.fs_hz, self.choices.velocity).T)
        return ml, ap

    @cached_property
    def velocity_peaks(self) -> tuple[VelocityPeaks, VelocityPeaks]:
        """Of ML and of AP."""
        ml, ap = self.velocities_mm_s
        return velocity_peaks(ml), velocity_peaks(ap)

    @cached_property
    def density_peaks(self) -> SwayDensityPeaks:
        """Of the sway density curve."""
        choices = self.choices
        return sway_density_peaks(
            self.cop_mm, self.fs_hz, choices.density_radius_mm, choices.density_smoothing,
            choices.density_drops_last,
        )  # fmt: skip

    @cached_property
    def spectra(self) -> tuple[Spectrum, Spectrum]:
        """Of ML and of AP."""
        ml, ap = (power_spectrum(axis, self.fs_hz, self.choices.spectrum) for axis in self.axes_mm)
        return ml, ap

    @cached_property
    def diffusions(self) -> tuple[Diffusion, Diffusion, Diffusion]:
        """Of ML, of AP, and of both."""
        fit = self.choices.diffusion
        ml, ap = (stabilogram_diffusion(axis, self.fs_hz, fit) for axis in self.axes_mm)
        return ml, ap, stabilogram_diffusion(self.cop_mm, self.fs_hz, fit)

    @cached_property
    def recurrences(self) -> tuple[Recurrence, Recurrence]:
        """Of ML and of AP, at the slow rate."""
        ml, ap = (recurrence_quantification(axis) for axis in self.slow_mm.T)
        return ml, ap

    # ---- with what else is known

    @cached_property
    def cog_mm(self) -> Floats:
        """Centre of gravity, as the height gives it."""
        return center_of_gravity(self.cop_mm, self.fs_hz, self.given["height_mm"])

    @property
    def polygon_mm(self) -> Floats:
        """Base of support, from the origin."""
        return planar(self.given["polygon_mm"], "The polygon") - self.origin_mm

    @cached_property
    def boundaries(self) -> tuple[BoundarySummary, BoundarySummary, BoundarySummary]:
        """Time to the boundary along ML, along AP, and in any direction."""
        of = (self.cop_mm, self.fs_hz, self.polygon_mm)
        along = boundary_by_direction(*of)
        return along["ml"], along["ap"], boundary_summary(time_to_boundary(*of).time_s)

    @cached_property
    def rambling_and_trembling(self) -> RamblingTrembling:
        """Of the trial as recorded: what was filtered has no moments of balance of its own."""
        return rambling_trembling(self.recorded_mm, self.given["shear_n"])

    @cached_property
    def corrected_velocity(self) -> CorrectedVelocity:
        """Less the noise."""
        return noise_corrected_velocity(
            self.cop_mm, self.fs_hz, self.given["noise_mm"], self.choices.filter
        )

    # ---- at the rate of the measures of complexity

    @cached_property
    def slow_mm(self) -> Floats:
        """Longest whole run at 20 Hz, ``(m, 2)``; as it is where its rate is no higher.

        By a zero-phase low-pass of finite response, at the points of the new rate only. A rate
        that is no simple ratio of whole numbers is off by less than 0.1 %.
        """
        from scipy.signal import resample_poly

        run = longest_whole_run(self.cop_mm)
        ratio = Fraction(SLOW_HZ / self.fs_hz).limit_denominator(_FINEST_RATIO)
        if ratio >= 1 or not len(run):
            return run
        return np.asarray(
            resample_poly(run, ratio.numerator, ratio.denominator, axis=0, padtype="line")
        )
