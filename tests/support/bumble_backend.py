# SPDX-License-Identifier: Apache-2.0
"""A radio without a radio: bleak's API on bumble's virtual link.

The application uses bleak as it always does; only the backend is this one. GATT, ATT, the link
layer and the controllers are bumble's, so services are discovered, MTUs agreed and notifications
subscribed to as on the air. There is no radio timing: the virtual insole brings its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import uuid as uuid_of_python
from collections.abc import Callable
from typing import Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
)
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration, Peer
from bumble.gatt import Characteristic
from bumble.hci import Address
from bumble.link import LocalLink

from solemetry_host.devices.radio import Radio

_PROPERTIES = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.NOTIFY: "notify",
}
_SERVICES = (
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


def device_on(link: LocalLink, name: str, address: str) -> Device:
    """A Bluetooth device with a controller of its own on the virtual link."""
    controller = Controller(name, link=link)
    configuration = DeviceConfiguration(
        name=name, address=Address(address), advertising_interval_min=20,
        advertising_interval_max=20,
    )  # fmt: skip
    return Device.from_config_with_hci(configuration, controller, controller)


class Computer:
    """A computer with Bluetooth: its `radio` is the application's own, on a virtual link.

    Parameters
    ----------
    mtu : int
        What it agrees to.
    """

    _numbers = itertools.count()

    def __init__(self, mtu: int = 247) -> None:
        self.mtu = mtu
        self.switched_off = False
        self.link = LocalLink()
        self.clients: set[Any] = set()
        self.radio = Radio(*_backends(self))
        self.central: Device = self.radio.run(self._power_on(), 10)

    async def _power_on(self) -> Device:
        number = next(self._numbers)
        central = device_on(self.link, "computer", f"F0:F0:F0:F0:F0:{number:02X}")
        await central.power_on()
        return central

    def scan_response_of(self, address: Address) -> AdvertisingData:
        """What a device adds when it is asked: bumble's controllers keep it to themselves."""
        for controller in self.link.controllers:
            sets = controller.advertising_sets.values()
            for advertiser in (controller.le_legacy_advertiser, *sets):
                if advertiser.address == address and advertiser.scan_response_data:
                    return AdvertisingData.from_bytes(bytes(advertiser.scan_response_data))
        return AdvertisingData()

    def switch_off(self) -> None:
        """Turn Bluetooth off: every link ends, and nothing can be looked for."""
        self.switched_off = True
        for client in list(self.clients):
            self.radio.run(client.disconnect(), 5)

    def close(self) -> None:
        """End whatever runs on the virtual link."""
        self.radio.close()


def _backends(computer: Computer) -> tuple[type, type]:
    """Scanner and client for bleak's ``backend=``."""

    class Scanner(BaseBleakScanner):
        def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: Any,
                     **_: Any) -> None:  # fmt: skip
            super().__init__(detection_callback, service_uuids)

        def _heard(self, advertisement: Any) -> None:
            data = advertisement.data
            name = computer.scan_response_of(advertisement.address).get(
                AdvertisingData.Type.COMPLETE_LOCAL_NAME
            )
            uuids = [_text(uuid) for kind in _SERVICES for each in data.get_all(kind)
                     for uuid in each]  # fmt: skip
            if not self.is_allowed_uuid(uuids):
                return
            address = advertisement.address.to_string(False)
            seen = AdvertisementData(name, {}, {}, uuids, None, advertisement.rssi,
                                     (advertisement,))  # fmt: skip
            device = self.create_or_update_device(address, address, name, advertisement.address,
                                                  seen)  # fmt: skip
            self.call_detection_callbacks(device, seen)

        async def start(self) -> None:
            if computer.switched_off:
                raise BleakBluetoothNotAvailableError(
                    "off", BleakBluetoothNotAvailableReason.POWERED_OFF
                )
            self.seen_devices = {}
            computer.central.on("advertisement", self._heard)
            await computer.central.start_scanning(active=True)

        async def stop(self) -> None:
            computer.central.remove_listener("advertisement", self._heard)
            with contextlib.suppress(Exception):
                await computer.central.stop_scanning()

    class Client(BaseBleakClient):
        def __init__(self, address_or_ble_device: Any, **options: Any) -> None:
            super().__init__(address_or_ble_device, **options)
            details = getattr(address_or_ble_device, "details", None)
            self._target = details if isinstance(details, Address) else Address(self.address)
            self._connection: Any = None

        @property
        def name(self) -> str:
            return str(self._target)

        @property
        def mtu_size(self) -> int:
            return self._connection.att_mtu if self._connection else 23

        @property
        def is_connected(self) -> bool:
            return self._connection is not None

        async def connect(self, pair: bool, **_: Any) -> None:
            try:
                central = computer.central
                self._connection = await asyncio.wait_for(central.connect(self._target), 5)
            except TimeoutError:
                raise BleakDeviceNotFoundError(self.address, "not found") from None
            self._connection.on("disconnection", self._lost)
            computer.clients.add(self)
            peer = Peer(self._connection)
            if computer.mtu > 23:
                await peer.request_mtu(computer.mtu)
            self.services = await _discovered(peer, self)

        def _lost(self, *_: Any) -> None:
            self._connection = self.services = None
            computer.clients.discard(self)
            if self._disconnected_callback:
                self._disconnected_callback()

        async def disconnect(self) -> None:
            if self._connection:
                await self._connection.disconnect()

        async def pair(self, *_: Any, **__: Any) -> None:
            raise BleakError("no pairing is needed")

        async def unpair(self) -> None:
            raise BleakError("no pairing is needed")

        async def read_gatt_char(self, characteristic: Any, **_: Any) -> bytearray:
            return bytearray(await characteristic.obj.read_value())

        async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
            return bytearray(await descriptor.obj.read_value())

        async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
            await characteristic.obj.write_value(bytes(data), with_response=response)

        async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None:
            await descriptor.obj.write_value(bytes(data), with_response=True)

        async def start_notify(self, characteristic: Any, callback: Callable[[bytearray], Any],
                               **_: Any) -> None:  # fmt: skip
            await characteristic.obj.subscribe(lambda value: callback(bytearray(value)))

        async def stop_notify(self, characteristic: Any) -> None:
            await characteristic.obj.unsubscribe()

    return Scanner, Client


async def _discovered(peer: Peer, client: BaseBleakClient) -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    for service in await peer.discover_services():
        ours = BleakGATTService(service, service.handle, _text(service.uuid))
        found.add_service(ours)
        for each in await service.discover_characteristics():
            words = [word for flag, word in _PROPERTIES.items() if flag in each.properties]
            characteristic = BleakGATTCharacteristic(
                each, each.handle, _text(each.uuid), words, lambda: client.mtu_size - 3, ours
            )
            found.add_characteristic(characteristic)
            for descriptor in await each.discover_descriptors():
                found.add_descriptor(BleakGATTDescriptor(
                    descriptor, descriptor.handle, _text(descriptor.type), characteristic))
    return found


def _text(uuid: UUID) -> str:
    """A UUID as bleak writes it: all 128 bits, also of a short one."""
    return str(uuid_of_python.UUID(bytes=uuid.to_bytes(force_128=True)[::-1]))
