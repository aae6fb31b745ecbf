# SPDX-License-Identifier: Apache-2.0
"""What the manual tells to type can be typed: its Python runs, its commands are understood."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from textwrap import indent

import matplotlib as mpl
import numpy as np
import pytest
import typer
from heel_raises import INSOLE, gesture
from heel_raises import Person as Raising
from typer.main import get_command

import solemetry as sm
from solemetry.session import Stream, write_imported, write_load
from solemetry.session.imported import forces_stream, imported_session
from solemetry_host.cli import app
from solemetry_host.sim.person import TWO_LEGS, Person

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path for pattern in ("*.md", "docs/*.md", "hardware/**/*.md", "firmware/**/*.md")
    for path in ROOT.glob(pattern) if "build" not in path.parts
)  # fmt: skip

IN_A_TEST_OF_ITS_OWN = {
    "README.md": "tests/system/test_gallery.py",
    "docs/quick-start.md": "tools/follow_readme.py",
    "docs/calibrating.md": "tests/analysis/calibrating/test_page.py",
    "docs/opening-sessions.md": "tests/hostapp/test_opening_sessions.py",
    "docs/cohort.md": "here, as a script: its workers are new processes",
}

FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def fenced(page: Path, kind: str) -> list[str]:
    return [text for language, text in FENCED.findall(page.read_text("utf-8")) if language == kind]


# ---- Python --------------------------------------------------------------------------------------


def test_no_python_hides_where_it_is_not_run() -> None:
    """Blocks are fenced with their language; one that is only set in would be passed over."""
    for page in PAGES:
        plain = FENCED.sub("", page.read_text("utf-8"))
        set_in = re.findall(r"^ {4}(?:import |from \w+ import |.*\bsm\.)", plain, re.MULTILINE)
        assert set_in == [], named(page)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory, real_data: Callable[[str], Path]) -> Path:
    """A folder with the files that pages speak of."""
    folder = tmp_path_factory.mktemp("given")

    def bring(name: str, source: str) -> Path:
        return Path(shutil.copy(real_data(source), folder / name))

    walk = sm.open(bring("walk.txt", "gait/moticon_opengo/230927_102114.txt"))
    for name in ("walk.h5", "monday.h5", "tuesday.h5", "today.h5"):
        write_imported(folder / name, walk)
    bring("BDS00001.txt", "posture/bds_raw/BDS00001.txt")
    bring("bare-foot.lst", "gait/pressuRe/emed_test.lst")
    standing(folder / "session.h5", 60.0)
    write_imported(folder / "both.h5", raising(folder / "both.h5"))
    rows = "".join(f"{n / 100},700,0.01,0.02\n" for n in range(100))
    (folder / "table.csv").write_text("Time,Fz,CoPy,CoPx\n" + rows)
    (columns,) = [text for text in fenced(ROOT / "docs/importing.md", "toml") if '"CoPy"' in text]
    (folder / "columns.toml").write_text(columns)
    return folder


def standing(path: Path, seconds: float) -> None:
    t_s = np.arange(0.0, seconds, 0.01)
    force_n, cop_mm = Person(TWO_LEGS, steps_on_s=-5.0).load(t_s)
    write_load(path, t_s, force_n, cop_mm, 100.0)


def raising(path: Path) -> sm.Session:
    """Somebody who raises their heels on a plate with insoles on."""
    person = Raising(1, 14.0, gesture(5.0, np.random.default_rng(1)))
    t_s = np.arange(0.0, 14.0, 0.01)
    force_n, cop_mm = person.plate(t_s)
    insoles = [
        forces_stream(f"insole-{side}", t_s, cells, INSOLE.as_used(100.0, side).layout, 100.0, "")
        for side, cells in zip(("left", "right"), person.cells(t_s), strict=True)
    ]
    plate = Stream("plate", "load", 100.0, t_s, force_n, cop_mm)
    return imported_session(path, "a test", [plate, *insoles])


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if fenced(page, "python") and named(page) not in IN_A_TEST_OF_ITS_OWN],
    ids=named,
)
def test_the_python_of_a_page_runs_from_its_top(
    page: Path, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(given, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    with mpl.rc_context({"backend": "agg"}):
        for block in fenced(page, "python"):
            exec(block, names)


def test_a_folder_becomes_a_table_that_tells_its_units(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    standing(tmp_path / "recordings" / "one.h5", 20.0)
    making, reading = fenced(ROOT / "docs/cohort.md", "python")
    script = tmp_path / "script.py"
    script.write_text(making + indent(reading, "    "), "utf-8")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made, unit, definition = done.stdout.splitlines()
    assert made == "1 ()"
    assert unit == "mm/s"
    assert "path length" in definition


# ---- commands ------------------------------------------------------------------------------------

COMMAND = re.compile(r"(?:solemetry|make|cd|python|tools/|\.ci/)")
IN_A_SENTENCE = re.compile(r"`(solemetry [a-z][^`]*)`")


def commands(page: Path) -> Iterator[tuple[list[str], bool]]:
    """Each command of a page in words, and whether it stands in a sentence and may be in part."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    plain = FENCED.sub("", text)
    blocks = [block for language, block in FENCED.findall(text) if language == "sh"]
    lines = "".join(blocks).splitlines() + re.findall(r"^ {4}(\S.*)$", plain, re.MULTILINE)
    for line in filter(COMMAND.match, lines):
        for part in line.split("&&"):
            yield shlex.split(part, comments=True), False
    for line in IN_A_SENTENCE.findall(plain):
        yield shlex.split(" ".join(line.split())), True


