# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solemetry.foot import FootRegistration
from solemetry_host.drills.files.drill import Drill, Phase, Primary, Score, ToneRules
from solemetry_host.drills.running.outcome import Outcome, Rep
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun
from solemetry_host.drills.running.view import RunView, Said, Sector, Watched
from solemetry_host.drills.showing.feedback import Feedback, Shown
from solemetry_host.drills.showing.pacer import pacer
from solemetry_host.drills.showing.stillness import STATES, Stillness, last_p70_mm, quiet_radius_mm
from solemetry_host.drills.signals.body import Body
from solemetry_host.drills.signals.reach import FunctionalBase
from solemetry_host.sound.tone import SILENCE

LEFT = FootRegistration("left", (-80.0, -105.0), 0.0, 255.0)
RIGHT = FootRegistration("right", (80.0, -105.0), 0.0, 255.0)
BY_60_MS = np.arange(0.0, 12.0, 0.06)


def a_drill(**feedback: Any) -> Drill:
    return Drill.model_validate(
        {
            "schema": 1,
            "id": "tried",
            "kind": "drill",
            "family": "balance",
            "sides": "each",
            "text": {"en": {"title": "Tried", "cue": "Stand.", "stop": "Stop whenever you want."}},
            "dose": {"reps": 3, "basis": "default"},
            "phase": [
                {"id": "out", "do": "go", "max_s": 9.0},
                {
                    "id": "keep",
                    "do": "hold",
                    "hold_s": "level.hold_s",
                    "max_s": 99.0,
                    "within": [
                        {"signal": "stance.single", "op": "is", "value": True, "basis": "default"},
                        {"signal": "share.mt1", "op": ">=", "value": 0.1, "basis": "default",
                         "optional": True},
                    ],
                    "fail": [
                        {"signal": "touchdown", "op": "is", "value": True, "basis": "default"}
                    ],
                    "also_show": [{"hours": [3], "signal": "share.mt5"}],
                },
            ],
            "feedback": feedback,
            "level": [{"n": 1, "name": "One", "set": {"hold_s": 10}}],
            "safety": {"stop_if": ["pain"]},
            "source": [{"key": "default", "says": "made for a test"}],
        }
    )  # fmt: skip


VIEW = RunView(
    drill="tried", title="Tried", level=1, side="left", set_n=1, sets=2, rep_n=1, reps=3,
    doing="phase", phase="keep", do="hold", elapsed_s=4.0, left_s=6.0, filled=0.4, tempo_s=(),
    watched=(), sector=None, cue="Stand.", said=(), with_feedback=True, done=(),
)  # fmt: skip


def at(t_s: float, ml: float, ap: float, **others: float | bool) -> Reading:
    named = {name.replace("_", ".", 1): value for name, value in others.items()}
    return Reading(t_s, {"cop.ml_mm": ml, "cop.ap_mm": ap, **named})


def stood_still(feedback: Feedback, view: RunView = VIEW, **others: float | bool) -> None:
    for t_s in BY_60_MS:
        feedback.show(view, at(t_s, 5.0, 20.0, **others))


def after_still(
    feedback: Feedback, ml: float, ap: float, view: RunView = VIEW, **others: Any
) -> Shown:
    """After twelve seconds on (5, 20): the next reading."""
    stood_still(feedback, view, **others)
    return feedback.show(view, at(12.0, ml, ap, **others))


# ---- the tone ----------------------------------------------------------------------------------

TONE = {"concurrent": "tone", "tone": {"silent_radius_mm": 15}}


@pytest.mark.parametrize(("side", "foot", "outward"), [("left", LEFT, -1), ("right", RIGHT, 1)])
def test_out_is_heard_at_the_side_of_the_foot(side: Any, foot: Any, outward: float) -> None:
    view = replace(VIEW, side=side)
    tone = after_still(Feedback(a_drill(**TONE), feet=(foot,)), 45.0, 20.0, view).tone
    assert tone.level > 0.5
    assert math.copysign(1, tone.pan) == outward


def test_with_two_feet_right_is_heard_on_the_right() -> None:
    feedback = Feedback(a_drill(**TONE), feet=(LEFT, RIGHT), posture="double")
    assert after_still(feedback, 60.0, 20.0).tone.pan > 0.5


def test_forward_is_higher_and_backward_lower() -> None:
    def hz(ap: float) -> float:
        return after_still(Feedback(a_drill(**TONE), feet=(LEFT,)), 5.0, ap).tone.frequency_hz

    assert hz(50.0) > SILENCE.frequency_hz > hz(-10.0)


