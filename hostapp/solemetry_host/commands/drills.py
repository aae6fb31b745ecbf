# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill``: the drills there are, doing one, and whether a file is one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solemetry_host.commands import completing
from solemetry_host.commands.devices import Foot
from solemetry_host.commands.options import (
    AsJson,
    Calibrations,
    Drill,
    Feet,
    LibraryFolder,
    Places,
    Yes,
    written,
)
from solemetry_host.commands.progress import progress
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json, print_rows

if TYPE_CHECKING:
    from solemetry_host.drills.files.checking import Checked
    from solemetry_host.drills.files.shelf import Shelf

app = part("drill", "Do a drill, list what there is, check files of your own.")


class Hold(StrEnum):
    """How much somebody holds on."""

    none = "none"
    hover = "hover"
    fingertip = "fingertip"
    hand = "hand"


_CHECKED = {
    "file": "the file",
    "sound": "whether it can be used",
    "findings[].line": "where, or null",
    "findings[].path": "what, as section.name",
    "findings[].problem": "what is wrong",
    "findings[].remedy": "what to do",
    "findings[].refused": "false: it is only advice",
}


@verb(
    app, "list",
    "solemetry drill list",
    "solemetry drill list --json",
    tells={
        "drills[].id": "what to name it by",
        "drills[].title": "in English",
        "drills[].kind": "drill, test, ...",
        "drills[].family": "what it is a kind of",
        "drills[].levels": "how many",
        "drills[].sensed_with": "devices that sense it best",
        "drills[].own": "whether it is of your own folder",
        "own_folder": "where files of your own go",
        "unusable": "files there that are left out, as `drill check` tells them",
    },
)  # fmt: skip
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
        print_json(told)
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
    _warn(shelf.unusable)


