# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from drill_page import example
from hypothesis import given
from hypothesis import strategies as st

from solemetry.errors import FileError
from solemetry_host.drills.files.checking import Checked, check, check_text
from solemetry_host.drills.files.describing import describe
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.linting import Known
from solemetry_host.drills.files.shelf import LIBRARY, Shelf
from solemetry_host.drills.running.run import DrillRun

SOUND = example()
NAME = Path("my.toml")
SHELF = Shelf(Path("nowhere"))
ALL_SORTS = [SOUND] + [
    (LIBRARY / f"{name}.toml").read_text("utf-8")
    for name in ("short-foot", "single-leg-eyes-closed", "clock-balance", "ball-rolling")
]
KNOWN = Known({"short-foot": 3}, {"springer2007": ("eo_best3_s",)})


def looked_through(text: str, known: Known | None = None) -> Checked:
    return check_text(text, NAME, known)


def changed(old: str, new: str, text: str = SOUND) -> str:
    assert old in text
    return text.replace(old, new, 1)


def line_of(what: str, text: str) -> int:
    return text[: text.index(what)].count("\n") + 1


def test_the_drill_of_the_manual_is_sound_and_nothing_is_to_be_said_of_it() -> None:
    checked = looked_through(SOUND, KNOWN)
    assert checked.findings == ()
    assert isinstance(checked.content, Drill)


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("*.toml")), ids=lambda file: file.stem)
def test_what_ships_is_sound(file: Path) -> None:
    assert check(file).findings == ()


# ---- what the schema refuses ---------------------------------------------------------------

REFUSED = [
    # what was written instead, where, and words that have to be told
    ('do = "go"', 'do = "jump"', "phase[1].do", ["jump", "go", "hold"]),
    ('do = "go"', 'doo = "go"', "phase[1].doo", ["doo", "'do'"]),
    ("hold_s = 3.0", 'hold_s = "3"', "phase[2].hold_s", ['"3"', "number", "level."]),
    ("hold_s = 3.0", "hold_s = nan", "phase[2].hold_s", ["number"]),
    ("reps   = 5", "reps = 2.5", "dose.reps", ["2.5", "whole number"]),
    ("reps   = 5", "reps = 0", "dose.reps", ["0", "greater than or equal to 1"]),
    ("reps   = 5", "reps = 5000000", "dose.reps", ["5000000", "500"]),
    ("reps   = 5", "reps = 99999999999999999999", "dose.reps", ["too many digits"]),
    ("reps   = 5", f"reps = 0x{'f' * 5000}", "dose.reps", ["too many digits"]),
    ("reps   = 5", "reps = true", "dose.reps", ["true", "whole number"]),
    ('op = "near", value = 0', 'op = "near", value = [0]', "phase[3].done[0].prefer[0].value",
     ["number", "true or false"]),
    ('id      = "lean-to-the-ball"', 'id = "Lean!"', "id", ["Lean!", "small letters"]),
    ('id = "stay"', 'id = "Stay here"', "phase[2].id", ["Stay here", "small letters"]),
    ("set  = { forefoot = 0.60", "set = { forefoot = 1979-05-27", "level[0].set.forefoot",
     ["1979-05-27"]),
    ('best = ["insole", "plate"]', 'best = "insole"', "sensors.best", ["insole", "list"]),
    ("record_baseline = true", "record_baseline = 1", "phase[0].record_baseline",
     ["1", "true or false"]),
    ('stop_if = ["sharp_pain", "dizzy", "giving_way"]', "stop_if = []", "safety.stop_if",
     ["At least one"]),
    ("reps_ok = 4", "reps_okay = 4", "level[0].pass.reps_okay", ["'reps_ok'"]),
    ('why   = "Feel', 'wy = "Feel', "text.en.wy", ["'why'"]),
    ("schema  = 1", "schema = 2", "schema", ["2", "1"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "words"), REFUSED, ids=lambda it: str(it)[:30])
def test_what_the_schema_refuses_is_told_with_its_line(
    old: str, new: str, path: str, words: list[str]
) -> None:
    text = changed(old, new)
    checked = looked_through(text)
    assert not checked.sound
    finding = {one.path: one for one in checked.findings}[path]
    assert finding.line == line_of(new, text)
    for word in words:
        assert word in str(finding)


def only(checked: Checked) -> Any:
    assert not checked.sound
    assert len(checked.findings) == 1, [str(one) for one in checked.findings]
    return checked.findings[0]


@pytest.mark.parametrize(
    ("gone", "path", "header"),
    [
        ('basis  = "own"\n', "dose.basis", "[dose]"),
        ('title = "Lean to the ball of the foot"\n', "text.en.title", "[text.en]"),
        ('stop_if = ["sharp_pain", "dizzy", "giving_way"]\n', "safety.stop_if", "[safety]"),
        ('do = "go"\n', "phase[1].do", '[[phase]]\nid = "lean"'),
    ],
)
def test_what_is_missing_is_told_where_it_belongs(gone: str, path: str, header: str) -> None:
    text = changed(gone, "")
    finding = only(looked_through(text))
    assert (finding.path, finding.line) == (path, line_of(header, text))
    assert "missing" in finding.problem


def test_a_drill_without_safety_is_refused() -> None:
    text = re.sub(r"\[safety\].*?\n\n", "", SOUND, flags=re.DOTALL)
    finding = only(looked_through(text))
    assert finding.path == "safety"
    assert "stop_if" in finding.remedy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('do = "go"', "do = go"),
        ('id = "lean"', 'id = "lean'),
        ("[dose]", "[dose"),
        ("reps   = 5", "reps = 5\nreps = 6"),
        ("[dose]", "[dose]\nx"),
    ],
)
def test_where_a_text_stops_being_toml_is_told(old: str, new: str) -> None:
    text = changed(old, new)
    finding = only(looked_through(text))
    assert "not TOML" in finding.problem
    assert abs(finding.line - line_of(new, text)) <= 1


