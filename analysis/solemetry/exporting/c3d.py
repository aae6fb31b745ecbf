# SPDX-License-Identifier: Apache-2.0
"""C3D: plates as force platforms of type 2, all else as analog channels, and the events.

The lab's x is the person's right, y forward, z up, in mm. A platform's own x runs forward, its y to
the right and its z down, by its corners; so a load has a negative Fz, as in the C3D manual and as
force plates give it. Its origin lies in the middle of the top. There are no markers.

Numbers have four bytes. What is missing is NaN: a format of samples without gaps has nothing else
that no reader takes for a measurement. Needs ezc3d.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from solemetry.errors import FileError, UnavailableError
from solemetry.exporting.about import events_of, software, subject_of
from solemetry.exporting.columns import AXES, Column, Table, distinct, table_of, table_of_motion
from solemetry.exporting.one_base import on_one_base
from solemetry.exporting.platforms import Platform, notes_on, platforms
from solemetry.exporting.written import Written, new_file
from solemetry.session.model import Session
from solemetry.sync.aligning import Aligned

Floats = NDArray[np.float64]

MOST = 255
"""Of channels and of events: a length has one byte."""

MOST_FRAMES = 65535
"""Of frames: their number has two. A longer recording has several samples in a frame."""

MOST_LETTERS = 60
"""Of a name. Readers take more, but all names of a kind are stored as long as the longest."""

_MADE_OF, _SENSORS = ("force", "place"), ("sensor force", "counts")
_INERTIAL = ("acceleration", "turn rate")
"""Kinds of columns; of a platform those of the first two are in its six channels."""


def write(session: Session, out: Path) -> Written:
    """Write a new file ``out``.

    Raises
    ------
    UnavailableError
        When ezc3d is not installed, or nothing was recorded.
    FileError
        When the file is there already, or cannot be written.
    """
    ezc3d = _ezc3d()
    base, base_notes = on_one_base(session)
    plates = platforms(session, base.streams.values())
    channels, left_out = _channels(base, plates)
    events, event_notes = _events(session, base)
    content = ezc3d.c3d()
    _put_samples(content, channels, base.fs_hz)
    _put_platforms(content, plates)
    _put_events(content, events)
    _put_origin(content, session, base)
    with new_file(out, ".c3d") as path:
        content.write(str(path))
        # The library says nothing of a disk that is full.
        if path.stat().st_size < 4 * len(channels) * len(base.t_s):
            raise FileError(f"{out} could not be written whole.", "Is the disk full?")
    notes = [
        *base_notes,
        *(
            f"{stream.missing:.1%} of {stream.name} is missing, and is NaN."
            for stream in base.streams.values()
            if stream.missing
        ),
        *(notes_on(plates) if plates else ("There is no plate, so there are no platforms.",)),
        *(
            f"The size of {plate.name} is not known: its corners are drawn around where the "
            "centre of pressure went."
            for plate in plates
            if not plate.known_size
        ),
        f"Time 0 is the first sample, {base.t_s[0]:.6f} s of the session.",
        *left_out,
        *event_notes,
    ]
    if any(stream.layout is not None for stream in session.streams.values()):
        notes.append("Where sensors lie is not in the file.")
    return Written((out,), tuple(notes))


# ---- channels --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Channel:
    label: str
    unit: str
    meaning: str
    values: Floats


def _channels(base: Aligned, plates: Sequence[Platform]) -> tuple[list[_Channel], list[str]]:
    """Return all channels, those of the platforms first; and which did not fit."""
    channels = [
        channel for number, plate in enumerate(plates, 1) for channel in _six(plate, number)
    ]
    of_plates = {plate.name for plate in plates}
    made = [table_of(stream) for stream in base.streams.values()]
    groups = [
        *((of.name, _of_kinds(of, *_MADE_OF)) for of in made if of.name not in of_plates),
        *((of.name, _of_kinds(table_of_motion(of), *_INERTIAL)) for of in base.motion.values()),
        *((f"The sensors of {of.name}", _of_kinds(of, *_SENSORS)) for of in made),
    ]
    left_out = []
    for name, group in groups:
        if len(channels) + len(group) <= MOST:
            channels += group
        else:
            left_out.append(f"{name} are left out: no more than {MOST} channels fit.")
    if not channels:
        raise UnavailableError(
            f"C3D holds no more than {MOST} channels, and there are more sensors.",
            "Choose another format.",
        )
    return channels, left_out


def _six(plate: Platform, number: int) -> list[_Channel]:
    """Return forces and moments along the platform's own axes: forward, right and down."""
    to_right_n, forward_n = plate.shear_n.T
    right_nmm, forward_nmm = plate.moment_nmm.T
    right_mm, forward_mm = np.nan_to_num(plate.cop_mm).T
    values = {
        "Fx": forward_n,
        "Fy": to_right_n,
        "Fz": -plate.force_n,
        "Mx": -right_nmm,
        "My": forward_nmm,
        "Mz": forward_mm * to_right_n - right_mm * forward_n,
    }
    return [
        _Channel(f"{name}{number}", "N" if name[0] == "F" else "Nmm", f"{plate.name} {name}", each)
        for name, each in values.items()
    ]


