# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_drills import RATE_HZ, Feeding, a_drill, asks

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.files.plans import NormTable
from solemetry_host.drills.files.shelf import Shelf
from solemetry_host.drills.running.outcome import CAUGHT, Outcome
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun, Facts
from solemetry_host.drills.running.turns import turns

STAND = {"id": "stand", "do": "stand", "min_s": 1.0, "max_s": 8.0, "record_baseline": True,
         "needs": [asks("a", ">=", 0.5, reason="stand first")], "say": "Stand."}  # fmt: skip
GO = {"id": "go", "do": "go", "max_s": 4.0, "reason": "not there",
      "done": [asks("b", ">=", 0.5, for_s=0.2)], "say": "Go."}  # fmt: skip
KEEP = {
    "id": "keep",
    "do": "hold",
    "hold_s": 1.5,
    "grace_s": 0.3,
    "max_s": 5.0,
    "within": [asks("b", ">=", 0.8, of="baseline", reason="too little")],
    "fail": [asks("c", ">", 0.5, for_s=0.1, reason="too fast")],
    "say_end": "Well.",
}
BACK = {"id": "back", "do": "back", "max_s": 4.0, "done": [asks("b", "<", 0.4)]}
PHASES = (STAND, GO, KEEP, BACK)
STANDING = {"a": 1.0, "b": 0.6, "c": 0.0}
THERE = {"a": 1.0, "b": 0.7, "c": 0.0}
AWAY = {"a": 1.0, "b": 0.1, "c": 0.0}

ONE_LEG = {"id": "leg", "do": "hold", "hold_s": 10.0, "end_is": "score",
           "within": [asks("stance.single", "is", True)],
           "fail": [asks("touchdown", "is", True, reason="foot down")]}  # fmt: skip
OURS = Shelf(own=Path(__file__).parent / "nobody's own")
UP = {"stance.single": True, "touchdown": False}
DOWN = {"stance.single": False, "touchdown": True}


def outcome_of(feeding: Feeding) -> Outcome:
    assert feeding.run.outcome is not None, "the drill has not ended"
    return feeding.run.outcome


def one_good_repetition(feeding: Feeding) -> Feeding:
    return feeding.feed(1.2, STANDING).feed(2.2, THERE).feed(0.5, AWAY)


class TestRepetition:
    def test_ok_when_all_was_sensed_and_held(self) -> None:
        outcome = outcome_of(one_good_repetition(Feeding(DrillRun(a_drill(*PHASES)))))
        (rep,) = outcome.reps
        assert (rep.status, rep.reason, rep.phase) == ("ok", "", "back")
        assert (rep.began_s, rep.ended_s) == (0.0, pytest.approx(3.45, abs=0.1))
        assert outcome.ended == "completed"
        assert outcome.measures["none"] == {"reps": 1, "reps_ok": 1}
        assert outcome.sensed == ("a", "b", "c")

    def test_failed_with_the_reason_of_what_broke(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.2, STANDING).feed(1.0, THERE)
        rep = outcome_of(feeding.feed(0.3, {**THERE, "c": 1.0})).reps[0]
        assert (rep.status, rep.reason, rep.phase) == ("failed", "too fast", "keep")

    def test_unverified_when_something_was_not_sensed(self) -> None:
        blind = {"a": 1.0, "b": 0.7}
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.2, STANDING | {"c": 0.0})
        feeding.feed(6.0, blind).feed(1.0, {"a": 1.0, "b": 0.1})
        rep = outcome_of(feeding).reps[0]
        assert rep.status == "unverified"
        assert rep.reason == "c was not sensed"

    def test_failed_rather_than_unverified_when_both(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.2, {"a": 1.0}).feed(9.0, {"a": 1.0})
        feeding.feed(20.0, {"a": 1.0, "b": 0.9, "c": 0.0})
        rep = outcome_of(feeding).reps[0]
        assert rep.status == "failed"

    def test_without_sensors_it_is_a_guided_timer(self) -> None:
        drill = a_drill(*PHASES, dose={"basis": "default", "tempo": {"out_s": 2, "back_s": 3}})
        outcome = outcome_of(Feeding(DrillRun(drill)).feed(9.0, {}))
        assert outcome.reps[0].status == "unverified"
        assert outcome.reps[0].ended_s == pytest.approx(1.0 + 2.0 + 1.5 + 3.0, abs=0.3)

    def test_without_sensors_a_drill_that_is_nothing_by_the_clock_ends(self) -> None:
        sensors = {"best": ["plate"], "fallback": "none"}
        drill = a_drill(*PHASES, sensors=sensors, dose={"reps": 5, "basis": "own"})
        outcome = outcome_of(Feeding(DrillRun(drill)).feed(30.0, {}))
        assert (outcome.ended, len(outcome.reps)) == ("lost_devices", 1)


