# SPDX-License-Identifier: Apache-2.0
"""The ``solemetry`` command: its verbs, and how it ends.

Exit codes: 0 done; 1 it could not be done, or what was checked is not well; 2 it was typed
wrongly; 130 it was broken off.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import Annotated, ClassVar

import typer

from solemetry.errors import SolemetryError
from solemetry_host.commands import (
    analyzing,
    benchmarks,
    calibrating,
    cohort,
    completing,
    computer,
    devices,
    drills,
    files,
    opening,
    people,
    pods,
    recording,
    reporting,
)
from solemetry_host.commands.verbs import Verbs


class Solemetry(Verbs):
    """All verbs, in the order in which one comes to need them."""

    headings: ClassVar = {
        "Look": [opening.app],
        "Record": [devices.app, recording.app, calibrating.app, pods.app],
        "Practise": [drills.app, people.app],
        "Analyse": [analyzing.app, reporting.app, cohort.app],
        "Files": [files.app],
        "This computer": [computer.app, benchmarks.app],
    }


app = typer.Typer(
    name="solemetry",
    help="Force plates and pressure insoles: live sway, recording, drills, analysis. "
    "Nothing at hand? Begin with: solemetry demo. More of each verb: solemetry VERB --help",
    cls=Solemetry,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes around the help cost half of the time that it takes
    context_settings={"max_content_width": 110},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        import solemetry

        typer.echo(f"solemetry {solemetry.__version__}")
        raise typer.Exit


@app.callback()
def begin(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", is_eager=True, callback=_tell_version
        ),
    ] = False,
) -> None:
    """Read what stands before the verb."""


def main() -> None:
    """Run the command, say in words what went wrong, and leave with an exit code."""
    in_bash = os.environ.get("_SOLEMETRY_COMPLETE") == "complete_bash"
    try:
        with completing.whole_words_of_bash() if in_bash else nullcontext():
            app(prog_name="solemetry", obj=_begin_log)
    except SolemetryError as error:
        _complain(error.problem, error.remedy)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _complain(f"{error.strerror or error}{where}.", "Choose another file or folder.")
    except Exception:
        import logging

        from solemetry_host import log

        log.begin()
        logging.getLogger("solemetry_host").exception("unexpected")
        _complain("Something unexpected went wrong.", f"The details are in {log.log_file()}.")
    sys.exit(1)


def _begin_log() -> None:
    from solemetry_host import log  # whoever only reads the help need not wait for it

    log.begin()


def _complain(problem: str, remedy: str) -> None:
    typer.echo(f"Error: {problem}", err=True)
    if remedy:
        typer.echo(remedy, err=True)
