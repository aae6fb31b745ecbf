# SPDX-License-Identifier: Apache-2.0
"""Writing a whole session at once: what came from elsewhere, or from a device's own memory."""

from __future__ import annotations

import json
import os
import platform
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.calibration import Calibration
from solemetry.errors import RecordingError
from solemetry.session.format import (
    CLOCK,
    COMPLETE,
    EVENT,
    FORMAT,
    GAP,
    LOAD,
    LOAD_WITH_SHEAR,
    SUFFIX,
    VERSION,
    imu_of,
    zero_type,
)
from solemetry.session.imported import forces_rows, keep_origin, motion_rows
from solemetry.session.model import Session
from solemetry.session.reading import load_stream
from solemetry.session.whole import write_whole

Floats = NDArray[np.float64]


def write_load(
    path: str | os.PathLike[str],
    t_s: Floats,
    force_n: Floats,
    cop_mm: Floats,
    rate_hz: float,
    *,
    shear_n: Floats | None = None,
    stream: str = "plate",
    subject: Mapping[str, str | float] | None = None,
    events: Iterable[tuple[float, str, Mapping[str, Any]]] = (),
    start_utc: datetime | None = None,
    source: str = "",
) -> Path:
    """Write a complete session with one ``load`` stream.

    Parameters
    ----------
    path : path
        A new file, ``NAME.h5``.
    t_s : (T,) array
        Session time, on a grid of `rate_hz`; rows may be missing.
    force_n : (T,) array
    cop_mm : (T, 2) array
        ``(ml, ap)``, mm.
    rate_hz : float
    shear_n : (T, 2) array, optional
        Horizontal force of the ground on the person ``(ml, ap)``, N, where it was measured.
    stream : str
        Its name.
    subject : mapping, optional
        ``participant_id``, ``age``, ``sex``, ``height_m``, ``mass_kg``.
    events : iterable of (t_s, kind, detail)
    start_utc : datetime, optional
        When session time was 0, where known.
    source : str
        Where the data come from.

    Raises
    ------
    ValueError
        When the arrays differ in length.
    FileError
        When the times do not lie on a grid of `rate_hz`.
    RecordingError
        When the file exists, or cannot be written.
    """
    rows = _rows(t_s, force_n, cop_mm, shear_n)
    load_stream(stream, rows["t_s"], rows["force_n"], np.asarray(cop_mm), rate_hz, str(path))
    def fill(file: h5py.File) -> None:
        file.create_group("subject").attrs.update(dict(subject or {}))
        group = file.create_group(f"streams/{stream}")
        group.attrs.update({"kind": "load", "rate_hz": rate_hz})
        _table(group, "samples", rows)
        _write_events(file, [(round(at * 1e9), kind, detail) for at, kind, detail in events])

    return _write(path, fill, start_utc, 0, source)


@dataclass(frozen=True, eq=False)
class Logged:
    """What a device kept in its own memory, without a host.

    Attributes
    ----------
    stream : str
        What to call it.
    samples : (T,) structured array
        `solemetry.session.format.sample_type`
    imu : (M,) structured array
        `solemetry.session.format.IMU`
    gaps : sequence of (row, lost, reason)
    events : sequence of (t_host_ns, kind, detail)
    rate_hz, delay_s : float
    description : str
        ``device.toml``; empty when the device is of no known kind.
    calibration : Calibration
    info : mapping
        What the device says of itself; ``accel_g`` and ``gyro_dps`` are its IMU's range.
    t0_host_ns : int
        Session time 0 on the clock of the `t_host_ns` of the rows, which is the device's own.
    """

    stream: str
    samples: NDArray[np.void]
    imu: NDArray[np.void]
    gaps: Sequence[tuple[int, int, str]]
    events: Sequence[tuple[int, str, Mapping[str, Any]]]
    rate_hz: float
    delay_s: float
    description: str
    calibration: Calibration
    info: Mapping[str, Any]
    t0_host_ns: int


def write_logged(
    path: str | os.PathLike[str],
    logged: Logged,
    *,
    subject: Mapping[str, str | float] | None = None,
    start_utc: datetime | None = None,
    source: str = "",
) -> Path:
    """Write a complete session of what a device had kept in its own memory.

    Raises
    ------
    RecordingError
        When the file exists, or cannot be written.
    """

    def fill(file: h5py.File) -> None:
        file.create_group("subject").attrs.update(dict(subject or {}))
        file.create_group(f"devices/{logged.stream}").attrs.update(
            description=logged.description,
            calibration=logged.calibration.to_json(),
            info=json.dumps(dict(logged.info)),
        )
        cells = file.create_group(f"streams/{logged.stream}")
        cells.attrs.update(
            kind="cells", rate_hz=logged.rate_hz, delay_s=logged.delay_s, clock_source="device"
        )
        gaps = [(row, lost, reason.encode()) for row, lost, reason in logged.gaps]
        zeros = np.array([(0, logged.calibration.zero_counts)],
                         zero_type(len(logged.calibration.zero_counts)))
        for name, rows in (("samples", logged.samples), ("gaps", np.array(gaps, GAP)),
                           ("clock", np.empty(0, CLOCK)), ("zeros", zeros)):
            _table(cells, name, rows)
        if len(logged.imu):
            imu = file.create_group(f"streams/{imu_of(logged.stream)}")
            imu.attrs.update(
                kind="imu",
                rate_hz=logged.rate_hz,
                accel_g=logged.info.get("accel_g", 0),
                gyro_dps=logged.info.get("gyro_dps", 0),
            )
            _table(imu, "samples", logged.imu)
        _write_events(file, logged.events)

    return _write(path, fill, start_utc, logged.t0_host_ns, source)