class TestOrder:
    @pytest.mark.parametrize(
        ("sides", "order"),
        [
            ("each", ["left 1.1", "left 1.2", "right 1.1", "right 1.2",
                      "left 2.1", "left 2.2", "right 2.1", "right 2.2"]),
            ("alternate", ["left 1.1", "right 1.1", "left 1.2", "right 1.2",
                           "left 2.1", "right 2.1", "left 2.2", "right 2.2"]),
            ("both", ["both 1.1", "both 1.2", "both 2.1", "both 2.2"]),
        ],
    )  # fmt: skip
    def test_sets_sides_and_repetitions(self, sides: str, order: list[str]) -> None:
        drill = a_drill(STAND, sides=sides, dose={"sets": 2, "reps": 2, "basis": "own"})
        done = turns(drill, ("left", "right"))
        assert [f"{turn.side} {turn.set_n}.{turn.n}" for turn in done] == order

    def test_one_foot_alone(self) -> None:
        drill = a_drill(STAND, sides="each", dose={"reps": 2, "basis": "own"})
        run = DrillRun(drill, facts=Facts(sides=("right",)))
        assert [rep.side for rep in outcome_of(Feeding(run).feed(9.0, STANDING)).reps] == [
            "right", "right"]  # fmt: skip

    def test_rests_between_sets_and_time_to_change_feet(self) -> None:
        dose = {"sets": 2, "reps": 1, "rest_s": 10.0, "basis": "own"}
        feeding = Feeding(DrillRun(a_drill(STAND, sides="each", dose=dose)))
        seen = []
        for _ in range(350):
            feeding.feed(1 / RATE_HZ, STANDING)
            view = feeding.run.view
            if not seen or seen[-1] != (view.doing, view.side):
                seen.append((view.doing, view.side))
        assert seen == [
            ("phase", "left"), ("other_side", "right"), ("phase", "right"), ("rest", "left"),
            ("phase", "left"),
        ]  # fmt: skip

    def test_rests_between_repetitions(self) -> None:
        dose = {"reps": 2, "rep_rest_s": 5.0, "basis": "own"}
        outcome = outcome_of(Feeding(DrillRun(a_drill(STAND, dose=dose))).feed(9.0, STANDING))
        first, second = outcome.reps
        assert second.began_s - first.ended_s == pytest.approx(5.0, abs=0.1)


class TestFeedback:
    @pytest.mark.parametrize(
        ("reps", "feedback", "shown"),
        [
            (4, {"schedule": "always"}, "1110"),
            (4, {"schedule": "always", "test_rep_without": False}, "1111"),
            (4, {"schedule": "off"}, "0000"),
            (5, {"schedule": "alternate", "test_rep_without": False}, "10101"),
            (3, {"schedule": "fade"}, "110"),
            (9, {"schedule": "fade"}, "111101000"),
            (1, {"schedule": "always"}, "1"),
            (3, {"schedule": "always", "test_set_without": True}, "110"),
        ],
    )
    def test_schedules(self, reps: int, feedback: dict[str, Any], shown: str) -> None:
        drill = a_drill(STAND, feedback=feedback, dose={"reps": reps, "basis": "own"})
        outcome = outcome_of(Feeding(DrillRun(drill)).feed(15.0, STANDING))
        assert "".join(str(int(rep.with_feedback)) for rep in outcome.reps) == shown

    def test_a_whole_set_without(self) -> None:
        dose = {"sets": 2, "reps": 3, "basis": "own"}
        feedback = {"schedule": "always", "test_set_without": True}
        outcome = outcome_of(
            Feeding(DrillRun(a_drill(STAND, feedback=feedback, dose=dose))).feed(15.0, STANDING)
        )
        assert [rep.with_feedback for rep in outcome.reps] == [True] * 3 + [False] * 3

    def test_who_asks_for_it_gets_it_for_this_repetition(self) -> None:
        drill = a_drill(STAND, feedback={"schedule": "off"}, dose={"reps": 2, "basis": "own"})
        feeding = Feeding(DrillRun(drill)).feed(0.5, STANDING).press("feedback_now", now=STANDING)
        assert feeding.run.view.with_feedback
        outcome = outcome_of(feeding.feed(3.0, STANDING))
        assert [rep.with_feedback for rep in outcome.reps] == [True, False]


