# SPDX-License-Identifier: Apache-2.0
"""A virtual plate: it speaks the same bytes as the board, and runs on any laptop."""

from __future__ import annotations

import binascii
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solemetry.device import DeviceDescription
from solemetry_host.sim.firmware import BAD_ARGUMENT, DONE, UNKNOWN, Firmware
from solemetry_host.sim.world import World
from solemetry_host.wire.plate import COUNTS_PER_GAIN, StoredCalibration, StoredCell
from solemetry_host.wire.records import AGE_UNIT_US, MAJOR, Type

Floats = NDArray[np.float64]
Load = Callable[[Floats], tuple[Floats, Floats]]
"""From times (s) to force on the plate (N) and where it acts (mm)."""

_FULL_SCALE = 2**23
_OSCILLATORS_PPM = (500.0, -700.0, 1000.0, 0.0)
_TARE_ROWS = 64
_TEST_ROWS = 32
_LEAST_MN = 10_000
_NO_POSITION = -(2**31)


def corner_loads(force_n: Floats, cop_mm: Floats, xy_mm: Floats) -> Floats:
    """Share of a load that each foot of a rigid plate on four equal springs carries.

    Parameters
    ----------
    force_n : (n,) array
    cop_mm : (n, 2) array
    xy_mm : (4, 2) array
        The feet, at the corners of a rectangle around the origin.

    Returns
    -------
    (n, 4) array
        N. ``W/4 (1 +- x/a +- y/b)``; negative where the load lies beyond the other corner.
    """
    lever = cop_mm[:, None, :] * xy_mm / np.abs(xy_mm) ** 2
    share: Floats = force_n[:, None] / 4 * (1.0 + lever.sum(axis=-1))
    return share


@dataclass
class _Chip:
    period_us: float
    next_us: float
    conversion: int = 0
    count: int = 0
    at_us: int = 0
    unsent: bool = False


