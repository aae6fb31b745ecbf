# SPDX-License-Identifier: Apache-2.0
"""What is there: boards on serial ports, insoles in the air, streams on the network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from serial.tools import list_ports

from solemetry.errors import DeviceError, SolemetryError
from solemetry_host.devices.board import describe_board
from solemetry_host.devices.known_boards import board_by_usb
from solemetry_host.devices.link import DeviceLink
from solemetry_host.devices.transport import SerialTransport
from solemetry_host.wire.records import Info

LOOKS_FOR_S = 4.3
"""A board restarts when it is asked, and a link gives up on one after four seconds."""

_RADIO_ENDS_EARLIER_S = 0.8
"""A scan takes this much longer than it listens."""

_STREAMS_S = 1.5

_LAST_WORDS_S = 0.3
"""What was told to stop says within this what it has come to."""


@dataclass(frozen=True)
class Found:
    """One device, or what may be one.

    Attributes
    ----------
    url : str
        What ``--device`` takes.
    what : str
        A plate, an insole, a stream, or a port that was not asked.
    trouble : str
        What is the matter with it, and what to do; empty when nothing is.
    """

    url: str
    what: str
    id: str = ""
    firmware: str = ""
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Findings:
    """What was found, and where nothing could be looked for."""

    found: tuple[Found, ...]
    remarks: tuple[str, ...] = ()


class Port(Protocol):
    """A serial port as pyserial lists it."""

    device: str
    description: str
    vid: int | None
    pid: int | None


class Advertised(Protocol):
    """An insole in range, as the radio tells it."""

    @property
    def name(self) -> str:
        """What it calls itself."""

    @property
    def rssi(self) -> int | None:
        """How strongly it is heard, dBm."""


class Announced(Protocol):
    """A stream of the Lab Streaming Layer."""

    name: str
    type: str
    host: str
    source_id: str
    channels: int
    rate_hz: float


def discover(
    seconds: float = LOOKS_FOR_S,
    probe: bool = False,
    *,
    ports: Callable[[], Iterable[Port]] = list_ports.comports,
    insoles: Callable[[float], Iterable[Advertised]] | None = None,
    streams: Callable[[float], Iterable[Announced]] | None = None,
) -> Findings:
    """Look everywhere at once.

    Parameters
    ----------
    seconds : float
        How long to look, at most.
    probe : bool
        Also open ports whose USB numbers are of no board that is known; opening may disturb
        what is behind them.
    ports, insoles, streams : callable, optional
        Where to look; by default the computer's ports, its Bluetooth, and the network.
    """
    stop = threading.Event()
    looks = {
        port.device: _begin(partial(_look_at_port, port, probe, stop))
        for port in sorted(ports(), key=lambda port: port.device)
    }
    radio_s = max(0.5, seconds - _RADIO_ENDS_EARLIER_S)
    looks["Bluetooth"] = _begin(partial(_insoles, insoles or scan_bluetooth, radio_s))
    streams_s = min(seconds, _STREAMS_S)
    looks["The network"] = _begin(partial(_streams, streams or listen_for_streams, streams_s))
    wait(looks.values(), seconds)
    stop.set()
    wait(looks.values(), _LAST_WORDS_S)
    found: list[Found] = []
    remarks: list[str] = []
    for place, look in looks.items():
        if not look.done():
            remarks.append(f"{place} did not answer in time. Give it more --seconds.")
            continue
        try:
            found += look.result()
        except SolemetryError as error:
            remarks.append(str(error))
    return Findings(tuple(found), tuple(remarks))


def _begin(look: Callable[[], list[Found]]) -> Future[list[Found]]:
    """Look in a thread of its own; a port that hangs must not keep the program from ending."""
    future: Future[list[Found]] = Future()

    def run() -> None:
        try:
            future.set_result(look())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="discovery", daemon=True).start()
    return future


# ---- serial ports --------------------------------------------------------------------------


def _look_at_port(port: Port, probe: bool, stop: threading.Event) -> list[Found]:
    board = board_by_usb(port.vid, port.pid)
    found = Found(f"serial:{port.device}", f"serial port{_chip(board or port.description)}")
    if not board and not probe:
        return [replace(found, trouble="Not asked, as that may disturb it: --probe asks it too.")]
    link = DeviceLink(SerialTransport(port.device))
    try:
        info = link.meet(stop)
    except DeviceError as error:
        return [replace(found, trouble=str(error))]
    finally:
        link.close()
    if info is None:
        return [replace(found, trouble="It did not answer in time. Give it more --seconds.")]
    return [
        Found(found.url, _what(info), info.device_id, info.firmware, trouble=_trouble_with(info))
    ]


def _chip(name: str) -> str:
    """In brackets, unless the system knows nothing of it."""
    return f" ({name})" if name not in ("", "n/a") else ""


def _what(info: Info) -> str:
    side = f"{info.side} " if info.side else ""
    return f"{side}{info.kind} ({info.board}, {info.adc})"


def _trouble_with(info: Info) -> str:
    try:
        describe_board(info)
    except DeviceError as error:
        return str(error)
    return ""


# ---- Bluetooth -----------------------------------------------------------------------------


def scan_bluetooth(seconds: float) -> list[Any]:
    """Listen for insoles with the computer's Bluetooth.

    Raises
    ------
    DeviceError
        When there is no Bluetooth, it is off, or its library is not installed.
    """
    from solemetry_host.devices.radio import shared_radio

    return list(shared_radio().find(seconds))


def _insoles(scan: Callable[[float], Iterable[Advertised]], seconds: float) -> list[Found]:
    heard = sorted(scan(seconds), key=lambda insole: insole.name)
    return [
        Found(f"ble:{insole.name}", "insole (Bluetooth)", insole.name, rssi_dbm=insole.rssi)
        for insole in heard
    ]


# ---- Lab Streaming Layer -------------------------------------------------------------------


def listen_for_streams(seconds: float) -> list[Any]:
    """Listen for streams on the network.

    Raises
    ------
    UnavailableError
        When the Lab Streaming Layer is not installed.
    """
    from solemetry_host.lsl.inlet import announced

    return list(announced(seconds))


def _streams(listen: Callable[[float], Iterable[Announced]], seconds: float) -> list[Found]:
    there = sorted(listen(seconds), key=lambda stream: (stream.name, stream.source_id))
    names = [stream.name for stream in there]
    return [
        Found(
            f"lsl:{stream.name if names.count(stream.name) == 1 else stream.source_id}",
            f"stream ({stream.type or 'of no type'}, {stream.channels} channels, "
            + (f"{stream.rate_hz:g} Hz" if stream.rate_hz else "no regular rate")
            + f", of {stream.host})",
            stream.source_id,
        )
        for stream in there
    ]
