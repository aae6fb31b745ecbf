# SPDX-License-Identifier: Apache-2.0
"""A drill on a live engine, and the same drill again from its recording.

What a drill is graded by is recorded with it: the rows of the devices, and as events how it began
(``drill_begin``: the drill itself, its level, and what is known of the person), what was pressed
(``drill_press``), the passing of time while nothing is sensed (``drill_time``) and an end from
outside (``drill_end``). So a recording is graded as it was live, whatever became of the drill's
file since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration
from solemetry_host.devices.source import Block, Notice
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.running.outcome import Ended, Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun, Facts
from solemetry_host.drills.running.view import RunView
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.frame import DOUBLE
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.source import SignalSource
from solemetry_host.live.device import LiveDevice

BEGIN, PRESS, TIME, END = "drill_begin", "drill_press", "drill_time", "drill_end"

Observe = Callable[[RunView, Reading, int], None]
"""Is given each moment of a drill, what was sensed, and when the newest of it arrived."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """How a drill began: all that its grading depends on besides what is sensed and pressed.

    Attributes
    ----------
    drill : Drill
    level : int
    seed : int
    facts : Facts
        Its `norms` are looked up in `norm_tables`.
    body : Body
    norm_tables : tuple of NormTable
    """

    drill: Drill
    level: int = 1
    seed: int = 0
    facts: Facts = field(default_factory=Facts)
    body: Body = field(default_factory=Body)
    norm_tables: tuple[NormTable, ...] = ()

    @property
    def posture(self) -> str:
        """How the person stands, by the drill, its level and what was set."""
        level = next((each.set for each in self.drill.level if each.n == self.level), {})
        settings = {**self.drill.params, **level, **self.facts.settings}
        return str(settings.get("posture", ""))

    def on_bases(self, bases: Mapping[str, FunctionalBase]) -> Beginning:
        """Return the same, with own bases that targets are in percent of."""
        given = {
            side: {"calibrated_area_cm2": bases[name].area_cm2}
            for side in self.facts.sides
            if (name := "both" if self.posture == DOUBLE else side) in bases
        }
        facts, body = replace(self.facts, given=given), replace(self.body, bases=bases)
        return replace(self, facts=facts, body=body)

    def run(self) -> DrillRun:
        """Return the run that begins so."""
        return DrillRun(self.drill, self.level, facts=self.facts, seed=self.seed)

    def to_detail(self) -> dict[str, Any]:
        """Fields that `from_detail` reads back; numbers and text only."""
        facts = self.facts
        detail = {
            "drill": _written(self.drill),
            "level": self.level,
            "seed": self.seed,
            "age": facts.age,
            "sides": facts.sides,
            "settings": dict(facts.settings),
            "band": facts.band,
            "given": {side: dict(numbers) for side, numbers in facts.given.items()},
            "language": facts.language,
            "body": self.body.to_dict(),
            "norms": [_written(table) for table in self.norm_tables],
        }
        read_back: dict[str, Any] = json.loads(json.dumps(detail))
        return read_back

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> Beginning:
        """Read what `to_detail` wrote.

        Raises
        ------
        SolemetryError
            When something is missing, or has changed its form since.
        """
        try:
            tables = tuple(NormTable.model_validate(table) for table in detail["norms"])
            by_id = {table.id: table for table in tables}
            facts = Facts(
                age=detail["age"],
                norms=by_id.__getitem__ if tables else None,
                sides=tuple(detail["sides"]),
                settings={
                    name: tuple(value) if isinstance(value, list) else value
                    for name, value in detail["settings"].items()
                },
                band=detail["band"],
                given=detail["given"],
                language=detail["language"],
            )
            return cls(
                Drill.model_validate(detail["drill"]),
                detail["level"],
                detail["seed"],
                facts,
                Body.from_dict(detail["body"]),
                tables,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SolemetryError(
                f"How the drill of this recording began cannot be read: {error}.",
                "It may be of another version of this program.",
            ) from None


class LiveDrill:
    """Goes along with an engine and does the drills that its events begin.

    Parameters
    ----------
    observe : callable, optional
        Called in the engine's thread.

    Attributes
    ----------
    run : DrillRun or None
        The newest drill.
    outcomes : list of Outcome
        Of those that have ended, the oldest first.
    devices : dict of str to str
        Calibration by device, of those that were there while it ran.
    """

    def __init__(self, observe: Observe | None = None) -> None:
        self.run: DrillRun | None = None
        self.outcomes: list[Outcome] = []
        self.devices: dict[str, str] = {}
        self._observe = observe
        self._source: SignalSource | None = None
        self._pressed: tuple[str, ...] = ()

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        """Go on with what a device felt."""
        if self._source is not None:
            self.devices[device.description.id] = device.calibration.source
            for reading in self._source.take(device, block, feet):
                self._take(reading, arrived_ns)

    def notice(self, notice: Notice) -> None:
        """Begin a drill, press something, or let time pass."""
        match notice.kind:
            case "drill_begin":
                self._begin(Beginning.from_detail(notice.detail), notice.t_host_ns)
            case "drill_press":
                self._pressed = (*self._pressed, str(notice.detail["what"]))
            case "drill_time" if self._source is not None:
                self._take(self._source.pass_time(int(notice.detail["t_host_ns"])), 0)
            case "drill_end" if self.run is not None:
                self.end(notice.detail["ended"])

    def end(self, ended: Ended) -> None:
        """End the drill from outside, if one runs."""
        if self.run is not None and self.run.ended is None:
            self.run.end(ended)
            self._note_end()

    def _begin(self, beginning: Beginning, began_ns: int) -> None:
        self.end("stopped")
        self.run, self._pressed = beginning.run(), ()
        side = self.run.view.side
        self._source = SignalSource(began_ns, beginning.body, beginning.posture, side)

    def _take(self, reading: Reading, arrived_ns: int) -> None:
        run, source = self.run, self._source
        if run is None or source is None or run.ended is not None:
            return
        reading = Reading(reading.t_s, reading.values, self._pressed)
        self._pressed = ()
        run.take(reading)
        view = run.view
        source.turn_to(view.side)
        if self._observe is not None:
            self._observe(view, reading, arrived_ns)
        if run.ended is not None:
            self._note_end()

    def _note_end(self) -> None:
        outcome = self.run.outcome if self.run is not None else None
        if outcome is not None:
            self.outcomes.append(outcome)
        self._source = None


class Asks(Protocol):
    """Who takes commands: a station, or what stands in for one."""

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        """As `Station.command`."""


def begin(station: Asks, beginning: Beginning) -> None:
    """Begin a drill on a station that a `LiveDrill` follows."""
    station.command(BEGIN, **beginning.to_detail())


def press(station: Asks, what: str) -> None:
    """Press something, as `Reading.pressed`."""
    station.command(PRESS, what=what)


def pass_time(station: Asks, t_host_ns: int) -> None:
    """Let time pass while no device says anything."""
    station.command(TIME, t_host_ns=t_host_ns)


def end(station: Asks, ended: Ended) -> None:
    """End a drill from outside."""
    station.command(END, ended=ended)


def grade(path: Path, going_on: Callable[[], bool] = lambda: True) -> list[Outcome]:
    """Grade the drills of a recording, as they were graded live.

    Parameters
    ----------
    path : Path
    going_on : callable
        Asked on the way, which takes a second for half a minute of a plate: False ends it.

    Returns
    -------
    list of Outcome
        One for each drill, the oldest first; none where the recording holds no drill, or where
        nobody waits for them any more.

    Raises
    ------
    FileError
        When it cannot be read, or holds nothing that can be played again.
    """
    from solemetry_host.devices.replay import ReplaySource
    from solemetry_host.live.engine import Engine

    engine, drill = Engine(), LiveDrill()
    engine.follow(drill)
    for item in ReplaySource(path).items():
        if not going_on():
            return []
        engine.take(item)
    drill.end("lost_devices")
    return drill.outcomes


def beginnings(path: Path) -> list[Beginning]:
    """Return how the drills of a recording began, the oldest first.

    Raises
    ------
    FileError
        When it cannot be read.
    SolemetryError
        When it is of another version of this program.
    """
    import solemetry

    events = solemetry.open(path).events
    began = events[events["kind"] == BEGIN]
    return [Beginning.from_detail(detail) for detail in began["detail"]]


def _written(model: Drill | NormTable) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
