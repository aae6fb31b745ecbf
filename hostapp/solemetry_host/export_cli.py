# SPDX-License-Identifier: Apache-2.0
"""``solemetry export``: a recording in a format of other programs."""

from __future__ import annotations

import json
import math
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from solemetry_host.printing import AsJson


class To(StrEnum):
    """A format."""

    c3d = "c3d"
    csv = "csv"
    parquet = "parquet"
    mot = "mot"
    xdf = "xdf"
    bids = "bids"


def export(
    file: Path,
    to: Annotated[
        To,
        typer.Option(
            help="c3d: motion labs; csv, parquet: tables; mot: OpenSim; xdf: Lab Streaming Layer; "
            "bids: a motion-BIDS folder."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file or folder to write; a BIDS folder may be there already. Without: beside "
            "the recording."
        ),
    ] = None,
    stream: Annotated[
        list[str] | None, typer.Option(help="Only this stream; may be repeated.")
    ] = None,
    begin: Annotated[float | None, typer.Option(help="Only from here on, session time, s.")] = None,
    end: Annotated[float | None, typer.Option(help="Only until here, session time, s.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a recording in a format of other programs, and say what the format cannot hold."""
    import solemetry
    from solemetry.session import part_of

    session = solemetry.open(file)
    if begin is not None or end is not None:
        session = part_of(
            session, -math.inf if begin is None else begin, math.inf if end is None else end
        )
    written = solemetry.export(session, to.value, out, stream or ())
    if as_json:
        told = {"files": [str(path) for path in written.files], "notes": list(written.notes)}
        typer.echo(json.dumps(told, indent=2))
        return
    for note in written.notes:
        typer.echo(f"Note: {note}")
    if len(written.files) == 1:
        typer.echo(f"Wrote {written.files[0]}")
    else:
        typer.echo(f"Wrote {len(written.files)} files into {os.path.commonpath(written.files)}")
