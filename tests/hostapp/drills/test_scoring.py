# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Any

import pytest
from scipy.stats import f
from small_drills import RATE_HZ, Feeding, a_drill, asks

from solemetry_host.drills.files.drill import Drill
from solemetry_host.drills.running.outcome import Rep
from solemetry_host.drills.running.reading import Reading
from solemetry_host.drills.running.run import DrillRun, Facts
from solemetry_host.drills.running.scoring import is_known, of_sides
from solemetry_host.drills.running.traces import baseline_of, mean, trace

BASE = {"id": "base", "do": "stand", "min_s": 2.0, "max_s": 9.0, "record_baseline": True,
        "needs": [asks("share.mt1", ">=", 0.1)]}  # fmt: skip
KEEP = {"id": "keep", "do": "hold", "hold_s": 12.0, "max_s": 20.0,
        "within": [asks("share.mt1", ">=", 0.1)]}  # fmt: skip


def scored(*phases: dict[str, Any], store: list[str], **more: Any) -> Drill:
    return a_drill(*phases, score={"store": store}, **more)


def rep_of(run: DrillRun) -> Rep:
    assert run.outcome is not None, "the drill has not ended"
    return run.outcome.reps[0]


def test_a_mean_is_over_time_whatever_the_rate() -> None:
    """The integral of a ramp from 0 to 10 s is that of its middle, read densely or not."""
    times = [*(n / 100 for n in range(500)), *range(5, 11)]
    t_s, values = trace([Reading(t, {"x": t}) for t in times], "x")
    assert mean(t_s, values) == pytest.approx(5.0, abs=1e-3)


def test_a_baseline_is_mean_and_deviation_of_what_is_there() -> None:
    waves = [Reading(n / 100, {"x": 3 + 2 * math.sin(2 * math.pi * n / 100)}) for n in range(1001)]
    rest = baseline_of([*waves, Reading(10.01, {})])["x"]
    assert rest.mean == pytest.approx(3.0, abs=1e-3)
    assert rest.sd == pytest.approx(2 / math.sqrt(2), rel=1e-3)


def test_numbers_of_a_phase() -> None:
    drill = scored(
        BASE, KEEP,
        store=["keep.share.mt1.mean", "keep.share.mt1.max", "keep.share.mt1.min",
               "keep.share.mt1.change_pct", "keep.duration_s", "keep.time_s",
               "keep.time_in_band_pct"],
    )  # fmt: skip
    feeding = Feeding(DrillRun(drill)).feed(2.2, {"share.mt1": 0.2})
    began_s = feeding.t_s
    feeding.feed(3.0, {"share.mt1": 0.05})
    feeding.feed(14.0, lambda t_s: {"share.mt1": 0.2 + 0.01 * (t_s - began_s)})
    measures = rep_of(feeding.run).measures
    assert measures["keep.duration_s"] == pytest.approx(15.1, abs=0.2)
    assert measures["keep.time_s"] == pytest.approx(12.0)
    assert measures["keep.time_in_band_pct"] == pytest.approx(100 * 12 / 15.1, abs=2)
    assert measures["keep.share.mt1.min"] == pytest.approx(0.05)
    assert measures["keep.share.mt1.max"] == pytest.approx(0.35, abs=0.002)
    average = (3.05 * 0.05 + 12.0 * 0.29) / 15.1
    assert measures["keep.share.mt1.mean"] == pytest.approx(average, rel=0.03)
    assert measures["keep.share.mt1.change_pct"] == pytest.approx(
        100 * (average - 0.2) / 0.2, abs=4
    )


@pytest.mark.parametrize(("lasts_s", "told"), [(9.0, False), (12.0, True)])
def test_sway_is_told_only_of_long_enough_a_window(lasts_s: float, told: bool) -> None:
    keep = {**KEEP, "hold_s": lasts_s}
    drill = scored(BASE, keep, store=["keep.cop.speed.mean", "keep.share.mt1.mean"])
    feeding = Feeding(DrillRun(drill)).feed(20.0, {"share.mt1": 0.2, "cop.speed": 12.0})
    measures = rep_of(feeding.run).measures
    assert measures.get("keep.cop.speed.mean") == (pytest.approx(12.0) if told else None)
    assert measures["keep.share.mt1.mean"] == pytest.approx(0.2)


def test_the_first_seconds_of_sway_do_not_count() -> None:
    drill = a_drill(KEEP, score={"store": ["keep.cop.speed.mean"], "skip_first_s": 1.0})
    feeding = Feeding(DrillRun(drill))
    feeding.feed(13.0, lambda t_s: {"share.mt1": 0.2, "cop.speed": 500.0 if t_s < 1 else 10.0})
    assert rep_of(feeding.run).measures["keep.cop.speed.mean"] == pytest.approx(10.0)


def test_the_ellipse_of_a_circle() -> None:
    """Along a circle the covariance is r^2/2 in all directions: the axes follow from F alone."""
    radius_mm, turns_s = 10.0, 2.0
    drill = scored(KEEP, store=["keep.cop.ellipse95_cm2"])
    feeding = Feeding(DrillRun(drill)).feed(13.0, lambda t_s: {
        "share.mt1": 0.2,
        "cop.ml_mm": radius_mm * math.cos(2 * math.pi * t_s / turns_s),
        "cop.ap_mm": radius_mm * math.sin(2 * math.pi * t_s / turns_s),
    })  # fmt: skip
    n = round(12.0 * RATE_HZ) + 1
    squared = 2 * (n - 1) * (n + 1) / (n * (n - 2)) * f.ppf(0.95, 2, n - 2)
    area_cm2 = math.pi * squared * radius_mm**2 / 2 / 100
    assert rep_of(feeding.run).measures["keep.cop.ellipse95_cm2"] == pytest.approx(
        area_cm2, rel=0.01
    )


