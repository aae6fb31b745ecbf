# SPDX-License-Identifier: Apache-2.0
"""Somebody with recordings of a drill on several days, made by hand, and their results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import h5py
import numpy as np
from mixes import PLATE, Feeder, on_plate

from solemetry.session import write_load
from solemetry.session.format import FORMAT, RECORDING, VERSION
from solemetry.session.partial import PartialFile, event_line
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.on_devices.live import BEGIN, END, Beginning
from solemetry_host.drills.running.outcome import Outcome, Rep, Side
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.live.engine import Engine
from solemetry_host.live.recorder import Recorder
from solemetry_host.people.folder import Library, Person
from solemetry_host.people.results import Context, Result

FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
FS_HZ = 50.0
HOLD_S, PAUSE_S, BEGAN_S = 12.0, 3.0, 2.0
FORCE_N = 680.0


def sway(seconds: float, size_mm: float, seed: int) -> np.ndarray:
    """A centre of pressure that sways within 5 Hz, SD `size_mm` either way, ``(T, 2)``."""
    rng, n = np.random.default_rng(seed), round(seconds * FS_HZ)
    t_s = np.arange(n) / FS_HZ
    out = np.zeros((n, 2))
    for hz in rng.uniform(0.1, 2.0, 12):
        phase = rng.uniform(0, 2 * np.pi, 2)
        out += np.sin(2 * np.pi * hz * t_s[:, None] + phase) / hz**0.5
    return out / out.std(axis=0) * size_mm + (10.0, 20.0)


def do_drill(
    person: Person,
    drill: Drill,
    day: int,
    size_mm: float,
    sides: Sequence[Side] = ("left", "left", "right", "right"),
    bases: Mapping[str, FunctionalBase] | None = None,
) -> Path:
    """Record one drill of some repetitions, and keep its result; return the recording."""
    at = FIRST + timedelta(days=day)
    begins = [1.0 + n * (HOLD_S + PAUSE_S) for n in range(len(sides))]
    reps = tuple(
        Rep(side, 1, n + 1, "ok", "", "hold", begin, begin + HOLD_S, False,
            {"hold.sway_mm": size_mm * (1 + 0.01 * n), "hold.time_s": HOLD_S})
        for n, (side, begin) in enumerate(zip(sides, begins, strict=True))
    )  # fmt: skip
    seconds = BEGAN_S + begins[-1] + HOLD_S + 2.0
    cop_mm = sway(seconds, size_mm, seed=day)
    t_s = np.arange(len(cop_mm)) / FS_HZ
    path = person.new_session(at)
    detail = Beginning(drill, body=Body(bases=dict(bases or {}))).to_detail()
    write_load(
        path, t_s, np.full(len(t_s), FORCE_N), cop_mm, FS_HZ,
        subject={"participant_id": person.id}, start_utc=at,
        events=[(BEGAN_S, BEGIN, detail), (20.0, "marker", {"text": "arms crossed"}),
                (seconds - 1.0, END, {"ended": "completed"})],
    )  # fmt: skip
    outcome = Outcome(drill.id, drill.version, 1, reps, "completed", {}, ())
    context = Context(at, {"plate": "factory"}, "barefoot", "plate", "none", "single", path.name)
    person.keep(Result(person.id, context, outcome))
    return path


def base(width_mm: float, length_mm: float, day: int) -> FunctionalBase:
    """An ellipse of a base, of so many mm either way, measured on a day."""
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    loops = np.column_stack((width_mm / 2 * np.cos(turn), length_mm / 2 * np.sin(turn)))
    return replace(FunctionalBase.from_loops(loops), on=(FIRST + timedelta(days=day)).date())


def somebody(folder: Path, drill: Drill, days: Sequence[int] = (0, 2, 9)) -> Person:
    """Add somebody who did a drill on some days, from the third on swaying a third as much."""
    person = Library(folder).add(date(2026, 3, 1), {"name": "Ada", "mass_kg": 69.0})
    for number, day in enumerate(days):
        bases = {"left": base(50.0 + 5 * number, 160.0, day)} if number != 1 else {}
        do_drill(person, drill, day, 6.0 if number < 2 else 2.0, bases=bases)
    return person


def broken_off(path: Path, drill: Drill) -> Path:
    """A recording whose computer went down soon after it began."""
    attributes = {
        "format": FORMAT, "format_version": VERSION, "state": RECORDING, "session_id": "test",
        "start_utc": "2026-03-20T08:00:00+00:00", "t0_host_ns": 1_000, "t0_epoch_ns": 0,
        "software": "test", "platform": "test",
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        partial = PartialFile(file, attributes, {"participant_id": "p-abc234"})
        detail = json.dumps(Beginning(drill).to_detail())
        partial.events.append(event_line(2_000_001_000, BEGIN, detail))
    return path


def on_own_plate(path: Path) -> Path:
    """Somebody of 600 N stands on a plate of ours for some seconds."""
    engine, recorder = Engine(), Recorder(path)
    feeder = Feeder("plate", PLATE, on_plate(600.0, 20.0, -10.0, PLATE))
    engine.take(feeder.opened())
    engine.begin_take(recorder)
    for block in feeder.blocks(5.0, 17.0):
        engine.take(block)
    engine.end_take()
    return recorder.stop()
