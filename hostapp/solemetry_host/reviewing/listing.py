# SPDX-License-Identifier: Apache-2.0
"""The recordings there are, with what each says of itself, and which of them want mending."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from solemetry.errors import FileError
from solemetry.session import read_heading, repair
from solemetry.session.format import PARTIAL_SUFFIX, RECORDING, RECOVERED, SUFFIX
from solemetry_host.drills.on_devices.live import BEGIN
from solemetry_host.reviewing.marks import drill_called

State = Literal["whole", "recovered", "broken off", "damaged"]


@dataclass(frozen=True)
class Listed:
    """One recording in a list.

    Attributes
    ----------
    path : Path
    began : datetime or None
        In the time of this place; None where it is not known.
    length_s : float
        NaN where it is not known.
    streams : tuple of str
    drills : tuple of str
        Their titles, in the chosen language.
    state : {"whole", "recovered", "broken off", "damaged"}
        ``broken off``: it was not finished, and `mend` saves what can be read.
    trouble : str
        What is the matter with it, in words.
    """

    path: Path
    began: datetime | None
    length_s: float
    streams: tuple[str, ...]
    drills: tuple[str, ...]
    state: State
    trouble: str = ""

    @property
    def can_be_mended(self) -> bool:
        """Whether `mend` may help."""
        return self.state in ("broken off", "damaged")


def listed(paths: Iterable[Path], being_written: Path | None = None) -> list[Listed]:
    """List recordings, the newest first.

    Parameters
    ----------
    paths : iterable of Path
    being_written : Path, optional
        The file of a recording that runs; it is left out.
    """
    found = [_listed(path) for path in paths if path != being_written]
    return sorted(found, key=lambda one: (_moment(one), one.path.name), reverse=True)


def recordings_in(folder: Path) -> list[Path]:
    """Return the session files of a folder; none where there is no such folder."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def mend(path: Path) -> Path:
    """Save what can be read of a recording that broke off; raises as `repair` does."""
    return repair(path)


def _moment(one: Listed) -> float:
    return one.began.timestamp() if one.began is not None else -math.inf


def _listed(path: Path) -> Listed:
    broken = path.name.endswith(PARTIAL_SUFFIX)
    try:
        heading = read_heading(path)
    except FileError as error:
        return Listed(path, None, math.nan, (), (), "damaged", str(error))
    events = heading.events
    begun = events[events["kind"] == BEGIN]["detail"]
    state: State = "whole"
    if broken or heading.state == RECORDING:
        state = "broken off"
    elif heading.state == RECOVERED:
        state = "recovered"
    return Listed(
        path,
        _began(heading.start_utc),
        heading.length_s,
        tuple(heading.lengths_s),
        tuple(dict.fromkeys(drill_called(detail) for detail in begun)),
        state,
    )


def _began(start_utc: str) -> datetime | None:
    try:
        return datetime.fromisoformat(start_utc).astimezone() if start_utc else None
    except ValueError:
        return None
