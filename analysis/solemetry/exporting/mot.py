# SPDX-License-Identifier: Apache-2.0
"""OpenSim's motion file (.mot) of ground reaction forces: for its `ExternalLoads`.

For each plate ``ground_force_1_vx`` ... (N), ``ground_force_1_px`` ... (m) and
``ground_torque_1_x`` ... (N m), then 2 and so on. OpenSim's axes: x forward, y up, z to the right.
The top of a plate is at height 0.

Where less than `solemetry.cop.MIN_FORCE_N` weighs on a plate, no place is known at which OpenSim
could apply it: there all columns of the plate are 0, as is usual.

Where samples are missing, of whichever plate, there is no row: at the first NaN OpenSim's `Storage`
takes the file to be at its end, without a word.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from solemetry.cop import MIN_FORCE_N
from solemetry.errors import UnavailableError
from solemetry.exporting.one_base import on_one_base
from solemetry.exporting.platforms import Platform, is_plate, notes_on, platforms
from solemetry.exporting.written import Written, new_file
from solemetry.session.model import Session

_NAME = "ground reaction forces"


def write(session: Session, out: Path) -> Written:
    """Write a new file ``out``.

    Raises
    ------
    UnavailableError
        When there is no plate.
    FileError
        When the file is there already, or cannot be written.
    """
    chosen = {name: of for name, of in session.streams.items() if is_plate(of)}
    if not chosen:
        raise UnavailableError(
            f"{session.path.name} has no plate, and an OpenSim file needs to know where on the "
            "ground a force acts.",
            "Insoles cannot say it: choose another format.",
        )
    left_out = [name for name in (*session.streams, *session.motion) if name not in chosen]
    base, base_notes = on_one_base(replace(session, streams=chosen, motion={}))
    plates = platforms(session, base.streams.values())
    frame = pd.DataFrame({"time": base.t_s})
    for number, plate in enumerate(plates, 1):
        frame = frame.join(_columns(plate, number))
    whole = frame.dropna()
    if whole.empty:
        raise UnavailableError(
            f"{session.path.name} has no moment at which no sample of a plate is missing.",
            "Choose fewer plates (--stream).",
        )
    with new_file(out) as path:
        path.write_text(_header(whole) + _rows(whole), "utf-8")
    notes = [
        *base_notes,
        *(
            f"ground_force_{number} is {plate.name}: which foot it is under is for you to tell "
            "OpenSim."
            for number, plate in enumerate(plates, 1)
        ),
        *notes_on(plates),
        f"Below {MIN_FORCE_N:g} N all columns of a plate are 0.",
    ]
    if missing := len(frame) - len(whole):
        first_s = frame.time[frame.isna().any(axis=1)].iloc[0]
        notes.append(
            f"{missing} of {len(frame)} rows are left out, where samples are missing, the first at "
            f"{first_s:.3f} s: OpenSim draws a curve over them. Choose a part without (--begin, "
            "--end)."
        )
    if left_out:
        notes.append(f"{', '.join(left_out)} left out: only plates fit.")
    if len(session.events):
        notes.append("The events are left out: the format has none.")
    return Written((out,), tuple(notes))


def _columns(plate: Platform, number: int) -> pd.DataFrame:
    right_n, forward_n = (plate.shear_n @ plate.turn.T).T
    right_m, forward_m = plate.shared(plate.cop_mm).T / 1000
    nothing = np.zeros(len(plate.force_n))
    force, torque = f"ground_force_{number}", f"ground_torque_{number}"
    frame = pd.DataFrame(
        {
            f"{force}_vx": forward_n,
            f"{force}_vy": plate.force_n,
            f"{force}_vz": right_n,
            f"{force}_px": forward_m,
            f"{force}_py": nothing,
            f"{force}_pz": right_m,
            f"{torque}_x": nothing,
            f"{torque}_y": nothing,
            f"{torque}_z": nothing,
        }
    )
    missing = np.isnan(plate.force_n) | np.isnan(plate.moment_nmm).any(axis=1)
    frame[plate.force_n < MIN_FORCE_N] = 0.0
    frame[missing] = np.nan
    return frame


def _header(frame: pd.DataFrame) -> str:
    rows, columns = frame.shape
    return f"{_NAME}\nversion=1\nnRows={rows}\nnColumns={columns}\ninDegrees=yes\nendheader\n"


def _rows(frame: pd.DataFrame) -> str:
    text: str = frame.to_csv(sep="\t", index=False, lineterminator="\n")
    return text
