# SPDX-License-Identifier: Apache-2.0
"""A drill while it runs, in the terminal: shown, heard, and what is pressed handed on."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.live import Live

from solemetry_host.devices.source import Notice
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.keys import IN_WORDS, Keys
from solemetry_host.drills.on_devices.live import Asks, Beginning, LiveDrill
from solemetry_host.drills.questions import ask_after
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.view import RunView
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.feedback import Feedback, Shown
from solemetry_host.drills.showing.stillness import last_p70_mm
from solemetry_host.drills.showing.terminal import Screen
from solemetry_host.live import awaiting
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.live.station import Station
from solemetry_host.sound.voice import find_voice

_SILENT_S = 0.5
"""Where no reading came for so long, the passing of time is one."""

_LOOKS_S = 0.1


class Following:
    """Does a drill to its end.

    Parameters
    ----------
    console : Console
    beginning : Beginning
    station : Station or None
        Whose devices sense it; None: it goes by time alone.
    earlier : sequence of Outcome
        Of the same drill and person, the oldest first: its quiet zone goes by the last.
    sound : bool
        Whether its tone is played and its cues are spoken.
    rows_tell_time : bool
        Whether time passes with rows only, as where they are of another day.
    """

    def __init__(
        self,
        console: Console,
        beginning: Beginning,
        station: Station | None,
        *,
        earlier: Sequence[Outcome] = (),
        sound: bool = False,
        rows_tell_time: bool = False,
    ) -> None:
        self._console, self._beginning, self._station = console, beginning, station
        self._rows_tell_time = rows_tell_time
        self._drill = LiveDrill(self._observe)
        self._asks: Asks = station or _Alone(self._drill)
        self._feedback = Feedback(
            beginning.drill,
            feet=station.snapshot.feet if station is not None else (),
            body=beginning.body,
            posture=beginning.posture,
            last_p70_mm=last_p70_mm(earlier),
        )
        latencies = station.latencies if station is not None else Latencies()
        self._ear = (
            DrillEar(beginning.drill, Ear(latencies), find_voice()) if sound else None
        )
        self._keys = Keys(sys.stdin)
        self._shown: Shown | None = None
        self._said = self._messages = 0
        self._heard_s = time.monotonic()

    @property
    def devices(self) -> dict[str, str]:
        """Calibration by device, of those that were there."""
        return self._drill.devices

    def do(self) -> Outcome:
        """Do it, and return how it went.

        Raises
        ------
        SolemetryError
            When it cannot go on.
        """
        with ExitStack() as stack:
            if self._ear is not None:
                stack.callback(self._ear.close)
            if self._station is not None:
                self._station.follow(self._drill)
                stack.callback(self._station.follow, None)
            live.begin(self._asks, self._beginning)
            self._console.print(IN_WORDS)
            screen = stack.enter_context(
                Live(console=self._console, auto_refresh=False, transient=True)
            )
            try:
                while not self._drill.outcomes:
                    self._go_on(screen)
                    time.sleep(_LOOKS_S)
            except KeyboardInterrupt:
                live.end(self._asks, "stopped")
                awaiting.until(lambda: bool(self._drill.outcomes))
            self._tell(screen)
        return self._drill.outcomes[-1]

    def ask_after(self, outcome: Outcome) -> Outcome:
        """Ask what the drill asks afterwards; not where nobody is there to answer."""
        if not self._console.is_terminal:
            return outcome

        def answer(words: str) -> str | None:
            self._console.print(words, end="")
            return self._keys.answer()

        return ask_after(self._beginning.drill, outcome, answer)

    def to_keep(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the next session's quiet zone goes by."""
        return self._feedback.stillness.kept_in(outcome)

    def _observe(self, view: RunView, reading: Reading, arrived_ns: int) -> None:
        shown = self._feedback.show(view, reading)
        if self._ear is not None:
            self._ear.hear(shown, arrived_ns)
        self._shown = shown
        self._heard_s = time.monotonic()

    def _go_on(self, screen: Live) -> None:
        self._tell(screen)
        for what in self._keys.pressed(self._shown.doing if self._shown else "phase"):
            live.press(self._asks, what)
        silent_s = time.monotonic() - self._heard_s
        if self._station is None:
            live.pass_time(self._asks, time.perf_counter_ns())
        else:
            self._mind_silence(self._station, silent_s)

    def _mind_silence(self, station: Station, silent_s: float) -> None:
        """Let time pass where no rows tell it, and end what has lost its devices."""
        if station.not_followed is not None:
            raise station.not_followed
        lost = all(view.link.state != "streaming" for view in station.snapshot.devices)
        if lost and (silent_s > awaiting.LOST_FOR_S or station.ended):
            live.end(self._asks, "lost_devices")
        elif silent_s > _SILENT_S and not self._rows_tell_time:
            live.pass_time(self._asks, time.perf_counter_ns())

    def _tell(self, screen: Live) -> None:
        for message in self._station.snapshot.messages if self._station is not None else ():
            if message.number > self._messages and message.level != "info":
                self._console.print(f"{message.level.capitalize()}: {message.text}")
            self._messages = max(self._messages, message.number)
        shown = self._shown
        if shown is None:
            return
        if self._console.is_terminal:
            screen.update(Screen(shown), refresh=True)
            return
        for said in shown.said:
            if said.number > self._said:
                self._said = said.number
                self._console.print(said.text)


class _Alone:
    """Hands commands to a drill that nothing is sensed of."""

    def __init__(self, drill: LiveDrill) -> None:
        self._drill = drill

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        self._drill.notice(Notice(stream, time.perf_counter_ns(), kind, detail=detail))
