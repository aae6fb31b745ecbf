# SPDX-License-Identifier: Apache-2.0
"""One drill of one person, from what is asked before it to its result; for a window to draw.

It goes on whenever it is looked at and never waits: what takes long is done aside. Whoever draws it
calls `DrillSession.go_on` with each frame and hands on what a person does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from solemetry.errors import SolemetryError
from solemetry_host.drills.on_devices.attempt import Attempt
from solemetry_host.drills.on_devices.chosen import Chosen
from solemetry_host.drills.on_devices.known import Known, own_trends, result_of
from solemetry_host.drills.on_devices.live import Beginning
from solemetry_host.drills.on_devices.needs import Foot, needs_of, plate_limits
from solemetry_host.drills.on_devices.setting_up import (
    GRAVITY,
    Drawing,
    Presses,
    Step,
    Weighing,
)
from solemetry_host.drills.questions import Given, Question, answered, questions_after
from solemetry_host.drills.running.outcome import Outcome, Side
from solemetry_host.drills.safety import Before, Stop, before, stops
from solemetry_host.drills.showing.ear import DrillEar
from solemetry_host.drills.showing.feedback import Shown
from solemetry_host.drills.showing.ground import Ground, cop_seen_mm
from solemetry_host.drills.showing.results import own_bests
from solemetry_host.drills.showing.ring import Ring
from solemetry_host.drills.showing.summary import OfSide, summary
from solemetry_host.drills.signals.weighing import weight_on_insoles_n, weight_on_plate_n
from solemetry_host.live import awaiting
from solemetry_host.live.station import Station
from solemetry_host.people.folder import Person
from solemetry_host.people.trends import Trend

State = Literal[
    "asking", "registering", "weighing", "drawing", "ready", "running", "asking_after", "ended"
]

_USUAL_FOOT_MM = 255.0
"""What is proposed where nobody knows better."""

_PATIENCE_S = 2.0
_REDRAWN_S = 0.2


class Work(Protocol):
    """Something that is done aside."""

    @property
    def running(self) -> bool:
        """Whether it has not come to an end."""

    def forget(self) -> None:
        """Wait for its end, and tell nobody."""


class Aside(Protocol):
    """Does what takes long without anybody waiting; tells the end where it was asked for."""

    def __call__(
        self,
        work: Callable[[], object],
        done: Callable[[object], object],
        failed: Callable[[SolemetryError], object],
    ) -> Work:
        """Begin."""


@dataclass(frozen=True)
class Task:
    """One thing to find out.

    Attributes
    ----------
    state : State
    of : Side or "plate" or "insoles"
        Which foot, whose base, or what weighs.
    can_skip : bool
    known : bool
        Whether it is known already, so that skipping takes nothing away.
    """

    state: State
    of: str
    can_skip: bool = True
    known: bool = False


class DrillSession:
    """Goes from the questions before a drill to what is kept of it.

    Parameters
    ----------
    chosen : Chosen
    known : Known
    station : Station or None
        None: nothing is sensed, it goes by time.
    aside : Aside
    at : datetime
        Now, with its offset from UTC.
    person : Person or None
        Who keeps the result; None: nobody in particular, nothing is kept.

    Attributes
    ----------
    state : State
    before : Before
        What is asked; `before.refused` says why it cannot begin.
    confirmed : set of str
        Questions that were answered with yes.
    pain_before : float or None
        Asked before the first drill of a day: see `asks_pain`.
    tasks : tuple of Task
        What has to be found out.
    task : Task or None
    step : Step or None
        What is being found out now; None as long as nobody has said to begin.
    error : str
        Why something has to be done again, or cannot be kept; empty where nothing is wrong.
    foot_length_mm : float
    mass_kg : float or None
    outcome : Outcome or None
    of_sides : tuple of OfSide
        How it went, once it is over.
    questions : tuple of Question
        What is asked after it.
    answers : dict of Question to float or str
    trends : dict of Side to Trend
        The drill's main number over the days, once the result is kept.
    recording : Path or None
        Of this drill.
    busy : bool
        Something is being done aside that has to end first.
    """

    def __init__(
        self,
        chosen: Chosen,
        known: Known,
        station: Station | None,
        *,
        aside: Aside,
        at: datetime,
        person: Person | None = None,
    ) -> None:
        self.chosen, self.known, self.person = chosen, known, person
        self._station, self._aside, self._at = station, aside, at
        views = station.snapshot.devices if station is not None else ()
        self.before: Before = before(
            chosen.drill, known.profile, today=at.date(), done_today=known.done_today,
            plate=plate_limits(views),
        )  # fmt: skip
        self._beginning = chosen.beginning(known.age(at.date()))
        self._beginning.run()  # a level that is not there is told before anybody stands somewhere
        length = known.profile.foot_mm()
        self.foot_length_mm = length[0] if length else _USUAL_FOOT_MM
        self.mass_kg = known.profile.mass_kg
        self.state: State = "asking"
        self.confirmed: set[str] = set()
        self.pain_before: float | None = None
        self.tasks = self._plan()
        self.step: Step | None = None
        self.error = ""
        self.outcome: Outcome | None = None
        self.of_sides: tuple[OfSide, ...] = ()
        self.questions: tuple[Question, ...] = ()
        self.answers: dict[Question, Given] = {}
        self.trends: dict[Side, Trend] = {}
        self.busy = False
        self.recording: Path | None = None
        self._number = 0
        self._attempt: Attempt | None = None
        self._begun = self._kept = self._left = False
        self._stopped_for = ""
        self._works: list[Work] = []
        self._base_drawn: Ring | None = None
        self._base_drawn_s = 0.0

    # ---- where it stands -------------------------------------------------------------------

    @property
    def beginning(self) -> Beginning:
        """How it begins, with what has been found out."""
        return self._beginning

    @property
    def task(self) -> Task | None:
        """What is to be found out now."""
        return self.tasks[self._number] if self._number < len(self.tasks) else None

    @property
    def asks_pain(self) -> bool:
        """Whether it is the first drill of the day, so that it is asked what hurts before it."""
        return not self.known.done_today

    @property
    def may_go_on(self) -> bool:
        """Whether all that is asked before has been answered with yes."""
        return self.before.may_begin(self.confirmed)

    @property
    def share(self) -> float:
        """How far along the way to the drill they are, 0 to 1."""
        steps = len(self.tasks) + 2
        if self.state == "asking":
            return 0.0
        if self.state in ("running", "asking_after", "ended"):
            return 1.0
        return (1 + self._number + (self.step.share if self.step is not None else 0.0)) / steps

    @property
    def shown(self) -> Shown | None:
        """The newest moment of the drill."""
        return self._attempt.shown if self._attempt is not None else None

    @property
    def lost(self) -> bool:
        """Whether no device is there any more while the drill runs."""
        return self.state == "running" and self._attempt is not None and self._attempt.lost

    @property
    def stops(self) -> tuple[Stop, ...]:
        """What the drill ends for today."""
        return stops(self.chosen.drill, self.outcome) if self.outcome is not None else ()

    @property
    def runs(self) -> bool:
        """Whether somebody stands there, so that it must not be left by mistake."""
        return self.state == "running" and self.outcome is None

    # ---- before ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Do what is next: begin what waits, or do again what went wrong."""
        self.error = ""
        match self.state:
            case "asking" if self.may_go_on:
                self._enter()
            case "registering" | "weighing" | "drawing" if self.step is None:
                self.step = self._begin_step()
            case "ready" if not self.busy:
                self._begin()

    def skip(self) -> None:
        """Leave out what is to be found out now."""
        if self.task is not None and self.task.can_skip and self.state == self.task.state:
            if self.task.of == "plate" and self.mass_kg is not None:
                self._weighs("plate", self.mass_kg * GRAVITY)
            self._let_go_of_step()
            self._number += 1
            self._enter()

    def again(self) -> None:
        """Break off what is being found out, and wait for who does it."""
        self._let_go_of_step()
        self.error = ""

    def base_so_far(self) -> Ring | None:
        """Return what is drawn of the own base, and where the pressure is now."""
        return self._base_drawn

    # ---- while it runs ---------------------------------------------------------------------

    def press(self, what: str) -> None:
        """Press something, as `Reading.pressed`."""
        if self._attempt is not None and self.runs:
            self._attempt.press(what)

    def pause_or_go_on(self) -> None:
        """Pause; or go on, where it is paused."""
        paused = self.shown is not None and self.shown.doing == "paused"
        self.press("go_on" if paused else "pause")

    def done_or_go_on(self) -> None:
        """Say that it is done, or go on from a rest or a pause."""
        in_phase = self.shown is None or self.shown.doing == "phase"
        self.press("done" if in_phase else "go_on")

    def stop(self, why: str = "") -> None:
        """End it; with a word of the drill's `stop_if` where that is why."""
        self._stopped_for = why
        if self._attempt is not None and self.runs:
            self._attempt.stop()

    def listen(self, ear: DrillEar | None) -> None:
        """Let it be heard, or no more."""
        silent = ear
        if self._attempt is not None and self.runs:
            silent, self._attempt.ear = self._attempt.ear, ear
        if silent is not None:
            self._do_aside(silent.close)

    @property
    def heard(self) -> bool:
        """Whether it is heard."""
        return self._attempt is not None and self._attempt.ear is not None

    # ---- afterwards ------------------------------------------------------------------------

    def answer(self, question: Question, given: Given | None) -> None:
        """Answer a question that is asked afterwards; None takes it back."""
        self.answers.pop(question, None)
        if given is not None:
            self.answers[question] = given
        if self.outcome is not None and self.state == "asking_after":
            self.outcome = answered(self._unasked, self.answers)

    def finish(self) -> None:
        """Keep the result; nothing more is asked."""
        if self.state == "asking_after":
            self.state = "ended"
            self._keep_aside()

    def leave(self) -> None:
        """End it wherever it is, and have what was done kept."""
        self._left = True
        self._let_go_of_step()
        attempt = self._attempt
        if attempt is not None and self.runs:
            attempt.stop()
            awaiting.until(lambda: attempt.outcome is not None, _PATIENCE_S)
            self._end(attempt, attempt.outcome)
        self.finish()

    def close(self) -> None:
        """End it, and wait until what was done is kept."""
        self.leave()
        for work in self._works:
            work.forget()

    @property
    def works(self) -> bool:
        """Whether something is still being done aside."""
        return any(work.running for work in self._works)

    # ---- frame by frame --------------------------------------------------------------------

    def look(self, now_ns: int) -> None:
        """Go on to now, on the clock of the host's stamps."""
        if self.step is not None:
            self._go_on_step(self.step, now_ns * 1e-9)
        attempt = self._attempt
        if attempt is None or not self.runs:
            return
        if not self._begun:
            self._begun = True
            attempt.begin(now_ns)
        try:
            attempt.go_on(now_ns)
        except SolemetryError as error:
            self.error = str(error)
            self._end(attempt, attempt.outcome)
            return
        if attempt.outcome is not None:
            self._end(attempt, attempt.outcome)

    # ---- what has to be found out ----------------------------------------------------------

    def _plan(self) -> tuple[Task, ...]:
        station, drill = self._station, self.chosen.drill
        if station is None:
            return ()
        snapshot = station.snapshot
        posture = self._beginning.posture
        needs = needs_of(drill, posture, self.chosen.sides, snapshot.devices)
        timed = drill.sensors.fallback == "timer"
        there = {foot.side for foot in snapshot.feet}
        tasks = [
            Task("registering", foot, timed or foot in there, foot in there) for foot in needs.feet
        ]
        if needs.plate_weight:
            known = self.mass_kg is not None
            tasks.append(Task("weighing", "plate", timed or known, known))
        if needs.insole_weight:
            tasks.append(Task("weighing", "insoles", timed))
        tasks += [
            Task("drawing", side, known=side in self.known.bases)
            for side in (needs.bases if needs.feet else ())
            if self.chosen.loops or side not in self.known.bases
        ]
        return tuple(tasks)

    def _enter(self) -> None:
        """Come to what is next."""
        task = self.task
        self.step, self.error = None, ""
        self.state = task.state if task is not None else "ready"
        if self.state == "weighing":
            self.step = self._begin_step()

    def _begin_step(self) -> Step | None:
        task, station = self.task, self._station
        if task is None or station is None:
            return None
        match task.state:
            case "registering":
                foot: Foot = "left" if task.of == "left" else "right"
                return Presses(station, foot, self.foot_length_mm)
            case "weighing" if task.of == "plate":
                return Weighing(station, weight_on_plate_n)
            case "weighing":
                return Weighing(station, weight_on_insoles_n)
        calibrate = self.chosen.drill.calibrate
        assert calibrate is not None, "nothing else has a base to draw"
        side: Side = "left" if task.of == "left" else "right" if task.of == "right" else "both"
        beginning = self._beginning
        return Drawing(station, beginning.body, side, beginning.posture, calibrate.loops)

    def _go_on_step(self, step: Step, now_s: float) -> None:
        try:
            done = step.go_on(now_s)
            if isinstance(step, Drawing):
                self._draw_base(step, now_s)
            if not done:
                return
            self._take(step)
        except SolemetryError as error:
            self._let_go_of_step()
            self.error = str(error)
            return
        self._let_go_of_step()
        self._number += 1
        self._enter()

    def _take(self, step: Step) -> None:
        """Take up what was found out."""
        task = self.task
        if isinstance(step, Weighing) and step.weight_n is not None and task is not None:
            self._weighs(task.of, step.weight_n)
        elif isinstance(step, Drawing):
            base = replace(step.base(), on=self._at.date())
            self._beginning = self._beginning.on_bases(
                {**self._beginning.body.bases, step.side: base}
            )

    def _weighs(self, on: str, weight_n: float) -> None:
        body = self._beginning.body
        if on == "plate":
            body = replace(body, plate_weight_n=weight_n)
        else:
            body = replace(body, insole_weight_n=weight_n)
        self._beginning = replace(self._beginning, body=body)

    def _let_go_of_step(self) -> None:
        if self.step is not None:
            self.step.close()
        self.step = None

    def _draw_base(self, drawing: Drawing, now_s: float) -> None:
        station, reading = self._station, drawing.reading
        if station is None or reading is None:
            return
        body, posture = self._beginning.body, self._beginning.posture
        ground = Ground.of(station.snapshot.feet, drawing.side, posture, body)
        if ground is None:
            return
        drawn = self._base_drawn
        if drawn is None or now_s - self._base_drawn_s >= _REDRAWN_S:
            self._base_drawn_s = now_s
            outline = drawing.loops.outline_mm * ground.seen
        else:
            outline = drawn.target_mm
        dot_mm = cop_seen_mm(ground, reading)
        self._base_drawn = Ring(ground.outlines_mm, dot_mm, dot_mm[None], outline, inside=False)

    # ---- the drill -------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin the recording, where there is one, and then the drill; what takes long, aside."""
        station, person = self._station, self.person
        known, drawn = self.known.bases, self._beginning.body.bases
        if self.chosen.drill.calibrate is not None:
            self._beginning = self._beginning.on_bases({**known, **drawn})
        beginning, earlier = self._beginning, self.known.earlier
        self.busy = True

        def make_ready() -> Attempt:
            if station is not None and person is not None and station.recording is None:
                self._record(station, person)
            return Attempt(beginning, station, earlier=earlier)

        self._do_aside(make_ready, self._run)

    def _record(self, station: Station, person: Person) -> None:
        """Begin a recording; without one the drill is done all the same."""
        path = person.new_session(self._at)
        try:
            station.record(path, person.id)
            self.recording = path
        except SolemetryError as error:
            self.error = str(error)

    def _run(self, attempt: object) -> None:
        assert isinstance(attempt, Attempt), "that is what was made ready"
        self.busy = False
        if self._left:
            self._stop_recording()
            return
        self._attempt = attempt
        self.state = "running"

    def _end(self, attempt: Attempt, outcome: Outcome | None) -> None:
        """Let go of a drill that is over, and ask what is asked after it."""
        ear, attempt.ear = attempt.ear, None
        if ear is not None:
            self._do_aside(ear.close)
        attempt.close()
        self._stop_recording()
        if outcome is None:
            self.state = "ended"
            return
        self.outcome = self._unasked = self._with_what_was_said(attempt.to_keep(outcome))
        drill, level = self.chosen.drill, self.chosen.level
        self.of_sides = summary(drill, outcome, own_bests(drill, level, self.known.earlier))
        self.questions = questions_after(drill, outcome)
        self.state = "asking_after"

    def _stop_recording(self) -> None:
        if self.recording is not None and self._station is not None:
            self._do_aside(self._station.stop_recording)

    def _with_what_was_said(self, outcome: Outcome) -> Outcome:
        said: dict[str, float | str] = {}
        if self.pain_before is not None:
            said["pain_before"] = self.pain_before
        if self._stopped_for:
            said["stopped_for"] = self._stopped_for
        return replace(outcome, answers={**outcome.answers, **said})

    # ---- keeping ---------------------------------------------------------------------------

    def _keep_aside(self) -> None:
        def kept(trends: object) -> None:
            if isinstance(trends, dict):
                self.trends = trends
            self.busy = False

        def refused(error: SolemetryError) -> None:
            self.error, self.busy = str(error), False

        self.busy = True
        self._do_aside(self._keep, kept, refused)

    def _keep(self) -> Mapping[Side, Trend]:
        """Keep the result once; return the main number over the days."""
        person, outcome, attempt = self.person, self.outcome, self._attempt
        if person is None or outcome is None or attempt is None or self._kept:
            return {}
        self._kept = True
        person.keep(result_of(
            person, outcome, at=self._at, beginning=self._beginning, devices=attempt.devices,
            support=self.chosen.support, recording=self.recording,
        ))  # fmt: skip
        return own_trends(person, self.chosen.drill, outcome)

    def _do_aside(
        self,
        work: Callable[[], object],
        done: Callable[[object], object] = lambda _: None,
        failed: Callable[[SolemetryError], object] | None = None,
    ) -> None:
        self._works.append(self._aside(work, done, failed or self._say_failed))

    def _say_failed(self, error: SolemetryError) -> None:
        self.error, self.busy = str(error), False
