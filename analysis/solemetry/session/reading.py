# SPDX-License-Identifier: Apache-2.0
"""Opening a session file: raw counts become forces, device time becomes session time."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.cop import center_of_pressure, total_force
from solemetry.device import DeviceDescription
from solemetry.errors import FileError
from solemetry.session.clock import SessionClock, fit_session_clock
from solemetry.session.consistency import consistent_rows, segment_starts
from solemetry.session.format import (
    FORMAT,
    IMU,
    IMU_STEPS,
    LOAD,
    LOAD_WITH_SHEAR,
    RECORDING,
    RECOVERED,
    VERSION,
    imu_of,
    sample_type,
    silent_shift,
)
from solemetry.session.grid import on_grid
from solemetry.session.imported import (
    as_imported,
    read_forces,
    read_motion,
    read_original,
)
from solemetry.session.joining import as_text, join, read_whole
from solemetry.session.model import NO_EVENTS, NO_GAPS, Motion, Session, Stream
from solemetry.session.partial import BROKEN, is_in_parts
from solemetry.timebase import GridAligner

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_REPAIR = "If it is a recording that broke off, `solemetry repair` saves what can be read."


def open_session(path: str | os.PathLike[str]) -> Session:
    """Open a session file, finished or partial.

    Forces are derived from the raw counts with the calibration and the tare in force at each
    row; time is the two-sided clock of `solemetry.session.clock`; the ADC's own delay is
    taken off. Rows that are missing are NaN on the grid.

    Parameters
    ----------
    path : path

    Raises
    ------
    FileError
        When the file is missing, damaged, of another kind, or newer than this program.
    """
    path = Path(path)
    with open_hdf5(path) as file:
        try:
            return _synchronised(_read_session(file, path))
        except FileError:
            raise
        except BROKEN as error:
            raise FileError(f"{path} is damaged: {error}.", _REPAIR) from error


def _synchronised(session: Session) -> Session:
    """Take off the lags that a gesture has shown and the recording keeps."""
    if not (session.events["kind"] == "synchronised").any():
        return session
    from solemetry.sync.aligning import apply, stored  # which reads sessions itself

    return apply(session, stored(session))


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a session file for reading, with the layout of docs/session-format.md.

    A partial file is laid out otherwise; it is joined in memory.

    Raises
    ------
    FileError
        Says what is the matter with the file and what to do.
    """

    def refuse(name: str, error: Exception) -> None:
        raise FileError(f"{path} is damaged: {name}: {error}.", _REPAIR) from error

    with open_as_it_lies(path) as file, h5py.File(io.BytesIO(), "w") as whole:
        try:
            in_parts = is_in_parts(file)
            if in_parts:
                join(file, whole, read_whole, refuse)
        except BROKEN as error:
            raise FileError(f"{path} is damaged: {error}.", _REPAIR) from error
        yield whole if in_parts else file


@contextmanager
def open_as_it_lies(path: Path) -> Iterator[h5py.File]:
    """Open a session file's HDF5 for reading, after making sure that it is one.

    Raises
    ------
    FileError
        Says what is the matter with the file and what to do.
    """
    if not path.is_file():
        raise FileError(f"There is no file {path}.", "Check its name and folder.")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise _why_not(path, error) from None
    with file:
        try:
            kind = as_text(file.attrs.get("format", ""))
            version = int(file.attrs.get("format_version", 0))
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            raise FileError(f"{path} is damaged: {error}.", _REPAIR) from error
        if kind != FORMAT:
            raise FileError(
                f"{path} is an HDF5 file, but not a Solemetry session.",
                f"A session has the root attribute format = {FORMAT!r}.",
            )
        if version > VERSION:
            raise FileError(
                f"{path} has format version {version}; this program knows up to {VERSION}.",
                "Update Solemetry.",
            )
        yield file


