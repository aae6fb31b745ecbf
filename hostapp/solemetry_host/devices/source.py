# SPDX-License-Identifier: Apache-2.0
"""What every source of samples gives, whether a board, a recording or a simulation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.session.format import IMU


def stream_name(kind: str, side: str = "") -> str:
    """Return what a device's stream is called, the only one of its kind and side.

    ``plate``, ``insole-left``, ``insole-right``.
    """
    return f"{kind}-{side}" if side else kind


@dataclass(frozen=True)
class Opened:
    """A device is there and has said what it is.

    Attributes
    ----------
    stream : str
        What its rows are called from here on.
    t_host_ns : int
    description : DeviceDescription
    calibration : Calibration or None
        What the source itself knows (a recording does); None: the device's own store or none.
    info : dict
        What the device said of itself.
    where : str
        The URL it was met at.
    twin : str
        The stream that already has the name this one would have had; empty when it was free.
    """

    stream: str
    t_host_ns: int
    description: DeviceDescription
    calibration: Calibration | None
    info: dict[str, Any] = field(default_factory=dict)
    where: str = ""
    twin: str = ""

    @property
    def side(self) -> str:
        """``left`` or ``right`` of an insole; empty of anything else."""
        return str(self.info.get("side", ""))


@dataclass(frozen=True, eq=False)
class Block:
    """Rows that one read brought.

    Attributes
    ----------
    stream : str
    t_host_ns : int
        Host clock of the read; later than that of the stream's block before.
    rows : (n,) structured array
        `solemetry.session.format.sample_type`, n >= 1.
    imu : (m,) structured array
        `solemetry.session.format.IMU`; empty where the device has none.
    """

    stream: str
    t_host_ns: int
    rows: NDArray[np.void]
    imu: NDArray[np.void] = field(default_factory=lambda: np.empty(0, IMU))


@dataclass(frozen=True)
class Exchange:
    """One question for the device's time and its answer.

    Attributes
    ----------
    stream : str
    t_host_ns : int
        Host clock of the read that brought the answer.
    sent_ns : int
        Host clock just before the question was sent.
    received_us, answered_us : int
        Device time of the question's arrival and of the answer, unwrapped like the rows'.
    """

    stream: str
    t_host_ns: int
    sent_ns: int
    received_us: int
    answered_us: int


@dataclass(frozen=True)
class Notice:
    """Something that happened: to the link, on the device, or in the recording replayed.

    Attributes
    ----------
    kind : str
        ``link_lost``, ``link_back``, ``link_damage``, ``battery`` (with its ``percent``), a
        device event, or ``end`` when a source has no more to give.
    message : str
        For people; empty when there is nothing to say.
    """

    stream: str
    t_host_ns: int
    kind: str
    message: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


Item = Opened | Block | Exchange | Notice
"""All have a `stream`; that of a `Notice` is empty where it is of no device in particular."""

Emit = Callable[[Item], None]


class Source(Protocol):
    """Gives blocks until it is told to stop or has no more."""

    @property
    def name(self) -> str:
        """The URL that it is known by."""

    def run(self, emit: Emit, stop: threading.Event) -> None:
        """Call `emit` with an `Opened`, then blocks and notices, in order.

        Raises
        ------
        DeviceError, FileError
            When the device cannot be opened in the first place. A link that breaks later is
            a `Notice`, and the source tries to mend it.
        """
