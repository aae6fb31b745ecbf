# SPDX-License-Identifier: Apache-2.0
"""Transports move bytes. Faults are injected here, and virtual boards enter here."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Protocol, runtime_checkable

import serial
from serial.tools import list_ports

from solemetry.errors import DeviceError

RATES = (500_000, 2_000_000)
"""Baud rates of the boards there are, the commoner first: see firmware/PROTOCOL.md."""

READ_S = 0.1
"""A read waits no longer than this where nothing hurries."""

_COALESCE_S = 0.001
"""After the first byte of a read, wait this long for the rest of its burst: about one frame. A
longer wait would stand in every host stamp, and in what is known of the clock."""


class Transport(Protocol):
    """A two-way stream of bytes. `DeviceError` from any of these means the link is gone."""

    name: str
    rates: tuple[int, ...]
    """Baud rates that may be tried, the one in use first; none where there is no such thing."""

    def open(self) -> None:
        """Open the link; opening a board's port may restart the board."""

    def use_rate(self, rate: int) -> None:
        """Go on at another of the `rates`, without opening the link anew."""

    def read(self) -> bytes:
        """Bytes that came, after at most a tenth of a second; none if none came."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close the link; closing twice is fine."""


@runtime_checkable
class Wireless(Transport, Protocol):
    """A transport over the air, to a device with a battery.

    Its rows are sent when a batch is full, which may be in step with the radio for minutes; so its
    clock stands on questions for its time, asked at any moment: see `timebase.line_over`.
    """

    patience_s: float
    """A read waits no longer than this for something to come."""

    @property
    def battery_percent(self) -> int | None:
        """How full the battery is; None while the device does not say."""


class SerialTransport:
    """A serial port, or a pseudo terminal that stands for one.

    Parameters
    ----------
    port : str
        ``/dev/ttyACM0``, ``COM3``, or any pyserial URL.
    rates : tuple of int
        Baud rates to try, the likeliest first.
    """

    def __init__(self, port: str, rates: tuple[int, ...] = RATES) -> None:
        self.name = port
        self.rates = rates
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the port for this program alone."""
        try:
            self._port = serial.serial_for_url(
                self.name, self.rates[0], timeout=0.1, write_timeout=1.0, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise _why_not_opened(self.name, error) from None

    def use_rate(self, rate: int) -> None:
        """Change the rate of the open port; a board is not restarted by it."""
        try:
            self._opened().baudrate = rate
        except (serial.SerialException, OSError, ValueError) as error:
            raise self._gone(error) from None
        self.rates = (rate, *(other for other in self.rates if other != rate))

    def read(self) -> bytes:
        """Read a burst: wait for its first byte, then for what follows it closely."""
        port = self._opened()
        try:
            first = port.read(1)
            if not first:
                return b""
            time.sleep(_COALESCE_S)
            return bytes(first + port.read(port.in_waiting))
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._gone(error) from None

    def write(self, data: bytes) -> None:
        """Send bytes."""
        try:
            self._opened().write(data)
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from None

    def close(self) -> None:
        """Close the port; a port that has vanished counts as closed."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(serial.SerialException, OSError):
                port.close()

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise DeviceError(f"{self.name} is not open.", "Connect first.")
        return self._port

    def _gone(self, error: Exception) -> DeviceError:
        self.close()
        return DeviceError(
            f"The link to {self.name} broke ({_short(error)}).",
            "Check the cable and the board's power.",
        )


def _why_not_opened(port: str, error: Exception) -> DeviceError:
    text = str(error)
    if isinstance(error, ValueError):
        return DeviceError(f"{port} is not a serial port ({text}).", _ports_there())
    if not (port.upper().startswith("COM") or "://" in port or os.path.exists(port)):
        return DeviceError(f"There is no port {port}.", _ports_there())
    if "Permission" in text or "Errno 13" in text:
        return DeviceError(
            f"You may not use {port}.",
            "On Linux: sudo usermod -aG dialout $USER, then log in again.",
        )
    if "lock" in text or "Access is denied" in text or "busy" in text:
        return DeviceError(
            f"Another program is using {port}.",
            "Close it (the Arduino serial monitor, perhaps) and connect again.",
        )
    return DeviceError(f"{port} could not be opened ({_short(error)}).", _ports_there())


def _ports_there() -> str:
    ports = [f"serial:{port.device}" for port in list_ports.comports()]
    if not ports:
        return "No serial port is there; plug the board in. Without one: --device sim:plate."
    return f"Ports that are there: {', '.join(ports)}."


def _short(error: Exception) -> str:
    return str(error).split("\n")[0].strip().rstrip(".") or type(error).__name__
