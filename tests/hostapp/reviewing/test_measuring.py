# SPDX-License-Identifier: Apache-2.0
"""Measures of a span: the same as the analysis gives, laid out to be read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import reviewed

from solemetry.analysis import analyze
from solemetry.errors import FileError, UnavailableError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.reviewing import moments
from solemetry_host.reviewing.listing import mend
from solemetry_host.reviewing.measuring import measure
from solemetry_host.reviewing.opened import Opened, open_recording

DATA = Path(os.environ.get("SOLEMETRY_DATA", "data"))
WALK = DATA / "gait" / "moticon_opengo" / "230927_102114.txt"


def test_a_span_has_the_numbers_of_the_analysis_and_says_how_they_were_made(first: Opened) -> None:
    span = (3.0, 15.0)
    measured = measure(first.session, span)
    sway = measured.section("sway", "plate")
    assert sway is not None
    told = analyze(first.session, span_s=span)["sway"]["plate"]
    assert {row.measure: row.value for row in sway.rows} == {
        name: row["value"] for name, row in told.items()
    }
    area = sway.rows[0]
    assert (area.measure, area.unit, area.valid) == ("ellipse_area_95", "mm2", True)
    assert "prediction ellipse" in area.definition
    assert "Schubert" in area.definition
    assert "12.0 s" in sway.note
    assert "the chosen span" in sway.note
    assert 0 < sway.core < len(sway.rows)
    load = measured.section("loading", "plate")
    assert load is not None
    assert load.rows[0].value == pytest.approx(reviewed.FORCE_N)


def test_the_ellipse_that_is_drawn_has_the_area_that_is_told(first: Opened) -> None:
    measured = measure(first.session, (3.0, 15.0))
    ellipse = measured.pictures["plate"].ellipse
    sway = measured.section("sway", "plate")
    assert ellipse is not None
    assert sway is not None
    x, y = ellipse.outline(2000).T
    area = abs(np.sum(x[:-1] * np.diff(y) - y[:-1] * np.diff(x))) / 2
    assert area == pytest.approx(sway.rows[0].value, rel=1e-3)


def test_too_short_a_span_says_so(first: Opened) -> None:
    sway = measure(first.session, (3.0, 6.0)).section("sway", "plate")
    assert sway is not None
    assert not any(row.valid for row in sway.rows)
    assert "only 3.0 s" in sway.rows[0].note


def test_the_whole_recording_is_analysed_as_the_command_does(first: Opened) -> None:
    told = analyze(first.session)
    sway = measure(first.session, (first.begin_s, first.end_s), whole=True).section("sway", "plate")
    assert sway is not None
    assert sway.rows[0].value == told["sway"]["plate"]["ellipse_area_95"]["value"]


def test_where_nothing_was_recorded_there_is_nothing_to_measure(first: Opened) -> None:
    with pytest.raises(UnavailableError, match="Nothing was recorded"):
        measure(first.session, (1000.0, 1010.0))


def test_a_recording_without_a_row_is_no_recording_to_look_at(
    tmp_path: Path, drill: Drill
) -> None:
    nothing = mend(reviewed.broken_off(tmp_path / "off.partial.h5", drill))
    with pytest.raises(FileError, match="nothing to look at"):
        open_recording(nothing)


def test_a_moment_is_what_the_streams_held_then(first: Opened) -> None:
    stream = first.session.stream
    (now,) = moments.at(first.session, 20.0)
    row = int(np.flatnonzero(stream.t_s <= 20.0)[-1])
    np.testing.assert_array_equal(now.here_mm, stream.cop_mm[row])
    np.testing.assert_array_equal(now.trail_mm, stream.cop_mm[row - 499 : row + 1])
    assert now.force_n == reviewed.FORCE_N
    (before,) = moments.at(first.session, first.begin_s - 1.0)
    assert np.isnan(before.here_mm).all()
    assert not len(before.trail_mm)


@pytest.mark.skipif(not WALK.exists(), reason="needs the real recordings: set SOLEMETRY_DATA")
def test_a_real_walk_has_its_steps_by_foot_and_no_sway() -> None:
    walk = open_recording(WALK)
    assert {track.foot for track in walk.tracks} == {"left", "right"}
    measured = measure(walk.session, (walk.begin_s, walk.end_s), whole=True)
    assert measured.what == "Walking"
    assert not any(section.kind == "sway" for section in measured.sections)
    left, right = (measured.section("gait", foot) for foot in ("left", "right"))
    assert left is not None
    assert right is not None
    # The maker's own report says 0.80 and 0.81 s, of contacts that begin at 50 N: later than ours.
    stance = [next(r.value for r in foot.rows if r.measure == "stance_s") for foot in (left, right)]
    assert stance == pytest.approx([0.804, 0.814], abs=0.06)
    (moment, _) = moments.at(walk.session, 9.0)
    assert moment.cells is not None
    assert moment.cells.shape == (16,)
    assert walk.highest_cell is not None
    forces = [stream.forces_n for stream in walk.session.streams.values()]
    assert walk.highest_cell >= max(np.nanmax(of) for of in forces if of is not None)
