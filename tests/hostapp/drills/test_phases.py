# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any, ClassVar

import pytest
from small_drills import RATE_HZ, Now, asks, readings

from solemetry_host.drills.files.drill import Phase
from solemetry_host.drills.running.conditions import Baseline, Rest
from solemetry_host.drills.running.phases import PATIENCE_S, End, PhaseRun, Sight, Step

STEP_S = 1 / RATE_HZ
STILL = asks("cop.speed", "<=", 30)
HEEL = asks("share.rearfoot", ">=", 0.25, reason="put the heel down first")
GOOD = {"cop.speed": 10.0, "share.rearfoot": 0.5}


def a_phase(do: str, **more: Any) -> Phase:
    return Phase.model_validate({"id": "it", "do": do, **more})


class Doing:
    """One phase, fed reading by reading."""

    def __init__(
        self, phase: Phase, *, known: tuple[str, ...] = (), baseline: Baseline | None = None,
        **step: Any,
    ) -> None:  # fmt: skip
        self.sight = Sight(set(known))
        step.setdefault("hold_s", float(phase.hold_s or 0.0))
        self.run = PhaseRun(Step(phase, **step), {}, baseline or {}, self.sight, 0.0)
        self.t_s = STEP_S

    def feed(self, seconds: float, now: Now, *pressed: str) -> Doing:
        for reading in readings(seconds, now, from_s=self.t_s):
            if self.run.end is None:
                self.sight.see(reading.values)
                self.run.take(type(reading)(reading.t_s, reading.values, pressed))
        self.t_s += seconds
        return self

    @property
    def end(self) -> End:
        assert self.run.end is not None, "it has not ended"
        return self.run.end


class TestStand:
    PHASE = a_phase("stand", min_s=2.0, max_s=10.0, needs=[STILL, HEEL])

    def test_waits_until_its_needs_have_held_in_a_row(self) -> None:
        doing = Doing(self.PHASE).feed(1.9, GOOD).feed(0.5, {**GOOD, "cop.speed": 50.0})
        assert doing.feed(1.9, GOOD).run.end is None
        assert doing.feed(0.3, GOOD).end == End("done")

    def test_out_of_time_it_blames_what_was_out_longest(self) -> None:
        doing = Doing(self.PHASE).feed(11.0, lambda t_s: {
            "cop.speed": 50.0 if t_s < 3 else 10.0, "share.rearfoot": 0.1})  # fmt: skip
        assert doing.end.how == "failed"
        assert doing.end.reason == "put the heel down first"

    def test_goes_on_without_what_this_sensor_does_not_give(self) -> None:
        doing = Doing(self.PHASE).feed(4.0, {"cop.speed": 10.0})
        assert doing.end == End("unseen", "share.rearfoot was not sensed")

    def test_waits_for_somebody_who_is_not_there_yet(self) -> None:
        doing = Doing(self.PHASE).feed(6.0, {"fz.bw": 0.0}).feed(2.5, GOOD)
        assert doing.end == End("done")

    def test_gives_up_waiting_for_what_never_comes(self) -> None:
        doing = Doing(self.PHASE).feed(11.0, {"fz.bw": 0.0})
        assert doing.end.how == "unseen"
        assert doing.sight.given_up == {"cop.speed", "share.rearfoot"}

    def test_without_any_sensor_it_goes_by_the_clock(self) -> None:
        assert Doing(self.PHASE).feed(1.9, {}).run.end is None
        assert Doing(self.PHASE).feed(2.2, {}).end.how == "unseen"

    def test_a_time_out_of_sight_begins_the_stretch_anew(self) -> None:
        doing = Doing(self.PHASE).feed(1.5, GOOD).feed(1.5, {}).feed(1.5, GOOD)
        assert doing.run.end is None
        assert doing.feed(1.0, GOOD).end == End("done")

    def test_what_comes_late_has_to_hold_as_long_as_the_rest(self) -> None:
        phase = a_phase("stand", min_s=4.0, max_s=10.0, needs=[STILL, HEEL])
        doing = Doing(phase).feed(3.9, {"cop.speed": 10.0}).feed(3.5, GOOD)
        assert doing.run.end is None
        assert doing.feed(1.0, GOOD).end == End("done")


