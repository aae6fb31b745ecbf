# SPDX-License-Identifier: Apache-2.0
"""``solemetry doctor``: what this computer lacks."""

from __future__ import annotations

from dataclasses import asdict

import typer

from solemetry_host.commands.options import AsJson
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

app = part()


@verb(
    app, "doctor",
    "solemetry doctor",
    "solemetry doctor --json",
    tells={
        "[].name": "what was looked at",
        "[].state": "ok, or how bad it is",
        "[].found": "what was found",
        "[].remedy": "what to do, or empty",
    },
)  # fmt: skip
def doctor(as_json: AsJson = False) -> None:
    """Look for what this computer lacks, and say how to put it right.

    Exit code 1 if something does not work as it is.
    """
    from solemetry_host.doctor.checks import judge
    from solemetry_host.doctor.facts import gather

    checks = judge(gather())
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            typer.echo(f"{check.state:<8} {check.name}: {check.found}")
            if check.remedy:
                typer.echo(f"         {check.remedy}")
    raise typer.Exit(1 if any(check.state == "problem" for check in checks) else 0)
