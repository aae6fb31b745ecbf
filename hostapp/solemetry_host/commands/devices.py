# SPDX-License-Identifier: Apache-2.0
"""``solemetry devices``, ``self-test``, ``side``: what is there, and whether it is well."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from solemetry_host.commands.connecting import linked, require_live
from solemetry_host.commands.options import AsJson, Device
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

app = part()


class Foot(StrEnum):
    """One of two."""

    left = "left"
    right = "right"


@verb(
    app, "devices",
    "solemetry devices",
    "solemetry devices --seconds 10 --json",
    tells={
        "found[].url": "what to write behind --device",
        "found[].what": "what it is",
        "found[].id": "its own number",
        "found[].firmware": "version of the program on it",
        "found[].battery_percent": "or null",
        "found[].rssi_dbm": "strength of its radio, or null",
        "found[].trouble": "why it cannot be used, or empty",
        "remarks": "what could not be looked for",
    },
)  # fmt: skip
def devices(
    seconds: Annotated[
        float | None,
        typer.Option(
            help="How long to look. Without: under 5 s.", metavar="SECONDS", min=0.5
        ),
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask ports of no known board too; may disturb them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what is there: boards that answer, insoles in range, streams on the network."""
    require_live()
    from solemetry_host.devices.discovery import LOOKS_FOR_S, discover

    findings = discover(LOOKS_FOR_S if seconds is None else seconds, probe)
    if as_json:
        print_json(findings)
        return
    rows = [
        {
            "device": found.url,
            "what it is": found.what,
            "id": found.id,
            "firmware": found.firmware,
            "battery": _with_unit(found.battery_percent, "%"),
            "signal": _with_unit(found.rssi_dbm, "dBm"),
            "remark": found.trouble,
        }
        for found in findings.found
    ]
    if rows:
        told = [name for name in rows[0] if any(row[name] for row in rows)]
        print_rows("Devices", [{name: row[name] for name in told} for row in rows])
    else:
        typer.echo("No device was found. Without one: --device sim:plate.")
    for remark in findings.remarks:
        typer.echo(remark)


def _with_unit(value: int | None, unit: str) -> str:
    return "" if value is None else f"{value} {unit}"


@verb(
    app, "self-test",
    "solemetry self-test --device sim:plate",
    "solemetry self-test --device serial:/dev/ttyACM0 --json",
    tells={
        "[].channel": "the sensor",
        "[].status": "well, or what is wrong",
        "[].mean": "of its counts",
        "[].spread": "of its counts",
    },
)  # fmt: skip
def self_test(device: Device, as_json: AsJson = False) -> None:
    """Have a device test its sensors.

    Exit code 1 if one is not well.
    """
    require_live()
    from solemetry_host.devices import asking
    from solemetry_host.devices.board import describe_board

    with linked(device) as (link, info):
        found = asking.self_test(link)
        labels = describe_board(info).layout.labels
    # Behind its cells an insole has its IMU and its battery.
    names = [*labels, "inertial sensor", "battery"][: len(found.channels)]
    rows = [
        {"channel": name, "status": channel.status, "mean": channel.mean, "spread": channel.spread}
        for name, channel in zip(names, found.channels, strict=True)
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(f"Self-test of {info.device_id}", rows)
    raise typer.Exit(0 if all(channel.well for channel in found.channels) else 1)


@verb(
    app, "side",
    "solemetry side --device ble:solemetry-1a2b left",
    "solemetry side --device serial:/dev/ttyACM0 right",
    tells={"device": "its own number", "side": "left or right"},
)  # fmt: skip
def side(
    foot: Annotated[Foot, typer.Argument(help="The foot that it is worn on.", metavar="FOOT")],
    device: Device,
    as_json: AsJson = False,
) -> None:
    """Tell an insole which foot it is worn on; it keeps it."""
    require_live()
    from solemetry_host.devices import asking

    with linked(device) as (link, _):
        told = asking.set_side(link, "left" if foot is Foot.left else "right")
    if as_json:
        print_json({"device": told.device_id, "side": told.side})
    else:
        typer.echo(f"{told.device_id} is worn on the {told.side} foot.")