def test_a_file_that_breaks_off_is_told() -> None:
    assert "not TOML" in only(looked_through(SOUND[: SOUND.index("on the plate")])).problem


def test_everything_is_told_at_once_in_the_order_of_the_file() -> None:
    text = changed('do = "go"', 'do = "jump"')
    text = changed("reps   = 5", 'reps = "five"', text)
    text = changed("stop_if = [", "stop_when = [", text)
    checked = looked_through(text)
    assert [finding.path for finding in checked.findings] == [
        "dose.reps", "phase[1].do", "safety.stop_if", "safety.stop_when",
    ]  # fmt: skip


def test_words_are_looked_at_in_any_file_even_one_that_is_not_understood() -> None:
    text = changed("Lean forward from the ankle.", "This prevents injuries.")
    checked = looked_through(changed("reps   = 5", "reps = 0", text))
    assert [one.path for one in checked.findings] == ["text.en.cue", "dose.reps"]
    plan = (LIBRARY / "plans" / "runner-circuit-4x.toml").read_text("utf-8")
    title = tomllib.loads(plan)["text"]["en"]["title"]
    assert only(looked_through(changed(title, "Against flat feet", plan))).path == "text.en.title"


def test_what_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(b"schema = 1\nid = '\xff'\n")
    finding = only(check(file))
    assert "UTF-8" in finding.problem
    assert finding.line == 2


@pytest.mark.parametrize("depth", [50, 200, 400, 800, 5000])
def test_lists_in_lists_are_told_however_many(depth: int) -> None:
    text = changed("reps   = 5", "reps = " + "[" * depth + "]" * depth)
    assert not looked_through(text).sound


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "No such file" in only(check(tmp_path / "none.toml")).problem
    assert "directory" in only(check(tmp_path)).problem
    with pytest.raises(FileError, match=r"none\.toml"):
        check(tmp_path / "none.toml").use()


# ---- what the linter refuses ---------------------------------------------------------------

