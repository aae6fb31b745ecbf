# SPDX-License-Identifier: Apache-2.0
"""What the engine tells the screen: everything worked out, nothing left to compute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import SensorLayout
from solemetry.foot import FootRegistration
from solemetry.session.wording import Level
from solemetry.sway.trajectory.ellipse import Ellipse
from solemetry_host.live.sync_prompt import Progress

Floats = NDArray[np.float64]
LinkState = Literal["closed", "connecting", "streaming", "lost", "ended", "failed"]


@dataclass(frozen=True)
class Share:
    """A share of the load, and of what: ``plate halves`` as long as no foot is registered.

    Attributes
    ----------
    value : float
        0 to 1, or NaN.
    of : str
    """

    value: float
    of: str


@dataclass(frozen=True, eq=False)
class Cells:
    """What each cell feels now, and what that adds up to.

    Attributes
    ----------
    values : (S,) array
    unit : {"N", "counts"}
        Newtons on each cell, or counts above its zero where nobody knows its gain.
    parts : mapping of str to float
        Shares of the whole under toes, forefoot, midfoot and heel, 0 to 1; NaN while nobody
        stands on it, empty where it is not known which cell lies under what.
    """

    values: Floats
    unit: Literal["N", "counts"]
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Metrics:
    """The live numbers.

    Attributes
    ----------
    force_n : float
        Total force now.
    cop_mm : (2,) array
        Centre of pressure now, ``(ml, ap)``; NaN when the plate is empty.
    window_s : float
        Length of the sliding window that the sway numbers are of.
    covered_s : float
        How much of it holds somebody standing.
    ellipse : Ellipse or None
        95 % prediction ellipse of the window.
    velocity_mm_s : float
        Path length of the window over its duration.
    path_mm : float
        Path length of the window.
    rms_mm, radius_mm : float
        Root mean square and mean distance from the middle of the window.
    boundary_s : float
        Least time to boundary of the last second, by position and velocity; NaN as long as no foot
        is registered, for then nobody knows where the boundary is.
    right, front : Share
        Share of the load on the right, and on the forefoot (or the front half of the plate).
    force_trail_n : (n,) array
        Total force over the window.
    cop_trail_mm : (n, 2) array
        Centre of pressure over the window, unfiltered; NaN where there is none. The window's
        numbers may be a sixtieth of a second older than those of now.
    cells : Cells
    why : str
        Why numbers are missing; empty when nothing is.
    """

    force_n: float
    cop_mm: Floats
    window_s: float
    covered_s: float
    right: Share
    front: Share
    force_trail_n: Floats
    cop_trail_mm: Floats
    cells: Cells
    ellipse: Ellipse | None = None
    velocity_mm_s: float = math.nan
    path_mm: float = math.nan
    rms_mm: float = math.nan
    radius_mm: float = math.nan
    boundary_s: float = math.nan
    why: str = ""


@dataclass(frozen=True)
class Link:
    """The state of a device and of the way to it."""

    state: LinkState = "closed"
    device: str = ""
    rate_hz: float = float("nan")
    rows: int = 0
    lost_rows: int = 0
    damaged_frames: int = 0
    restarts: int = 0
    silent: tuple[str, ...] = ()
    """Labels of sensors that give no data."""
    saturated: tuple[str, ...] = ()
    calibrated: bool = False
    clock_half_width_ms: float = float("nan")
    """How far the device's clock may be off, by the questions for its time; NaN without."""
    battery_percent: int | None = None


@dataclass(frozen=True)
class Message:
    """Something a person should read."""

    number: int
    """Counts messages, so that a view knows which it has shown."""
    level: Level
    text: str


@dataclass(frozen=True, eq=False)
class DeviceView:
    """One device at one moment.

    Attributes
    ----------
    stream : str
        ``plate``, ``plate-2``, ``insole-left``, ...
    layout : SensorLayout
    link : Link
    rate_hz : float
        Rate of the uniform grid that windows are on.
    where : str
        The URL it was met at.
    t_s : float
        Device time of the newest row, seconds; only differences mean anything.
    metrics : Metrics or None
        None while there is nothing that could be called live.
    feet : tuple of FootRegistration
        Where feet stand on it.
    side : str
        The foot that it is worn on: ``left``, ``right``, or empty.
    calibration : Calibration or None
        What makes newtons of its counts.
    """

    stream: str
    layout: SensorLayout
    link: Link
    rate_hz: float
    where: str = ""
    t_s: float = 0.0
    metrics: Metrics | None = None
    feet: tuple[FootRegistration, ...] = ()
    side: str = ""
    calibration: Calibration | None = None


@dataclass(frozen=True, eq=False)
class Joined:
    """What two devices say together, at the newest moment that both have reached.

    Attributes
    ----------
    of : {"plates", "insoles"}
    t_s : float
        Session time of that moment (the host's clock), seconds.
    force_n : float
        Force on both.
    cop_mm : (2,) array
        Centre of pressure of both plates in the frame that they were placed in; of insoles,
        whose places are not known, NaN.
    right : Share
        Share of the load on the right one.
    why : str
        Why a number is missing; empty when none is.
    """

    of: Literal["plates", "insoles"]
    t_s: float
    force_n: float
    cop_mm: Floats
    right: Share
    why: str = ""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One moment of the live engine.

    Attributes
    ----------
    devices : tuple of DeviceView
        In the order in which they came.
    joined : tuple of Joined
        What two plates, or two insoles, say together.
    elapsed_s : float or None
        Since the recording began.
    busy : str
        What a person should be doing right now (keep off, keep pressing), or nothing.
    sync : Progress or None
        How far the sync gesture is that is looked for, or how the last one ended.
    can_sync : bool
        Whether there is something to synchronise.
    messages : tuple of Message
    arrived_ns : int
        When the newest rows in it arrived, on the clock of whoever runs the engine.
    idle : Link
        The state as long as no device is there.
    """

    devices: tuple[DeviceView, ...] = ()
    joined: tuple[Joined, ...] = ()
    elapsed_s: float | None = None
    busy: str = ""
    sync: Progress | None = None
    can_sync: bool = False
    messages: tuple[Message, ...] = ()
    arrived_ns: int = 0
    idle: Link = field(default_factory=Link)

    @property
    def syncing(self) -> bool:
        """Whether the sync gesture is being looked for."""
        return self.sync is not None and not self.sync.ended

    @property
    def first(self) -> DeviceView | None:
        """The device to show where one has room: the first plate, or the first of any kind."""
        there = [view for view in self.devices if view.link.state != "closed"] or self.devices
        plates = [view for view in there if view.layout.kind == "plate"]
        return next(iter((*plates, *there)), None)

    def view(self, stream: str) -> DeviceView | None:
        """Return the device of a stream; None when it is not there."""
        return next((view for view in self.devices if view.stream == stream), None)

    @property
    def t_s(self) -> float:
        """Device time of the newest row of the first device."""
        return self.first.t_s if self.first is not None else 0.0

    @property
    def layout(self) -> SensorLayout | None:
        """Layout of the first device."""
        return self.first.layout if self.first is not None else None

    @property
    def link(self) -> Link:
        """Link of the first device."""
        return self.first.link if self.first is not None else self.idle

    @property
    def metrics(self) -> Metrics | None:
        """Numbers of the first device."""
        return self.first.metrics if self.first is not None else None

    @property
    def rate_hz(self) -> float:
        """Grid rate of the first device."""
        return self.first.rate_hz if self.first is not None else float("nan")

    @property
    def feet(self) -> tuple[FootRegistration, ...]:
        """Where feet stand on the first device."""
        return self.first.feet if self.first is not None else ()
