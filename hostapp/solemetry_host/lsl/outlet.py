# SPDX-License-Identifier: Apache-2.0
"""One stream that other programs can read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from solemetry_host.lsl.library import HostClock, pylsl

MANUFACTURER = "Solemetry"

_GRACE_S = 0.2
"""What was pushed last is still on its way when a stream is closed, and is lost with it."""


@dataclass(frozen=True)
class Channel:
    """One column of a stream, in the words of the XDF format.

    Attributes
    ----------
    place_mm : (x, y), optional
        Where its sensor is: x to the right, y forward.
    """

    label: str
    unit: str
    type: str
    place_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class StreamHeader:
    """What a stream says of itself.

    Attributes
    ----------
    source_id : str
        The same after a restart, so that a reader finds the stream again.
    device : dict
        Facts of the device: model, firmware, board.
    extra : dict
        Further texts of the description.
    """

    name: str
    type: str
    rate_hz: float
    format: Literal["int32", "float32"]
    channels: tuple[Channel, ...]
    source_id: str
    device: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


class Outlet:
    """Publishes rows; whoever reads them, nothing here waits.

    Parameters
    ----------
    header : StreamHeader
    clock : HostClock
    """

    def __init__(self, header: StreamHeader, clock: HostClock) -> None:
        self._clock = clock
        self._outlet: Any = pylsl().StreamOutlet(_stream_info(header), max_buffered=_KEPT_S)

    @property
    def read(self) -> bool:
        """Whether anybody reads the stream."""
        return self._outlet is not None and bool(self._outlet.have_consumers())

    def push(self, rows: NDArray[Any], t_host_ns: NDArray[np.int64]) -> None:
        """Publish rows.

        Parameters
        ----------
        rows : (n, C) array
        t_host_ns : (n,) array
            Host time of each.
        """
        if len(rows) and self._outlet is not None:
            stamps_s = (t_host_ns + self._clock.ahead_ns) * 1e-9
            self._outlet.push_chunk(rows, stamps_s.tolist())

    def close(self) -> None:
        """End the stream, when what was pushed last is out."""
        if self.read:
            time.sleep(_GRACE_S)
        self._outlet = None  # liblsl closes a stream that nobody holds


_KEPT_S = 360
"""So many seconds are kept for a reader that does not keep up."""


def _stream_info(header: StreamHeader) -> Any:
    info = pylsl().StreamInfo(
        header.name, header.type, len(header.channels), header.rate_hz, header.format,
        header.source_id,
    )  # fmt: skip
    desc = info.desc()
    desc.append_child_value("manufacturer", MANUFACTURER)
    acquisition = desc.append_child("acquisition")
    acquisition.append_child_value("manufacturer", MANUFACTURER)
    for name, value in header.device.items():
        acquisition.append_child_value(name, value)
    # Rows that a device or its link has lost are not in the stream.
    desc.append_child("synchronization").append_child_value("can_drop_samples", "true")
    channels = desc.append_child("channels")
    for channel in header.channels:
        child = channels.append_child("channel")
        child.append_child_value("label", channel.label)
        child.append_child_value("unit", channel.unit)
        child.append_child_value("type", channel.type)
        if channel.place_mm is not None:
            place = child.append_child("location")
            for axis, mm in zip("XY", channel.place_mm, strict=True):
                place.append_child_value(axis, f"{mm:.10g}")
            place.append_child_value("unit", "millimeters")
    for name, value in header.extra.items():
        desc.append_child_value(name, value)
    return info
