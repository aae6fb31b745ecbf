# SPDX-License-Identifier: Apache-2.0
"""The real Uno image on a simulated board, behind a serial port."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from solemetry.device import DeviceDescription
from solemetry_host.sim.plate import corner_loads

FIRMWARE = Path(__file__).parents[2] / "firmware"
IMAGE = FIRMWARE / "build" / "plate_uno.elf"
SHARED_CLOCK = FIRMWARE / "build" / "shared_clock.elf"
SLOW_LINK = FIRMWARE / "build" / "slow_link.elf"
SIMULATOR = FIRMWARE / "build" / "plate_sim"
PLATE = DeviceDescription.from_toml(
    (FIRMWARE.parent / "hardware" / "plate" / "device.toml").read_text()
)
RAMPS = ((10_000, 0), (-10_000, 0), (12_000, 7), (-13_000, 80_000))
"""Counts per second, and at the start: within the range of 24 bits for ten minutes."""

OSCILLATORS_PPM = "500,-700,1000,-2000"

Part = Literal["core", "uno", "esp32"]
"""Of the firmware: each is built from and into files of its own."""


def missing_tools() -> str:
    """What the simulated board needs and this machine lacks."""
    lacking = []
    if not shutil.which("avr-gcc") or not Path("/usr/share/arduino/hardware/arduino/avr").exists():
        lacking.append("gcc-avr, avr-libc, arduino-core-avr")
    if not Path("/usr/include/simavr/sim_avr.h").exists():
        lacking.append("libsimavr-dev, libelf-dev")
    return ", ".join(lacking)


@contextmanager
def nobody_builds(part: Part) -> Iterator[None]:
    """Keep other processes from building this part of the firmware meanwhile."""
    (FIRMWARE / "build").mkdir(exist_ok=True)
    with open(FIRMWARE / "build" / f"{part}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make(part: Part, *targets: str) -> str:
    """Run make for a part, one at a time of several processes; return what it printed."""
    with nobody_builds(part):
        made = subprocess.run(
            ["make", "-s", "-C", str(FIRMWARE), *targets, f"PYTHON={sys.executable}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout + made.stderr


def build() -> None:
    make("uno", "all", "for-tests")


def write_loads(path: Path, t_s: np.ndarray, force_n: np.ndarray, cop_mm: np.ndarray) -> None:
    """Write what the four cells feel of a force at a place, as counts over time."""
    loads = corner_loads(force_n, cop_mm, PLATE.layout.xy_mm)
    counts = loads * PLATE.nominal_counts_per_n
    np.savetxt(path, np.column_stack((t_s, counts)), fmt="%.9g")


def write_ramps(path: Path, seconds: float) -> None:
    """Give each cell a ramp: a count is of one conversion only, and says which one it was."""
    ends = np.array([0, seconds])
    np.savetxt(path, np.column_stack([ends, *(start + slope * ends for slope, start in RAMPS)]))


def read_log(path: Path) -> np.ndarray:
    """What each chip has converted: columns chip, second, count."""
    return np.loadtxt(path)


@dataclass
class Board:
    """A running simulated board."""

    port: str
    process: subprocess.Popen[str]
    _stats: Path

    def stop(self) -> dict[str, Any]:
        """Unplug it; return the simulator's statistics."""
        self.process.terminate()
        return self.wait()

    def wait(self) -> dict[str, Any]:
        """Wait for its end; return the simulator's statistics."""
        self.process.wait(timeout=30)
        stats: dict[str, Any] = json.loads(self._stats.read_text())
        return stats


class Live:
    """Say loads and faults to a running board, on the socket given with ``--live``."""

    def __init__(self, place: str) -> None:
        if place.startswith(":"):
            self._socket = socket.create_connection(("127.0.0.1", int(place[1:])))
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(place)

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, words: str) -> bool:
        """Say one line; return whether the board has understood it."""
        self._socket.sendall(words.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self._socket.recv(64)
        return answer == b"done\n"


@contextmanager
def simulated_board(
    folder: Path, *options: str, speed: float = 1, image: Path = IMAGE
) -> Iterator[Board]:
    """Run the real image, or another, until the block is left."""
    link, stats = folder / "port", folder / "stats.json"
    process = subprocess.Popen(
        [str(SIMULATOR), "--link", str(link), "--stats", str(stats), "--speed", str(speed),
         "--ppm", OSCILLATORS_PPM, *options, str(image)],
        stderr=subprocess.PIPE, text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not link.exists():
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield Board(str(link), process, stats)
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
