# SPDX-License-Identifier: Apache-2.0
"""How much of a table can be believed after a crash."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_DRIFT = 0.05
"""Device and host may disagree on a duration by this share, and five seconds besides: ceramic
resonators are good to half a percent, radio links hold rows back for a second or two."""


def consistent_rows(samples: NDArray[np.void]) -> int:
    """Count the rows before the first one that cannot have been written by a recorder.

    Host time never runs backwards and is never zero. Between two restarts the row index
    rises and device time does not fall.

    Parameters
    ----------
    samples : (T,) structured array
        See `solemetry.session.format.sample_type` and `IMU`.
    """
    if not len(samples):
        return 0
    same_boot = samples["boot_id"][1:] == samples["boot_id"][:-1]
    # As signed 32 bits, so that the step over the counter's wrap is 1 too.
    index_steps = np.diff(samples["index"]).astype(np.int32)
    bad = samples["t_host_ns"] == 0
    bad[1:] |= np.diff(samples["t_host_ns"]) < 0
    bad[1:] |= same_boot & ((index_steps <= 0) | (np.diff(samples["t_dev_us"]) < 0))
    return int(np.argmax(bad)) if bad.any() else len(samples)


def segment_starts(samples: NDArray[np.void]) -> list[int]:
    """Rows at which device time begins anew, the first row among them.

    A restart of the device does that. So does a stretch that took the host and the device
    times of different length, as when a computer slept: no one clock serves both sides.
    """
    if not len(samples):
        return []
    host_steps_s = np.diff(samples["t_host_ns"]) * 1e-9
    device_steps_s = np.diff(samples["t_dev_us"]) * 1e-6
    apart = np.abs(host_steps_s - device_steps_s) > 5.0 + MAX_DRIFT * host_steps_s
    restart = samples["boot_id"][1:] != samples["boot_id"][:-1]
    return [0, *(np.flatnonzero(apart | restart) + 1).tolist()]


def plausible_entries(table: str, entries: NDArray[Any]) -> int:
    """Count the entries of a small table to keep.

    That is ``gaps``, ``zeros``, ``clock``, ``exchanges`` or ``events``. A killed writer can leave
    blank entries at the end.
    """
    if table == "events":
        good = np.array([bool(kind) for kind in entries["kind"]], bool)
    elif table == "gaps":
        good = entries["reason"] != b""
    elif table == "clock":
        good = (entries["t_dev_us"] != 0) | (entries["offset_ns"] != 0)
    elif table == "exchanges":
        good = entries["heard_ns"] != 0
    elif table == "zeros":
        good = (entries["row"] != 0) | (np.arange(len(entries)) == 0)
    else:
        return len(entries)
    return len(entries) if good.all() else int(np.argmin(good))
