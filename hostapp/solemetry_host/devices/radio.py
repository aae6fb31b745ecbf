# SPDX-License-Identifier: Apache-2.0
"""The computer's Bluetooth radio: one event loop for every insole, in a thread of its own.

On a thread that also draws, Windows never delivers Bluetooth's callbacks, and everywhere they
come late; so nothing but the radio runs here.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from solemetry.errors import DeviceError

if TYPE_CHECKING:
    from bleak import BleakClient

T = TypeVar("T")

SERVICE = "fa880001-262e-457c-a5ea-31286f3476db"
STREAM = "fa880002-262e-457c-a5ea-31286f3476db"
CONTROL = "fa880003-262e-457c-a5ea-31286f3476db"
"""The service and its characteristics: firmware/PROTOCOL.md, "Bluetooth"."""

_CONNECT_S = 8.0


@dataclass(frozen=True)
class InRange:
    """An insole that advertises.

    Attributes
    ----------
    name : str
        ``Solemetry L 12ab``
    address : str
        Of the device; on macOS a number that this computer alone gives it.
    rssi : int
        How well it is heard, in dBm.
    handle : object
        What `Radio.connect` takes.
    """

    name: str
    address: str
    rssi: int
    handle: Any


class Radio:
    """Bluetooth on an event loop that runs in its own thread, begun when first used.

    Parameters
    ----------
    scanner_backend, client_backend : type, optional
        Other backends for bleak; tests bring a virtual radio.
    """

    def __init__(
        self, scanner_backend: type | None = None, client_backend: type | None = None
    ) -> None:
        self._scanner: dict[str, Any] = {"backend": scanner_backend} if scanner_backend else {}
        self._client: dict[str, Any] = {"backend": client_backend} if client_backend else {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beginning = threading.Lock()
        self._alone = asyncio.Lock()
        """Held while looking or connecting: systems refuse to do two of these at once."""

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """Have the radio's thread do something, and wait for it.

        Raises
        ------
        TimeoutError
            When it takes longer; it is cancelled then.
        """
        future = self.submit(work)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have the radio's thread do something."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def find(self, seconds: float = 2.0) -> list[InRange]:
        """Listen for insoles, from any thread but the radio's own.

        Raises
        ------
        DeviceError
            When there is no Bluetooth, or it is off, forbidden or hangs.
        """
        try:
            return self.run(self.scan(seconds), seconds + _CONNECT_S)
        except TimeoutError:
            raise _unusable("the system does not answer") from None

    async def scan(
        self, seconds: float, until: Callable[[InRange], bool] = lambda insole: False
    ) -> list[InRange]:
        """Listen for insoles: those that advertise the service, whatever they are called.

        Parameters
        ----------
        seconds : float
        until : callable
            Says of an insole that no other needs to be waited for.

        Raises
        ------
        DeviceError
            When there is no Bluetooth, or it is off or forbidden.
        """
        scanner = _bleak().BleakScanner
        there: dict[str, InRange] = {}
        enough = asyncio.Event()

        def heard(device: Any, data: Any) -> None:
            if SERVICE not in data.service_uuids:
                return
            name = data.local_name or device.name or device.address
            insole = InRange(name, device.address, data.rssi, device)
            there[device.address] = insole
            if until(insole):
                enough.set()

        async with self._alone:
            try:
                async with scanner(heard, service_uuids=[SERVICE], **self._scanner):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(enough.wait(), seconds)
            except Exception as error:
                raise no_bluetooth(error) from None
        return list(there.values())

    async def connect(self, insole: InRange, lost: Callable[[Any], None]) -> BleakClient:
        """Connect to an insole; `lost` is called when the link ends, for whatever reason."""
        client: BleakClient = _bleak().BleakClient(
            insole.handle, lost, timeout=_CONNECT_S, **self._client
        )
        async with self._alone:
            await client.connect()
        return client

    def close(self) -> None:
        """End the thread; what it was doing is cancelled."""
        with self._beginning:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_cancel_others(), loop).result()
            loop.call_soon_threadsafe(loop.stop)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._beginning:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=_run, args=(self._loop,), name="bluetooth", daemon=True
                ).start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@cache
def shared_radio() -> Radio:
    """Return the one radio of this program: every insole is on the same."""
    return Radio()


def no_bluetooth(error: Exception) -> DeviceError:
    """Say in words why the radio cannot be used."""
    from bleak.exc import BleakBluetoothNotAvailableError

    if isinstance(error, BleakBluetoothNotAvailableError) and error.reason.name in _REASONS:
        return DeviceError(*_REASONS[error.reason.name])
    if isinstance(error, FileNotFoundError):  # Linux reaches its service by D-Bus
        return _unusable("its service is not there: no D-Bus")
    return _unusable(str(error).split("\n")[0].strip().rstrip(".") or type(error).__name__)


_FORBIDDEN = (
    "This program may not use Bluetooth.",
    "Allow it in the system's privacy settings: docs/bluetooth.md says where.",
)
_ADAPTER = "Plug in an adapter, version 4.2 or later."
_REASONS = {
    "NO_BLUETOOTH": ("This computer has no Bluetooth.", _ADAPTER),
    "NO_BLE_CENTRAL_ROLE": ("This computer's Bluetooth knows no Low Energy.", _ADAPTER),
    "POWERED_OFF": ("Bluetooth is switched off.", "Switch it on."),
    "DENIED_BY_USER": _FORBIDDEN,
    "DENIED_BY_SYSTEM": _FORBIDDEN,
    "DENIED_BY_UNKNOWN": _FORBIDDEN,
}


def _unusable(why: str) -> DeviceError:
    return DeviceError(
        f"Bluetooth cannot be used ({why}).",
        "Is it there, and is its service running? docs/bluetooth.md has a table of causes.",
    )


def _bleak() -> Any:
    """Import bleak, which takes a while and is not there where only the analysis is installed."""
    try:
        import bleak
    except ImportError:
        raise DeviceError(
            "Bluetooth needs a package that is not installed (bleak).",
            'Install it with: pip install "solemetry[live]"',
        ) from None
    return bleak
