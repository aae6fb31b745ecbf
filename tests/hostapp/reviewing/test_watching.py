# SPDX-License-Identifier: Apache-2.0
"""Going along a recording."""

from __future__ import annotations

import pytest

from solemetry_host.reviewing.marks import Mark
from solemetry_host.reviewing.watching import Watching


@pytest.fixture
def watching() -> Watching:
    return Watching(0.5, 60.5)


def test_time_runs_at_its_speed_and_stops_at_the_end(watching: Watching) -> None:
    watching.pass_time(5.0)
    assert watching.t_s == 0.5
    watching.play(on=True)
    watching.speed = 4.0
    watching.pass_time(2.5)
    assert watching.t_s == pytest.approx(10.5)
    watching.pass_time(100.0)
    assert (watching.t_s, watching.playing) == (60.5, False)
    watching.play(on=True)
    assert (watching.t_s, watching.playing) == (0.5, True)


def test_the_view_turns_its_page_where_time_runs_out_of_it(watching: Watching) -> None:
    watching.zoom(1 / 6, 0.5)
    assert watching.view == pytest.approx((0.5, 10.5))
    watching.go_to(10.4)
    watching.play(on=True)
    watching.pass_time(0.2)
    assert watching.view == pytest.approx((10.5, 20.5))


def test_zoom_keeps_the_moment_under_the_pointer_and_stays_in_the_recording(
    watching: Watching,
) -> None:
    watching.zoom(0.5, 20.5)
    low, high = watching.view
    assert (20.5 - low) / (high - low) == pytest.approx(20 / 60)
    watching.zoom(100.0)
    assert watching.view == (0.5, 60.5)
    watching.zoom(1e-9)
    low, high = watching.view
    assert high - low == pytest.approx(0.2)
    watching.pan(1000.0)
    assert watching.view[1] == pytest.approx(60.5)


def test_going_somewhere_out_of_view_brings_it_there(watching: Watching) -> None:
    watching.zoom(0.1, 0.5)
    watching.go_to(40.0)
    low, high = watching.view
    assert low < 40.0 < high
    assert high - low == pytest.approx(6.0)


def test_a_span_is_set_from_either_end_and_never_upside_down(watching: Watching) -> None:
    assert watching.is_whole
    assert watching.choose(30.0, 10.0, "Hold")
    assert (watching.span, watching.label) == ((10.0, 30.0), "Hold")
    assert not watching.choose(20.0, 20.01)
    assert watching.span == (10.0, 30.0)
    watching.go_to(15.0)
    watching.begin_here()
    assert (watching.span, watching.label) == ((15.0, 30.0), "")
    watching.go_to(40.0)
    watching.begin_here()
    assert watching.span == (40.0, 60.5)
    watching.go_to(30.0)
    watching.end_here()
    assert watching.span == (0.5, 30.0)
    watching.choose_all()
    assert watching.is_whole


def test_marks_are_gone_to_one_by_one(watching: Watching) -> None:
    marks = [Mark("hold", 5.0, 9.0, "Hold"), Mark("marker", 20.0, 20.0, "now")]
    hold = watching.next_mark(marks, forward=True)
    assert hold is not None
    watching.choose_mark(hold)
    assert (watching.t_s, watching.span, watching.label) == (5.0, (5.0, 9.0), "Hold")
    then = watching.next_mark(marks, forward=True)
    assert then is not None
    watching.choose_mark(then)
    assert (watching.t_s, watching.span) == (20.0, (5.0, 9.0))
    assert watching.next_mark(marks, forward=True) is None
    assert watching.next_mark(marks, forward=False) == hold
