# SPDX-License-Identifier: Apache-2.0
"""A drill that is being done, on a station or by time alone, for whoever shows it.

The engine's thread hands over the newest moment; whoever shows it looks whenever it likes, lets
the attempt go on, and hands on what is pressed. No one waits for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solemetry_host.devices.source import Notice
from solemetry_host.drills.on_devices import live
from solemetry_host.drills.on_devices.live import Asks, Beginning, LiveDrill
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.view import RunView
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.feedback import Feedback, Shown
from solemetry_host.drills.showing.stillness import last_p70_mm
from solemetry_host.live.awaiting import LOST_FOR_S
from solemetry_host.live.station import Station

SILENT_S = 0.5
"""Where no reading came for so long, the passing of time is one."""

_TICK_S = 0.1
"""What is recorded of the passing of time is no more than that."""


class Attempt:
    """Does a drill.

    Parameters
    ----------
    beginning : Beginning
    station : Station or None
        Whose devices sense it; None: it goes by time alone.
    earlier : sequence of Outcome
        Of the same drill and person, the oldest first: its quiet zone goes by the last.
    rows_tell_time : bool
        Whether time passes with rows only, as where they are of another day.

    Attributes
    ----------
    shown : Shown or None
        The newest moment.
    ear : DrillEar or None
        Plays its tone and speaks its cues; it may come and go while the drill runs.
    """

    def __init__(
        self,
        beginning: Beginning,
        station: Station | None,
        *,
        earlier: Sequence[Outcome] = (),
        rows_tell_time: bool = False,
    ) -> None:
        self.shown: Shown | None = None
        self.ear: DrillEar | None = None
        self._beginning, self._station = beginning, station
        self._rows_tell_time = rows_tell_time
        self._drill = LiveDrill(self._observe)
        self._asks: Asks = station or _Alone(self._drill)
        self._feedback = Feedback(
            beginning.drill,
            feet=station.snapshot.feet if station is not None else (),
            body=beginning.body,
            posture=beginning.posture,
            last_p70_mm=last_p70_mm(earlier),
            language=beginning.facts.language,
        )
        self._arrived_ns = self._looked_at_ns = self._heard_ns = self._passed_ns = 0

    @property
    def devices(self) -> dict[str, str]:
        """Calibration by device, of those that were there."""
        return self._drill.devices

    @property
    def outcome(self) -> Outcome | None:
        """How it went; None while it runs."""
        outcomes = self._drill.outcomes
        return outcomes[-1] if outcomes else None

    @property
    def lost(self) -> bool:
        """Whether it had devices, and none of them is there now."""
        station = self._station
        return station is not None and all(
            view.link.state != "streaming" for view in station.snapshot.devices
        )

    def begin(self, now_ns: int) -> None:
        """Begin it; now on the clock of the host's stamps."""
        self._heard_ns = now_ns
        if self._station is not None:
            self._station.follow(self._drill)
        if isinstance(self._asks, _Alone):
            self._asks.began_ns = now_ns
        live.begin(self._asks, self._beginning)

    def press(self, what: str) -> None:
        """Press something, as `Reading.pressed`."""
        live.press(self._asks, what)

    def go_on(self, now_ns: int) -> None:
        """Let time pass where no rows tell it, and end what has lost its devices.

        Raises
        ------
        SolemetryError
            When it cannot go on.
        """
        station = self._station
        if station is None:
            live.pass_time(self._asks, now_ns)
            return
        if station.not_followed is not None:
            raise station.not_followed
        if self._arrived_ns != self._looked_at_ns:
            self._looked_at_ns, self._heard_ns = self._arrived_ns, now_ns
        silent_s = (now_ns - self._heard_ns) * 1e-9
        if self.lost and (silent_s > LOST_FOR_S or station.ended):
            self.end()
        elif silent_s > SILENT_S and not self._rows_tell_time:
            self._let_pass(now_ns)

    def end(self) -> None:
        """End it, for nothing more will be sensed."""
        live.end(self._asks, "lost_devices")

    def stop(self) -> None:
        """End it, for the person does not go on."""
        live.end(self._asks, "stopped")

    def to_keep(self, outcome: Outcome) -> Outcome:
        """Return an outcome with what the next session's quiet zone goes by."""
        return self._feedback.stillness.kept_in(outcome)

    def close(self) -> None:
        """Let go of the station and fall silent."""
        if self._station is not None:
            self._station.follow(None)
        if self.ear is not None:
            self.ear.close()
            self.ear = None

    def _let_pass(self, now_ns: int) -> None:
        if (now_ns - self._passed_ns) * 1e-9 >= _TICK_S:
            self._passed_ns = now_ns
            live.pass_time(self._asks, now_ns)

    def _observe(self, view: RunView, reading: Reading, arrived_ns: int) -> None:
        shown = self._feedback.show(view, reading)
        if (ear := self.ear) is not None:
            ear.hear(shown, arrived_ns or self._arrived_ns)
        self.shown = shown
        self._arrived_ns = arrived_ns or self._arrived_ns  # time that passed did not arrive


class _Alone:
    """Hands commands to a drill that nothing is sensed of."""

    def __init__(self, drill: LiveDrill) -> None:
        self.began_ns = 0
        self._drill = drill

    def command(self, kind: str, stream: str = "", **detail: Any) -> None:
        self._drill.notice(Notice(stream, self.began_ns, kind, detail=detail))
