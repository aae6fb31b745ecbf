# SPDX-License-Identifier: Apache-2.0
"""Drills done by simulated people: what has to come of it, and whether it does.

What is expected is worked out from the drill's file alone: a repetition is ok where everything
was sensed and held, failed for the reason of what broke, unverified where something that counts
was not sensed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from solemetry_host.drills.files.drill import Drill, Status
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.running.run import DrillRun
from solemetry_host.drills.simulated.asking import Asked, Asking
from solemetry_host.drills.simulated.body import body_of
from solemetry_host.drills.simulated.faults import GOOD, Fault, faults
from solemetry_host.drills.simulated.person import BREAKS_AFTER, SimulatedPerson, signals_of

RATE_HZ = 60.0
BY_HAND_HZ = 5.0
"""Readings a second: enough to see people move; of what nothing is sensed."""

TOO_LONG_S = 14400.0
"""A drill that has not ended by then never ends."""

SENSORS = ("plate", "insole", "two insoles", "imu")


@dataclass(frozen=True)
class Trial:
    """A drill done in one way: the first repetition badly, or all well.

    Attributes
    ----------
    fault : Fault
    sensors : tuple of str
        What there is to sense with.
    """

    fault: Fault
    sensors: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """What has to come of a trial.

    Attributes
    ----------
    statuses : tuple of Status
        Of the first repetition: each of them will do.
    reasons : tuple of str
        Of a failed one; any will do where none is named.
    later : tuple of Status
        Of all others.
    completes : bool
        Whether all repetitions are done.
    time : tuple, optional
        Where time is the score: the measure of the first repetition, from and to what it lies.
    """

    statuses: tuple[Status, ...]
    later: tuple[Status, ...]
    reasons: tuple[str, ...] = ()
    completes: bool = True
    time: tuple[str, float, float] | None = None

    def blames(self, rep: Rep) -> bool:
        """Whether it has not failed, or for what was broken."""
        return rep.status != "failed" or not self.reasons or rep.reason in self.reasons

    def times(self, rep: Rep) -> bool:
        """Whether its time is the one until something broke, where time is the score."""
        if self.time is None:
            return True
        measure, from_s, to_s = self.time
        return measure in rep.measures and from_s <= rep.measures[measure] <= to_s


@dataclass(frozen=True)
class Result:
    """What came of a trial; no outcome where the drill never ended."""

    trial: Trial
    expected: Expected
    outcome: Outcome | None

    @property
    def status(self) -> str:
        """Of the first repetition; ``endless`` or ``no repetition`` where there is none."""
        if self.outcome is None:
            return "endless"
        return self.outcome.reps[0].status if self.outcome.reps else "no repetition"

    @property
    def reason(self) -> str:
        """Of the first repetition."""
        return self.outcome.reps[0].reason if self.outcome and self.outcome.reps else ""

    @property
    def as_expected(self) -> bool:
        """Whether the grading says what was done."""
        expected, outcome = self.expected, self.outcome
        if outcome is None or not outcome.reps:
            return False
        first, *others = outcome.reps
        return (
            first.status in expected.statuses
            and expected.blames(first)
            and expected.times(first)
            and all(rep.status in expected.later for rep in others)
            and (outcome.ended == "completed" or not expected.completes)
        )


def trials(asking: Asking) -> tuple[Trial, ...]:
    """Return all ways: every fault with the best sensors, and with others what they see anew.

    That is somebody good, somebody who does nothing, and what another alternative decides.
    """
    best, *others = sensor_sets(asking.drill)
    every = (GOOD, *faults(asking))
    return (
        *(Trial(fault, best) for fault in every),
        *(Trial(fault, other) for other in others for fault in every
          if fault.kind in ("good", "never") or _decided_otherwise(fault, best, other)),
    )  # fmt: skip


def sensor_sets(drill: Drill) -> tuple[tuple[str, ...], ...]:
    """Return what a drill can be sensed with: the best with all that adds to it, ..., nothing."""
    told = [tuple(told.split("+")) for told in (*drill.sensors.best, *drill.sensors.works)]
    optional = tuple(part for told in drill.sensors.optional for part in told.split("+"))
    best = tuple(dict.fromkeys((*(told[0] if told else ()), *optional)))
    return tuple(dict.fromkeys((best, *told, ())))


def attempt(
    drill: Drill, level: int, trial: Trial, *, seed: int = 0, rate_hz: float = RATE_HZ
) -> Result:
    """Let somebody do one repetition of each side, and see what comes of it."""
    short = drill.dose.model_copy(update={"sets": 1, "reps": 1, "rest_s": 1.0})
    once = drill.model_copy(update={"dose": short})
    outcome = perform(once, level, trial, seed=seed, rate_hz=rate_hz)
    return Result(trial, expect(once, level, trial), outcome)


def perform(
    drill: Drill, level: int, trial: Trial, *, seed: int = 0, rate_hz: float = RATE_HZ
) -> Outcome | None:
    """Let somebody do a drill from beginning to end; None where it has no end."""
    run = DrillRun(drill, level, seed=seed)
    person = SimulatedPerson(drill, level, fault=trial.fault, sensors=trial.sensors, seed=seed)
    if not drill.phase:
        rate_hz = BY_HAND_HZ
    for n in range(int(TOO_LONG_S * rate_hz)):
        run.take(person.reading(n / rate_hz, run.view))
        if run.ended:
            return run.outcome
    return None


def expect(drill: Drill, level: int, trial: Trial) -> Expected:
    """Work out what has to come of a trial, from the drill's file alone."""
    asking, fault = Asking(drill, level), trial.fault
    sensed = signals_of(trial.sensors)
    unsensed = [a for a in asking.all() if not a.optional and a.sensed(sensed) is None]
    well: tuple[Status, ...] = ("unverified",) if unsensed else ("ok",)
    failed: tuple[Status, ...] = _NOT_OK if unsensed else ("failed",)
    blind = bool(drill.sensors.best) and not trial.sensors
    done_well = Expected(well, well, completes=not (unsensed or blind))
    if fault.kind == "never" and not asking.by_hand and _standing_will_do(asking, sensed):
        return done_well
    if fault.kind in ("never", "walks_off"):
        return Expected(_NOT_OK, _NOT_OK, completes=False)
    if fault.kind == "loses_signals":
        return Expected(("unverified",), ("unverified",), completes=False)
    if fault.kind == "cheats_baseline":
        return replace(done_well, statuses=failed)
    if fault.kind == "drops_out" and fault.phase is not None and not unsensed:
        timed = fault.phase.end_is == "score"
        return replace(done_well, statuses=("unverified",) if timed else ("ok", "unverified"))
    if fault.phase is None or fault.kind in ("blinks", "drops_out"):
        return done_well
    broken = [a for a in asking.of(fault.phase) if _breaks(fault, a) and a.sensed(sensed)]
    if not broken:
        return done_well
    if fault.phase.end_is == "score":
        breaks_s = BREAKS_AFTER * asking.number(fault.phase.hold_s)
        return replace(done_well, time=(f"{fault.phase.id}.time_s", breaks_s, breaks_s + 1.0))
    reasons = tuple(filter(None, (_reason(asked, sensed) for asked in broken)))
    return replace(done_well, statuses=failed, reasons=reasons)


def _decided_otherwise(fault: Fault, best: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if fault.asked is None:
        return False
    decides = fault.asked.sensed(signals_of(other))
    return decides is not None and decides != fault.asked.sensed(signals_of(best))


def _standing_will_do(asking: Asking, sensed: Collection[str]) -> bool:
    """Whether all that can be seen of a drill is that somebody stands there."""
    body = body_of(asking.setting("posture"))
    signals = body.signals(body.standing)
    asked = [(one, decides) for one in asking.all() if (decides := one.sensed(sensed)) is not None]
    return all(
        all(wish.met(signals[wish.signal]) for wish in asking.wishes(condition, signals, None))
        for one, condition in asked
        if one.place != "fail"
    )


def _breaks(fault: Fault, asked: Asked) -> bool:
    return asked.place == "done" if fault.kind == "too_slow" else asked == fault.asked


def _reason(asked: Asked, sensed: Collection[str]) -> str:
    decides = asked.sensed(sensed)
    own = decides.reason if decides is not None else ""
    return own or asked.reason or asked.phase.reason


_NOT_OK: tuple[Status, ...] = ("failed", "unverified")
