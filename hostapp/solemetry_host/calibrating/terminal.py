# SPDX-License-Identifier: Apache-2.0
"""A calibration in the terminal: what to do is said, and answers are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.status import Status
from rich.table import Table

from solemetry.errors import DeviceError, SolemetryError
from solemetry_host.calibrating.on_devices import LiveCalibration, ask
from solemetry_host.calibrating.step import Shown, Step
from solemetry_host.live.station import Station

Answer = Callable[[str], str]
"""Asks a person something, and returns what was typed."""

_LOOKS_S = 0.05

PATIENCE_S = 60.0
"""A device that is away is waited for this long; what was captured stays."""

_QUESTION = "Enter: go on. A number: do that point again. kg 20.1: correct the mass"


class Following:
    """Does a calibration to its end.

    Parameters
    ----------
    station : Station
    live : LiveCalibration
    console : Console
    answer : callable or None
        None: nobody is there, so what is asked is gone past where that can be.
    patience_s : float
    """

    def __init__(
        self,
        station: Station,
        live: LiveCalibration,
        console: Console,
        answer: Answer | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._station, self._live, self._console = station, live, console
        self._answer, self._patience_s = answer, patience_s
        self._said = self._refused = ""
        self._noted: set[str] = set()
        self._messages = 0
        self._away_since: float | None = None

    def do(self) -> Shown:
        """Do it, and return how it ended.

        Raises
        ------
        SolemetryError
            When it cannot go on: the device stays away, or nobody is there to answer.
        """
        with self._console.status("") as status:
            while True:
                shown = self._live.shown
                if self._station.not_followed is not None:
                    raise self._station.not_followed
                if shown is not None:
                    self._tell(shown.step, status)
                    if shown.step.awaited == "nothing":
                        return shown
                    if shown.step.awaited == "person":
                        status.stop()
                        self._decide(shown)
                        status.start()
                self._mind_the_device()
                time.sleep(_LOOKS_S)

    def _tell(self, step: Step, status: Status) -> None:
        for note in step.notes:
            if note not in self._noted:
                self._noted.add(note)
                self._console.print(f"Note: {note}")
        if step.refused and step.refused != self._refused:
            self._console.print(f"Not taken: {step.refused}")
        self._refused = step.refused
        if step.words != self._said:
            self._said = step.words
            self._console.print(f"{step.title}: {step.words}")
        measured = ", ".join(one.words for one in step.measured)
        status.update(
            f"{100 * step.done:.0f} % {step.title} {100 * step.progress:.0f} % {measured}"
        )

    def _decide(self, shown: Shown) -> None:
        step = shown.step
        if shown.residuals:
            self._console.print(_table(shown))
        for one in step.measured:
            self._console.print(one.words)
        if self._answer is None:
            if "go_on" not in step.actions:
                raise SolemetryError(step.refused or step.words)
            self._asked("go_on")
            return
        typed = self._answer(_QUESTION).strip().lower()
        redo = next((one.step for one in shown.residuals if str(one.number) == typed), None)
        if not typed:
            self._asked("go_on")
        elif redo is not None:
            self._asked("redo", step=redo)
        elif typed.startswith("kg"):
            try:
                self._asked("restate_mass", mass_kg=float(typed.removeprefix("kg")))
            except ValueError:
                self._console.print(f"{typed!r} is no mass. Write kg 20.1.")
        else:
            self._console.print(f"{typed!r} is no point.")

    def _asked(self, action: str, **detail: str | float) -> None:
        """Ask for something, and wait until the engine has done it."""
        before = self._live.shown
        ask(self._station, action, **detail)
        deadline = time.monotonic() + 5.0
        while self._live.shown is before and time.monotonic() < deadline:
            time.sleep(_LOOKS_S / 5)
        if self._live.complaint is not None:
            self._console.print(str(self._live.complaint))

    def _mind_the_device(self) -> None:
        """Pass on what happens to the link, and give up on a device that stays away."""
        snapshot = self._station.snapshot
        for message in snapshot.messages:
            if message.number > self._messages and message.level != "info":
                self._console.print(f"{message.level.capitalize()}: {message.text}")
            self._messages = max(self._messages, message.number)
        if all(view.link.state == "streaming" for view in snapshot.devices):
            self._away_since = None
            return
        now = time.monotonic()
        self._away_since = self._away_since or now
        if now - self._away_since > self._patience_s or self._station.ended:
            raise DeviceError(
                "The device is away, and the calibration is broken off.",
                "Plug it in, and begin again with --resume: the points that were read are kept.",
            )


def _table(shown: Shown) -> Table:
    table = Table()
    for name in ("point", "x, y (mm)", "read as (mm)", "off (mm)", "force off (N)", ""):
        table.add_column(name, justify="right")
    for one in shown.residuals:
        table.add_row(
            one.step,
            f"{one.true_mm[0]:.0f}, {one.true_mm[1]:.0f}",
            f"{one.measured_mm[0]:.1f}, {one.measured_mm[1]:.1f}",
            f"{one.off_mm:.1f}",
            f"{one.force_error_n:+.1f}",
            "again?" if one.astray else "",
        )
    return table