@cache
def the_command() -> typer.core.TyperCommand:
    return get_command(app)


def refused(words: list[str], in_part: bool) -> str:
    """Why the command line does not understand these words; empty if it does. Nothing is run."""
    command = the_command()
    while isinstance(command, typer.core.TyperGroup) and words:
        inner = command.get_command(typer.Context(command), words[0])
        if inner is None:
            return f"there is no command {words[0]}"
        command, words = inner, words[1:]
    if isinstance(command, typer.core.TyperGroup):
        return "" if in_part else "the command is not whole"
    try:
        command.make_context("solemetry", list(words))
    except typer.TyperException as error:
        missing = type(error).__name__ == "MissingParameter"
        return "" if in_part and missing else str(error)
    return ""


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_page_is_understood(page: Path) -> None:
    for words, in_part in commands(page):
        if words[0] == "solemetry":
            assert refused(words[1:], in_part) == "", shlex.join(words)


def test_what_is_not_understood_is_told() -> None:
    assert refused(["analyse", "x.h5"], False)
    assert refused(["analyze", "x.h5", "--fast"], False)
    assert refused(["drill", "run", "short-foot", "--side", "middle"], True)
    assert refused(["analyze"], False)
    assert not refused(["analyze"], True)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_targets_folders_and_scripts_that_a_page_names_are_there(page: Path) -> None:
    for words, _ in commands(page):
        match words:
            case ["make", "-C", folder, *targets]:
                assert set(targets) <= targets_of(ROOT / folder), words
            case ["make", *targets]:
                named_ones = {word for word in targets if "=" not in word}
                assert named_ones <= targets_of(ROOT), words
            case ["cd", folder] | ["python", ("tools" | "benchmarks" | "hardware") as folder, *_]:
                assert (ROOT / folder).is_dir(), words
            case ["python", script, *_] if script.endswith(".py"):
                assert (ROOT / script).is_file(), words
            case [script, *_] if script.startswith(("tools/", ".ci/")):
                assert (ROOT / script).is_file(), words


def targets_of(folder: Path) -> set[str]:
    made = (folder / "Makefile").read_text("utf-8")
    return {
        name for line in re.findall(r"^([\w .-]+?):(?!=)", made, re.MULTILINE)
        for name in line.split()
    }  # fmt: skip
