# SPDX-License-Identifier: Apache-2.0
"""``solemetry batch``: a folder of recordings as one table."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from solemetry_host.options import Convention, GaitConvention
from solemetry_host.printing import AsJson

_SHOWN = 10
"""So many of the files that failed are named; the rest is in their table."""


def batch(
    folder: Path,
    out: Annotated[
        Path, typer.Option(help="The table to write, NAME.parquet. Beside it: what failed.")
    ] = Path("cohort.parquet"),
    match: Annotated[
        str, typer.Option(help="Only files whose path in the folder is like this: '*.h5'.")
    ] = "*",
    convention: Convention = "solemetry",
    gait_convention: GaitConvention = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes here. Without: one for each core.", min=1)
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
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from solemetry.cohort import Choices, analyze_folder
    from solemetry.errors import SolemetryError

    console = Console(stderr=True)
    bar = Progress(
        *Progress.get_default_columns()[:-1], MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Analysing", total=None)
        try:
            cohort = analyze_folder(
                folder, out, Choices(convention, gait_convention),
                match=match, workers=workers, scheduler=scheduler,
                progress=lambda through, of: bar.update(task, completed=through, total=of),
            )  # fmt: skip
        except KeyboardInterrupt:
            raise SolemetryError(
                "Stopped.", "What is done is kept: run the same again, and it goes on."
            ) from None
    if as_json:
        typer.echo(json.dumps(asdict(cohort), indent=2, default=str))
        return
    for failure in cohort.failures[:_SHOWN]:
        typer.echo(f"{failure.path}: {failure.why}", err=True)
    if cohort.failures:
        typer.echo(
            f"Not analysed: {len(cohort.failures)}. What to do: {cohort.failures_table}", err=True
        )
    typer.echo(f"{cohort.analyzed} files analysed, {cohort.done_before} were done before.")
    typer.echo(f"Wrote {cohort.table}: {cohort.rows} rows")
