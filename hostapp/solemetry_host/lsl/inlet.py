# SPDX-License-Identifier: Apache-2.0
"""Streams that other programs publish: which there are, and reading one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import DeviceError
from solemetry_host.lsl.library import pylsl
from solemetry_host.lsl.outlet import Channel

LOOKS_FOR_S = 1.0
_OPENS_WITHIN_S = 5.0
_MAX_ROWS = 4096


@dataclass(frozen=True)
class Announced:
    """A stream that some program announces.

    Attributes
    ----------
    rate_hz : float
        0 when it has no regular rate.
    format : str
        ``float32``, ``double64``, ``int32``, ``string`` and so on.
    handle : object
        What an inlet is opened with.
    """

    name: str
    type: str
    host: str
    channels: int
    rate_hz: float
    format: str
    source_id: str
    handle: Any


def announced(seconds: float = LOOKS_FOR_S) -> list[Announced]:
    """Listen for streams on the network.

    Raises
    ------
    UnavailableError
        When the Lab Streaming Layer is not installed.
    """
    return [
        Announced(
            name=info.name(),
            type=info.type(),
            host=info.hostname(),
            channels=info.channel_count(),
            rate_hz=info.nominal_srate(),
            format=_format(info.channel_format()),
            source_id=info.source_id(),
            handle=info,
        )
        for info in pylsl().resolve_streams(seconds)
    ]


def _format(code: int) -> str:
    names: dict[str, int] = pylsl().lib.string2fmt
    return next((name for name, number in names.items() if number == code), "unknown")


def find(name: str, seconds: float = LOOKS_FOR_S) -> Announced:
    """Return the stream that has this name, or this source id.

    Raises
    ------
    DeviceError
        When there is none, or more than one.
    """
    there = announced(seconds)
    fitting = [stream for stream in there if name in (stream.name, stream.source_id)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = " or ".join(f"lsl:{stream.source_id}" for stream in fitting)
        raise DeviceError(f"{len(fitting)} streams are called {name}.", f"Write {ids}.")
    names = ", ".join(f"lsl:{stream.name}" for stream in there)
    raise DeviceError(
        f"No stream is called {name}.",
        f"There are: {names}." if there else "None is there: start the program that publishes it.",
    )


class Inlet:
    """Reads one stream, with the stamps of its sender.

    Parameters
    ----------
    stream : Announced

    Attributes
    ----------
    channels : tuple of Channel
        What the sender says of each column; empty texts where it says nothing.
    """

    def __init__(self, stream: Announced) -> None:
        self.stream = stream
        # A lost stream is to be told, not mended in silence; and liblsl 1.18, while it tries to
        # mend one, does not come back from a pull.
        self._inlet = pylsl().StreamInlet(stream.handle, recover=False, as_numpy=True)
        try:
            self._info = self._inlet.info(_OPENS_WITHIN_S)  # the description lives as long as it
            self._description = self._info.desc()
            self.channels = tuple(_channels(self._description, stream.channels))
            # The first correction takes a while; rows wait in the inlet only from then on.
            self.correction_s(_OPENS_WITHIN_S)
            self._inlet.open_stream(_OPENS_WITHIN_S)
        except (pylsl().util.LostError, TimeoutError) as error:
            raise self._lost(error) from None

    def text(self, name: str) -> str:
        """Return a text of the stream's description; empty when there is none of this name."""
        return str(self._description.child_value(name))

    def device(self, name: str) -> str:
        """Return a fact of the device behind the stream; empty when it is not told."""
        return str(self._description.child("acquisition").child_value(name))

    def pull(self, timeout_s: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return what has come: rows ``(n, C)``, and the sender's stamps ``(n,)`` in seconds.

        Raises
        ------
        DeviceError
            When the stream is no more.
        """
        try:
            rows, stamps_s = self._inlet.pull_chunk(timeout_s, _MAX_ROWS, min_samples=1)
        except pylsl().util.LostError as error:
            raise self._lost(error) from None
        return rows, stamps_s

    def correction_s(self, timeout_s: float = 0.0) -> float | None:
        """Return what is to be added to a stamp for this computer's clock; None while unknown.

        Raises
        ------
        DeviceError
            When the stream is no more.
        """
        try:
            return float(self._inlet.time_correction(timeout_s))
        except TimeoutError:
            return None
        except pylsl().util.LostError as error:
            raise self._lost(error) from None

    def close(self) -> None:
        """Read no more."""
        self._inlet.close_stream()

    def _lost(self, error: Exception) -> DeviceError:
        reason = str(error).rstrip(".") or type(error).__name__
        return DeviceError(
            f"The stream {self.stream.name} of {self.stream.host} is gone ({reason}).",
            "Start the program that publishes it.",
        )


def _channels(description: Any, count: int) -> list[Channel]:
    found, child = [], description.child("channels").child("channel")
    for _ in range(count):
        place = child.child("location")
        found.append(
            Channel(
                child.child_value("label"),
                child.child_value("unit"),
                child.child_value("type"),
                _place_mm(place.child_value("X"), place.child_value("Y"),
                          place.child_value("unit")),
            )
        )
        child = child.next_sibling("channel")
    return found


def _place_mm(x: str, y: str, unit: str) -> tuple[float, float] | None:
    per_mm = {"millimeters": 1.0, "mm": 1.0, "centimeters": 10.0, "meters": 1000.0}.get(unit)
    try:
        return None if per_mm is None else (float(x) * per_mm, float(y) * per_mm)
    except ValueError:
        return None