LINTED = [
    ('cue   = "Lean forward', 'cue = "Against overpronation: lean forward', "text.en.cue",
     ["overpronation", "health"]),
    ('reason = "did not come back"', 'reason = "abnormal"', "phase[3].reason", ["abnormal"]),
    ("max_s = 10.0\n", "", "phase[2]", ["can hang", "max_s"]),
    ('max_s = 10.0\non_timeout = "fail"\n', "max_s = 10.0\n", "phase[2].max_s", ["on_timeout"]),
    ("max_s = 10.0", "max_s = 2.0", "phase[2].max_s", ["2 s", "3 s"]),
    ("hold_s = 3.0\n", "", "phase[2]", ["how long to hold"]),
    ('"share.forefoot", op = ">=", value = "level.forefoot", basis = "own" },',
     '"share.forefoot", op = ">=", value = "level.forefoot" },',
     "phase[1].done[0].prefer[0].basis", ["comes from", "own"]),
    ('"share.forefoot", op = ">=", value = "level.forefoot", basis = "own" },',
     '"share.forefoot", op = ">=", value = "level.forefoot", basis = "a book" },',
     "phase[1].done[0].prefer[0].basis", ["comes from"]),
    ('basis  = "own"', 'basis = ""', "dose.basis", ["comes from"]),
    ('"share.rearfoot"', '"share.rerfoot"', "phase[0].needs[0].prefer[0].signal",
     ["share.rerfoot", "'share.rearfoot'"]),
    ('"share.rearfoot", op = ">=", value = 0.30', '"share.rearfoot", op = ">=", value = 30',
     "phase[0].needs[0].prefer[0].value", ["30", "0.3"]),
    ('"share.rearfoot", op = ">="', '"share.rearfoot", op = "is"',
     "phase[0].needs[0].prefer[0].op", ["is", ">="]),
    ('"share.rearfoot", op = ">=", value = 0.30', '"share.rearfoot", op = ">=", value = true',
     "phase[0].needs[0].prefer[0].value", ["a number"]),
    ("tol = 0.08, ", "", "phase[3].done[0].prefer[0]", ["tol"]),
    ("tol = 0.08, ", 'tol = 0.08, unit = "N", ', "phase[3].done[0].prefer[0].unit", ["'N'"]),
    ("tol = 0.08, ", 'tol = 0.08, when = { param = "heel", is = "on" }, ',
     "phase[3].done[0].prefer[0].when", ["heel", "[params]"]),
    ('id = "stay"', 'id = "lean"', "phase[2].id", ["two phases"]),
    ('best = ["insole", "plate"]', 'best = ["insole", "plates"]', "sensors.best[1]",
     ["plates", "two insoles"]),
    ("n = 2", "n = 3", "level[1].n", ["1, 2, 3"]),
    ("reps_ok = 4, of = 5", "reps_ok = 6, of = 5", "level[0].pass.reps_ok", ["6 of 5"]),
    ("reps_ok = 4, of = 5", "reps_ok = 4, of = 11", "level[0].pass.reps_ok", ["4 of 11", "10"]),
    ("reps_ok = 4, of = 5, sessions", "sessions", "level[0].pass", ["reps_ok"]),
    ("reps_ok = 4, of = 5", 'metric = "stay.time_s"', "level[0].pass", ["at_least"]),
    ('schedule   = "alternate"', 'schedule = "alternate"\npacer = true', "feedback.pacer",
     ["tempo"]),
    ('do = "hold"', 'do = "hold"\nfor_each = "hours"', "phase[2].for_each", ["[hours]"]),
    ('do = "hold"', 'do = "hold"\nreturn_to = "stnad"', "phase[2].return_to", ["'stand'"]),
    ('drill = "short-foot"', 'drill = "shortfoot"', "gate.requires[0].drill", ["'short-foot'"]),
    ('"short-foot", level = 1', '"short-foot", level = 4', "gate.requires[0].level", ["3"]),
    ('better = "higher" }',
     'better = "higher" }\nnorm = { table = "springer2007", column = "ec" }',
     "score.norm.column", ["eo_best3_s"]),
    ("reps_ok = 4, of = 5", 'metric = "stay.time_s", at_least_norm = "eo_best3_s"',
     "level[0].pass.at_least_norm", ["[score]", "norm"]),
    ('metric = "reps_ok"', 'metric = "stya.time_s"', "score.primary.metric",
     ["stya.time_s", "back.time_s"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "words"), LINTED, ids=lambda it: str(it)[:30])
def test_what_cannot_be_done_well_is_refused_with_its_line(
    old: str, new: str, path: str, words: list[str]
) -> None:
    text = changed(old, new)
    finding = only(looked_through(text, KNOWN))
    assert finding.path == path
    for word in words:
        assert word in str(finding)
    told = tomllib.loads(text)
    for step in finding.place:  # the place is there, or something is missing in what holds it
        if not (isinstance(told, list) or step in told):
            break
        told = told[step]
    else:
        step = finding.place[-1]
        line = text.splitlines()[finding.line - 1]
        assert isinstance(step, int) or step in line


def test_a_level_asks_for_a_column_that_is_there() -> None:
    norm = 'norm = { table = "springer2007", column = "eo_best3_s" }'
    text = changed('better = "higher" }', f'better = "higher" }}\n{norm}')
    asked = 'metric = "stay.time_s", at_least_norm = "eo_best_s"'
    text = changed("reps_ok = 4, of = 5", asked, text)
    finding = only(looked_through(text, KNOWN))
    assert finding.path == "level[0].pass.at_least_norm"
    assert "'eo_best3_s'" in finding.remedy


def test_a_plan_is_made_of_drills_that_are_there() -> None:
    plan = (LIBRARY / "plans" / "runner-circuit-4x.toml").read_text("utf-8")
    assert looked_through(plan, SHELF.known).sound
    text = changed('"banded-lunge"', '"banded-lung"', plan)
    finding = only(looked_through(text, SHELF.known))
    assert finding.line == line_of('"banded-lung"', text)
    assert "'banded-lunge'" in finding.remedy


def test_a_baseline_is_measured_before_it_is_used_and_not_of_anything() -> None:
    text = changed("record_baseline = true\n", "")
    findings = looked_through(text).findings
    uses = [n for n, line in enumerate(text.splitlines(), 1) if 'of = "baseline"' in line]
    assert [one.line for one in findings] == uses
    text = changed('do = "go"', 'do = "go"\nrecord_baseline = true')
    finding = only(looked_through(text))
    assert finding.path == "phase[1].record_baseline"
    assert "starts wrong" in finding.problem


def test_a_number_that_a_level_does_not_set_is_refused_wherever_it_is_used() -> None:
    text = changed("set  = { forefoot = 0.70, ", "set  = { ")
    findings = looked_through(text).findings
    uses = [n for n, line in enumerate(text.splitlines(), 1) if '"level.forefoot"' in line]
    assert [one.line for one in findings] == uses
    assert all("level 2" in one.problem for one in findings)


def test_eyes_are_closed_only_with_a_support_and_an_end() -> None:
    text = changed('say = "Stay."', 'say = "Eyes closed."')
    assert looked_through(text).sound
    text = changed("[safety]\nconfirm_before", "[safety]\n#", text)
    assert "support" in only(looked_through(text)).problem
    touchdown = '{ signal = "touchdown", op = "is", value = true, optional = true }'
    text = changed('say = "Eyes closed."', f'say = "Eyes closed."\nfail = [ {touchdown} ]', text)
    findings = looked_through(text).findings
    assert [one.path for one in findings] == ["safety", "safety"]
    assert "max_touchdowns_in_row" in findings[1].remedy


def test_a_sensor_that_cannot_see_a_phase_is_advice() -> None:
    text = changed('best = ["insole", "plate"]', 'best = ["insole"]\nworks = ["plate"]')
    text = changed('"lever.forefoot", op = "<="', '"share.forefoot", op = "<="', text)
    checked = looked_through(text)
    (advice,) = checked.findings
    assert checked.sound
    assert not advice.refused
    assert advice.path == "phase[0]"
    assert "plate" in advice.problem
    by_grade = changed("[gate]", '[gate]\nif_not_sensed = "use_grade"', text)
    assert looked_through(by_grade).findings == ()


@pytest.mark.parametrize(
    ("schedule", "silent"), [("always", 1), ("fade", 4), ("alternate", 5), ("off", 10)]
)
def test_a_level_that_too_few_repetitions_count_for_is_advice(schedule: str, silent: int) -> None:
    """Only those without feedback count; the last one always is without."""
    text = changed('schedule   = "alternate"', f'schedule = "{schedule}"')
    text = changed("test_set_without = true", "", text)
    advice = looked_through(text.replace("of = 5", "of = 10")).findings
    assert len(advice) == (0 if silent == 10 else 2)  # both levels
    assert all(f"and {silent} are done" in one.problem for one in advice)


def test_what_is_kept_and_nothing_gives_is_advice() -> None:
    store = 'store = ["stay.time_s", "stay.share.mt1.mean", "stay.times", "nowhere.time_s"]'
    checked = looked_through(changed('better = "higher" }', f'better = "higher" }}\n{store}'))
    assert checked.sound
    assert [one.path for one in checked.findings] == ["score.store[2]", "score.store[3]"]


def test_what_a_level_sets_and_nobody_uses_is_advice() -> None:
    (advice,) = looked_through(changed('support = "hand"', 'suport = "hand"')).findings
    assert not advice.refused
    assert "'support'" in advice.remedy


# ---- any file at all -----------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["go", "level.x", "baseline", "is", "near", "touchdown", "hours"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def everywhere(told: Any) -> list[tuple[Any, Any]]:
    """Every container of the document with each of its keys."""
    steps = list(told) if isinstance(told, dict) else list(range(len(told)))
    inside = [found for step in steps if isinstance(told[step], dict | list)
              for found in everywhere(told[step])]  # fmt: skip
    return [(told, step) for step in steps] + inside


def says_it_clearly(checked: Checked) -> None:
    if checked.sound:
        drill = checked.content
        assert isinstance(drill, Drill)
        assert list(describe(drill, SHELF.norm))
        for level in drill.level:
            DrillRun(drill, level.n)
    for finding in checked.findings:
        assert finding.problem.endswith(".")
        assert finding.remedy
        assert not re.search(r"Input should|pydantic|Error\b|Traceback|union_tag", str(finding))


@given(st.data())
def test_whatever_is_changed_in_a_drill_it_is_sound_or_clearly_told(data: st.DataObject) -> None:
    told = tomllib.loads(data.draw(st.sampled_from(ALL_SORTS)))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, step = data.draw(st.sampled_from(everywhere(told)))
        match data.draw(st.sampled_from(["other", "gone", "twice", "new"])):
            case "other":
                holder[step] = data.draw(VALUES)
            case "gone":
                del holder[step]
            case "twice" if isinstance(holder, list):
                holder.append(holder[step])
            case _ if isinstance(holder, dict):
                holder[data.draw(st.text(max_size=6))] = data.draw(VALUES)
        if not told:
            break
    says_it_clearly(looked_through(tomlkit.dumps(without_none(told)), SHELF.known))


def without_none(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_none(value) for key, value in told.items() if value is not None}
    if isinstance(told, list):
        return [without_none(value) for value in told if value is not None]
    return told


@given(st.data())
def test_whatever_is_typed_into_a_drill_it_is_sound_or_clearly_told(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(ALL_SORTS))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        until = min(len(text), at + data.draw(st.integers(0, 40)))
        typed = data.draw(st.text(max_size=5) | st.sampled_from("\"'[]{}=#\n.,"))
        text = text[:at] + typed + text[until:]
    says_it_clearly(looked_through(text, SHELF.known))