def _why_not(path: Path, error: OSError) -> FileError:
    text = str(error)
    if "signature" in text:
        return FileError(
            f"{path} is not an HDF5 file, so it is no session.",
            "To open a file of another kind, use sm.open or `solemetry import`.",
        )
    if "truncated" in text:
        return FileError(f"{path} is cut short: its end is missing.", _REPAIR)
    if "lock" in text:
        return FileError(
            f"{path} is being written at this moment.", "Stop the recording, then open it."
        )
    return FileError(f"{path} cannot be opened: {text}.", _REPAIR)


def _read_session(file: h5py.File, path: Path) -> Session:
    original, notes = read_original(file)
    meta = _attributes(file) | original
    state = str(meta.get("state", ""))
    t0_ns = int(meta["t0_host_ns"])
    streams, motion = {}, {}
    notes += {
        RECORDING: ["The recording was not finished; `solemetry repair` packs it."],
        RECOVERED: ["Recovered from a recording that broke off."],
    }.get(state, [])
    for name, group in file["streams"].items():
        kind = as_text(group.attrs["kind"])
        if kind == "cells":
            streams[name] = _read_cells(name, group, file["devices"][name], t0_ns, path)
        elif kind == "load":
            streams[name] = as_imported(_read_load(name, group, path), file)
        elif kind == "forces":
            streams[name] = as_imported(read_forces(name, group, path), file)
        elif kind == "motion":
            motion[name] = read_motion(name, group, path)
        elif kind == "imu":
            motion[name] = _read_imu(name, group, file, t0_ns, path)
        else:
            notes.append(
                f"Stream {name} is of a kind that this program does not know ({kind!r}) and is "
                "left out; a newer Solemetry reads it."
            )
    return Session(
        path=path,
        meta=meta,
        subject=_attributes(file["subject"]) if "subject" in file else {},
        streams=streams,
        events=(
            events_of(file["events"][:], t0_ns, path) if "events" in file else NO_EVENTS.copy()
        ),
        state=state,
        notes=tuple(notes),
        motion=motion,
    )


# ---- cells -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Segment:
    """One stretch between restarts of the device, on its own grid."""

    clock: SessionClock
    t_s: Floats
    values: Floats
    conversions: int
    duration_s: float
    lost: int


def _read_cells(
    name: str, group: h5py.Group, device: h5py.Group, t0_ns: int, path: Path
) -> Stream:
    where = f"{path}, device {name}"
    rate_hz, delay_s = float(group.attrs["rate_hz"]), float(group.attrs["delay_s"])
    info = json.loads(as_text(device.attrs.get("info", "{}")))
    description = _read_description(device, rate_hz, info, where)
    calibration = Calibration.from_json(as_text(device.attrs["calibration"]), where)
    samples = group["samples"][:]
    channels = _count_channels(samples, description)
    _check_samples(samples, channels, calibration, f"{path}, stream {name}")
    notes = _notes_on(calibration, description)
    own_clock = as_text(group.attrs.get("clock_source", "")) == "device"
    if own_clock:
        notes.append("Time is the device's own: it was recorded without a host.")

    whole = consistent_rows(samples)
    if whole < len(samples):
        notes.append(f"{len(samples) - whole} rows at the end are damaged and left out.")
        samples = samples[:whole]

    values = (
        _forces(samples["counts"], calibration, group.get("zeros"))
        if calibration.known
        else samples["counts"].astype(float)
    )
    labels = _labels(description, channels)
    unusable, flag_notes = _unusable(samples["flags"], labels)
    bounds = [*segment_starts(samples), len(samples)]
    exchanged, half_width_ms = _read_bounds(group, samples["t_host_ns"][bounds[:-1]], t0_ns)
    asked = _read_questions(group.file, name, samples["t_host_ns"][bounds[:-1]], t0_ns)
    segments = [
        _read_segment(
            samples[a:b], values[a:b], unusable[a:b], rate_hz, delay_s, t0_ns,
            exchanged.get(boot), asked.get(boot),
        )
        for boot, (a, b) in enumerate(pairwise(bounds))
    ]
    if len(segments) > 1:
        notes.append(f"Device time began anew {len(segments) - 1} time(s) while recording.")
    t_s, grid = _join(segments, rate_hz, channels)
    seconds = sum(segment.duration_s for segment in segments)
    steps = sum(max(segment.conversions - 1, 0) for segment in segments)
    residuals_s = [segment.clock.residual_s for segment in segments]
    gaps = _read_gaps(group.get("gaps"), samples, segments, bounds)
    notes += _notes_on_gaps(gaps)
    nothing = np.full(len(t_s), np.nan)
    known = calibration.known and description is not None
    return Stream(
        name=name,
        kind="cells",
        fs_hz=_grid_rate(segments, rate_hz),
        t_s=t_s,
        force_n=total_force(grid) if calibration.known else nothing,
        cop_mm=center_of_pressure(grid, description.layout.xy_mm)
        if known and description is not None
        else np.column_stack((nothing, nothing)),
        forces_n=grid if calibration.known else None,
        counts=None if calibration.known else grid,
        description=description,
        calibration=calibration,
        rate_hz=rate_hz,
        measured_rate_hz=steps / seconds if seconds > 0 else np.nan,
        rows=len(samples),
        lost_rows=sum(segment.lost for segment in segments),
        gaps=gaps,
        clock_residual_ms=1e3 * float(np.median(residuals_s))
        if residuals_s and not own_clock
        else np.nan,
        clock_half_width_ms=half_width_ms,
        info=info,
        notes=(*notes, *flag_notes),
        clocks=tuple(segment.clock for segment in segments),
    )


