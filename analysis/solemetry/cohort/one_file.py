# SPDX-License-Identifier: Apache-2.0
"""One recording of a cohort, from the file to its rows, in whatever process does it."""

from __future__ import annotations

import faulthandler
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from solemetry.cohort.rows import Cell, Row, rows_of
from solemetry.errors import SolemetryError
from solemetry.sway.battery import Level
from solemetry.sway.conventions import SOLEMETRY

PATIENCE_S, PATIENCE_S_PER_MB = 120.0, 2.0
"""A file on which a process sits for longer has no end: damaged ones make HDF5 run in circles."""

_NUMERIC = ("numpy", "scipy", "pandas", "h5py")
_SOURCES = (".py", ".toml", ".csv", ".json")


@dataclass(frozen=True)
class Choices:
    """How the recordings of a cohort are analysed: as `solemetry.analysis.analyze` has it."""

    convention: str = SOLEMETRY.name
    gait_convention: str | None = None
    level: Level = "should"


@dataclass(frozen=True)
class Failure:
    """Why a file is not in the table.

    Attributes
    ----------
    path, why, remedy : str
    """

    path: str
    why: str
    remedy: str


@dataclass(frozen=True)
class Recording:
    """A file that is to be analysed.

    Attributes
    ----------
    path : str
        Where it lies.
    name : str
        What the table calls it.
    """

    path: str
    name: str


def analyze_file(recording: Recording, choices: Choices, wanted_version: str) -> bytes | Failure:
    """Analyse one file; whatever is wrong with it is told, not raised.

    Parameters
    ----------
    recording : Recording
    choices : Choices
    wanted_version : str
        The `analysis_version` of who asks.

    Returns
    -------
    bytes or Failure
        Rows, for `unpacked`.

    Raises
    ------
    SolemetryError
        When the program here is another one.
    """
    if analysis_version() != wanted_version:
        raise SolemetryError(
            f"A worker has another version of the analysis: {analysis_version()}, not "
            f"{wanted_version}.",
            "Install the same solemetry, NumPy, SciPy, pandas and h5py everywhere.",
        )
    import solemetry
    from solemetry.analysis import analyze

    try:
        megabytes = os.path.getsize(recording.path) / 1e6
        with _for_at_most(PATIENCE_S + PATIENCE_S_PER_MB * megabytes):
            session = solemetry.open(recording.path)
            result = analyze(session, choices.convention, choices.level, choices.gait_convention)
            return packed(rows_of(session, result, recording.name))
    except SolemetryError as error:
        return Failure(recording.name, error.problem, error.remedy)
    except OSError as error:
        return Failure(recording.name, error.strerror or str(error), "May you read it?")
    except Exception as error:  # one file must not end the work on a thousand others
        return Failure(
            recording.name,
            f"The analysis failed: {type(error).__name__}: {error}",
            "Please report it, with the file if you may.",
        )


@contextmanager
def _for_at_most(seconds: float) -> Iterator[None]:
    """End this process where something in it has no end, even inside a C library."""
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@lru_cache
def analysis_version() -> str:
    """Tell which program analyses: its version, a digest of its files, and what it counts with."""
    package = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(package.rglob("*")):
        if path.suffix in _SOURCES:
            digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    others = (f"{name} {version(name)}" for name in _NUMERIC)
    return ", ".join((f"solemetry {version('solemetry')} {digest.hexdigest()}", *others))


# ---- rows on their way -----------------------------------------------------------------------


def packed(rows: list[Row]) -> bytes:
    """Pack rows for keeping and sending; each column is described once."""
    columns = {name: (of.unit, of.definition) for row in rows for name, of in row.items()}
    values = [{name: of.value for name, of in row.items()} for row in rows]
    return zlib.compress(json.dumps([columns, values]).encode())


def unpacked(kept: bytes) -> list[Row]:
    """Unpack rows; numbers come back to the last bit."""
    columns, values = json.loads(zlib.decompress(kept))
    return [{name: Cell(value, *columns[name]) for name, value in row.items()} for row in values]
