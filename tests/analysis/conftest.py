# SPDX-License-Identifier: Apache-2.0
"""Sessions made by hand: a plate with known forces, clocks, losses and tares."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from solemetry import Calibration, DeviceDescription
from solemetry.session.format import (
    CLOCK,
    COMPLETE,
    EVENT,
    FORMAT,
    GAP,
    VERSION,
    sample_type,
    zero_type,
)

PLATE = Path(__file__).resolve().parents[2] / "hardware" / "plate" / "device.toml"
T0_NS = 5_000_000_000_000


@dataclass
class Boot:
    """One run of the device between restarts, in session seconds."""

    start_s: float
    seconds: float
    boot_id: int = 1
    device_start_us: int = 2_000_000
    first_index: int = 0
    lost_rows: Sequence[int] = ()
    flags: dict[int, int] = field(default_factory=dict)


@dataclass
class Plate:
    """A simulated plate; `forces` gives N per cell at session times of any shape."""

    forces: Callable[[np.ndarray], np.ndarray]
    boots: Sequence[Boot] = (Boot(0.5, 20.0),)
    zeros: Sequence[tuple[int, Sequence[float]]] = ((0, (100.0, -200.0, 300.0, 0.0)),)
    drift: float = 0.0
    rate_hz: float = 80.0
    phases: Sequence[float] = (0.0, 0.2, 0.5, 0.8)
    rows_per_read: int = 5
    latency_s: float = 0.001
    jitter_s: float = 0.0
    source: str = "test weights"
    events: Sequence[tuple[float, str, dict]] = ()
    state: str = COMPLETE
    seed: int = 1

    @property
    def description(self) -> DeviceDescription:
        return DeviceDescription.from_toml(PLATE.read_text())

    @property
    def calibration(self) -> Calibration:
        return Calibration(np.zeros(4), np.array([1.0, 1.1, 0.9, -1.0]) * 1e-4, self.source)

    def samples(self) -> np.ndarray:
        rng = np.random.default_rng(self.seed)
        parts = [self._boot(boot, rng) for boot in self.boots]
        rows = np.concatenate([part[0] for part in parts])
        forces_n = np.concatenate([part[1] for part in parts])
        zero = np.zeros((len(rows), 4))
        for first, counts in self.zeros:
            zero[first:] = counts
        rows["counts"] = np.rint(forces_n / self.calibration.gain_n_per_count + zero)
        return rows

    def _boot(self, boot: Boot, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        n = round(boot.seconds * self.rate_hz)
        # Each chip converts at its own moment; a row tells of the newest of them.
        ends_us = np.rint(
            (np.arange(n)[:, None] + np.array(self.phases)) * 1e6 / self.rate_hz
        ).astype(np.int64)
        newest_us = ends_us.max(axis=1)
        to_session = lambda us: boot.start_s + us * 1e-6 * (1 + self.drift)  # noqa: E731
        rows = np.zeros(n, sample_type(4))
        rows["index"] = boot.first_index + np.arange(n)
        rows["boot_id"] = boot.boot_id
        rows["t_dev_us"] = boot.device_start_us + newest_us
        rows["age_us"] = newest_us[:, None] - ends_us
        rows["conversion"] = (np.arange(n) % 256)[:, None]
        last_of_read = np.minimum(
            (np.arange(n) // self.rows_per_read + 1) * self.rows_per_read, n
        ) - 1
        late = self.latency_s + rng.exponential(self.jitter_s or 1e-12, n)[last_of_read]
        arrival_s = np.maximum.accumulate(to_session(newest_us)[last_of_read] + late)
        rows["t_host_ns"] = T0_NS + np.rint(arrival_s * 1e9).astype(np.int64)
        for row, flags in boot.flags.items():
            rows["flags"][row] = flags
        forces_n = self.forces(to_session(ends_us) - self.description.delay_s)
        kept = np.setdiff1d(np.arange(n), boot.lost_rows)
        return rows[kept], forces_n[kept]

    def write(self, path: Path) -> Path:
        samples = self.samples()
        boot_change = np.diff(samples["boot_id"], prepend=samples["boot_id"][:1]) != 0
        steps = np.diff(samples["index"].astype(np.int64), prepend=int(samples["index"][0]) - 1)
        gaps = [
            (row, 0 if boot_change[row] else steps[row] - 1,
             b"restart" if boot_change[row] else b"lost")
            for row in np.flatnonzero(boot_change | (steps != 1))
        ]  # fmt: skip
        with h5py.File(path, "w") as file:
            file.attrs.update(
                format=FORMAT, format_version=VERSION, state=self.state, session_id="test",
                start_utc="2026-01-02T03:04:05+00:00", t0_host_ns=T0_NS, t0_epoch_ns=0,
                software="test", platform="test",
            )  # fmt: skip
            file.create_group("subject").attrs["participant_id"] = "P01"
            device = file.create_group("devices/plate")
            device.attrs["description"] = self.description.toml
            device.attrs["calibration"] = self.calibration.to_json()
            device.attrs["info"] = json.dumps({"firmware": "test"})
            stream = file.create_group("streams/plate")
            stream.attrs.update(
                kind="cells", rate_hz=80.0, delay_s=self.description.delay_s,
                device_id=self.description.id, geometry_hash=self.description.geometry_hash,
            )  # fmt: skip
            zeros = [(first, np.array(counts)) for first, counts in self.zeros]
            events = [
                (T0_NS + round(t_s * 1e9), kind, json.dumps(detail))
                for t_s, kind, detail in self.events
            ]
            for name, rows in {
                "samples": samples,
                "gaps": np.array(gaps, GAP),
                "clock": np.empty(0, CLOCK),
                "zeros": np.array(zeros, zero_type(4)),
            }.items():
                stream.create_dataset(name, data=rows, chunks=(256,), maxshape=(None,))
            file.create_dataset(
                "events", data=np.array(events, EVENT), chunks=(64,), maxshape=(None,)
            )
        return path


def standing(t_s: np.ndarray) -> np.ndarray:
    """700 N on the plate, shared unevenly, swaying slowly: N on each of the four cells.

    `t_s` is ``(n, 4)``, the moment of each cell's conversion, or ``(n,)``.
    """
    t_s = t_s if t_s.ndim == 2 else np.repeat(t_s[:, None], 4, axis=1)
    right = 0.5 + 0.02 * np.sin(2 * np.pi * 0.3 * t_s)
    front = 0.4 + 0.03 * np.sin(2 * np.pi * 0.2 * t_s)
    is_right, is_front = np.array([0, 1, 0, 1]), np.array([1, 1, 0, 0])
    return 700.0 * np.where(is_right, right, 1 - right) * np.where(is_front, front, 1 - front)


def ramps(t_s: np.ndarray) -> np.ndarray:
    """Force that rises steadily, another slope on each cell, N."""
    t_s = t_s if t_s.ndim == 2 else np.repeat(t_s[:, None], 4, axis=1)
    return np.array([60.0, 70.0, 80.0, 90.0]) + np.array([1.0, -0.5, 2.0, 0.7]) * t_s


@pytest.fixture
def standing_session(tmp_path: Path) -> Path:
    """Twenty-five seconds of standing, with a hold marked from 5 to 20 s."""
    return Plate(
        standing,
        boots=(Boot(0.0, 25.0),),
        events=((5.0, "hold_start", {}), (20.0, "hold_end", {})),
    ).write(tmp_path / "standing.h5")


@pytest.fixture(scope="session")
def simulated() -> SimpleNamespace:
    """The simulated plate, for tests that want one of their own."""
    return SimpleNamespace(Plate=Plate, Boot=Boot, standing=standing, ramps=ramps, t0_ns=T0_NS)
