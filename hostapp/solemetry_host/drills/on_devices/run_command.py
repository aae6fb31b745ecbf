# SPDX-License-Identifier: Apache-2.0
"""``solemetry drill run``: one drill, from what is asked before it to how it went."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.following import Following
from solemetry_host.drills.on_devices.known import Known, known_of, result_of
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.on_devices.needs import Foot, first_plate, needs_of, plate_limits
from solemetry_host.drills.on_devices.setting_up import GRAVITY, draw_base, register_foot, weigh
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.running.run import Facts
from solemetry_host.drills.safety import DISCLAIMER, before, stops
from solemetry_host.drills.showing.results import own_bests
from solemetry_host.drills.showing.terminal import print_result
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.weighing import weight_on_insoles_n, weight_on_plate_n
from solemetry_host.live import awaiting
from solemetry_host.live.opening import open_station
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Person
from solemetry_host.people.profile import Profile, Support
from solemetry_host.preferences import usual_insole_size_eu


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


def run_drill(
    asked: Asked, shelf: Shelf, console: Console, confirm: Callable[[str], bool]
) -> Ran:
    """Do a drill, or grade it again from its recording.

    Parameters
    ----------
    asked : Asked
    shelf : Shelf
        Where the drill is looked for.
    console : Console
        Where it is shown.
    confirm : callable
        Asks a person something; returns whether it was answered with yes.

    Raises
    ------
    SolemetryError
        When it cannot begin; says why.
    """
    drill = shelf.drill_or_file(asked.drill)
    again = _graded_again(drill, asked.devices)
    if again is not None:
        print_result(console, drill, again)
        return Ran(drill, again)
    at = datetime.now(UTC).astimezone()
    known = _known(asked, drill, at.date())
    seed = random.randrange(2**31) if asked.seed is None else asked.seed
    beginning = Beginning(
        drill, asked.level, seed, _facts(asked, known, at.date()),
        norm_tables=(shelf.norm(drill.score.norm.table),) if drill.score.norm else (),
    )  # fmt: skip
    beginning.run()  # a level that is not there is told before anybody stands somewhere
    with ExitStack() as stack:
        station = stack.enter_context(_connected(asked)) if asked.devices else None
        _ask_before(drill, asked, known, station, console, confirm, at.date())
        if station is not None:
            beginning = _set_up(beginning, asked, known, station, console.print, at.date())
            _record(asked, station, at)
        following = Following(
            console, beginning, station, earlier=known.earlier, sound=asked.sound,
            rows_tell_time=any(url.startswith("replay:") for url in asked.devices),
        )  # fmt: skip
        outcome = following.do()
        recorded = station is not None and station.recording is not None
        recording = station.stop_recording() if station is not None and recorded else None
    print_result(console, drill, outcome, own_bests(drill, asked.level, known.earlier))
    outcome = following.ask_after(outcome)
    for stop in stops(drill, outcome):
        console.print(stop.words)
    if asked.person is not None:
        asked.person.keep(result_of(
            asked.person, following.to_keep(outcome), at=at, beginning=beginning,
            devices=following.devices, support=asked.support, recording=recording,
        ))  # fmt: skip
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


def _known(asked: Asked, drill: Drill, today: date) -> Known:
    """Return what is known of the person, with what was said instead."""
    told: dict[str, Any] = {}
    if asked.mass_kg is not None:
        told["mass_kg"] = asked.mass_kg
    if asked.foot_length_mm is not None:
        told["foot_length_mm"] = asked.foot_length_mm
    if asked.age is not None:
        told |= {"birth_year": None, "age_band": (int(asked.age), int(asked.age))}
    known = known_of(asked.person, drill, today)
    return replace(known, profile=known.profile.model_copy(update=told))


def _facts(asked: Asked, known: Known, today: date) -> Facts:
    return Facts(
        age=known.age(today),
        sides=asked.sides,
        settings={"support": asked.support} if asked.support else {},
    )


def _ask_before(
    drill: Drill,
    asked: Asked,
    known: Known,
    station: Station | None,
    console: Console,
    confirm: Callable[[str], bool],
    today: date,
) -> None:
    views = station.snapshot.devices if station is not None else ()
    found = before(
        drill, known.profile, today=today, done_today=known.done_today, plate=plate_limits(views)
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


@contextmanager
def _connected(asked: Asked) -> Iterator[Station]:
    station = open_station(
        asked.devices, asked.calibrations, asked.places, insole_size_eu=usual_insole_size_eu()
    )
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
    known: Known,
    station: Station,
    say: Callable[[str], None],
    today: date,
) -> Beginning:
    """Find out what the drill's signals need: where the feet stand, the weight, the own base."""
    views = station.snapshot.devices
    needs = needs_of(beginning.drill, beginning.posture, asked.sides, views)
    plate = first_plate(views)
    if plate is not None and needs.feet:
        _register(asked, known.profile, needs.feet, station, plate.stream, say)
    body = Body(age=beginning.facts.age)
    if needs.plate_weight:
        weight_n = (
            asked.mass_kg * GRAVITY if asked.mass_kg else _on_plate_n(known.profile, station, say)
        )
        body = replace(body, plate_weight_n=weight_n)
    if needs.insole_weight:
        body = replace(body, insole_weight_n=weigh(station, weight_on_insoles_n, say))
    beginning, calibrate = replace(beginning, body=body), beginning.drill.calibrate
    if calibrate is None:
        return beginning
    if not asked.loops:
        return beginning.on_bases(known.bases)
    posture, loops = beginning.posture, calibrate.loops
    drawn = {side: draw_base(station, body, side, posture, loops, say) for side in needs.bases}
    return beginning.on_bases({side: replace(base, on=today) for side, base in drawn.items()})


def _register(
    asked: Asked,
    profile: Profile,
    feet: Sequence[Foot],
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
    for side in feet:
        register_foot(station, side, length[0], say)


def _on_plate_n(profile: Profile, station: Station, say: Callable[[str], None]) -> float:
    """Weigh somebody; who does not stand still, or sits, is as heavy as the profile says."""
    try:
        return weigh(station, weight_on_plate_n, say)
    except SolemetryError:
        if profile.mass_kg is None:
            raise
        return profile.mass_kg * GRAVITY
