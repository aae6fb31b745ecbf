# SPDX-License-Identifier: Apache-2.0
"""Arguments and options that several verbs have, each with one name and one meaning."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from solemetry.errors import FileError
from solemetry_host.commands import completing


class Convention(StrEnum):
    """The conventions of `solemetry.sway.conventions`."""

    solemetry = "solemetry"
    bmclab = "bmclab"
    schubert2014 = "schubert2014"
    prieto1996 = "prieto1996"
    quijoux2021 = "quijoux2021"
    french90 = "french90"


class GaitConvention(StrEnum):
    """The conventions of `solemetry.gait.conventions`."""

    plate = "plate"
    treadmill = "treadmill"
    insole = "insole"
    moticon = "moticon"


# ---- what it is about ----------------------------------------------------------------------
# A file that may not be read is no slip in typing: whoever reads it says so, with exit code 1.

Recording = Annotated[
    Path,
    typer.Argument(
        help="A session file, or a file of another program whose format is known.", metavar="FILE",
        readable=False,
    ),
]  # fmt: skip
SessionFile = Annotated[
    Path, typer.Argument(help="A session file.", metavar="FILE", readable=False)
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        help="The device: serial:PORT, ble:NAME or a virtual one, sim:plate or sim:insoles.",
        metavar="URL",
        autocompletion=completing.devices,
    ),
]
Devices = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        help="serial:PORT, ble:NAME, sim:plate, sim:insoles, lsl:NAME or replay:FILE.h5; "
        "may be repeated. Without: sim:plate, a virtual person on a virtual plate.",
        metavar="URL",
        autocompletion=completing.devices,
    ),
]
Drill = Annotated[
    str,
    typer.Argument(
        help="Its id, as `solemetry drill list` shows it, or a file.", metavar="ID|FILE",
        autocompletion=completing.drills,
    ),
]  # fmt: skip
Person = Annotated[
    str,
    typer.Argument(
        help="The pseudonym, as p-7k3m9q.", metavar="ID", autocompletion=completing.people
    ),
]
LibraryFolder = Annotated[
    Path | None,
    typer.Option(
        "--library",
        help="The folder of people and recordings. Without: Solemetry in your documents.",
        envvar="SOLEMETRY_LIBRARY",
        metavar="FOLDER",
    ),
]

# ---- where to ------------------------------------------------------------------------------


def written(words: str, name: str = "--out", folder: bool | None = False) -> Any:
    """Return an option that names what is to be written; whether it can be is seen at once.

    Parameters
    ----------
    words : str
        The help.
    name : str
    folder : bool, optional
        Whether it is a folder; None: a file or a folder.
    """

    def to_be_written(ctx: typer.Context, path: Path | None) -> Path | None:
        if path is not None and not ctx.resilient_parsing:
            _refuse(path, name, folder)
        return path

    return typer.Option(name, help=words, callback=to_be_written)


def _refuse(path: Path, name: str, folder: bool | None) -> None:
    if folder is False and path.is_dir():
        raise FileError(f"{path} is a folder.", f"Name a file with {name}.")
    there = path if path.exists() else next(one for one in path.absolute().parents if one.exists())
    if there.is_file() and (there != path or folder):
        raise FileError(f"{there} is a file, no folder.", f"Choose another place with {name}.")
    if not os.access(there, os.W_OK):
        raise FileError(f"{there} is not yours to write.", f"Choose another place with {name}.")


# ---- how it is done ------------------------------------------------------------------------

Subject = Annotated[str, typer.Option("--subject", help="A pseudonym for the person.")]
Feet = Annotated[
    list[str] | None,
    typer.Option(
        "--foot",
        help="Where a foot stands (mm, degrees): left:heel=-60,-100;axis=-7;length=255. "
        "May be repeated.",
        metavar="PLACE",
    ),
]
Calibrations = Annotated[
    list[str] | None,
    typer.Option(
        "--calibration",
        help="Calibration (JSON): FILE, or STREAM=FILE for one of several devices, as "
        "insole-left=FILE. Without: the newest that is kept of a device, else data-sheet gains.",
        metavar="FILE",
    ),
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        help="Where one of two plates stands (mm, degrees clockwise): plate-2:x=520;y=0;turn=90",
        metavar="PLACE",
    ),
]
ByConvention = Annotated[
    Convention,
    typer.Option("--convention", help="Whose choices sway is computed by: see docs/conventions.md"),
]
ByGaitConvention = Annotated[
    GaitConvention | None,
    typer.Option(
        "--gait-convention", help="Whose choices tell when a foot is down. Without: by the device."
    ),
]
Publish = Annotated[
    bool, typer.Option("--lsl", help="Publish rows, forces and COP on the Lab Streaming Layer.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Answer every question with yes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
