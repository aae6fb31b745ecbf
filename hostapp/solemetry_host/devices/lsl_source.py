# SPDX-License-Identifier: Apache-2.0
"""A stream of the Lab Streaming Layer as a source of samples."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from solemetry.errors import DeviceError
from solemetry_host.devices.lsl_device import StreamDevice, StreamRows, recognise
from solemetry_host.devices.source import Block, Emit, Exchange, Notice, Opened, stream_name
from solemetry_host.lsl.inlet import Inlet, find
from solemetry_host.lsl.library import HostClock

_READS_FOR_S = 0.1
_SILENCE_S = 3.0
_ASKS_EVERY_NS = 1_000_000_000

_CORRECTION_WITHIN_NS = 1_000_000
"""liblsl promises that a clock correction is right to a millisecond."""


class LslSource:
    """Rows of one stream, by its name or its source id.

    The sender's stamps are device time. How far the sender's clock is from this computer's is
    measured by liblsl, and passed on as what it is: an exchange that bounds the offset.

    Parameters
    ----------
    name : str
    stream : str, optional
        What to call it in recordings; by default what one of our own devices is called on a
        cable, and anything else by its name.
    now_ns : callable
        The host clock; tests bring their own.
    """

    def __init__(
        self, name: str, stream: str = "", now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self._name = name
        self._stream = stream
        self._now_ns = now_ns
        self._last_ns = self._asked_ns = 0

    @property
    def name(self) -> str:
        """The URL that it is known by."""
        return f"lsl:{self._name}"

    def run(self, emit: Emit, stop: threading.Event) -> None:
        """Find the stream and emit its rows; when it is gone, look for it until `stop`."""
        met = Inlet(find(self._name))
        device = recognise(met)
        info = _info(met)
        self._stream = self._stream or _stream(device, met)
        emit(Opened(self._stream, self._stamp(), device.description, device.calibration, info))
        clock, rows = HostClock(self._now_ns), StreamRows(device)
        inlet: Inlet | None = met
        while inlet is not None:
            try:
                self._pass_on(inlet, rows, clock, emit, stop)
                break
            except DeviceError as error:
                emit(Notice(self._stream, self._stamp(), "link_lost", str(error)))
                rows.rejoin()
                inlet = self._look_again(inlet, emit, stop)
        if inlet is not None:
            inlet.close()

    def _pass_on(
        self, inlet: Inlet, rows: StreamRows, clock: HostClock, emit: Emit, stop: threading.Event
    ) -> None:
        last_heard_s, disordered = time.monotonic(), rows.disordered
        while not stop.is_set():
            self._ask_for_time(inlet, clock, emit)
            values, stamps_s = inlet.pull(_READS_FOR_S)
            if len(stamps_s):
                stamp = self._stamp()
                emit(Block(self._stream, stamp, rows.build(values, stamps_s, stamp)))
                last_heard_s = time.monotonic()
            elif time.monotonic() - last_heard_s > _SILENCE_S:
                inlet.close()
                raise DeviceError(
                    f"The stream {inlet.stream.name} has sent nothing for {_SILENCE_S:.0f} s.",
                    "Is its device on?",
                )
            if rows.disordered and not disordered:
                emit(Notice(self._stream, self._stamp(), "stamps_disordered",
                            f"{inlet.stream.name} stamps its samples out of order."))
                disordered = rows.disordered

    def _ask_for_time(self, inlet: Inlet, clock: HostClock, emit: Emit) -> None:
        if self._now_ns() - self._asked_ns < _ASKS_EVERY_NS:
            return
        correction_s = inlet.correction_s()
        self._asked_ns = heard = self._stamp()
        if correction_s is None:
            return
        middle = heard - _CORRECTION_WITHIN_NS
        there_us = round((middle + clock.ahead_ns - correction_s * 1e9) / 1000)
        sent = middle - _CORRECTION_WITHIN_NS
        emit(Exchange(self._stream, heard, sent, there_us, there_us))

    def _look_again(self, before: Inlet, emit: Emit, stop: threading.Event) -> Inlet | None:
        """Return the stream once it is back in the shape that it had; None when told to stop."""
        waiting = ""
        while not stop.is_set():
            try:
                inlet = Inlet(find(before.stream.source_id or self._name))
                _check_same(inlet, before)
            except DeviceError as error:
                if str(error) != waiting:
                    emit(Notice(self._stream, self._stamp(), "link_waiting", str(error)))
                waiting = str(error)
                continue
            emit(Notice(self._stream, self._stamp(), "link_back", f"{self._name} is back."))
            return inlet
        return None

    def _stamp(self) -> int:
        """Host time in ns, strictly rising, so that a read can be told from the next by it."""
        self._last_ns = max(self._now_ns(), self._last_ns + 1)
        return self._last_ns


def _check_same(inlet: Inlet, before: Inlet) -> None:
    now, then = inlet.stream, before.stream
    if (now.format, now.rate_hz, inlet.channels) != (then.format, then.rate_hz, before.channels):
        raise DeviceError(
            f"The stream {now.name} has other channels or another rate now.",
            "Stop and connect anew.",
        )


def _info(inlet: Inlet) -> dict[str, Any]:
    stream = inlet.stream
    return {
        "lsl_name": stream.name,
        "lsl_type": stream.type,
        "lsl_source_id": stream.source_id,
        "lsl_host": stream.host,
        "format": stream.format,
        "channels": [[channel.label, channel.unit, channel.type] for channel in inlet.channels],
        "side": inlet.device("side"),
    }


def _stream(device: StreamDevice, inlet: Inlet) -> str:
    """Call one of our own devices what it is called on a cable; anything else, by its name."""
    if device.raw:
        return stream_name(device.description.layout.kind, inlet.device("side"))
    name = inlet.stream.name
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name).strip("-").lower() or "lsl"
