# SPDX-License-Identifier: Apache-2.0
"""Rows as they came over the wire become rows as they are kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solemetry.session.format import IMU, sample_type
from solemetry.timebase import Unwrapper
from solemetry_host.wire.batches import CELL_HIGHEST, IMU_NONE
from solemetry_host.wire.records import AGE_UNIT_US, signed24


class RowBuilder:
    """Builds rows of the session file; keeps count of device time past its wraps.

    Parameters
    ----------
    channels : int
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._type = sample_type(channels)
        self._boot_id: int | None = None
        self._unwrap = Unwrapper()

    def build(self, samples: NDArray[np.void], t_host_ns: int) -> NDArray[np.void]:
        """Rows of a plate from `sample_wire_type` samples of one read."""
        rows = np.empty(len(samples), self._type)
        for name in ("index", "boot_id", "flags", "conversion"):
            rows[name] = samples[name]
        rows["counts"] = signed24(samples["counts"])
        rows["age_us"] = samples["age"].astype(np.uint32) * AGE_UNIT_US
        rows["t_dev_us"] = self._device_time(samples)
        rows["t_host_ns"] = t_host_ns
        return rows

    def build_insole(
        self, wire_rows: NDArray[np.void], t_host_ns: int
    ) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Rows of an insole from `insole_wire_type` rows of one read.

        Returns
        -------
        cells, imu : structured arrays
            `sample_type` and `IMU`; rows that came without the IMU are not among the latter.
        """
        cells = np.zeros(len(wire_rows), self._type)
        for name in ("index", "boot_id"):
            cells[name] = wire_rows[name]
        codes = wire_rows["cells"]
        cells["counts"] = codes
        # All cells of a row are scanned together: their number is the row's.
        cells["conversion"] = (wire_rows["index"] % 256)[:, None]
        at_end = codes >= CELL_HIGHEST
        cells["flags"] = (at_end << np.arange(self._channels)).sum(axis=1)
        cells["t_dev_us"] = self._device_time(wire_rows)
        cells["t_host_ns"] = t_host_ns
        moving = (wire_rows["imu"] != IMU_NONE).any(axis=1)
        imu = np.empty(int(moving.sum()), IMU)
        for name in ("index", "boot_id", "t_dev_us", "t_host_ns"):
            imu[name] = cells[name][moving]
        imu["imu"] = wire_rows["imu"][moving]
        return cells, imu

    def device_time(self, raw_us: int) -> int | None:
        """Unwrapped device time of a moment near the newest row; None before the first row."""
        return self._unwrap.near(raw_us)

    def _device_time(self, rows: NDArray[np.void]) -> NDArray[np.int64]:
        if not len(rows):
            return np.empty(0, np.int64)
        if not (rows["boot_id"] != self._boot_id).any():
            return self._unwrap.push(rows["t_us"])
        restarts = np.flatnonzero(np.diff(rows["boot_id"])) + 1
        parts = []
        for part in np.split(rows, restarts):
            if int(part["boot_id"][0]) != self._boot_id:
                self._boot_id, self._unwrap = int(part["boot_id"][0]), Unwrapper()
            parts.append(self._unwrap.push(part["t_us"]))
        return np.concatenate(parts)