@verb(
    app, "show",
    "solemetry drill show short-foot",
    "solemetry drill show my-drill.toml --language de",
    tells={"file": "where it is", "*": "all that is in it: docs/write-a-drill.md"},
)  # fmt: skip
def show_drill(
    drill: Drill,
    language: Annotated[str, typer.Option(help="The language of its words: en, de.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show a drill: what to do, what is watched, what passes, and where the numbers come from."""
    from solemetry_host.drills.files.describing import describe

    shelf = _shelf_for(drill)
    found, file = shelf.drill_or_file(drill), shelf.file_of(drill)
    if as_json:
        print_json({"file": file} | found.model_dump(mode="json", by_alias=True))
        return
    for line in describe(found, shelf.norm, language):
        typer.echo(line)
    typer.echo(f"File: {file}")


@verb(
    app, "check",
    "solemetry drill check my-drill.toml",
    "solemetry drill check my-drill.toml --json",
    tells=_CHECKED,
)  # fmt: skip
def check_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="A drill, a plan or a table of norms.", metavar="FILE", readable=False
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Say all that is wrong with a file of a drill.

    Exit code 1 if anything is.
    """
    from solemetry_host.drills.files.shelf import Shelf

    checked = Shelf().check(file)
    if as_json:
        print_json(_told(checked))
    else:
        for finding in checked.findings:
            typer.echo(f"{file}, {'' if finding.refused else 'advice: '}{finding}")
        typer.echo(f"{file} is {'sound' if checked.sound else 'not sound'}.")
    raise typer.Exit(0 if checked.sound else 1)


@verb(
    app, "simulate",
    "solemetry drill simulate short-foot --level 2",
    "solemetry drill simulate --all --json",
    tells={
        "[].drill": "its id",
        "[].level": "its level",
        "[].as_expected": "whether all trials were graded as they had to be",
        "[].trials[].trial": "what the simulated person does",
        "[].trials[].does": "the same in words",
        "[].trials[].sensors": "with what it was sensed",
        "[].trials[].status": "how it was graded",
        "[].trials[].reason": "why, where it was not ok",
        "[].trials[].expected": "statuses that are right",
        "[].trials[].expected_reasons": "reasons that are right",
        "[].trials[].as_expected": "whether this one was graded as it had to be",
    },
)  # fmt: skip
def simulate_drill(
    drill: Annotated[
        str | None,
        typer.Argument(
            help="Its id, or a file.", metavar="ID|FILE", autocompletion=completing.drills
        ),
    ] = None,
    level: Annotated[int, typer.Option(help="Its level.", metavar="N", min=1)] = 1,
    fault: Annotated[
        str, typer.Option(help="Only one: good, never, break:hold.share.mt1, ... Without, all.")
    ] = "",
    sensors: Annotated[
        str, typer.Option(help="Only with these: plate, plate+insole, none, ... Without, all sets.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every drill, at every level.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let simulated people do a drill, well and badly.

    Exit code 1 if the grading misses one.
    """
    if every == (drill is not None):
        raise typer.BadParameter("Name one drill, or say --all.")
    from solemetry_host.drills.simulated.simulating import levels, simulated

    told, shelf = [], _shelf_for(drill)
    with progress("Simulating", as_json) as shown:
        asked = levels(shelf, drill, level)
        for done, (one, n) in enumerate(asked):
            shown.reached(done, len(asked), f"Simulating {one.id}, level {n}")
            told.append(simulated(one, n, fault, sensors))
            if not as_json:
                with shown.aside():
                    print_rows(f"{one.id}, level {n}", [_row(of) for of in told[-1]["trials"]])
    if as_json:
        print_json(told)
    raise typer.Exit(0 if all(of["as_expected"] for of in told) else 1)


def _row(told: dict[str, Any]) -> dict[str, Any]:
    """Return what fits a line; what was expected only where something else came."""
    wrong = " or ".join([*told["expected"], *told["expected_reasons"]])
    row = {name: told[name] for name in ("trial", "sensors", "status", "reason")}
    return {**row, "not as expected": "" if told["as_expected"] else f"NO: {wrong}"}


@verb(
    app, "run",
    "solemetry drill run short-foot --device sim:insoles",
    "solemetry drill run single-leg-eyes-open --device serial:/dev/ttyACM0 --person p-7k3m9q",
    tells={
        "drill": "its id",
        "version": "of its file",
        "level": "its level",
        "reps": "how each went",
        "ended": "how it ended",
        "measures": "the drill's own numbers, by side",
        "sensed": "signals that were there",
        "answers": "what was answered",
        "band": "how much wider than in its file the bands were",
        "recording": "the session file, or null",
    },
)  # fmt: skip
def run(
    drill: Drill,
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            help="serial:PORT, ble:NAME, sim:plate, sim:insoles; may be repeated. Without: it is "
            "timed, and nothing is sensed. A recording of the drill, replay:FILE.h5, is graded "
            "again.",
            metavar="URL",
            autocompletion=completing.devices,
        ),
    ] = None,
    level: Annotated[int, typer.Option(help="Its level.", metavar="N", min=1)] = 1,
    side: Annotated[
        Foot | None, typer.Option(help="Only this foot. Without: left, then right.")
    ] = None,
    out: Annotated[Path | None, written("Record it into this file.")] = None,
    person: Annotated[
        str | None,
        typer.Option(
            help="Who does it: a pseudonym. The result is kept there.", metavar="ID",
            autocompletion=completing.people,
        ),
    ] = None,
    library: LibraryFolder = None,
    foot: Feet = None,
    foot_length: Annotated[
        float | None,
        typer.Option(
            help="With it, two presses tell where the feet stand. Without: the person's.",
            metavar="MM",
        ),
    ] = None,
    mass: Annotated[
        float | None, typer.Option(help="Yours. Without: a plate weighs you.", metavar="KG")
    ] = None,
    age: Annotated[
        float | None, typer.Option(help="Yours. Without: the person's.", metavar="YEARS")
    ] = None,
    support: Annotated[Hold | None, typer.Option(help="How much you hold on.")] = None,
    loops: Annotated[
        bool, typer.Option("--loops", help="First measure your own base by slow loops.")
    ] = False,
    tare: Annotated[bool, typer.Option("--tare", help="First set the zero of the plate.")] = False,
    sound: Annotated[bool, typer.Option("--sound", help="Play the tone, speak the cues.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            help="The same number draws the same order, as of the hours of a clock. Without: any.",
            metavar="N",
        ),
    ] = None,
    calibration: Calibrations = None,
    place: Places = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Do a drill: live on devices, or timed.

    Exit code 1 where it cannot begin; how well it went is not an exit code.
    """
    from functools import partial

    from rich.console import Console

    from solemetry.foot import FootRegistration
    from solemetry_host.commands.people import library_in
    from solemetry_host.drills.on_devices.run_command import Asked, outcome_json, run_drill

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
    ran = run_drill(asked, _shelf_for(drill), console, partial(typer.confirm, err=as_json))
    if as_json:
        typer.echo(outcome_json(ran))
    elif ran.recording is not None:
        typer.echo(f"Saved {ran.recording}")


@verb(
    app, "sound-check",
    "solemetry drill sound-check",
    "solemetry drill sound-check --json",
    tells={
        "well": "whether left is left and right is right",
        "words": "what is the matter",
        "voice": "the name of the voice that speaks cues, or null",
    },
)  # fmt: skip
def sound_check(as_json: AsJson = False) -> None:
    """Sound left, then right, and ask where it was.

    Exit code 1 if sides are not where they are.
    """
    from typing import cast, get_args

    from rich.console import Console
    from rich.prompt import Prompt

    from solemetry_host.sound.sides import Answer, check_sides
    from solemetry_host.sound.speaker import SystemSpeaker
    from solemetry_host.sound.voice import find_voice

    console = Console(stderr=as_json)

    def ask() -> Answer:
        answers = list(get_args(Answer))
        return cast(Answer, Prompt.ask("Where was it", choices=answers, console=console))

    speaker = SystemSpeaker()
    try:
        found = check_sides(speaker, ask)
    finally:
        speaker.close()
    voice = find_voice()
    if as_json:
        name = voice.name if voice is not None else None
        print_json({"well": found.well, "words": found.words, "voice": name})
        raise typer.Exit(0 if found.well else 1)
    typer.echo(found.words)
    if voice is None:
        typer.echo("This computer has no voice: cues are only shown. Linux: apt install espeak-ng.")
    else:
        typer.echo(f"Cues are spoken by {voice.name}.")
    raise typer.Exit(0 if found.well else 1)


def _shelf_for(drill: str | None) -> Shelf:
    """Return the shelf; of files that this drill should come from as well, say what is wrong."""
    from solemetry_host.drills.files.shelf import Shelf

    shelf = Shelf()
    if drill is not None:
        shelf.drill_or_file(drill)  # where none can be used, that is the error
        _warn(shelf.left_out(drill))
    return shelf


def _warn(left_out: Iterable[Checked]) -> None:
    for checked in left_out:
        typer.echo(f"Left out: {checked.refusal}", err=True)


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
