# SPDX-License-Identifier: Apache-2.0
"""One repetition of a drill: its steps one after the other, and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence

from solemetry_host.drills.files.drill import Status
from solemetry_host.drills.running.conditions import Baseline, Settings
from solemetry_host.drills.running.phases import PhaseRun, Sight, Step
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.traces import baseline_of


class Repetition:
    """A repetition that runs.

    It goes on from a step that was not seen, by the clock, and from an hour that was missed; it
    ends with its last step, or with one that failed.

    Parameters
    ----------
    steps : sequence of Step
    settings : mapping
        Numbers of the level and the drill's parameters.
    sight : Sight
    t_s : float
        When it begins.

    Attributes
    ----------
    began_s : float
    phase : PhaseRun
        That runs, or ran last.
    done : list of PhaseRun
        Phases that are over.
    ended : bool
    """

    def __init__(self, steps: Sequence[Step], settings: Settings, sight: Sight, t_s: float) -> None:
        self.began_s, self.done, self.ended = t_s, list[PhaseRun](), False
        self._steps, self._settings, self._sight = steps, settings, sight
        self._baseline: Baseline = {}
        self._broken = self._unseen = ""
        self.phase = self._begin(t_s)

    @property
    def status(self) -> Status:
        """Ok only if all that it asks for was sensed and held."""
        if self._broken:
            return "failed"
        return "unverified" if self._unseen else "ok"

    @property
    def reason(self) -> str:
        """What broke first, else what was not sensed; empty of one that is ok."""
        return self._broken or self._unseen

    @property
    def sensed(self) -> bool:
        """Whether anything was sensed in it."""
        return any(reading.values for phase in self.done for reading in phase.readings)

    def take(self, reading: Reading) -> None:
        """Go on with what is sensed now."""
        if self.phase.take(reading):
            self._go_on()

    def break_off(self, reason: str) -> None:
        """End it here, for what no sensor tells."""
        self.phase.break_off(reason)
        self._steps = self._steps[: len(self.done) + 1]
        self._go_on()

    def _begin(self, t_s: float) -> PhaseRun:
        step = self._steps[len(self.done)]
        return PhaseRun(step, self._settings, self._baseline, self._sight, t_s)

    def _go_on(self) -> None:
        """Go on from a phase that is over."""
        phase, step, end = self.phase, self.phase.step, self.phase.end
        assert end is not None, "the phase is over"
        self.done.append(phase)
        if step.phase.record_baseline and not step.on_the_way:
            self._baseline = baseline_of([r for r in phase.held if r.t_s >= phase.stretch.began_s])
        if end.how == "unseen":
            self._unseen = self._unseen or end.reason
        elif end.how == "failed":
            self._broken = self._broken or end.reason
        is_missed = step.sector is not None or (end.timed_out and step.phase.on_timeout == "next")
        is_last = len(self.done) == len(self._steps)
        self.ended = is_last or (end.how == "failed" and not is_missed)
        if not self.ended:
            self.phase = self._begin(phase.t_s)
