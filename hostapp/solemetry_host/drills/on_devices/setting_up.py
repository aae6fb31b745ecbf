# SPDX-License-Identifier: Apache-2.0
"""What is found out on a station before a drill: where feet stand, the weight, the own base.

Each is a step that goes on whenever it is looked at and never waits, so that a window can draw it
as it goes; the functions below wait for its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration, Side
from solemetry_host.devices.source import Block, Notice
from solemetry_host.drills.running.outcome import Side as DrillSide
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.loops import LONGEST_S, Loops
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.source import SignalSource
from solemetry_host.live.awaiting import answers_to, wait
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.press import DURATION_S, Part
from solemetry_host.live.snapshot import Message, Snapshot
from solemetry_host.live.station import Station

Say = Callable[[str], None]

GRAVITY = 9.80665

LEAD_S = 1.5
"""To get onto the heel, or the forefoot, before it counts; with both presses 7 s in all."""

_PARTS: tuple[Part, Part] = ("heel", "forefoot")
_PATIENCE_S = 30.0


class Step(Protocol):
    """Something that is found out."""

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""

    def go_on(self, now_s: float) -> bool:
        """Go on to now; return whether it is done.

        Raises
        ------
        SolemetryError
            When it has to be done again; says what to do.
        """

    def close(self) -> None:
        """Let go of the station."""


class Presses:
    """Finds a foot on the plate by two presses: lean onto the heel, then onto the forefoot.

    Parameters
    ----------
    station : Station
    side : {"left", "right"}
    length_mm : float

    Attributes
    ----------
    part : {"heel", "forefoot"}
        What is to be pressed with now.
    presses : bool
        Whether that counts already; before, there is time to get onto it.
    """

    def __init__(self, station: Station, side: Side, length_mm: float) -> None:
        self.side: Side = side
        self.part: Part = _PARTS[0]
        self.presses = False
        self._station, self._length_mm = station, length_mm
        self._since_s: float | None = None
        self._now_s = 0.0
        self._answers: Callable[[], list[Message]] | None = None

    @property
    def share(self) -> float:
        """How much of both presses is done."""
        in_part_s = self._now_s - self._since_s if self._since_s is not None else 0.0
        longest_s = DURATION_S if self.presses else LEAD_S
        before_s = LEAD_S if self.presses else 0.0
        done_s = before_s + min(in_part_s, longest_s)
        return (_PARTS.index(self.part) + done_s / (LEAD_S + DURATION_S)) / len(_PARTS)

    @property
    def foot(self) -> FootRegistration | None:
        """The foot, as the station has it."""
        views = self._station.snapshot.devices
        return next((f for view in views for f in view.feet if f.side == self.side), None)

    def go_on(self, now_s: float) -> bool:
        """Go on to now; return whether both presses are in.

        Raises
        ------
        SolemetryError
            When the presses cannot be those of a foot; says what to do again.
        """
        self._now_s = now_s
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._answers is None:
            if now_s - self._since_s >= LEAD_S:
                self._answers = answers_to(self._station, self._press)
            return False
        busy = bool(self._station.snapshot.busy)
        if busy and not self.presses:
            self.presses, self._since_s = True, now_s
        answers = self._answers()
        refused = next((m.text for m in answers if m.level != "info"), "")
        if refused:
            raise SolemetryError(f"The {self.side} foot was not found: {refused}")
        if busy or not (self.presses or len(answers) > 1):
            return False
        return self._over(now_s)

    def close(self) -> None:
        """Nothing is held."""

    def _press(self) -> None:
        self._station.command(
            "foot_press", side=self.side, length_mm=self._length_mm, part=self.part
        )

    def _over(self, now_s: float) -> bool:
        """Go on from a press that is over."""
        if self.part == _PARTS[-1]:
            return self.foot is not None
        self.part, self.presses = _PARTS[-1], False
        self._since_s, self._answers = now_s, None
        return False


class Weighing:
    """Waits until somebody stands still.

    Parameters
    ----------
    station : Station
    weigh : callable
        One of `signals.weighing`.

    Attributes
    ----------
    weight_n : float or None
    """

    def __init__(self, station: Station, weigh: Callable[[Snapshot], float | None]) -> None:
        self.weight_n: float | None = None
        self._station, self._weigh = station, weigh
        self._began_s: float | None = None

    @property
    def share(self) -> float:
        """Nobody can tell how long somebody will be moving."""
        return 0.0 if self.weight_n is None else 1.0

    def go_on(self, now_s: float) -> bool:
        """Look again; return whether somebody is weighed.

        Raises
        ------
        SolemetryError
            When nobody stood still for half a minute.
        """
        self._began_s = now_s if self._began_s is None else self._began_s
        self.weight_n = self._weigh(self._station.snapshot)
        if self.weight_n is None and now_s - self._began_s > _PATIENCE_S:
            raise SolemetryError(
                "Nobody stood still long enough to be weighed.",
                "Step on and stand still.",
            )
        return self.weight_n is not None

    def close(self) -> None:
        """Nothing is held."""


class Drawing:
    """Measures a functional base by slow loops; follows the engine until they are drawn.

    Parameters
    ----------
    station : Station
    body : Body
    side : Side
    posture : str
    loops : int

    Attributes
    ----------
    loops : Loops
    reading : Reading or None
        The newest.
    """

    def __init__(
        self, station: Station, body: Body, side: DrillSide, posture: str, loops: int
    ) -> None:
        self.loops = Loops(loops)
        self.reading: Reading | None = None
        self.side: DrillSide = side
        self._station = station
        self._how = (body, posture, side)
        self._source: SignalSource | None = None
        self._enough = False
        self._began_s: float | None = None

    @property
    def share(self) -> float:
        """How much of the loops is drawn."""
        return self.loops.done

    def go_on(self, now_s: float) -> bool:
        """Return whether the loops are drawn.

        Raises
        ------
        SolemetryError
            When nothing is felt any more.
        """
        if self._began_s is None:
            self._began_s = now_s
            self._station.follow(self)
            self._station.command("drill_base", side=self.side, posture=self._how[1])
        if self._station.not_followed is not None:
            raise self._station.not_followed
        if not self._enough and now_s - self._began_s > LONGEST_S + _PATIENCE_S:
            raise SolemetryError("The loops did not come to an end.", "Draw them again.")
        return self._enough

    def base(self) -> FunctionalBase:
        """Return the base that was drawn; raises as `Loops.base`."""
        return self.loops.base()

    def close(self) -> None:
        """Follow no more."""
        self._station.follow(None)

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        """Take what a device felt; in the engine's thread."""
        if self._source is None or self._enough:
            return
        for reading in self._source.take(device, block, feet):
            self.reading = reading
            self._enough = self._enough or self.loops.push(reading)

    def notice(self, notice: Notice) -> None:
        """Begin, in the engine's thread."""
        if notice.kind == "drill_base":
            self._source = SignalSource(notice.t_host_ns, *self._how)


