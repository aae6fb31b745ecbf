# SPDX-License-Identifier: Apache-2.0
"""What is there is found, within five seconds, and nothing else is disturbed."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
import serial
import typed
from pty_plate import PLATE, PtyDevice, PtyPlate, pty_plate

from solemetry.errors import DeviceError, UnavailableError
from solemetry_host.devices.board import BoardSource
from solemetry_host.devices.discovery import Findings, Found, discover
from solemetry_host.devices.known_boards import board_by_usb
from solemetry_host.devices.transport import SerialTransport
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import VirtualPlate

CH340 = (0x1A86, 0x7523)
SCOPE = (0x0699, 0x0401)


@dataclass(frozen=True)
class Listed:
    """A serial port as pyserial lists it."""

    device: str
    vid: int | None = CH340[0]
    pid: int | None = CH340[1]
    description: str = "USB Serial"


@dataclass(frozen=True)
class Heard:
    name: str
    rssi: int | None


@dataclass(frozen=True)
class Stream:
    name: str
    source_id: str
    type: str = "Force"
    host: str = "lab-2"
    channels: int = 3
    rate_hz: float = 1000.0


def look(
    *ports: Listed,
    insoles: Callable[[float], list[Heard]] = lambda _: [],
    streams: Callable[[float], list[Stream]] = lambda _: [],
    **options: float,
) -> tuple[Findings, float]:
    began = time.monotonic()
    findings = discover(
        ports=lambda: ports, insoles=insoles, streams=streams, **options  # type: ignore[arg-type]
    )
    return findings, time.monotonic() - began


@contextmanager
def dumb_terminal() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """A port behind which something listens and never answers; and what was sent to it."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)

    def sent() -> bytes:
        with suppress(BlockingIOError):
            return os.read(master, 4096)
        return b""

    yield os.ttyname(slave), sent
    os.close(master)
    os.close(slave)


def test_a_plate_on_a_known_board_says_what_it_is() -> None:
    with pty_plate() as plate:
        findings, _ = look(Listed(plate.port))
    assert findings == Findings(
        (
            Found(f"serial:{plate.port}", "plate (Arduino Uno, HX711)", "plate-hx711-uno",
                  findings.found[0].firmware),
        )
    )
    assert findings.found[0].firmware.count(".") == 2


def test_a_port_of_no_known_board_is_listed_but_not_touched() -> None:
    with dumb_terminal() as (port, sent):
        findings, took_s = look(Listed(port, *SCOPE, "Oscilloscope"), Listed("/dev/none", None))
        assert sent() == b""
    assert [found.url for found in findings.found] == ["serial:/dev/none", f"serial:{port}"]
    assert all("--probe" in found.trouble for found in findings.found)
    assert "Oscilloscope" in findings.found[1].what
    assert took_s < 1


def test_with_probe_every_port_is_asked() -> None:
    with pty_plate() as plate:
        findings, _ = look(Listed(plate.port, *SCOPE), probe=True)
    assert findings.found[0].id == "plate-hx711-uno"
    assert findings.found[0].trouble == ""


def test_all_is_looked_for_at_once_and_within_five_seconds() -> None:
    def scan(seconds: float) -> list[Heard]:
        time.sleep(seconds)
        return [Heard("Solemetry R 7", None), Heard("Solemetry L 3", -61)]

    plates = [PtyPlate(boot_id=n) for n in (1, 2)]
    with dumb_terminal() as (silent, sent):
        ports = [Listed(plate.port) for plate in plates] + [Listed(silent)]
        findings, took_s = look(*ports, insoles=scan)
        assert sent() != b""
    for plate in plates:
        plate.cut()
    assert took_s < 5
    by_url = {found.url: found for found in findings.found}
    assert [by_url[f"serial:{plate.port}"].trouble for plate in plates] == ["", ""]
    assert "Nothing came from" in by_url[f"serial:{silent}"].trouble
    assert by_url["ble:Solemetry L 3"].rssi_dbm == -61
    assert by_url["ble:Solemetry R 7"].rssi_dbm is None


def test_a_plate_that_another_program_holds_is_said_to_be_held() -> None:
    with pty_plate() as plate:
        stop = threading.Event()
        streaming = threading.Event()
        source = BoardSource(SerialTransport(plate.port))
        other = threading.Thread(target=source.run, args=(lambda _: streaming.set(), stop))
        other.start()
        assert streaming.wait(30)
        findings, _ = look(Listed(plate.port))
        stop.set()
        other.join()
    assert f"Another program is using {plate.port}" in findings.found[0].trouble


