# SPDX-License-Identifier: Apache-2.0
"""What came from another program: its streams, how they are kept in a session file and read back.

An importer makes each stream with `forces_stream`, `counts_stream`, `motion_stream` or
`solemetry.session.reading.load_stream`, and the session with `imported_session`. What the other
program told besides goes, as it told it, to `original` and to the streams' `info`: values that
JSON can hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.cop import center_of_pressure, total_force
from solemetry.device import DeviceDescription, SensorLayout
from solemetry.errors import FileError
from solemetry.session.format import MOTION, forces_type
from solemetry.session.grid import on_grid
from solemetry.session.joining import as_text
from solemetry.session.model import NO_EVENTS, Motion, Session, Stream

Floats = NDArray[np.float64]

IMPORTED = "imported"


def imported_session(
    path: str | os.PathLike[str],
    source: str,
    streams: Sequence[Stream],
    *,
    motion: Sequence[Motion] = (),
    original: Mapping[str, Any] | None = None,
    subject: Mapping[str, Any] | None = None,
    events: pd.DataFrame | None = None,
    start_utc: str = "",
    notes: Sequence[str] = (),
) -> Session:
    """Make a session of a file of another program.

    Parameters
    ----------
    path : path
        The file.
    source : str
        Its format, as people call it.
    streams, motion : sequence
        In the order in which they are to be shown.
    original : mapping, optional
        What the file says of itself.
    subject : mapping, optional
    events : DataFrame, optional
        ``t_s, kind, detail``.
    start_utc : str
        ISO 8601; when session time was 0, where the file tells.
    notes : sequence of str
    """
    path = Path(path)
    return Session(
        path=path,
        meta={
            "source": source,
            "source_file": path.name,
            "original": dict(original or {}),
            "start_utc": start_utc,
        },
        subject=dict(subject or {}),
        streams={stream.name: stream for stream in streams},
        events=NO_EVENTS.copy() if events is None else events,
        state=IMPORTED,
        notes=tuple(notes),
        motion={one.name: one for one in motion},
    )


def forces_stream(
    name: str,
    t_s: Floats,
    forces_n: Floats,
    layout: SensorLayout,
    rate_hz: float,
    where: str,
    *,
    info: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Stream:
    """Build a ``cells`` stream of forces in newtons; where rows are missing, the grid gets NaN.

    Parameters
    ----------
    name : str
        ``insole-left``, ``insole-right``, ``plate``, ...
    t_s : (R,) array
        Session time of each row, on a grid of `rate_hz`; rows may be missing.
    forces_n : (R, S) array
        Force on each sensor, N.
    layout : SensorLayout
        Where the sensors lie: of the foot that the stream is of.
    rate_hz : float
    where : str
        The file, for errors.
    info : mapping, optional
        What the file says of this stream.
    notes : sequence of str

    Raises
    ------
    FileError
        When the times do not lie on a grid of `rate_hz`.
    """
    rows = len(t_s)
    t_s, (forces_n,) = on_grid(t_s, (forces_n,), rate_hz, where)
    # In one order, for the last bit of a sum depends on it.
    forces_n = np.ascontiguousarray(forces_n)
    return Stream(
        name=name,
        kind="cells",
        fs_hz=rate_hz,
        t_s=t_s,
        force_n=total_force(forces_n),
        cop_mm=center_of_pressure(forces_n, layout.xy_mm),
        forces_n=forces_n,
        description=DeviceDescription(
            toml="",
            layout=layout,
            rate_hz=rate_hz,
            bits=0,
            delay_s=0.0,
            nominal_counts_per_n=np.full(len(layout.labels), np.nan),
            geometry_hash=0,
        ),
        rate_hz=rate_hz,
        measured_rate_hz=rate_hz,
        rows=rows,
        lost_rows=len(t_s) - rows,
        info=dict(info or {}),
        notes=tuple(notes),
    )


def counts_stream(
    name: str,
    t_s: Floats,
    counts: Floats,
    layout: SensorLayout,
    rate_hz: float,
    where: str,
    *,
    info: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Stream:
    """Build a ``cells`` stream of raw numbers, where no gains are known: as `forces_stream`."""
    stream = forces_stream(name, t_s, counts, layout, rate_hz, where, info=info, notes=notes)
    return replace(
        stream,
        counts=stream.forces_n,
        forces_n=None,
        force_n=np.full_like(stream.force_n, np.nan),
        cop_mm=np.full_like(stream.cop_mm, np.nan),
    )


def motion_stream(
    name: str,
    t_s: Floats,
    acceleration_g: Floats,
    turn_rate_dps: Floats,
    rate_hz: float,
    where: str,
) -> Motion:
    """Build what an inertial sensor felt; where rows are missing, the grid gets NaN.

    Parameters
    ----------
    name : str
        That of its ``cells`` stream with ``-imu`` behind (`solemetry.session.format.imu_of`).
    t_s : (R,) array
    acceleration_g : (R, 3) array
        In g, along the sensor's own axes.
    turn_rate_dps : (R, 3) array
        Degrees per second.
    rate_hz : float
    where : str

    Raises
    ------
    FileError
        When the times do not lie on a grid of `rate_hz`.
    """
    rows = len(t_s)
    t_s, (acceleration_g, turn_rate_dps) = on_grid(
        t_s, (acceleration_g, turn_rate_dps), rate_hz, where
    )
    return Motion(name, rate_hz, t_s, acceleration_g, turn_rate_dps, rows)


# ---- in a session file -----------------------------------------------------------------------


def keep_origin(file: h5py.File, session: Session) -> None:
    """Put what the other program told besides its samples into a session file."""
    file.attrs["source_file"] = session.meta.get("source_file", session.path.name)
    file["original"] = json.dumps(
        {"told": session.meta.get("original", {}), "notes": list(session.notes)}, default=str
    )
    for stream in session.streams.values():
        device = file.create_group(f"devices/{stream.name}")
        # As datasets: an attribute holds no more than 64 kB.
        device["info"] = json.dumps({"told": stream.info, "notes": list(stream.notes)})
        if stream.layout is not None:
            device["layout"] = json.dumps(_plain_layout(stream.layout))


def forces_rows(stream: Stream) -> NDArray[np.void]:
    """Rows of a ``forces`` stream."""
    known = stream.forces_n is not None
    values = stream.forces_n if known else stream.counts
    if values is None:
        raise ValueError(f"The stream {stream.name} has neither forces on sensors nor counts.")
    rows = np.empty(len(values), forces_type(values.shape[1], known))
    rows["t_s"], rows["forces_n" if known else "counts"] = stream.t_s, values
    return rows


def motion_rows(motion: Motion) -> NDArray[np.void]:
    """Rows of a ``motion`` stream."""
    rows = np.empty(len(motion.t_s), MOTION)
    rows["t_s"] = motion.t_s
    rows["acceleration_g"], rows["turn_rate_dps"] = motion.acceleration_g, motion.turn_rate_dps
    return rows


def read_original(file: h5py.File) -> tuple[dict[str, Any], list[str]]:
    """Return what the other program told of the whole recording, and the notes on it."""
    if "original" not in file:
        return {}, []
    kept = json.loads(as_text(file["original"][()]))
    return {"original": kept["told"]}, kept["notes"]


def read_forces(name: str, group: h5py.Group, path: Path) -> Stream:
    """Read a ``forces`` stream.

    Raises
    ------
    FileError
        When it has no layout, or its rows are not of this kind.
    """
    device = group.file.get(f"devices/{name}", {})
    if "layout" not in device:
        raise FileError(
            f"{path}, stream {name}: it is not told where its sensors lie.",
            "Import the original file again.",
        )
    layout = _layout(json.loads(as_text(device["layout"][()])))
    known = "counts" not in (group["samples"].dtype.names or ())
    where, rate_hz = f"{path}, stream {name}", float(group.attrs["rate_hz"])
    samples = _samples(group, forces_type(len(layout.labels), known), where)
    if known:
        return forces_stream(name, samples["t_s"], samples["forces_n"], layout, rate_hz, where)
    return counts_stream(name, samples["t_s"], samples["counts"], layout, rate_hz, where)


def read_motion(name: str, group: h5py.Group, path: Path) -> Motion:
    """Read a ``motion`` stream.

    Raises
    ------
    FileError
        When its rows are not of this kind.
    """
    where = f"{path}, stream {name}"
    samples = _samples(group, MOTION, where)
    motion = motion_stream(
        name,
        samples["t_s"],
        samples["acceleration_g"],
        samples["turn_rate_dps"],
        float(group.attrs["rate_hz"]),
        where,
    )
    return replace(motion, rows=motion.rows - int(group.attrs.get("lost_rows", 0)))


def as_imported(stream: Stream, file: h5py.File) -> Stream:
    """Give a stream what the other program said of it."""
    lost = int(file[f"streams/{stream.name}"].attrs.get("lost_rows", 0))
    device = file.get(f"devices/{stream.name}", {})
    told = json.loads(as_text(device["info"][()])) if "info" in device else {}
    return replace(
        stream,
        rows=stream.rows - lost,
        lost_rows=stream.lost_rows + lost,
        info=told.get("told", {}),
        notes=(*told.get("notes", ()), *stream.notes),
    )


def _samples(group: h5py.Group, wanted: np.dtype[np.void], where: str) -> NDArray[np.void]:
    samples: NDArray[np.void] = group["samples"][:]
    for name in wanted.names or ():
        if name not in (samples.dtype.names or ()) or samples.dtype[name] != wanted[name]:
            raise FileError(
                f"{where}: samples need {name} of type {wanted[name]}.",
                "Import the original file again.",
            )
    return samples


def _plain_layout(layout: SensorLayout) -> dict[str, Any]:
    return {
        "name": layout.name,
        "kind": layout.kind,
        "labels": list(layout.labels),
        "xy_mm": layout.xy_mm.tolist(),
        "size_mm": list(layout.size_mm),
        "regions": list(layout.regions),
        "area_mm2": None if layout.area_mm2 is None else layout.area_mm2.tolist(),
    }


def _layout(plain: dict[str, Any]) -> SensorLayout:
    return SensorLayout(
        name=plain["name"],
        kind=plain["kind"],
        labels=tuple(plain["labels"]),
        xy_mm=np.array(plain["xy_mm"], dtype=float).reshape(-1, 2),
        size_mm=(plain["size_mm"][0], plain["size_mm"][1]),
        regions=tuple(plain["regions"]),
        area_mm2=None if plain["area_mm2"] is None else np.array(plain["area_mm2"], dtype=float),
    )