def write_imported(path: str | os.PathLike[str], session: Session) -> Path:
    """Write a complete session of a file of another program.

    Parameters
    ----------
    path : path
        A new file, ``NAME.h5``.
    session : Session
        As `solemetry.importers.read` gives it. What its file told besides is kept.

    Raises
    ------
    RecordingError
        When the file exists, or cannot be written.
    """

    def fill(file: h5py.File) -> None:
        file.create_group("subject").attrs.update(session.subject)
        keep_origin(file, session)
        for stream in session.streams.values():
            load = stream.kind == "load"
            group = file.create_group(f"streams/{stream.name}")
            group.attrs.update(
                kind="load" if load else "forces",
                rate_hz=stream.fs_hz,
                lost_rows=stream.lost_rows,
            )
            rows = (
                _rows(stream.t_s, stream.force_n, stream.cop_mm, stream.shear_n)
                if load
                else forces_rows(stream)
            )
            _table(group, "samples", rows)
        for motion in session.motion.values():
            group = file.create_group(f"streams/{motion.name}")
            lost = len(motion.t_s) - motion.rows
            group.attrs.update(kind="motion", rate_hz=motion.fs_hz, lost_rows=lost)
            _table(group, "samples", motion_rows(motion))
        events = session.events.itertuples(index=False)
        _write_events(file, [(t0_ns + round(at * 1e9), *told) for at, *told in events])

    # No stamp may be 0 or less, whatever the file counts its time from.
    begins_s = [stream.t_s[0] for stream in session.streams.values() if len(stream.t_s)]
    t0_ns = 1_000_000_000 - round(min([0.0, *begins_s, *session.events.t_s]) * 1e9)
    start = session.meta.get("start_utc", "")
    return _write(
        path, fill, datetime.fromisoformat(start) if start else None, t0_ns, session.meta["source"]
    )


# ---- parts of all ---------------------------------------------------------------------------


def _write(
    path: str | os.PathLike[str],
    fill: Callable[[h5py.File], None],
    start_utc: datetime | None,
    t0_host_ns: int,
    source: str,
) -> Path:
    path = Path(path)
    if path.suffix != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    attributes: dict[str, Any] = {
        "format": FORMAT,
        "format_version": VERSION,
        "state": COMPLETE,
        "session_id": str(uuid.uuid4()),
        "start_utc": start_utc.astimezone(UTC).isoformat() if start_utc else "",
        "t0_host_ns": t0_host_ns,
        "t0_epoch_ns": round(start_utc.timestamp() * 1e9) if start_utc else 0,
        "software": f"solemetry {version('solemetry')}",
        "platform": platform.platform(),
        "source": source,
    }

    def describe_and_fill(file: h5py.File) -> None:
        file.attrs.update(attributes)
        fill(file)

    if path.exists():
        raise RecordingError(f"{path} exists already.", "Choose another name.")
    try:
        write_whole(path, describe_and_fill)
    except OSError as error:
        raise RecordingError(
            f"{path} could not be written: {error.strerror or error}.",
            "Is there room, and may you write there?",
        ) from None
    return path


def _table(group: h5py.Group, name: str, rows: NDArray[np.void]) -> None:
    packing = {"chunks": True, "shuffle": True, "compression": 4, "fletcher32": True}
    group.create_dataset(name, data=rows, **(packing if len(rows) else {}))


def _write_events(
    file: h5py.File, events: Iterable[tuple[int, str, Mapping[str, Any]]]
) -> None:
    file["events"] = np.array(
        [(t_host_ns, kind, json.dumps(dict(detail))) for t_host_ns, kind, detail in events], EVENT
    )


def _rows(
    t_s: Floats, force_n: Floats, cop_mm: Floats, shear_n: Floats | None
) -> NDArray[np.void]:
    t_s, force_n, cop_mm = (np.asarray(part, dtype=float) for part in (t_s, force_n, cop_mm))
    if not (t_s.ndim == 1 and force_n.shape == t_s.shape and cop_mm.shape == (len(t_s), 2)):
        raise ValueError(
            f"t_s {t_s.shape}, force_n {force_n.shape} and cop_mm {cop_mm.shape} should be "
            "(T,), (T,) and (T, 2)."
        )
    if not len(t_s):
        raise ValueError("There are no samples to write.")
    rows = np.empty(len(t_s), LOAD if shear_n is None else LOAD_WITH_SHEAR)
    rows["t_s"], rows["force_n"] = t_s, force_n
    rows["cop_ml_mm"], rows["cop_ap_mm"] = cop_mm.T
    if shear_n is not None:
        shear_n = np.asarray(shear_n, dtype=float)
        if shear_n.shape != cop_mm.shape:
            raise ValueError(f"shear_n {shear_n.shape} should be (T, 2), as cop_mm.")
        rows["shear_ml_n"], rows["shear_ap_n"] = shear_n.T
    return rows
