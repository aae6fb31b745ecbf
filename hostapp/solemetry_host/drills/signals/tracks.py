# SPDX-License-Identifier: Apache-2.0
"""One device of a live engine, row by row: what it says of the foot on it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.cop import MIN_FORCE_N, center_of_pressure
from solemetry.foot import FootRegistration
from solemetry.session.format import IMU_STEPS
from solemetry_host.devices.source import Block
from solemetry_host.drills.running.outcome import Side
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.circle import Circling
from solemetry_host.drills.signals.frame import frame_for
from solemetry_host.drills.signals.imu import FootTilt
from solemetry_host.drills.signals.insole import cells_by_region, shares
from solemetry_host.drills.signals.lowpass import CausalLowpass
from solemetry_host.drills.signals.plate import Felt, PlateSignals, SmoothCenter
from solemetry_host.live.device import LiveDevice

Floats = NDArray[np.float64]
Values = dict[str, float | bool]
Foot = Literal["left", "right"]

FRESH_S = 0.3
"""What was felt longer ago is not what is felt now."""

READINGS_HZ = 100.0
"""Of faster devices not every row becomes a reading."""

_FEW_COUNTS = 20.0
"""An insole without gains whose cells read less than this on average is not stood on."""


class Track:
    """One device: which of its rows were looked at, and what the newest said."""

    def __init__(self, device: LiveDevice) -> None:
        self._newest_ns = -math.inf
        self._next = 0
        self._step = max(int(device.description.rate_hz // READINGS_HZ), 1)

    def is_fresh(self, t_ns: int) -> bool:
        """Whether it was felt at a moment, or shortly before or after."""
        return abs(t_ns - self._newest_ns) <= FRESH_S * 1e9

    def follow(self, device: LiveDevice, block: Block) -> Iterator[int]:
        """Go through new rows; give the host time of those that a reading is due with."""
        at_s, forces = device.since(self._next)
        first = device.grid_end - len(forces)
        if first != self._next:  # rows are missing, or the device's time began anew
            self._begin_anew(device)
        self._next = device.grid_end
        felt = self._felt_in(device, block, forces)
        for number, (device_s, row) in enumerate(zip(at_s.tolist(), felt, strict=True), first):
            self._feel(device_s, row)
            if number % self._step == 0:
                self._newest_ns = round(device.host_ns(device_s) - device.lag_s * 1e9)
                yield self._newest_ns

    def turn(self) -> None:
        """Begin anew with another side."""
        raise NotImplementedError

    def _begin_anew(self, device: LiveDevice) -> None:
        raise NotImplementedError

    def _felt_in(self, device: LiveDevice, block: Block, forces: Floats) -> list[Any]:
        """Return what rows of the grid, ``(n, S)``, say, each for itself."""
        raise NotImplementedError

    def _feel(self, device_s: float, row: Any) -> None:
        """Make one of these the newest."""
        raise NotImplementedError


class PlateTrack(Track):
    """A plate: what it feels, and the signals that the drill asks for."""

    def __init__(self, device: LiveDevice) -> None:
        super().__init__(device)
        self._begin_anew(device)
        self._feet: tuple[FootRegistration, ...] = ()
        self._signals: PlateSignals | None = None

    def stand_on(self, feet: tuple[FootRegistration, ...]) -> None:
        """Follow where feet are registered."""
        if feet != self._feet:
            self._feet = feet
            self.turn()

    def turn(self) -> None:
        """Begin anew with another side."""
        self._signals = None

    def values(self, t_s: float, side: Side, posture: str, body: Body) -> Values:
        """Return the signals of now, as `SignalSource` asks for them."""
        if self._signals is None:
            frame = frame_for(self._feet, side, posture)
            base = body.base_of(frame) if frame is not None else None
            self._signals = PlateSignals(frame, base, body.plate_weight_n, side == "left")
        return self._signals.of(t_s, self._felt)

    def _begin_anew(self, device: LiveDevice) -> None:
        description = device.description
        self._center = SmoothCenter(description.layout.xy_mm, description.rate_hz)

    def _felt_in(self, device: LiveDevice, block: Block, forces: Floats) -> list[Felt]:
        return self._center.push(forces)

    def _feel(self, device_s: float, row: Felt) -> None:
        self._felt = row


class InsoleTrack(Track):
    """An insole: its smooth forces, and how its foot is tilted."""

    def __init__(self, device: LiveDevice) -> None:
        super().__init__(device)
        layout, info = device.description.layout, device.opened.info
        self.foot: Foot = "left" if device.opened.side == "left" else "right"
        self.cells = cells_by_region(layout.regions)
        self.tilt = FootTilt(self.foot)
        self.forces = np.full(len(layout.labels), np.nan)
        self.in_newtons = device.calibration.known
        outwards = (-1, 1) if self.foot == "left" else (1, 1)
        self._xy_mm = layout.xy_mm * outwards
        ranges = [float(info.get(name, 0)) for name in ("accel_g", "gyro_dps")]
        self._steps = np.repeat(ranges, 3) / IMU_STEPS
        self._begin_anew(device)

    @property
    def force(self) -> float:
        """Force on all cells: N, or counts where no gains are known."""
        return float(self.forces.sum())

    @property
    def least(self) -> float:
        """Less than that is nobody."""
        return MIN_FORCE_N if self.in_newtons else _FEW_COUNTS * len(self.forces)

    def circle(self) -> Values:
        """How far the load goes round."""
        if not self.force >= self.least:
            return {}
        return {"circle.turned_deg": self._circling.turned_deg,
                "circle.roundness": self._circling.roundness}  # fmt: skip

    def turn(self) -> None:
        """Begin anew with another side."""
        self.tilt.begin()
        self._circling = Circling()

    def _begin_anew(self, device: LiveDevice) -> None:
        self._lowpass = CausalLowpass(device.description.rate_hz)
        self._circling = Circling()

    def _felt_in(
        self, device: LiveDevice, block: Block, forces: Floats
    ) -> list[tuple[Floats, list[float]]]:
        self._move(block)
        self.in_newtons = device.calibration.known
        # Without gains, counts mean something only above a zero that was measured.
        if not self.in_newtons and not device.calibration.zero_counts.any():
            forces = np.full_like(forces, np.nan)
        smooth = self._lowpass.push(forces)
        places_mm = center_of_pressure(smooth, self._xy_mm, self.least)
        return list(zip(smooth, places_mm.tolist(), strict=True))

    def _feel(self, device_s: float, row: tuple[Floats, list[float]]) -> None:
        self.forces, place_mm = row
        self._circling.push(device_s, *place_mm)

    def _move(self, block: Block) -> None:
        if self._steps.all():
            felt = (block.imu["imu"] * self._steps).tolist()
            for t_us, row in zip(block.imu["t_dev_us"].tolist(), felt, strict=True):
                self.tilt.push(t_us * 1e-6, row[:3], row[3:])


def track_of(device: LiveDevice) -> Track:
    """Return a track of the device's kind."""
    return PlateTrack(device) if device.kind == "plate" else InsoleTrack(device)


def shares_of(insoles: list[InsoleTrack]) -> dict[str, float]:
    """Shares in the load of one foot, or of both together."""
    if len(insoles) == 1:
        return shares(insoles[0].forces, insoles[0].cells, insoles[0].least)
    cells = {
        region: np.concatenate([insole.cells[region] for insole in insoles])
        for region in insoles[0].cells
        if all(region in insole.cells for insole in insoles)
    }
    comparable = all(insole.in_newtons for insole in insoles)
    forces = np.concatenate([insole.forces for insole in insoles])
    return shares(forces, cells, sum(i.least for i in insoles)) if comparable else {}
