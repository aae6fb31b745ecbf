# SPDX-License-Identifier: Apache-2.0
"""A drill that runs: sets, sides, repetitions and their phases, rests, and how it ends.

A run is a function of the drill, the level, what is known of the person, the seed and the
readings; it has no clock of its own and decides at readings only. A repetition is ok only if all
that its phases ask for was sensed and held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Drill, Level, Setting
from solemetry_host.drills.progress.easing import eased
from solemetry_host.drills.progress.gates import Norms, asked
from solemetry_host.drills.running.conditions import Settings, Watch, watch_all
from solemetry_host.drills.running.outcome import CAUGHT, Ended, Outcome, Rep, Side
from solemetry_host.drills.running.phases import PhaseRun, Sight, Step
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.repetition import Repetition
from solemetry_host.drills.running.scoring import measure, of_sides, touchdowns
from solemetry_host.drills.running.turns import Turn, between, steps, turns
from solemetry_host.drills.running.view import Doing, RunView, Said, Watched

_SAID = 5
"""So many of the last things said are kept in the view."""

_DOWN = ("touchdown", "stance.single", CAUGHT)
"""What breaks when a foot comes down."""


@dataclass(frozen=True)
class Facts:
    """What a run has to know besides the drill.

    Attributes
    ----------
    age : float, optional
        Years.
    norms : callable, optional
        From the id of a table of norms to the table, as `Shelf().norm`.
    sides : tuple of Side
        Feet in the order they are done, for drills of one foot; one alone does only that.
    settings : mapping of str to Setting
        In place of what the drill and the level set: `posture`, `support`, `heel`, ...
    band : float
        How much wider than in the file the bands are for practice.
    given : mapping of Side to mapping of str to float
        Numbers measured before that go into the result, as ``calibrated_area_cm2``.
    language : str
    """

    age: float | None = None
    norms: Norms | None = None
    sides: tuple[Side, ...] = ("left", "right")
    settings: Mapping[str, Setting] = field(default_factory=dict)
    band: float = 1.0
    given: Mapping[Side, Mapping[str, float]] = field(default_factory=dict)
    language: str = "en"


class DrillRun:
    """A drill, done at a level.

    Parameters
    ----------
    drill : Drill
    level : int
    facts : Facts
    seed : int
        Shuffles the hours of a clock.

    Attributes
    ----------
    ended : Ended or None

    Raises
    ------
    SolemetryError
        When the drill has no such level, or the level lacks a number that the drill asks for.
    """

    def __init__(
        self, drill: Drill, level: int = 1, *, facts: Facts | None = None, seed: int = 0
    ) -> None:
        self._facts, self._seed = facts or Facts(), seed
        self._drill = eased(drill, self._facts.band)
        self._level, self._level_n = _level(drill, level), level
        self._settings: Settings = {
            **drill.params,
            **(self._level.set if self._level else {}),
            **self._facts.settings,
        }
        self._turns = turns(drill, self._facts.sides)
        self._steps = tuple(steps(self._drill, self._settings, turn, seed) for turn in self._turns)
        _check_numbers(self._steps[0], self._settings)
        self._goal = self._goal_of_level()
        self._sight = Sight()
        self._t_s: float | None = None
        self._turn = self._downs = 0
        self._rep: Repetition | None = None
        self._rest: _Rest | None = None
        self._paused = self._shows = False
        self._reps: list[Rep] = []
        self._said: list[Said] = []
        self.ended: Ended | None = None

    def take(self, reading: Reading) -> None:
        """Go on with what is sensed and pressed now.

        Raises
        ------
        SolemetryError
            When the reading is older than the one before.
        """
        if self.ended:
            return
        before_s, self._t_s = self._t_s, reading.t_s
        if before_s is not None and reading.t_s < before_s:
            raise SolemetryError(
                f"A reading of {reading.t_s:.3f} s came after one of {before_s:.3f} s.",
                "Hand readings over in the order of their times.",
            )
        self._sight.see(reading.values)
        if before_s is None:
            self._begin(reading.t_s)
        goes_on = [self._press(press, reading.t_s) for press in reading.pressed]
        if before_s is None or self._paused or self.ended or not all(goes_on):
            return
        if self._rest is not None:
            if reading.t_s - self._rest.began_s >= self._rest.lasts_s:
                self._begin(reading.t_s)
        elif self._rep is not None:
            phase = self._rep.phase
            self._rep.take(reading)
            if phase.end is not None:
                self._after(self._rep, phase)

    def end(self, ended: Ended) -> None:
        """End it from outside: the devices are gone, or the recording is over."""
        self.ended = self.ended or ended
        self._rep = self._rest = None
        self._paused = False

    @property
    def outcome(self) -> Outcome | None:
        """How it went; None as long as it runs."""
        if self.ended is None:
            return None
        return Outcome(
            drill=self._drill.id,
            version=self._drill.version,
            level=self._level_n,
            reps=tuple(self._reps),
            ended=self.ended,
            measures=of_sides(self._drill, self._reps, self._facts.given),
            sensed=tuple(sorted(self._sight.known)),
            band=self._facts.band,
        )

    @property
    def view(self) -> RunView:
        """What there is to show now."""
        turn = self._turns[min(self._turn, len(self._turns) - 1)]
        words = self._drill.words(self._facts.language)
        dose, tempo = self._drill.dose, self._drill.dose.tempo
        phase = self._rep.phase if self._rep is not None and not self._paused else None
        elapsed_s, left_s = self._times()
        return RunView(
            drill=self._drill.id,
            title=words.title,
            level=self._level_n,
            side=turn.side,
            set_n=turn.set_n,
            sets=dose.sets,
            rep_n=turn.n,
            reps=dose.reps,
            doing=self._doing(),
            phase=phase.step.phase.id if phase else "",
            do=phase.step.phase.do if phase else "",
            elapsed_s=elapsed_s,
            left_s=left_s,
            filled=phase.filled if phase else 0.0,
            tempo_s=(tempo.out_s, tempo.pause_s, tempo.back_s) if tempo else (),
            watched=_watched(phase) if phase else (),
            sector=phase.step.sector if phase else None,
            cue=words.cue,
            said=tuple(self._said),
            with_feedback=turn.with_feedback or self._shows,
            done=tuple(self._reps),
            ended=self.ended,
        )

    def _times(self) -> tuple[float, float | None]:
        """Return the seconds since what goes on began, and those that are left."""
        if self._rep is not None and not self._paused:
            return self._rep.phase.elapsed_s, self._rep.phase.left_s
        if self._rest is not None and self._t_s is not None:
            elapsed_s = self._t_s - self._rest.began_s
            return elapsed_s, max(0.0, self._rest.lasts_s - elapsed_s)
        return 0.0, None

    def _doing(self) -> Doing:
        if self.ended:
            return "ended"
        if self._paused:
            return "paused"
        return self._rest.doing if self._rest is not None else "phase"

    def _goal_of_level(self) -> tuple[str, float] | None:
        """Return the number that the level asks for; a hold that got there did not end early."""
        level, facts = self._level, self._facts
        if level is None or level.passed is None or not level.passed.metric:
            return None
        goal = level.passed.at_least
        if facts.norms is not None:
            wanted = asked(self._drill, level, age=facts.age, norms=facts.norms)
            goal = wanted.value if wanted else None
        return (level.passed.metric, goal) if goal is not None else None

    def _press(self, press: str, t_s: float) -> bool:
        """Do as was pressed; return whether the reading is still to be looked at."""
        match press:
            case "stop" | "skip":
                self.end("stopped" if press == "stop" else "skipped")
            case "pause":
                self._paused = True
            case "go_on" if self._paused and self._rest is not None:
                self._paused, self._rest = False, replace(self._rest, began_s=t_s)
            case "go_on" if self._paused or self._rest is not None:
                self._paused = False
                self._begin(t_s)
            case "caught_myself" if self._rep is not None and not self._paused:
                phase = self._rep.phase
                self._rep.break_off(CAUGHT)
                self._after(self._rep, phase)
            case "feedback_now" if self._rep is not None:
                self._shows = True
                return True
            case _:
                return True
        return False

    def _begin(self, t_s: float) -> None:
        """Begin the repetition whose turn it is."""
        self._rest, self._shows = None, False
        self._rep = Repetition(self._steps[self._turn], self._settings, self._sight, t_s)
        self._say(self._rep.phase.step.say)

    def _after(self, rep: Repetition, phase: PhaseRun) -> None:
        """Go on from a phase that is over."""
        self._say(phase.step.phase.say_end)
        if phase.step.sector is not None:
            self._count_downs([phase])
        if self.ended:
            return
        if rep.ended:
            self._finish(rep)
        else:
            self._say(rep.phase.step.say)

    def _finish(self, rep: Repetition) -> None:
        """Grade a repetition and go on to what comes after it."""
        turn, t_s = self._turns[self._turn], rep.phase.t_s
        graded = Rep(
            side=turn.side,
            set_n=turn.set_n,
            n=turn.n,
            status=rep.status,
            reason=rep.reason,
            phase=rep.phase.step.phase.id,
            began_s=rep.began_s,
            ended_s=t_s,
            with_feedback=turn.with_feedback or self._shows,
            measures=measure(self._drill, rep.done),
        )
        self._rep = None
        self._reps.append(graded)
        self._turn += 1
        if all(phase.step.sector is None for phase in rep.done):
            self._count_downs(rep.done, graded.measures)
        sensors = self._drill.sensors
        if sensors.best and sensors.fallback == "none" and not rep.sensed:
            self.end("lost_devices")
        if self._turn == len(self._turns):
            self.end("completed")
        if not self.ended:
            self._pass_on(turn, t_s)

    def _pass_on(self, turn: Turn, t_s: float) -> None:
        doing, lasts_s = between(self._drill, turn, self._turns[self._turn])
        if lasts_s > 0:
            self._rest = _Rest(doing, t_s, lasts_s)
            self._say("Other foot." if doing == "other_side" else "Rest.")
        else:
            self._begin(t_s)

    def _count_downs(
        self, done: Sequence[PhaseRun], measures: Mapping[str, float] | None = None
    ) -> None:
        """Count repetitions, or hours, in a row in which a foot came down before the goal."""
        reached = self._goal and (measures or {}).get(self._goal[0], 0.0) >= self._goal[1]
        self._downs = self._downs + 1 if _came_down(done) and not reached else 0
        limit = self._drill.safety.max_touchdowns_in_row
        if limit is not None and self._downs >= limit:
            self.end("touchdowns")

    def _say(self, text: str) -> None:
        if text:
            number = self._said[-1].number + 1 if self._said else 1
            self._said = [*self._said, Said(number, text)][-_SAID:]


@dataclass(frozen=True)
class _Rest:
    """What lies between two repetitions."""

    doing: Doing
    began_s: float
    lasts_s: float


def _level(drill: Drill, n: int) -> Level | None:
    level = next((level for level in drill.level if level.n == n), None)
    if level is None and (drill.level or n != 1):
        there = ", ".join(str(level.n) for level in drill.level) or "1"
        raise SolemetryError(f"{drill.id} has no level {n}.", f"Choose one of: {there}.")
    return level


def _check_numbers(first: Sequence[Step], settings: Settings) -> None:
    """Miss numbers that the level does not set before anybody stands on a plate."""
    for phase in (step.phase for step in first):
        watch_all((*phase.needs, *phase.done, *phase.within, *phase.fail), settings, {}, 0.0)


def _came_down(done: Sequence[PhaseRun]) -> bool:
    """Whether a foot came down, or they had to catch themselves."""
    ends = [phase.end for phase in done if phase.end is not None]
    return touchdowns(done) > 0 or any(end.signal in _DOWN and not end.timed_out for end in ends)


def _watched(phase: PhaseRun) -> tuple[Watched, ...]:
    """Return all conditions as what should be: of one that would end it, the contrary."""
    return tuple(
        _averted(watch) if watch in phase.fails else _wanted(watch) for watch in phase.watches
    )


def _wanted(watch: Watch) -> Watched:
    where = watch.band
    return Watched(watch.signal, watch.value, where.low, where.high, watch.holds, watch.reason)


def _averted(watch: Watch) -> Watched:
    where = watch.band
    has_two_ends = where.low is not None and where.high is not None
    low, high = (None, None) if has_two_ends else (where.high, where.low)
    holds = None if watch.holds is None else not watch.holds
    return Watched(watch.signal, watch.value, low, high, holds, watch.reason)
