# SPDX-License-Identifier: Apache-2.0
"""The session file: names, types and version. Described for readers in docs/session-format.md."""

from __future__ import annotations

import h5py
import numpy as np

FORMAT = "solemetry-session"
VERSION = 1
SUFFIX = ".h5"
PARTIAL_SUFFIX = ".partial.h5"

RECORDING = "recording"
COMPLETE = "complete"
RECOVERED = "recovered"

SILENT_SHIFT = 4
"""`flags` of a sample: bit c says that channel c is at an end of its range, bit 4 + c that it
is silent."""


def sample_type(channels: int) -> np.dtype[np.void]:
    """One row of a ``cells`` stream, as it came from the device."""
    return np.dtype(
        [
            ("index", "<u4"),           # counts rows since the device's boot
            ("boot_id", "<u2"),
            ("t_dev_us", "<i8"),        # device microseconds, unwrapped
            ("t_host_ns", "<i8"),       # host clock of the read that brought the row
            ("counts", "<i4", (channels,)),
            ("age_us", "<u4", (channels,)),
            ("conversion", "u1", (channels,)),
            ("flags", "u1"),
        ]
    )


LOAD = np.dtype(
    [("t_s", "<f8"), ("force_n", "<f8"), ("cop_ml_mm", "<f8"), ("cop_ap_mm", "<f8")]
)
"""One row of a ``load`` stream: what lab plates and public data bring."""

GAP = np.dtype([("row", "<u8"), ("lost", "<u4"), ("reason", "S16")])
"""Before sample `row`, `lost` rows are missing (0: unknown, after a restart)."""

CLOCK = np.dtype([("t_dev_us", "<i8"), ("offset_ns", "<i8"), ("segment", "<u4")])
"""The least delayed arrival of each second: host less device time."""


def zero_type(channels: int) -> np.dtype[np.void]:
    """From sample `row` on, these are the counts of the unloaded sensors."""
    return np.dtype([("row", "<u8"), ("zero_counts", "<f8", (channels,))])


EVENT = np.dtype(
    [
        ("t_host_ns", "<i8"),
        ("kind", h5py.string_dtype()),
        ("detail", h5py.string_dtype()),  # JSON
    ]
)
