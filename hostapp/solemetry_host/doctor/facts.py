# SPDX-License-Identifier: Apache-2.0
"""What there is on this computer: looked at, not judged."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

from solemetry.errors import UnavailableError
from solemetry_host import log
from solemetry_host.devices.known_boards import board_by_usb, is_ftdi

RECORDINGS = Path("recordings")

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What Qt's windows need of a Linux system, and the Debian package that has it."""

_UDEV_RULES = ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d",
               "/lib/udev/rules.d")
_BRLTTY_TAKES = re.compile(r"1a86/7523|10c4/ea60|0403/6001", re.IGNORECASE)

_NAPS = 40
_NAP_S = 0.001


@dataclass(frozen=True)
class PortFacts:
    """A serial port.

    Attributes
    ----------
    board : str
        Whose board it is, or which serial chip; empty when it is none that is known.
    usable : bool
        Whether this person may open it.
    group : str
        Who may, on systems where a group may.
    latency_ms : int or None
        For so long an FTDI chip holds bytes back; None where that cannot be seen.
    """

    device: str
    board: str
    ftdi: bool
    usable: bool
    group: str
    latency_ms: int | None


@dataclass(frozen=True)
class FolderFacts:
    """A folder that is written to; `trouble` says why it cannot be."""

    use: str
    path: str
    trouble: str
    free_bytes: int


@dataclass(frozen=True)
class Facts:
    """Everything that is judged.

    Attributes
    ----------
    system : {"Linux", "Windows", "Darwin"}
    system_version : str
        ``10.0.19045``, ``14.5``; of Linux the kernel's.
    missing_packages : dict
        Of each extra, the packages that are not installed.
    serial_group, joined, logged_in : str, bool, bool
        The group that may use serial ports; whether this person was added to it, and whether
        that holds in this session yet.
    udev : bool
        Whether the service runs that gives ports their names and permissions.
    modem_manager, brltty : bool
        Whether a program runs, or is called by a rule, that takes boards for something else.
    adapters : int or None
        Bluetooth adapters; None where that cannot be seen.
    radio_blocked : {"", "soft", "hard"}
    bluez : str
        Version, or empty.
    sound_cards : bool or None
    missing_libraries : tuple of str
        Of `QT_LIBRARIES`.
    locking_trouble : str
        Why an HDF5 file could not be written in the recordings' place.
    clock_step_ns : float
        Least step of the clock that stamps reads.
    nap_ms : float
        How long a nap of one millisecond takes.
    """

    system: str
    system_version: str
    python: tuple[int, int, int]
    missing_packages: dict[str, tuple[str, ...]]
    administrator: bool
    ports: tuple[PortFacts, ...]
    serial_group: str
    joined: bool
    logged_in: bool
    udev: bool
    modem_manager: bool
    brltty: bool
    adapters: int | None
    radio_blocked: str
    dbus: bool
    bluez: str
    bluetoothd: bool
    portaudio: bool
    sound_cards: bool | None
    screen: bool
    missing_libraries: tuple[str, ...]
    folders: tuple[FolderFacts, ...]
    locking_trouble: str
    clock_step_ns: float
    nap_ms: float
    liblsl: str
    liblsl_trouble: str


def gather(recordings: Path = RECORDINGS) -> Facts:
    """Look at this computer. Nothing is opened that another program could miss."""
    system = platform.system()
    linux = system == "Linux"
    running = _running() if linux else frozenset()
    group, joined, logged_in = _serial_group()
    liblsl, liblsl_trouble = _liblsl()
    return Facts(
        system=system,
        system_version=_system_version(system),
        python=sys.version_info[:3],
        missing_packages=_missing_packages(),
        administrator=_administrator(),
        ports=_ports(),
        serial_group=group,
        joined=joined,
        logged_in=logged_in,
        udev=Path("/run/udev/control").exists(),
        modem_manager="ModemManager" in running,
        brltty="brltty" in running or (linux and _brltty_has_a_rule()),
        adapters=_count("/sys/class/bluetooth", "hci*") if linux else None,
        radio_blocked=_radio_blocked(),
        dbus=Path("/run/dbus/system_bus_socket").exists()
        or "DBUS_SYSTEM_BUS_ADDRESS" in os.environ,
        bluez=_bluez() if linux else "",
        bluetoothd="bluetoothd" in running,
        portaudio=not linux or ctypes.util.find_library("portaudio") is not None,
        sound_cards=_count("/proc/asound", "card[0-9]*") > 0 if linux else None,
        screen=not linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")),
        missing_libraries=_missing_libraries() if linux else (),
        folders=(
            _folder("recordings", recordings),
            _folder("log", log.log_file().parent),
            _folder("temporary files", Path(tempfile.gettempdir())),
        ),
        locking_trouble=_locking_trouble(recordings),
        clock_step_ns=_clock_step_ns(),
        nap_ms=_nap_ms(),
        liblsl=liblsl,
        liblsl_trouble=liblsl_trouble,
    )


# ---- the system ----------------------------------------------------------------------------


def _system_version(system: str) -> str:
    match system:
        case "Darwin":
            return platform.mac_ver()[0]
        case "Windows":
            return platform.version()
    return platform.release()