class TestHold:
    PHASE = a_phase("hold", hold_s=2.0, grace_s=0.5, max_s=6.0, within=[STILL, HEEL],
                    reason="could not keep it")  # fmt: skip
    MOVING: ClassVar = {**GOOD, "cop.speed": 50.0}

    def test_breaks_up_to_its_grace_do_not_count(self) -> None:
        doing = Doing(self.PHASE).feed(1.5, GOOD).feed(0.3, self.MOVING).feed(0.8, GOOD)
        assert doing.end == End("done")
        assert doing.run.stretch.held_s == pytest.approx(2.0)

    def test_a_longer_break_begins_it_anew(self) -> None:
        doing = Doing(self.PHASE).feed(1.9, GOOD).feed(0.7, self.MOVING).feed(1.8, GOOD)
        assert doing.run.end is None
        assert doing.feed(0.5, GOOD).end == End("done")

    def test_out_of_time_it_blames_what_broke_first(self) -> None:
        heel_up = {**GOOD, "share.rearfoot": 0.1}
        doing = Doing(self.PHASE).feed(1.5, GOOD).feed(1.0, heel_up).feed(4.0, self.MOVING)
        assert (doing.end.how, doing.end.reason) == ("failed", "put the heel down first")
        assert doing.end.timed_out

    def test_what_was_out_on_the_way_is_not_blamed_for_what_breaks_later(self) -> None:
        heel_up = {**GOOD, "share.rearfoot": 0.1}
        doing = Doing(self.PHASE).feed(2.0, self.MOVING).feed(1.0, GOOD).feed(3.5, heel_up)
        assert doing.end.reason == "put the heel down first"

    def test_a_condition_without_a_reason_takes_that_of_its_phase(self) -> None:
        assert Doing(self.PHASE).feed(7.0, self.MOVING).end.reason == "could not keep it"

    def test_signals_that_were_there_and_fall_silent_are_waited_for(self) -> None:
        doing = Doing(self.PHASE).feed(1.0, GOOD).feed(5.5, {})
        assert doing.end == End("unseen", "cop.speed was not sensed", timed_out=True)

    def test_a_blink_does_not_count_against_it(self) -> None:
        doing = Doing(self.PHASE).feed(1.0, GOOD).feed(0.9, {}).feed(0.3, GOOD)
        assert doing.end == End("done")

    def test_an_optional_condition_counts_where_it_is_sensed(self) -> None:
        phase = a_phase("hold", hold_s=2.0, max_s=5.0, within=[STILL, {**HEEL, "optional": True}])
        assert Doing(phase).feed(2.5, {"cop.speed": 10.0}).end == End("done")
        assert Doing(phase).feed(5.5, {**GOOD, "share.rearfoot": 0.1}).end.how == "failed"

    def test_a_fault_ends_it_at_once(self) -> None:
        fault = asks("touchdown", "is", True, reason="foot down")
        phase = a_phase("hold", hold_s=2.0, max_s=6.0, within=[STILL], fail=[fault])
        good = {"cop.speed": 10.0, "touchdown": False}
        doing = Doing(phase).feed(1.0, good).feed(STEP_S, {**good, "touchdown": True})
        assert doing.end == End("failed", "foot down", "touchdown")

    def test_it_cannot_be_ok_where_a_fault_would_not_be_seen(self) -> None:
        phase = a_phase("hold", hold_s=2.0, max_s=6.0, within=[STILL],
                        fail=[asks("touchdown", "is", True)])  # fmt: skip
        doing = Doing(phase).feed(3.5, {"cop.speed": 10.0})
        assert doing.end == End("unseen", "touchdown was not sensed")


class TestScore:
    PHASE = a_phase(
        "hold", hold_s=30.0, min_s=1.0, end_is="score",
        within=[asks("stance.single", "is", True)],
        fail=[asks("fz.bw", "<", 0.9, for_s=0.15, reason="hand support")],
    )  # fmt: skip
    ON_ONE_LEG: ClassVar = {"stance.single": True, "fz.bw": 1.0}

    def test_its_time_is_the_result_when_it_breaks(self) -> None:
        doing = Doing(self.PHASE).feed(9.4, self.ON_ONE_LEG)
        doing.feed(1.0, {"stance.single": False, "fz.bw": 1.0})
        assert doing.end == End("done", signal="stance.single")
        assert doing.run.stretch.held_s == pytest.approx(9.4, abs=2 * STEP_S)

    def test_what_was_already_a_fault_is_no_part_of_the_time(self) -> None:
        doing = Doing(self.PHASE).feed(5.0, self.ON_ONE_LEG)
        doing.feed(1.0, {"stance.single": True, "fz.bw": 0.8})
        assert doing.end == End("done", signal="fz.bw")
        assert doing.run.stretch.held_s == pytest.approx(5.0, abs=STEP_S)
        assert doing.run.until_s == pytest.approx(5.0)

    def test_it_ends_when_it_has_lasted_long_enough(self) -> None:
        doing = Doing(self.PHASE).feed(31.0, self.ON_ONE_LEG)
        assert doing.end == End("done")
        assert doing.run.stretch.held_s == pytest.approx(30.0)

    def test_too_short_a_time_is_no_result(self) -> None:
        doing = Doing(self.PHASE).feed(0.5, self.ON_ONE_LEG)
        doing.feed(1.0, {"stance.single": False, "fz.bw": 1.0})
        assert doing.end.how == "failed"

    def test_a_time_that_was_not_all_seen_is_no_result(self) -> None:
        doing = Doing(self.PHASE).feed(5.0, self.ON_ONE_LEG).feed(2.0, {})
        doing.feed(5.0, self.ON_ONE_LEG).feed(1.0, {"stance.single": False, "fz.bw": 1.0})
        assert doing.end.how == "unseen"


