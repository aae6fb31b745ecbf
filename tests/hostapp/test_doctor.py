# SPDX-License-Identifier: Apache-2.0
"""Whatever a computer lacks is named, with what to do; on every system, judged from facts."""

from __future__ import annotations

import ctypes
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solemetry_host.doctor import facts as looking
from solemetry_host.doctor.checks import Check, judge
from solemetry_host.doctor.facts import QT_LIBRARIES, Facts, FolderFacts, PortFacts, gather

ROOT = Path(__file__).parents[2]
UNO = PortFacts("/dev/ttyACM0", "Arduino", False, True, "dialout", None)
FTDI = PortFacts("/dev/ttyUSB0", "FTDI FT232R", True, True, "dialout", 1)
ROOM = FolderFacts("recordings", "/home/lab/recordings", "", 100 * 2**30)

LINUX = Facts(
    system="Linux",
    system_version="6.1.0",
    python=(3, 12, 4),
    missing_packages={"live": (), "lsl": ()},
    administrator=False,
    ports=(UNO, FTDI),
    serial_group="dialout",
    joined=True,
    logged_in=True,
    udev=True,
    modem_manager=False,
    brltty=False,
    adapters=1,
    radio_blocked="",
    dbus=True,
    bluez="5.66",
    bluetoothd=True,
    portaudio=True,
    sound_cards=True,
    screen=True,
    missing_libraries=(),
    folders=(ROOM,),
    locking_trouble="",
    clock_step_ns=40.0,
    nap_ms=1.1,
    liblsl="1.18",
    liblsl_trouble="",
)
ELSEWHERE: dict[str, Any] = {
    "serial_group": "", "udev": False, "adapters": None, "dbus": False, "bluez": "",
    "bluetoothd": False, "sound_cards": None,
}  # fmt: skip
WINDOWS = replace(
    LINUX, system="Windows", system_version="10.0.22631",
    ports=(replace(UNO, device="COM3", group=""),), **ELSEWHERE,
)  # fmt: skip
MACOS = replace(
    LINUX, system="Darwin", system_version="14.5",
    ports=(replace(UNO, device="/dev/cu.usbmodem1", group="wheel"),), **ELSEWHERE,
)  # fmt: skip


def found(facts: Facts, name: str) -> Check:
    (check,) = [check for check in judge(facts) if check.name == name]
    return check


@pytest.mark.parametrize("healthy", [LINUX, WINDOWS, MACOS], ids=lambda facts: facts.system)
def test_on_a_healthy_computer_all_is_well(healthy: Facts) -> None:
    checks = judge(healthy)
    assert {check.state for check in checks} == {"ok"}
    assert len({check.name for check in checks}) == len(checks) > 8


