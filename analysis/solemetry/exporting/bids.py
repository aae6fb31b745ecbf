# SPDX-License-Identifier: Apache-2.0
"""A folder in the style of the Brain Imaging Data Structure, as its extension for motion has it.

BIDS knows no force plates. Each stream is a tracking system (``tracksys-plate``) with the session
time as ``LATENCY``, the centre of pressure as ``POS`` and forces as ``MISC``; each inertial sensor
is one with ``ACCEL`` and ``GYRO``. Onsets of events count from the first sample of the table beside
them, as the format wants it; it has no date. What is missing is ``n/a``.

A data set that is there already grows by a run, and by a person where it does not know them.

References
----------
Jeung S et al. (2024), Motion-BIDS: an extension to the brain imaging data structure to organize
motion data for reproducible research, Sci Data 11:716.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from solemetry.device import STANDARD_GRAVITY
from solemetry.errors import FileError, UnavailableError
from solemetry.exporting.about import as_json, events_as_text, software, subject_of
from solemetry.exporting.columns import Column, Table, distinct, tables
from solemetry.exporting.written import Written, new_file, new_folder
from solemetry.session.model import Session, Stream

BIDS_VERSION = "1.10.0"
DESCRIPTION, PARTICIPANTS = "dataset_description.json", "participants.tsv"
UNKNOWN, MISSING = "unknown", "n/a"

_TYPES = {
    "time": "LATENCY",
    "force": "MISC",
    "place": "POS",
    "sensor force": "MISC",
    "counts": "MISC",
    "acceleration": "ACCEL",
    "turn rate": "GYRO",
}

_README = """Recordings of force plates and pressure insoles, as motion-BIDS.

