# SPDX-License-Identifier: Apache-2.0
"""Force plate text as in the public balance data set BDS.

Tab-separated, one header line with units, forces in N, moments in Nm, the centre of pressure
in cm. In these files x points forward, y to the right and z down: ``COPx`` is AP, ``COPy`` is ML,
and a person's weight is a positive ``Fz``. So forces are those of the person on the plate;
the ground pushes the other way.

References
----------
Santos DA, Duarte M (2016), PeerJ 4:e2648; the data are CC BY 4.0.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solemetry.errors import FileError
from solemetry.session.model import NO_EVENTS, Session
from solemetry.session.reading import load_stream

Floats = NDArray[np.float64]

HEADER_START = b"Time[s]\tFx[N]"
_TIME, _FORCE, _COP_AP, _COP_ML = "Time[s]", "Fz[N]", "COPx[cm]", "COPy[cm]"
_FORCE_AP, _FORCE_ML = "Fx[N]", "Fy[N]"
_MIN_ROWS = 10
_MM_PER_CM = 10.0


def recognize(head: bytes) -> bool:
    """Whether a file that begins with these bytes is of this kind."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(HEADER_START)


def read(path: str | os.PathLike[str]) -> Session:
    """Read one trial as a session with one ``load`` stream, ``plate``.

    Session time is the time of the file; force and centre of pressure are taken as they are,
    horizontal forces, where the file has both, turned round to be those of the ground.

    Raises
    ------
    FileError
        When columns are missing, a line cannot be read, the trial is too short, or its time
        is irregular. Names the line.
    """
    path = Path(path)
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}.", "Is it a text file?") from None
    names = lines[0].split("\t") if lines else []
    missing = [name for name in (_TIME, _FORCE, _COP_AP, _COP_ML) if name not in names]
    if missing:
        raise FileError(
            f"{path}, line 1: the column(s) {', '.join(missing)} are missing.",
            "The header names the columns with their units, separated by tabs.",
        )
    table = _numbers(path, lines, len(names))
    columns = dict(zip(names, table.T, strict=True))
    t_s = columns[_TIME]
    stream = load_stream(
        "plate",
        t_s,
        columns[_FORCE],
        np.column_stack((columns[_COP_ML], columns[_COP_AP])) * _MM_PER_CM,
        _rate(path, t_s),
        str(path),
        _shear(columns),
    )
    return Session(
        path=path,
        meta={"source": "BDS text"},
        subject={},
        streams={"plate": stream},
        events=NO_EVENTS.copy(),
        state="imported",
    )


def _shear(columns: dict[str, Floats]) -> Floats | None:
    """Horizontal force of the ground on the person, ``(T, 2)``; None where a part is missing."""
    if _FORCE_ML not in columns or _FORCE_AP not in columns:
        return None
    return -np.column_stack((columns[_FORCE_ML], columns[_FORCE_AP]))


def _numbers(path: Path, lines: list[str], width: int) -> Floats:
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split("\t")
        if not line.strip():
            continue
        if len(fields) != width:
            raise FileError(
                f"{path}, line {number}: {len(fields)} columns instead of {width}.",
                "The file may be cut short there: remove the line, or copy the file again.",
            )
        try:
            row = [float(field) for field in fields]
        except ValueError as error:
            raise FileError(
                f"{path}, line {number}: {error}.",
                "Numbers have a decimal point; a missing value is written NaN.",
            ) from None
        if any(abs(value) == np.inf for value in row):
            raise FileError(f"{path}, line {number}: a value is infinite.", "Write NaN instead.")
        rows.append(row)
    if len(rows) < _MIN_ROWS:
        raise FileError(
            f"{path} has only {len(rows)} samples.", f"A trial has {_MIN_ROWS} at the least."
        )
    return np.array(rows)


def _rate(path: Path, t_s: Floats) -> float:
    """Find the samples per second, to six digits, for the times are given in milliseconds."""
    steps_s = np.diff(t_s)
    usual_s = float(np.median(steps_s))
    bad = ~(steps_s > 0)
    if usual_s > 0:
        # Whole lines may be missing: only steps that are no multiple are irregular.
        multiple = steps_s / usual_s
        bad |= np.abs(multiple - np.rint(multiple)) > 0.25
    if bad.any():
        at = int(np.argmax(bad))
        raise FileError(
            f"{path}, line {at + 3}: the time steps from {t_s[at]:g} s to {t_s[at + 1]:g} s, "
            f"elsewhere by {usual_s:g} s.",
            "Sort the lines by time, or resample them onto equal steps.",
        )
    whole_steps = int(np.rint(steps_s / usual_s).sum())
    return float(f"{whole_steps / (t_s[-1] - t_s[0]):.6g}")
