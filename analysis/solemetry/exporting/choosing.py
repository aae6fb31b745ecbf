# SPDX-License-Identifier: Apache-2.0
"""The formats, and the choice of what leaves of a recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from solemetry.errors import UnavailableError
from solemetry.exporting import bids, c3d, csv, mot, parquet, xdf
from solemetry.exporting.written import Written
from solemetry.session.format import imu_of
from solemetry.session.model import Session


@dataclass(frozen=True)
class Format:
    """A format that recordings leave in.

    Attributes
    ----------
    ending : str
        Of the name of what is written: a file, or a folder where it has no dot.
    write : callable
        Writes a session to a path; raises an error of `solemetry.errors` where it cannot.
    """

    ending: str
    write: Callable[[Session, Path], Written]


FORMATS = {
    "c3d": Format(".c3d", c3d.write),
    "csv": Format("-csv", csv.write),
    "parquet": Format("-parquet", parquet.write),
    "mot": Format(".mot", mot.write),
    "xdf": Format(".xdf", xdf.write),
    "bids": Format("-bids", bids.write),
}


def export(
    session: Session,
    to: str,
    out: str | os.PathLike[str] | None = None,
    streams: Sequence[str] = (),
) -> Written:
    """Write a recording in a format of other programs.

    Under the pseudonym of the recording; see `solemetry.exporting.about` for what stays behind.

    Parameters
    ----------
    session : Session
    to : {"c3d", "csv", "parquet", "mot", "xdf", "bids"}
    out : path, optional
        A new file or, of ``csv``, ``parquet`` and ``bids``, a new folder; a BIDS data set that is
        there already grows. By default beside the recording and named after it.
    streams : sequence of str
        Only these, with their inertial sensors. By default all.

    Returns
    -------
    Written
        The files, and what the format could not hold.

    Raises
    ------
    UnavailableError
        When the format or a stream is not known, a library is not installed, or the recording has
        nothing that the format could hold.
    FileError
        When `out` is there already, or cannot be written.
    """
    if to not in FORMATS:
        raise UnavailableError(f"{to} is no format.", f"Known: {', '.join(FORMATS)}.")
    path = session.path.with_name(session.path.stem + FORMATS[to].ending) if out is None else out
    chosen = _only(session, streams)
    written = FORMATS[to].write(chosen, Path(path))
    if any(stream.clocks for stream in chosen.streams.values()):
        return replace(written, notes=(*written.notes, _STAYS))
    return written


_STAYS = "Raw counts, clocks and tares stay in the session file."


def _only(session: Session, names: Sequence[str]) -> Session:
    missing = [name for name in names if name not in session.streams]
    if missing or not session.streams:
        raise UnavailableError(
            f"{session.path.name} has no stream {', '.join(missing)}."
            if missing
            else f"{session.path.name} has no streams.",
            f"It has: {', '.join(session.streams)}." if session.streams else "",
        )
    if not names:
        return session
    belonging = {imu_of(name) for name in names}
    return replace(
        session,
        streams={name: of for name, of in session.streams.items() if name in names},
        motion={name: of for name, of in session.motion.items() if name in belonging},
    )
