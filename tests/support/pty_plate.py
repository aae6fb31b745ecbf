# SPDX-License-Identifier: Apache-2.0
"""A virtual plate behind a real pseudo terminal, with a cable that can be tampered with."""

from __future__ import annotations

import os
import select
import tempfile
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from solemetry.device import DeviceDescription
from solemetry_host.sim.person import ONE_LEG, Person
from solemetry_host.sim.plate import VirtualPlate

PLATE = DeviceDescription.builtin("plate-hx711-uno")
Tamper = Callable[[bytes], bytes]


class Device(Protocol):
    """What can stand behind the terminal."""

    def receive(self, data: bytes) -> None: ...

    def advance(self, until_s: float) -> bytes: ...


class PtyDevice:
    """Runs in a thread until `cut`; `tamper` changes what the device sends."""

    def __init__(self, device: Device, tamper: Tamper = bytes) -> None:
        self.tamper = tamper
        self.device = device
        self._master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        # A name of its own: the number of a terminal that is gone is soon given to another.
        self._folder = tempfile.TemporaryDirectory()
        self.port = os.path.join(self._folder.name, "port")
        os.symlink(os.ttyname(slave), self.port)
        self._slave = slave
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Pull the cable."""
        self._stop.set()
        self._thread.join()
        self._folder.cleanup()
        for end in (self._master, self._slave):
            with suppress(OSError):
                os.close(end)

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            if select.select([self._master], [], [], 0.005)[0]:
                self.device.receive(os.read(self._master, 4096))
            self._send(self.tamper(self.device.advance(time.monotonic() - began)))

    def _send(self, data: bytes) -> None:
        """Wait for room where nobody reads, but not longer than the cable is in."""
        while data and not self._stop.is_set():
            if select.select([], [self._master], [], 0.05)[1]:
                data = data[os.write(self._master, data) :]


class PtyPlate(PtyDevice):
    """A plate with a person on it."""

    def __init__(self, tamper: Tamper = bytes, boot_id: int = 1) -> None:
        person = Person(ONE_LEG, steps_on_s=0)
        super().__init__(VirtualPlate(PLATE, person.load, boot_id=boot_id), tamper)


@contextmanager
def pty_plate(tamper: Tamper = bytes) -> Iterator[PtyPlate]:
    plate = PtyPlate(tamper)
    try:
        yield plate
    finally:
        plate.cut()


def misread(data: bytes, sent_baud: float, read_baud: float) -> bytes:
    """What a UART makes of bytes sent at another rate: it samples the middle of *its* bits."""
    line = [1] * 4
    for byte in data:
        line += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    line += [1] * 20
    ratio, at, out = sent_baud / read_baud, 0.0, bytearray()
    while True:
        rest = range(int(at), len(line) - 1)
        start = next((i for i in rest if line[i] and not line[i + 1]), None)
        if start is None:
            return bytes(out)
        edge = float(start + 1)
        samples = [int(edge + (bit + 0.5) * ratio) for bit in range(10)]
        if samples[-1] >= len(line):
            return bytes(out)
        out.append(sum(line[samples[bit + 1]] << bit for bit in range(8)))
        at = edge + 9.5 * ratio
