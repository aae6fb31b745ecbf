# SPDX-License-Identifier: Apache-2.0
"""What a recording is once it is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.brief import in_brief
from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription, SensorLayout
from solemetry.errors import UnavailableError
from solemetry.foot import FootRegistration
from solemetry.session.clock import SessionClock

Floats = NDArray[np.float64]

_NEAR_S = 5.0

NO_GAPS = pd.DataFrame(
    {"t_s": np.empty(0), "row": np.empty(0, np.int64), "lost": np.empty(0, np.int64),
     "reason": np.empty(0, object)}
)  # fmt: skip
NO_EVENTS = pd.DataFrame(
    {"t_s": np.empty(0), "kind": np.empty(0, object), "detail": np.empty(0, object)}
)


@dataclass(frozen=True, eq=False)
class Stream:
    """One stream on a uniform grid; what is missing is NaN.

    Attributes
    ----------
    name : str
    kind : {"cells", "load"}
        Sensors at known positions, or force and centre of pressure as a lab plate gives them.
    fs_hz : float
        Grid points per second of session time.
    t_s : (T,) array
        Session time of each grid point. The grid of a ``cells`` stream is uniform in *device*
        time; the clock, fitted over the whole recording, gives session time, the ADC's own
        delay taken off. The two run apart by parts per million to parts per thousand.
    force_n : (T,) array
        Total vertical force, N.
    cop_mm : (T, 2) array
        Centre of pressure ``(ml, ap)``, mm.
    shear_n : (T, 2) array or None
        Horizontal force of the ground on the person ``(ml, ap)``, N; None where the plate senses
        vertical force only.
    forces_n : (T, S) array or None
        Force on each sensor, N; None in a ``load`` stream, and where no gains are known.
    counts : (T, S) array or None
        Raw counts on the same grid, only where no gains are known.
    description : DeviceDescription or None
        None in a ``load`` stream, and where the device is of no known kind.
    calibration : Calibration or None
    rate_hz : float
        Nominal rate.
    measured_rate_hz : float
        Rows per second of session time, lost ones counted.
    rows, lost_rows : int
        Rows in the file; rows that its index says are missing.
    gaps : DataFrame
        ``t_s, row, lost, reason``.
    clock_residual_ms : float
        Median distance of the least delayed arrivals from the fitted clock; NaN without one.
    clock_half_width_ms : float
        How far the offset between the clocks may be off, either way, by the device's answers to
        questions for its time: the median over the recording; NaN where it was not asked.
    info : dict
        What the device said about itself.
    notes : tuple of str
        What a reader of the numbers should know.
    clocks : tuple of SessionClock
        From device time to session time, without the delay: one for each stretch between restarts.
    """

    name: str
    kind: Literal["cells", "load"]
    fs_hz: float
    t_s: Floats
    force_n: Floats
    cop_mm: Floats
    shear_n: Floats | None = None
    forces_n: Floats | None = None
    counts: Floats | None = None
    description: DeviceDescription | None = None
    calibration: Calibration | None = None
    rate_hz: float = np.nan
    measured_rate_hz: float = np.nan
    rows: int = 0
    lost_rows: int = 0
    gaps: pd.DataFrame = field(default_factory=NO_GAPS.copy)
    clock_residual_ms: float = np.nan
    clock_half_width_ms: float = np.nan
    info: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    clocks: tuple[SessionClock, ...] = ()

    __repr__ = in_brief

    @property
    def layout(self) -> SensorLayout | None:
        """Positions of the sensors; None in a ``load`` stream."""
        return self.description.layout if self.description else None

    def session_s(self, device_s: float, near_s: float) -> float | None:
        """Session time of what was felt at a device time, of its stretches the one near by.

        Parameters
        ----------
        device_s : float
        near_s : float
            Session time; device time begins anew when a device restarts.

        Returns
        -------
        float or None
            None where no stretch has that device time within a few seconds of `near_s`.
        """
        delay_s = self.description.delay_s if self.description else 0.0
        times_s = [float(clock(np.array(device_s))) - delay_s for clock in self.clocks]
        near = [t_s for t_s in times_s if abs(t_s - near_s) < _NEAR_S]
        return min(near, key=lambda t_s: abs(t_s - near_s), default=None)

    @property
    def missing(self) -> float:
        """Share of grid points without a value, 0 to 1."""
        values = self.force_n if self.counts is None else self.counts.sum(axis=1)
        return float(np.isnan(values).mean()) if len(values) else 0.0

    def _repr_html_(self) -> str:
        from solemetry.report.notebook import show_stream  # only notebooks need it

        return show_stream(self)


@dataclass(frozen=True, eq=False)
class Motion:
    """What an inertial sensor felt, on a uniform grid; what is missing is NaN.

    Attributes
    ----------
    name : str
    fs_hz : float
        Grid points per second of session time.
    t_s : (T,) array
        Session time, of the same grid and clock as the ``cells`` stream it came with.
    acceleration_g : (T, 3) array
        Along the sensor's own axes, in g (9.80665 m/s^2); gravity is in it.
    turn_rate_dps : (T, 3) array
        About the same axes, degrees per second.
    rows : int
        Rows in the file.
    """

    name: str
    fs_hz: float
    t_s: Floats
    acceleration_g: Floats
    turn_rate_dps: Floats
    rows: int

    __repr__ = in_brief


@dataclass(frozen=True, eq=False)
class Session:
    """An open recording.

    Attributes
    ----------
    path : Path
    meta : dict
        Root attributes of the file: ``session_id``, ``start_utc``, ``software`` and others.
    subject : dict
        ``participant_id`` and, where given, ``age``, ``sex``, ``height_m``, ``mass_kg``.
    streams : dict of str to Stream
    motion : dict of str to Motion
        The inertial sensors of insoles.
    events : DataFrame
        ``t_s, kind, detail``, the detail a dict; in order of time.
    state : {"recording", "complete", "recovered", "imported"}
    notes : tuple of str
    """

    path: Path
    meta: dict[str, Any]
    subject: dict[str, Any]
    streams: dict[str, Stream]
    events: pd.DataFrame
    state: str
    notes: tuple[str, ...] = ()
    motion: dict[str, Motion] = field(default_factory=dict)

    __repr__ = in_brief

    @cached_property
    def feet(self) -> dict[str, FootRegistration]:
        """The last registration of each foot, by side; empty when none was registered.

        Events of kind ``foot`` carry them; ``foot_clear`` takes back what came before.
        """
        feet: dict[str, FootRegistration] = {}
        for kind, detail in zip(self.events.kind, self.events.detail, strict=True):
            if kind == "foot":
                foot = FootRegistration.from_dict(detail)
                feet[foot.side] = foot
            elif kind == "foot_clear":
                feet.clear()
        return feet

    @property
    def stream(self) -> Stream:
        """The only stream.

        Raises
        ------
        UnavailableError
            When there are several, or none.
        """
        if len(self.streams) != 1:
            raise UnavailableError(
                f"{self.path.name} has {len(self.streams)} streams.",
                f"Choose one: session.streams[...] with {', '.join(self.streams) or 'none'}.",
            )
        return next(iter(self.streams.values()))

    def _repr_html_(self) -> str:
        from solemetry.report.notebook import show_session  # only notebooks need it

        return show_session(self)
