# SPDX-License-Identifier: Apache-2.0
"""The link to one device: finding out who is there, reading it, asking it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from solemetry.errors import DeviceError
from solemetry_host.devices.dialogue import Answer, Dialogue, refusal
from solemetry_host.devices.transport import Transport
from solemetry_host.wire.records import DONE, Ack, Info, Record, Type
from solemetry_host.wire.stream import Decoded, LinkCounters, StreamDecoder

_ASK_EVERY_S = 0.25
_NEXT_RATE_S = 0.6
"""A rate at which nothing sound comes for this long is the wrong one, if there is another."""

_GIVE_UP_S = 4.0
"""A board restarts when its port is opened: its boot loader takes up to two seconds."""


class DeviceLink:
    """Bytes of a transport as decoded records, and commands the other way.

    Parameters
    ----------
    transport : Transport
    now_ns : callable
        The host clock; tests bring their own.
    """

    def __init__(
        self, transport: Transport, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.transport = transport
        self.dialogue = Dialogue(transport.write)
        self._now_ns = now_ns
        self._last_ns = 0
        self._decoder = StreamDecoder(channels=1)

    @property
    def name(self) -> str:
        """What the transport is called."""
        return self.transport.name

    @property
    def counters(self) -> LinkCounters:
        """What has come since the device was met."""
        return self._decoder.counters

    @property
    def now_s(self) -> float:
        """The host clock, in seconds."""
        return self._now_ns() * 1e-9

    def stamp(self) -> int:
        """Host time in ns, strictly rising, so that a read can be told from the next by it."""
        self._last_ns = max(self._now_ns(), self._last_ns + 1)
        return self._last_ns

    def meet(self, stop: threading.Event) -> Info | None:
        """Open the link and learn who is there; None when `stop` came first.

        Raises
        ------
        DeviceError
            When the link cannot be opened, or nobody answers on it.
        """
        try:
            self.transport.open()
            return self._ask_who(stop)
        except DeviceError:
            self.close()
            raise

    def read(self) -> Decoded:
        """Read what has come, after at most a tenth of a second, and send what is due."""
        self.dialogue.go_on(self.now_s)
        found = self._decoder.push(self.transport.read())
        for record in found.records:
            self.dialogue.hear(record, self.now_s)
        return found

    def ask(self, command: Type, payload: bytes = b"") -> Answer:
        """Send a command and read until it is answered; rows that come meanwhile are dropped.

        Raises
        ------
        DeviceError
            When the device refuses or does not answer, or the link breaks.
        """
        future = self.dialogue.ask(command, payload)
        while not future.done():
            self.read()
        return future.result()

    def close(self) -> None:
        """Close the link; what was asked and not answered is answered with an error."""
        self.dialogue.give_up(DeviceError(f"The link to {self.name} was closed.", "Connect again."))
        self.transport.close()

    def _ask_who(self, stop: threading.Event) -> Info | None:
        self._decoder, received = StreamDecoder(channels=1), 0
        began = next_ask = self.now_s
        next_rate = began + _NEXT_RATE_S
        rates = self.transport.rates
        while not stop.is_set():
            now = self.now_s
            if now >= next_ask:
                self.dialogue.tell(Type.COMMAND_INFO)
                next_ask += _ASK_EVERY_S
            data = self.transport.read()
            received += len(data)
            for record in self._decoder.push(data).records:
                if record.type == Type.INFO:
                    info = Info.parse(record.payload)
                    self._decoder = StreamDecoder(info.channels, self._decoder.rest)
                    return info
                _raise_if_refused(record)
            # Only after what has come was read: it may be the answer to this rate, come while
            # this program was kept from running.
            if now >= next_rate and len(rates) > 1 and not self.counters.frames:
                rates = (*rates[1:], rates[0])
                self.transport.use_rate(rates[0])
                self._decoder = StreamDecoder(channels=1)
                next_ask = self.now_s
                next_rate = next_ask + _NEXT_RATE_S
            if now - began > _GIVE_UP_S:
                raise self._no_answer(received, rates)
        return None

    def _no_answer(self, received: int, rates: tuple[int, ...]) -> DeviceError:
        if not received:
            return DeviceError(
                f"Nothing came from {self.name} within {_GIVE_UP_S:.0f} s.",
                "Is it the device's port, and is the firmware flashed?",
            )
        if not self.counters.frames:
            tried = " or ".join(str(rate) for rate in sorted(rates))
            return DeviceError(
                f"{received} bytes came from {self.name}, but no frame could be read"
                + (f" at {tried} baud." if tried else "."),
                "The baud rate is wrong, or another kind of device is there. "
                "Give the rate as serial:PORT?baud=500000.",
            )
        return DeviceError(
            f"{self.name} sends frames but does not say what it is.",
            "Flash the firmware that came with this app.",
        )


def _raise_if_refused(record: Record) -> None:
    """Raise when a device has refused to say who it is: its radio link carries too little."""
    ack = Ack.parse(record.payload) if record.type == Type.ACK else None
    if ack is not None and ack.command == Type.COMMAND_INFO and ack.status != DONE:
        raise refusal(Type.COMMAND_INFO, ack.status)
