# SPDX-License-Identifier: Apache-2.0
"""Named sets of choices: filter, duration, and which measure a common name stands for.

The same trial gives velocities 7 % apart and frequencies a factor of three apart under
choices in common use, so a value without its convention cannot be compared with another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solemetry.errors import SolemetryError


@dataclass(frozen=True)
class Convention:
    """One set of choices.

    Attributes
    ----------
    name : str
    description : str
    reference : str
    lowpass_hz : float or None
        Cut-off of the zero-phase Butterworth filter (order 2 passed twice: effective 4).
    duration : {"steps", "samples"}
        What the path is divided by: the time between samples, (N - 1) / fs, or N / fs.
    mean_frequency : {"rotational", "spectral"}
    """

    name: str
    description: str
    reference: str
    lowpass_hz: float | None
    duration: Literal["steps", "samples"]
    mean_frequency: Literal["rotational", "spectral"]


class UnknownConventionError(SolemetryError, ValueError):
    """No convention has this name."""


SOLEMETRY = Convention(
    name="solemetry",
    description="10 Hz zero-phase Butterworth low-pass, effective 4th order; exact prediction "
    "ellipse; path over (N - 1) / fs; rotational mean frequency",
    reference="Prieto 1996; Duarte 2015; filter after Ruhe 2010",
    lowpass_hz=10.0,
    duration="steps",
    mean_frequency="rotational",
)

BMCLAB = Convention(
    name="bmclab",
    description="as recorded, unfiltered; exact prediction ellipse; path over N / fs; "
    "spectral mean frequency",
    reference="Santos and Duarte 2016, PeerJ 4:e2648",
    lowpass_hz=None,
    duration="samples",
    mean_frequency="spectral",
)

CONVENTIONS = {convention.name: convention for convention in (SOLEMETRY, BMCLAB)}


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