Force recordings identify people: of 118 walkers 96 % were recognised by them alone (Duncanson
2021), whatever name the file carries. Hand them only to whom you would tell the name, and never
publish them as anonymous.
"""


def write(session: Session, out: Path) -> Written:
    """Write a data set into the folder ``out``, or add to the one that is there.

    Raises
    ------
    UnavailableError
        When nothing was recorded.
    FileError
        When ``out`` is there and no such data set, knows another person under the same label, or
        cannot be written.
    """
    made = [table for table in tables(session) if len(table.t_s)]
    if not made:
        raise UnavailableError(f"{session.path.name} holds no samples.", "Choose another file.")
    label = _plain(str(subject_of(session).get("participant_id", ""))) or UNKNOWN
    people = _with_person(out, label, session)
    task = _task(session)
    run = _free_run(out, label, task)
    files = _files(session, made, label, task, run)
    if out.exists():
        _put(out, files, people)
    else:
        files = _DATA_SET | files
        with new_folder(out) as folder:
            _put(folder, files, people)
    notes = ["There is no date, and why samples are missing is not told."]
    if label == UNKNOWN:
        notes.append("The recording has no pseudonym: the person is sub-unknown.")
    if any(stream.layout is not None for stream in session.streams.values()):
        notes.append("Where sensors lie is not told.")
    there = {table.name for table in made}
    if empty := [name for name in (*session.streams, *session.motion) if name not in there]:
        notes.append(f"{', '.join(empty)} left out: there are no samples.")
    return Written(tuple(out / name for name in (*files, PARTICIPANTS)), tuple(notes))


def _files(
    session: Session, made: list[Table], label: str, task: str, run: int
) -> dict[str, str]:
    """Return the files of one recording, by their place in the data set."""
    systems = distinct((_plain(table.name) or "stream" for table in made), "")
    files: dict[str, str] = {}
    for table, system in zip(made, systems, strict=True):
        head = f"sub-{label}/motion/sub-{label}_task-{task}_tracksys-{system}_run-{run}_"
        stream = session.streams.get(table.name)
        files |= {
            f"{head}motion.tsv": _tsv(_samples(table), header=False),
            f"{head}motion.json": _json(_told(table, stream, task)),
            f"{head}channels.tsv": _tsv(_channels(table)),
            f"{head}channels.json": _json(_frames(table)),
            f"{head}events.tsv": _tsv(_events(session, table)),
            f"{head}events.json": _json(_EVENTS),
        }
    return files


# ---- one table -------------------------------------------------------------------------------


def _samples(table: Table) -> pd.DataFrame:
    frame = table.frame
    for column in table.columns:
        if column.kind == "acceleration":
            frame[column.name] *= STANDARD_GRAVITY
    return frame


def _told(table: Table, stream: Stream | None, task: str) -> dict[str, Any]:
    types = [_TYPES[column.kind] for column in table.columns]
    return {
        "TaskName": task,
        "TrackingSystemName": table.name,
        "SamplingFrequency": table.rate_hz,
        "SamplingFrequencyEffective": table.fs_hz,
        "MissingValues": MISSING,
        "MotionChannelCount": len(types),
        **{f"{type_}ChannelCount": types.count(type_) for type_ in sorted(set(_TYPES.values()))},
        "TrackedPointsCount": 1,
        "SoftwareVersions": software(),
        **({"ManufacturersModelName": stream.layout.name} if stream and stream.layout else {}),
    }


def _channels(table: Table) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [column.name for column in table.columns],
            "component": [column.axis or MISSING for column in table.columns],
            "type": [_TYPES[column.kind] for column in table.columns],
            "tracked_point": [_point(column) for column in table.columns],
            "units": [_unit(column) for column in table.columns],
            "reference_frame": [
                MISSING if column.kind == "time" else _plain(table.name)
                for column in table.columns
            ],
            "description": [column.meaning for column in table.columns],
        }
    )


def _point(column: Column) -> str:
    match column.kind:
        case "time":
            return MISSING
        case "acceleration" | "turn rate":
            return "inertial sensor"
        case "sensor force" | "counts":
            return column.meaning.partition("sensor ")[2]
    return "centre of pressure"


def _unit(column: Column) -> str:
    return {"g": "m/s^2", "count": MISSING}.get(column.unit, column.unit)


def _frames(table: Table) -> dict[str, Any]:
    own = any(column.kind == "acceleration" for column in table.columns)
    told = (
        {"Description": "axes of the inertial sensor itself", "RotationRule": "right-hand"}
        if own
        else {
            "Description": "x to the person's right, y forward, z up; of an insole from the middle "
            "of the heel's back edge",
            "SpatialAxes": "RFU",
            "RotationRule": MISSING,
        }
    )
    return {"reference_frame": {"Levels": {_plain(table.name): told | {"RotationOrder": MISSING}}}}


def _events(session: Session, table: Table) -> pd.DataFrame:
    events = events_as_text(session)
    start_s = table.t_s[0] if len(table.t_s) else 0.0
    return pd.DataFrame(
        {
            "onset": events.t_s.to_numpy(float) - start_s,
            "duration": np.zeros(len(events)),
            "trial_type": list(events.kind),
            "detail": list(events.detail),
        }
    )


_EVENTS = {
    "trial_type": {"Description": "Kind of the event, as the recording has it."},
    "detail": {"Description": "What else is known of it, JSON."},
}


# ---- the data set ----------------------------------------------------------------------------


def _task(session: Session) -> str:
    """Return the drill, where one was done."""
    begun = session.events.detail[session.events.kind == "drill_begin"]
    drills = [_plain(str(detail.get("drill", {}).get("id", ""))) for detail in begun]
    return next(filter(None, drills), "recording")


def _free_run(out: Path, label: str, task: str) -> int:
    taken = {
        int(found[1])
        for path in (out / f"sub-{label}" / "motion").glob(f"sub-{label}_task-{task}_*_motion.tsv")
        if (found := re.search(r"_run-(\d+)_", path.name))
    }
    return max(taken, default=0) + 1


def _with_person(out: Path, label: str, session: Session) -> str:
    """Return the table of people, with this one."""
    subject = subject_of(session)
    person = {
        "participant_id": f"sub-{label}",
        "pseudonym": str(subject.get("participant_id", MISSING)),
        "sex": str(subject.get("sex", MISSING)),
        "height": str(subject.get("height_m", MISSING)),
        "weight": str(subject.get("mass_kg", MISSING)),
        "age_band": "-".join(map(str, subject.get("age_band", (MISSING,)))),
    }
    people = pd.DataFrame([person])
    if out.exists():
        if not (out / DESCRIPTION).is_file():
            raise FileError(
                f"{out} is there, and no BIDS data set.", "Choose another folder with --out."
            )
        if (out / PARTICIPANTS).is_file():
            people = _joined(_read_tsv(out / PARTICIPANTS), person, out)
    return _tsv(people)


def _joined(there: pd.DataFrame, person: dict[str, str], out: Path) -> pd.DataFrame:
    same = there[there.participant_id == person["participant_id"]]
    if not len(same):
        return pd.concat([there, pd.DataFrame([person])]).fillna(MISSING)
    if "pseudonym" in same and same.pseudonym.iloc[0] != person["pseudonym"]:
        raise FileError(
            f"{out} knows {same.pseudonym.iloc[0]} as {person['participant_id']}, which "
            f"{person['pseudonym']} would be too.",
            "Choose another folder with --out.",
        )
    return there


def _put(folder: Path, files: dict[str, str], people: str) -> None:
    """Write all files, or none; the table of people comes last."""
    made: list[Path] = []
    try:
        for name, text in files.items():
            with new_file(folder / name) as path:
                path.write_bytes(text.encode())
            made.append(folder / name)
        renewed = folder / f"{PARTICIPANTS}.tmp"
        renewed.write_bytes(people.encode())
        renewed.replace(folder / PARTICIPANTS)
    except (FileError, OSError):
        for path in made:
            path.unlink()
        raise


def _plain(name: str) -> str:
    """Return a label as the format has them: letters and digits of ASCII."""
    return re.sub(r"[^0-9A-Za-z]", "", name)


def _read_tsv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def _tsv(frame: pd.DataFrame, header: bool = True) -> str:
    text = io.StringIO()
    frame.to_csv(
        text, sep="\t", index=False, header=header, na_rep=MISSING, lineterminator="\n"
    )
    return text.getvalue()


def _json(told: dict[str, Any]) -> str:
    return as_json(told, 2) + "\n"


_DATA_SET = {
    "README": _README,
    DESCRIPTION: _json(
        {
            "Name": "Force plate and insole recordings",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": "solemetry"}],
        }
    ),
    "participants.json": _json(
        {
            "pseudonym": {"Description": "As in the recordings."},
            "sex": {"Description": "As the person told it."},
            "height": {"Description": "Body height.", "Units": "m"},
            "weight": {"Description": "Body mass.", "Units": "kg"},
            "age_band": {"Description": "The ten years that the age lies in."},
        }
    ),
}
