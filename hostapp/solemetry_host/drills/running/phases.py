# SPDX-License-Identifier: Apache-2.0
"""One phase of a drill, reading by reading, until it is done, has failed, or was not seen.

A ``stand`` or a ``hold`` is done when all its conditions have held for a stretch of so many
seconds; a break of more than its grace, or a time out of sight, begins the stretch anew. Any other
phase is done when its conditions hold at its end. Whatever comes, a phase ends: at its `max_s`, or
after `PATIENCE_S` more than it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from solemetry_host.drills.files.drill import Phase
from solemetry_host.drills.running.conditions import Baseline, Settings, Values, Watch, watch_all
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.stretch import Stretch
from solemetry_host.drills.running.view import Sector

PATIENCE_S = 60.0
"""How much longer than it takes a phase may last that names no `max_s`."""

_SAME_S = 1e-9


@dataclass(frozen=True)
class Step:
    """A phase as it is done once: with its numbers of this level, for one hour of the clock.

    Attributes
    ----------
    phase : Phase
    hold_s : float
        How long a ``hold`` keeps.
    timed_s : float
        How long it lasts where nothing of it can be sensed.
    sector : Sector, optional
        Where to reach.
    on_the_way : bool
        A return to the middle between two hours.
    by_hand : {"", "may", "must"}
        A press of ``done`` may end it before its time, or nothing else does.
    say : str
        What is said when it begins.
    """

    phase: Phase
    hold_s: float = 0.0
    timed_s: float = 0.0
    sector: Sector | None = None
    on_the_way: bool = False
    by_hand: Literal["", "may", "must"] = ""
    say: str = ""

    @property
    def keeps_s(self) -> float | None:
        """How long its conditions have to hold in a row; None where they only end it."""
        if self.phase.do == "stand":
            return self.phase.min_s
        return self.hold_s if self.phase.do == "hold" else None

    @property
    def limit_s(self) -> float:
        """After so long it ends, whatever is sensed."""
        return self.phase.max_s or self.phase.min_s + self.hold_s + PATIENCE_S


@dataclass
class Sight:
    """What has been sensed since the drill began, and what has been waited for in vain."""

    known: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)

    def see(self, values: Values) -> None:
        """Take note of what is sensed."""
        self.known.update(values)
        self.given_up.difference_update(values)

    def hopeless(self, signals: tuple[str, ...]) -> bool:
        """Whether there is no use in waiting for any of them."""
        return not self.known or self.given_up.issuperset(signals)

    def never(self, signals: tuple[str, ...]) -> bool:
        """Whether none of them has been sensed yet."""
        return self.known.isdisjoint(signals)


@dataclass(frozen=True)
class End:
    """How a phase ended.

    Attributes
    ----------
    how : {"done", "failed", "unseen"}
        ``unseen``: over, but not all that it asks for was sensed.
    reason : str
    signal : str
        What broke it, where something did.
    timed_out : bool
        There was no time left.
    """

    how: Literal["done", "failed", "unseen"]
    reason: str = ""
    signal: str = ""
    timed_out: bool = False


class PhaseRun:
    """A phase that runs.

    Parameters
    ----------
    step : Step
    settings : mapping
        Numbers of the level and the drill's parameters.
    baseline : mapping of str to Rest
    sight : Sight
    t_s : float
        When it begins.

    Attributes
    ----------
    began_s, t_s : float
        When it began; the last reading.
    until_s : float
        What came later is no part of it: a hold that was scored ended when it broke.
    stretch : Stretch
        How long its conditions have held.
    readings : list of Reading
    in_band : list of bool
        Whether the conditions held, for each reading.
    end : End or None
        None as long as it runs.
    """

    def __init__(
        self, step: Step, settings: Settings, baseline: Baseline, sight: Sight, t_s: float
    ) -> None:
        phase = step.phase
        self.step, self.baseline, self._sight = step, baseline, sight
        self._waited_for, self._within, self.fails = (
            watch_all(asked, settings, baseline, t_s)
            for asked in ((*phase.needs, *phase.done), phase.within, phase.fail)
        )
        self.watches = (*self._waited_for, *self._within, *self.fails)
        self._needed = [watch for watch in self.watches if not watch.optional]
        self._kept = self._within
        if step.keeps_s is not None:
            self._kept = (*self._waited_for, *self._within)
        self.began_s = self.t_s = self.until_s = t_s
        self.stretch = Stretch(phase.grace_s, t_s, waits=self._starts_anew)
        self.readings: list[Reading] = []
        self.in_band: list[bool] = []
        self.end: End | None = None
        self._culprit: Watch | None = None
        self._gap = False
        self._unseen = ""

    @property
    def elapsed_s(self) -> float:
        """Since it began."""
        return self.t_s - self.began_s

    @property
    def held(self) -> list[Reading]:
        """Readings in which its conditions held."""
        return [r for r, in_band in zip(self.readings, self.in_band, strict=True) if in_band]

    @property
    def left_s(self) -> float:
        """Until it is done, where only time is missing; else until its time is up."""
        if self.step.keeps_s is not None:
            return max(0.0, self.step.keeps_s - self.stretch.held_s)
        by_time = self._is_timed and self.step.by_hand != "must"
        lasts_s = max(self.step.phase.min_s, self._timed_s) if by_time else self.step.limit_s
        return max(0.0, lasts_s - self.elapsed_s)

    @property
    def filled(self) -> float:
        """How much of the hold is there, 0 to 1."""
        keeps_s = self.step.keeps_s
        return min(1.0, self.stretch.held_s / keeps_s) if keeps_s else 0.0

    def take(self, reading: Reading) -> End | None:
        """Look at what is sensed now; return how the phase ended, if it did."""
        self.end = self._judge(reading)
        return self.end

    def break_off(self, reason: str) -> None:
        """End it here, for what no sensor tells."""
        self.end = End("failed", reason, reason)

    def _judge(self, reading: Reading) -> End | None:
        values = _with_target(reading.values, self.step.sector)
        self.t_s = self.until_s = reading.t_s
        self._sight.see(values)
        for watch in self.watches:
            watch.take(self.t_s, values)
        state = self._state()
        self.readings.append(Reading(self.t_s, values))
        self.in_band.append(state is True)
        broken = next((watch for watch in self.fails if watch.holds), None)
        if broken is not None:
            return self._broken(broken)
        self._look_for_gaps()
        if state is not None and self.stretch.take(self.t_s, state):
            self._forget_what_was_out()
        if self.stretch.is_lost:
            return self._lost()
        if "done" in reading.pressed and self._ends_by_hand:
            return self._done_by_hand()
        if self._is_done:
            return self._done()
        if self.elapsed_s >= self.step.limit_s - _SAME_S:
            return self._timed_out()
        return None

    def _state(self) -> bool | None:
        """Return whether what has to be kept holds now; None while that is not known."""
        known = [watch.holds for watch in self._kept if not self._goes_without(watch)]
        if any(holds is False for holds in known):
            return False
        return None if any(holds is None for holds in known) else True

    def _goes_without(self, watch: Watch) -> bool:
        """Whether there is no use in waiting for a condition that is not sensed.

        A ``stand`` is patient as long as nothing of it is sensed: nobody may be there yet.
        """
        if watch.sensed:
            return False
        if watch.optional or self._sight.hopeless(watch.signals):
            return True
        if not watch.blind or not self._sight.never(watch.signals):
            return False
        return self.step.phase.do != "stand" or any(other.sensed for other in self._needed)

    @property
    def _is_timed(self) -> bool:
        """Whether it goes by the clock alone, as nothing tells when it is done."""
        asked = self._waited_for if self.step.keeps_s is None else self._kept
        return all(self._goes_without(watch) for watch in asked if not watch.optional)

    @property
    def _timed_s(self) -> float:
        """How long it lasts where something should tell when it is done, and cannot."""
        asks = self.step.keeps_s is None and any(not w.optional for w in self._waited_for)
        return self.step.timed_s if asks and self._is_timed else 0.0

    @property
    def _ends_by_hand(self) -> bool:
        return bool(self.step.by_hand) or (bool(self._needed) and self._is_timed)

    @property
    def _starts_anew(self) -> bool:
        """Whether a break begins a new stretch; else it is the end, or cannot be made good."""
        return self.step.keeps_s is not None and self.step.phase.end_is != "score"

    def _look_for_gaps(self) -> None:
        """See whether something that has to be watched all the while was out of sight."""
        for watch in (*self._kept, *self.fails):
            if watch.optional or not watch.blind:
                continue
            if not self._starts_anew:
                self._unseen = self._unseen or watch.signal
            elif not self._goes_without(watch):
                self._gap = True
                self.stretch.begin_anew(from_now=False)

    def _forget_what_was_out(self) -> None:
        if self._starts_anew:
            for watch in self._kept:
                watch.forget()

    def _lost(self) -> End | None:
        """Begin the stretch anew after a break that was too long, or end the phase with it."""
        culprit = max(self._kept, key=lambda watch: watch.out_s)
        if not self._starts_anew:
            return self._broken(culprit)
        self._culprit = self._culprit or culprit
        self.stretch.begin_anew(from_now=True)
        self._forget_what_was_out()
        return None

    def _broken(self, watch: Watch) -> End:
        """End the phase: what broke is its reason, or its time the result."""
        if self.step.phase.end_is == "score":
            since_s = watch.since_s
            if watch in self.fails and since_s is not None:
                good_s = [r.t_s for r in self.readings if r.t_s < since_s]
                self.stretch.end_at(good_s[-1] if good_s else self.began_s)
            self.until_s = self.stretch.held_until_s
            if self._has_result:
                return self._done(watch.signal)
        return End("failed", self._why(watch), watch.signal)

    @property
    def _has_result(self) -> bool:
        """Whether a hold that is scored has lasted long enough to say something."""
        scored = self.step.phase.end_is == "score"
        return scored and self.stretch.held_s > 0 and self.stretch.held_s >= self.step.phase.min_s

    @property
    def _is_done(self) -> bool:
        lasts_s = max(self.step.phase.min_s, self._timed_s)
        if self.step.by_hand == "must" or self.elapsed_s < lasts_s - _SAME_S:
            return False
        if not self.in_band[-1]:
            return False
        if self.step.keeps_s is not None:
            return self.stretch.held_s >= self.step.keeps_s - _SAME_S
        return all(watch.holds for watch in self._waited_for if not self._goes_without(watch))

    def _done(self, broken_by: str = "") -> End:
        unseen = self._unseen or next((w.signal for w in self._needed if not w.sensed), "")
        if unseen:
            return End("unseen", f"{unseen} was not sensed", broken_by)
        return End("done", signal=broken_by)

    def _done_by_hand(self) -> End:
        if self.step.by_hand == "may" and not self._is_done:
            return End("unseen", f"ended after {self.elapsed_s:.0f} of {self.step.timed_s:g} s")
        return self._done()

    def _timed_out(self) -> End:
        """End the phase for want of time, and blame what broke first, or was out longest."""
        if self._has_result:
            return self._done()
        asked = (*self._waited_for, *self._within)
        out = [watch for watch in asked if watch.sensed and not watch.holds]
        culprit = self._culprit or max(out, key=lambda watch: watch.out_s, default=None)
        if culprit is not None:
            return End("failed", self._why(culprit), culprit.signal, timed_out=True)
        missing = [watch for watch in self._needed if not watch.sensed]
        self._sight.given_up.update(signal for watch in missing for signal in watch.signals)
        if missing or self._gap:
            reason = f"{(*missing, *self.watches)[0].signal} was not sensed"
            return End("unseen", reason, timed_out=True)
        late = f"{self.step.phase.id} took longer than {self.step.limit_s:g} s"
        how: Literal["failed", "unseen"] = "unseen" if self.step.by_hand else "failed"
        return End(how, self.step.phase.reason or late, timed_out=True)

    def _why(self, watch: Watch) -> str:
        said = watch.reason or self.step.phase.reason
        return said or (watch.words if watch in self.fails else f"not {watch.words}")


def _with_target(values: Values, sector: Sector | None) -> Values:
    """Add whether the reach lies in the sector, where it is known how far and which way it goes."""
    if sector is None or "reach.pct" not in values or "reach.angle_deg" not in values:
        return values
    off = (float(values["reach.angle_deg"]) - 30 * sector.hour + 180) % 360 - 180
    there = (
        abs(off) <= sector.angle_deg / 2
        and sector.from_pct <= float(values["reach.pct"]) <= sector.to_pct
    )
    return {**values, "reach.in_target": there}