CASES: list[tuple[Facts, dict[str, Any], str, str, str, str]] = [
    # on, what differs, check, state, what is said, what is to be done
    (LINUX, {"python": (3, 10, 9)}, "Python", "problem", "3.10.9", "3.11"),
    (LINUX, {"missing_packages": {"live": ("bleak",)}}, "packages of [live]", "note", "bleak",
     "pip install 'solemetry[live]'"),
    (LINUX, {"ports": (replace(UNO, usable=False),), "joined": False, "logged_in": False},
     "serial ports", "problem", "may not use /dev/ttyACM0", "usermod -aG dialout $USER"),
    (LINUX, {"ports": (replace(UNO, usable=False, group="uucp"),), "serial_group": "uucp",
             "joined": False, "logged_in": False},
     "serial ports", "problem", "/dev/ttyACM0", "usermod -aG uucp $USER"),
    (LINUX, {"ports": (replace(UNO, usable=False),), "logged_in": False},
     "serial ports", "problem", "/dev/ttyACM0", "Log out and in again"),
    (LINUX, {"ports": (), "joined": False, "logged_in": False},
     "serial ports", "problem", "not in the group dialout", "usermod"),
    (LINUX, {"ports": (), "joined": False, "logged_in": False, "administrator": True},
     "serial ports", "ok", "no board is plugged in", ""),
    (WINDOWS, {"ports": ()}, "serial ports", "ok", "no board", "install the driver"),
    (MACOS, {"ports": ()}, "serial ports", "ok", "no board", "another cable"),
    (LINUX, {"udev": False}, "udev", "note", "may not appear", "container"),
    (LINUX, {"brltty": True}, "brltty", "problem", "CH340", "Braille"),
    (LINUX, {"modem_manager": True}, "ModemManager", "note", "half a minute",
     "ID_MM_DEVICE_IGNORE"),
    (LINUX, {"ports": (replace(FTDI, latency_ms=16),)}, "FTDI on /dev/ttyUSB0", "note",
     "up to 16 ms",
     "echo 1 | sudo tee /sys/bus/usb-serial/devices/ttyUSB0/latency_timer"),
    (WINDOWS, {"ports": (replace(FTDI, device="COM4", latency_ms=None),)}, "FTDI on COM4",
     "note", "16 ms", "Latency Timer to 1"),
    (MACOS, {"ports": (replace(FTDI, device="/dev/cu.usbserial", latency_ms=None),)},
     "FTDI on /dev/cu.usbserial", "note", "16 ms", "native USB"),
    (LINUX, {"adapters": 0}, "Bluetooth", "note", "no adapter", "Plug in"),
    (LINUX, {"adapters": 0, "dbus": False, "bluez": ""}, "Bluetooth", "note", "no adapter", ""),
    (LINUX, {"radio_blocked": "soft"}, "Bluetooth", "problem", "switched off",
     "rfkill unblock bluetooth"),
    (LINUX, {"radio_blocked": "hard"}, "Bluetooth", "problem", "switch or key", "switch"),
    (LINUX, {"dbus": False}, "Bluetooth", "problem", "D-Bus", "systemctl start dbus"),
    (LINUX, {"bluez": ""}, "Bluetooth", "problem", "not installed", "apt install bluez"),
    (LINUX, {"bluez": "5.9"}, "Bluetooth", "problem", "5.9 is too old", "5.55"),
    (LINUX, {"bluetoothd": False}, "Bluetooth", "problem", "service", "systemctl enable"),
    (WINDOWS, {"system_version": "10.0.15063"}, "Bluetooth", "problem", "15063", "16299"),
    (MACOS, {"system_version": "10.14.6"}, "Bluetooth", "problem", "10.14.6", "10.15"),
    (LINUX, {"portaudio": False}, "sound", "note", "PortAudio", "libportaudio2"),
    (LINUX, {"sound_cards": False}, "sound", "note", "no sound card", ""),
    (LINUX, {"screen": False}, "screen", "note", "cannot open", "solemetry record"),
    (LINUX, {"missing_libraries": ("libxcb-cursor.so.0",)}, "screen", "problem",
     "libxcb-cursor.so.0", "apt install libxcb-cursor0"),
    (LINUX, {"screen": False, "missing_libraries": ("libxcb-cursor.so.0",)}, "screen", "note",
     "none", ""),
    (LINUX, {"folders": (replace(ROOM, trouble="Permission denied"),)}, "folder of recordings",
     "problem", "Permission denied", "another place"),
    (LINUX, {"folders": (replace(ROOM, free_bytes=10**8),)}, "folder of recordings", "problem",
     "0.1 GB", "Make room"),
    (LINUX, {"folders": (replace(ROOM, free_bytes=10**9),)}, "folder of recordings", "note",
     "0.9 GB", "room"),
    (LINUX, {"locking_trouble": "unable to lock file, errno = 37"}, "HDF5", "problem",
     "errno = 37", "HDF5_USE_FILE_LOCKING=FALSE"),
    (LINUX, {"clock_step_ns": 15.6e6}, "clock", "problem", "steps of 1.56e+04 us", "clock source"),
    (WINDOWS, {"nap_ms": 15.6}, "clock", "note", "takes 15.6", "Close other programs"),
    (LINUX, {"liblsl": "", "liblsl_trouble": "no liblsl"}, "Lab Streaming Layer", "problem",
     "no liblsl", "pip install"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "lack", "name", "state", "said", "to_do"), CASES)
def test_what_is_lacking_is_named_with_what_to_do(
    system: Facts, lack: dict[str, Any], name: str, state: str, said: str, to_do: str
) -> None:
    facts = replace(system, **lack)
    check = found(facts, name)
    assert check.state == state
    assert said in check.found
    assert to_do in check.remedy
    if state != "ok":
        assert check.remedy
        others = [other for other in judge(facts) if other.name != name]
        assert {other.state for other in others} == {"ok"}


def test_what_only_linux_has_is_asked_on_linux_alone() -> None:
    for facts in (WINDOWS, MACOS):
        names = {check.name for check in judge(replace(facts, brltty=True, modem_manager=True))}
        assert not names & {"udev", "brltty", "ModemManager"}


