# SPDX-License-Identifier: Apache-2.0
"""A cable that is pulled while a plate is calibrated in the terminal."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from made_plates import DEVICE
from rich.console import Console

from solemetry.errors import DeviceError
from solemetry_host.calibrating.on_devices import LiveCalibration, hands_of
from solemetry_host.calibrating.plate import PlateCalibration
from solemetry_host.calibrating.terminal import Following
from solemetry_host.devices.board import BoardSource
from solemetry_host.live.awaiting import wait
from solemetry_host.live.station import Station
from solemetry_host.sim.as_built import Hands, PlateInHands
from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.sim.world import World

THIRD_MM = 140.0
"""The third point is the first that lies on the right."""


class ClumsyHands(Hands):
    """Pull the cable when they put the third mass on."""

    pulled_at_s: float | None = None

    def heed(self, awaited: str, mass_kg: float, places_mm: tuple) -> None:
        super().heed(awaited, mass_kg, places_mm)
        if self.pulled_at_s is None and places_mm and places_mm[0][0] == THIRD_MM:
            self.pulled_at_s = time.monotonic()


class Clumsy(PlateInHands):
    """A plate whose cable is off for so many seconds once it was pulled."""

    hands: ClumsyHands

    def __init__(self, away_s: float) -> None:
        world = World(speed=40.0)
        hands = ClumsyHands(world)
        super().__init__(VirtualPlate(DEVICE, hands.load), "sim:plate", world, hands)
        self._away_s = away_s

    @property
    def _is_off(self) -> bool:
        pulled = self.hands.pulled_at_s
        return pulled is not None and time.monotonic() - pulled < self._away_s

    def open(self) -> None:
        if self._is_off:
            raise DeviceError("There is no port.", "Plug it in.")
        super().open()

    def read(self) -> bytes:
        if self._is_off:
            raise DeviceError("The link broke.", "Check the cable.")
        return super().read()


@contextmanager
def begun(
    away_s: float, patience_s: float
) -> Iterator[tuple[Following, LiveCalibration, io.StringIO]]:
    plate, said = Clumsy(away_s), io.StringIO()
    station = Station(lambda: BoardSource(plate))
    live = LiveCalibration(
        lambda devices: PlateCalibration(
            devices["plate"].description, 20.0, warm_up_s=0.5, dead_weight_s=30.0
        )
    )
    station.connect()
    try:
        wait(station, lambda: station.ready)
        live.hands += hands_of(station)
        station.follow(live)
        yield Following(station, live, Console(file=said), None, patience_s), live, said
    finally:
        station.disconnect()


def test_it_goes_on_when_the_cable_is_back() -> None:
    with begun(away_s=0.3, patience_s=20.0) as (following, _, said):
        shown = following.do()
    assert "The link broke" in said.getvalue()
    assert shown.verdict is not None
    assert shown.verdict.passed
    assert len(shown.residuals) == 13


def test_when_it_stays_away_the_points_are_kept_for_another_time() -> None:
    with begun(away_s=60.0, patience_s=0.3) as (following, live, _):
        with pytest.raises(DeviceError, match="--resume"):
            following.do()
        assert isinstance(live.procedure, PlateCalibration)
        later = PlateCalibration(live.procedure.device, 20.0)
        later.resume(live.procedure.so_far())
    assert list(later.readings) == ["point-1", "point-2"]
