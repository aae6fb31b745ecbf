# SPDX-License-Identifier: Apache-2.0
"""Somebody who calibrates a plate whose cells are known, and does what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from made_plates import MadePlate

from solemetry_host.calibrating.on_points import OnPoints
from solemetry_host.calibrating.step import Step

RATE_HZ = 80.0
NOISE_N = 0.02


class Calibrator:
    """Puts masses where they should go; the plate's own time passes as rows are read.

    Attributes
    ----------
    kg : callable
        What really stands there, from the step.
    placing_mm : callable
        How far from its place, ``(ml, ap)``, from the step.
    """

    def __init__(self, plate: MadePlate, calibration: OnPoints) -> None:
        self.plate, self.calibration = plate, calibration
        self.t_s = 0.0
        self.kg: Callable[[Step], float] = lambda step: step.mass_kg
        self.placing_mm: Callable[[Step], np.ndarray] = lambda step: plate.rng.normal(0, 0.7, 2)
        self.drift_n_s = 0.0
        self._stands: dict[str, np.ndarray] = {}

    @property
    def step(self) -> Step:
        return self.calibration.shown.step

    def forces_n(self) -> np.ndarray:
        """On the cells, by what the step asks for."""
        step = self.step
        if step.awaited not in ("load", "still") or not step.mass_kg:
            self._stands.pop(step.id, None)
            return np.zeros(4)
        if step.id not in self._stands:
            self._stands[step.id] = self.placing_mm(step)
        kg = self.kg(step) / len(step.places_mm)
        return sum(
            self.plate.forces_n(kg, np.array(place) + self._stands[step.id])[0]
            for place in step.places_mm
        )

    def feel(self, forces_n: np.ndarray, seconds: float) -> None:
        """Let time pass with these forces on the cells, ``(4,)`` or ``(n, 4)``."""
        n = round(seconds * RATE_HZ)
        t_s = self.t_s + np.arange(n) / RATE_HZ
        felt = np.broadcast_to(forces_n, (n, 4)) + self.drift_n_s * t_s[:, None]
        self.t_s += n / RATE_HZ
        self.calibration.push(t_s, self.plate.read(felt, NOISE_N))

    def until(self, *steps: str) -> None:
        """Do what is said until one of these steps is reached, or something is refused."""
        for _ in range(20_000):
            if self.step.id in steps or self.step.refused:
                return
            if self.step.awaited == "person":
                self.calibration.go_on()
            else:
                self.feel(self.forces_n(), 0.25)
        raise AssertionError(f"It does not get past {self.step}.")


@pytest.fixture
def own_library(tmp_path, monkeypatch) -> Iterator:
    """A library folder that nobody else has."""
    monkeypatch.setenv("SOLEMETRY_LIBRARY", str(tmp_path / "library"))
    return tmp_path / "library"


@pytest.fixture(scope="session")
def calibrator() -> type[Calibrator]:
    return Calibrator