def _read_description(
    device: h5py.Group, rate_hz: float, info: dict[str, Any], where: str
) -> DeviceDescription | None:
    """Read the device as it was used; None where the file has no description of it."""
    text = as_text(device.attrs["description"])
    if not text:
        return None
    return DeviceDescription.from_toml(text, where).as_used(rate_hz, info.get("side", ""))


def _count_channels(samples: NDArray[np.void], description: DeviceDescription | None) -> int:
    if description is not None:
        return len(description.layout.labels)
    return int(samples.dtype["counts"].shape[0])


def _labels(description: DeviceDescription | None, channels: int) -> tuple[str, ...]:
    if description is not None:
        return description.layout.labels
    return tuple(str(c + 1) for c in range(channels))


def _notes_on(calibration: Calibration, description: DeviceDescription | None) -> list[str]:
    notes = []
    if description is None:
        notes.append("The device is of no known kind: where its sensors lie is not known.")
    if not calibration.known:
        notes.append("No gains are known, so there are no forces: only raw counts.")
    elif not calibration.measured:
        notes.append("Calibration is nominal: by the data sheets only.")
    return notes


def _notes_on_gaps(gaps: pd.DataFrame) -> list[str]:
    """Name what a device's own memory has lost; the counts of other gaps speak for themselves."""
    ours = gaps[gaps.reason.isin(["damaged block", "missing block"])]
    return [
        f"{int(of_kind.lost.sum())} rows are missing from the device's log: {reason}."
        for reason, of_kind in ours.groupby("reason")
    ]


def _read_bounds(
    group: h5py.Group, starts_ns: NDArray[np.int64], t0_ns: int
) -> tuple[dict[int, Floats], float]:
    """Read what two-way exchanges leave open of the clock.

    Parameters
    ----------
    group : h5py.Group
    starts_ns : (k,) int array
        Host stamp of each segment's first row.
    t0_ns : int

    Returns
    -------
    dict of int to (k, 3) array
        By number of the segment: device time, least and greatest offset of session time
        there, s.
    float
        Median half width, ms; NaN without exchanges.
    """
    table: Any = group["clock"][:] if "clock" in group else np.empty(0)
    if "half_width_ns" not in (table.dtype.names or ()):  # version 1
        return {}, np.nan
    table = table[table["half_width_ns"] >= 0]
    if not len(table) or not len(starts_ns):
        return {}, np.nan
    # An observation is an arrival: its host time tells of which segment it is. Live, a clock
    # begins anew more often than device time does.
    arrived_ns = table["t_dev_us"] * 1000 + table["offset_ns"]
    segment = np.maximum(np.searchsorted(starts_ns, arrived_ns, side="right") - 1, 0)
    out = {}
    for number in np.unique(segment).tolist():
        rows = table[segment == number]
        middle_s = (rows["middle_ns"] - t0_ns) * 1e-9
        half_s = rows["half_width_ns"] * 1e-9
        out[number] = np.column_stack(
            (rows["t_dev_us"] * 1e-6, middle_s - half_s, middle_s + half_s)
        )
    return out, 1e-6 * float(np.median(table["half_width_ns"]))


