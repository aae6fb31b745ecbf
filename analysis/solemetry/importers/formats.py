# SPDX-License-Identifier: Apache-2.0
"""The formats that are known, in the order in which they are tried.

An importer is a module with two functions: ``recognize(head)`` tells from the first bytes of a
file whether it is of its kind (`tables.first_lines` makes lines of them), ``read(path)`` makes a
session of it. Here stands its name, and that is all it takes to be found. Text is read with
`tables`, streams are made with `solemetry.session.imported`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solemetry.importers import (
    bds,
    c3d,
    emed,
    force,
    fscan,
    fukuchi,
    gaitpdb,
    loadsol,
    moticon,
    motive,
    pds,
    pedar,
    stappone,
)
from solemetry.session.model import Session
from solemetry.session.reading import open_session

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    name : str
        As people call it.
    recognize : callable
        Whether a file that begins with these bytes (`HEAD_BYTES` of them) is of this kind.
    read : callable
        Makes a session of the file; raises a `FileError` where it cannot.
    """

    name: str
    recognize: Callable[[bytes], bool]
    read: Callable[[Path], Session]


HEAD_BYTES = 8192

SESSION = Format(
    "Solemetry session (HDF5)", lambda head: head.startswith(_HDF5_SIGNATURE), open_session
)

FORMATS = (
    SESSION,
    Format("force plate text of the BDS data set", bds.recognize, bds.read),
    Format(pds.SOURCE, pds.recognize, pds.read),
    Format(c3d.SOURCE, c3d.recognize, c3d.read),
    Format(gaitpdb.SOURCE, gaitpdb.recognize, gaitpdb.read),
    Format(fukuchi.SOURCE, fukuchi.recognize, fukuchi.read),
    Format(motive.SOURCE, motive.recognize, motive.read),
    Format(force.SOURCE, force.recognize, force.read),
    Format(moticon.SOURCE, moticon.recognize, moticon.read),
    Format(pedar.SOURCE, pedar.recognize, pedar.read),
    Format(emed.SOURCE, emed.recognize, emed.read),
    Format(loadsol.SOURCE, loadsol.recognize, loadsol.read),
    Format(fscan.SOURCE, fscan.recognize, fscan.read),
    Format(stappone.SOURCE, stappone.recognize, stappone.read),
)
