# SPDX-License-Identifier: Apache-2.0
"""A virtual insole as a true GATT peripheral, in front of a pod that speaks frames."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from typing import Any, Protocol

from bumble import data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble_backend import Computer, device_on
from cobs import cobs

from solemetry_host.devices.radio import CONTROL, SERVICE, STREAM
from solemetry_host.wire.records import Type, encode

_BATTERY_SERVICE, _BATTERY_LEVEL = UUID.from_16_bits(0x180F), UUID.from_16_bits(0x2A19)
_MTU_LEAST, _INFO_MTU_LEAST, _TEST_MTU_LEAST = 64, 58, 117
_TOO_SMALL = 5
_MTU_TOO_SMALL = 10
_NEEDED = {Type.COMMAND_INFO: _INFO_MTU_LEAST, Type.COMMAND_START: _MTU_LEAST,
           Type.COMMAND_SELF_TEST: _TEST_MTU_LEAST}  # fmt: skip

Tamper = Callable[[list[bytes]], list[bytes]]
"""From the records of one interval to those that are sent: drops, repeats, reorders, cuts."""


class Pod(Protocol):
    """What is behind the radio: takes and gives serial frames."""

    def receive(self, data: bytes) -> None: ...
    def advance(self, until_s: float) -> bytes: ...


class GattInsole:
    """Advertises, takes commands, and notifies once per connection interval.

    It refuses what does not fit the MTU, as firmware/PROTOCOL.md has it. While nobody is connected
    the pod's rows are not sent; their indices go on.
    """

    def __init__(
        self, computer: Computer, pod: Pod, side: str = "L", end: str = "0001",
        interval_s: float = 0.03, tamper: Tamper = list, battery: int = 83,
        service: str = SERVICE,
    ) -> None:  # fmt: skip
        self.tamper = tamper
        self.commands: list[int] = []
        """Types of all commands that came."""
        self._computer = computer
        self._pod = pod
        self._interval_s = interval_s
        self._battery = battery
        self._service = service
        self._began = time.monotonic()
        self.name = f"Solemetry {side} {end}"
        self.address = f"F1:F2:F3:F4:{end[:2]}:{end[2:]}"
        computer.radio.run(self._switch_on(), 10)

    async def _switch_on(self) -> None:
        self.device: Device = device_on(self._computer.link, self.name, self.address)
        properties = Characteristic.Properties
        self._stream = Characteristic(STREAM, properties.NOTIFY, 0, b"")
        self._control = Characteristic(
            CONTROL, properties.WRITE | properties.WRITE_WITHOUT_RESPONSE | properties.NOTIFY,
            Characteristic.WRITEABLE, CharacteristicValue(write=self._written),
        )  # fmt: skip
        self._level = Characteristic(
            _BATTERY_LEVEL, properties.READ | properties.NOTIFY, Characteristic.READABLE,
            CharacteristicValue(read=lambda _: bytes([self._battery])),
        )  # fmt: skip
        self.device.add_service(Service(self._service, [self._stream, self._control]))
        self.device.add_service(Service(_BATTERY_SERVICE, [self._level]))
        flags = (AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE
                 | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED)  # fmt: skip
        uuids = data_types.CompleteListOf128BitServiceUUIDs([UUID(self._service)])
        name = data_types.CompleteLocalName(self.name)
        self.device.advertising_data = bytes(AdvertisingData([data_types.Flags(flags), uuids]))
        self.device.scan_response_data = bytes(AdvertisingData([name]))
        await self.device.power_on()
        await self.device.start_advertising(auto_restart=True)
        self._task = asyncio.create_task(self._notify())

    def switch_off(self) -> None:
        """Run out of battery."""
        self._computer.radio.run(self._end(), 10)

    async def _end(self) -> None:
        self._task.cancel()
        await self.device.stop_advertising()
        await self._drop()
        await self.device.power_off()

    def drop(self) -> None:
        """Lose the link, as when somebody walks away."""
        self._computer.radio.run(self._drop(), 10)

    async def _drop(self) -> None:
        for connection in list(self.device.connections.values()):
            await connection.disconnect()

    def use_battery(self, percent: int) -> None:
        """Let the battery be so full, and tell it."""
        self._battery = percent
        self._computer.radio.run(self.device.notify_subscribers(self._level, bytes([percent])), 5)

    @property
    def _mtu(self) -> int:
        return min((each.att_mtu for each in self.device.connections.values()), default=23)

    def _written(self, _: Any, value: bytes) -> None:
        type_, seq = struct.unpack_from("<BH", value)
        self.commands.append(type_)
        if self._mtu < _NEEDED.get(type_, 0):
            refused = struct.pack("<BHHBB", Type.ACK, 0, seq, type_, _TOO_SMALL)
            event = struct.pack("<BHIBH", Type.EVENT, 0, 0, _MTU_TOO_SMALL, self._mtu)
            self._refusal = asyncio.ensure_future(self._send([event, refused]))
            return
        self._pod.receive(encode(type_, seq, value[3:]))

    async def _notify(self) -> None:
        due = time.monotonic()
        while True:
            due += self._interval_s
            await asyncio.sleep(max(due - time.monotonic(), 0))
            sent = self._pod.advance(time.monotonic() - self._began)
            await self._send([cobs.decode(frame)[:-2] for frame in sent.split(b"\0") if frame])

    async def _send(self, records: list[bytes]) -> None:
        for record in self.tamper(records):
            to = self._stream if record[:1] == bytes([Type.ROWS]) else self._control
            await self.device.notify_subscribers(to, record)