# ---- looking


def test_the_facts_of_this_computer_are_true_by_other_witnesses(tmp_path: Path) -> None:
    facts = gather(tmp_path / "recordings")
    assert facts.python == sys.version_info[:3]
    assert facts.system == subprocess.check_output(["uname", "-s"], text=True).strip()
    assert facts.system_version == subprocess.check_output(["uname", "-r"], text=True).strip()
    (folder,) = [folder for folder in facts.folders if folder.use == "recordings"]
    assert folder.path == str(tmp_path / "recordings")
    assert folder.trouble == ""
    free_kb = int(subprocess.check_output(
        ["df", "--output=avail", tmp_path], text=True).split()[-1])
    assert folder.free_bytes == pytest.approx(1024 * free_kb, rel=0.05)
    assert list(tmp_path.iterdir()) == []  # nothing is left behind
    assert 0 < facts.clock_step_ns < 1e6
    assert facts.nap_ms >= 1.0
    assert facts.missing_packages["live"] == ()  # these tests could not run without
    assert facts.locking_trouble == ""


def test_a_library_that_is_not_there_is_found_missing() -> None:
    def load(name: str) -> None:
        if "cursor" in name:
            ctypes.CDLL("libnothing-like-this.so.0")

    assert looking._missing_libraries(load) == ("libxcb-cursor.so.0",)


def test_a_folder_that_cannot_be_written_is_found() -> None:
    assert looking._folder("recordings", Path("/proc/nowhere/recordings")).trouble
    assert looking._locking_trouble(Path("/proc/nowhere/recordings"))


def test_the_latency_timer_is_read_as_the_driver_shows_it(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0" / "device"
    device.mkdir(parents=True)
    (device / "latency_timer").write_text("16\n")
    assert looking.latency_ms("/dev/ttyUSB0", tmp_path) == 16
    assert looking.latency_ms("/dev/ttyACM0", tmp_path) is None


def test_a_radio_that_is_switched_off_is_seen(tmp_path: Path) -> None:
    for n, (type_, soft, hard) in enumerate([("wlan", 1, 1), ("bluetooth", 0, 0)]):
        switch = tmp_path / f"rfkill{n}"
        switch.mkdir()
        for name, value in (("type", type_), ("soft", soft), ("hard", hard)):
            (switch / name).write_text(f"{value}\n")
    assert looking._radio_blocked(tmp_path) == ""
    (tmp_path / "rfkill1" / "soft").write_text("1\n")
    assert looking._radio_blocked(tmp_path) == "soft"
    (tmp_path / "rfkill1" / "hard").write_text("1\n")
    assert looking._radio_blocked(tmp_path) == "hard"


def test_a_rule_that_calls_the_braille_service_for_a_ch340_is_seen(tmp_path: Path) -> None:
    rules = tmp_path / "85-brltty.rules"
    # As Ubuntu 22.04 has it.
    line = 'ENV{PRODUCT}=="1a86/7523/*", ENV{BRLTTY_BRAILLE_DRIVER}="bm", GOTO="brltty_usb_run"\n'
    rules.write_text("# rules\n" + line)
    assert looking._brltty_has_a_rule([str(tmp_path)])
    rules.write_text("# rules\n#" + line)
    assert not looking._brltty_has_a_rule([str(tmp_path)])
    assert not looking._brltty_has_a_rule([str(tmp_path / "none")])


def test_the_packages_named_for_qt_are_those_that_make_installs() -> None:
    listed = (ROOT / "tools" / "system-packages.txt").read_text()
    demo = set(re.findall(r"^demo +(\S+)", listed, re.MULTILINE))
    assert set(QT_LIBRARIES.values()) <= demo


# ---- the command


def doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "solemetry_host", "doctor", *arguments],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_exit_code_says_whether_there_is_a_problem() -> None:
    done = doctor("--json")
    checks = json.loads(done.stdout)
    assert {check["name"] for check in checks} >= {"Python", "Bluetooth", "HDF5", "clock"}
    problems = [check for check in checks if check["state"] == "problem"]
    assert done.returncode == (1 if problems else 0), done.stderr
    assert all(check["remedy"] for check in problems)


def test_people_read_a_line_for_each() -> None:
    done = doctor()
    assert re.search(r"^ok +Python: 3\.", done.stdout, re.MULTILINE)
    assert "packages of [live]" in done.stdout
    assert "Traceback" not in done.stderr
