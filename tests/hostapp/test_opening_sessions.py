# SPDX-License-Identifier: Apache-2.0
"""What docs/opening-sessions.md shows is run as it stands there, with no help from this package."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typed
from torn_file import recorder_process, rows_in, wait

from solemetry.session.format import VERSION

PAGE = (Path(__file__).parents[2] / "docs" / "opening-sessions.md").read_text()
IN_TABLE = re.findall(r"^\| .* \| `(.*)` \| `(.*)` \|$", PAGE, re.MULTILINE)
WITHOUT_US = "import sys\nsys.modules['solemetry'] = sys.modules['solemetry_host'] = None\n"
WEIGHT_N = 68 * 9.80665


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opening")
    done = typed.solemetry(
        "record", "--device", "sim:plate?steps_on=0&mass=68", "--seconds", "3",
        "--foot", "left:heel=-60,-100;axis=-7;length=255", "--out", folder / "run.h5",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    killed = recorder_process(folder / "left.h5", "sim:plate?steps_on=0&mass=68")
    left = folder / "left.partial.h5"
    wait(lambda: left.exists() and left.stat().st_size > 2**20)
    time.sleep(1.5)
    killed.kill()
    killed.wait()
    left.rename(folder / "run.partial.h5")
    return folder


def run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_US + code], cwd=folder, capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(command: str, folder: Path) -> str:
    if not shutil.which("h5dump"):
        pytest.skip("h5dump is not installed (package hdf5-tools)")
    done = subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_h5py_alone_gives_the_weight_of_who_stood_there(folder: Path) -> None:
    streams, numbers = run(snippets("python")[0], folder).splitlines()
    seconds, newtons = map(float, numbers.split())
    assert streams == "['plate']"
    assert seconds == pytest.approx(3, abs=0.3)
    assert newtons == pytest.approx(WEIGHT_N, rel=0.02)


def test_pandas_shows_every_channel_and_the_events(folder: Path) -> None:
    shown = run(snippets("python")[1], folder)
    assert "counts_3" in run(snippets("python")[1] + "\nprint(list(rows))", folder)
    assert "foot" in shown
    assert "count" in shown


def test_h5py_alone_reads_what_a_killed_recording_left(folder: Path) -> None:
    shown, truth = run(snippets("python")[2], folder), rows_in(folder / "run.partial.h5")
    assert len(truth) > 50
    assert shown == f"{len(truth)} {truth['counts'][-1]}\n"
    assert "counts" in shell(snippets("sh")[1], folder)


def test_there_are_no_snippets_that_are_not_run() -> None:
    assert len(snippets("python")) == 3
    assert len(snippets("sh")) == 2
    assert len(IN_TABLE) == 7


@pytest.mark.parametrize("code", [code for code, _ in IN_TABLE])
def test_each_h5py_expression_of_the_table_gives_something(code: str, folder: Path) -> None:
    opened = "import h5py\nfile = h5py.File('run.h5')\n"
    assert run(f"{opened}found = {code}\nprint(found)", folder).strip()


@pytest.mark.parametrize("command", [command for _, command in IN_TABLE])
def test_each_h5dump_command_of_the_table_gives_something(command: str, folder: Path) -> None:
    assert "HDF5" in shell(command, folder)


def test_h5dump_shows_rows_by_the_names_of_their_fields(folder: Path) -> None:
    shown = shell(snippets("sh")[0], folder)
    for name in ("index", "t_dev_us", "t_host_ns", "counts", "detail", "/streams/plate/clock"):
        assert name in shown
    assert f"(0): {VERSION}\n" in shown


def test_h5dump_shows_as_many_rows_as_were_asked_for(folder: Path) -> None:
    (command,) = [line for line in snippets("sh")[0].splitlines() if " -c 3 " in line]
    shown = shell(command, folder)
    assert re.findall(r"^ *\((\d)\): \{$", shown, re.MULTILINE) == ["0", "1", "2"]
