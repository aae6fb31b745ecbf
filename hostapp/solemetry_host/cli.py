# SPDX-License-Identifier: Apache-2.0
"""The ``solemetry`` command. Every verb loads what it needs itself, so that help comes at once."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from solemetry.errors import FileError, SolemetryError
from solemetry_host import (
    batch_cli,
    calibrate_cli,
    drill_cli,
    export_cli,
    log,
    person_cli,
    report_cli,
)
from solemetry_host.options import Calibrations, Convention, GaitConvention, Places
from solemetry_host.printing import AsJson, print_rows

if TYPE_CHECKING:
    from solemetry_host.devices.link import DeviceLink
    from solemetry_host.live.station import Station
    from solemetry_host.wire.records import Info

T = TypeVar("T")

app = typer.Typer(
    help="Force plates and pressure insoles: live sway, recording, analysis.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # boxes around the help cost half of the time that it takes
    context_settings={"max_content_width": 110},
)
app.add_typer(calibrate_cli.app, name="calibrate")
app.add_typer(drill_cli.app, name="drill")
app.add_typer(person_cli.app, name="person")

Device = Annotated[
    str,
    typer.Option(help="serial:PORT, sim:plate or replay:FILE.h5", metavar="URL"),
]
Devices = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        help="serial:PORT, ble:NAME, sim:plate, sim:insoles, lsl:NAME or replay:FILE.h5; "
        "may be repeated. Without: sim:plate.",
        metavar="URL",
    ),
]
Publish = Annotated[
    bool, typer.Option("--lsl", help="Publish rows, forces and COP on the Lab Streaming Layer."),
]


def main() -> None:
    """Run the command; say what went wrong in words, and leave 0, 1 (failed) or 2 (usage)."""
    log.begin()
    try:
        app()
    except SolemetryError as error:
        _complain(error.problem, error.remedy)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _complain(f"{error.strerror or error}{where}.", "Choose another file or folder.")
    except Exception:
        logging.getLogger("solemetry_host").exception("unexpected")
        _complain("Something unexpected went wrong.", f"The details are in {log.log_file()}.")
    sys.exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for what it makes.")] = Path("demo-output"),
    seconds: Annotated[float, typer.Option(help="Length of the hold.", min=5)] = 20.0,
) -> None:
    """Show the whole chain on a virtual plate: live window, recording, analysis, report."""
    from solemetry_host.demo import run

    run(out, seconds)


@app.command(name="app")
def whole_app(calibration: Calibrations = None, place: Places = None) -> None:
    """Open the app: people, drills, live view, recordings, calibration, settings."""
    _open_window("", (), calibration, place, None, lsl=False)


@app.command()
def live(
    device: Devices = None,
    calibration: Calibrations = None,
    place: Places = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where recordings go. Without: the folder of who is chosen in the app."),
    ] = None,
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
    _require_live()
    from solemetry_host.windows.app import has_screen, run

    if not has_screen():
        raise SolemetryError(
            "There is no screen to open a window on.",
            "Record without one: solemetry record --device URL --seconds 30.",
        )
    from solemetry_host.live.opening import open_station

    with _publisher(lsl) as publish:
        run(
            lambda wanted, library: open_station(
                wanted, calibration or (), place or (), publish, library
            ),
            page,
            urls,
            folder,
        )
    raise SystemExit(0)


@app.command()
def record(
    device: Devices = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("session.h5"),
    seconds: Annotated[float, typer.Option(help="How long; Ctrl-C ends it earlier.", min=0.1)] = 30,
    calibration: Calibrations = None,
    place: Places = None,
    tare: Annotated[bool, typer.Option(help="First set the zero of the empty plate.")] = False,
    foot: Annotated[
        list[str] | None,
        typer.Option(help="Where a foot stands: left:heel=-60,-100;axis=-7;length=255"),
    ] = None,
    subject: Annotated[str, typer.Option(help="A pseudonym for the person.")] = "",
    lsl: Publish = False,
) -> None:
    """Record a session."""
    _require_live()
    from solemetry.foot import FootRegistration
    from solemetry_host.live import awaiting
    from solemetry_host.live.opening import open_station

    feet = [FootRegistration.parse(text) for text in foot or ()]
    urls = device or ["sim:plate"]
    with _publisher(lsl) as publish:
        station = open_station(urls, calibration or (), place or (), publish)
        station.connect()
        try:
            awaiting.wait(station, lambda: station.ready, awaiting.patience_s(urls))
            if tare:
                awaiting.tare(station)
            for registered in feet:
                station.command("foot", **json.loads(registered.to_json()))
            station.record(out, subject)
            trouble = _follow(station, seconds)
            path = station.stop_recording() if station.recording else None
        finally:
            station.disconnect()
    if path is not None:
        _print(f"Saved {path}")
    if trouble:
        raise SolemetryError(*trouble)


@app.command()
def analyze(
    file: Path,
    convention: Convention = "solemetry",
    gait_convention: GaitConvention = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every measure, the rarer ones and the quality too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute sway, loading and gait of a session file, or of a file of a format that is known."""
    import solemetry
    from solemetry.analysis import analyze as analyze_session
    from solemetry.sway.battery import core_features
    from solemetry_host.analysis_tables import print_analysis

    result = analyze_session(
        solemetry.open(file), convention, "should" if every else "must", gait_convention
    )
    if as_json:
        typer.echo(json.dumps(result, indent=2, allow_nan=False))
    else:
        print_analysis(result, None if every else core_features(convention))


