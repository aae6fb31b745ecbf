# SPDX-License-Identifier: Apache-2.0
"""Somebody on a plate that sends bytes, who stands where they are told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from solemetry.device import DeviceDescription
from solemetry.errors import DeviceError
from solemetry_host.devices.board import BoardSource
from solemetry_host.live.awaiting import wait
from solemetry_host.live.station import Station
from solemetry_host.sim.plate import VirtualPlate, VirtualPlateTransport

PLATE = DeviceDescription.builtin("plate-hx711-uno")


class Leaning:
    """Somebody who does at once what is said."""

    def __init__(self) -> None:
        self.force_n = 650.0
        self.place_mm = (60.0, 0.0)
        self.loop_mm = (0.0, 0.0)
        self.words: list[str] = []
        self.plugged_in = True

    def load(self, t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turn = 2 * np.pi * t_s / 3
        places = np.column_stack((np.sin(turn), np.cos(turn))) * self.loop_mm + self.place_mm
        return np.full(len(t_s), self.force_n), places

    def hear(self, words: str) -> None:
        self.words.append(words)
        if "heel" in words:
            self.place_mm = (60.0, -70.0)
        elif "forefoot" in words:
            self.place_mm = (80.0, 60.0)
        elif "lean as far" in words:
            self.place_mm, self.loop_mm = (60.0, 0.0), (14.0, 45.0)


class Cable(VirtualPlateTransport):
    """A link to the plate of somebody who may pull it out."""

    def __init__(self, plate: VirtualPlate, person: Leaning) -> None:
        super().__init__(plate)
        self._person = person

    def open(self) -> None:
        self._need()
        super().open()

    def read(self) -> bytes:
        self._need()
        return super().read()

    def _need(self) -> None:
        if not self._person.plugged_in:
            raise DeviceError("The cable is out.", "Plug it in.")


@contextmanager
def leaning_on_plate() -> Iterator[tuple[Station, Leaning]]:
    person = Leaning()
    plate = VirtualPlate(PLATE, person.load)
    station = Station(lambda: BoardSource(Cable(plate, person)))
    station.connect()
    try:
        wait(station, lambda: station.ready)
        yield station, person
    finally:
        station.disconnect()
