# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill run``: one drill, from what is asked before it to how it went."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console

from solemetry.device import DeviceDescription, builtin_devices
from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.following import Following
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.on_devices.setting_up import draw_base, register_foot, weigh
from solemetry_host.drills.running.conditions import each_condition
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.running.run import Facts
from solemetry_host.drills.safety import DISCLAIMER, Plate, before, stops
from solemetry_host.drills.showing.results import own_bests
from solemetry_host.drills.showing.terminal import print_result
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.catalogue import CATALOGUE
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.weighing import weight_on_insoles_n, weight_on_plate_n
from solemetry_host.live import awaiting
from solemetry_host.live.opening import open_station
from solemetry_host.live.snapshot import DeviceView
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Person
from solemetry_host.people.profile import Profile, Support
from solemetry_host.people.results import Context, Result

GRAVITY = 9.80665


@dataclass(frozen=True)
class Asked:
    """What a person asks for.

    Attributes
    ----------
    drill : str
        Its id, or a file.
    devices : tuple of str
        URLs; without any nothing is sensed.
    level : int
    sides : tuple of Side
    out : Path or None
        The recording; None: none, or a place in the person's own folder.
    person : Person or None
        Somebody of the library, who keeps the result.
    calibrations, places : tuple of str
        As `open_station`.
    feet : tuple of FootRegistration
        Where feet stand on the first plate.
    foot_length_mm, mass_kg, age : float or None
        In place of what the profile says.
    support : Support or None
    loops : bool
        Whether the functional base is measured first.
    tare, sound, yes : bool
        Set the zero first; play and speak; answer every question with yes.
    seed : int or None
        Of the order of hours; None: drawn.
    """

    drill: str
    devices: tuple[str, ...] = ()
    level: int = 1
    sides: tuple[Side, ...] = ("left", "right")
    out: Path | None = None
    person: Person | None = None
    calibrations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    feet: tuple[FootRegistration, ...] = ()
    foot_length_mm: float | None = None
    mass_kg: float | None = None
    age: float | None = None
    support: Support | None = None
    loops: bool = False
    tare: bool = False
    sound: bool = False
    yes: bool = False
    seed: int | None = None


@dataclass(frozen=True)
class Ran:
    """What came of it: the drill, how it went, and the recording if there is one."""

    drill: Drill
    outcome: Outcome
    recording: Path | None = None


def outcome_json(ran: Ran) -> str:
    """Return how it went as JSON; what has no value is null."""
    outcome = json.loads(TypeAdapter(Outcome).dump_json(ran.outcome))
    recording = None if ran.recording is None else str(ran.recording)
    return json.dumps(outcome | {"recording": recording}, indent=2)


def run_drill(asked: Asked, console: Console, confirm: Callable[[str], bool]) -> Ran:
    """Do a drill, or grade it again from its recording.

    Parameters
    ----------
    asked : Asked
    console : Console
        Where it is shown.
    confirm : callable
        Asks a person something; returns whether it was answered with yes.

    Raises
    ------
    SolemetryError
        When it cannot begin; says why.
    """
    shelf = Shelf()
    drill = shelf.drill_or_file(asked.drill)
    again = _graded_again(drill, asked.devices)
    if again is not None:
        print_result(console, drill, again)
        return Ran(drill, again)
    profile = _profile(asked)
    seed = random.randrange(2**31) if asked.seed is None else asked.seed
    beginning = Beginning(
        drill, asked.level, seed, _facts(asked, profile),
        norm_tables=(shelf.norm(drill.score.norm.table),) if drill.score.norm else (),
    )  # fmt: skip
    beginning.run()  # a level that is not there is told before anybody stands somewhere
    at = datetime.now(UTC).astimezone()
    earlier = _earlier(drill, asked.person)
    with ExitStack() as stack:
        station = stack.enter_context(_connected(asked)) if asked.devices else None
        _ask_before(drill, asked, profile, station, console, confirm)
        if station is not None:
            beginning = _set_up(beginning, asked, profile, station, console.print)
            _record(asked, station, at)
        following = Following(
            console, beginning, station, earlier=earlier, sound=asked.sound,
            rows_tell_time=any(url.startswith("replay:") for url in asked.devices),
        )  # fmt: skip
        outcome = following.do()
        recorded = station is not None and station.recording is not None
        recording = station.stop_recording() if station is not None and recorded else None
    print_result(console, drill, outcome, own_bests(drill, asked.level, earlier))
    outcome = following.ask_after(outcome)
    for stop in stops(drill, outcome):
        console.print(stop.words)
    if asked.person is not None:
        context = Context(
            at=at,
            devices=following.devices,
            footwear=profile.usual.footwear,
            surface=profile.usual.surface,
            support=asked.support or profile.usual.support,
            posture=beginning.posture or "as the drill says",
            session=recording.name if recording is not None else "",
        )
        asked.person.keep(Result(asked.person.id, context, following.to_keep(outcome)))
    return Ran(drill, outcome, recording)


