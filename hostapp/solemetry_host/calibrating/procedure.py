# SPDX-License-Identifier: Apache-2.0
"""Steps that are done one after the other, from rows alone: no device, no thread, no clock."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from solemetry.calibrating import CalibrationError
from solemetry.device import SensorLayout
from solemetry.errors import SolemetryError
from solemetry_host.calibrating.capturing import (
    LOOK_S,
    Capture,
    NotTaredError,
    Reading,
    check_whole,
)
from solemetry_host.calibrating.step import Shown
from solemetry_host.words import tr

Floats = NDArray[np.float64]

AWAY_S = 0.5
"""Rows that come after such a pause, or from before, are of a device that was away."""


class Procedure(ABC):
    """What is done step by step, and what was read in each.

    Give it rows as they come (`push`), show what it says (`shown`), and hand on what a person
    asks for (`go_on`, `skip`, `redo`).

    Parameters
    ----------
    layout : SensorLayout
        Of what the rows are of.

    Attributes
    ----------
    readings : dict of str to Reading
        By step.
    """

    def __init__(self, layout: SensorLayout) -> None:
        self.layout = layout
        self.readings: dict[str, Reading] = {}
        self._passed: set[str] = set()
        """Steps that a person has gone past."""
        self._refused = ""
        self._capture: Capture | None = None
        self._at = ""
        self._last_s = -np.inf
        self._waiting: list[tuple[Floats, Floats]] = []
        """Rows of the look that is not whole yet."""

    # ---- what a subclass says --------------------------------------------------------------

    @property
    @abstractmethod
    def steps(self) -> tuple[str, ...]:
        """All steps, in their order; the last one is the end."""

    @property
    @abstractmethod
    def shown(self) -> Shown:
        """What to show now."""

    @abstractmethod
    def _capture_of(self, step: str) -> Capture | None:
        """Return what waits and reads in a step; None where a person has to answer."""

    def _taken(self, step: str, reading: Reading) -> None:  # noqa: B027 - most have nothing to do
        """Look at what was read; a `CalibrationError` refuses it, and the step begins anew."""

    def _undone(self, step: str) -> None:  # noqa: B027 - most have nothing to do
        """Forget what was made of a step that is done again."""

    # ---- what is asked of it ---------------------------------------------------------------

    @property
    def step(self) -> str:
        """The step that is being done."""
        return next((one for one in self.steps[:-1] if not self._behind(one)), self.steps[-1])

    @property
    def ended(self) -> bool:
        """Whether the last step is reached."""
        return self.step == self.steps[-1]

    def push(self, t_s: Floats, counts: Floats) -> None:
        """Take rows.

        Parameters
        ----------
        t_s : (n,) array
            Device time. After a pause, or a step back, what was being read begins anew; what was
            captured stays.
        counts : (n, S) array
            NaN where a sensor was silent, or at an end of its range.
        """
        t_s, counts = np.asarray(t_s, dtype=float), np.asarray(counts, dtype=float)
        if not len(t_s):
            return
        steps_s = np.diff(t_s, prepend=self._last_s if np.isfinite(self._last_s) else t_s[0])
        away = (steps_s > AWAY_S) | (steps_s < 0)
        looks = np.floor(t_s / LOOK_S)
        self._last_s = float(t_s[-1])
        begins = np.flatnonzero(away | (np.diff(looks, prepend=looks[0]) != 0))
        for part in np.split(np.arange(len(t_s)), begins):
            if not len(part):
                continue
            if away[part[0]]:
                self._begin_anew()
            if self._waiting and self._look_number != looks[part[0]]:
                self._look()
            self._waiting.append((t_s[part], counts[part]))

    def go_on(self) -> None:
        """Go on with what was found, or without waiting any longer.

        Raises
        ------
        SolemetryError
            When the step does not allow it.
        """
        self._pass("go_on", tr("This step cannot be gone past."))

    def skip(self) -> None:
        """Leave the step out.

        Raises
        ------
        SolemetryError
            When it cannot be done without.
        """
        self._pass("skip", tr("This step cannot be left out."))

    def redo(self, step: str) -> None:
        """Do a step again; what was read in the others stays.

        Raises
        ------
        SolemetryError
            When there is no such step.
        """
        if step not in self.steps[:-1]:
            raise SolemetryError(f"There is no step {step!r}.", f"Steps: {', '.join(self.steps)}.")
        self.readings.pop(step, None)
        self._passed.discard(step)
        self._undone(step)
        self._turn()

    # ---- going on --------------------------------------------------------------------------

    @property
    def _look_number(self) -> float:
        return float(np.floor(self._waiting[0][0][0] / LOOK_S))

    @property
    def _done(self) -> float:
        """How many of the steps are behind, 0 to 1."""
        return sum(map(self._behind, self.steps[:-1])) / (len(self.steps) - 1)

    def _behind(self, step: str) -> bool:
        return step in self.readings or step in self._passed

    def _pass(self, action: str, problem: str) -> None:
        if action not in self.shown.step.actions:
            raise SolemetryError(problem, self.shown.step.words)
        self._passed.add(self.step)
        self._turn()

    def _look(self) -> None:
        t_s, counts = (np.concatenate(part) for part in zip(*self._waiting, strict=True))
        self._waiting.clear()
        capture = self._capture_now
        if capture is None:
            return
        try:
            reading = self._read(capture, t_s, counts)
        except CalibrationError as error:
            if isinstance(error, NotTaredError):
                self.redo("tare")
            self._refused = str(error)
            return
        if reading is not None:
            self.readings[self.step] = reading
            self._turn()

    def _read(self, capture: Capture, t_s: Floats, counts: Floats) -> Reading | None:
        try:
            check_whole(counts, self.layout)
        except CalibrationError:
            capture.begin()
            raise
        reading = capture.look(t_s, counts)
        if reading is not None:
            try:
                self._taken(self.step, reading)
            except CalibrationError:
                capture.begin()
                raise
        return reading

    @property
    def _capture_now(self) -> Capture | None:
        if self._at != self.step:
            self._turn()
        return self._capture

    def _turn(self) -> None:
        """Begin the step that is to be done now."""
        self._at, self._refused = self.step, ""
        self._capture = self._capture_of(self._at)

    def _begin_anew(self) -> None:
        self._waiting.clear()
        if self._capture is not None:
            self._capture.begin()
