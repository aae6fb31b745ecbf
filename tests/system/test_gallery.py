# SPDX-License-Identifier: Apache-2.0
"""The manual's examples run as they stand, without a warning, and make their pictures."""

from __future__ import annotations

import os
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import solemetry as sm
from solemetry.session import write_load
from solemetry_host.sim.person import TWO_LEGS, Person

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.glob("*.py"))


def test_there_is_an_example_of_each_kind() -> None:
    assert {path.stem for path in EXAMPLES} >= {
        "quiet_stance", "eyes_open_and_closed", "one_leg", "clock_balance", "gait_line",
        "butterfly", "files_of_others", "own_drill", "cohort",
    }  # fmt: skip


def test_the_lines_of_the_readme_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_data: Callable[[str], Path]
) -> None:
    readme = (GALLERY.parents[1] / "README.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) >= 3
    t_s = np.arange(0.0, 30.0, 0.01)
    force_n, cop_mm = Person(TWO_LEGS, steps_on_s=-5.0).load(t_s)
    write_load(tmp_path / "session.h5", t_s, force_n, cop_mm, 100.0)
    shutil.copy(real_data("gait/moticon_opengo/230927_102114.txt"), tmp_path / "moticon.txt")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert (tmp_path / "session.pdf").read_bytes().startswith(b"%PDF-")
    assert "mean_velocity" in (tmp_path / "session.csv").read_text("utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_makes_its_pictures(
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    real_data: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = example.read_text("utf-8")
    for needed in re.findall(r'data / "([^"]+)"|SOLEMETRY_DATA"\], "([^"]+)"', source):
        found = real_data("".join(needed))
        monkeypatch.setenv(
            "SOLEMETRY_DATA", os.fspath(found).removesuffix("/" + "".join(needed))
        )
    monkeypatch.chdir(tmp_path)
    runpy.run_path(os.fspath(example), run_name="__main__")
    assert capsys.readouterr().out.strip()
    pictures = list((tmp_path / "build").glob("*.svg"))
    assert pictures
    for picture in pictures:
        drawn = ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}path")
        assert len(list(drawn)) > 10
    # What they make goes nowhere else.
    assert {path.name for path in tmp_path.iterdir()} == {"build"}


def test_who_sways_to_the_front_is_drawn_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_data: Callable[[str], Path]
) -> None:
    raw = sm.open(real_data("posture/bds_raw/BDS00001.txt"))
    monkeypatch.setenv("SOLEMETRY_DATA", os.fspath(raw.path.parents[2]))
    monkeypatch.chdir(tmp_path)
    drawn = runpy.run_path(os.fspath(GALLERY / "eyes_open_and_closed.py"))["cop_mm"]["eyes open"]
    around_mean = raw.stream.cop_mm - raw.stream.cop_mm.mean(axis=0)
    np.testing.assert_allclose(drawn - drawn.mean(axis=0), around_mean, atol=1e-9)
