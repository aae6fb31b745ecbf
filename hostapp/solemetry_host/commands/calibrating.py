# SPDX-License-Identifier: Apache-2.0
"""``solemetry calibrate``: plates by a known mass, insoles on a plate, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solemetry.errors import SolemetryError
from solemetry_host.commands import completing
from solemetry_host.commands.options import AsJson, Calibrations, Yes, written
from solemetry_host.commands.verbs import part, verb
from solemetry_host.printing import print_json

if TYPE_CHECKING:
    from rich.console import Console

    from solemetry.calibrating import Record
    from solemetry_host.calibrating.procedure import Procedure
    from solemetry_host.calibrating.step import Shown
    from solemetry_host.live.calibrations import Kept
    from solemetry_host.live.device import LiveDevice

app = part("calibrate", "Make instruments of plates and insoles.")

Device = Annotated[
    str,
    typer.Argument(
        help="serial:PORT, ble:NAME or a virtual one.", metavar="URL",
        autocompletion=completing.devices,
    ),
]
Mass = Annotated[
    float,
    typer.Option(
        "--mass", help="The known mass; it stands on one small foot (docs/calibrating.md).",
        metavar="KG",
    ),
]
Out = Annotated[Path | None, written("Write the calibration to this file too.")]

_KEPT = {
    "device": "its own number",
    "side": "of an insole: left or right",
    "date": "when it was made",
    "age_days": "how old it is, or null",
    "accepted": "whether it was found good",
    "virtual": "of a virtual device: which",
    "file": "where it is kept",
    "source": "how it was made",
    "geometry_hash": "of the places of the sensors that it is for",
    "figures": "what was measured, by name",
    "verdict": "in words, line by line",
}
_RESIDUALS = {"residuals": "what each point was off by"}


@verb(
    app, "plate",
    "solemetry calibrate plate serial:/dev/ttyACM0 --mass 20",
    "solemetry calibrate plate serial:/dev/ttyACM0 --mass 20 --second-mass 10 --out plate.json",
    tells=_KEPT | _RESIDUALS,
)  # fmt: skip
def plate(
    device: Device,
    mass: Mass,
    second_mass: Annotated[
        float | None, typer.Option(help="Another known mass, to check by.", metavar="KG")
    ] = None,
    scale_kg: Annotated[
        float | None,
        typer.Option(
            help="In place of a second mass: your own, by a bathroom scale.", metavar="KG"
        ),
    ] = None,
    mass_uncertain: Annotated[
        float, typer.Option(help="How sure the mass is (standard uncertainty).", metavar="KG")
    ] = 0.0,
    warm_up: Annotated[
        float,
        typer.Option(
            help="How long it warms up; less if it has been on.", metavar="SECONDS", min=0
        ),
    ] = 600.0,
    dead_weight: Annotated[
        float,
        typer.Option(
            help="How long a mass stays on at the end; 600 measures the drift.",
            metavar="SECONDS", min=30,
        ),
    ] = 60.0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with one that was broken off.")
    ] = False,
    out: Out = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Calibrate a plate with a known mass: nine points, a check, other places.

    The calibration is kept, and used whenever the plate is connected. Exit code 1 if it is not
    good.
    """
    from solemetry_host.calibrating.plate import PlateCalibration, Second

    if second_mass is not None and scale_kg is not None:
        raise typer.BadParameter("Give --second-mass or --scale-kg, not both.")
    other_kg = second_mass if scale_kg is None else scale_kg
    second = None if other_kg is None else Second(other_kg, person=scale_kg is not None)

    def make(devices: Mapping[str, LiveDevice]) -> Procedure | None:
        there = devices.get("plate") or next(iter(devices.values()))
        found = PlateCalibration(
            there.description,
            mass,
            date=str(date.today()),
            second=second,
            expected=there.calibration if there.calibration.measured else None,
            mass_uncertain_kg=mass_uncertain,
            warm_up_s=warm_up,
            dead_weight_s=dead_weight,
        )
        if resume:
            _take_up(found, there)
        return found

    _calibrate([device], make, "plate", out, yes, as_json)


