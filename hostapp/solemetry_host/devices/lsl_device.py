# SPDX-License-Identifier: Apache-2.0
"""A stream of the Lab Streaming Layer as a device: what its columns are, and its rows as ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.device import FOREIGN, DeviceDescription
from solemetry.errors import DeviceError
from solemetry.session.format import sample_type, silent_shift
from solemetry_host.lsl.inlet import Inlet
from solemetry_host.lsl.outlet import Channel

RAW = "Counts"
"""Type of the streams that carry the rows of one of our own devices, whole."""

RAW_TAIL = ("index", "boot_id", "flags")

STEP_N = 2.0**-12
"""Forces that come as floats are kept in steps of a quarter of a millinewton."""

CORNER_MM = 200.0
"""A force at a place is kept as the four forces that it takes at the corners of a square."""

_MOST_CHANNELS = 16
_HIGHEST = 2**31 - 1

_NEWTONS = {"n": 1.0, "newton": 1.0, "newtons": 1.0, "kn": 1000.0}
_MILLIMETRES = {
    "mm": 1.0, "millimeters": 1.0, "millimetres": 1.0, "cm": 10.0, "m": 1000.0, "meters": 1000.0,
}  # fmt: skip
_FORCE = {"fz", "f_z", "force_z", "forcez", "vgrf", "force"}
_COP_ML = {"copx", "cop_x", "cop_ml", "cop ml"}
_COP_AP = {"copy", "cop_y", "cop_ap", "cop ap"}


@dataclass(frozen=True)
class Columns:
    """Values of a stream as counts of sensors.

    Attributes
    ----------
    counts : (n, S) int array
    at_end, silent : (n, S) bool arrays
        Where a value does not fit, and where there is none.
    """

    counts: NDArray[np.int32]
    at_end: NDArray[np.bool_]
    silent: NDArray[np.bool_]


@dataclass(frozen=True)
class StreamDevice:
    """What a stream is.

    Attributes
    ----------
    raw : bool
        Its rows are whole rows of one of our devices.
    columns : callable
        Of values ``(n, C)`` of any other stream.
    """

    description: DeviceDescription
    calibration: Calibration | None
    raw: bool
    columns: Callable[[NDArray[Any]], Columns]


def recognise(inlet: Inlet) -> StreamDevice:
    """Find out what the columns of a stream are.

    Our own raw streams carry a description. Columns called Fz, COPx and COPy, with units, are a
    load and its place; columns in newtons are cells, at their places where these are told;
    integers without a unit are counts of cells of which nothing is known.

    Raises
    ------
    DeviceError
        When the stream is nothing of this, or has no regular rate.
    """
    stream = inlet.stream
    if not stream.rate_hz:
        raise DeviceError(
            f"The stream {stream.name} has no regular rate.", "Choose a stream of samples."
        )
    if stream.type == RAW and inlet.text("device_toml"):
        return _of_ours(inlet)
    channels, integers = inlet.channels, stream.format.startswith("int")
    force, ml, ap = (_column(channels, names) for names in (_FORCE, _COP_ML, _COP_AP))
    if force is not None and ml is not None and ap is not None:
        return _load(inlet, (force, ml, ap))
    if len(channels) > _MOST_CHANNELS:
        raise DeviceError(
            f"The stream {stream.name} has {len(channels)} channels; {_MOST_CHANNELS} can be "
            "recorded.", "Publish it in parts."
        )
    if all(_unit(channel) in _NEWTONS for channel in channels):
        return _cells(inlet)
    if integers and stream.format != "int64":
        return _unknown_cells(inlet)
    units = ", ".join(sorted({channel.unit or "no unit" for channel in channels}))
    raise DeviceError(
        f"The stream {stream.name} ({stream.format}, {units}) holds no forces that are known.",
        "Name its channels Fz (N), COPx and COPy (mm), or give each the unit N.",
    )


# ---- what a stream may be ------------------------------------------------------------------


def _of_ours(inlet: Inlet) -> StreamDevice:
    stream = inlet.stream
    description = DeviceDescription.from_toml(inlet.text("device_toml"), stream.name)
    description = description.as_used(stream.rate_hz, inlet.device("side"))
    labels = description.layout.labels
    if stream.channels != 3 * len(labels) + len(RAW_TAIL):
        raise DeviceError(
            f"The stream {stream.name} has {stream.channels} columns, which its own description "
            "does not call for.", "Update the app that publishes it."
        )
    calibration = Calibration.from_json(inlet.text("calibration"), stream.name)
    # The sender's stamps are of the force itself: the filter's delay is already out of them.
    return StreamDevice(replace(description, delay_s=0.0), calibration, True, _exact)


def _load(inlet: Inlet, columns: tuple[int, int, int]) -> StreamDevice:
    force, ml, ap = columns
    channels = inlet.channels
    newtons = _scale(inlet, channels[force], _NEWTONS, "N")
    mm = np.array([_scale(inlet, channels[c], _MILLIMETRES, "mm") for c in (ml, ap)])
    corners = np.array([(-1, 1), (1, 1), (-1, -1), (1, -1)]) * CORNER_MM

    def at_corners(values: NDArray[Any]) -> Columns:
        force_n = values[:, force].astype(float) * newtons
        place_mm = values[:, [ml, ap]].astype(float) * mm
        # Below any threshold there is a force but no place.
        nowhere = np.isnan(place_mm).any(axis=1) & (abs(force_n) < _NO_PLACE_BELOW_N)
        place_mm[nowhere] = 0.0
        share = 0.25 * (1 + place_mm @ corners.T / CORNER_MM**2)
        # Moments are shared by both corners of a side: x y terms are free, and left out.
        return _in_steps(force_n[:, None] * share)

    description = _describe(inlet, ("FL", "FR", "RL", "RR"), corners)
    return StreamDevice(description, _steps(4), False, at_corners)


_NO_PLACE_BELOW_N = 50.0


def _cells(inlet: Inlet) -> StreamDevice:
    channels = inlet.channels
    newtons = np.array([_NEWTONS[_unit(channel)] for channel in channels])
    description = _describe(inlet, _labels(channels), _places(channels))
    return StreamDevice(
        description, _steps(len(channels)), False, lambda values: _in_steps(values * newtons)
    )


def _unknown_cells(inlet: Inlet) -> StreamDevice:
    channels = inlet.channels
    description = _describe(inlet, _labels(channels), _places(channels))
    nothing = np.full(len(channels), np.nan)
    calibration = Calibration(np.zeros(len(channels)), nothing, "unknown")
    return StreamDevice(description, calibration, False, _exact)


def _column(channels: tuple[Channel, ...], names: set[str]) -> int | None:
    fitting = [c for c, channel in enumerate(channels) if channel.label.strip().lower() in names]
    return fitting[0] if len(fitting) == 1 else None


def _unit(channel: Channel) -> str:
    return channel.unit.strip().lower()


def _scale(inlet: Inlet, channel: Channel, units: dict[str, float], example: str) -> float:
    scale = units.get(_unit(channel))
    if scale is None:
        raise DeviceError(
            f"The channel {channel.label} of {inlet.stream.name} is in {channel.unit or 'no unit'}"
            ", which is not known.", f"Give it the unit {example}."
        )
    return scale


def _labels(channels: tuple[Channel, ...]) -> tuple[str, ...]:
    return tuple(channel.label or f"channel {c + 1}" for c, channel in enumerate(channels))


def _places(channels: tuple[Channel, ...]) -> NDArray[np.float64]:
    """Places of all, or of none: a centre of pressure takes them all."""
    places = [channel.place_mm for channel in channels]
    told = [place for place in places if place is not None]
    return np.array(told if len(told) == len(places) else [(np.nan, np.nan)] * len(places))


# ---- values as counts ----------------------------------------------------------------------


def _exact(values: NDArray[Any]) -> Columns:
    nothing = np.zeros(values.shape, bool)
    return Columns(values.astype(np.int32), nothing, nothing)


def _in_steps(forces_n: NDArray[np.float64]) -> Columns:
    silent = ~np.isfinite(forces_n)
    steps = np.rint(np.where(silent, 0.0, forces_n) / STEP_N)
    at_end = abs(steps) >= _HIGHEST
    return Columns(np.clip(steps, -_HIGHEST, _HIGHEST).astype(np.int32), at_end, silent)


def _steps(channels: int) -> Calibration:
    return Calibration(np.zeros(channels), np.full(channels, STEP_N), "the stream's own unit")


def _describe(
    inlet: Inlet, labels: tuple[str, ...], places_mm: NDArray[np.float64]
) -> DeviceDescription:
    """Write the description of a device that is only known by its stream."""
    stream = inlet.stream
    lines = [
        f"# The stream {json.dumps(stream.source_id or stream.name)} of the Lab Streaming Layer.",
        f"id = {json.dumps(FOREIGN + stream.name)}",
        'kind = "plate"',
        "[top]",
        *(f"{name} = {_span(places_mm[:, axis])}" for axis, name in enumerate(("width", "depth"))),
        "[adc]",
        f"rate_hz = {stream.rate_hz!r}",
        "bits = 32",
        "gain = 1",
        "excitation_v = nan",
        "delay_conversions = 0",
    ]
    for label, (x, y) in zip(labels, places_mm.tolist(), strict=True):
        lines += ["[[cell]]", f"name = {json.dumps(label)}", f"x = {x}", f"y = {y}",
                  "mv_per_v = nan", "capacity_kg = nan"]  # fmt: skip
    return DeviceDescription.from_toml("\n".join(lines) + "\n", stream.name)


def _span(along_mm: NDArray[np.float64]) -> float:
    return float(np.ptp(along_mm))


# ---- rows ----------------------------------------------------------------------------------


class StreamRows:
    """Builds rows of the session file; device time is the sender's stamps.

    Parameters
    ----------
    device : StreamDevice
    """

    def __init__(self, device: StreamDevice) -> None:
        self._device = device
        self._channels = len(device.description.layout.labels)
        self._period_us = 1e6 / device.description.rate_hz
        self._next_index = self._boot_id = 0
        self._last_us: int | None = None
        self._rejoined = False
        self.disordered = 0
        """Rows whose stamp was not later than that of the row before."""

    def rejoin(self) -> None:
        """Take it that the stream was away: the next stamp tells how many rows are missing."""
        self._rejoined = True

    def build(
        self, values: NDArray[Any], stamps_s: NDArray[np.float64], t_host_ns: int
    ) -> NDArray[np.void]:
        """Rows of values ``(n, C)`` with the sender's stamps ``(n,)``, n >= 1."""
        rows = np.zeros(len(values), sample_type(self._channels))
        rows["t_dev_us"] = self._in_order(np.rint(stamps_s * 1e6).astype(np.int64))
        rows["t_host_ns"] = t_host_ns
        if self._device.raw:
            self._fill_whole(rows, values)
        else:
            self._fill(rows, self._device.columns(values))
        self._last_us, self._rejoined = int(rows["t_dev_us"][-1]), False
        return rows

    def _fill_whole(self, rows: NDArray[np.void], values: NDArray[np.int32]) -> None:
        n = self._channels
        rows["counts"] = values[:, :n]
        rows["age_us"] = values[:, n : 2 * n]
        rows["conversion"] = values[:, 2 * n : 3 * n]
        for name, column in zip(RAW_TAIL, values[:, 3 * n :].T, strict=True):
            rows[name] = column.astype(np.int64) & np.iinfo(rows.dtype[name]).max

    def _fill(self, rows: NDArray[np.void], columns: Columns) -> None:
        index = self._next_index + np.arange(len(rows))
        if self._rejoined and self._last_us is not None:
            away_us = int(rows["t_dev_us"][0]) - self._last_us
            index += max(0, round(away_us / self._period_us) - 1)
        self._next_index = int(index[-1]) + 1
        rows["index"] = index % 2**32
        rows["boot_id"] = self._boot_id
        rows["conversion"] = (index % 256)[:, None]
        rows["counts"] = columns.counts
        bits = np.arange(self._channels)
        silent = columns.silent.astype(np.int64) << (silent_shift(self._channels) + bits)
        rows["flags"] = ((columns.at_end.astype(np.int64) << bits) | silent).sum(axis=1)

    def _in_order(self, t_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Stamps that rise: a row that claims to be older than the one before comes just after."""
        if self._last_us is not None and t_us[0] < self._last_us - _STARTED_ANEW_US:
            self._boot_id, self._last_us = self._boot_id + 1, None
        least = -np.iinfo(np.int64).max if self._last_us is None else self._last_us + 1
        steps = np.arange(len(t_us))
        rising = np.maximum.accumulate(np.maximum(t_us - steps, least)) + steps
        self.disordered += int((rising != t_us).sum())
        return rising


_STARTED_ANEW_US = 1_000_000
"""A sender whose clock goes back by more has started anew."""