@pytest.mark.parametrize("angle", np.linspace(0, 2 * np.pi, 7))
def test_within_the_quiet_zone_nothing_sounds(angle: float) -> None:
    feedback = Feedback(a_drill(**TONE), feet=(LEFT,))
    stood_still(feedback)
    for t_s, far_mm, silent in ((12.0, 14.5, True), (12.001, 16.5, False)):
        ml, ap = 5 + far_mm * math.cos(angle), 20 + far_mm * math.sin(angle)
        assert (feedback.show(VIEW, at(t_s, ml, ap)).tone.level == 0) is silent


@pytest.mark.parametrize(
    "others",
    [{"fz_bw": 0.85}, {"touchdown": True}, {"stance_single": False}],
)
def test_the_tone_stops_at_once_when_somebody_steps_off(others: Any) -> None:
    feedback = Feedback(a_drill(**TONE), feet=(LEFT,))
    stood_still(feedback, fz_bw=1.0, stance_single=True)
    assert feedback.show(VIEW, at(12.0, 45.0, 20.0, fz_bw=1.0, stance_single=True)).tone.level > 0
    on = {"fz_bw": 1.0, "stance_single": True} | others
    assert feedback.show(VIEW, at(12.016, 46.0, 20.0, **on)).tone == SILENCE
    assert feedback.show(VIEW, Reading(12.032, {})).tone == SILENCE


def test_a_tone_ends_with_its_hold() -> None:
    feedback = Feedback(a_drill(**TONE), feet=(LEFT,))
    assert after_still(feedback, 45.0, 20.0).tone.level > 0
    on_the_way = replace(VIEW, phase="out", do="go")
    for view in (on_the_way, replace(VIEW, doing="rest", phase="", do=""),
                 replace(VIEW, doing="paused", phase="", do="")):  # fmt: skip
        assert feedback.show(view, at(12.1, 45.0, 20.0)).tone == SILENCE


def test_where_the_pressure_is_not_known_that_is_said_in_place_of_a_sound() -> None:
    shown = Feedback(a_drill(**TONE)).show(VIEW, Reading(0.0, {"fz.bw": 1.0}))
    assert shown.tone == SILENCE
    assert shown.not_sensed == ("where the pressure is: it takes a plate and a registered foot",)


def test_each_repetition_has_its_own_middle() -> None:
    feedback = Feedback(a_drill(**TONE), feet=(LEFT,))
    assert after_still(feedback, 45.0, 20.0).tone.level > 0
    again = replace(VIEW, rep_n=2)
    assert feedback.show(again, at(20.0, 45.0, 20.0)).tone.level == 0


# ---- how still ---------------------------------------------------------------------------------


def test_the_five_states_follow_the_distance_and_do_not_flicker() -> None:
    still = Stillness(10.0)
    for t_s in BY_60_MS:
        still.take(t_s, np.zeros(2), 1.0)

    def state(far_mm: float) -> int | None:
        still.take(12.0, np.array((far_mm, 0.0)), 1.0)  # no time passes: the middle stays
        return still.state

    assert [state(mm) for mm in (9.9, 10.1, 15.1, 20.1, 30.1, 99.0)] == [0, 1, 2, 3, 4, 4]
    assert len(STATES) == 5
    assert [state(mm) for mm in (29.9, 27.1, 26.9, 9.5, 8.9)] == [4, 4, 3, 1, 0]
    assert {state(10 + 0.4 * (-1) ** n) for n in range(50)} == {1}


@given(st.lists(st.tuples(st.floats(-80, 80), st.floats(-80, 80)), min_size=1, max_size=60))
def test_whatever_the_sway_the_state_is_within_a_tenth_of_its_distance(places: Any) -> None:
    still = Stillness(10.0)
    for n, place in enumerate(places):
        still.take(n / 60, np.array(place), None)
        radii = still.distance_mm / 10.0
        edges = (1.0, 1.5, 2.0, 3.0)
        assert sum(radii > e for e in edges) <= still.state <= sum(radii > 0.9 * e for e in edges)


def test_standing_elsewhere_becomes_the_middle_within_some_ten_seconds() -> None:
    still = Stillness(10.0)
    for t_s in BY_60_MS:
        still.take(t_s, np.zeros(2), None)
    for t_s in 12.0 + np.arange(0.0, 30.0, 0.06):
        still.take(t_s, np.array((20.0, 0.0)), None)
    assert still.distance_mm == pytest.approx(20 * math.exp(-3), rel=0.05)


