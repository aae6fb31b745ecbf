# SPDX-License-Identifier: Apache-2.0
"""``solemetry bench``: how prompt the app is on this computer."""

from __future__ import annotations

from typing import Annotated

import typer

from solemetry_host.commands import completing
from solemetry_host.commands.connecting import require_live
from solemetry_host.commands.options import AsJson
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

app = part("bench", "Measure how prompt the app is on this computer.")


@verb(
    app, "live",
    "solemetry bench live",
    "solemetry bench live --device sim:plate --seconds 60 --json",
    tells={
        "seconds": "how long it was measured",
        "devices": "what was measured",
        "latency_ms.STAGE": "spread of how late a stage is: n, p50_ms, p95_ms, p99_ms, max_ms",
        "cpu_percent": "of one core: all, generators, app, app_least",
        "rows.STREAM": "rows that came",
        "lost_rows.STREAM": "rows that did not",
        "dropped_items": "reads that were dropped",
        "most_waiting": "reads that waited at once",
        "collector_ms": "longest pause of the garbage collector",
        "memory_mb": "at most: begin, end; null where the system does not say",
    },
)  # fmt: skip
def bench_live(
    device: Annotated[
        list[str] | None,
        typer.Option(
            help="As of `record`. Without: a 1 kHz plate, two insoles.", metavar="URL",
            autocompletion=completing.devices,
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="How long to measure.", metavar="SECONDS", min=1)
    ] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Measure how late the live numbers come, and what they cost, with a recording running."""
    require_live()
    from solemetry_host.bench import DEVICES
    from solemetry_host.bench import bench_live as measure

    with progress("Measuring", as_json):
        found = measure(device or DEVICES, seconds)
    if as_json:
        print_json(found)
        return
    print_rows(
        f"From the arrival of a read, ms, over the last {min(seconds, 60):.0f} s",
        [
            {"to": stage}
            | {name.removesuffix("_ms"): f"{value:.2f}" if name != "n" else value
               for name, value in spread.items()}
            for stage, spread in found["latency_ms"].items()
        ],
    )  # fmt: skip
    cpu, memory = found["cpu_percent"], found["memory_mb"]
    typer.echo(
        f"CPU: {cpu['app']:.1f} % of one core, at least {cpu['app_least']:.1f} % "
        f"({cpu['all']:.1f} % with the virtual devices, which take {cpu['generators']:.1f} %)"
    )
    for stream, rows in found["rows"].items():
        typer.echo(f"{stream}: {rows} rows, {found['lost_rows'][stream]} lost")
    typer.echo(
        f"Dropped reads: {found['dropped_items']}; most that waited: {found['most_waiting']}; "
        f"longest pause of the garbage collector: {found['collector_ms']:.1f} ms"
    )
    if memory["end"] is not None:
        typer.echo(f"Memory at most: {memory['begin']:.0f} MB, then {memory['end']:.0f} MB")


@verb(
    app, "screen",
    "solemetry bench screen",
    "solemetry bench screen --seconds 60 --json",
    tells={
        "FRONT.screen": "spread of how late it is painted; FRONT is what is in front",
        "FRONT.ear": "spread of how late it is heard",
        "FRONT.drill": "spread of how late a drill's tone is, or null",
        "FRONT.missed": "steps that were not shown",
        "FRONT.paints_hz": "frames a second",
    },
)  # fmt: skip
def bench_screen(
    seconds: Annotated[
        float, typer.Option(help="How long for each.", metavar="SECONDS", min=5)
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Measure how long from a step of the load to the screen and to the ear: virtual devices."""
    require_live()
    from dataclasses import asdict

    from solemetry_host.windows.step_response import step_responses

    with progress("Measuring", as_json):
        found = {front: asdict(late) for front, late in step_responses(seconds).items()}
    if as_json:
        print_json(found)
        return
    print_rows(
        "From a step of the load to a painted frame and to a piece of sound with it, ms",
        [
            {"in front": front, "to": to, "n": late[to]["n"]}
            | {name: f"{late[to][f'{name}_ms']:.0f}" for name in ("p50", "p95", "p99", "max")}
            for front, late in found.items()
            for to in ("screen", "ear", "drill")
            if late[to] is not None
        ],
    )
    for front, late in found.items():
        missed, paints_hz = late["missed"], late["paints_hz"]
        typer.echo(f"{front}: {missed} steps missed, {paints_hz:.0f} frames a second")


@verb(
    app, "frames",
    "solemetry bench frames --view plate",
    "solemetry bench frames --size 1920x1080 --seconds 60",
    tells={
        "VIEW.seconds": "how long it was measured; VIEW is a view and a size",
        "VIEW.paints_hz": "frames a second",
        "VIEW.gap_p99_ms": "between frames",
        "VIEW.gap_max_ms": "between frames",
        "VIEW.draw_p50_ms": "to draw one",
        "VIEW.draw_p99_ms": "to draw one",
        "VIEW.hung": "turns of the interface that came late",
        "VIEW.turns": "turns of the interface",
    },
)  # fmt: skip
def bench_frames(
    view: Annotated[
        list[str] | None,
        typer.Option(
            help="plate, insoles or both; may be repeated. Without: each.", metavar="NAME"
        ),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(help="Of the window. Without: 1280x800 and 1920x1080.", metavar="WxH"),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="How long for each.", metavar="SECONDS", min=2)
    ] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Measure how evenly the live view is painted: a virtual 1 kHz plate and two insoles."""
    require_live()
    from solemetry_host.live.showing import LAYOUTS
    from solemetry_host.windows.frame_pacing import SIZES, frame_pacing

    unknown = set(view or ()) - set(LAYOUTS)
    if unknown:
        raise typer.BadParameter(f"{min(unknown)!r} is none of {', '.join(LAYOUTS)}.")
    layouts = [layout for layout in LAYOUTS if not view or layout in view]
    sizes = [_size(text) for text in size or ()] or SIZES
    with progress("Measuring", as_json):
        found = frame_pacing(layouts, sizes, seconds)
    if as_json:
        print_json(found)
        return
    print_rows(
        "Paints of the live view; turns of the interface that came 50 ms late",
        [
            {
                "view": what,
                "paints/s": f"{paced.paints_hz:.1f}",
                "gap p99, ms": f"{paced.gap_p99_ms:.0f}",
                "longest": f"{paced.gap_max_ms:.0f}",
                "draw p50, ms": f"{paced.draw_p50_ms:.1f}",
                "p99": f"{paced.draw_p99_ms:.1f}",
                "late": f"{paced.hung} of {paced.turns}",
            }
            for what, paced in found.items()
        ],
    )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"{text!r} is no size; write it like 1280x800.")
    return int(width), int(height)
