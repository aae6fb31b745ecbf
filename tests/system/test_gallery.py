# SPDX-License-Identifier: Apache-2.0
"""The manual's examples run as they stand, without a warning, and make their pictures."""

from __future__ import annotations

import os
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.glob("*.py"))


def test_there_is_an_example_of_each_kind() -> None:
    assert {path.stem for path in EXAMPLES} >= {
        "quiet_stance", "eyes_open_and_closed", "one_leg", "clock_balance", "gait_line",
        "butterfly", "files_of_others", "own_drill", "cohort",
    }  # fmt: skip


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