def test_the_radius_of_the_next_session_is_what_seven_tenths_were_within() -> None:
    """Of a bivariate normal the distance is Rayleigh: its 70th percentile is 1.5518 sd."""
    rng, still = np.random.default_rng(5), Stillness()
    for n, place in enumerate(rng.normal(0, 7.0, (20_000, 2))):
        still.take(n / 60, place, None)
    assert still.p70_mm == pytest.approx(7.0 * math.sqrt(-2 * math.log(0.3)), rel=0.02)


def test_the_radius_goes_from_session_to_session_with_the_outcome() -> None:
    outcome = Outcome("tried", 1, 1, (), "completed", {"left": {"reps": 3.0}, "right": {}}, ())
    assert last_p70_mm([outcome]) is None
    assert Stillness().kept_in(outcome) == outcome
    still = Stillness()
    for n in range(500):
        still.take(n / 60, np.array(((-1) ** n * 6.0, 0.0)), None)
    kept = still.kept_in(outcome)
    assert last_p70_mm([kept, outcome]) == pytest.approx(6.0, abs=0.5)
    assert kept.measures["left"]["reps"] == 3.0


def test_the_radius_adapts_within_limits_and_only_where_the_drill_says_so() -> None:
    adapts = ToneRules(silent_radius_mm=15.0, adapt="p70_last_session")
    assert quiet_radius_mm(adapts, last_p70_mm=11.0) == 11.0
    assert (quiet_radius_mm(adapts, 1.0), quiet_radius_mm(adapts, 99.0)) == (8.0, 25.0)
    assert quiet_radius_mm(adapts) == 15.0
    assert quiet_radius_mm(ToneRules(silent_radius_mm=15.0), last_p70_mm=11.0) == 15.0
    # Carvalho 2015: 7.72 and 9.97 cm2 are circles of 15.7 and 17.8 mm.
    assert quiet_radius_mm(age=70) / quiet_radius_mm(age=30) == pytest.approx(17.8 / 15.7, abs=0.07)


# ---- pictures ----------------------------------------------------------------------------------


def inside(place: Any, outline: np.ndarray) -> bool:
    from matplotlib.path import Path

    return bool(Path(outline).contains_point(place))


@pytest.mark.parametrize(("side", "foot", "outward"), [("left", LEFT, -1), ("right", RIGHT, 1)])
def test_the_sector_of_three_o_clock_lies_outside(side: Any, foot: Any, outward: float) -> None:
    view = replace(VIEW, side=side, sector=Sector(3.0, 45.0, 60.0, 120.0),
                   watched=(Watched("reach.in_target", True, None, None, True, ""),))  # fmt: skip
    square = FunctionalBase(np.array([(-40, -40), (-40, 40), (40, 40), (40, -40)], float), True)
    feedback = Feedback(a_drill(concurrent="ring"), feet=(foot,), body=Body(bases={side: square}))
    ring = feedback.show(view, at(0.0, 30.0, 0.0, share_mt5=0.4)).ring
    assert ring is not None
    assert ring.inside
    for pct, there in ((55, False), (65, True), (115, True), (125, False)):
        assert inside((outward * 0.4 * pct, 0.0), ring.target_mm) is there
    assert not inside((-outward * 32, 0.0), ring.target_mm)
    assert not inside((outward * 20, 36.0), ring.target_mm)
    assert ring.dot_mm == pytest.approx((outward * 30, 0))
    across = ring.outlines_mm[0][:, 0]
    assert math.copysign(1, np.abs(across).max() - abs(across.min())) in (1, -1)


def test_the_hour_shows_what_belongs_to_it() -> None:
    view = replace(VIEW, sector=Sector(3.0, 45.0, 60.0, 120.0))
    feedback = Feedback(a_drill(concurrent="ring"), feet=(LEFT,))
    bars = feedback.show(view, at(0.0, 1.0, 1.0, share_mt5=0.4)).bars
    assert [(bar.words, bar.value, bar.holds) for bar in bars] == [
        ("share of this foot's load under the outer ball of the foot", 0.4, None)
    ]
    elsewhere = replace(view, sector=Sector(9.0, 45.0, 60.0, 120.0))
    assert feedback.show(elsewhere, at(0.1, 1.0, 1.0, share_mt5=0.4)).bars == ()


