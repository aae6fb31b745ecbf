# SPDX-License-Identifier: Apache-2.0
"""Which drill to do, what is sensed of it, and how it went: what windows draw, worked out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from practice import timed
from small_drills import a_drill, asks

from solemetry.device import DeviceDescription
from solemetry_host.drills.choosing import Choosing, choosing
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.on_devices.needs import needs_of, sensing_of, sensors_of
from solemetry_host.drills.questions import Question, answered, questions_after
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.showing.summary import summary
from solemetry_host.live.snapshot import DeviceView, Link
from solemetry_host.people.folder import Library

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(Path("nowhere"))


@pytest.fixture(scope="module")
def of_nobody(shelf: Shelf) -> Choosing:
    return choosing(shelf, None, NOW)


def view(kind: str, stream: str, calibrated: bool = True) -> DeviceView:
    device = {"plate": "plate-hx711-uno", "insole": "insole-16-esp32s3"}[kind]
    layout = DeviceDescription.builtin(device).layout
    return DeviceView(stream, layout, Link("streaming", device, calibrated=calibrated), 80.0)


PLATE = view("plate", "plate")
INSOLES = (view("insole", "insole-left"), view("insole", "insole-right"))


def test_all_drills_are_there_by_family(of_nobody: Choosing) -> None:
    groups = dict(of_nobody.found("", "en"))
    assert sum(map(len, groups.values())) == len(of_nobody.choices) == 37
    assert {one.drill.id for one in groups["balance"]} >= {"clock-balance", "single-leg-eyes-open"}
    assert of_nobody.today == ()


def test_all_words_have_to_be_in_what_is_found(of_nobody: Choosing) -> None:
    def ids(words: str, language: str) -> set[str]:
        return {c.drill.id for _, group in of_nobody.found(words, language) for c in group}

    assert ids("one leg CLOSED", "en") == {"single-leg-eyes-closed"}
    assert ids("bein blick", "de") == {"single-leg-eyes-closed"}
    assert ids("no such words", "en") == set()


def test_today_comes_first_and_is_done_as_the_plan_has_it(tmp_path: Path, shelf: Shelf) -> None:
    person = Library(tmp_path).add(date(2026, 1, 1), {"birth_year": 1990})
    found = choosing(shelf, person, NOW)
    families = [family for family, _ in found.found("", "en")]
    assert families[0] == ""
    first = found.today[0]
    assert first.proposal is not None
    chosen = first.chosen(first.level, (), sides=("left",), loops=False, language="en")
    assert chosen.drill.dose == first.proposal.drill.dose
    assert chosen.drill.phase == shelf.drill(first.drill.id).phase, "eased once, where it runs"
    other = found.next_today(after=first.drill.id)
    assert other is not None
    assert other.drill == found.today[1].drill.id


def test_what_a_drill_needs_hangs_on_what_is_connected(shelf: Shelf) -> None:
    clock = shelf.drill("clock-balance")
    assert needs_of(clock, "single", ("left",), ()).feet == ()
    on_plate = needs_of(clock, "double", ("left", "right"), (PLATE,))
    assert (on_plate.feet, on_plate.bases) == (("left", "right"), ("both",))
    assert (on_plate.plate_weight, on_plate.insole_weight) == (True, False)
    one_leg = shelf.drill("single-leg-eyes-closed")
    on_insoles = needs_of(one_leg, "single", ("right",), INSOLES)
    assert (on_insoles.feet, on_insoles.insole_weight, on_insoles.bases) == ((), True, ())
    uncalibrated = tuple(replace(v, link=replace(v.link, calibrated=False)) for v in INSOLES)
    assert not needs_of(one_leg, "single", ("right",), uncalibrated).insole_weight


def test_of_alternatives_one_that_is_sensed_is_enough() -> None:
    either = {"prefer": [asks("share.mt1", ">=", 0.1), asks("lever.forefoot", ">=", 0.1)]}
    drill = a_drill(
        {"id": "go", "do": "hold", "hold_s": 1.0,
         "within": [either, asks("share.mt5", ">=", 0.1), asks("fz.n", ">", 1, optional=True)]}
    )  # fmt: skip

    def names(*views: DeviceView) -> tuple[list[str], list[str]]:
        sensing = sensing_of(drill, sensors_of(views))
        return [s.name for s in sensing.sensed], [s.name for s in sensing.unseen]

    assert names() == ([], ["share.mt1", "share.mt5"])
    assert names(PLATE) == (["lever.forefoot", "fz.n"], ["share.mt5"])
    assert names(*INSOLES) == (["share.mt1", "share.mt5"], [])


def test_a_side_is_summed_up() -> None:
    drill = a_drill(
        {"id": "hold", "do": "hold", "hold_s": 1.0},
        score={"primary": {"metric": "hold.time_s"}},
    )
    reps = (
        *timed("hold.time_s", [8.0, 12.0], with_feedback=True),
        Rep("left", 1, 3, "failed", "foot down", "hold", 0, 1, False, {"hold.time_s": 5.0}),
        Rep("left", 1, 4, "unverified", "", "hold", 0, 1, False),
    )
    outcome = Outcome("small", 1, 1, reps, "completed", {}, ())
    (left,) = summary(drill, outcome, {"left": 14.0})
    assert (left.held, left.sensed, left.alone_held, left.alone) == (2, 3, 0, 1)
    assert (left.numbers, left.unit) == ((8.0, 12.0, 5.0), "s")
    assert (left.best, left.best_before, left.is_best) == (12.0, 14.0, False)
    (again,) = summary(drill, outcome, {"left": 11.0})
    assert again.is_best


def test_what_is_read_off_of_each_repetition_comes_in_their_order(shelf: Shelf) -> None:
    drill = shelf.drill("great-toe-mobility")
    reps = tuple(Rep(side, n, 1, "ok", "", "", 0, 1, True) for side in ("left", "right")  # type: ignore[arg-type]
                 for n in (1, 2))  # fmt: skip
    outcome = Outcome(drill.id, 1, 1, reps, "completed", {}, ())
    questions = questions_after(drill, outcome)
    angles = [question for question in questions if question.id == "angle"]
    assert [question.side for question in angles] == ["left", "left", "right", "right"]
    given = answered(outcome, {angles[1]: 61.0, angles[0]: 60.0, angles[3]: 55.0})
    assert given.answers["angle"]["left"] == [60.0, 61.0]
    assert given.answers["angle"]["right"] == [55.0]
    assert angles[0].understood("200") is None
    assert Question("done", "done|part").understood("part") == "part"