@verb(
    app, "insole",
    "solemetry calibrate insole ble:left --plate serial:/dev/ttyACM0",
    "solemetry calibrate insole ble:right --plate serial:/dev/ttyACM0 --out right.json",
    tells=_KEPT | _RESIDUALS,
)  # fmt: skip
def insole(
    device: Device,
    plate: Annotated[
        str,
        typer.Option(
            help="The calibrated plate under it.", metavar="URL",
            autocompletion=completing.devices,
        ),
    ],
    foot: Annotated[
        str | None,
        typer.Option(
            help="Where it lies: right:heel=0,-132;length=265. Without: in the middle.",
            metavar="PLACE",
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            help="How long to shift the weight, each of two times.", metavar="SECONDS", min=10
        ),
    ] = 75.0,
    calibration: Calibrations = None,
    out: Out = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Calibrate an insole that lies on a calibrated plate.

    It is kept, and used whenever an insole of that side is connected. Exit code 1 if it is not
    good.
    """
    from solemetry.calibrating import CalibrationError
    from solemetry.foot import FootRegistration
    from solemetry_host.calibrating.insole import InsoleCalibration, PlateUnder

    lies = FootRegistration.parse(foot) if foot is not None else None

    def make(devices: Mapping[str, LiveDevice]) -> Procedure | None:
        if len(devices) < 2:
            return None
        under, worn = devices["plate"], devices["insole"]
        side = worn.opened.side
        if side not in ("left", "right"):
            raise CalibrationError(
                f"{worn.description.id} does not say which foot it is worn on.",
                "Tell it: solemetry side --device URL left.",
            )
        return InsoleCalibration(
            worn.description,
            "left" if side == "left" else "right",
            PlateUnder(under.description, under.calibration),
            foot=lies,
            date=str(date.today()),
            lean_s=seconds,
            again_s=seconds,
        )

    _calibrate([device, plate], make, "insole", out, yes, as_json, calibration or ())


@verb(
    app, "check",
    "solemetry calibrate check serial:/dev/ttyACM0 --mass 20",
    "solemetry calibrate check serial:/dev/ttyACM0 --mass 20 --calibration plate.json",
    tells={name: _KEPT[name] for name in ("accepted", "verdict")} | _RESIDUALS,
)  # fmt: skip
def check(
    device: Device,
    mass: Mass,
    calibration: Calibrations = None,
    as_json: AsJson = False,
) -> None:
    """Check a calibrated plate on three of its points, once a month.

    Exit code 1 if it is off.
    """
    from solemetry.calibrating import CalibrationError
    from solemetry_host.calibrating.check import PlateCheck

    def make(devices: Mapping[str, LiveDevice]) -> Procedure | None:
        there = devices.get("plate") or next(iter(devices.values()))
        if not there.calibration.measured:
            raise CalibrationError(
                f"{there.description.id} has no calibration that could be checked.",
                "Calibrate it: solemetry calibrate plate.",
            )
        return PlateCheck(there.description, mass, there.calibration)

    shown, _, _ = _done([device], make, True, as_json, calibration or ())
    _end(shown, None, as_json)


@verb(
    app, "show",
    "solemetry calibrate show",
    "solemetry calibrate show plate.json",
    tells={f"[].{name}": words for name, words in _KEPT.items()},
)  # fmt: skip
def show(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A calibration. Without: all that are kept.", metavar="FILE", readable=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a calibration: its figures, its age, its verdict."""
    from solemetry.calibrating import read_record
    from solemetry_host.calibrating.sheet import sheet
    from solemetry_host.live.calibrations import Calibrations as Folder
    from solemetry_host.live.calibrations import Kept

    if file is not None:
        kept = Kept(file, read_record(file))
        if as_json:
            print_json([_told(kept)])
            return
        typer.echo(sheet(kept.record))
        typer.echo(_age(kept))
        return
    folder = Folder()
    every, damaged = folder.all()
    if as_json:
        print_json([_told(kept) for kept in every])
    elif every:
        typer.echo(f"Calibrations in {folder.folder}, the oldest first")
        for kept in every:
            typer.echo("\n".join(["", *_block(kept)]))
    else:
        typer.echo(f"No calibration is kept in {folder.folder}.")
    for error in damaged:
        typer.echo(f"Left out: {error}", err=True)


# ---- doing it ------------------------------------------------------------------------------


def _calibrate(
    urls: list[str],
    make: Callable[[Mapping[str, LiveDevice]], Procedure | None],
    kind: str,
    out: Path | None,
    yes: bool,
    as_json: bool,
    calibrations: tuple[str, ...] | list[str] = (),
) -> None:
    from solemetry.calibrating import write_record
    from solemetry_host.calibrating.insole import InsoleCalibration
    from solemetry_host.calibrating.keeping import keep
    from solemetry_host.calibrating.plate import PlateCalibration
    from solemetry_host.live.calibrations import Calibrations as Folder
    from solemetry_host.live.calibrations import Which

    folder = Folder()
    folder.make()  # what takes a quarter of an hour shall not fail at its end
    shown, procedure, devices = _done(urls, make, yes, as_json, calibrations)
    assert isinstance(procedure, PlateCalibration | InsoleCalibration)
    which = Which.of(devices[kind].opened)
    kept = keep(procedure.record, which, folder)
    if out is not None:
        write_record(kept.record, out)
    folder.unfinished(which).unlink(missing_ok=True)
    _end(shown, kept, as_json)


def _done(
    urls: list[str],
    make: Callable[[Mapping[str, LiveDevice]], Procedure | None],
    yes: bool,
    as_json: bool,
    calibrations: tuple[str, ...] | list[str] = (),
) -> tuple[Shown, Procedure, Mapping[str, LiveDevice]]:
    """Do a calibration to its end; of one that is broken off, the points are kept."""
    from rich.console import Console

    from solemetry_host.calibrating.on_devices import calibrating
    from solemetry_host.calibrating.terminal import Following
    from solemetry_host.preferences import usual_insole_size_eu

    console = Console(stderr=as_json, highlight=False, markup=False)

    def answer(question: str) -> str:
        return str(typer.prompt(question, default="", show_default=False, err=as_json))

    with calibrating(urls, make, calibrations, usual_insole_size_eu()) as (station, live):
        try:
            shown = Following(station, live, console, None if yes else answer).do()
        except (SolemetryError, KeyboardInterrupt, typer.Abort):
            _keep_so_far(live.procedure, live.devices, console)
            raise
    assert live.procedure is not None
    return shown, live.procedure, live.devices


def _keep_so_far(
    procedure: Procedure | None, devices: Mapping[str, LiveDevice], console: Console
) -> None:
    from solemetry_host.calibrating.plate import PlateCalibration
    from solemetry_host.live.calibrations import Calibrations as Folder
    from solemetry_host.live.calibrations import Which

    if not isinstance(procedure, PlateCalibration):
        return
    points = [name for name in procedure.readings if name.startswith("point")]
    if points:
        path = Folder().unfinished(Which.of(devices["plate"].opened))
        path.write_text(procedure.so_far(), "utf-8")
        console.print(f"{len(points)} points are kept. Go on with --resume.")


def _take_up(procedure: Any, device: LiveDevice) -> None:
    from solemetry.errors import FileError
    from solemetry_host.live.calibrations import Calibrations as Folder
    from solemetry_host.live.calibrations import Which

    path = Folder().unfinished(Which.of(device.opened))
    try:
        text = path.read_text("utf-8")
    except OSError:
        raise FileError(
            f"No calibration of {device.description.id} was broken off.", "Leave --resume out."
        ) from None
    procedure.resume(text, str(path))


# ---- telling -------------------------------------------------------------------------------


def _end(shown: Shown, kept: Kept | None, as_json: bool) -> None:
    from dataclasses import asdict

    verdict = shown.verdict
    passed = verdict is not None and verdict.passed
    if as_json:
        told = _told(kept) if kept is not None else {}
        told |= {
            "accepted": passed,
            "verdict": verdict.words.splitlines() if verdict is not None else [],
            "residuals": [asdict(one) for one in shown.residuals],
        }
        print_json(told)
    else:
        typer.echo(verdict.words if verdict is not None else "Not judged.")
        typer.echo(shown.step.words if kept is None else f"Saved {kept.path}")
        if kept is not None and not passed:
            typer.echo("It is not used by itself. To use it all the same: --calibration FILE.")
    raise typer.Exit(0 if passed else 1)


def _told(kept: Kept) -> dict[str, Any]:
    record: Record = kept.record
    return {
        "device": record.device_id,
        "side": record.evidence.get("side", ""),
        "date": record.calibration.date,
        "age_days": kept.age_days(date.today()),
        "accepted": kept.accepted,
        "virtual": record.evidence.get("virtual", ""),
        "file": str(kept.path),
        "source": record.calibration.source,
        "geometry_hash": f"{record.geometry_hash:08x}",
        "figures": record.evidence.get("figures", {}),
        "verdict": record.evidence.get("verdict", []),
    }


def _block(kept: Kept) -> Iterator[str]:
    """Return the lines that tell one calibration from the others."""
    record = kept.record
    told, made = record.evidence, record.calibration
    side = f", {told['side']} side" if told.get("side") else ""
    yield kept.path.name
    yield f"  Device: {record.device_id}{side}"
    if told.get("virtual"):
        yield f"  Virtual device: {told['virtual']}"
    yield f"  Made: {made.source}"
    yield f"  Date: {made.date or 'none'}. {_age(kept)}"
    yield f"  {'Accepted.' if kept.accepted else 'Not accepted: it is not used by itself.'}"


def _age(kept: Kept) -> str:
    days = kept.age_days(date.today())
    if days is None:
        return "It does not say when it was made."
    return f"It is {days} day{'s' * (days != 1)} old."