def test_without_a_place_of_the_drills_own_the_ring_is_the_quiet_zone() -> None:
    ring = after_still(Feedback(a_drill(concurrent="ring"), feet=(RIGHT,)), 15.0, 20.0,
                       replace(VIEW, side="right")).ring  # fmt: skip
    assert ring is not None
    assert ring.inside
    radii = np.hypot(*(ring.target_mm - (5.0, 20.0)).T)
    assert radii == pytest.approx(15.0, abs=0.2)
    assert len(ring.tail_mm) == pytest.approx(1.5 / 0.06, abs=1)


def test_where_the_dot_is_not_sensed_bars_stand_in_for_the_ring() -> None:
    view = replace(VIEW, watched=(Watched("share.lateral", 0.7, 0.6, None, True, ""),))
    shown = Feedback(a_drill(concurrent="ring")).show(view, Reading(0.0, {"share.lateral": 0.7}))
    assert shown.ring is None
    assert [bar.words for bar in shown.bars] == ["share of this foot's load under the outer side"]


def test_three_bars_at_most_and_the_first_fault_is_among_them() -> None:
    names = ("share.midfoot_medial", "share.mt1", "share.toes_lesser", "share.rearfoot")
    held = tuple(Watched(name, 0.3, 0.1, None, True, "") for name in names)
    feedback = Feedback(a_drill(concurrent="bars"))
    assert len(feedback.show(replace(VIEW, watched=held), Reading(0.0)).bars) == 3
    light = (*held[:3], replace(held[3], value=0.05, holds=False))
    bars = feedback.show(replace(VIEW, watched=light), Reading(0.1)).bars
    assert [bar.holds for bar in bars] == [True, True, False]


def test_what_would_end_a_phase_is_shown_as_what_should_be() -> None:
    drill = a_drill(concurrent="bars", schedule="always").model_copy(
        update={"phase": (
            Phase.model_validate({"id": "out", "do": "hold", "hold_s": 5.0, "max_s": 9.0, "fail": [
                {"signal": "cop.speed", "op": ">", "value": 80, "basis": "default"}]}),
        )}
    )  # fmt: skip
    run, feedback = DrillRun(drill), Feedback(drill)
    for t_s in (0.0, 0.1):
        run.take(Reading(t_s, {"cop.speed": 50.0}))
    (bar,) = feedback.show(run.view, Reading(0.1, {"cop.speed": 50.0})).bars
    assert (bar.low, bar.high, bar.holds) == (None, 80.0, True)


@given(
    st.one_of(st.none(), st.floats(-50, 500)), st.one_of(st.none(), st.floats(-50, 500)),
    st.sampled_from(("share.mt1", "cop.speed", "reach.pct", "imu.roll_deg", "a coach's own")),
)  # fmt: skip
def test_a_bars_band_lies_within_its_ends(low: float | None, high: float | None, name: str) -> None:
    if low is None and high is None:
        return
    view = replace(VIEW, watched=(Watched(name, 0.5, low, high, True, ""),))
    (bar,) = Feedback(a_drill(concurrent="bars")).show(view, Reading(0.0)).bars
    first, last = bar.ends
    assert first < last
    assert all(first <= edge <= last for edge in (low, high) if edge is not None)


# ---- pace and time -----------------------------------------------------------------------------


def test_the_pacer_goes_out_rests_and_comes_back_in_its_time() -> None:
    tempo = (3.0, 2.0, 4.0)
    assert [pacer(tempo, "go", s) for s in (0, 1.5, 3, 9)] == [0, 0.5, 1, 1]
    assert pacer(tempo, "hold", 0.1) == 1
    assert [pacer(tempo, "back", s) for s in (0, 2, 4, 9)] == [1, 0.5, 0, 0]
    assert pacer(tempo, "stand", 5) == 0


def test_a_breath_goes_round_and_round() -> None:
    breath = (4.0, 0.0, 6.0)
    assert [pacer(breath, "", s) for s in (0, 2, 4, 7, 10, 12)] == pytest.approx(
        [0, 0.5, 1, 0.5, 0, 0.5]
    )


def test_the_number_is_what_is_left_of_a_hold_or_a_rest() -> None:
    shown = Feedback(a_drill()).show(VIEW, Reading(0.0))
    assert (shown.seconds, shown.filled) == (6.0, 0.4)
    on_the_way = replace(VIEW, phase="out", do="go", left_s=8.0)
    assert Feedback(a_drill()).show(on_the_way, Reading(0.0)).seconds is None
    rest = replace(VIEW, doing="rest", phase="", do="", left_s=12.0)
    assert Feedback(a_drill()).show(rest, Reading(0.0)).seconds == 12.0


