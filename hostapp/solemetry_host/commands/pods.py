# SPDX-License-Identifier: Apache-2.0
"""``solemetry pod``: what an insole's pod has kept in its own memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from solemetry.errors import SolemetryError
from solemetry_host.commands.connecting import linked, require_live
from solemetry_host.commands.options import AsJson, Device, Subject, Yes, written
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

app = part("pod", "List, fetch and erase what an insole's pod has recorded on its own.")

_NO_RUN = "The pod's memory holds no run."


@verb(
    app, "list",
    "solemetry pod list --device serial:/dev/ttyACM0",
    "solemetry pod list --device ble:left --json",
    tells={
        "[].run": "its number",
        "[].began": "when, by the clock of the world, or empty",
        "[].blocks": "its length in the memory",
        "[].state": "how it ended",
    },
)  # fmt: skip
def list_runs(device: Device, as_json: AsJson = False) -> None:
    """List the runs in a pod's memory, the newest first."""
    require_live()
    from solemetry_host.devices import pod_download

    with linked(device) as (link, _):
        memory = pod_download.list_runs(link)
    rows = [
        {"run": run.run, "began": _utc(run.utc_s), "blocks": run.blocks, "state": run.state}
        for run in memory.runs
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_rows("Runs in the pod's memory", rows)
    else:
        typer.echo(_NO_RUN)


@verb(
    app, "download",
    "solemetry pod download --device serial:/dev/ttyACM0",
    "solemetry pod download --device ble:left --out recordings --run 4",
    tells={"files": "the session files, the oldest run first"},
)  # fmt: skip
def download(
    device: Device,
    out: Annotated[Path, written("Folder for the sessions.", folder=True)] = Path("recordings"),
    run: Annotated[
        list[int] | None, typer.Option(help="Only this run; may be repeated.", metavar="N")
    ] = None,
    subject: Subject = "",
    as_json: AsJson = False,
) -> None:
    """Make a session file of each run in a pod's memory; one that broke off goes on."""
    require_live()
    from solemetry_host.devices import pod_download
    from solemetry_host.devices.pod_files import fetch_run
    from solemetry_host.devices.url import open_board
    from solemetry_host.preferences import usual_insole_size_eu

    size_eu, files = open_board(device, insole_size_eu=usual_insole_size_eu()).insole_size_eu, []
    with linked(device) as (link, _), progress("Looking", as_json) as shown:
        there = pod_download.list_runs(link).runs
        unknown = set(run or ()) - {listed.run for listed in there}
        if unknown:
            raise SolemetryError(
                f"The pod has no run {min(unknown)}.", "See: solemetry pod list --device URL"
            )
        for listed in reversed(there):
            if run and listed.run not in run:
                continue

            def show(here: int, of: int, number: int = listed.run) -> None:
                shown.reached(here, of, f"Run {number}: {here} of {of} blocks")

            files.append(fetch_run(link, listed, out, subject, show, size_eu))
            if not as_json:
                shown.say(f"Saved {files[-1]}")
    if as_json:
        print_json({"files": files})
    elif not files:
        typer.echo(_NO_RUN)


@verb(
    app, "erase",
    "solemetry pod erase --device serial:/dev/ttyACM0",
    "solemetry pod erase --device ble:left --yes",
    tells={"erased": "how many runs; 0 where the question was answered with no"},
)  # fmt: skip
def erase(device: Device, yes: Yes = False, as_json: AsJson = False) -> None:
    """Make a pod forget all its runs."""
    require_live()
    from solemetry_host.devices import pod_download

    with linked(device) as (link, _):
        memory = pod_download.list_runs(link)
        question = f"Erase {len(memory.runs)} runs, downloaded or not?"
        erased = bool(memory.runs) and (yes or typer.confirm(question, err=as_json))
        if erased:
            pod_download.erase(link, memory.epoch)
    if as_json:
        print_json({"erased": len(memory.runs) if erased else 0})
    elif not memory.runs:
        typer.echo(_NO_RUN)
    else:
        typer.echo("Erased." if erased else "Nothing was erased.")


def _utc(utc_s: int) -> str:
    return datetime.fromtimestamp(utc_s, UTC).isoformat() if utc_s else ""
