"""The library that ships: all of it is there, sound, and says where it comes from."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import solemetry_host.drills
from solemetry_host.drills.files.checking import check
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.linting.walk import all_conditions
from solemetry_host.drills.files.plans import NormTable, Plan
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.running.scoring import is_known, wanted
from solemetry_host.drills.running.turns import turns
from solemetry_host.drills.signals.catalogue import CATALOGUE

LIBRARY = Path(solemetry_host.drills.__file__).parent / "library"
DOCS = Path(__file__).parents[3] / "docs"

DRILL_FILES = sorted(LIBRARY.glob("*.toml"))
PLAN_FILES = sorted((LIBRARY / "plans").glob("*.toml"))
DRILLS = [Drill.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in DRILL_FILES]
PLANS = [Plan.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in PLAN_FILES]
SHELF = Shelf(own=Path("nowhere"))
BY_ID = {drill.id: drill for drill in DRILLS}

ASKED_FOR = {
    "short foot (3 levels)": "short-foot",
    "one leg eyes open": "single-leg-eyes-open",
    "one leg eyes closed": "single-leg-eyes-closed",
    "clock balance": "clock-balance",
    "3D hamstrings": "3d-hamstrings",
    "3D ankle and hip opener": "3d-ankle-hip-opener",
    "outgoing roll": "outgoing-roll",
    "heel circle": "heel-circle",
    "banded squat": "banded-squat",
    "one-leg Romanian deadlift": "single-leg-rdl",
    "step up to balance": "step-up-to-balance",
    "banded lunge": "banded-lunge",
    "lunge with torso twist": "lunge-torso-twist",
    "pronation loading": "pronation-loading",
    "big-toe loading": "big-toe-loading",
    "torso/abdominal pressurization": "torso-pressurization",
    "lateral arch hold": "lateral-arch-hold",
    "great-toe mobility": "great-toe-mobility",
    "knee-to-wall": "knee-to-wall",
    "gait check": "gait-check",
    "ball rolling": "ball-rolling",
    "leg extensions": "leg-extensions",
    "swimming back extensions": "swimming-back-extensions",
    "abduction": "abduction",
    "femur rotation": "femur-rotation",
    "locomotion": "locomotion",
    "quad stretch and sacral checklist": "quad-stretch-sacral-opening",
    "mental rehearsal": "mental-rehearsal",
    "limits of stability": "limits-of-stability",
    "mCTSIB": "mctsib",
    "Romberg": "romberg",
    "weight-bearing symmetry": "weight-bearing-symmetry",
}

ROWS = {0: 20, 1: 26, 2: 12, 3: 12, 4: 10}
"""How many exercises, claims, measurements and rules each source text has."""


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("*.toml")), ids=lambda file: file.stem)
def test_every_file_is_sound_and_named_as_its_id(file: Path) -> None:
    checked = check(file, SHELF.known)
    assert checked.findings == ()
    assert checked.content is not None
    assert checked.content.id == file.stem


@pytest.mark.parametrize("asked", ASKED_FOR)
def test_what_was_asked_for_is_there(asked: str) -> None:
    assert ASKED_FOR[asked] in BY_ID


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)
def test_a_drill_is_told_in_full_in_both_languages(drill: Drill) -> None:
    for language in ("en", "de"):
        words = drill.text[language]
        assert all((words.title, words.why, words.start, words.cue, words.stop)), language
    assert drill.text["en"] != drill.text["de"]


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)
def test_a_drill_asks_only_for_what_there_is(drill: Drill) -> None:
    asked = {condition.signal for _, condition in all_conditions(drill)}
    asked |= {shown.signal for phase in drill.phase for shown in phase.also_show}
    assert asked <= CATALOGUE.keys()
    for required in drill.gate.requires:
        assert required.level <= len(BY_ID[required.drill].level) or required.level == 1


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)
def test_every_number_that_a_drill_keeps_can_be_measured(drill: Drill) -> None:
    entered = {f"{ask.id}.mean" for ask in drill.score.ask if ask.per == "rep"}
    measured_before = {"calibrated_area_cm2"}
    for name in wanted(drill):
        assert is_known(drill, name) or name in entered | measured_before, name


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)
def test_every_basis_is_among_the_sources(drill: Drill) -> None:
    told = [drill.dose.basis, *(condition.basis for _, condition in all_conditions(drill))]
    named = {key for basis in told for key in re.findall(r"(?:seed|lit):\w+", basis)}
    assert named <= {source.key for source in drill.source}


@pytest.mark.parametrize(
    "drill", [drill for drill in DRILLS if any(lv.passed for lv in drill.level)], ids=lambda d: d.id
)
def test_every_level_can_be_passed_by_repetitions_without_feedback(drill: Drill) -> None:
    silent = [turn for turn in turns(drill, ("left",)) if not turn.with_feedback]
    for level in drill.level:
        if level.passed is not None:
            trials = re.search(r"(?:best|mean)(\d)", level.passed.at_least_norm)
            asked = int(trials[1]) if trials else level.passed.of or 1
            assert len(silent) >= asked


def test_short_foot_has_the_three_levels_of_its_texts() -> None:
    postures = [level.set["posture"] for level in BY_ID["short-foot"].level]
    assert postures == ["seated", "double", "single"]


def test_balance_comes_after_short_foot_and_closed_eyes_after_open_ones() -> None:
    def before(drill: str) -> set[str]:
        direct = {required.drill for required in BY_ID[drill].gate.requires}
        return direct.union(*(before(one) for one in direct))

    assert "short-foot" in before("single-leg-eyes-open")
    assert "single-leg-eyes-open" in before("single-leg-eyes-closed")
    for drill in DRILLS:
        assert drill.id not in before(drill.id)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_a_plan_refers_to_drills_and_levels_that_exist(plan: Plan) -> None:
    retests = [name for week in plan.block.week for name in week.retest] if plan.block else []
    assert set(retests) <= BY_ID.keys()
    for item in plan.items:
        assert item.level is None or item.level <= len(BY_ID[item.drill].level)
        assert item.drill in BY_ID


def test_the_circuit_is_the_one_of_the_text() -> None:
    circuit = SHELF.plan("runner-circuit-4x").circuit
    assert circuit is not None
    assert (circuit.rounds, circuit.rest_between_rounds_s) == (4, 60)
    assert circuit.rest_between_items_s == 0
    assert [(item.drill, item.reps or item.seconds) for item in circuit.item] == [
        ("single-leg-rdl", 6),
        ("leg-extensions", 45),
        ("banded-lunge", 12),
        ("step-up-to-balance", 6),
        ("swimming-back-extensions", 45),
        ("lunge-torso-twist", 12),
    ]


def test_the_ladder_never_asks_for_a_rung_before_what_it_requires() -> None:
    focus = SHELF.plan("foot-first").focus
    assert focus is not None
    climbed: dict[str, int] = {}
    for rung in focus.ladder:
        level = rung.level or 1
        for required in BY_ID[rung.drill].gate.requires:
            if not required.for_levels or level in required.for_levels:
                assert climbed.get(required.drill, 0) >= required.level, (rung, required)
        climbed[rung.drill] = max(level, climbed.get(rung.drill, 0))


def test_time_on_one_leg_falls_with_age_and_is_shorter_with_eyes_closed() -> None:
    """As the abstract of Springer 2007 says; and a best of three is no less than their mean."""
    table = SHELF.norm("springer2007")
    ages = (25, 45, 55, 65, 75, 85)
    for column in table.column:
        values = [table.value(column, age) for age in ages]
        assert all(a is not None and b is not None and a > b for a, b in pairwise(values))
    for age in ages:
        at = {column: table.value(column, age) or 0.0 for column in table.column}
        assert at["ec_best3_s"] < at["eo_best3_s"] <= 45
        assert at["ec_mean3_s"] < at["ec_best3_s"]
        assert at["eo_mean3_s"] < at["eo_best3_s"]


def test_times_with_eyes_closed_are_those_that_others_cite() -> None:
    """The best of women and men as a public project cites them, the mean as Physiopedia does."""
    table = SHELF.norm("springer2007")
    women_and_men = {
        25: (13.1, 16.9), 45: (13.5, 12.0), 55: (7.9, 8.6),
        65: (3.6, 5.1), 75: (3.7, 2.6), 85: (2.1, 1.8),
    }  # fmt: skip
    for age, both in women_and_men.items():
        assert table.value("ec_best3_s", age) == pytest.approx(sum(both) / 2, abs=0.06)
    for age, mean, digits in ((25, 9, 0), (45, 7, 0), (55, 4.8, 1), (65, 2.8, 1), (75, 2, 0)):
        assert round(table.value("ec_mean3_s", age) or 0.0, digits) == mean


def test_a_norm_ends_where_its_people_end() -> None:
    table: NormTable = SHELF.norm("springer2007")
    assert table.value("eo_best3_s", 17.9) is None
    assert table.value("eo_best3_s", 39.9) == table.value("eo_best3_s", 18)


def test_a_norm_is_provisional_until_its_paper_was_read() -> None:
    told = tomllib.loads((LIBRARY / "norms" / "springer2007.toml").read_text("utf-8"))
    told["column"]["ec_best3_s"]["standing"] = "read"
    read = NormTable.model_validate(told)
    assert not read.is_provisional("ec_best3_s")
    assert read.is_provisional("eo_best3_s")
    assert all(SHELF.norm("springer2007").is_provisional(column) for column in read.column)


def test_weeks_of_a_block_are_each_there_once() -> None:
    told = tomllib.loads((LIBRARY / "plans" / "eight-weeks.toml").read_text("utf-8"))
    told["block"]["week"][1]["weeks"] = [1, 2]
    with pytest.raises(ValueError, match="each of 1 to 8"):
        Plan.model_validate(told)


def test_the_table_of_the_source_texts_skips_nothing() -> None:
    rows = _source_rows()
    asked = [f"{text}.{n}" for text, last in ROWS.items() for n in range(1, last + 1)]
    assert [row[0] for row in rows] == asked


def test_every_row_of_the_source_texts_names_how_and_a_file_that_exists() -> None:
    for number, says, how, where in _source_rows():
        assert says, number
        assert how, number
        links = re.findall(r"\]\(([^)#]+)\)", where)
        assert links, number
        assert all((DOCS / link).exists() for link in links), number


def test_the_manual_names_every_drill_and_plan() -> None:
    manual = (DOCS / "drills.md").read_text("utf-8")
    assert [one.id for one in (*DRILLS, *PLANS) if f"`{one.id}`" not in manual] == []


def _source_rows() -> list[tuple[str, str, str, str]]:
    text = (DOCS / "source-texts.md").read_text("utf-8")
    return re.findall(r"^\| (\d\.\d+) \| (.*?) \| (.*?) \| (.*) \|$", text, re.MULTILINE)
