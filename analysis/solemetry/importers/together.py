# SPDX-License-Identifier: Apache-2.0
"""Several files of one trial, such as a file for each foot, as one session."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from solemetry.importers.opening import read
from solemetry.session.format import imu_of
from solemetry.session.model import NO_EVENTS, Motion, Session, Stream


def read_together(
    paths: Sequence[str | os.PathLike[str]],
    column_map: str | os.PathLike[str] | None = None,
) -> Session:
    """Open files of other programs as one session.

    Session time is each file's own: they are taken to begin at the same moment, and a note says
    so. A stream whose name is taken gets a number: ``plate-2``.

    Parameters
    ----------
    paths : sequence of path
        One file at the least.
    column_map : path, optional
        As `read`; for all of them.

    Raises
    ------
    FileError
        When one of them cannot be read.
    """
    sessions = [read(path, column_map) for path in paths]
    if len(sessions) == 1:
        return sessions[0]
    streams: dict[str, Stream] = {}
    motion: dict[str, Motion] = {}
    for session in sessions:
        of = {}
        for stream in session.streams.values():
            name = of[imu_of(stream.name)] = _free(stream.name, streams)
            streams[name] = replace(stream, name=name)
        for one in session.motion.values():
            name = imu_of(of[one.name]) if one.name in of else _free(one.name, motion)
            motion[name] = replace(one, name=name)
    starts = {session.meta.get("start_utc", "") for session in sessions}
    events = [session.events for session in sessions if len(session.events)]
    return Session(
        path=sessions[0].path,
        meta={
            "source": "; ".join(dict.fromkeys(session.meta["source"] for session in sessions)),
            "source_file": "; ".join(session.path.name for session in sessions),
            "original": {
                session.path.name: session.meta.get("original", {}) for session in sessions
            },
            "start_utc": starts.pop() if len(starts) == 1 else "",
        },
        subject={key: value for session in sessions for key, value in session.subject.items()},
        streams=streams,
        events=pd.concat(events).sort_values("t_s", kind="stable", ignore_index=True)
        if events
        else NO_EVENTS.copy(),
        state=sessions[0].state,
        notes=(
            "The files are taken to begin at the same moment.",
            *(f"{session.path.name}: {note}" for session in sessions for note in session.notes),
        ),
        motion=motion,
    )


def _free(name: str, taken: dict[str, Stream] | dict[str, Motion]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