# ---- waiting for it ------------------------------------------------------------------------


def register_foot(station: Station, side: Side, length_mm: float, say: Say) -> FootRegistration:
    """Find a foot on the plate; raises as `Presses.go_on`."""
    presses = Presses(station, side, length_mm)
    told = ""

    def done() -> FootRegistration | None:
        nonlocal told
        if presses.part != told:
            told = presses.part
            say(f"Lean onto the {told} of the {side} foot, and keep still.")
        return presses.foot if presses.go_on(time.monotonic()) else None

    wait(station, done, 4 * (LEAD_S + DURATION_S))
    foot = presses.foot
    assert foot is not None, "it is registered"
    return foot


def weigh(station: Station, weight_n: Callable[[Snapshot], float | None], say: Say) -> float:
    """Wait until somebody stands still, and return the weight; raises as `Weighing.go_on`."""
    say("Stand still, with both feet, until you are weighed.")
    weighing = Weighing(station, weight_n)
    while not weighing.go_on(time.monotonic()):
        time.sleep(0.05)
    assert weighing.weight_n is not None, "somebody is weighed"
    return weighing.weight_n


def draw_base(
    station: Station, body: Body, side: DrillSide, posture: str, loops: int, say: Say
) -> FunctionalBase:
    """Measure a functional base by slow loops.

    Raises
    ------
    SolemetryError
        When it is not known where the feet stand, or the loops span no area.
    """
    on = f"On the {side} foot" if side in ("left", "right") else "On both feet"
    say(f"{on}: lean as far as you can all around, slowly, {loops} times. The sole stays flat.")
    drawing = Drawing(station, body, side, posture, loops)
    try:
        wait(station, lambda: drawing.go_on(time.monotonic()), LONGEST_S + 2 * _PATIENCE_S)
    finally:
        drawing.close()
    return drawing.base()
