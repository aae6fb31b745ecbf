# SPDX-License-Identifier: Apache-2.0
"""A drill while it runs, in the terminal: shown, heard, and what is pressed handed on."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.live import Live

from solemetry_host.drills.on_devices.attempt import Attempt
from solemetry_host.drills.on_devices.keys import IN_WORDS, Keys
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.questions import ask_after
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.terminal import Screen
from solemetry_host.live import awaiting
from solemetry_host.live.ear import Ear
from solemetry_host.live.latency import Latencies
from solemetry_host.live.station import Station
from solemetry_host.sound.voice import find_voice

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
        self._console, self._drill, self._station = console, beginning.drill, station
        self._attempt = Attempt(
            beginning, station, earlier=earlier, rows_tell_time=rows_tell_time
        )
        if sound:
            latencies = station.latencies if station is not None else Latencies()
            self._attempt.ear = DrillEar(beginning.drill, Ear(latencies), find_voice())
        self._keys = Keys(sys.stdin)
        self._said = self._messages = 0

    @property
    def devices(self) -> dict[str, str]:
        """Calibration by device, of those that were there."""
        return self._attempt.devices

    def do(self) -> Outcome:
        """Do it, and return how it went.

        Raises
        ------
        SolemetryError
            When it cannot go on.
        """
        attempt = self._attempt
        with ExitStack() as stack:
            stack.callback(attempt.close)
            attempt.begin(time.perf_counter_ns())
            self._console.print(IN_WORDS)
            screen = stack.enter_context(
                Live(console=self._console, auto_refresh=False, transient=True)
            )
            try:
                while attempt.outcome is None:
                    self._go_on(screen)
                    time.sleep(_LOOKS_S)
            except KeyboardInterrupt:
                attempt.stop()
                awaiting.until(lambda: attempt.outcome is not None)
            self._tell(screen)
        outcome = attempt.outcome
        assert outcome is not None, "it has ended"
        return outcome

    def ask_after(self, outcome: Outcome) -> Outcome:
        """Ask what the drill asks afterwards; not where nobody is there to answer."""
        if not self._console.is_terminal:
            return outcome

        def answer(words: str) -> str | None:
            self._console.print(words, end="")
            return self._keys.answer()

        return ask_after(self._drill, outcome, answer)

    def to_keep(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the next session's quiet zone goes by."""
        return self._attempt.to_keep(outcome)

    def _go_on(self, screen: Live) -> None:
        self._tell(screen)
        shown = self._attempt.shown
        for what in self._keys.pressed(shown.doing if shown else "phase"):
            self._attempt.press(what)
        self._attempt.go_on(time.perf_counter_ns())

    def _tell(self, screen: Live) -> None:
        for message in self._station.snapshot.messages if self._station is not None else ():
            if message.number > self._messages and message.level != "info":
                self._console.print(f"{message.level.capitalize()}: {message.text}")
            self._messages = max(self._messages, message.number)
        shown = self._attempt.shown
        if shown is None:
            return
        if self._console.is_terminal:
            screen.update(Screen(shown), refresh=True)
            return
        for said in shown.said:
            if said.number > self._said:
                self._said = said.number
                self._console.print(said.text)