def test_touchdowns_are_counted_where_nobody_waits() -> None:
    keep = {**KEEP, "hold_s": 3.0}
    drill = scored(BASE, keep, store=["touchdowns"])
    feeding = Feeding(DrillRun(drill)).feed(2.2, {"share.mt1": 0.2, "touchdown": True})
    for down in (False, True, True, False, True, False):
        feeding.feed(0.3, {"share.mt1": 0.2, "touchdown": down})
    feeding.feed(3.0, {"share.mt1": 0.2, "touchdown": False})
    assert rep_of(feeding.run).measures["touchdowns"] == 2


def a_rep(side: str, status: str, **measures: float) -> Rep:
    return Rep(side, 1, 1, status, "", "keep", 0.0, 1.0, False, measures)  # type: ignore[arg-type]


def test_numbers_of_a_side() -> None:
    drill = a_drill(KEEP, score={"primary": {"metric": "keep.time_s", "best_of": 3}})
    reps = [
        a_rep("left", "ok", **{"keep.time_s": 9.0, "keep.x": 1.0, "touchdowns": 1.0}),
        a_rep("left", "failed", **{"keep.time_s": 4.0, "keep.x": 2.0, "touchdowns": 2.0}),
        a_rep("left", "unverified", **{"keep.time_s": 99.0, "keep.x": 99.0}),
        a_rep("right", "ok", **{"keep.time_s": 7.0}),
    ]
    sides = of_sides(drill, reps, {"left": {"calibrated_area_cm2": 45.0}})
    assert sides["left"] == {
        "calibrated_area_cm2": 45.0, "reps": 3, "reps_ok": 1, "keep.time_s": 9.0, "keep.x": 1.5,
        "touchdowns": 3.0,
    }  # fmt: skip
    assert sides["right"] == {"reps": 1, "reps_ok": 1, "keep.time_s": 7.0}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("keep.time_s", True),
        ("keep.share.mt1.mean", True),
        ("keep.cop.ellipse95_cm2", True),
        ("reps_ok", True),
        ("kept.time_s", False),
        ("keep.share.mt1.middle", False),
        ("keep", False),
    ],
)
def test_names_that_can_be_measured(name: str, known: bool) -> None:
    assert is_known(a_drill(KEEP), name) is known


class TestClock:
    CENTRE: dict[str, Any] = {  # noqa: RUF012
        "id": "centre", "do": "hold", "hold_s": 1.0, "max_s": 10.0,
        "within": [asks("reach.pct", "<=", 30)]}  # fmt: skip
    REACH: dict[str, Any] = {  # noqa: RUF012
        "id": "reach", "do": "hold", "hold_s": 2.0, "max_s": 6.0, "on_timeout": "next",
        "for_each": "hours", "return_to": "centre", "return_hold_s": 0.5,
        "target": {"shape": "sector", "angle_deg": 45, "from_pct": 60, "to_pct": 120},
        "within": [asks("reach.in_target", "is", True, reason="hour not reached")],
        "also_show": [{"hours": [3], "signal": "share.mt5"}]}  # fmt: skip
    STORE = ("reach.hours_ok", "reach.max_pct_by_hour", "reach.time_to_target_s",
             "reach.overshoot_pct", "share_by_hour")  # fmt: skip

    def done_by(self, *, misses: tuple[float, ...] = ()) -> Rep:
        """Follow the hours that are called: 1 s on the way there, 90 %, then back to 80 %."""
        drill = scored(self.CENTRE, self.REACH, store=list(self.STORE),
                       hours={"list": [12, 3, 6, 9], "order": "clockwise"})  # fmt: skip
        run = DrillRun(drill)
        for n in range(3000):
            view, values = run.view, {"reach.pct": 5.0, "reach.angle_deg": 0.0, "share.mt5": 0.1}
            if view.sector is not None and view.elapsed_s >= 1.0:
                reach = 40.0 if view.sector.hour in misses else 80.0
                values = {"reach.pct": 90.0 if view.elapsed_s < 1.2 and reach > 50 else reach,
                          "reach.angle_deg": 30.0 * view.sector.hour % 360,
                          "share.mt5": 0.4}  # fmt: skip
            run.take(Reading(n / RATE_HZ, values))
        return rep_of(run)

    def test_all_hours_reached(self) -> None:
        rep = self.done_by()
        assert (rep.status, rep.reason) == ("ok", "")
        assert rep.measures["reach.hours_ok"] == 4
        assert rep.measures["reach.time_to_target_s"] == pytest.approx(1.05, abs=0.06)
        assert rep.measures["reach.max_pct_by_hour.12"] == 90.0
        assert rep.measures["reach.overshoot_pct"] == pytest.approx(9.0, abs=1.5)
        assert rep.measures["share_by_hour.3.share.mt5"] == pytest.approx(0.4)
        assert not any(name.startswith("share_by_hour.6") for name in rep.measures)

    def test_a_missed_hour_is_counted_and_the_clock_goes_on(self) -> None:
        rep = self.done_by(misses=(3,))
        assert (rep.status, rep.reason) == ("failed", "hour not reached")
        assert rep.measures["reach.hours_ok"] == 3
        assert rep.measures["reach.max_pct_by_hour.3"] == 40.0
        assert rep.measures["reach.max_pct_by_hour.9"] == 90.0


def test_what_was_measured_before_goes_into_the_result() -> None:
    drill = a_drill({"id": "it", "do": "rest", "min_s": 1.0})
    run = DrillRun(drill, facts=Facts(given={"none": {"calibrated_area_cm2": 45.0}}))
    Feeding(run).feed(2.0, {})
    assert run.outcome is not None
    assert run.outcome.measures["none"]["calibrated_area_cm2"] == 45.0