def test_a_port_that_this_person_may_not_use_is_explained(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may use every port, so the refusal is the one that Linux gives, word for word.
    def refuse(*_: object, **__: object) -> None:
        raise serial.SerialException(
            13, "could not open port /dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'"
        )

    monkeypatch.setattr(serial, "serial_for_url", refuse)
    with dumb_terminal() as (port, _):
        findings, _ = look(Listed(port))
    assert "You may not use" in findings.found[0].trouble
    assert "dialout" in findings.found[0].trouble


def test_firmware_of_another_geometry_is_listed_with_what_to_do() -> None:
    other = replace(PLATE, geometry_hash=PLATE.geometry_hash ^ 1)
    device = PtyDevice(VirtualPlate(other, Person(ONE_LEG).load))
    findings, _ = look(Listed(device.port))
    device.cut()
    (found,) = findings.found
    assert found.id == "plate-hx711-uno"
    assert "another geometry" in found.trouble
    assert "Flash the firmware" in found.trouble


def test_what_hangs_is_told_and_the_rest_is_listed() -> None:
    def hang(_: float) -> list[Heard]:
        time.sleep(30)
        return []

    with pty_plate() as plate:
        findings, took_s = look(Listed(plate.port), insoles=hang, seconds=1.0)
    assert took_s < 2
    assert [found.id for found in findings.found] == ["plate-hx711-uno"]
    assert findings.remarks == ("Bluetooth did not answer in time. Give it more --seconds.",)


def test_a_board_that_takes_longer_than_there_is_time_is_said_to_be_late() -> None:
    with dumb_terminal() as (port, _):
        findings, took_s = look(Listed(port), seconds=0.6)
    assert took_s < 1.5
    assert findings.found[0].trouble == "It did not answer in time. Give it more --seconds."


def test_no_bluetooth_and_no_streaming_layer_are_one_line_each() -> None:
    def no_radio(_: float) -> list[Heard]:
        raise DeviceError("Bluetooth cannot be used (it is off).", "Switch it on.")

    def no_layer(_: float) -> list[Stream]:
        raise UnavailableError("The Lab Streaming Layer is not installed.", "Install it.")

    findings, _ = look(insoles=no_radio, streams=no_layer)
    assert findings.found == ()
    assert findings.remarks == (
        "Bluetooth cannot be used (it is off). Switch it on.",
        "The Lab Streaming Layer is not installed. Install it.",
    )


def test_a_fault_in_the_looking_itself_is_not_swallowed() -> None:
    def broken(_: float) -> list[Heard]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look(insoles=broken)


def test_streams_of_the_same_name_are_told_apart_by_their_source() -> None:
    def listen(_: float) -> list[Stream]:
        return [Stream("plate-cop", "b"), Stream("plate-cop", "a"), Stream("eeg", "c", rate_hz=0)]

    findings, _ = look(streams=listen)
    assert [found.url for found in findings.found] == ["lsl:eeg", "lsl:a", "lsl:b"]
    assert "no regular rate" in findings.found[0].what
    assert "1000 Hz" in findings.found[1].what
    assert "lab-2" in findings.found[1].what


@pytest.mark.parametrize(
    ("vid", "pid", "known"),
    [
        # From the makers' own lists: Arduino's boards.txt, the usb.ids of linux-usb.org.
        (0x2341, 0x0043, "Arduino"),
        (0x2341, 0x0001, "Arduino"),
        (0x2A03, 0x0043, "Arduino"),
        (0x1A86, 0x7523, "CH340"),
        (0x1A86, 0x5523, "CH341"),
        (0x1A86, 0x55D4, "CH9102"),
        (0x0403, 0x6001, "FT232R"),
        (0x0403, 0x6015, "FT231X"),
        (0x10C4, 0xEA60, "CP210x"),
        (0x303A, 0x1001, "Espressif"),
    ],
)
def test_boards_are_known_by_their_usb_numbers(vid: int, pid: int, known: str) -> None:
    assert known in board_by_usb(vid, pid)


@pytest.mark.parametrize(
    ("vid", "pid"),
    [(None, None), (0x1A86, 0xE008), (0x0403, 0x6010), (0x10C4, 0x8A2A), (0x067B, 0x2303)],
)
def test_what_shares_only_a_chip_maker_is_not_taken_for_a_board(
    vid: int | None, pid: int | None
) -> None:
    assert board_by_usb(vid, pid) == ""




# ---- the command


def test_the_command_prints_a_table_or_a_sentence() -> None:
    done = typed.solemetry("devices", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    assert "Devices" in done.stdout or "No device was found" in done.stdout