def test_the_time_of_a_repetition_is_told_once_when_it_is_over() -> None:
    drill = a_drill(terminal=["time_spoken"])
    drill = drill.model_copy(update={"score": Score(primary=Primary(metric="keep.time_s"))})
    feedback, alone = Feedback(drill), replace(VIEW, with_feedback=False)
    rep = Rep("left", 1, 1, "ok", "", "keep", 0.0, 9.0, False, {"keep.time_s": 9.44})
    fell = replace(rep, n=2, status="failed", reason="foot down", measures={"keep.time_s": 3.1})
    results = [
        feedback.show(replace(alone, done=done), Reading(0.0)).result
        for done in ((), (rep,), (rep,), (rep, fell), (rep, fell))
    ]
    assert results == ["", "9.4 seconds.", "", "foot down, 3.1 seconds.", ""]
    assert Feedback(a_drill()).show(replace(VIEW, done=(rep,)), Reading(0.0)).result == ""


# ---- without feedback --------------------------------------------------------------------------


@pytest.mark.parametrize("concurrent", ["none", "ring", "bars", "map", "face", "tone"])
def test_without_feedback_only_guidance_and_safety_are_left(concurrent: str) -> None:
    drill = a_drill(concurrent=concurrent, tone=TONE["tone"], pacer=True)
    view = replace(
        VIEW,
        with_feedback=False,
        tempo_s=(3.0, 2.0, 3.0),
        said=(Said(1, "Hold."),),
        watched=(Watched("share.mt1", 0.3, 0.1, None, True, ""),
                 Watched("stance.single", None, None, None, None, "")),
        done=(Rep("left", 1, 1, "ok", "", "keep", 0.0, 5.0, True),),
    )  # fmt: skip
    shown = after_still(Feedback(drill, feet=(LEFT,)), 45.0, 20.0, view)
    assert (shown.ring, shown.bars, shown.state, shown.tone) == (None, (), None, SILENCE)
    assert (shown.seconds, shown.filled, shown.ticks) == (None, None, ())
    assert shown.without
    assert (shown.cue, shown.said, shown.pacer) == ("Stand.", view.said, 1.0)
    assert shown.stop == "Stop whenever you want."
    assert "standing on one foot" in shown.not_sensed
    afterwards = replace(view, doing="rest", phase="", do="", left_s=30.0)
    assert Feedback(drill).show(afterwards, Reading(0.0)).ticks == view.done


def test_what_is_optional_is_not_missed() -> None:
    view = replace(VIEW, watched=(Watched("share.mt1", None, 0.1, None, None, ""),))
    assert Feedback(a_drill()).show(view, Reading(0.0)).not_sensed == ()


@given(st.data())
def test_no_readings_break_it(data: st.DataObject) -> None:
    names = ("cop.ml_mm", "cop.ap_mm", "fz.bw", "share.mt1", "reach.pct")
    kinds = ("none", "ring", "bars", "map", "face", "tone")
    drill = a_drill(concurrent=data.draw(st.sampled_from(kinds)), tone=TONE["tone"], pacer=True)
    feedback = Feedback(drill, feet=data.draw(st.sampled_from(((), (LEFT,), (LEFT, RIGHT)))))
    t_s = 0.0
    for _ in range(data.draw(st.integers(1, 5))):
        t_s += data.draw(st.floats(0, 3))
        values = data.draw(st.dictionaries(st.sampled_from(names), st.floats(-1e4, 1e4)))
        doing = data.draw(st.sampled_from(("phase", "rest", "other_side", "paused", "ended")))
        view = replace(
            VIEW, doing=doing,
            phase=data.draw(st.sampled_from(("out", "keep", ""))),
            do=data.draw(st.sampled_from(("go", "hold", "back", "stand", ""))),
            side=data.draw(st.sampled_from(("left", "right", "both", "none"))),
            with_feedback=data.draw(st.booleans()), tempo_s=(3.0, 0.0, 3.0),
            watched=tuple(Watched(n, v, 0.0, None, v >= 0, "") for n, v in values.items()),
        )  # fmt: skip
        shown = feedback.show(view, Reading(t_s, values))
        assert 0 <= shown.tone.level <= 1
        assert len(shown.bars) <= 3
        assert shown.pacer is None or 0 <= shown.pacer <= 1
        if doing != "phase" or view.do != "hold" or not view.with_feedback:
            assert shown.tone == SILENCE
