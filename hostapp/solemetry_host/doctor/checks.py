# SPDX-License-Identifier: Apache-2.0
"""What the facts mean: well, worth knowing, or a problem; and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from solemetry_host.doctor.facts import QT_LIBRARIES, Facts

State = Literal["ok", "note", "problem"]

LEAST_PYTHON = (3, 11)
LEAST_BLUEZ = (5, 55)
LEAST_WINDOWS_BUILD = 16299
LEAST_MACOS = (10, 15)
"""What bleak needs of each system, by its manual."""

NO_ROOM_BYTES = 200 * 2**20
LITTLE_ROOM_BYTES = 2 * 2**30
"""An hour of a 1 kHz plate and two insoles takes about 350 MB while it is being recorded."""

COARSE_CLOCK_NS = 1e5
LONG_NAP_MS = 5.0


@dataclass(frozen=True)
class Check:
    """One thing that was judged.

    Attributes
    ----------
    state : {"ok", "note", "problem"}
        A note is worth knowing, but the work goes on without; a problem is in its way.
    remedy : str
        What to do; empty when nothing is to be done.
    """

    name: str
    state: State
    found: str
    remedy: str = ""


def judge(facts: Facts) -> list[Check]:
    """Judge everything, in the order in which one would look."""
    return [check for of in _ALL for check in of(facts)]


# ---- Python --------------------------------------------------------------------------------


def _python(facts: Facts) -> Iterator[Check]:
    version = ".".join(map(str, facts.python))
    if facts.python[:2] < LEAST_PYTHON:
        yield Check("Python", "problem", version, "Install Python 3.11 or newer.")
    else:
        yield Check("Python", "ok", version)


def _packages(facts: Facts) -> Iterator[Check]:
    for extra, missing in facts.missing_packages.items():
        if not missing:
            yield Check(f"packages of [{extra}]", "ok", "installed")
            continue
        uses = _USES.get(extra, "")
        yield Check(
            f"packages of [{extra}]",
            "note",
            f"not installed: {', '.join(missing)}",
            f"{uses}pip install 'solemetry[{extra}]'",
        )


_USES = {
    "live": "For devices and windows: ",
    "report": "For reports: ",
    "audio": "For sound: ",
    "lsl": "For the Lab Streaming Layer: ",
}


# ---- serial ports --------------------------------------------------------------------------


def _serial_permission(facts: Facts) -> Iterator[Check]:
    name = "serial ports"
    boards = [port for port in facts.ports if port.board]
    there = ", ".join(f"{port.device} ({port.board})" for port in boards)
    there = there or "no board is plugged in"
    shut = [port for port in facts.ports if not port.usable and (port.board or not boards)]
    if facts.system != "Linux":
        remedy = "" if boards else _NO_BOARD[facts.system == "Windows"]
        yield Check(name, "ok", there, remedy)
    elif shut:
        group = shut[0].group or facts.serial_group or "dialout"
        yield Check(name, "problem", f"you may not use {shut[0].device}", _join(facts, group))
    elif facts.administrator or facts.logged_in or any(port.usable for port in boards):
        yield Check(name, "ok", there)
    elif facts.serial_group:
        group = facts.serial_group
        yield Check(name, "problem", f"{there}; you are not in the group {group}",
                    _join(facts, group))
    else:
        yield Check(name, "ok", there)


_NO_BOARD = (
    "If one is: try another cable; some carry power only.",
    "If one is, and the device manager marks it: install the driver of its serial chip "
    "(CH340 or CP210x).",
)


def _join(facts: Facts, group: str) -> str:
    if facts.joined and not facts.logged_in and group == facts.serial_group:
        return "Log out and in again: you were added to the group, but not in this session."
    return f"Run: sudo usermod -aG {group} $USER, then log out and in again."


def _udev(facts: Facts) -> Iterator[Check]:
    if facts.system != "Linux":
        return
    if facts.udev:
        yield Check("udev", "ok", "running")
    else:
        yield Check("udev", "note", "not running: a board that is plugged in may not appear",
                    "In a container, pass the port through: --device /dev/ttyACM0.")


def _grabbers(facts: Facts) -> Iterator[Check]:
    if facts.system != "Linux":
        return
    if facts.brltty:
        yield Check(
            "brltty",
            "problem",
            "takes CH340, CP210x and FTDI chips for Braille displays: their ports vanish",
            "If nobody here uses a Braille display: sudo apt remove brltty. Otherwise comment "
            "out the chip's line in the brltty rules under /usr/lib/udev/rules.d.",
        )
    else:
        yield Check("brltty", "ok", "does not take any board")
    if facts.modem_manager:
        yield Check(
            "ModemManager",
            "note",
            "may talk to a board for half a minute after it was plugged in",
            'Keep it away: put ATTRS{idVendor}=="VVVV", ENV{ID_MM_DEVICE_IGNORE}="1" with the '
            "board's vendor into /etc/udev/rules.d/77-solemetry.rules, then run: "
            "sudo udevadm control --reload.",
        )
    else:
        yield Check("ModemManager", "ok", "does not run")


def _ftdi(facts: Facts) -> Iterator[Check]:
    for port in facts.ports:
        if not port.ftdi:
            continue
        name = f"FTDI on {port.device}"
        if port.latency_ms == 1:
            yield Check(name, "ok", "passes bytes on after 1 ms")
        elif port.latency_ms is not None:
            file = f"/sys/bus/usb-serial/devices/{port.device.rpartition('/')[2]}/latency_timer"
            yield Check(
                name,
                "note",
                f"holds bytes back for up to {port.latency_ms} ms; live feedback lags by that",
                f"Run: echo 1 | sudo tee {file}. To keep it so: put ACTION==\"add\", "
                'SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1" into '
                "/etc/udev/rules.d/99-ftdi.rules.",
            )
        elif facts.system == "Windows":
            yield Check(
                name, "note", "holds bytes back for up to 16 ms unless told otherwise",
                "Device manager, Ports, its Properties, Port Settings, Advanced: "
                "set Latency Timer to 1.",
            )
        else:
            yield Check(
                name, "note", "holds bytes back for up to 16 ms; this system does not let it be "
                "changed", "A board with native USB or another serial chip has no such delay.",
            )


# ---- Bluetooth -----------------------------------------------------------------------------


def _bluetooth(facts: Facts) -> Iterator[Check]:
    name = "Bluetooth"
    if facts.system == "Windows":
        build = _number(facts.system_version, 2)
        if build < LEAST_WINDOWS_BUILD:
            yield Check(name, "problem", f"this Windows (build {build}) is too old for insoles",
                        f"Update to build {LEAST_WINDOWS_BUILD} or newer.")
        else:
            yield Check(name, "ok", "supported; `solemetry devices` tries it",
                        "If it fails: switch it on in the settings.")
    elif facts.system == "Darwin":
        if _numbers(facts.system_version) < LEAST_MACOS:
            yield Check(name, "problem", f"macOS {facts.system_version} is too old for insoles",
                        "Update to macOS 10.15 or newer.")
        else:
            yield Check(name, "ok", "supported; `solemetry devices` tries it",
                        "If it fails: allow the terminal under Privacy & Security, Bluetooth.")
    else:
        yield _bluetooth_on_linux(facts)


def _bluetooth_on_linux(facts: Facts) -> Check:
    name = "Bluetooth"
    if facts.radio_blocked == "hard":
        return Check(name, "problem", "switched off by a switch or key of the computer",
                     "Use that switch, or the firmware's set-up.")
    if facts.radio_blocked == "soft":
        return Check(name, "problem", "switched off", "Run: rfkill unblock bluetooth.")
    if not facts.adapters:
        return Check(name, "note", "no adapter: insoles work by cable only",
                     "Plug in an adapter for Bluetooth 4.2 or newer.")
    if not facts.dbus:
        return Check(name, "problem", "the system's message bus (D-Bus) does not run",
                     "Run: sudo systemctl start dbus.")
    if not facts.bluez:
        return Check(name, "problem", "BlueZ is not installed", "Run: sudo apt install bluez.")
    if _numbers(facts.bluez) < LEAST_BLUEZ:
        return Check(name, "problem", f"BlueZ {facts.bluez} is too old",
                     "Update to BlueZ 5.55 or newer.")
    if not facts.bluetoothd:
        return Check(name, "problem", "its service does not run",
                     "Run: sudo systemctl enable --now bluetooth.")
    return Check(name, "ok", f"{facts.adapters} adapter(s), BlueZ {facts.bluez}")


# ---- sound and screen ----------------------------------------------------------------------


def _audio(facts: Facts) -> Iterator[Check]:
    if not facts.portaudio:
        yield Check("sound", "note", "PortAudio is not installed: drills make no sound",
                    "Run: sudo apt install libportaudio2.")
    elif facts.sound_cards is False:
        yield Check("sound", "note", "no sound card: drills make no sound",
                    "Plug in headphones with their own, or go without.")
    else:
        yield Check("sound", "ok", "PortAudio is there")


def _screen(facts: Facts) -> Iterator[Check]:
    if facts.screen and facts.missing_libraries:
        packages = " ".join(QT_LIBRARIES[name] for name in facts.missing_libraries)
        yield Check("screen", "problem", f"Qt lacks {', '.join(facts.missing_libraries)}",
                    f"Run: sudo apt install {packages}.")
    elif facts.screen:
        yield Check("screen", "ok", "there, with what Qt needs")
    else:
        yield Check("screen", "note", "none: the live window cannot open",
                    "Record without one: solemetry record --device URL --seconds 30.")


# ---- files and time ------------------------------------------------------------------------


def _folders(facts: Facts) -> Iterator[Check]:
    for folder in facts.folders:
        name = f"folder of {folder.use}"
        room = f"{folder.path}, {folder.free_bytes / 2**30:.1f} GB free"
        if folder.trouble:
            yield Check(name, "problem", f"{folder.path} cannot be written ({folder.trouble})",
                        "Choose another place, or change its permissions.")
        elif folder.free_bytes < NO_ROOM_BYTES:
            yield Check(name, "problem", room, "Make room, or choose another disk.")
        elif folder.free_bytes < LITTLE_ROOM_BYTES:
            yield Check(name, "note", room, "That lasts for some hours; make room in time.")
        else:
            yield Check(name, "ok", room)


def _locking(facts: Facts) -> Iterator[Check]:
    if facts.locking_trouble:
        yield Check(
            "HDF5", "problem", f"no file can be begun here ({facts.locking_trouble})",
            "Record to a disk of this computer; on a network disk that cannot lock files, set "
            "HDF5_USE_FILE_LOCKING=FALSE.",
        )
    else:
        yield Check("HDF5", "ok", "files can be written and locked")


def _clock(facts: Facts) -> Iterator[Check]:
    steps = f"steps of {facts.clock_step_ns / 1000:.3g} us, a nap of 1 ms takes {facts.nap_ms:.1f}"
    if facts.clock_step_ns > COARSE_CLOCK_NS:
        yield Check("clock", "problem", steps,
                    "Stamps would be coarser than 0.1 ms. In a virtual machine, choose another "
                    "clock source.")
    elif facts.nap_ms > LONG_NAP_MS:
        yield Check("clock", "note", steps, "Reads come late. Close other programs, and do not "
                    "run on a battery saver.")
    else:
        yield Check("clock", "ok", steps)


def _lsl(facts: Facts) -> Iterator[Check]:
    if facts.liblsl_trouble:
        yield Check("Lab Streaming Layer", "problem", facts.liblsl_trouble,
                    "Run: pip install --upgrade --force-reinstall pylsl; its wheels bring liblsl.")
    elif facts.liblsl:
        yield Check("Lab Streaming Layer", "ok", f"liblsl {facts.liblsl}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _number(version: str, at: int) -> int:
    numbers = _numbers(version)
    return numbers[at] if at < len(numbers) else 0


_ALL: tuple[Callable[[Facts], Iterator[Check]], ...] = (
    _python,
    _packages,
    _serial_permission,
    _udev,
    _grabbers,
    _ftdi,
    _bluetooth,
    _audio,
    _screen,
    _folders,
    _locking,
    _clock,
    _lsl,
)