def _of_kinds(table: Table, *kinds: str) -> list[_Channel]:
    return [
        _Channel(_label(table, column), column.unit, f"{table.name}: {column.meaning}", values)
        for column, values in zip(table.columns, table.values.T, strict=True)
        if column.kind in kinds
    ]


def _label(table: Table, column: Column) -> str:
    return f"{table.name}.{column.name}"


# ---- into the file ---------------------------------------------------------------------------


def _put_samples(content: Any, channels: Sequence[_Channel], fs_hz: float) -> None:
    samples = len(channels[0].values)
    per_frame = math.ceil(samples / MOST_FRAMES)
    frames = math.ceil(samples / per_frame)
    values = np.full((1, len(channels), frames * per_frame), np.nan)
    values[0, :, :samples] = [channel.values for channel in channels]
    content["data"]["points"] = np.zeros((4, 0, frames))
    content["data"]["analogs"] = values
    content["parameters"]["POINT"]["RATE"]["value"] = [fs_hz / per_frame]
    content["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    analog = content["parameters"]["ANALOG"]
    analog["RATE"]["value"] = [fs_hz]
    analog["LABELS"]["value"] = distinct(_letters([channel.label for channel in channels]))
    analog["UNITS"]["value"] = [channel.unit for channel in channels]
    analog["DESCRIPTIONS"]["value"] = _letters([channel.meaning for channel in channels])


def _put_platforms(content: Any, plates: Sequence[Platform]) -> None:
    if not plates:
        return
    # Front right, back right, back left, front left: so x runs forward, y right, and z down.
    ends = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    corners_mm = [plate.shared(ends * plate.half_mm) for plate in plates]
    level = [np.column_stack((each, np.zeros(4))).T for each in corners_mm]
    told = {
        "USED": [len(plates)],
        "TYPE": [2] * len(plates),
        "CORNERS": np.stack(level, axis=-1),
        "ORIGIN": np.zeros((3, len(plates))),
        "CHANNEL": np.arange(1, 6 * len(plates) + 1).reshape(-1, 6).T,
        "ZERO": [1, 0],
    }
    for name, value in told.items():
        content["parameters"]["FORCE_PLATFORM"][name]["value"] = np.asarray(value)


def _events(session: Session, base: Aligned) -> tuple[pd.DataFrame, list[str]]:
    """Return label, context and time since the first sample of those that the file can hold."""
    events = events_of(session)
    inside = (events.t_s >= base.t_s[0]) & (events.t_s <= base.t_s[-1])
    kept = events[inside].head(MOST)
    notes = []
    if len(kept):
        notes.append("Of events there are kind, stream and time, but no details.")
    if outside := int((~inside).sum()):
        notes.append(f"{outside} events before the first or after the last sample are left out.")
    if more := int(inside.sum()) - len(kept):
        notes.append(f"No more than {MOST} events fit: the last {more} are left out.")
    labels = [
        str(detail.get("label", kind)) for kind, detail in zip(kept.kind, kept.detail, strict=True)
    ]
    contexts = [str(detail.get("context", detail.get("stream", ""))) for detail in kept.detail]
    return (
        pd.DataFrame({"t_s": kept.t_s - base.t_s[0], "label": labels, "context": contexts}),
        notes,
    )


def _put_events(content: Any, events: pd.DataFrame) -> None:
    if not len(events):
        return
    content.add_parameter("EVENT", "USED", len(events))
    content.add_parameter("EVENT", "LABELS", _letters(events.label))
    content.add_parameter("EVENT", "CONTEXTS", _letters(events.context))
    content.add_parameter("EVENT", "TIMES", np.array(divmod(events.t_s.to_numpy(), 60.0)))


def _put_origin(content: Any, session: Session, base: Aligned) -> None:
    content.add_parameter("MANUFACTURER", "COMPANY", ["Solemetry"])
    content.add_parameter("MANUFACTURER", "SOFTWARE", [software()])
    content.add_parameter("SOLEMETRY", "AXES", [AXES])
    content.add_parameter("SOLEMETRY", "FIRST_SAMPLE_S", [f"{base.t_s[0]:.6f}"])
    if pseudonym := subject_of(session).get("participant_id"):
        content.add_parameter("SUBJECTS", "USED", 1)
        content.add_parameter("SUBJECTS", "NAMES", _letters([str(pseudonym)]))


def _letters(names: Iterable[str]) -> list[str]:
    """Return names in the letters that the format has."""
    return [name.encode("ascii", "replace").decode()[:MOST_LETTERS] for name in names]


def _ezc3d() -> Any:
    try:
        import ezc3d
    except ImportError:
        raise UnavailableError(
            "C3D files are written with ezc3d, and it is not installed.",
            'Install it: pip install "solemetry[c3d]".',
        ) from None
    return ezc3d
