# SPDX-License-Identifier: Apache-2.0
"""A virtual plate whose four channels convert together, several rows to a record."""

from __future__ import annotations

import struct

import numpy as np

from solemetry_host.sim.plate import VirtualPlate
from solemetry_host.wire.records import Type

_ROWS = 16
"""One picture of a screen at 1 kHz, as the firmware has it."""


class PlateTogether(VirtualPlate):
    """As `VirtualPlate`, on an ADS131M04: its channels share their moments.

    Its own centre of pressure, tare and self-test are not simulated.
    """

    board, adc = 2, 2

    def _run_until(self, until_s: float) -> None:
        period_s = 1.0 / self._description.rate_hz
        due = round(until_s / period_s - 0.5) - self._index
        for _ in range(due // _ROWS):
            t_s = (self._index + 1 + np.arange(_ROWS)) * period_s
            if self._streams & 1:
                self._send_rows(np.rint(t_s * 1e6).astype(np.int64))
            self._index += _ROWS
        self._now_us = max(self._now_us, until_s * 1e6)

    def _send_rows(self, t_us: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        first_us, last_us = t_us[[0, -1]].tolist()
        head = struct.pack(
            "<IIIHBBB", self._index, first_us % 2**32, last_us - first_us, self._boot_id, 0,
            self._index % 256, _ROWS,
        )  # fmt: skip
        counts = self._convert(np.asarray(t_us, float) * 1e-6).astype("<i4")
        self._send(Type.SAMPLES, head + counts[..., None].view("u1")[..., :3].tobytes())
