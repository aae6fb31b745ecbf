# SPDX-License-Identifier: Apache-2.0
"""A recording as a device: the blocks that were live, in their order, with their host stamps."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription
from solemetry.errors import FileError
from solemetry.session.format import IMU, imu_of
from solemetry.session.imported import read_forces
from solemetry.session.reading import open_hdf5
from solemetry_host.devices.replay_imported import MOST_SENSORS, imported_items
from solemetry_host.devices.source import Block, Emit, Exchange, Item, Notice, Opened


class ReplaySource:
    """Plays a session file again.

    Rows of one read share their host stamp, so the reads themselves can be rebuilt; with the
    clock observations and the zero from before the recording, everything that was computed
    live is computed again, exactly.

    Parameters
    ----------
    path : Path
    speed : float
        1: as it was; 10: ten times as fast; 0 or inf: as fast as it goes.
    """

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self._path = path
        self._speed = speed

    @property
    def name(self) -> str:
        """The URL that it is known by."""
        return f"replay:{self._path}"

    def run(self, emit: Emit, stop: threading.Event) -> None:
        """Emit what was recorded, then a notice of kind ``end``."""
        at_once = self._speed <= 0 or math.isinf(self._speed)
        began = time.monotonic()
        first_ns = last_ns = 0
        streams: list[str] = []
        for item in self.items():
            last_ns = item.t_host_ns
            if isinstance(item, Opened):
                streams.append(item.stream)
            first_ns = first_ns or last_ns
            if at_once:
                if stop.is_set():
                    return
            else:
                due = began + (last_ns - first_ns) * 1e-9 / self._speed
                if stop.wait(max(0.0, due - time.monotonic())):
                    return
            emit(item)
        words = f"{self._path.name} is at its end."
        for stream in streams:
            emit(Notice(stream, last_ns + 1, "end", words if stream == streams[0] else ""))

    def items(self) -> Iterator[Item]:
        """Everything that was recorded, in the order of its host stamps."""
        with open_hdf5(self._path) as file:
            items: list[Item] = []
            for name, stream in file["streams"].items():
                if stream.attrs["kind"] == "forces":
                    imported = read_forces(name, stream, self._path)
                    items += imported_items(imported, int(file.attrs["t0_host_ns"]))
                items += _stream_items(file, name)
            if not items:
                raise FileError(
                    f"{self._path} holds no samples to replay.",
                    f"Recordings of a device can be replayed, and imports of up to {MOST_SENSORS} "
                    "sensors; a force and a centre of pressure alone cannot.",
                )
            items += _events(file)
        # Stable: what shares a stamp keeps its order, and a stream opens before its blocks.
        yield from sorted(items, key=lambda item: item.t_host_ns)


def _stream_items(file: h5py.File, name: str) -> Iterator[Item]:
    stream = file["streams"][name]
    if stream.attrs["kind"] != "cells" or not len(stream["samples"]):
        return
    device = file["devices"][name]
    description = DeviceDescription.from_toml(device.attrs["description"], "the recording")
    calibration = Calibration.from_json(device.attrs["calibration"], "the recording")
    calibration = calibration.tared(stream["zeros"]["zero_counts"][0])
    info: dict[str, Any] = json.loads(device.attrs["info"])
    description = description.as_used(float(stream.attrs["rate_hz"]), info.get("side", ""))
    samples = stream["samples"][:]
    stamps = samples["t_host_ns"]
    before = stream["clock"][:]
    # By the host's time: the device's begins anew when it restarts.
    before = before[before["t_dev_us"] * 1000 + before["offset_ns"] < stamps[0]]
    history = [(int(row["t_dev_us"]), int(row["offset_ns"])) for row in before]
    exchanges = [
        Exchange(name, int(heard_ns), int(sent_ns), int(received_us), int(answered_us))
        for sent_ns, received_us, answered_us, heard_ns in _table(stream, "exchanges")
    ]
    known = [exchange for exchange in exchanges if exchange.t_host_ns < stamps[0]]
    info |= {"clock": history, "exchanges": known}
    where = str(device.attrs.get("where", ""))
    yield Opened(name, int(stamps[0]), description, calibration, info, where)
    # Before the blocks: of what one read brought, answers were passed on first.
    yield from exchanges[len(known) :]
    imu = _table(file["streams"], f"{imu_of(name)}/samples")
    imu_stamps = imu["t_host_ns"] if len(imu) else np.empty(0, np.int64)
    for rows in np.split(samples, np.flatnonzero(np.diff(stamps)) + 1):
        stamp = int(rows["t_host_ns"][0])
        start, end = np.searchsorted(imu_stamps, (stamp, stamp + 1))
        yield Block(name, stamp, rows, imu[start:end] if end > start else np.empty(0, IMU))


def _table(group: h5py.Group, name: str) -> Any:
    """Rows of a table that not every recording has."""
    return group[name][:] if name in group else np.empty(0)


def _events(file: h5py.File) -> Iterator[Notice]:
    for t_host_ns, kind, detail in file["events"][:]:
        fields = json.loads(detail)
        yield Notice(fields.pop("stream", ""), int(t_host_ns), kind.decode(), detail=fields)