def _graded_again(drill: Drill, devices: Sequence[str]) -> Outcome | None:
    """Grade a recording that holds a drill; None where there is none to grade."""
    if len(devices) != 1 or not devices[0].startswith("replay:"):
        return None
    path = Path(devices[0].removeprefix("replay:").partition("?")[0]).expanduser()
    outcomes = live.grade(path)
    ours = [outcome for outcome in outcomes if outcome.drill == drill.id]
    if outcomes and not ours:
        raise SolemetryError(
            f"{path} is a recording of {outcomes[-1].drill}, not of {drill.id}.",
            f"Grade it again: solemetry drill run {outcomes[-1].drill} --device replay:{path}",
        )
    return ours[-1] if ours else None


def _earlier(drill: Drill, person: Person | None) -> list[Outcome]:
    """Return how the drill went before, the oldest first."""
    results = person.results()[0] if person is not None else []
    return [result.outcome for result in results if result.outcome.drill == drill.id]


def _profile(asked: Asked) -> Profile:
    known: dict[str, Any] = {}
    if asked.mass_kg is not None:
        known["mass_kg"] = asked.mass_kg
    if asked.foot_length_mm is not None:
        known["foot_length_mm"] = asked.foot_length_mm
    if asked.age is not None:
        known |= {"birth_year": None, "age_band": (int(asked.age), int(asked.age))}
    if asked.person is None:
        return Profile(added=date.today(), **known)
    return asked.person.profile.model_copy(update=known)


def _facts(asked: Asked, profile: Profile) -> Facts:
    ages = profile.ages(date.today())
    return Facts(
        age=sum(ages) / 2 if ages else None,
        sides=asked.sides,
        settings={"support": asked.support} if asked.support else {},
    )


def _ask_before(
    drill: Drill,
    asked: Asked,
    profile: Profile,
    station: Station | None,
    console: Console,
    confirm: Callable[[str], bool],
) -> None:
    today, done = date.today(), []
    if asked.person is not None:
        results, _ = asked.person.results()
        done = [result.outcome for result in results if result.context.day == today]
    found = before(
        drill, profile, today=today, done_today=done, plate=_plate(station) if station else None
    )
    if found.refused:
        raise SolemetryError(found.refused)
    console.print(DISCLAIMER)
    words = drill.words()
    for line in (words.why, words.start, words.stop, found.better_wait, *found.advice):
        if line:
            console.print(line)
    for question in found.ask:
        if not (asked.yes or confirm(question.words)):
            raise SolemetryError(
                f"{drill.words().title} was not begun: {question.words}", "Begin when it is so."
            )


def _plate(station: Station) -> Plate | None:
    """Return what the first plate is made for, if its kind is known; landings none is."""
    view = _first_plate(station)
    if view is None or view.link.device not in builtin_devices():
        return None
    limits = tomllib.loads(DeviceDescription.builtin(view.link.device).toml).get("limits", {})
    return Plate(limits["max_user_kg"], dynamic_ok=False) if "max_user_kg" in limits else None


@contextmanager
def _connected(asked: Asked) -> Iterator[Station]:
    station = open_station(asked.devices, asked.calibrations, asked.places)
    station.connect()
    try:
        awaiting.wait(station, lambda: station.ready, awaiting.patience_s(asked.devices))
        if asked.tare:
            awaiting.tare(station)
        yield station
    finally:
        station.disconnect()


def _record(asked: Asked, station: Station, at: datetime) -> None:
    """Begin the recording, if one is asked for: into a file, or among the person's own."""
    person = asked.person
    out = asked.out or (person.new_session(at) if person is not None else None)
    if out is not None:
        station.record(out, person.id if person is not None else "")