def _read_questions(
    file: h5py.File, stream: str, starts_ns: NDArray[np.int64], t0_ns: int
) -> dict[int, Floats]:
    """Read what each question for the time of a device over the air proves.

    ``(q, 2)`` arrays by number of the segment; none of a device on a cable.
    """
    device, path = file.get(f"devices/{stream}"), f"streams/{stream}/exchanges"
    if device is None or path not in file or not len(starts_ns):
        return {}
    table: Any = file[path][:]
    if not json.loads(as_text(device.attrs.get("info", "{}"))).get("wireless") or not len(table):
        return {}
    segment = np.maximum(np.searchsorted(starts_ns, table["heard_ns"], side="right") - 1, 0)
    device_s = table["received_us"] * 1e-6
    least_s = (table["sent_ns"] - t0_ns - table["received_us"] * 1000) * 1e-9
    proven = np.column_stack((device_s, least_s))
    return {number: proven[segment == number] for number in np.unique(segment).tolist()}


def _check_samples(
    samples: NDArray[np.void], channels: int, calibration: Calibration, where: str
) -> None:
    expected = sample_type(channels)
    for field in expected.names or ():
        if field not in (samples.dtype.names or ()):
            raise FileError(f"{where}: samples lack the field {field}.", "Is it a session file?")
        if samples.dtype[field].shape != expected[field].shape:
            raise FileError(
                f"{where}: {field} has shape {samples.dtype[field].shape}, but the device has "
                f"{channels} sensors.",
                "Description and samples are of different devices.",
            )
    if len(calibration.gain_n_per_count) != channels:
        raise FileError(
            f"{where}: the calibration has {len(calibration.gain_n_per_count)} gains for "
            f"{channels} sensors.",
            "Put the right calibration into /devices.",
        )


def _forces(counts: NDArray[np.int32], calibration: Calibration, zeros: Any) -> Floats:
    """Apply to each row the tare that was in force there; ``(rows, S)``, N."""
    table = zeros[:] if zeros is not None else []
    out = calibration.forces(counts)
    for entry in table:
        first = int(entry["row"])
        out[first:] = calibration.tared(entry["zero_counts"]).forces(counts[first:])
    return out


def _unusable(
    flags: NDArray[np.integer[Any]], labels: tuple[str, ...]
) -> tuple[Bools, list[str]]:
    """Which conversions are no measurements: their channel was silent or at its range's end."""
    channel = np.arange(len(labels))
    bits = flags.astype(np.int64)[:, None]
    saturated = (bits >> channel & 1).astype(bool)
    silent = (bits >> (silent_shift(len(labels)) + channel) & 1).astype(bool)
    notes = [
        f"Sensor {labels[c]} was {what} in {count} rows; those are missing."
        for what, mask in (("silent", silent), ("at an end of its range", saturated))
        for c, count in enumerate(mask.sum(axis=0).tolist())
        if count
    ]
    return saturated | silent, notes


