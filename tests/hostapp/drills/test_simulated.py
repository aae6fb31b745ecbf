# SPDX-License-Identifier: Apache-2.0
"""Simulated people do every drill of the library, and each grade says what they did."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from solemetry.errors import SolemetryError
from solemetry_host.commands.drills import app
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import LIBRARY
from solemetry_host.drills.running.outcome import Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun
from solemetry_host.drills.signals.catalogue import CATALOGUE
from solemetry_host.drills.simulated.asking import Asking
from solemetry_host.drills.simulated.faults import GOOD, fault, faults
from solemetry_host.drills.simulated.person import SimulatedPerson
from solemetry_host.drills.simulated.trials import Trial, attempt, expect, sensor_sets, trials

LIBRARY_DRILLS = [
    Drill.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in LIBRARY.glob("*.toml")
]
LIFT = """
schema = 1
id = "lift"
kind = "drill"
family = "test"
sides = "each"
[text.en]
title = "Lift the arch"
[sensors]
best = ["insole"]
works = ["plate"]
[dose]
reps = 2
basis = "default"
[[phase]]
id = "flat"
do = "stand"
min_s = 2.0
max_s = 10.0
on_timeout = "fail"
record_baseline = true
needs = [ { signal = "share.rearfoot", op = ">=", value = 0.4, reason = "heel first" } ]
[[phase]]
id = "lift"
do = "go"
max_s = 4.0
on_timeout = "fail"
reason = "nothing seen"
done = [ { signal = "share.midfoot_medial", op = "<=", value = 0.7, of = "baseline" } ]
[[phase]]
id = "keep"
do = "hold"
hold_s = 3.0
grace_s = 0.3
max_s = 8.0
on_timeout = "fail"
within = [
  { signal = "share.midfoot_medial", op = "<=", value = 0.8, of = "baseline", reason = "sank" },
  { signal = "share.mt1", op = ">=", value = 0.8, of = "baseline", reason = "rolled out" },
]
fail = [
  { signal = "imu.roll_speed", op = ">", value = 60, optional = true, reason = "fast" },
]
[safety]
stop_if = ["sharp_pain"]
[[source]]
key = "default"
says = "A test."
"""
LIFTING = Drill.model_validate(tomllib.loads(LIFT))


def change(**phases: dict[str, object]) -> Drill:
    """The drill above with other fields in its phases."""
    told = tomllib.loads(LIFT)
    for phase in told["phase"]:
        phase.update(phases.get(phase["id"], {}))
    return Drill.model_validate(told)


def played(drill: Drill, person: SimulatedPerson) -> tuple[Outcome, list[Reading], list[str]]:
    """What came of it, all readings and the phase in which each was taken."""
    run, readings, phases = DrillRun(drill), [], []
    while not run.ended:
        phases.append(run.view.phase)
        readings.append(person.reading(len(readings) / 60, run.view))
        run.take(readings[-1])
    assert run.outcome is not None
    return run.outcome, readings, phases


# The library.


@pytest.mark.parametrize("drill", LIBRARY_DRILLS, ids=lambda drill: drill.id)
def test_every_way_to_do_a_drill_is_graded_for_what_it_is(drill: Drill) -> None:
    told = [attempt(drill, 1, trial, rate_hz=30) for trial in trials(Asking(drill, 1))]
    wrong = [
        f"{r.trial.fault.name} with {r.trial.sensors}: {r.status} {r.reason!r}, not {r.expected}"
        for r in told
        if not r.as_expected
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("drill", "level"),
    [(drill, level.n) for drill in LIBRARY_DRILLS for level in drill.level[1:]],
    ids=lambda value: value.id if isinstance(value, Drill) else str(value),
)
def test_every_level_can_be_passed(drill: Drill, level: int) -> None:
    result = attempt(drill, level, Trial(GOOD, sensor_sets(drill)[0]))
    assert result.as_expected, f"{result.status}: {result.reason}"


@pytest.mark.parametrize(
    "drill", [drill for drill in LIBRARY_DRILLS if drill.phase], ids=lambda drill: drill.id
)
def test_the_best_sensors_are_enough_for_a_grade(drill: Drill) -> None:
    assert expect(drill, 1, Trial(GOOD, sensor_sets(drill)[0])).statuses == ("ok",)


@pytest.mark.parametrize("drill", LIBRARY_DRILLS, ids=lambda drill: drill.id)
def test_nothing_is_ok_that_was_asked_for_and_not_sensed(drill: Drill) -> None:
    asked = [one for one in Asking(drill, 1).all() if not one.optional]
    result = attempt(drill, 1, Trial(GOOD, ()))
    assert result.outcome is not None
    assert {rep.status for rep in result.outcome.reps} == ({"unverified"} if asked else {"ok"})


# Faults, by name.


def test_faults_have_the_names_of_what_the_file_asks() -> None:
    assert [one.name for one in faults(Asking(LIFTING, 1))] == [
        "break:flat.share.rearfoot",
        "break:lift.share.midfoot_medial",
        "break:keep.share.midfoot_medial",
        "break:keep.share.mt1",
        "break:keep.imu.roll_speed",
        "too_slow:lift",
        "cheats_baseline",
        "blinks",
        "drops_out",
        "loses_signals",
        "walks_off",
        "never",
    ]


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("good", "ok", ""),
        ("break:flat.share.rearfoot", "failed", "heel first"),
        ("break:lift.share.midfoot_medial", "failed", "nothing seen"),
        ("break:keep.share.midfoot_medial", "failed", "sank"),
        ("break:keep.share.mt1", "failed", "rolled out"),
        ("too_slow:lift", "failed", "nothing seen"),
        ("cheats_baseline", "failed", "nothing seen"),
        ("blinks", "ok", ""),
        ("never", "failed", "nothing seen"),
    ],
)
def test_a_fault_ends_as_somebody_reading_the_file_would_say(
    name: str, status: str, reason: str
) -> None:
    result = attempt(LIFTING, 1, Trial(fault(Asking(LIFTING, 1), name), ("insole",)))
    assert (result.status, result.reason) == (status, reason)
    assert result.as_expected


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(SolemetryError, match=r"no fault 'break:x'.*too_slow:lift"):
        fault(Asking(LIFTING, 1), "break:x")


def test_a_broken_condition_is_broken_and_all_others_hold() -> None:
    """Held against the file's numbers here, not by what grades."""
    broken = fault(Asking(LIFTING, 1), "break:keep.share.mt1")
    person = SimulatedPerson(LIFTING, fault=broken, sensors=("insole",))
    outcome, readings, phases = played(LIFTING, person)
    first = [n for n, _ in enumerate(phases) if readings[n].t_s < outcome.reps[0].ended_s]
    flat = [readings[n].values for n in first if phases[n] == "flat"][-60:]
    rest = {name: sum(float(v[name]) for v in flat) / len(flat) for name in flat[0]}
    end = [readings[n].values for n in first if phases[n] == "keep"][-120:]
    assert all(v["share.mt1"] < 0.8 * rest["share.mt1"] for v in end)
    assert all(v["share.midfoot_medial"] < 0.8 * rest["share.midfoot_medial"] for v in end)
    assert all(v["share.rearfoot"] >= 0.4 for v in end)
    assert [rep.status for rep in outcome.reps] == ["failed", "ok", "ok", "ok"]


