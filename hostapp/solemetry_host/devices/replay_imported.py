# SPDX-License-Identifier: Apache-2.0
"""Sensors that came from another program, as a device: their forces become counts of a step."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import DeviceDescription, SensorLayout
from solemetry.session.format import sample_type, silent_shift
from solemetry.session.model import Stream
from solemetry_host.devices.source import Block, Item, Opened

MOST_SENSORS = 16
"""So many channels a row of the session file can have."""

STEP_N = 0.001
"""Newtons of one count: finer than any of these sensors, and 2 MN fit."""


def imported_items(stream: Stream, t0_ns: int) -> Iterator[Item]:
    """Yield what a device would have said: one block for each row that is not missing.

    Parameters
    ----------
    stream : Stream
        Of kind ``cells``, with a layout.
    t0_ns : int
        Host time of session time 0.
    """
    layout = stream.layout
    values = stream.counts if stream.forces_n is None else stream.forces_n / STEP_N
    if layout is None or values is None or len(layout.labels) > MOST_SENSORS:
        return
    rows = _rows(stream, values, t0_ns)
    if not len(rows):
        return
    side = next((side for side in ("left", "right") if side in stream.name.split("-")), "")
    text = _describe(layout, stream.fs_hz, mirrored=side == "left")
    description = DeviceDescription.from_toml(text, stream.name).as_used(stream.fs_hz, side)
    gain = np.nan if stream.forces_n is None else STEP_N
    calibration = Calibration(
        np.zeros(len(layout.labels)),
        np.full(len(layout.labels), gain),
        "nominal" if stream.forces_n is None else "another program's forces",
    )
    info = {"side": side} if side else {}
    yield Opened(stream.name, int(rows["t_host_ns"][0]), description, calibration, info)
    for at in range(len(rows)):
        yield Block(stream.name, int(rows["t_host_ns"][at]), rows[at : at + 1])


def _rows(stream: Stream, values: NDArray[np.float64], t0_ns: int) -> NDArray[np.void]:
    silent = ~np.isfinite(values)
    present = np.flatnonzero(~silent.all(axis=1))
    channels = values.shape[1]
    rows = np.zeros(len(present), sample_type(channels))
    rows["index"] = present
    rows["conversion"] = (present % 256)[:, None]
    rows["t_host_ns"] = t0_ns + np.rint(stream.t_s[present] * 1e9).astype(np.int64)
    # Device time is what the grid is uniform in; that of the file may be rounded.
    rows["t_dev_us"] = np.rint(present * (1e6 / stream.fs_hz))
    rows["counts"] = np.rint(np.where(silent, 0.0, values)[present])
    bits = silent[present].astype(np.int64) << (silent_shift(channels) + np.arange(channels))
    rows["flags"] = bits.sum(axis=1)
    return rows


def _describe(layout: SensorLayout, rate_hz: float, mirrored: bool) -> str:
    """Write a ``device.toml``; those of insoles are of a right foot."""
    width_mm, depth_mm = layout.size_mm
    plate = layout.kind == "plate"
    lines = [
        "# Sensors as another program gave them.",
        f"id = {json.dumps(layout.name)}",
        f"kind = {json.dumps(layout.kind)}",
        "[top]" if plate else "[outline]",
        f"width = {width_mm}",
        f"{'depth' if plate else 'length'} = {depth_mm}",
        "[adc]",
        f"rate_hz = {rate_hz!r}",
        "bits = 32",
    ]
    if plate:
        lines += ["gain = 1", "excitation_v = nan", "delay_conversions = 0"]
    areas_mm2 = layout.area_mm2 if layout.area_mm2 is not None else np.full(len(layout.labels), 0.0)
    regions = layout.regions or ("",) * len(layout.labels)
    places = (layout.xy_mm * (-1.0 if mirrored else 1.0, 1.0)).tolist()
    for label, (x, y), region, area_mm2 in zip(
        layout.labels, places, regions, areas_mm2.tolist(), strict=True
    ):
        lines += ["[[cell]]", f"name = {json.dumps(label)}", f"x = {x}", f"y = {y}"]
        if plate:
            lines += ["mv_per_v = nan", "capacity_kg = nan"]
        else:
            diameter_mm = 2 * np.sqrt(area_mm2 / np.pi)
            lines += [f"region = {json.dumps(region)}", f"diameter = {float(diameter_mm)!r}"]
    return "\n".join(lines) + "\n"
