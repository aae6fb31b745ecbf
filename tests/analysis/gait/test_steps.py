# SPDX-License-Identifier: Apache-2.0
"""Times between the contacts of two feet, and many steps in few numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import walks

from solemetry import gait
from solemetry.gait.stepping import TEMPORAL


def contacts(on_s: list[float], stance_s: float = 0.7) -> pd.DataFrame:
    on = np.array(on_s)
    return pd.DataFrame(
        {"on_s": on, "off_s": on + stance_s, "on_known": True, "off_known": True,
         "complete": True, "accepted": True, "reason": ""}
    )  # fmt: skip


def test_times_of_an_even_walk_are_what_it_was_made_of() -> None:
    # Strides of 1.1 s, the right foot 0.5 s after the left, stances of 0.7 s.
    table = gait.steps(contacts([0, 1.1, 2.2, 3.3]), contacts([0.5, 1.6, 2.7]))
    left, right = (table[table.foot == foot].iloc[1] for foot in ("left", "right"))
    for foot, step_s, initial_s, terminal_s in (
        (left, 0.6, 0.1, 0.2),
        (right, 0.5, 0.2, 0.1),
    ):
        assert foot.stance_s == pytest.approx(0.7)
        assert foot.swing_s == pytest.approx(0.4)
        assert foot.stride_s == pytest.approx(1.1)
        assert foot.step_s == pytest.approx(step_s)
        assert foot.initial_double_support_s == pytest.approx(initial_s)
        assert foot.terminal_double_support_s == pytest.approx(terminal_s)
        assert foot.double_support_s == pytest.approx(0.3)
        assert foot.single_support_s == pytest.approx(0.4)
        assert foot.flight_s == 0
        assert foot.stance_percent == pytest.approx(100 * 0.7 / 1.1)
        assert foot.double_support_percent == pytest.approx(100 * 0.3 / 1.1)


def test_running_flies_where_walking_has_double_support() -> None:
    table = gait.steps(contacts([0, 0.7, 1.4], 0.25), contacts([0.35, 1.05], 0.25))
    right = table[table.foot == "right"].iloc[0]
    assert right.flight_s == pytest.approx(0.10)
    assert right.double_support_s == 0
    assert right.single_support_s == pytest.approx(0.25)
    assert right.stance_percent == pytest.approx(100 * 0.25 / 0.7)


def test_nothing_is_taken_across_a_step_that_was_missed() -> None:
    whole = gait.steps(contacts([0, 1, 2, 3, 4, 5]), contacts([0.5, 1.5, 2.5, 3.5, 4.5]))
    holed = gait.steps(contacts([0, 1, 2, 3, 4, 5]), contacts([0.5, 1.5, 3.5, 4.5]))
    assert whole.stride_s.max() == holed.stride_s.max() == 1
    assert holed.step_s.max() == 0.5
    assert holed.stride_s.notna().sum() == whole.stride_s.notna().sum() - 3
    assert holed.double_support_s.notna().sum() == whole.double_support_s.notna().sum() - 3


def test_a_missed_step_is_counted_and_a_foot_that_stands_meanwhile_is_not_one() -> None:
    from solemetry.gait.stepping import missed_or_invented

    missed = gait.steps(contacts([0, 1, 2, 3]), contacts([0.5, 2.5]))
    assert missed_or_invented(missed) == 1
    standing = contacts([0.5], 3.0)
    assert missed_or_invented(gait.steps(contacts([0, 1, 2]), standing)) == 0


def test_a_pause_is_no_stride() -> None:
    left = [n * 1.0 for n in range(8)] + [12.0 + n for n in range(8)]
    right = [on + 0.5 for on in left]
    table = gait.steps(contacts(left), contacts(right))
    assert table.stride_s.max() == pytest.approx(1.0)
    assert table.step_s.max() == pytest.approx(0.5)
    assert table.stride_s.notna().sum() == 2 * 14


def test_a_time_at_an_end_that_was_not_measured_is_left_empty() -> None:
    left, right = contacts([0, 1, 2, 3]), contacts([0.5, 1.5, 2.5])
    right.loc[1, "on_known"] = False
    table = gait.steps(left, right)
    lost = table[(table.foot == "right")].iloc[1]
    times = ["stance_s", "stride_s", "step_s", "initial_double_support_s"]
    assert lost[times].isna().all()
    assert np.isfinite(table[table.foot == "left"].stride_s).sum() == 3


def test_no_feet_no_numbers() -> None:
    found = gait.analyze(np.zeros(500), np.zeros(500), 100)
    assert len(found.steps) == 0
    assert np.isnan(found.trial.value["stance_s"])
    assert not found.trial.valid["stance_s"]
    assert found.trial.n["stride_s"] == 0


def test_one_foot_alone_has_stances_and_no_steps() -> None:
    feet, _ = walks.walk(100)
    found = gait.analyze(feet["left"], np.zeros_like(feet["left"]), 100)
    assert found.feet.value["left", "stance_s"] == pytest.approx(0.68, abs=0.02)
    assert found.trial.n["step_s"] == found.trial.n["stride_s"] == 0


def test_feet_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(10,\) and \(9,\)"):
        gait.analyze(np.zeros(10), np.zeros(9), 100)


# ---- summaries -------------------------------------------------------------------------------


def test_mean_and_spread_have_twins_that_one_odd_step_cannot_move() -> None:
    def summary(stance_s: np.ndarray) -> pd.Series:
        table = pd.DataFrame({"stance_s": stance_s})
        features = {"stance_s": TEMPORAL["stance_s"]}
        return gait.summarize(table, features, "plate", "walking").loc["stance_s"]

    stance_s = np.random.default_rng(3).normal(0.7, 0.014, 400)
    even = summary(stance_s)
    # Of a normal distribution both twins estimate the same: 2 %.
    assert even.cv_percent == pytest.approx(2, rel=0.1)
    assert even.robust_cv_percent == pytest.approx(2, rel=0.15)
    stance_s[0] = 7
    odd = summary(stance_s)
    assert odd.cv_percent > 20
    assert odd.robust_cv_percent == pytest.approx(even.robust_cv_percent, rel=0.02)
    assert even.valid
    assert even.n == 400


def test_thirty_steps_of_each_foot_make_a_trial_valid_and_running_never_is() -> None:
    for steps, valid in ((58, False), (66, True)):
        feet, _ = walks.walk(100, steps=steps)
        found = gait.analyze(feet["left"], feet["right"], 100)
        assert bool(found.trial.valid["stance_s"]) is valid
        assert bool(found.feet.valid["right", "stance_s"]) is valid
    ran = gait.analyze(feet["left"], feet["right"], 100, activity="running")
    assert "running: not validated" in ran.trial.note["stance_s"]
    assert not ran.trial.valid["stance_s"]
    assert any("running has not been validated" in note for note in ran.notes)


def test_every_row_says_unit_convention_definition_and_n() -> None:
    feet, _ = walks.walk(100)
    found = gait.analyze(feet["left"], feet["right"], 100)
    for table in (found.trial, found.feet):
        assert (table.convention == "insole").all()
        assert table.unit.str.len().min() >= 1
        assert table.definition.str.len().min() > 3
        assert table.n.ge(0).all()


def test_body_weight_is_the_mean_of_both_feet_over_whole_strides_or_the_one_given() -> None:
    feet, _ = walks.walk(100, steps=40)
    # Mean of the two-humped curve: 2/pi (1 + a/3) of its scale, for stance over stride, twice.
    true_n = 2 * 1000 * 2 / np.pi * (1 + walks.WOBBLE / 3) * 0.68 / 1.1
    own = gait.analyze(feet["left"], feet["right"], 100)
    assert own.trial.value["body_weight"] == pytest.approx(true_n, rel=0.005)
    assert "estimated" in own.trial.definition["body_weight"]
    given = gait.analyze(feet["left"], feet["right"], 100, body_weight_n=800)
    assert given.trial.value["f1_bw"] == pytest.approx(given.trial.value["f1_n"] / 800)
    assert given.trial.definition["f1_bw"].endswith("given")


# ---- real walks ------------------------------------------------------------------------------


def test_faster_walking_has_more_steps_and_less_double_support(
    real_data: Callable[[str], Path],
) -> None:
    found = []
    for trial in ("WBDS04walkT05grf.txt", "WBDS04walkT07grf.txt"):
        feet, _ = walks.fukuchi(real_data(f"gait/fukuchi2018_treadmill/{trial}"))
        found.append(gait.analyze(feet["left"], feet["right"], 300, "treadmill"))
    slow, fast = (each.trial.value for each in found)
    assert 110 < slow["cadence_steps"] < 125 < fast["cadence_steps"] < 140
    assert slow["cadence_strides"] == pytest.approx(slow["cadence_steps"] / 2, rel=0.01)
    assert 20 > slow["double_support_percent"] > fast["double_support_percent"] > 8
    assert 62 > slow["stance_percent"] > fast["stance_percent"] > 54
    assert slow["fmin_bw"] > fast["fmin_bw"]
    # One person, two speeds: the treadmill weighs them equally.
    assert slow["body_weight"] == pytest.approx(fast["body_weight"], rel=0.02)
    for each in found:
        assert each.trial.value["n_missed_or_invented"] == 0
        assert each.trial.cv_percent["stride_s"] < 3


def test_two_minutes_overground_turns_included(real_data: Callable[[str], Path]) -> None:
    cells = walks.gaitpdb(real_data("gait/physionet_gaitpdb/GaCo01_01.txt"))
    found = gait.analyze(cells["left"].sum(axis=1), cells["right"].sum(axis=1), 100)
    trial = found.trial
    assert trial.valid[["stance_s", "stride_s", "step_s", "double_support_s"]].all()
    assert trial.value["n_missed_or_invented"] == 0
    assert trial.value["stride_s"] == pytest.approx(1.23, abs=0.02)
    assert trial.robust_cv_percent["stride_s"] < 3
    assert 58 < trial.value["stance_percent"] < 66
    assert trial.n["stride_s"] >= 175
