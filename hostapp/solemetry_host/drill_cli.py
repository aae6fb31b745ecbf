# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill``: the drills there are, and whether a file is one."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solemetry_host.options import Calibrations, Places
from solemetry_host.printing import AsJson

if TYPE_CHECKING:
    from solemetry_host.drills.files.checking import Checked

app = typer.Typer(help="Drills: what there is, and files of your own.", no_args_is_help=True)


class Foot(StrEnum):
    """One of two."""

    left = "left"
    right = "right"


class Hold(StrEnum):
    """How much somebody holds on."""

    none = "none"
    hover = "hover"
    fingertip = "fingertip"
    hand = "hand"


@app.command(name="list")
def list_drills(as_json: AsJson = False) -> None:
    """List all drills: those that ship, and those in your own folder."""
    from solemetry_host.drills.files.shelf import Shelf

    shelf = Shelf()
    drills = shelf.drills()
    if as_json:
        rows = [
            {"id": drill.id, "title": drill.words().title, "kind": drill.kind,
             "family": drill.family, "levels": len(drill.level),
             "sensed_with": drill.sensors.best, "own": shelf.is_own(drill.id)}
            for drill in drills
        ]  # fmt: skip
        unusable = [_told(checked) for checked in shelf.unusable]
        told = {"drills": rows, "own_folder": str(shelf.own), "unusable": unusable}
        typer.echo(json.dumps(told, indent=2))
        return
    width = max(len(drill.id) for drill in drills) + 2
    for family, members in groupby(drills, lambda drill: drill.family):
        typer.echo(family)
        for drill in members:
            several = "s" if len(drill.level) > 1 else ""
            levels = f", {len(drill.level)} level{several}" if drill.level else ""
            own = ", your own" if shelf.is_own(drill.id) else ""
            typer.echo(f"  {drill.id:<{width}}{drill.words().title} ({drill.kind}{levels}{own})")
    typer.echo(f"Your own folder: {shelf.own}")
    for checked in shelf.unusable:
        typer.echo(f"Left out: {checked.file}. See: solemetry drill check {checked.file}", err=True)


