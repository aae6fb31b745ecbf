# SPDX-License-Identifier: Apache-2.0
"""Writing a session that holds no raw counts: force and centre of pressure from elsewhere."""

from __future__ import annotations

import json
import os
import platform
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from solemetry.errors import RecordingError
from solemetry.session.format import COMPLETE, EVENT, FORMAT, LOAD, SUFFIX, VERSION
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
    path = Path(path)
    if path.suffix != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    rows = _rows(t_s, force_n, cop_mm)
    load_stream(stream, rows["t_s"], rows["force_n"], np.asarray(cop_mm), rate_hz, str(path))
    attributes: dict[str, Any] = {
        "format": FORMAT,
        "format_version": VERSION,
        "state": COMPLETE,
        "session_id": str(uuid.uuid4()),
        "start_utc": start_utc.astimezone(UTC).isoformat() if start_utc else "",
        "t0_host_ns": 0,
        "t0_epoch_ns": round(start_utc.timestamp() * 1e9) if start_utc else 0,
        "software": f"solemetry {version('solemetry')}",
        "platform": platform.platform(),
        "source": source,
    }

    def fill(file: h5py.File) -> None:
        file.attrs.update(attributes)
        file.create_group("subject").attrs.update(dict(subject or {}))
        group = file.create_group(f"streams/{stream}")
        group.attrs.update({"kind": "load", "rate_hz": rate_hz})
        group.create_dataset(
            "samples", data=rows, chunks=True, shuffle=True, compression=4, fletcher32=True
        )
        file["events"] = np.array(
            [(round(at * 1e9), kind, json.dumps(detail)) for at, kind, detail in events], EVENT
        )

    if path.exists():
        raise RecordingError(f"{path} exists already.", "Choose another name.")
    try:
        write_whole(path, fill)
    except OSError as error:
        raise RecordingError(
            f"{path} could not be written: {error.strerror or error}.",
            "Is there room, and may you write there?",
        ) from None
    return path


def _rows(t_s: Floats, force_n: Floats, cop_mm: Floats) -> NDArray[np.void]:
    t_s, force_n, cop_mm = (np.asarray(part, dtype=float) for part in (t_s, force_n, cop_mm))
    if not (t_s.ndim == 1 and force_n.shape == t_s.shape and cop_mm.shape == (len(t_s), 2)):
        raise ValueError(
            f"t_s {t_s.shape}, force_n {force_n.shape} and cop_mm {cop_mm.shape} should be "
            "(T,), (T,) and (T, 2)."
        )
    if not len(t_s):
        raise ValueError("There are no samples to write.")
    rows = np.empty(len(t_s), LOAD)
    rows["t_s"], rows["force_n"] = t_s, force_n
    rows["cop_ml_mm"], rows["cop_ap_mm"] = cop_mm.T
    return rows