def _set_up(
    beginning: Beginning,
    asked: Asked,
    profile: Profile,
    station: Station,
    say: Callable[[str], None],
) -> Beginning:
    """Find out what the drill's signals need: where the feet stand, the weight, the own base."""
    needed = {need for name in _signals(beginning.drill) for need in CATALOGUE[name].needs}
    plate = _first_plate(station)
    if plate is not None and "foot" in needed:
        _register(asked, profile, beginning, station, plate.stream, say)
    body = Body(age=beginning.facts.age)
    if "weight" in needed:
        body = _weighed(body, asked, profile, station, say)
    calibrate = beginning.drill.calibrate
    if calibrate is None:
        return replace(beginning, body=body)
    of: tuple[Side, ...] = ("both",) if beginning.posture == "double" else asked.sides
    today = date.today()
    if asked.loops:
        drawn = {side: draw_base(station, body, side, beginning.posture, calibrate.loops, say)
                 for side in of}  # fmt: skip
        bases = {str(side): replace(base, on=today) for side, base in drawn.items()}
    else:
        since = today - timedelta(days=calibrate.valid_days)
        bases = bases_since(since, asked.person) if asked.person is not None else {}
    given = {
        side: {"calibrated_area_cm2": bases[name].area_cm2}
        for side in asked.sides
        if (name := "both" if "both" in of else side) in bases
    }
    facts = replace(beginning.facts, given=given)
    return replace(beginning, facts=facts, body=replace(body, bases=bases))


def bases_since(since: date, person: Person) -> dict[str, FunctionalBase]:
    """Return the newest bases that somebody's recordings hold, none older than a day."""
    found: dict[str, FunctionalBase] = {}
    for path in person.sessions():
        try:
            began = live.beginnings(path)
        except SolemetryError:
            continue  # a damaged recording holds no base; the library says so itself
        for beginning in began:
            bases = beginning.body.bases.items()
            found |= {of: base for of, base in bases if base.on is not None and base.on >= since}
    return found


def _register(
    asked: Asked,
    profile: Profile,
    beginning: Beginning,
    station: Station,
    stream: str,
    say: Callable[[str], None],
) -> None:
    for foot in asked.feet:
        station.command("foot", stream, **vars(foot))
    if asked.feet:
        awaiting.until(lambda: len(station.snapshot.feet) >= len(asked.feet))
        return
    length = profile.foot_mm()
    if length is None:
        say("Where the feet stand is not known, so what needs it is not sensed. Give --foot-length "
            "MM to find them by two presses, or --foot.")  # fmt: skip
        return
    both = beginning.posture == "double" or beginning.drill.sides not in ("each", "alternate")
    for side in ("left", "right") if both else asked.sides:
        if side in ("left", "right"):
            register_foot(station, side, length[0], say)


def _weighed(
    body: Body, asked: Asked, profile: Profile, station: Station, say: Callable[[str], None]
) -> Body:
    """Weigh on what there is: a plate in shoes and clothes, insoles by what their cells catch."""
    views = station.snapshot.devices
    if _first_plate(station) is not None:
        weight_n = (
            asked.mass_kg * GRAVITY if asked.mass_kg else _on_plate_n(profile, station, say)
        )
        body = replace(body, plate_weight_n=weight_n)
    if sum(view.layout.kind == "insole" and view.link.calibrated for view in views) == 2:
        body = replace(body, insole_weight_n=weigh(station, weight_on_insoles_n, say))
    return body


def _on_plate_n(profile: Profile, station: Station, say: Callable[[str], None]) -> float:
    """Weigh somebody; who does not stand still, or sits, is as heavy as the profile says."""
    try:
        return weigh(station, weight_on_plate_n, say)
    except SolemetryError:
        if profile.mass_kg is None:
            raise
        return profile.mass_kg * GRAVITY


def _first_plate(station: Station) -> DeviceView | None:
    views = station.snapshot.devices
    return next((view for view in views if view.layout.kind == "plate"), None)


def _signals(drill: Drill) -> set[str]:
    """Return the signals that a drill asks for."""
    return {
        one.signal
        for phase in drill.phase
        for asked in (*phase.needs, *phase.done, *phase.within, *phase.fail)
        for one in each_condition(asked)
    }