class VirtualPlate(Firmware):
    """The plate's firmware and its four ADCs, as bytes over simulated time.

    Chips run free on their own oscillators and rows close by the rule in firmware/PROTOCOL.md.
    The load is looked up `delay_s` in the past, as the ADC's own filter would.

    Parameters
    ----------
    description : DeviceDescription
    load : callable
    zero_counts : (4,) array
        What the unloaded cells read; bridges are never balanced.
    noise_counts : float
        Standard deviation of one conversion; 45 counts is an HX711 at 80 per second.
    boot_id : int
    seed : int
    mixed : (4, 4) array, optional
        What each channel makes of the force on each cell, as a share of what the data sheet says;
        by default just that, of its own cell.
    """

    board, adc = 1, 1
    """What INFO says they are."""

    def __init__(
        self,
        description: DeviceDescription,
        load: Load,
        zero_counts: Floats | None = None,
        noise_counts: float = 45.0,
        boot_id: int = 1,
        seed: int = 1,
        mixed: Floats | None = None,
    ) -> None:
        super().__init__()
        self._description = description
        self._load = load
        self._mixed = mixed
        self._zero = np.zeros(4) if zero_counts is None else zero_counts
        self._noise = noise_counts
        self._boot_id = boot_id
        self._rng = np.random.default_rng(seed)
        self._streams = 1
        self._stored: StoredCalibration | None = None
        self._written = 0
        self._tare: Floats | None = None
        self._taring: list[list[int]] | None = None
        self._testing: tuple[int, list[list[int]]] | None = None
        self._index = 0
        self._send(Type.INFO, self._info())
        periods = 1e6 / description.rate_hz * (1 - np.array(_OSCILLATORS_PPM) * 1e-6)
        starts = self._rng.uniform(0, 1, 4) * periods
        self._chips = [_Chip(p, s) for p, s in zip(periods, starts, strict=True)]

    def receive(self, data: bytes, at_s: float | None = None) -> None:
        """Take bytes from the host, at a moment after the last if one is given."""
        if at_s is not None:
            self._run_until(at_s)
        super().receive(data)

    def advance(self, until_s: float) -> bytes:
        """Let time pass; return the bytes sent since the last call."""
        self._run_until(until_s)
        return self._sent()

    def _run_until(self, until_s: float) -> None:
        until_us = until_s * 1e6
        due = [(chip.next_us + k * chip.period_us, c)
               for c, chip in enumerate(self._chips)
               for k in range(max(0, int((until_us - chip.next_us) // chip.period_us) + 1))]
        due.sort()
        if due:
            counts = self._convert(np.array([t for t, _ in due]) * 1e-6)
            for row, (t_us, c) in enumerate(due):
                self._conversion(c, int(t_us), int(counts[row, c]))
                self._chips[c].next_us = t_us + self._chips[c].period_us
        self._now_us = max(self._now_us, until_us)

    def _convert(self, t_s: Floats) -> NDArray[np.int64]:
        force_n, cop_mm = self._load(t_s - self._description.delay_s)
        loads = corner_loads(force_n, cop_mm, self._description.layout.xy_mm)
        if self._mixed is not None:
            loads = loads @ self._mixed.T
        counts = self._zero + loads * self._description.nominal_counts_per_n
        counts = np.rint(counts + self._rng.normal(0, self._noise, counts.shape))
        return np.clip(counts, -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int64)

    def _conversion(self, c: int, t_us: int, count: int) -> None:
        chip = self._chips[c]
        if chip.unsent:
            self._close_row()
        chip.count, chip.at_us, chip.unsent = count, t_us, True
        chip.conversion = (chip.conversion + 1) % 256
        if all(other.unsent for other in self._chips):
            self._close_row()

    def _close_row(self) -> None:
        chips = self._chips
        for chip in chips:
            chip.unsent = False
        if any(chip.conversion == 0 and chip.at_us == 0 for chip in chips):
            return  # right after power-up, before every chip has converted once
        index, self._index = self._index, self._index + 1
        newest = max(chip.at_us for chip in chips)
        saturated = sum(1 << c for c, chip in enumerate(chips)
                        if chip.count in (-_FULL_SCALE, _FULL_SCALE - 1))
        ages = [min((newest - chip.at_us) // AGE_UNIT_US, 0xFFFF) for chip in chips]
        counts = [chip.count for chip in chips]
        if self._streams & 1:
            self._send(
                Type.SAMPLE,
                struct.pack("<IIHB", index, newest % 2**32, self._boot_id, saturated)
                + b"".join(count.to_bytes(3, "little", signed=True) for count in counts)
                + struct.pack("<4H4B", *ages, *(chip.conversion for chip in chips)),
            )
        if self._streams & 2:
            self._send_cop(index, newest, saturated, counts)
        self._go_on_taring(counts)
        self._go_on_testing(counts)

    # ---- commands --------------------------------------------------------------------------

    def _do(self, command: int, seq: int, payload: bytes) -> int:
        match command:
            case Type.COMMAND_INFO:
                self._send(Type.INFO, self._info())
            case Type.COMMAND_START:
                self._streams = payload[0] if payload else 1
            case Type.COMMAND_STOP:
                self._streams = 0
            case Type.COMMAND_TARE:
                self._taring = []
            case Type.COMMAND_CAL_READ:
                self._send(
                    Type.CALIBRATION,
                    struct.pack("<I", self._written) + self._calibration.to_bytes(),
                )
            case Type.COMMAND_CAL_WRITE:
                return self._store(payload)
            case Type.COMMAND_RATE:
                wanted = struct.unpack_from("<I", payload.ljust(4, b"\0"))[0]
                if wanted != round(self._description.rate_hz * 1000):
                    return BAD_ARGUMENT  # as of a board with one rate
                self._send(Type.INFO, self._info())
            case Type.COMMAND_SELF_TEST:
                self._testing = self._testing or (seq, [])
            case _:
                return UNKNOWN
        return DONE

    @property
    def _calibration(self) -> StoredCalibration:
        if self._stored is not None:
            return self._stored
        gains = COUNTS_PER_GAIN * 1000 / self._description.nominal_counts_per_n
        places = np.rint(self._description.layout.xy_mm * 1000).astype(int)
        cells = (
            StoredCell(round(gain), int(x), int(y))
            for gain, (x, y) in zip(gains, places, strict=True)
        )
        return StoredCalibration(0, tuple(cells))

    def _store(self, payload: bytes) -> int:
        read = StoredCalibration.parse(bytes(4) + payload)
        if read is None:
            return BAD_ARGUMENT
        if self._stored is None or read.to_bytes() != self._stored.to_bytes():
            self._stored, self._written = read, self._written + 1
        return DONE

    def _send_cop(self, index: int, t_us: int, saturated: int, counts: list[int]) -> None:
        zero = np.zeros(4) if self._tare is None else self._tare
        force_mn = [
            round((count - z) * cell.gain / COUNTS_PER_GAIN)
            for count, z, cell in zip(counts, zero, self._calibration.cells, strict=True)
        ]
        total = sum(force_mn)
        nowhere = total < _LEAST_MN or saturated != 0
        place = [_NO_POSITION, _NO_POSITION]
        if not nowhere:
            cells = self._calibration.cells
            place = [
                round(sum(f * at for f, at in zip(force_mn, axis, strict=True)) / total)
                for axis in ([c.x_um for c in cells], [c.y_um for c in cells])
            ]
        flags = (
            nowhere
            | (saturated != 0) << 1
            | (self._tare is None) << 3
            | (self._stored is None) << 4
        )
        self._send(
            Type.COP,
            struct.pack("<IIHBiiiH", index, t_us % 2**32, self._boot_id, flags, *place, total,
                        self._calibration_crc),
        )

    def _go_on_taring(self, counts: list[int]) -> None:
        if self._taring is not None:
            self._taring.append(counts)
            if len(self._taring) == _TARE_ROWS:
                self._tare, self._taring = np.mean(self._taring, axis=0), None

    def _go_on_testing(self, counts: list[int]) -> None:
        if self._testing is None:
            return
        seq, looks = self._testing
        looks.append(counts)
        if len(looks) < _TEST_ROWS:
            return
        self._testing = None
        found = b""
        for values in np.array(looks).T:
            low, high = int(values.min()), int(values.max())
            at_end = low == -_FULL_SCALE or high == _FULL_SCALE - 1
            status = 2 if at_end else 3 if low == high else 0
            mean = round(float(values.mean())).to_bytes(3, "little", signed=True)
            found += bytes([status]) + mean + struct.pack("<H", min(high - low, 0xFFFF))
        self._send(Type.SELF_TEST, struct.pack("<HB", seq, 4) + found)

    @property
    def _calibration_crc(self) -> int:
        return 0 if self._stored is None else binascii.crc_hqx(self._stored.to_bytes(), 0xFFFF)

    def _info(self) -> bytes:
        d = self._description
        name = d.id.encode("ascii")
        features = 1 | 32  # a centre of pressure of its own, a brown-out detector
        return (
            struct.pack("<BBBBBBBBBBHIHBIB", MAJOR, 0, 0, 1, 0, 1, self.board, self.adc,
                        len(self._zero), d.bits,
                        128, round(d.rate_hz * 1000), self._boot_id, 1, d.geometry_hash,
                        len(name)) + name
            + struct.pack("<HHBHB", self._calibration_crc, features, 0, 0, 0)
        )


class VirtualPlateTransport:
    """A `VirtualPlate` on a link in a world of its own, or one shared with other devices."""

    def __init__(
        self, plate: VirtualPlate, name: str = "sim:plate", world: World | None = None
    ) -> None:
        self.name = name
        self.rates: tuple[int, ...] = ()
        self._plate = plate
        self._world = World() if world is None else world

    def open(self) -> None:
        """Power the plate up; a link that was open before goes on."""
        self._world.begin()

    def use_rate(self, rate: int) -> None:
        """Do nothing: it has no rate."""

    def read(self) -> bytes:
        """Bytes as they come, after at most a tenth of a second."""
        for _ in range(20):
            time.sleep(0.005)
            if came := self._plate.advance(self._world.now_s):
                return came
        return b""

    def write(self, data: bytes) -> None:
        """Send bytes to the plate."""
        self._plate.receive(data, self._world.now_s)

    def close(self) -> None:
        """Nothing to release."""