class TestGo:
    PHASE = a_phase("go", min_s=1.0, max_s=4.0, reason="not reached",
                    done=[asks("reach.pct", ">=", 60)],
                    fail=[asks("cop.speed_ml", ">", 80, for_s=0.1, reason="too fast")])  # fmt: skip

    def test_ends_when_it_is_done_but_not_before_its_least_time(self) -> None:
        there = {"reach.pct": 70.0, "cop.speed_ml": 20.0}
        doing = Doing(self.PHASE).feed(0.9, there)
        assert doing.run.end is None
        assert doing.feed(0.2, there).end == End("done")

    def test_is_not_done_by_having_been_there(self) -> None:
        doing = Doing(self.PHASE).feed(0.5, {"reach.pct": 70.0, "cop.speed_ml": 20.0})
        doing.feed(4.0, {"reach.pct": 40.0, "cop.speed_ml": 20.0})
        assert doing.end == End("failed", "not reached", "reach.pct", timed_out=True)

    def test_a_spike_shorter_than_asked_is_no_fault(self) -> None:
        fast = {"reach.pct": 10.0, "cop.speed_ml": 90.0}
        doing = Doing(self.PHASE).feed(STEP_S, fast).feed(0.5, {**fast, "cop.speed_ml": 20.0})
        assert doing.run.end is None
        assert doing.feed(0.2, fast).end.reason == "too fast"

    def test_a_fault_out_of_sight_leaves_it_unverified(self) -> None:
        doing = Doing(self.PHASE).feed(1.5, {"reach.pct": 20.0})
        doing.feed(0.5, {"reach.pct": 70.0, "cop.speed_ml": 20.0})
        assert doing.end == End("unseen", "cop.speed_ml was not sensed")

    def test_unsensed_it_takes_the_time_of_its_tempo(self) -> None:
        doing = Doing(self.PHASE, timed_s=3.0).feed(2.9, {})
        assert doing.run.end is None
        assert doing.feed(0.3, {}).end.how == "unseen"

    def test_unsensed_a_press_ends_it(self) -> None:
        assert Doing(self.PHASE).feed(0.1, {}, "done").end.how == "unseen"
        assert Doing(self.PHASE).feed(0.1, {"reach.pct": 1.0}, "done").run.end is None


def test_a_phase_compared_with_a_baseline_that_is_missing_is_not_waited_for() -> None:
    phase = a_phase("go", max_s=4.0, done=[asks("share.mt1", ">=", 0.8, of="baseline")])
    doing = Doing(phase, timed_s=2.0).feed(2.5, {"share.mt1": 0.5})
    assert doing.end == End("unseen", "share.mt1 was not sensed")


def test_a_phase_compared_with_its_baseline() -> None:
    phase = a_phase("go", max_s=4.0, done=[asks("share.mt1", ">=", 0.8, of="baseline")])
    doing = Doing(phase, baseline={"share.mt1": Rest(0.2, 0.0)}).feed(1.0, {"share.mt1": 0.15})
    assert doing.run.end is None
    assert doing.feed(1.0, {"share.mt1": 0.17}).end == End("done")


def test_a_phase_that_names_no_limit_ends_all_the_same() -> None:
    phase = a_phase("stand", min_s=3.0, needs=[STILL])
    doing = Doing(phase).feed(PATIENCE_S + 2.0, {"cop.speed": 99.0})
    assert doing.run.end is None
    assert doing.feed(2.0, {"cop.speed": 99.0}).end.how == "failed"


def test_a_phase_without_conditions_is_a_timer() -> None:
    assert Doing(a_phase("rest", min_s=2.0)).feed(1.9, {}).run.end is None
    assert Doing(a_phase("rest", min_s=2.0)).feed(2.1, {}).end == End("done")


def test_a_step_by_hand_waits_for_its_press() -> None:
    phase = a_phase("rest", max_s=600.0, reason="not confirmed")
    assert Doing(phase, by_hand="must").feed(5.0, {}).run.end is None
    assert Doing(phase, by_hand="must").feed(1.0, {}, "done").end == End("done")
    late = Doing(phase, by_hand="must").feed(601.0, {})
    assert (late.end.how, late.end.reason) == ("unseen", "not confirmed")


def test_a_timer_ended_early_says_so() -> None:
    phase = a_phase("rest", min_s=45.0)
    doing = Doing(phase, timed_s=45.0, by_hand="may").feed(20.0, {}).feed(1.0, {}, "done")
    assert doing.end == End("unseen", "ended after 20 of 45 s")
