# SPDX-License-Identifier: Apache-2.0
"""Nine points through the real Uno image on modelled load cells, and the real serial link."""

from __future__ import annotations

from pathlib import Path

import board
import numpy as np
from made_plates import DEVICE, NOMINAL, MadePlate

from solemetry_host.calibrating.on_devices import calibrating
from solemetry_host.calibrating.plate import PlateCalibration
from solemetry_host.live.awaiting import wait

SPEED = 6


class SocketHands:
    """Say to the simulated board what its cells feel."""

    def __init__(self, plate: MadePlate, live: board.Live) -> None:
        self._plate, self._live = plate, live
        self._said = ""

    def heed(self, awaited: str, mass_kg: float, places_mm: tuple) -> None:
        if awaited == "load":
            stands = np.mean(places_mm, axis=0) + self._plate.rng.normal(0, 0.7, 2)
            self._say(self._plate.forces_n(mass_kg, stands)[0])
        elif awaited != "still":
            self._say(np.zeros(4))

    def _say(self, forces_n: np.ndarray) -> None:
        on = "load" if forces_n.any() else "empty"
        if on != self._said:
            self._said = on
            counts = self._plate.read(forces_n).astype(int)
            assert self._live.say(" ".join(map(str, counts)))


def test_a_plate_on_the_real_image_is_calibrated(make_board, tmp_path: Path) -> None:
    plate, socket = MadePlate.random(3), tmp_path / "live"
    options = ("--live", str(socket), "--noise", "45")
    with make_board(*options, speed=SPEED) as running, board.Live(str(socket)) as words:
        hands = SocketHands(plate, words)
        hands.heed("empty", 0.0, ())
        with calibrating(
            [f"serial:{running.port}"],
            lambda devices: PlateCalibration(devices["plate"].description, 20.0, warm_up_s=0.5),
        ) as (station, live):
            live.hands = [hands]
            wait(station, lambda: live.shown.step.id == "fit" or station.not_followed, 60.0)
            assert station.not_followed is None
        fit = live.procedure.fit
    assert fit is not None, live.shown.step.refused
    assert live.procedure.device.geometry_hash == DEVICE.geometry_hash
    before_mm, after_mm = (np.median(plate.errors(one)[1]) for one in (NOMINAL, fit.calibration))
    print(f"centre of pressure off by {before_mm:.1f} mm before, {after_mm:.2f} mm after")
    assert before_mm > 3
    assert after_mm < 1