class TestPresses:
    def test_stop_and_skip_end_it_and_keep_what_was_done(self) -> None:
        dose = {"reps": 3, "basis": "own"}
        for press, ended in (("stop", "stopped"), ("skip", "skipped")):
            feeding = Feeding(DrillRun(a_drill(STAND, dose=dose))).feed(1.5, STANDING)
            outcome = outcome_of(feeding.press(press))
            assert (outcome.ended, len(outcome.reps)) == (ended, 1)

    def test_a_pause_begins_the_repetition_again(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.2, STANDING).feed(1.0, THERE)
        assert feeding.run.view.phase == "keep"
        feeding.press("pause").feed(30.0, AWAY)
        assert feeding.run.view.doing == "paused"
        feeding.press("go_on")
        assert feeding.run.view.phase == "stand"
        assert outcome_of(one_good_repetition(feeding)).reps[0].status == "ok"

    def test_a_rest_can_be_cut_short(self) -> None:
        dose = {"sets": 2, "rest_s": 60.0, "basis": "own"}
        feeding = Feeding(DrillRun(a_drill(STAND, dose=dose))).feed(1.5, STANDING)
        assert feeding.run.view.doing == "rest"
        assert feeding.run.view.left_s == pytest.approx(60, abs=1)
        assert feeding.press("go_on").run.view.doing == "phase"

    def test_having_to_catch_oneself_fails_the_repetition(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.5, STANDING).press("caught_myself")
        rep = outcome_of(feeding).reps[0]
        assert (rep.status, rep.reason) == ("failed", CAUGHT)

    def test_devices_that_are_gone_end_it(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(0.5, STANDING)
        feeding.run.end("lost_devices")
        assert outcome_of(feeding.feed(30.0, STANDING)).ended == "lost_devices"


class TestTouchdowns:
    SAFETY = {"stop_if": ["dizzy"], "max_touchdowns_in_row": 3}  # noqa: RUF012
    SCORE = {"primary": {"metric": "leg.time_s", "best_of": 3}}  # noqa: RUF012

    def one_leg(self, **more: Any) -> Drill:
        stand = {"id": "both", "do": "stand", "min_s": 0.5}
        return a_drill(stand, ONE_LEG, score=self.SCORE, safety=self.SAFETY,
                       dose={"reps": 6, "basis": "own"}, **more)  # fmt: skip

    def held_for(self, run: DrillRun, *times_s: float) -> Outcome | None:
        feeding = Feeding(run)
        for lasts_s in times_s:
            feeding.feed(0.6, UP).feed(lasts_s, UP).feed(0.1, DOWN)
        return run.outcome

    def test_three_in_a_row_end_it(self) -> None:
        outcome = self.held_for(DrillRun(self.one_leg()), 3, 3, 3)
        assert outcome is not None
        assert (outcome.ended, len(outcome.reps)) == ("touchdowns", 3)

    def test_one_that_lasted_in_between_begins_the_count_anew(self) -> None:
        assert self.held_for(DrillRun(self.one_leg()), 3, 3, 10.2, 3, 3) is None

    def test_who_got_as_far_as_the_level_asks_is_not_unsteady(self) -> None:
        level = {"n": 1, "name": "5 s", "pass": {"metric": "leg.time_s", "at_least": 5}}
        assert self.held_for(DrillRun(self.one_leg(level=[level])), 6, 6, 6, 6) is None
        assert self.held_for(DrillRun(self.one_leg(level=[level])), 3, 3, 3) is not None

    def test_what_the_level_asks_may_come_from_a_norm(self) -> None:
        table = NormTable.model_validate({
            "schema": 1, "id": "table", "kind": "norm", "unit": "s", "cite": "Made for a test",
            "column": {"best3_s": {"says": "best", "standing": "read", "check": "made up"}},
            "row": [{"age": [18, 99], "best3_s": 4.0}],
        })  # fmt: skip
        level = {"n": 1, "name": "Norm",
                 "pass": {"metric": "leg.time_s", "at_least_norm": "best3_s"}}  # fmt: skip
        score = {**self.SCORE, "norm": {"table": "table", "column": "best3_s"}}
        drill = self.one_leg(level=[level]).model_copy(
            update={"score": Drill.model_fields["score"].annotation.model_validate(score)}
        )
        facts = Facts(age=30, norms={"table": table}.__getitem__)
        assert self.held_for(DrillRun(drill, facts=facts), 5, 5, 5, 5) is None


class TestByHand:
    def test_a_timer_runs_its_time(self) -> None:
        drill = a_drill(kind="timer", sides="each", dose={"seconds": 45, "basis": "seed:001"})
        outcome = outcome_of(Feeding(DrillRun(drill)).feed(100.0, {}))
        assert [(rep.side, rep.status) for rep in outcome.reps] == [
            ("left", "ok"), ("right", "ok")]  # fmt: skip
        assert outcome.reps[0].ended_s - outcome.reps[0].began_s == pytest.approx(45, abs=0.1)

    def test_breaths_take_the_time_of_their_tempo(self) -> None:
        dose = {"reps": 5, "tempo": {"out_s": 4, "back_s": 6}, "basis": "default"}
        outcome = outcome_of(Feeding(DrillRun(a_drill(kind="timer", dose=dose))).feed(51.0, {}))
        assert len(outcome.reps) == 5
        assert outcome.reps[-1].ended_s == pytest.approx(50, abs=0.5)

    def test_a_checklist_is_ticked_item_by_item(self) -> None:
        drill = a_drill(kind="checklist", item=["Quad stretch", "Sacral opening"])
        feeding = Feeding(DrillRun(drill)).feed(5.0, {})
        assert [said.text for said in feeding.run.view.said] == ["Quad stretch"]
        feeding.press("done").feed(3.0, {})
        assert feeding.run.view.said[-1].text == "Sacral opening"
        assert outcome_of(feeding.press("done")).reps[0].status == "ok"


class TestView:
    def test_says_what_is_going_on(self) -> None:
        feeding = Feeding(DrillRun(a_drill(*PHASES))).feed(1.2, STANDING)
        view = feeding.feed(1.0, THERE).run.view
        assert (view.doing, view.phase, view.do) == ("phase", "keep", "hold")
        assert view.filled == pytest.approx(0.75 / 1.5, abs=0.1)
        assert view.left_s == pytest.approx(1.5 * (1 - view.filled))
        assert [said.text for said in view.said] == ["Stand.", "Go."]
        kept, fault = view.watched
        assert (kept.signal, kept.value, kept.holds) == ("b", 0.7, True)
        assert kept.low == pytest.approx(0.8 * 0.6)
        assert (fault.high, fault.holds) == (0.5, True)

    def test_before_anything_was_sensed(self) -> None:
        view = DrillRun(a_drill(*PHASES)).view
        assert (view.doing, view.elapsed_s, view.done) == ("phase", 0.0, ())


def test_a_level_that_is_not_there_is_refused() -> None:
    drill = a_drill(STAND, level=[{"n": 1, "name": "One"}, {"n": 2, "name": "Two"}])
    with pytest.raises(SolemetryError, match=r"no level 3. Choose one of: 1, 2"):
        DrillRun(drill, 3)


def test_a_number_that_the_level_lacks_is_found_before_anybody_stands_on_a_plate() -> None:
    keep = {**KEEP, "within": [asks("b", ">=", "level.share")]}
    with pytest.raises(SolemetryError, match=r"level.share"):
        DrillRun(a_drill(STAND, keep, level=[{"n": 1, "name": "One"}]))


def test_readings_out_of_order_are_refused() -> None:
    run = DrillRun(a_drill(STAND))
    run.take(Reading(2.0))
    with pytest.raises(SolemetryError, match=r"1.000 s came after one of 2.000 s"):
        run.take(Reading(1.0))


def test_settings_stand_in_for_those_of_the_drill() -> None:
    heel = asks("b", ">=", 0.9, reason="heel", when={"param": "heel", "is": "on"})
    drill = a_drill({**STAND, "needs": [*STAND["needs"], heel]}, params={"heel": "on"})
    strict, free = DrillRun(drill), DrillRun(drill, facts=Facts(settings={"heel": "free"}))
    assert outcome_of(Feeding(strict).feed(9.0, STANDING)).reps[0].reason == "heel"
    assert outcome_of(Feeding(free).feed(9.0, STANDING)).reps[0].status == "ok"


def test_a_clock_calls_its_hours_in_the_order_of_the_seed() -> None:
    reach = {"id": "reach", "do": "hold", "hold_s": 1.0, "max_s": 2.0, "for_each": "hours",
             "target": {"shape": "sector", "angle_deg": 45, "from_pct": 60},
             "within": [asks("reach.in_target", "is", True)]}  # fmt: skip
    drill = a_drill(reach, hours={"list": [12, 1.5, 3, 4.5, 6, 7.5, 9, 10.5]})

    def called(seed: int) -> list[float]:
        feeding, hours = Feeding(DrillRun(drill, seed=seed)), []
        while feeding.run.outcome is None:
            feeding.feed(0.2, {"reach.pct": 10.0, "reach.angle_deg": 0.0})
            sector = feeding.run.view.sector
            if sector is not None and sector.hour not in hours:
                hours.append(sector.hour)
        return hours

    assert called(1) == called(1)
    assert called(1) != called(2)
    assert sorted(called(1)) == sorted(called(2)) == [1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12]


@pytest.mark.parametrize("drill", OURS.drills(), ids=lambda drill: drill.id)
def test_drills_of_the_library_end_without_sensors_and_verify_nothing(drill: Drill) -> None:
    asks_something = any(p.needs or p.done or p.within or p.fail for p in drill.phase)
    for level in [level.n for level in drill.level] or [1]:
        run = DrillRun(drill, level)
        for n in range(80_000):
            run.take(Reading(0.5 * n))
            if run.ended:
                break
        assert run.outcome is not None
        assert run.outcome.reps
        assert not (asks_something and any(rep.status == "ok" for rep in run.outcome.reps))
