# SPDX-License-Identifier: Apache-2.0
"""``solemetry record``: a session without a window."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solemetry.errors import SolemetryError
from solemetry_host.commands.connecting import publisher, require_live
from solemetry_host.commands.options import (
    AsJson,
    Calibrations,
    Devices,
    Feet,
    Places,
    Publish,
    Subject,
    written,
)
from solemetry_host.commands.progress import Shown, progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

if TYPE_CHECKING:
    from solemetry_host.live.station import Station

app = part()


@verb(
    app, "record",
    "solemetry record --seconds 30 --out quiet.h5",
    "solemetry record --device serial:/dev/ttyACM0 --tare --subject p-7k3m9q",
    tells={
        "file": "the session file",
        "streams[].stream": "its name",
        "streams[].rows": "rows that were recorded",
        "streams[].lost_rows": "rows that never came",
        "ended_early": "why it ended before its time, or null",
    },
)  # fmt: skip
def record(
    device: Devices = None,
    out: Annotated[
        Path, written("The file to write; what is there stays, and it gets a number.")
    ] = Path("session.h5"),
    seconds: Annotated[
        float,
        typer.Option(help="How long; Ctrl-C ends it earlier.", metavar="SECONDS", min=0.1),
    ] = 30,
    tare: Annotated[bool, typer.Option("--tare", help="First set the zero of the plate.")] = False,
    foot: Feet = None,
    subject: Subject = "",
    calibration: Calibrations = None,
    place: Places = None,
    lsl: Publish = False,
    as_json: AsJson = False,
) -> None:
    """Record a session."""
    require_live()
    import json

    from solemetry.foot import FootRegistration
    from solemetry_host.live import awaiting
    from solemetry_host.live.opening import open_station
    from solemetry_host.preferences import usual_insole_size_eu

    feet = [FootRegistration.parse(text) for text in foot or ()]
    urls = device or ["sim:plate"]
    with publisher(lsl) as publish:
        station = open_station(
            urls, calibration or (), place or (), publish, insole_size_eu=usual_insole_size_eu()
        )
        station.connect()
        try:
            awaiting.wait(station, lambda: station.ready, awaiting.patience_s(urls))
            if tare:
                awaiting.tare(station)
            for registered in feet:
                station.command("foot", **json.loads(registered.to_json()))
            station.record(out, subject)
            with progress("Recording", as_json) as shown:
                trouble = _follow(station, seconds, shown)
            path = station.stop_recording() if station.recording else None
        finally:
            station.disconnect()
    if path is not None and as_json:
        print_json(_told(path, trouble))
    elif path is not None:
        typer.echo(f"Saved {path}")
    if trouble:
        raise SolemetryError(*trouble)


def _told(path: Path, trouble: tuple[str, str] | None) -> dict[str, object]:
    import solemetry

    streams = solemetry.open(path).streams.values()
    return {
        "file": path,
        "streams": [
            {"stream": stream.name, "rows": stream.rows, "lost_rows": stream.lost_rows}
            for stream in streams
        ],
        "ended_early": trouble[0] if trouble else None,
    }


def _follow(station: Station, seconds: float, shown: Shown) -> tuple[str, str] | None:
    """Wait until the recording is long enough; say what ended it earlier."""
    from solemetry_host.live.awaiting import LOST_FOR_S

    said, lost_since = 0, None
    deadline = time.monotonic() + seconds + LOST_FOR_S
    try:
        while time.monotonic() < deadline:
            snapshot = station.snapshot
            for message in snapshot.messages:
                if message.number > said and message.level != "info":
                    shown.say(f"{message.level.capitalize()}: {message.text}", err=True)
                said = max(said, message.number)
            elapsed = snapshot.elapsed_s or 0.0
            shown.reached(elapsed, seconds, f"Recording {elapsed:.1f} of {seconds:.0f} s")
            if station.recording is None:
                return (snapshot.messages[-1].text, "")
            states = {view.link.state for view in snapshot.devices}
            if elapsed >= seconds or states == {"ended"}:
                return None
            if "streaming" in states:
                lost_since = None
            elif lost_since is None:
                lost_since = time.monotonic()
            elif time.monotonic() - lost_since > LOST_FOR_S:
                break
            time.sleep(0.02)
    except KeyboardInterrupt:
        return None
    return (
        f"The recording ended after {station.snapshot.elapsed_s or 0:.1f} of {seconds:.0f} s: "
        "the device was gone.",
        "What came until then was saved.",
    )
