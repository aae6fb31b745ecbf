# SPDX-License-Identifier: Apache-2.0
"""What an export has made; files come into being whole or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from solemetry.errors import FileError


@dataclass(frozen=True)
class Written:
    """What an export has made.

    Attributes
    ----------
    files : tuple of Path
    notes : tuple of str
        What the format could not hold of this recording, and how it was fitted to it.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]


@contextmanager
def whole_file(path: Path, ending: str = "") -> Iterator[Path]:
    """Give a path to write to; what was written there becomes `path` when all went well.

    Parameters
    ----------
    path : Path
        What is there stays until then.
    ending : str
        What the path to write to has to end with, for libraries that insist on it.

    Raises
    ------
    FileError
        When it cannot be written; then nothing is left behind.
    """
    temporary = path.with_name(path.name + ".tmp" + ending)
    try:
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


@contextmanager
def new_file(path: Path, ending: str = "") -> Iterator[Path]:
    """As `whole_file`, for a file that must not be there yet, in a folder that need not be.

    Raises
    ------
    FileError
        When `path` is there already, or cannot be written.
    """
    _refuse_existing(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    with whole_file(path, ending) as temporary:
        yield temporary


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to write into; it becomes `path` when all went well.

    Raises
    ------
    FileError
        When `path` is there already, or cannot be written.
    """
    _refuse_existing(path)
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise FileError(f"{path} is there already.", "Choose another name with --out.")


def _unwritable(path: Path, error: OSError) -> FileError:
    return FileError(
        f"{path} cannot be written: {error.strerror or error}.",
        "Make room, or choose another folder.",
    )


_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, and UTF-8 none for some of it."""


def legible(text: str) -> str:
    """Return a text that any file of text can hold: what is no character becomes U+FFFD."""
    return _NO_CHARACTER.sub("\ufffd", text)
