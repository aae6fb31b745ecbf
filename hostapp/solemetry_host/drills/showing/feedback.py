# SPDX-License-Identifier: Apache-2.0
"""What a person sees and hears of a drill that runs: little, and by turns nothing.

In a repetition without feedback (`RunView.with_feedback`) only what guides stays: cues, the pacer,
the time of what is merely timed, what is not sensed, and how to stop.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solemetry.foot import FootRegistration
from solemetry_host.drills.files.drill import Drill, Phase
from solemetry_host.drills.running.conditions import each_condition
from solemetry_host.drills.running.outcome import Ended, Rep, Side
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.view import Doing, RunView, Said
from solemetry_host.drills.showing.bars import MOST_BARS, Bar, bar_of, bars_of, in_words
from solemetry_host.drills.showing.ground import NOWHERE, Ground, cop_seen_mm
from solemetry_host.drills.showing.pacer import pacer
from solemetry_host.drills.showing.results import spoken
from solemetry_host.drills.showing.ring import Ring, circle_mm, target_mm
from solemetry_host.drills.showing.stillness import Stillness, quiet_radius_mm
from solemetry_host.drills.signals.body import Body
from solemetry_host.sound.tone import SILENCE, Tone
from solemetry_host.words import mark

Floats = NDArray[np.float64]

_NOBODY = Body()
_SIDES: tuple[Side, ...] = ("left", "right", "both", "none")
_NO_PLACE = mark("where the pressure is: it takes a plate and a registered foot")


@dataclass(frozen=True)
class Where:
    """Which side, set and repetition it is; as text, in English."""

    side: Side
    set_n: int
    sets: int
    rep_n: int
    reps: int

    def __str__(self) -> str:
        parts = [f"{self.side} foot" if self.side in ("left", "right") else ""]
        parts.append(f"set {self.set_n} of {self.sets}" if self.sets > 1 else "")
        parts.append(f"repetition {self.rep_n} of {self.reps}" if self.reps > 1 else "")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, eq=False)
class Shown:
    """A drill at one moment, as a person is told of it.

    Attributes
    ----------
    title : str
    where : Where
    doing : Doing
    cue : str
        What to do now.
    said : tuple of Said
        What is to be said aloud.
    result : str
        What is to be said of a repetition that has just ended: once, then it is empty.
    stop : str
        When to stop: always there.
    not_sensed : tuple of str
        What the drill asks for and nothing senses.
    without : bool
        Whether this repetition goes without feedback.
    seconds : float or None
        The one big number: how much is left of a hold, a pause, or what goes by the clock.
    filled : float or None
        How much of the hold is there, 0 to 1.
    ring : Ring or None
    bars : tuple of Bar
        Three at most.
    state : int or None
        How still, 0 to 4, in the words of `stillness.STATES`.
    pacer : float or None
        Where a slow movement should be: 0 at its beginning, 1 at its end.
    ticks : tuple of Rep
        What has been done of this set, on this side.
    tone : Tone
    ended : Ended or None
    """

    title: str
    where: Where
    doing: Doing
    cue: str
    said: tuple[Said, ...]
    result: str
    stop: str
    not_sensed: tuple[str, ...]
    without: bool
    seconds: float | None = None
    filled: float | None = None
    ring: Ring | None = None
    bars: tuple[Bar, ...] = ()
    state: int | None = None
    pacer: float | None = None
    ticks: tuple[Rep, ...] = ()
    tone: Tone = SILENCE
    ended: Ended | None = None


class Feedback:
    """Makes of each moment of a drill what is shown and heard of it.

    Parameters
    ----------
    drill : Drill
    feet : tuple of FootRegistration
        Where the feet stand.
    body : Body
        Of the person: their functional bases, and the age.
    posture : str
        Of the level: with ``double`` places are in the frame of both feet.
    last_p70_mm : float, optional
        `Stillness.p70_mm` of the last session.
    language : str
    """

    def __init__(
        self,
        drill: Drill,
        *,
        feet: tuple[FootRegistration, ...] = (),
        body: Body = _NOBODY,
        posture: str = "",
        last_p70_mm: float | None = None,
        language: str = "en",
    ) -> None:
        self._drill = drill
        self._words = drill.words(language)
        self._phases = {phase.id: phase for phase in drill.phase}
        self._grounds: dict[Side, Ground | None] = {
            side: Ground.of(feet, side, posture, body) for side in _SIDES
        }
        self._tail: deque[tuple[float, float, float]] = deque()
        self._rep: tuple[str, int, int] | None = None
        self._done = 0
        self.stillness = Stillness(quiet_radius_mm(drill.feedback.tone, last_p70_mm, body.age))

    def show(self, view: RunView, reading: Reading) -> Shown:
        """Return what is shown and heard of a moment; moments come in the order of time."""
        ground = self._grounds[view.side]
        cop_mm = cop_seen_mm(ground, reading)
        self._follow(view, reading, cop_mm)
        without = view.doing == "phase" and not view.with_feedback
        guides: dict[str, Any] = {
            "title": view.title,
            "where": Where(view.side, view.set_n, view.sets, view.rep_n, view.reps),
            "doing": view.doing,
            "cue": view.cue,
            "said": view.said,
            "result": self._result(view),
            "stop": self._words.stop,
            "not_sensed": self._not_sensed(view, cop_mm),
            "without": without,
            "seconds": self._time_left(view),
            "pacer": self._pacer(view),
            "ended": view.ended,
        }
        if without:
            return Shown(**guides)
        ticks = tuple(rep for rep in view.done if (rep.side, rep.set_n) == (view.side, view.set_n))
        if view.doing != "phase":
            return Shown(**guides, ticks=ticks)
        holds = view.do == "hold"
        if holds:
            guides |= {"seconds": view.left_s, "filled": view.filled}
        return Shown(
            **guides,
            ticks=ticks,
            tone=self.stillness.tone if holds and self._drill.feedback.tone else SILENCE,
            **self._picture(view, reading, cop_mm, ground),
        )

    def _follow(self, view: RunView, reading: Reading, cop_mm: Floats) -> None:
        """Keep the dot's tail, and in holds how still somebody stands."""
        rep = (view.side, view.set_n, view.rep_n)
        if rep != self._rep:
            self._rep = rep
            self._tail.clear()
            self.stillness.begin()
        if np.isfinite(cop_mm).all():
            self._tail.append((reading.t_s, *cop_mm.tolist()))
        while self._tail and self._tail[0][0] < reading.t_s - self._drill.feedback.tail_s:
            self._tail.popleft()
        if view.doing == "phase" and view.do == "hold":
            stands = not _foot_is_down(self._phases.get(view.phase), reading)
            load = reading.values.get("fz.bw", reading.values.get("fz.n"))
            self.stillness.take(
                reading.t_s,
                cop_mm if stands else NOWHERE,
                None if load is None else float(load),
            )

    def _picture(
        self, view: RunView, reading: Reading, cop_mm: Floats, ground: Ground | None
    ) -> dict[str, Any]:
        """Return the one picture that the drill asks for; bars where its dot is not sensed."""
        match self._drill.feedback.concurrent:
            case "none" | "tone":
                return {}
            case "face":
                return {"state": self.stillness.state}
            case "ring" if ground is not None and np.isfinite(cop_mm).all():
                ring = self._ring(view, cop_mm, ground)
                return {"ring": ring, "bars": self._beside(view, reading)}
            case _:
                return {"bars": (*bars_of(view), *self._beside(view, reading))[:MOST_BARS]}

    def _ring(self, view: RunView, cop_mm: Floats, ground: Ground) -> Ring:
        target, inside = target_mm(view, ground.base)
        still = self.stillness
        if len(target):
            target = target * ground.seen
        elif view.do == "hold" and still.middle_mm is not None:
            target = circle_mm(still.middle_mm, still.radius_mm)
            inside = still.distance_mm <= still.radius_mm
        tail = np.array(self._tail).reshape(-1, 3)[:, 1:]
        return Ring(ground.outlines_mm, cop_mm, tail, target, inside)

    def _beside(self, view: RunView, reading: Reading) -> tuple[Bar, ...]:
        """Return bars of what else is shown at the hour that is called."""
        phase = self._phases.get(view.phase)
        if phase is None or view.sector is None:
            return ()
        return tuple(
            bar_of(also.signal, float(reading.values[also.signal]))
            for also in phase.also_show
            if view.sector.hour in also.hours and also.signal in reading.values
        )

    def _result(self, view: RunView) -> str:
        just_done, self._done = view.done[self._done :], len(view.done)
        return " ".join(filter(None, (spoken(self._drill, rep) for rep in just_done)))

    def _not_sensed(self, view: RunView, cop_mm: Floats) -> tuple[str, ...]:
        if view.doing != "phase":
            return ()
        needed = _signals(self._phases.get(view.phase), only_needed=True)
        missing = [
            in_words(one.signal)
            for one in view.watched
            if one.value is None and one.signal in needed
        ]
        feedback = self._drill.feedback
        if (feedback.tone or feedback.concurrent == "face") and view.do == "hold":
            missing += [] if np.isfinite(cop_mm).all() else [_NO_PLACE]
        return tuple(dict.fromkeys(missing))

    def _time_left(self, view: RunView) -> float | None:
        """Seconds left of a pause, and of what goes by the clock whatever is sensed."""
        if view.doing == "phase":
            by_clock = view.do == "rest" and self._drill.kind in ("drill", "timer")
            return view.left_s if by_clock else None
        return view.left_s

    def _pacer(self, view: RunView) -> float | None:
        if not (self._drill.feedback.pacer and view.tempo_s and view.doing == "phase"):
            return None
        return pacer(view.tempo_s, view.do if self._drill.phase else "", view.elapsed_s)


def _foot_is_down(phase: Phase | None, reading: Reading) -> bool:
    """Whether the phase asks for one foot and another one, or a hand, carries some."""
    asked = _signals(phase)
    return any(
        signal in asked and reading.values.get(signal) is down
        for signal, down in (("touchdown", True), ("stance.single", False))
    )


def _signals(phase: Phase | None, only_needed: bool = False) -> set[str]:
    """Return the signals that a phase asks for."""
    if phase is None:
        return set()
    return {
        one.signal
        for asked in (*phase.needs, *phase.done, *phase.within, *phase.fail)
        for one in each_condition(asked)
        if not (only_needed and (asked.optional or one.optional))
    }
