# SPDX-License-Identifier: Apache-2.0
"""``solemetry report``: a recording as a page to read or to print, and as a laboratory's table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solemetry_host.commands.options import AsJson, ByConvention, Convention, Recording, written
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solemetry.report import Part
    from solemetry.session import Session


app = part()


class Paper(StrEnum):
    """A size of paper."""

    a4 = "A4"
    letter = "letter"


class Eyes(StrEnum):
    """How the eyes were."""

    open = "open"
    closed = "closed"


class Surface(StrEnum):
    """What was stood on."""

    firm = "firm"
    foam = "foam"


OnPaper = Annotated[
    Paper,
    typer.Option(help="That of a PDF; HTML takes that of the printer.", case_sensitive=False),
]


@verb(
    app, "report",
    "solemetry report session.h5",
    "solemetry report session.h5 --out session.pdf --table session.csv",
    tells={"file": "the report", "table": "the table, or null"},
)  # fmt: skip
def report(
    file: Recording,
    out: Annotated[
        Path | None,
        written("The file to write, NAME.html or NAME.pdf. Without: NAME.html."),
    ] = None,
    paper: OnPaper = Paper.a4,
    convention: ByConvention = Convention.solemetry,
    eyes: Annotated[
        Eyes | None,
        typer.Option(help="With --surface: compares two-footed sway with reference people."),
    ] = None,
    surface: Annotated[Surface | None, typer.Option(help="What was stood on; see --eyes.")] = None,
    age: Annotated[
        float | None,
        typer.Option(help="Where the recording does not tell.", metavar="YEARS", min=0),
    ] = None,
    table: Annotated[
        Path | None,
        written("Also every number with its unit and method: .csv or .parquet.", name="--table"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a report of a recording: pictures, numbers with their methods, how whole it is."""
    import solemetry
    from solemetry.report import Stood, lab_table, write_lab_table, write_report

    if (eyes is None) != (surface is None):
        raise typer.BadParameter("--eyes and --surface go together.")
    if table is not None and table.exists() and table.samefile(file):
        raise typer.BadParameter(f"{table} is the recording itself.", param_hint="--table")
    stood = Stood(eyes.value, surface.value, age=age) if eyes and surface else None
    with progress(f"Reading {file.name}", as_json) as shown:
        session = solemetry.open(file)
        if table is not None:
            shown.reached(0, what="Writing the table")
            table = write_lab_table(lab_table(session, convention.value), table)
        shown.reached(0, what="Writing the report")
        page = write_report(
            session, out or file.with_suffix(".html"), convention.value,
            stood=stood, parts=_drills(session), paper=paper.value,
        )  # fmt: skip
    if as_json:
        print_json({"file": page, "table": table})
        return
    for path in (page, table):
        if path is not None:
            typer.echo(f"Wrote {path}")


def _drills(session: Session) -> Sequence[Part]:
    """Return sections of the drills in a recording; without loading them where there are none."""
    if not session.events["kind"].str.startswith("drill_").any():
        return ()
    from solemetry_host.drills.on_devices.reported import drills_of

    return list(drills_of(session))