def _read_segment(
    samples: NDArray[np.void],
    values: Floats,
    unusable: Bools,
    rate_hz: float,
    delay_s: float,
    t0_ns: int,
    bounds: Floats | None,
    questions: Floats | None,
) -> _Segment:
    device_us = samples["t_dev_us"]
    device_s = device_us * 1e-6
    clock = fit_session_clock(device_s, (samples["t_host_ns"] - t0_ns) * 1e-9, bounds, questions)
    first, grid = GridAligner(values.shape[1], rate_hz).push(
        device_us, values, samples["age_us"].astype(np.int64), samples["conversion"], unusable
    )
    grid_s = (first + np.arange(len(grid))) / rate_hz
    index_steps = np.diff(samples["index"]).astype(np.int64)  # u32: a wrap is a step of one
    return _Segment(
        clock=clock,
        t_s=clock(grid_s) - delay_s,
        values=grid,
        conversions=int(index_steps.sum()) + 1,
        duration_s=float(np.diff(clock(device_s[[0, -1]]))[0]),
        lost=int((index_steps - 1).sum()),
    )


def _join(segments: list[_Segment], rate_hz: float, channels: int) -> tuple[Floats, Floats]:
    """One grid from all segments, with as many NaN rows between as session time says.

    At least one, so that no step is ever taken across a restart.
    """
    t_parts: list[Floats] = []
    parts: list[Floats] = []
    for segment in segments:
        t_s, values = segment.t_s, segment.values
        if t_parts:
            later = t_s > t_parts[-1][-1]
            t_s, values = t_s[later], values[later]
        if not len(t_s):
            continue
        if t_parts:
            end_s = t_parts[-1][-1]
            missing = max(round((t_s[0] - end_s) * rate_hz) - 1, 1)
            t_parts.append(np.linspace(end_s, t_s[0], missing + 2)[1:-1])
            parts.append(np.full((missing, channels), np.nan))
        t_parts.append(t_s)
        parts.append(values)
    if not t_parts:
        return np.empty(0), np.empty((0, channels))
    return np.concatenate(t_parts), np.concatenate(parts)


def _grid_rate(segments: list[_Segment], rate_hz: float) -> float:
    """Grid points per second of session time, from the longest segment."""
    t_s = max((segment.t_s for segment in segments), key=len, default=np.empty(0))
    return float((len(t_s) - 1) / (t_s[-1] - t_s[0])) if len(t_s) > 1 else rate_hz


def _read_gaps(
    table: Any, samples: NDArray[np.void], segments: list[_Segment], bounds: list[int]
) -> pd.DataFrame:
    if table is None or not len(table) or not segments:
        return NO_GAPS.copy()
    gaps = table[:]
    rows = np.minimum(gaps["row"].astype(np.int64), len(samples) - 1)
    segment = np.searchsorted(bounds, rows, side="right") - 1
    device_s = samples["t_dev_us"][rows] * 1e-6
    return pd.DataFrame(
        {
            "t_s": [
                float(segments[s].clock(at)) for s, at in zip(segment, device_s, strict=True)
            ],
            "row": gaps["row"].astype(np.int64),
            "lost": gaps["lost"].astype(np.int64),
            "reason": [reason.decode("ascii", "replace") for reason in gaps["reason"]],
        }
    )


# ---- imu -------------------------------------------------------------------------------------


