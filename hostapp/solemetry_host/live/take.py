# SPDX-License-Identifier: Apache-2.0
"""What the engine hands to a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry_host.devices.source import Exchange, Opened


@dataclass(frozen=True, eq=False)
class StreamHeader:
    """What a recording has to know of a device before its first row."""

    opened: Opened
    calibration: Calibration
    clock_history: tuple[tuple[int, int], ...]
    clock_segment: int
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class Gap:
    """Before row `at` of a block, `lost` rows are missing (0: unknown how many)."""

    at: int
    lost: int
    reason: str


class Take(Protocol):
    """Where the engine puts what is to be kept; nothing here may block."""

    def begin(self) -> int:
        """Before anything else; return the host time at which session time is 0."""

    def open(self, header: StreamHeader) -> None:
        """Before the first row of a stream; again when its device was away and came back."""

    def samples(self, stream: str, rows: NDArray[np.void], gaps: list[Gap]) -> None:
        """Rows as they came, and the holes before some of them."""

    def imu(self, stream: str, rows: NDArray[np.void]) -> None:
        """Rows of the device's IMU, as they came."""

    def clock(
        self,
        stream: str,
        t_dev_us: int,
        offset_ns: int,
        segment: int,
        within: tuple[int, int] | None,
    ) -> None:
        """One observation of the device's clock; `within` as `DeviceClock.known_within`."""

    def exchange(self, exchange: Exchange) -> None:
        """One question for the device's time, and its answer."""

    def zero(self, stream: str, zero_counts: NDArray[np.float64]) -> None:
        """Another zero, from the next row on."""

    def event(self, t_host_ns: int, kind: str, detail: dict[str, Any], stream: str) -> None:
        """Something that happened; `stream` empty where it is of no device in particular."""


def find_gaps(
    rows: NDArray[np.void], boot_id: int | None, last_index: int, rejoined: bool = False
) -> list[Gap]:
    """Holes within a block and before it.

    Parameters
    ----------
    rows : (n,) structured array, n >= 1
    boot_id, last_index : int
        Of the row before the block; `boot_id` None when there was none.
    rejoined : bool
        Whether the link broke since that row: then that is why rows are missing.
    """
    if boot_id is None:
        boot_id, last_index = int(rows["boot_id"][0]), int(rows["index"][0]) - 1
    expected = (last_index + 1 + np.arange(len(rows))).astype(np.uint32)
    if (rows["index"] == expected).all() and (rows["boot_id"] == boot_id).all():
        return []
    boots = np.concatenate(([boot_id], rows["boot_id"]))
    index = np.concatenate(([last_index], rows["index"])).astype(np.int64)
    restarted = np.diff(boots) != 0
    # The index counts modulo 2**32; at 1 kHz that is 49 days.
    lost = (np.diff(index) - 1) % 2**32
    return [
        Gap(int(at), 0, "restart")
        if restarted[at]
        else Gap(int(at), int(lost[at]), "link" if rejoined and at == 0 else "lost")
        for at in np.flatnonzero(restarted | (lost != 0))
    ]