def _missing_packages() -> dict[str, tuple[str, ...]]:
    """Of each extra of this package, what is not installed; as its own metadata lists them."""
    missing: dict[str, list[str]] = {}
    for requirement in metadata.requires("solemetry") or ():
        extra = re.search(r"extra == ['\"](\w+)['\"]", requirement)
        name = re.match(r"[\w.-]+", requirement)
        if extra is None or name is None or extra[1] == "dev":
            continue
        lacking = missing.setdefault(extra[1], [])
        if not _installed(name[0]) and name[0] not in lacking:
            lacking.append(name[0])
    return {extra: tuple(names) for extra, names in missing.items()}


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _administrator() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _running() -> frozenset[str]:
    """Names of the programs that run."""
    names = set()
    for file in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):  # it has ended meanwhile
            names.add(file.read_text().strip())
    return frozenset(names)


def _count(folder: str, pattern: str) -> int:
    return len(list(Path(folder).glob(pattern)))


# ---- serial ports --------------------------------------------------------------------------


def _ports() -> tuple[PortFacts, ...]:
    try:
        from serial.tools import list_ports
    except ImportError:  # told among the missing packages
        return ()
    return tuple(
        PortFacts(
            device=port.device,
            board=board_by_usb(port.vid, port.pid),
            ftdi=is_ftdi(port.vid),
            usable=os.name == "nt" or os.access(port.device, os.R_OK | os.W_OK),
            group=_group_of(port.device),
            latency_ms=latency_ms(port.device),
        )
        for port in list_ports.comports()
    )


def latency_ms(device: str, sys_class: Path = Path("/sys/class/tty")) -> int | None:
    """Milliseconds that an FTDI chip's driver waits for more bytes; None where it is not told."""
    try:
        return int((sys_class / Path(device).name / "device" / "latency_timer").read_text())
    except (OSError, ValueError):
        return None


def _group_of(device: str) -> str:
    try:
        return Path(device).group()
    except (OSError, KeyError, NotImplementedError):
        return ""


def _serial_group() -> tuple[str, bool, bool]:
    """Return the group that may use serial ports here, and whether this person is in it."""
    try:
        import grp
        import pwd
    except ImportError:
        return "", True, True
    for name in ("dialout", "uucp"):
        with suppress(KeyError):
            group = grp.getgrnam(name)
            if name == "uucp" and Path("/etc/debian_version").exists():
                continue
            with suppress(KeyError):
                person = pwd.getpwuid(os.getuid())
                joined = person.pw_name in group.gr_mem or person.pw_gid == group.gr_gid
                return name, joined, group.gr_gid in os.getgroups()
    return "", True, True


def _brltty_has_a_rule(folders: Iterable[str] = _UDEV_RULES) -> bool:
    """Whether a rule calls the Braille service for a serial chip of ours."""
    for folder in folders:
        for file in Path(folder).glob("*brltty*.rules"):
            lines = file.read_text("utf-8", "replace").splitlines()
            if any(_BRLTTY_TAKES.search(line) for line in lines if not line.startswith("#")):
                return True
    return False


# ---- Bluetooth -----------------------------------------------------------------------------


def _radio_blocked(folder: Path = Path("/sys/class/rfkill")) -> str:
    for switch in folder.glob("*"):
        with suppress(OSError):
            if (switch / "type").read_text().strip() != "bluetooth":
                continue
            for kind in ("hard", "soft"):
                if (switch / kind).read_text().strip() == "1":
                    return kind
    return ""


def _bluez() -> str:
    program = shutil.which("bluetoothctl")
    if program is None:
        return ""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = re.search(r"\d+\.\d+", said.stdout)
    return version[0] if version else ""


# ---- screen, files, time -------------------------------------------------------------------


def _missing_libraries(load: Callable[[str], Any] = ctypes.CDLL) -> tuple[str, ...]:
    missing = []
    for name in QT_LIBRARIES:
        try:
            load(name)
        except OSError:
            missing.append(name)
    return tuple(missing)


def _folder(use: str, path: Path) -> FolderFacts:
    there = _nearest(path)
    try:
        with tempfile.TemporaryFile(dir=there):
            trouble = ""
    except OSError as error:
        trouble = error.strerror or str(error)
    return FolderFacts(use, str(path.absolute()), trouble, shutil.disk_usage(there).free)


def _nearest(path: Path) -> Path:
    """Return the folder, or the one it would be made in."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _locking_trouble(recordings: Path) -> str:
    """Why a recording could not be begun there; network disks often refuse to lock files."""
    import h5py

    try:
        with tempfile.TemporaryDirectory(dir=_nearest(recordings)) as folder:
            h5py.File(Path(folder) / "locked.h5", "w").close()
    except OSError as error:
        return str(error).split("\n")[0]
    return ""


def _clock_step_ns() -> float:
    """Least step that is seen of the clock that stamps reads."""
    looks = [time.perf_counter_ns() for _ in range(2000)]
    steps = [after - before for before, after in pairwise(looks)]
    return float(min((step for step in steps if step > 0), default=float("inf")))


def _nap_ms() -> float:
    naps = []
    for _ in range(_NAPS):
        began = time.perf_counter()
        time.sleep(_NAP_S)
        naps.append(1000 * (time.perf_counter() - began))
    return statistics.median(naps)


def _liblsl() -> tuple[str, str]:
    """Version of liblsl, or why there is none; both empty where it was not installed."""
    if not _installed("pylsl"):
        return "", ""
    from solemetry_host.lsl.library import pylsl

    try:
        version = int(pylsl().library_version())
    except UnavailableError as error:
        return "", error.problem
    return f"{version // 100}.{version % 100}", ""