def _read_imu(
    name: str, group: h5py.Group, file: h5py.File, t0_ns: int, path: Path
) -> Motion:
    samples = group["samples"][:]
    if not set(IMU.names or ()) <= set(samples.dtype.names or ()):
        raise FileError(
            f"{path}, stream {name}: samples need {', '.join(IMU.names or ())}.",
            "Is it a session file?",
        )
    samples = samples[: consistent_rows(samples)]
    rate_hz = float(group.attrs["rate_hz"])
    steps = np.repeat([float(group.attrs["accel_g"]), float(group.attrs["gyro_dps"])], 3)
    values = samples["imu"] * (steps / IMU_STEPS)
    # All axes are read together: as rows of six channels that convert at once.
    together = np.zeros(
        len(samples),
        [("t_dev_us", "<i8"), ("t_host_ns", "<i8"), ("index", "<u4"),
         ("age_us", "<u4", (6,)), ("conversion", "u1", (6,))],
    )  # fmt: skip
    for field in ("t_dev_us", "t_host_ns", "index"):
        together[field] = samples[field]
    together["conversion"] = (samples["index"] % 256)[:, None]
    usable = np.zeros(values.shape, bool)
    bounds = [*segment_starts(samples), len(samples)]
    asked = _read_questions(
        file, name.removesuffix(imu_of("")), samples["t_host_ns"][bounds[:-1]], t0_ns
    )
    segments = [
        _read_segment(
            together[a:b], values[a:b], usable[a:b], rate_hz, 0.0, t0_ns, None, asked.get(boot)
        )
        for boot, (a, b) in enumerate(pairwise(bounds))
    ]
    t_s, grid = _join(segments, rate_hz, 6)
    return Motion(
        name=name,
        fs_hz=_grid_rate(segments, rate_hz),
        t_s=t_s,
        acceleration_g=grid[:, :3],
        turn_rate_dps=grid[:, 3:],
        rows=len(samples),
    )


# ---- load ------------------------------------------------------------------------------------


def _read_load(name: str, group: h5py.Group, path: Path) -> Stream:
    samples = group["samples"][:]
    if not set(LOAD.names or ()) <= set(samples.dtype.names or ()):
        raise FileError(
            f"{path}, stream {name}: samples need {', '.join(LOAD.names or ())}.",
            "Is it a session file?",
        )
    shear_n = None
    if set(LOAD_WITH_SHEAR.names or ()) <= set(samples.dtype.names or ()):
        shear_n = np.column_stack((samples["shear_ml_n"], samples["shear_ap_n"]))
    return load_stream(
        name,
        samples["t_s"],
        samples["force_n"],
        np.column_stack((samples["cop_ml_mm"], samples["cop_ap_mm"])),
        float(group.attrs["rate_hz"]),
        str(path),
        shear_n,
    )


def load_stream(
    name: str,
    t_s: Floats,
    force_n: Floats,
    cop_mm: Floats,
    rate_hz: float,
    where: str,
    shear_n: Floats | None = None,
) -> Stream:
    """Build a ``load`` stream; where rows are missing, by their times, the grid gets NaN.

    Raises
    ------
    FileError
        When the times do not lie on a grid of `rate_hz`.
    """
    rows = len(t_s)
    measured = (force_n, cop_mm) if shear_n is None else (force_n, cop_mm, shear_n)
    t_s, (force_n, cop_mm, *shear) = on_grid(t_s, measured, rate_hz, where)
    return Stream(
        name=name,
        kind="load",
        fs_hz=rate_hz,
        t_s=t_s,
        force_n=force_n,
        cop_mm=cop_mm,
        shear_n=shear[0] if shear else None,
        rate_hz=rate_hz,
        measured_rate_hz=rate_hz,
        rows=rows,
        lost_rows=len(t_s) - rows,
    )


# ---- events and attributes -------------------------------------------------------------------


def events_of(table: NDArray[np.void], t0_ns: int, path: Path) -> pd.DataFrame:
    """Read a table of events as `Session.events` has them.

    Raises
    ------
    FileError
        When one cannot be read.
    """
    if not len(table):
        return NO_EVENTS.copy()
    details = []
    for number, text in enumerate(table["detail"]):
        try:
            details.append(json.loads(as_text(text) or "{}"))
        except ValueError as error:
            raise FileError(f"{path}: event {number} cannot be read: {error}.", _REPAIR) from None
    events = pd.DataFrame(
        {
            "t_s": (table["t_host_ns"] - t0_ns) * 1e-9,
            "kind": [as_text(kind) for kind in table["kind"]],
            "detail": details,
        }
    )
    return events.sort_values("t_s", kind="stable", ignore_index=True)


def _attributes(node: h5py.Group) -> dict[str, Any]:
    return {
        key: value.item() if isinstance(value, np.generic) else as_text(value)
        for key, value in node.attrs.items()
    }
