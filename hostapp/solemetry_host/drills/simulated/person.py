# SPDX-License-Identifier: Apache-2.0
"""A person who does a drill: hears what is asked, moves there, sways."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import partial

import numpy as np

from solemetry_host.drills.files.drill import Drill, Phase
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.view import RunView, Sector
from solemetry_host.drills.signals.catalogue import CATALOGUE
from solemetry_host.drills.simulated.aiming import Aiming
from solemetry_host.drills.simulated.asking import Asking
from solemetry_host.drills.simulated.body import Posture, body_of
from solemetry_host.drills.simulated.faults import GOOD, Fault, goal
from solemetry_host.drills.simulated.moving import Move, Path, Sway

_REACTION_S = (0.25, 0.45)
_LEAST_MOVE_S = 0.6
_NO_MOVE_S = 0.05
_CALM_MM_S = 25.0
_CALM_DEG_S = 60.0
"""Nobody who does it well is faster, on average over the way."""

BREAKS_AFTER = 0.2
"""The share of a hold after which something breaks."""

_BREAKS_IN_S = 0.2
_BROKEN_S = 1.0
"""So long it takes, and so long it stays on the way somewhere; in a hold it stays."""

_TICKS_AFTER_S = 2.0
_GOES_S = 1.0
"""After so long the person leaves, or the sensors fall silent."""

_SILENT_S = {"blinks": 0.5, "drops_out": 2.0, "loses_signals": math.inf}

_YES_NO = ("stance.single", "touchdown")
_NOBODY: dict[str, float | bool] = {"fz.n": 0.0, "fz.bw": 0.0, "stance.single": False}


class SimulatedPerson:
    """Somebody who does a drill well or badly.

    Parameters
    ----------
    drill : Drill
    level : int
    fault : Fault
        What is done badly, in the first repetition of the first side.
    sensors : collection of str
        ``plate``, ``insole``, ``two insoles``, ``imu``: what there is to sense with.
    seed : int
        The same seed waits and sways the same.
    """

    def __init__(
        self,
        drill: Drill,
        level: int = 1,
        *,
        fault: Fault = GOOD,
        sensors: Collection[str] = ("plate", "two insoles", "imu"),
        seed: int = 0,
    ) -> None:
        self._asking = Asking(drill, level)
        self._fault = fault
        self._body = body_of(self._asking.setting("posture"))
        self._sensed = signals_of(sensors)
        self._aiming = Aiming(self._asking, self._body, self._sensed)
        self._rng = np.random.default_rng(seed)
        self._sway = Sway(tuple(self._body.standing), self._rng)
        self._path = Path(self._body.standing)
        self._at_rest = self._aimed = self._body.standing
        self._is_baseline = False
        self._heard: tuple[object, ...] = ()
        self._heard_s = 0.0
        self._first_rep: tuple[object, ...] = ()
        self._was = (0.0, self._body.standing)
        self._leaves_s = self._silent_s = self._back_s = math.inf

    def reading(self, t_s: float, view: RunView) -> Reading:
        """Return what is sensed of somebody who sees and hears `view`.

        Raises
        ------
        SolemetryError
            Where nobody can do the phase: its conditions leave no room.
        """
        rep = (view.side, view.set_n, view.rep_n)
        heard = (*rep, view.doing, view.phase, view.sector)
        if heard != self._heard:
            self._heard, self._first_rep = heard, self._first_rep or rep
            self._heard_s = t_s
            self._begin(t_s, view, badly=rep == self._first_rep)
        values = _NOBODY if t_s >= self._leaves_s else self._values(t_s)
        silent = self._silent_s <= t_s < self._back_s
        if silent:
            return Reading(t_s)
        seen = {name: value for name, value in values.items() if name in self._sensed}
        return Reading(t_s, seen, self._pressed(t_s))

    def _begin(self, t_s: float, view: RunView, *, badly: bool) -> None:
        """Set out for what has just been called."""
        here = self._path.at(t_s)
        phases = self._asking.drill.phase
        phase = next((p for p in phases if p.id == view.phase), None)
        if phase is None or phase.do in ("stand", "rest"):
            here["circle.turned_deg"] = 0.0  # counted from where it rested
        if self._is_baseline:
            self._at_rest = here
        if phase is None or phase == phases[0]:
            self._at_rest = self._aimed = self._body.standing
        self._is_baseline = phase is not None and phase.record_baseline
        kind = self._fault.kind if badly or self._fault.for_good else "good"
        if phase is None or kind == "never":
            moves = [self._move(t_s, here, self._body.standing)]
        elif kind == "cheats_baseline":
            moves = [self._move(t_s, here, self._goal(view.sector))]
        else:
            moves = self._moves(t_s, here, phase, view.sector, badly=kind != "good")
        if kind == "walks_off":
            self._leaves_s = min(self._leaves_s, t_s + _GOES_S)
        if kind in _SILENT_S and phase == self._fault.phase:
            self._silent_s = min(self._silent_s, t_s + _GOES_S)
            self._back_s = self._silent_s + _SILENT_S[kind]
        self._path = Path(here, tuple(moves))

    def _moves(
        self, t_s: float, here: Posture, phase: Phase, sector: Sector | None, *, badly: bool
    ) -> list[Move]:
        """Do a phase, well or as the fault of this phase has it."""
        rest, before = self._at_rest, self._aimed
        near = before if phase.do in ("go", "hold") else rest
        self._aimed = self._aiming.posture(phase, sector, near=near, rest=rest)
        well = self._move(t_s, here, self._aimed, phase)
        asked = self._fault.asked
        if not badly or phase != self._fault.phase:
            return [well]
        if asked is None:
            late_s = self._asking.number(phase.max_s) if self._fault.kind == "too_slow" else 0.0
            return [Move(well.begins_s + late_s, well.ends_s + late_s, well.to)]
        break_it = partial(self._aiming.posture, phase, sector, rest=rest, broken=asked)
        if asked.place in ("needs", "done"):
            # Out of it at once: it must not hold on the way to where it does not hold.
            out = Move(t_s, t_s + _BREAKS_IN_S, break_it(near=before, alone=True))
            return [out, self._move(out.ends_s, out.to, break_it(near=before), phase)]
        if phase.do in ("hold", "stand"):
            keeps_s = self._asking.number(phase.hold_s) or phase.min_s
            breaks_s = well.ends_s + BREAKS_AFTER * keeps_s
        else:
            breaks_s = (well.begins_s + well.ends_s) / 2
        there = Path(here, (well,)).at(breaks_s)
        breaks = Move(breaks_s, breaks_s + _BREAKS_IN_S, break_it(near=there))
        if phase.do in ("hold", "stand"):
            return [well, breaks]
        goes_on_s = breaks.ends_s + _BROKEN_S
        return [well, breaks, Move(goes_on_s, goes_on_s + well.ends_s - breaks_s, well.to)]

    def _move(self, t_s: float, here: Posture, to: Posture, phase: Phase | None = None) -> Move:
        """Set out after the reaction time; as slow as the phase wants it, and never hasty."""
        begins_s = t_s + float(self._rng.uniform(*_REACTION_S))
        way_mm = math.hypot(*(to[name] - here[name] for name in ("cop.ml_mm", "cop.ap_mm")))
        turn_deg = abs(to["circle.turned_deg"] - here["circle.turned_deg"])
        least_s = _LEAST_MOVE_S if to != here else _NO_MOVE_S
        lasts_s = max(least_s, way_mm / _CALM_MM_S, turn_deg / _CALM_DEG_S)
        if phase is not None and phase.do in ("go", "back"):
            tempo = self._asking.drill.dose.tempo
            wanted_s = 0.0 if tempo is None else tempo.out_s if phase.do == "go" else tempo.back_s
            lasts_s = max(lasts_s, wanted_s, 1.5 * phase.min_s)
            if phase.max_s:
                lasts_s = min(lasts_s, 0.7 * self._asking.number(phase.max_s))
        return Move(begins_s, begins_s + lasts_s, to)

    def _goal(self, sector: Sector | None) -> Posture:
        """Where the drill leads to from a baseline that is honest."""
        standing = self._body.standing
        first = next(phase for phase in self._asking.drill.phase if phase.record_baseline)
        honest = self._aiming.posture(first, sector, near=standing, rest=standing)
        to = goal(self._asking)
        return self._aiming.posture(to, sector, near=honest, rest=honest) if to else honest

    def _pressed(self, t_s: float) -> tuple[str, ...]:
        """Tick what has to be ticked by hand."""
        due = t_s - self._heard_s >= _TICKS_AFTER_S and self._asking.by_hand
        return ("done",) if due and self._fault.kind != "never" else ()

    def _values(self, t_s: float) -> dict[str, float | bool]:
        posture = self._path.at(t_s)
        values: dict[str, float | bool] = {**self._body.signals(self._sway.on(posture, t_s))}
        (was_s, was), self._was = self._was, (t_s, posture)
        if t_s > was_s:
            per_s = {name: (posture[name] - was[name]) / (t_s - was_s)
                     for name in ("cop.ml_mm", "cop.ap_mm", "imu.roll_deg")}  # fmt: skip
            values["cop.speed"] += math.hypot(per_s["cop.ml_mm"], per_s["cop.ap_mm"])
            values["cop.speed_ml"] += abs(per_s["cop.ml_mm"])
            values["imu.roll_speed"] += abs(per_s["imu.roll_deg"])
        return values | {name: values[name] >= 0.5 for name in _YES_NO}


def signals_of(sensors: Collection[str]) -> frozenset[str]:
    """Return the names of all signals that these sensors give."""
    there = {*sensors, *(("insole",) if "two insoles" in sensors else ())}
    return frozenset(name for name, signal in CATALOGUE.items() if there & set(signal.sensed_by))
