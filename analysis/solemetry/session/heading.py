# SPDX-License-Identifier: Apache-2.0
"""What a session file says of itself, without its rows: enough for a list of many."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from solemetry.errors import FileError
from solemetry.session.format import EVENT
from solemetry.session.joining import as_text
from solemetry.session.model import NO_EVENTS
from solemetry.session.partial import BROKEN, filled_slots, is_in_parts, is_table, table_pieces
from solemetry.session.reading import events_of, open_as_it_lies


@dataclass(frozen=True, eq=False)
class Heading:
    """What a list shows of a recording.

    Attributes
    ----------
    path : Path
    state : str
        As of `Session`.
    start_utc : str
        ISO 8601; empty where it is not known.
    subject : str
        A pseudonym, or nothing.
    lengths_s : dict of str to float
        By stream, as many seconds as its rows and the lost ones take; NaN where that would have
        to be counted row by row, as in a recording that was not finished.
    events : DataFrame
        As of `Session`.
    """

    path: Path
    state: str
    start_utc: str
    subject: str
    lengths_s: dict[str, float]
    events: pd.DataFrame

    @property
    def length_s(self) -> float:
        """The longest stream, s; NaN where none is known."""
        known = [length for length in self.lengths_s.values() if math.isfinite(length)]
        return max(known, default=math.nan)


def read_heading(path: str | os.PathLike[str]) -> Heading:
    """Read what a session file says of itself, finished or partial.

    Raises
    ------
    FileError
        When the file is missing, damaged, of another kind, or newer than this program.
    """
    path = Path(path)
    with open_as_it_lies(path) as file:
        try:
            return Heading(
                path=path,
                state=as_text(file.attrs.get("state", "")),
                start_utc=as_text(file.attrs.get("start_utc", "")),
                subject=as_text(file["subject"].attrs.get("participant_id", ""))
                if "subject" in file else "",
                lengths_s={
                    name: _length_s(group)
                    for name, group in _streams(file)
                    if as_text(group.attrs["kind"]) in ("cells", "load", "forces")
                },
                events=_events(file, path),
            )  # fmt: skip
        except BROKEN as error:
            raise FileError(
                f"{path} is damaged: {error}.", "`solemetry repair` saves what can be read."
            ) from None


def _streams(file: h5py.File) -> Iterator[tuple[str, h5py.Group]]:
    places = [file[slot] for slot in filled_slots(file)] if is_in_parts(file) else [file]
    for place in places:
        yield from place["streams"].items()


def _length_s(stream: h5py.Group) -> float:
    samples = stream["samples"]
    if is_table(samples):
        return math.nan
    lost = int(stream["gaps"]["lost"].sum()) if "gaps" in stream else 0
    return (len(samples) + lost) / float(stream.attrs["rate_hz"])


def _events(file: h5py.File, path: Path) -> pd.DataFrame:
    if "events" not in file:
        return NO_EVENTS.copy()
    node = file["events"]
    table = np.concatenate([np.empty(0, EVENT), *table_pieces(node)]) if is_table(node) else node[:]
    return events_of(table, int(file.attrs["t0_host_ns"]), path)
