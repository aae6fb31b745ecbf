# SPDX-License-Identifier: Apache-2.0
"""Numbers of a drill: of each phase, each repetition and each side, by the names of its file.

``<phase>.time_s``, ``.duration_s`` and ``.time_in_band_pct`` are times; ``<phase>.<signal>.mean``,
``.max``, ``.min`` and ``.change_pct`` (of the baseline) go by what was sensed in the phase, means
weighted by time. What the pressure does while somebody stands still is sway, and sway is told only
of `min_window_s` and more. A clock has ``hours_ok``, ``max_pct_by_hour`` (one number for each hour,
as ``reach.max_pct_by_hour.12``), ``time_to_target_s`` and ``overshoot_pct``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from solemetry.sway.trajectory.ellipse import prediction_ellipse
from solemetry_host.drills.files.drill import Drill, Score
from solemetry_host.drills.running.outcome import Rep, Side
from solemetry_host.drills.running.phases import PhaseRun
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.traces import mean, trace

HOURS = ("hours_ok", "max_pct_by_hour", "time_to_target_s", "overshoot_pct")
TIMES = ("time_s", "duration_s", "time_in_band_pct")
STATISTICS = ("mean", "max", "min", "change_pct")
ELLIPSE = "cop.ellipse95_cm2"
OF_A_REP = ("touchdowns", "share_by_hour")
OF_A_SIDE = ("reps_ok", "reps")


def wanted(drill: Drill) -> tuple[str, ...]:
    """Return the names of all numbers that a drill asks for."""
    score = drill.score
    names = [*score.store]
    names += [score.primary.metric] if score.primary else []
    names += [score.change.metric] if score.change else []
    names += [level.passed.metric for level in drill.level if level.passed is not None]
    return tuple(dict.fromkeys(name for name in names if name))


def is_known(drill: Drill, name: str) -> bool:
    """Whether a name is one that can be measured in a drill."""
    if name in (*OF_A_REP, *OF_A_SIDE):
        return True
    found = _split(drill, name)
    if found is None:
        return False
    what = found[1]
    return what in (*TIMES, *HOURS, ELLIPSE) or what.rpartition(".")[2] in STATISTICS


def measure(drill: Drill, done: Sequence[PhaseRun]) -> dict[str, float]:
    """Return the numbers of one repetition, by name.

    Parameters
    ----------
    drill : Drill
    done : sequence of PhaseRun
        Its phases, as they went.
    """
    measures: dict[str, float] = {}
    for name in wanted(drill):
        if name == "touchdowns":
            measures[name] = float(touchdowns(done))
        elif name == "share_by_hour":
            measures |= _shown_by_hour(name, done)
        else:
            measures |= _of_a_phase(drill, name, done)
    return measures


def touchdowns(done: Iterable[PhaseRun]) -> int:
    """Return how often the other foot came down in phases that are not spent waiting."""
    count, before = 0, True
    for phase in done:
        if phase.step.phase.do in ("stand", "rest"):
            before = True
            continue
        for reading in phase.readings:
            now = bool(reading.values.get("touchdown", before))
            count += now and not before
            before = now
    return count


def of_sides(
    drill: Drill, reps: Sequence[Rep], given: Mapping[Side, Mapping[str, float]]
) -> dict[Side, dict[str, float]]:
    """Return the numbers of each side.

    The main number is the best of the last `best_of`; touch-downs are added up; anything else is
    the mean of the repetitions that were sensed.

    Parameters
    ----------
    drill : Drill
    reps : sequence of Rep
    given : mapping of Side to mapping of str to float
        Measured before, as the area of the functional base.
    """
    sides: dict[Side, dict[str, float]] = {}
    for side in dict.fromkeys(rep.side for rep in reps):
        own = [rep for rep in reps if rep.side == side]
        sensed = [rep for rep in own if rep.status != "unverified"]
        measures = {"reps": float(len(own))}
        measures["reps_ok"] = float(sum(rep.status == "ok" for rep in own))
        for name in dict.fromkeys(name for rep in sensed for name in rep.measures):
            values = [rep.measures[name] for rep in sensed if name in rep.measures]
            measures[name] = _together(drill.score, name, values)
        sides[side] = {**given.get(side, {}), **measures}
    return sides


def _together(score: Score, name: str, values: Sequence[float]) -> float:
    primary = score.primary
    if primary is not None and name == primary.metric and primary.best_of is not None:
        best = max if primary.better == "higher" else min
        return best(values[-primary.best_of :])
    if name == "touchdowns":
        return float(sum(values))
    return float(np.mean(values))


def _split(drill: Drill, name: str) -> tuple[str, str] | None:
    phase, _, what = name.partition(".")
    return (phase, what) if what and any(p.id == phase for p in drill.phase) else None


def _of_a_phase(drill: Drill, name: str, done: Sequence[PhaseRun]) -> dict[str, float]:
    found = _split(drill, name)
    if found is None:
        return {}
    own = [one for one in done if one.step.phase.id == found[0] and not one.step.on_the_way]
    if not own:
        return {}
    if found[1] in HOURS:
        return _of_a_clock(name, found[1], own)
    value = _of_one(drill.score, found[1], own[-1])
    return {} if value is None else {name: value}


def _of_one(score: Score, what: str, phase: PhaseRun) -> float | None:
    match what:
        case "time_s":
            return phase.stretch.held_s if phase.step.keeps_s is not None else phase.elapsed_s
        case "duration_s":
            return phase.elapsed_s
        case "time_in_band_pct":
            in_all_s = phase.stretch.in_all_s
            return 100 * in_all_s / phase.elapsed_s if phase.elapsed_s > 0 else None
    signal, _, statistic = what.rpartition(".")
    readings = _counted(score, phase, is_sway=what.startswith("cop."))
    if what == ELLIPSE:
        return _ellipse_cm2(readings)
    t_s, values = trace(readings, signal)
    if not len(values):
        return None
    match statistic:
        case "max":
            return float(values.max())
        case "min":
            return float(values.min())
    average, rest = mean(t_s, values), phase.baseline.get(signal)
    if statistic == "mean":
        return average
    return 100 * (average - rest.mean) / rest.mean if rest is not None and rest.mean else None


def _counted(score: Score, phase: PhaseRun, is_sway: bool) -> list[Reading]:
    """Return the readings that count; of sway none unless there are enough seconds of it."""
    readings = [reading for reading in phase.readings if reading.t_s <= phase.until_s]
    if not is_sway or phase.step.keeps_s is None:
        return readings
    readings = [r for r in readings if r.t_s >= phase.began_s + score.skip_first_s]
    long_enough = readings and readings[-1].t_s - readings[0].t_s >= score.min_window_s
    return readings if long_enough else []


def _of_a_clock(name: str, what: str, hours: Sequence[PhaseRun]) -> dict[str, float]:
    reached = [hour for hour in hours if hour.end and hour.end.how == "done"]
    match what:
        case "hours_ok":
            return {name: float(len(reached))}
        case "max_pct_by_hour":
            farthest = {_hour(hour): _farthest(hour) for hour in hours}
            return {f"{name}.{hour}": pct for hour, pct in farthest.items() if pct is not None}
        case "time_to_target_s":
            entered = [(hour.began_s, hour.stretch.entered_s) for hour in reached]
            values = [there_s - called_s for called_s, there_s in entered if there_s is not None]
        case _:
            values = [over for hour in reached if (over := _overshoot(hour)) is not None]
    return {name: float(np.mean(values))} if values else {}


def _farthest(hour: PhaseRun) -> float | None:
    _, reach = trace(hour.readings, "reach.pct")
    return float(reach.max()) if len(reach) else None


def _overshoot(hour: PhaseRun) -> float | None:
    """Return how much farther than where it was held the reach went."""
    t_s, reach = trace(hour.held, "reach.pct")
    farthest = _farthest(hour)
    if farthest is None or not len(reach):
        return None
    return farthest - mean(t_s, reach)


def _shown_by_hour(name: str, done: Iterable[PhaseRun]) -> dict[str, float]:
    """Return the means of what else a clock shows, while the hour was held."""
    means = {}
    for hour in done:
        sector = hour.step.sector
        if sector is None:
            continue
        for shown in hour.step.phase.also_show:
            t_s, values = trace(hour.held, shown.signal)
            if sector.hour in shown.hours and len(values):
                means[f"{name}.{_hour(hour)}.{shown.signal}"] = mean(t_s, values)
    return means


def _hour(done: PhaseRun) -> str:
    return f"{done.step.sector.hour:g}" if done.step.sector is not None else ""


def _ellipse_cm2(readings: Sequence[Reading]) -> float | None:
    names = ("cop.ml_mm", "cop.ap_mm")
    cop_mm = [
        [float(reading.values[name]) for name in names]
        for reading in readings
        if all(name in reading.values for name in names)
    ]
    return prediction_ellipse(np.array(cop_mm)).area_mm2 / 100 if len(cop_mm) > 2 else None
