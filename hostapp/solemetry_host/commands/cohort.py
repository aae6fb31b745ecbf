# SPDX-License-Identifier: Apache-2.0
"""``solemetry batch``: a folder of recordings as one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solemetry_host.commands.options import (
    AsJson,
    ByConvention,
    ByGaitConvention,
    Convention,
    written,
)
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, stopped, verb
from solemetry_host.printing import print_json

app = part()

_SHOWN = 10
"""So many of the files that failed are named; the rest is in their table."""


@verb(
    app, "batch",
    "solemetry batch recordings",
    "solemetry batch recordings --out table.parquet --match '*.h5' --workers 2",
    tells={
        "table": "the table that was written",
        "failures_table": "the list of files that are not in it",
        "rows": "of the table",
        "analyzed": "files that were analysed now",
        "done_before": "files that had been analysed before",
        "failures[].path": "a file that is not in the table",
        "failures[].why": "why",
        "failures[].remedy": "what to do",
    },
)  # fmt: skip
def batch(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Recordings, in folders however deep.", metavar="FOLDER", readable=False
        ),
    ],
    out: Annotated[
        Path, written("The table to write, NAME.parquet. Beside it: what failed.")
    ] = Path("cohort.parquet"),
    match: Annotated[
        str, typer.Option(help="Only files whose path in the folder is like this: '*.h5'.")
    ] = "*",
    convention: ByConvention = Convention.solemetry,
    gait_convention: ByGaitConvention = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes here. Without: one for each core.", metavar="N", min=1),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Use the workers of this Dask scheduler: tcp://HOST:PORT.", metavar="ADDRESS"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Analyse all recordings of a folder into one table; run it again, and it goes on."""
    from solemetry.cohort import Choices, analyze_folder

    with progress("Analysing", as_json) as shown:
        try:
            cohort = analyze_folder(
                folder, out, Choices(convention.value, gait_convention and gait_convention.value),
                match=match, workers=workers, scheduler=scheduler,
                progress=lambda through, of: shown.reached(through, of, f"{through} of {of} files"),
            )  # fmt: skip
        except KeyboardInterrupt:
            raise stopped("What is done is kept: run the same again, and it goes on.") from None
    if as_json:
        print_json(cohort)
        return
    for failure in cohort.failures[:_SHOWN]:
        typer.echo(f"{failure.path}: {failure.why}", err=True)
    if cohort.failures:
        typer.echo(
            f"Not analysed: {len(cohort.failures)}. What to do: {cohort.failures_table}", err=True
        )
    typer.echo(f"{cohort.analyzed} files analysed, {cohort.done_before} were done before.")
    typer.echo(f"Wrote {cohort.table}: {cohort.rows} rows")
