# SPDX-License-Identifier: Apache-2.0
"""Whether a session file is whole: every table readable, every row one that a recorder wrote."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import h5py

from solemetry.errors import SolemetryError
from solemetry.session.agreement import disagreements
from solemetry.session.consistency import consistent_rows, plausible_entries
from solemetry.session.format import RECORDING, RECOVERED
from solemetry.session.joining import as_text
from solemetry.session.partial import BROKEN
from solemetry.session.reading import open_hdf5, open_session


@dataclass(frozen=True)
class Verdict:
    """What is the matter with a file, and what is in it.

    Attributes
    ----------
    problems : tuple of str
        Empty when the file is whole.
    facts : tuple of str
        What it holds and what was lost before it was written: a whole file may have gaps.
    """

    problems: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is the matter with the file."""
        return not self.problems


def verify(path: str | os.PathLike[str]) -> Verdict:
    """Read a session file to its last byte and say whether it is whole.

    Checksums of packed tables are checked by reading them.

    Raises
    ------
    FileError
        When the file is no session at all.
    """
    path = Path(path)
    problems: list[str] = []
    with open_hdf5(path) as file:
        state = as_text(file.attrs.get("state"))
        if state == RECORDING:
            problems.append("The recording was not finished.")
        try:
            file.visititems(lambda name, node: problems.extend(_problems_of(name, node)))
            if not problems:
                problems += _disagreements(file, recovered=state == RECOVERED)
        except BROKEN as error:
            problems.append(f"It cannot be read to its end: {error}.")
    facts: list[str] = []
    try:
        session = open_session(path)
    except SolemetryError as error:
        problems.append(str(error))
    else:
        for name, stream in session.streams.items():
            facts.append(
                f"{name}: {stream.rows} rows, {stream.lost_rows} lost, "
                f"{100 * stream.missing:.2f} % missing"
            )
            facts += [f"{name}: {note}" for note in stream.notes]
        facts += [f"{name}: {motion.rows} rows" for name, motion in session.motion.items()]
        facts.append(f"{len(session.events)} events")
    return Verdict(tuple(problems), tuple(facts))


def _disagreements(file: h5py.File, recovered: bool) -> list[str]:
    return [
        f"{name}, {what}"
        for name, stream in file["streams"].items()
        if as_text(stream.attrs["kind"]) == "cells"
        for what in disagreements(stream, recovered)
    ]


def _problems_of(name: str, node: h5py.Group | h5py.Dataset) -> list[str]:
    if not isinstance(node, h5py.Dataset):
        return []
    try:
        rows = node[()]
    except BROKEN as error:
        return [f"{name} cannot be read: {error}."]
    if node.shape == ():
        return []
    table, kind = name.rsplit("/", 1)[-1], as_text(node.parent.attrs.get("kind"))
    good = (
        consistent_rows(rows)
        if table == "samples" and kind in ("cells", "imu")
        else plausible_entries(table, rows)
    )
    if good == len(rows):
        return []
    return [f"{name}: from entry {good} of {len(rows)} on, they cannot be what was recorded."]
