# SPDX-License-Identifier: Apache-2.0
"""Finding out what a file is from what it holds; its name does not matter."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from solemetry.errors import FileError
from solemetry.importers import bds
from solemetry.session.model import Session
from solemetry.session.reading import open_session

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"

FORMATS: dict[str, tuple[Callable[[bytes], bool], Callable[[Path], Session]]] = {
    "Solemetry session (HDF5)": (lambda head: head.startswith(_HDF5_SIGNATURE), open_session),
    "force plate text of the BDS data set": (bds.recognize, bds.read),
}
"""Name, whether the first bytes look like it, and how to read it."""


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
    if not path.is_file():
        raise FileError(f"There is no file {path}.", "Check its name and folder.")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.", "May you read it?") from None
    if not head:
        raise FileError(f"{path} is empty.", "The recording or the copy of it went wrong.")
    for matches, reader in FORMATS.values():
        if matches(head):
            return reader(path)
    raise FileError(
        f"{path} is of no kind that can be opened.", f"Known are: {'; '.join(FORMATS)}."
    )


def read(path: str | os.PathLike[str]) -> Session:
    """Open a file of another program.

    Raises
    ------
    FileError
        As `open`; also when the file is a session already.
    """
    session = open(path)
    if "format_version" in session.meta:
        raise FileError(f"{session.path} is a session already.", "Open it as it is.")
    return session
