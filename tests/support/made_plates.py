# SPDX-License-Identifier: Apache-2.0
"""Plates whose cells, feet and wires are known, and what they read of a load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solemetry import Calibration, DeviceDescription
from solemetry.calibrating import Points, marked_points
from solemetry.device import STANDARD_GRAVITY

DEVICE = DeviceDescription.builtin("plate-hx711-uno")
LAYOUT = DEVICE.layout
NOMINAL = Calibration.nominal(DEVICE)
PLATES = 400

ALL_OVER = np.array([(x, y) for y in np.linspace(-120, 120, 5) for x in np.linspace(-160, 160, 5)])
"""25 places of a person, which are not those of the calibration."""


@dataclass
class MadePlate:
    """A rigid plate on four springs, and cells that also pick up what is on the others."""

    counts_per_n: np.ndarray
    """What each channel makes of the force on each cell, ``(S, S)``."""
    stiffness: np.ndarray
    zero: np.ndarray
    rng: np.random.Generator

    @classmethod
    def random(cls, seed: int, crosstalk: float | None = None) -> MadePlate:
        """Gains off by 5 % (SD), feet by up to 20 %, crosstalk up to 0 to 3 %."""
        rng = np.random.default_rng(seed)
        largest = rng.uniform(0, 0.03) if crosstalk is None else crosstalk
        mixed = largest * rng.uniform(-1, 1, (4, 4))
        np.fill_diagonal(mixed, 1.0)
        gains = DEVICE.nominal_counts_per_n * (1 + rng.normal(0, 0.05, 4))
        return cls(
            gains[:, None] * mixed, 1 + rng.uniform(-0.2, 0.2, 4), rng.uniform(-1e5, 1e5, 4), rng
        )

    def forces_n(self, kg: float, xy_mm: np.ndarray) -> np.ndarray:
        """Equilibrium: springs shorten by a plane, and carry the weight and its moments."""
        xy_mm = np.atleast_2d(xy_mm)
        plane = np.column_stack((np.ones(4), LAYOUT.xy_mm))
        carried = self.stiffness[:, None] * plane
        loads = kg * STANDARD_GRAVITY * np.column_stack((np.ones(len(xy_mm)), xy_mm))
        return np.linalg.solve(plane.T @ carried, loads.T).T @ carried.T

    def read(self, forces_n: np.ndarray, error_n: float = 0.0) -> np.ndarray:
        felt = forces_n + self.rng.normal(0, error_n, forces_n.shape) if error_n else forces_n
        return np.rint(felt @ self.counts_per_n.T + self.zero)

    def points(
        self, kg: float = 20.0, placing_mm: float = 1.0, error_n: float = 0.07, stated_kg=None
    ) -> Points:
        """Nine readings; 0.07 N is noise and drift of 0.05 N each."""
        meant = marked_points(LAYOUT)
        stood = meant + self.rng.normal(0, placing_mm, meant.shape)
        counts = self.read(self.forces_n(kg, stood), error_n)
        return Points(LAYOUT, meant, counts, self.zero, kg if stated_kg is None else stated_kg)

    def errors(self, calibration: Calibration, kg: float = 70.0, places_mm=ALL_OVER):
        """Force error as a share, and how far each centre of pressure is off, mm."""
        forces_n = calibration.tared(self.zero).forces(self.read(self.forces_n(kg, places_mm)))
        total_n = forces_n.sum(axis=1)
        off_mm = forces_n @ LAYOUT.xy_mm / total_n[:, None] - places_mm
        return total_n / (kg * STANDARD_GRAVITY) - 1, np.hypot(*off_mm.T)
