# SPDX-License-Identifier: Apache-2.0
"""Finding out what a file is from what it holds; its name does not matter."""

from __future__ import annotations

import os
from pathlib import Path

from solemetry.errors import FileError
from solemetry.importers import mapped
from solemetry.importers.formats import FORMATS, HEAD_BYTES, SESSION, Format
from solemetry.session.model import Session


def open(path: str | os.PathLike[str]) -> Session:  # noqa: A001 - called as `sm.open`
    """Open a session file, or any file that can be imported, by its content.

    Parameters
    ----------
    path : path

    Raises
    ------
    FileError
        When the file is missing, damaged, or of no known kind.
    """
    path = Path(path)
    return recognized(path).read(path)


def read(
    path: str | os.PathLike[str], column_map: str | os.PathLike[str] | None = None
) -> Session:
    """Open a file of another program.

    Parameters
    ----------
    path : path
    column_map : path, optional
        A TOML file that says what the columns of any other table are: see
        `solemetry.importers.mapped`.

    Raises
    ------
    FileError
        As `open`; also when the file is a session already.
    """
    path = Path(path)
    if column_map is not None:
        return mapped.read(path, column_map)
    kind = recognized(path)
    if kind is SESSION:
        raise FileError(f"{path} is a session already.", "Open it as it is.")
    return kind.read(path)


def recognized(path: Path) -> Format:
    """Find the format of a file.

    Raises
    ------
    FileError
        When the file is missing, empty, or of no known kind.
    """
    if not path.is_file():
        raise FileError(f"There is no file {path}.", "Check its name and folder.")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.", "May you read it?") from None
    if not head:
        raise FileError(f"{path} is empty.", "The recording or the copy of it went wrong.")
    for kind in FORMATS:
        if kind.recognize(head):
            return kind
    raise FileError(
        f"{path} is of no kind that can be opened.",
        f"Known are: {'; '.join(kind.name for kind in FORMATS)}. Any other table of numbers can "
        "be read with a column map: see docs/importing.md.",
    )
