# SPDX-License-Identifier: Apache-2.0
"""A board that speaks the protocol: who it is, its frames as blocks, its link when it breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from solemetry.device import DeviceDescription, builtin_devices
from solemetry.errors import DeviceError, FileError
from solemetry.session.format import sample_type
from solemetry.timebase import Unwrapper
from solemetry_host.devices.source import Block, Emit, Notice, Opened
from solemetry_host.devices.transport import Transport
from solemetry_host.wire.records import (
    AGE_UNIT_US,
    DeviceEvent,
    Info,
    Record,
    Type,
    encode,
    signed24,
)
from solemetry_host.wire.stream import StreamDecoder

_ASK_EVERY_S = 0.25
_GIVE_UP_S = 4.0
"""A board restarts when its port is opened: its boot loader takes up to two seconds."""

_SILENCE_S = 3.0
"""A board that sends nothing for this long counts as gone."""

_RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)


class BoardSource:
    """Samples of one board.

    Parameters
    ----------
    transport : Transport
    stream : str
        What to call its stream in recordings.
    now_ns : callable
        The host clock; tests bring their own.
    """

    def __init__(
        self,
        transport: Transport,
        stream: str = "plate",
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._transport = transport
        self._stream = stream
        self._now_ns = now_ns
        self._last_ns = 0
        self._seq = 0
        self._rest = b""

    def run(self, emit: Emit, stop: threading.Event) -> None:
        """Open the board and emit what it sends; on a broken link try again until `stop`."""
        device = self._connect(emit, stop)
        while device is not None:
            try:
                self._pass_on(device, emit, stop)
                break
            except DeviceError as error:
                self._transport.close()
                emit(self._notice("link_lost", str(error)))
                device = self._reconnect(device, emit, stop)
        self._transport.close()

    # ---- getting to know the board -----------------------------------------------------

    def _connect(self, emit: Emit, stop: threading.Event) -> DeviceDescription | None:
        met = self._meet(stop)
        if met is None:
            return None
        info, description = met
        emit(Opened(self._stream, self._stamp(), description, None, asdict(info)))
        self._send(Type.COMMAND_START)
        return description

    def _reconnect(
        self, before: DeviceDescription, emit: Emit, stop: threading.Event
    ) -> DeviceDescription | None:
        for wait_s in chain(_RETRY_S, repeat(_RETRY_S[-1])):
            if stop.wait(wait_s):
                return None
            try:
                met = self._meet(stop)
                if met is None:
                    return None
                info, description = met
                if description.geometry_hash != before.geometry_hash:
                    self._transport.close()
                    raise DeviceError(
                        f"Another device ({info.device_id}) is on {self._transport.name} now.",
                        "Plug the first one in again, or stop and connect anew.",
                    )
                self._send(Type.COMMAND_START)
            except DeviceError as error:
                emit(self._notice("link_waiting", str(error)))
                continue
            emit(self._notice("link_back", f"{self._transport.name} is back."))
            return description
        return None

    def _meet(self, stop: threading.Event) -> tuple[Info, DeviceDescription] | None:
        """Open the link and learn what is there; None when `stop` came first."""
        try:
            self._transport.open()
            info = self._ask_who(stop)
            return None if info is None else (info, describe_board(info))
        except DeviceError:
            self._transport.close()
            raise

    def _ask_who(self, stop: threading.Event) -> Info | None:
        decoder, received = StreamDecoder(channels=1), 0
        began = next_ask = time.monotonic()
        while not stop.is_set():
            if time.monotonic() >= next_ask:
                self._send(Type.COMMAND_INFO)
                next_ask += _ASK_EVERY_S
            data = self._transport.read()
            received += len(data)
            for record in decoder.push(data).records:
                if record.type == Type.INFO:
                    self._rest = decoder.rest
                    return Info.parse(record.payload)
            if time.monotonic() - began > _GIVE_UP_S:
                raise self._no_answer(received, decoder.counters.frames)
        return None

    def _no_answer(self, received: int, frames: int) -> DeviceError:
        name = self._transport.name
        if not received:
            return DeviceError(
                f"Nothing came from {name} within {_GIVE_UP_S:.0f} s.",
                "Is it the plate's port, and is the firmware flashed?",
            )
        if not frames:
            return DeviceError(
                f"{received} bytes came from {name}, but no frame could be read.",
                "The baud rate is wrong, or another kind of device is there. "
                "Give the rate as serial:PORT?baud=500000.",
            )
        return DeviceError(
            f"{name} sends frames but does not say what it is.",
            "Flash the firmware that came with this app.",
        )

    # ---- passing samples on ----------------------------------------------------------------

    def _pass_on(self, device: DeviceDescription, emit: Emit, stop: threading.Event) -> None:
        decoder = StreamDecoder(len(device.layout.labels), self._rest)
        rows = RowBuilder(len(device.layout.labels))
        last_heard = time.monotonic()
        while not stop.is_set():
            data = self._transport.read()
            before = decoder.counters.damaged
            found = decoder.push(data)
            stamp = self._stamp()
            if decoder.counters.damaged > before:
                damaged = decoder.counters.damaged - before
                emit(Notice(self._stream, stamp, "link_damage", detail={"frames": damaged}))
            for record in found.records:
                self._pass_on_record(record, emit, stamp)
            if len(found.samples):
                last_heard = time.monotonic()
                emit(Block(self._stream, stamp, rows.build(found.samples, stamp)))
            elif time.monotonic() - last_heard > _SILENCE_S:
                raise DeviceError(
                    f"{self._transport.name} has sent no sample for {_SILENCE_S:.0f} s.",
                    "Check the cable, and the power of the board and its load cells.",
                )

    def _pass_on_record(self, record: Record, emit: Emit, stamp: int) -> None:
        event = DeviceEvent.parse(record.payload) if record.type == Type.EVENT else None
        if event is not None:
            detail = {"t_dev_us": event.t_us, "argument": event.argument}
            emit(Notice(self._stream, stamp, event.kind, detail=detail))

    def _send(self, command: Type) -> None:
        self._seq += 1
        self._transport.write(encode(command, self._seq))

    def _stamp(self) -> int:
        """Host time, strictly rising, so that a read can be told from the next by it."""
        self._last_ns = max(self._now_ns(), self._last_ns + 1)
        return self._last_ns

    def _notice(self, kind: str, message: str) -> Notice:
        return Notice(self._stream, self._stamp(), kind, message)


class RowBuilder:
    """Turns samples as they came over the wire into rows as they are kept."""

    def __init__(self, channels: int) -> None:
        self._type = sample_type(channels)
        self._boot_id: int | None = None
        self._unwrap = Unwrapper()

    def build(self, samples: NDArray[np.void], t_host_ns: int) -> NDArray[np.void]:
        """Rows of the session file for samples of one read."""
        rows = np.empty(len(samples), self._type)
        for name in ("index", "boot_id", "flags", "conversion"):
            rows[name] = samples[name]
        rows["counts"] = signed24(samples["counts"])
        rows["age_us"] = samples["age"].astype(np.uint32) * AGE_UNIT_US
        rows["t_dev_us"] = self._device_time(samples)
        rows["t_host_ns"] = t_host_ns
        return rows

    def _device_time(self, samples: NDArray[np.void]) -> NDArray[np.int64]:
        restarts = np.flatnonzero(np.diff(samples["boot_id"])) + 1
        parts = []
        for part in np.split(samples, restarts):
            if int(part["boot_id"][0]) != self._boot_id:
                self._boot_id, self._unwrap = int(part["boot_id"][0]), Unwrapper()
            parts.append(self._unwrap.push(part["t_us"]))
        return np.concatenate(parts)


def describe_board(info: Info) -> DeviceDescription:
    """Return the description that belongs to what a board says of itself.

    Raises
    ------
    DeviceError
        When the board is of a kind this app does not know, or was built from another
        ``device.toml`` than the one this app carries.
    """
    try:
        description = DeviceDescription.builtin(info.device_id)
    except FileError:
        raise DeviceError(
            f"The device calls itself {info.device_id!r}, which this app does not know.",
            f"It knows {', '.join(builtin_devices())}. Update the app, or flash its firmware.",
        ) from None
    if info.geometry_hash != description.geometry_hash:
        raise DeviceError(
            f"The firmware of {info.device_id} was built for another geometry "
            f"({info.geometry_hash:08x}, this app has {description.geometry_hash:08x}).",
            "Positions would be wrong. Flash the firmware that came with this app.",
        )
    return description
