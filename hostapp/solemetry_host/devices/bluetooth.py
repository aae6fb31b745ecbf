# SPDX-License-Identifier: Apache-2.0
"""An insole over Bluetooth, as a transport: each notification is put into a frame.

A record over the air has no COBS and no CRC, for the radio has its own. With them put on, all that
reads a cable reads an insole: decoder, dialogue, reconnection, log.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

from cobs import cobs

from solemetry.errors import DeviceError
from solemetry_host.devices.radio import CONTROL, STREAM, InRange, Radio
from solemetry_host.devices.transport import READ_S
from solemetry_host.wire.records import encode

if TYPE_CHECKING:
    from bleak import BleakClient

_SCAN_S = 2.5
_OPEN_S = 30.0
"""Another foot may be looked for and connected before."""

_CLOSE_S = 3.0
_NOTIFICATIONS = 4096
"""As many wait for a busy reader, more than two minutes of them; of what comes then the rows'
index tells that it is missing."""

_BATTERY = "00002a19-0000-1000-8000-00805f9b34fb"
_HEADER, _CRC = 3, 2
_logger = logging.getLogger(__name__)


class BluetoothTransport:
    """The way to one insole in range.

    Parameters
    ----------
    radio : Radio
    wanted : str
        Its advertised name or the end of it, its address, ``left`` or ``right``. Once met, it is
        that very insole that is looked for again.
    """

    rates: tuple[int, ...] = ()

    def __init__(self, radio: Radio, wanted: str) -> None:
        self.name = f"ble:{wanted}"
        self.patience_s = READ_S
        self._radio = radio
        self._wanted = wanted
        self._connection: _Connection | None = None

    @property
    def battery_percent(self) -> int | None:
        """What the standard Battery service says; None while it says nothing."""
        return self._connection.battery_percent if self._connection is not None else None

    def open(self) -> None:
        """Find the insole, connect, and listen to it."""
        try:
            self._connection = self._radio.run(self._connect(), _OPEN_S)
        except TimeoutError:
            raise DeviceError(
                f"{self.name} did not answer within {_OPEN_S:.0f} s.",
                "Bring it closer, or switch it off and on.",
            ) from None

    def use_rate(self, rate: int) -> None:
        """Do nothing: the radio has no rate to choose."""

    def read(self) -> bytes:
        """Frames of the notifications that came, after at most `patience_s`."""
        connection = self._opened()
        was_lost = connection.lost.is_set()  # looked at first: what came before it is still read
        frames = bytearray()
        try:
            frames += framed(connection.inbox.get(timeout=self.patience_s))
            while True:
                frames += framed(connection.inbox.get_nowait())
        except queue.Empty:
            if was_lost and not frames:
                raise self._gone() from None
        return bytes(frames)

    def write(self, data: bytes) -> None:
        """Send the records in these frames to the insole."""
        connection = self._opened()
        if connection.lost.is_set():
            raise self._gone()
        for frame in filter(None, data.split(b"\0")):
            self._radio.submit(connection.write(cobs.decode(frame)[:-_CRC]))

    def close(self) -> None:
        """Let the insole go: it advertises again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                self._radio.run(connection.end(), _CLOSE_S)
            except TimeoutError:
                _logger.warning("%s did not confirm that it was let go", self.name)

    async def _connect(self) -> _Connection:
        # Looked for each time: systems forget a device that was away.
        there = await self._radio.scan(_SCAN_S, lambda insole: insole.address == self._wanted)
        insole = choose(self._wanted, there, self.name)
        connection = _Connection()
        try:
            await connection.begin(self._radio, insole)
        except Exception as error:
            raise DeviceError(
                f"{insole.name} was found, but the connection failed ({_short(error)}).",
                "Bring it closer, switch it off and on, or see docs/bluetooth.md.",
            ) from None
        self.name, self._wanted = f"ble:{insole.name}", insole.address
        return connection

    def _opened(self) -> _Connection:
        if self._connection is None:
            raise DeviceError(f"{self.name} is not open.", "Connect first.")
        return self._connection

    def _gone(self) -> DeviceError:
        return DeviceError(
            f"The link to {self.name} broke.",
            "Bring it closer, and check its battery and that Bluetooth is on.",
        )


class _Connection:
    """One connection, until it ends; all but `inbox` and `lost` belongs to the radio's thread."""

    def __init__(self) -> None:
        self.inbox: queue.Queue[bytes] = queue.Queue(_NOTIFICATIONS)
        self.lost = threading.Event()
        self.battery_percent: int | None = None
        self._client: BleakClient | None = None
        self._writing = asyncio.Lock()
        """Commands go one after the other: some systems refuse two at once."""

    async def begin(self, radio: Radio, insole: InRange) -> None:
        self._client = client = await radio.connect(insole, lambda _: self.lost.set())
        try:
            await client.start_notify(CONTROL, self._notified)
            await client.start_notify(STREAM, self._notified)
            if client.services.get_characteristic(_BATTERY) is not None:
                self._hear_battery(None, await client.read_gatt_char(_BATTERY))
                await client.start_notify(_BATTERY, self._hear_battery)
        except BaseException:  # also when nobody waits for it any longer
            await client.disconnect()
            raise

    async def write(self, record: bytes) -> None:
        assert self._client is not None
        try:
            async with self._writing:
                await self._client.write_gatt_char(CONTROL, record, response=True)
        except Exception as error:
            # The dialogue repeats what was not heard, and a lost link says so itself.
            _logger.info("a command could not be written: %s", error)

    async def end(self) -> None:
        assert self._client is not None
        try:
            await self._client.disconnect()
        except Exception as error:
            _logger.info("the link was gone before it was closed: %s", error)

    def _notified(self, _: Any, value: bytearray) -> None:
        try:
            self.inbox.put_nowait(bytes(value))
        except queue.Full:
            _logger.warning("nobody reads what the insole sends; a notification was dropped")

    def _hear_battery(self, _: Any, value: bytearray) -> None:
        if value and value[0] <= 100:
            self.battery_percent = value[0]


def choose(wanted: str, there: list[InRange], called: str) -> InRange:
    """Return the insole that is meant; `called` is what an error calls it.

    Raises
    ------
    DeviceError
        When none or more than one fits.
    """
    fits = [insole for insole in there if _is_meant(wanted, insole)]
    names = ", ".join(sorted(f"ble:{insole.name}" for insole in there)) or "none"
    if not fits:
        raise DeviceError(
            f"{called} is not in range.",
            "Wake it, and let go of it in other programs and phones: a connected one is not to "
            f"be found. In range: {names}.",
        )
    if len(fits) > 1:
        what = f"say that they are {wanted}" if wanted in _SIDES else f"fit {called}"
        raise DeviceError(
            f"{len(fits)} insoles {what}.",
            f"Name the one that is meant ({names}), or set its side: solemetry side.",
        )
    return fits[0]


_SIDES = {"left": "Solemetry L ", "right": "Solemetry R "}


def _is_meant(wanted: str, insole: InRange) -> bool:
    if wanted in _SIDES:
        return insole.name.startswith(_SIDES[wanted])
    name, address, wanted = insole.name.lower(), insole.address.lower(), wanted.lower()
    return name.endswith(wanted) or address == wanted


def framed(record: bytes) -> bytes:
    """Put a notification into a frame; one too short to be a record becomes a damaged frame."""
    if len(record) < _HEADER:
        return bytes(cobs.encode(record)) + b"\0"
    return encode(record[0], int.from_bytes(record[1:3], "little"), record[_HEADER:])


def _short(error: Exception) -> str:
    return str(error).split("\n")[0].strip().rstrip(".") or type(error).__name__
