# SPDX-License-Identifier: Apache-2.0
"""The list of recordings, and what is the matter with some of them."""

from __future__ import annotations

import math
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import reviewed

import solemetry
from solemetry_host.drills.files.drill import Drill
from solemetry_host.people.folder import Person
from solemetry_host.reviewing.listing import listed, mend, recordings_in


def test_the_newest_is_on_top_and_says_what_is_in_it(ada: Person, drill: Drill) -> None:
    found = listed(ada.sessions())
    assert [one.path for one in found] == ada.sessions()[::-1]
    oldest = found[-1]
    assert oldest.began == reviewed.FIRST
    assert oldest.began is not None
    assert oldest.began.utcoffset() == datetime.now().astimezone().utcoffset()
    stream = solemetry.open(oldest.path).stream
    assert oldest.length_s == pytest.approx(stream.t_s[-1] - stream.t_s[0], abs=0.1)
    assert (oldest.streams, oldest.drills) == (("plate",), (drill.words().title,))
    assert {one.state for one in found} == {"whole"}


def test_what_is_wrong_with_a_file_is_said_of_it_alone(
    ada: Person, tmp_path: Path, drill: Drill
) -> None:
    shutil.copy(ada.sessions()[0], tmp_path / "good.h5")
    whole = (tmp_path / "good.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.h5").write_bytes(b"")
    (tmp_path / "letter.h5").write_text("Dear reader")
    reviewed.broken_off(tmp_path / "off.partial.h5", drill)
    (tmp_path / "notes.txt").write_text("not listed")
    running = reviewed.broken_off(tmp_path / "now.partial.h5", drill)
    found = {one.path.name: one for one in listed(recordings_in(tmp_path), running)}
    assert {name: one.state for name, one in found.items()} == {
        "good.h5": "whole", "cut.h5": "damaged", "empty.h5": "damaged", "letter.h5": "damaged",
        "off.partial.h5": "broken off",
    }  # fmt: skip
    assert "its end is missing" in found["cut.h5"].trouble
    off = found["off.partial.h5"]
    assert off.drills == (drill.words().title,)
    assert math.isnan(off.length_s)
    assert off.began is not None


def test_what_broke_off_is_mended_and_stays_in_the_list(tmp_path: Path, drill: Drill) -> None:
    saved = mend(reviewed.broken_off(tmp_path / "off.partial.h5", drill))
    (one,) = listed(recordings_in(tmp_path))
    assert (one.path, one.state, one.can_be_mended) == (saved, "recovered", False)
    assert np.isnan(one.length_s)


def test_a_folder_that_is_not_there_has_no_recordings(tmp_path: Path) -> None:
    assert recordings_in(tmp_path / "nowhere") == []
