# SPDX-License-Identifier: Apache-2.0
"""What the engine works out, published on the Lab Streaming Layer."""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure, total_force
from solemetry.session.format import silent_shift
from solemetry.timebase import GridAligner
from solemetry_host.devices.lsl_device import RAW, RAW_TAIL
from solemetry_host.devices.source import Block, Opened
from solemetry_host.lsl.library import HostClock
from solemetry_host.lsl.outlet import Channel, Outlet, StreamHeader

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OF_THE_PAST_NS = 5_000_000_000
"""Rows older than this are a recording's; they are published as if they happened now."""


class Publisher:
    """Publishes each device as three streams: whole raw rows, the force on each cell, and COP.

    They are called ``plate-counts``, ``plate-force`` and ``plate-cop`` after the device's stream.
    Stamps are of the force itself: the device's clock, brought onto the layer's, less the delay
    of the converter's filter.

    Parameters
    ----------
    now_ns : callable
        The host clock.
    """

    def __init__(self, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._clock = HostClock(now_ns)
        self._devices: dict[str, _Published] = {}

    def push(
        self,
        opened: Opened,
        block: Block,
        calibration: Calibration,
        host_ns: Callable[[float], float],
    ) -> None:
        """Publish a block, and the forces that are settled with it.

        Parameters
        ----------
        opened : Opened
            The device.
        block : Block
        calibration : Calibration
            The one in force.
        host_ns : callable
            Host time of a device time in microseconds, as the device's clock now has it.
        """
        device = self._devices.get(opened.stream)
        if device is not None and device.is_of(opened, calibration):
            device.go_on(opened, block)
        else:
            if device is not None:
                # Closing waits a moment, and here acquisition would wait with it.
                threading.Thread(target=device.close, daemon=True).start()
            device = _Published(opened, block, calibration, self._clock)
            self._devices[opened.stream] = device
        device.push(block, calibration, host_ns)

    def close(self) -> None:
        """End all streams."""
        while self._devices:
            _, device = self._devices.popitem()
            device.close()


class _Published:
    def __init__(
        self, opened: Opened, block: Block, calibration: Calibration, clock: HostClock
    ) -> None:
        self._opened = opened
        layout = opened.description.layout
        self._rate_hz = opened.description.rate_hz
        self._delay_ns = round(opened.description.delay_s * 1e9)
        self._xy_mm = layout.xy_mm
        self._boot_id: int | None = None
        self._aligner = self._new_aligner()
        self._clock = clock
        self._shift_ns = self._age_ns(block)
        self._counts = Outlet(_raw(opened, calibration), clock)
        self._force: Outlet | None = None
        self._cop: Outlet | None = None
        if calibration.known:
            self._force = Outlet(_force(opened), clock)
            if np.isfinite(layout.xy_mm).all():
                self._cop = Outlet(_cop(opened), clock)

    def is_of(self, opened: Opened, calibration: Calibration) -> bool:
        """Whether this device, when it comes back, can go on in the same streams."""
        before, now = self._opened.description, opened.description
        same = (before.geometry_hash, before.rate_hz) == (now.geometry_hash, now.rate_hz)
        return same and (self._force is not None) == calibration.known

    def go_on(self, opened: Opened, block: Block) -> None:
        """Take it that the device may have come back, from another day even."""
        if opened is not self._opened:
            self._opened, self._shift_ns = opened, self._age_ns(block)

    def _age_ns(self, block: Block) -> int:
        """How long ago a recording was made; 0 of what happens now."""
        age_ns = self._clock.now_ns() - block.t_host_ns
        return age_ns if abs(age_ns) > _OF_THE_PAST_NS else 0

    def push(
        self, block: Block, calibration: Calibration, host_ns: Callable[[float], float]
    ) -> None:
        self._counts.push(_whole(block.rows), self._stamps(_row_times(block, host_ns)))
        if self._force is None:
            return
        grid_us, forces_n = self._align(block.rows, calibration)
        if not len(grid_us):
            return
        stamps = self._stamps(_times(grid_us, host_ns))
        self._force.push(forces_n, stamps)
        if self._cop is not None:
            cop_mm = center_of_pressure(forces_n, self._xy_mm)
            self._cop.push(np.column_stack((total_force(forces_n), cop_mm)), stamps)

    def _align(
        self, rows: NDArray[np.void], calibration: Calibration
    ) -> tuple[Floats, Floats]:
        """Device times of the grid points that are settled now, and the forces there."""
        rows = rows[rows["boot_id"] == rows["boot_id"][-1]]
        if int(rows["boot_id"][-1]) != self._boot_id:
            self._boot_id, self._aligner = int(rows["boot_id"][-1]), self._new_aligner()
        first, forces_n = self._aligner.push(
            rows["t_dev_us"],
            calibration.forces(rows["counts"]),
            rows["age_us"].astype(np.int64),
            rows["conversion"],
            _unusable(rows),
        )
        grid = first + np.arange(len(forces_n), dtype=float)
        return grid * (1e6 / self._rate_hz), forces_n

    def _new_aligner(self) -> GridAligner:
        return GridAligner(len(self._xy_mm), self._rate_hz)

    def close(self) -> None:
        for outlet in (self._counts, self._force, self._cop):
            if outlet is not None:
                outlet.close()

    def _stamps(self, t_host_ns: Ints) -> Ints:
        return t_host_ns + (self._shift_ns - self._delay_ns)


def _unusable(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which values are no measurements: their channel was silent or at its range's end."""
    channels = rows["counts"].shape[1]
    bits, c = rows["flags"][:, None].astype(np.uint32), np.arange(channels)
    unusable: NDArray[np.bool_] = ((bits >> c | bits >> (silent_shift(channels) + c)) & 1) != 0
    return unusable


def _row_times(block: Block, host_ns: Callable[[float], float]) -> Ints:
    """Host time of each row; what came in one read with a restart has only that read's stamp."""
    rows = block.rows
    now = rows["boot_id"] == rows["boot_id"][-1]
    times = np.full(len(rows), block.t_host_ns)
    times[now] = _times(rows["t_dev_us"][now].astype(float), host_ns)
    return times


def _times(t_us: Floats, host_ns: Callable[[float], float]) -> Ints:
    """Host time of device times; a clock is a straight line over so short a span."""
    first, last = host_ns(float(t_us[0])), host_ns(float(t_us[-1]))
    span_us = t_us[-1] - t_us[0]
    along = (t_us - t_us[0]) / span_us if span_us else np.zeros(len(t_us))
    times: Ints = np.rint(first + along * (last - first)).astype(np.int64)
    return times


def _whole(rows: NDArray[np.void]) -> NDArray[np.int32]:
    """Rows as columns: counts, ages and conversion numbers of each cell, index, boot, flags."""
    tail = [rows[name].astype(np.int64) for name in RAW_TAIL]
    columns = [rows["counts"], rows["age_us"], rows["conversion"], np.column_stack(tail)]
    # An index past 2**31 turns negative; its bits are the same.
    return np.hstack(columns).astype(np.int64).astype(np.int32)


# ---- what the streams say of themselves ----------------------------------------------------


def _raw(opened: Opened, calibration: Calibration) -> StreamHeader:
    labels = opened.description.layout.labels
    return _header(
        opened,
        "counts",
        RAW,
        "int32",
        (
            *_cells(opened, "count", "RawCounts"),
            *(Channel(f"{label} age", "microseconds", "Age") for label in labels),
            *(Channel(f"{label} conversion", "number", "Counter") for label in labels),
            Channel("index", "number", "Counter"),
            Channel("boot", "number", "Counter"),
            Channel("flags", "bits", "Flags"),
        ),
        {"device_toml": opened.description.toml, "calibration": calibration.to_json()},
    )


def _force(opened: Opened) -> StreamHeader:
    return _header(opened, "force", "Force", "float32", _cells(opened, "N", "Force"))


def _cop(opened: Opened) -> StreamHeader:
    return _header(
        opened,
        "cop",
        "COP",
        "float32",
        (
            Channel("Fz", "N", "Force"),
            Channel("COPx", "mm", "COP"),
            Channel("COPy", "mm", "COP"),
        ),
        {"axes": "x to the person's right, y forward; no COP below 20 N"},
    )


def _cells(opened: Opened, unit: str, type_: str) -> tuple[Channel, ...]:
    layout = opened.description.layout
    return tuple(
        Channel(label, unit, type_, (float(x), float(y)))
        for label, (x, y) in zip(layout.labels, layout.xy_mm, strict=True)
    )


_TOLD = ("firmware", "board", "adc", "side")


def _header(
    opened: Opened,
    what: str,
    type_: str,
    format_: Literal["int32", "float32"],
    channels: tuple[Channel, ...],
    extra: dict[str, str] | None = None,
) -> StreamHeader:
    description, info = opened.description, opened.info
    device = {"model": description.id, "device_id": description.id}
    device |= {name: str(info[name]) for name in _TOLD if name in info}
    return StreamHeader(
        name=f"{opened.stream}-{what}",
        type=type_,
        rate_hz=description.rate_hz,
        format=format_,
        channels=channels,
        # The computer's name is in it, for two labs may have the same plate.
        source_id=f"solemetry:{platform.node()}:{description.id}:{opened.stream}-{what}",
        device=device,
        extra=extra or {},
    )
