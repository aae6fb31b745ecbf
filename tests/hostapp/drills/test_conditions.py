# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_drills import asks

from solemetry.errors import SolemetryError
from solemetry_host.drills.files.drill import Choice, Condition
from solemetry_host.drills.running.conditions import GAP_S, Baseline, Rest, Watch, band, watch_all

NO_SETTINGS: dict[str, float] = {}


def a_condition(*args: Any, **more: Any) -> Condition:
    return Condition.model_validate(asks(*args, **more))


def a_watch(asked: Condition | Choice, baseline: Baseline | None = None, **settings: Any) -> Watch:
    return Watch(asked, settings, baseline or {}, 0.0)


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
def test_a_limit_counts_where_its_sign_says_so(op: str, below: bool, at: bool, above: bool) -> None:
    where = band(a_condition("fz.bw", op, 0.5), {}, {})
    assert where is not None
    assert [where.holds(value) for value in (0.49, 0.5, 0.51)] == [below, at, above]


@pytest.mark.parametrize(("wanted", "held"), [(True, True), (False, False)])
def test_is_compares_with_true_or_false(wanted: bool, held: bool) -> None:
    where = band(a_condition("touchdown", "is", wanted), {}, {})
    assert where is not None
    assert where.holds(True) is held


def test_a_share_of_the_baseline_is_a_factor_and_near_is_an_offset() -> None:
    rests = {"share.mt1": Rest(0.20, 0.01), "cop.ml_mm": Rest(7.0, 1.0)}
    share = band(a_condition("share.mt1", ">=", 0.8, of="baseline"), {}, rests)
    back = band(a_condition("cop.ml_mm", "near", 0, tol=6, of="baseline"), {}, rests)
    assert share is not None
    assert share.low == pytest.approx(0.16)
    assert back is not None
    assert (back.low, back.high) == (1.0, 13.0)


@pytest.mark.parametrize(("op", "factor", "limit"), [("<=", 0.9, 0.14), (">=", 1.1, 0.26)])
def test_a_change_has_to_be_clear_of_how_the_baseline_wavered(
    op: str, factor: float, limit: float
) -> None:
    asked = a_condition("share.midfoot_medial", op, factor, of="baseline", min_sd=3)
    where = band(asked, {}, {"share.midfoot_medial": Rest(0.20, 0.02)})
    assert where is not None
    assert (where.high if op == "<=" else where.low) == pytest.approx(limit)


def test_without_its_baseline_a_condition_is_not_known() -> None:
    watch = a_watch(a_condition("share.mt1", ">=", 0.8, of="baseline"))
    watch.take(0.0, {"share.mt1": 0.5})
    assert watch.holds is None
    assert not watch.sensed


def test_the_level_sets_numbers_and_times_scales_them() -> None:
    asked = a_condition("reach.lateral_pct", ">=", "level.reach_pct", times=0.9)
    where = band(asked, {"reach_pct": 60.0}, {})
    assert where is not None
    assert where.low == pytest.approx(54.0)


@pytest.mark.parametrize("settings", [{}, {"reach_pct": "far"}, {"reach_pct": True}])
def test_a_number_that_the_level_does_not_set_is_named(settings: dict[str, Any]) -> None:
    with pytest.raises(SolemetryError, match=r"reach.pct asks for level.reach_pct.*reach_pct = "):
        band(a_condition("reach.pct", ">=", "level.reach_pct"), settings, {})


def test_a_condition_that_a_parameter_turns_off_is_not_watched() -> None:
    asked = a_condition("share.rearfoot", ">=", 0.25, when={"param": "heel", "is": "on"})
    assert len(watch_all([asked], {"heel": "on"}, {}, 0.0)) == 1
    assert watch_all([asked], {"heel": "free"}, {}, 0.0) == ()


def test_of_a_choice_the_first_that_is_sensed_decides() -> None:
    prefer = [asks("reach.lateral_pct", ">=", 60), asks("share.lateral", ">=", 0.6)]
    choice = Choice.model_validate({"prefer": prefer})
    both, second, none = a_watch(choice), a_watch(choice), a_watch(choice)
    both.take(0.0, {"reach.lateral_pct": 50.0, "share.lateral": 0.9})
    second.take(0.0, {"share.lateral": 0.9})
    none.take(0.0, {"fz.bw": 1.0})
    assert (both.holds, second.holds, none.holds) == (False, True, None)


def test_a_choice_does_not_change_its_mind_for_a_blink() -> None:
    prefer = [asks("reach.lateral_pct", ">=", 60), asks("share.lateral", ">=", 0.6)]
    watch = a_watch(Choice.model_validate({"prefer": prefer}))
    watch.take(0.0, {"reach.lateral_pct": 50.0, "share.lateral": 0.9})
    watch.take(GAP_S, {"share.lateral": 0.9})
    assert watch.holds is None
    watch.take(GAP_S + 0.1, {"share.lateral": 0.9})
    assert watch.holds is True


def test_what_has_to_hold_for_a_while_is_not_known_until_then() -> None:
    watch = a_watch(a_condition("fz.bw", "<", 0.9, for_s=0.15))
    known = []
    for t_s, load in ((0.0, 1.0), (0.1, 0.8), (0.2, 0.8), (0.25, 0.8), (0.3, 1.0)):
        watch.take(t_s, {"fz.bw": load})
        known.append(watch.holds)
    assert known == [False, None, None, True, False]


@pytest.mark.parametrize(("away_s", "held"), [(GAP_S, True), (GAP_S + 0.01, None)])
def test_a_blink_does_not_break_what_holds_before_and_after(
    away_s: float, held: bool | None
) -> None:
    watch = a_watch(a_condition("fz.bw", ">=", 0.9, for_s=0.5))
    watch.take(0.0, {"fz.bw": 1.0})
    watch.take(0.5, {})
    watch.take(away_s, {"fz.bw": 1.0})
    assert watch.holds is held
    assert watch.blind is (held is None)


def test_it_says_what_it_asks_for() -> None:
    near = a_condition("cop.ml_mm", "near", 0, tol=6, unit="mm")
    words = [
        a_watch(asked).words
        for asked in (
            a_condition("cop.speed", "<=", 30, unit="mm/s"),
            near,
            a_condition("stance.single", "is", True),
        )
    ]
    assert words == ["cop.speed <= 30 mm/s", "cop.ml_mm -6 to 6 mm", "stance.single is true"]


@given(
    st.sampled_from(["<", "<=", ">", ">="]),
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.floats(-2, 2),
)
def test_a_limit_is_what_the_sign_says(op: str, limit: float, value: float, times: float) -> None:
    where = band(a_condition("cop.ml_mm", op, limit, times=times), {}, {})
    said = {
        "<": value < limit * times,
        "<=": value <= limit * times,
        ">": value > limit * times,
        ">=": value >= limit * times,
    }
    assert where is not None
    assert where.holds(value) is said[op]
