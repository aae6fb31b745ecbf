# SPDX-License-Identifier: Apache-2.0
"""What the engine tells the screen: everything worked out, nothing left to compute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.device import SensorLayout
from solemetry.foot import FootRegistration
from solemetry.session.wording import Level
from solemetry.sway.ellipse import Ellipse

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
    right, front : Share
        Share of the load on the right, and on the forefoot (or the front half of the plate).
    force_trail_n : (n,) array
        Total force over the window.
    cop_trail_mm : (n, 2) array
        Centre of pressure over the window, unfiltered; NaN where there is none.
    """

    force_n: float
    cop_mm: Floats
    window_s: float
    covered_s: float
    ellipse: Ellipse | None
    velocity_mm_s: float
    right: Share
    front: Share
    force_trail_n: Floats
    cop_trail_mm: Floats


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


@dataclass(frozen=True)
class Message:
    """Something a person should read."""

    number: int
    """Counts messages, so that a view knows which it has shown."""
    level: Level
    text: str


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One moment of the live engine.

    Attributes
    ----------
    t_s : float
        Device time of the newest row, seconds; only differences mean anything.
    elapsed_s : float or None
        Since the recording began.
    busy : str
        What a person should be doing right now (keep off, keep pressing), or nothing.
    rate_hz : float
        Rate of the uniform grid that windows are on.
    """

    t_s: float = 0.0
    layout: SensorLayout | None = None
    link: Link = field(default_factory=Link)
    metrics: Metrics | None = None
    rate_hz: float = float("nan")
    elapsed_s: float | None = None
    busy: str = ""
    feet: tuple[FootRegistration, ...] = ()
    messages: tuple[Message, ...] = ()
