# SPDX-License-Identifier: Apache-2.0
"""Named sets of choices: filter, duration, and which measure a common name stands for.

The same trial gives velocities 7 % apart and frequencies a factor of three apart under
choices in common use, so a value without its convention cannot be compared with another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from solemetry.errors import SolemetryError
from solemetry.signal import NO_FILTER, Filter
from solemetry.sway.complexity.diffusion import Fit
from solemetry.sway.trajectory.density import SMOOTHING
from solemetry.sway.trajectory.ellipse import Kind
from solemetry.sway.trajectory.spectrum import SpectrumChoices
from solemetry.sway.trajectory.velocity import Method

_TEN_HZ = Filter(10.0)
_SPECTRUM = SpectrumChoices()


@dataclass(frozen=True)
class Convention:
    """One set of choices.

    Attributes
    ----------
    name : str
    description : str
        What sets it apart.
    reference : str
    filter : Filter
    duration : {"steps", "samples"}
        What the path is divided by: the time between samples, (N - 1) / fs, or N / fs.
    mean_frequency : {"rotational", "spectral"}
    ellipse : {"exact", "chi_square", "prieto"}
        Which quantile, as of `prediction_ellipse`.
    ellipse_coverage : float
    ellipse_by : {"n - 1", "n"}
        What the covariance is divided by.
    velocity : {"steps", "savitzky_golay"}
        Of peak velocities and the phase plane.
    spectrum : SpectrumChoices
    density_radius_mm : float
        Of the sway density curve.
    density_smoothing : Filter
    density_drops_last : bool
        Whether that curve ends one sample early.
    diffusion : {"linear", "two_lines", "quijoux2021"}
        How the lines of the stabilogram-diffusion plot are found.
    swarii_hz : float or None
        Rate that a trial is brought to by `solemetry.resampling.swarii` before it is filtered.
    leaves_off : (float, int)
        Seconds at the beginning and samples at the end that are left off before that.
    center : {"prepared", "recorded"}
        Whose mean distances are taken from.
    """

    name: str
    description: str
    reference: str
    filter: Filter = _TEN_HZ
    duration: Literal["steps", "samples"] = "steps"
    mean_frequency: Literal["rotational", "spectral"] = "rotational"
    ellipse: Kind = "exact"
    ellipse_coverage: float = 0.95
    ellipse_by: Literal["n - 1", "n"] = "n - 1"
    velocity: Method = "steps"
    spectrum: SpectrumChoices = _SPECTRUM
    density_radius_mm: float = 2.5
    density_smoothing: Filter = SMOOTHING
    density_drops_last: bool = False
    diffusion: Fit = "linear"
    swarii_hz: float | None = None
    leaves_off: tuple[float, int] = (0.0, 0)
    center: Literal["prepared", "recorded"] = "prepared"

    @property
    def lowpass_hz(self) -> float | None:
        """Cut-off of the filter."""
        return self.filter.cutoff_hz

    @cached_property
    def words(self) -> dict[str, str]:
        """Choices in words, as definitions of measures quote them."""
        return {
            "over": "(N - 1) / fs" if self.duration == "steps" else "N / fs",
            "coverage": f"{100 * self.ellipse_coverage:g}",
            "ellipse": _ELLIPSES[self.ellipse],
            "by": self.ellipse_by,
            "frequency": _FREQUENCIES[self.mean_frequency],
            "velocity": _VELOCITIES[self.velocity],
            "spectrum": str(self.spectrum),
            "radius": f"{self.density_radius_mm:g}",
            "smoothing": str(self.density_smoothing),
            "diffusion": _DIFFUSIONS[self.diffusion],
        }


_ELLIPSES = {"exact": "F, exact", "chi_square": "chi-square", "prieto": "F = 3.00"}
_FREQUENCIES = {
    "rotational": "mean velocity / (2 pi mean distance)",
    "spectral": "mean of the Welch spectrum (Hann, N/2 long, half overlapped), axes by power",
}
_VELOCITIES = {"steps": "by steps", "savitzky_golay": "Savitzky-Golay, cubic through 5 samples"}
_DIFFUSIONS = {
    "linear": "lines through lags of 0-1 s and 2-10 s",
    "two_lines": "two lines with the least squared error",
    "quijoux2021": "logarithmic lines parted between 0.3 and 2.5 s",
}


class UnknownConventionError(SolemetryError, ValueError):
    """No convention has this name."""


SOLEMETRY = Convention(
    name="solemetry",
    description="10 Hz zero-phase Butterworth low-pass, effective 4th order; exact prediction "
    "ellipse; path over (N - 1) / fs; rotational mean frequency",
    reference="Prieto 1996; Duarte 2015; filter after Ruhe 2010",
)

BMCLAB = Convention(
    name="bmclab",
    description="as recorded, unfiltered; exact prediction ellipse; path over N / fs; "
    "spectral mean frequency of all frequencies",
    reference="Santos and Duarte 2016, PeerJ 4:e2648",
    filter=NO_FILTER,
    duration="samples",
    mean_frequency="spectral",
    spectrum=SpectrumChoices(segment_s=None, detrend="constant", band_hz=None),
)

SCHUBERT2014 = Convention(
    name="schubert2014",
    description="ellipse area by chi-square, as most programs have it; the rest as solemetry",
    reference="Schubert and Kirchner 2014, Gait Posture 39:518",
    ellipse="chi_square",
)

PRIETO1996 = Convention(
    name="prieto1996",
    description="5 Hz zero-phase Butterworth low-pass, effective 4th order; ellipse with "
    "F = 3.00 and sums over n; path over N / fs; sine-taper spectrum, 0.15 to 5 Hz",
    reference="Prieto et al. 1996, IEEE Trans Biomed Eng 43(9):956",
    filter=Filter(5.0),
    duration="samples",
    ellipse="prieto",
    ellipse_by="n",
    spectrum=SpectrumChoices(method="sine_tapers", detrend="constant", edges="bins"),
)

QUIJOUX2021 = Convention(
    name="quijoux2021",
    description="SWARII to 25 Hz, then a 10 Hz zero-phase Butterworth low-pass, effective 8th "
    "order; distances from the mean as recorded; ellipse with sums over n; path over N / fs; "
    "Savitzky-Golay velocity; sway density within 3 mm",
    reference="Quijoux et al. 2021, Physiol Rep 9(22):e15067",
    filter=Filter(10.0, order=4),
    duration="samples",
    ellipse_by="n",
    velocity="savitzky_golay",
    spectrum=SpectrumChoices(segment_s=10.0, edges="bins", padded=True),
    density_radius_mm=3.0,
    density_smoothing=Filter(2.5, order=4),
    density_drops_last=True,
    diffusion="quijoux2021",
    swarii_hz=25.0,
    leaves_off=(0.1, 1),
    center="recorded",
)

FRENCH90 = Convention(
    name="french90",
    description="as recorded, unfiltered; ellipse of 90 % by chi-square, as the French norms "
    "(there 51.2 s long) state it; path over (N - 1) / fs; the rest as solemetry",
    reference="Gagey and Weber 1999",
    filter=NO_FILTER,
    ellipse="chi_square",
    ellipse_coverage=0.90,
)

CONVENTIONS = {
    convention.name: convention
    for convention in (SOLEMETRY, BMCLAB, SCHUBERT2014, PRIETO1996, QUIJOUX2021, FRENCH90)
}


def get(name: str) -> Convention:
    """Return the convention of this name.

    Raises
    ------
    UnknownConventionError
        A `SolemetryError` and a `ValueError`; names the known ones.
    """
    try:
        return CONVENTIONS[name]
    except KeyError:
        raise UnknownConventionError(
            f"There is no convention called {name!r}.", f"Known: {', '.join(CONVENTIONS)}."
        ) from None
