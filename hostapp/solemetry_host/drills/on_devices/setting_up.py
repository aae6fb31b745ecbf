# SPDX-License-Identifier: Apache-2.0
"""What is found out on a station before a drill: where feet stand, the weight, the own base."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from solemetry.errors import SolemetryError
from solemetry.foot import FootRegistration, Side
from solemetry_host.devices.source import Block, Notice
from solemetry_host.drills.running.outcome import Side as DrillSide
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.loops import LONGEST_S, Loops
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.drills.signals.source import SignalSource
from solemetry_host.live.awaiting import answers_to, wait
from solemetry_host.live.device import LiveDevice
from solemetry_host.live.press import DURATION_S
from solemetry_host.live.snapshot import Snapshot
from solemetry_host.live.station import Station

Say = Callable[[str], None]

LEAD_S = 1.5
"""To get onto the heel, or the forefoot, before it counts; with both presses 7 s in all."""

_PATIENCE_S = 30.0


def register_foot(station: Station, side: Side, length_mm: float, say: Say) -> FootRegistration:
    """Find a foot on the plate by two presses: lean onto the heel, then onto the forefoot.

    Raises
    ------
    SolemetryError
        When the presses cannot be those of a foot; says what to do again.
    """
    for part in ("heel", "forefoot"):
        say(f"Lean onto the {part} of the {side} foot, and keep still.")
        time.sleep(LEAD_S)
        press = partial(
            station.command, "foot_press", side=side, length_mm=length_mm, part=part
        )
        answers = answers_to(station, press)
        wait(station, lambda: station.snapshot.busy, DURATION_S)
        wait(station, lambda: not station.snapshot.busy, 4 * DURATION_S)
        refused = next((m.text for m in answers() if m.level != "info"), "")
        if refused:
            raise SolemetryError(f"The {side} foot was not found: {refused}")
    found = {foot.side: foot for view in station.snapshot.devices for foot in view.feet}
    return found[side]


def weigh(station: Station, weight_n: Callable[[Snapshot], float | None], say: Say) -> float:
    """Wait until somebody stands still, and return the weight.

    Parameters
    ----------
    weight_n : callable
        One of `signals.weighing`.

    Raises
    ------
    SolemetryError
        When nobody does for half a minute.
    """
    say("Stand still, with both feet, until you are weighed.")
    deadline = time.monotonic() + _PATIENCE_S
    while (now_n := weight_n(station.snapshot)) is None:
        if time.monotonic() > deadline:
            raise SolemetryError(
                "Nobody stood still long enough to be weighed.",
                "Give the mass: --mass KG; or step on and stand still.",
            )
        time.sleep(0.05)
    return now_n


def draw_base(
    station: Station, body: Body, side: DrillSide, posture: str, loops: int, say: Say
) -> FunctionalBase:
    """Measure a functional base by slow loops.

    Raises
    ------
    SolemetryError
        When it is not known where the feet stand, or the loops span no area.
    """
    drawing = _Drawing(body, side, posture, loops)
    on = f"On the {side} foot" if side in ("left", "right") else "On both feet"
    say(f"{on}: lean as far as you can all around, slowly, {loops} times. The sole stays flat.")
    station.follow(drawing)
    station.command("drill_base", side=side, posture=posture)
    try:
        wait(station, lambda: drawing.enough or station.not_followed, LONGEST_S + _PATIENCE_S)
        if station.not_followed is not None:
            raise station.not_followed
    finally:
        station.follow(None)
    return drawing.loops.base()


class _Drawing:
    """Follows an engine until the loops are drawn."""

    def __init__(self, body: Body, side: DrillSide, posture: str, loops: int) -> None:
        self.loops = Loops(loops)
        self.enough = False
        self._how = (body, posture, side)
        self._source: SignalSource | None = None

    def block(
        self,
        device: LiveDevice,
        block: Block,
        feet: tuple[FootRegistration, ...],
        arrived_ns: int,
    ) -> None:
        if self._source is None or self.enough:
            return
        for reading in self._source.take(device, block, feet):
            self.enough = self.enough or self.loops.push(reading)

    def notice(self, notice: Notice) -> None:
        if notice.kind == "drill_base":
            self._source = SignalSource(notice.t_host_ns, *self._how)
