# SPDX-License-Identifier: Apache-2.0
"""``solemetry demo``, ``app``, ``live``: windows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from solemetry.errors import SolemetryError
from solemetry_host.commands.connecting import publisher, require_live
from solemetry_host.commands.options import AsJson, Calibrations, Devices, Places, Publish, written
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

app = part()


@verb(
    app, "demo",
    "solemetry demo",
    "solemetry demo --out my-demo --seconds 10",
    tells={
        "recording": "the session file",
        "report": "the report of it",
        "window": "a picture of the window",
        "sway": "some of its measures, each with value and unit",
        "drill": "its id",
        "trials[].trial": "what the simulated person does",
        "trials[].status": "how it was graded",
        "trials[].reason": "why, where it was not ok",
    },
)  # fmt: skip
def demo(
    out: Annotated[Path, written("Folder for what it makes.", folder=True)] = Path("demo-output"),
    seconds: Annotated[
        float, typer.Option(help="Length of the hold.", metavar="SECONDS", min=5)
    ] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Show the whole chain on a virtual plate: live window, recording, analysis, report."""
    require_live()
    from solemetry_host.demo import run

    made = run(out, seconds, quiet=as_json)
    if as_json:
        print_json(made)


@verb(app, "app", "solemetry app", "solemetry app --calibration plate.json")
def whole_app(calibration: Calibrations = None, place: Places = None) -> None:
    """Open the app: people, drills, live view, recordings, calibration, settings."""
    _open_window("", (), calibration, place, None, lsl=False)


@verb(
    app, "live",
    "solemetry live",
    "solemetry live --device serial:/dev/ttyACM0",
)  # fmt: skip
def live(
    device: Devices = None,
    folder: Annotated[
        Path | None,
        written(
            "Where recordings go. Without: the folder of who is chosen in the app.",
            name="--folder", folder=True,
        ),
    ] = None,
    calibration: Calibrations = None,
    place: Places = None,
    lsl: Publish = False,
) -> None:
    """Open the app at the live view of devices."""
    _open_window("live", device or ["sim:plate"], calibration, place, folder, lsl)


def _open_window(
    page: str,
    urls: Sequence[str],
    calibration: Calibrations,
    place: Places,
    folder: Path | None,
    lsl: bool,
) -> None:
    require_live()
    from solemetry_host.windows.app import has_screen, run

    if not has_screen():
        raise SolemetryError(
            "There is no screen to open a window on.",
            "Record without one: solemetry record --device URL --seconds 30.",
        )
    from solemetry_host.live.opening import open_station

    with publisher(lsl) as publish:
        run(
            lambda wanted, chosen: open_station(
                wanted,
                calibration or (),
                place or (),
                publish,
                library=chosen.folder,
                insole_size_eu=chosen.insole_size_eu,
            ),
            page,
            urls,
            folder,
        )
    raise typer.Exit(0)
