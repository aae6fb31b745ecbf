# SPDX-License-Identifier: Apache-2.0
"""Writing an HDF5 file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import h5py


def write_whole(path: Path, fill: Callable[[h5py.File], None]) -> None:
    """Build an HDF5 file in memory, then put it in place through a temporary file.

    HDF5 itself must not meet a full disk: it can neither go on nor close the file, and takes
    the process down with it. Plain writing fails with a plain error.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    fill : callable
        Puts the content into the open file.

    Raises
    ------
    OSError
        When it cannot be written; then nothing is left behind.
    """
    with h5py.File(path.name, "w", driver="core", backing_store=False) as file:
        fill(file)
        file.flush()
        image = file.id.get_file_image()
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as plain:
            plain.write(image)
            plain.flush()
            os.fsync(plain.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
