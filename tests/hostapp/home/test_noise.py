# SPDX-License-Identifier: Apache-2.0
"""The noise of devices that nothing is on."""

from __future__ import annotations

import time

import pytest

from solemetry_host.home.noise import NoiseFloors
from solemetry_host.live.opening import open_station
from solemetry_host.live.station import Station


def newest_after(station: Station, floors: NoiseFloors, seconds: float) -> set[str]:
    station.connect()
    station.follow(floors)
    ends = time.monotonic() + seconds
    while not floors.newest and time.monotonic() < ends:
        time.sleep(0.02)
    station.disconnect()
    assert station.not_followed is None
    return set(floors.newest)


def test_an_empty_plate_has_the_noise_that_it_was_given() -> None:
    floors = NoiseFloors()
    station = open_station(["sim:plate?steps_on=1000&noise=90&speed=8"])
    assert newest_after(station, floors, 20) == {"plate"}
    assert floors.newest["plate"].noise_counts == pytest.approx([90.0] * 4, rel=0.15)


def test_somebody_on_the_plate_is_not_noise() -> None:
    floors = NoiseFloors()
    station = open_station(["sim:plate?steps_on=0&speed=8"])
    assert newest_after(station, floors, 1.5) == set()