@app.command(name="show")
def show_drill(
    drill: Annotated[str, typer.Argument(help="Its id, or a file.", metavar="ID|FILE")],
    language: Annotated[str, typer.Option(help="Of its words.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show a drill: what to do, what is watched, what passes, and where the numbers come from."""
    from solemetry_host.drills.files.describing import describe
    from solemetry_host.drills.files.shelf import Shelf

    shelf = Shelf()
    found = shelf.drill_or_file(drill)
    if as_json:
        typer.echo(found.model_dump_json(by_alias=True, indent=2))
        return
    for line in describe(found, shelf.norm, language):
        typer.echo(line)


@app.command(name="check")
def check_file(file: Path, as_json: AsJson = False) -> None:
    """Say all that is wrong with a drill file, or a plan or norm; exit code 1 if anything is."""
    from solemetry_host.drills.files.checking import check
    from solemetry_host.drills.files.shelf import Shelf

    checked = check(file, Shelf().known)
    if as_json:
        typer.echo(json.dumps(_told(checked), indent=2))
    else:
        for finding in checked.findings:
            typer.echo(f"{file}, {'' if finding.refused else 'advice: '}{finding}")
        typer.echo(f"{file} is {'sound' if checked.sound else 'not sound'}.")
    raise SystemExit(0 if checked.sound else 1)


@app.command(name="simulate")
def simulate_drill(
    drill: Annotated[
        str | None, typer.Argument(help="Its id, or a file.", metavar="ID|FILE")
    ] = None,
    level: Annotated[int, typer.Option(help="Its level.", min=1)] = 1,
    fault: Annotated[
        str, typer.Option(help="Only one: good, never, break:hold.share.mt1, ... Without, all.")
    ] = "",
    sensors: Annotated[
        str, typer.Option(help="Only with these: plate, plate+insole, none, ... Without, all sets.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every drill, at every level.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let simulated people do a drill, well and badly; exit code 1 if the grading misses one."""
    from solemetry_host.drills.simulated.simulate_command import simulate

    found = simulate(
        drill, level=level, fault_name=fault, sensors=sensors, every=every, as_json=as_json
    )
    raise SystemExit(0 if found else 1)


@app.command(name="run")
def run(
    drill: Annotated[str, typer.Argument(help="Its id, or a file.", metavar="ID|FILE")],
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            help="serial:PORT, ble:NAME, sim:plate, sim:insoles; may be repeated. Without: it is "
            "timed, and nothing is sensed. A recording of the drill, replay:FILE.h5, is graded "
            "again.",
            metavar="URL",
        ),
    ] = None,
    level: Annotated[int, typer.Option(min=1)] = 1,
    side: Annotated[
        Foot | None, typer.Option(help="Only this foot. Without: left, then right.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Record it into this file.")] = None,
    person: Annotated[
        str | None, typer.Option(help="Who does it: a pseudonym. The result is kept there.")
    ] = None,
    library: Annotated[
        Path | None, typer.Option(help="The library folder.", envvar="SOLEMETRY_LIBRARY")
    ] = None,
    foot: Annotated[
        list[str] | None,
        typer.Option(help="Where a foot stands: left:heel=-60,-100;axis=-7;length=255"),
    ] = None,
    foot_length: Annotated[
        float | None, typer.Option(help="In mm: feet are found by two presses.", metavar="MM")
    ] = None,
    mass: Annotated[
        float | None, typer.Option(help="Without, a plate weighs you.", metavar="KG")
    ] = None,
    age: Annotated[float | None, typer.Option(help="Where no person is named.")] = None,
    support: Annotated[Hold | None, typer.Option(help="How much you hold on.")] = None,
    loops: Annotated[
        bool, typer.Option("--loops", help="First measure your own base by slow loops.")
    ] = False,
    tare: Annotated[bool, typer.Option("--tare", help="First set the zero of the plate.")] = False,
    sound: Annotated[bool, typer.Option("--sound", help="Play the tone, speak the cues.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Answer what is asked before it with yes.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Of the order of hours. Without: drawn.")] = None,
    calibration: Calibrations = None,
    place: Places = None,
    as_json: AsJson = False,
) -> None:
    """Do a drill: live on devices, or timed; exit code 1 where it cannot begin."""
    from functools import partial

    from rich.console import Console

    from solemetry.foot import FootRegistration
    from solemetry_host.drills.on_devices.run_command import Asked, outcome_json, run_drill
    from solemetry_host.person_cli import library_in

    asked = Asked(
        drill=drill, devices=tuple(device or ()), level=level,
        sides=(side.value,) if side else ("left", "right"), out=out,
        person=library_in(library).person(person) if person else None,
        calibrations=tuple(calibration or ()), places=tuple(place or ()),
        feet=tuple(FootRegistration.parse(text) for text in foot or ()),
        foot_length_mm=foot_length, mass_kg=mass, age=age,
        support=support.value if support else None, loops=loops, tare=tare, sound=sound, yes=yes,
        seed=seed,
    )  # fmt: skip
    console = Console(stderr=as_json, highlight=False, markup=False)
    ran = run_drill(asked, console, partial(typer.confirm, err=as_json))
    if as_json:
        typer.echo(outcome_json(ran))
    elif ran.recording is not None:
        typer.echo(f"Saved {ran.recording}")


@app.command(name="sound-check")
def sound_check() -> None:
    """Sound left, then right, and ask where it was; exit code 1 if sides are not where they are."""
    from typing import cast, get_args

    from rich.prompt import Prompt

    from solemetry_host.sound.sides import Answer, check_sides
    from solemetry_host.sound.speaker import SystemSpeaker
    from solemetry_host.sound.voice import find_voice

    def ask() -> Answer:
        return cast(Answer, Prompt.ask("Where was it", choices=list(get_args(Answer))))

    speaker = SystemSpeaker()
    try:
        found = check_sides(speaker, ask)
    finally:
        speaker.close()
    typer.echo(found.words)
    voice = find_voice()
    if voice is None:
        typer.echo("This computer has no voice: cues are only shown. Linux: apt install espeak-ng.")
    else:
        typer.echo(f"Cues are spoken by {voice.name}.")
    raise SystemExit(0 if found.well else 1)


def _told(checked: Checked) -> dict[str, Any]:
    return {
        "file": str(checked.file),
        "sound": checked.sound,
        "findings": [
            {"line": one.line, "path": one.path, "problem": one.problem, "remedy": one.remedy,
             "refused": one.refused}
            for one in checked.findings
        ],
    }  # fmt: skip