@app.command(name="import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files of one trial.", metavar="FILE...")],
    out: Annotated[
        Path | None, typer.Option(help="The session to write. Without: beside the first file.")
    ] = None,
    column_map: Annotated[
        Path | None,
        typer.Option("--map", help="Column map (TOML) of any other table: see docs/importing.md."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a session file of files of other programs."""
    from solemetry.importers import read_together
    from solemetry.session import write_imported

    session = read_together(files, column_map)
    written = write_imported(out or files[0].with_suffix(".h5"), session)
    rows = [
        {
            "stream": stream.name,
            "kind": stream.kind,
            "sensors": len(stream.layout.labels) if stream.layout else None,
            "rate_hz": stream.fs_hz,
            "rows": stream.rows,
            "lost_rows": stream.lost_rows,
        }
        for stream in session.streams.values()
    ] + [
        {"stream": motion.name, "kind": "imu", "sensors": None, "rate_hz": motion.fs_hz,
         "rows": motion.rows, "lost_rows": len(motion.t_s) - motion.rows}
        for motion in session.motion.values()
    ]  # fmt: skip
    notes = [
        *session.notes,
        *(f"{s.name}: {note}" for s in session.streams.values() for note in s.notes),
    ]
    if as_json:
        told = {"file": str(written), "source": session.meta["source"], "streams": rows,
                "events": len(session.events), "notes": notes}  # fmt: skip
        typer.echo(json.dumps(told, indent=2))
        return
    print_rows(session.meta["source"], [row | {"sensors": row["sensors"] or ""} for row in rows])
    for note in notes:
        _print(f"Note: {note}")
    _print(f"Saved {written}")


app.command()(report_cli.report)
app.command()(export_cli.export)
app.command()(batch_cli.batch)


@app.command()
def repair(file: Path) -> None:
    """Make a whole session of a partial file that a crash left behind."""
    from solemetry.session import repair as repair_session

    _print(f"Recovered {in_own_process(repair_session, file, _time_for(file))}")


@app.command()
def verify(file: Path, as_json: AsJson = False) -> None:
    """Say whether a session file is whole; exit code 1 if it is not."""
    from solemetry.session import verify as verify_session

    verdict = in_own_process(verify_session, file, _time_for(file))
    if as_json:
        typer.echo(json.dumps({"file": str(file), "whole": verdict.whole,
                               "problems": verdict.problems, "facts": verdict.facts}, indent=2))
    else:
        for line in (*verdict.problems, *verdict.facts):
            _print(line)
        _print(f"{file} is {'whole' if verdict.whole else 'not whole'}.")
    raise SystemExit(0 if verdict.whole else 1)


def _time_for(file: Path) -> float:
    """How many seconds a whole file of this size takes at the very most."""
    megabytes = file.stat().st_size / 1e6 if file.is_file() else 0.0
    return 60.0 + megabytes


def in_own_process(work: Callable[[Any], T], argument: Any, patience_s: float = 60.0) -> T:
    """Do something with a file in a process of its own: of a damaged one HDF5 can die, or hang.

    Raises
    ------
    FileError
        When it did.
    """
    from multiprocessing import get_context

    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, work, argument), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(patience_s):
            raise FileError(
                f"{argument} is so damaged that the HDF5 library finds no end in it.",
                "Restore it from a copy.",
            )
        outcome = here.recv()
    except EOFError:
        raise FileError(
            f"{argument} is so damaged that the HDF5 library dies of it.",
            "Restore it from a copy.",
        ) from None
    finally:
        process.kill()
        process.join()
    if isinstance(outcome, Exception):
        raise outcome
    answer: T = outcome
    return answer


def _answer(asked: Any, work: Callable[[Any], Any], argument: Any) -> None:
    try:
        asked.send(work(argument))
    except Exception as error:  # the one who asked raises it
        asked.send(error)


@app.command(name="self-test")
def self_test(device: Device, as_json: AsJson = False) -> None:
    """Have a device test its sensors; exit code 1 if one is not well."""
    _require_live()
    from solemetry_host.devices import asking
    from solemetry_host.devices.board import describe_board

    with _linked(device) as (link, info):
        found = asking.self_test(link)
        labels = describe_board(info).layout.labels
    # Behind its cells an insole has its IMU and its battery.
    names = [*labels, "inertial sensor", "battery"][: len(found.channels)]
    rows = [
        {"channel": name, "status": channel.status, "mean": channel.mean, "spread": channel.spread}
        for name, channel in zip(names, found.channels, strict=True)
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        print_rows(f"Self-test of {info.device_id}", rows)
    raise SystemExit(0 if all(channel.well for channel in found.channels) else 1)


# ---- what is there, and what is missing -----------------------------------------------------


@app.command()
def devices(
    as_json: AsJson = False,
    seconds: Annotated[
        float | None, typer.Option(help="How long to look; by default under 5 s.", min=0.5)
    ] = None,
    probe: Annotated[
        bool, typer.Option(help="Also ask ports of no known board; it may disturb them.")
    ] = False,
) -> None:
    """List what is there: boards that answer, insoles in range, streams on the network."""
    _require_live()
    from dataclasses import asdict

    from solemetry_host.devices.discovery import LOOKS_FOR_S, discover

    findings = discover(LOOKS_FOR_S if seconds is None else seconds, probe)
    if as_json:
        typer.echo(json.dumps(asdict(findings), indent=2))
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
        _print("No device was found. Without one: --device sim:plate.")
    for remark in findings.remarks:
        _print(remark)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look for what this computer lacks, and say how to put it right; exit code 1 if it must be."""
    from dataclasses import asdict

    from solemetry_host.doctor.checks import judge
    from solemetry_host.doctor.facts import gather

    checks = judge(gather())
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        for check in checks:
            _print(f"{check.state:<8} {check.name}: {check.found}")
            if check.remedy:
                _print(f"         {check.remedy}")
    raise SystemExit(1 if any(check.state == "problem" for check in checks) else 0)


def _with_unit(value: int | None, unit: str) -> str:
    return "" if value is None else f"{value} {unit}"


@app.command()
def side(device: Device, foot: Annotated[str, typer.Argument(help="left or right")]) -> None:
    """Tell an insole which foot it is worn on; it keeps it."""
    _require_live()
    from solemetry_host.devices import asking
    from solemetry_host.wire.records import SIDES

    if foot not in SIDES[1:]:
        raise typer.BadParameter(f"{foot!r} is neither left nor right.")
    with _linked(device) as (link, _):
        told = asking.set_side(link, "left" if foot == "left" else "right")
    _print(f"{told.device_id} is worn on the {told.side} foot.")


# ---- benchmarks ----------------------------------------------------------------------------

bench = typer.Typer(help="Measure the app on this computer.", no_args_is_help=True)
app.add_typer(bench, name="bench")


@bench.command(name="live")
def bench_live(
    device: Annotated[
        list[str] | None,
        typer.Option(help="As of `record`. Without: a 1 kHz plate, two insoles.", metavar="URL"),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=1)] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Measure how late the live numbers come, and what they cost, with a recording running."""
    _require_live()
    from solemetry_host.bench import DEVICES
    from solemetry_host.bench import bench_live as measure

    found = measure(device or DEVICES, seconds)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
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
    _print(f"CPU: {cpu['app']:.1f} % of one core, at least {cpu['app_least']:.1f} % "
           f"({cpu['all']:.1f} % with the virtual devices, which take {cpu['generators']:.1f} %)")
    for stream, rows in found["rows"].items():
        _print(f"{stream}: {rows} rows, {found['lost_rows'][stream]} lost")
    _print(f"Dropped reads: {found['dropped_items']}; most that waited: {found['most_waiting']}; "
           f"longest pause of the garbage collector: {found['collector_ms']:.1f} ms")
    if memory["end"] is not None:
        _print(f"Memory at most: {memory['begin']:.0f} MB, then {memory['end']:.0f} MB")


@bench.command(name="screen")
def bench_screen(
    seconds: Annotated[float, typer.Option(help="How long for each.", min=5)] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Measure how long from a step of the load to the screen and to the ear: virtual devices."""
    _require_live()
    from dataclasses import asdict

    from solemetry_host.windows.step_response import step_responses

    found = {front: asdict(late) for front, late in step_responses(seconds).items()}
    if as_json:
        typer.echo(json.dumps(found, indent=2))
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
        _print(f"{front}: {late['missed']} steps missed, {late['paints_hz']:.0f} frames a second")


@bench.command(name="frames")
def bench_frames(
    view: Annotated[
        list[str] | None, typer.Option(help="plate, insoles or both. Without: each.")
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option(help="Of the window. Without: 1280x800 and 1920x1080.", metavar="WxH"),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long for each.", min=2)] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Measure how evenly the live view is painted: a virtual 1 kHz plate and two insoles."""
    _require_live()
    from dataclasses import asdict

    from solemetry_host.live.showing import LAYOUTS
    from solemetry_host.windows.frame_pacing import SIZES, frame_pacing

    unknown = set(view or ()) - set(LAYOUTS)
    if unknown:
        raise typer.BadParameter(f"{min(unknown)!r} is none of {', '.join(LAYOUTS)}.")
    layouts = [layout for layout in LAYOUTS if not view or layout in view]
    found = frame_pacing(layouts, [_size(text) for text in size or ()] or SIZES, seconds)
    if as_json:
        typer.echo(json.dumps({what: asdict(paced) for what, paced in found.items()}, indent=2))
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


# ---- pods ----------------------------------------------------------------------------------

pod = typer.Typer(help="What an insole's pod has kept in its own memory.", no_args_is_help=True)
app.add_typer(pod, name="pod")

PodDevice = Annotated[
    str, typer.Option("--device", help="serial:PORT or ble:NAME", metavar="URL")
]


@pod.command(name="list")
def pod_list(device: PodDevice, as_json: AsJson = False) -> None:
    """List the runs in a pod's memory, the newest first."""
    _require_live()
    from solemetry_host.devices.pod_download import list_runs

    with _linked(device) as (link, _):
        memory = list_runs(link)
    rows = [
        {"run": run.run, "began": _utc(run.utc_s), "blocks": run.blocks, "state": run.state}
        for run in memory.runs
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    elif rows:
        print_rows("Runs in the pod's memory", rows)
    else:
        _print("The pod's memory holds no run.")


@pod.command(name="download")
def pod_download(
    device: PodDevice,
    out: Annotated[Path, typer.Option(help="Folder for the sessions.")] = Path("recordings"),
    run: Annotated[list[int] | None, typer.Option(help="Only this run; may be repeated.")] = None,
    subject: Annotated[str, typer.Option(help="A pseudonym for the person.")] = "",
) -> None:
    """Make a session file of each run in a pod's memory; one that broke off goes on."""
    _require_live()
    from rich.console import Console

    from solemetry_host.devices.pod_download import list_runs
    from solemetry_host.devices.pod_files import fetch_run

    with _linked(device) as (link, _), Console(stderr=True).status("Looking") as status:
        there = list_runs(link).runs
        unknown = set(run or ()) - {listed.run for listed in there}
        if unknown:
            raise SolemetryError(
                f"The pod has no run {min(unknown)}.", "See: solemetry pod list --device URL"
            )
        for listed in reversed(there):
            if run and listed.run not in run:
                continue

            def show(here: int, of: int, number: int = listed.run) -> None:
                status.update(f"Run {number}: {here} of {of} blocks")

            _print(f"Saved {fetch_run(link, listed, out, subject, show)}")


@pod.command(name="erase")
def pod_erase(
    device: PodDevice,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a pod forget all its runs."""
    _require_live()
    from solemetry_host.devices.pod_download import erase, list_runs

    with _linked(device) as (link, _):
        memory = list_runs(link)
        if not memory.runs:
            _print("The pod's memory holds no run.")
            return
        question = f"Erase {len(memory.runs)} runs, downloaded or not?"
        if yes or typer.confirm(question):
            erase(link, memory.epoch)
            _print("Erased.")


@contextmanager
def _linked(url: str) -> Iterator[tuple[DeviceLink, Info]]:
    """Open the link to a device for commands."""
    import threading

    from solemetry.errors import DeviceError
    from solemetry_host.devices.link import DeviceLink
    from solemetry_host.devices.url import open_transport

    link = DeviceLink(open_transport(url))
    info = link.meet(threading.Event())
    if info is None:
        raise DeviceError(f"Nobody answers on {url}.", "Check the cable.")
    try:
        yield link, info
    finally:
        link.close()


def _utc(utc_s: int) -> str:
    return datetime.fromtimestamp(utc_s, UTC).isoformat() if utc_s else ""


# ---- stations ------------------------------------------------------------------------------


@contextmanager
def _publisher(wanted: bool) -> Iterator[Any]:
    """Give what publishes blocks, or None; without the library it is said before anything runs."""
    if not wanted:
        yield None
        return
    from solemetry_host.live.publishing import Publisher

    publisher = Publisher()
    try:
        yield publisher.push
    finally:
        publisher.close()


def _follow(station: Station, seconds: float) -> tuple[str, str] | None:
    """Wait until the recording is long enough; say what ended it earlier."""
    from rich.console import Console

    from solemetry_host.live.awaiting import LOST_FOR_S

    shown, lost_since = 0, None
    deadline = time.monotonic() + seconds + LOST_FOR_S
    with Console(stderr=True).status("Recording") as status:
        try:
            while time.monotonic() < deadline:
                snapshot = station.snapshot
                for message in snapshot.messages:
                    if message.number > shown and message.level != "info":
                        _print(f"{message.level.capitalize()}: {message.text}", err=True)
                    shown = max(shown, message.number)
                elapsed = snapshot.elapsed_s or 0.0
                status.update(f"Recording {elapsed:.1f} of {seconds:.0f} s")
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


# ---- printing ------------------------------------------------------------------------------


def _print(text: str, err: bool = False) -> None:
    typer.echo(text, err=err)


def _complain(problem: str, remedy: str) -> None:
    _print(f"Error: {problem}", err=True)
    if remedy:
        _print(remedy, err=True)


def _require_live() -> None:
    try:
        import serial  # noqa: F401 - only whether it is there
    except ImportError:
        raise SolemetryError(
            "Devices and windows are not installed.", "Run: pip install 'solemetry[live]'"
        ) from None
