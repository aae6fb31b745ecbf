# SPDX-License-Identifier: Apache-2.0
"""A board that speaks the protocol: who it is, its frames as blocks, its link when it breaks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from itertools import chain, repeat

from solemetry.device import DeviceDescription, builtin_devices
from solemetry.errors import DeviceError, FileError
from solemetry_host.devices.dialogue import Answer
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.order import RowOrder
from solemetry_host.devices.rows import RowBuilder
from solemetry_host.devices.source import Block, Emit, Exchange, Notice, Opened, stream_name
from solemetry_host.devices.transport import READ_S, Transport, Wireless
from solemetry_host.wire.records import UNO, DeviceEvent, Info, Record, TimeAnswer, Type
from solemetry_host.wire.stream import Decoded

_SILENCE_S = 3.0
"""A board that sends nothing for this long counts as gone."""

_RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)

EXCHANGE_EVERY_S = 0.9839
"""No multiple of any period on either side, so that the questions meet every phase of the link."""

_TIME_PATIENCE_S = 0.5

_SLOWEST_HZ, _FASTEST_HZ = 1.0, 20_000.0
"""No board of ours is near either; a rate beyond them is a damaged INFO or an unfinished image."""


@dataclass(eq=False)
class _Device:
    """The board that was met first; another one does not take its place."""

    info: Info
    description: DeviceDescription
    rows: RowBuilder
    order: RowOrder = field(default_factory=RowOrder)


class BoardSource:
    """Rows of one board.

    Parameters
    ----------
    transport : Transport
    stream : str, optional
        What to call its stream in recordings; by default its kind and side, as ``insole-left``.
    now_ns : callable
        The host clock; tests bring their own.
    insole_size_eu : float, optional
        What size it is made for, if it is an insole; without, the one that is drawn.
    """

    def __init__(
        self,
        transport: Transport,
        stream: str = "",
        now_ns: Callable[[], int] = time.perf_counter_ns,
        insole_size_eu: float | None = None,
    ) -> None:
        self.transport = transport
        self.insole_size_eu = insole_size_eu
        self._wireless = transport if isinstance(transport, Wireless) else None
        self._chance = random.Random()
        self._battery_percent: int | None = None
        self._link = DeviceLink(transport, now_ns)
        self._stream = stream
        self._next_exchange_s = 0.0
        self._asked: dict[int, int] = {}
        """Host time of the questions for the device's time that wait for an answer."""

    @property
    def name(self) -> str:
        """The URL that it is known by."""
        name = self._link.name
        return name if name.partition(":")[0] in ("sim", "ble") else f"serial:{name}"

    def run(self, emit: Emit, stop: threading.Event) -> None:
        """Open the board and emit what it sends; on a broken link try again until `stop`."""
        device = self._connect(emit, stop)
        while device is not None:
            try:
                self._pass_on(device, emit, stop)
                break
            except DeviceError as error:
                self._link.close()
                emit(self._notice("link_lost", str(error)))
                device = self._reconnect(device, emit, stop)
        self._link.close()

    def ask(self, command: Type, payload: bytes = b"") -> Future[Answer]:
        """Send the running board a command; may be called from any thread."""
        return self._link.dialogue.ask(command, payload)

    # ---- getting to know the board -----------------------------------------------------

    def _connect(self, emit: Emit, stop: threading.Event) -> _Device | None:
        info = self._link.meet(stop)
        if info is None:
            return None
        device = _Device(info, self._describe(info), RowBuilder(info.channels))
        self._stream = self._stream or stream_name(info.kind, info.side)
        said = asdict(info) | ({"wireless": True} if self._wireless is not None else {})
        emit(Opened(self._stream, self._link.stamp(), device.description, None, said))
        if info.board == UNO and "brown-out" not in info.features:
            emit(Notice(self._stream, self._link.stamp(), "brown_out_detector_off"))
        self._start(emit)
        return device

    def _describe(self, info: Info) -> DeviceDescription:
        try:
            return describe_board(info, self.insole_size_eu)
        except DeviceError:
            self._link.close()
            raise

    def _reconnect(self, before: _Device, emit: Emit, stop: threading.Event) -> _Device | None:
        for wait_s in chain(_RETRY_S, repeat(_RETRY_S[-1])):
            if stop.wait(wait_s):
                return None
            try:
                info = self._link.meet(stop)
                if info is None:
                    return None
                self._check_same(info, before)
                self._note_restart(before, info, emit)
                self._start(emit)
            except DeviceError as error:
                emit(self._notice("link_waiting", str(error)))
                continue
            emit(self._notice("link_back", f"{self._link.name} is back."))
            return before
        return None

    def _check_same(self, info: Info, before: _Device) -> None:
        same = self._describe(info).geometry_hash == before.description.geometry_hash
        if not same or info.side != before.info.side:
            self._link.close()
            raise DeviceError(
                f"Another device ({' '.join((info.device_id, info.side)).strip()}) is on "
                f"{self._link.name} now.",
                "Plug the first one in again, or stop and connect anew.",
            )

    def _note_restart(self, device: _Device, info: Info, emit: Emit) -> None:
        """Tell why the board started again, if it did: it says who it is at each start."""
        if info.boot_id != device.info.boot_id:
            detail = {"cause": info.reset_cause, "boot_id": info.boot_id}
            emit(Notice(self._stream, self._link.stamp(), "device_restarted", detail=detail))
        device.info = info

    def _start(self, emit: Emit) -> None:
        def answered(future: Future[Answer]) -> None:
            error = future.exception()
            if error is not None:
                emit(self._notice("start_refused", str(error)))

        self._asked.clear()
        self.ask(Type.COMMAND_START).add_done_callback(answered)

    # ---- passing on what it sends ----------------------------------------------------------

    def _pass_on(self, device: _Device, emit: Emit, stop: threading.Event) -> None:
        link = self._link
        last_heard_s, damaged_before = link.now_s, 0
        while not stop.is_set():
            self._ask_for_time(link.now_s)
            if self._wireless is not None:
                self._tell_battery(self._wireless, emit)
                self._wireless.patience_s = self._until_next_question(link.now_s)
            found = link.read()
            stamp = link.stamp()
            if link.counters.damaged > damaged_before:
                frames = link.counters.damaged - damaged_before
                damaged_before = link.counters.damaged
                emit(Notice(self._stream, stamp, "link_damage", detail={"frames": frames}))
            for record in found.records:
                self._pass_on_record(device, record, emit, stamp)
            if self._pass_on_rows(device, found, emit, stamp):
                last_heard_s = link.now_s
            elif link.now_s - last_heard_s > _SILENCE_S:
                raise DeviceError(
                    f"{link.name} has sent no sample for {_SILENCE_S:.0f} s.",
                    "Check the cable, and the power of the board and its sensors."
                    if self._wireless is None
                    else "Bring it closer, and check its battery.",
                )

    def _pass_on_rows(self, device: _Device, found: Decoded, emit: Emit, stamp: int) -> bool:
        came = found.samples if len(found.samples) else found.rows
        kept = device.order.keep(came)
        if len(kept) < len(came):
            detail = {"rows": len(came) - len(kept)}
            emit(Notice(self._stream, stamp, "rows_out_of_order", detail=detail))
        if len(kept) and len(found.samples):
            emit(Block(self._stream, stamp, device.rows.build(kept, stamp)))
        elif len(kept):
            emit(Block(self._stream, stamp, *device.rows.build_insole(kept, stamp)))
        return bool(len(came))

    def _pass_on_record(self, device: _Device, record: Record, emit: Emit, stamp: int) -> None:
        if record.type == Type.TIME:
            self._pass_on_time(device, record, emit, stamp)
            return
        if record.type == Type.INFO:
            self._note_restart(device, Info.parse(record.payload), emit)
            return
        event = DeviceEvent.parse(record.payload) if record.type == Type.EVENT else None
        if event is not None:
            detail = {"t_dev_us": event.t_us, "argument": event.argument}
            emit(Notice(self._stream, stamp, event.kind, detail=detail))

    def _tell_battery(self, wireless: Wireless, emit: Emit) -> None:
        percent = wireless.battery_percent
        if percent is not None and percent != self._battery_percent:
            self._battery_percent = percent
            detail = {"percent": percent}
            emit(Notice(self._stream, self._link.stamp(), "battery", detail=detail))

    # ---- what time it is there -------------------------------------------------------------

    def _ask_for_time(self, now_s: float) -> None:
        self._asked = {
            seq: sent_ns
            for seq, sent_ns in self._asked.items()
            if now_s - sent_ns * 1e-9 < _TIME_PATIENCE_S
        }
        if now_s >= self._next_exchange_s:
            self._next_exchange_s = now_s + EXCHANGE_EVERY_S * self._off_beat()
            sent_ns = self._link.stamp()
            self._asked[self._link.dialogue.tell(Type.COMMAND_TIME)] = sent_ns

    def _until_next_question(self, now_s: float) -> float:
        """Asked when the next notification has come, all questions would just have missed one."""
        return min(max(self._next_exchange_s - now_s, 0.001), READ_S)

    def _off_beat(self) -> float:
        """Over the air no two questions may fall on the same phase of the radio's interval."""
        return 1.0 if self._wireless is None else self._chance.uniform(0.7, 1.3)

    def _pass_on_time(self, device: _Device, record: Record, emit: Emit, stamp: int) -> None:
        answer = TimeAnswer.parse(record.payload)
        sent_ns = self._asked.pop(answer.command_seq, None) if answer is not None else None
        if answer is None or sent_ns is None:
            return
        received_us = device.rows.device_time(answer.received_us)
        answered_us = device.rows.device_time(answer.sent_us)
        if received_us is not None and answered_us is not None:
            emit(Exchange(self._stream, stamp, sent_ns, received_us, answered_us))

    def _notice(self, kind: str, message: str) -> Notice:
        return Notice(self._stream, self._link.stamp(), kind, message)


def describe_board(info: Info, insole_size_eu: float | None = None) -> DeviceDescription:
    """Return the description that belongs to what a board says of itself.

    Parameters
    ----------
    info : Info
    insole_size_eu : float, optional
        What size it is made for, if it is an insole; without, the one that is drawn. The board does
        not know it: all sizes have one firmware.

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
    if info.channels != len(description.layout.labels):
        raise DeviceError(
            f"{info.device_id} sends {info.channels} channels; its description has "
            f"{len(description.layout.labels)}.",
            "Flash the firmware that came with this app.",
        )
    if not _SLOWEST_HZ <= info.rate_hz <= _FASTEST_HZ:
        raise DeviceError(
            f"{info.device_id} says it sends {info.rate_hz:g} rows a second; from {_SLOWEST_HZ:g} "
            f"to {_FASTEST_HZ:g} are possible.",
            "Flash the firmware that came with this app.",
        )
    if insole_size_eu is not None and description.layout.kind == "insole":
        description = description.sized(insole_size_eu)
    return description.as_used(info.rate_hz, info.side)
