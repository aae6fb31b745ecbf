# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from drill_page import PAGE, example
from typed import solemetry


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The folder of documents, with a folder for own drills in it."""
    (tmp_path / "Solemetry" / "drills").mkdir(parents=True)
    return tmp_path


def drill(documents: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DOCUMENTS_DIR", str(documents))
        return solemetry("drill", *arguments)


def own(documents: Path, name: str, text: str) -> Path:
    file = documents / "Solemetry" / "drills" / name
    file.write_text(text, "utf-8")
    return file


def test_a_coach_makes_a_drill_from_the_page_alone(documents: Path) -> None:
    file = own(documents, "lean.toml", example())
    checked = drill(documents, "check", file)
    assert checked.returncode == 0
    assert checked.stdout == f"{file} is sound.\n"
    listed = drill(documents, "list")
    assert "lean-to-the-ball" in listed.stdout
    assert "your own" in listed.stdout
    assert str(file.parent) in listed.stdout
    shown = drill(documents, "show", "lean-to-the-ball")
    assert "Lean forward from the ankle." in shown.stdout
    assert "share of this foot's load under the heel is at least 0.3 [own]" in shown.stdout
    assert (
        "Level 2: Further (forefoot 0.7, support hover) - passed with 4 of 5 repetitions ok, "
        "in 2 sessions, both sides\n"
    ) in shown.stdout


def test_a_norm_that_was_not_read_in_its_paper_is_called_provisional(documents: Path) -> None:
    closed = drill(documents, "show", "single-leg-eyes-closed").stdout
    passed = [line for line in closed.splitlines() if "usual at your age" in line]
    assert len(passed) == 2
    assert all("springer2007" in line and "provisional" in line for line in passed)


def test_the_check_tells_what_the_page_says_it_tells(documents: Path) -> None:
    text = example().replace('do = "go"', 'do = "jump"').replace("reps   = 5", 'reps = "five"')
    file = own(documents, "my-drill.toml", text)
    for line in drill(documents, "check", file).stdout.splitlines():
        assert line.replace(str(file), "    my-drill.toml") in PAGE.read_text("utf-8").splitlines()


def test_all_that_is_wrong_is_told_at_once_with_exit_code_1(documents: Path) -> None:
    text = example().replace('do = "go"', 'do = "jump"').replace("reps   = 5", "reps = 0")
    file = own(documents, "mine.toml", text)
    checked = drill(documents, "check", file)
    assert checked.returncode == 1
    dose, jump, verdict = checked.stdout.splitlines()
    assert dose.startswith(f"{file}, line {line_of('reps = 0', text)} (dose.reps): ")
    assert jump.startswith(f"{file}, line {line_of('jump', text)} (phase[1].do): ")
    assert verdict == f"{file} is not sound."
    told = json.loads(drill(documents, "check", file, "--json").stdout)
    assert not told["sound"]
    assert [one["path"] for one in told["findings"]] == ["dose.reps", "phase[1].do"]
    assert [one["line"] for one in told["findings"]] == [
        line_of("reps = 0", text), line_of("jump", text),
    ]  # fmt: skip


def line_of(what: str, text: str) -> int:
    return text[: text.index(what)].count("\n") + 1


def test_a_broken_file_of_ones_own_is_told_and_the_list_still_comes(documents: Path) -> None:
    file = own(documents, "mine.toml", "schema = \n")
    listed = drill(documents, "list", "--json")
    told = json.loads(listed.stdout)
    assert "short-foot" in {one["id"] for one in told["drills"]}
    assert [one["file"] for one in told["unusable"]] == [str(file)]
    left_out = drill(documents, "list").stderr
    assert left_out.startswith(f"Left out: {file}, line 1: This is not TOML")
    assert f"solemetry drill check {file}" in left_out


def test_of_two_files_with_one_id_the_second_is_left_out_and_every_verb_says_so(
    documents: Path,
) -> None:
    first, second = (own(documents, name, example()) for name in ("a.toml", "b.toml"))
    same = f"{second}, id: a.toml has the same id. Give it another."
    assert f"Left out: {same}" in drill(documents, "list").stderr
    checked = drill(documents, "check", second)
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [same, f"{second} is not sound."]
    shown = drill(documents, "show", "lean-to-the-ball")
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[-1] == f"File: {first}"
    assert f"Left out: {same}" in shown.stderr
    ran = drill(documents, "run", "lean-to-the-ball", "--level", "9")
    assert f"Left out: {same}" in ran.stderr
    assert "Error: lean-to-the-ball has no level 9." in ran.stderr


def test_where_the_only_file_of_an_id_is_broken_its_error_ends_the_run(documents: Path) -> None:
    file = own(documents, "mine.toml", example().replace("reps   = 5", "reps = 0"))
    for verb in ("run", "show", "simulate"):
        ended = drill(documents, verb, "lean-to-the-ball")
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"Error: {file}, line ")
        assert "dose.reps" in ended.stderr
        assert "Left out" not in ended.stderr


def test_a_drill_is_shown_as_json_that_is_the_file_again(documents: Path) -> None:
    told = json.loads(drill(documents, "show", "outgoing-roll", "--json").stdout)
    assert tomllib.loads(Path(told["file"]).read_text("utf-8"))["id"] == "outgoing-roll"
    assert told["id"] == "outgoing-roll"
    assert told["schema"] == 1
    assert told["level"][0]["pass"]["reps_ok"] == 4
    german = drill(documents, "show", "outgoing-roll", "--language", "de").stdout
    assert told["text"]["de"]["title"] in german


def test_what_is_asked_for_wrongly_is_told(documents: Path) -> None:
    unknown = drill(documents, "show", "short-fot")
    assert unknown.returncode == 1
    assert "'short-foot'" in unknown.stderr
    missing = drill(documents, "check", documents / "none.toml")
    assert missing.returncode == 1
    assert "No such file" in missing.stdout
    assert drill(documents, "check").returncode == 2
    assert drill(documents, "chek").returncode == 2


def test_help_loads_nothing_of_the_drills() -> None:
    code = (
        "import sys; sys.argv = ['solemetry', 'drill', '--help']\n"
        "from solemetry_host.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "loaded = {'solemetry_host.drills', 'rich', 'numpy', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for verb in ("list", "show", "check"):
        assert verb in done.stdout