def test_only_what_the_sensors_give_is_sensed() -> None:
    _, readings, _ = played(LIFTING, SimulatedPerson(LIFTING, sensors=("plate",)))
    names = {name for reading in readings for name in reading.values}
    assert names == {name for name, one in CATALOGUE.items() if "plate" in one.sensed_by}
    assert all(math.isfinite(v) for reading in readings for v in reading.values.values())


def test_the_same_seed_gives_the_same_readings() -> None:
    runs = [played(LIFTING, SimulatedPerson(LIFTING, seed=seed))[1] for seed in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


# What a trial has to notice.


def test_a_baseline_without_sanity_is_noticed() -> None:
    """The arch is up before it begins; only what compares with the baseline could tell."""
    drill = change(lift={"done": [{"signal": "share.midfoot_medial", "op": "<=", "value": 0.04}]},
                   keep={"within": [{"signal": "share.mt1", "op": ">=", "value": 0.8,
                                     "of": "baseline"}]})  # fmt: skip
    cheat = Trial(fault(Asking(drill, 1), "cheats_baseline"), ("insole",))
    result = attempt(drill, 1, cheat)
    assert (result.status, result.as_expected) == ("ok", False)


def test_a_drill_that_nobody_can_do_is_said_to_be_one() -> None:
    drill = change(keep={"within": [
        {"signal": "share.medial", "op": ">=", "value": 0.6},
        {"signal": "share.lateral", "op": ">=", "value": 0.6},
    ]})  # fmt: skip
    with pytest.raises(SolemetryError, match="phase keep: nobody can do it"):
        attempt(drill, 1, Trial(GOOD, ("insole",)))


def test_a_grade_that_is_wrong_is_noticed() -> None:
    result = attempt(LIFTING, 1, Trial(fault(Asking(LIFTING, 1), "too_slow:lift"), ("insole",)))
    assert result.outcome is not None
    first, *others = result.outcome.reps
    for wrong in (replace(first, status="ok"), replace(first, reason="sank")):
        graded = replace(result.outcome, reps=(wrong, *others))
        assert not replace(result, outcome=graded).as_expected
    harmed = replace(result.outcome, reps=(first, replace(others[0], status="failed")))
    assert not replace(result, outcome=harmed).as_expected


def test_a_drill_without_an_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solemetry_host.drills.simulated.trials.TOO_LONG_S", 5.0)
    result = attempt(LIFTING, 1, Trial(GOOD, ("insole",)))
    assert (result.status, result.as_expected) == ("endless", False)


# The command.


def test_the_command_prints_each_trial_and_leaves_0() -> None:
    done = CliRunner().invoke(app, ["simulate", "short-foot", "--fault", "good", "--json"])
    assert done.exit_code == 0, done.output
    [told] = json.loads(done.output)
    assert (told["drill"], told["level"], told["as_expected"]) == ("short-foot", 1, True)
    [trial] = told["trials"]
    assert (trial["trial"], trial["status"], trial["as_expected"]) == ("good", "ok", True)


def test_the_command_leaves_1_where_a_fault_passes(tmp_path: Path) -> None:
    """A roll that may begin rolled out; the file is the library's without its sanity."""
    text = (LIBRARY / "outgoing-roll.toml").read_text("utf-8")
    told = tomllib.loads(text)
    kept = [one for one in told["phase"][0]["needs"] if one.get("signal", "").startswith("fz")]
    assert len(kept) < len(told["phase"][0]["needs"])
    file = tmp_path / "roll.toml"
    begin, end = text.index("needs = ["), text.index("]\nsay", text.index("needs = ["))
    lines = [line for line in text[begin:end].splitlines() if "fz.bw" in line]
    file.write_text(text[:begin] + "needs = [\n" + "\n".join(lines) + "\n" + text[end:])
    done = CliRunner().invoke(app, ["simulate", str(file), "--fault", "cheats_baseline"])
    assert done.exit_code == 1
    assert "NO: failed" in done.output


@pytest.mark.parametrize("asked", [[], ["short-foot", "--all"]])
def test_the_command_wants_one_drill_or_all(asked: list[str]) -> None:
    done = CliRunner().invoke(app, ["simulate", *asked])
    assert done.exit_code == 2
    assert "--all" in done.output
