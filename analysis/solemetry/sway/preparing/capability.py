# SPDX-License-Identifier: Apache-2.0
"""What a recording can give: a measure that its sensors lack the force for is refused, with why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from solemetry.errors import UnavailableError

if TYPE_CHECKING:
    from solemetry.session.model import Stream

Channel = Literal["cop", "shear", "cells"]


@dataclass(frozen=True)
class Need:
    """What a measure needs, and what serves where that is missing.

    Attributes
    ----------
    channel : {"cop", "shear", "cells"}
    why : str
        What the measure does with it.
    instead : str
        A remedy.
    """

    channel: Channel
    why: str
    instead: str


_CALIBRATE = "Calibrate the device, then open the recording with that calibration."

NEEDS: dict[str, Need] = {
    "rambling_trembling": Need(
        "shear",
        "Rambling-trembling begins where the horizontal force is zero",
        "For a slow and a fast part of sway use center_of_gravity, which needs body height alone, "
        "and cop_minus_cog_rms.",
    ),
    "center_of_gravity_from_force": Need(
        "shear",
        "The zero-point way to the centre of gravity integrates the horizontal force",
        "Use center_of_gravity, the low-pass of an inverted pendulum.",
    ),
    "dynamic_stability_index": Need(
        "shear",
        "Two of three parts of the dynamic postural stability index are of the horizontal force",
        "Use vertical_stability_index, and compare it with vertical indices alone.",
    ),
    "region_loads": Need(
        "cells",
        "Loads of regions are sums over the sensors that lie in them",
        "Register where the feet stand: then the lever from heel to forefoot is shared out.",
    ),
    "center_of_pressure": Need(
        "cop",
        "Every measure of sway is one of the centre of pressure",
        _CALIBRATE,
    ),
}
"""Each measure that not every recording can give. `Capability.require` refuses it."""


@dataclass(frozen=True)
class Capability:
    """What a recording brings.

    Attributes
    ----------
    source : str
        Of what, for sentences: ``plate``.
    cop, shear, cells : bool
        Centre of pressure, horizontal force, the forces of single sensors.
    gains : bool
        Whether counts of its sensors, if it has any, can be told in newtons.
    """

    source: str
    cop: bool
    shear: bool
    cells: bool
    gains: bool = True

    def has(self, measure: str) -> bool:
        """Whether a measure can be had; one that needs nothing special can always be."""
        need = NEEDS.get(measure)
        return need is None or bool(getattr(self, need.channel))

    def why_not(self, measure: str) -> str:
        """Say why a measure cannot be had; empty where it can."""
        if self.has(measure):
            return ""
        need = NEEDS[measure]
        return f"{need.why}, and {self._lack(need.channel)}."

    def instead(self, measure: str) -> str:
        """Say what serves where a measure cannot be had; empty where it can."""
        if self.has(measure):
            return ""
        need = NEEDS[measure]
        return need.instead if self.gains or need.channel == "shear" else _CALIBRATE

    def require(self, measure: str) -> None:
        """Refuse a measure that cannot be had.

        Raises
        ------
        UnavailableError
            With the reason and what to use instead.
        """
        if not self.has(measure):
            raise UnavailableError(self.why_not(measure), self.instead(measure))

    def table(self) -> pd.DataFrame:
        """All measures that not every recording can give.

        Returns
        -------
        DataFrame
            Indexed by ``measure``; columns ``available``, ``why_not``, ``instead``.
        """
        rows = [(name, self.has(name), self.why_not(name), self.instead(name)) for name in NEEDS]
        columns = ["measure", "available", "why_not", "instead"]
        return pd.DataFrame(rows, columns=columns).set_index("measure")

    def _lack(self, channel: Channel) -> str:
        if channel == "cells" and not self.gains:
            return f"of the sensors of {self.source} no gains are known"
        if channel == "cells":
            return f"{self.source} has a total force and one place for it, no single sensors"
        if channel == "cop":
            return f"of {self.source} no centre of pressure is known"
        if self.cells:
            return f"{self.source} senses vertical force only"
        return f"{self.source} has no horizontal force"


def capability_of(stream: Stream) -> Capability:
    """Find out what a stream of an open session can give.

    A channel that is there but never has a value counts as not there.

    Examples
    --------
    >>> import numpy as np
    >>> from solemetry.session import Stream
    >>> t_s = np.arange(100) / 100
    >>> plate = Stream("plate", "load", 100.0, t_s, 700 + 0 * t_s, np.zeros((100, 2)))
    >>> print(capability_of(plate).why_not("rambling_trembling"))
    Rambling-trembling begins where the horizontal force is zero, and plate has no horizontal force.
    """
    return Capability(
        source=stream.name,
        cop=bool(np.isfinite(stream.cop_mm).any()),
        shear=stream.shear_n is not None and bool(np.isfinite(stream.shear_n).any()),
        cells=stream.forces_n is not None and bool(np.isfinite(stream.forces_n).any()),
        gains=stream.counts is None,
    )
