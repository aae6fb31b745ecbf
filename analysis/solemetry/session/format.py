# SPDX-License-Identifier: Apache-2.0
"""The session file: names, types and version. Described for readers in docs/session-format.md."""

from __future__ import annotations

import h5py
import numpy as np

FORMAT = "solemetry-session"
VERSION = 2
"""Version 2 added devices of more than four channels, ``imu`` streams, and what two-way exchanges
say of the clock. Files of version 1 are read as before."""

SUFFIX = ".h5"
PARTIAL_SUFFIX = ".partial.h5"

RECORDING = "recording"
COMPLETE = "complete"
RECOVERED = "recovered"

def silent_shift(channels: int) -> int:
    """Bit of channel 0's silence in the `flags` of a sample.

    Bit c says that channel c is at an end of its range, bit ``silent_shift + c`` that it is
    silent. Up to four channels share one byte, more take four.
    """
    return 4 if channels <= 4 else 16


def sample_type(channels: int) -> np.dtype[np.void]:
    """One row of a ``cells`` stream, as it came from the device; at most 16 channels."""
    return np.dtype(
        [
            ("index", "<u4"),           # counts rows since the device's boot
            ("boot_id", "<u2"),
            ("t_dev_us", "<i8"),        # device microseconds, unwrapped
            ("t_host_ns", "<i8"),       # host clock of the read that brought the row
            ("counts", "<i4", (channels,)),
            ("age_us", "<u4", (channels,)),
            ("conversion", "u1", (channels,)),
            ("flags", "u1" if channels <= 4 else "<u4"),
        ]
    )


IMU = np.dtype(
    [
        ("index", "<u4"),
        ("boot_id", "<u2"),
        ("t_dev_us", "<i8"),
        ("t_host_ns", "<i8"),
        ("imu", "<i2", (6,)),
    ]
)
"""One row of an ``imu`` stream: acceleration x y z, turn rate x y z, in steps of the chip."""


def imu_of(stream: str) -> str:
    """Name of the ``imu`` stream that belongs to a ``cells`` stream."""
    return f"{stream}-imu"


IMU_STEPS = 2**15
"""So many steps are the chip's range, attributes `accel_g` and `gyro_dps` of the stream."""

LOAD = np.dtype(
    [("t_s", "<f8"), ("force_n", "<f8"), ("cop_ml_mm", "<f8"), ("cop_ap_mm", "<f8")]
)
"""One row of a ``load`` stream: what lab plates and public data bring."""

LOAD_WITH_SHEAR = np.dtype([*LOAD.descr, ("shear_ml_n", "<f8"), ("shear_ap_n", "<f8")])
"""The same of a plate that measures horizontal forces too: of the ground on the person."""


def forces_type(sensors: int, known: bool = True) -> np.dtype[np.void]:
    """One row of a ``forces`` stream: what another program made of sensors at known positions.

    Where it knows no gains, as raw numbers.
    """
    return np.dtype(
        [("t_s", "<f8"), ("forces_n" if known else "counts", "<f8", (sensors,))]
    )


MOTION = np.dtype(
    [("t_s", "<f8"), ("acceleration_g", "<f8", (3,)), ("turn_rate_dps", "<f8", (3,))]
)
"""One row of a ``motion`` stream: what another program made of an inertial sensor."""

GAP = np.dtype([("row", "<u8"), ("lost", "<u4"), ("reason", "S16")])
"""Before sample `row`, `lost` rows are missing (0: unknown, after a restart)."""

CLOCK = np.dtype(
    [
        ("t_dev_us", "<i8"),
        ("offset_ns", "<i8"),
        ("segment", "<u4"),
        ("middle_ns", "<i8"),
        ("half_width_ns", "<i8"),
    ]
)
"""The least delayed arrival of each second: host less device time. By the two-way exchanges until
then that lies within `half_width_ns` of `middle_ns`; a `half_width_ns` of -1: nothing is known."""

EXCHANGE = np.dtype(
    [("sent_ns", "<i8"), ("received_us", "<i8"), ("answered_us", "<i8"), ("heard_ns", "<i8")]
)
"""One question for the device's time and its answer: host, device, device, host time."""


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
