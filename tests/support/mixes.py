# SPDX-License-Identifier: Apache-2.0
"""Items of several devices at once, each with a clock of its own; any time, none of it real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.session.format import IMU, sample_type
from solemetry_host.devices.source import Block, Item, Opened

PLATE = DeviceDescription.builtin("plate-hx711-uno")
FAST_PLATE = DeviceDescription.builtin("plate-ads131m04-esp32")
INSOLE = DeviceDescription.builtin("insole-16-esp32s3")

Load = Callable[[np.ndarray], np.ndarray]
"""Force on each sensor, ``(n, S)``, of times on the true clock, s."""

INSOLE_CALIBRATION = Calibration(np.full(16, 372.0), np.full(16, 0.001), "made up")


@dataclass
class Feeder:
    """One device whose channels convert together.

    Attributes
    ----------
    stream : str
    description : DeviceDescription
    load : callable
    calibration : Calibration or None
    boots_at_s : float
        True time at which its own clock is 0.
    drift : float
        By how much that runs fast.
    read_s : float
        True time from read to read.
    late_s : float
        Most that a read waits on its way; the least is a tenth of a millisecond.
    side : str
    seed : int
    """

    stream: str
    description: DeviceDescription
    load: Load
    calibration: Calibration | None = None
    boots_at_s: float = 0.0
    drift: float = 0.0
    read_s: float = 0.02
    late_s: float = 0.003
    side: str = ""
    seed: int = 0
    boot_id: int = 1

    def opened(self) -> Opened:
        info = {"side": self.side, "accel_g": 16, "gyro_dps": 2294}
        description = self.description.as_used(self.description.rate_hz, self.side)
        return Opened(self.stream, 0, description, self.calibration, info, f"sim:{self.stream}")

    def true_s(self, device_s: np.ndarray) -> np.ndarray:
        return self.boots_at_s + device_s / (1 + self.drift)

    def rows(self, from_s: float, to_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a stretch of true time, and the true time of each, without host stamps."""
        rate_hz = self.description.rate_hz
        ends = [(t - self.boots_at_s) * (1 + self.drift) * rate_hz for t in (from_s, to_s)]
        index = np.arange(max(int(np.ceil(ends[0])), 1), max(int(np.ceil(ends[1])), 1))
        device_s = index / rate_hz
        channels = len(self.description.layout.labels)
        calibration = self.calibration or Calibration.nominal(self.description)
        felt = self.load(self.true_s(device_s) - self.description.delay_s)
        rows = np.zeros(len(index), sample_type(channels))
        rows["index"], rows["boot_id"] = index, self.boot_id
        rows["t_dev_us"] = np.rint(device_s * 1e6)
        known = calibration.known
        gain = calibration.gain_n_per_count if known else np.full(channels, 0.05)
        zero = calibration.zero_counts if known else np.full(channels, 372.0)
        rows["counts"] = np.rint(zero + felt / gain)
        rows["conversion"] = (index % 256)[:, None]
        return rows, self.true_s(device_s)

    def blocks(self, from_s: float, to_s: float) -> list[Block]:
        """Reads of a stretch of true time, stamped by the host as they arrive."""
        rng = np.random.default_rng(self.seed)
        rows, true_s = self.rows(from_s, to_s)
        cuts = np.searchsorted(true_s, np.arange(from_s, to_s, self.read_s)[1:])
        out, last = [], 0
        for part, at_s in zip(np.split(rows, cuts), np.split(true_s, cuts), strict=True):
            if len(part):
                late_s = 1e-4 + rng.uniform(0, self.late_s)
                last = max(last + 1, round((at_s[-1] + late_s) * 1e9))
                out.append(block(self, part, last))
        return out


def block(feeder: Feeder, rows: np.ndarray, stamp: int) -> Block:
    rows = rows.copy()
    rows["t_host_ns"] = stamp
    imu = np.empty(0, IMU)
    if feeder.description.layout.kind == "insole":
        imu = np.zeros(len(rows), IMU)
        for name in ("index", "boot_id", "t_dev_us", "t_host_ns"):
            imu[name] = rows[name]
        imu["imu"][:, 2] = 2048
    return Block(feeder.stream, stamp, rows, imu)


def by_arrival(*streams: Sequence[Item]) -> list[Item]:
    return sorted((item for items in streams for item in items), key=lambda item: item.t_host_ns)


def standing(total_n: float, right: float, period_s: float = 0.9) -> tuple[Load, Load]:
    """Force on the 16 cells of a left and a right insole; the right one carries `right` of it.

    And sways: by a tenth of that with a period that no device's own shares.
    """

    def share(t_s: np.ndarray) -> np.ndarray:
        return right * (1 + 0.1 * np.sin(2 * np.pi * t_s / period_s))

    def on_left(t_s: np.ndarray) -> np.ndarray:
        return np.repeat((total_n * (1 - share(t_s)) / 16)[:, None], 16, axis=1)

    def on_right(t_s: np.ndarray) -> np.ndarray:
        return np.repeat((total_n * share(t_s) / 16)[:, None], 16, axis=1)

    return on_left, on_right


def on_plate(force_n: float, x_mm: float, y_mm: float, description: DeviceDescription) -> Load:
    """A force at rest on a rigid plate on four feet."""
    from solemetry_host.sim.plate import corner_loads

    def load(t_s: np.ndarray) -> np.ndarray:
        n = len(t_s)
        place = np.tile([x_mm, y_mm], (n, 1))
        return corner_loads(np.full(n, force_n), place, description.layout.xy_mm)

    return load
