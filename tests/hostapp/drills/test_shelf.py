# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from drill_page import example

from solemetry.errors import FileError, SolemetryError
from solemetry_host.drills.files.shelf import LIBRARY, Shelf, own_drills

ROOT = Path(__file__).resolve().parents[3]


def put(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    text = example()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def ids(kind: str) -> set[str]:
    told = [tomllib.loads(file.read_text("utf-8")) for file in LIBRARY.rglob("*.toml")]
    kinds = {"plan", "norm"}
    return {one["id"] for one in told
            if one["kind"] == kind or (kind == "drill" and one["kind"] not in kinds)}  # fmt: skip


def test_all_that_ships_is_there_by_its_id(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert {drill.id for drill in shelf.drills()} == ids("drill")
    assert {plan.id for plan in shelf.plans()} == ids("plan")
    assert {table.id for table in shelf.norms()} == ids("norm")
    assert shelf.drill("short-foot").words("de").title
    assert shelf.plan("runner-circuit-4x").circuit is not None
    assert shelf.norm("springer2007").value("eo_best3_s", 45) == 41.9  # Springer 2007, 40 to 49
    assert shelf.unusable == ()


def test_own_files_are_picked_up_wherever_they_lie_in_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "runners/lean.toml")
    shelf = Shelf(tmp_path)
    assert shelf.drill("lean-to-the-ball").family == "my-drills"
    assert shelf.is_own("lean-to-the-ball")
    assert not shelf.is_own("short-foot")


def test_an_own_file_stands_in_for_one_that_ships(tmp_path: Path) -> None:
    put(tmp_path, "mine.toml", ('"lean-to-the-ball"', '"short-foot"'))
    shelf = Shelf(tmp_path)
    assert shelf.drill("short-foot").words().title == "Lean to the ball of the foot"
    assert shelf.is_own("short-foot")


def test_a_file_that_cannot_be_used_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    put(tmp_path, "fine.toml", ('"lean-to-the-ball"', '"fine"'))
    broken = put(tmp_path, "broken.toml", ("reps   = 5", "reps = 0"))
    nowhere = put(tmp_path, "nowhere.toml", ('"lean-to-the-ball"', '"nowhere"'),
                  ('drill = "short-foot"', 'drill = "shortfoot"'))  # fmt: skip
    (tmp_path / "folder.toml").mkdir()
    shelf = Shelf(tmp_path)
    assert shelf.drill("fine").id == "fine"
    assert {one.file for one in shelf.unusable} == {broken, nowhere, tmp_path / "folder.toml"}
    with pytest.raises(FileError, match=r"broken\.toml, line \d+ \(dose\.reps\)"):
        shelf.drill("broken")
    with pytest.raises(FileError, match="There is no drill 'shortfoot'"):
        shelf.drill("nowhere")


def test_a_copy_with_the_same_id_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.toml")
    put(tmp_path, "b.toml", ("reps   = 5", "reps = 7"))
    shelf = Shelf(tmp_path)
    assert shelf.drill("lean-to-the-ball").dose.reps == 5
    (copy,) = shelf.unusable
    assert copy.file.name == "b.toml"
    assert "a.toml has the same id" in copy.findings[0].problem
    assert shelf.check(copy.file) == copy
    assert shelf.check(tmp_path / "a.toml").sound
    elsewhere = put(tmp_path.parent / "elsewhere", "b.toml")
    assert shelf.check(elsewhere).sound, "it stands beside no other"


@pytest.mark.parametrize(
    "change",
    [
        ("schema  = 1", "schema  = "),
        ("reps   = 5", "reps = 0"),
        ('drill = "short-foot"', 'drill = "shortfoot"'),
    ],
)
def test_a_broken_file_takes_no_id_from_a_sound_one(
    tmp_path: Path, change: tuple[str, str]
) -> None:
    broken = put(tmp_path, "a.toml", change)
    sound = put(tmp_path, "b.toml")
    shelf = Shelf(tmp_path)
    assert shelf.drill("lean-to-the-ball").id == "lean-to-the-ball"
    assert shelf.file_of("lean-to-the-ball") == sound
    assert [one.file for one in shelf.left_out("lean-to-the-ball")] == [broken]
    sound.unlink()
    with pytest.raises(FileError, match=r"a\.toml"):
        Shelf(tmp_path).drill("lean-to-the-ball")


def test_a_name_that_is_not_there_is_told_with_those_like_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(SolemetryError, match="'short-foot' is meant"):
        shelf.drill("short_foot")
    with pytest.raises(SolemetryError, match="no plan 'short-foot'"):
        shelf.plan("short-foot")
    with pytest.raises(SolemetryError, match="no norm table"):
        shelf.norm("springer")


def test_a_drill_of_a_file_needs_not_be_in_the_folder(tmp_path: Path) -> None:
    file = put(tmp_path / "elsewhere", "lean.toml")
    shelf = Shelf(tmp_path / "own")
    assert shelf.drill_or_file(file).id == "lean-to-the-ball"
    assert shelf.drill_or_file("short-foot").id == "short-foot"
    with pytest.raises(FileError, match="is a norm, not a drill"):
        shelf.drill_or_file(LIBRARY / "norms" / "springer2007.toml")
    with pytest.raises(FileError, match="No such file"):
        shelf.drill_or_file("none.toml")


def test_the_own_folder_is_in_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    assert own_drills() == tmp_path / "Solemetry" / "drills"


def test_the_library_is_in_what_is_installed(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    within = LIBRARY.parents[2]
    assert {str(file.relative_to(within)) for file in LIBRARY.rglob("*.toml")} <= names
