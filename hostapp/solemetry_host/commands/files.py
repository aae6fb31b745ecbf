# SPDX-License-Identifier: Apache-2.0
"""``solemetry import``, ``export``, ``verify``, ``repair``: what is done with files."""

from __future__ import annotations

import math
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from solemetry_host.commands.options import AsJson, Recording, SessionFile, written
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

app = part()


@verb(
    app, "import",
    "solemetry import walk.c3d",
    "solemetry import left.csv right.csv --out walk.h5",
    tells={
        "file": "the session file",
        "source": "the format that it was read from",
        "streams[].stream": "its name",
        "streams[].kind": "forces, load or imu",
        "streams[].sensors": "how many, or null",
        "streams[].rate_hz": "rows a second",
        "streams[].rows": "rows that are there",
        "streams[].lost_rows": "rows that are missing",
        "events": "how many",
        "notes": "what a reader should know",
    },
)  # fmt: skip
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one trial.", metavar="FILE", readable=False)
    ],
    out: Annotated[
        Path | None, written("The session to write. Without: beside the first file.")
    ] = None,
    column_map: Annotated[
        Path | None,
        typer.Option(
            "--map", help="Column map (TOML) of any other table: see docs/importing.md.",
            readable=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a session file of files of other programs.

    Which formats are known: docs/importing.md.
    """
    from solemetry.importers import read_together
    from solemetry.session import write_imported

    with progress(f"Reading {files[0].name}", as_json) as shown:
        session = read_together(files, column_map)
        shown.reached(0, what="Writing")
        saved = write_imported(out or files[0].with_suffix(".h5"), session)
    rows = [
        {
            "stream": stream.name,
            "kind": stream.kind,
            "sensors": len(stream.layout.labels) if stream.layout else None,
            "rate_hz": stream.fs_hz,
            "rows": stream.rows,
            "lost_rows": stream.lost_rows,
        }
        for stream in session.streams.values()
    ] + [
        {"stream": motion.name, "kind": "imu", "sensors": None, "rate_hz": motion.fs_hz,
         "rows": motion.rows, "lost_rows": len(motion.t_s) - motion.rows}
        for motion in session.motion.values()
    ]  # fmt: skip
    notes = [
        *session.notes,
        *(f"{s.name}: {note}" for s in session.streams.values() for note in s.notes),
    ]
    if as_json:
        print_json({"file": saved, "source": session.meta["source"], "streams": rows,
                    "events": len(session.events), "notes": notes})  # fmt: skip
        return
    print_rows(session.meta["source"], [row | {"sensors": row["sensors"] or ""} for row in rows])
    for note in notes:
        typer.echo(f"Note: {note}")
    typer.echo(f"Saved {saved}")


class To(StrEnum):
    """A format."""

    c3d = "c3d"
    csv = "csv"
    parquet = "parquet"
    mot = "mot"
    xdf = "xdf"
    bids = "bids"


@verb(
    app, "export",
    "solemetry export walk.h5 --to c3d",
    "solemetry export walk.h5 --to csv --begin 10 --end 40 --out steps",
    tells={"files": "what was written", "notes": "what the format could not hold"},
)  # fmt: skip
def export(
    file: Recording,
    to: Annotated[
        To,
        typer.Option(
            help="c3d: motion labs; csv, parquet: tables; mot: OpenSim; xdf: Lab Streaming Layer; "
            "bids: a motion-BIDS folder."
        ),
    ],
    out: Annotated[
        Path | None,
        written(
            "The file or folder to write; a BIDS folder may be there already. Without: beside "
            "the recording.",
            folder=None,
        ),
    ] = None,
    stream: Annotated[
        list[str] | None, typer.Option(help="Only this stream; may be repeated.", metavar="NAME")
    ] = None,
    begin: Annotated[
        float | None, typer.Option(help="Only from here on, session time.", metavar="SECONDS")
    ] = None,
    end: Annotated[
        float | None, typer.Option(help="Only until here, session time.", metavar="SECONDS")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a recording in a format of other programs, and say what the format cannot hold."""
    import solemetry
    from solemetry.session import part_of

    with progress(f"Reading {file.name}", as_json) as shown:
        session = solemetry.open(file)
        if begin is not None or end is not None:
            session = part_of(
                session, -math.inf if begin is None else begin, math.inf if end is None else end
            )
        shown.reached(0, what=f"Writing {to.value}")
        made = solemetry.export(session, to.value, out, stream or ())
    if as_json:
        print_json({"files": made.files, "notes": made.notes})
        return
    for note in made.notes:
        typer.echo(f"Note: {note}")
    if len(made.files) == 1:
        typer.echo(f"Wrote {made.files[0]}")
    else:
        typer.echo(f"Wrote {len(made.files)} files into {os.path.commonpath(made.files)}")


@verb(
    app, "verify",
    "solemetry verify session.h5",
    "solemetry verify session.h5 --json",
    tells={
        "file": "the file",
        "whole": "true or false",
        "problems": "what is the matter; none where it is whole",
        "facts": "what it holds, and what was lost before it was written",
    },
)  # fmt: skip
def verify(file: SessionFile, as_json: AsJson = False) -> None:
    """Say whether a session file is whole.

    Every row is read. Exit code 1 if it is not whole.
    """
    from solemetry.session import verify as verify_session
    from solemetry_host.commands.own_process import in_own_process, time_for

    with progress(f"Reading {file.name}", as_json):
        verdict = in_own_process(verify_session, file, time_for(file))
    if as_json:
        print_json({"file": file, "whole": verdict.whole, "problems": verdict.problems,
                    "facts": verdict.facts})  # fmt: skip
    else:
        for line in (*verdict.problems, *verdict.facts):
            typer.echo(line)
        typer.echo(f"{file} is {'whole' if verdict.whole else 'not whole'}.")
    raise typer.Exit(0 if verdict.whole else 1)


@verb(
    app, "repair",
    "solemetry repair session.partial.h5",
    "solemetry repair session.partial.h5 --json",
    tells={"file": "the session file that was made"},
)  # fmt: skip
def repair(
    file: Annotated[
        Path,
        typer.Argument(
            help="What was left behind: NAME.partial.h5.", metavar="FILE", readable=False
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Make a whole session of a partial file that a crash left behind."""
    from solemetry.session import repair as repair_session
    from solemetry_host.commands.own_process import in_own_process, time_for

    with progress(f"Recovering {file.name}", as_json):
        recovered = in_own_process(repair_session, file, time_for(file))
    if as_json:
        print_json({"file": recovered})
    else:
        typer.echo(f"Recovered {recovered}")
