# SPDX-License-Identifier: Apache-2.0
"""Two spans beside each other, and what is more than somebody's own noise."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import reviewed

from solemetry.errors import FileError, UnavailableError
from solemetry.sway.people.personal_change import own_mdc
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.people.folder import Person
from solemetry_host.people.trends import trends
from solemetry_host.reviewing import tables
from solemetry_host.reviewing.bases import bases_over_time
from solemetry_host.reviewing.comparing import (
    Chosen,
    band_in_words,
    change_in_words,
    differences,
    shared_square,
)
from solemetry_host.reviewing.kept import TrendChoice
from solemetry_host.reviewing.measuring import Measured, Row, Section, measure
from solemetry_host.reviewing.opened import Opened, open_recording
from solemetry_host.reviewing.own_noise import own_noise
from solemetry_host.reviewing.trend_choices import TrendChoices, titles_of


def chosen_rep(ada: Person, day: int, number: int = 0) -> Chosen:
    opened = open_recording(ada.sessions()[day], ada.results()[0])
    mark = [mark for mark in opened.marks if mark.rep is not None][number]
    assert mark.rep is not None
    measured = measure(opened.session, (mark.t_s, mark.end_s))
    return Chosen(
        f"day {day}", mark.name, measured, "", ada.id, opened.alike(mark), mark.rep.side
    )


@pytest.fixture(scope="module")
def before(ada: Person) -> Chosen:
    return chosen_rep(ada, 0)


@pytest.fixture(scope="module")
def after(ada: Person) -> Chosen:
    return chosen_rep(ada, 2)


def row(measure: str, value: float | None, unit: str = "mm", valid: bool = True) -> Row:
    return Row(measure, measure, unit, value, valid=valid)


def by_hand(*sections: Section, of: str = "") -> Chosen:
    return Chosen("by hand", "", Measured((0.0, 1.0), "", sections, {}, ()), of)


def test_a_difference_is_the_second_less_the_first(before: Chosen, after: Chosen) -> None:
    found = {each.first.measure: each for each in differences(before, after) if each.kind == "sway"}
    area = found["ellipse_area_95"]
    assert area.first.value is not None
    assert area.second.value is not None
    assert area.difference == area.second.value - area.first.value
    assert area.percent == pytest.approx(100 * (area.second.value / area.first.value - 1))
    # A third of the amplitude is a ninth of the area.
    assert area.percent == pytest.approx(-100 * 8 / 9, abs=6)
    assert area.core
    assert {each.change for each in found.values()} == {None}


def test_a_share_is_told_only_of_what_is_above_zero() -> None:
    first = Section("sway", "plate", "Sway", "Sway", "",
                    (row("drift", -1.0), row("range", 4.0), row("gone", None)), 3)  # fmt: skip
    second = replace(first, rows=(row("drift", 2.0), row("range", 3.0), row("gone", 1.0)))
    drift, span, gone = differences(by_hand(first), by_hand(second))
    assert (drift.difference, drift.percent) == (3.0, None)
    assert (span.difference, span.percent) == (-1.0, -25.0)
    assert (gone.difference, gone.percent) == (None, None)


def test_left_beside_right_holds_the_same_measures_of_two_streams() -> None:
    sections = tuple(
        Section(kind, of, "Load", f"Load: {of}", "", (row("mean_force", value, "N"),), 1)
        for kind, of, value in (("loading", "insole-left", 300.0), ("gait", "left", 0.7),
                                ("loading", "insole-right", 330.0), ("gait", "right", 0.8))
    )  # fmt: skip
    left, right = (by_hand(*sections, of=f"insole-{side}") for side in ("left", "right"))
    found = differences(left, right)
    assert [(each.kind, each.section, each.first.value, each.second.value) for each in found] == [
        ("loading", "Load", 300.0, 330.0), ("gait", "Load", 0.7, 0.8),
    ]  # fmt: skip


def test_both_are_drawn_on_the_same_square(before: Chosen, after: Chosen) -> None:
    square = shared_square(before, after)
    assert square is not None
    assert square == shared_square(after, before)
    for chosen in (before, after):
        away = np.abs(chosen.measured.pictures["plate"].cop_mm - square.middle_mm)
        assert np.nanmax(away) < square.half_mm
    assert shared_square(by_hand()) is None


def test_own_noise_is_that_of_the_first_two_days_with_repeats(
    ada: Person, before: Chosen, after: Chosen
) -> None:
    assert before.alike is not None
    noise = own_noise(ada, before.alike, "left")
    areas = []
    for day in (0, 1):
        reps = [chosen_rep(ada, day, number).measured.section("sway", "plate") for number in (0, 1)]
        areas.append([rep.rows[0].value for rep in reps if rep is not None])
    expected = own_mdc(areas)
    assert noise["ellipse_area_95"].mdc95 == pytest.approx(expected.mdc95, rel=1e-9)
    found = {each.first.measure: each for each in differences(before, after, noise)}
    area = found["ellipse_area_95"]
    assert area.change is not None
    assert area.change.mdc95 == pytest.approx(expected.mdc95_of([1], [1]))
    assert band_in_words(area.change)
    assert f"{area.change.change:.2f} times" in change_in_words(area.change)
    assert found["ellipse_angle"].change is None, "an angle comes round again"
    assert found["mean_force"].change is None


def test_a_doubtful_value_is_not_held_against_noise() -> None:
    own = own_mdc([[4.0, 4.4], [5.0, 4.9]])
    section = Section("sway", "plate", "Sway", "Sway", "", (row("range", 4.0),), 1)
    short = replace(section, rows=(row("range", 40.0, valid=False),))
    (sure,) = differences(by_hand(section), by_hand(section), {"range": own})
    (doubtful,) = differences(by_hand(section), by_hand(short), {"range": own})
    assert sure.change is not None
    assert not sure.change.changed
    assert doubtful.change is None


def test_without_two_days_of_repeats_there_is_no_own_noise(tmp_path: Path, drill: Drill) -> None:
    once = reviewed.somebody(tmp_path, drill, days=(0,))
    alike = chosen_rep(once, 0).alike
    assert alike is not None
    with pytest.raises(UnavailableError, match="2 days"):
        own_noise(once, alike, "left")


def test_bases_are_found_day_by_day_with_their_areas(ada: Person) -> None:
    found = bases_over_time(ada.sessions())
    days = [(reviewed.FIRST + timedelta(days=day)).date() for day in (0, 9)]
    assert [(base.side, base.on) for base in found] == [("left", day) for day in days]
    # An ellipse of 50 x 160 mm, and one of 60 x 160 mm, of 60 corners.
    assert [base.area_cm2 for base in found] == pytest.approx(
        [np.pi * 50 * 160 / 400, np.pi * 60 * 160 / 400], rel=0.02
    )


def test_trends_are_chosen_step_by_step(ada: Person, drill: Drill) -> None:
    index = reviewed.Library(ada.folder.parents[1]).index
    choices = TrendChoices(trends(index.values(ada.id)), titles_of(Shelf(Path("nowhere"))))
    choice = choices.completed(TrendChoice(measure="hold.sway_mm"))
    assert choices.drills() == [(choice.drill, f"{drill.words().title}, level 1")]
    assert {name for name, _ in choices.measures(choice.drill)} == {"hold.sway_mm", "hold.time_s"}
    (circumstances,) = choices.circumstances(choice.drill, choice.measure)
    assert circumstances[1] == "repetitions without feedback"
    shown = choices.shown(choice)
    assert [trend.side for trend in shown] == ["left", "right"]
    assert {len(trend.days) for trend in shown} == {3}
    assert choices.completed(TrendChoice(drill="gone 9", measure="gone")).drill == choice.drill


def test_tables_hold_what_is_shown_in_full(
    tmp_path: Path, ada: Person, first: Opened, before: Chosen, after: Chosen
) -> None:
    found = differences(before, after)
    with tables.write_csv(
        tmp_path / "a.csv", tables.of_comparison(before, after, found)
    ).open(encoding="utf-8") as file:
        lines = {line["measure"]: line for line in csv.DictReader(file) if line["kind"] == "sway"}
    area = next(each for each in found if each.first.measure == "ellipse_area_95")
    assert float(lines["ellipse_area_95"]["difference"]) == area.difference
    spans = list(tables.of_span("a", before.measured))
    assert len(spans) == 1 + sum(len(section.rows) for section in before.measured.sections)
    bases = list(tables.of_bases(bases_over_time(ada.sessions())))
    assert bases[1][:2] == (reviewed.FIRST.date().isoformat(), "left")
    with pytest.raises(FileError, match="cannot be written"):
        tables.write_csv(tmp_path / "no" / "a.csv", spans)
